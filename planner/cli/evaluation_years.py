"""`planner evaluate --people-year`: today's people and those of the target year side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from planner.cli.common import as_table
from planner.cli.evaluate import COLUMNS, csv_rows, figure, is_share, short, threshold_text
from planner.i18n import LANGUAGES, pick, t
from planner.plan.people_told import told

if TYPE_CHECKING:
    from planner.measure.city import PeopleOf
    from planner.targets.evaluation import Evaluation

CSV_COLUMNS = (*COLUMNS, "people_year", "state_then", "value_then", "shortfall_then")
"""Columns of the CSV with a target year: those of the plain one, then the year's."""


def as_dict(people: PeopleOf, base: PeopleOf, then: Mapping[str, Any]) -> dict[str, Any]:
    """The target year's part of the JSON: what its people rest on, and its targets as `targets` has today's."""
    return {"people_year": {"year": people.year, "base_year": base.year, "how": dict(people.how), "housing": people.housing,
                            "notes": [dict(zip(LANGUAGES, pair, strict=True)) for pair in
                                      zip(*(told(people, base, lang) for lang in LANGUAGES), strict=True)],
                            "targets": then["targets"]}}


def rows(today: Evaluation, then: Evaluation, year: int, lang: str) -> list[dict[str, Any]]:
    """Rows of the CSV: today's, with state, value and shortfall of the year beside them."""
    later = {(row["id"], row.get("unit_code", "")): row for row in csv_rows(then, lang)}
    found = []
    for row in csv_rows(today, lang):
        other = later.get((row["id"], row.get("unit_code", "")), {})
        found.append(row | {"people_year": year} | {f"{key}_then": other.get(key) for key in ("state", "value", "shortfall")})
    return found


def table(today: Evaluation, then: Evaluation, people: PeopleOf, base: PeopleOf, lang: str) -> str:
    """The targets side by side, with what became worse and what the people rest on below."""
    lines, worse, better = [], 0, 0
    for now, later in zip(today.targets, then.targets, strict=True):
        share = is_share(now)
        lines.append([now.target.id, pick(now.target.title, lang), threshold_text(now, share), t(f"evaluate.state_{now.state}", lang),
                      figure(now.value, share), short(now, lang), t(f"evaluate.state_{later.state}", lang), figure(later.value, share),
                      short(later, lang)])
        worse += now.state == "met" and later.state == "not_met"
        better += now.state == "not_met" and later.state == "met"
    heads = [t(f"evaluate.{key}", lang) for key in ("id", "title", "threshold")]
    for year in (base.year, people.year):
        heads += [t("growth.cli.of_year", lang, word=t(f"evaluate.{key}", lang), year=year) for key in ("state", "value", "shortfall")]
    feet = [t("growth.cli.changed", lang, year=people.year, worse=worse, better=better), *told(people, base, lang)]
    return as_table(lines, heads, [False, False, True, False, True, True, False, True, True]) + "\n" + "\n".join(feet) + "\n"
