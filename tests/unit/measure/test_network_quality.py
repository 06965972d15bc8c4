"""Two districts, a river, a boundary: drawn, with answers worked by hand."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from planner.inputs.layers import Boundaries, DemandPoints, FacilityLayer, Source
from planner.measure import network_quality as module
from planner.measure.borders import rim
from planner.measure.city import City
from planner.measure.completeness import road_completeness
from planner.measure.network_issues import tell
from planner.measure.network_quality import network_quality
from planner.network.graph import from_lines
from planner.quality import QualityReport
from planner.units import TravelProfile

CRS = "EPSG:32650"


class Streets:
    """Drawn streets, the same for every mode."""

    shown = "streets.gpkg"

    def __init__(self, text):
        lines = [shapely.LineString([[float(v) for v in vertex.split()] for vertex in line.split(",")]) for line in text.split("|")]
        self.lines = from_lines(lines, crs=CRS)

    def network(self, mode):
        return self.lines


def units(boxes, level):
    """Units of a level from code -> (west, south, east, north)."""
    return gpd.GeoDataFrame({"code": list(boxes), "name": [f"{code}区" for code in boxes], "class": "", "parent": "",
                             "row": range(1, len(boxes) + 1)}, geometry=[shapely.box(*box) for box in boxes.values()], crs=CRS)


def city(streets, boxes, people, *, level="district", facilities=(), spread="points"):
    """people: (x, y, persons, code); facilities: (x, y)."""
    x, y, persons, codes = (np.array(column, dtype=kind) for column, kind in zip(zip(*people, strict=True), (float, float, float, object),
                                                                                strict=True))
    demand = DemandPoints(x, y, {"total": persons}, {level: codes}, Source("people.csv"), spread)
    frame = gpd.GeoDataFrame({"id": [str(k) for k in range(len(facilities))], "x": [float(a) for a, _ in facilities],
                              "y": [float(b) for _, b in facilities]}, geometry=gpd.points_from_xy(*zip(*facilities, strict=True))
                             if facilities else [], crs=CRS)
    return City("c", "c", CRS, Boundaries(CRS, {level: units(boxes, level)}), demand,
                {"home": FacilityLayer("home", frame, Source("f.csv"))}, Streets(streets), {"walk": TravelProfile("walk", "walk", 60)})


def issues(found):
    """Code and severity of what is told, with the sentences said in both languages."""
    report = QualityReport()
    tell(found, report, "streets.gpkg")
    assert all(issue.done(lang) for issue in report.issues for lang in ("zh", "en"))
    return {(issue.code, issue.severity): issue for issue in report.issues}


# Two districts west and east of x = 1000. Their streets end 5 m apart at the border; only the road at y = 0 goes over it.
DISTRICTS = {"W": (0, -100, 1000, 1000), "E": (1000, -100, 2000, 1000)}
APART = " | ".join(f"0 {y}, 997 {y} | 1002 {y}, 2000 {y}" for y in (200, 400, 600, 800))
SPINES = " | ".join(f"{x} {y}, {x} {y + 200}" for x in (0, 2000) for y in (0, 200, 400, 600))
OVER = "0 0, 1000 0 | 1000 0, 2000 0"
PEOPLE = [(500, 200, 100, "W"), (1500, 200, 60, "E")]


def test_streets_of_two_districts_that_end_at_the_border():
    found = network_quality(city(f"{APART} | {SPINES} | {OVER}", DISTRICTS, PEOPLE), buffer_m=0)
    assert found.border_gaps_found == 4 and [gap.gap_m for gap in found.border_gaps] == [pytest.approx(5)] * 4
    first = found.border_gaps[0]
    assert {first.code, first.to_code} == {"W", "E"} and first.level == "district" and first.connected
    assert sorted(gap.way_m for gap in found.border_gaps) == [pytest.approx(997 + 2 * y + 2000 + 998) for y in (200, 400, 600, 800)]
    assert [(border.gaps, border.joined, border.is_cut) for border in found.borders] == [(4, 1, True)]
    assert found.joins_found == 0  # told at the border, not twice
    told = issues(found)
    assert told["border_gap", "warning"].value == "4" and len(told) == 1


def test_a_few_ends_at_a_border_that_streets_go_over_are_no_cut():
    over = " | ".join(f"0 {y}, 2000 {y}" for y in (400, 600, 800))
    found = network_quality(city(f"0 200, 997 200 | 1002 200, 2000 200 | {over} | {SPINES} | {OVER}", DISTRICTS, PEOPLE), buffer_m=0)
    assert [(border.gaps, border.joined, border.is_cut) for border in found.borders] == [(1, 4, False)]
    assert set(issues(found)) == {("border_gap", "info")}


def test_joining_at_the_border_removes_the_finding():
    joined = " | ".join(f"0 {y}, 1000 {y} | 1000 {y}, 2000 {y}" for y in (200, 400, 600, 800))
    found = network_quality(city(f"{joined} | {SPINES} | {OVER}", DISTRICTS, PEOPLE), buffer_m=0)
    assert found.border_gaps_found == 0 and found.borders == () and issues(found) == {}


# A river between y = 580 and y = 600 with one bridge at x = 1000; people on both banks at x = 100.
RIVER = "0 620, 1000 620 | 0 620, 0 600 | 1000 620, 1000 560 | 0 560, 1000 560 | 0 580, 0 560"
WHOLE = {"A": (-50, 0, 1500, 1200)}


def test_a_missing_bridge_with_the_people_of_the_side_with_fewer():
    people = [(100, 620, 70, "A"), (100, 560, 30, "A"), (990, 620, 1000, "A")]
    found = network_quality(city(RIVER, WHOLE, people), buffer_m=0)
    (join,) = found.joins
    # from the north end 20 m down, 100 m along: 70; the thousand are 20 + 990 m away. From the south end: 30.
    assert (join.kind, join.connected, join.people) == ("end", True, 30) and join.gap_m == pytest.approx(20)
    assert join.way_m == pytest.approx(2100) and found.joins_with_people == 1 and found.joins_found == 1
    assert issues(found)["join_suspected", "info"].value == f"{join.lon:.6f}, {join.lat:.6f}"
    mended = network_quality(city(f"{RIVER} | 0 600, 0 580", WHOLE, people), buffer_m=0)
    assert mended.joins_found == 0 and issues(mended) == {}


def test_a_join_that_concerns_nobody_is_not_told():
    found = network_quality(city(RIVER, WHOLE, [(1000, 590, 5, "A")]), far_m=900, buffer_m=0)
    assert found.joins_found == 1 and found.joins_with_people == 0 and issues(found) == {}


def test_streets_that_all_but_touch_are_a_warning():
    close = RIVER.replace("0 620, 0 600", "0 620, 0 580.3")
    found = network_quality(city(close, WHOLE, [(100, 620, 70, "A"), (100, 560, 30, "A")]), buffer_m=0)
    assert ("join_suspected", "warning") in issues(found)


def test_a_gated_block_with_its_people_and_facilities():
    block = "0 -12, 200 -12 | 200 -12, 200 -200 | 200 -200, 0 -200 | 0 -200, 0 -12"
    here = city(f"-500 0, 500 0 | {block}", {"A": (-600, -300, 600, 300)}, [(100, -20, 40, "A"), (-300, 0, 60, "A"), (5000, 0, 7, "A")],
                facilities=[(200, -100), (-400, 0), (math_nan := float("nan"), math_nan)])
    found = network_quality(here, buffer_m=0)
    assert (found.parts_found, found.people_outside, found.people_unattached) == (2, 40, 7)
    assert (found.facilities, found.facilities_outside) == (2, 1)
    assert [(part.number, part.people, part.facilities) for part in found.parts] == [(0, 60, 1), (1, 40, 1)]
    assert found.parts[1].length_m == pytest.approx(200 + 188 + 200 + 188) and sum(part.share for part in found.parts) == pytest.approx(1)
    (join,) = found.joins
    assert (join.kind, join.connected, join.way_m, join.people) == ("part", False, None, 40)
    told = issues(found)
    assert told["network_parts", "warning"].value == "2" and ("join_suspected", "info") in told


def test_no_more_than_so_many_are_listed_and_all_are_counted():
    found = network_quality(city(f"{APART} | {SPINES} | {OVER}", DISTRICTS, PEOPLE), buffer_m=0, listed=2)
    assert len(found.border_gaps) == 2 and found.border_gaps_found == 4


def test_people_beside_are_counted_in_pieces_too(monkeypatch):
    here = city(f"{APART} | {SPINES}", WHOLE, [(900, y, 10 + y, "A") for y in (200, 800)] + [(1100, y, 7 + y, "A") for y in (200, 800)])
    found = network_quality(here, buffer_m=0)
    monkeypatch.setattr(module, "AT_ONCE", 1)
    assert network_quality(here, buffer_m=0).joins == found.joins
    assert [join.people for join in found.joins[:3]] == [807, 207, 0]


def test_lines_that_are_not_cut_at_their_crossings():
    grid = " | ".join([f"0 {y}, 500 {y}" for y in (100, 200, 300)] + [f"{x} 0, {x} 400" for x in (100, 200, 300)])
    found = network_quality(city(grid, WHOLE, [(100, 100, 5, "A")]), buffer_m=0)
    assert (found.crossings, found.junctions) == (9, 0) and issues(found)["streets_uncut", "warning"].value == "9"


# ---- road completeness ------------------------------------------------------------------------------------------
def test_people_far_from_streets_by_township():
    towns = {"N": (0, 0, 1000, 1000), "S": (0, -1000, 1000, 0), "X": (1000, 0, 2000, 1000)}
    people = [(100, 50, 90, "N"), (100, 150, 10, "N"), (100, -50, 80, "S"), (100, -150, 20, "S"), (500, 1000, 5, "")]
    here = city("0 49, 1000 49 | 0 -60, 1000 -60", towns, people, level="township")
    found = road_completeness(here)
    assert found.total.people_far == 10 + 5 and found.total.people == 205
    # 150 is 101 m from the street at 49; -150 is 90 m from the one at -60
    assert [(unit.code, unit.people_far) for unit in found.units] == [("N", 10), ("S", 0), ("X", 0)]
    assert [unit.share for unit in found.units] == [pytest.approx(0.9), 1, None]
    assert [unit.share for unit in road_completeness(here, near_m=89).units][:2] == [pytest.approx(0.9), pytest.approx(0.8)]
    assert not any(code == "roads_incomplete" for code, _ in issues(network_quality(here, buffer_m=0)))


def test_a_township_without_streets_is_named():
    towns = {"N": (0, 0, 1000, 1000), "S": (0, -1000, 1000, 0)}
    here = city("0 50, 1000 50", towns, [(100, 50, 90, "N"), (100, -500, 33, "S")], level="township", spread="streets")
    told = issues(network_quality(here, buffer_m=0))
    issue = told["roads_incomplete", "warning"]
    assert (issue.value, issue.name) == ("S", "S区") and "33" in issue.done("zh") and "0.0%" in issue.done("en")
    assert ("roads_untested", "info") in told  # the others' people stand on the streets by construction


# ---- the rim ----------------------------------------------------------------------------------------------------
def comb(beyond):
    """A street along x with side streets every 100 m that end `beyond` metres past the boundary at y = 0."""
    return "0 500, 2000 500 | " + " | ".join(f"{x} 500, {x} {-beyond}" for x in range(100, 2000, 100))


def test_streets_that_end_at_the_boundary():
    box = {"A": (0, 0, 2000, 3000)}
    cut = rim(city(comb(0), box, [(0, 500, 1, "A")]), Streets(comb(0)).lines, 2000)
    assert (cut.ends_at_outline, cut.outside_m_per_km2, cut.width_m, cut.is_cut) == (21, 0, 1000, True)  # with the long street's two
    whole = rim(city(comb(900), box, [(0, 500, 1, "A")]), Streets(comb(900)).lines, 2000)
    assert whole.ends_at_outline == 2 and not whole.is_cut
    assert ("streets_end_at_boundary", "warning") in issues(network_quality(city(comb(0), box, [(0, 500, 1, "A")])))


def test_how_dense_streets_are_inside_and_outside():
    box = {"A": (0, 0, 1000, 1000)}
    # outside, within 100 m of a square of 1 km: 4 * 0.1 + pi * 0.01 km2; inside 1 - 0.64 km2
    found = rim(city("500 10, 500 -90", box, [(0, 0, 1, "A")]), Streets("500 10, 500 0 | 500 0, 500 -90").lines, 100)
    assert found.inside_m_per_km2 == pytest.approx(10 / 0.36, rel=0.01)
    assert found.outside_m_per_km2 == pytest.approx(90 / (0.4 + np.pi * 0.01), rel=0.01)


def test_a_project_without_a_buffer_does_not_look_beyond():
    found = rim(city(comb(0), {"A": (0, 0, 2000, 3000)}, [(0, 500, 1, "A")]), Streets(comb(0)).lines, 0)
    assert found.width_m == 0 and not found.is_cut
