"""Snapshots: written once, read back only unaltered, compared target by target; and the folder that keeps them."""

import datetime as dt
import json
import os
from pathlib import Path

import pytest

from planner.errors import InputError
from planner.inputs.layers import Source
from planner.plan import store
from planner.plan.snapshots import check_free, list_snapshots, read_snapshot, save_snapshot, since
from planner.plan.store import file_name, name_is_sound, state_folder, write_once

NOW = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
FILES = (Source("a.csv", "aa", 3, "2025-12-31"), Source("b.csv", "bb", 4))


def evaluation(value=3.0, **keys):
    unit = {"code": "A", "value": value, "state": "met"}
    one = {"id": "t", "plan": "p", "title": {"zh": "指标", "en": "target"}, "state": "met", "value": value, "threshold": [1, 0.1],
           "shortfall": 0, "units": [unit, {"code": "B", "value": 1, "state": "met"}]}  # fmt: skip
    return {"schema": "planner.evaluation/1", "project": "x", "date": "2025-12-31", "version": "0.1.0", "targets": [one | keys],
            "packs": [{"id": "p", "sha256": "pp"}]}  # fmt: skip


def save(folder, name="中期", **keys):
    return save_snapshot(folder, name, evaluation(**keys), FILES, now=NOW)


def test_read_back_equals_what_was_written(tmp_path):
    saved = save(tmp_path)
    found = read_snapshot(tmp_path, "中期")
    assert found == saved and found.evaluation == evaluation() and found.created == "2026-01-02T03:04:05+00:00"
    assert [one["sha256"] for one in found.sources] == ["aa", "bb"]
    assert saved.file.parent == tmp_path / ".planner" / "snapshots" and not os.stat(saved.file).st_mode & 0o222


def test_nothing_is_overwritten(tmp_path):
    saved = save(tmp_path)
    before = saved.file.read_bytes()
    for attempt in (lambda: save(tmp_path, value=9.0), lambda: check_free(tmp_path, "中期")):
        with pytest.raises(InputError) as fault:
            attempt()
        assert fault.value.code == "snapshot_exists"
    assert saved.file.read_bytes() == before and len(list(saved.file.parent.iterdir())) == 1


def test_the_same_content_has_the_same_hash(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert save(tmp_path / "a").sha256 == save(tmp_path / "b").sha256 != save(tmp_path / "a", "other").sha256


@pytest.mark.parametrize(
    "alter",
    [
        lambda text: text.replace('"value": 3.0', '"value": 4.0', 1),
        lambda text: text.replace('"sha256": "aa"', '"sha256": "ab"', 1),
        lambda text: text.replace("2026-01-02", "2020-01-02", 1),
    ],
)
def test_a_file_altered_by_hand_is_told(tmp_path, alter):
    saved = save(tmp_path)
    text = saved.file.read_text(encoding="utf-8")
    saved.file.chmod(0o644)
    saved.file.write_text(alter(text), encoding="utf-8")
    assert saved.file.read_text(encoding="utf-8") != text
    with pytest.raises(InputError) as fault:
        read_snapshot(tmp_path, "中期")
    assert (fault.value.code, fault.value.params["file"]) == ("snapshot_altered", saved.file.name)
    assert [(row["name"], row["altered"]) for row in list_snapshots(tmp_path)] == [("中期", True)]


def test_laid_out_anew_is_not_altered(tmp_path):
    saved = save(tmp_path)
    body = json.loads(saved.file.read_bytes())
    saved.file.chmod(0o644)
    saved.file.write_text(json.dumps(body), encoding="utf-8")
    assert read_snapshot(tmp_path, "中期").evaluation == evaluation()


def test_one_snapshot_cannot_stand_in_for_another(tmp_path):
    one, other = save(tmp_path, "one"), save(tmp_path, "other", value=9.0)
    other.file.chmod(0o644)
    other.file.write_bytes(one.file.read_bytes())
    with pytest.raises(InputError) as fault:
        read_snapshot(tmp_path, "other")
    assert fault.value.code == "snapshot_altered"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"body": 1, "sha256": ""}', b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_snapshot(tmp_path, content):
    path = tmp_path / ".planner" / "snapshots" / file_name("x", ".json")
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with pytest.raises(InputError) as fault:
        read_snapshot(tmp_path, "x")
    assert fault.value.code == "snapshot_broken"
    assert [row["altered"] for row in list_snapshots(tmp_path)] == [True]


@pytest.mark.parametrize("evaluation", [{}, {"targets": [1], "packs": []}, [], evaluation() | {"targets": [{"id": "t"}]}])
def test_a_sound_hash_over_another_shape(tmp_path, evaluation):
    save_snapshot(tmp_path, "x", evaluation, (), now=NOW)
    with pytest.raises(InputError) as fault:
        read_snapshot(tmp_path, "x")
    assert fault.value.code == "snapshot_broken"


def test_a_name_that_is_not_there_tells_those_that_are(tmp_path):
    assert list_snapshots(tmp_path) == []
    save(tmp_path, "2023")
    with pytest.raises(InputError) as fault:
        read_snapshot(tmp_path, "2024")
    assert (fault.value.code, fault.value.params["names"]) == ("snapshot_missing", "2023")


def test_what_changed_since(tmp_path):
    then = save(tmp_path)
    now = evaluation(5.0, state="not_met")
    now["targets"][0]["units"][0]["value"] = 5.0
    now["targets"].append(evaluation()["targets"][0] | {"id": "new"})
    now["packs"][0]["sha256"] = "qq"
    found = since(then, now, (Source("a.csv", "changed", 3), Source("c.csv", "cc", 1)))
    assert found["inputs_changed"] == ["a.csv", "b.csv", "c.csv"] and found["packs_changed"] == ["p"] and found["only_now"] == ["new"]
    (one,) = found["targets"]
    assert (one["then"]["state"], one["now"]["state"], one["difference"]) == ("met", "not_met", 2)
    assert one["units"] == [{"code": "A", "then": 3, "now": 5, "difference": 2}]


def test_what_has_no_value_has_no_difference(tmp_path):
    found = since(save(tmp_path), evaluation(None), FILES)
    assert found["targets"][0]["difference"] is None and found["inputs_changed"] == [] and found["only_then"] == []


# ---- the folder ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["../../etc/passwd", "/abs", "C:\\x", "con", "a" * 80, "中期评估 2025", ".hidden", "a/b"])
def test_a_name_is_data_never_a_path(tmp_path, name):
    saved = save(tmp_path, name)
    assert saved.file.resolve().parent == (tmp_path / ".planner" / "snapshots").resolve() and saved.file.name.isascii()
    assert read_snapshot(tmp_path, name).name == name


@pytest.mark.parametrize("name", ["", " ", " a", "a ", "a\nb", "a\0b", "a" * 81, "\x1b[31m"])
def test_names_that_cannot_be_told_apart_or_shown(tmp_path, name):
    assert not name_is_sound(name)
    with pytest.raises(InputError) as fault:
        save(tmp_path, name)
    assert fault.value.code == "snapshot_name" and not (tmp_path / ".planner").exists()


def test_names_that_differ_in_case_are_two():
    assert file_name("A", ".json").lower() != file_name("a", ".json").lower()


def test_a_folder_that_cannot_be_written_to(tmp_path, monkeypatch):
    monkeypatch.setattr(store.os, "access", lambda place, mode: False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("PLANNER_DATA", str(tmp_path / "data"))
    found = state_folder(tmp_path / "project", "snapshots")
    assert found.is_relative_to(tmp_path / "data") and found != state_folder(tmp_path / "other", "snapshots")


def test_without_links_nothing_is_overwritten_either(tmp_path, monkeypatch):
    def no_links(*args):
        raise OSError("no links here")

    monkeypatch.setattr(store.os, "link", no_links)
    path = tmp_path / "x" / "one"
    assert write_once(path, b"1") and not write_once(path, b"2")
    assert path.read_bytes() == b"1" and list(Path(path.parent).iterdir()) == [path]
