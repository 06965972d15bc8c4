"""Several services that share places and money: which to build new, which to expand, which to convert; one program.

    day_care = Service("day care", weight=elderly, demand=i, place=s, cost=metres, within=1000.0)
    nursery = Service("nursery", weight=infants, demand=i2, place=s2, cost=metres2, within=500.0, importance=2.0)
    actions = [Action(place=0, service=0, do="keep"), Action(place=0, service=0, do="expand", cost_cny=4e5, capacity=80.0),
               Action(place=0, service=1, do="convert", source=0, cost_cny=9e5), Action(place=1, service=1, do="new", cost_cny=2e6)]
    package(services, actions, places=2, budget_cny=3e6)          # the most people served, weighted by importance
    cheapest_package(services, actions, places=2, shares=[0.8, 0.9])   # the least money that reaches a share of each service

Every action is a column: x_a = 1 where it is taken. `keep` is what stands today and costs nothing. At most one action gives a place a
service; a facility that stands today has one fate: kept, expanded, converted to another service, or (may_close) closed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from planner.errors import SitingError
from planner.siting.floors import covered_by_area, floor_form
from planner.siting.problem import Columns, Floats, SitingProblem, siting_problem, sums
from planner.siting.results import SitingResult, result
from planner.siting.ruled import programmed
from planner.siting.rules import Rules, at_most, one_of, weighed
from planner.siting.solver import Cancel, Clock, Progress
from planner.siting.solving import solve

DOES = ("keep", "new", "expand", "convert")
METHOD = "least money for a share of each service, branch and cut (HiGHS)"


@dataclass(frozen=True, slots=True)
class Service:
    """A facility type. weight : (I,) people it is for.   demand, place, cost : pairs of its demand and the places that could serve it.

    within : pairs that cost more do not count; None: all do.   importance : what one unit of its weight counts.
    most_new : at most so many places newly get it.
    """

    name: str
    weight: npt.ArrayLike
    demand: npt.ArrayLike
    place: npt.ArrayLike
    cost: npt.ArrayLike
    within: float | None = None
    importance: float = 1.0
    most_new: int | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """What can be done at a place (index). do : keep, new, expand or convert.   service : the one it gives the place.

    source : convert: the service given up.   capacity : weight it can then serve (all actions or none).   area_m2 : floor area it takes.
    """

    place: int
    service: int
    do: str
    cost_cny: float = 0.0
    capacity: float | None = None
    area_m2: float = 0.0
    source: int | None = None


@dataclass(frozen=True, slots=True)
class Package:
    """taken : actions by index.   served : (services,) weight covered (within capacities, where there are any), without importance.

    spent_cny : of the actions taken.   closed : (place, service) of facilities given up with nothing in their stead.
    result : of the problem over actions, as of `solve`.
    """

    taken: Columns
    served: Floats
    total: Floats
    spent_cny: float
    closed: tuple[tuple[int, int], ...]
    result: SitingResult


def package(services: Sequence[Service], actions: Sequence[Action], *, places: int, budget_cny: float,
            floor_area_m2: npt.ArrayLike | None = None, one_service_per_place: bool = False, may_close: bool = False, split: bool = True,
            time_limit_s: float = 60.0, gap: float = 0.0, seed: int = 1, progress: Progress | None = None,
            cancel: Cancel | None = None) -> Package:
    """The actions within a budget that serve the most weight, each service counted by its importance.

    floor_area_m2 : (places,) what the actions at a place may take together.   one_service_per_place : no place gives two services.
    may_close : facilities may close with nothing in their stead.   split : demand may be divided among places (with capacities).
    Raises SitingError where actions contradict each other or point outside.
    """
    problem = package_problem(services, actions, places=places, budget_cny=budget_cny, floor_area_m2=floor_area_m2,
                              one_service_per_place=one_service_per_place, may_close=may_close, split=split)
    answer = solve(problem, time_limit_s=time_limit_s, gap=gap, seed=seed, progress=progress, cancel=cancel)
    return _told(services, actions, problem, answer)


def cheapest_package(services: Sequence[Service], actions: Sequence[Action], *, places: int, shares: Sequence[float],
                     floor_area_m2: npt.ArrayLike | None = None, one_service_per_place: bool = False, may_close: bool = False,
                     time_limit_s: float = 60.0, gap: float = 0.0, seed: int = 1, progress: Progress | None = None,
                     cancel: Cancel | None = None) -> Package:
    """The actions of least cost with which every service covers its share (0 to 1) of its own weight, unreachable demand included.

    Infeasible (in the result) where no actions do. Capacities are not known here: actions with a capacity raise SitingError, as do shares
    that cannot be. The rest as in `package`.
    """
    if len(shares) != len(services) or not all(0 <= share <= 1 for share in shares):
        raise SitingError("siting_package_shares", count=len(services))
    if any(action.capacity is not None for action in actions):
        raise SitingError("siting_package_capacity")
    clock = Clock(time_limit_s, progress, cancel)
    plain = [replace(service, importance=1.0) for service in services]  # each share is of the service's own weight
    posed = package_problem(plain, actions, places=places, budget_cny=0.0, floor_area_m2=floor_area_m2,
                            one_service_per_place=one_service_per_place, may_close=may_close)
    problem = replace(posed, model="lscp", share=0.0, budget=None)
    assert problem.area is not None
    needed = np.asarray(shares, dtype=np.float64) * sums(problem.area, problem.weight, len(services))
    plan = programmed(problem, floor_form(problem, needed), None, None, METHOD, clock, gap, seed)
    return _told(plain, actions, problem, result(problem, plan, seconds=clock.spent_s, seed=seed))


def package_problem(services: Sequence[Service], actions: Sequence[Action], *, places: int, budget_cny: float,
                    floor_area_m2: npt.ArrayLike | None = None, one_service_per_place: bool = False, may_close: bool = False,
                    split: bool = True) -> SitingProblem:
    """The problem over actions (its sites) and the demand of all services, one after another (its areas are the services)."""
    _check(services, actions, places)
    room = None if floor_area_m2 is None else np.asarray(floor_area_m2, dtype=np.float64)
    if room is not None and (len(room) != places or not (np.isfinite(room).all() and (room >= 0).all())):
        raise SitingError("siting_value_invalid", column="floor_area_m2")
    limited = any(action.capacity is not None for action in actions)
    demand, column, cost, weight, owner = _pairs(services, actions, places)
    rules = _fates(actions, may_close=may_close).joined(*_sharing(services, actions, room, one_service_per_place=one_service_per_place))
    # importance weighs people; a capacity of 80 people then holds 80 times as much
    capacity = np.array([(action.capacity or 0.0) * services[action.service].importance for action in actions]) if limited else None
    return siting_problem("capacitated_mclp" if limited else "mclp", demand, column, cost, weight=weight, sites=len(actions),
                          site_cost=[action.cost_cny for action in actions], capacity=capacity, area=owner, budget=budget_cny,
                          split=limited and split, rules=rules)


def _check(services: Sequence[Service], actions: Sequence[Action], places: int) -> None:
    """Actions point at places and services that are there, have a place to begin from, and all or none of them a capacity."""
    stands = {(action.place, action.service) for action in actions if action.do == "keep"}
    for at, action in enumerate(actions):
        here = (action.place, action.service)
        inside = 0 <= action.place < places and 0 <= action.service < len(services) and action.do in DOES
        from_here = inside and (action.do != "expand" or here in stands) and (action.do != "new" or here not in stands)
        if action.do == "convert":
            from_here = from_here and (action.place, action.source) in stands and action.source != action.service and here not in stands
        numbers = (action.cost_cny, action.area_m2, action.capacity or 0.0)
        if not from_here or not all(np.isfinite(number) and number >= 0 for number in numbers):
            raise SitingError("siting_action_invalid", action=at, do=action.do, place=action.place, service=action.service)
    if len({action.capacity is None for action in actions}) > 1:
        raise SitingError("siting_package_capacity_some")
    kept = [(action.place, action.service) for action in actions if action.do == "keep"]
    if len(set(kept)) < len(kept):
        twice = next(pair for at, pair in enumerate(kept) if pair in kept[:at])
        raise SitingError("siting_action_repeated", place=twice[0], service=twice[1])
    for service in services:
        if not (np.isfinite(service.importance) and service.importance >= 0):
            raise SitingError("siting_value_invalid", column="importance")


def _pairs(services: Sequence[Service], actions: Sequence[Action], places: int) -> tuple[Columns, Columns, Floats, Floats, Columns]:
    """Demand of all services one after another against actions: demand, action and cost of each pair; weight and service of each demand."""
    taken = np.array([(action.place, action.service) for action in actions], dtype=np.int64).reshape(-1, 2)
    parts, weights, owners, before = [], [], [], 0
    for k, service in enumerate(services):
        weight = np.asarray(service.weight, dtype=np.float64) * service.importance
        own, place = np.asarray(service.demand, dtype=np.int64), np.asarray(service.place, dtype=np.int64)
        cost = np.asarray(service.cost, dtype=np.float64)
        fits = len(own) == len(place) == len(cost)
        if fits and len(own):
            fits = min(own.min(), place.min()) >= 0 and own.max() < len(weight) and place.max() < places
        if not fits:
            raise SitingError("siting_shapes_differ")
        if service.within is not None:
            near = cost <= service.within
            own, place, cost = own[near], place[near], cost[near]
        for column in np.flatnonzero(taken[:, 1] == k):
            here = place == taken[column, 0]
            parts.append((own[here] + before, np.full(int(here.sum()), column), cost[here]))
        weights.append(weight)
        owners.append(np.full(len(weight), k))
        before += len(weight)
    whole = [np.concatenate([part[at] for part in parts]) if parts else np.empty(0) for at in range(3)]
    return (whole[0].astype(np.int32), whole[1].astype(np.int32), whole[2].astype(np.float64), np.concatenate(weights),
            np.concatenate(owners).astype(np.int32))


def _fates(actions: Sequence[Action], *, may_close: bool) -> Rules:
    """At most one action gives a place a service; each facility that stands today has one fate (may_close: or none)."""
    gives: dict[tuple[int, int], list[int]] = {}
    fate: dict[tuple[int, int], list[int]] = {}
    for at, action in enumerate(actions):
        gives.setdefault((action.place, action.service), []).append(at)
        origin = action.source if action.do == "convert" else action.service
        if action.do != "new" and origin is not None:
            fate.setdefault((action.place, origin), []).append(at)
    several = [group for group in gives.values() if len(group) > 1]
    return one_of(several).joined(one_of(fate.values(), exactly=not may_close))


def _sharing(services: Sequence[Service], actions: Sequence[Action], room: Floats | None, *, one_service_per_place: bool) -> list[Rules]:
    """What actions at one place, and new places of one service, share."""
    place = np.array([action.place for action in actions], dtype=np.int64)
    area = np.array([action.area_m2 for action in actions])
    made = []
    if one_service_per_place:
        made.append(at_most(place, dict.fromkeys(np.unique(place).tolist(), 1)))
    if room is not None:
        made += [weighed(np.where(place == here, area, 0.0), upper=float(room[here]), kind="floor_area") for here in np.unique(place)]
    for k, service in enumerate(services):
        if service.most_new is not None:
            new = [action.service == k and action.do in ("new", "convert") for action in actions]
            made.append(weighed(np.array(new, dtype=np.float64), upper=float(service.most_new), kind="most_new"))
    return made


def _told(services: Sequence[Service], actions: Sequence[Action], problem: SitingProblem, answer: SitingResult) -> Package:
    """The answer as actions."""
    assert problem.area is not None
    scale = np.array([service.importance for service in services])
    total = np.array([float(np.asarray(service.weight, dtype=np.float64).sum()) for service in services])
    if answer.assignment is not None:
        given = answer.assignment
        served = sums(problem.area[given.demand], problem.weight[given.demand] * given.share, len(services))
    else:
        served = covered_by_area(problem, answer.sites, len(services))
    served = np.divide(served, scale, out=np.zeros(len(services)), where=scale > 0)
    taken = set(answer.sites.tolist())
    fates = {(actions[a].place, actions[a].source if actions[a].do == "convert" else actions[a].service) for a in taken
             if actions[a].do != "new"}
    stood = [(action.place, action.service) for action in actions if action.do == "keep"]
    closed = tuple(pair for pair in stood if pair not in fates) if answer.objective is not None else ()
    spent = float(sum(actions[a].cost_cny for a in taken))
    return Package(answer.sites, served, total, spent, closed, answer)
