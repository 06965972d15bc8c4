"""Alternatives against enumeration: every one the best that differs, and the reason why there is no further one."""

import itertools

import numpy as np
import pytest

from planner.errors import SitingError
from planner.siting.alternatives import alternatives, relative_loss
from planner.siting.results import worth
from tests.unit.siting.drawn import drawn, problem


def lawful_plans(posed):
    """(sites, objective) of every lawful plan."""
    for size in range(posed.sites + 1):
        for sites in itertools.combinations(range(posed.sites), size):
            value = worth(posed, np.array(sites, dtype=int))
            if value.lawful:
                yield set(sites), value.objective


def best_unlike(posed, plans, seen, differ_by):
    """The best objective of a plan that gives up enough of the new sites of each plan seen."""
    old = set(posed.existing.tolist())
    fit = [value for sites, value in plans if all(len(set(plan.sites.tolist()) - old - sites) >= differ_by for plan in seen)]
    return (max if posed.maximised else min)(fit, default=None)


@pytest.mark.parametrize("seed", range(16))
@pytest.mark.parametrize("model", ["lscp", "mclp", "p_median", "p_center"])
def test_as_enumeration(model, seed):
    posed, differ_by, max_loss = drawn(model, seed), 1 + seed % 2, (0.0, 0.1, 0.5, 9.0)[seed % 4]
    found = alternatives(posed, count=3, max_loss=max_loss, differ_by=differ_by)
    if found.best.objective is None:
        assert (found.plans, found.ended) == ((), "none")
        return
    plans, seen = list(lawful_plans(posed)), [found.best]
    for plan in found.plans:
        wanted = best_unlike(posed, plans, seen, differ_by)
        assert (plan.result.status, plan.result.objective) == ("optimal", pytest.approx(wanted, rel=1e-9))
        assert -1e-9 <= plan.loss <= max_loss + 1e-9
        assert plan.loss_at_most == pytest.approx(plan.loss)  # the best plan is proven
        seen.append(plan.result)
    wanted = best_unlike(posed, plans, seen, differ_by)
    if found.ended == "none":
        assert wanted is None
    elif found.ended == "loss":
        assert relative_loss(posed, wanted, found.best.objective) > max_loss
    else:
        assert (found.ended, len(found.plans)) == ("count", 3)


def test_what_it_gains_and_gives_up():
    posed = problem("mclp", [[1, -1, -1], [-1, 1, -1], [-1, -1, 1]], weight=[5, 4, 3], p=2)
    found = alternatives(posed, count=1, max_loss=1.0)
    (plan,) = found.plans
    assert (found.best.sites.tolist(), plan.gained.tolist(), plan.given_up.tolist()) == ([0, 1], [2], [1])
    assert plan.loss == pytest.approx(1 / 9)


def test_a_known_plan_is_taken_as_it_is():
    posed = problem("mclp", [[1, -1], [-1, 1]], weight=[5, 4], p=1)
    best = alternatives(posed, count=0).best
    assert alternatives(posed, count=1, max_loss=1.0, best=best).best is best


def test_cancelled_at_once():
    posed = problem("mclp", [[1, -1], [-1, 1]], weight=[5, 4], p=1)
    found = alternatives(posed, count=2, max_loss=1.0, best=alternatives(posed, count=0).best, cancel=lambda: True)
    assert (found.plans, found.ended) == ((), "cancel")


@pytest.mark.parametrize("wrong", [{"count": -1}, {"max_loss": -0.1}, {"max_loss": float("nan")}, {"differ_by": 0}])
def test_numbers_that_cannot_be(wrong):
    with pytest.raises(SitingError, match="siting_limit_invalid"):
        alternatives(problem("mclp", [[1]], p=1), **({"count": 1} | wrong))
