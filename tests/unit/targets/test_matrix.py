"""Units by targets: the cells are the evaluation's own lines, those of finer units and facilities rolled up."""

import pytest

from planner.errors import InputError
from planner.targets.evaluate import evaluate
from planner.targets.matrix import PART, matrix, worst

HOMES = {"home": [{"x": 500, "id": "h1", "name": "甲", "area_m2": 300}, {"x": 700, "id": "h2", "name": "乙", "area_m2": 100},
                  {"x": 2500, "id": "h3", "name": "丙", "area_m2": 200}]}


@pytest.fixture
def table(draw, make_pack):
    def made(check, figure=(">=", 1), *, level="township", unit="things", facilities=HOMES, **target):
        city = draw(facilities)
        written = {} if figure is None else dict(zip(("comparator", "value"), figure, strict=True))
        evaluation = evaluate(city, [make_pack(check, unit=unit, **written, **target)], as_of=city.reference_date)
        return matrix(city, evaluation, level)

    return made


def shown(found):
    """code: (state, met, asked, own)."""
    return {code: (cell.state, cell.met, cell.asked, cell.own) for code, cell in found.cells[0].items()}


def test_own_lines_of_units(table):
    found = table({"metric": "count", "by": "township", "rollup": "every"}, (">=", 2))
    assert (found.codes, found.names) == (("A", "B"), ("甲街道", "乙镇"))
    assert shown(found) == {"A": ("met", 1, 1, True), "B": ("not_met", 0, 1, True)}
    assert [cell.parts[0].value for cell in found.cells[0].values()] == [2, 1]


def test_finer_units_are_rolled_up_and_the_worst_is_told(table):
    # communities A1 has two homes, B1 one, A2 and B2 none
    assert shown(table({"metric": "count", "by": "community", "rollup": "every"})) == {
        "A": ("not_met", 1, 2, False), "B": ("not_met", 1, 2, False)}
    assert shown(table({"metric": "count", "by": "community", "rollup": "every"}, level="district")) == {
        "D": ("not_met", 2, 4, False)}


def test_one_finer_unit_alone_is_not_the_units_own_line(table):
    found = table({"metric": "count", "by": "community", "rollup": "every", "scope": {"name": ["A1"]}})
    assert shown(found) == {"A": ("met", 1, 1, False)}


def test_facilities_stand_in_the_unit_they_count_in(table):
    found = table({"metric": "sum", "of": "area_m2", "by": "facility", "rollup": "every"}, (">=", 200))
    assert shown(found) == {"A": ("not_met", 1, 2, False), "B": ("met", 1, 1, False)}


def test_a_figure_asked_of_the_whole_is_no_verdict_on_a_unit(table):
    found = table({"metric": "population_within", "metres": 600, "by": "township"}, (">=", 50), unit="% of people")
    assert {code: cell[0] for code, cell in shown(found).items()} == {"A": PART, "B": PART}
    assert all(cell.asked == 0 for cell in found.cells[0].values())


def test_what_is_asked_of_coarser_units_or_of_the_city_says_nothing(table):
    assert table({"metric": "count", "by": "district", "rollup": "every"}).cells == ({},)
    assert table({"metric": "count"}).cells == ({},)
    assert table({"metric": "count", "by": "township", "rollup": "every", "scope": {"class": ["rural"]}}).cell("A", 0) is None


def test_a_level_that_is_not_there(table):
    with pytest.raises(InputError):
        table({"metric": "count"}, level="street")


def test_the_worst_of_several():
    assert worst(["met", "not_met", "data_missing"]) == "not_met"
    assert worst(["met", "data_missing"]) == "data_missing" and worst(["not_applicable", "met"]) == "met"
