"""The rows of the gap list and the project list, by the keys of the exchange files; every writer of this room starts here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from planner.export.cells import finite
from planner.export.systems import degrees
from planner.i18n import pick, t
from planner.plan.actions import COLUMN_WORDS
from planner.plan.gaplist import PHASES, CapitalProject, Gap, GapList, Sentence, say_all
from planner.targets.evaluation import Threshold

GAP_KEYS = (
    "gap_id",
    "target_id",
    "clause",
    "layer",
    "unit_code",
    "unit_name",
    "level",
    "value",
    "threshold",
    "shortfall",
    "shortfall_unit",
    "people_affected",
    "nearest_facility",
    "minutes",
    "action",
    "project_id",
    "responsible",
    "deadline",
)
"""The columns of the gap list, in their order; those of GAP_MORE follow."""
DUE_KEYS = ("required", "present", "short", "short_rate")
"""What should stand, what stands, and live what is short of it: all in the unit of the shortfall."""
SAID_KEYS = ("opinion", "verified", "refusal", "remark")
"""What streets and districts say of a row."""
GAP_MORE = (
    *DUE_KEYS,
    *("status", "cooperating", "rank", "title", "plan", "binding", "group", "travel", "unit_class", "zero", "note"),
    *SAID_KEYS,
    "row_key",
)
PROJECT_KEYS = (
    "project_id",
    "name",
    "layer",
    "action",
    "unit_code",
    "unit_name",
    "lon",
    "lat",
    "beds",
    "area_m2",
    "beneficiaries",
    "cost",
    "price_year",
    "cost_source",
    "funding",
    "year",
    "phase",
    "targets",
    "overlap",
    "confidence",
    "priority",
)
"""The columns of the project list, in their order; those of PROJECT_MORE follow. In data files `cost` is `est_cost_cny`, in yuan."""
PROJECT_MORE = (
    *("site", "content", "land_m2", "tenure", "start_year", "done_year", "preparation", "responsible", "cooperating", "status"),
    *("quantity", "beneficiaries_by_group", "gaps", "cost_note"),
    *SAID_KEYS,
    "row_key",
)
STATUSES = ("not_started", "under_way", "done", "closed")
FUNDS = ("central", "province", "city", "welfare_lottery", "special_bond", "private", "other")
CHOICES = {
    "status": ("status", STATUSES),
    "funding": ("fund", FUNDS),
    "phase": ("phase", PHASES),
    "tenure": ("tenure", ("allotted", "granted", "leased", "idle_premises", "handed_over")),
    "preparation": ("stage", ("idea", "feasibility", "design", "under_construction")),
}
"""Columns that people fill in from a list: column -> where its words stand (`export.<kind>.<key>`), and their keys."""
SHORTFALL_UNITS = (
    "facilities",
    "people",
    "minutes",
    "metres",
    "units",
    "share",
    "beds",
    "nursing_beds",
    "reserve_beds",
    "approved_beds",
    "area_m2",
    "staff",
    "residents",
    "households",
    "patients_served",
    "km2",
    "capacity",
    "effective_area_m2",
    "floor_area_m2",
    "land_m2",
    "child_directors",
    "remaining",
)
LEVELS = ("city", "district", "township", "community", "facility")


def label(kind: str, key: str, known: Sequence[str], lang: str) -> str:
    """The word for a key of the vocabulary (`export.<kind>.<key>`), or the key itself where it is the project's own."""
    return t(f"export.{kind}.{key}", lang) if key in known else key


def group_label(group: str, lang: str) -> str:
    """The word for a population group."""
    return t(f"gaps.column.{group}", lang) if group in COLUMN_WORDS else group


def scenario_label(scenario: str, lang: str) -> str:
    """The word for the present state, or a scenario's own name."""
    return t("export.baseline", lang) if scenario == "baseline" else scenario


def level_label(level: str, lang: str) -> str:
    """The word for a level of units."""
    return label("level", level, LEVELS, lang)


def threshold_text(threshold: Threshold, *, is_share: bool) -> str:
    """A range as text; the figures of shares in per cent."""
    if not isinstance(threshold, (tuple, list)):
        return ""
    low, high = (figure * 100 if is_share else figure for figure in threshold)
    return f"{low:g}–{high:g}" + ("%" if is_share else "")


def choices(column: str, lang: str) -> tuple[str, ...]:
    """The words that a column of CHOICES may hold."""
    kind, keys = CHOICES[column]
    return tuple(t(f"export.{kind}.{key}", lang) for key in keys)


def said(kept: Mapping[str, str | float], lang: str) -> dict[str, str | float]:
    """What people said of a row, by column: keys of a list as words of the language, all else as they wrote it."""
    return {
        column: label(CHOICES[column][0], str(value), CHOICES[column][1], lang) if column in CHOICES else value
        for column, value in kept.items()
    }


def gap_note(gap: Gap, lang: str) -> str:
    """What a reader of the row should know: blanks in the ledger, nobody who can reach a facility."""
    notes = []
    if gap.units_short is not None:
        notes.append(t("export.note.units_short", lang, units=gap.units_short))
    if gap.blanks:
        notes.append(t("export.note.blanks", lang, blanks=gap.blanks))
    if gap.without_place:
        notes.append(t("export.note.without_place", lang, count=gap.without_place))
    if gap.nearest_facility == "" and gap.minutes is None and gap.people_affected:
        notes.append(t("export.note.unreached", lang))
    return t("gaps.list_semicolon", lang).join(notes)


def gap_row(gap: Gap, lang: str) -> dict[str, Any]:
    """A gap by key. Text is in the language asked for; codes, slugs and figures are the same in both."""
    threshold = gap.threshold
    low, high = threshold if isinstance(threshold, (tuple, list)) else (threshold, None)
    return {
        "gap_id": gap.gap_id,
        "target_id": gap.target_id,
        "clause": gap.clause,
        "layer": gap.layer,
        "unit_code": gap.unit_code,
        "unit_name": gap.unit_name,
        "level": gap.level,
        "value": finite(gap.value),
        "threshold": finite(low),
        "shortfall": finite(gap.shortfall),
        "shortfall_unit": label("shortfall_unit", gap.shortfall_of, SHORTFALL_UNITS, lang),
        "people_affected": finite(gap.people_affected),
        "nearest_facility": gap.nearest_facility,
        "minutes": finite(gap.minutes),
        "action": gap.action.say(lang),
        "project_id": t("gaps.list_comma", lang).join(gap.project_ids),
        "responsible": pick(gap.responsible, lang),
        "deadline": gap.deadline,
        "rank": gap.rank,
        "title": pick(gap.title, lang),
        "plan": gap.plan,
        "binding": t(f"export.binding.{gap.binding or 'unspecified'}", lang),
        "group": group_label(gap.group, lang) if gap.group else "",
        "travel": gap.travel,
        "unit_class": gap.unit_class,
        "zero": t("export.zero", lang) if gap.zero else "",
        "required": finite(gap.required),
        "present": finite(gap.present),
        "short": None if gap.required is None or gap.present is None else gap.required - gap.present,
        "short_rate": (gap.required - gap.present) / gap.required if gap.required and gap.present is not None else None,
        "cooperating": pick(gap.cooperating, lang),
        "status": t("export.status.not_started", lang),
        "note": gap_note(gap, lang),
        **dict.fromkeys(SAID_KEYS, ""),
        "row_key": gap.row_key,
        "threshold_max": finite(high),
        **said(gap.kept, lang),
    }


def project_row(project: CapitalProject, lang: str) -> dict[str, Any]:
    """A capital project by key, without its coordinates; `est_cost_cny` in yuan and `cost` in 10,000 yuan."""
    by_group = [
        t("export.group_count", lang, group=group_label(group, lang), people=f"{people:,.0f}")
        for group, people in project.beneficiaries.items()
    ]
    cny = finite(project.est_cost_cny)
    why = say_all(project.confidence_why, lang)
    unit = Sentence("gaps.whole") if project.whole else project.unit_name
    return {
        "project_id": project.project_id,
        "name": project.name.say(lang),
        "layer": project.layer,
        "action": t(f"export.do.{project.action}", lang),
        "unit_code": project.unit_code,
        "unit_name": project.unit_name,
        "beds": finite(project.beds),
        "area_m2": finite(project.area_m2),
        "beneficiaries": finite(project.people),
        "cost": None if cny is None else cny / 10_000,
        "est_cost_cny": cny,
        "price_year": project.price_year,
        "cost_source": project.cost_source,
        "funding": "",
        "year": project.year,
        "phase": t(f"export.phase.{project.phase}", lang),
        "targets": t("gaps.list_comma", lang).join(project.targets),
        "overlap": say_all(project.overlap, lang),
        "confidence": t("export.confidence_cell", lang, level=t(f"export.confidence.{project.confidence}", lang), why=why),
        "priority": project.priority,
        "quantity": project.quantity,
        "beneficiaries_by_group": t("gaps.list_comma", lang).join(by_group),
        "gaps": t("gaps.list_comma", lang).join(project.gaps),
        "responsible": pick(project.responsible, lang),
        "cost_note": project.cost_note.say(lang) if project.cost_note else "",
        "site": project.place or Sentence("export.site", {"unit": unit}).say(lang),
        "content": content(project, lang),
        "land_m2": None,
        "tenure": "",
        "start_year": project.start_year,
        "done_year": project.done_year or project.year,
        "preparation": t("export.stage.idea", lang),
        **{f"invest_{year}": cny / 10_000 for year, cny in project.invest_cny.items()},
        "cooperating": pick(project.cooperating, lang),
        "status": t("export.status.not_started", lang),
        **dict.fromkeys(SAID_KEYS, ""),
        "row_key": project.row_key,
        **said(project.kept, lang),
    }


def content(project: CapitalProject, lang: str) -> str:
    """What is built and how large, in one line."""
    parts = [t(f"export.content.{project.action}", lang, quantity=project.quantity)]
    for key, size in (("beds", project.beds), ("area_m2", project.area_m2)):
        if (number := finite(size)) is not None:
            parts.append(t(f"export.content.{key}", lang, amount=f"{number:,.0f}"))
    return t("gaps.list_comma", lang).join(parts)


def lon_lat(gap_list: GapList) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Longitude and latitude (EPSG:4326) of the gaps and of the projects, to 7 decimals (about 1 cm)."""
    gaps, projects = ([(thing.x, thing.y) for thing in things] for things in (gap_list.gaps, gap_list.projects))
    return degrees(gap_list.crs, gaps), degrees(gap_list.crs, projects)
