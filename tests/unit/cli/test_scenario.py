"""planner scenario, --scenario and planner compare, on the project of two towns along one street (test_evaluate)."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from planner.cli import main
from planner.plan.locks import started

_spec = importlib.util.spec_from_file_location("two_towns", Path(__file__).with_name("test_evaluate.py"))
_towns = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_towns)
project = _towns.project
DAY = ("--as-of", "2025-12-31")
ADD = '[[action]]\ndo = "add"\nlayer = "home"\nid = "h9"\nname = "新院"\nlon = 117.02\nlat = 40.0\nbeds = 40\ncost_cny = 3e6\n'
CLOSE = '[[action]]\ndo = "close"\nlayer = "home"\nid = "h1"\n'


def run(*words: object, **more: object):
    return CliRunner().invoke(main, [str(word) for word in words], **more)


def answer(*words: object):
    done = run(*words, "--format", "json")
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def keep(project, tmp_path):
    """Keeps a scenario from the text of an action file."""

    def scenario(name: str, text: str, *more: object, verb: str = "new"):
        file = tmp_path / "actions.toml"
        file.write_text(text, encoding="utf-8")
        return run("scenario", verb, name, "--actions", file, "--project", project, *more)

    return scenario


def test_kept_listed_shown_and_looked_at(project, keep) -> None:
    before = {path.name: path.read_bytes() for path in project.iterdir() if path.is_file() and path.name != "actions.toml"}
    done = keep("新增", ADD, "--note", "试算", "--lang", "en")
    assert done.exit_code == 0, done.stderr
    assert "version 1, 1 actions" in done.stderr
    row, = answer("scenario", "list", "--project", project)
    assert {key: row[key] for key in ("name", "base", "actions", "cost_cny", "version", "note")} == {
        "name": "新增", "base": "baseline", "actions": 1, "cost_cny": 3e6, "version": 1, "note": "试算"}
    shown = run("scenario", "show", "新增", "--project", project)
    assert ADD.split("\n", 1)[1].splitlines()[0] in shown.stdout
    assert answer("scenario", "show", "新增", "--project", project)["actions"][0]["id"] == "h9"
    assert "新增" in run("scenario", "list", "--project", project).stdout
    beds = {target["id"]: target for target in answer("evaluate", project, *DAY, "--scenario", "新增")["targets"]}["beds"]
    assert [(unit["code"], unit["value"]) for unit in beds["units"]] == [("T1", 60), ("T2", 60)]
    assert answer("evaluate", project, *DAY, "--scenario", "新增")["scenario"] == "新增"
    people = answer("coverage", project, "--layer", "home", "--travel", "walk", "--minutes", "5", "--by", "township", *DAY,
                    "--scenario", "新增")
    assert (people["total"]["people_covered"], people["scenario"]) == (400, "新增")
    gaps = answer("gaps", project, *DAY, "--scenario", "新增")
    assert (gaps["scenario"], gaps["headline"]["targets_failing"]) == ("新增", 0)
    assert before == {name: (project / name).read_bytes() for name in before}


def test_nested_edited_undone_deleted(project, keep) -> None:
    assert keep("a", ADD).exit_code == 0
    assert keep("b", '[[action]]\ndo = "expand"\nlayer = "home"\nid = "h9"\nbeds = 55\n', "--base", "a").exit_code == 0
    beds = answer("evaluate", project, *DAY, "--scenario", "b")["targets"][0]["units"][1]
    assert beds["value"] == 75
    assert keep("a", ADD + CLOSE, verb="edit").exit_code == 0
    stale = keep("a", CLOSE, "--over", "1", "--lang", "en", verb="edit")
    assert (stale.exit_code, "version 2" in stale.stderr, stale.stderr.count("\n")) == (1, True, 1)
    assert "b" in run("scenario", "delete", "a", "--project", project).stderr
    circle = run("scenario", "edit", "a", "--base", "b", "--project", project)
    assert (circle.exit_code, "→" in circle.stderr) == (1, True)
    assert run("scenario", "undo", "a", "--project", project).exit_code == 0
    assert len(answer("scenario", "show", "a", "--project", project)["actions"]) == 1
    assert run("scenario", "delete", "b", "--project", project).exit_code == 0
    assert [row["name"] for row in answer("scenario", "list", "--project", project)] == ["a"]
    assert run("scenario", "undo", "b", "--project", project).exit_code == 0
    assert len(answer("scenario", "list", "--project", project)) == 2
    told = answer("scenario", "history", "b", "--project", project)
    assert [(row["version"], row["actions"], row["as_version"]) for row in told] == [(1, 1, None), (2, None, None), (3, 1, 1)]
    assert "deleted" in run("scenario", "history", "b", "--project", project, "--lang", "en").stdout
    assert run("scenario", "history", "c", "--project", project).exit_code == 1


def test_edited_in_an_editor(project, keep, monkeypatch) -> None:
    assert keep("a", ADD).exit_code == 0
    monkeypatch.setattr("click.edit", lambda text, extension: text.replace("beds = 40", "beds = 41"))
    assert run("scenario", "edit", "a", "--project", project).exit_code == 0
    assert answer("scenario", "show", "a", "--project", project)["actions"][0]["beds"] == 41
    monkeypatch.setattr("click.edit", lambda text, extension: None)
    assert "a" in run("scenario", "edit", "a", "--project", project).stderr
    assert answer("scenario", "show", "a", "--project", project)["version"] == 2
    assert not list((project / ".planner").rglob("lock"))


@pytest.mark.parametrize(("name", "text", "word"), [("baseline", ADD, "baseline"), ("a", ADD.replace("beds", "bed"), "beds"),
                                                    ("a", ADD.replace("117.02", "118.9"), "118.9"), ("a", CLOSE.replace("h1", "h7"), "h7")])
def test_what_cannot_be_done_is_not_kept(name: str, text: str, word: str, project, keep) -> None:
    done = keep(name, text)
    assert (done.exit_code, word in done.stderr, done.stderr.count("\n")) == (1, True, 1)
    assert answer("scenario", "list", "--project", project) == []


def test_a_scenario_that_there_is_not(project) -> None:
    for words in (("evaluate", project), ("gaps", project), ("scenario", "show"), ("scenario", "undo")):
        more = ("没有", "--project", project) if words[0] == "scenario" else ("--scenario", "没有")
        done = run(*words, *more)
        assert (done.exit_code, "没有" in done.stderr, done.stderr.count("\n")) == (1, True, 1)


def test_compared(project, keep) -> None:
    assert keep("a", ADD + CLOSE).exit_code == 0
    words = ("compare", "baseline", "a", "--project", project, *DAY)
    told = answer(*words)
    assert (told["schema"], told["a"], told["b"]) == ("planner.compare/1", "baseline", "a")
    near = next(one for one in told["targets"] if one["id"] == "near")
    assert (near["difference"], near["people"]["gained"], near["people"]["lost"]) == (0.5, 300, 100)
    assert {one["cause"]: one["amount"] for one in near["causes"]} == pytest.approx({"closed_site": -0.25, "new_site": 0.75})
    assert told["cost"]["b"] == {"cost_cny": 3e6, "stated_cny": 3e6, "estimated_cny": 0, "actions_without_cost": 0}
    left, = told["service"]["departures"]
    assert (left["id"], left["people"], left["taken_by"][0]["id"]) == ("h1", 100, "h9")
    rows = list(csv.DictReader(io.StringIO(run(*words, "--format", "csv").stdout)))
    near_rows = [row for row in rows if row["id"] == "near"]
    assert [row["unit_code"] for row in near_rows] == ["", "T1", "T2"]
    assert (near_rows[0]["people_gained"], near_rows[0]["new_site"]) == ("300.0", "0.75")
    text = run(*words, "--lang", "en").stdout
    assert "closed sites -25.00 pp" in text
    assert "甲院 (h1, home) no longer serves 100 people" in text
    assert "3,000,000 yuan" in text
    assert "关停设施 -25.00 百分点" in run(*words).stdout


def test_compared_with_the_project_of_another_year(project, keep, tmp_path_factory) -> None:
    past = tmp_path_factory.mktemp("past")
    for path in project.iterdir():
        if path.is_file():
            (past / path.name).write_bytes(path.read_bytes())
    homes = past / "homes.csv"
    homes.write_text("\n".join(homes.read_text(encoding="utf-8").splitlines()[:2]) + "\n", encoding="utf-8")
    told = answer("compare", "baseline", "baseline", "--project", project, "--against", past, *DAY, "--units-of", "b")
    beds = next(one for one in told["targets"] if one["id"] == "beds")
    assert beds["causes"] == [{"cause": "new_data", "of": "b", "amount": 20.0}]
    assert told["units_of"] == "b"


def test_a_read_only_project_keeps_elsewhere(project, keep, monkeypatch, tmp_path_factory) -> None:
    elsewhere = tmp_path_factory.mktemp("data")
    monkeypatch.setenv("PLANNER_DATA", str(elsewhere))
    monkeypatch.setattr("planner.plan.store.os.access", lambda path, mode: mode != os.W_OK)
    done = keep("a", ADD)
    assert str(elsewhere) in done.stderr
    assert [row["name"] for row in answer("scenario", "list", "--project", project)] == ["a"]
    assert not (project / ".planner").exists()


STREETS = {
    "path": ('do = "add_path"\nline = [[117.0, 40.0], [117.005, 40.002], [117.01, 40.0]]', 0, ""),
    "bridge without a street for cars": ('do = "bridge"\nline = [[117.0, 40.0], [117.01, 40.0]]\nmodes = ["drive"]', 1, "drive"),
    "nowhere": ('do = "add_path"\nline = [[117.0, 40.0], [117.01, 40.005]]', 1, "50"),
    "on one street": ('do = "add_path"\nline = [[117.0, 40.0001], [117.0, 40.0]]', 1, "walk"),
    "one side": ('do = "open_gate"\nlon = 117.0\nlat = 40.0002', 1, "60"),
    "nothing to close": ('do = "close_path"\nlon = 117.0\nlat = 40.001', 1, "20")}


@pytest.mark.parametrize("name", STREETS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_streets(name: str, lang: str, project, keep) -> None:
    text, code, word = STREETS[name]
    done = keep("s", f"[[action]]\n{text}\n", "--lang", lang)
    assert (done.exit_code, done.stderr.count("\n")) == (code, 1), done.stderr
    assert word in done.stderr
    assert ("walk" in done.stderr) == (code == 1)


def test_who_comes_second_is_told_by_whom_and_since_when(project, keep) -> None:
    assert keep("a", ADD).exit_code == 0
    kept, = (project / ".planner" / "scenarios").iterdir()
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        holder = {"by": "王芳", "host": platform.node(), "pid": other.pid, "started": started(other.pid),
                  "since": "2026-01-02T09:00:00+08:00"}
        (kept / "lock").write_text(json.dumps(holder), encoding="utf-8")
        done = run("scenario", "edit", "a", "--project", project)
        assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
        assert "王芳" in done.stderr
        assert "2026-01-02T09:00" in done.stderr
    finally:
        other.communicate(b"\n")
    assert answer("scenario", "show", "a", "--project", project)["version"] == 1


def test_a_name_is_never_a_path(project, keep) -> None:
    assert keep("../../outside", ADD).exit_code == 0
    kept, = (project / ".planner" / "scenarios").iterdir()
    assert (kept / "000001.json").is_file()
    assert not list(project.parent.glob("outside*"))
    assert run("scenario", "delete", "../../outside", "--project", project).exit_code == 0
