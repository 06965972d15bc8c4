"""Confirming a system, and the log that keeps a conversion from being done twice, in both orders."""

import json

import pytest
from click.testing import CliRunner

from planner.cli import main
from planner.errors import CrsError, InputError
from planner.inputs import conversion_log
from planner.inputs.conversion_log import Conversion
from planner.plan.project import read_project, survey_project
from planner.plan.systems_confirmed import confirm, confirm_written
from planner.quality import QualityReport
from tests.small_project import as_written, feature, layer, rectangle, write_project

TOML = """# 民政局 2025
[project]
id = "town"   # keep me

[boundaries.township]
path = "towns.geojson"
code = "code"
name = "name"

[streets]
path = "streets.geojson"
[population]
path = "people.csv"
columns = { code = "code", total = "people" }
[facilities.clinic]
path = "points.csv"
columns = { id = "id", name = "name", lon = "lon", lat = "lat" }
where = "kind == 'c'"
[facilities.school]
path = "points.csv"
columns = { id = "id", name = "name", lon = "lon", lat = "lat" }
crs = "auto"  # asked
where = "kind == 's'"
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A project of two layers in one file, and a log of its own."""
    monkeypatch.setenv("PLANNER_DATA", str(tmp_path / "user"))
    square = rectangle(116.3, 39.8, 0.2, 0.2, as_written)
    return write_project(tmp_path / "town", TOML, {
        "points.csv": "id,name,kind,lon,lat\n1,甲,c,116.397517,39.907618\n2,乙,s,116.40,39.91\n",
        "towns.geojson": layer(feature("Polygon", square, code="1", name="甲街道")), "people.csv": "code,people\n1,100\n"})


def issues(folder):
    report = QualityReport()
    survey_project(read_project(folder, report=report), report=report)
    return [(issue.code, issue.severity, issue.file, issue.value, issue.sentence) for issue in report.issues
            if issue.code.startswith("crs")]


def project(folder):
    return read_project(folder, report=QualityReport())


TWICE = ("crs_suspect", "blocking", "points.csv", "wgs84", "crs_converted_before")


def test_one_section_changes_by_one_line(folder):
    assert confirm(project(folder), "facilities.clinic", "GCJ02") == ("facilities.clinic",)
    changed = (folder / "planner.toml").read_text(encoding="utf-8").splitlines()
    assert [line for line in changed if line not in TOML.splitlines()] == ['crs = "gcj02"']
    assert [line for line in TOML.splitlines() if line not in changed] == []
    assert {layer.slug: layer.crs for layer in project(folder).facilities} == {"clinic": "gcj02", "school": "auto"}


def test_a_file_stands_for_all_its_sections(folder):
    assert confirm_written(project(folder), "points.csv=bd09") == ("facilities.clinic", "facilities.school")
    assert {layer.crs for layer in project(folder).facilities} == {"bd09"}
    assert 'crs = "bd09"  # asked' in (folder / "planner.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(("section", "system", "written"), [("boundaries.township", "gcj02", "gcj02"), ("streets", "wgs84", "EPSG:4326"),
                                                            ("population", "EPSG:4548", "EPSG:4548")])
def test_every_layer_can_be_declared(folder, section, system, written):
    confirm(project(folder), section, system)
    said = project(folder)
    found = {"boundaries.township": said.boundaries[0].crs, "streets": said.streets.crs, "population": said.population.crs}
    assert found[section] == written


@pytest.mark.parametrize(("wish", "code"), [("facilities.hospital=gcj02", "confirm_unknown"), ("gcj02", "confirm_form"),
                                            ("=gcj02", "confirm_form"), ("streets=", "confirm_form"), ("streets=mars", "crs_unknown")])
def test_wishes_that_are_refused(folder, wish, code):
    with pytest.raises(InputError) as caught:
        confirm_written(project(folder), wish)
    assert caught.value.code == code and (folder / "planner.toml").read_text(encoding="utf-8") == TOML
    assert isinstance(caught.value, CrsError) == (code == "crs_unknown")


def convert(folder, source, target, *systems):
    result = CliRunner().invoke(main, ["convert", "--from", systems[0], "--to", systems[1], str(folder / source), "--out",
                                       str(folder / target), "--lang", "en"])
    assert result.exit_code == 0, result.output
    return result.output


def test_converted_then_declared(folder):
    """planner convert first; that very file must not be declared gcj02 afterwards."""
    convert(folder, "points.csv", "points.csv", "gcj02", "wgs84")
    assert issues(folder) == []
    with pytest.raises(InputError) as caught:
        confirm(project(folder), "points.csv", "gcj02")
    assert caught.value.code == "confirm_converted" and caught.value.params["target"] == "wgs84"
    (folder / "planner.toml").write_text(TOML.replace('"auto"', '"gcj02"'), encoding="utf-8")
    assert TWICE in issues(folder)


def test_declared_then_converted(folder):
    """Declared gcj02 first - converted while reading -, and then the file itself is converted in its place."""
    confirm(project(folder), "points.csv", "gcj02")
    assert TWICE not in issues(folder) and any(issue[0] == "crs_converted" for issue in issues(folder))
    logged = [json.loads(line) for line in (folder / ".planner" / "conversions.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(entry["kind"], entry["source"], entry["name"]) for entry in logged] == [("confirmed", "gcj02", "points.csv")]
    convert(folder, "points.csv", "points.csv", "gcj02", "wgs84")
    assert TWICE in issues(folder)


def test_the_log_travels_with_the_project(folder, monkeypatch, tmp_path):
    convert(folder, "points.csv", "points.csv", "gcj02", "wgs84")
    confirm_written(project(folder), "points.csv=wgs84")  # what is true may be declared
    monkeypatch.setenv("PLANNER_DATA", str(tmp_path / "another user"))
    (folder / "planner.toml").write_text(TOML.replace('"auto"', '"gcj02"'), encoding="utf-8")
    assert TWICE in issues(folder)


def test_a_second_conversion_is_warned_of(folder):
    assert "twice" not in convert(folder, "points.csv", "once.csv", "gcj02", "wgs84")
    assert "make sure that this is not done twice" in convert(folder, "once.csv", "again.csv", "gcj02", "wgs84")
    assert "twice" not in convert(folder, "once.csv", "back.csv", "wgs84", "gcj02")
    assert "twice" not in convert(folder, "back.csv", "bd.csv", "gcj02", "bd09")


def test_a_log_with_nonsense_is_read_past_it(tmp_path, monkeypatch):
    monkeypatch.setenv("PLANNER_DATA", str(tmp_path))
    (tmp_path / "conversions.jsonl").write_text('nonsense\n{"sha256": 3}\n[1]\n' + json.dumps({
        "sha256": 1, "source": "a", "target": "b", "name": "c", "day": "d", "kind": "convert"}) + "\n", encoding="utf-8")
    assert conversion_log.known(tmp_path) == {}
    assert conversion_log.remember(Conversion("ab", "gcj02", "wgs84", "f.csv", "2026-01-01"), tmp_path)
    assert list(conversion_log.known(tmp_path)) == ["ab"]


def test_a_log_that_cannot_be_written(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("PLANNER_DATA", str(tmp_path / "file" / "below"))
    assert not conversion_log.remember(Conversion("ab", "gcj02", "wgs84", "f.csv", "2026-01-01"), tmp_path)
    assert conversion_log.known(tmp_path) == {}


def test_the_command_confirms_then_checks(folder):
    result = CliRunner().invoke(main, ["check", str(folder), "--confirm", "facilities.clinic=gcj02", "--confirm", "facilities.school=gcj02",
                                       "--format", "json"])
    assert "crs_converted" in result.output and {layer.crs for layer in project(folder).facilities} == {"gcj02"}
