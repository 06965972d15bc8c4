"""Versions and locks: what is kept, who is told, what a damaged or half-written file means."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from planner.errors import InputError
from planner.plan import locks, versions
from planner.plan.store import file_name
from planner.plan.versions import ChangedError

NOW = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)


def save(project: Path, value: int | None, over: int) -> versions.Version:
    return versions.save(project, "things", "甲", None if value is None else {"value": value}, over=over, now=NOW)


def folder(project: Path) -> Path:
    return project / ".planner" / "things" / file_name("甲", "")


def test_versions_grow_and_are_read_back(tmp_path: Path) -> None:
    assert versions.load(tmp_path, "things", "甲") is None
    assert save(tmp_path, 1, 0).number == 1
    assert save(tmp_path, 2, 1).number == 2
    found = versions.load(tmp_path, "things", "甲")
    assert found is not None
    assert (found.body, found.number, found.state, found.parent) == ({"value": 2}, 2, 2, 1)
    assert [one.body for one in versions.history(tmp_path, "things", "甲")] == [{"value": 1}, {"value": 2}]
    assert not (folder(tmp_path) / "lock").exists()
    assert sorted(path.name for path in folder(tmp_path).iterdir()) == ["000001.json", "000002.json"]


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    save(tmp_path, 1, 0)
    save(tmp_path, 2, 1)
    for over in (0, 1, 3):
        with pytest.raises(ChangedError) as raised:
            save(tmp_path, 9, over)
        assert raised.value.version == 2
    found = versions.load(tmp_path, "things", "甲")
    assert found is not None
    assert found.body == {"value": 2}
    with pytest.raises(ChangedError):
        versions.save(tmp_path, "things", "乙", {}, over=1, now=NOW)


def test_undo_goes_back_step_by_step(tmp_path: Path) -> None:
    save(tmp_path, 1, 0)
    save(tmp_path, 2, 1)
    save(tmp_path, 3, 2)
    for wanted in (2, 1):
        back = versions.undo(tmp_path, "things", "甲", now=NOW)
        assert back is not None
        assert back.body == {"value": wanted}
    assert versions.undo(tmp_path, "things", "甲", now=NOW) is None
    assert save(tmp_path, 7, 5).parent == 1
    back = versions.undo(tmp_path, "things", "甲", now=NOW)
    assert back is not None
    assert back.body == {"value": 1}


def test_a_deletion_is_undone(tmp_path: Path) -> None:
    save(tmp_path, 1, 0)
    save(tmp_path, None, 1)
    assert [one.body for one in versions.load_all(tmp_path, "things")] == [None]
    back = versions.undo(tmp_path, "things", "甲", now=NOW)
    assert back is not None
    assert (back.body, back.number) == ({"value": 1}, 3)
    save(tmp_path, None, 3)
    assert save(tmp_path, 5, 0).number == 5


def test_a_damaged_file_is_told_and_left_behind_by_undo(tmp_path: Path) -> None:
    save(tmp_path, 1, 0)
    save(tmp_path, 2, 1)
    last = folder(tmp_path) / "000002.json"
    last.chmod(0o644)
    last.write_text(last.read_text(encoding="utf-8").replace('"value": 2', '"value": 3'), encoding="utf-8")
    for look in (lambda: versions.load(tmp_path, "things", "甲"), lambda: versions.load_all(tmp_path, "things")):
        with pytest.raises(InputError) as raised:
            look()
        assert (raised.value.code, raised.value.params["name"]) == ("store_broken", "甲")
    back = versions.undo(tmp_path, "things", "甲", now=NOW)
    assert back is not None
    assert (back.body, back.number) == ({"value": 1}, 3)


def test_rests_of_killed_processes_are_no_versions(tmp_path: Path) -> None:
    save(tmp_path, 1, 0)
    done = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True)
    gone = done.stdout.strip()
    (folder(tmp_path) / f".writing-{gone}-abc").write_text("{", encoding="utf-8")
    (folder(tmp_path) / ".lock-abc").write_text("{}", encoding="utf-8")
    (folder(tmp_path) / "000002.json").touch()  # a name reserved where links are not known
    found = versions.load(tmp_path, "things", "甲")
    assert found is not None
    assert found.number == 1
    assert save(tmp_path, 2, 1).number == 2
    assert not list(folder(tmp_path).glob(".*"))


def hold(project: Path, **other: object) -> None:
    folder(project).mkdir(parents=True, exist_ok=True)
    mine = {"by": "王", "host": platform.node(), "pid": os.getpid(), "started": locks.started(os.getpid()),
            "since": dt.datetime.now().astimezone().isoformat()}
    (folder(project) / "lock").write_text(json.dumps(mine | other), encoding="utf-8")


def test_the_second_is_told_who_and_since_when(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "WAIT_S", 0.05)
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        hold(tmp_path, pid=other.pid, started=locks.started(other.pid), since="2026-01-01T08:00:00+08:00")
        with pytest.raises(InputError) as raised:
            save(tmp_path, 1, 0)
        assert raised.value.code == "store_locked"
        assert raised.value.params | {"name": "甲", "by": "王", "since": "2026-01-01T08:00:00+08:00"} == raised.value.params
        assert versions.load(tmp_path, "things", "甲") is None
    finally:
        other.communicate(b"\n")
    assert save(tmp_path, 1, 0).number == 1  # its process is gone: the lock is stale


@pytest.mark.parametrize("other", [{"pid": 2**22 + 1}, {"started": "1"}, {"host": "elsewhere", "since": "2026-01-01T08:00:00+08:00"},
                                   {"since": 3, "host": "x"}, {"nonsense": 1}])
def test_stale_locks_are_taken_away(other: dict[str, object], tmp_path: Path) -> None:
    hold(tmp_path, **other)
    assert save(tmp_path, 1, 0).number == 1
    assert not (folder(tmp_path) / "lock").exists()


def test_a_lock_of_another_machine_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "WAIT_S", 0.0)
    hold(tmp_path, host="elsewhere", pid=1)
    with pytest.raises(InputError) as raised:
        save(tmp_path, 1, 0)
    assert raised.value.params["host"] == "elsewhere"


def test_who_holds_a_lock_may_save(tmp_path: Path) -> None:
    with versions.lock(tmp_path, "things", "甲"):
        assert save(tmp_path, 1, 0).number == 1
        assert (folder(tmp_path) / "lock").exists()
    assert not (folder(tmp_path) / "lock").exists()


def test_another_thread_is_another_person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "WAIT_S", 0.0)
    told: list[str] = []

    def second() -> None:
        try:
            save(tmp_path, 1, 0)
        except InputError as error:
            told.append(error.code)

    with versions.lock(tmp_path, "things", "甲"):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
    assert told == ["store_locked"]
    assert save(tmp_path, 1, 0).number == 1
