"""Tables as text: every row, escaped, with the headings and formats of the grid; and the switch between the two."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.testing.v1 import AppTest

from planner.ui.tables import html_table
from tests.unit.ui.conftest import html


def test_text_tables_have_every_row_escaped_and_formatted_as_the_grid() -> None:
    frame = pd.DataFrame({"n": ['<img src=x onerror="bad()">', "b"], "share": [0.4567, float("nan")], "people": [12345, 0]})
    frame["hidden"] = 1
    config = {"share": st.column_config.NumberColumn("覆盖率", format="percent"), "hidden": None, "n": "名称"}
    text = html_table(frame, config)
    assert "<img" not in text and "&lt;img" in text
    assert text.count("<tr>") == 3 and "hidden" not in text
    assert '<th scope="col">名称</th><th scope="col" class="number">覆盖率</th>' in text
    assert '<td class="number">45.7%</td><td class="number">12,345</td>' in text
    assert '<td class="number"></td><td class="number">0</td>' in text


def test_the_plain_view_says_the_whole_table_and_stands_in_the_address(visit: Callable[..., AppTest]) -> None:
    grid = visit(page="quality")
    assert grid.dataframe and "plain-table" not in html(grid)
    plain = visit(page="quality", plain="1")
    assert not plain.exception and not plain.dataframe
    assert "townships.geojson" in html(plain) and "plain-table" in html(plain)
    switch: Any = next(toggle for toggle in plain.toggle if toggle.key == "plain_view")
    assert switch.value is True
    switch.set_value(False)
    plain.run()
    assert plain.dataframe and "plain" not in plain.query_params
