"""What is kept on disk is believed only where it is whole and the answer to the very question."""

import dataclasses
import json
import os
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest

from planner.folders import cache_folder
from planner.inputs.layers import Boundaries, DemandPoints, Source, points_only
from planner.measure import coverage, distance_cache, matrices
from planner.measure.attaching import Chosen
from planner.measure.city import City
from planner.measure.matrices import Wanted
from planner.network.streets import Streets
from planner.units import TravelProfile

CRS = "EPSG:32650"
WALK = TravelProfile("walk", "walk", 50)
NAME = "ab" * 32
ARRAYS = {"cost_m": np.array([1.5, np.inf, 0.0]), "facility": np.array([0, -1, 2], dtype=np.int32),
          "attached": np.array([True, False, True])}
KINDS = {"cost_m": "f8", "facility": "i4", "attached": "?"}


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("PLANNER_CACHE", str(tmp_path / "cache"))


def kept():
    return sorted(cache_folder(distance_cache.KIND).glob("*")) if cache_folder(distance_cache.KIND).is_dir() else []


def street_file(path, end=1000):
    line = {"type": "Feature", "properties": {}, "geometry": {"type": "LineString", "coordinates": [[0, 0], [end, 0]]}}
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [line]}))
    return path


def city(path, x=(0.0, 400.0, 900.0)):
    streets = Streets(path, path.name, CRS, CRS)
    demand = DemandPoints(np.array(x), np.zeros(len(x)), {"total": np.ones(len(x))}, {}, Source("p.csv"))
    return City("c", "c", CRS, Boundaries(CRS, {}), demand, {}, streets, {"walk": WALK})


def facilities(*x):
    return Chosen(np.full(len(x), "home", dtype=object), np.arange(len(x)), np.array(x, dtype=float), np.full(len(x), 5.0),
                  points_only(len(x)))


# ---- the file --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("arrays", [ARRAYS, {"none": np.empty(0)}, {"flat": np.arange(6.0).reshape(2, 3)}])
def test_what_is_kept_comes_back_bit_for_bit(arrays):
    distance_cache.keep(NAME, arrays)
    found = distance_cache.recall(NAME, {key: array.dtype.str for key, array in arrays.items()})
    for key, array in arrays.items():
        assert found[key].dtype == array.dtype and found[key].shape == array.shape and found[key].tobytes() == array.tobytes()
    assert [file.name for file in kept()] == [NAME + ".dist"]  # and nothing that was written aside


def test_a_changed_bit_anywhere_is_found_out():
    distance_cache.keep(NAME, ARRAYS)
    whole = kept()[0].read_bytes()
    for place in range(len(whole)):
        spoiled = bytearray(whole)
        spoiled[place] ^= 1
        kept()[0].write_bytes(spoiled)
        assert distance_cache.recall(NAME, KINDS) is None, place
    kept()[0].write_bytes(whole)
    assert distance_cache.recall(NAME, KINDS) is not None


def test_a_file_that_is_cut_short_or_runs_on_is_none():
    distance_cache.keep(NAME, ARRAYS)
    whole = kept()[0].read_bytes()
    for length in range(len(whole)):
        kept()[0].write_bytes(whole[:length])
        assert distance_cache.recall(NAME, KINDS) is None, length
    kept()[0].write_bytes(whole + b"\0")
    assert distance_cache.recall(NAME, KINDS) is None


@pytest.mark.parametrize("kinds", [{"cost_m": "f8"}, KINDS | {"facility": "i8"}, KINDS | {"more": "f8"}])
def test_a_file_with_other_arrays_is_none(kinds):
    distance_cache.keep(NAME, ARRAYS)
    assert distance_cache.recall(NAME, kinds) is None


def test_a_file_under_another_name_is_none():
    distance_cache.keep(NAME, ARRAYS)
    other = "cd" * 32
    kept()[0].rename(cache_folder(distance_cache.KIND) / (other + ".dist"))
    assert distance_cache.recall(other, KINDS) is None and distance_cache.recall(NAME, KINDS) is None


@pytest.mark.parametrize("arrays", [[["cost_m", "|O", [3]]], [["cost_m", "<f8", [-3]]], [["cost_m", "<f8", [2**60]]], [3], "x", None])
def test_a_forged_description_takes_no_memory_and_is_none(arrays):
    head = json.dumps({"key": NAME, "arrays": arrays}).encode()
    cache_folder(distance_cache.KIND).mkdir(parents=True)
    body = distance_cache.MAGIC + len(head).to_bytes(8, "little") + head + bytes(56)
    (cache_folder(distance_cache.KIND) / (NAME + ".dist")).write_bytes(body)
    assert distance_cache.recall(NAME, {"cost_m": "f8"}) is None


def test_a_folder_that_cannot_be_written_costs_time_only(tmp_path):
    (tmp_path / "cache").write_text("a file where the folder would be")
    distance_cache.keep(NAME, ARRAYS)
    assert distance_cache.recall(NAME, KINDS) is None


def test_no_name_is_no_file():
    distance_cache.keep(None, ARRAYS)
    assert distance_cache.recall(None, KINDS) is None and kept() == []


def test_a_write_that_fails_leaves_nothing(monkeypatch):
    def full(stream, name, arrays):
        stream.write(b"half")
        raise OSError(28, "no space left")

    monkeypatch.setattr(distance_cache, "_write", full)
    distance_cache.keep(NAME, ARRAYS)
    assert kept() == []


def test_old_files_go_and_so_do_those_unused_for_longest(monkeypatch):
    for k in range(5):
        distance_cache.keep(f"{k}" * 64, ARRAYS)
        used = time.time() - 1000 * (5 - k) - (distance_cache.CACHE_DAYS * 86_400 if k == 1 else 0)
        os.utime(cache_folder(distance_cache.KIND) / (f"{k}" * 64 + ".dist"), (used, used))
    left_aside, stranger = cache_folder(distance_cache.KIND) / "x.1.part", cache_folder(distance_cache.KIND) / "notes.txt"
    for file in (left_aside, stranger):
        file.write_text("")
        os.utime(file, (0, 0))
    distance_cache.recall("0" * 64, KINDS)  # used now
    monkeypatch.setattr(distance_cache, "CACHE_BYTES", 3 * kept()[0].stat().st_size)
    distance_cache.prune()
    assert [file.name[0] for file in kept()] == ["0", "3", "4", "n"]


def test_keeping_looks_through_the_folder_now_and_then(monkeypatch):
    monkeypatch.setattr(distance_cache, "CACHE_BYTES", 200)  # one file with its description is more than that
    monkeypatch.setattr(distance_cache, "PRUNE_BYTES", 60)
    monkeypatch.setattr(distance_cache, "_written", 0)
    distance_cache.keep("1" * 64, ARRAYS)
    assert len(kept()) == 1  # 39 bytes written: not yet
    distance_cache.keep("2" * 64, ARRAYS)
    assert kept() == []


def test_what_would_take_half_the_cache_is_not_kept(monkeypatch):
    monkeypatch.setattr(distance_cache, "CACHE_BYTES", 60)
    distance_cache.keep(NAME, ARRAYS)
    assert kept() == []


def test_processes_side_by_side(tmp_path):
    write = ("import numpy as np, sys; from planner.measure import distance_cache as d\n"
             "for k in range(60): d.keep('ab' * 32, {'a': np.arange(20_000.0)})\n")
    crew = [subprocess.Popen([sys.executable, "-c", write], stderr=subprocess.PIPE) for _ in range(2)]
    seen = 0
    while any(process.poll() is None for process in crew):
        found = distance_cache.recall(NAME, {"a": "f8"})
        seen += found is not None
        assert found is not None or seen == 0  # once there it is always whole
        assert found is None or np.array_equal(found["a"], np.arange(20_000.0))
    assert [process.communicate()[1] for process in crew] == [b"", b""] and [process.returncode for process in crew] == [0, 0]
    assert seen and [file.name for file in kept()] == [NAME + ".dist"]


# ---- the name --------------------------------------------------------------------------------------------------------
def test_the_name_is_found_without_reading_the_network(tmp_path, monkeypatch):
    monkeypatch.setattr(Streets, "network", lambda *_: pytest.fail("read"))
    assert distance_cache.key(city(street_file(tmp_path / "s.geojson")), WALK, "nearest", b"x") is not None


def test_the_name_follows_the_content_and_not_the_path(tmp_path):
    first = distance_cache.key(city(street_file(tmp_path / "s.geojson")), WALK, "nearest", b"x")
    assert first == distance_cache.key(city(street_file(tmp_path / "other" / "t.geojson")), WALK, "nearest", b"x")


def test_whatever_decides_an_answer_is_in_its_name(tmp_path, monkeypatch):
    path = street_file(tmp_path / "s.geojson")
    names = [distance_cache.key(city(path), WALK, "nearest", b"x"),
             distance_cache.key(city(path), None, "nearest", b"x"),
             distance_cache.key(city(path), WALK, "nearest", b"y"),
             distance_cache.key(city(path), WALK, "matrix", b"x"),
             distance_cache.key(city(path), WALK, "nearest", b"x", 500.0),
             distance_cache.key(city(path), replace(WALK, max_snap_m=299), "nearest", b"x"),
             distance_cache.key(city(path), replace(WALK, mode="drive"), "nearest", b"x"),
             distance_cache.key(city(path, x=(0.0, 400.0, 901.0)), WALK, "nearest", b"x"),
             distance_cache.key(city(street_file(tmp_path / "t.geojson", end=1001)), WALK, "nearest", b"x")]
    monkeypatch.setattr(distance_cache, "CACHE_VERSION", distance_cache.CACHE_VERSION + 1)
    names.append(distance_cache.key(city(path), WALK, "nearest", b"x"))
    monkeypatch.undo()
    monkeypatch.setattr(distance_cache, "_code", lambda: "another program")
    names.append(distance_cache.key(city(path), WALK, "nearest", b"x"))
    assert None not in names and len(set(names)) == len(names)


def test_speed_changes_no_distance(tmp_path):
    path = street_file(tmp_path / "s.geojson")
    names = {distance_cache.key(city(path), replace(WALK, metres_per_minute=speed), "nearest", b"x") for speed in (50, 60)}
    assert len(names) == 1


# ---- answers ---------------------------------------------------------------------------------------------------------
def test_nearest_from_the_disk_is_what_it_was_without_a_search(tmp_path, monkeypatch):
    path = street_file(tmp_path / "s.geojson")
    made = coverage.nearest_facility(city(path, x=(0.0, 400.0, 5000.0)), facilities(100, 800), WALK)
    crow = coverage.straight_line(city(path, x=(0.0, 400.0, 5000.0)), facilities(100, 800))
    assert made.cost_m.tolist() == [105, 305, np.inf] and made.facility.tolist() == [0, 0, -1]
    monkeypatch.setattr(Streets, "network", lambda *_: pytest.fail("read"))
    found = coverage.nearest_facility(city(path, x=(0.0, 400.0, 5000.0)), facilities(100, 800), WALK)
    for part in dataclasses.fields(made):
        one, other = getattr(made, part.name), getattr(found, part.name)
        assert one.dtype == other.dtype and one.tobytes() == other.tobytes()
    monkeypatch.setattr(coverage, "crow_metres", lambda *_: pytest.fail("measured"))
    assert coverage.straight_line(city(path, x=(0.0, 400.0, 5000.0)), facilities(100, 800)).tobytes() == crow.tobytes()


def matrices_of(path, progress=None, limit_m=450.0, **settings):
    wanted = {"a": Wanted(facilities(100, 800), limit_m), "b": Wanted(facilities(), 300.0), "c": Wanted(facilities(400), 0.0)}
    return matrices.cost_matrices(city(path), wanted, WALK, progress=progress, **settings)


def test_matrices_from_the_disk_are_what_they_were_without_a_search(tmp_path, monkeypatch):
    path = street_file(tmp_path / "s.geojson")
    made = matrices_of(path)
    assert [made["a"].row(i)[1].tolist() for i in range(3)] == [[105], [305, 405], [105]] and len(kept()) == 3
    monkeypatch.setattr(Streets, "network", lambda *_: pytest.fail("read"))
    told = []
    found = matrices_of(path, told.append)
    assert told == sorted(told) and told[-1] == 1
    for layer in made:
        assert found[layer].shape == made[layer].shape and found[layer].limit_m == made[layer].limit_m
        for part in ("start", "column", "cost_m"):
            assert getattr(found[layer], part).tobytes() == getattr(made[layer], part).tobytes()


def test_only_what_is_missing_is_made_anew(tmp_path):
    path = street_file(tmp_path / "s.geojson")
    matrices_of(path)
    before = {file.name for file in kept()}
    assert [part.tolist() for part in matrices_of(path, limit_m=100.0)["a"].row(0)] == [[], []]
    assert len({file.name for file in kept()} - before) == 1


def test_work_that_is_ended_leaves_nothing(tmp_path):
    path = street_file(tmp_path / "s.geojson")

    def end(share):
        if share > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        matrices_of(path, end)
    assert kept() == []


def test_what_nobody_wants_kept_is_not(tmp_path):
    assert len(matrices_of(street_file(tmp_path / "s.geojson"), keep=False)) == 3 and kept() == []


def test_a_kept_matrix_that_does_not_fit_is_made_anew(tmp_path):
    path = street_file(tmp_path / "s.geojson")
    right = matrices_of(path)["a"]
    name = matrices.key(city(path), Wanted(facilities(100, 800), 450.0), WALK)
    for start, column in (([0, 1, 2], [0, 1]), ([0, 2, 1, 2], [0, 1]), ([0, 1, 1, 2], [0, 2]), ([0, 1, 2, 3], [0, 1])):
        distance_cache.keep(name, {"start": np.array(start), "column": np.array(column, dtype=np.int32), "cost_m": np.zeros(len(column))})
        assert np.array_equal(matrices_of(path, keep=False)["a"].cost_m, right.cost_m)
