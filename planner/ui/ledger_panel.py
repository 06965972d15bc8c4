"""Next year's ledger on the data-quality page: a file is tried before it goes into the project, held against the present one - or the
present one against a former one - and taken over."""

from __future__ import annotations

import datetime as dt
import difflib
import hashlib
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import streamlit as st

from planner.errors import PlannerError
from planner.export.change_list import change_rows, change_sheets, said_change
from planner.export.issue_list import issue_book
from planner.i18n import t
from planner.plan.against import KINDS, WITHIN_M, Comparison
from planner.plan.former_ledgers import FormerLedger, former_ledgers
from planner.plan.project import Project, read_project
from planner.plan.taking_over import Trial, compare_former, ledgers, original_copy, plain_name, take_over, try_ledger
from planner.quality import SEVERITIES, Issue, QualityReport
from planner.ui import state, style, tables
from planner.ui.controls import layer_name
from planner.ui.desk import Desk
from planner.ui.downloads import MIMES, safe_name
from planner.ui.faults import fault_sentence, remark
from planner.ui.text import escaped

DONE, GUESSED = "ledger_taken", "ledger_guessed"
SHOWN_ISSUES, SHOWN_CHANGES = 200, 2000
NEW, OLD = "new", "old"
UPLOAD_MB = 200
COLUMNS = ("kind", "layer", "name", "row", "old_row", "column", "old", "new", "metres", "how")


def show(desk: Desk) -> None:
    """The section: which ledger, which file, what was found and what changed, and the button that lets it take over."""
    lang = desk.lang
    st.html(f'<h2>{escaped(t("ui.ledger.title", lang))}</h2><p class="prose">{escaped(t("ui.ledger.lead", lang), lang)}</p>')
    done = st.session_state.pop(DONE, None)
    if done:
        st.html(f'<p class="prose" role="status">{escaped(t("ui.ledger.taken", lang, file=done[0], copies=done[1]), lang)}</p>')
    try:
        project = read_project(Path(desk.opening.project), report=QualityReport())
    except PlannerError as error:
        remark(fault_sentence(error, lang), lang)
        return
    files = ledgers(project)
    if not files:
        return
    shown, kind, within = _controls(desk, list(files), lang)
    st.html(style.in_words(".st-key-upload", button=t("ui.ledger.choose", lang), limit=t("ui.ledger.limit", lang, megabytes=UPLOAD_MB)))
    given = st.file_uploader(t(f"ui.ledger.upload_{kind}", lang), key="upload", max_upload_size=UPLOAD_MB)
    kept = [one for one in former_ledgers(project.folder) if set(one.layers) & {spec.slug for spec in files[shown]}]
    former = None
    if kind == OLD and kept and given is None:
        labels = [f"{one.original} · {one.date or one.kept[:10]}" for one in kept]
        number = st.selectbox(t("ui.ledger.snapshot", lang), range(len(kept)), index=None, key=f"ledger_snapshot|{shown}",
                              format_func=labels.__getitem__, placeholder=t("ui.ledger.snapshot_none", lang))
        former = None if number is None else kept[number]
    if given is None and former is None:
        return
    with st.container(key="upload_result"), st.spinner(t("ui.ledger.working", lang)):
        try:
            if kind == NEW and given is not None:
                _tried(desk, project, shown, given.name, given.getvalue(), within)
            else:
                _compared(desk, project, shown, None if given is None else (given.name, given.getvalue()), former, within)
        except PlannerError as error:
            remark(fault_sentence(error, lang), lang)


def _controls(desk: Desk, files: Sequence[str], lang: str) -> tuple[str, str, float]:
    """The ledger, what the file is, and how far a facility may have moved."""
    spots = st.columns([1.6, 2.0, 1.0], vertical_alignment="bottom")
    with spots[0]:
        state.drop_unless("ledger_file", files)
        given = st.session_state.get("upload")
        if given is not None and st.session_state.get(GUESSED) != given.file_id:  # a new file: the ledger of the most similar name
            st.session_state[GUESSED] = given.file_id
            st.session_state["ledger_file"] = difflib.get_close_matches(given.name, files, n=1, cutoff=0.0)[0]
        shown = st.selectbox(t("ui.ledger.file", lang), files, key="ledger_file")
    with spots[1]:
        kinds = {kind: t(f"ui.ledger.kind_{kind}", lang) for kind in (NEW, OLD)}
        kind = st.radio(t("ui.ledger.kind", lang), list(kinds), format_func=kinds.__getitem__, horizontal=True, key="ledger_kind")
    with spots[2]:
        within = st.number_input(t("ui.ledger.within", lang), 0, 5000, int(WITHIN_M), step=50, key="ledger_within")
    return shown, kind, float(within)


def _tried(desk: Desk, project: Project, shown: str, given: str, data: bytes, within_m: float) -> None:
    """A new file: its rows, its issues, the changes, and the button."""
    lang, name = desk.lang, plain_name(given)

    def make() -> Trial:
        with tempfile.TemporaryDirectory(prefix="planner-") as folder:
            file = Path(folder) / name
            file.write_bytes(data)
            return try_ledger(project, shown, file, within_m=within_m)

    trial: Trial = desk.opening.keep(("trial", shown, name, within_m, hashlib.sha256(data).hexdigest()), make)
    record = trial.report.files.get(name)
    counts = (0, 0) if record is None else (record.rows_in, record.rows_kept)
    said = t("ui.ledger.tried", lang, file=given, rows=f"{counts[0]:,}", kept=f"{counts[1]:,}", count=f"{len(trial.issues):,}")
    st.html(f'<p class="prose">{escaped(said, lang)}</p>')
    if trial.recognised:
        st.html(f'<p class="prose">{escaped(t("ui.ledger.recognised", lang), lang)}</p>')
    _issues(trial.issues, lang)
    if trial.compared is not None:
        _changes(trial.compared, lang)
        _download(trial.report, trial.compared, [project.id, trial.name, "changes"], lang)
    if not trial.sound:
        remark(t("ui.ledger.unsound", lang), lang)
        return
    left, right, _ = st.columns([1.2, 1.2, 2.6], vertical_alignment="bottom")
    with left:
        day = st.date_input(t("ui.ledger.day", lang), value=None, key="ledger_day", format="YYYY-MM-DD")
    with right:
        pressed = st.button(t("ui.ledger.take_over", lang), key="ledger_take_over", type="primary")
    if pressed and not isinstance(day, dt.date):
        remark(t("ui.ledger.day_wanted", lang), lang)
    elif pressed:
        taken = take_over(project, trial, data, date=day.isoformat(), now=dt.datetime.now().astimezone())
        st.session_state[DONE] = (taken.file, ", ".join(taken.copies))
        st.session_state.pop("ledger_file", None)
        st.rerun()


def _compared(desk: Desk, project: Project, shown: str, given: tuple[str, bytes] | None, former: FormerLedger | None,
              within_m: float) -> None:
    """The present ledger against a former file, uploaded or kept."""
    lang = desk.lang
    mark = hashlib.sha256(given[1]).hexdigest() if given is not None else str(former and former.file)

    def make() -> Comparison:
        with tempfile.TemporaryDirectory(prefix="planner-") as place:
            folder, layers = Path(place), ()
            if given is not None:
                file = folder / plain_name(given[0])
                file.write_bytes(given[1])
            else:
                assert former is not None
                file, layers = original_copy(former, folder), former.layers
            return compare_former(project, shown, file, layers=layers, within_m=within_m)

    compared: Comparison = desk.opening.keep(("against", shown, within_m, mark), make)
    name = given[0] if given is not None else former.original if former is not None else ""
    st.html(f'<p class="prose">{escaped(t("ui.ledger.against", lang, old=name, file=shown), lang)}</p>')
    _changes(compared, lang)
    _download(desk.report, compared, [project.id, "changes"], lang)


def _issues(issues: Sequence[Issue], lang: str) -> None:
    """What was found in the file, the gravest first."""
    if not issues:
        return
    ranked = sorted(issues, key=lambda issue: -SEVERITIES.index(issue.severity))[:SHOWN_ISSUES]
    rows = [(t(f"ui.quality.severity_{issue.severity}", lang), issue.done(lang), issue.sheet or "", issue.row, issue.column or "",
             issue.value or "", issue.code) for issue in ranked]
    heads = ("severity", "done", "sheet", "row", "column", "value", "code")
    table = pd.DataFrame(rows, columns=[t(f"ui.quality.{head}", lang) for head in heads])
    table.isetitem(3, table.iloc[:, 3].astype("Int64"))
    with st.container(key="upload_issues"):
        tables.dataframe(table, hide_index=True, width="stretch", height=min(240, 38 + 35 * len(rows)), placeholder="")
    for issue in ranked[:3]:
        if issue.severity == "blocking":
            remark(issue.done(lang), lang)


def _changes(compared: Comparison, lang: str) -> None:
    """How many of each kind, by layer; then each change."""
    heads = ("old_rows", "rows", *KINDS)
    counts = [(layer_name(layer.layer, lang), layer.old_rows, layer.rows, *(layer.counts[kind] for kind in KINDS))
              for layer in compared.layers]
    with st.container(key="change_counts"):
        tables.dataframe(pd.DataFrame(counts, columns=[t("against.layer", lang), *(t(f"against.{head}", lang) for head in heads)]),
                     hide_index=True, width="stretch", placeholder="")
    for layer in compared.layers:
        if not layer.ids_believed:
            remark(t("against.ids_not_believed", lang, layer=layer_name(layer.layer, lang)), lang)
    for slug, issue in compared.unread.items():
        remark(t("against.unread", lang, layer=layer_name(slug, lang), file=issue.file, issue=issue.done(lang)), lang)
    rows = change_rows(compared)
    if not rows:
        st.html(f'<p class="prose">{escaped(t("against.none", lang))}</p>')
        return
    with st.container(key="change_table"):
        tables.dataframe(change_frame(rows[:SHOWN_CHANGES], lang), hide_index=True, width="stretch", height=min(320, 38 + 35 * len(rows)),
                     placeholder="")
    if len(rows) > SHOWN_CHANGES:
        st.html(f'<p class="note">{escaped(t("ui.ledger.more", lang, shown=f"{SHOWN_CHANGES:,}", count=f"{len(rows):,}"), lang)}</p>')


def change_frame(rows: Sequence[dict[str, object]], lang: str) -> pd.DataFrame:
    """Changes as a table, their kinds and ways of matching in words."""
    told = []
    for row in rows:
        change = said_change(row, lang)
        change |= {"name": change["name"] or change["old_name"], "layer": layer_name(str(row["layer"]), lang)}
        told.append([change[key] for key in COLUMNS])
    frame = pd.DataFrame(told, columns=[t(f"against.{key}", lang) for key in COLUMNS])
    for key in ("row", "old_row"):
        at = COLUMNS.index(key)
        frame.isetitem(at, frame.iloc[:, at].astype("Int64"))
    return frame


def _download(report: QualityReport, compared: Comparison, words: Sequence[str], lang: str) -> None:
    """Issues and changes as one workbook."""
    st.download_button(t("ui.ledger.download", lang), lambda: issue_book(report, lang, change_sheets(compared, lang)),
                       safe_name(words, "xlsx"), MIMES["xlsx"], key="download_changes", on_click="ignore")
