"""Gaps, holes, enclaves and nesting in the drawn town (conftest): squares of 1 km, 100 ha each."""

import numpy as np
import pytest
import shapely

from planner.inputs import tiling
from planner.inputs.coordinates import parse_system
from planner.inputs.readers import read_boundaries
from planner.inputs.reading import Reading
from planner.inputs.units import Units
from planner.quality import QualityReport


def issues(town):
    read_boundaries(town.levels, report=town.report)
    return [(issue.code, issue.severity, issue.file, issue.row, issue.sentence) for issue in town.report.issues]


@pytest.mark.parametrize(("gap", "said"), [(10.0, ("warning", None, "1.00", "9.9")), (1.0, ("info", "geometry_gap_sliver", "0.10", "1.0")),
                                           (0.05, None)])
def test_a_gap_between_neighbours_is_measured(town, gap, said):
    """Between the first two communities, from border to border: `gap` by 1,000 m; its mean width is 2 A / L = 1000 gap / (1000 + gap)."""
    town.communities[0]["geometry"]["coordinates"] = town.square(0, 0, 1000 - gap)
    found = issues(town)
    if said is None:
        assert found == []
        return
    severity, sentence, hectares, width = said
    assert found == [("geometry_gap", severity, "communities.geojson", 1, sentence)]
    issue = town.report.issues[0]
    assert issue.params == {"names": "甲一社区, 甲二社区", "hectares": hectares, "width": width}
    lon, lat = (float(part) for part in issue.value.split(", "))
    west, east = town.degrees(1000 - gap - 1, 0)[0], town.degrees(1001, 0)[0]
    assert west < lon < east and town.degrees(0, 0)[1] < lat < town.degrees(0, 1000)[1]


@pytest.mark.parametrize(("side", "severity", "sentence"), [(150.0, "warning", None), (400.0, "info", "geometry_hole")])
def test_a_hole_in_a_unit(town, side, severity, sentence):
    """A square hole of 150 m is 75 m wide on the mean, one of 400 m 200 m; the township's 200 ha lose 1.1 % and 8 % by them."""
    town.communities[0]["geometry"]["coordinates"] += [ring[::-1] for ring in town.square(300, 300, side, side)]
    assert issues(town) == [("geometry_gap", severity, "communities.geojson", 1, sentence)]
    assert town.report.issues[0].params["hectares"] == f"{side * side / 1e4:.2f}"


def test_an_enclave_is_no_fault(town):
    """A piece of the second township's community inside the first township, cut out of the unit around it."""
    hole = town.square(300, 300, 200, 200)
    for layer, k, other in ((town.communities, 0, 2), (town.townships, 0, 1)):
        outer, own = layer[k]["geometry"], layer[other]["geometry"]
        outer["coordinates"] = [*outer["coordinates"], hole[0][::-1]]
        own["coordinates"], own["type"] = [own["coordinates"], hole], "MultiPolygon"
    assert issues(town) == []


def test_a_unit_outside_its_parent(town):
    town.communities[1]["properties"]["parent"] = "B"
    assert issues(town)[:1] == [("unit_outside_parent", "warning", "communities.geojson", 2, None)]
    assert town.report.issues[0].params == {"parent": "乙镇", "share": "100%", "hectares": "100.00"}


def test_a_parent_that_is_not_covered(town):
    del town.communities[3]
    assert issues(town) == [("geometry_gap", "warning", "communities.geojson", None, "parent_not_covered")]
    issue = town.report.issues[0]
    assert issue.name == "乙镇" and issue.params == {"share": "50%", "hectares": "100.00"}


def test_a_level_that_covers_some_parents_only_is_no_fault(town):
    del town.communities[2:]
    assert issues(town) == []


def test_a_unit_drawn_twice_overlaps_wholly(town):
    town.communities[1]["geometry"]["coordinates"] = town.square(0, 0)
    codes = [issue[:2] for issue in issues(town)]
    assert codes[0] == ("geometry_overlap", "warning") and ("geometry_gap", "warning") in codes
    assert town.report.issues[0].params["hectares"] == "100.00"


def test_many_faults_are_told_in_one_line(town):
    """Sixty pairs of squares that overlap by 10 m: fifty are listed, ten counted."""
    shapes = np.array([shapely.box(x, 0, x + 110, 100) for pair in range(60) for x in (1000.0 * pair, 1000.0 * pair + 100)], dtype=object)
    moved = shapely.transform(shapes, lambda xy: xy + np.array([500_000.0, 4_400_000.0]))
    text = np.array([f"{k:03d}" for k in range(120)], dtype=object)
    blank = np.full(120, "", dtype=object)
    units = Units("community", "c.geojson", text, text, blank, blank, moved,
                  np.arange(1, 121), {})
    report = QualityReport()
    tiling.check({"community": units}, {"community": {}}, parse_system(town.crs), Reading(report), set())
    told = [issue for issue in report.issues if issue.code == "geometry_overlap"]
    assert len(told) == 51 and told[-1].sentence == "geometry_overlap_more"
    assert told[-1].params == {"count": 10, "hectares": "1.00", "shown": 50}
    assert {issue.code for issue in report.issues} == {"geometry_overlap"}
