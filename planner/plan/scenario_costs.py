"""What the actions of a scenario cost: what they state themselves, and for those that build and state nothing, an estimate by the project's
own table of unit costs (`[costs]`). An estimate is never mixed with what is stated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from planner.measure.city import City
from planner.plan.facility_edits import BEDS
from planner.plan.gaplist import Sentence, UnitCost
from planner.plan.scenario import Action
from planner.plan.unit_costs import estimate

AREA = "area_m2"
BUILDING = {"add": "new", "expand": "expand", "convert": "convert"}
"""Verbs that the table of unit costs knows, as it calls them."""
FREE = ("close", "set", "merge", "reallocate", "split_unit", "merge_units", "reclassify_unit")
"""Verbs that build nothing: where they state no cost, none is missing."""


@dataclass(frozen=True, slots=True)
class ActionsCost:
    """Yuan of some actions: stated by them, and estimated for others. unknown : how many build something at a cost that nobody knows."""

    stated_cny: float = 0.0
    estimated_cny: float = 0.0
    unknown: int = 0

    @property
    def total_cny(self) -> float:
        """Stated and estimated together."""
        return self.stated_cny + self.estimated_cny


def actions_cost(city: City, actions: Sequence[Action], costs: Sequence[UnitCost]) -> ActionsCost:
    """The cost of actions on a city as its files have it. costs : the project's unit costs.

    What is added is priced whole, what is expanded by what comes on top, what is converted by the size it then has.
    """
    stated, estimated, unknown = 0.0, 0.0, 0
    sizes = _Sizes(city)
    for action in actions:
        priced = None if "cost_cny" in action.details else _estimated(action, sizes, costs)
        sizes.follow(action)
        if "cost_cny" in action.details:
            stated += float(action.details["cost_cny"])
        elif priced is not None:
            estimated += priced
        elif action.do not in FREE:
            unknown += 1
    return ActionsCost(stated, estimated, unknown)


def _estimated(action: Action, sizes: _Sizes, costs: Sequence[UnitCost]) -> float | None:
    """Yuan of one action by the table; None where it has no row, or the size is not known."""
    if action.do not in BUILDING:
        return None
    given = {column: float(value) for column, value in action.values.items() if isinstance(value, float)}
    layer, size = action.layer, {column: given.get(column) for column in (BEDS, AREA)}
    if action.do == "expand":
        for column, value in size.items():
            before = sizes.of(layer, action.id, column)
            size[column] = None if value is None or before is None else max(value - before, 0.0)
        if size[BEDS] is None and size[AREA] is None:
            return None
    if action.do == "convert":
        layer = action.to_layer
        size = {column: sizes.of(action.layer, action.id, column) if value is None else value for column, value in size.items()}
    found = estimate(costs, layer, BUILDING[action.do], 1, size[BEDS], size[AREA])
    return None if isinstance(found, Sentence) else found[0]


class _Sizes:
    """Beds and square metres of facilities while actions change them."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.known: dict[tuple[str, str, str], float | None] = {}

    def of(self, layer: str, ident: str, column: str) -> float | None:
        """A size; None where it is not known."""
        key = layer, ident, column
        if key not in self.known:
            frame = self.city.facilities[layer].frame if layer in self.city.facilities else None
            number = frame is not None and column in frame and frame[column].dtype.kind in "fiu"
            cells = frame[column][frame["id"].astype(str) == ident].tolist() if frame is not None and number else []
            self.known[key] = float(cells[0]) if cells and cells[0] == cells[0] else None
        return self.known[key]

    def follow(self, action: Action) -> None:
        """What an action makes of a size."""
        for column in (BEDS, AREA):
            value = action.values.get(column)
            layer = action.to_layer if action.do == "convert" else action.layer
            if isinstance(value, float):
                self.known[(layer, action.id, column)] = value
            elif action.do == "convert":
                self.known[(layer, action.id, column)] = self.of(action.layer, action.id, column)
