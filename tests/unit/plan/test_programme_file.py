"""Tables of candidate actions: every kind, money in yuan or 万元, and faults that name row, column and value."""

import numpy as np
import pytest

from planner.errors import InputError
from planner.i18n import error_text
from planner.inputs.coordinates import parse_system, to_wgs84
from planner.plan.programme_file import read_candidates
from planner.quality import QualityReport

HOMES = {"home": [{"id": "h1", "x": 500, "name": "甲院", "beds": 40.0, "area_m2": 900.0, "level": "一级"}],
         "club": [{"id": "c1", "x": 2500, "name": "站", "beds": 5.0, "area_m2": 100.0}]}
LON, LAT = (float(one[0]) for one in to_wgs84(parse_system("EPSG:32650"), np.array([1500.0]), np.array([0.0])))


@pytest.fixture
def read(draw, tmp_path):
    def one(text):
        path, report = tmp_path / "c.csv", QualityReport()
        path.write_text(text, encoding="utf-8")
        return read_candidates(path, draw(HOMES), report), report

    return one


def test_every_kind_of_action(read):
    found, report = read(
        "id,do,layer,facility,lon,lat,cost,beds,area_m2,level,host_layer,gives_beds,from_layer,premises_kind,running_cny,name\n"
        f"a,新建,home,,{LON},{LAT},600000,30,,二级,,,,existing,1000,乙院\n"
        "b,expand,home,h1,,,200000,70,1200,,,,,,,\n"
        "c,convert,home,c1,,,90000,20,,,,,club,,,\n"
        "d,share,club,h1,,,50000,,,,home,15,,,,\n"
        "e,open,home,h1,,,10000,50,,,,,,,,\n"
        "f,convert,home,h1,,,8000,,,三级,,,,,,\n")
    assert report.issues == []
    assert [(one.id, one.kind, one.layer, one.cost_cny, one.host) for one in found] == [
        ("a", "new", "home", 600000, ""), ("b", "expand", "home", 200000, "h1"), ("c", "convert", "home", 90000, "c1"),
        ("d", "share", "club", 50000, "h1"), ("e", "open", "home", 10000, "h1"), ("f", "convert", "home", 8000, "h1")]
    verbs = [[(action.do, action.layer, action.id, dict(action.values)) for action in one.actions] for one in found]
    assert verbs == [
        [("add", "home", "a", {"beds": 30.0, "level": "二级"})], [("expand", "home", "h1", {"beds": 70.0, "area_m2": 1200.0})],
        [("convert", "club", "c1", {"beds": 20.0})], [("expand", "home", "h1", {"beds": 25.0}), ("add", "club", "d", {"beds": 15.0})],
        [("expand", "home", "h1", {"beds": 50.0})], [("set", "home", "h1", {"level": "三级"})]]
    assert (found[0].existing, found[0].running_cny, found[0].name, found[1].existing) == (True, 1000.0, "乙院", False)
    assert found[2].actions[0].to_layer == "home"


@pytest.mark.parametrize(("head", "cell", "cny"), [
    ("cost", "650000", 650_000), ("造价（万元）", "65", 650_000), ("cost_wan", "65.5", 655_000), ("总投资(元)", "650000", 650_000),
    ("cost", "65万", 650_000)])
def test_money_by_its_header(read, head, cell, cny):
    (one,), report = read(f"id,do,layer,lon,lat,{head},beds\na,add,home,{LON},{LAT},{cell},30\n")
    assert (one.cost_cny, report.issues) == (cny, [])


def test_a_cost_that_can_hardly_be_is_kept_and_told(read):
    (one,), report = read(f"id,do,layer,lon,lat,cost,beds\na,add,home,{LON},{LAT},65,30\n")
    assert one.cost_cny == 65
    assert [(issue.code, issue.severity, issue.row, issue.value) for issue in report.issues] == [("cost_magnitude", "warning", 2, "65")]
    assert "万元" in report.issues[0].done("zh")
    assert "tens of thousands" in report.issues[0].done("en")


HEAD = "id,do,layer,facility,lon,lat,cost,beds,host_layer,gives_beds\n"


@pytest.mark.parametrize(("text", "code", "words"), [
    ("do,layer,cost\nadd,home,5\n", "programme_file_column", ("id",)),
    ("id,do,layer,lon,lat\na,add,home,1,1\n", "programme_file_cost", ("-",)),
    ("id,do,layer,cost,造价（万元）\na,add,home,1,1\n", "programme_file_cost", ("造价（万元）",)),
    (HEAD, "programme_file_none", ()),
    (HEAD + ",add,home,,1,1,5000,,,\n", "programme_file_wants_text", ("2", "id")),
    (HEAD + "a,rent,home,,1,1,5000,,,\n", "programme_file_wants_do", ("2", "rent")),
    (HEAD + "a,add,inn,,1,1,5000,,,\n", "programme_file_no_layer", ("2", "inn", "club")),
    (HEAD + f"a,add,home,,{LON},{LAT},dear,,,\n", "programme_file_wants_number", ("2", "cost", "dear")),
    (HEAD + f"a,add,home,,{LON},{LAT},5000,many,,\n", "programme_file_wants_number", ("2", "beds", "many")),
    (HEAD + f"a,add,home,,{LON},95,5000,,,\n", "programme_file_wants_degrees", ("2", "lat", "95")),
    (HEAD + "a,expand,home,h9,,,5000,50,,\n", "programme_file_no_facility", ("2", "h9")),
    (HEAD + "a,expand,home,h1,,,5000,,,\n", "programme_file_nothing_set", ("2", "h1")),
    (HEAD + "a,share,club,h1,,,5000,,home,50\n", "programme_file_too_few", ("2", "50", "40")),
    (HEAD + "a,share,club,h1,,,5000,,home,\n", "programme_file_gives_nothing", ("2", "h1")),
    (f"id,do,layer,lon,lat,cost,x\na,add,home,{LON},{LAT},5000,7\n", "programme_file_reserved", ("2", "x")),
    (HEAD + "a,open,home,h1,,,5000,50,,\na,open,home,h1,,,5000,60,,\n", "programme_file_repeated", ("3", "a")),
])
def test_faults_name_row_column_and_value(read, text, code, words):
    with pytest.raises(InputError) as refused:
        read(text)
    assert refused.value.code == code
    for lang in ("zh", "en"):
        said = error_text(refused.value, lang)
        assert "c.csv" in said
        assert all(word in said for word in words), said


def test_a_file_that_is_not_there(draw, tmp_path):
    with pytest.raises(InputError, match="programme_file_file"):
        read_candidates(tmp_path / "none.csv", draw(HOMES), QualityReport())
