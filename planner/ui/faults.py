"""Faults as sentences on the page: what was found, where, what to do. Never a traceback."""

from __future__ import annotations

import functools
from collections.abc import Callable

import streamlit as st

from planner.errors import PlannerError
from planner.i18n import error_text, t
from planner.quality import Issue, QualityReport
from planner.ui import fault_log, state
from planner.ui.text import escaped

SHOWN_ISSUES = 20


def fault_sentence(error: BaseException, lang: str) -> str:
    """An error as a sentence: ours by its own, a file's by its path, any other as a fault of the program with its number in the log."""
    if isinstance(error, PlannerError):
        return error_text(error, lang)
    if isinstance(error, MemoryError):
        return t("error.out_of_memory", lang)
    if isinstance(error, OSError):
        return t("error.os", lang, path=error.filename or "", reason=error.strerror or str(error))
    return t("ui.fault.program", lang, number=fault_log.record(error))


def issue_line(issue: Issue, lang: str) -> str:
    """One issue: file, row, what was found and what to do."""
    row = "" if issue.row is None else t("ui.fault.row", lang, row=issue.row)
    return t("ui.fault.issue", lang, file=issue.file, row=row, done=issue.done(lang))


def say(error: BaseException, lang: str, report: QualityReport | None = None) -> None:
    """Put an error's sentence on the page, and under it what was found in which file."""
    found = [issue_line(issue, lang) for issue in (report.blocking if report else [])[:SHOWN_ISSUES]]
    listed = "".join(f"<li>{escaped(line, lang)}</li>" for line in found)
    sentence = f"<p>{escaped(fault_sentence(error, lang), lang)}</p>" if not found else ""
    st.html(f'<div class="fault" role="alert"><b>{escaped(t("ui.fault.title", lang))}</b>{sentence}<ul>{listed}</ul></div>')


def remark(sentence: str, lang: str) -> None:
    """Put a sentence on the page that asks for something before one can go on."""
    st.html(f'<p class="note warn" role="alert">{escaped(sentence, lang)}</p>')


def said(draw: Callable[..., None]) -> Callable[..., None]:
    """A page's function whose faults end as sentences on the page."""

    @functools.wraps(draw)
    def run(*args: object, **kwargs: object) -> None:
        try:
            draw(*args, **kwargs)
        except (PlannerError, OSError, MemoryError) as error:
            say(error, state.language())

    return run


def unforeseen(error: Exception) -> bool:
    """The server's answer to an error that no page expected: a sentence in place of Streamlit's own box. The log has the rest."""
    fault_log.record(error)
    say(error, state.language())
    return True
