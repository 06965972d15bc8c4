"""Laws of siting besides points: more room is never worse, nobody is lost, and order decides nothing."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.siting.choices import checked_pairs, choices
from planner.siting.consolidating import solve_consolidation
from planner.siting.consolidation import HomeRules, consolidation_problem, homes
from planner.siting.keeping_away import AwayRules, away_problem, solve_away
from planner.siting.unit_choice import solve_units, unit_rules, units_problem

FEW = settings(max_examples=15, deadline=None)
SEEDS = st.integers(0, 10_000)


def all_pairs(rows, columns):
    """Pairs of places on a line, with their distances."""
    metres = np.abs(np.asarray(rows, dtype=float)[:, None] - np.asarray(columns, dtype=float)[None, :])
    row, column = np.nonzero(metres >= 0)
    return checked_pairs(row, column, metres[row, column], rows=metres.shape[0], columns=metres.shape[1])


def town(seed):
    """Homes along a road: places, residents, beds, beds once upgraded, prices."""
    draw = np.random.default_rng(seed)
    h = int(draw.integers(3, 8))
    residents = draw.integers(0, 30, h)
    beds = residents + draw.integers(0, 15, h)
    return draw.integers(0, 40, h), residents, beds, beds + draw.integers(0, 40, h), draw.integers(1, 50, h)


def consolidated(places, residents, beds, upgraded, price, *, within, **rules):
    own = homes(residents, beds, upgraded_beds=upgraded, price=price, running=10.0)
    return solve_consolidation(consolidation_problem(own, HomeRules(**rules), ways=all_pairs(places, places), within=within,
                                                     weight=np.ones(len(places)), reach=all_pairs(places, places)))


@FEW
@given(SEEDS)
def test_a_wider_limit_and_more_beds_close_no_fewer_homes(seed):
    places, residents, beds, upgraded, price = town(seed)
    near = consolidated(places, residents, beds, upgraded, price, within=8, objective="closed")
    wide = consolidated(places, residents, beds, upgraded, price, within=20, objective="closed")
    large = consolidated(places, residents, beds, upgraded + 20, price, within=20, objective="closed")
    assert near.proof.objective <= wide.proof.objective <= large.proof.objective
    for answer in (near, wide, large):
        assert answer.proof.status == "optimal" and answer.residents_after.sum() == residents.sum()
        assert (answer.residents_after <= np.maximum(answer.beds_after, residents)).all()


@FEW
@given(SEEDS)
def test_the_order_of_homes_decides_nothing(seed):
    given = town(seed)
    order = np.random.default_rng(seed).permutation(len(given[0]))
    first = consolidated(*given, within=15, objective="cost", years=3.0)
    other = consolidated(*(part[order] for part in given), within=15, objective="cost", years=3.0)
    assert abs(first.proof.objective - other.proof.objective) < 1e-6
    assert abs(float((first.moves.residents * first.moves.distance).sum() - (other.moves.residents * other.moves.distance).sum())) < 1e-6


@FEW
@given(SEEDS)
def test_one_more_unit_never_reaches_fewer_and_limits_never_help(seed):
    draw = np.random.default_rng(seed)
    n, u = int(draw.integers(4, 15)), int(draw.integers(3, 9))
    reach, weight, group = all_pairs(draw.integers(0, 50, n), draw.integers(0, 50, u)), draw.integers(0, 9, n), draw.integers(0, 2, u)

    def got(count, **limits):
        posed = units_problem(choices(group, 2), unit_rules("reach", 2, count=count, **limits), weight=weight, reach=reach, within=6)
        return solve_units(posed).covered_weight

    values = [got(count) for count in range(u + 1)]
    assert values == sorted(values) and values[0] == 0.0
    assert got(u, most=1) <= values[-1]


@FEW
@given(SEEDS)
def test_keeping_farther_away_never_reaches_more(seed):
    draw = np.random.default_rng(seed)
    people, places = draw.integers(0, 60, int(draw.integers(3, 15))), draw.integers(0, 60, int(draw.integers(2, 8)))
    pairs = all_pairs(people, places)
    sites, weight = choices(np.zeros(len(places), dtype=int), 1), np.ones(len(people))
    got = [solve_away(away_problem(sites, AwayRules(count=2), weight=weight, drive=pairs, longest=20, apart=pairs, least=least))
           for least in (0, 3, 6, 12)]
    values = [answer.covered_weight for answer in got]
    assert values == sorted(values, reverse=True) and all(answer.near_people == 0.0 for answer in got)
