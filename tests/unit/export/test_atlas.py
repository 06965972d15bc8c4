"""An atlas: a page for each town with every target, as one file and as single ones; stopped half-way, nothing is half written."""

import datetime as dt
import math
from dataclasses import replace

import pypdfium2
import pytest
from click.testing import CliRunner

from planner.cli import main
from planner.errors import InputError
from planner.export.atlas import file_name, write_atlas
from planner.export.atlas_content import TargetLine, atlas_of
from planner.export.atlas_tables import LENGTHS, unit_blocks
from planner.export.page_flow import Grid, Note
from planner.i18n import pick
from planner.plan.project import read_project
from planner.plan.report import report_facts
from planner.quality import QualityReport
from planner.targets.pack import resolve_packs
from tests.small_project import EAST, NORTH, STREETS, TOWNSHIPS, WALK, feature, layer, metres, rectangle, same, toml, write_project

DAY = dt.date(2026, 1, 5)
HOSTILE = "<b>东&镇</b><script>"
PACK = """
schema = "planner.pack/1"
id = "towns"
title = { zh = "两镇规划", en = "Plan of two towns" }
source = { document = "两镇规划" }

[[target]]
id = "circle"
title = { zh = "十五分钟<i>养老</i>服务圈", en = "Within 15 minutes" }
clause = "一"
kind = "target"
layer = "community-elderly-station"
comparator = ">="
value = 80
unit = "% of people"
check = { metric = "population_within", minutes = 15, travel = "walk", by = "township", rollup = "every" }

[[target]]
id = "all"
title = { zh = "全域十五分钟覆盖", en = "Within 15 minutes in all" }
clause = "一"
kind = "target"
layer = "community-elderly-station"
comparator = ">="
value = 80
unit = "% of people"
check = { metric = "population_within", minutes = 15, travel = "walk", by = "township" }

[[target]]
id = "each"
title = { zh = "每村一站", en = "One in each village" }
clause = "二"
kind = "target"
layer = "community-elderly-station"
comparator = "="
value = 100
unit = "% of communities"
check = { metric = "count", by = "community", rollup = "share" }

[[target]]
id = "two"
title = { zh = "全域两站", en = "Two in all" }
clause = "三"
kind = "target"
layer = "community-elderly-station"
comparator = ">="
value = 2
unit = "facilities"
check = { metric = "count" }
"""
SECTIONS = TOWNSHIPS | STREETS | WALK | {
    "project": {"id": "towns", "name": "两镇（虚构）", "crs": "EPSG:32650", "reference_date": dt.date(2025, 12, 31)},
    "boundaries.community": {"path": "communities.geojson", "code": "code", "name": "name", "parent": "parent"},
    "population": {"path": "people.csv", "level": "community", "columns": same("code", "total", "age_60_plus")},
    "facilities.community-elderly-station": {"path": "stations.csv", "crs": "EPSG:32650",
                                             "columns": same("id", "name", "x", "y", "status")}}


def strip(low, high, **about):
    """A unit from low to high metres along the street."""
    return feature("Polygon", rectangle(low, -500, high - low, 1000, metres), **about)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return towns(tmp_path_factory.mktemp("towns"))


def towns(folder, sections=SECTIONS, last=(100, 20)):
    """Town A of communities A1 and A2, town B of B1 and B2, a kilometre each along one street; one station in A1. last : people of B2."""
    communities = [strip(1000 * k, 1000 * k + 1000, code=code, name=name, parent=code[0])
                   for k, (code, name) in enumerate([("A1", "=HYPERLINK(1)"), ("A2", "二村"), ("B1", "三村"), ("B2", "四村")])]
    return write_project(folder, toml(sections), {
        "townships.geojson": layer(strip(0, 2000, code="A", name=HOSTILE), strip(2000, 4000, code="B", name="西镇"), crs="EPSG:32650"),
        "communities.geojson": layer(*communities, crs="EPSG:32650"),
        "streets.geojson": layer(feature("LineString", [metres(10, 0), metres(3990, 0)]), crs="EPSG:32650"),
        "people.csv": f"code,total,age_60_plus\nA1,400,100\nA2,300,80\nB1,200,60\nB2,{last[0]},{last[1]}\n",
        "pack.toml": PACK,
        "stations.csv": f"id,name,x,y,status\ns1,<i>站,{EAST + 500},{NORTH},operating\n"})


@pytest.fixture(scope="module")
def atlas(project):
    return atlas_in(project)


def atlas_in(project):
    """The atlas of a project by its own pack."""
    report = QualityReport()
    found = read_project(project, report=report)
    facts = report_facts(found, resolve_packs((str(project / "pack.toml"),), found.folder, ()), as_of=DAY, report=report)
    return atlas_of(facts)


def text_of(path):
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(path)]


def squeezed(text):
    return "".join(text.split())


def test_it_has_a_sheet_for_each_town_with_what_is_inside(atlas):
    assert [(one.number, one.code, one.name) for one in atlas.sheets] == [(1, "A", HOSTILE), (2, "B", "西镇")]
    assert (atlas.level, atlas.fine.by) == ("township", "community")
    east, west = atlas.sheets
    assert [(line.layer, line.in_use, line.names) for line in east.facilities] == [("community-elderly-station", 1, ("<i>站",))]
    assert west.facilities == ()
    assert (east.coverage.people, west.coverage.people) == (700, 300)
    # 15 minutes are 900 m: A1 and 400 m of A2 are within, so A has 520 of 700 people, B nobody; only A1 has a station.
    assert [sorted((gap.target_id, gap.unit_code) for gap in one.gaps) for one in atlas.sheets] == [
        [("all", "A"), ("circle", "A"), ("each", "A2")], [("all", "B"), ("circle", "B"), ("each", "B1"), ("each", "B2")]]
    assert [gap.target_id for gap in atlas.facts.gap_list.gaps if gap.whole] == ["two"]
    assert east.coverage.share == pytest.approx(520 / 700, abs=0.02)
    assert [(line.result.target.id, line.of, line.state, line.inside) for line in east.targets] == [
        ("circle", "unit", "not_met", (0, 0)), ("all", "unit", "part", (0, 0)), ("each", "inside", "not_met", (1, 2)),
        ("two", "whole", "not_met", (0, 0))]
    assert [(line.state, line.inside) for line in west.targets] == [
        ("not_met", (0, 0)), ("part", (0, 0)), ("not_met", (0, 2)), ("not_met", (0, 0))]


def test_a_target_that_is_not_asked_of_a_unit_has_no_figure_there(atlas):
    circle = next(line for line in atlas.sheets[0].targets if line.result.target.id == "circle")
    not_asked = TargetLine(circle.result, "unit", "not_applicable")
    blocks = unit_blocks(atlas, replace(atlas.sheets[0], targets=(circle, not_asked)), LENGTHS[0], "zh")
    (grid,) = [block for block in blocks if isinstance(block, Grid) and block.heads[-1] == "状态"]
    assert [(row[1], row[2], row[-1]) for row in grid.rows] == [("本单元", f"{circle.unit.value * 100:.1f}%", "✗ 未达标")]
    assert [block.words for block in blocks if isinstance(block, Note) and "不适用" in block.words] == [
        "○ 不适用（1 项）：十五分钟<i>养老</i>服务圈。"]


def test_people_beyond_are_in_the_blind_spots(atlas):
    for one in atlas.sheets:
        assert sum(unit.people for _, unit in one.spots) == pytest.approx(one.coverage.people_beyond)
    assert {spot.id for one in atlas.sheets for spot, _ in one.spots} <= set(atlas.question.shapes)


def test_counts_of_one_to_four_people_are_not_told(tmp_path):
    hiding = SECTIONS | {"population": SECTIONS["population"] | {"small_counts": "hide"}}
    west = atlas_in(towns(tmp_path, hiding, last=(3, 3))).sheets[1]
    assert math.isnan(west.coverage.people_covered) or west.coverage.people == 203
    blocks = unit_blocks(atlas_in(tmp_path), west, LENGTHS[0], "zh")
    rows = {block.heads[-1]: block.rows for block in blocks if isinstance(block, Grid)}
    assert [row[4] for row in rows["项目"] if row[1] == "四村"] == ["—"]
    assert {row[1] for row in rows.get("分钟", ())} <= {"—"}
    rows.pop("缺口")  # the headline counts targets and gaps
    assert not {"3", "3人"} & {cell for grid in rows.values() for row in grid for cell in row}


def test_every_target_stands_on_every_page(atlas, tmp_path):
    write_atlas(atlas, tmp_path, lang="zh", made=DAY)
    titles = {squeezed(pick(result.target.title, "zh")) for result in atlas.facts.evaluation.targets}
    assert len(titles) == 4
    for one in atlas.sheets:
        said = squeezed("".join(text_of(tmp_path / file_name(one.number, one.code, one.name))))
        assert [title for title in titles if title not in said] == []


def test_pages_bear_names_as_they_are_and_what_maps_must_say(atlas, tmp_path):
    out = tmp_path / "atlas.pdf"
    written = write_atlas(atlas, out, lang="zh", made=DAY)
    pages = text_of(out)
    assert (written.sheets, written.pages) == (2, len(pages)) == (2, 3)
    assert "索引图" in pages[0]
    assert HOSTILE in pages[1]
    assert "西镇" in pages[2]
    for page in pages:
        assert "内部使用，行政界线不作为划界依据" in page
        assert "审图号" in page
        assert "虚构数据" in page


def test_single_files_are_the_pages_and_the_same_bytes_each_time(atlas, tmp_path):
    first = write_atlas(atlas, tmp_path / "one", lang="en", paper="a3", made=DAY)
    second = write_atlas(atlas, tmp_path / "two", lang="en", paper="a3", made=DAY)
    assert [path.name for path in first.files] == ["atlas.pdf", "001_A_b_东_镇_b_script.pdf", "002_B_西镇.pdf"]
    assert [path.read_bytes() for path in first.files] == [path.read_bytes() for path in second.files]
    assert text_of(first.files[2])[0] == text_of(first.files[0])[2]


def test_pictures_of_each_map_stand_beside_the_pages(atlas, tmp_path):
    seen = []
    stop = write_atlas(atlas, tmp_path, lang="zh", made=DAY, pictures=True, progress=lambda done, count: seen.append(done),
                       cancel=lambda: bool(seen))
    assert {path.suffix for path in stop.files} == {".pdf", ".svg", ".png"}


def test_a_cancelled_atlas_leaves_whole_files_only(atlas, tmp_path):
    seen = []
    written = write_atlas(atlas, tmp_path, lang="zh", made=DAY, progress=lambda done, count: seen.append((done, count)),
                          cancel=lambda: len(seen) == 1)
    assert written.cancelled
    assert seen == [(1, 2)]
    assert [path.name for path in tmp_path.iterdir()] == [path.name for path in written.files] == ["001_A_b_东_镇_b_script.pdf"]
    assert len(text_of(written.files[0])) == 1


def test_an_atlas_stopped_from_the_keyboard_leaves_no_half(atlas, tmp_path):
    def stop(done, count):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_atlas(atlas, tmp_path / "atlas.pdf", lang="zh", made=DAY, progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_it_goes_to_a_pdf_or_a_folder(atlas, tmp_path):
    with pytest.raises(InputError, match="atlas_out"):
        write_atlas(atlas, tmp_path / "atlas.docx", lang="zh")


def test_the_command_writes_it_and_the_map_of_one_town(project, tmp_path):
    runner = CliRunner()
    words = ["report", str(project), "--pack", str(project / "pack.toml"), "--atlas", str(tmp_path / "a.pdf"), "--as-of", "2026-01-05"]
    done = runner.invoke(main, words)
    assert done.exit_code == 0, done.output
    assert len(text_of(tmp_path / "a.pdf")) == 3
    assert "2 幅" in done.stderr
    done = runner.invoke(main, ["map", str(project), "--unit", "B", "--out", str(tmp_path / "b.svg"), "--lang", "en"])
    assert done.exit_code == 0, done.output
    assert "西镇" in (tmp_path / "b.svg").read_text(encoding="utf-8")
    done = runner.invoke(main, ["report", str(project)])
    assert done.exit_code == 2
    done = runner.invoke(main, ["map", str(project), "--unit", "Z", "--out", str(tmp_path / "b.svg")])
    assert done.exit_code == 1
    assert "Z" in done.stderr
