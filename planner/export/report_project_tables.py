"""The tables of a report about what is to be built: capital projects, and the programme by year with its costs."""

from __future__ import annotations

import math
from collections.abc import Sequence

from planner.export.fields import content
from planner.export.report_document import Column, Table
from planner.export.report_tables import MOST_ROWS, MOST_TARGETS, cells, column, people_text
from planner.i18n import pick, t
from planner.plan.gaplist import CapitalProject
from planner.plan.report import ReportFacts
from planner.plan.report_sentences import wan_text
from planner.plan.wording import layer_name


def _project_sums(projects: Sequence[CapitalProject]) -> tuple[str, ...]:
    """Number, sites, beds, floor area, cost, and how many have none, of some projects."""
    beds = math.fsum(project.beds or 0.0 for project in projects)
    area = math.fsum(project.area_m2 or 0.0 for project in projects)
    known = [project.est_cost_cny for project in projects if project.est_cost_cny is not None]
    return (
        f"{len(projects):,}",
        f"{sum(project.quantity for project in projects):,}",
        f"{beds:,.0f}" if beds else "",
        f"{area:,.0f}" if area else "",
        wan_text(math.fsum(known)) if known else "",
        f"{len(projects) - len(known):,}" if len(known) < len(projects) else "",
    )


def _projects_table(groups: dict[str, list[CapitalProject]], caption: str, head: Column, facts: ReportFacts, lang: str) -> Table:
    """Projects group by group, with their sums."""
    rows = [cells(lang, name, *_project_sums(projects)) for name, projects in groups.items()]
    rows.append(cells(lang, t("report.table.total", lang), *_project_sums(facts.gap_list.projects)))
    figures = tuple(column(key, lang, 10, right=True) for key in ("projects", "quantity", "beds", "area_m2", "cost", "without_cost"))
    return Table(caption, (head, *figures), tuple(rows), unit_line=t("report.table.unit_money", lang), totals=True)


def projects_by_layer(facts: ReportFacts, lang: str) -> Table:
    """The capital projects of each layer."""
    groups: dict[str, list[CapitalProject]] = {}
    for project in facts.gap_list.projects:
        groups.setdefault(pick(project.layer_name, lang) or project.layer, []).append(project)
    return _projects_table(groups, t("report.table.projects_by_layer", lang), column("layer", lang, 28), facts, lang)


def projects_by_year(facts: ReportFacts, lang: str) -> Table:
    """The capital projects of each year, with its phase."""
    groups: dict[str, list[CapitalProject]] = {}
    for project in sorted(facts.gap_list.projects, key=lambda one: one.year):
        groups.setdefault(f"{project.year} {t(f'export.phase.{project.phase}', lang)}", []).append(project)
    return _projects_table(groups, t("report.table.projects_by_year", lang), column("year", lang, 28, own=True), facts, lang)


def project_list_table(facts: ReportFacts, lang: str) -> Table:
    """The project list's first rows, in order of priority as the workbook has them."""
    projects = facts.gap_list.projects
    heads = (
        column("project_id", lang, 11),
        column("project_name", lang, 34),
        column("nature", lang, 9, own=True),
        column("unit_name", lang, 18),
        column("project_content", lang, 24, own=True),
        column("beneficiaries", lang, 12, right=True),
        column("cost", lang, 12, right=True),
        column("year", lang, 9, right=True),
        column("phase", lang, 8, own=True),
        column("responsible", lang, 16),
        column("priority", lang, 8, right=True),
    )
    return Table(
        t("report.table.project_list", lang),
        heads,
        tuple(project_cells(project, lang) for project in projects[:MOST_ROWS]),
        left_out=max(0, len(projects) - MOST_ROWS),
        annex=True,
    )


def project_cells(project: CapitalProject, lang: str) -> tuple[str, ...]:
    """One capital project as the annex and the atlas tell it."""
    return cells(
        lang,
        project.project_id,
        project.name.say(lang),
        t(f"export.do.{project.action}", lang),
        project.unit_name or t("gaps.whole", lang),
        content(project, lang),
        people_text(project.people),
        wan_text(project.est_cost_cny),
        str(project.year),
        t(f"export.phase.{project.phase}", lang),
        pick(project.responsible, lang),
        str(project.priority),
    )


# ---- the programme ---------------------------------------------------------------------------------------------------
def programme_tables(facts: ReportFacts, lang: str) -> list[Table]:
    """Year by year, and what stays open."""
    told = facts.programme
    if told is None:
        return []
    some_budget = any(year.budget_cny is not None for year in told.years)
    some_running = any(year.running_cny is not None for year in told.years)
    keys = ["spent", *(["budget"] if some_budget else []), *(["running"] if some_running else []), "opened", "met_at_end"]
    values = {
        "spent": [wan_text(year.spent_cny) for year in told.years],
        "budget": [wan_text(year.budget_cny) for year in told.years],
        "running": [wan_text(year.running_cny) for year in told.years],
        "opened": [f"{year.opened:,}" for year in told.years],
        "met_at_end": [f"{len(year.closed):,}" for year in told.years],
    }
    total = {"spent": wan_text(math.fsum(year.spent_cny for year in told.years)), "opened": f"{sum(year.opened for year in told.years):,}"}
    rows = [cells(lang, str(year.year), *(values[key][k] for key in keys)) for k, year in enumerate(told.years)]
    rows.append(cells(lang, t("report.table.total", lang), *(total.get(key, "") for key in keys)))
    found = [
        Table(
            t("report.table.programme_years", lang),
            (column("year", lang, 1, own=True), *(column(key, lang, 1.2, right=True) for key in keys)),
            tuple(rows),
            totals=True,
        )
    ]
    titles = _titles(facts, lang)
    if told.left_open:
        found.append(
            Table(
                t("report.table.programme_open", lang),
                (column("title", lang, 2), column("why", lang, 4)),
                tuple(cells(lang, titles.get(one.target_id, one.target_id), one.why[lang]) for one in told.left_open[:MOST_TARGETS]),
                left_out=max(0, len(told.left_open) - MOST_TARGETS),
            )
        )
    return found


def _titles(facts: ReportFacts, lang: str) -> dict[str, str]:
    """The titles of the targets by their ids: ids are for the workbook, titles for readers."""
    return {result.target.id: pick(result.target.title, lang) for result in facts.evaluation.targets}


def programme_actions_table(facts: ReportFacts, lang: str) -> Table | None:
    """The programme action by action, in order of years; None where there is none."""
    told = facts.programme
    if told is None or not told.actions:
        return None
    titles = _titles(facts, lang)
    rows = [
        cells(
            lang,
            one.id,
            t(f"programme.kind.{one.kind}", lang),
            layer_name(one.layer, lang),
            one.place,
            str(one.year),
            wan_text(one.cost_cny) + (" " + t("programme.estimate_mark", lang) if one.estimate else ""),
            t("gaps.list_comma", lang).join(titles.get(ident, ident) for ident in one.closes),
        )
        for one in told.actions[:MOST_ROWS]
    ]
    heads = (
        Column(t("programme.candidate", lang), 12),
        column("action", lang, 14, own=True),
        column("layer", lang, 24),
        column("place", lang, 34),
        column("in_service", lang, 9, right=True),
        column("cost", lang, 14, right=True),
        column("closes", lang, 40),
    )
    caption, left_out = t("report.table.programme_actions", lang), max(0, len(told.actions) - MOST_ROWS)
    return Table(caption, heads, tuple(rows), left_out=left_out, annex=True)
