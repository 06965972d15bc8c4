"""Consolidation of homes against enumeration; who cannot be placed is named."""

import itertools

import numpy as np
import pytest

from planner.errors import SitingError
from planner.siting.choices import checked_pairs
from planner.siting.consolidating import solve_consolidation
from planner.siting.consolidation import HomeRules, consolidation_problem, homes


def pairs(table):
    """Pairs from a table of distances (-1: no way)."""
    table = np.array(table, dtype=float).reshape(len(table), -1)
    row, column = np.nonzero(table >= 0)
    return checked_pairs(row, column, table[row, column], rows=len(table), columns=table.shape[1])


def line(own, rules, *, places, within=10, people=None, weight=None, reach=10):
    """Homes at places along a road, and people at others; distances are differences."""
    at = np.array(places, dtype=float)
    metres = np.abs(at[:, None] - at[None, :])
    if people is None:
        return consolidation_problem(own, rules, ways=pairs(metres), within=within)
    seen = np.abs(np.array(people, dtype=float)[:, None] - at[None, :])
    return consolidation_problem(own, rules, ways=pairs(metres), within=within, weight=np.ones(len(people)) if weight is None else weight,
                                 reach=pairs(np.where(seen <= reach, seen, -1)))


def placed(problem, opened, room):
    """The least residents x distance of placing everybody of the homes that close, by enumeration of whole homes or of single persons;
    None where it cannot be done. Tiny: residents are 0 to 3."""
    own, rules = problem.homes, problem.rules
    metres = np.full((len(own), len(own)), np.inf)
    metres[problem.ways.row_of, problem.ways.column] = problem.ways.cost
    groups = [(h, int(own.residents[h])) for h in np.flatnonzero(~opened) if own.residents[h]]
    if not rules.whole:
        groups = [(h, 1) for h, count in groups for _ in range(count)]
    best = None
    for ways in itertools.product(np.flatnonzero(opened), repeat=len(groups)):
        load = np.zeros(len(own))
        cost = 0.0
        for (h, count), g in zip(groups, ways, strict=True):
            load[g] += count
            cost += count * metres[h, g]
        if np.isfinite(cost) and (load <= room).all() and (best is None or cost < best):
            best = cost
    return best


def best(problem):
    """(cost or homes left) over all actions; None where none keeps the rules."""
    own, rules = problem.homes, problem.rules
    seen = np.zeros((len(problem.weight), len(own)), dtype=bool)
    seen[problem.reach.row_of, problem.reach.column] = True
    today = problem.weight[seen[:, own.exists].any(axis=1)].sum()
    values = []
    for actions in itertools.product((0, 1, 2), repeat=len(own)):  # closed, kept, upgraded
        keep, upgrade = np.array(actions) == 1, np.array(actions) == 2
        opened = keep | upgrade
        if (keep & ~own.exists).any() or (upgrade & (own.upgraded_beds <= 0)).any():
            continue
        if opened[own.fixed == -1].any() or not opened[own.fixed == 1].all():
            continue
        beds = np.where(upgrade, own.upgraded_beds, np.where(keep, own.beds, 0))
        if (beds[opened & (own.fixed != 1)] < rules.least_beds).any():
            continue
        if rules.open_homes is not None and opened.sum() > rules.open_homes:
            continue
        price = own.price[upgrade].sum()
        if rules.budget is not None and price > rules.budget:
            continue
        had = seen[:, own.exists].any(axis=1)
        got = problem.weight[seen[:, opened].any(axis=1) & had].sum()
        if rules.kept_share is not None and got < rules.kept_share * today - 1e-9:
            continue
        room = np.maximum(np.floor(beds * rules.occupancy + 1e-9) - own.residents, 0)
        if placed(problem, opened, room) is None:
            continue
        moved = own.residents[~opened].sum()
        running = own.running[keep].sum() + own.running_upgraded[upgrade].sum()
        cost = price + rules.years * running + rules.move_price * moved
        values.append((own.exists & opened).sum() if rules.objective == "closed" else cost)
    return min(values, default=None)


@pytest.mark.parametrize("seed", range(30))
def test_as_enumeration(seed):
    draw = np.random.default_rng(seed)
    h, n = int(draw.integers(3, 5)), int(draw.integers(2, 6))
    exists = draw.random(h) < 0.8
    residents, beds = np.where(exists, draw.integers(0, 4, h), 0), np.where(exists, draw.integers(1, 6, h), 0)
    upgraded = np.where(draw.random(h) < 0.6, beds + draw.integers(1, 5, h), 0)
    own = homes(residents, beds, upgraded_beds=upgraded, price=draw.integers(1, 20, h), running=draw.integers(1, 9, h),
                running_upgraded=draw.integers(1, 9, h), exists=exists, fixed=draw.choice([0, 0, 0, 0, 1, -1], h))
    rules = HomeRules(objective=("cost", "closed")[seed % 2], years=float(draw.integers(0, 4)), move_price=float(draw.integers(0, 3)),
                      whole=bool(draw.random() < 0.5), occupancy=float(draw.choice([1.0, 0.8])), least_beds=float(draw.choice([0, 0, 3])),
                      open_homes=[None, 2][int(draw.random() < 0.3)], budget=[None, 20.0][int(draw.random() < 0.3)],
                      kept_share=[1.0, 0.6, None][seed % 3])
    problem = line(own, rules, places=draw.integers(0, 20, h), people=draw.integers(0, 25, n), weight=draw.integers(0, 5, n))
    wanted, answer = best(problem), solve_consolidation(problem, time_limit_s=20)
    assert answer.proof.status == ("infeasible" if wanted is None else "optimal")
    assert bool(answer.proof.reasons) == (wanted is None)
    if wanted is None:
        return
    got = answer.proof.objective if rules.objective == "cost" else own.exists.sum() - answer.proof.objective
    assert got == pytest.approx(wanted, rel=1e-9)
    assert answer.residents_after.sum() == residents.sum()
    opened = np.array([action in ("keep", "upgrade", "build") for action in answer.action])
    room = np.maximum(np.floor(answer.beds_after * rules.occupancy + 1e-9) - own.residents, 0)
    assert (answer.moves.residents * answer.moves.distance).sum() == pytest.approx(placed(problem, opened, room), abs=1e-6)
    again = solve_consolidation(problem, time_limit_s=20)
    assert again.action == answer.action and again.moves.residents.tolist() == answer.moves.residents.tolist()


def test_two_small_homes_are_merged_into_the_one_between():
    """Homes at 0, 5 and 9 with 2, 3 and 2 residents; the middle one upgraded to 8 beds takes all, and saves two times 10 a year."""
    own = homes([2, 3, 2], [2, 3, 2], upgraded_beds=[0, 8, 0], price=[0, 12, 0], running=10)
    answer = solve_consolidation(line(own, HomeRules(years=1), places=[0, 5, 9], people=[0, 9], weight=[4, 6]))
    assert answer.action == ("close", "upgrade", "close") and answer.proof.status == "optimal" and answer.proof.objective == 22.0
    moves = answer.moves
    assert list(zip(moves.origin, moves.target, moves.residents, moves.distance, strict=True)) == [(0, 1, 2.0, 5.0), (2, 1, 2.0, 4.0)]
    assert (answer.price, answer.running_today, answer.running_after) == (12.0, 30.0, 10.0)
    handed = answer.handed
    assert list(zip(handed.origin, handed.target, handed.weight, strict=True)) == [(0, 1, 4.0), (2, 1, 6.0)]
    dear = solve_consolidation(line(homes([2, 3, 2], [2, 3, 2], upgraded_beds=[0, 8, 0], price=[0, 25, 0], running=10), HomeRules(years=1),
                                    places=[0, 5, 9]))
    assert dear.action == ("keep", "keep", "keep") and dear.proof.objective == 30.0


def test_nobody_loses_the_home_in_reach_unless_a_share_is_allowed():
    own = homes([1, 1], [4, 4], running=10)
    shown = {"places": [0, 8], "people": [0, 0, 20], "reach": 12}
    held = solve_consolidation(line(own, HomeRules(), **shown))
    assert held.action == ("close", "keep") and held.covered_after == 3.0
    far = {"places": [0, 8], "people": [-12, 20], "reach": 12}
    both = solve_consolidation(line(own, HomeRules(), **far))
    assert both.action == ("keep", "keep")
    some = solve_consolidation(line(own, HomeRules(kept_share=0.5), **far))
    assert sorted(some.action) == ["close", "keep"] and some.covered_after == 1.0 and some.handed.target.tolist() == [-1]


def test_an_overfull_home_keeps_its_own_and_takes_nobody():
    answer = solve_consolidation(line(homes([6, 1], [4, 3], running=[1, 50]), HomeRules(), places=[0, 5]))
    assert answer.action == ("keep", "keep") and answer.overfull.tolist() == [True, False]


def test_reasons():
    lonely = homes([2, 3], [4, 9], fixed=[-1, 0])
    far = solve_consolidation(line(lonely, HomeRules(), places=[0, 50]))
    assert [(r.code, r.about, r.amount) for r in far.proof.reasons] == [("no_way", (0,), 2.0)] and far.action == ()
    full = solve_consolidation(line(homes([5, 3], [6, 6], fixed=[-1, 0]), HomeRules(), places=[0, 5]))
    assert [(r.code, r.about, r.amount) for r in full.proof.reasons] == [("unplaced", (0,), 2.0)]
    held = solve_consolidation(line(homes([1, 1], [6, 6], fixed=[1, 1]), HomeRules(open_homes=1), places=[0, 5]))
    assert [(r.code, r.amount) for r in held.proof.reasons] == [("open_homes", 2.0)]
    lost = solve_consolidation(line(homes([1, 1], [6, 6], fixed=[-1, 0]), HomeRules(kept_share=0.9), places=[0, 8], people=[-12, 0, 0, 20],
                                    reach=12))
    assert [(r.code, r.amount) for r in lost.proof.reasons] == [("kept_share", 0.75)]


@pytest.mark.parametrize("wrong", [{"objective": "best"}, {"kept_share": 2.0}, {"budget": -1.0}, {"years": float("inf")}])
def test_rules_that_cannot_be(wrong):
    with pytest.raises(SitingError):
        HomeRules(**wrong)


@pytest.mark.parametrize("wrong", [{"residents": [1.5]}, {"beds": [-1]}, {"fixed": [2]}, {"exists": [False]}, {"beds": [1, 2]}])
def test_homes_that_cannot_be(wrong):
    given = {"residents": [1], "beds": [2]} | wrong
    with pytest.raises(SitingError):
        homes(given.pop("residents"), given.pop("beds"), **given)
