"""Matrix, explanation and unit card as the targets page shows them, on the tiny project."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from streamlit.testing.v1 import AppTest

from tests.unit.ui.conftest import control, html
from tests.unit.ui.test_pages import address

Visit = Callable[..., AppTest]
PACK = '''schema = "planner.pack/1"
id = "tiny"
title = { zh = "小城规划", en = "Tiny plan" }
source = { document = "小城规划文本" }
[[target]]
id = "t1"
title = { zh = "每镇一所诊所", en = "A clinic in each township" }
clause = "3.1"
kind = "target"
layer = "clinic"
comparator = ">="
value = 1
unit = "处"
check = { metric = "count", by = "township", rollup = "every" }
[[target]]
id = "t2"
title = { zh = "一刻钟到诊所", en = "A clinic within 15 minutes" }
clause = "3.2"
kind = "target"
layer = "clinic"
comparator = ">="
value = 80
unit = "% of people"
check = { metric = "population_within", travel = "walk", minutes = 15, by = "township" }
'''


def planned(folder: Path, tiny: Path) -> Path:
    """The tiny project with a plan of two targets."""
    for file in tiny.iterdir():
        if file.is_file():
            (folder / file.name).write_bytes(file.read_bytes())
    (folder / "tiny.toml").write_text(PACK, encoding="utf-8")
    with (folder / "planner.toml").open("a", encoding="utf-8") as config:
        config.write('[plan]\npacks = ["tiny.toml"]\n')
    return folder


def test_matrix_shows_units_by_targets(visit: Visit, tmp_path: Path, tiny: Path) -> None:
    page = visit(planned(tmp_path, tiny), page="targets", view="matrix", lang="zh")
    assert not page.exception and 'class="fault"' not in html(page)
    frame = page.dataframe[0].value
    assert frame["code"].tolist() == ["A01", "A02", "A03", "A04"]
    assert frame["t0"].tolist() == ["✓ 达标", "✗ 未达标", "✗ 未达标", "✗ 未达标"]
    assert frame["t1"].tolist() == ["全市 · 100.0%", "全市 · 0.0%", "全市 · 100.0%", "全市 · 0.0%"]
    control(page, "selectbox", "matrix_state").set_value("met").run()
    assert page.dataframe[0].value["code"].tolist() == ["A01"] and list(page.dataframe[0].value) == ["code", "name", "t0"]


def test_a_number_is_explained(visit: Visit, tmp_path: Path, tiny: Path) -> None:
    page = visit(planned(tmp_path, tiny), page="targets", view="matrix", lang="en", unit="A03")
    control(page, "selectbox", "explain_target").set_value(0).run()
    text = html(page)
    assert "0 against ≥ 1: ✗ not met, short of 1 facilities." in text
    assert "3.1" in text and "clinics.csv" in text and "<img" not in text
    control(page, "selectbox", "explain_target").set_value(1).run()
    assert "This unit stands at 100.0%" in html(page) and "Walk 15 min" in html(page)


def test_the_card_of_a_unit(visit: Visit, tmp_path: Path, tiny: Path) -> None:
    page = visit(planned(tmp_path, tiny), page="targets", view="card", lang="en", unit="A03")
    assert not page.exception and 'class="fault"' not in html(page)
    text = html(page)
    assert "&lt;img src=x onerror=&quot;bad()&quot;&gt;" in text and "<img" not in text
    assert "A clinic in each township" in text and "2,000" in text and "G0000" in text
    assert address(page, "unit") == "A03" and address(page, "view") == "card"
    control(page, "selectbox", "unit").set_value("A01").run()
    assert "一号诊所" in html(page)


def test_a_unit_that_is_not_there_is_said(visit: Visit, tmp_path: Path, tiny: Path) -> None:
    assert "Z9" in html(visit(planned(tmp_path, tiny), page="targets", view="card", lang="zh", unit="Z9"))


def test_the_panel_of_the_coverage_page_answers_a_place(visit: Visit) -> None:
    page = visit(page="coverage", lang="en", layer="clinic", travel="walk", minutes="14", panel="place")
    assert not page.exception and 'class="fault"' not in html(page)
    control(page, "text_input", "place_typed").set_value("114.015, 30.005").run()  # A03: 965 m or 13.4 minutes from the clinic
    text = html(page)
    assert "✓ In reach" in text and "13 min" in text and "965 m" in text and "1 kinds in reach, 0 out of reach, 1 without" in text
    assert "&lt;img src=x" in text and "<img" not in text and address(page, "place") == "114.015000,30.005000"
    control(page, "slider", "minutes").set_value(13).run()
    assert "✗ Out of reach" in html(page)
    control(page, "text_input", "place_typed").set_value("丙").run()
    assert "Nothing found" in html(page)
    control(page, "text_input", "place_typed").set_value("一号诊所").run()
    assert "0 min" in html(page)


def test_blind_spots_are_listed(visit: Visit) -> None:
    page = visit(page="coverage", lang="en", layer="clinic", travel="walk", minutes="14", panel="spots")
    assert not page.exception and 'class="fault"' not in html(page)
    spots = page.dataframe[0].value
    assert spots["People"].tolist() == [23500] and spots["Nearest facility"].tolist() == ["一号诊所"]  # A02 and A04, one street apart


def test_details_say_why_and_lead_to_the_card(visit: Visit) -> None:
    page = visit(page="coverage", lang="zh", layer="clinic", travel="walk", minutes="14", unit="A04")
    assert "20,500" in html(page) or "2.05 万" in html(page)
    assert "附近没有设施" in html(page) and "一号诊所" in html(page)
    control(page, "button", "open_card").click()
    page.run()
    assert address(page, "page") == "targets" and address(page, "view") == "card" and address(page, "unit") == "A04"
