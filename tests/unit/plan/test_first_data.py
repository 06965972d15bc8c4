"""The first data of a project: each step asks for what is missing, takes a file, and is done when it can be used."""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from pathlib import Path

import pytest

from planner.errors import InputError
from planner.export.ledger_template import people_template, project_template
from planner.plan import first_data, settings
from planner.plan.first_data import Step, first_steps
from planner.plan.new import new_project
from planner.plan.project import read_city, read_project, survey_project
from planner.quality import QualityReport
from tests.small_project import degrees, feature, layer, rectangle

TODAY = dt.date(2025, 12, 31)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty project as `planner new` makes it."""
    new_project(tmp_path / "city", lang="zh", today=TODAY)
    return tmp_path / "city"


def steps(folder: Path) -> dict[str, Step]:
    """How far the project is."""
    report = QualityReport()
    project = read_project(folder, report=report)
    found, streets = survey_project(project, report=report)
    return {step.name: step for step in first_steps(project, found, streets, report)}


def as_bytes(value: object) -> bytes:
    """A layer as a file."""
    return (value if isinstance(value, str) else json.dumps(value)).encode()


TOWNSHIPS = as_bytes(layer(feature("Polygon", rectangle(0, 0, 1000, 1000), 单元代码="110101001", 单元名称="甲街道"),
                           feature("Polygon", rectangle(1000, 0, 1000, 1000), 单元代码="110101002", 单元名称="乙街道")))
STREETS = as_bytes(layer(feature("LineString", [degrees(100, 500), degrees(900, 500)]),
                         feature("LineString", [degrees(900, 500), degrees(1900, 500)])))


def ledger() -> bytes:
    """One facility, its headers as a department writes them."""
    lon, lat = degrees(500, 500)
    return f"编号,名称,经度,纬度\n1,一号站,{lon},{lat}\n".encode()


def test_an_empty_project_asks_for_everything(folder: Path) -> None:
    found = steps(folder)
    assert list(found) == list(first_data.STEPS)
    assert all(step.absent and not step.done for step in found.values())
    assert found["boundaries"].parts == {"township": 0, "community": 0}


def test_four_files_make_a_city(folder: Path) -> None:
    first_data.put_boundaries(folder, "township", "街道.geojson", TOWNSHIPS)
    assert not steps(folder)["boundaries"].done  # communities are still named
    first_data.drop_boundaries(folder, "community")
    found = steps(folder)["boundaries"]
    assert found.done and found.parts == {"township": 2}
    assert found.units == (("110101001", "甲街道"), ("110101002", "乙街道"))
    first_data.put_streets(folder, "道路.geojson", STREETS)
    assert steps(folder)["streets"].done
    table = people_template(found.units, lang="zh").decode("utf-8-sig").splitlines()
    filled = "\r\n".join([table[0], *(f"{row[:row.index(',,')]},{1000 + k}{',' * 5}" for k, row in enumerate(table[1:]))])
    first_data.put_people(folder, "人口.csv", filled.encode("utf-8-sig"), level="township")
    found_people = steps(folder)["people"]
    assert found_people.done and found_people.rows == 2
    first_data.put_facilities(folder, "community-elderly-station", "驿站.csv", ledger())
    assert all(step.done for step in steps(folder).values())
    city = read_city(read_project(folder))
    assert round(float(city.demand.people["total"].sum())) == 2001
    assert len(city.layer("community-elderly-station").frame) == 1


def test_a_file_of_another_kind_is_refused_and_nothing_is_written(folder: Path) -> None:
    before = (folder / "planner.toml").read_bytes(), sorted(folder.rglob("*"))
    with pytest.raises(InputError, match="first_file_kind"):
        first_data.put_streets(folder, "roads.docx", b"x")
    with pytest.raises(InputError, match="level_unknown"):
        first_data.put_boundaries(folder, "../x", "a.geojson", TOWNSHIPS)
    assert ((folder / "planner.toml").read_bytes(), sorted(folder.rglob("*"))) == before


def test_what_cannot_be_read_is_a_step_to_mend(folder: Path) -> None:
    first_data.put_boundaries(folder, "township", "x.geojson", b'{"type": "FeatureCollection", "features": [{"type"')
    found = steps(folder)["boundaries"]
    assert not found.done and not found.absent
    assert any(issue.file == "boundaries/township.geojson" and issue.severity == "blocking" for issue in found.issues)


def test_a_planner_toml_that_cannot_be_read_with_the_file_stays(folder: Path) -> None:
    config = folder / "planner.toml"
    config.write_text(config.read_text(encoding="utf-8").replace("[streets]\n", "[streets]\nnested = { a = 1 }\n[streets.more]\nb = 1\n"),
                      encoding="utf-8")
    before = config.read_bytes()
    with pytest.raises(InputError, match="edit_not_safe"):
        first_data.put_streets(folder, "roads.geojson", STREETS)
    assert config.read_bytes() == before and not (folder / "streets.geojson").exists()


def test_a_second_person_is_told_who_is_at_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "WAIT_S", 0.0)
    lock = settings.settings_lock(folder)
    with lock:
        monkeypatch.setattr("planner.plan.locks.get_ident", lambda: -1)  # another thread: another person at the pages
        with pytest.raises(InputError) as refused:
            first_data.put_streets(folder, "roads.geojson", STREETS)
        monkeypatch.undo()
    assert refused.value.code == "store_locked"


def test_templates_can_be_used_as_they_are(tmp_path: Path) -> None:
    from planner.plan.project_archive import unpack_project

    (tmp_path / "t.zip").write_bytes(project_template("new", lang="en", made=TODAY))
    unpack_project(tmp_path / "t.zip", tmp_path / "out")
    assert tomllib.loads((tmp_path / "out" / "planner.toml").read_text(encoding="utf-8"))["project"]["id"] == "new"
    assert people_template([("=1+1", "@x")], lang="en").decode("utf-8-sig").splitlines()[1].startswith("'=1+1,'@x,")
