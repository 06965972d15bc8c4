"""docs/packs.md: the pack that stands in the page is a pack, and it gives on the demonstration city what the page says."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from planner.errors import PackError
from planner.i18n import LANGUAGES, error_text
from planner.measure.city import Reported
from planner.plan.pipeline import run_plan
from planner.targets import vocabulary
from planner.targets.evaluate import evaluate
from planner.targets.pack import bundled_ids
from planner.targets.pack_rules import build_pack

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "packs.md").read_text(encoding="utf-8")
DAY = dt.date(2025, 12, 31)
WORDS = (
    "PACK_KEYS",
    "SOURCE_KEYS",
    "TARGET_KEYS",
    "PARAMETERS",
    "PARAMETER_KEYS",
    "SCOPE_KEYS",
    "EACH_KEYS",
    "THRESHOLD_KEYS",
    "LIMIT_KEYS",
    "MEMBER_KEYS",
    "OF_WHICH_KEYS",
    "CHECK_KEYS",
    "METRIC_KEYS",
    "KINDS",
    "COMPARATORS",
    "BINDINGS",
    "CERTAINTIES",
    "STAGES",
    "COUNT_IN",
    "PATHS",
    "UNIT_LEVELS",
    "ROLLUPS",
    "PRIORITIES",
)
NOT_IN_CODE = {"target"}
"""Written `[[target]]` or `target.parameters` in the examples."""


def blocks(mark: str, language: str = "toml") -> list[str]:
    return re.findall(rf"<!-- {re.escape(mark)} -->\n```{language}\n(.*?)```", PAGE, flags=re.DOTALL)


def written() -> str:
    return "\n".join(blocks("pack"))


def table(mark: str) -> dict[str, list[str]]:
    found = re.search(rf"<!-- {re.escape(mark)} -->\n((?:\|[^\n]*\n)+)", PAGE)
    assert found, mark
    rows = [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in found.group(1).splitlines()[2:]]
    return {row[0]: row[1:] for row in rows}


def same(printed: str, value: object) -> bool:
    """Whether a figure is the one printed: to four decimals, from 1,000 on to whole numbers."""
    if value is None or printed == "-":
        return value is None and printed == "-"
    if isinstance(value, (tuple, list)):
        return all(same(part, one) for part, one in zip(printed.split("-"), value, strict=True))
    return float(printed) == pytest.approx(float(value), abs=0.51 if abs(float(value)) >= 1000 else 5.1e-5)


@pytest.fixture(scope="module")
def pack():
    return build_pack(tomllib.loads(written()), "my-plan.toml")


@pytest.fixture(scope="module")
def city():
    return run_plan(ROOT / "data", pack="jiangsu-2014", as_of=DAY).city


def agree(results, printed) -> None:
    found = {result.target.id: result for result in results}
    assert list(printed)
    for name, (state, *figures) in printed.items():
        result = found[name]
        assert result.state == state, name
        for text, value in zip(figures, (result.value, result.threshold, result.shortfall), strict=True):
            assert same(text, value), (name, text, value)


def test_the_pack_of_the_page_gives_what_the_page_says(pack, city):
    printed = table("states")
    assert set(printed) == {target.id for target in pack.targets}
    agree(evaluate(city, [pack], as_of=DAY).targets, printed)
    assert {row[0] for row in printed.values()} == {"met", "not_met", "threshold_undefined", "data_missing", "recorded"}


def test_what_planner_toml_adds(pack, city):
    settings = tomllib.loads("\n".join(blocks("planner.toml")))
    reported = {name: Reported(entry["value"], str(entry["date"]), entry["source"]) for name, entry in settings["reported"].items()}
    completed = replace(city, parameters=settings["plan"]["parameters"], reported=reported)
    printed = table("states: planner.toml")
    assert set(printed) == {*settings["plan"]["parameters"], *reported}
    agree(evaluate(completed, [pack], as_of=DAY).targets, printed)


def test_the_faults_of_the_page_are_said_as_the_page_says():
    faults = re.findall(r"<!-- broken: (.*?) -> (.*?) -->\n```console\n(.*?)```", PAGE, flags=re.DOTALL)
    assert len(faults) == 2
    for old, new, printed in faults:
        assert old in written()
        with pytest.raises(PackError) as caught:
            build_pack(tomllib.loads(written().replace(old, new, 1)), "my-plan.toml")
        said = [line for line in printed.splitlines() if not line.startswith("$")]
        assert said == [error_text(caught.value, lang) for lang in LANGUAGES]


def test_every_word_of_the_vocabulary_is_in_the_page():
    code = " ".join(re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)))
    words = set(re.findall(r"[A-Za-z_]\w*|[<>]=?|=", code))
    wanted = {word for name in WORDS for word in getattr(vocabulary, name)} - NOT_IN_CODE
    assert wanted - words == set()
    assert set(bundled_ids()) <= set(re.findall(r"`([\w-]+)`", PAGE))


def test_the_examples_that_were_asked_for(pack):
    by_id = {target.id: target.check for target in pack.targets}
    assert by_id["ex-care-centres"].rollup == "every" and by_id["ex-day-care-share"].rollup == "share"
    assert by_id["ex-beds-per-1000"].per == 1000 and by_id["ex-elderly-circle"].share is None
    assert by_id["ex-mental-rehab"].scope.has and by_id["ex-social-work"].of_which
    assert {check.metric for check in by_id.values() if check} >= {"count", "sum", "rate", "population_within", "reported"}
