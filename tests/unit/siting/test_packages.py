"""Packages of actions against enumeration of every set of actions."""

import itertools

import numpy as np
import pytest

from planner.errors import SitingError
from planner.siting.packages import Action, Service, cheapest_package, package


def town(seed, limited):
    """Two services at two places, some of which stand; every action that could be."""
    draw = np.random.default_rng(seed)
    places, reaches, services, actions = 2, [], [], []
    for k in range(2):
        reach = draw.random((5, places)) < 0.5
        demand, place = np.nonzero(reach)
        reaches.append(reach)
        services.append(Service(f"s{k}", draw.integers(0, 9, 5).astype(float), demand, place, np.ones(len(demand)),
                                importance=float(draw.choice([1, 2, 0.5])), most_new=None if draw.random() < 0.7 else 1))

    def capacity():
        return float(draw.integers(3, 15)) if limited else None

    for place in range(places):
        stand = [k for k in range(2) if draw.random() < 0.4]
        for k in range(2):
            if k in stand:
                actions.append(Action(place, k, "keep", capacity=capacity(), area_m2=1))
                if limited:
                    actions.append(Action(place, k, "expand", float(draw.integers(0, 4)), capacity=capacity(), area_m2=2))
                continue
            actions.append(Action(place, k, "new", float(draw.integers(0, 6)), capacity=capacity(), area_m2=float(draw.integers(1, 3))))
            actions += [Action(place, k, "convert", float(draw.integers(0, 3)), capacity=capacity(), area_m2=1, source=o) for o in stand]
    return draw, places, reaches, services, actions


def fate(action):
    return action.place, action.source if action.do == "convert" else action.service


def lawful(taken, actions, services, places, options):
    chosen = [actions[a] for a in taken]
    given = [(action.place, action.service) for action in chosen]
    fates = [fate(action) for action in chosen if action.do != "new"]
    stood = {(action.place, action.service) for action in actions if action.do == "keep"}
    if len(set(given)) < len(given) or len(set(fates)) < len(fates) or (not options["may_close"] and set(fates) != stood):
        return False
    if options["one_service_per_place"] and len({place for place, _ in given}) < len(given):
        return False
    if options["floor_area_m2"] is not None and any(sum(a.area_m2 for a in chosen if a.place == place) > 3 for place in range(places)):
        return False
    return all(service.most_new is None or sum(a.service == k and a.do in ("new", "convert") for a in chosen) <= service.most_new
               for k, service in enumerate(services))


def served(taken, actions, services, reaches, k):
    """Weight a service covers; with capacities the greatest flow (a linear program of another library)."""
    own, weight = [actions[a] for a in taken if actions[a].service == k], np.asarray(services[k].weight)
    if not own:
        return 0.0
    if own[0].capacity is None:
        return float(weight[reaches[k][:, [action.place for action in own]].any(1)].sum())
    from scipy.optimize import linprog

    arcs = [(i, j) for j, action in enumerate(own) for i in range(5) if reaches[k][i, action.place]]
    if not arcs:
        return 0.0
    rows = [[float(arc[0] == i) for arc in arcs] for i in range(5)] + [[float(arc[1] == j) for arc in arcs] for j in range(len(own))]
    return -linprog(-np.ones(len(arcs)), A_ub=rows, b_ub=[*weight, *(action.capacity for action in own)]).fun


@pytest.mark.parametrize("limited", [False, True])
@pytest.mark.parametrize("seed", range(15))
def test_as_enumeration(seed, limited):
    draw, places, reaches, services, actions = town(seed, limited)
    options = {"may_close": bool(draw.integers(0, 2)), "one_service_per_place": bool(draw.random() < 0.3),
               "floor_area_m2": None if draw.random() < 0.5 else np.full(places, 3.0)}
    money, plans = float(draw.integers(0, 9)), []
    for size in range(5):  # two places with two services each take four actions at most
        plans += [taken for taken in itertools.combinations(range(len(actions)), size) if lawful(taken, actions, services, places, options)]
    within = [taken for taken in plans if sum(actions[a].cost_cny for a in taken) <= money]
    values = [sum(s.importance * served(taken, actions, services, reaches, k) for k, s in enumerate(services)) for taken in within]
    found = package(services, actions, places=places, budget_cny=money, **options)
    assert found.result.status == ("optimal" if values else "infeasible")
    if values:
        assert found.result.objective == pytest.approx(max(values), abs=1e-6)
        assert lawful(found.taken.tolist(), actions, services, places, options)
        assert found.spent_cny <= money
        assert sum(s.importance * found.served[k] for k, s in enumerate(services)) == pytest.approx(max(values), abs=1e-6)
        assert options["may_close"] or found.closed == ()
    if limited:
        return
    shares = [float(draw.choice([0, 0.4, 0.8, 1])) for _ in services]
    costs = [sum(actions[a].cost_cny for a in taken) for taken in plans
             if all(served(taken, actions, services, reaches, k) >= shares[k] * sum(s.weight) - 1e-9 for k, s in enumerate(services))]
    cheapest = cheapest_package(services, actions, places=places, shares=shares, **options)
    assert cheapest.result.status == ("optimal" if costs else "infeasible")
    assert not costs or cheapest.spent_cny == pytest.approx(min(costs), abs=1e-6) == pytest.approx(cheapest.result.objective, abs=1e-6)


ELDERLY = Service("elderly", [5, 3], [0, 1], [0, 1], [1, 1])
INFANTS = Service("infants", [4, 1], [0, 1], [0, 1], [1, 1])


def test_a_home_that_becomes_a_nursery_serves_the_elderly_no_more():
    actions = [Action(0, 0, "keep"), Action(0, 1, "convert", 2.0, source=0), Action(1, 0, "new", 3.0)]
    assert package([ELDERLY, INFANTS], actions, places=2, budget_cny=2).taken.tolist() == [0]
    both = package([ELDERLY, Service("infants", [9, 1], [0, 1], [0, 1], [1, 1])], actions, places=2, budget_cny=2)
    assert (both.taken.tolist(), both.served.tolist(), both.total.tolist()) == ([1], [0, 9], [8, 10])


def test_what_closes_is_told():
    found = cheapest_package([ELDERLY, INFANTS], [Action(0, 0, "keep"), Action(0, 1, "new", 1.0)], places=2, shares=[0, 0.5],
                             may_close=True, one_service_per_place=True)
    assert (found.taken.tolist(), found.closed) == ([1], ((0, 0),))


@pytest.mark.parametrize(("actions", "code"), [
    ([Action(0, 0, "expand")], "siting_action_invalid"), ([Action(0, 0, "keep"), Action(0, 0, "new")], "siting_action_invalid"),
    ([Action(0, 1, "convert", source=0)], "siting_action_invalid"), ([Action(2, 0, "new")], "siting_action_invalid"),
    ([Action(0, 0, "new", -1.0)], "siting_action_invalid"), ([Action(0, 0, "raze")], "siting_action_invalid"),
    ([Action(0, 0, "keep"), Action(0, 0, "keep")], "siting_action_repeated"),
    ([Action(0, 0, "new"), Action(1, 0, "new", capacity=3.0)], "siting_package_capacity_some")])
def test_actions_that_cannot_be(actions, code):
    with pytest.raises(SitingError, match=code):
        package([ELDERLY, INFANTS], actions, places=2, budget_cny=1)


def test_shares_that_cannot_be():
    for capacity, shares, code in ((None, [0.5], "siting_package_shares"), (None, [0.5, 1.5], "siting_package_shares"),
                                   (1.0, [0.5, 0.5], "siting_package_capacity")):
        with pytest.raises(SitingError, match=code):
            cheapest_package([ELDERLY, INFANTS], [Action(0, 0, "new", capacity=capacity)], places=2, shares=shares)
