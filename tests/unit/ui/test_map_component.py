"""The map's door to the pages: what travels to the browser, and what is believed of what comes back."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from planner.ui import map_component
from planner.ui.map_component import MapEvents


@pytest.mark.parametrize(("said", "heard"), [
    (None, MapEvents()), ({}, MapEvents()), ({"picked": "11"}, MapEvents("11")), ({"added": [116.4, 40]}, MapEvents(None, (116.4, 40.0))),
    # A browser may say anything: what has not the right form is not heard.
    ({"picked": 11}, MapEvents()), ({"picked": ["11"]}, MapEvents()), ({"added": [116.4]}, MapEvents()),
    ({"added": ["a", "b"]}, MapEvents()),
    ({"added": {"lon": 1, "lat": 2}}, MapEvents()), ({"added": [116.4, True]}, MapEvents()), ({"added": [float("nan"), 1]}, MapEvents()),
    ({"added": [200.0, 1.0]}, MapEvents()), ({"added": [1.0, -91.0]}, MapEvents())])
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
