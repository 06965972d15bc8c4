"""What docs/evaluation.md shows can be written and typed."""

from __future__ import annotations

import re
import shutil
import tomllib
from pathlib import Path

from planner.cli.coverage import command as coverage
from planner.cli.evaluate import command as evaluate
from planner.plan.project import read_project
from planner.quality import QualityReport
from planner.targets.pack import list_packs
from planner.targets.progress import ON_TIME_TOLERANCE
from planner.targets.sensitivity import BAND, VERDICTS

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```toml\n(.*?)```", TEXT, flags=re.DOTALL)


def test_the_tables_of_planner_toml_are_read_without_a_remark(tmp_path: Path) -> None:
    shutil.copy(ROOT / "data" / "planner.toml", tmp_path)
    plain = tomllib.loads((tmp_path / "planner.toml").read_text(encoding="utf-8"))
    theirs = tomllib.loads("\n".join(BLOCKS))
    blocks = [block for block in BLOCKS if not plain.get("reported", {}).keys() & tomllib.loads(block).get("reported", {}).keys()]
    with (tmp_path / "planner.toml").open("a", encoding="utf-8") as file:
        file.write("\n" + "\n".join(block for block in blocks if "[plan." not in block))
    report = QualityReport()
    found = read_project(tmp_path, report=report)
    assert [issue.column for issue in report.issues if issue.code.startswith("config_")] == []
    known = {target.id for pack in list_packs() for target in pack.targets}
    assert theirs["reported"].keys() | theirs["plan"]["parameters"].keys() <= known
    assert theirs["reported"].keys() <= found.reported.keys()
    entry = found.reported["jixi-2025-t12-child-protection-stations"]
    assert (entry["value"], entry["units"], entry["by"]) == (52, {"139902001": 1, "139902002": 0}, "安澜区民政局")


def test_options_and_words_are_those_of_the_program() -> None:
    options = {name for command in (evaluate, coverage) for parameter in command.params for name in parameter.opts}
    assert set(re.findall(r"--[a-z][a-z-]*", TEXT)) <= options
    assert re.findall(r"^\| `(\w+)` \|", TEXT, flags=re.MULTILINE) == ["verdict", *VERDICTS]
    assert f"{ON_TIME_TOLERANCE:.0%}" in TEXT and f"{BAND:.0%}" in TEXT
