"""The messy form of the demonstration city: generated from the clean one, explained by the report, and equal to the person."""

from __future__ import annotations

import filecmp
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from planner.measure.city import City
from planner.measure.coverage import coverage
from planner.plan.project import read_city, read_project
from planner.quality import QualityReport

DATA = Path(__file__).resolve().parents[2] / "data"
MESSY = DATA / "messy"
PLANTED = {
    "boundaries/city.shp": {"encoding_guessed": 1},
    "boundaries/district.shp": {"encoding_guessed": 1, "field_name_cut": 1},
    "boundaries/township.geojson": {"encoding_guessed": 1, "code_repaired": 1, "parent_missing": 3},
    "boundaries/community.geojson": {"encoding_guessed": 1, "code_repaired": 1},
    "population/2025年末分社区人口.xlsx": {"header_repaired": 1, "code_repaired": 1, "total_row_dropped": 1, "note_row_dropped": 2,
                                  "number_parsed": 92},
    "facilities/养老服务设施台账.xlsx": {"header_repaired": 1, "total_row_dropped": 1, "note_row_dropped": 2, "hidden_rows": 1,
                              "number_parsed": 25, "date_parsed": 139, "value_missing": 13, "lonlat_swapped": 12, "position_kept": 2},
    "facilities/社区服务设施.csv": {"encoding_guessed": 1, "number_parsed": 69, "total_row_dropped": 1, "note_row_dropped": 1,
                             "position_kept": 1},
    "facilities/应急避难场所和物资储备.xlsx": {"header_repaired": 1, "unit_converted": 1, "total_row_dropped": 2, "note_row_dropped": 1,
                                   "position_kept": 1},
    "facilities/儿童福利和未成年人保护设施.csv": {"encoding_guessed": 1, "coordinates_parsed": 4, "position_kept": 1},
    "facilities/社会救助设施.csv": {"lonlat_swapped": 4, "personal_column_dropped": 1},
    "facilities/残疾人和精神卫生设施.csv": {"encoding_guessed": 1, "coordinates_parsed": 4, "crs_converted": 1},
    "facilities/殡葬设施.xlsx": {"header_repaired": 1, "unit_converted": 1, "note_row_dropped": 1},
    "facilities/婚姻登记和服务机构.xls": {"format_mismatch": 1, "encoding_guessed": 1},
    "facilities/住宅小区.txt": {"encoding_guessed": 1, "number_parsed": 45},
    "facilities/闲置房屋和地块.csv": {"encoding_guessed": 1},
}
"""File -> what was planted in it: every issue that the report must have, and how many of it (a whole column is one)."""


@pytest.fixture(scope="module")
def report() -> QualityReport:
    return QualityReport()


@pytest.fixture(scope="module")
def messy(report: QualityReport) -> City:
    return read_city(read_project(MESSY), report=report)


@pytest.fixture(scope="module")
def clean_report() -> QualityReport:
    return QualityReport()


@pytest.fixture(scope="module")
def clean(clean_report: QualityReport) -> City:
    return read_city(read_project(DATA), report=clean_report)


def test_it_comes_out_of_its_generator_byte_for_byte(tmp_path: Path) -> None:
    from tools.demo_city.__main__ import versions
    from tools.demo_city.messy import generate

    if versions() != (DATA / "versions.txt").read_text(encoding="utf-8"):
        pytest.skip("made with other libraries than the committed data")
    shutil.copytree(DATA, tmp_path / "data", ignore=shutil.ignore_patterns("messy", ".planner", "basemap"))
    generate(tmp_path / "data")
    made = sorted(str(file.relative_to(tmp_path / "data/messy")) for file in (tmp_path / "data/messy").rglob("*") if file.is_file())
    there = sorted(str(file.relative_to(MESSY)) for file in MESSY.rglob("*") if file.is_file() and ".planner" not in file.parts)
    assert made == there
    assert filecmp.cmpfiles(tmp_path / "data/messy", MESSY, made, shallow=False) == (made, [], [])
    assert sum((MESSY / name).stat().st_size for name in made) < 3e6


def test_every_planted_mess_is_told_and_nothing_else(messy: City, report: QualityReport) -> None:
    found: dict[str, Counter[str]] = {}
    for issue in report.issues:
        found.setdefault(issue.file, Counter())[issue.code] += 1
    assert {file: dict(counts) for file, counts in found.items()} == PLANTED
    assert {issue.severity for issue in report.issues} == {"info", "warning"}
    assert [issue.code for issue in report.issues if issue.severity == "warning"] == ["hidden_rows"]


def test_the_totals_are_the_clean_ones(messy: City, clean: City, report: QualityReport, clean_report: QualityReport) -> None:
    own = clean_report
    assert own.issues == []
    assert report.totals["population"] == own.totals["population"]
    assert report.totals["facilities"].keys() == own.totals["facilities"].keys()
    for slug, sums in own.totals["facilities"].items():
        for key, value in sums.items():
            got = report.totals["facilities"][slug][key]
            assert got == pytest.approx(value, rel=1e-6) if key.endswith("_m2") else got == value, (slug, key)


def test_people_stand_where_they_stood(messy: City, clean: City) -> None:
    assert np.array_equal(messy.demand.x, clean.demand.x) and np.array_equal(messy.demand.y, clean.demand.y)
    assert all(np.array_equal(messy.demand.people[group], clean.demand.people[group]) for group in clean.demand.people)


def test_facilities_stand_where_they_stood(messy: City, clean: City) -> None:
    """A millimetre: what the inverse of GCJ-02 and the metres of the survey leave."""
    for slug, layer in clean.facilities.items():
        other = messy.facilities[slug].frame
        assert other["id"].tolist() == layer.frame["id"].tolist()
        assert np.hypot(other["x"] - layer.frame["x"], other["y"] - layer.frame["y"]).max() < 1e-3, slug


@pytest.mark.parametrize(("travel", "minutes", "by", "group"), [
    ("walk_elderly", 15, "community", "age_60_plus"), ("walk", 10, "township", "total"), ("drive", 10, "district", "total")])
def test_coverage_is_equal_to_the_person(messy: City, clean: City, travel: str, minutes: float, by: str, group: str) -> None:
    for slug in clean.facilities:
        here, there = (coverage(city, slug, travel, minutes=minutes, by=by, group=group) for city in (clean, messy))
        assert [(unit.code, unit.people, unit.people_covered) for unit in here.units] == [
            (unit.code, unit.people, unit.people_covered) for unit in there.units], slug
        assert (here.total.people_covered, here.facilities) == (there.total.people_covered, there.facilities)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_row_is_lost_and_each_issue_says_what_was_done(messy: City, report: QualityReport, lang: str) -> None:
    found = report.to_dict(lang)
    assert all(issue["done"] for issue in found["issues"])
    assert all(entry["rows_in"] == entry["rows_kept"] + entry["rows_dropped"] for entry in found["files"])
    dropped = {entry["path"]: entry["rows_dropped"] for entry in found["files"] if entry["rows_dropped"]}
    planted = {path: codes.get("total_row_dropped", 0) + codes.get("note_row_dropped", 0) for path, codes in PLANTED.items()}
    assert dropped == {path: count for path, count in planted.items() if count}
