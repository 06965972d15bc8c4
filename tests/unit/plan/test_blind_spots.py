"""Blind spots of the one-street city's targets, and how they go out with the gap list.

People (aged 60+): A1 500 m 100 (10), A2 1500 m 200 (20), B1 2500 m 300 (30), B2 3500 m 400 (40). Homes are 1 km apart.
"""

import csv
import io
from dataclasses import replace

import openpyxl
import pyogrio
import pytest
import shapely

from planner.errors import InputError
from planner.export.blind_spots import KEYS, blind_spot_rows, write_blind_spots
from planner.export.tables import write_gaps
from planner.measure.blind_spots import LISTED
from planner.plan.blind_spots import blind_spot_list, with_blind_spots, with_shapes
from planner.plan.gaps import gap_list
from planner.quality import QualityReport
from planner.targets.evaluate import evaluate
from planner.targets.pack_rules import build_pack

HOME = {"home": [{"x": 600, "name": "=甲养老院", "beds": 60}], "shop": [{"x": 3400, "name": "<b>店</b>"}]}
WITHIN = {"metric": "population_within", "minutes": 18, "travel": "walk", "by": "community"}


@pytest.fixture
def asked(draw, request):
    """A city with some checks of `home` evaluated: city, evaluation, packs, gap list."""

    def make(*checks, value=60, comparator=">=", **more):
        unit = "% of people" if comparator == ">=" else "minutes"
        entries = [{"id": f"t{k}", "title": {"zh": f"指标{k}", "en": f"target {k}"}, "clause": f"c{k}", "kind": "target", "layer": "home",
                    "unit": unit, "comparator": comparator, "value": value, "check": check} for k, check in enumerate(checks, start=1)]
        top = {"schema": "planner.pack/1", "id": "p", "title": {"zh": "包", "en": "pack"}, "source": {"document": "d", "year": 2021}}
        pack = build_pack(top | {"period": [2023, 2025], "target": entries}, "p.toml")
        city = draw(HOME, **more)
        answer = evaluate(city, [pack], as_of=city.reference_date)
        return city, answer, [pack], gap_list(city, answer, [pack])

    return make


def listed(made):
    city, answer, packs, gaps = made
    return blind_spot_list(city, answer, packs, gaps.gaps)


def test_each_question_once_with_its_targets_gaps_and_ways(asked):
    first, second = listed(asked(WITHIN, WITHIN, WITHIN | {"group": "age_60_plus"}))
    assert (first.targets, first.clauses, first.states, first.group) == (("t1", "t2"), ("c1", "c2"), ("not_met", "not_met"), "total")
    assert (first.layers, first.travels, first.people, first.people_beyond, first.join_m) == (("home",), {"walk": "walk"}, 1000, 700, 2000)
    (one,) = first.spots  # homes stand on a lattice of 1 km, so neighbours are up to 2 km apart
    assert (one.id, one.people, one.points.tolist(), one.places) == ("B00001", 700, [2, 3], ("乙二", "乙一"))
    assert (one.nearest_name, one.nearest_m, one.minutes) == ("=甲养老院", 2900, 58)
    assert first.gaps == {"B00001": tuple(gap.gap_id for gap in asked(WITHIN, WITHIN)[3].gaps)} and len(first.gaps["B00001"]) == 4
    assert (second.targets, second.people, second.people_beyond, second.spots[0].id) == (("t3",), 100, 70, "B00002")


def test_a_target_that_is_met_may_leave_people_beyond(asked):
    made = asked(WITHIN, value=30)
    assert made[3].gaps == () and made[1].targets[0].state == "met"
    (question,) = listed(made)
    assert (question.states, question.people_beyond, question.gaps) == (("met",), 700, {"B00001": ()})


def test_of_a_basket_the_layer_that_is_farthest(asked):
    basket = {key: value for key, value in WITHIN.items() if key != "minutes"} | {"basket": ["home", "shop"], "metres": 400}
    (question,) = listed(asked(basket))
    assert question.layers == ("home", "shop") and question.people_beyond == 1000
    (one,) = question.spots  # from the person in the middle (2500 or 3500 m) the home at 600 is farther than the shop at 3400
    assert (one.layer, one.nearest_name) == ("home", "=甲养老院")


def test_ways_that_differ_are_told_apart(asked):
    limits = [{"class": "urban", "minutes": 1, "travel": "walk"}, {"rest": True, "minutes": 1, "travel": "drive"}]
    (question,) = listed(asked({"metric": "population_within", "by": "township", "limits": limits}))
    assert question.travels == {"walk": "walk", "drive": "drive"}
    assert [(one.people, one.points.tolist(), one.minutes) for one in question.spots] == [(700, [2, 3], 5.8), (300, [0, 1], 18)]
    assert question.people_beyond == 1000


def test_people_of_a_way_that_is_too_long(asked):
    check = {"metric": "minutes", "travel": "walk", "by": "township", "rollup": "every"}
    (question,) = listed(asked(check, value=20, comparator="<="))
    assert (question.states, question.people_beyond, question.limits[0].minutes) == (("not_met",), 700, 20)
    assert listed(asked(check, value=60, comparator="<=")) == ()


def test_targets_without_data_are_passed_over(asked):
    assert listed(asked(WITHIN | {"group": "age_80_plus"})) == ()
    assert listed(asked({"metric": "count", "by": "township", "rollup": "every"})) == ()


def rows_of(made, lang="zh"):
    city, answer, packs, gaps = made
    full = with_blind_spots(gaps, city, answer, packs, drawn=True)
    return full, blind_spot_rows(full.blind_spots, full.crs, lang, gaps=full.gaps)


def test_rows_bear_the_words_of_the_language(asked):
    full, (row,) = rows_of(asked(WITHIN))
    assert (row["limit"], row["layer"], row["township"], row["community"]) == ("步行 18分钟", "home", "乙镇 700", "乙二 400、乙一 300")
    assert row["gap_id"] == "、".join(gap.gap_id for gap in full.gaps) and row["project_id"].startswith("P0001")
    _, (row,) = rows_of(asked(WITHIN), "en")
    assert (row["limit"], row["state"]) == ("on foot 18 min", "✗ not met")


def test_a_question_with_many_blind_spots_sums_the_others(asked):
    full, _ = rows_of(asked(WITHIN))
    (question,) = full.blind_spots
    many = replace(question, spots=tuple(replace(question.spots[0], id=f"B{k:05d}", people=20.0) for k in range(LISTED + 5)),
                   people_beyond=20.0 * (LISTED + 5), not_told=2)
    rows = blind_spot_rows([many], full.crs, "zh")
    assert len(rows) == LISTED + 1 and rows[-1]["people"] == 100 and rows[-1]["spot_id"] == ""
    assert "其余 5 片" in rows[-1]["note"] and "另有 2 片" in rows[-1]["note"]
    hidden = blind_spot_rows([replace(many, people_beyond=None)], full.crs, "zh")[-1]
    assert hidden["people"] is None


@pytest.mark.parametrize(("suffix", "crs"), [(".xlsx", None), (".csv", None), (".gpkg", "EPSG:4490"), (".gpkg", None), (".geojson", None),
                                             (".shp", "EPSG:4548")])
def test_they_go_out_with_the_gap_list(asked, tmp_path, suffix, crs):
    made = asked(WITHIN)
    full, _ = rows_of(made)
    files = write_gaps(full, made[1], QualityReport(), tmp_path / f"gaps{suffix}", lang="zh", crs=crs)
    beside = tmp_path / f"gaps_blind_spots{suffix}"
    assert (beside in files) == (suffix != ".gpkg") and all(file.is_file() for file in files)
    if suffix == ".xlsx":
        assert len(openpyxl.load_workbook(tmp_path / "gaps.xlsx").sheetnames) == 6
        page = openpyxl.load_workbook(beside)["盲区清单"]
        assert [cell.value for cell in page[5]][:2] == ["B00001", "t1"] and "'=甲养老院" in [cell.value for cell in page[5]]
        live = [cell.value for row in page.iter_rows() for cell in row if cell.data_type == "f"]
        assert live == ["=SUBTOTAL(109,G5:G5)"]
    elif suffix == ".csv":
        (row,) = csv.DictReader(io.StringIO(beside.read_text(encoding="utf-8-sig")))
        assert tuple(row) == KEYS and row["people"] == "700.0" and row["nearest_facility"] == "'=甲养老院"
    else:
        place, layer = (tmp_path / "gaps.gpkg", "blind_spots") if suffix == ".gpkg" else (beside, None)
        table = pyogrio.read_dataframe(place, layer=layer)
        assert table.crs.to_epsg() == int((crs or "EPSG:4326").split(":")[1])
        nearest = table["nearest_fa" if suffix == ".shp" else "nearest_facility"]
        assert (table["people"].tolist(), nearest.tolist()) == ([700], ["=甲养老院"])  # names are data in layers
        assert table.to_crs(full.crs).geometry.iloc[0].covers(shapely.Point(3500, 0))


def test_the_row_of_the_others_has_no_shape(asked, tmp_path):
    made = asked(WITHIN)
    (question,) = listed(made)
    many = with_shapes(replace(question, spots=(question.spots[0], replace(question.spots[0], id="B00002", people=3.0))), made[0])
    write_blind_spots([many], made[0].crs, tmp_path / "spots.gpkg", "", made[1].date, lang="en")
    table = pyogrio.read_dataframe(tmp_path / "spots.gpkg")
    assert table.geometry.isna().tolist() == [False, True] and table["people"].tolist() == [700, 3]


@pytest.mark.parametrize(("name", "crs", "code"), [("x.dxf", None, "export_suffix_unknown"), ("x.geojson", "EPSG:4490", "export_crs_form"),
                                                   ("x.gpkg", "EPSG:4513", "export_crs_far")])
def test_what_cannot_be_written_is_refused(asked, tmp_path, name, crs, code):
    made = asked(WITHIN)
    with pytest.raises(InputError) as told:
        write_blind_spots([with_shapes(listed(made)[0], made[0])], made[0].crs, tmp_path / name, "", made[1].date, lang="en", crs=crs)
    assert told.value.code == code and not list(tmp_path.iterdir())
