"""Gap lists where counts of 1 to 4 people are hidden: the one-street city of test_gaps with other people in it."""

import re
from dataclasses import replace

import numpy as np
import pytest

from planner.export.tables import gap_table, project_table
from planner.i18n import LANGUAGES
from planner.plan.gaplist import UnitCost

HOME = {"home": [{"x": 600, "name": "甲养老院", "beds": 60}]}
WITHIN = ((">=", 60), {"metric": "population_within", "minutes": 18, "travel": "walk", "by": "community"}, {"unit": "% of people"})


@pytest.fixture
def gaps(draw, listed):
    def make(*heads, hide=True):
        city = draw(HOME)
        demand = replace(city.demand, people={"total": np.array(heads, dtype=float)}, hide_small=hide)
        return listed(replace(city, demand=demand), WITHIN)

    return make


def test_a_small_row_and_its_neighbour_tell_nobody(gaps):
    found = gaps(100, 200, 3, 400)
    assert [(gap.unit_code, gap.people_affected, gap.value, gap.shortfall) for gap in found.gaps] == [("B2", None, None, None),
                                                                                                   ("B1", None, None, None)]
    assert found.headline.people_affected == 405 and found.headline.people_affected_sum == 0  # 403, up to a multiple of 5
    assert all(not project.beneficiaries for project in found.projects)
    for lang in LANGUAGES:
        written = str(gap_table(found, lang)) + str(project_table(found, lang))
        assert "403" not in written and "400" not in written and not re.search(r"\bnan\b", written.lower())
        assert found.gaps[0].action.say(lang)


def test_hidden_projects_have_no_size_no_cost_and_no_home(draw, listed):
    rate = ((">=", 100), {"metric": "rate", "of": "beds", "per": 1000, "by": "community", "rollup": "every"}, {"unit": "beds"})
    city = draw(HOME)
    costs = (UnitCost("home", "new", "bed", 1000.0), UnitCost("home", "expand", "bed", 1000.0))
    made = {}
    for hide in (False, True):
        demand = replace(city.demand, people={"total": np.array([100.0, 200.0, 3.0, 400.0])}, hide_small=hide)
        found = listed(replace(city, demand=demand), rate, costs=costs)
        made[hide] = {project.unit_code: project for project in found.projects}
    open_one, shown = made[False]["B1"], made[True]["B1"]
    assert open_one.beds == 1 and open_one.est_cost_cny == 1000 and open_one.x == 2500  # 3 people ask for 0.3 of a bed; their home
    assert (shown.beds, shown.area_m2, shown.est_cost_cny, dict(shown.beneficiaries)) == (None, None, None, {})
    assert shown.cost_note.key == "gaps.cost.hidden" and shown.confidence_why[0].key == "gaps.confidence.centre_unit"
    hidden_gap = next(gap for gap in found.gaps if gap.unit_code == "B1")
    assert (hidden_gap.value, hidden_gap.shortfall, hidden_gap.required, hidden_gap.present) == (None, None, None, None)  # 0.3 = 3 people
    assert made[True]["A2"].beds == made[False]["A2"].beds == 20
    for lang in LANGUAGES:
        assert shown.cost_note.say(lang) and shown.confidence_why[0].say(lang)


def test_a_hidden_gap_stands_in_its_unit_not_at_a_home(gaps):
    hidden, told = gaps(100, 200, 3, 400), gaps(100, 200, 3, 400, hide=False)
    assert [(gap.unit_code, gap.y) for gap in told.gaps] == [("B2", 0), ("B1", 0)]
    assert all(2000 <= gap.x <= 4000 for gap in hidden.gaps)


def test_large_rows_are_told(gaps):
    found = gaps(100, 200, 300, 400)
    assert [gap.people_affected for gap in found.gaps] == [400, 300] and found.headline.people_affected == 700


def test_without_the_setting_all_is_told(gaps):
    assert [gap.people_affected for gap in gaps(100, 200, 3, 400, hide=False).gaps] == [400, 3]
