"""`planner evaluate`: every target of a pack on a project - value, threshold, state, shortfall, unit by unit."""

from __future__ import annotations

import datetime as dt
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from planner.cli.common import as_csv, as_json, as_table, command_options, note, record_options, scenario_option, write
from planner.errors import InputError
from planner.i18n import pick, t

if TYPE_CHECKING:
    from planner.targets.evaluation import Evaluation, TargetResult, UnitResult

COLUMNS = ("id", "plan", "clause", "title", "layer", "kind", "metric", "comparator", "threshold", "threshold_max", "unit", "deadline",
           "binding", "unit_code", "unit_name", "level", "state", "value", "shortfall", "action_amount", "action_of",
           "at_least", "blanks", "note", "firmness", "value_low", "value_high", "progress", "done", "expected", "reported",
           "reported_difference")
"""Columns of the CSV: a row for each target (unit_code blank), then one for each of its units. Shares are 0..1."""
GAP_FOUND = 3
"""Exit code of --fail-on-gap."""
BY_DISTANCE = ("population_within", "pace")


@click.command("evaluate", help="Evaluate the targets of a pack on a project. 对照指标包评估项目。")
@click.argument("project", required=False, type=click.Path(path_type=Path))
@click.option("--pack", "packs", multiple=True, metavar="ID", help="bundled id or pack file; may repeat / 指标包编号或文件，可多次给出")
@click.option("--as-of", "as_of", type=click.DateTime(["%Y-%m-%d"]), help="day of evaluation, today if absent / 评估日期，默认今天")
@click.option("--people-year", "people_year", type=int, metavar="YEAR",
              help="beside today: the people of that year, as [growth] states them / 与目标年人口下的结果并列")
@click.option("--explain", metavar="TARGET", help="how one target was worked out / 说明一项指标的计算过程")
@click.option("--midterm", is_flag=True, help="baseline, way done, way due, ahead or behind / 中期评估：基期、完成进度、序时进度、判断")
@click.option("--snapshot", metavar="NAME", help="also keep this evaluation as a snapshot, for good / 将本次评估存为快照，不再改动")
@click.option("--since", metavar="NAME", help="what changed since a snapshot / 与快照相比的变化")
@click.option("--snapshots", is_flag=True, help="list the snapshots / 列出快照")
@click.option("--fail-on-gap", is_flag=True, help="exit 3 if a target is not met / 有未达标指标时以 3 退出")
@scenario_option
@record_options
@command_options
def command(project: Path | None, packs: tuple[str, ...], as_of: dt.datetime | None, people_year: int | None, explain: str | None,
            midterm: bool, snapshot: str | None, since: str | None, snapshots: bool, fail_on_gap: bool, scenario: str | None, form: str,
            out: Path | None, lang: str, quiet: bool) -> None:
    """Reads packs and project, evaluates, prints."""
    if sum((people_year is not None, explain is not None, midterm, since is not None, snapshots)) > 1:
        raise click.UsageError(t("error.evaluate_views", lang))
    from planner.cli import evaluation_views as views
    from planner.cli import evaluation_years as years
    from planner.measure.growth import people_of_year
    from planner.plan.applying import under
    from planner.plan.people_told import refuse_small
    from planner.plan.project import read_project
    from planner.plan.snapshots import check_free, read_snapshot
    from planner.quality import QualityReport
    from planner.targets.answers import to_dict
    from planner.targets.evaluate import evaluate
    from planner.targets.pack import in_bundled_pack, resolve_packs
    from planner.targets.sensitivity import with_sensitivity
    from planner.targets.small_results import published_evaluation

    report = QualityReport()
    found = read_project(project, report=report, as_of=as_of)
    if snapshots:
        write(views.snapshot_list(found.folder, form, lang), out)
        return
    if snapshot is not None:
        check_free(found.folder, snapshot)
    then = read_snapshot(found.folder, since) if since is not None else None
    chosen = resolve_packs(packs, found.folder, found.packs)
    if explain is not None and all(explain != target.id for pack in chosen for target in pack.targets):
        raise InputError("target_unknown", target=explain, packs=", ".join(pack.id for pack in chosen))
    city, name = under(found, scenario, report=report)
    if city.demand.hide_small:
        note(t("evaluate.small_counts", lang), quiet)
    whole = with_sensitivity(city, chosen, evaluate(city, chosen, as_of=as_of.date() if as_of else dt.date.today(), scenario=name))
    evaluation = published_evaluation(city, whole)
    if people_year is not None:
        refuse_small(city)
    grown = city if people_year is None else people_of_year(city, people_year)
    later = None if people_year is None else published_evaluation(grown, evaluate(grown, chosen, as_of=evaluation.date, scenario=name))
    known = {target.id for pack in chosen for target in pack.targets}
    unused = [target for target in sorted(city.reported) if target not in known and not in_bundled_pack(target)]
    if unused:
        note(t("reported_beside.unused", lang, ids=", ".join(unused)), quiet)
    if then is not None:
        write(views.since_text(then, to_dict(evaluation, lang), city.sources, form, lang), out)
    elif explain is not None:
        result = next(one for one in evaluation.targets if one.target.id == explain)
        write(as_json(next(one for one in to_dict(evaluation, lang)["targets"] if one["id"] == explain)) if form == "json"
              else views.explanation(result, evaluation, lang), out)
    elif form == "json":
        beside = {} if later is None else years.as_dict(grown.population, city.population, to_dict(later, lang))
        write(as_json(to_dict(evaluation, lang) | beside), out)
    elif later is not None:
        write(as_csv(years.rows(evaluation, later, grown.population.year or 0, lang), years.CSV_COLUMNS) if form == "csv"
              else years.table(evaluation, later, grown.population, city.population, lang), out)
    elif form == "csv":
        write(views.midterm_csv(evaluation, lang) if midterm else as_csv(csv_rows(evaluation, lang), COLUMNS), out)
    else:
        write(views.midterm(evaluation, lang) if midterm else table(evaluation, lang), out)
    if snapshot is not None:
        views.keep(found.folder, snapshot, evaluation, city.sources, lang, quiet)
    gaps = [one for one in evaluation.targets if one.state == "not_met"]
    if fail_on_gap and gaps:
        note(t("evaluate.gap_found", lang, count=len(gaps)), quiet)
        sys.exit(GAP_FOUND)


def is_share(result: TargetResult) -> bool:
    """Whether a target's figures are shares, 0..1."""
    return result.target.is_percent or result.target.metric in BY_DISTANCE


def figure(value: float | None, share: bool) -> str:
    """A figure for people: shares in per cent, whole numbers whole, others with up to two decimals."""
    if value is None:
        return "-"
    if share:
        return f"{value * 100:.1f}%"
    return f"{value:,.0f}" if abs(value - round(value)) < 1e-9 else f"{value:,.2f}"


def threshold_text(result: TargetResult | UnitResult, share: bool) -> str:
    """A threshold for people."""
    if isinstance(result.threshold, tuple):
        return "-".join(figure(end, share) for end in result.threshold)
    return figure(result.threshold, share)


def table(evaluation: Evaluation, lang: str) -> str:
    """The evaluation as an aligned table, with the tally of states and the conflicts below."""
    from planner.cli import evaluation_views as views
    from planner.targets.sentences import verdict_text

    rows = []
    for result in evaluation.targets:
        share = is_share(result)
        at_least = "≥ " if result.at_least else ""
        rows.append([result.target.id, pick(result.target.title, lang), verdict_text(result, lang),
                     at_least + figure(result.value, share) if result.value is not None else "-", threshold_text(result, share),
                     short(result, lang), result.target.clause])
    heads = [t(f"evaluate.{key}", lang) for key in ("id", "title", "state", "value", "threshold", "shortfall", "clause")]
    states: dict[str, int] = {}
    for result in evaluation.targets:
        states[result.state] = states.get(result.state, 0) + 1
    tally = t("evaluate.separator", lang).join(f"{t(f'evaluate.state_{state}', lang)} {count}" for state, count in states.items())
    right = [False, False, False, True, True, True, False]
    beside = {k: one.reported for k, one in enumerate(evaluation.targets) if one.reported is not None and one.reported.computed is not None}
    if beside:
        heads.insert(4, t("reported_beside.value", lang))
        right.insert(4, True)
        for k, row in enumerate(rows):
            row.insert(4, figure(beside[k].value, is_share(evaluation.targets[k])) if k in beside else "")
    feet = [t("evaluate.tally", lang, date=evaluation.date.isoformat(), tally=tally), *views.feet(evaluation, lang)]
    return as_table(rows, heads, right) + "\n" + "\n".join(feet) + "\n"


def short(result: TargetResult, lang: str) -> str:
    """What is short, with what it counts."""
    if not result.shortfall:
        return "-"
    if result.units_required is not None and result.target.check is not None and result.target.check.rollup == "share":
        return t("evaluate.short_units", lang, count=figure(result.shortfall, False))
    of = str(result.action["of"]) if result.action else ""
    if of == "share":
        return f"{result.shortfall * 100:.1f}%"
    amount = float(math.ceil(result.shortfall - 1e-9)) if of == "people" else result.shortfall
    return f"{figure(amount, False)} {_word(f'evaluate.of_{of}', of, lang)}"


def _word(key: str, fallback: str, lang: str) -> str:
    """A word of ours, or the ledger's own name of a column."""
    from planner.i18n import has

    return t(key, lang) if has(key, lang) else fallback


def csv_rows(evaluation: Evaluation, lang: str) -> list[dict[str, Any]]:
    """A row for each target and for each of its units."""
    from planner.targets.answers import deadline_text, note_text

    rows = []
    for result in evaluation.targets:
        target = result.target
        common = {"id": target.id, "plan": target.plan, "clause": target.clause, "title": pick(target.title, lang), "layer": target.layer,
                  "kind": target.kind, "metric": target.metric, "comparator": target.comparator, "unit": target.unit,
                  "deadline": deadline_text(target), "binding": target.binding}
        action = result.action or {}
        rows.append(common | _ends(result.threshold) | _beside(result) | {
            "state": result.state, "value": result.value, "shortfall": result.shortfall, "action_amount": action.get("amount"),
            "action_of": action.get("of"), "at_least": "true" if result.at_least else "false", "blanks": result.blanks,
            "note": note_text(result, lang)})
        told = result.reported.units if result.reported is not None else ()
        entered = {code: {"reported": value, "reported_difference": difference} for code, value, _, difference in told}
        for unit in result.units:
            own = {key: getattr(unit, key) for key in ("level", "state", "value", "shortfall")} | entered.get(unit.code, {})
            rows.append(common | _ends(unit.threshold) | own | {"unit_code": unit.code, "unit_name": unit.name})
    return rows


def _beside(result: TargetResult) -> dict[str, Any]:
    """How firm the verdict is, how far the target has come, and what was reported, as columns."""
    found: dict[str, Any] = {}
    if result.sensitivity is not None:
        found |= {"firmness": result.sensitivity.verdict, "value_low": result.sensitivity.low, "value_high": result.sensitivity.high}
    if result.progress is not None:
        found |= {"progress": result.progress.verdict, "done": result.progress.done, "expected": result.progress.expected}
    if result.reported is not None:
        found |= {"reported": result.reported.value, "reported_difference": result.reported.difference}
    return found


def _ends(threshold: Any) -> dict[str, Any]:
    """A threshold as one or two columns."""
    low, high = threshold if isinstance(threshold, tuple) else (threshold, None)
    return {"threshold": low, "threshold_max": high}
