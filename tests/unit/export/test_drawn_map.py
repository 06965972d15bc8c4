"""Drawn maps: the ground, the classes, hatching, names, and what every map on paper must bear - as PDF, SVG and PNG."""

import datetime as dt
import io
import math
import xml.etree.ElementTree as ElementTree
from types import SimpleNamespace

import numpy as np
import pypdfium2
import pytest
import shapely
from PIL import Image
from reportlab.graphics.shapes import Group, Path, String

from planner.errors import InputError
from planner.export.coverage_map import of_unit
from planner.export.drawn_files import pdf_bytes, png_bytes, sheet_size, write_drawing
from planner.export.drawn_ground import extent_of, map_ground, units_above, view_of
from planner.export.drawn_labels import Name, Taken, place_names
from planner.export.drawn_map import draw_map
from planner.export.drawn_shapes import HATCH_PT, INK_NAME, colour, fill, fitted, hatch, wrapped
from planner.export.drawn_sheet import DrawnFacility, DrawnSite, DrawnSpot, MapSheet
from planner.export.drawn_signs import Kind, nice_length, north_arrow
from planner.export.drawn_svg import svg_text
from planner.export.line_breaks import text_width
from planner.export.palette import COLORS, share_palette
from planner.export.report_font import register
from planner.network.graph import StreetNetwork
from planner.units import TravelProfile

HOSTILE = "</text><script>alert(1)</script>&<b>"


@pytest.fixture(autouse=True)
def _font():
    register()


def street(drawn):
    """One street of 1 km along the lower edge."""
    xy = np.array([[drawn.X, drawn.Y + 500.0], [drawn.X + 1000, drawn.Y + 500.0]])
    return StreetNetwork(drawn.CRS, "walk", xy[:, 0], xy[:, 1], np.array([0]), np.array([1]), np.array([1000.0]), np.zeros(1, np.int8),
                         np.array([0, 2]), xy, np.zeros(2, np.int64))


@pytest.fixture
def ground(drawn):
    return ground_of(drawn)


def ground_of(drawn, names=("A", "B", "C", "D")):
    pond = np.array([shapely.box(drawn.X + 1700, drawn.Y + 1700, drawn.X + 1900, drawn.Y + 1900)], dtype=object)
    city = SimpleNamespace(crs=drawn.CRS, boundaries=drawn.boundaries(names=names), travels={"walk": TravelProfile("walk", "walk", 60)},
                           basemap={"water": pond}, streets=SimpleNamespace(network=lambda mode: street(drawn)))
    return map_ground(city)


def sheet(**more):
    about = {"title": "图名", "source": "来源 2025-12-31；坐标系 EPSG:32650", "made": dt.date(2026, 1, 5)} | more
    return MapSheet("community", [0.1, 0.85, None, 0.5], share_palette(0.8), about.pop("lang", "zh"), **about)


def shapes_of(drawing):
    """All shapes, whatever group they stand in."""
    found = []
    for shape in drawing.contents:
        found += shapes_of(shape) if isinstance(shape, Group) else [shape]
    return found


def words_of(drawing):
    return [shape.text for shape in shapes_of(drawing) if isinstance(shape, String)]


def colours_filled(drawing):
    return {shape.fillColor.hexval()[2:] for shape in shapes_of(drawing) if isinstance(shape, Path) and shape.fillColor is not None}


def test_a_view_shows_the_extent_whole_and_centred():
    view = view_of((0, 0, 1000, 500), 10, 20, 100, 100, margin=0.0)
    assert view.metres_per_pt == 10  # the width decides
    assert view.paper(np.array([[0, 0], [1000, 500]])).tolist() == [[10, 45], [110, 95]]
    assert view.bounds == (0, -250, 1000, 750)


def test_units_are_filled_with_the_colours_of_their_classes(ground):
    found = colours_filled(draw_map(ground, sheet(), 400, 300))
    assert {COLORS[0][1:], COLORS[4][1:], COLORS[2][1:], "e4e2de"} <= found  # 10 %, 85 %, 50 %, nobody
    assert COLORS[1][1:] not in colours_filled(Group(*draw_map(ground, sheet(), 400, 300).contents[:12]))


def test_hatching_covers_an_area_evenly_and_leaves_holes():
    area = shapely.box(0, 0, 92, 92).difference(shapely.box(23, 23, 69, 69))
    drawn = hatch(np.array([area], dtype=object), colour("#000000"))
    ends = np.array(drawn.points).reshape(-1, 2, 2)
    length = np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1).sum()
    assert length == pytest.approx(area.area * math.sqrt(2) / HATCH_PT, rel=0.03)  # lines at 45 degrees, HATCH_PT apart along the edge
    middles = shapely.points(ends.mean(axis=1))
    assert shapely.covers(area.buffer(0.02), middles).all()


def test_only_units_below_the_target_are_hatched(ground):
    def hatched(shares):
        data = MapSheet("community", shares, share_palette(0.8), "zh")
        return sum(len(shape.operators) for shape in shapes_of(draw_map(ground, data, 400, 300))
                   if isinstance(shape, Path) and shape.strokeWidth == 0.45 and shape.fillColor is None)

    legend = hatched([0.9, 0.9, 0.9, None])
    assert legend > 0  # the sample
    assert hatched([0.9, 0.9, 0.1, None]) > 2 * legend


def test_a_hole_stays_open_and_overlaps_stay_filled():
    ring = shapely.box(0, 0, 10, 10).difference(shapely.box(4, 4, 6, 6))
    path = fill(np.array([ring, shapely.box(1, 1, 3, 3)], dtype=object), INK_NAME)
    rings = np.split(np.array(path.points).reshape(-1, 2), [4, 8])
    turns = [np.sign(shapely.LinearRing(one).is_ccw - 0.5) for one in rings]
    assert turns[0] == -turns[1]  # the hole runs the other way round
    assert turns[0] == turns[2]  # what overlaps runs the same way
    assert path.operators.count(3) == 3


@pytest.mark.parametrize(("lang", "words"), [
    ("zh", ["内部使用，行政界线不作为划界依据", "审图号：____", "图号：____", "虚构数据", "2026-01-05", "图例", "北", " 米"]),
    ("en", ["Internal use", "Map approval number: ____", "Map no.: ____", "Invented data", "2026-01-05", "Legend", "N", " m"])])
def test_what_a_map_on_paper_must_bear(ground, lang, words):
    said = " ".join(words_of(draw_map(ground, sheet(lang=lang, invented=True), 700, 500)))
    assert [word for word in words if word not in said] == []
    assert "EPSG:32650" in said


def test_data_that_are_not_invented_bear_no_such_label(ground):
    assert "虚构" not in " ".join(words_of(draw_map(ground, sheet(), 700, 500)))


def test_an_english_map_has_no_chinese_of_its_own(ground):
    said = "".join(words_of(draw_map(ground, sheet(lang="en", title="Title", source="Source", invented=True), 700, 500)))
    assert not [sign for sign in said if "\u3400" <= sign <= "\u9fff"]


def test_facilities_sites_and_blind_spots_stand_in_the_legend_when_they_are_on_the_map(ground, drawn):
    home = DrawnFacility(drawn.X + 500, drawn.Y + 1500, "home", "planned")
    far = DrawnFacility(drawn.X + 90_000, drawn.Y, "far", "closed")
    data = sheet(kinds={"home": Kind("square", "养", "养老院"), "far": Kind("circle", "远", "远处")}, facilities=[home, far],
                 sites=[DrawnSite(drawn.X + 300, drawn.Y + 300)], spots_label="盲区",
                 spots=[DrawnSpot(shapely.box(drawn.X + 1200, drawn.Y + 200, drawn.X + 1700, drawn.Y + 700), "B1")])
    said = words_of(draw_map(ground, data, 700, 500))
    assert {"养老院", "规划", "拟建点位", "盲区", "B1", "1"} <= set(said)
    assert "远处" not in said
    assert "已关闭" not in said


def test_hidden_shares_are_not_said_to_be_empty(ground):
    assert "无常住人口" in words_of(draw_map(ground, sheet(), 700, 500))
    assert "无常住人口或未公布" in words_of(draw_map(ground, sheet(hidden=True), 700, 500))


def test_names_never_hit_each_other():
    view, taken = view_of((0, 0, 400, 400), 0, 0, 400, 400, margin=0.0), Taken()
    drawn = place_names([Name(200, 200, f"街道{k}", 8.0, 60.0, k) for k in range(20)], taken, view)
    placed = [(one.x, one.y, one.text) for group in drawn.contents for one in group.contents if one.fillColor is not None]
    assert 2 <= len(placed) < 20
    boxes = [shapely.box(x - text_width(words, 8) / 2, y, x + text_width(words, 8) / 2, y + 6) for x, y, words in placed]
    assert not any(one.intersects(other) for k, one in enumerate(boxes) for other in boxes[:k])
    assert placed[0][2] == "街道19"  # the largest rank goes first


def test_a_name_without_room_gives_way_to_its_short_form():
    view = view_of((0, 0, 400, 400), 0, 0, 400, 400, margin=0.0)
    names = [Name(200, 200, "7 一个很长的街道名称", 8.0, 12.0, short="7"), Name(100, 100, "也很长的名称", 8.0, 12.0)]
    drawn = place_names(names, Taken(), view)
    assert [one.text for group in drawn.contents for one in group.contents if one.fillColor is not None] == ["7"]


@pytest.mark.parametrize(("most", "nice"), [(1999, 1000), (2000, 2000), (4999, 2000), (5000, 5000), (99, 50), (0.7, 0.5)])
def test_scale_bars_have_round_lengths(most, nice):
    assert nice_length(most) == nice


def test_the_arrow_points_to_true_north(drawn):
    # West of the central meridian (x < 500 km) true north lies to the right of the grid's.
    west, east = ((drawn.X, drawn.Y, drawn.X + 10, drawn.Y + 10), (552_000, drawn.Y, 552_010, drawn.Y + 10))
    tips = [north_arrow(0, 0, 20, view_of(extent, 0, 0, 10, 10), drawn.CRS, "zh").contents[0].points[0] for extent in (west, east)]
    assert 0.05 < tips[0] < 1
    assert tips[1] == pytest.approx(-tips[0], rel=0.1)


def test_the_units_of_a_unit_by_parents_or_by_place(ground, drawn):
    assert units_above(ground, "community", "township") == ("1", "2", "1", "2")
    frames = drawn.boundaries()
    frames.levels["community"]["parent"] = ""
    city = SimpleNamespace(crs=drawn.CRS, boundaries=frames, travels={"walk": TravelProfile("walk", "walk", 60)}, basemap={},
                           streets=SimpleNamespace(network=lambda mode: street(drawn)))
    assert units_above(map_ground(city), "community", "township") == ("1", "2", "1", "2")


def test_the_map_of_one_unit_is_about_it_alone(ground):
    one = of_unit(ground, sheet(), "2")
    assert (one.focus, one.focus_level) == (frozenset({"12", "14"}), "township")
    assert one.extent == extent_of(ground.levels["township"], ["2"])
    said = words_of(draw_map(ground, one, 700, 500))
    assert {"B", "D"} <= set(said)
    assert not {"A", "C"} & set(said)
    assert "本图范围以外" in said
    with pytest.raises(InputError, match="drawn_unit_unknown"):
        of_unit(ground, sheet(), "99")


def test_svg_has_names_as_text_exact_colours_and_a_chinese_font(drawn):
    text = svg_text(draw_map(ground_of(drawn, names=(HOSTILE, "=1+1", "丙", "丁")), sheet(), 700, 500), HOSTILE)
    tree = ElementTree.fromstring(text)
    space = {"svg": "http://www.w3.org/2000/svg"}
    assert not [node for node in tree.iter() if "script" in node.tag or node.tag.endswith("}b")]
    assert {"丙", "丁"} <= {node.text for node in tree.findall(".//svg:text", space)}
    assert tree.find("svg:title", space).text == HOSTILE
    assert COLORS[0] in {node.get("fill") for node in tree.findall(".//svg:path", space)}
    assert "Noto Sans SC" in tree.find("svg:g", space).get("font-family")
    assert tree.get("width") == "246.94mm"  # 700 / 72 inches


def test_pdf_has_names_as_text_and_the_same_bytes_each_time(drawn):
    ground = ground_of(drawn, names=("街道甲", HOSTILE, "丙", "丁"))
    first = pdf_bytes(draw_map(ground, sheet(), 700, 500), HOSTILE)
    assert first == pdf_bytes(draw_map(ground, sheet(), 700, 500), HOSTILE)
    said = pypdfium2.PdfDocument(first)[0].get_textpage().get_text_range()
    assert "街道甲" in said
    assert "行政界线不作为划界依据" in said


def test_png_has_300_dots_an_inch(ground):
    drawing = draw_map(ground, MapSheet("community", [0.1] * 4, share_palette(), "zh"), 144, 72)
    content = png_bytes(drawing, "x", margin_pt=0)
    assert content == png_bytes(drawing, "x", margin_pt=0)
    picture = Image.open(io.BytesIO(content))
    assert picture.size == (600, 300)
    assert picture.info["dpi"] == pytest.approx((300, 300), abs=0.1)


def test_a_file_is_written_whole_by_its_suffix(ground, tmp_path):
    drawing = draw_map(ground, sheet(), 300, 200)
    for name, start in (("map.pdf", b"%PDF"), ("map.svg", b"<?xml")):
        write_drawing(drawing, tmp_path / name, "x")
        assert (tmp_path / name).read_bytes().startswith(start)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["map.pdf", "map.svg"]
    with pytest.raises(InputError, match="export_suffix_unknown"):
        write_drawing(drawing, tmp_path / "map.gif", "x")


def test_the_sheet_stands_where_the_ground_is_high():
    assert sheet_size("a4", (0, 0, 100, 200)) == sheet_size("a4", (0, 0, 200, 100))[::-1]


def test_shares_must_fit_the_units(ground):
    with pytest.raises(ValueError, match="4 units"):
        draw_map(ground, MapSheet("community", [0.5], share_palette(), "zh"), 300, 200)


def test_words_are_wrapped_and_cut_to_their_width():
    lines = wrapped("社区养老服务驿站覆盖现状与规划目标", 10, 45)
    assert "".join(lines) == "社区养老服务驿站覆盖现状与规划目标"
    assert all(text_width(line, 10) <= 45 for line in lines)
    assert fitted("社区养老服务驿站", 10, 45) == "社区养…"
