"""Next year's ledger: tried without a trace, taken over with the former one kept."""

import datetime as dt

import pytest

from planner.errors import InputError
from planner.plan.former_ledgers import former_ledgers
from planner.plan.project import read_project
from planner.plan.taking_over import compare_former, ledgers, original_copy, plain_name, take_over, try_ledger
from tests.unit.ui.conftest import write_project

NOW = dt.datetime(2026, 3, 1, 9, 30, tzinfo=dt.UTC)
HEAD = "id,name,lon,lat\n"
NEXT = HEAD + "c1,一号诊所,114.005,30.005\nc2,二号诊所,114.015,30.005\n"


@pytest.fixture
def folder(tmp_path):
    return write_project(tmp_path / "town")


def snapshot_of(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def tried(folder, name, text, shown="clinics.csv"):
    file = folder.parent / name
    file.write_bytes(text.encode())
    return try_ledger(read_project(folder), shown, file)


def test_a_trial_tells_what_changed_and_changes_nothing(folder):
    before = snapshot_of(folder)
    trial = tried(folder, "诊所2026.csv", NEXT)
    assert trial.sound and trial.layers == ("clinic", "public-cemetery") and not trial.recognised
    assert [layer.counts["opened"] for layer in trial.compared.layers] == [1, 1]
    assert trial.report.files["诊所2026.csv"].rows_kept == 2 and snapshot_of(folder) == before


def test_taking_over_names_the_new_file_and_keeps_the_old(folder):
    old = (folder / "clinics.csv").read_bytes()
    project, trial = read_project(folder), tried(folder, "诊所2026.csv", NEXT)
    taken = take_over(project, trial, NEXT.encode(), date="2026-02-28", now=NOW)
    assert taken.file == "诊所2026.csv" and (folder / "clinics.csv").read_bytes() == old
    after = read_project(folder)
    assert [(spec.file.shown, spec.date) for spec in after.facilities] == [("诊所2026.csv", "2026-02-28")] * 2
    (kept,) = former_ledgers(folder)
    assert (kept.original, kept.date, kept.layers) == ("clinics.csv", "2025-12-31", ("clinic", "public-cemetery"))
    assert kept.file.read_bytes() == old
    assert taken.copies == (kept.file.name,)


def test_a_new_file_of_the_same_name_replaces_and_can_be_held_against_its_copy(folder, tmp_path):
    old = (folder / "clinics.csv").read_bytes()
    trial = tried(folder, "clinics.csv", NEXT)
    assert take_over(read_project(folder), trial, NEXT.encode(), date="", now=NOW).file == "clinics.csv"
    assert (folder / "clinics.csv").read_bytes() == NEXT.encode()
    (kept,) = former_ledgers(folder)
    assert kept.file.read_bytes() == old
    compared = compare_former(read_project(folder), "clinics.csv", original_copy(kept, tmp_path), layers=["clinic"])
    assert [(layer.layer, layer.old_file, layer.counts["opened"]) for layer in compared.layers] == [("clinic", "clinics.csv", 1)]


def test_a_name_that_another_file_bears_gets_the_day(folder):
    (folder / "people.csv.bak").write_text("x")
    trial = tried(folder, "people.csv", NEXT)
    people = (folder / "people.csv").read_bytes()
    assert take_over(read_project(folder), trial, NEXT.encode(), date="", now=NOW).file == "people-20260301-093000.csv"
    assert (folder / "people.csv").read_bytes() == people


def test_headers_that_changed_are_recognised_and_written(folder):
    text = NEXT.replace("id,name,lon,lat", "机构编号,机构名称,经度,纬度")
    trial = tried(folder, "next.csv", text)
    assert trial.sound and trial.recognised
    take_over(read_project(folder), trial, text.encode(), date="", now=NOW)
    assert {tuple(spec.columns.values()) for spec in read_project(folder).facilities} == {("机构编号", "机构名称", "经度", "纬度")}


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "id,name,lon,lat\n", "PK\x03\x04 no workbook"])
def test_what_cannot_serve_is_told_and_never_taken(folder, text):
    before = snapshot_of(folder)
    trial = tried(folder, "next.xlsx" if text.startswith("PK") else "next.csv", text)
    if trial.sound:
        assert text.endswith("lat\n") and [issue.code for issue in trial.issues] == ["file_empty"]  # an empty ledger is a warning
        return
    assert any(issue.severity == "blocking" for issue in trial.issues)
    with pytest.raises(InputError) as caught:
        take_over(read_project(folder), trial, text.encode(), date="", now=NOW)
    assert caught.value.code == "ledger_not_sound" and snapshot_of(folder) == before


def test_where_planner_toml_cannot_be_edited_everything_is_as_before(folder):
    config = folder / "planner.toml"
    text = config.read_text(encoding="utf-8")
    start, end = text.index("[facilities.public-cemetery]"), text.index("[travel.walk]")
    inline = 'public-cemetery = { path = "clinics.csv", columns = { id = "id", name = "name", lon = "lon", lat = "lat" } }\n'
    config.write_text(text[:start] + text[end:] + "[facilities]\n" + inline, encoding="utf-8")
    project = read_project(folder)
    assert len(ledgers(project)["clinics.csv"]) == 2
    before = config.read_bytes()
    with pytest.raises(InputError) as caught:
        take_over(project, tried(folder, "next.csv", NEXT), NEXT.encode(), date="", now=NOW)
    assert caught.value.code == "edit_not_safe" and config.read_bytes() == before and not (folder / "next.csv").exists()


@pytest.mark.parametrize(("name", "plain"), [
    ("../../etc/passwd", "passwd"), ("C:\\a\\台账 2026.xlsx", "台账_2026.xlsx"), (".hidden.csv", "hidden.csv"), ('a"b\n.csv', "a_b_.csv"),
    ("///", "ledger")])
def test_names_lead_nowhere(name, plain):
    assert plain_name(name) == plain
