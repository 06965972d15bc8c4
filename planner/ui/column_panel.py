"""Columns on the data-quality page: what each is read as and why, to be changed and confirmed; what is in question is asked first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from planner.errors import PlannerError
from planner.i18n import t
from planner.inputs.columns import POPULATION, first_word
from planner.inputs.mapping import PLACE_KEYS
from planner.plan.columns_confirmed import Entry, chosen, confirm_columns, headers_of, keys_of, mapping_of, table_of
from planner.ui import state, tables
from planner.ui.desk import Desk
from planner.ui.faults import fault_sentence, remark
from planner.ui.text import CJK, escaped, plain_markdown

DONE = "columns_written"
ACROSS = 4
HEADERS_SHOWN = 60
_HOWS = ("stated", "remembered", "recognised")


def show(desk: Desk) -> None:
    """The section: all sections of planner.toml in a table, one of them to be changed."""
    lang, entries = desk.lang, desk.report.columns
    done = st.session_state.pop(DONE, None)
    if not entries:
        return
    st.html(f'<h2>{escaped(t("ui.columns.title", lang))}</h2><p class="prose">{escaped(t("ui.columns.lead", lang), lang)}</p>')
    if done:
        st.html(f'<p class="prose" role="status">{escaped(t(done[0], lang, section=done[1]), lang)}</p>')
    with st.container(key="column_table"):
        tables.dataframe(frame(entries, lang), hide_index=True, width="stretch", height=min(260, 38 + 35 * len(entries)), placeholder="")
    ordered = sorted(entries, key=lambda entry: not entry["ambiguous"])
    by_section = {entry["section"]: entry for entry in ordered}
    state.drop_unless("column_section", by_section)
    section = st.selectbox(t("ui.columns.section", lang), list(by_section), key="column_section",
                           format_func=lambda name: _section(by_section[name], lang))
    with st.container(key="column_choices"):
        choose_columns(desk, by_section[section])


def frame(entries: Sequence[Entry], lang: str) -> pd.DataFrame:
    """One row a section: its file, and how many columns are used, by how they were found."""
    rows = []
    for entry in entries:
        hows = Counter(column["how"] for column in entry["columns"])
        rows.append((entry["section"], entry["file"], entry["sheet"] or "", len(entry["columns"]), *(hows[how] for how in _HOWS),
                     ", ".join(entry["ambiguous"]), ", ".join(entry["unknown"])))
    heads = ("section_head", "file", "sheet", "used", *_HOWS, "ambiguous", "unknown")
    return pd.DataFrame(rows, columns=[t(f"ui.columns.{head}", lang) for head in heads])


def _section(entry: Entry, lang: str) -> str:
    """A section in the list, with what is still to be chosen."""
    count = len(entry["ambiguous"])
    return t("ui.columns.asked" if count else "ui.columns.settled", lang, section=entry["section"], count=count)


def choose_columns(desk: Desk, entry: Entry) -> None:
    """A box for each key that the section has, has in question or could have; further keys are added; then the button."""
    lang, headers, current = desk.lang, headers_of(entry), mapping_of(entry)
    name = entry["section"]
    shown = dict.fromkeys([*entry["ambiguous"], *current, *entry["not_used"]])
    others = [key for key in keys_of(entry) if key not in shown]
    picked: dict[str, str | None] = {}
    boxes = [(key, current.get(key), _how(entry, key)) for key in shown]
    if others:
        added = st.session_state.get(f"column_more|{name}") or []
        boxes += [(key, None, "added") for key in added if key in others]
    for start in range(0, len(boxes), ACROSS):
        for spot, (key, header, how) in zip(st.columns(ACROSS), boxes[start:start + ACROSS], strict=False):
            with spot:
                picked[key] = _box(entry, key, header, how, headers, lang)
    if others:
        st.multiselect(t("ui.columns.more", lang), others, key=f"column_more|{name}", placeholder=t("ui.columns.more_none", lang),
                       format_func=lambda key: _named(entry, key, lang))
    if entry["unknown"]:
        left = ", ".join(entry["unknown"][:HEADERS_SHOWN]) + ("…" if len(entry["unknown"]) > HEADERS_SHOWN else "")
        st.html(f'<p class="note">{escaped(t("ui.columns.left", lang, headers=left), lang)}</p>')
    if st.button(t("ui.columns.confirm", lang), key="confirm_columns"):
        _confirm(desk, entry, picked)


def _box(entry: Entry, key: str, header: str | None, how: str, headers: Sequence[str], lang: str) -> str | None:
    """One key's header: None while nothing is chosen, "" for no header."""
    first = list(entry["ambiguous"].get(key, entry["not_used"].get(key, ())))
    options = [*dict.fromkeys([*([header] if header else ()), *first, *headers]), ""]
    index = None if how == "ambiguous" else options.index(header or "")
    label = t("ui.columns.key", lang, named=plain_markdown(_named(entry, key, lang)), how=t(f"ui.columns.how_{how}", lang))
    return st.selectbox(label, options, index=index, key=f"column|{entry['section']}|{key}", placeholder=t("ui.columns.choose", lang),
                        format_func=lambda name: name or t("ui.columns.unused", lang))


def _how(entry: Entry, key: str) -> str:
    """How a key's column was found."""
    if key in entry["ambiguous"]:
        return "ambiguous"
    return next((column["how"] for column in entry["columns"] if column["key"] == key), "not_used")


def _named(entry: Entry, key: str, lang: str) -> str:
    """A key; in Chinese with its usual header before it."""
    word = first_word(key, table_of(entry))
    return key if lang != "zh" else f"{word if CJK.search(word) else t('ui.columns.other', lang)} {key}"


def twice(columns: Mapping[str, str]) -> tuple[str, list[str]] | None:
    """The first header that stands for several keys, with these; one column may hold both coordinates."""
    users: dict[str, list[str]] = {}
    for key, header in columns.items():
        users.setdefault(header, []).append(key)
    return next(((header, keys) for header, keys in users.items() if len(keys) > 1 and not set(keys) <= PLACE_KEYS), None)


def _confirm(desk: Desk, entry: Entry, picked: Mapping[str, str | None]) -> None:
    """Writes one section, by the function that `planner check --write-columns` calls; what cannot be is said instead."""
    lang = desk.lang
    waiting = [key for key, header in picked.items() if header is None]
    columns = {key: header for key, header in picked.items() if header}
    shared = None if table_of(entry) == POPULATION else twice(columns)
    if waiting:
        remark(t("ui.columns.open", lang, keys=", ".join(waiting)), lang)
    elif shared:
        remark(t("ui.columns.twice", lang, header=shared[0], keys=", ".join(shared[1])), lang)
    else:
        try:
            done = confirm_columns(Path(desk.opening.project), [chosen(entry, columns)])
        except PlannerError as error:
            remark(fault_sentence(error, lang), lang)
            return
        st.session_state[DONE] = ("ui.columns.confirmed" if done.written else "ui.columns.remembered_only", entry["section"])
        _forget(entry)
        st.rerun()


def _forget(entry: Entry) -> None:
    """Lets the boxes of a section fall back to what planner.toml now says."""
    names: list[Any] = [name for name in st.session_state if str(name).startswith((f"column|{entry['section']}|", "column_more|"))]
    for name in names:
        del st.session_state[name]
