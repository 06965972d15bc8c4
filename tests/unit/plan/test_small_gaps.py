"""Gap lists where counts of 1 to 4 people are hidden: the one-street city of test_gaps with other people in it."""

from dataclasses import replace

import numpy as np
import pytest

from planner.export.tables import gap_table, project_table
from planner.i18n import LANGUAGES

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
        assert "403" not in written and "400" not in written and "nan" not in written.lower()
        assert found.gaps[0].action.say(lang)


def test_large_rows_are_told(gaps):
    found = gaps(100, 200, 300, 400)
    assert [gap.people_affected for gap in found.gaps] == [400, 300] and found.headline.people_affected == 700


def test_without_the_setting_all_is_told(gaps):
    assert [gap.people_affected for gap in gaps(100, 200, 3, 400, hide=False).gaps] == [400, 3]
