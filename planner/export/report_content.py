"""What stands in a report and in which order: facts in, a document of one language out."""

from __future__ import annotations

from collections.abc import Sequence

from planner.export import report_project_tables as building
from planner.export import report_source_tables as sources
from planner.export import report_tables as tables
from planner.export.fields import scenario_label
from planner.export.provenance import METHOD_NOTES
from planner.export.report_document import Block, Document, Figure, Heading, Paragraph, Table, finished
from planner.i18n import pick, t
from planner.plan.people_told import told
from planner.plan.report import ReportFacts
from planner.plan.report_sentences import (
    JUDGED,
    day_text,
    overall_sentences,
    packs_text,
    programme_sentence,
    states_of,
    target_sentence,
    threshold_text,
)
from planner.targets.conflicts import conflicts_in
from planner.targets.midterm import midterm_foot, midterm_rows, midterm_tally
from planner.targets.sensitivity import BAND

MOST_SENTENCES = 60
"""So many targets have their sentence in the report; a table has them all."""


def report_document(facts: ReportFacts, lang: str, figures: Sequence[Figure] = ()) -> Document:
    """The report in a language, with the maps it is given. Sections that have nothing to say are left out, or say why."""
    gaps = facts.gap_list
    name = pick(gaps.project_name, lang) or gaps.project
    lines = [
        t("report.line_date", lang, day=day_text(facts.evaluation.date, lang)),
        t("report.line_packs", lang, packs=packs_text(facts, lang)),
        t("report.line_scenario", lang, scenario=scenario_label(facts.evaluation.scenario, lang)),
    ]
    blocks: list[Block] = [
        *_summary(facts, lang),
        *_targets(facts, lang),
        *_midterm(facts, lang),
        *_maps(facts, figures, lang),
        *_gaps(facts, lang),
        *_projects(facts, lang),
        *_later(facts, lang),
        *_method(facts, lang),
        *_data(facts, lang),
    ]
    annex = _annex(facts, lang)
    if annex:
        blocks += [_heading("annex", lang), *annex]
    document = Document(
        lang,
        t("report.title", lang, project=name),
        tuple(lines),
        t("export.invented", lang) if facts.invented else "",
        t("report.foot", lang),
        facts.evaluation.date,
        tuple(blocks),
    )
    return finished(document, t("report.section.notes", lang))


def _heading(key: str, lang: str, level: int = 1) -> Heading:
    """A heading of ours."""
    return Heading(level, t(f"report.section.{key}", lang))


def _summary(facts: ReportFacts, lang: str) -> list[Block]:
    """What a reader of one page must know."""
    found: list[Block] = [_heading("summary", lang)]
    found += [Paragraph(sentence) for sentence in overall_sentences(facts, lang)]
    found.append(tables.states_table(facts, lang))
    if facts.city.demand.hide_small:
        found.append(Paragraph(t("report.text.hidden", lang), "note"))
    return found


def _targets(facts: ReportFacts, lang: str) -> list[Block]:
    """The targets clause by clause, and the same in sentences."""
    found: list[Block] = [_heading("targets", lang), _heading("by_clause", lang, 2)]
    found += [tables.targets_table(facts, pack, lang) for pack in facts.packs]
    if any(one.sensitivity is not None and one.sensitivity.verdict != one.state for one in facts.evaluation.targets):
        found.append(Paragraph(t("sensitivity.foot", lang, band=f"{BAND:.0%}"), "note"))
    found += _conflicts(facts, lang)
    said = [target_sentence(one, facts.evaluation.date, lang, facts.earlier) for one in facts.evaluation.targets if one.state in JUDGED]
    said = [sentence for sentence in said if sentence]
    if said:
        found.append(_heading("quotes", lang, 2))
        found += [Paragraph(sentence, "quote") for sentence in said[:MOST_SENTENCES]]
        if len(said) > MOST_SENTENCES:
            found.append(Paragraph(t("report.left_out_sentences", lang, count=len(said) - MOST_SENTENCES), "note"))
    return found


def _conflicts(facts: ReportFacts, lang: str) -> list[Block]:
    """Clauses of a plan that contradict each other, side by side."""
    conflicts = conflicts_in(facts.evaluation)
    if not conflicts:
        return []
    lines = []
    for conflict in conflicts:
        sides = (
            t(
                "conflict.side",
                lang,
                id=pick(one.target.title, lang),
                clause=one.target.clause,
                sign="",
                threshold=threshold_text(one, lang),
                state=tables.state_text(one.state, lang),
            )
            for one in (conflict.first, conflict.second)
        )
        first, second = (" ".join(side.split()) for side in sides)
        lines.append(t("conflict.line", lang, first=first, second=second))
    return [Paragraph(t("report.text.conflicts", lang)), *(Paragraph(line, "note") for line in lines)]


def _midterm(facts: ReportFacts, lang: str) -> list[Block]:
    """How far the targets have come on their way: the table stands in the annex, on a page turned sideways."""
    rows = midterm_rows(facts.evaluation, lang)
    if not rows:
        return []
    found: list[Block] = [_heading("midterm", lang)]
    if all(row.verdict is None for row in rows):
        return [*found, Paragraph(t("report.table.midterm_none", lang, count=len(rows)))]
    found.append(Paragraph(t("evaluate.tally", lang, date=day_text(facts.evaluation.date, lang), tally=midterm_tally(rows, lang))))
    return found


def _midterm_tables(facts: ReportFacts, lang: str) -> list[Table]:
    """The mid-term evaluation pack by pack; none where no target can be judged on its way."""
    rows = midterm_rows(facts.evaluation, lang)
    if all(row.verdict is None for row in rows):
        return []
    foot = midterm_foot(facts.evaluation, lang)
    own = {pack.id: [row for row in rows if row.result.target.plan == pack.id] for pack in facts.packs}
    return [tables.midterm_table(own[pack.id], pack, foot, lang) for pack in facts.packs if own[pack.id]]


def _maps(facts: ReportFacts, figures: Sequence[Figure], lang: str) -> list[Block]:
    """The maps."""
    return [_heading("maps", lang), *figures] if figures else []


def _gaps(facts: ReportFacts, lang: str) -> list[Block]:
    """Where and for whom something is missing."""
    found: list[Block] = [_heading("gaps", lang)]
    if not facts.gap_list.gaps:
        judged = any(state in JUDGED for state in states_of(facts))
        return [*found, Paragraph(t("report.text.gaps_none" if judged else "report.text.gaps_unknown", lang))]
    by_unit, blind = tables.gaps_by_unit(facts, lang), tables.blind_spots_table(facts, lang)
    found += [tables.gaps_by_target(facts, lang), *([by_unit] if by_unit is not None else [])]
    return [*found, _heading("blind", lang, 2), Paragraph(t("report.text.blind", lang)), blind] if blind is not None else found


def _projects(facts: ReportFacts, lang: str) -> list[Block]:
    """What would close the gaps, and when it is to be built."""
    found: list[Block] = [_heading("projects_and_programme", lang), _heading("projects", lang, 2)]
    if facts.gap_list.projects:
        found += [
            Paragraph(t("report.text.projects_basis", lang)),
            building.projects_by_layer(facts, lang),
            building.projects_by_year(facts, lang),
        ]
    else:
        found.append(Paragraph(t("report.text.projects_none", lang)))
    return [*found, _heading("programme", lang, 2), *_programme(facts, lang)]


def _programme(facts: ReportFacts, lang: str) -> list[Block]:
    """The programme by year with its costs, where one is given."""
    programme = facts.programme
    if programme is None:
        return [Paragraph(t("report.text.programme_without", lang), "note")]
    status = t(f"programme.status.{programme.status}", lang)
    found: list[Block] = [Paragraph(sentence) for sentence in (programme_sentence(facts, lang),) if sentence]
    found.append(Paragraph(t("report.text.programme_read", lang, file=programme.file, day=programme.day, status=status)))
    own = tuple(pack.id for pack in facts.packs)
    if set(programme.packs) != set(own):
        comma = t("gaps.list_comma", lang)
        found.append(Paragraph(t("report.text.programme_other", lang, theirs=comma.join(programme.packs), ours=comma.join(own)), "note"))
    found += building.programme_tables(facts, lang)
    if programme.broken:
        titles = {one.target.id: pick(one.target.title, lang) for one in facts.evaluation.targets}
        ids = t("gaps.list_comma", lang).join(titles.get(ident, ident) for ident in programme.broken)
        found.append(Paragraph(t("report.text.programme_broken", lang, ids=ids)))
    return found


def _later(facts: ReportFacts, lang: str) -> list[Block]:
    """The same under the people of a later year."""
    later = facts.later
    if later is None:
        return []
    table = tables.later_table(facts, later, lang)
    body: Block = table if table is not None else Paragraph(t("report.text.later_same", lang, year=later.people.year))
    return [_heading("later", lang), body, *(Paragraph(line, "note") for line in told(later.people, later.base, lang))]


def _method(facts: ReportFacts, lang: str) -> list[Block]:
    """Rules, settings, and how each figure came about."""
    rules = [
        Paragraph(t("report.rule", lang, name=t(f"export.method_name.{note}", lang), text=t(f"export.method_note.{note}", lang)), "note")
        for note in METHOD_NOTES
    ]
    return [
        _heading("method", lang),
        _heading("rules", lang, 2),
        *rules,
        _heading("settings", lang, 2),
        sources.settings_table(facts, lang),
    ]


def _data(facts: ReportFacts, lang: str) -> list[Block]:
    """What everything rests on."""
    found: list[Block] = [_heading("data", lang)]
    found.append(sources.files_table(facts, lang))
    if facts.earlier is not None and facts.earlier.changed_files:
        files = t("gaps.list_comma", lang).join(facts.earlier.changed_files)
        found.append(Paragraph(t("report.text.changed_files", lang, files=files), "note"))
    issues = sources.issues_table(facts, lang)
    if issues is None:
        return [*found, Paragraph(t("report.text.issues_none", lang))]
    return [*found, issues, Paragraph(t("report.text.issues_more", lang), "note")]


def _annex(facts: ReportFacts, lang: str) -> list[Table]:
    """The lists themselves, as far as paper goes."""
    found: list[Table | None] = [*_midterm_tables(facts, lang)]
    if facts.gap_list.gaps:
        found.append(tables.gap_list_table(facts, lang))
    if facts.gap_list.projects:
        found.append(building.project_list_table(facts, lang))
    found += [building.programme_actions_table(facts, lang), sources.formulas_table(facts, lang)]
    return [table for table in found if table is not None]
