"""Units by targets: what each target says of each unit of a level, from the evaluation's own lines and nothing beside them.

A target that is asked of finer units (communities, single facilities) says of a unit how many of those in it pass. One that is asked of
the whole city only says of a unit its figure and no verdict; one that is asked of coarser units, or not of this unit, says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from planner.inputs.specs import LEVELS
from planner.measure.city import City
from planner.targets.evaluation import Evaluation, TargetResult, UnitResult
from planner.targets.unit_sets import ancestors
from planner.targets.vocabulary import FACILITY

PART = "part"
"""A unit has a figure under the target, and no verdict: it is asked of the whole."""
WORST_FIRST = ("not_met", "data_missing", "threshold_undefined", "met", PART, "recorded", "not_applicable")
"""Which state a unit bears of several in it; those that are not asked have no say beside those that are."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What a target says of a unit. parts : the evaluation's lines that it rests on: the unit's own (`own`), or those of finer units and
    facilities in it."""

    state: str
    parts: tuple[UnitResult, ...]
    own: bool

    @property
    def met(self) -> int:
        """How many lines pass."""
        return sum(part.state == "met" for part in self.parts)

    @property
    def asked(self) -> int:
        """Of how many lines."""
        return sum(part.state not in (None, "not_applicable") for part in self.parts)


@dataclass(frozen=True, slots=True)
class Matrix:
    """Units of a level in code order, the targets, and for each target its cells by the unit's code; what is not asked is absent."""

    level: str
    codes: tuple[str, ...]
    names: tuple[str, ...]
    targets: tuple[TargetResult, ...]
    cells: tuple[Mapping[str, Cell], ...]

    def cell(self, code: str, target: int) -> Cell | None:
        """What a target says of a unit."""
        return self.cells[target].get(code)


def matrix(city: City, evaluation: Evaluation, level: str) -> Matrix:
    """The matrix of an evaluation for the units of a level. Raises InputError for an unknown level."""
    frame = city.boundaries.frame(level)
    cells = tuple(_cells(city, result, level) for result in evaluation.targets)
    return Matrix(level, tuple(frame["code"].tolist()), tuple(frame["name"].tolist()), evaluation.targets, cells)


def _cells(city: City, result: TargetResult, level: str) -> dict[str, Cell]:
    """One target's cells."""
    home = owner(city, level)
    parts: dict[str, list[UnitResult]] = {}
    for unit in result.units:
        code = home(unit.level, unit.code, unit.name, layers_of(result))
        if code:
            parts.setdefault(code, []).append(unit)
    return {code: Cell(worst([one.state or PART for one in mine]), tuple(mine), mine[0].level == level) for code, mine in parts.items()}


def worst(states: Sequence[str]) -> str:
    """The state of several: the first of WORST_FIRST that any has."""
    return min(states, key=WORST_FIRST.index)


def layers_of(result: TargetResult) -> tuple[str, ...]:
    """The layers whose facilities a target asks one by one."""
    return tuple(result.check.layers) if result.check is not None else ()


def owner(city: City, level: str) -> Callable[[str, str, str, Sequence[str]], str]:
    """A function of (level, code, name, layers of a facility) that gives the code of the unit of `level` which that belongs to: itself, the
    unit it lies in, or the one that a facility counts in; "" for none."""
    above: dict[str, dict[str, str]] = {}
    stated: dict[str, dict[tuple[str, str], str]] = {}

    def of_unit(finer: str, code: str) -> str:
        if finer not in above:
            known = ancestors(city, finer) if _is_finer(city, finer, level) else {}
            codes = city.boundaries.frame(finer)["code"].tolist() if known else []
            above[finer] = dict(zip(codes, known[level].tolist(), strict=True)) if level in known else {}
        return above[finer].get(code, "")

    def of_facility(slug: str, key: tuple[str, str]) -> str:
        if slug not in stated:
            stated[slug] = _facilities(city, slug, level)
        return stated[slug].get(key, "")

    def home(other: str, code: str, name: str, slugs: Sequence[str]) -> str:
        if other == level:
            return code
        if other == FACILITY:
            return next(filter(None, (of_facility(slug, (code, name)) for slug in slugs)), "")
        return of_unit(other, code)

    return home


def _is_finer(city: City, finer: str, level: str) -> bool:
    """Whether one level stands below another in the administrative order, both known to the project."""
    levels = city.boundaries.levels
    return finer in levels and finer in LEVELS and level in LEVELS and LEVELS.index(finer) > LEVELS.index(level)


def _facilities(city: City, slug: str, level: str) -> dict[tuple[str, str], str]:
    """(id, name) of each facility of a layer -> code of the unit that it counts in."""
    layer = city.facilities.get(slug)
    if layer is None or f"unit_{level}" not in layer.frame:
        return {}
    frame = layer.frame
    return {(str(key), str(name)): str(code) for key, name, code in
            zip(frame["id"], frame["name"], frame[f"unit_{level}"], strict=True)}
