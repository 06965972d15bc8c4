"""The target pack that a page is about, and what it comes to on the project: worked out once, kept with the project."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import streamlit as st

from planner.i18n import pick, t
from planner.plan import returned
from planner.plan.blind_spots import with_blind_spots
from planner.plan.gaplist import GapList
from planner.plan.gaps import project_gaps
from planner.plan.project import read_project
from planner.plan.store import state_folder
from planner.quality import QualityReport
from planner.targets.evaluate import evaluate
from planner.targets.evaluation import Evaluation
from planner.targets.pack import TargetPack, list_packs, resolve_packs
from planner.targets.sensitivity import with_sensitivity
from planner.targets.small_results import published_evaluation
from planner.ui import state
from planner.ui.desk import Desk
from planner.ui.opening import look
from planner.ui.text import escaped

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Judged:
    """A pack's targets on the project: as they may be shown, and whole, for what is worked out from them."""

    pack: TargetPack
    evaluation: Evaluation
    whole: Evaluation


def choose(desk: Desk) -> str:
    """The control: the project's own packs first, then the other bundled ones. Gives the word that the command line takes."""
    known = dict(zip(desk.city.packs, desk.opening.packs(), strict=False)) | {pack.id: pack for pack in list_packs()}
    names = list(known)
    state.settle("pack", names, names[0], mark=desk.lang)
    return st.selectbox(t("ui.control.pack", desk.lang), names, key="pack",
                        format_func=lambda name: pick(known[name].title, desk.lang) or name)


def judged(desk: Desk, name: str) -> Judged:
    """The evaluation of a pack, today."""

    def make() -> Judged:
        (pack,) = resolve_packs((name,), Path(desk.opening.project))
        whole = with_sensitivity(desk.city, (pack,), evaluate(desk.city, (pack,), as_of=today))
        return Judged(pack, published_evaluation(desk.city, whole), whole)

    today = dt.date.today()
    return slowly(desk, ("judged", name, today), make, "ui.step.judging")


def gap_list(desk: Desk, name: str) -> tuple[Judged, GapList]:
    """The gap list of a pack, today."""

    def make() -> GapList:
        project = read_project(Path(desk.opening.project), report=QualityReport())
        return project_gaps(project, desk.city, answer.whole, (answer.pack,), report=desk.report)

    answer = judged(desk, name)
    return answer, slowly(desk, ("gaps", *gap_key(desk, name)), make, "ui.step.listing")


def with_spots(desk: Desk, name: str) -> tuple[Judged, GapList]:
    """The gap list of a pack with its blind spots."""
    answer, found = gap_list(desk, name)
    return answer, slowly(desk, ("spotted", *gap_key(desk, name)), spots_of(desk, answer, found), "ui.step.spots")


def kept_with_spots(desk: Desk, name: str, answer: Judged, found: GapList) -> GapList:
    """The same where no page can say that it takes a moment: a file is being made."""
    return desk.opening.keep(("spotted", *gap_key(desk, name)), spots_of(desk, answer, found))


def spots_of(desk: Desk, answer: Judged, found: GapList) -> Callable[[], GapList]:
    """The work that finds the blind spots of a gap list, with their shapes."""
    return lambda: with_blind_spots(found, desk.city, answer.whole, (answer.pack,), drawn=True)


def gap_key(desk: Desk, name: str) -> tuple[object, ...]:
    """What a gap list hangs on: the pack, the day, and what districts said (planner.plan.returned), from here or from the command line."""
    return name, dt.date.today(), look(state_folder(Path(desk.opening.project), returned.KIND) / returned.KEPT_FILE)


def slowly(desk: Desk, key: tuple[object, ...], make: Callable[[], Value], sentence: str) -> Value:
    """A value that takes a moment to make; the page says so meanwhile."""
    if desk.opening.has(key):
        return desk.opening.keep(key, make)
    spot = st.empty()
    spot.html(f'<p class="waiting" role="status">{escaped(t(sentence, desk.lang))}</p>')
    value = desk.opening.keep(key, make)
    spot.empty()
    return value
