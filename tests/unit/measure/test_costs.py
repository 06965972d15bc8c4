import math

import numpy as np
import pytest
import shapely

from planner.errors import PlannerError
from planner.measure.costs import CostMatrix, cost_matrix, nearest
from planner.network.graph import from_lines
from planner.network.snap import attach

STREET = from_lines([shapely.LineString([(0, 0), (100, 0)]), shapely.LineString([(100, 0), (300, 0)])], crs="EPSG:32650")


def at(*points):
    x, y = np.array(points, dtype=float).T
    return attach(STREET, x, y, max_snap_m=300)


def test_rows_by_demand_and_columns_in_order():
    matrix = cost_matrix(STREET, at((0, 0), (9999, 0), (100, 0)), at((250, 0), (100, 5), (40, 0)), limit_m=110)
    assert matrix.shape == (3, 3) and matrix.limit_m == 110
    assert matrix.start.tolist() == [0, 2, 2, 4]
    assert [part.tolist() for part in matrix.row(0)] == [[1, 2], [105, 40]]
    assert [part.tolist() for part in matrix.row(1)] == [[], []]
    assert [part.tolist() for part in matrix.row(2)] == [[1, 2], [5, 60]]


def test_a_facility_at_the_door_is_a_stored_zero():
    matrix = cost_matrix(STREET, at((60, 0)), at((60, 0)), limit_m=0)
    assert matrix.column.tolist() == [0] and matrix.cost_m.tolist() == [0]


def test_nothing_within_the_limit():
    matrix = cost_matrix(STREET, at((0, 0)), at((300, 0)), limit_m=10)
    assert matrix.start.tolist() == [0, 0] and len(matrix.column) == 0


@pytest.mark.parametrize("limit", [-1.0, math.nan, math.inf])
def test_a_limit_must_be_a_number_of_metres(limit):
    with pytest.raises(PlannerError, match="limit_invalid"):
        cost_matrix(STREET, at((0, 0)), at((0, 0)), limit_m=limit)


def test_the_nearest_without_a_limit():
    found = nearest(STREET, at((0, 7), (9999, 0), (290, 0)), at((250, 0), (300, -10)))
    assert found.cost_m.tolist() == [257, math.inf, 20]
    assert found.facility.tolist() == [0, -1, 1]
    assert found.attached.tolist() == [True, False, True]


def test_no_facility_is_no_distance():
    found = nearest(STREET, at((0, 0)), at((9999, 9999)))
    assert found.cost_m.tolist() == [math.inf] and found.facility.tolist() == [-1]


def test_parts_that_do_not_fit_are_refused():
    with pytest.raises(PlannerError, match="cost_matrix_shape"):
        CostMatrix((2, 1), np.array([0, 1]), np.array([0]), np.array([1.0]), 10)
