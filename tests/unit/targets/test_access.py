from dataclasses import replace

import numpy as np
import pytest
import shapely

from planner.inputs.layers import Extents


def outcome(result):
    return result.state, result.value, result.shortfall


def shares(result):
    return {unit.code: unit.value for unit in result.units}


STATION = {"home": [{"x": 600}]}  # 100, 900, 1900 and 2900 m from where the people live; walking is 50 m a minute, driving 500


def test_people_within_minutes_on_foot(draw, ask):
    check = {"metric": "population_within", "minutes": 18, "travel": "walk", "by": "community"}
    result = ask(draw(STATION), (">=", 60), check, unit="% of people")
    assert outcome(result) == ("not_met", 0.3, 300) and result.threshold == 0.6  # 900 m is 18 minutes: within
    assert shares(result) == {"A1": 1, "A2": 1, "B1": 0, "B2": 0} and {unit.state for unit in result.units} == {None}
    assert [unit.people_affected for unit in result.units] == [{"total": 0}, {"total": 0}, {"total": 300}, {"total": 400}]
    assert result.people_affected == {"total": 700} and result.action == {"amount": pytest.approx(300), "of": "people"}


def test_a_group_in_a_scope(draw, ask):
    check = {"metric": "population_within", "metres": 100, "group": "age_60_plus", "by": "township", "scope": {"class": "urban"}}
    assert outcome(ask(draw(STATION), (">=", 30), check, unit="% of older people")) == ("met", 10 / 30, 0)


def test_minutes_of_the_plan_are_held_against_a_share(draw, ask):
    check = {"metric": "population_within", "minutes": 18, "travel": "walk"}
    assert outcome(ask(draw(STATION), ("<=", 18), check, unit="minutes")) == ("threshold_undefined", 0.3, None)
    assert outcome(ask(draw(STATION), ("<=", 18), check | {"share": 0.3}, unit="minutes")) == ("met", 0.3, 0)
    lent = {"share": {"default": 0.4, "source": "s"}}
    result = ask(draw(STATION), ("<=", 18), check, unit="minutes", parameters=lent)
    assert (
        outcome(result) == ("not_met", 0.3, 100)
        and ("note.parameter_default", {"parameter": "share", "value": "0.4", "source": "s"}) in result.note
    )
    own = ask(draw(STATION, parameters={"t": {"share": 0.2}}), ("<=", 18), check, unit="minutes", parameters=lent)
    assert outcome(own) == ("met", 0.3, 0) and ("note.parameter_set", {"parameter": "share", "value": "0.2"}) in own.note


def test_the_limit_may_be_the_plans_own_figure(draw, ask):
    assert ask(draw(STATION), ("<=", 18), {"metric": "population_within", "travel": "walk", "share": 0.3}, unit="minutes").state == "met"
    assert ask(draw(STATION), ("<=", 99), {"metric": "population_within", "share": 0.1}, unit="m").state == "not_met"


def test_a_printed_share_is_not_overruled(draw, ask):
    city = draw(STATION, parameters={"t": {"share": 0.1}})
    assert ask(city, (">=", 60), {"metric": "population_within", "metres": 900}, unit="% of people").threshold == 0.6


def test_parameters_of_a_wrong_kind_are_refused(draw, ask):
    from planner.errors import PackError

    for wrong in ({"share": 80}, {"speed": 5}, {"minutes": "15"}):
        with pytest.raises(PackError) as caught:
            ask(draw(STATION, parameters={"t": wrong}), (">=", 60), {"metric": "population_within", "metres": 900}, unit="% of people")
        assert (caught.value.params["file"], caught.value.params["target"]) == ("planner.toml", "t")


def test_a_walk_in_metres_needs_no_travel(draw, ask):
    city = draw(STATION, travels={"drive": ("drive", 500.0)})
    assert ask(city, (">=", 30), {"metric": "population_within", "metres": 900}, unit="% of people").state == "met"


def test_the_crow_flies_over_what_walkers_go_round(draw, ask):
    city = draw({"home": [{"x": 600, "y_off": 0}]})
    straight = ask(city, (">=", 30), {"metric": "population_within", "metres": 900, "path": "straight"}, unit="% of people")
    assert straight.value == 0.3 and not [source for source in straight.inputs if source["for"] == "streets"]


def test_limits_by_class(draw, ask):
    limits = [{"class": "urban", "metres": 500}, {"rest": True, "minutes": 4, "travel": "drive"}]
    result = ask(draw(STATION), (">=", 50), {"metric": "population_within", "limits": limits, "by": "community"}, unit="% of people")
    assert shares(result) == {"A1": 1, "A2": 0, "B1": 1, "B2": 0} and result.value == 0.4


def test_a_basket_is_reached_whole(draw, ask):
    city = draw({"home": [{"x": 600}], "shop": [{"x": 1500}]})
    check = {"metric": "population_within", "metres": 1000, "basket": ["home", "shop"], "weights": [3, 1]}
    result = ask(city, (">=", 30), check, unit="% of people")
    assert result.value == 0.3  # A1 and A2 reach both, B1 the shop only
    assert ("note.weighted_score", {"score": f"{(3 * 300 + 1 * 600) / 4 / 1000:.4f}"}) in result.note


def test_people_within_with_a_facility_that_perhaps_counts(draw, ask):
    city = draw({"home": [{"x": 600, "beds": 60}, {"x": 3500, "beds": float("nan")}]})
    check = {"metric": "population_within", "metres": 100, "where": {"beds": ">= 50"}, "by": "community"}
    assert [ask(city, (">=", per_cent), check, unit="% of people").state for per_cent in (10, 40, 60)] == ["met", "data_missing", "not_met"]


def test_people_within_per_unit(draw, ask):
    check = {"metric": "population_within", "metres": 900, "by": "township", "rollup": "every"}
    result = ask(draw(STATION), (">=", 50), check, unit="% of people")
    assert [(unit.code, unit.value, unit.state, unit.shortfall) for unit in result.units] == [("A", 1, "met", 0), ("B", 0, "not_met", 350)]


def test_nobody_of_the_group_is_not_applicable(draw, ask):
    city = draw(STATION, people={"age_60_plus": [0, 0, 0, 0]})
    assert ask(city, (">=", 50), {"metric": "population_within", "metres": 900, "group": "age_60_plus"}, unit="%").state == "not_applicable"


def test_the_longest_time(draw, ask):
    result = ask(draw(STATION), ("<=", 5), {"metric": "minutes", "travel": "drive", "by": "community"})
    assert outcome(result) == ("not_met", 5.8, pytest.approx(0.8)) and shares(result) == {"A1": 0.2, "A2": 1.8, "B1": 3.8, "B2": 5.8}
    hours = ask(draw(STATION), ("<=", 0.1), {"metric": "minutes", "travel": "drive"}, unit="hours")
    assert outcome(hours) == ("met", 5.8, 0) and hours.threshold == 6
    nobody = draw(STATION, people={"total": [100, 200, 300, 0]})
    assert ask(nobody, ("<=", 5), {"metric": "minutes", "travel": "drive"}).state == "met"


def test_without_a_way_the_time_has_no_figure(draw, ask):
    city = draw({"home": [{"x": 600, "status": "closed"}]})
    result = ask(city, ("<=", 5), {"metric": "minutes", "travel": "drive"})
    assert outcome(result) == ("not_met", None, None) and ("note.people_without_way", {"people": 1000}) in result.note


def test_a_place_nobody_knows_reaches_nobody_and_is_said(draw, ask):
    city = draw({"home": [{"x": 600}, {"x": float("nan"), "unit": {"township": "B"}}]})
    result = ask(city, (">=", 50), {"metric": "population_within", "metres": 900}, unit="%")
    assert result.value == 0.3 and ("note.without_place", {"count": 1}) in result.note


def test_keeping_a_distance(draw, ask):
    city = draw({"home": [{"id": "g1", "x": 1000}, {"id": "g2", "x": 3000}], "spring": [{"x": 1400}, {"x": 2800, "status": "closed"}]})
    check = {"metric": "separation", "from": "spring", "by": "facility", "rollup": "every"}
    result = ask(city, (">=", 500), check)
    assert [(unit.code, unit.value, unit.state, unit.shortfall) for unit in result.units] == [
        ("g1", 400, "not_met", 100),
        ("g2", 1600, "met", 0),
    ]
    assert outcome(result) == ("not_met", 400, 100)
    assert ask(city, (">=", 500), {"metric": "separation", "from": "spring"}).value == 400
    apart = ask(city, (">=", 500), {"metric": "separation", "from": "home", "by": "facility", "rollup": "every"})
    assert outcome(apart) == ("met", 2000, 0)


def test_from_areas_a_distance_is_kept_at_their_edge_and_from_entrances_at_these(draw, ask):
    #  a cemetery 800..1200, its middle at 1000; a home for which a gate at 1900 is known; springs at 1400 and 2600
    city = draw({"home": [{"id": "g1", "x": 1000}, {"id": "g2", "x": 2100}], "spring": [{"x": 1400}, {"x": 2600}]})
    shapes = np.full(2, None, dtype=object)
    shapes[0] = shapely.box(800, -100, 1200, 100)
    extents = Extents(shapes, np.array([0, 0, 1]), np.array([1900.0]), np.array([0.0]))
    city.facilities["home"] = replace(city.facilities["home"], extents=extents)
    check = {"metric": "separation", "from": "spring", "by": "facility", "rollup": "every"}
    assert shares(ask(city, (">=", 500), check)) == {"g1": 200, "g2": 500}
    assert shares(ask(city, (">=", 500), check | {"from": "home"})) == {"g1": 700, "g2": 700}
    back = {"metric": "separation", "layers": ["spring"], "from": "home"}
    assert ask(city, (">=", 500), back).value == 200


def test_nothing_to_keep_away_from(draw, ask):
    city = draw({"home": [{"x": 1000}], "spring": [{"x": 5, "status": "closed"}]})
    assert ask(city, (">=", 500), {"metric": "separation", "from": "spring"}).state == "not_applicable"
    assert ask(city, (">=", 500), {"metric": "separation", "from": "home"}).state == "not_applicable"
    assert ask(city, (">=", 500), {"metric": "separation", "from": "lake"}).state == "data_missing"


def test_a_cemetery_whose_place_is_unknown(draw, ask):
    city = draw({"home": [{"id": "g", "x": float("nan"), "unit": {"township": "A"}}], "spring": [{"x": 1400}]})
    result = ask(city, (">=", 500), {"metric": "separation", "from": "spring", "by": "facility", "rollup": "every"})
    assert result.state == "data_missing" and [(cell["id"], cell["column"]) for cell in result.fill] == [("g", "lon")]
