"""The gaps page: filters, the way to a unit's card, papers made beside the page, returned workbooks."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from streamlit.testing.v1 import AppTest

from planner.plan.returned import Finding
from planner.ui import jobs
from planner.ui.papers import PAPERS, progress_sentence
from planner.ui.returned_panel import finding_frame
from tests.unit.ui.conftest import control, html, press
from tests.unit.ui.test_pages import address
from tests.unit.ui.test_ways_pages import planned

Visit = Callable[..., AppTest]


def gaps(page: AppTest) -> list[str]:
    """Codes of the units in the list."""
    return page.dataframe[0].value.iloc[:, 1].tolist()


def test_filters_narrow_the_list_and_not_the_downloads(visit: Visit, tmp_path: Path, tiny: Path) -> None:
    page = visit(planned(tmp_path, tiny), page="gaps", lang="zh")
    assert not page.exception and 'class="fault"' not in html(page)
    assert sorted(gaps(page)) == ["A02", "A02", "A03", "A04", "A04"]
    control(page, "selectbox", "gap_target").set_value("t2").run()
    assert sorted(gaps(page)) == ["A02", "A04"] and "筛选后 2 条，共 5 条" in html(page)
    control(page, "text_input", "gap_unit").set_value("A04").run()
    assert gaps(page) == ["A04"]
    assert {button.key for button in page.get("download_button")} >= {"download_gaps_xlsx", "download_gaps_gpkg", "download_gaps_csv"}


def test_a_row_leads_to_the_card_of_its_unit(visit: Visit, tmp_path: Path, tiny: Path) -> None:
    page = visit(planned(tmp_path, tiny), page="gaps", lang="zh")
    assert control(page, "button", "open_card").disabled
    page.session_state["memory"].update(unit="A04", gap_unit_code="A04")
    page.run()
    press(page, "open_card")
    assert (address(page, "page"), address(page, "view"), address(page, "unit")) == ("targets", "card", "A04")


def made(page: AppTest) -> bytes:
    """The bytes of the paper that was asked for on a page."""
    deadline = time.monotonic() + 60
    job = next(reversed(jobs._jobs.values()))
    assert job.done.wait(max(0.0, deadline - time.monotonic())) and job.error is None
    page.run()
    assert not page.exception and [button.key for button in page.get("download_button") if button.key == "download_paper"]
    return bytes(job.result)


def test_districts_get_their_workbooks(visit: Visit, tmp_path: Path, tiny: Path) -> None:
    page = visit(planned(tmp_path, tiny), page="gaps", lang="en")
    control(page, "selectbox", "paper_kind").set_value("districts").run()
    archive = zipfile.ZipFile(io.BytesIO(made(press(page, "make_paper"))))
    assert len(archive.namelist()) == 3 and all(name.endswith(".xlsx") for name in archive.namelist())
    assert (tmp_path / ".planner" / "returned").is_dir()


def test_a_report_is_made_beside_the_page(visit: Visit, tmp_path: Path, tiny: Path) -> None:
    page = visit(planned(tmp_path, tiny), page="gaps", lang="zh")
    control(page, "selectbox", "paper_kind").set_value("report_html").run()
    text = made(press(page, "make_paper")).decode()
    assert "每镇一所诊所" in text and "<img src=x" not in text


def test_every_step_of_a_paper_is_said() -> None:
    job = jobs.Job("x")
    said = {progress_sentence(job, "en")}
    job.began = time.monotonic()
    said.add(progress_sentence(job, "en"))
    job.told(3, 40)
    assert progress_sentence(job, "en") == "Sheet 3 of 40…"
    job.cancel()
    assert len(said | {progress_sentence(job, "en")}) == 3 and set(PAPERS.values()) == {"docx", "pdf", "html", "zip"}


def test_findings_of_returned_workbooks_are_a_table() -> None:
    findings = [Finding("unread", "a.xlsx", found="returned_no_mark"), Finding("altered", "b.xlsx", "甲", "gaps", "k", "value", 1.0, 2.0)]
    frame = finding_frame(findings, "zh")
    assert frame["情况"].tolist() == ["不能采用的文件", "测算列被改动（未采用）"]
    assert frame["返回"].tolist() == ["不是本工具分发的工作簿", "2.0"]
