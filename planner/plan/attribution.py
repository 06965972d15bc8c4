"""Why a number changed: its whole change split over causes, so that the parts add up to it exactly.

Between two states lie players k in K: the causes on either side (new sites, closed sites, ...). v(S) is the value with the players of S
done. Where every v(S) can be made and there are no more than MOST players, the part of player k is its Shapley value,

    phi(k) = sum over S in K - {k} of |S|! (|K| - |S| - 1)! / |K|! * (v(S + {k}) - v(S)),

which does not depend on an order and adds up to v(K) - v({}) (Shapley, A value for n-person games, 1953). Otherwise the actions are done
in the order in which they are written and each change is told to the cause of the action that made it; that adds up too, but depends on
the order. All arithmetic is in fractions.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import TypeVar

from planner.plan.scenario import Action
from planner.plan.scenario_actions import STREET_VERBS, UNIT_VERBS

NEW_SITE, CLOSED_SITE, CHANGED, STREETS, BOUNDARIES = "new_site", "closed_site", "changed_facility", "streets", "boundaries"
NEW_DATA, NEW_PARAMETER = "new_data", "new_parameter"
CAUSES = (NEW_SITE, CLOSED_SITE, CHANGED, STREETS, BOUNDARIES, NEW_DATA, NEW_PARAMETER)
MOST = 4
"""Players of which all 2^4 sets are tried; with more, the order written decides."""
SHAPLEY, IN_ORDER = "shapley", "in_order"

Key = TypeVar("Key", bound=Hashable)
Player = TypeVar("Player", bound=Hashable)
Values = Mapping[Key, float | None]
Parts = Mapping[Key, Mapping[Player, Fraction]]


def causes_of(actions: Sequence[Action]) -> list[str]:
    """The cause of each action. Whatever touches a site that an earlier one of them made belongs to that new site."""
    made: set[tuple[str, str]] = set()
    found = []
    for action in actions:
        touched = {(action.layer, action.id)}
        if action.do == "merge":
            touched |= {(action.layer, ident) for ident in action.details["ids"]}
        if action.do == "reallocate":
            touched.add((action.to_layer or action.layer, str(action.details["to"])))
        if action.do in STREET_VERBS:
            found.append(STREETS)
        elif action.do in UNIT_VERBS:
            found.append(BOUNDARIES)
        elif action.do == "add" or touched & made:
            found.append(NEW_SITE)
            made |= {(action.layer, action.id)}
        else:
            found.append(CLOSED_SITE if action.do == "close" else CHANGED)
        if action.do == "convert" and found[-1] == NEW_SITE:
            made.add((action.to_layer, action.id))
    return found


def shapley(players: Sequence[Player], value: Callable[[frozenset[Player]], Values[Key]]) -> Parts[Key, Player]:
    """The part of each player in the change of each value, from nobody to all of them.

    value : the values with some players done; it is asked once for each set. A key that has no value somewhere (None, or absent) has no
    parts.
    """
    sets = [frozenset(some) for size in range(len(players) + 1) for some in combinations(players, size)]
    known = {some: value(some) for some in sets}
    keys = [key for key in known[frozenset()] if all(values.get(key) is not None for values in known.values())]
    exact = {some: {key: Fraction(_number(values[key])) for key in keys} for some, values in known.items()}
    count = len(players)
    found: dict[Key, dict[Player, Fraction]] = {key: {} for key in keys}
    for player in players:
        without = [some for some in sets if player not in some]
        weights = [Fraction(math.factorial(len(some)) * math.factorial(count - len(some) - 1), math.factorial(count)) for some in without]
        for key in keys:
            found[key][player] = sum((weight * (exact[some | {player}][key] - exact[some][key])
                                      for weight, some in zip(weights, without, strict=True)), Fraction(0))
    return found


def in_order(states: Sequence[Values[Key]], players: Sequence[Player]) -> Parts[Key, Player]:
    """The same along one way: players[k] leads from states[k] to states[k + 1]; a player may come several times."""
    keys = [key for key in states[0] if all(values.get(key) is not None for values in states)]
    found: dict[Key, dict[Player, Fraction]] = {key: dict.fromkeys(players, Fraction(0)) for key in keys}
    for k, player in enumerate(players):
        for key in keys:
            found[key][player] += Fraction(_number(states[k + 1][key])) - Fraction(_number(states[k][key]))
    return found


def as_floats(parts: Mapping[Player, Fraction], whole: float) -> dict[Player, float]:
    """Parts as numbers; what rounding leaves goes to the largest, then to smaller ones, so that `math.fsum` of them is the whole as nearly
    as their digits can tell it."""
    found = {player: float(part) for player, part in parts.items()}
    for player in sorted(found, key=lambda player: -abs(found[player])):
        left = whole - math.fsum(found.values())
        if left == 0:
            break
        found[player] += left
    return found


def _number(value: float | None) -> float:
    """A value that is known."""
    assert value is not None
    return value
