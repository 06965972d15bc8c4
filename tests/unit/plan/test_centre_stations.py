"""A centre with its stations on the drawn street. On foot 50 metres take a minute."""

import datetime as dt

import pytest

from planner.errors import InputError
from planner.plan.centre_stations import StationsQuestion, centre_stations

DAY = dt.date(2025, 12, 31)


def ask(city, **more):
    question = {"centres": "hub", "stations": "post", "travel": "walk", "metres": 100, "link_metres": 1100, "candidates": "streets:500",
                "as_of": DAY, "centre_serves": False}
    return centre_stations(city, StationsQuestion(**question | more))


def test_a_new_station_stays_near_its_own_centre(draw):
    """Hubs at 500 m and 3,500 m; people live at 500, 1,500, 2,500 and 3,500 m. Township B's most, 400, are at its hub."""
    city = draw({"hub": [{"id": "c1", "x": 500, "status": "operating"}, {"id": "c2", "x": 3500, "status": "operating"}],
                 "post": [{"id": "s1", "x": 3500, "status": "operating"}]})
    answer = ask(city, new=1)
    new = [place for place in answer.places if not place.exists]
    assert answer.covered_before == 400.0 and answer.result.covered_weight == 700.0 and answer.proof.status == "optimal"
    assert [(place.kind, place.unit, place.centre) for place in new] == [("station", "乙镇", "c2")] and new[0].link_minutes == 20.0
    near = ask(city, new=1, link_metres=900)
    # 2,500 m is 1,000 m from c2: too far now; what is left is 100 people at c1
    assert near.result.covered_weight == 500.0 and near.sentence.say("zh").startswith("新建中心 0 处、站点 1 处")


def test_a_township_without_a_centre_gets_one(draw):
    city = draw({"hub": [{"id": "c1", "x": 500, "status": "operating"}], "post": [{"id": "s1", "x": 2500, "status": "operating"}]})
    answer = ask(city, new=0)
    centre = [place for place in answer.places if place.kind == "centre" and not place.exists]
    # of B's candidates the one is taken that the existing station belongs to
    assert [place.unit for place in centre] == ["乙镇"] and answer.unlinked == ()
    assert next(place for place in answer.places if place.id == "s1").centre == centre[0].id


def test_only_units_of_a_class_are_asked_about(draw):
    city = draw({"hub": [{"id": "c1", "x": 500, "status": "operating"}], "post": []})
    answer = ask(city, new=3, unit_class="urban")
    assert {place.unit for place in answer.places} == {"甲街道"} and answer.result.total_weight == 300.0
    assert all(out.outside == 4 and out.open == out.candidates - 4 for out in answer.left_out)
    with pytest.raises(InputError) as raised:
        ask(city, new=3, unit_class="island")
    assert raised.value.code == "units_class_unknown"


def test_why_there_is_no_plan(draw):
    city = draw({"hub": [], "post": [{"id": "s1", "name": "孤站", "x": 500, "status": "operating"}]})
    answer = ask(city, share=1.0, link_metres=1, candidates="grid:900")
    assert answer.proof.status == "infeasible" and "全部可用点位都建也只能覆盖" in answer.sentence.say("zh")
