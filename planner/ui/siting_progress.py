"""A siting run under way: how long it has worked, its best plan and bound so far, and the button that calls it off."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from planner.i18n import t
from planner.ui import jobs
from planner.ui.jobs import Job
from planner.ui.siting_settings import Asked
from planner.ui.siting_words import Scale, gap_said, relative, side
from planner.ui.text import escaped

LOOK_AGAIN_S = 0.5
"""How often a page looks at a job that is under way."""
AT_ONCE_S = 0.8
"""So long a visit waits for an answer in its own run: a small question needs no progress."""


def follow(job: Job, asked: Asked, heads: float, lang: str, rerun: Callable[[], None]) -> None:
    """Put the figures of a job under way on the page, and draw the page anew when it is done."""

    @st.fragment(run_every=LOOK_AGAIN_S)
    def look() -> None:
        if not job.running:
            rerun()
        with st.container(key="siting_progress"):
            left, right = st.columns([4.4, 1], vertical_alignment="center")
            with left:
                st.html(said(job, asked, heads, lang))
            with right:
                st.button(t("ui.siting.cancel", lang), key="cancel_siting", on_click=job.cancel, disabled=job.stop.is_set(),
                          width="stretch")

    look()


def said(job: Job, asked: Asked, heads: float, lang: str) -> str:
    """The figures as HTML."""
    scale = Scale(asked.question, heads)
    waits = jobs.ahead(job)
    step = ("stopping" if job.stop.is_set() else "waiting" if job.began is None else
            "preparing" if job.objective is None and job.bound is None else "solving")
    sentence = t(f"ui.siting.step.{step}", lang, count=waits)
    bar = t("ui.siting.elapsed", lang, seconds=f"{job.seconds:.0f}", limit=asked.time_limit_s)
    shown = {"best": scale.said(job.objective, lang), side(asked.question): scale.said(job.bound, lang),
             "gap": gap_said(relative(job), lang)}
    facts = "".join(f'<div><dt>{escaped(t(f"ui.siting.so_far.{name}", lang))}</dt><dd>{escaped(value)}</dd></div>'
                    for name, value in shown.items())
    done = min(job.seconds, asked.time_limit_s)
    return (f'<div class="running" role="status"><p>{escaped(sentence)}</p>'
            f'<progress max="{asked.time_limit_s}" value="{done:.1f}" aria-label="{escaped(bar)}"></progress><span>{escaped(bar)}</span>'
            f"<dl>{facts}</dl></div>")
