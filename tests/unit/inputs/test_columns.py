import tomllib
from pathlib import Path

import pytest

import planner.inputs.columns as module
from planner.inputs.columns import CAPACITIES, FACILITIES, KINDS, POPULATION, bare, key_of, kind_of, likely, match, score, shape, words

WORDS = tomllib.loads((Path(module.__file__).parent / "column_words.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("table", [FACILITIES, POPULATION])
def test_a_word_stands_once_in_a_table(table):
    listed = [module._plain(word) for ranks in WORDS[table].values() for rank in ranks for word in rank]
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize(("header", "key"), [
    ("机构名称", "name"), (" 机构 名称* ", "name"), ("床位数（张）", "beds"), ("核定床位", "beds"),
    ("开放床位", "open_beds"), ("实际(开放)床位", "open_beds"),
    ("备案床位", "filed_beds"), ("护理型床位", "nursing_beds"), ("床位_护理型", "nursing_beds"),
    ("床位_核定", "beds"), ("基本情况_机构名称", "name"),
    ("建筑面积(㎡)", "area_m2"), ("建筑面积/平方米", "area_m2"), ("占地面积（亩）", "land_m2"), ("ＬＯＮ", "lon"), ("area_m2", "area_m2"),
    ("所属街道（乡镇）", "township"), ("所属村（社区）", "community"), ("1.详细地址", "address"), ("其中：护理型床位数", "nursing_beds"),
    ("Opening Date", "opened"), ("建成时间", "opened"), ("有效避难面积", "effective_area_m2")])
def test_headers_of_ledgers(header, key):
    assert key_of(header, FACILITIES)[0] == key


@pytest.mark.parametrize("header", ["序号", "备注", "联系电话", "床位使用率", "管理单位名称", "是否护理型床位达标", "", "60岁及以上"])
def test_headers_that_are_none_of_the_known(header):
    assert key_of(header, FACILITIES) is None


@pytest.mark.parametrize(("header", "key"), [
    ("60岁及以上", "age_60_plus"), ("60岁以上老年人口", "age_60_plus"),
    ("户籍60周岁及以上人口（人）", "age_60_plus"), ("≥65岁", "age_65_plus"),
    ("80+", "age_80_plus"), ("aged 60 and over", "age_60_plus"), ("age_65_plus", "age_65_plus"), ("18岁以下", "under_18"),
    ("0-17岁", "under_18"), ("0—6岁人口", "under_7"), ("under 18", "under_18"), ("常住人口", "total"), ("户籍人口数", "total"),
    ("2025年_常住人口", "total"), ("社区代码", "code"), ("总户数", "households")])
def test_headers_of_population_tables(header, key):
    assert key_of(header, POPULATION)[0] == key


@pytest.mark.parametrize("header", ["60-79岁", "老龄化率", "60岁以上占比", "男", "流动人口"])
def test_groups_that_are_not_known(header):
    assert key_of(header, POPULATION) is None


def test_two_headers_for_one_key_are_a_question():
    found = match(["机构名称", "床位数", "核定床位", "开放床位"], FACILITIES)
    assert found.columns == {"name": "机构名称", "open_beds": "开放床位"}
    assert found.ambiguous == {"beds": ("床位数", "核定床位")}


def test_a_word_of_a_later_rank_gives_way():
    assert match(["建成时间"], FACILITIES).columns == {"opened": "建成时间"}
    found = match(["建成时间", "启用日期"], FACILITIES)
    assert found.columns == {"opened": "启用日期"} and found.spare == {"opened": ("建成时间",)} and not found.ambiguous


def test_both_coordinates_in_one_column():
    assert match(["名称", "经纬度"], FACILITIES).columns == {"name": "名称", "lon": "经纬度", "lat": "经纬度"}
    assert match(["坐标", "经度", "纬度"], FACILITIES).columns == {"lon": "经度", "lat": "纬度"}


def test_unknown_headers_are_told_apart():
    assert match(["序号", "名称", ""], FACILITIES).unused == ("序号",)


def test_score_counts_keys_not_headers():
    assert score(["床位数", "核定床位", "名称", "甲养老院"], FACILITIES) == 2


def test_shape_is_the_set_of_headers():
    assert shape(["名称", "床位数（张）", ""]) == shape([" 床位数", "名　称"])
    assert shape(["名称"]) != shape(["名称", "床位"])


def test_kinds():
    assert [kind_of(header, CAPACITIES) for header in ("核定床位", "开放床位", "备案床位", "床位数", "核定(开放)床位")] == [
        "approved", "open", "filed", "", ""]
    assert [kind_of(header, KINDS) for header in ("常住人口", "户籍60岁及以上", "总人口", "Registered population")] == [
        "resident", "registered", "", "registered"]


def test_likely_headers_for_one_that_is_missing():
    assert likely("核定床位", ["名称", "核定床位数", "开放床位"]) == ("核定床位数",)
    assert likely("无此列", ["名称"]) == ()


def test_bare_never_empties_a_header():
    assert bare("（张）") and bare("1.") and words("pair")
