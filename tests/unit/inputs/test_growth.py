"""[growth] of planner.toml: what is read, and what is told of rows that cannot be used."""

import json

import pytest

from planner.errors import InputError
from planner.measure.growth import people_of_year
from planner.plan.project import read_city, read_project
from planner.quality import QualityReport

TOML = """
[project]
id = "two"
name = "两镇"
crs = "EPSG:32650"
reference_date = 2025-12-31
[boundaries.township]
path = "towns.geojson"
code = "code"
name = "name"
[streets]
path = "streets.geojson"
[population]
path = "people.csv"
columns = { x = "x", y = "y", total = "total", age_60_plus = "old" }
crs = "EPSG:32650"
spread = "points"
date = 2025-12-31
[travel.walk]
mode = "walk"
metres_per_minute = 60
"""
X0, Y0 = 500_000, 4_400_000


@pytest.fixture
def folder(tmp_path):
    """100 people (10 of them 60 or over) at 0 in T1 (东镇), 50 (20) at 900 m in T2 (西镇)."""
    def features(geometries):
        crs = {"type": "name", "properties": {"name": "EPSG:32650"}}
        parts = [{"type": "Feature", "properties": words, "geometry": {"type": kind, "coordinates": at}} for words, kind, at in geometries]
        return json.dumps({"type": "FeatureCollection", "crs": crs, "features": parts})

    def box(low, high):
        corners = [(low, -500), (high, -500), (high, 500), (low, 500), (low, -500)]
        return [[[X0 + x, Y0 + y] for x, y in corners]]

    towns = [({"code": "110101001", "name": "东镇"}, "Polygon", box(-100, 500)),
             ({"code": "110101002", "name": "西镇"}, "Polygon", box(500, 2000))]
    (tmp_path / "towns.geojson").write_text(features(towns), encoding="utf-8")
    (tmp_path / "streets.geojson").write_text(features([({}, "LineString", [[X0 - 50, Y0], [X0 + 1600, Y0]])]), encoding="utf-8")
    (tmp_path / "people.csv").write_text(f"x,y,total,old\n{X0},{Y0},100,10\n{X0 + 900},{Y0},50,20\n", encoding="utf-8")
    return tmp_path


def read(folder, section, **files):
    (folder / "planner.toml").write_text(TOML + section, encoding="utf-8")
    for name, content in files.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    report = QualityReport()
    return read_city(read_project(folder, report=report), report=report), report


PLAIN = '[growth]\npath = "growth.csv"\n'


def test_a_table_with_chinese_headers_and_words(folder):
    """Codes lose their .0, 60岁及以上 is a group, a blank code is the whole project."""
    city, report = read(folder, PLAIN, growth="区划代码,组别,年份,系数,人数\n110101001.0,常住人口,2030,1.2,\n,60岁及以上,2030,,45\n")
    assert [(row.code, row.group, row.year, row.factor, row.people) for row in city.growth.stated] == [
        ("110101001", "total", 2030, 1.2, None), ("", "age_60_plus", 2030, None, 45.0)]
    later = people_of_year(city, 2030)
    assert later.demand.people["total"].tolist() == [120.0, 50.0] and later.demand.people["age_60_plus"].tolist() == [15.0, 30.0]
    record = report.files["growth.csv"]
    assert (record.role, record.rows_in, record.rows_kept) == ("growth", 2, 2) and not report.blocking


ROWS = {
    "growth_without_unit": "999,total,2030,1.2,", "growth_group_unknown": ",cats,2030,1.2,", "growth_one_of": ",total,2030,1.2,9",
    "growth_value_invalid": ",total,2030,-1,", "growth_repeated": "110101001,total,2030,1.3,",
}


def test_rows_that_cannot_be_used_are_told_and_left_out(folder):
    text = "code,group,year,factor,people\n110101001,total,2030,1.2,\n" + "\n".join(ROWS.values()) + "\n,total,soon,1.2,\n,total,2030,,\n"
    city, report = read(folder, PLAIN, growth=text)
    told = {issue.sentence: issue.row for issue in report.issues if issue.file == "growth.csv"}
    assert len(city.growth.stated) == 1 and set(ROWS) <= set(told) and told["growth_without_unit"] == 3
    record = report.files["growth.csv"]
    assert (record.rows_in, record.rows_kept) == (8, 1)
    for issue in report.issues:
        assert "{" not in issue.done("zh") and "{" not in issue.done("en")


def test_a_table_without_its_columns_blocks(folder):
    with pytest.raises(InputError):
        read(folder, PLAIN, growth="code,year,factor\n,2030,1\n")
    report = QualityReport()
    with pytest.raises(InputError):
        read_city(read_project(folder, report=report), report=report)
    assert [(issue.code, issue.sentence) for issue in report.blocking] == [("column_missing", "growth_column_missing")]


def test_ages_and_housing(folder):
    """Twenty years on: of the 40 aged 40 to 59 nine in ten live; the plot in T2 has 30 households of two."""
    section = ('[growth.ages]\npath = "ages.csv"\n[growth.housing]\npath = "plots.csv"\ncrs = "EPSG:32650"\npeople_per_household = 2\n'
               'columns = { id = "id", x = "x", y = "y", households = "户数", opened = "交付" }\n')
    ages = "age,people,survival,births\n0,30,1,1\n20,50,1,\n40,40,0.9,\n60,30,0,\n"
    city, report = read(folder, section, ages=ages, plots=f"id,x,y,户数,交付\np1,{X0 + 1000},{Y0},30,2030年\n")
    assert len(city.growth.ages) == 1 and city.growth.ages[0].births == 1.0 and city.candidates == {}
    later = people_of_year(city, 2045)
    assert later.demand.people["age_60_plus"][:2].tolist() == pytest.approx([12.0, 24.0])  # 36 / 30
    assert later.demand.people["total"].tolist() == pytest.approx([100 * 136 / 150, 50 * 136 / 150, 60])
    assert later.demand.units["township"].tolist() == ["110101001", "110101002", "110101002"] and later.people_of.housing == 60.0
    assert not report.blocking


@pytest.mark.parametrize(("rows", "sentence"), [
    ("5,30,1\n20,50,1\n", "growth_ages_uneven"), ("0,30,1\n20,50,1.2\n", "growth_age_invalid"),
    ("0,30,1\n20,50,1\n30,1,1\n", "growth_ages_uneven"),
    ("0,30,\n20,50,1\n", "growth_ages_uneven"), ("0,x,1\n20,50,1\n", "growth_value_invalid")])
def test_ages_that_cannot_move_up_are_told(folder, rows, sentence):
    city, report = read(folder, '[growth.ages]\npath = "ages.csv"\n', ages="age,people,survival\n" + rows)
    assert city.growth.ages == () and sentence in {issue.sentence for issue in report.issues}
    assert report.files["ages.csv"].rows_kept == 0


@pytest.mark.parametrize(("section", "key"), [
    ("[growth]\n", "growth.path"), ('[growth]\npath = 3\n', "growth.path"),
    ('[growth.housing]\npath = "p.csv"\ncolumns = { id = "id" }\n', "growth.housing.columns"),
    ('[growth.housing]\npath = "p.csv"\npeople_per_household = 0\n', "growth.housing.people_per_household")])
def test_what_is_wrong_in_the_section_is_said_with_its_key(folder, section, key):
    (folder / "planner.toml").write_text(TOML + section, encoding="utf-8")
    report = QualityReport()
    read_project(folder, report=report)
    assert key in {issue.column for issue in report.blocking}
    assert all("{" not in issue.done(lang) for issue in report.blocking for lang in ("zh", "en"))
