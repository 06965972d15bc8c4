import numpy as np
import pytest
import shapely

from planner.inputs import spread
from planner.inputs.spread import Carriers, StreetLines, share_out
from planner.inputs.units import Units


def units(*boxes):
    count = len(boxes)
    blank = np.full(count, "", dtype=object)
    codes = np.array([str(k) for k in range(count)], dtype=object)
    return Units("community", "f", codes, codes, blank, blank, np.array([shapely.box(*box) for box in boxes], dtype=object),
                 np.arange(1, count + 1))


TWO = units((0, 0, 1000, 100), (1000, 0, 2000, 100))


def test_points_stand_for_at_most_100_metres_of_street():
    # 250 m in unit 0: three pieces; 100 m in unit 1: one; 50 m outside: none
    lines = np.array([shapely.LineString([(0, 50), (250, 50)]), shapely.LineString([(1100, 50), (1200, 50)]),
                      shapely.LineString([(0, 300), (50, 300)])])
    found = spread.along_streets(StreetLines(lines, np.array([True, True, True])), TWO)
    assert found.unit.tolist() == [0, 0, 0, 1] and found.weight.tolist() == pytest.approx([250 / 3] * 3 + [100])
    assert found.x.tolist() == pytest.approx([125 / 3, 125, 625 / 3, 1150])


def test_a_street_over_a_border_is_shared_by_its_pieces():
    found = spread.along_streets(StreetLines(np.array([shapely.LineString([(800, 50), (1200, 50)])]), np.array([True])), TWO)
    assert found.unit.tolist() == [0, 0, 1, 1]


def test_streets_cut_off_carry_only_where_there_is_no_other():
    lines = np.array([shapely.LineString([(0, 20), (90, 20)]), shapely.LineString([(0, 80), (90, 80)]),
                      shapely.LineString([(1500, 50), (1590, 50)])])
    found = spread.along_streets(StreetLines(lines, np.array([True, False, False])), TWO)
    assert found.unit.tolist() == [0, 1] and found.y.tolist() == pytest.approx([20, 50])


def test_residential_polygons_are_cut_at_borders_and_into_cells():
    polygons = np.array([shapely.box(900, 0, 1300, 100), shapely.box(0, 0, 10, 10), shapely.box(0, 500, 10, 510)], dtype=object)
    found = spread.over_polygons(polygons, TWO)
    # 100 m of the first polygon lie in unit 0, 300 m in unit 1: three cells of 100 m; the third polygon lies in no unit
    assert found.unit.tolist() == [0, 0, 1, 1, 1] and sorted(found.weight[:2]) == pytest.approx([100, 10000])
    assert found.weight[2:].tolist() == pytest.approx([10000] * 3)
    assert all(TWO.shapes[unit].contains(shapely.Point(x, y)) for unit, x, y in zip(found.unit, found.x, found.y, strict=True))


def carriers(unit, weight):
    count = len(unit)
    return Carriers(np.arange(count, dtype=float), np.zeros(count), np.array(unit, dtype=np.int64), np.array(weight, dtype=float))


def test_shares_follow_weights_and_sum_to_the_last_bit():
    shared = share_out({"total": np.array([100.0, 7.0])}, carriers([0, 0, 0, 1], [1, 1, 2, 5]))["total"]
    assert shared.tolist() == pytest.approx([25, 25, 50, 7], abs=1e-5)
    assert shared[:3].sum() == 100 and shared[3] == 7


def test_no_carriers_no_people():
    assert share_out({"total": np.array([5.0])}, carriers([], []))["total"].tolist() == []


def test_joined_and_chosen():
    both = spread.joined([carriers([1, 1], [1, 2]), carriers([0], [3])])
    assert both.unit.tolist() == [0, 1, 1] and both.weight.tolist() == [3, 1, 2]
    assert spread.only(both, np.array([False, True])).weight.tolist() == [1, 2]
    assert spread.in_units(TWO, np.array([1])).unit.tolist() == [1]
