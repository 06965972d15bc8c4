"""Laws of coverage curves: each minute is what a coverage of that minute says, and ranks tell the classes of any whole target."""

from __future__ import annotations

import json
import struct
from dataclasses import replace

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from planner.export.curves import NOBODY, PER_CENT, curve_file, ranks
from planner.export.palette import class_string, share_palette
from planner.measure.coverage import coverage
from planner.measure.curves import CoverageCurves, coverage_curves
from planner.measure.small_counts import published
from tests.property.test_sharing_laws import DAY, cities
from tests.unit.export.conftest import numbers

MINUTES = (1, 2, 3, 5, 9)


def near_whole() -> st.SearchStrategy[float]:
    """A share at a whole per cent, or a hair beside it."""
    beside = st.tuples(st.integers(0, 100), st.integers(-2, 2))
    return beside.map(lambda p: float(np.clip(p[0] / 100 + p[1] * np.spacing(p[0] / 100 or 1e-9), 0, 1)))


shares = st.lists(st.one_of(st.floats(0, 1), near_whole(), st.just(float("nan"))), min_size=1, max_size=30).map(np.array)


def mark(rank: int, breaks: list[int], target: int) -> str:
    """What the browser makes of a rank (map_reading.js, markOf)."""
    if rank == NOBODY:
        return "-"
    number = max((k for k in range(1, len(breaks) - 1) if rank >= PER_CENT * breaks[k]), default=0)
    return chr((97 if target > 0 and rank < PER_CENT * target else 48) + number)


@given(cities(), st.sampled_from(["shared", "own", "assigned"]), st.booleans())
@settings(max_examples=60, deadline=None)
def test_each_minute_is_the_coverage_of_that_minute(case, reach, few_hidden):
    city, _, rows = case
    assume(reach != "assigned" or any(row[2] for row in rows))
    city = replace(city, demand=replace(city.demand, hide_small=few_hidden))
    found = coverage_curves(city, "home", "walk", minutes=MINUTES, by="part", as_of=DAY, reach=reach)
    for row, minutes in enumerate(MINUTES):
        truth = published(city, coverage(city, "home", "walk", minutes=minutes, by="part", as_of=DAY, reach=reach))
        assert found.codes == tuple(unit.code for unit in truth.units)
        told = [np.nan if unit.share is None else unit.share for unit in truth.units]
        assert np.array_equal(found.share[row], told, equal_nan=True)
        assert np.array_equal(found.whole[row], np.nan if truth.total.share is None else truth.total.share, equal_nan=True)


@given(shares)
def test_a_rank_tells_the_tenth_and_each_whole_per_cent(values):
    for share, rank in zip(values.tolist(), ranks(values).tolist(), strict=True):
        if np.isnan(share):
            assert rank == NOBODY
            continue
        assert -(-rank // 2) == round(share * 1000)
        assert all((rank >= PER_CENT * p) == (share >= p / 100) for p in range(101))


@given(shares, st.integers(0, 100))
def test_the_file_gives_the_classes_of_any_target(values, target):
    curves = CoverageCurves("home", "walk", "total", "part", (1, 2), tuple(map(str, range(len(values)))), np.array([values, values[::-1]]),
                            np.array([0.25, 1.0]))
    file = curve_file(curves)
    magic, version, length = struct.unpack("<4sII", file.payload[:12])
    head, body = json.loads(file.payload[12:12 + length]), list(numbers(file.payload[12 + length:]))
    assert (magic, version, head["minutes"], head["units"], head["whole"]) == (b"SCMC", 1, [1, 2], len(values), [500, 2000])
    rows = np.cumsum(np.array(body).reshape(2, -1), axis=0)
    palette = share_palette(target / 100)
    for row, told in zip(rows, (values, values[::-1]), strict=True):
        assert "".join(mark(rank, head["breaks"][target], target) for rank in row.tolist()) == class_string(palette, told.tolist())
    assert file.column(2, values[::-1]) == 1
    assert file.column(3, values) is None
    other = values.copy()
    other[0] = 0.5 if other[0] != 0.5 else 0.6
    assert file.column(1, other) is None


