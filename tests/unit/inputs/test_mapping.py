import dataclasses

import openpyxl
import pytest

from planner.inputs import mapping
from planner.inputs.readers import as_demand, survey
from planner.inputs.reading import Reading
from planner.inputs.specs import BoundarySpec, FacilitySpec, PopulationSpec
from planner.quality import QualityReport


def settle(town, text, *, stated=None, remembered=None):
    reading = Reading(QualityReport(), remembered or {})
    file = dataclasses.replace(town.text("a.csv", text), section="facilities.home")
    return mapping.of_facilities(FacilitySpec("home", file, stated or {}, recognise=True), reading), reading.report


def people(town, text, **more):
    reading = Reading(QualityReport())
    file = dataclasses.replace(town.text("p.csv", text), section="population")
    return mapping.of_population(PopulationSpec(file, {}, recognise=True, **more), reading), reading.report


def test_columns_are_recognised_below_a_title_and_told(town):
    spec, report = settle(town, "台账\n填报单位：某局\n机构名称,经度,纬度,核定床位(张),备注\n甲,117,39.7,5,\n")
    assert spec.columns == {"name": "机构名称", "lon": "经度", "lat": "纬度", "beds": "核定床位(张)"}
    assert [(issue.code, issue.severity) for issue in report.issues] == [("columns_recognised", "info")]
    (entry,) = report.columns
    assert entry["columns"][3] == {"key": "beds", "header": "核定床位(张)", "how": "recognised", "kind": "approved"}
    assert entry["unknown"] == ["备注"] and entry["section"] == "facilities.home"


def test_an_ambiguous_key_is_asked_and_not_taken(town):
    spec, report = settle(town, "名称,经度,纬度,床位数,核定床位\n甲,117,39.7,5,6\n")
    assert "beds" not in spec.columns
    (issue,) = [issue for issue in report.issues if issue.code == "column_ambiguous"]
    assert (issue.severity, issue.column, issue.value) == ("warning", "facilities.home.columns.beds", "床位数, 核定床位")
    assert "核定床位" in issue.done("zh") and report.columns[0]["ambiguous"] == {"beds": ["床位数", "核定床位"]}


def test_a_stated_answer_settles_it(town):
    spec, report = settle(town, "名称,经度,纬度,床位数,核定床位\n甲,117,39.7,5,6\n", stated={"beds": "核定床位"})
    assert spec.columns["beds"] == "核定床位" and spec.columns["name"] == "名称"
    assert {column["key"]: column["how"] for column in report.columns[0]["columns"]}["beds"] == "stated"
    assert not any(issue.code == "column_ambiguous" for issue in report.issues)


def test_two_longitudes_block(town):
    spec, report = settle(town, "名称,经度,lon,纬度\n甲,117,117,39.7\n")
    assert spec is None and [issue.code for issue in report.blocking] == ["column_ambiguous"]


def test_no_place_at_all_blocks(town):
    spec, report = settle(town, "名称,床位\n甲,5\n")
    (issue,) = report.blocking
    assert spec is None and issue.code == "config_invalid" and issue.column == "facilities.home.columns" and "名称" in issue.done("zh")


def test_half_a_place_is_not_taken(town):
    spec, _ = settle(town, "名称,经度,所属街道\n甲,117,甲街道\n")
    assert spec.columns == {"name": "名称", "township": "所属街道"}


def test_stated_columns_are_left_alone(town):
    spec = FacilitySpec("home", town.text("a.csv", "名称,经度,纬度,状态\n甲,117,39.7,关闭\n"), {"lon": "经度", "lat": "纬度"})
    reading = Reading(QualityReport())
    assert mapping.of_facilities(spec, reading) is spec and not reading.report.issues
    table = reading.table(spec.file, ["经度", "纬度"], role="facilities.home")
    mapping.note(spec, table, reading)
    assert reading.report.columns[0]["not_used"] == {"name": ["名称"], "status": ["状态"]} and not reading.report.issues


def test_a_mapping_is_remembered_by_shape(town):
    text = "名称,经度,纬度,床位数,核定床位\n甲,117,39.7,5,6\n"
    _, first = settle(town, text)
    shape = first.columns[0]["shape"]
    spec, report = settle(town, text.replace("床位数,核定床位", "核定床位（张）, 床位数"),
                          remembered={shape: {"beds": "床位数", "x": "无"}})
    assert spec.columns["beds"] == " 床位数" or spec.columns["beds"] == "床位数"
    assert [issue.code for issue in report.issues] == ["columns_remembered", "columns_recognised"]
    spec, report = settle(town, text.replace("名称,", "名称,地址,").replace("甲,", "甲,某路,"), remembered={shape: {"beds": "床位数"}})
    assert "beds" not in spec.columns


def test_people_of_two_kinds_are_a_question_that_blocks(town):
    spec, report = people(town, "社区代码,常住人口,户籍人口\n101,5,6\n")
    assert spec is None and [(issue.code, issue.column) for issue in report.blocking] == [("column_ambiguous", "population.columns.total")]


def test_people_without_a_total_block(town):
    spec, report = people(town, "社区代码,甲\n101,5\n")
    assert spec is None and report.blocking[0].sentence == "columns_total_missing"


def test_the_kind_of_people_is_written_down(town):
    spec, report = people(town, "社区代码,户籍人口,60岁及以上,常住80岁及以上\n101,5,2,1\n")
    reading = Reading(report)
    mapping.population_kind(spec, reading)
    assert report.population == {"kind": "registered", "declared": False, "groups": {
        "total": "registered", "age_60_plus": "registered", "age_80_plus": "resident"}}
    mapping.population_kind(dataclasses.replace(spec, kind="registered"), reading)
    (issue,) = [issue for issue in report.issues if issue.code == "population_kind_differs"]
    assert (issue.column, issue.value) == ("常住80岁及以上", "resident")


def test_a_whole_survey_without_columns(town):
    town.text("people.csv", "社区代码,常住人口\n101,10\n102,20\n201,30\n202,40\n")
    lon, lat = town.degrees(500, 500)
    town.text("homes.csv", f"机构名称,经度,纬度,床位\n甲院,{lon},{lat},约50\n")
    report = QualityReport()
    found = survey(town.levels, [FacilitySpec("home", dataclasses.replace(town.ref("homes.csv"), section="facilities.home"), {},
                                              recognise=True)],
                   PopulationSpec(dataclasses.replace(town.ref("people.csv"), section="population"), {}, spread="points", recognise=True),
                   crs=town.crs, lines=lambda _: None, report=report)
    assert report.totals["population"] == {"total": 100} and report.totals["facilities"]["home"]["beds"] == 50
    assert found.people is not None and not report.blocking and as_demand(found).kinds == {"total": "resident"}


def test_the_sheet_that_knows_most_is_taken(town):
    book = openpyxl.Workbook()
    book.active.append(["说明"])
    page = book.create_sheet("台账")
    page.append(["机构信息", None, "位置", None])
    page.append(["名称", "床位数", "经度", "纬度"])
    page.append(["甲", 5, 117, 39.7])
    page.merge_cells("A1:B1")
    page.merge_cells("C1:D1")
    book.save(town.folder / "b.xlsx")
    reading = Reading(QualityReport())
    spec = mapping.of_facilities(FacilitySpec("home", town.ref("b.xlsx", "facilities.home"), {}, recognise=True), reading)
    assert spec.columns == {"name": "名称", "beds": "床位数", "lon": "经度", "lat": "纬度"} and reading.report.columns[0]["sheet"] == "台账"


@pytest.mark.parametrize("missing", ["核定床位", "床位总数"])
def test_a_missing_column_names_the_likely_one(town, missing):
    reading = Reading(QualityReport())
    table = reading.table(town.text("a.csv", "名称,床位数\n甲,5\n"), [missing], role="facilities.home")
    reading.missing_columns(table, [missing])
    (issue,) = reading.report.blocking
    assert issue.code == "column_missing" and issue.value == missing and "床位数" in issue.done("zh") and "床位数" in issue.done("en")


def test_candidates_have_words_of_their_own(town):
    reading = Reading(QualityReport())
    file = dataclasses.replace(town.text("c.csv", "地块编号,地块名称,经度,纬度,用地性质,权属,造价（万元）,可用时间,建筑面积,适用设施\n"),
                               section="candidates.idle")
    spec = mapping.of_facilities(FacilitySpec("candidates.idle", file, {}, recognise=True), reading)
    assert spec.columns == {"id": "地块编号", "name": "地块名称", "lon": "经度", "lat": "纬度", "land_use": "用地性质", "tenure": "权属",
                            "cost_cny": "造价（万元）", "available": "可用时间", "area_m2": "建筑面积", "layer": "适用设施"}
    assert reading.report.columns[0]["shape"].startswith("candidates-")
    homes = mapping.of_facilities(FacilitySpec("home", dataclasses.replace(file, section="facilities.home"), {}, recognise=True), reading)
    assert homes.columns["owner"] == "权属" and "land_use" not in homes.columns


def boundary(town, level, *fields, **stated):
    town.townships = [town.feature(town.square(0, 0), **dict.fromkeys(fields, "1"))]
    town.write()
    reading = Reading(QualityReport())
    file = town.ref("townships.geojson", f"boundaries.{level}")
    spec = BoundarySpec(level, file, stated.pop("code", ""), stated.pop("name", ""), recognise=True, **stated)
    return mapping.of_boundaries(spec, reading), reading.report


@pytest.mark.parametrize(("level", "fields", "found"), [
    ("township", ("XZQDM", "XZQMC", "OBJECTID"), ("XZQDM", "XZQMC", None, None)),
    ("township", ("街道代码", "街道名称", "区县代码", "城乡分类"), ("街道代码", "街道名称", "区县代码", "城乡分类")),
    ("community", ("社区代码", "社区名称", "街道代码", "街道名称"), ("社区代码", "社区名称", "街道代码", None)),
    ("district", ("adcode", "name", "parent"), ("adcode", "name", "parent", None)),
    ("grid", ("单元编码", "单元名称", "街道代码"), ("单元编码", "单元名称", None, None))])
def test_columns_of_boundaries_by_their_level(town, level, fields, found):
    spec, report = boundary(town, level, *fields)
    assert (spec.code, spec.name, spec.parent, spec.class_) == found
    assert [(issue.code, issue.severity, issue.column) for issue in report.issues] == [
        ("columns_recognised", "info", f"boundaries.{level}")]
    assert {column["key"]: column["how"] for column in report.columns[0]["columns"]}["code"] == "recognised"


def test_two_codes_of_a_boundary_are_asked(town):
    spec, report = boundary(town, "township", "代码", "街道代码", "名称")
    (issue,) = report.blocking
    assert spec is None and (issue.code, issue.column) == ("column_ambiguous", "boundaries.township.code")
    assert "[boundaries.township]" in issue.done("zh") and "[boundaries.township]" in issue.done("en")
    answered, after = boundary(town, "township", "代码", "街道代码", "名称", code="街道代码")
    assert (answered.code, answered.name) == ("街道代码", "名称") and not after.blocking


def test_a_boundary_whose_headers_say_nothing_is_refused_with_them(town):
    spec, report = boundary(town, "township", "FID", "面积")
    (issue,) = report.blocking
    assert spec is None and issue.code == "config_invalid" and "FID, 面积" in issue.done("zh") and "code" in issue.done("en")
