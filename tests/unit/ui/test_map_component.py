"""The map's door to the pages: what travels to the browser, and what is believed of what comes back."""

import json

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from planner.export.curves import curve_file
from planner.export.geometry import MapGeometry
from planner.export.mapdata import MapData
from planner.export.palette import class_string, share_palette
from planner.measure.curves import CoverageCurves
from planner.ui import map_component
from planner.ui.map_component import MapEvents


@pytest.mark.parametrize(("said", "heard"), [
    (None, MapEvents()), ({}, MapEvents()), ({"picked": "11"}, MapEvents("11")), ({"added": [116.4, 40]}, MapEvents(None, (116.4, 40.0))),
    # A browser may say anything: what has not the right form is not heard.
    ({"picked": 11}, MapEvents()), ({"picked": ["11"]}, MapEvents()), ({"added": [116.4]}, MapEvents()),
    ({"added": ["a", "b"]}, MapEvents()),
    ({"added": {"lon": 1, "lat": 2}}, MapEvents()), ({"added": [116.4, True]}, MapEvents()), ({"added": [float("nan"), 1]}, MapEvents()),
    ({"added": [200.0, 1.0]}, MapEvents()), ({"added": [1.0, -91.0]}, MapEvents()),
    ({"moved": ["s1", 116.4, 40]}, MapEvents(moved=("s1", 116.4, 40.0))), ({"moved": [1, 116.4, 40]}, MapEvents()),
    ({"moved": ["s1", 116.4]}, MapEvents()), ({"moved": ["s1", 200, 40]}, MapEvents()), ({"moved": "s1x"}, MapEvents()),
    ({"scrubbed": ["minutes", 20]}, MapEvents(scrubbed=("minutes", 20))), ({"scrubbed": ["minutes", 20.5]}, MapEvents()),
    ({"scrubbed": ["written", 20]}, MapEvents()), ({"scrubbed": ["minutes"]}, MapEvents()), ({"scrubbed": ["minutes", True]}, MapEvents()),
    ({"reach": True}, MapEvents(reach=True)), ({"reach": False}, MapEvents(reach=False)), ({"reach": 1}, MapEvents())])
def test_only_well_formed_events_are_heard(said, heard):
    assert map_component._event(said) == heard
    assert bool(map_component._event(said)) == (heard != MapEvents())


def page():
    import geopandas as gpd
    import shapely

    from planner.export.palette import share_palette
    from planner.inputs.layers import Boundaries
    from planner.ui.map_component import MapData, MapFacility, coverage_map, map_geometry

    cells = [shapely.box(448_000 + 1000 * (k % 25), 4_418_000 + 1000 * (k // 25), 449_000 + 1000 * (k % 25), 4_419_000 + 1000 * (k // 25))
             for k in range(500)]
    frame = gpd.GeoDataFrame({"code": [f"{k:03d}" for k in range(500)], "name": "名", "class": "", "parent": "", "row": range(500)},
                             geometry=cells, crs="EPSG:32650")
    geometry = map_geometry(Boundaries("EPSG:32650", {"community": frame}))
    signs = [MapFacility(116.4, 40.0, "care", "operating", f"站{k}") for k in range(200)]
    coverage_map(MapData(geometry, "community", [k / 500 for k in range(500)], share_palette(.8), "zh", "地图", "来源 2025",
                         people=[1.0] * 500, facilities=signs, kinds={"care": "养老"}))


def test_a_run_sends_little_and_the_same_addresses_each_time():
    app = AppTest.from_function(page, default_timeout=60)
    sent = []
    for _ in range(2):
        app.run()
        assert not app.exception
        proto = app.get("bidi_component")[0].proto
        sent.append(json.loads(proto.json or proto.mixed.json))
    wire = sent[0]
    assert sent[1] == wire
    assert len(json.dumps(wire)) < 6000
    assert all(wire[name].startswith(("/media/", "/mock/media/")) for name in ("code_url", "geometry_url", "facilities_url", "people_url"))
    assert "facilities" not in wire
    assert len(wire["classes"]) == 500


SHARES = [None, *(k / 499 for k in range(1, 500))]


def painted(**more):
    """A painting of 500 units that are all one square: only what travels matters here."""
    geometry = MapGeometry(b"", "0", {"community": tuple(f"{k:03d}" for k in range(500))})
    return MapData(geometry, "community", **{"shares": SHARES, "palette": share_palette(.8), "lang": "zh", "title": "", "source": "",
                                             "settings": {"minutes": 2}} | more)


def curves(shares):
    rows = np.array([[np.nan if share is None else share for share in row] for row in (SHARES, shares)])
    return curve_file(CoverageCurves("care", "walk", "total", "community", (1, 2), tuple(f"{k:03d}" for k in range(500)), rows, rows[:, 1]))


def test_classes_stay_at_home_where_the_curves_tell_them():
    wire = map_component._lean(painted(curves=curves(SHARES)))
    assert wire["column"] == {"minute": 1, "target": 80}
    assert "classes" not in wire and "shares" not in wire


@pytest.mark.parametrize("more", [
    {"curves": curves(SHARES), "settings": {"minutes": 3}}, {"curves": curves(SHARES), "palette": share_palette(.805)},
    {"curves": curves([*SHARES[:-1], 0.5])}, {}])
def test_classes_travel_where_the_curves_tell_others(more):
    data = painted(**more)
    wire = map_component._lean(data)
    assert "column" not in wire
    assert wire["classes"] == class_string(data.palette, SHARES)


def test_of_two_states_only_what_differs_travels():
    after = list(SHARES)
    after[3], after[250] = 1.0, after[250] - 0.07
    data = painted(shares=after, before=SHARES)
    wire = map_component._lean(data)
    assert wire["differs"]["at"] == [3, 250]
    assert wire["differs"]["classes"] == "4" + class_string(data.palette, [after[250]])
    assert wire["differs"]["change"] == "5b"  # up by 20 points or more; a loss, which is hatched
    assert wire.pop("before") == [class_string(data.palette, SHARES), data.wire()["compare"]["shares"]]  # goes as a file, once
    assert len(json.dumps(wire)) < 7000
    # Where most units differ, all travel.
    assert "differs" not in map_component._lean(painted(shares=[None, *([1.0] * 499)], before=SHARES))
