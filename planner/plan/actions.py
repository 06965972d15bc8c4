"""What would close a gap, as a sentence and as something to build."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from planner.plan.gaplist import AnyOf, Sentence, Words
from planner.targets.conditions import DATE_COLUMNS, Condition
from planner.targets.pack import Check, Target

BED_COLUMNS = ("beds", "nursing_beds", "reserve_beds", "approved_beds", "day_beds")
AREA_COLUMNS = ("area_m2", "floor_area_m2", "effective_area_m2")
COLUMN_WORDS = (
    *BED_COLUMNS,
    *AREA_COLUMNS,
    "staff",
    "residents",
    "households",
    "capacity",
    "patients_served",
    "total",
    "age_60_plus",
    "age_65_plus",
    "age_80_plus",
    "under_18",
    "destitute",
    "destitute_unable",
    "home_patients",
    "low_income",
    "disabled",
    "opened",
    "started",
    "approved",
    "built",
    "stars",
    "volunteer_station",
    "registered",
    "child_workers",
    "workers",
    "level",
    "owner",
    "kind",
    "medical",
    "grade",
    "tenure",
    "comprehensive",
    "field",
    "online_booking",
    "name",
    "counselling_room",
    "child_directors",
    "community_area_m2",
    "social_workers",
    "certified_members",
    "assistants",
)
"""Columns that have a word of their own (`gaps.column.<name>`); any other is named as the ledger names it."""
SIGNS = {">=": "≥", "<=": "≤", ">": ">", "<": "<", "=": "="}


@dataclass(frozen=True, slots=True)
class Build:
    """One thing to build: how many of which layer, how large (None: no target asks). `do` is new, expand or convert."""

    layer: str
    do: str
    quantity: int = 1
    beds: float | None = None
    area_m2: float | None = None


@dataclass(frozen=True, slots=True)
class Remedy:
    """A recommended action: its sentence, and what it builds (nothing, where no building closes the gap)."""

    sentence: Sentence
    builds: tuple[Build, ...] = ()


@dataclass(frozen=True, slots=True)
class Situation:
    """What a remedy depends on beside the target.

    existing, passing : facilities of the layer in the unit, and those of them that satisfy the conditions already. lacking : layers that it
    has none of under `all_of`, or the farthest of a basket. beyond : people beyond reach, of `group`. is_facility : the unit is one.
    """

    unit_name: str
    is_facility: bool = False
    existing: int = 0
    passing: int = 0
    lacking: tuple[str, ...] = ()
    beyond: float | None = None
    group: Words = ""


def column_word(column: str) -> Sentence | str:
    """A column as people say it."""
    return Sentence(f"gaps.column.{column}") if column in COLUMN_WORDS else column


def condition_words(conditions: Sequence[Condition]) -> tuple[Sentence, ...]:
    """Conditions as sentences; one on `status` is left out, for what is built will operate."""
    said = []
    for condition in conditions:
        if condition.column == "status":
            continue
        column: object = column_word(condition.column)
        if condition.over:
            column = Sentence("gaps.condition.quotient", {"above": column, "below": column_word(condition.over)})
        if condition.operator:
            compared = {"column": column, "sign": SIGNS[condition.operator], "operand": _plain(condition.operand)}
            said.append(Sentence("gaps.condition.compared", compared))
        elif condition.values == (True,):
            said.append(Sentence("gaps.condition.yes", {"column": column}))
        elif condition.values == (False,):
            said.append(Sentence("gaps.condition.no", {"column": column}))
        else:
            said.append(Sentence("gaps.condition.one_of", {"column": column, "values": tuple(_plain(value) for value in condition.values)}))
    return tuple(said)


def _plain(value: object) -> str:
    """A figure of a condition without thousands apart: it may be a year."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def least(conditions: Sequence[Condition], columns: Sequence[str]) -> float | None:
    """The least figure that conditions ask of one of these columns."""
    floors = [
        float(condition.operand) + (1 if condition.operator == ">" else 0)
        for condition in conditions
        if condition.column in columns
        and not condition.over
        and condition.operator in (">=", ">", "=")
        and not isinstance(condition.operand, str)
    ]
    return max(floors, default=None)


def unit_comparator(target: Target) -> str:
    """The comparator that a unit is held to: its own test under `share`, else the target's."""
    return target.check.each.comparator if target.check and target.check.rollup == "share" else target.comparator


def remedy(target: Target, shortfall: float | None, where: Situation, names: Sequence[Words]) -> Remedy:
    """What would close the gap of a unit (or of the whole), `names` being those of the check's layers."""
    check = target.check
    if check is None or check.metric == "reported":
        return Remedy(Sentence("gaps.action.reported", {"amount": float(shortfall or 0)}))
    if check.metric == "population_within":
        return _reach(check, where, names)
    simple = {"minutes": "minutes", "separation": "separation", "pace": "pace"}
    if check.metric in simple:
        amount = float(shortfall or 0) * (100 if check.metric == "pace" else 1)
        builds = (Build(check.layers[0], "new"),) if check.metric == "minutes" and check.layers else ()
        return Remedy(
            Sentence(
                f"gaps.action.{simple[check.metric]}",
                {"amount": amount, "layer": AnyOf(tuple(names)), "unit": where.unit_name, "other": check.from_},
            ),
            builds,
        )
    if check.metric == "load":
        return _new(check, shortfall, where, names)
    if unit_comparator(target) in ("<=", "<"):
        over = "unit_over" if check.metric == "unit_value" else "over"
        return Remedy(
            Sentence(f"gaps.action.{over}", {"amount": float(shortfall or 0), "of": _counted(check), "layer": AnyOf(tuple(names))})
        )
    if not shortfall:
        return Remedy(Sentence("gaps.action.above_range", {"layer": AnyOf(tuple(names))}))
    if check.any_of or check.all_of or check.metric == "count":
        return _new(check, shortfall, where, names)
    if check.metric == "facility_share" and not any(condition.column in DATE_COLUMNS for condition in check.having):
        amount = math.ceil(shortfall)
        said = Sentence(
            "gaps.action.convert_facilities", {"amount": amount, "layer": AnyOf(tuple(names)), "conditions": condition_words(check.having)}
        )
        return Remedy(said, (Build(check.layers[0], "convert", amount),) if check.layers else ())
    if check.metric == "facility_share":
        return _new(replace(check, where=(*check.where, *check.having)), shortfall, replace(where, existing=0), names)
    return _more(check, shortfall, where, names)


def _counted(check: Check) -> object:
    """What a shortfall counts, as a word."""
    return column_word(check.of) if check.of else Sentence("gaps.column.facilities")


def _reach(check: Check, where: Situation, names: Sequence[Words]) -> Remedy:
    """One facility where those beyond reach live."""
    layers = where.lacking or check.basket or check.layers
    said = Sentence("gaps.action.reach", {"layer": AnyOf(tuple(names)), "people": round(where.beyond or 0), "group": where.group})
    return Remedy(said, tuple(Build(layer, "new") for layer in layers[:1]))


def _new(check: Check, shortfall: float | None, where: Situation, names: Sequence[Words]) -> Remedy:
    """New facilities, with the conditions that they must satisfy."""
    amount = max(1, math.ceil(shortfall or 1))
    conditions = condition_words(check.where)
    beds, area = least(check.where, BED_COLUMNS), least(check.where, AREA_COLUMNS)
    if check.all_of:
        lacking = where.lacking or tuple(member.layer for member in check.all_of if member.layer)
        return Remedy(
            Sentence("gaps.action.all_of", {"amount": amount, "layer": tuple(names)}), tuple(Build(layer, "new") for layer in lacking)
        )
    if check.any_of:
        first = next((member.layer for member in check.any_of if member.layer), "")
        others = tuple(column_word(member.of) for member in check.any_of if member.of)
        key = "any_of" if others else "any_layer"
        return Remedy(
            Sentence(f"gaps.action.{key}", {"amount": amount, "layer": AnyOf(tuple(names)), "others": others}),
            (Build(first, "new", amount),) if first else (),
        )
    build = (Build(check.layers[0], "new", amount, beds, area),) if check.layers else ()
    params: dict[str, object] = {
        "amount": amount,
        "layer": AnyOf(tuple(names)),
        "conditions": conditions,
        "existing": where.existing - where.passing,
    }
    if check.stage != "opened":
        return Remedy(Sentence(f"gaps.action.{check.stage}", params), build)
    if conditions and where.existing > where.passing:
        return Remedy(Sentence("gaps.action.new_or_raise", params), build)
    return Remedy(Sentence("gaps.action.new_with" if conditions else "gaps.action.new", params), build)


def _more(check: Check, shortfall: float, where: Situation, names: Sequence[Words]) -> Remedy:
    """More of a column: beds or floor area are built, anything else is not."""
    amount = math.ceil(round(shortfall, 6))
    params: dict[str, object] = {"amount": amount, "of": _counted(check), "layer": AnyOf(tuple(names))}
    layer = check.layers[0] if check.layers else ""
    if check.metric == "ratio" and check.of in BED_COLUMNS and check.in_ in BED_COLUMNS:
        return Remedy(Sentence("gaps.action.convert_beds", params), (Build(layer, "convert", 1, beds=float(amount)),))
    kind = "beds" if check.of in BED_COLUMNS else "area" if check.of in AREA_COLUMNS else ""
    if not kind:
        return Remedy(Sentence("gaps.action.unit_under" if check.metric == "unit_value" else "gaps.action.more", params))
    do = "expand" if where.existing or where.is_facility else "new"
    size = float(amount)
    build = Build(layer, do, beds=size) if kind == "beds" else Build(layer, do, area_m2=size)
    return Remedy(Sentence(f"gaps.action.{kind}_{'at' if where.is_facility else do}", params | {"unit": where.unit_name}), (build,))
