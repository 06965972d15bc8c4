"""Columns that a person chose: written so that the project can be read with them, or not at all."""

import pytest

from planner.errors import InputError
from planner.plan.columns_confirmed import chosen, confirm_columns, headers_of, keys_of, mapping_of
from planner.plan.columns_kept import remembered_columns
from planner.plan.project import read_project

TOML = """[project]
id = "a"  # stays
[boundaries.township]
path = "t.geojson"
[streets]
path = "s.geojson"
[population]
path = "p.csv"
columns = { code = "代码", total = "人口" }
[facilities.home]
path = "h.csv"
recognise = true
columns = { beds = "床位" }
"""


def entry(section, how="recognised", **columns):
    listed = [{"key": key, "header": header, "how": how, "kind": ""} for key, header in columns.items()]
    return {"section": section, "shape": f"{section}-1", "file": "h.csv", "sheet": None, "columns": listed, "ambiguous": {},
            "not_used": {}, "unknown": ["备注"]}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "planner.toml").write_text(TOML, encoding="utf-8")
    return tmp_path


def text(folder):
    return (folder / "planner.toml").read_text(encoding="utf-8")


def test_boundaries_get_a_line_a_key_and_the_rest_stays(folder):
    done = confirm_columns(folder, [entry("boundaries.township", code="XZQDM", name="XZQMC", **{"class": "城乡"})])
    assert done.written == ("boundaries.township",) and done.remembered == 1
    (level,) = read_project(folder).boundaries
    assert (level.code, level.name, level.class_, level.recognise) == ("XZQDM", "XZQMC", "城乡", False)
    assert '# stays' in text(folder) and remembered_columns(folder) == {"boundaries.township-1": {"code": "XZQDM", "name": "XZQMC",
                                                                                                 "class": "城乡"}}


def test_what_a_person_takes_out_is_not_looked_for_again(folder):
    before = entry("facilities.home", name="名称", beds="床位", lon="经度", lat="纬度", stars="星级")
    confirm_columns(folder, [before])
    after = chosen(before, {"name": "全称", "lon": "经度", "lat": "纬度"})
    assert [column["how"] for column in after["columns"]] == ["chosen", "recognised", "recognised"]
    assert after["dropped"] == ["beds", "stars"]
    assert confirm_columns(folder, [after]).written == ("facilities.home",)
    (layer,) = read_project(folder).facilities
    assert (layer.columns, layer.recognise) == ({"name": "全称", "lon": "经度", "lat": "纬度"}, False)
    assert remembered_columns(folder) == {"facilities.home-1": {"name": "全称", "lon": "经度", "lat": "纬度"}}


def test_a_question_stays_open_and_a_full_statement_is_only_remembered(folder):
    open_one = entry("facilities.home", name="名称") | {"ambiguous": {"beds": ["床位", "核定床位"]}}
    before = text(folder)
    done = confirm_columns(folder, [open_one, entry("population", "stated", code="代码", total="人口")])
    assert (done.written, done.remembered, done.left) == ((), 1, {"facilities.home": ("beds",)}) and text(folder) == before


@pytest.mark.parametrize(("section", "found", "kept"), [
    ("facilities.home", {"name": "名称", "lon": "经度", "lat": "纬度"}, {"name": "名称", "lon": "经度"}),  # half a place
    ("population", {"code": "代码", "total": "人口"}, {"code": "代码"})])  # nobody to count
def test_a_mapping_that_the_project_could_not_be_read_with_is_not_written(folder, section, found, kept):
    before = text(folder)
    with pytest.raises(InputError) as caught:
        confirm_columns(folder, [chosen(entry(section, **found), kept)])
    assert caught.value.code == "columns_not_sound" and text(folder) == before
    assert remembered_columns(folder) == {}


def test_headers_and_keys_to_choose_from():
    one = entry("facilities.home", name="名称") | {"ambiguous": {"beds": ["床位", "核定床位"]}, "not_used": {"stars": ["星级"]}}
    assert headers_of(one) == ("名称", "床位", "核定床位", "星级", "备注") and mapping_of(one) == {"name": "名称"}
    assert keys_of(one)[:3] == ("name", "beds", "stars") and "area_m2" in keys_of(one)
    assert keys_of(entry("boundaries.township"))[:2] == ("code", "name") and "total" in keys_of(entry("population"))
