"""What docs/scenarios.md shows can be written and typed. (Its worked example is held by tests/e2e/test_scenarios.py.)"""

from __future__ import annotations

import re
from pathlib import Path

from planner.cli.compare import command as compare
from planner.cli.scenario import command as scenario
from planner.network.editing import CLOSE_WITHIN_M, GATE_WITHIN_M, JOIN_WITHIN_M
from planner.plan.attribution import MOST
from planner.plan.locks import OTHER_MACHINE_HOURS
from planner.plan.scenario_actions import VERBS, actions_of

TEXT = (Path(__file__).resolve().parent.parent / "docs" / "scenarios.md").read_text(encoding="utf-8")


def test_options_and_commands_are_those_of_the_program() -> None:
    commands = [compare, *scenario.commands.values()]
    options = {name for command in commands for parameter in command.params for name in parameter.opts} | {"--scenario", "--pack"}
    assert set(re.findall(r"--[a-z][a-z-]+", TEXT)) <= options
    named = set(re.findall(r"`planner scenario (\w+)", TEXT)) | {"show", "undo"}
    assert named == set(scenario.commands)


def test_the_table_of_verbs_has_them_all_with_their_keys() -> None:
    rows = {verb: keys for verbs, keys in re.findall(r"^\| (`\w+`(?: · `\w+`)*) \| (.*?) \|", TEXT, flags=re.MULTILINE)
            for verb in re.findall(r"`(\w+)`", verbs)}
    assert VERBS.keys() <= rows.keys()
    for verb, keys in rows.items():
        if verb in VERBS:
            told = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`]*)`", keys)))) - {"lon", "lat"}
            assert told == {*VERBS[verb].needs, *VERBS[verb].may} - {"lon", "lat"}, verb


def test_the_example_is_an_action_file_and_the_limits_are_the_programs() -> None:
    text, = re.findall(r"```toml\n(.*?)```", TEXT, flags=re.DOTALL)
    assert [action.do for action in actions_of(text.encode(), "docs")] == ["close", "add", "open_gate"]
    for number in (f"{GATE_WITHIN_M:g} 米", f"{JOIN_WITHIN_M:g} 米", f"{CLOSE_WITHIN_M:g} 米", f"{OTHER_MACHINE_HOURS} 小时", f"{MOST} 个"):
        assert number in TEXT
