"""Laws of population: whatever carries the people, the sums over a unit are its stated totals, to the last bit and in any order."""

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.inputs import rasters, spread
from planner.inputs.spread import QUANTUM, StreetLines
from planner.inputs.units import Units

LAW = settings(deadline=None, max_examples=40)
WIDE, COUNT = 400.0, 3
NAMES = np.array(["a", "b", "c"], dtype=object)
PEOPLE = st.lists(st.one_of(st.integers(0, 3_000_000).map(float), st.floats(0, 1e6).map(lambda value: round(value, 1))), min_size=COUNT,
                  max_size=COUNT)
PLACE = st.tuples(st.floats(0, WIDE * COUNT), st.floats(0, WIDE))


def units():
    """Three squares in a row."""
    shapes = shapely.box(WIDE * np.arange(COUNT), 0, WIDE * np.arange(1, COUNT + 1), WIDE)
    blank = np.full(COUNT, "", dtype=object)
    return Units("township", "u.gpkg", NAMES, NAMES, blank, blank, shapes, np.arange(1, COUNT + 1))


def check(carriers, totals):
    """That each unit which has a carrier has its total on it, in any order, in shares of 2**-20 but for one."""
    carriers = spread.joined([carriers])
    found = spread.share_out({"total": np.array(totals)}, carriers)["total"]
    assert len(found) == len(carriers) and (found >= 0).all()
    for unit in np.unique(carriers.unit):
        own = found[carriers.unit == unit]
        order = np.random.default_rng(len(own)).permutation(len(own))
        exact = (totals[unit] / QUANTUM).is_integer()
        for values in (own, own[::-1], own[order]):
            total = float(np.add.reduce(values)) if exact else float(values.sum())
            assert total == totals[unit] if exact else abs(total - totals[unit]) <= 1e-9 * max(1.0, totals[unit])
        assert ((own / QUANTUM) % 1 != 0).sum() <= (0 if exact else 1)


@LAW
@given(PEOPLE, st.lists(st.tuples(PLACE, PLACE), min_size=1, max_size=8), st.lists(st.booleans(), min_size=8, max_size=8))
def test_along_streets(totals, lines, main):
    shapes = np.array([shapely.LineString(ends) for ends in lines], dtype=object)
    check(spread.along_streets(StreetLines(shapes, np.array(main[:len(lines)])), units()), totals)


@LAW
@given(PEOPLE, st.lists(st.tuples(PLACE, st.floats(1, 500), st.floats(1, 300)), min_size=1, max_size=6))
def test_over_polygons(totals, homes):
    shapes = np.array([shapely.box(x, y, x + wide, y + high) for (x, y), wide, high in homes], dtype=object)
    check(spread.over_polygons(shapes, units()), totals)


@LAW
@given(PEOPLE, st.lists(st.tuples(PLACE, st.floats(0, 1e5)), min_size=1, max_size=60))
def test_on_points_and_cells(totals, places):
    x, y, weight = (np.array(part, dtype=float) for part in zip(*((*place, weight) for place, weight in places), strict=True))
    check(spread.on_points(x, y, weight, units()), totals)


@LAW
@given(st.lists(st.floats(0, 5000, width=32), min_size=1, max_size=300))
def test_cells_of_a_raster_as_they_are(values):
    found = rasters.exact(np.array(values))
    assert ((found / QUANTUM) % 1 == 0).all() and (found >= 0).all()
    assert found.sum() == found[::-1].sum() and abs(found.sum() - sum(values)) <= 2 * QUANTUM
