import json
import shutil

import pytest

from planner.folders import cache_folder
from planner.inputs import examined, systems
from planner.plan.project import read_project, survey_project
from planner.quality import QualityReport


@pytest.fixture
def city(tmp_path, monkeypatch, request):
    """A copy of the demonstration city, a cache of its own, and how often systems were compared."""
    monkeypatch.setenv("PLANNER_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "city"
    shutil.copytree(request.config.rootpath / "data", folder, ignore=shutil.ignore_patterns("messy"))
    times = []
    compare = systems.examine
    monkeypatch.setattr("planner.inputs.readers.systems.examine", lambda *asked: times.append(1) or compare(*asked))
    return folder, times


def edited(folder, old, new):
    toml = folder / "planner.toml"
    text = toml.read_text(encoding="utf-8")
    assert old in text
    toml.write_text(text.replace(old, new, 1), encoding="utf-8")


def checked(folder):
    report = QualityReport()
    survey_project(read_project(folder, report=report), report=report)
    return json.dumps(report.to_dict("zh"), ensure_ascii=False)


def test_the_same_files_are_compared_once_and_said_the_same(city):
    folder, times = city
    first = checked(folder)
    assert checked(folder) == first and len(times) == 1
    assert json.loads(first)["systems"]


@pytest.mark.parametrize("change", ["ledger", "declared", "spoiled"])
def test_what_changed_is_compared_anew(city, change):
    folder, times = city
    first = checked(folder)
    if change == "ledger":
        with (folder / "facilities" / "elderly.csv").open("a", encoding="utf-8") as stream:
            stream.write("\n")
    elif change == "declared":
        edited(folder, "buffer_m = 2000", "buffer_m = 1900")
    else:
        for file in cache_folder(examined.KIND).iterdir():
            file.write_text(file.read_text(encoding="utf-8").replace("wgs84", "gcj02"), encoding="utf-8")
    again = checked(folder)
    assert len(times) == 2
    if change == "spoiled":
        assert again == first


def test_a_doubt_is_not_kept(city):
    folder, times = city
    toml = folder / "planner.toml"
    layers, ledgers = toml.read_text(encoding="utf-8").split("[population]")
    toml.write_text(layers + "[population]" + ledgers.replace('crs = "EPSG:4326"', 'crs = "bd09"'), encoding="utf-8")
    first = checked(folder)
    assert '"crs_suspect"' in first
    assert checked(folder) == first and len(times) == 2
