"""The tables of a report, from the same rows and figures as the workbook: cut where paper ends, with the number of rows left out."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from planner.export.blind_spots import limit_words, shown_spots
from planner.export.cells import figure
from planner.export.fields import LEVELS, SHORTFALL_UNITS, level_label
from planner.export.report_document import Column, Table
from planner.i18n import pick, t
from planner.plan.actions import COLUMN_WORDS
from planner.plan.gaplist import Gap
from planner.plan.report import Later, ReportFacts
from planner.plan.report_sentences import JUDGED, amount_text, difference_text, states_of, threshold_text, unit_text
from planner.targets.answers import deadline_text
from planner.targets.evaluation import TargetResult
from planner.targets.formula import is_share, shown
from planner.targets.midterm import MIDTERM_KEYS, MIDTERM_RIGHT, MidtermRow
from planner.targets.pack import TargetPack
from planner.targets.sentences import verdict_text

LISTED = ("met", "not_met", "data_missing", "threshold_undefined")
"""States of targets that stand in the table of their pack; of the others it tells the number."""
MOST_TARGETS, MOST_UNITS, MOST_ROWS, MOST_SPOTS, MOST_PLACES = 200, 20, 60, 20, 6
"""Rows that a table of a report has at most; a report is read, the workbook is searched."""


def cells(lang: str, *values: str | None) -> tuple[str, ...]:
    """Cells of a row; what there is none of is a dash."""
    return tuple(value if value not in (None, "", "-") else t("report.none", lang) for value in values)


def column(key: str, lang: str, weight: float, *, right: bool = False, own: bool = False) -> Column:
    """A column with its head."""
    return Column(t(f"report.table.{key}", lang), weight, right, own)


def without_empty(table: Table, lang: str, *keys: str) -> Table:
    """A table without those of its columns (`report.table.<key>`) in which no row says anything."""
    heads, nothing = {t(f"report.table.{key}", lang) for key in keys}, t("report.none", lang)
    kept = [k for k, column in enumerate(table.columns) if column.head not in heads or any(row[k] != nothing for row in table.rows)]
    return replace(table, columns=tuple(table.columns[k] for k in kept), rows=tuple(tuple(row[k] for k in kept) for row in table.rows))


def state_text(state: str, lang: str) -> str:
    """A state in words, with its mark: colour alone says nothing on grey paper."""
    return t(f"evaluate.state_{state}", lang)


# ---- targets ---------------------------------------------------------------------------------------------------------
def states_table(facts: ReportFacts, lang: str) -> Table:
    """How many targets are in each state."""
    states, whole = states_of(facts), len(facts.evaluation.targets)
    rows = [cells(lang, state_text(state, lang), f"{count:,}", shown(count / whole, True)) for state, count in states.items()]
    rows.append(cells(lang, t("report.table.total", lang), f"{whole:,}", shown(1.0, True) if whole else "-"))
    return Table(
        t("report.table.states", lang),
        (column("state", lang, 3, own=True), column("count", lang, 1, right=True), column("part", lang, 1, right=True)),
        tuple(rows),
        totals=True,
    )


def results_of(facts: ReportFacts, pack: TargetPack) -> list[TargetResult]:
    """The results of one pack."""
    return [result for result in facts.evaluation.targets if result.target.plan == pack.id]


def targets_table(facts: ReportFacts, pack: TargetPack, lang: str) -> Table:
    """The targets of one pack clause by clause: value, threshold, what is short, verdict."""
    results = results_of(facts, pack)
    listed = [result for result in results if result.state in LISTED]
    rows = [
        cells(
            lang,
            str(k),
            one.target.clause,
            pick(one.target.title, lang),
            binding_text(one, lang),
            str(deadline_text(one.target) or ""),
            ("≥ " if one.at_least else "") + amount_text(one.value, one, lang),
            threshold_text(one, lang),
            short_text(one, lang),
            verdict_text(one, lang),
        )
        for k, one in enumerate(listed[:MOST_TARGETS], start=1)
    ]
    others = Counter(result.state for result in results if result.state not in LISTED)
    rest = t("gaps.list_comma", lang).join(t(f"report.overall.{state}", lang, count=count) for state, count in others.items())
    foot = t("report.table.others", lang, count=sum(others.values()), rest=rest) if others else ""
    heads = (
        column("no", lang, 5, right=True),
        column("clause", lang, 20),
        column("title", lang, 26),
        column("binding", lang, 9, own=True),
        column("deadline", lang, 10),
        column("value", lang, 15, right=True),
        column("threshold", lang, 15, right=True),
        column("short", lang, 17, right=True),
        column("verdict", lang, 15, own=True),
    )
    caption = t("report.table.targets", lang, pack=pick(pack.title, lang) or pack.id)
    table = Table(caption, heads, tuple(rows), left_out=max(0, len(listed) - MOST_TARGETS), foot=foot)
    return without_empty(table, lang, "binding", "deadline")


def binding_text(result: TargetResult, lang: str) -> str:
    """Whether a target is binding."""
    return t(f"progress.binding_{result.target.binding}", lang)


def short_text(result: TargetResult, lang: str) -> str:
    """How far a target that is not met is from its threshold: units where a share of them must pass, else what is short."""
    if result.state != "not_met" or not result.shortfall:
        return ""
    of = str(result.action["of"]) if result.action else ""
    if of == "share":
        return difference_text(result.shortfall, result, lang)
    if result.units_required is not None and result.target.check is not None and result.target.check.rollup == "share":
        of = "units"
    return shortfall_text(result.shortfall, of, lang, result.target.unit)


def shortfall_text(shortfall: float | None, of: str, lang: str, unit: str = "") -> str:
    """A shortfall with what it counts: people whole, a share in per cent. unit : the target's, for a shortfall of its figure."""
    if shortfall is None:
        return ""
    if of == "share":
        return shown(shortfall, True)
    amount = float(math.ceil(shortfall - 1e-9)) if of == "people" else shortfall
    counted = counted_text(of, lang) if of != "figure" else unit_text(unit, lang)
    return t("report.amount", lang, value=figure(amount), unit=counted) if counted else figure(amount)


def counted_text(of: str, lang: str) -> str:
    """What a shortfall counts, in words; square metres of whatever kind are square metres; a ledger's own column as it is called."""
    if of in SHORTFALL_UNITS:
        return t(f"export.shortfall_unit.{of}", lang)
    if of.endswith("_m2"):
        return t("export.shortfall_unit.area_m2", lang)
    return t(f"gaps.column.{of}", lang) if of in COLUMN_WORDS else of


def midterm_table(rows: Sequence[MidtermRow], pack: TargetPack, foot: str, lang: str) -> Table:
    """The mid-term evaluation of one pack: the columns that bureaus report to their congress, numbered, with the unit of each figure."""
    weights = dict(zip(MIDTERM_KEYS[1:], (28, 10, 18, 18, 13, 13, 13, 16, 34), strict=True))
    ours = ("binding", "verdict", "why")
    own = [Column(t(f"progress.{key}", lang), weight, key in MIDTERM_RIGHT, key in ours) for key, weight in weights.items()]
    heads = (column("no", lang, 6, right=True), own[0], column("unit", lang, 14), *own[1:])
    listed = [
        cells(lang, str(k), row.cells[1], "%" if is_share(row.result) else unit_text(row.result.target.unit, lang), *row.cells[2:])
        for k, row in enumerate(rows[:MOST_TARGETS], start=1)
    ]
    caption = t("report.table.midterm", lang, pack=pick(pack.title, lang) or pack.id)
    return Table(caption, heads, tuple(listed), left_out=max(0, len(rows) - MOST_TARGETS), foot=foot, annex=True)


def later_table(facts: ReportFacts, later: Later, lang: str) -> Table | None:
    """The targets that data can judge, today and under the people of a later year, where the figure is another then; None where none is."""
    rows = []
    for now, then in zip(facts.evaluation.targets, later.evaluation.targets, strict=True):
        if now.state in JUDGED and (now.state, now.value) != (then.state, then.value):
            rows.append(
                cells(
                    lang,
                    pick(now.target.title, lang),
                    threshold_text(now, lang),
                    amount_text(now.value, now, lang),
                    state_text(now.state, lang),
                    amount_text(then.value, then, lang),
                    state_text(then.state, lang),
                )
            )
    heads = (
        column("title", lang, 30),
        column("threshold", lang, 14, right=True),
        Column(t("report.table.later_now", lang, year=later.base.year or "-"), 16, right=True),
        column("later_verdict_now", lang, 13, own=True),
        Column(t("report.table.later_then", lang, year=later.people.year), 16, right=True),
        column("later_verdict_then", lang, 13, own=True),
    )
    return (
        Table(t("report.table.later", lang), heads, tuple(rows[:MOST_TARGETS]), left_out=max(0, len(rows) - MOST_TARGETS)) if rows else None
    )


# ---- gaps ------------------------------------------------------------------------------------------------------------
def gaps_by_target(facts: ReportFacts, lang: str) -> Table:
    """Gaps of each target that is not met, and people affected, as in the workbook's summary."""
    count = Counter(gap.target_id for gap in facts.gap_list.gaps)
    people = {key: math.fsum(gap.people_affected or 0.0 for gap in facts.gap_list.gaps if gap.target_id == key) for key in count}
    titles = {gap.target_id: gap for gap in facts.gap_list.gaps}
    rows = [
        cells(
            lang,
            pick(titles[key].title, lang),
            titles[key].clause,
            t(f"progress.binding_{titles[key].binding or 'unspecified'}", lang),
            f"{number:,}",
            people_text(people[key]),
        )
        for key, number in count.items()
    ]
    rows.append(
        cells(
            lang,
            t("report.table.total", lang),
            "",
            "",
            f"{sum(count.values()):,}",
            people_text(facts.gap_list.headline.people_affected_sum),
        )
    )
    heads = (
        column("title", lang, 30),
        column("clause", lang, 26),
        column("binding", lang, 10, own=True),
        column("gaps", lang, 12, right=True),
        column("people", lang, 18, right=True),
    )
    foot = t("report.table.people_note", lang)
    return without_empty(Table(t("report.table.gaps_by_target", lang), heads, tuple(rows), foot=foot, totals=True), lang, "binding")


def people_text(people: float | None) -> str:
    """Persons, whole; blank where there is nobody to point at."""
    return f"{people:,.0f}" if people else ""


def gaps_by_unit(facts: ReportFacts, lang: str) -> Table | None:
    """Gaps of the units of the level that has most of them, the units with most people first; None where no gap is of a unit."""
    levels = Counter(gap.level for gap in facts.gap_list.gaps if not gap.whole and gap.level in LEVELS[1:4])
    if not levels:
        return None
    level = max(levels, key=lambda key: (levels[key], key))
    units: dict[str, list[Gap]] = {}
    for gap in facts.gap_list.gaps:
        if gap.level == level and not gap.whole:
            units.setdefault(gap.unit_code, []).append(gap)
    lines = sorted(
        ((math.fsum(gap.people_affected or 0.0 for gap in gaps), code, gaps) for code, gaps in units.items()),
        key=lambda line: (-line[0], -len(line[2]), line[1]),
    )
    rows = [
        cells(lang, gaps[0].unit_name, code, f"{len({gap.target_id for gap in gaps}):,}", f"{len(gaps):,}", people_text(people))
        for people, code, gaps in lines[:MOST_UNITS]
    ]
    heads = (
        column("unit_name", lang, 24),
        Column(t("export.gaps.unit_code", lang), 20),
        column("targets_short", lang, 12, right=True),
        column("gaps", lang, 12, right=True),
        column("people", lang, 16, right=True),
    )
    return Table(
        t("report.table.gaps_by_unit", lang, level=level_label(level, lang)),
        heads,
        tuple(rows),
        left_out=max(0, len(lines) - MOST_UNITS),
        foot=t("report.table.people_note", lang),
    )


def blind_spots_table(facts: ReportFacts, lang: str) -> Table | None:
    """The blind spots with most people, of all targets on reach together; None where there is none that may be told."""
    spots = [(question, one) for question, one in shown_spots(facts.gap_list.blind_spots or ()) if one is not None]
    spots.sort(key=lambda pair: -pair[1].people)
    rows = []
    for question, one in spots[:MOST_SPOTS]:
        units = next((one.units[level] for level in ("township", "district", "community") if one.units.get(level)), ())
        near = " ".join(filter(None, (one.nearest_name, "" if one.minutes is None else f"({one.minutes:.1f})")))
        comma = t("gaps.list_comma", lang)
        names = comma.join(one.places[:MOST_PLACES]) + (t("report.more_places", lang) if len(one.places) > MOST_PLACES else "")
        limit = t("gaps.list_semicolon", lang).join(dict.fromkeys(limit_words(limit, question, lang) for limit in question.limits))
        rows.append(
            cells(
                lang,
                comma.join(pick(name, lang) for name in question.layer_names),
                limit,
                comma.join(unit.name or unit.code for unit in units[:3]),
                names,
                people_text(one.people),
                near,
            )
        )
    heads = (
        column("layer", lang, 22),
        column("blind_limit", lang, 18, own=True),
        column("unit_name", lang, 18),
        column("blind_places", lang, 32),
        column("blind_people", lang, 13, right=True),
        column("nearest", lang, 26),
    )
    left_out = len(spots) - len(rows)
    return Table(t("report.table.blind", lang, count=len(rows)), heads, tuple(rows), left_out=left_out) if rows else None


def gap_list_table(facts: ReportFacts, lang: str) -> Table:
    """The gap list's first rows, in order of rank."""
    gaps = facts.gap_list.gaps
    heads = (
        column("gap_id", lang, 11),
        column("title", lang, 24),
        column("clause", lang, 20),
        column("unit_name", lang, 18),
        column("value", lang, 10, right=True),
        column("threshold", lang, 10, right=True),
        column("shortfall", lang, 14, right=True),
        column("gap_people", lang, 12, right=True),
        column("nearest", lang, 22),
        column("do", lang, 34),
        column("responsible", lang, 16),
        column("deadline", lang, 10),
    )
    rows, left_out = tuple(gap_cells(gap, lang) for gap in gaps[:MOST_ROWS]), max(0, len(gaps) - MOST_ROWS)
    table = Table(t("report.table.gap_list", lang), heads, rows, left_out=left_out, annex=True)
    return without_empty(table, lang, "deadline", "responsible")


def gap_cells(gap: Gap, lang: str) -> tuple[str, ...]:
    """One gap as the annex and the atlas tell it: the keys of GAP_CELLS."""
    ends = gap.threshold if isinstance(gap.threshold, tuple) else (gap.threshold,)
    asked = "–".join(shown(end, gap.is_share) for end in ends)
    near = " ".join(part for part in (gap.nearest_facility, "" if gap.minutes is None else f"({gap.minutes:.1f})") if part)
    value = ("≥ " if gap.at_least else "") + shown(gap.value, gap.is_share)
    return cells(
        lang,
        gap.gap_id,
        pick(gap.title, lang),
        gap.clause,
        gap.unit_name or t("gaps.whole", lang),
        value,
        asked,
        shortfall_text(gap.shortfall, gap.shortfall_of, lang),
        people_text(gap.people_affected),
        near,
        gap.action.say(lang),
        pick(gap.responsible, lang),
        gap.deadline,
    )
