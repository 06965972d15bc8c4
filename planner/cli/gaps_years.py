"""`planner gaps --people-year`: gaps under today's people and under those of the target year, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.cli.common import as_csv, as_json, as_table
from planner.i18n import LANGUAGES, pick, t
from planner.plan.people_told import told

if TYPE_CHECKING:
    from planner.measure.city import PeopleOf
    from planner.plan.gap_years import GapPair
    from planner.plan.gaplist import Gap, GapList

SCHEMA = "planner.gaps_years/1"
COLUMNS = ("target_id", "unit_code", "unit_name", "level", "what", "shortfall", "shortfall_then", "shortfall_unit", "people_affected",
           "people_affected_then", "value", "value_then")
"""Columns of the CSV, and keys of the JSON's `gaps`. Shares are 0..1."""


def text(pairs: tuple[GapPair, ...], today: GapList, people: PeopleOf, base: PeopleOf, form: str, lang: str) -> str:
    """The pairs in one of the forms; the table with a line about the people of the year below."""
    from planner.plan.gap_years import counts

    records = [record(pair, lang) for pair in pairs]
    if form == "csv":
        return as_csv(records, COLUMNS)
    if form == "json":
        notes = [dict(zip(LANGUAGES, line, strict=True)) for line in zip(*(told(people, base, each) for each in LANGUAGES), strict=True)]
        head = {"schema": SCHEMA, "project": today.project, "pack": list(today.packs), "date": today.date.isoformat(),
                "scenario": today.scenario, "people_year": people.year, "base_year": base.year, "counts": counts(pairs), "notes": notes}
        return as_json(head | {"gaps": records})
    columns = ("target_id", "unit_name", "what", "shortfall", "shortfall_then", "people_affected", "people_affected_then")
    rows = [[_cell(pair.either, key, row[key], lang) for key in columns] for pair, row in zip(pairs, records, strict=True)]
    heads = [t(f"growth.gaps.{key}", lang, today=base.year, year=people.year) for key in columns]
    feet = [t("growth.gaps.counts", lang, year=people.year, **counts(pairs)), *told(people, base, lang)]
    return as_table(rows, heads, [False, False, False, True, True, True, True]) + "\n" + "\n".join(feet) + "\n"


def record(pair: GapPair, lang: str) -> dict[str, Any]:
    """One pair as data."""
    gap = pair.either
    found: dict[str, Any] = {"target_id": gap.target_id, "unit_code": gap.unit_code, "level": gap.level, "what": pair.what,
                             "unit_name": t("gaps.whole", lang) if gap.whole and not gap.unit_name else pick(gap.unit_name, lang),
                             "shortfall_unit": gap.shortfall_of}
    for one, ending in ((pair.today, ""), (pair.then, "_then")):
        found |= {f"{key}{ending}": None if one is None else getattr(one, key) for key in ("shortfall", "people_affected", "value")}
    return found


def _cell(gap: Gap, key: str, value: Any, lang: str) -> str:
    """One cell of the table."""
    from planner.export.cells import figure

    if key == "what":
        return t(f"growth.gaps.{value}", lang)
    if value is None:
        return "-" if key in ("shortfall", "shortfall_then", "people_affected", "people_affected_then") else ""
    if key.startswith("shortfall"):
        return f"{value * 100:.1f}%" if gap.shortfall_of == "share" else figure(value, 1)
    return figure(value, 0) if key.startswith("people") else str(value)
