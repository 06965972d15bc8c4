"""The pages as Streamlit runs them, in both languages, on the tiny project (conftest.py draws it). Browsers have their own tests."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from planner.i18n import t
from planner.ui import opening
from planner.ui.navigation import PAGES
from tests.unit.ui.conftest import control, html

APP = Path(__file__).resolve().parents[3] / "app.py"
CJK = re.compile(r"[\u3400-\u9fff]")
Visit = Callable[..., AppTest]


def address(page: AppTest, key: str) -> str:
    """What the address says of a setting."""
    value = page.query_params.get(key, "")
    return value if isinstance(value, str) else value[-1]


def headline(page: AppTest) -> list[str]:
    """The headline numbers, in their order."""
    return [metric.value for metric in page.metric]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_every_page_runs_in_both_languages(visit: Visit, name: str, lang: str) -> None:
    page = visit(page=name, lang=lang)
    assert not page.exception
    assert 'class="fault"' not in html(page)
    labels = [widget.label for kind in ("selectbox", "slider", "number_input", "button_group") for widget in page.get(kind)]
    assert labels and all(labels)
    assert all(bool(CJK.search(label)) == (lang == "zh") for label in labels)
    assert address(page, "page") == name and address(page, "lang") == lang


@pytest.mark.parametrize(("minutes", "figures"), [
    ("13", ["26,500", "1,000", "3.8%", "25,500", "1 / 4"]), ("15", ["26,500", "3,000", "11.3%", "23,500", "2 / 4"]),
    ("16", ["26,500", "6,000", "22.6%", "20,500", "3 / 4"])])
def test_headline_is_worked_by_hand(visit: Visit, minutes: str, figures: list[str]) -> None:
    """The clinic stands among A01's 1000 people. 0.01 degrees east (A03, 2000) is 965 m or 13.4 minutes along the street, 0.01 degrees
    north (A02, 3000) 1109 m or 15.4 minutes; A04's 20,500 are beyond both."""
    assert headline(visit(lang="en", layer="clinic", travel="walk", minutes=minutes)) == figures


def test_moving_a_control_rewrites_address_and_numbers(visit: Visit) -> None:
    page = visit(lang="en", layer="clinic", travel="walk", minutes="15")
    control(page, "slider", "minutes").set_value(16).run()
    assert address(page, "minutes") == "16"
    assert headline(page)[1] == "6,000"


def test_selection_by_box_fills_details_and_address_with_the_name_as_text(visit: Visit) -> None:
    page = visit(lang="en", layer="clinic")
    control(page, "selectbox", "unit").set_value("A03").run()
    assert address(page, "unit") == "A03"
    assert "&lt;img src=x onerror=&quot;bad()&quot;&gt;" in html(page)
    assert "<img" not in html(page)


def test_an_address_is_obeyed_and_what_is_not_there_is_said(visit: Visit) -> None:
    page = visit(lang="zh", layer="clinic", travel="boat", minutes="9", by="township", unit="A02")
    assert control(page, "selectbox", "layer").value == "clinic"
    assert control(page, "slider", "minutes").value == 9
    assert "A02" in html(page)
    assert "travel=boat" in html(page)
    assert address(page, "travel") == "walk"


def test_a_layer_keeps_what_was_chosen_for_it(visit: Visit) -> None:
    page = visit(lang="en", layer="clinic")
    control(page, "slider", "minutes").set_value(7).run()
    control(page, "selectbox", "layer").set_value("public-cemetery").run()
    assert control(page, "selectbox", "travel").value == "drive"
    assert control(page, "slider", "minutes").value == 30
    control(page, "selectbox", "layer").set_value("clinic").run()
    assert (control(page, "selectbox", "travel").value, control(page, "slider", "minutes").value) == ("walk", 7)


def test_language_changes_no_setting(visit: Visit) -> None:
    page = visit(lang="zh", layer="clinic", minutes="11", group="age_60_plus", target="55")
    before = headline(page)
    control(page, "button_group", "lang").set_value("en").run()
    assert control(page, "slider", "minutes").value == 11
    assert control(page, "selectbox", "group").value == "age_60_plus"
    assert control(page, "number_input", "target").value == 55
    assert headline(page)[2] == before[2]
    assert address(page, "lang") == "en"


def test_days_more_than_a_year_apart_are_warned_of(visit: Visit) -> None:
    assert "5.2" in html(visit(lang="en", layer="clinic"))


def test_a_broken_file_is_a_sentence_that_names_it(visit: Visit, tmp_path: Path, tiny: Path) -> None:
    for file in tiny.iterdir():
        if file.is_file():
            (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "townships.geojson").write_text('{"type": "FeatureCollection", "features": [{"type"', encoding="utf-8")
    page = visit(tmp_path, lang="en")
    assert not page.exception
    assert "townships.geojson" in html(page)
    assert "Traceback" not in html(page)
    listed = visit(tmp_path, lang="en", page="quality")
    assert not listed.exception
    assert len(listed.dataframe) == 3  # issues, files and columns


def test_a_project_without_a_layer_says_what_is_missing(visit: Visit, tmp_path: Path, tiny: Path) -> None:
    for file in tiny.iterdir():
        if file.is_file():
            (tmp_path / file.name).write_bytes(file.read_bytes())
    written = (tmp_path / "planner.toml").read_text(encoding="utf-8")
    start, end = written.index("[facilities.clinic]"), written.index("[travel.walk]")
    (tmp_path / "planner.toml").write_text(written[:start] + written[end:], encoding="utf-8")
    page = visit(tmp_path, lang="en")
    assert not page.exception
    assert t("ui.first.facilities_lead", "en") in html(page)  # its steps ask for the first ledger


def test_a_page_that_waits_says_what_is_done(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["app.py", str(tiny)])
    monkeypatch.setattr("planner.ui.navigation.opening", lambda project: opening.Opening(project, (), step="reading"))
    monkeypatch.setattr("planner.ui.navigation.HOLD_S", 0.5)
    started = time.monotonic()
    page = AppTest.from_file(str(APP), default_timeout=30).run()
    assert time.monotonic() - started < 10
    assert "正在读取项目数据" in html(page)


@pytest.fixture
def asked(tmp_path: Path, tiny: Path) -> Path:
    """The tiny project with a ledger whose columns planner.toml does not name: two of them could be the beds."""
    for file in tiny.iterdir():
        if file.is_file():
            (tmp_path / file.name).write_bytes(file.read_bytes())
    ledger = "机构编号,机构名称,经度,纬度,床位数,核定床位,**备注**\n1,福安,114.004,30.004,50,60,x\n"
    (tmp_path / "care.csv").write_text(ledger, encoding="utf-8")
    with (tmp_path / "planner.toml").open("a", encoding="utf-8") as config:
        config.write('[facilities.elderly-care-institution]\npath = "care.csv"\n')
    return tmp_path


def test_columns_in_question_are_asked_and_confirmed_on_the_page(visit: Visit, asked: Path) -> None:
    page = visit(asked, lang="zh", page="quality")
    assert control(page, "selectbox", "column_section").value == "facilities.elderly-care-institution"  # what is asked comes first
    assert "**备注**" in html(page)
    beds = control(page, "selectbox", "column|facilities.elderly-care-institution|beds")
    assert beds.value is None and beds.options[:2] == ["床位数", "核定床位"] and beds.label.startswith("床位 beds")
    control(page, "button", "confirm_columns").click()
    page.run()
    assert "还有待选定的项：beds" in html(page) and "核定床位" not in (asked / "planner.toml").read_text(encoding="utf-8")
    control(page, "selectbox", "column|facilities.elderly-care-institution|beds").set_value("核定床位")
    control(page, "selectbox", "column|facilities.elderly-care-institution|id").set_value("")
    control(page, "button", "confirm_columns").click()
    page.run()
    assert opening.opening(str(asked)).ready.wait(60)
    page.run()
    assert not page.exception
    written = (asked / "planner.toml").read_text(encoding="utf-8")
    assert written.endswith('columns = { beds = "核定床位", name = "机构名称", lon = "经度", lat = "纬度" }\n')
    assert "已写明" in control(page, "selectbox", "column|facilities.elderly-care-institution|beds").label
    assert not opening.opening(str(asked)).report.blocking


def test_a_column_for_two_keys_is_refused_on_the_page(visit: Visit, asked: Path) -> None:
    page = visit(asked, lang="en", page="quality")
    control(page, "selectbox", "column|facilities.elderly-care-institution|beds").set_value("机构名称")
    control(page, "button", "confirm_columns").click()
    page.run()
    assert "is used for" in html(page) and "机构名称" in html(page)
    assert "机构名称" not in (asked / "planner.toml").read_text(encoding="utf-8")


def test_the_streets_are_tested_when_asked(visit: Visit) -> None:
    page = visit(lang="en", page="quality")
    before = headline(page)
    control(page, "button", "run_network").click()
    page.run()
    assert not page.exception
    tested = ["1", "0", "0", "100.0%"]  # parts, people off the main one, joins that concern anybody, people by a street
    assert len(before) == 4 and headline(page)[4:] == tested
    assert not [button for button in page.get("button") if button.key == "run_network"]
    assert "Streets tested" in html(page) and "Road completeness" in html(page)
    again = visit(lang="zh", page="quality")
    assert "道路完整度" in html(again) and headline(again)[4:] == tested  # kept with the project
