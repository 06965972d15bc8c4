"""A programme as the workbook of capital projects: one row an action, its money by year, and what people are to fill in."""

import importlib.util
from pathlib import Path

import openpyxl
import pytest

from planner.errors import InputError
from planner.export.project_list import write_project_list
from planner.plan.programme_projects import programme_list

_spec = importlib.util.spec_from_file_location("programmes_drawn", Path(__file__).with_name("test_programme.py"))
drawn = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(drawn)


@pytest.fixture
def listed(draw):
    """A home of 60 beds enlarged to 120, and a new one of 60: what closes 200 beds and a home in the second community."""
    city = draw(drawn.HOMES)
    pack = drawn.pack_of(("beds", (">=", 200), drawn.BEDS), ("each", (">=", 1), drawn.EACH | {"scope": {"name": ["甲二"]}}))
    made = drawn.programme(city, pack, [drawn.larger("L", "h2", 3e6, 120), drawn.new("N", 1400, 4e6, beds=60, area_m2=1200)])
    assert made.closed == ("beds", "each")
    return programme_list(city, made, packs=["p"], scenario="baseline")


def test_projects_bear_places_sizes_and_years(listed):
    larger, new = listed.projects
    assert (larger.project_id, larger.action, larger.place, larger.unit_code, larger.unit_name) == ("P0001", "expand", "h2", "B", "乙镇")
    assert (larger.year, larger.start_year, larger.done_year, larger.invest_cny) == (2027, 2026, 2026, {2026: 3e6})
    assert (larger.x, larger.beds, larger.area_m2, larger.targets) == (2500, 60, None, ("beds",))
    assert (new.action, new.unit_name, round(new.x), new.beds, new.area_m2) == ("new", "甲街道", 1400, 60, 1200)
    assert (new.year, new.start_year, new.done_year, new.invest_cny) == (2028, 2026, 2027, {2026: 2e6, 2027: 2e6})
    assert new.targets == ("beds", "each") and new.est_cost_cny == 4e6
    assert listed.headline.est_cost_cny == 7e6 and listed.gaps == ()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_workbook_has_the_money_of_each_year(listed, tmp_path, lang):
    path = tmp_path / "list.xlsx"
    write_project_list(listed, path, "子标题", lang=lang)
    (page,) = openpyxl.load_workbook(path, data_only=True).worksheets
    heads = {cell.value: cell.column for cell in page[4]}
    names = {"zh": ("2026年投资（万元）", "2030年投资（万元）", "未列入年度（万元）", "建设地点", "建设规模及内容", "用地面积（平方米）",
                    "建筑面积（平方米）", "用地性质及权属", "计划开工年", "建成年", "前期工作进展", "销号状态", "配合单位"),
             "en": ("in 2026 (10,000 CNY)", "in 2030 (10,000 CNY)")}[lang]
    assert set(names) <= set(heads)
    rows = {page.cell(row, 1).value: row for row in (5, 6)}
    assert [page.cell(rows[key], heads[names[0]]).value for key in ("P0001", "P0002")] == [300, 200]
    if lang == "zh":
        assert [page.cell(rows[key], heads["未列入年度（万元）"]).value for key in ("P0001", "P0002")] == [0, 0]
        assert page.cell(rows["P0002"], heads["建设规模及内容"]).value == "新建1处、床位60张、建筑面积1,200平方米"
        assert page.cell(rows["P0001"], heads["建设地点"]).value == "h2"
    live = openpyxl.load_workbook(path).worksheets[0]
    assert str(live.cell(5, heads[{"zh": "未列入年度（万元）", "en": "in no year yet (10,000 CNY)"}[lang]]).value).startswith("=IF(COUNT(")


def test_it_is_a_workbook_only(listed, tmp_path):
    with pytest.raises(InputError, match="export_suffix_unknown"):
        write_project_list(listed, tmp_path / "list.csv", "", lang="zh")
