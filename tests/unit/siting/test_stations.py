"""Centres with their stations against enumeration; what makes a problem infeasible is named."""

import itertools

import numpy as np
import pytest

from planner.errors import SitingError
from planner.siting.choices import checked_pairs, choices
from planner.siting.stations import StationRules, solve_stations, stations_problem


def posed(table, metres, *, centre_in, station_in, centre_serves=None, within=10, weight=None, units=None, rules=None, **fixed):
    """A problem from tables: demand x station (1: serves), station x centre (metres, -1: no way), demand x centre (1: serves)."""
    table, metres = np.array(table), np.array(metres, dtype=float)
    n, k = table.shape
    j = metres.shape[1]
    own = np.zeros((n, j), dtype=int) if centre_serves is None else np.array(centre_serves)
    both = np.hstack([own, table])
    row, column = np.nonzero(both)
    s, c = np.nonzero(metres >= 0)
    units = 1 + max(*centre_in, *station_in) if units is None else units
    return stations_problem(
        choices(centre_in, units, price=fixed.get("centre_price"), fixed=fixed.get("centre_fixed")),
        choices(station_in, units, price=fixed.get("station_price"), fixed=fixed.get("station_fixed")),
        rules or StationRules(budget=3.0), weight=np.ones(n) if weight is None else weight,
        reach=checked_pairs(row, column, np.zeros(len(row)), rows=n, columns=j + k),
        links=checked_pairs(s, c, metres[s, c], rows=k, columns=j), within=within)


def best(problem):
    """The optimum over all sets of centres and stations; None where none keeps the rules."""
    j, k, rules = len(problem.centres), len(problem.stations), problem.rules
    fixed = np.r_[problem.centres.fixed, problem.stations.fixed]
    price, reach = np.r_[problem.centres.price, problem.stations.price], np.zeros((len(problem.weight), j + k), dtype=bool)
    reach[problem.reach.row_of, problem.reach.column] = True
    link = np.zeros((k, j), dtype=bool)
    link[problem.links.row_of, problem.links.column] = True
    values = []
    for bits in itertools.product((False, True), repeat=j + k):
        opened = np.array(bits)
        if (opened[fixed == -1]).any() or not opened[fixed == 1].all():
            continue
        per = np.bincount(problem.centres.group[opened[:j]], minlength=problem.centres.groups)
        if (per < rules.least).any() or (per > rules.most).any():
            continue
        bound = opened[j:] & ((problem.stations.fixed == 0) | rules.bind_existing)
        if not link[bound][:, opened[:j]].any(axis=1).all():
            continue
        if rules.stations is not None and opened[j:].sum() > rules.stations:
            continue
        if rules.budget is not None and price[opened].sum() > rules.budget:
            continue
        got = problem.weight[reach[:, opened].any(axis=1)].sum()
        if rules.share is None:
            values.append(got)
        elif got >= rules.share * problem.weight.sum() - 1e-9:
            values.append(price[opened].sum())
    return (max if rules.share is None else min)(values, default=None)


@pytest.mark.parametrize("seed", range(24))
def test_as_enumeration(seed):
    draw = np.random.default_rng(seed)
    n, j, k, units = int(draw.integers(3, 8)), int(draw.integers(2, 4)), int(draw.integers(2, 6)), 2
    kinds = [StationRules(stations=int(draw.integers(0, 4))), StationRules(share=float(draw.choice([0.3, 0.6, 0.9]))),
             StationRules(budget=float(draw.integers(1, 9)), least=0, most=2),
             StationRules(share=0.5, least=0, most=1, bind_existing=True, stations=3)]
    problem = posed(draw.random((n, k)) < 0.4, np.where(draw.random((k, j)) < 0.8, draw.integers(0, 16, (k, j)), -1),
                    centre_in=draw.integers(0, units, j), station_in=draw.integers(0, units, k), units=units,
                    centre_serves=draw.random((n, j)) < 0.2, weight=draw.integers(0, 9, n).astype(float), rules=kinds[seed % 4],
                    centre_price=draw.integers(0, 5, j), station_price=draw.integers(0, 4, k),
                    centre_fixed=draw.choice([0, 0, 0, 1, -1], j), station_fixed=draw.choice([0, 0, 0, 1, -1], k))
    wanted, answer = best(problem), solve_stations(problem, time_limit_s=20)
    assert answer.proof.status == ("infeasible" if wanted is None else "optimal")
    assert bool(answer.proof.reasons) == (wanted is None)
    if wanted is not None:
        assert answer.proof.objective == pytest.approx(wanted, rel=1e-9)
        again = solve_stations(problem, time_limit_s=20)
        assert again.stations.tolist() == answer.stations.tolist() and again.centres.tolist() == answer.centres.tolist()


def test_a_station_belongs_to_the_centre_of_its_own_street_only():
    """Two streets, one centre each; the good station lies nearer to the other street's centre and out of reach of its own."""
    drawn = {"centre_in": [0, 1], "station_in": [0, 0], "rules": StationRules(stations=1)}
    problem = posed([[1, 0], [1, 0], [0, 1]], [[20, 5], [5, 20]], **drawn)
    answer = solve_stations(problem)
    assert answer.centres.tolist() == [0, 1] and answer.stations.tolist() == [1] and answer.covered_weight == 1.0
    assert answer.centre_of.tolist() == [0]
    wider = posed([[1, 0], [1, 0], [0, 1]], [[20, 5], [5, 20]], within=20, **drawn)
    assert solve_stations(wider).covered_weight == 2.0


def test_an_existing_station_without_a_centre_serves_and_is_told_apart():
    shown = {"centre_in": [0], "station_in": [0, 0], "station_fixed": [1, 0]}
    answer = solve_stations(posed([[1, 0], [0, 1]], [[50], [5]], rules=StationRules(stations=2), **shown))
    assert answer.stations.tolist() == [0, 1] and answer.centre_of.tolist() == [-1, 0] and answer.covered_weight == 2.0
    bound = solve_stations(posed([[1, 0], [0, 1]], [[50], [5]], rules=StationRules(stations=2, bind_existing=True), **shown))
    assert bound.proof.status == "infeasible" and [(r.code, r.about) for r in bound.proof.reasons] == [("station_unlinked", (0,))]


def test_reasons():
    no_centre = posed([[1]], [[5]], centre_in=[0], station_in=[0], units=3)
    assert [(r.code, r.about) for r in solve_stations(no_centre).proof.reasons] == [("unit_centres", (1, 2))]
    far = posed([[1, 0], [0, 0]], [[5], [50]], centre_in=[0], station_in=[0, 0], rules=StationRules(share=0.8))
    assert [(r.code, r.amount) for r in solve_stations(far).proof.reasons] == [("share", 0.5)]
    poor = posed([[1]], [[5]], centre_in=[0], station_in=[0], rules=StationRules(share=1.0, budget=1.0))
    assert [r.code for r in solve_stations(poor).proof.reasons] == ["together"]


def test_more_money_and_a_wider_limit_never_cover_less():
    draw = np.random.default_rng(5)
    table, metres = draw.random((12, 6)) < 0.3, draw.integers(1, 20, (6, 3))
    shown = {"centre_in": [0, 1, 1], "station_in": [0, 0, 1, 1, 1, 0]}
    got = [[solve_stations(posed(table, metres, rules=StationRules(budget=float(b)), within=w, **shown)).covered_weight for b in (2, 4, 6)]
           for w in (5, 10, 20)]
    assert (np.diff(got, axis=0) >= 0).all() and (np.diff(got, axis=1) >= 0).all() and got[2][2] > got[0][0]


@pytest.mark.parametrize("wrong", [{"share": 1.2}, {"budget": -1.0}, {"budget": float("nan")}, {}])
def test_rules_that_cannot_be(wrong):
    with pytest.raises(SitingError):
        StationRules(**wrong)


def test_where_possible_units_get_what_they_can_and_keep_what_they_have():
    """Unit 0 has two centres already, unit 1 no candidate for one: its station can never be linked."""
    shown = {"centre_in": [0, 0], "station_in": [0, 1], "centre_fixed": [1, 1], "units": 2}
    strict = solve_stations(posed([[1, 0], [0, 1]], [[5, 6], [5, 5]], rules=StationRules(stations=2), **shown))
    assert [(r.code, r.about) for r in strict.proof.reasons] == [("unit_centres", (0, 1))]
    lenient = solve_stations(posed([[1, 0], [0, 1]], [[5, 6], [5, 5]], rules=StationRules(stations=2, where_possible=True), **shown))
    assert lenient.centres.tolist() == [0, 1] and lenient.stations.tolist() == [0] and lenient.covered_weight == 1.0


def test_of_equal_plans_the_centre_goes_where_most_existing_stations_belong_to_it():
    problem = posed([[1, 0, 0], [0, 1, 1]], [[50, 5, 40], [50, 5, 40], [3, 50, 40]], centre_in=[0, 0, 0], station_in=[0, 0, 0],
                    station_fixed=[1, 1, 1], rules=StationRules(stations=3))
    answer = solve_stations(problem)
    assert answer.centres.tolist() == [1] and answer.centre_of.tolist() == [1, 1, -1] and answer.proof.status == "optimal"
