"""What docs/report.md says of `planner report` is so."""

import re
from importlib.resources import files
from pathlib import Path

from planner.cli.report import command
from planner.export import report_maps, report_tables
from planner.export.report_font import characters

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs" / "report.md").read_text(encoding="utf-8")


def test_every_option_is_told_and_every_option_told_is_there():
    options = {option for parameter in command.params for option in parameter.opts if option.startswith("--")}
    atlas = (ROOT / "docs" / "maps_and_atlas.md").read_text(encoding="utf-8") if (ROOT / "docs" / "maps_and_atlas.md").exists() else ""
    told = set(re.findall(r"`(--[a-z-]+)", TEXT))
    assert told <= options and not [option for option in options - {"--quiet"} if option not in TEXT and option not in atlas]


def test_numbers_of_the_text_are_those_of_the_code():
    assert f"至多 {report_maps.MOST_MAPS} 幅" in TEXT and f"at most\n{report_maps.MOST_MAPS})" in TEXT
    assert f"至多 {report_tables.MOST_ROWS} 行" in TEXT and f"most {report_tables.MOST_ROWS} rows a list" in TEXT
    assert f"最多的 {report_tables.MOST_SPOTS} 处" in TEXT
    font = files("planner").joinpath("export", "fonts", "report_sans_sc.ttf").read_bytes()
    assert f"{len(font) / 1e6:.2f} MB，{len(characters()):,} 个字符" in TEXT
