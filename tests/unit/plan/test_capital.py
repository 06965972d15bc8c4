"""Capital projects of the one-street city: what is merged, how large it is, what it costs, what it may be one with."""

import datetime as dt

import pytest

from planner.plan.gaplist import UnitCost

ONE_EACH = ((">=", 1), {"metric": "count", "by": "township", "rollup": "every"}, {})
LARGE_EACH = ((">=", 1), {"metric": "count", "where": {"beds": ">= 50"}, "by": "township", "rollup": "every"}, {})
BEDS_EACH = ((">=", 80), {"metric": "sum", "of": "beds", "by": "township", "rollup": "every"}, {})
NURSING_EACH = (
    (">=", 50),
    {"metric": "ratio", "of": "nursing_beds", "in": "beds", "by": "township", "rollup": "every"},
    {"unit": "% of beds"},
)
HOME = {"home": [{"x": 600, "beds": 100, "nursing_beds": 60}]}


def test_one_facility_closes_several_gaps_of_its_unit(draw, listed):
    found = listed(draw(HOME), ONE_EACH, LARGE_EACH, BEDS_EACH)
    (project,) = found.projects
    assert (project.unit_code, project.action, project.quantity, project.beds) == ("B", "new", 1, 80)
    assert project.targets == ("t1", "t2", "t3")
    assert len(project.gaps) == 3
    assert {gap.project_ids for gap in found.gaps} == {("P0001",)}
    assert (project.beneficiaries, project.people) == ({"total": 700}, 700)


def test_a_conversion_stands_apart(draw, listed):
    found = listed(draw({"home": [{"x": 600, "beds": 60, "nursing_beds": 10}]}), BEDS_EACH, NURSING_EACH)
    assert [(project.unit_code, project.action, project.beds) for project in found.projects] == [
        ("B", "new", 80),
        ("A", "convert", 20),
        ("A", "expand", 20),
    ]


def test_two_large_homes_need_twice_the_beds(draw, listed):
    two = ((">=", 2), LARGE_EACH[1], {})
    (project, _) = listed(draw(HOME), two).projects
    assert (project.unit_code, project.quantity, project.beds) == ("B", 2, 100)


@pytest.mark.parametrize(
    ("costs", "cny", "why"),
    [
        ((), None, "gaps.cost.no_table"),
        ((UnitCost("shop", "new", "site", 5.0),), None, "gaps.cost.no_row"),
        ((UnitCost("home", "new", "m2", 5.0),), None, "gaps.cost.no_size"),
        ((UnitCost("home", "new", "site", 9e6), UnitCost("home", "new", "bed", 2e5, "2025", "本市造价", "assumed")), 80 * 2e5, None),
    ],
)
def test_money_comes_from_the_projects_own_table_or_not_at_all(draw, listed, costs, cny, why):
    found = listed(draw(HOME), BEDS_EACH, costs=costs)
    (project,) = found.projects
    assert project.est_cost_cny == cny
    assert (project.cost_note.key if project.cost_note else None) == why
    assert (found.headline.est_cost_cny, found.headline.projects_without_cost) == (cny, 0 if cny else 1)
    if cny:
        assert (project.price_year, project.cost_source) == ("2025", "本市造价")
        assert "gaps.confidence.cost_assumed" in [reason.key for reason in project.confidence_why]


def test_neighbours_within_the_service_radius_are_named(draw, listed):
    within = ((">=", 90), {"metric": "population_within", "metres": 1000, "by": "community"}, {"unit": "% of people"})
    found = listed(draw({"home": [{"x": 500}]}), within, ONE_EACH)
    by_unit = {project.unit_code: project for project in found.projects}
    assert set(by_unit) == {"B", "B1", "B2"}  # A1 and A2 are within 1,000 m of the home
    said = {code: [sentence.key for sentence in project.overlap] for code, project in by_unit.items()}
    # B1 and B2 live 1,000 m apart, and both in B, whose own project stands apart from its parts
    assert said == {"B": [], "B1": ["gaps.overlap.within", "gaps.overlap.near"], "B2": ["gaps.overlap.within", "gaps.overlap.near"]}
    assert by_unit["B"].project_id in by_unit["B1"].overlap[0].say("zh")


@pytest.mark.parametrize(
    ("deadline", "year", "phase"),
    [(2028, 2028, "near"), (2024, 2026, "near"), (dt.date(2033, 5, 1), 2033, "middle"), (2040, 2040, "far"), (None, 2026, "near")],
)
def test_the_year_is_the_deadline_or_the_next(draw, listed, deadline, year, phase):
    more = {} if deadline is None else {"deadline": deadline}
    (project,) = listed(draw(HOME), (*ONE_EACH[:2], more)).projects
    assert (project.year, project.phase) == (year, phase)


def test_a_total_of_the_whole_has_no_place_yet(draw, listed):
    (project,) = listed(draw(HOME), ((">=", 150), {"metric": "sum", "of": "beds"}, {})).projects
    assert (project.action, project.beds, project.confidence, project.unit_code) == ("expand", 50, "low", "")
    assert project.people is None
    assert project.name.say("zh") == "全域home扩建项目"


def test_blanks_lower_the_confidence(draw, listed):
    # B has one home of unknown size: its 80 beds may be there, but in A they certainly are not
    found = listed(draw({"home": [{"x": 600, "beds": 20}, {"x": 700, "beds": 30}]}), BEDS_EACH)
    assert {project.unit_code: project.confidence for project in found.projects} == {"A": "medium", "B": "medium"}
    unsure = ((">=", 5), {"metric": "count", "where": {"beds": ">= 50"}}, {})
    (project,) = listed(draw({"home": [{"x": 600, "beds": None}, {"x": 700, "beds": 90}]}), unsure).projects
    assert "gaps.confidence.blanks" in [reason.key for reason in project.confidence_why]
