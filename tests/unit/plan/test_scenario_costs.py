"""What the actions of a scenario cost: stated, estimated, unknown."""

from __future__ import annotations

import pytest

from planner.plan.gaplist import UnitCost
from planner.plan.scenario import Action
from planner.plan.scenario_costs import ActionsCost, actions_cost

COSTS = (UnitCost("home", "new", "bed", 1000.0), UnitCost("home", "expand", "bed", 300.0), UnitCost("centre", "convert", "m2", 10.0),
         UnitCost("centre", "new", "site", 5e5))
HOMES = {"home": [{"id": "h1", "x": 600, "beds": 60, "area_m2": 900}, {"id": "h2", "x": 700, "beds": None}],
         "centre": [{"id": "c", "x": 1}]}


def add(layer: str, ident: str, **values: float) -> Action:
    return Action("add", layer, ident, values, 1.0, 1.0)


def expand(ident: str, beds: float) -> Action:
    return Action("expand", "home", ident, {"beds": beds})


@pytest.mark.parametrize(("actions", "wanted"), [
    ((add("home", "n", beds=20.0),), ActionsCost(0, 20_000, 0)),
    ((add("home", "n"),), ActionsCost(0, 0, 1)),  # priced by the bed, and nobody says how many
    ((add("centre", "n"),), ActionsCost(0, 5e5, 0)),
    ((expand("h1", 80.0),), ActionsCost(0, 6000, 0)),  # 20 beds more
    ((expand("h1", 80.0), expand("h1", 90.0)), ActionsCost(0, 9000, 0)),
    ((add("home", "n", beds=20.0), expand("n", 30.0)), ActionsCost(0, 23_000, 0)),
    ((expand("h2", 80.0),), ActionsCost(0, 0, 1)),  # from an unknown number
    ((Action("expand", "home", "h1", {"staff": 9.0}),), ActionsCost(0, 0, 1)),
    ((Action("convert", "home", "h1", to_layer="centre"),), ActionsCost(0, 9000, 0)),
    ((Action("close", "home", "h1"), Action("set", "home", "h2", {"beds": 3.0})), ActionsCost()),
    ((Action("open_gate", lon=1.0, lat=1.0), Action("move", "home", "h1", lon=1.0, lat=1.0)), ActionsCost(0, 0, 2)),
    ((Action("close", "home", "h1", details={"cost_cny": 7.0}), add("home", "n", beds=20.0)), ActionsCost(7, 20_000, 0)),
    ((Action("add", "home", "n", {"beds": 20.0}, 1.0, 1.0, details={"cost_cny": 7.0}),), ActionsCost(7, 0, 0))])
def test_stated_estimated_and_unknown(actions: tuple[Action, ...], wanted: ActionsCost, draw) -> None:
    found = actions_cost(draw(HOMES), actions, COSTS)
    assert found == wanted
    assert found.total_cny == wanted.stated_cny + wanted.estimated_cny
