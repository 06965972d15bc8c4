"""Scenarios by name: kept, listed, nested, deleted, brought back; nothing of another version is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.errors import InputError
from planner.i18n import error_text
from planner.plan import scenario
from planner.plan.scenario import (
    Action,
    Scenario,
    chain,
    delete_scenario,
    list_scenarios,
    load_scenario,
    save_scenario,
    total_cost_cny,
    undo_scenario,
)

ONE = Scenario("甲", None, (Action("close", "station", "S1", details={"cost_cny": 5.0}), Action("close", "station", "S2")))


def refused(code: str, *words: str) -> object:
    class Told:
        def __enter__(self) -> None:
            self.context = pytest.raises(InputError)
            self.raised = self.context.__enter__()

        def __exit__(self, *about: object) -> bool:
            done = bool(self.context.__exit__(*about))  # type: ignore[arg-type]
            assert self.raised.value.code == code
            for lang in ("zh", "en"):
                said = error_text(self.raised.value, lang)
                assert all(word in said for word in words), said
            return done

    return Told()


def test_kept_and_read_back(tmp_path: Path) -> None:
    saved = save_scenario(tmp_path, ONE)
    assert saved.version == 1
    assert saved.scenario.created
    found = load_scenario(tmp_path, "甲")
    assert found == saved
    assert found.scenario.actions == ONE.actions
    assert [one.scenario.name for one in list_scenarios(tmp_path)] == ["甲"]
    assert total_cost_cny(ONE.actions) == (5.0, 1)


def test_names_that_are_refused(tmp_path: Path) -> None:
    for name in ("", " a", "Baseline", "a\nb", "x" * 81):
        with refused("scenario_name"):
            save_scenario(tmp_path, Scenario(name, None, ONE.actions))


def test_no_update_is_lost(tmp_path: Path) -> None:
    first = save_scenario(tmp_path, ONE)
    with refused("scenario_exists", "甲"):
        save_scenario(tmp_path, ONE)
    save_scenario(tmp_path, Scenario("甲", None, ONE.actions[:1]), over=first.version)
    with refused("scenario_changed", "甲", "2"):
        save_scenario(tmp_path, Scenario("甲", None, ONE.actions[1:]), over=first.version)
    assert load_scenario(tmp_path, "甲").scenario.actions == ONE.actions[:1]


def test_nested_and_never_on_itself(tmp_path: Path) -> None:
    a = save_scenario(tmp_path, Scenario("a", None, ONE.actions))
    save_scenario(tmp_path, Scenario("b", "a", ONE.actions))
    c = save_scenario(tmp_path, Scenario("c", "b", ONE.actions)).scenario
    assert [one.name for one in chain(tmp_path, c)] == ["a", "b", "c"]
    with refused("scenario_cycle", "a → c → b → a"):
        save_scenario(tmp_path, Scenario("a", "c", ONE.actions), over=a.version)
    with refused("scenario_base_missing", "nobody"):
        save_scenario(tmp_path, Scenario("d", "nobody", ONE.actions))
    with refused("scenario_needed", "b"):
        delete_scenario(tmp_path, "a")


def test_deleted_and_brought_back(tmp_path: Path) -> None:
    save_scenario(tmp_path, ONE)
    delete_scenario(tmp_path, "甲")
    assert list_scenarios(tmp_path) == []
    with refused("scenario_missing", "甲"):
        load_scenario(tmp_path, "甲")
    back = undo_scenario(tmp_path, "甲")
    assert back is not None
    assert back.scenario.actions == ONE.actions
    with refused("scenario_nothing_to_undo", "甲"):
        undo_scenario(tmp_path, "甲")
    with refused("scenario_missing", "乙"):
        undo_scenario(tmp_path, "乙")


def test_a_deletion_does_not_overwrite_another_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = save_scenario(tmp_path, ONE)
    save_scenario(tmp_path, Scenario("甲", None, ONE.actions[:1]), over=first.version)
    monkeypatch.setattr(scenario, "load_scenario", lambda folder, name: first)  # what was read before the other saved
    with refused("scenario_changed", "甲", "2"):
        delete_scenario(tmp_path, "甲")
