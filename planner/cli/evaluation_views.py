"""What `planner evaluate` prints beside its table: one target explained, mid-term progress, snapshots and what changed since."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.cli.common import as_csv, as_json, as_table, note
from planner.cli.evaluate import figure, is_share, short, threshold_text
from planner.cli.packs import printed_figure
from planner.i18n import pick, t
from planner.targets.answers import note_text, why_text
from planner.targets.conflicts import conflicts_in
from planner.targets.formula import SIGNS, said, units_are_shares
from planner.targets.midterm import MIDTERM_KEYS, MIDTERM_RIGHT, midterm_foot, midterm_rows, midterm_tally
from planner.targets.sensitivity import BAND
from planner.targets.sentences import progress_text, reported_text, sensitivity_text, verdict_text

if TYPE_CHECKING:
    from planner.inputs.layers import Source
    from planner.plan.snapshots import Snapshot
    from planner.targets.evaluation import Evaluation, TargetResult

MIDTERM_COLUMNS = ("id", "plan", "title", "unit", "binding", "base", "base_date", "goal", "goal_date", "actual", "done", "expected", "due",
                   "by_steps", "verdict", "state", "why")
"""Columns of the mid-term table as CSV. Shares are 0..1."""
SINCE_COLUMNS = ("id", "plan", "title", "state_then", "state_now", "value_then", "value_now", "difference", "shortfall_then",
                 "shortfall_now")
LIST_COLUMNS = ("name", "date", "created", "version", "targets", "file", "altered")


# ---- what stands below the table -------------------------------------------------------------------------------------
def feet(evaluation: Evaluation, lang: str) -> list[str]:
    """Lines below the table: what fragile and near mean, and the clauses in conflict."""
    lines = []
    if any(one.sensitivity is not None and one.sensitivity.verdict != one.state for one in evaluation.targets):
        lines.append(t("sensitivity.foot", lang, band=f"{BAND:.0%}"))
    conflicts = conflicts_in(evaluation)
    if conflicts:
        lines += ["", t("conflict.head", lang)]
    for conflict in conflicts:
        text = t("conflict.line", lang, first=_side(conflict.first, lang), second=_side(conflict.second, lang))
        lines.append(f"  {text}" + (f"  [{t('conflict.differs', lang)}]" if conflict.differs else ""))
    return lines


def _side(result: TargetResult, lang: str) -> str:
    """One of two targets in conflict."""
    text = t("conflict.side", lang, id=result.target.id, clause=result.target.clause, sign=SIGNS.get(result.target.comparator, ""),
             threshold=threshold_text(result, is_share(result)), state=t(f"evaluate.state_{result.state}", lang))
    return " ".join(text.split())


# ---- one target ------------------------------------------------------------------------------------------------------
def explanation(result: TargetResult, evaluation: Evaluation, lang: str) -> str:
    """How one target was worked out: the plan's words, the check, the formula with its numbers, the answer, units, files, notes."""
    target, share, own = result.target, is_share(result), units_are_shares(result)
    lines = [f"{target.id}  {pick(target.title, lang)}", ""]

    def say(label: str, text: str) -> None:
        if text:
            lines.append(t("evaluate.line", lang, label=t(label, lang), text=text))

    say("evaluate.plan", f"{target.plan}, {target.document}, {target.clause}")
    say("evaluate.figure", printed_figure(target))
    say("evaluate.certainty", t(f"evaluate.certainty_{target.certainty}", lang) if target.certainty else "")
    written = target.check.written if target.check else {}
    say("evaluate.check", ", ".join(f"{key} = {value}" for key, value in written.items()) or t("evaluate.no_check", lang))
    say("formula.label", said(result.formula, lang))
    say("evaluate.state", verdict_text(result, lang))
    say("evaluate.value", ("≥ " if result.at_least else "") + figure(result.value, share))
    say("evaluate.threshold", threshold_text(result, share))
    say("evaluate.shortfall", short(result, lang))
    say("progress.verdict", progress_text(result, lang))
    say("sensitivity.label", sensitivity_text(result, lang))
    say("reported_beside.label", reported_text(result, lang))
    say("evaluate.note", note_text(result, lang) or "")
    for conflict in conflicts_in(evaluation):
        if result in (conflict.first, conflict.second):
            other = conflict.second if conflict.first is result else conflict.first
            lines.append(f"{t('conflict.head', lang)} {_side(other, lang)}")
    if result.units:
        heads = [t(f"evaluate.{key}", lang) for key in ("unit_code", "unit_name", "value", "threshold", "state", "shortfall")]
        rows = [[unit.code, unit.name, figure(unit.value, own), threshold_text(unit, own),
                 t(f"evaluate.state_{unit.state}", lang) if unit.state else "-", figure(unit.shortfall, False)] for unit in result.units]
        lines += ["", as_table(rows, heads, [False, False, True, True, False, True]).rstrip()]
    if result.reported is not None and result.reported.units:
        heads = [t(f"reported_beside.{key}", lang) for key in ("code", "value", "computed", "difference")]
        rows = [[code, *(figure(value, own) for value in values)] for code, *values in result.reported.units]
        lines += ["", t("reported_beside.units", lang), as_table(rows, heads, [False, True, True, True]).rstrip()]
    if result.fill:
        lines += ["", t("evaluate.fill", lang)]
        lines += [f"  {cell['layer']}  {cell['id']}  {cell['column']}  {cell['row'] or ''}".rstrip() for cell in result.fill]
    if result.inputs:
        lines += ["", t("evaluate.inputs", lang)]
        lines += [f"  {one['path']}  {one['for']}  {one['rows']}  sha256 {one['sha256']}  {one['date']}".rstrip() for one in result.inputs]
        if evaluation.hashes.get(target.plan):
            lines.append(f"  {target.plan}  {t('evaluate.plan', lang)}  sha256 {evaluation.hashes[target.plan]}")
    return "\n".join(lines) + "\n"


# ---- mid-term and final evaluation -----------------------------------------------------------------------------------
def midterm(evaluation: Evaluation, lang: str) -> str:
    """The table of a mid-term or final evaluation: baseline, target, today, way done, way due, verdict; targets with a figure only."""
    rows = midterm_rows(evaluation, lang)
    heads = [t(f"progress.{key}", lang) for key in MIDTERM_KEYS]
    tally = t("evaluate.tally", lang, date=evaluation.date.isoformat(), tally=midterm_tally(rows, lang))
    body = as_table([row.cells for row in rows], heads, [key in MIDTERM_RIGHT for key in MIDTERM_KEYS])
    return f"{body}\n{tally}\n{midterm_foot(evaluation, lang)}\n"


def midterm_csv(evaluation: Evaluation, lang: str) -> str:
    """The same as CSV, every target a row."""
    rows: list[dict[str, Any]] = []
    for one in evaluation.targets:
        found = one.progress
        if found is None:
            continue
        own = {key: getattr(found, key) for key in ("base", "goal", "actual", "done", "expected", "due", "verdict")}
        ends = (("base_date", found.base_date), ("goal_date", found.goal_date))
        days = {key: "" if day is None else day.isoformat() for key, day in ends}
        rows.append({"id": one.target.id, "plan": one.target.plan, "title": pick(one.target.title, lang), "unit": one.target.unit,
                     "binding": one.target.binding, "by_steps": "true" if found.by_steps else "false", "state": one.state,
                     "why": why_text(found, lang)} | own | days)
    return as_csv(rows, MIDTERM_COLUMNS)


# ---- snapshots -------------------------------------------------------------------------------------------------------
def keep(folder: Path, name: str, evaluation: Evaluation, sources: Sequence[Source], lang: str, quiet: bool) -> None:
    """Writes a snapshot and says where."""
    from planner.plan.snapshots import save_snapshot
    from planner.targets.answers import to_dict

    saved = save_snapshot(folder, name, to_dict(evaluation, lang), sources, now=dt.datetime.now(dt.UTC))
    note(t("snapshot.written", lang, name=saved.name, file=saved.file.name, sha256=saved.sha256), quiet)
    if not saved.file.is_relative_to(folder):
        note(t("snapshot.elsewhere", lang, folder=str(saved.file.parent)), quiet)


def snapshot_list(folder: Path, form: str, lang: str) -> str:
    """The snapshots of a project."""
    from planner.plan.snapshots import list_snapshots

    rows = list_snapshots(folder)
    if form == "json":
        return as_json(rows)
    if form == "csv":
        return as_csv([row | {"altered": "true" if row["altered"] else "false"} for row in rows], LIST_COLUMNS)
    if not rows:
        return t("snapshot.none", lang) + "\n"
    shown = [[row["name"], row["date"] or "-", row["created"] or "-", row["version"] or "-", str(row["targets"] or "-"), row["file"],
              t("snapshot.altered", lang) if row["altered"] else ""] for row in rows]
    heads = [t(f"snapshot.{key}", lang) for key in ("name", "date", "created", "version", "targets", "file")]
    return as_table(shown, [*heads, ""], [False, False, False, False, True, False, False])


def since_text(then: Snapshot, now: Mapping[str, Any], sources: Sequence[Source], form: str, lang: str) -> str:
    """What changed by target since a snapshot."""
    from planner.plan.snapshots import since

    found = since(then, now, sources)
    if form == "json":
        return as_json(found)
    pairs = found["targets"]
    if form == "csv":
        return as_csv([{"id": one["id"], "plan": one["plan"], "title": pick(one["title"], lang), "difference": one["difference"]}
                       | {f"{key}_{when}": one[when][key] for key in ("state", "value", "shortfall") for when in ("then", "now")}
                       for one in pairs], SINCE_COLUMNS)
    percent = {one["id"]: (one["unit"] or "").startswith("%") or one["metric"] in ("population_within", "pace") for one in now["targets"]}
    rows = []
    for one in pairs:
        if one["difference"] or one["then"]["state"] != one["now"]["state"]:
            share = percent[one["id"]]
            rows.append([one["id"], pick(one["title"], lang), t(f"evaluate.state_{one['then']['state']}", lang),
                         t(f"evaluate.state_{one['now']['state']}", lang), figure(one["then"]["value"], share),
                         figure(one["now"]["value"], share), figure(one["difference"], share)])
    heads = [t(f"evaluate.{key}", lang) for key in ("id", "title")]
    heads += [t(f"snapshot.{key}", lang) for key in ("state_then", "state_now", "then", "now", "difference")]
    lines = [t("snapshot.head", lang, name=found["snapshot"], date_then=found["date_then"], version=found["version_then"],
               date_now=found["date_now"])]
    for key, name in (("inputs_changed", "files"), ("packs_changed", "packs"), ("only_then", "ids"), ("only_now", "ids")):
        if found[key]:
            lines.append(t(f"snapshot.{key}", lang, **{name: ", ".join(found[key])}))
    body = as_table(rows, heads, [False, False, False, False, True, True, True]) if rows else t("snapshot.same", lang) + "\n"
    return "\n".join(lines) + "\n\n" + body
