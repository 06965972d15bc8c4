"""A new ledger is tried, compared and taken over on the page; a former one is only compared."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from planner.ui import opening
from planner.ui.ledger_panel import change_frame
from tests.unit.ui.conftest import control, html, press, write_project

NEXT = b"id,name,lon,lat\nc1,\xe4\xb8\x80\xe5\x8f\xb7\xe8\xaf\x8a\xe6\x89\x80,114.005,30.005\nc2,<i>new</i>,114.015,30.005\n"


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """A tiny project of one's own."""
    return write_project(tmp_path / "town")


def upload(page: Any, name: str, content: bytes) -> Any:
    """Hands a file to the page."""
    control(page, "file_uploader", "upload").set_value((name, content, "application/octet-stream"))
    return page.run()


def test_a_new_ledger_is_tried_and_takes_over(visit: Any, town: Path) -> None:
    page = upload(visit(town, lang="zh", page="quality"), "clinics2026.csv", NEXT)
    assert "clinics2026.csv：读入 2 行，采用 2 行" in html(page) and not page.exception
    assert control(page, "selectbox", "ledger_file").value == "clinics.csv"
    counts, changes = page.dataframe[-3].value, page.dataframe[-2].value  # the last one shows the coordinate systems
    assert counts["新开"].tolist() == [1, 1] and counts["消失"].tolist() == [0, 0]
    assert changes["名称"].tolist() == ["<i>new</i>", "<i>new</i>"] and changes["变化"].tolist() == ["新开", "新开"]
    page = press(page, "ledger_take_over")
    assert "请先填新台账的数据时点" in html(page) and not (town / "clinics2026.csv").exists()
    control(page, "date_input", "ledger_day").set_value(dt.date(2026, 2, 28))
    page = press(page, "ledger_take_over")
    assert "已换上 clinics2026.csv" in html(page)
    known = opening.opening(str(town))
    assert known.ready.wait(60) and not known.report.blocking and len(known.read_city().layer("clinic").frame) == 2
    assert known.report.files["clinics2026.csv"].date == "2026-02-28"


def test_a_broken_file_is_a_sentence_and_never_taken(visit: Any, town: Path) -> None:
    page = upload(visit(town, lang="en", page="quality"), "broken.geojson", b'{"type": "FeatureCollection", "features": [{"type"')
    assert not page.exception and "broken.geojson" in html(page) and "cannot take over" in html(page)
    assert "ledger_take_over" not in [button.key for button in page.get("button")]


def test_a_former_file_is_only_compared(visit: Any, town: Path) -> None:
    page = visit(town, lang="en", page="quality")
    control(page, "radio", "ledger_kind").set_value("old").run()
    page = upload(page, "former.csv", b"id,name,lon,lat\nc1,old name,114.005,30.005\n")
    assert "former.csv (former) against clinics.csv (present)" in html(page) and not page.exception
    assert page.dataframe[-2].value["change"].tolist() == ["renamed", "renamed"]
    assert "ledger_take_over" not in [button.key for button in page.get("button")]


def test_statuses_are_said_in_words() -> None:
    row = {"kind": "closed", "layer": "clinic", "how": "id", "id": "1", "old_id": "1", "name": "n", "old_name": "n", "old_row": 2,
           "row": None, "column": "s", "old": "operating", "new": "closed", "metres": None}
    assert change_frame([row], "zh").iloc[0].tolist()[6:8] == ["运营中", "已关闭"]
