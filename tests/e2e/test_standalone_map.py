"""The exported map in a real browser without a network: it paints, asks nothing, complains of nothing, and runs nothing out of a name."""

import datetime as dt
import importlib
import io
import os

import geopandas as gpd
import numpy as np
import pytest
import shapely

from planner.export.geometry import Backdrop, map_geometry
from planner.export.mapdata import MapData, MapFacility, MapSite
from planner.export.maps import export_html
from planner.export.palette import share_palette
from planner.inputs.layers import Boundaries

CRS, X, Y, SIDE = "EPSG:32650", 448_000.0, 4_418_000.0, 6
SHARES = [None if k == 7 else k / (SIDE * SIDE - 1) for k in range(SIDE * SIDE)]
HOSTILE = "</script><img src=x onerror='window.pwned=1'>"


def needed(module):
    """A package of the test extra: without it the test is skipped, or fails where PLANNER_REQUIRE_ALL=1 says that all must run."""
    return (importlib.import_module if os.environ.get("PLANNER_REQUIRE_ALL") == "1" else pytest.importorskip)(module)


def chessboard():
    cells = [shapely.box(X + 1000 * (k % SIDE), Y + 1000 * (k // SIDE), X + 1000 * (k % SIDE + 1), Y + 1000 * (k // SIDE + 1))
             for k in range(SIDE * SIDE)]
    names = [HOSTILE, *[f"社区{k}" for k in range(1, len(cells))]]
    frame = gpd.GeoDataFrame({"code": [f"{k:02d}" for k in range(len(cells))], "name": names, "class": "", "parent": "",
                              "row": range(1, len(cells) + 1)}, geometry=cells, crs=CRS)
    return Boundaries(CRS, {"community": frame})


@pytest.fixture(scope="module")
def html_file(tmp_path_factory):
    street = shapely.LineString([(X, Y + 500), (X + 6000, Y + 500)])
    geometry = map_geometry(chessboard(), [Backdrop("street_major", np.array([street], dtype=object))])
    data = MapData(geometry, "community", SHARES, share_palette(.8), "zh", "覆盖地图", "虚构数据 2025", people=[100] * len(SHARES),
                   facilities=[MapFacility(116.42, 39.93, "care", "operating", HOSTILE)], kinds={"care": "养老"},
                   sites=[MapSite("s1", 116.43, 39.94)], selected="05")
    path = tmp_path_factory.mktemp("map") / "map.html"
    path.write_text(export_html(data, heading="15 分钟覆盖", made=dt.date(2026, 1, 5)), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def opened(browser, html_file):
    """The file opened from disk by a browser that is offline, with all it asked and said."""
    context = browser.new_context(viewport={"width": 1000, "height": 720}, offline=True)
    page = context.new_page()
    page.said = []
    page.on("request", lambda request: page.said.append(request.url))
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.goto(html_file.as_uri())
    page.wait_for_function("window.__planner?.mapVersion > 0")
    yield page
    context.close()


def test_it_paints_without_asking_or_complaining(opened, html_file):
    state = opened.evaluate("JSON.parse(JSON.stringify(window.__planner))")
    assert opened.said == [html_file.as_uri()]
    assert state["paintedUnits"] == SIDE * SIDE
    assert state["classes"]["00"] == 0
    assert state["classes"]["07"] is None
    assert state["classes"]["35"] == 4
    assert state["selectedUnit"] == "05"
    assert state["sites"] == [{"id": "s1", "lon": 116.43, "lat": 39.94}]


def test_each_unit_has_its_own_colour(opened):
    image = needed("PIL.Image")
    picture = np.asarray(image.open(io.BytesIO(opened.screenshot())).convert("RGB"), float)
    state = opened.evaluate("JSON.parse(JSON.stringify(window.__planner))")
    colours = {entry["class"]: np.array([int(entry["color"][k:k + 2], 16) for k in (1, 3, 5)]) for entry in state["palette"]}
    right = []
    for code, number in state["classes"].items():
        x, y = (int(v) for v in opened.evaluate("code => window.__planner.pointOf(code)", code))
        seen = np.median(picture[y - 1:y + 2, x - 1:x + 2].reshape(-1, 3), axis=0)
        right.append(min(colours, key=lambda k, seen=seen: np.abs(colours[k] - seen).sum()) == number)
    # A facility's sign or a name may stand on a few of the 36 points.
    assert np.mean(right) >= 0.9
    assert len(set(state["classes"].values())) == 6


def test_names_are_text(opened):
    opened.mouse.move(*opened.evaluate("window.__planner.pointOf('00')"))
    opened.wait_for_function("text => document.querySelector('.pcm-tip').innerText.startsWith(text)", arg=HOSTILE)
    opened.locator("summary").click()
    opened.locator("tr").nth(SIDE * SIDE).wait_for(state="attached")  # the table is written when it is opened
    assert opened.locator("tr").count() == 1 + SIDE * SIDE
    assert opened.locator("td").nth(1).inner_text() == HOSTILE
    assert opened.locator("tr").nth(3).locator("td").all_inner_texts() == ["02", "社区2", "100", "5.7 %"]  # 2 of 35
    assert opened.evaluate("[window.pwned ?? null, document.images.length]") == [None, 0]
    version = opened.evaluate("window.__planner.mapVersion")
    opened.locator("summary").click()
    opened.wait_for_function("old => window.__planner.mapVersion > old", arg=version)  # the map has its height again


def test_keys_move_zoom_and_pick(opened):
    opened.locator("[data-testid=map]").focus()
    for key, part in (("ArrowRight", "lon"), ("ArrowUp", "lat"), ("+", "zoom")):
        before = opened.evaluate("window.__planner.view")
        opened.keyboard.press(key)
        opened.wait_for_function("([part, old]) => window.__planner.view[part] > old", arg=[part, before[part]])
    opened.keyboard.press("Home")
    opened.wait_for_function("window.__planner.paintedUnits === 36")
    opened.mouse.click(*opened.evaluate("window.__planner.pointOf('14')"))
    opened.wait_for_function("window.__planner.selectedUnit === '14'")


def test_legend_scale_and_source_are_there(opened):
    assert "80%～100%" in opened.locator("[data-testid=map-legend]").inner_text()
    assert opened.locator("[data-testid=map-scale]").inner_text().strip() in ("1 km", "500 m", "2 km")
    assert opened.locator("[data-testid=map-source]").inner_text() == "虚构数据 2025"
