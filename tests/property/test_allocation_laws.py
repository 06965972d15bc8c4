"""Laws of allocation: whole numbers that add up exactly, within their bounds, never less for more weight."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from planner.plan.allocation import METHODS, Factor, allocate


@st.composite
def questions(draw):
    """Units with weights, bounds that leave a split, and a quota."""
    count = draw(st.integers(1, 8))
    codes = [f"U{k}" for k in range(count)]
    factors = [Factor("a", tuple(draw(st.lists(st.integers(0, 1000), min_size=count, max_size=count))), 1.0)]
    if draw(st.booleans()):
        values = draw(st.lists(st.integers(1, 50), min_size=count, max_size=count))
        factors.append(Factor("b", tuple(values), draw(st.sampled_from((0.5, 3.0)))))
    if not any(factors[0].values):
        factors[0] = Factor("a", (1.0,) * count)
    least = {code: draw(st.integers(0, 20)) for code in codes} if draw(st.booleans()) else {}
    most = {code: least.get(code, 0) + draw(st.integers(0, 60)) for code in codes} if draw(st.booleans()) else {}
    weighed = [any(factor.values[k] for factor in factors) for k in range(count)]
    top = sum(most.get(code, 10_000) if weighed[k] else least.get(code, 0) for k, code in enumerate(codes))
    quota = draw(st.integers(sum(least.values()), min(top, 10_000)))
    return quota, codes, factors, least, most


@settings(deadline=None)
@given(questions(), st.sampled_from(METHODS))
def test_sums_exactly_within_bounds(question, method):
    quota, codes, factors, least, most = question
    shares = allocate(quota, codes, factors, least=least, most=most, method=method)
    assert sum(one.amount for one in shares) == quota
    assert all(one.least <= one.amount and (one.most is None or one.amount <= one.most) for one in shares)
    assert abs(sum(one.exact for one in shares) - quota) < 1e-6
    if method == METHODS[0]:
        assert all(abs(one.amount - one.exact) < 1 + 1e-9 for one in shares)


@settings(deadline=None)
@given(questions(), st.sampled_from(METHODS))
def test_more_weight_never_gets_less(question, method):
    quota, codes, factors, _, _ = question
    shares = allocate(quota, codes, factors, method=method)
    ordered = sorted(shares, key=lambda one: one.share)
    assert all(a.amount <= b.amount for a, b in pairwise(ordered) if a.share < b.share)


@settings(deadline=None)
@given(questions(), st.integers(1, 30))
def test_under_webster_a_larger_quota_takes_from_nobody(question, more):
    quota, codes, factors, _, _ = question
    less, larger = (allocate(one, codes, factors, method="webster") for one in (quota, quota + more))
    assert all(a.amount <= b.amount for a, b in zip(less, larger, strict=True))
