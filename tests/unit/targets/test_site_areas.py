"""Floor area of a complex counts once where a target sums several layers (conftest.py draws the street)."""

import pytest

ADDRESS = "中心路1号"
TWO = {"home": [{"x": 100, "area_m2": 800, "address": ADDRESS}, {"x": 1200, "area_m2": 300, "address": "东路2号"}],
       "clinic": [{"x": 110, "area_m2": 800, "address": "中心路1号"}, {"x": 2500, "area_m2": 50, "address": "西路9号"}]}
SUM = {"metric": "sum", "of": "area_m2", "layers": ["home", "clinic"]}


def test_a_complex_counts_once_and_it_is_noted(draw, ask):
    result = ask(draw(TWO), (">=", 2000), SUM)
    assert result.value == 800 + 300 + 50 and result.shortfall == 850
    assert [params for key, params in result.note if key == "note.sites_once"] == [{"count": 1, "area": "800"}]
    units = ask(draw(TWO), (">=", 1), SUM | {"by": "community", "rollup": "every"}).units
    assert {unit.code: unit.value for unit in units} == {"A1": 800, "A2": 300, "B1": 50, "B2": 0}


def test_rates_count_it_once_too(draw, ask):
    rate = SUM | {"metric": "rate", "per": 10, "group": "total"}  # 1,150 m2 for 1,000 people
    assert ask(draw(TWO), (">=", 1), rate).value == pytest.approx(11.5)


def test_the_layer_that_states_most_counts(draw, ask):
    more = {"home": [{"x": 100, "area_m2": 500, "address": ADDRESS}], "clinic": [{"x": 110, "area_m2": 900, "address": ADDRESS}]}
    assert ask(draw(more), (">=", 1), SUM).value == 900


def test_only_what_counts_on_the_day_is_a_sign(draw, ask):
    closed = {"home": TWO["home"], "clinic": [{"x": 110, "area_m2": 900, "address": ADDRESS, "status": "closed"}]}
    result = ask(draw(closed), (">=", 1), SUM)
    assert result.value == 800 + 300 and not [key for key, _ in result.note if key == "note.sites_once"]


def test_one_layer_and_single_facilities_are_left_alone(draw, ask):
    assert ask(draw(TWO), (">=", 1), SUM | {"layers": ["home"]}).value == 1100
    units = ask(draw(TWO), (">=", 100), SUM | {"by": "facility", "rollup": "every"}).units
    assert sorted(unit.value for unit in units) == [50, 300, 800, 800]


def test_one_that_counts_perhaps_adds_what_it_states_beyond_the_others(draw, ask):
    """The clinic's kind is blank: with it the complex has 900 m2, without it 800."""
    open_one = {"home": [{"x": 100, "area_m2": 800, "address": ADDRESS, "kind": "a"}],
                "clinic": [{"x": 110, "area_m2": 900, "address": ADDRESS, "kind": ""}]}
    asked = SUM | {"where": {"kind": "a"}}
    assert ask(draw(open_one), (">=", 800), asked).state == "met"
    assert ask(draw(open_one), (">=", 900), asked).state == "data_missing"
    assert ask(draw(open_one), (">=", 901), asked).state == "not_met"
