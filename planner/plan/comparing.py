"""Two scenarios compared: target by target and unit by unit, why each number changed, people gained and lost, cost.

A difference is always b - a. Both sides stand on what they have in common; from there side a's own actions are given up and side b's own
are done, and each is a cause (planner.plan.attribution).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from planner.errors import InputError
from planner.measure.city import City
from planner.plan import attribution
from planner.plan.applying import apply_actions
from planner.plan.attribution import IN_ORDER, MOST, NEW_DATA, NEW_PARAMETER, SHAPLEY
from planner.plan.facility_edits import Where
from planner.plan.gaplist import UnitCost
from planner.plan.scenario import BASELINE, Action, Scenario, chain, load_scenario
from planner.plan.scenario_costs import ActionsCost, actions_cost
from planner.targets.access import points_beyond
from planner.targets.evaluation import Evaluation, TargetResult
from planner.targets.inquiry import DataMissingError, Inquiry, Ledger
from planner.targets.pack import TargetPack
from planner.targets.reuse import Known, evaluate_again
from planner.targets.small_results import published_evaluation

SCHEMA = "planner.compare/1"
Player = tuple[str, str]
"""A cause, and the side whose actions it is: ("closed_site", "a") is what giving up the closings of side a does."""
Key = tuple[str, str, str]
"""Plan, target and unit code ("" for the target's own value)."""
Numbered = tuple[Action, Where]


@dataclass(frozen=True, slots=True)
class Side:
    """One side: the city as the files have it, and the scenarios done to it, the lowest first."""

    name: str
    city: City
    scenarios: tuple[Scenario, ...] = ()

    @property
    def actions(self) -> list[Numbered]:
        """All actions, in order."""
        return [(action, Where(one.name, k + 1)) for one in self.scenarios for k, action in enumerate(one.actions)]


@dataclass(frozen=True, slots=True)
class PeopleChange:
    """People of a group who come within reach, and who are no longer, under one target: in all and by unit code."""

    group: str
    gained: float
    lost: float
    units: Mapping[str, tuple[float, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TargetChange:
    """One target on both sides. parts : cause -> its part of the difference, None where a value on the way is unknown; unit_parts : the
    same of each unit that changed. people : of targets about people within reach, where people may be told."""

    a: TargetResult
    b: TargetResult
    difference: float | None
    parts: Mapping[Player, float] | None
    unit_parts: Mapping[str, Mapping[Player, float]]
    people: PeopleChange | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that two scenarios differ in. method : how causes were told apart (planner.plan.attribution). cost : by side, what its
    actions cost."""

    a: Side
    b: Side
    city_a: City
    city_b: City
    date: dt.date
    packs: tuple[str, ...]
    method: str
    players: tuple[Player, ...]
    targets: tuple[TargetChange, ...]
    cost: Mapping[str, ActionsCost]


def side_of(city: City, folder: Path, name: str) -> Side:
    """A side by a scenario's name, `baseline` for the files as they are. Raises InputError: scenario_missing and others."""
    return Side(name, city, () if name == BASELINE else chain(folder, load_scenario(folder, name).scenario))


def compare(a: Side, b: Side, packs: Sequence[TargetPack], *, as_of: dt.date, known: Known | None = None,
            view: Callable[[City], City] = lambda city: city, costs: Sequence[UnitCost] = ()) -> Comparison:
    """Compares two sides on a day.

    known : answers of targets that are known already. view : how each city is looked at before it is judged, as on a common set of
    boundaries (planner.plan.common_units.on_boundaries). costs : the project's unit costs. Raises InputError: scenario_*.
    """
    known = known or Known()
    way = _Way(a, b)

    def judged(city: City) -> Evaluation:
        return evaluate_again(view(city), packs, as_of=as_of, known=known)

    city_a, city_b = apply_actions(a.city, a.actions), apply_actions(b.city, b.actions)
    first, last = judged(city_a), judged(city_b)
    method, parts = way.attributed(lambda city: _values(judged(city)), _values(first), _values(last))
    city_a, city_b = view(city_a), view(city_b)
    by_target: dict[tuple[str, str], dict[str, Mapping[Player, Fraction]]] = {}
    for (plan, target, code), part in parts.items():
        by_target.setdefault((plan, target), {})[code] = part
    if city_a.demand.hide_small or city_b.demand.hide_small:  # nothing but what two evaluations show
        by_target, first, last = {}, published_evaluation(city_a, first), published_evaluation(city_b, last)
    of_pack = [pack for pack in packs for _ in pack.targets]
    changes = [_change(one, other, by_target.get((one.target.plan, one.target.id), {}), _people(pack, one, other, city_a, city_b, as_of))
               for one, other, pack in zip(first.targets, last.targets, of_pack, strict=True)]
    cost = {name: actions_cost(side.city, [action for action, _ in side.actions], costs) for name, side in (("a", a), ("b", b))}
    return Comparison(a, b, city_a, city_b, as_of, tuple(pack.id for pack in packs), method, tuple(way.players), tuple(changes), cost)


class _Way:
    """From side a to side b: what both share, and the causes that lie between."""

    def __init__(self, a: Side, b: Side) -> None:
        own_a, own_b = a.actions, b.actions
        self.base_a, self.base_b = a.city, b.city
        shared = 0
        while shared < min(len(own_a), len(own_b)) and own_a[shared][0] == own_b[shared][0]:
            shared += 1
        self.shared, self.own = own_a[:shared], {"a": own_a[shared:], "b": own_b[shared:]}
        causes = {side: attribution.causes_of([action for action, _ in own]) for side, own in self.own.items()}
        self.steps: list[tuple[Player, Numbered]] = [((cause, side), one) for side, own in self.own.items()
                                                     for cause, one in zip(causes[side], own, strict=True)]
        data = [] if a.city is b.city else [(NEW_DATA, "b")]
        settings = any(getattr(a.city, name) != getattr(b.city, name) for name in ("travels", "parameters", "reported"))
        self.data: list[Player] = data + ([(NEW_PARAMETER, "b")] if data and settings else [])
        self.players = list(dict.fromkeys([*self.data, *(player for player, _ in self.steps)]))

    def base(self, chosen: frozenset[Player]) -> City:
        """The data under the actions."""
        city = self.base_b if (NEW_DATA, "b") in chosen else self.base_a
        if (NEW_PARAMETER, "b") not in self.players:
            return city
        given = self.base_b if (NEW_PARAMETER, "b") in chosen else self.base_a
        return replace(city, travels=given.travels, parameters=given.parameters, reported=given.reported)

    def city(self, chosen: frozenset[Player]) -> City:
        """The city with some causes done: of side a those that are not given up, of side b those that are done."""
        actions = [one for player, one in self.steps if (player in chosen) == (player[1] == "b")]
        return apply_actions(self.base(chosen), [*self.shared, *actions])

    def attributed(self, value: Callable[[City], Mapping[Key, float | None]], first: Mapping[Key, float | None],
                   last: Mapping[Key, float | None]) -> tuple[str, attribution.Parts[Key, Player]]:
        """The method used, and each value's parts."""
        everybody = frozenset(self.players)

        def of(chosen: frozenset[Player]) -> Mapping[Key, float | None]:
            return first if not chosen else last if chosen == everybody else value(self.city(chosen))

        if len(self.players) <= MOST:
            try:
                return SHAPLEY, attribution.shapley(self.players, of)
            except InputError:  # an action cannot be done without another one's: they have an order
                pass
        return IN_ORDER, self._in_order(value, first, last)

    def _in_order(self, value: Callable[[City], Mapping[Key, float | None]], first: Mapping[Key, float | None],
                  last: Mapping[Key, float | None]) -> attribution.Parts[Key, Player]:
        """Side a's own actions given up from the last to the first, then new data, then side b's own done from the first to the last."""
        before = [step for step in self.steps if step[0][1] == "a"]
        after = [step for step in self.steps if step[0][1] == "b"]
        states, players = [first], []
        done: frozenset[Player] = frozenset()
        for k in reversed(range(len(before))):
            if k == 0 or before[k - 1][0] != before[k][0]:
                players.append(before[k][0])
                states.append(value(apply_actions(self.base(done), [*self.shared, *(one for _, one in before[:k])])))
        for player in self.data:
            done |= {player}
            players.append(player)
            states.append(value(apply_actions(self.base(done), self.shared)))
        for k in range(len(after)):
            if k + 1 == len(after) or after[k + 1][0] != after[k][0]:
                players.append(after[k][0])
                states.append(value(apply_actions(self.base(done), [*self.shared, *(one for _, one in after[:k + 1])])))
        states[-1] = last
        return attribution.in_order(states, players)


def _values(evaluation: Evaluation) -> dict[Key, float | None]:
    """All values of an evaluation, the targets' own and those of their units."""
    found: dict[Key, float | None] = {}
    for one in evaluation.targets:
        found[(one.target.plan, one.target.id, "")] = one.value
        found |= {(one.target.plan, one.target.id, unit.code): unit.value for unit in one.units}
    return found


def less(a: float | None, b: float | None) -> float | None:
    """b - a, None where either is unknown."""
    return None if a is None or b is None else b - a


def _change(a: TargetResult, b: TargetResult, parts: Mapping[str, Mapping[Player, Fraction]], people: PeopleChange | None) -> TargetChange:
    """One target on both sides, with the causes of what changed."""
    difference = less(a.value, b.value)
    own = None if difference is None or "" not in parts else attribution.as_floats(parts[""], difference)
    then = {unit.code: unit.value for unit in a.units}
    units = {}
    for unit in b.units:
        changed = less(then.get(unit.code), unit.value)
        if changed and unit.code in parts:
            units[unit.code] = attribution.as_floats(parts[unit.code], changed)
    return TargetChange(a, b, difference, own, units, people)


def _people(pack: TargetPack, a: TargetResult, b: TargetResult, city_a: City, city_b: City, as_of: dt.date) -> PeopleChange | None:
    """Who comes within reach under a target and who is no longer; None where it is not about that, or cannot be told."""
    same_places = city_a.demand.x is city_b.demand.x and city_a.demand.y is city_b.demand.y
    if a.check is None or a.check.metric != "population_within" or city_a.demand.hide_small or not same_places:
        return None
    if a is b:
        return PeopleChange(a.check.group or "total", 0.0, 0.0)
    asked = [Inquiry(city, pack, one.check, as_of, Ledger()) for city, one in ((city_a, a), (city_b, b))]
    try:
        late = [points_beyond(one) for one in asked]
        people = np.nan_to_num(asked[1].people(asked[1].group))
    except DataMissingError:
        return None
    come, gone = late[0] & ~late[1], late[1] & ~late[0]
    level = b.units[0].level if b.units else ""
    units: dict[str, tuple[float, float]] = {}
    if level in city_b.demand.units:
        codes = city_b.demand.units[level]
        for code in sorted({str(code) for code in codes[come | gone]} - {""}):
            inside = codes == code
            units[code] = float(people[come & inside].sum()), float(people[gone & inside].sum())
    return PeopleChange(asked[1].group, float(people[come].sum()), float(people[gone].sum()), units)


def to_dict(found: Comparison) -> dict[str, Any]:
    """A comparison as JSON, schema planner.compare/1 (docs/scenarios.md)."""
    cost = {side: {"cost_cny": one.total_cny, "stated_cny": one.stated_cny, "estimated_cny": one.estimated_cny,
                   "actions_without_cost": one.unknown} for side, one in found.cost.items()}
    return {"schema": SCHEMA, "project": found.b.city.id, "pack": found.packs[0] if len(found.packs) == 1 else list(found.packs),
            "date": found.date.isoformat(), "a": found.a.name, "b": found.b.name,
            "cost": cost | {"difference_cny": found.cost["b"].total_cny - found.cost["a"].total_cny}, "attribution": found.method,
            "targets": [_target(one) for one in found.targets]}


def _target(one: TargetChange) -> dict[str, Any]:
    """One target as JSON."""
    sides = {side: {"state": result.state, "value": result.value, "shortfall": result.shortfall} for side, result in
             (("a", one.a), ("b", one.b))}
    then, now = ({unit.code: unit.value for unit in result.units} for result in (one.a, one.b))
    units = []
    for code in sorted(then.keys() | now.keys()):
        row: dict[str, Any] = {"code": code, "a": then.get(code), "b": now.get(code), "difference": less(then.get(code), now.get(code))}
        if code in one.unit_parts:
            row["causes"] = _causes(one.unit_parts[code])
        units.append(row)
    people = None
    if one.people is not None:
        people = {"group": one.people.group, "gained": one.people.gained, "lost": one.people.lost,
                  "units": [{"code": code, "gained": gained, "lost": lost} for code, (gained, lost) in one.people.units.items()]}
    return {"id": one.a.target.id, "plan": one.a.target.plan, "title": dict(one.a.target.title), **sides, "difference": one.difference,
            "causes": None if one.parts is None else _causes(one.parts), "people": people, "units": units}


def _causes(parts: Mapping[Player, float]) -> list[dict[str, Any]]:
    """Parts as JSON."""
    return [{"cause": cause, "of": side, "amount": amount} for (cause, side), amount in parts.items()]
