"""District workbooks there and back: three districts edited by a script, one with an altered figure, one in two versions, one missing."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import shutil
from pathlib import Path

import openpyxl
import pyogrio
import pytest
from click.testing import CliRunner, Result

from planner.cli import main
from tests.small_project import STREETS, TOWNSHIPS, degrees, feature, layer, rectangle, same, write_project

PACK = """
schema = "planner.pack/1"
id = "street-2025"
title = { zh = "一条街规划", en = "Plan of one street" }
source = { document = "plan", issuer = "市民政局", year = 2021 }
[[target]]
id = "beds"
title = { zh = "每个街道40张床位", en = "40 beds in each township" }
clause = "2"
kind = "target"
layer = "elderly-care-home"
comparator = ">="
value = 40
unit = "beds"
check = { metric = "sum", of = "beds", by = "township", rollup = "every" }
"""
CONFIG = TOWNSHIPS | STREETS | {
    "project": {"id": "three", "name": {"zh": "三区", "en": "Three"}, "crs": "EPSG:32650", "reference_date": dt.date(2025, 12, 31)},
    "boundaries.district": {"path": "districts.geojson", "code": "code", "name": "name"},
    "population": {"path": "people.csv", "columns": same("lon", "lat", "total"), "spread": "points"},
    "facilities.elderly-care-home": {"path": "homes.csv", "crs": "EPSG:4326",
                                     "columns": same("id", "name", "lon", "lat", "status", "beds")},
    "travel.walk": {"mode": "walk", "metres_per_minute": 50},
    "costs": {"path": "costs.csv"}, "plan": {"packs": ["pack.toml"]}}
NAMES = ("甲区", "=2+5", "<script>alert(1)</script>")
"""The districts; two of them bear names that someone planted."""


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """Three districts of one township each along a street of 6 km; 10 beds stand in the first, none elsewhere."""
    lon, lat = degrees(500, 0)
    people = "\n".join(f"h{k},{x:.9f},{y:.9f},100" for k in range(3) for x, y in [degrees(2000 * k + 900, 0)])
    return write_project(tmp_path / "town", {key: CONFIG[key] for key in sorted(CONFIG, key=lambda key: key != "boundaries.district")}, {
        "districts.geojson": layer(*(feature("Polygon", rectangle(2000 * k, -500, 2000, 1000), code=f"D{k}", name=name)
                                     for k, name in enumerate(NAMES))),
        "townships.geojson": layer(*(feature("Polygon", rectangle(2000 * k, -500, 2000, 1000), code=f"T{k}", name=f"{k}镇")
                                     for k in range(3))),
        "streets.geojson": layer(feature("LineString", [degrees(0, 0), degrees(6000, 0)], id=1)),
        "people.csv": f"id,lon,lat,total\n{people}\n",
        "homes.csv": f"id,name,lon,lat,status,beds\nS1,一院,{lon:.9f},{lat:.9f},operating,10\n",
        "costs.csv": "layer,action,unit,cny,price_year,source\n"
                     "elderly-care-home,add,bed,200000,2025,本市\nelderly-care-home,expand,bed,100000,2025,本市\n",
        "pack.toml": PACK})


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def split(town: Path, folder: Path) -> list[Path]:
    done = run("gaps", str(town), "--as-of", "2025-12-31", "--split-by", "district", "--out", str(folder), "--lang", "zh")
    assert done.exit_code == 0, done.output
    return sorted(folder.iterdir())


def fill(path: Path, sheet: str, **values: object) -> None:
    """Types values into the one row of a sheet, by header."""
    book = openpyxl.load_workbook(path)
    page = book[sheet]
    place = {cell.value: cell.column for cell in page[4]}
    for head, value in values.items():
        page.cell(5, place[head]).value = value  # type: ignore[index]
    book.save(path)


def listed(town: Path) -> dict[str, dict[str, object]]:
    answer = json.loads(run("gaps", str(town), "--as-of", "2025-12-31", "--format", "json", "--lang", "zh").stdout)
    return {"gaps": {gap["unit_code"]: gap for gap in answer["gaps"]}, "projects": {one["unit_code"]: one for one in answer["projects"]}}


def test_each_district_gets_its_own_units_and_only_its_cells_are_open(town: Path, tmp_path: Path) -> None:
    files = split(town, tmp_path / "sent")
    assert [path.name.split("_")[0].removesuffix(".xlsx") for path in files] == ["D0", "D1", "D2"]
    for k, path in enumerate(files):
        book = openpyxl.load_workbook(path)
        assert book.sheetnames == ["缺口清单", "项目库", "填报说明", "_planner"]
        page = book["缺口清单"]
        heads = {cell.value: cell.column for cell in page[4]}
        assert [page.cell(row, heads["行政单元代码"]).value for row in range(5, page.max_row + 1)] == [f"T{k}"]
        assert page.protection.sheet and not page.protection.password
        open_heads = {head for head, column in heads.items() if not page.cell(5, column).protection.locked}
        assert open_heads == {"责任单位", "完成时限", "销号状态", "配合单位", "街镇意见", "核实情况", "未采纳理由", "备注"}
        assert not [cell.coordinate for sheet in book for row in sheet.iter_rows() for cell in row
                    if isinstance(cell.value, str) and cell.data_type != "f" and cell.value[:1] in "=+-@\t\r"]
    assert split(town, tmp_path / "sent") == files  # into the same folder, once more


def test_there_and_back_every_edit_is_kept_and_every_fault_is_told(town: Path, tmp_path: Path) -> None:
    first, second, third = split(town, tmp_path / "sent")
    again = tmp_path / "again.xlsx"
    fill(first, "缺口清单", 销号状态="推进中", 街镇意见="+同意", 核实情况="属实", 未采纳理由="=1+1", 缺口量=3)  # an engine figure altered
    fill(first, "项目库", **{"投资估算（万元）": 123.5, "建设时序": "中期", "资金来源": "专项债", "用地性质及权属": "划拨",
                          "2026年投资（万元）": 100, "其中：专项债（万元）": "很多", "备注": "a\nb"})
    shutil.copy(second, again)
    fill(second, "缺口清单", 街镇意见="同意", 备注="已核")
    fill(again, "缺口清单", 街镇意见="不同意", 未采纳理由="无地")  # the same row says two things
    done = run("gaps", str(town), "--update", str(first), str(second), str(again), "--format", "json")
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)
    found = {(one["kind"], one["district"], one["column"]): one for one in answer["findings"]}
    assert set(found) == {("altered", "甲区", "shortfall"),
                          ("number", "甲区", "fund_special_bond"), ("formula", "甲区", "refusal"), ("conflict", "=2+5", "opinion"),
                          ("unanswered", NAMES[2], "")}
    assert (found[("altered", "甲区", "shortfall")]["sent"], found[("altered", "甲区", "shortfall")]["found"]) == (30, 3)
    assert {one["found"] for one in answer["findings"] if one["kind"] == "conflict"} == {"同意", "不同意"}
    assert third.name in found[("unanswered", NAMES[2], "")]["file"]
    now = listed(town)
    gaps, projects = now["gaps"], now["projects"]
    assert [gaps["T0"][key] for key in ("status", "opinion", "verified", "shortfall")] == ["推进中", "+同意", "属实", 30]
    assert [gaps["T1"][key] for key in ("opinion", "remark", "refusal")] == ["", "已核", "无地"]
    assert [projects["T0"][key] for key in ("est_cost_cny", "phase", "funding", "tenure", "remark")] == [
        1_235_000, "中期", "专项债", "划拨", "a\nb"]
    out = tmp_path / "all.xlsx"
    assert run("gaps", str(town), "--as-of", "2025-12-31", "--out", str(out), "--lang", "en").exit_code == 0
    book = openpyxl.load_workbook(out, data_only=True)
    page = book["capital projects"]
    row = {cell.value: page.cell(line, cell.column).value for line in range(5, page.max_row + 1) if page.cell(line, 5).value == "T0"
           for cell in page[4]}
    assert (row["cost estimate (10,000 CNY)"], row["in 2026 (10,000 CNY)"], row["phase"], row["funding source"]) == (
        123.5, 100, "middle", "special bond")
    assert page["L3"].value == pytest.approx(123.5 + 800 + 800)  # 40 beds at 20 each in the other two
    assert "'+同意" in [cell.value for line in book["gap list"].iter_rows() for cell in line]
    assert len(list((town / ".planner" / "returned" / "files").iterdir())) == 3


def test_a_later_answer_settles_it_and_what_was_kept_stays(town: Path, tmp_path: Path) -> None:
    first, second, third = split(town, tmp_path / "sent")
    fill(first, "缺口清单", 街镇意见="一")
    assert run("gaps", str(town), "--update", str(first)).exit_code == 0
    fill(second, "缺口清单", 街镇意见="二")
    fill(first, "缺口清单", 街镇意见="一改")
    done = run("gaps", "--update", str(town), str(first), str(second), str(third), "--lang", "zh")
    assert done.exit_code == 0 and done.stdout.strip() == "没有需要处理的问题。"
    assert [listed(town)["gaps"][code]["opinion"] for code in ("T0", "T1", "T2")] == ["一改", "二", ""]
    kept = json.loads((town / ".planner" / "returned" / "kept.json").read_text(encoding="utf-8"))
    assert [(one["column"], one["value"]) for one in kept["replaced"]] == [("opinion", "一")]


def test_files_and_rows_that_are_not_ours_are_told(town: Path, tmp_path: Path) -> None:
    first, *_ = split(town, tmp_path / "sent")
    book = openpyxl.load_workbook(first)
    page = book["缺口清单"]
    keys = {cell.value: cell.column for cell in page[4]}
    page.cell(6, keys["街镇意见"]).value = "另加一行"
    page.cell(6, keys["行标识（请勿改动）"]).value = "x"
    del book["项目库"]
    book.save(first)
    openpyxl.Workbook().save(tmp_path / "other.xlsx")
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04nothing")
    done = run("gaps", str(town), "--update", str(first), str(tmp_path / "other.xlsx"), str(tmp_path / "broken.xlsx"),
               str(tmp_path / "none.xlsx"), "--format", "json")
    found = [(one["kind"], one["file"].split("_")[0], one["sheet"]) for one in json.loads(done.stdout)["findings"]]
    assert sorted(found) == sorted([("row", "D0", "gaps"), ("missing_row", "D0", "projects"), ("unread", "other.xlsx", ""),
                                    ("unread", "broken.xlsx", ""), ("unread", "none.xlsx", ""), *[
                                        ("unanswered", code, "") for code in ("D1", "D2")]])
    told = next(one for one in json.loads(done.stdout)["findings"] if one["kind"] == "row")
    assert "另加一行" in told["found"]


@pytest.mark.parametrize("words", [("--update",), ("--split-by", "district"), ("more.xlsx",)])
def test_words_that_do_not_go_together_are_refused(town: Path, words: tuple[str, ...]) -> None:
    done = run("gaps", str(town), *words, "--lang", "en")
    assert done.exit_code == 2 and "Traceback" not in done.output


def test_a_level_without_boundaries_is_one_line(town: Path, tmp_path: Path) -> None:
    done = run("gaps", str(town), "--split-by", "community", "--out", str(tmp_path / "sent"), "--lang", "en")
    assert done.exit_code == 1 and "community" in done.stderr and len(done.stderr.strip().splitlines()) == 1


def test_damaged_answers_are_not_written_over(town: Path, tmp_path: Path) -> None:
    first, *_ = split(town, tmp_path / "sent")
    path = town / ".planner" / "returned" / "kept.json"
    path.write_text("{", encoding="utf-8")
    done = run("gaps", str(town), "--update", str(first), "--lang", "en")
    assert done.exit_code == 1 and "kept.json" in done.stderr
    assert path.read_text(encoding="utf-8") == "{"


def test_planted_names_do_no_harm_in_any_form(town: Path, tmp_path: Path) -> None:
    """Districts called =2+5 and <script>: whatever a program runs is text in .xlsx and .csv, and data, letter by letter, in layers."""
    (town / "pack.toml").write_text(PACK.replace('by = "township"', 'by = "district"'), encoding="utf-8")
    kept = {NAMES[1]: "'=2+5", NAMES[2]: NAMES[2]}
    for suffix in (".xlsx", ".csv", ".gpkg", ".geojson", ".shp"):
        done = run("gaps", str(town), "--as-of", "2025-12-31", "--out", str(tmp_path / f"gaps{suffix}"), "--lang", "en")
        assert done.exit_code == 0, done.output
        done = run("coverage", str(town), "--layer", "elderly-care-home", "--travel", "walk", "--minutes", "10", "--by", "district",
                   "--as-of", "2025-12-31", "--blind-spots", str(tmp_path / f"spots{suffix}"), "--lang", "en")
        assert done.exit_code == 0, done.output
        for name, column in (("gaps", "unit_name"), ("spots", "district")):
            path = tmp_path / f"{name}{suffix}"
            if suffix == ".xlsx":
                cells = [cell for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row]
                texts = [str(cell.value) for cell in cells if cell.data_type != "f" and isinstance(cell.value, str)]
                assert not [text for text in texts if text[:1] in "=+-@\t\r"]
                assert all(any(harmless in text for text in texts) for harmless in kept.values())
                assert not [cell.value for cell in cells if cell.data_type == "f" and "2+5" in str(cell.value)]
            elif suffix == ".csv":
                rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
                assert not [cell for row in rows for cell in row.values() if cell[:1] in ("=", "+", "@")]
                assert all(any(harmless in row[column] for row in rows) for harmless in kept.values())
            else:
                table = pyogrio.read_dataframe(path, layer=0)
                assert all(any(name in str(cell) for cell in table[column]) for name in NAMES[1:])
