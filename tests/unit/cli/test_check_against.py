"""planner check --against: what became of the former ledger's rows, and its copy among the snapshots."""

import csv
import hashlib
import io
import json

import pytest
from click.testing import CliRunner

from planner.cli import main
from tests.unit.cli.test_check import folder  # noqa: F401

HEAD = "id,name,lon,lat,beds,status,统一社会信用代码\n"
OLD = HEAD + ("1,甲院,117.001,39.745,10,运营,91A\n2,乙院,117.005,39.745,20,运营,91B\n3,丙院,117.009,39.745,30,运营,\n"
              "4,丁院,117.012,39.745,40,在建,\n5,戊院,117.015,39.745,50,运营,\n6,己院,117.017,39.745,60,运营,\n")
NEW = HEAD + ("11,甲院,117.001,39.745,10,关闭,91A\n2,乙老年院,117.005,39.745,25,运营,91B\n3,丙院,117.009,39.748,30,运营,\n"
              "4,丁院,117.012,39.745,40,运营,\n6,己 院,117.017,39.745,60,运营,\n7,庚院,117.019,39.745,70,运营,\n"
              "8,辛院,117.003,39.745,5,规划,\n")
TOLD = [("opened", "7", None, 7, "", "operating"), ("opened", "4", 5, 5, "under_construction", "operating"),
        ("added", "8", None, 8, "", "planned"),
        ("closed", "11", 2, 2, "operating", "closed"), ("renamed", "2", 3, 3, "乙院", "乙老年院"), ("moved", "3", 4, 4, None, None),
        ("changed", "11", 2, 2, "1", "11"), ("changed", "2", 3, 3, "20", "25"), ("vanished", "", 6, None, "operating", "")]


@pytest.fixture
def town(folder):  # noqa: F811
    (folder / "homes.csv").write_text(NEW, encoding="utf-8")
    text = (folder / "planner.toml").read_text().replace('beds = "beds" }', 'beds = "beds", status = "status" }')
    (folder / "planner.toml").write_text(text)
    (folder / "former").mkdir()
    (folder / "former" / "homes.csv").write_bytes(OLD.encode("gbk"))
    return folder


def run(*args):
    return CliRunner().invoke(main, ["check", *map(str, args)])


def changes(done):
    (layer,) = json.loads(done.stdout)["against"]["layers"]
    return layer


def test_every_kind_of_change(town):
    layer = changes(run(town, "--against", town / "former", "--format", "json"))
    found = [(c["kind"], c["id"], c["old_row"], c["row"], *((c["old"], c["new"]) if c["kind"] != "moved" else (None, None)))
             for c in layer["changes"]]
    assert sorted(found, key=str) == sorted(TOLD, key=str)
    assert layer["matched"] == {"code": 2, "id": 3} and layer["ids_believed"]
    (moved,) = [c for c in layer["changes"] if c["kind"] == "moved"]
    assert moved["metres"] == pytest.approx(333, abs=1)  # 0.003 degrees of latitude
    assert layer["counts"] == {"opened": 2, "added": 1, "closed": 1, "renamed": 1, "moved": 1, "changed": 2, "vanished": 1}


def test_the_distance_is_stated(town):
    kinds = {c["kind"] for c in changes(run(town, "--against", town / "former", "--within-m", 400, "--format", "json"))["changes"]}
    assert "moved" not in kinds


@pytest.mark.parametrize("name", ["homes.csv", "2024.csv"])
def test_one_file_by_its_name_or_by_its_columns(town, name):
    (town / "former" / "homes.csv").rename(town / "former" / name)
    assert len(changes(run(town, "--against", town / "former" / name, "--format", "json"))["changes"]) == len(TOLD)


def test_a_former_project_with_headers_of_its_own(town, tmp_path_factory):
    other = tmp_path_factory.mktemp("former")
    (other / "planner.toml").write_text((town / "planner.toml").read_text().replace('beds = "beds"', 'beds = "床位"'))
    (other / "homes.csv").write_text(OLD.replace("beds", "床位"), encoding="utf-8")
    assert len(changes(run(town, "--against", other, "--format", "json"))["changes"]) == len(TOLD)


def test_the_old_one_stays_as_a_dated_snapshot(town):
    done = run(town, "--against", town / "former", "--lang", "en")
    place = town / ".planner" / "snapshots" / "ledgers"
    about = json.loads(next(place.glob("*.json")).read_text(encoding="utf-8"))
    copy = next(place.glob("*homes.csv"))
    assert copy.read_bytes() == OLD.encode("gbk") and about["sha256"] == hashlib.sha256(OLD.encode("gbk")).hexdigest()
    assert copy.name.startswith(about["kept"][:10] + "-" + about["sha256"][:12]) and about["layers"] == ["home"]
    assert copy.name in done.stderr and "is kept" in done.stderr
    again = run(town, "--against", town / "former", "--lang", "en")
    assert "had been kept" in again.stderr and len(list(place.iterdir())) == 2
    from planner.plan.snapshots import list_snapshots

    assert list_snapshots(town) == []  # those of evaluations are others


def test_as_a_table_csv_and_workbook(town, tmp_path_factory):
    import openpyxl

    printed = run(town, "--against", town / "former", "--lang", "en", "--quiet")
    assert printed.exit_code == 0 and printed.stderr == "" and "vanished" in printed.stdout and "乙老年院" in printed.stdout
    rows = list(csv.DictReader(io.StringIO(run(town, "--against", town / "former", "--format", "csv", "--quiet").stdout)))
    assert len(rows) == len(TOLD) and rows[0]["kind"] == "opened"
    out = tmp_path_factory.mktemp("o") / "changes.xlsx"
    assert run(town, "--against", town / "former", "--out", out, "--lang", "en").exit_code == 0
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["Issues", "Files", "Changes by layer", "Changes"]
    assert book["Changes"].max_row == 4 + len(TOLD)
    assert [cell.value for cell in book["Changes by layer"][5]][3:] == [6, 7, 2, 1, 1, 1, 1, 2, 1]


@pytest.mark.parametrize(("name", "content", "word"), [("none.csv", None, "No former ledger"), ("x.csv", "a,b\n1,2\n", "cannot be used"),
                                                       ("homes.csv", "", "cannot be used")])
def test_what_cannot_be_compared_is_said_in_a_line(town, name, content, word):
    path = town / "other" / name
    path.parent.mkdir()
    if content is not None:
        path.write_text(content)
    done = run(town, "--against", path, "--lang", "en")
    assert done.exit_code == 1 and word in done.stderr and len(done.stderr.splitlines()) == 1


def test_the_same_ledger_has_no_changes(town):
    layer = changes(run(town, "--against", town / "homes.csv", "--format", "json"))
    assert layer["changes"] == [] and layer["old_rows"] == layer["rows"] == 7
