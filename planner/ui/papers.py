"""Papers made beside the page: evaluation report, atlas, districts' workbooks - asked for, followed, called off, taken along."""

from __future__ import annotations

import datetime as dt
import io
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from planner.errors import PlannerError
from planner.i18n import t
from planner.plan.gaplist import GapList
from planner.plan.project import read_project
from planner.quality import QualityReport
from planner.targets.pack import TargetPack
from planner.ui import jobs, state
from planner.ui.desk import Desk
from planner.ui.downloads import MIMES, safe_name
from planner.ui.faults import fault_sentence, remark
from planner.ui.jobs import Cancelled, Told
from planner.ui.text import escaped, level_name

LOOK_AGAIN_S = 0.5
PAPERS = {"report_docx": "docx", "report_pdf": "pdf", "report_html": "html", "atlas": "pdf", "districts": "zip"}
"""Papers that can be asked for, with the form of the file."""
TYPES = MIMES | {"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "pdf": "application/pdf",
                 "zip": "application/zip"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A paper as it is asked for. level : of the units that the workbooks are split by, "" for other papers."""

    kind: str
    project: str
    stamp: tuple[object, ...]
    pack: str
    level: str
    lang: str
    day: dt.date


def show(desk: Desk, pack: TargetPack, gap_list: GapList, name: str) -> None:
    """Which paper, the button that makes it, how far it is, and the file when it is done."""
    lang = desk.lang
    spots = st.columns([1.7, 1.2, 1, 2.4], vertical_alignment="bottom")
    with spots[0]:
        kind = str(st.selectbox(t("ui.papers.kind", lang), list(PAPERS), key="paper_kind",
                                format_func=lambda one: t(f"ui.papers.{one}", lang)))
    with spots[1]:
        level = _level(desk) if kind == "districts" else ""
    asked = Asked(kind, desk.opening.project, desk.opening.stamp, name, level, lang, dt.date.today())
    job = jobs.find(asked)
    with spots[2]:
        st.button(t("ui.papers.make", lang), key="make_paper", disabled=job is not None and job.running, width="stretch",
                  on_click=jobs.start, args=(asked, work_of(asked, desk, pack, gap_list)))
    with spots[3]:
        if job is not None and not job.running:
            _result(job, asked, desk)
    if job is not None and job.running:
        _follow(job, lang)


def _level(desk: Desk) -> str:
    """The units that each get a workbook."""
    levels = list(desk.city.boundaries.levels)
    first = next((level for level in ("district", "township") if level in levels), levels[0])
    state.settle("paper_level", levels, first, mark=desk.lang)
    return str(st.selectbox(t("ui.papers.level", desk.lang), levels, key="paper_level",
                            format_func=lambda level: level_name(level, desk.lang, desk.city.boundaries.labels)))


def work_of(asked: Asked, desk: Desk, pack: TargetPack, gap_list: GapList) -> Callable[[Told, Cancelled], bytes | None]:
    """The work that makes a paper: its bytes, None where it was called off."""
    def work(told: Told, cancelled: Cancelled) -> bytes | None:
        with tempfile.TemporaryDirectory() as folder:
            if asked.kind == "districts":
                return _districts(desk, gap_list, asked, Path(folder))
            path = Path(folder) / f"paper.{PAPERS[asked.kind]}"
            return _atlas(asked, pack, path, told, cancelled) if asked.kind == "atlas" else _report(asked, pack, path)

    return work


def _report(asked: Asked, pack: TargetPack, path: Path) -> bytes:
    """The evaluation report, by the functions of `planner report`."""
    from planner.export.report import write_report
    from planner.plan.report import report_facts

    report = QualityReport()
    facts = report_facts(read_project(Path(asked.project), report=report), [pack], as_of=asked.day, report=report)
    write_report(facts, path, lang=asked.lang)
    return path.read_bytes()


def _atlas(asked: Asked, pack: TargetPack, path: Path, told: Told, cancelled: Cancelled) -> bytes | None:
    """The atlas as one file, by the functions of `planner report --atlas`."""
    from planner.export.atlas import write_atlas
    from planner.export.atlas_content import atlas_of
    from planner.plan.report import report_facts

    report = QualityReport()
    facts = report_facts(read_project(Path(asked.project), report=report), [pack], as_of=asked.day, report=report)
    written = write_atlas(atlas_of(facts), path, lang=asked.lang, progress=told, cancel=cancelled)
    return None if written.cancelled else path.read_bytes()


def _districts(desk: Desk, gap_list: GapList, asked: Asked, folder: Path) -> bytes:
    """The districts' workbooks in one archive, by the function of `planner gaps --split-by`."""
    from planner.export.district_workbooks import write_districts

    done = write_districts(gap_list, desk.city, asked.level, folder, Path(asked.project), lang=asked.lang)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in done.files:
            archive.write(path, path.name)
    return stream.getvalue()


def _follow(job: jobs.Job, lang: str) -> None:
    """How far the work is, and the button that calls it off."""
    @st.fragment(run_every=LOOK_AGAIN_S)
    def look() -> None:
        if not job.running:
            st.rerun()
        with st.container(key="paper_progress"):
            left, right = st.columns([4.4, 1], vertical_alignment="center")
            with left:
                st.html(f'<p class="waiting" role="status">{escaped(progress_sentence(job, lang), lang)}</p>')
            with right:
                st.button(t("ui.papers.cancel", lang), key="cancel_paper", on_click=job.cancel, disabled=job.stop.is_set(), width="stretch")

    look()


def progress_sentence(job: jobs.Job, lang: str) -> str:
    """How far the work is."""
    waits = jobs.ahead(job)
    if job.stop.is_set():
        return t("ui.papers.stopping", lang)
    if job.began is None:
        return t("ui.papers.waiting", lang, count=waits)
    if job.objective is not None and job.bound is not None:
        return t("ui.papers.sheets", lang, number=f"{job.objective:,.0f}", count=f"{job.bound:,.0f}")
    return t("ui.papers.making", lang, seconds=f"{job.seconds:.0f}")


def _result(job: jobs.Job, asked: Asked, desk: Desk) -> None:
    """The file of a job that is done, or why there is none."""
    lang = desk.lang
    if job.error is not None:
        remark(fault_sentence(job.error, lang), lang)
        if not isinstance(job.error, (PlannerError, OSError, MemoryError)):
            raise job.error
    elif job.result is None:
        st.html(f'<p class="note">{escaped(t("ui.papers.cancelled", lang), lang)}</p>')
    else:
        form = PAPERS[asked.kind]
        st.download_button(t("ui.papers.download", lang, paper=t(f"ui.papers.{asked.kind}", lang)), job.result,
                           safe_name([desk.city.id, asked.pack, asked.kind.split("_")[0]], form), TYPES[form], key="download_paper",
                           on_click="ignore")
