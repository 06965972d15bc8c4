"""What can close with no target lost, against enumeration of every set that might."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from planner.errors import SitingError
from planner.siting.oversupply import conversions, floors, oversupply
from planner.siting.results import nearest
from planner.siting.rules import weighed
from tests.unit.siting.drawn import drawn, problem

STREET = [[1, 1, -1], [-1, 1, 1], [-1, 1, -1]]  # the middle facility reaches everybody


def covered(posed, sites):
    return nearest(posed.by_demand, np.isin(np.arange(posed.sites), list(sites)))[0] >= 0


def town(seed):
    draw = np.random.default_rng(seed + 5)
    posed = drawn("lscp", seed)
    posed = replace(posed, area=draw.integers(0, 3, posed.demands).astype(np.int32))
    return replace(posed, rules=weighed(draw.integers(0, 3, posed.sites), lower=3.0)) if seed % 3 == 0 else posed


@pytest.mark.parametrize("seed", range(24))
@pytest.mark.parametrize("keep", ["every", "area_share"])
def test_as_enumeration(keep, seed):
    posed = town(seed)
    total = np.bincount(posed.area, posed.weight)
    floor = np.array([0.5, 0.6, 0.9])[: len(total)] if keep == "area_share" and seed % 2 else None
    usable = np.flatnonzero(posed.fixed != -1).tolist()
    today = np.bincount(posed.area, posed.weight * covered(posed, usable), minlength=len(total))
    needed = today if floor is None else np.minimum(today, floor * total)

    def fits(kept):
        now = covered(posed, kept)
        if posed.rules is not None and not posed.rules.keeps(np.isin(np.arange(posed.sites), kept)):
            return False
        if keep == "every":
            return bool((now == covered(posed, usable)).all())
        return bool((np.bincount(posed.area, posed.weight * now, minlength=len(total)) >= needed - 1e-9).all())

    free = posed.candidates.tolist()
    savings = [float(posed.price[list(closed)].sum()) for size in range(len(free) + 1) for closed in itertools.combinations(free, size)
               if fits([j for j in usable if j not in closed])]
    found = oversupply(posed, keep=keep, floor=floor)
    if not savings:
        assert found.result.status == "infeasible"
        return
    assert (found.saved, found.saved_at_most) == (pytest.approx(max(savings)), pytest.approx(max(savings)))
    assert fits(found.kept.tolist())
    assert found.alone.tolist() == [j for j in free if fits([k for k in usable if k != j])]


def test_by_hand():
    found = oversupply(problem("lscp", STREET, weight=[5, 3, 2]))
    assert (found.closable.tolist(), found.saved, found.alone.tolist(), found.sole_weight.tolist()) == ([0, 2], 2.0, [0, 2], [0, 2, 0])


def test_two_that_could_each_close_need_not_close_together():
    found = oversupply(problem("lscp", [[1, 1]], site_cost=[1.0, 9.0]))
    assert (found.alone.tolist(), found.closable.tolist(), found.saved) == ([0, 1], [1], 9.0)


def test_a_floor_above_today_asks_for_today():
    posed = problem("lscp", [[1], [-1]], weight=[1, 1], area=[0, 0])
    needed, spare = floors(posed, np.array([0.9]))
    assert (needed.tolist(), spare.tolist()) == ([1.0], [0.0])


def test_conversions_choose_among_the_closable_alone():
    nurseries = problem("mclp", [[1, -1, -1], [-1, 1, -1], [-1, -1, 1]], weight=[1, 9, 2], p=1)
    assert conversions(nurseries, [0, 2]).sites.tolist() == [2]


@pytest.mark.parametrize(("model", "keep", "code"), [
    ("mclp", "every", "siting_oversupply_invalid"), ("lscp", "some", "siting_oversupply_invalid"),
    ("lscp", "area_share", "siting_areas_needed")])
def test_what_cannot_be_asked(model, keep, code):
    with pytest.raises(SitingError, match=code):
        oversupply(problem(model, [[1]], p=1), keep=keep)
