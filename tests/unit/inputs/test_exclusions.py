import importlib.util
import sys
from pathlib import Path

import numpy as np
import shapely

from planner.inputs.exclusions import Exclusion, areas_only, closing, within

_spec = importlib.util.spec_from_file_location("site_project_exclusions", Path(__file__).parents[1] / "plan" / "site_project.py")
drawn = importlib.util.module_from_spec(_spec)
sys.modules[_spec.name] = drawn
_spec.loader.exec_module(drawn)

SQUARE = np.array([shapely.box(0, 0, 100, 100)], dtype=object)


def test_places_inside_or_within_the_buffer_are_closed():
    x, y = np.array([50.0, 100.0, 130.0, 131.0, np.nan]), np.array([50.0, 100.0, 50.0, 50.0, 0.0])
    assert within(SQUARE, x, y).tolist() == [True, True, False, False, False]
    assert within(SQUARE, x, y, buffer_m=30.0).tolist() == [True, True, True, False, False]
    assert within(SQUARE[:0], x, y).tolist() == [False] * 5


def test_lines_have_no_area():
    shapes = np.array([shapely.box(0, 0, 1, 1), shapely.LineString([(0, 0), (1, 1)])], dtype=object)
    assert len(areas_only(shapes)) == 1


def test_an_exclusion_may_be_meant_for_some_layers():
    known = {"flood": Exclusion("flood", "hazard", SQUARE), "school": Exclusion("school", "forbidden", SQUARE, layers=("cemetery",))}
    assert [one.name for one in closing(known, "cemetery")] == ["flood", "school"]
    assert [one.name for one in closing(known, "clinic")] == ["flood"]


def test_a_check_tells_of_an_exclusion_that_cannot_be_read(tmp_path):
    from planner.plan.project import read_project, survey_project
    from planner.quality import QualityReport

    folder = drawn.draw_street(tmp_path, toml='\n[exclusion.flood]\npath = "people.csv"\n[exclusion.gone]\npath = "gone.geojson"\n')
    report = QualityReport()
    survey_project(read_project(folder, report=report), report=report)
    assert sorted(issue.code for issue in report.blocking) == ["exclusion_without_areas", "file_missing"]
