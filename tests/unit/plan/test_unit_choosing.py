"""Units of the drawn street, seen as one place each. On foot 50 metres take a minute."""

import datetime as dt

import pytest

from planner.errors import InputError
from planner.plan.unit_choosing import UnitsQuestion, choose_units
from planner.plan.unit_seats import seats

DAY = dt.date(2025, 12, 31)


def ask(city, level="community", **more):
    return choose_units(city, UnitsQuestion(**{"level": level, "travel": "walk", "as_of": DAY} | more))


def test_seats_are_where_people_live_or_where_the_office_stands(draw):
    city = draw({"office": [{"id": "o2", "x": 1900, "status": "operating"}, {"id": "o1", "x": 300, "status": "operating"},
                            {"id": "o0", "x": 100, "status": "closed"}]})
    plain, office = seats(city, "township"), seats(city, "township", layer="office", as_of=DAY)
    # of A's 300 people the middle is at 1166.7 m, and the home nearest to it at 1500 m; of B's 700 it is at 3071 m: 3500 m
    assert plain.x.tolist() == [1500.0, 3500.0] and plain.how == ("people", "people")
    assert office.x.tolist() == [300.0, 3500.0] and office.how == ("facility", "people")


def test_the_two_communities_that_reach_most(draw):
    """Within 20 minutes (1,000 m) a community reaches itself and its neighbours: B1 reaches 200 + 300 + 400, A1 100 + 200."""
    city = draw()
    one, two = ask(city, count=1, minutes=20), ask(city, count=2, minutes=20)
    assert [unit.code for unit in one.units] == ["B1"] and one.result.covered_weight == 900.0
    assert two.result.covered_weight == 1000.0 and two.proof.status == "optimal"
    assert one.units[0].people_within == 900.0 and one.units[0].seat == "people"
    assert one.sentence.say("zh") == "从 4 个单元中选 1 个（乙一）：900 人（90%）在 20 分钟以内。已证明同样条件下没有更好的选法。"


def test_one_in_each_township_and_units_that_have_one(draw):
    city = draw({"shop": [{"x": 2600, "status": "operating"}]})
    per = ask(city, count=2, minutes=5, per="township", least=1)
    assert sorted(unit.per for unit in per.units) == ["乙镇", "甲街道"]
    more = ask(city, count=1, minutes=5, layer="shop")
    # the shop at 2,600 m serves the 300 at 2,500 m; of those left B2's 400 are the most
    assert more.served_before == 300.0 and more.have_one == ("乙一",) and [unit.code for unit in more.units] == ["B2"]
    assert more.result.covered_weight == 700.0 and "选之前为 30%" in more.sentence.say("zh")


def test_the_fewest_and_the_nearest(draw):
    city = draw()
    fewest = ask(city, share=0.9, minutes=20)
    assert len(fewest.units) == 1 and "已证明不能更少" in fewest.sentence.say("zh")
    # the median of 100, 200, 300, 400 at 500 m steps is B1: (2 x 100 + 200 + 400) x 1000 m / 1000 people / 50 = 16 minutes
    near = ask(city, count=1, metres=4000, objective="distance")
    assert [unit.code for unit in near.units] == ["B1"] and "人均路程 16 分钟" in near.sentence.say("zh")


def test_distances_from_seats_of_units(draw):
    """Townships' seats (1,500 and 3,500 m), looked at from the community seats: 1,000 m reach two each."""
    answer = ask(draw(), level="township", count=1, metres=1000, seats_of="community")
    assert [unit.code for unit in answer.units] == ["B"] and answer.result.covered_weight == 700.0


def test_why_there_is_no_choice(draw):
    answer = ask(draw(), count=3, minutes=5, per="township", least=2, leave_out=("A1",))
    assert answer.units == () and "甲街道的可选单元少于要求的个数" in answer.sentence.say("zh")


@pytest.mark.parametrize(("more", "code"), [
    ({"leave_out": ("Z",)}, "units_code_unknown"), ({"unit_class": "island"}, "units_class_unknown"),
    ({"level": "parish"}, "level_unknown"),
    ({"group": "cats"}, "group_unknown"), ({"layer": "shop"}, "layer_unknown"),
])
def test_what_the_project_lacks_is_said(draw, more, code):
    with pytest.raises(InputError) as raised:
        ask(draw(), **{"count": 1, "minutes": 5} | more)
    assert raised.value.code == code
