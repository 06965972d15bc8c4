"""The gap workbook and its sister files, read back; the coverage table as files."""

import csv
import datetime as dt
import io
from dataclasses import replace

import geopandas as gpd
import openpyxl
import pyogrio
import pytest
import shapely

from planner.errors import InputError
from planner.export import tables
from planner.export.sheets import column_name, lines_of
from planner.i18n import LANGUAGES
from planner.inputs.layers import Boundaries
from planner.measure.coverage import Coverage, UnitCoverage
from planner.plan.gaplist import CapitalProject, Gap, GapList, Headline, PackSource, Provenance, Sentence
from planner.quality import QualityReport
from planner.targets.evaluation import Evaluation, TargetResult, UnitResult
from planner.targets.pack_rules import build_pack
from planner.units import TravelProfile

DAY = dt.date(2025, 12, 31)
CRS = "EPSG:32650"
SHEETS = {
    "zh": ["概览", "缺口清单", "项目库", "指标达标", "数据质量", "方法与来源"],
    "en": ["summary", "gap list", "capital projects", "targets by unit", "data quality", "method and sources"],
}
GAP_HEADS = {
    "zh": [
        "缺口编号",
        "指标编号",
        "条款",
        "设施类别",
        "行政单元代码",
        "行政单元名称",
        "层级",
        "现状值",
        "目标值",
        "缺口量",
        "缺口单位",
        "未覆盖（受影响）人口",
        "最近设施",
        "到最近设施时间（分钟）",
        "建议措施",
        "关联项目编号",
        "责任单位",
        "完成时限",
    ],
    "en": [
        "gap id",
        "target id",
        "clause",
        "layer",
        "unit code",
        "unit name",
        "level",
        "value",
        "threshold",
        "shortfall",
        "unit of shortfall",
        "people affected",
        "nearest facility",
        "minutes to nearest facility",
        "recommended action",
        "linked project id",
        "responsible unit",
        "deadline",
    ],
}
PROJECT_HEADS = {
    "zh": [
        "项目编号",
        "项目名称",
        "设施类别",
        "建设性质",
        "行政单元代码",
        "行政单元名称",
        "经度",
        "纬度",
        "床位（张）",
        "建筑面积（平方米）",
        "受益人口",
        "投资估算（万元）",
        "价格水平年",
        "造价来源",
        "资金来源",
        "计划年份",
        "建设时序",
        "对应规划指标",
        "与其他项目重复情况",
        "数据可靠程度",
        "优先级",
    ],
    "en": [
        "project id",
        "name",
        "layer",
        "action",
        "unit code",
        "unit name",
        "lon",
        "lat",
        "beds",
        "floor area (m2)",
        "beneficiaries",
        "cost estimate (10,000 CNY)",
        "price-base year",
        "cost source",
        "funding source",
        "year",
        "phase",
        "targets closed",
        "overlap",
        "confidence",
        "priority",
    ],
}


def gap(k, target, code, people, **more):
    given = {
        "title": {"zh": "指标", "en": "target"},
        "clause": "-1款",
        "binding": "binding" if k == 1 else "unspecified",
        "layer": "home",
        "layer_name": {"zh": "养老院", "en": "home"},
        "unit_name": "=甲街道",
        "level": "township",
        "unit_class": "urban",
        "value": 0.25,
        "threshold": 0.8,
        "comparator": ">=",
        "is_share": True,
        "shortfall": people,
        "shortfall_of": "people",
        "people_affected": people,
        "group": "total",
        "nearest_facility": "=1+1",
        "minutes": 21.25,
        "travel": "walk",
        "action": Sentence("gaps.action.pace", {"amount": 1.0}),
        "project_ids": (f"P000{k}",),
        "responsible": {"zh": "民政局", "en": "civil affairs"},
        "deadline": "2025",
        "x": 500_000.0 + 100 * k,
        "y": 4_400_000.0,
    }
    return Gap(gap_id=f"G0000{k}", rank=k, target_id=target, plan="p", unit_code=code, **(given | more))


def project(k, cost):
    return CapitalProject(
        f"P000{k}",
        Sentence("gaps.project.new", {"unit": "+乙", "layer": "home"}),
        "home",
        {"zh": "养老院", "en": "home"},
        "new",
        "A",
        "甲",
        "township",
        500_000.0,
        4_400_000.0,
        1,
        50.0,
        None,
        {"total": 120.0, "age_60_plus": 30.0},
        cost,
        "2025" if cost else "",
        "@来源",
        None if cost else Sentence("gaps.cost.no_table"),
        2026,
        "near",
        ("t1", "t2"),
        (f"G0000{k}",),
        (),
        "medium",
        (Sentence("gaps.confidence.centre_people"),),
        "",
        k,
    )


@pytest.fixture
def found():
    """A list of three gaps and two projects, the evaluation that it comes from, and a report with one issue."""
    top = {"schema": "planner.pack/1", "id": "p", "title": {"zh": "包", "en": "pack"}, "source": {"document": "d"}}
    plain = {"title": {"zh": "指标", "en": "target"}, "clause": "-1款", "kind": "target", "layer": "home", "comparator": ">="}
    one = plain | {
        "id": "t1",
        "unit": "% of people",
        "value": 80,
        "check": {"metric": "population_within", "metres": 500, "by": "township"},
    }
    two = plain | {"id": "t2", "unit": "beds", "value": 40, "check": {"metric": "sum", "of": "beds", "by": "township", "rollup": "every"}}
    three = plain | {"id": "t3", "unit": "homes", "value": 1, "check": {"metric": "count"}}
    targets = build_pack(top | {"target": [one, two, three]}, "p.toml").targets
    evaluation = Evaluation(
        "city",
        ("p",),
        DAY,
        (
            TargetResult(
                targets[0],
                "not_met",
                0.25,
                0.8,
                140.0,
                {"amount": 140.0, "of": "people"},
                (
                    UnitResult("A", "=甲街道", "township", 0.25, None, None, None, (), {"total": 100.5}),
                    UnitResult("B", "乙镇", "township", 0.5, None, None, None, (), {"total": 20.0}),
                ),
            ),
            TargetResult(
                targets[1],
                "not_met",
                10.0,
                40.0,
                30.0,
                {"amount": 30.0, "of": "beds"},
                (UnitResult("A", "=甲街道", "township", 10.0, "not_met", 30.0, 40.0),),
            ),
            TargetResult(targets[2], "met", 3.0, 1.0, 0.0),
        ),
    )
    gaps = (
        gap(1, "t1", "A", 100.5),
        gap(2, "t1", "B", 20.0),
        gap(3, "t2", "A", None, is_share=False, value=10.0, threshold=(30.0, 40.0), shortfall=30.0, shortfall_of="beds", minutes=None),
    )
    projects = (project(1, 2_500_000.0), project(2, None))
    head = Headline(1000.0, 110.0, 110.0, 120.5, 3, 2, 2, 1, 2_500_000.0, {"not_met": 2, "met": 1})
    made = Provenance(
        (TravelProfile("walk", "walk", 72.0),),
        {"t1": {"share": 0.8}},
        (PackSource("p", {"zh": "包", "en": "pack"}, "-文件"),),
        (),
        ("© OpenStreetMap contributors",),
        "points",
        "costs.csv",
        invented=True,
    )
    report = QualityReport("city")
    report.add("value_invalid", "warning", "f.csv", sentence="costs_value_invalid", row=3, column="cny", value="=bad", name="@x")
    record = report.record("f.csv")
    record.rows_in, record.rows_kept, record.sha256, record.date = 5, 4, "abc123", "2025-06-30"
    return GapList("city", {"zh": "小城", "en": "Town"}, CRS, DAY, "baseline", ("p",), gaps, projects, head, made), evaluation, report


def written(found, path, lang="zh", **more):
    tables.write_gaps(*found, path, lang=lang, **more)
    return path


def rows_below(sheet, heads):
    """The header's row number, and the rows below it as dictionaries."""
    lines = [list(row) for row in sheet.iter_rows(values_only=True)]
    top = next(k for k, row in enumerate(lines) if row[0] == heads[0])
    assert lines[top][: len(heads)] == heads
    return top + 1, [dict(zip(heads, row, strict=False)) for row in lines[top + 1 :]]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_six_sheets_and_their_headers(found, tmp_path, lang):
    book = openpyxl.load_workbook(written(found, tmp_path / "g.xlsx", lang))
    assert book.sheetnames == SHEETS[lang]
    top, gaps = rows_below(book.worksheets[1], GAP_HEADS[lang])
    assert [row[GAP_HEADS[lang][0]] for row in gaps] == ["G00001", "G00002", "G00003"]
    assert [row[GAP_HEADS[lang][11]] for row in gaps] == [100.5, 20, None]
    assert gaps[2][GAP_HEADS[lang][8]] == "30–40"
    _, projects = rows_below(book.worksheets[2], PROJECT_HEADS[lang])
    assert [row[PROJECT_HEADS[lang][11]] for row in projects] == [250, None]  # 10,000 yuan
    assert [(round(row[PROJECT_HEADS[lang][6]], 6), row[PROJECT_HEADS[lang][7]]) for row in projects] == [
        (117.0, pytest.approx(39.749, abs=1e-3))
    ] * 2
    for sheet in book.worksheets[1:]:
        assert sheet.freeze_panes == f"B{top + 1}"
        assert sheet.auto_filter.ref.startswith(f"A{top}:")
        assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (8, "landscape")
        assert sheet.print_title_rows == f"${top}:${top}"


def test_totals_are_live_and_hold_the_engines_numbers(found, tmp_path):
    path = written(found, tmp_path / "g.xlsx", "en")
    live, kept = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
    formulas = {
        (sheet.title, cell.coordinate): cell.value for sheet in live for row in sheet.iter_rows() for cell in row if cell.data_type == "f"
    }
    assert formulas[("gap list", "L3")] == "=SUBTOTAL(109,L5:L7)"
    assert kept["gap list"]["L3"].value == 120.5
    assert formulas[("capital projects", "L3")] == "=SUBTOTAL(109,L5:L6)"
    assert kept["capital projects"]["L3"].value == 250
    summary = {row[0].value: (row[1].coordinate, row[1].value) for row in kept["summary"].iter_rows(max_row=15)}
    where, value = summary["People affected, added up"]
    assert formulas[("summary", where)] == "=SUM('gap list'!$L$5:$L$7)" and value == 120.5
    assert summary["Gaps"][1] == 3 and summary["People affected by a gap"][1] == 110
    by_target = {
        row[0].value: (row[6].value, row[7].value) for row in kept["summary"].iter_rows(min_row=15) if row[0].value in ("t1", "t2", "t3")
    }
    assert by_target == {"t1": (2, 120.5), "t2": (1, 0)}
    states = {row[0].value: row[1].value for row in kept["summary"].iter_rows()}
    assert (states["✗ not met"], states["✓ met"], states["? data missing"]) == (2, 1, 0)


def test_no_text_starts_a_formula_and_no_name_is_lost(found, tmp_path):
    book = openpyxl.load_workbook(written(found, tmp_path / "g.xlsx"))
    texts = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "s"]
    assert not [text for text in texts if text[:1] in ("=", "+", "-", "@", "\t", "\r")]
    for planted in ("=1+1", "=甲街道", "-1款", "+乙", "@来源", "=bad", "@x", "-文件"):
        assert any(planted in text for text in texts), planted


def test_each_target_row_bears_its_unit_and_state(found, tmp_path):
    book = openpyxl.load_workbook(written(found, tmp_path / "g.xlsx"))
    heads = [cell.value for cell in book["指标达标"][4]]
    place = {key: heads.index(key) for key in ("指标编号", "行政单元代码", "状态", "状态代码")}
    rows = [tuple(row[k] for k in place.values()) for row in book["指标达标"].iter_rows(min_row=5, values_only=True)]
    assert rows == [
        ("t1", "（整体）", "✗ 未达标", "not_met"),
        ("t1", "A", "计入整体", "part"),
        ("t1", "B", "计入整体", "part"),
        ("t2", "（整体）", "✗ 未达标", "not_met"),
        ("t2", "A", "✗ 未达标", "not_met"),
        ("t3", "（整体）", "✓ 达标", "met"),
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_quality_and_method_say_where_it_all_comes_from(found, tmp_path, lang):
    book = openpyxl.load_workbook(written(found, tmp_path / "g.xlsx", lang))
    quality, method = (
        " ".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell) for sheet in book.worksheets[4:]
    )
    assert "f.csv" in quality and "value_invalid" in quality
    for told in ("abc123", "2025-06-30", "72", "share = 0.8", "OpenStreetMap contributors", "costs.csv", CRS, "2025-12-31"):
        assert told in method, told
    assert ("虚构" if lang == "zh" else "invented") in method
    assert ("虚构" if lang == "zh" else "invented") in " ".join(str(row[0]) for row in book.worksheets[0].iter_rows(values_only=True))


def test_required_less_present_is_a_live_gap_in_one_unit(found, tmp_path):
    first, *rest = found[0].gaps
    listed = replace(found[0], gaps=(replace(first, required=402.0, present=301.5), *rest))
    path = written((listed, *found[1:]), tmp_path / "g.xlsx", "en")
    live, kept = openpyxl.load_workbook(path)["gap list"], openpyxl.load_workbook(path, data_only=True)["gap list"]
    place = {cell.value: cell.column_letter for cell in live[4]}
    due, stands, short, rate = (place[head] for head in ("required", "present", "required - present", "gap rate"))
    assert live[f"{short}5"].value == f'=IF(COUNT({due}5,{stands}5)=2,ROUND({due}5-{stands}5,6),"")'
    assert (kept[f"{due}5"].value, kept[f"{stands}5"].value, kept[f"{short}5"].value, kept[f"{rate}5"].value) == (402, 301.5, 100.5, 0.25)
    assert kept[f"{short}5"].value == kept[f"{place['shortfall']}5"].value
    assert kept[f"{short}6"].value in (None, "")  # no such count


def test_projects_have_open_columns_of_money_by_source_and_year(found, tmp_path):
    path = written(found, tmp_path / "g.xlsx", "zh")
    live, kept = openpyxl.load_workbook(path)["项目库"], openpyxl.load_workbook(path, data_only=True)["项目库"]
    place = {cell.value: cell.column_letter for cell in live[4]}
    for head in ("建设地点", "建设规模及内容", "用地面积（平方米）", "用地性质及权属", "前期工作进展", "配合单位", "街镇意见", "核实情况",
                 "未采纳理由", "2026年投资（万元）", "2030年投资（万元）", "其中：专项债（万元）"):
        assert head in place, head
    assert kept[f"{place['建设规模及内容']}5"].value == "新建1处、床位50张"
    assert kept[f"{place['建成年']}5"].value == 2026
    assert kept[f"{place['资金未落实（万元）']}5"].value == 250
    assert live[f"{place['资金未落实（万元）']}5"].value.startswith("=IF(COUNT(L5)=1,ROUND(L5-SUM(")


def test_choices_are_offered(found, tmp_path):
    book = openpyxl.load_workbook(written(found, tmp_path / "g.xlsx"))
    gaps = [rule.formula1 for rule in book["缺口清单"].data_validations.dataValidation]
    projects = [rule.formula1 for rule in book["项目库"].data_validations.dataValidation]
    assert gaps == ['"未启动,推进中,已完成,销号"']
    assert {'"近期,中期,远期"', '"划拨,出让,租赁,闲置用房改造,配建移交"', '"谋划,可研,初设,开工"'} <= set(projects)
    assert any("福彩公益金" in choice for choice in projects)


def test_a_list_without_gaps(found, tmp_path):
    nothing = replace(found[0].headline, gaps=0, projects=0, people_affected_sum=0.0, est_cost_cny=None)
    empty = replace(found[0], gaps=(), projects=(), headline=nothing)
    book = openpyxl.load_workbook(written((empty, *found[1:]), tmp_path / "g.xlsx"), data_only=True)
    assert book["缺口清单"]["L3"].value == 0
    for suffix in ("gpkg", "geojson", "csv"):
        path = written((empty, *found[1:]), tmp_path / f"g.{suffix}")
        assert len(gpd.read_file(path, **({"layer": "gaps"} if suffix == "gpkg" else {}))) == 0


def test_csv_has_the_keys_and_full_precision(found, tmp_path):
    files = tables.write_gaps(*found, tmp_path / "g.csv", lang="zh")
    assert [path.name for path in files] == ["g.csv", "g_projects.csv"]
    raw = files[0].read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    assert list(rows[0])[:18] == list(tables.GAP_KEYS)
    assert (rows[0]["value"], rows[0]["people_affected"], rows[2]["people_affected"], rows[2]["threshold"], rows[2]["threshold_max"]) == (
        "0.25",
        "100.5",
        "",
        "30.0",
        "40.0",
    )
    assert rows[0]["nearest_facility"] == "'=1+1"
    assert rows[0]["layer"] == "home"
    projects = list(csv.DictReader(io.StringIO(files[1].read_text(encoding="utf-8-sig"))))
    assert [row["est_cost_cny"] for row in projects] == ["2500000.0", ""]
    assert "cost" not in projects[0]
    assert "人" not in projects[0]["lon"] and float(projects[0]["lon"]) == pytest.approx(117.0, abs=1e-6)


def test_geopackage_has_two_layers_in_degrees(found, tmp_path):
    path = written(found, tmp_path / "g.gpkg")
    assert [name for name, _ in pyogrio.list_layers(path)] == ["gaps", "projects"]
    gaps, projects = (gpd.read_file(path, layer=layer) for layer in ("gaps", "projects"))
    assert gaps.crs == projects.crs == "EPSG:4326"
    assert gaps["nearest_facility"].tolist() == ["=1+1"] * 3  # data stay letter by letter
    assert gaps["people_affected"].tolist()[:2] == [100.5, 20]
    assert projects["est_cost_cny"].iloc[0] == 2_500_000
    assert gaps.geometry.iloc[0].x == pytest.approx(gaps["lon"].iloc[0], abs=1e-6)


def test_a_geopackage_in_another_system(found, tmp_path):
    path = written(found, tmp_path / "g.gpkg", crs="EPSG:4547")
    assert gpd.read_file(path, layer="gaps").crs == "EPSG:4547"
    written(found, tmp_path / "g.gpkg")  # written over, not added to
    assert len(gpd.read_file(path, layer="gaps")) == 3


@pytest.mark.parametrize("crs", [None, "EPSG:4490", "EPSG:4547"])
def test_shapefiles_say_which_field_is_which_and_what_was_cut(found, tmp_path, crs):
    listed = replace(found[0], gaps=(replace(found[0].gaps[0], nearest_facility="=" + "长" * 100), *found[0].gaps[1:]))
    files = tables.write_gaps(listed, *found[1:], tmp_path / "g.shp", lang="zh", crs=crs)
    assert [path.name for path in files] == ["g.shp", "g_projects.shp", "g_字段对照表.csv", "g_projects_字段对照表.csv"]
    gaps, projects = gpd.read_file(files[0]), gpd.read_file(files[1])
    assert gaps.crs.to_epsg() == projects.crs.to_epsg() == int((crs or "EPSG:4326").split(":")[1])
    rows = list(csv.DictReader(io.StringIO(files[2].read_text(encoding="utf-8-sig"))))
    assert [row["字段名"] for row in rows] == [name for name in gaps.columns if name != "geometry"]
    assert all(len(row["字段名"]) <= 10 for row in rows)
    whole = {row["完整字段名"]: row for row in rows}
    assert whole["threshold_max"]["含义"] == "目标值上限" and whole["threshold_max"]["字段名"] != whole["threshold"]["字段名"]
    assert whole["nearest_facility"]["截断行数（超过254字节）"] == "1"
    assert gaps[whole["nearest_facility"]["字段名"]].tolist() == ["=" + "长" * 84, "=1+1", "=1+1"]
    assert gaps[whole["people_affected"]["字段名"]].tolist()[:2] == [100.5, 20]
    assert projects["est_cost_c"].iloc[0] == 2_500_000


@pytest.mark.parametrize(
    ("name", "crs", "code"),
    [
        ("g.pdf", None, "export_suffix_unknown"),
        ("g.gpkg", "EPSG:99999999", "export_crs_unknown"),
        ("g.geojson", "EPSG:4547", "export_crs_form"),
        ("g.xlsx", "EPSG:4547", "export_crs_form"),
    ],
)
def test_what_cannot_be_written_is_refused_before_anything_is(found, tmp_path, name, crs, code):
    with pytest.raises(InputError) as refused:
        tables.write_gaps(*found, tmp_path / name, lang="zh", crs=crs)
    assert refused.value.code == code
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", ["xlsx", "csv", "gpkg", "geojson"])
def test_equal_lists_give_equal_bytes(found, tmp_path, suffix):
    one, two = (written(found, tmp_path / f"{k}" / f"g.{suffix}") for k in "ab" if not (tmp_path / k).mkdir())
    assert one.read_bytes() == two.read_bytes()


def test_addresses_and_heights():
    assert [column_name(k) for k in (0, 25, 26, 27, 701, 702)] == ["A", "Z", "AA", "AB", "ZZ", "AAA"]
    assert [lines_of("养老院" * 5, 40), lines_of("养老院" * 5, 20), lines_of("a\nb", 40), lines_of("", 5)] == [1, 2, 2, 1]


# ---- the coverage table ----------------------------------------------------------------------------------------------
def unit(code, name, people, covered):
    share = covered / people if people else None
    return UnitCoverage(code, name, people, covered, people - covered, share, 0.0, 0.0, 300.0, 250.0, 900.0, covered, share)


@pytest.fixture
def coverage():
    units = (unit("01", "=甲", 3.0, 1.0), unit("02", "乙", 0.0, 0.0))
    return Coverage("home", "walk", "walk", 72.0, 1080.0, 15.0, "total", "township", DAY, 2, 0, (), unit("", "", 3.0, 1.0), units)


def test_coverage_as_csv(coverage):
    text = tables.coverage_csv(coverage, {"01": 1, "02": None})
    rows = list(csv.DictReader(io.StringIO(text)))
    assert text.startswith("code,name,people,people_covered,share,class,")
    assert [(row["code"], row["name"], float(row["share"] or "nan") if row["share"] else None, row["class"]) for row in rows] == [
        ("01", "'=甲", 1 / 3, "1"),
        ("02", "乙", None, ""),
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_coverage_as_workbook(coverage, lang):
    book = openpyxl.load_workbook(io.BytesIO(tables.coverage_xlsx(coverage, {"01": 1}, lang=lang)))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert rows[1][:6] == ("01", "'=甲", 3, 1, 1 / 3, 1)
    assert rows[2][4] is None
    told = {row[0]: row[1] for row in book.worksheets[1].iter_rows(values_only=True)}
    assert {"home", "walk", 15, 1080, "2025-12-31"} <= set(told.values())
    assert tables.coverage_xlsx(coverage, lang=lang) == tables.coverage_xlsx(coverage, lang=lang)


def test_coverage_as_geopackage(coverage, tmp_path):
    shapes = [shapely.box(500_000 + 1000 * k, 4_400_000, 501_000 + 1000 * k, 4_401_000) for k in (1, 0)]
    frame = gpd.GeoDataFrame({"code": ["02", "01"], "name": ["乙", "甲"]}, geometry=shapes, crs=CRS)  # in another order than the coverage
    made = tables.coverage_gpkg(coverage, Boundaries(CRS, {"township": frame}), {"01": 1})
    assert made == tables.coverage_gpkg(coverage, Boundaries(CRS, {"township": frame}), {"01": 1})
    (tmp_path / "c.gpkg").write_bytes(made)
    read = gpd.read_file(tmp_path / "c.gpkg").set_index("code")
    assert read.crs == "EPSG:4326"
    assert read.loc["01", "share"] == 1 / 3
    assert read["share"].isna().tolist() == [False, True]
    assert read.loc["01", "class"] == 1
    assert read.loc["01", "name"] == "=甲"
    assert read.to_crs(CRS).loc["01"].geometry.centroid.x == pytest.approx(500_500, abs=1)


@pytest.mark.parametrize(("text", "lines"), [("", 1), ("on foot (walk_elderly) 15 min", 4),
                                             ("a b c", 1), ("社区养老服务驿站社区养老", 3), ("甲乙丙丁 戊己庚辛", 2),
                                             ("abcdefghijklmnopqrstuvwxyz", 3), ("a\nb", 2)])
def test_lines_that_a_text_takes(text, lines):
    assert lines_of(text, 12) == lines  # 10.5 columns of text; words stay whole, Chinese breaks anywhere
