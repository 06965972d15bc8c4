"""Homes along the drawn street: what becomes of them, worked out by hand. Driving 500 metres takes a minute."""

import datetime as dt

import pytest

from planner.errors import InputError
from planner.plan.consolidating import HomesQuestion, consolidate
from planner.plan.gaplist import UnitCost
from planner.siting.consolidation import HomeRules

DAY = dt.date(2025, 12, 31)
THREE = [
    {"id": "h1", "name": "东院", "x": 500, "residents": 2, "beds": 4, "status": "operating"},
    {"id": "h2", "name": "中院", "x": 1500, "residents": 3, "beds": 5, "status": "operating"},
    {"id": "h3", "name": "西院", "x": 3500, "residents": 4, "beds": 4, "status": "operating"},
]


def ask(city, costs=(), **more):
    question = {"layers": ("home",), "travel": "drive", "minutes": 3, "as_of": DAY} | more
    return consolidate(city, HomesQuestion(**question), costs=costs)


def test_the_two_near_homes_become_one(draw):
    """h1's two find a bed at h2, 2 minutes off; h3 is full and 4 minutes from h2, beyond the limit of 3: it stays."""
    answer = ask(draw({"home": THREE}))
    assert [home.action for home in answer.homes] == ["close", "keep", "keep"] and answer.proof.objective == 1
    assert answer.homes[0].moves == (("h2", "中院", 2.0, 2.0),)
    assert [home.residents_after for home in answer.homes] == [0.0, 5.0, 4.0]
    # the people at 500 m had h1 at their door and now have h2; those at 2500 m are as near to h2 as to h3
    assert answer.homes[0].heirs == (("h2", "中院", 100.0),)
    assert answer.sentence.say("zh").startswith("现有 3 家：保留 2 家，改造提升 0 家，撤并 1 家；2 人转住，单程最远 2 分钟")
    assert "1 closed" in answer.sentence.say("en") and "Proven" in answer.sentence.say("en")


def test_cost_weighs_upgrading_against_running(draw):
    costs = [UnitCost("home", "expand", "bed", 10.0)]
    shown = {"minutes": 6, "upgrade_beds": 9.0, "rules": HomeRules("cost", years=1.0, kept_share=None)}
    cheap = ask(draw({"home": THREE}), costs, running_cny=100.0, **shown)
    # all nine in h2 with four more beds: 40 + 100; h3 with five more would send h1 farther for more
    assert [home.action for home in cheap.homes] == ["close", "upgrade", "close"] and cheap.proof.objective == 140.0
    assert cheap.homes[1].price_cny == 40.0 and (cheap.result.running_today, cheap.result.running_after) == (300.0, 100.0)
    dear = ask(draw({"home": THREE}), costs, running_cny=15.0, **shown)
    assert [home.action for home in dear.homes] == ["close", "keep", "keep"] and dear.proof.objective == 30.0


def test_residents_stay_within_their_township(draw):
    """h2 (township A) could take h3's four if upgraded, but h3 lies in township B."""
    shown = {"minutes": 6, "upgrade_beds": 12.0}
    anywhere, own = ask(draw({"home": THREE}), **shown), ask(draw({"home": THREE}), same="township", **shown)
    assert anywhere.count("close") == 2 and own.count("close") == 1 and own.homes[2].action != "close"
    assert not anywhere.price_known and "没有造价依据" in anywhere.sentence.say("zh")


def test_blank_figures_keep_a_home_and_are_told(draw):
    rows = [*THREE[:2], {"id": "h4", "name": "南院", "x": 1000, "beds": 50, "status": "operating"},
            {"id": "h5", "name": "无位置", "residents": 1, "beds": 9, "status": "operating"}]
    answer = ask(draw({"home": rows}))
    assert answer.blank == ("h4",) and answer.without_place == ("h5",)
    told = [(home.id, home.action, home.residents) for home in answer.homes]
    assert told == [("h1", "close", 2.0), ("h2", "keep", 3.0), ("h4", "keep", None)]


def test_a_home_that_cannot_be_emptied_is_named(draw):
    answer = ask(draw({"home": THREE}), close=("h3",))
    assert answer.proof.status == "infeasible" and answer.homes == ()
    assert answer.sentence.say("zh") == "没有任何方案能满足给定条件（已证明）：西院须撤并，但路程以内没有能接收的机构（住 4 人）。"
    assert "西院" in answer.sentence.say("en")


@pytest.mark.parametrize(("more", "code"), [
    ({"keep": ("h9",)}, "homes_id_unknown"), ({"layers": ("park",)}, "layer_unknown"), ({"same": "parish"}, "level_unknown"),
    ({"rules": HomeRules("cost")}, "homes_running_missing"),
    ({"rules": HomeRules("cost"), "running_cny": 1.0, "upgrade_beds": 9.0}, "homes_price_missing"),
    ({"layers": ("bare",)}, "homes_column_missing"),
])
def test_what_the_project_lacks_is_said(draw, more, code):
    with pytest.raises(InputError) as raised:
        ask(draw({"home": THREE, "bare": [{"x": 500, "beds": 3, "status": "operating"}]}), **more)
    assert raised.value.code == code
