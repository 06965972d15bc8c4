"""A scenario while a person works on it: its actions, changed one at a time, with every step taken back or done again.

Values, not changed in place: each change gives a new draft. What the actions do to the city is planner.plan.applying's business.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from planner.plan.scenario import Action, Saved, Scenario, Value

NOTHING = Scenario("")
"""A scenario without a name that does nothing."""
PLACED = ("add", "move")
"""Verbs whose facility stands where the action says: these are the sites that a map shows."""
SITE = "S"
"""How new sites are called: S1, S2, ..., the first number that is free."""
PLACE_DIGITS = 7
"""Digits of degrees that are kept: about a centimetre."""
STEPS = 200
"""Steps that can be taken back."""


@dataclass(frozen=True, slots=True)
class Draft:
    """scenario : as it is now; its name is "" until it has one. past, future : what `undo` and `redo` go to, the nearest step last."""

    scenario: Scenario = NOTHING
    past: tuple[Scenario, ...] = ()
    future: tuple[Scenario, ...] = ()

    @property
    def actions(self) -> tuple[Action, ...]:
        """The actions, in order."""
        return self.scenario.actions


def with_scenario(draft: Draft, scenario: Scenario) -> Draft:
    """A draft after one more step."""
    return draft if scenario == draft.scenario else Draft(scenario, (*draft.past, draft.scenario)[-STEPS:], ())


def with_actions(draft: Draft, actions: Iterable[Action]) -> Draft:
    """A draft with other actions."""
    return with_scenario(draft, replace(draft.scenario, actions=tuple(actions)))


def opened(draft: Draft, saved: Saved) -> Draft:
    """A draft that goes on with a saved scenario; what was there before can be gone back to."""
    return with_scenario(draft, saved.scenario)


def kept(draft: Draft, saved: Saved) -> Draft:
    """A draft after it was saved: no step of its own, as its actions are what they were."""
    return replace(draft, scenario=saved.scenario)


def undo(draft: Draft) -> Draft:
    """The last step taken back; the draft itself where there is none."""
    return Draft(draft.past[-1], draft.past[:-1], (*draft.future, draft.scenario)) if draft.past else draft


def redo(draft: Draft) -> Draft:
    """The step that was taken back done again; the draft itself where there is none."""
    return Draft(draft.future[-1], (*draft.past, draft.scenario), draft.future[:-1]) if draft.future else draft


def with_site(draft: Draft, layer: str, lon: float, lat: float, *, taken: Iterable[str], name: str = "") -> Draft:
    """One new site more. taken : ids of the layer's facilities; name : with `{number}` for the number in its id."""
    ids = {*taken, *(action.id for action in draft.actions if action.layer == layer)}
    number = next(k for k in range(1, len(ids) + 2) if f"{SITE}{k}" not in ids)
    values: Mapping[str, Value] = {"name": name.format(number=number)} if name else {}
    return with_actions(draft, (*draft.actions, Action("add", layer, f"{SITE}{number}", values, round(lon, PLACE_DIGITS),
                                                       round(lat, PLACE_DIGITS))))


def placed(draft: Draft, layer: str, ident: str, lon: float, lat: float) -> Draft:
    """A site, or an existing facility, at another place: its last action with a place says so, or a new one that moves it."""
    lon, lat = round(lon, PLACE_DIGITS), round(lat, PLACE_DIGITS)
    at = last_of(draft.actions, PLACED, layer, ident)
    if at is None:
        return with_actions(draft, (*draft.actions, Action("move", layer, ident, lon=lon, lat=lat)))
    return with_actions(draft, _other(draft.actions, at, replace(draft.actions[at], lon=lon, lat=lat)))


def closed(draft: Draft, layer: str, ident: str) -> Draft:
    """An existing facility that closes; the draft itself where it does already."""
    if last_of(draft.actions, ("close",), layer, ident) is not None:
        return draft
    return with_actions(draft, (*draft.actions, Action("close", layer, ident)))


def sized(draft: Draft, layer: str, ident: str, column: str, amount: float) -> Draft:
    """A site or an existing facility with another size (beds, places, area): what its action says, or a new one that enlarges it."""
    at = last_of(draft.actions, ("add", "expand"), layer, ident)
    if at is None:
        return with_actions(draft, (*draft.actions, Action("expand", layer, ident, {column: amount})))
    old = draft.actions[at]
    return with_actions(draft, _other(draft.actions, at, replace(old, values=dict(old.values) | {column: amount})))


def without(draft: Draft, number: int) -> Draft:
    """A draft without one action (from 0), and without what later ones do to a site that it added."""
    gone = draft.actions[number]

    def stays(k: int, action: Action) -> bool:
        return k != number and not (gone.do == "add" and k > number and (action.layer, action.id) == (gone.layer, gone.id))

    return with_actions(draft, (action for k, action in enumerate(draft.actions) if stays(k, action)))


def last_of(actions: tuple[Action, ...], verbs: tuple[str, ...], layer: str, ident: str) -> int | None:
    """The number of the last action of some verbs about a facility; None where there is none."""
    about = (layer, ident)
    return next((k for k in reversed(range(len(actions))) if actions[k].do in verbs and (actions[k].layer, actions[k].id) == about), None)


def sites(actions: Iterable[Action], layer: str) -> list[tuple[int, Action]]:
    """The sites of a layer that stand where an action puts them, each with the number of that action, from 0."""
    found: dict[str, tuple[int, Action]] = {}
    for k, action in enumerate(actions):
        if action.layer != layer:
            continue
        if action.do in PLACED:
            found[action.id] = k, action
        elif action.do == "close":
            found.pop(action.id, None)
    return list(found.values())


def _other(actions: tuple[Action, ...], at: int, action: Action) -> tuple[Action, ...]:
    """The actions with one in the place of another."""
    return (*actions[:at], action, *actions[at + 1:])


def name_in(action: Action) -> str:
    """What an action calls its facility: the name that it gives it, else its id."""
    given = dict(action.values)
    return str(given.get("name", "")) or action.id
