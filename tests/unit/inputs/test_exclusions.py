import numpy as np
import shapely

from planner.inputs.exclusions import Exclusion, areas_only, closing, within

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
