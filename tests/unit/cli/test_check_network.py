"""The tables of `planner check --network`, from values made by hand."""

from __future__ import annotations

from planner.cli.check_network import tables
from planner.measure.borders import BorderGap, Rim
from planner.measure.completeness import Completeness, UnitCompleteness
from planner.measure.network_quality import JoinSuspected, NetworkQuality, PartFound

GAPS = (BorderGap("township", "A", "甲\x1b[31m街道", "B", "乙街道", 5.04, 1234.4, True, 116.1, 39.9),
        BorderGap("district", "C", "丙区", "D", "丁区", 6.0, None, False, 116.2, 39.9))
PARTS = (PartFound(0, 12000.0, 0.97, 298.0, 2, 116.0, 39.9), PartFound(5, 345.0, 0.03, 12.0, 1, 116.0, 39.8))
JOINS = (JoinSuspected("end", 20.0, 2100.0, True, 30.0, 116.3, 39.9, 116.3, 39.9),
         JoinSuspected("part", 12.0, None, False, 12.0, 116.4, 39.9, 116.4, 39.9),
         JoinSuspected("crossing", 0.0, None, True, 7.0, 116.5, 39.9, 116.5, 39.9))
UNITS = (UnitCompleteness("township", "A", "甲街道", 200.0, 50.0, 0.75), UnitCompleteness("grid", "g1", "网格", 10.0, 10.0, 0.0),
         UnitCompleteness("township", "B", "乙街道", 100.0, 5.0, 0.95), UnitCompleteness("township", "N", "无人镇", 0.0, 0.0, None))


def found(**changes):
    """An examination with one of everything."""
    values = {"group": "total", "gap_m": 30.0, "detour": 20.0, "far_m": 1000.0, "nodes": 9, "edges": 8, "length_m": 12345.0,
              "parts_found": 2, "length_outside_m": 345.0, "people": 310.0, "people_unattached": 0.0, "people_outside": 12.0,
              "facilities": 3, "facilities_outside": 1, "parts": PARTS,
              "border_gaps_found": 2, "border_gaps": GAPS, "borders": (), "joins_found": 9, "joins_with_people": 3, "joins": JOINS,
              "crossings": 1234, "touching": 0, "junctions": 5, "rim": Rim(0.0, 0, 0.0, 0.0),
              "completeness": Completeness(100.0, "total", False, UnitCompleteness("", "", "", 310.0, 65.0, 0.79), UNITS)}
    return NetworkQuality(**{**values, **changes})


def rows(text):
    """The lines, their blanks made single."""
    return [" ".join(line.split()) for line in text.splitlines()]


def test_every_table_says_what_was_found():
    lines = rows(tables(found(), "en"))
    assert lines[0] == "Streets tested (on foot): 12.3 km of street in 2 parts, 1,234 crossings without a junction, 5 junctions"
    assert "grid g1 网格 10 10 0.0%" in lines and "Township A 甲街道 200 50 75.0%" in lines  # the worst first, a named level by its name
    assert not any("乙街道 100" in line or "无人镇" in line for line in lines)
    assert lines.index("grid g1 网格 10 10 0.0%") < lines.index("Township A 甲街道 200 50 75.0%")
    assert "6 0.3 12 1 116.000000, 39.800000" in lines
    assert "Township 甲 [31m街道 乙街道 5.0 1,234 116.100000, 39.900000" in lines  # no sign that a terminal obeys
    assert "District 丙区 丁区 6.0 not connected 116.200000, 39.900000" in lines
    assert "dead end 20.0 2,100 30 116.300000, 39.900000" in lines and "isolated part 12.0 not connected 12 116.400000, 39.900000" in lines
    assert "crossing without junction 0.0 over 20 km 7 116.500000, 39.900000" in lines


def test_a_network_without_doubts_is_two_lines():
    whole = Completeness(100.0, "total", False, UnitCompleteness("", "", "", 0.0, 0.0, None), ())
    text = tables(found(parts_found=1, border_gaps=(), joins=(), completeness=whole), "zh")
    assert rows(text) == ["路网检验（步行）：道路 12.3 公里，互不连通的部分 1 个，无路口的相交 1,234 处，路口 5 个",
                          "全部单元的道路完整度都不低于 90%；全项目 -。"]
