import datetime as dt
from functools import partial

import numpy as np
import pytest

from planner.errors import InputError
from planner.i18n import error_text
from planner.plan import project as projects
from planner.plan.project import bundled_folder, read_city, read_project, survey_project
from planner.quality import QualityReport
from tests.small_project import STREETS, TOWNSHIPS, WALK, degrees, feature, layer, rectangle, same, toml, write_project

TOML = toml({
    "project": {"id": "town", "name": {"zh": "小镇", "en": "Town"}, "crs": "EPSG:4548", "reference_date": dt.date(2025, 12, 31)},
    **TOWNSHIPS, **STREETS,
    "population": {"path": "people.csv", "columns": same("code", "total")},
    "facilities.home": {"path": "homes.csv", "columns": same("id", "name", "lon", "lat", "beds"), "date": dt.date(2025, 6, 30)},
    **WALK,
    "plan": {"packs": ["a"]}, 'plan.parameters."T-1"': {"share": 0.5}, 'reported."T-2"': {"value": 3, "date": dt.date(2025, 1, 1)}})
at = partial(degrees, crs="EPSG:4548")


@pytest.fixture
def folder(tmp_path):
    """Two townships side by side, 1 km each, a street through both."""
    lon, lat = at(500, 510)
    return write_project(tmp_path, TOML, {
        "townships.geojson": layer(feature("Polygon", rectangle(0, 0, 1000, 1000, at), code="A", name="甲街道"),
                                   feature("Polygon", rectangle(1000, 0, 1000, 1000, at), code="B", name="乙镇")),
        "streets.geojson": layer(feature("LineString", [at(0, 500), at(1000, 500), at(2000, 500)])),
        "people.csv": "code,total\nA,100\nB,300\n",
        "homes.csv": f"id,name,lon,lat,beds\n1,甲,{lon:.8f},{lat:.8f},50\n"})


def change(folder, old, new):
    text = (folder / "planner.toml").read_text(encoding="utf-8")
    assert old in text
    (folder / "planner.toml").write_text(text.replace(old, new), encoding="utf-8")
    return folder


def test_planner_toml_as_frozen_values(folder):
    found = read_project(folder)
    assert (found.id, found.name["en"], found.crs, found.reference_date) == ("town", "Town", "EPSG:4548", dt.date(2025, 12, 31))
    assert [spec.level for spec in found.boundaries] == ["township"] and found.streets.file.shown == "streets.geojson"
    assert found.facilities[0].slug == "home" and found.facilities[0].date == "2025-06-30" and found.facilities[0].crs == "auto"
    assert found.travels["walk"].metres_per_minute == 60 and found.travels["walk"].max_snap_m == 300
    assert found.packs == ("a",) and found.parameters == {"T-1": {"share": 0.5}} and found.buffer_m == 2000
    assert found.reported == {"T-2": {"value": 3.0, "date": "2025-01-01", "source": "", "by": "", "reason": "", "units": {},
                                          "baseline": None, "baseline_date": ""}}
    assert read_project(folder / "planner.toml") == found and found.config_path == folder / "planner.toml"


def test_a_project_becomes_a_city(folder):
    report = QualityReport()
    city = read_city(read_project(folder, report=report), report=report)
    assert not report.issues and report.crs == city.crs == "EPSG:4548" and report.project == "town"
    assert city.demand.people["total"].sum() == 400 and len(city.demand) == 20
    assert city.facilities["home"].frame["in_township"].tolist() == ["A"]
    assert city.streets.network("walk").edges == 1 and city.reported["T-2"].value == 3
    assert city.counting("home", dt.date(2026, 1, 1)).counts.all()
    sources = {source.path: source for source in city.sources}
    assert sources["homes.csv"].rows == 1 and sources["homes.csv"].date == "2025-06-30"
    assert all(len(source.sha256) == 64 for source in sources.values())
    assert {path: (record.rows_in, record.rows_kept) for path, record in report.files.items()} == {
        "townships.geojson": (2, 2), "streets.geojson": (1, 1), "people.csv": (2, 2), "homes.csv": (1, 1)}


def test_the_same_folder_gives_the_same_report(folder):
    (folder / "homes.csv").write_text("id,name,lon,lat,beds\n1,甲,0,0,约50\n2,乙,,,x\n")
    reports = []
    for _ in range(2):
        reports.append(QualityReport())
        survey_project(read_project(folder, report=reports[-1]), report=reports[-1])
    assert reports[0].to_dict("zh") == reports[1].to_dict("zh") and reports[0].issues


@pytest.mark.parametrize(("old", "new", "column"), [
    ('path = "streets.geojson"', "path = 5", "streets.path"), ("metres_per_minute = 60", "metres_per_minute = -1",
                                                               "travel.walk.metres_per_minute"),
    ('mode = "walk"', 'mode = "fly"', "travel.walk.mode"), ("reference_date = 2025-12-31", 'reference_date = "soon"',
                                                            "project.reference_date"),
    ('crs = "EPSG:4548"', 'crs = "EPSG:4326"', "project.crs"), ('crs = "EPSG:4548"', 'crs = "EPSG:0"', "project.crs"),
    ('lat = "lat", ', "", "facilities.home.columns"), ("date = 2025-06-30", 'where = "x ~ 1"', "facilities.home.where"),
    ("date = 2025-06-30", 'count_by = "x"', "facilities.home.count_by"), ("total = ", "totl = ", "population.columns"),
    ('[plan]\npacks = ["a"]', "[plan]\npacks = 5", "plan.packs"),
    ("[streets]", "[stretes]", "streets"), ("value = 3", "value = true", 'reported.T-2.value'),
    ('path = "people.csv"', 'path = "people.csv"\nlevel = "city"', "population.level"),
    ('path = "people.csv"', 'path = "people.csv"\npersons = 1', "population.persons"),
    ('path = "people.csv"', 'path = "people.csv"\nsmall_counts = "maybe"', "population.small_counts"),
    ('path = "people.csv"', 'path = "people.csv"\nspread = "raster"',
                                                                        "population.spread_path"),
    ('path = "people.csv"', 'source = "postgresql://h/d"', "population.source")])
def test_values_that_cannot_be_used_block_with_their_key(folder, old, new, column):
    report = QualityReport()
    read_project(change(folder, old, new), report=report)
    assert [(issue.code, issue.column) for issue in report.blocking] == [("config_invalid", column)]
    with pytest.raises(InputError) as caught:
        read_project(folder)
    assert caught.value.code.startswith("project_blocked") and "planner.toml" in error_text(caught.value, "zh")


def test_unknown_keys_warn_and_columns_may_be_any(folder):
    report = QualityReport()
    change(folder, 'beds = "beds"', 'beds = "beds", anything = "name"')
    head = TOML[TOML.index('id = "town"'):TOML.index("[boundaries")]
    change(folder, head, 'id = "town"\nidd = "x"\n[boundries]\nx = 1\n[more]\n')
    read_project(folder, report=report)
    assert {issue.code for issue in report.issues} == {"config_key_unknown"}
    assert [issue.column for issue in report.issues] == ["boundries", "more", "project.idd"]


def test_no_project(tmp_path):
    for path in (tmp_path, tmp_path / "none", tmp_path / "planner.toml"):
        with pytest.raises(InputError) as caught:
            read_project(path)
        assert caught.value.code == "project_missing" and tmp_path.name in error_text(caught.value, "en")


@pytest.mark.parametrize(("spoil", "code", "file"), [
    (lambda f: (f / "homes.csv").unlink(), "file_missing", "homes.csv"), (lambda f: (f / "people.csv").write_bytes(b""), "file_empty",
                                                                          "people.csv"),
    (lambda f: (f / "streets.geojson").write_bytes(b'{"type"'), "file_unreadable", "streets.geojson"),
    (lambda f: (f / "townships.geojson").unlink(), "file_missing", "townships.geojson"),
    (lambda f: (f / "people.csv").write_text("code,people\nA,1\n"), "column_missing", "people.csv")])
def test_a_city_is_not_made_of_what_blocks(folder, spoil, code, file):
    spoil(folder)
    report = QualityReport()
    with pytest.raises(InputError) as caught:
        read_city(read_project(folder, report=report), report=report)
    assert [(issue.code, issue.file) for issue in report.blocking] == [(code, file)]
    for lang in ("zh", "en"):
        line = error_text(caught.value, lang)
        assert file in line and "\n" not in line


def test_without_a_crs_one_is_chosen_and_told_as_a_key(folder):
    report = QualityReport()
    city = read_city(read_project(change(folder, 'crs = "EPSG:4548"\n', ""), report=report), report=report)
    assert city.crs == report.crs == "EPSG:4548" and not report.issues


def test_further_files_are_looked_at(folder):
    lon, lat = (folder / "homes.csv").read_text(encoding="utf-8").splitlines()[1].split(",")[2:4]
    (folder / "sites.csv").write_text(f"id,lon,lat\n1,{lon},{lat}\n2,10,10\n")  # the second is far outside
    change(folder, "[plan]", '[candidates.sites]\npath = "sites.csv"\ncolumns = { id = "id", lon = "lon", lat = "lat" }\n'
                             '[costs]\npath = "none.csv"\n[plan]')
    report = QualityReport()
    survey_project(read_project(folder, report=report), report=report)
    assert (report.files["sites.csv"].rows_in, report.files["sites.csv"].rows_kept) == (2, 1)
    assert [(issue.code, issue.file) for issue in report.blocking] == [("file_missing", "none.csv")]


def test_the_demonstration_city_is_beside_the_program(monkeypatch, tmp_path):
    assert (bundled_folder() / "planner.toml").is_file()
    monkeypatch.setattr(projects.planner, "__file__", str(tmp_path / "__init__.py"))
    (tmp_path / "_bundled" / "data").mkdir(parents=True)
    assert bundled_folder() == tmp_path / "_bundled" / "data"


def test_demand_stands_on_the_streets(folder):
    city = read_city(read_project(folder))
    assert city.demand.y == pytest.approx(np.full(20, 4_400_500), abs=0.01)


def test_another_day_chooses_other_versions_of_the_units(folder):
    assert {level.as_of for level in read_project(folder).boundaries} == {"2025-12-31"}  # the reference date
    for day in (dt.date(2024, 6, 1), dt.datetime(2024, 6, 1, 12, tzinfo=dt.UTC)):
        assert {level.as_of for level in read_project(folder, as_of=day).boundaries} == {"2024-06-01"}
