"""What docs/programme.md shows is what the program prints."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from planner.cli import main
from planner.plan.money import PLAUSIBLE_CNY
from planner.plan.programme_file import DO, OWN, read_candidates
from planner.plan.programme_options import LEAD_YEARS
from planner.plan.project import read_city, read_project
from planner.quality import QualityReport

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs" / "programme.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"```\n\$ planner ([^\n]+)\n(.*?)```", TEXT, flags=re.DOTALL)


@pytest.mark.parametrize(("command", "printed"), SHOWN, ids=[command.split()[0] for command, _ in SHOWN])
def test_commands_print_what_the_document_shows(command: str, printed: str) -> None:
    done = CliRunner().invoke(main, shlex.split(command))
    assert done.exit_code == 0, done.stderr
    assert done.stdout.rstrip() == printed.rstrip()


def test_all_three_commands_are_shown() -> None:
    assert [command.split()[0] for command, _ in SHOWN] == ["programme", "allocate", "balance"]


def test_options_of_the_command_are_in_the_document() -> None:
    said = CliRunner().invoke(main, ["programme", "--help"]).stdout
    options = set(re.findall(r"--[a-z][a-z-]+", said)) - {"--help", "--lang", "--quiet", "--format", "--out"}
    assert {option for option in options if f"`{option}" not in TEXT} == set()


def test_the_table_of_candidates_is_read(tmp_path: Path) -> None:
    (text,) = re.findall(r"```csv\n(.*?)```", TEXT, flags=re.DOTALL)
    (tmp_path / "offers.csv").write_text(text, encoding="utf-8")
    report = QualityReport()
    found = read_candidates(tmp_path / "offers.csv", read_city(read_project(None, report=report), report=report), report)
    assert [one.kind for one in found] == ["new", "new", "expand", "open", "share"]
    assert [dict(action.values) for action in found[4].actions] == [{"beds": 135.0}, {"beds": 20.0}]


def test_words_and_figures_of_the_tables_are_those_of_the_program() -> None:
    rows = re.findall(r"^\| `(\w+)` \S+ \| .* \| (\d) \|$", TEXT, flags=re.MULTILINE)
    assert {DO[word]: int(years) for word, years in rows} == dict(LEAD_YEARS)
    (head,) = re.findall(r"```csv\n(.*?)\n", TEXT)
    assert set(head.split(",")) <= OWN | {"cost", "beds", "area_m2"}
    assert PLAUSIBLE_CNY["bed"] == (1_000, 3_000_000)
    assert PLAUSIBLE_CNY["m2"] == (10, 100_000)
