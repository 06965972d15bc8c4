"""A drawn town with a park: from files to coverage. The middle of the park is 260 m from the street that runs along it.

    1000 +-------------------------+-------------------------+
         |         park: 200..1800 east, 510..990 north      |
     500 0------ street ----------------------------------2000
         |                         |                         |
       0 +-------------------------+-------------------------+
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner

from planner.cli import main
from planner.measure.coverage import Coverage, coverage
from planner.plan.project import read_city, read_project
from planner.quality import QualityReport
from tests.small_project import STREETS, TOWNSHIPS, WALK, degrees, feature, layer, rectangle, same, toml, write_project

SECTIONS = TOWNSHIPS | STREETS | WALK | {
    "project": {"id": "town", "crs": "EPSG:4548"},
    "population": {"path": "people.csv", "columns": same("total", "lon", "lat"), "spread": "points"},
    "facilities.park": {"path": "parks.geojson", "columns": same("id", "name")}}
PEOPLE = ((300, 10), (1000, 20), (1900, 40), (100, 80))
"""(metres along the street, how many)"""


at = partial(degrees, crs="EPSG:4548")
ring = partial(rectangle, place=at)


def write(folder: Path, park: tuple[str, object], more: str = "") -> Path:
    """The town; park : kind and coordinates of its shape; more : further lines of the park's section, the last one."""
    rows = ["{:.9f},{:.9f},{}".format(*at(x, 500), count) for x, count in PEOPLE]
    return write_project(folder, toml(SECTIONS) + more, {
        "townships.geojson": layer(feature("Polygon", ring(0, 0, 1000, 1000), code="A", name="甲街道"),
                                   feature("Polygon", ring(1000, 0, 1000, 1000), code="B", name="乙镇")),
        "streets.geojson": layer(feature("LineString", [at(0, 500), at(2000, 500)])),
        "parks.geojson": layer(feature(*park, id="p", name="公园")),
        "people.csv": "\n".join(["lon,lat,total", *rows]) + "\n"})


def covered(folder: Path, metres: float) -> tuple[Coverage, QualityReport]:
    report = QualityReport()
    city = read_city(read_project(folder, report=report), report=report)
    return coverage(city, "park", "walk", metres=metres, by="township"), report


AREA = ("Polygon", ring(200, 510, 1600, 480))


@pytest.mark.parametrize(("shape", "people"), [
    (AREA, {9: 0, 11: 30, 105: 30, 111: 150}),  # 10 m along the park; 100 + 10 m for those 100 m beside its corners
    (("Point", at(1000, 750)), {111: 0, 251: 20, 949: 20, 951: 30, 1151: 150}),  # its middle: 250 m and the way along the street
])
def test_a_park_and_its_middle(tmp_path: Path, shape: tuple[str, object], people: dict[float, float]) -> None:
    folder = write(tmp_path, shape)
    for metres, count in people.items():
        found, report = covered(folder, metres)
        assert found.total.people_covered == count and not report.issues


def test_a_park_with_two_gates(tmp_path: Path) -> None:
    more = 'entrances = "gates.csv"\n'
    folder = write(tmp_path, AREA, more)
    gates = ["{},{:.9f},{:.9f}".format(name, *at(x, 510)) for name, x in (("p", 300), ("p", 1700), ("q", 1000))]
    (folder / "gates.csv").write_text("\n".join(["facility,lon,lat", *gates]) + "\n", encoding="utf-8")
    people = {9: 0, 11: 10, 211: 130, 709: 130, 711: 150}  # 300 at a gate; 100 and 1900 are 200 m from one; 1000 is 700 m from both
    for metres, count in people.items():
        found, report = covered(folder, metres)
        assert found.total.people_covered == count
    assert [(issue.code, issue.file, issue.row, issue.value) for issue in report.issues] == [("entrance_unknown", "gates.csv", 4, "q")]
    assert {path: (record.rows_in, record.rows_kept) for path, record in report.files.items()}["gates.csv"] == (3, 2)
    assert found.total.straight_people_covered == 150


@pytest.mark.parametrize(("more", "columns"), [
    ("[facilities.park.entrances]\npath = \"gates.csv\"\n", None),
    ('[facilities.park.entrances]\npath = "gates.csv"\ncrs = "EPSG:4490"\n'
     'columns = { facility = "园", lon = "东", lat = "北" }\n', "园,东,北"),
    ('[facilities.park.entrances]\npath = "gates.csv"\ncolumns = { facility = "园", x = "东", y = "北" }\n', "园,东,北")])
def test_ways_to_name_a_file_of_entrances(tmp_path: Path, more: str, columns: str | None) -> None:
    folder = write(tmp_path, AREA, more)
    place = "500300,4400510" if " x = " in more else "{:.9f},{:.9f}".format(*at(300, 510))
    (folder / "gates.csv").write_text(f"{columns or 'facility,lon,lat'}\n公园,{place}\n", encoding="utf-8")
    found, report = covered(folder, 211)
    assert found.total.people_covered == 90 and not report.issues


def test_a_gate_without_a_street_is_said(tmp_path: Path) -> None:
    folder = write(tmp_path, AREA, 'entrances = "gates.csv"\n')
    (folder / "gates.csv").write_text("facility,lon,lat\np,{:.9f},{:.9f}\n".format(*at(1000, 900)), encoding="utf-8")
    found, report = covered(folder, 5000)
    assert found.total.people_covered == 0 and found.off_streets == ("p",) and not report.issues
    done = CliRunner().invoke(main, ["coverage", str(folder), "--layer", "park", "--travel", "walk", "--metres", "500", "--by", "township",
                                     "--format", "json"])
    assert done.exit_code == 0 and json.loads(done.stdout)["settings"]["off_streets"] == ["p"] and "谁也到不了：p。" in done.stderr


@pytest.mark.parametrize(("more", "column"), [
    ("entrances = 3\n", "facilities.park.entrances"), ('entrances = "../gates.csv"\n', "facilities.park.entrances"),
    ('[facilities.park.entrances]\npath = "gates.csv"\ncolumns = { lon = "a", lat = "b" }\n', "facilities.park.entrances.columns"),
    ('[facilities.park.entrances]\npath = "gates.csv"\ncolumns = { facility = "a", lon = "b" }\n', "facilities.park.entrances.columns"),
    ('[facilities.park.entrances]\npath = "gates.csv"\ncolumns = { facility = "a" }\n', "facilities.park.entrances.columns"),
    ('[facilities.park.entrances]\ncolumns = { facility = "a" }\n', "facilities.park.entrances.path")])
def test_entrances_that_are_not_said_soundly(tmp_path: Path, more: str, column: str) -> None:
    report = QualityReport()
    read_project(write(tmp_path, AREA, more), report=report)
    assert [(issue.severity, issue.column) for issue in report.issues] == [("blocking", column)]


def test_two_layers_may_share_a_file_of_entrances(tmp_path: Path) -> None:
    shared = 'entrances = "gates.csv"\nwhere = "id == \'p\'"\n[facilities.garden]\npath = "gardens.csv"\nentrances = "gates.csv"\n'
    shared += 'columns = { id = "id" }\n'
    folder = write(tmp_path, AREA, shared)
    (folder / "gardens.csv").write_text("id\ng\n", encoding="utf-8")
    gates = ["{},{:.9f},{:.9f}".format(name, *at(x, 510)) for name, x in (("p", 300), ("g", 1700), ("?", 1000))]
    (folder / "gates.csv").write_text("\n".join(["facility,lon,lat", *gates]) + "\n", encoding="utf-8")
    report = QualityReport()
    city = read_city(read_project(folder, report=report), report=report)
    assert [(issue.code, issue.row) for issue in report.issues] == [("entrance_unknown", 4)]
    assert [coverage(city, slug, "walk", metres=11, by="township").total.people_covered for slug in ("park", "garden")] == [10, 0]
    assert coverage(city, "garden", "walk", metres=211, by="township").total.people_covered == 40
