"""The evidence in the report, people's points in the comparison, and shifts that are patterns rather than offsets."""

import numpy as np
import pytest
import shapely

from planner.inputs import offsets
from planner.inputs.coordinates import System, from_wgs84, parse_system, to_wgs84
from planner.inputs.readers import survey
from planner.inputs.specs import PopulationSpec
from planner.inputs.spread import StreetLines

RNG = np.random.default_rng(7)
HOMES = np.column_stack([RNG.uniform(50, 3950, 500), RNG.uniform(50, 950, 500)])
PLACES = HOMES[:200] + RNG.uniform(-12, 12, (200, 2))
"""Facilities a few metres from somebody's home; homes are strewn at random."""


def moved(town, system, places):
    """Places of the town as lon and lat of a system."""
    degrees = np.array([town.degrees(x, y) for x, y in places])
    return np.column_stack(from_wgs84(System(system, True), degrees[:, 0], degrees[:, 1]))


def examined(town, ledger_system="wgs84", people_system="wgs84", lines=lambda crs: None, **options):
    head = "lon,lat,people"
    rows = [f"{lon:.8f},{lat:.8f},3" for lon, lat in moved(town, people_system, HOMES)]
    people = PopulationSpec(town.text("people.csv", "\n".join([head, *rows]) + "\n"), {"total": "people"}, **options)
    spots = [[str(k), f"第{k}院", "", "", f"{lon:.8f}", f"{lat:.8f}", 1] for k, (lon, lat) in enumerate(moved(town, ledger_system, PLACES))]
    columns = {"id": "编号", "name": "名称", "lon": "经度", "lat": "纬度"}
    town.townships = [town.feature(town.square(-3000, -3000, 10000, 7000), code="A", name="甲街道")]
    survey(town.levels[:1], [town.ledger(spots, columns=columns)], people, crs=town.crs, lines=lines, report=town.report)
    return {found.file: found for found in town.report.systems}


@pytest.mark.parametrize("system", ["gcj02", "bd09"])
def test_a_ledger_against_the_people(town, system):
    """One boundary that holds every hypothesis and no street: only the people's homes speak."""
    found = examined(town, ledger_system=system)["elderly.csv"]
    assert (found.declared, found.likely, found.confidence) == ("wgs84", system, "high")
    assert found.kinds["people"][0] == 200 and found.hits[system] == 200 and found.hits["wgs84"] < 100
    apart = np.hypot(found.measured_m[0] - found.expected_m[0], found.measured_m[1] - found.expected_m[1])
    assert apart < offsets.FITS_M and np.hypot(*found.expected_m) > 300
    issue, = (issue for issue in town.report.issues if issue.code == "crs_suspect")
    assert (issue.file, issue.value, issue.severity, issue.sentence) == ("elderly.csv", system, "blocking", "crs_suspect_measured")
    assert system in issue.done("zh") and "--confirm" in issue.done("en")


@pytest.mark.parametrize("system", ["gcj02", "bd09"])
def test_the_people_are_the_ones_that_are_off(town, system):
    found = examined(town, people_system=system)
    assert found["people.csv"].likely == system and found["elderly.csv"].likely == "wgs84"
    assert [(issue.code, issue.file, issue.value) for issue in town.report.issues] == [("crs_suspect", "people.csv", system)]


def test_people_declared_in_their_system_agree(town):
    found = examined(town, people_system="gcj02", crs="gcj02")
    assert found["people.csv"].likely == "gcj02" and not town.report.blocking


def test_people_declared_wrongly(town):
    """Of two layers alone none can tell which is off - the people (not gcj02) or the ledger (gcj02 too) -, but that one is."""
    examined(town, crs="gcj02")
    issue, = town.report.blocking
    assert (issue.code, issue.file, issue.value) in {("crs_suspect", "people.csv", "wgs84"), ("crs_suspect", "elderly.csv", "gcj02")}


def test_the_report_has_the_evidence(town):
    found = examined(town)["elderly.csv"].to_dict()
    assert found["sections"] == ["facilities.elderly-care-institution"] and found["likely"] == "wgs84" and found["offset"] is None
    assert found["observations"] == sum(kind["observations"] for kind in found["kinds"].values())
    assert town.report.to_dict("zh")["systems"][-1] == found


# ---- borders along streets -------------------------------------------------------------------------------------------
def crooked(size, seed):
    """Corners of size by 4 squares of 1 km, each moved by up to 200 m, the first at (-1500, -1500)."""
    rng = np.random.default_rng(seed)
    return {(i, j): (1000 * i - 1500 + rng.uniform(-200, 200), 1000 * j - 1500 + rng.uniform(-200, 200))
            for i in range(size + 1) for j in range(5)}


def bordered(town, system):
    """Units whose borders are the streets, their borders in some system; no facility, no people."""
    corner = crooked(8, 3)
    town.townships, lines = [], []
    for i in range(8):
        for j in range(4):
            ring = [corner[i, j], corner[i + 1, j], corner[i + 1, j + 1], corner[i, j + 1], corner[i, j]]
            town.townships.append(town.feature([moved(town, system, ring).tolist()], code=f"{i}{j}", name=f"{i}{j}镇"))
            lines.append(shapely.LineString(np.array(ring) + np.array([500_000, 4_400_000])))
    far = [shapely.LineString([(490_000 + x, 4_390_000), (490_100 + x, 4_410_000)]) for x in (0, 30_000)]
    streets = StreetLines(np.array([*lines, *far], dtype=object), np.ones(len(lines) + 2, dtype=bool))
    survey(town.levels[:1], [], None, crs=town.crs, lines=lambda crs: streets, report=town.report)
    return town.report.systems[0]


@pytest.mark.parametrize("system", ["wgs84", "gcj02", "bd09"])
def test_borders_against_streets(town, system):
    found = bordered(town, system)
    assert (found.likely, found.confidence, found.kinds["streets"][0]) == (system, "high", 1500)
    if system == "wgs84":
        assert found.measured_m is None and not town.report.issues
    else:
        assert np.hypot(found.measured_m[0] - found.expected_m[0], found.measured_m[1] - found.expected_m[1]) < offsets.FITS_M


def test_a_pattern_is_no_offset(town):
    """One straight border beside a street where GCJ-02 would have it: all its places say the same, and no measured shift confirms it."""
    border = moved(town, "wgs84", [(0, 0), (4000, 0), (4000, 1000), (0, 1000), (0, 0)])
    town.townships = [town.feature([border.tolist()], code="A", name="甲街道")]
    plane = parse_system(town.crs)
    lon, lat = (np.array(part) for part in zip(*(town.degrees(x, 0) for x in range(-5000, 9001, 500)), strict=True))
    there = np.column_stack(from_wgs84(plane, *to_wgs84(System("gcj02", True), lon, lat)))
    rows = [shapely.LineString(there + np.array([0, offset])) for offset in (-4000, 0, 4000)]
    streets = StreetLines(np.array(rows, dtype=object), np.ones(3, dtype=bool))
    survey(town.levels[:1], [], None, crs=town.crs, lines=lambda crs: streets, report=town.report)
    assert not [issue for issue in town.report.issues if issue.code == "crs_suspect"]
