"""[project] buffer_m: what lies beyond the boundary and still counts. The boundary must not cut a service circle."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from planner.measure.coverage import coverage
from planner.measure.served_from import served_from
from planner.plan.network_check import examine
from planner.plan.project import read_city, read_project
from planner.quality import QualityReport

DAY = dt.date(2026, 1, 1)
CRS = "EPSG:4548"
X, Y = 500_000.0, 4_400_000.0


def features(path: Path, kind: str, rows: list[tuple[dict[str, str], object]]) -> None:
    """A GeoJSON file in the plane system, which it names."""
    places = [{"type": "Feature", "properties": said, "geometry": {"type": kind, "coordinates": shape}} for said, shape in rows]
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": CRS}}, "features": places}))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A town of 1 km; one street leads east through it and 2.5 km on, another north at x = 3,000; a lane loops round outside the town."""
    corners = [[X, Y], [X + 1000, Y], [X + 1000, Y + 1000], [X, Y + 1000], [X, Y]]
    features(tmp_path / "town.geojson", "Polygon", [({"code": "T", "name": "甲镇"}, [corners])])
    lines = [[[X, Y + 500], [X + 900, Y + 500]], [[X + 900, Y + 500], [X + 3500, Y + 500]],
             [[X, Y + 500], [X - 2600, Y + 500]], [[X - 2600, Y + 500], [X - 2600, Y + 900]], [[X - 2600, Y + 900], [X + 100, Y + 900]]]
    features(tmp_path / "streets.geojson", "LineString", [({}, line) for line in lines])
    (tmp_path / "people.csv").write_text(f"x,y,total\n{X + 900},{Y + 500},100\n{X + 100},{Y + 900},40\n")
    (tmp_path / "homes.csv").write_text(f"id,name,x,y\n1,东邻,{X + 1800},{Y + 500}\n2,远东,{X + 3400},{Y + 500}\n")
    return tmp_path


def city(folder: Path, buffer: str = ""):
    """The project read, with its report."""
    (folder / "planner.toml").write_text(f"""
[project]
id = "t"
crs = "{CRS}"
{buffer}
[boundaries.township]
path = "town.geojson"
code = "code"
name = "name"
[streets]
path = "streets.geojson"
crs = "{CRS}"
[population]
path = "people.csv"
columns = {{ x = "x", y = "y", total = "total" }}
spread = "points"
crs = "{CRS}"
[facilities.home]
path = "homes.csv"
columns = {{ id = "id", name = "name", lon = "x", lat = "y" }}
crs = "{CRS}"
[travel.walk]
mode = "walk"
metres_per_minute = 60
""")
    report = QualityReport()
    project = read_project(folder, report=report)
    return project, read_city(project, report=report), report


def outside(report: QualityReport) -> list[tuple[str, str]]:
    """What was said of facilities outside the boundary."""
    return [(issue.name or "", issue.sentence or "") for issue in report.issues if issue.code == "outside_boundary"]


def test_a_service_circle_is_not_cut_at_the_border(folder: Path) -> None:
    _, here, report = city(folder)
    assert outside(report) == [("东邻", "outside_near"), ("远东", "outside_dropped")]
    # the home is 800 m beyond the border, 900 m along the street from the hundred
    covered = [coverage(here, "home", "walk", metres=limit, by="township", as_of=DAY).total.people_covered for limit in (899, 900)]
    assert covered == [0, 100]
    found = coverage(here, "home", "walk", metres=900, by="township", as_of=DAY)
    assert [row.people_served_from_outside for row in served_from(here, found)] == [100, 100]


def test_buffer_m_says_how_far_facilities_outside_count(folder: Path) -> None:
    _, here, report = city(folder, "buffer_m = 790")
    assert outside(report) == [("东邻", "outside_dropped"), ("远东", "outside_dropped")] and len(here.layer("home")) == 0
    _, here, report = city(folder, "buffer_m = 2500")
    assert outside(report) == [("东邻", "outside_near"), ("远东", "outside_near")] and len(here.layer("home")) == 2


def test_streets_beyond_the_buffer_stay_as_ways_may_lead_there(folder: Path) -> None:
    _, here, _ = city(folder, "buffer_m = 900")
    # the forty reach the home by the lane that leads 2.6 km out of town, and back: 2700 + 400 + 2600 + 1800
    found = coverage(here, "home", "walk", metres=7500, by="township", as_of=DAY)
    assert found.total.people_covered == 140 and found.total.nearest_p95_m == pytest.approx(7500)


def test_streets_that_end_at_the_boundary_are_told(folder: Path) -> None:
    inside = [[[X, Y + at], [X + 1000, Y + at]] for at in (100, 500, 900)] + [[[X + 500, Y], [X + 500, Y + 1000]]]
    features(folder / "streets.geojson", "LineString", [({}, line) for line in inside])
    project, here, report = city(folder)
    found = examine(project, here, report)
    (issue,) = [issue for issue in report.issues if issue.code == "streets_end_at_boundary"]
    assert issue.severity == "warning" and issue.value == "8" and found.rim.is_cut and issue.file == "streets.geojson"
    project, here, report = city(folder, "buffer_m = 0")
    assert not examine(project, here, report).rim.is_cut
