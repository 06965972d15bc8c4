"""Laws of rules, alternatives, frontiers, stages and over-supply, whatever the town."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.siting.alternatives import alternatives
from planner.siting.frontier import frontier
from planner.siting.oversupply import oversupply
from planner.siting.phased import Stage, phased
from planner.siting.rules import apart, at_least, differ, too_near
from planner.siting.solving import solve
from tests.property.test_siting_laws import posed, towns

FEW = settings(max_examples=10, deadline=None)


@FEW
@given(towns(), st.integers(0, 3), st.integers(0, 2), st.data())
def test_a_rule_never_makes_a_plan_better(town, p, needed, data):
    count = town[0].shape[1]
    place = data.draw(st.lists(st.integers(-1, 1), min_size=count, max_size=count))
    pairs = data.draw(st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=4))
    rules = at_least(place, {0: needed}).joined(apart(np.array(pairs, dtype=int).reshape(-1, 2), fixed=np.zeros(count)))
    for model in ("mclp", "p_median", "p_center"):
        free = posed(model, town, p=p)
        one, other = solve(free), solve(replace(free, rules=rules))
        if other.objective is None:
            continue
        assert one.objective is not None
        assert other.objective <= one.objective + 1e-9 if free.maximised else other.objective >= one.objective - 1e-9


@FEW
@given(towns(), st.integers(1, 3))
def test_a_rule_that_the_best_plan_keeps_changes_nothing(town, p):
    free = posed("mclp", town, p=p)
    best = solve(free)
    rules = at_least(np.zeros(free.sites), {0: len(best.sites)})
    assert solve(replace(free, rules=rules)).objective == best.objective


@FEW
@given(towns(), st.integers(1, 3))
def test_alternatives_get_no_better_and_exclude_each_other(town, p):
    free = posed("mclp", town, p=p)
    found = alternatives(free, count=4, max_loss=1.0)
    values = [found.best.objective, *(plan.result.objective for plan in found.plans)]
    assert values == sorted(values, reverse=True)
    plans = [found.best.sites.tolist(), *(plan.result.sites.tolist() for plan in found.plans)]
    for at, plan in enumerate(plans):
        for other in plans[at + 1:]:
            assert not set(plan) <= set(other)
            assert differ(np.array(plan, dtype=int), 1).keeps(np.isin(np.arange(free.sites), other))


@FEW
@given(towns(), st.integers(1, 3), st.data())
def test_more_fairness_never_covers_more(town, p, data):
    count = town[0].shape[0]
    area = np.array(data.draw(st.lists(st.integers(0, 2), min_size=count, max_size=count)), dtype=np.int32)
    curve = frontier(replace(posed("mclp", town, p=p), area=area), points=4)
    covered = [point.covered_weight for point in curve.points]
    assert covered == sorted(covered, reverse=True)
    assert [point.floor for point in curve.points] == sorted(point.floor for point in curve.points)
    assert covered[0] == solve(posed("mclp", town, p=p)).objective


@FEW
@given(towns(), st.integers(0, 3), st.integers(0, 3))
def test_stages_are_between_what_each_could_have_alone_and_the_first_one_kept(town, first, more):
    free = posed("mclp", town, p=1)
    plan = phased(free, [Stage("1", p=first), Stage("2", p=first + more)])
    alone = [solve(replace(free, p=p)).objective for p in (first, first + more)]
    assert 2 * alone[0] - 1e-9 <= plan.result.objective <= sum(alone) + 1e-9
    once = phased(free, [Stage("1", p=first)])
    assert once.result.objective == pytest.approx(alone[0])


@FEW
@given(towns())
def test_what_can_close_leaves_everybody_covered(town):
    table, weight = town
    found = oversupply(posed("lscp", town, within=10))
    reach = np.nan_to_num(table, nan=np.inf) <= 10
    assert (reach[:, found.kept].any(1) == reach.any(1)).all()
    assert set(found.alone) >= set(found.closable)
    assert found.saved == len(found.closable) == found.saved_at_most
    free = oversupply(replace(posed("lscp", town, within=10), area=np.zeros(len(weight), dtype=np.int32)), keep="area_share", floor=[0.0])
    assert free.saved == table.shape[1] >= found.saved


@FEW
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=12), st.integers(0, 20))
def test_pairs_that_are_too_near_are_those_that_are(points, spacing):
    x, y = np.array(points, dtype=float).T
    found = {tuple(pair) for pair in too_near(x, y, spacing).tolist()}
    assert found == {(a, b) for a in range(len(x)) for b in range(a + 1, len(x)) if np.hypot(x[a] - x[b], y[a] - y[b]) < spacing}
