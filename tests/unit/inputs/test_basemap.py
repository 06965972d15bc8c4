"""Basemap shapes: into the project's system, by kind; what cannot be drawn is said and left out."""

import geopandas as gpd
import pytest
import shapely

from planner.inputs.basemap import basemap_shapes
from planner.inputs.reading import Reading
from planner.inputs.specs import BasemapSpec, FileRef
from planner.quality import QualityReport

CRS = "EPSG:32650"


@pytest.fixture
def spec(tmp_path):
    def write(name, shapes, crs="EPSG:4326", kind="water", suffix=".geojson"):
        path = tmp_path / f"{name}{suffix}"
        gpd.GeoDataFrame({"name": [name] * len(shapes)}, geometry=shapes, crs=crs).to_file(path)
        return BasemapSpec(name, FileRef(path, path.name, f"basemap.{name}"), kind)
    return write


def test_shapes_arrive_in_the_projects_system_by_kind(spec):
    # 117 E on the equator is the origin of UTM zone 50: false easting 500 km.
    found = basemap_shapes([spec("river", [shapely.Point(117, 0).buffer(0.01)]), spec("lake", [shapely.Point(117, 0).buffer(0.02)]),
                            spec("line", [shapely.LineString([(117, 0), (117, 0.01)])], kind="rail")], CRS, Reading(QualityReport()))
    assert {kind: len(shapes) for kind, shapes in found.items()} == {"water": 2, "rail": 1}
    assert found["rail"][0].coords[0] == pytest.approx((500_000, 0), abs=1e-6)
    assert found["water"][0].centroid.x == pytest.approx(500_000, abs=1)


def test_a_layer_without_a_system_is_said_and_not_drawn(spec):
    report, river = QualityReport(), spec("river", [shapely.box(0, 0, 1, 1)], suffix=".shp")
    river.file.path.with_suffix(".prj").unlink()
    assert basemap_shapes([river], CRS, Reading(report)) == {}
    loud = [(issue.code, issue.severity, issue.file) for issue in report.issues if issue.severity != "info"]
    assert loud == [("crs_missing", "warning", "river.shp")]


def test_no_basemap_no_shapes():
    assert basemap_shapes([], CRS, Reading(QualityReport())) == {}
