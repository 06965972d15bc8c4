"""Scenarios under kills and races: nothing lost, nothing damaged.

kills: a process saves one version of a scenario after the other and says each one's number once it is saved; it is killed (SIGKILL) at a
random moment, again and again. After each kill every version must be whole and in order, and the last one that was said must be there.
race: processes change one scenario at once, each adding its own mark to what it read; none of the marks may be missing.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from planner.errors import InputError
from planner.plan import versions
from planner.plan.scenario import KIND, Action, Scenario, load_scenario, save_scenario

NAME, LONGEST_S = "被杀 killed", 0.03


def _save_on(folder: Path, says: int) -> None:
    """Saves version after version; each holds as many actions as its number says, so that it can be checked."""
    try:
        version = load_scenario(folder, NAME).version
    except InputError:
        version = 0
    while True:
        actions = tuple(Action("close", "station", f"S{k}") for k in range(version % 50 + 1))
        version = save_scenario(folder, Scenario(NAME, None, actions, note=str(version + 1)), over=version).version
        os.write(says, version.to_bytes(8, "little"))


def kills(folder: Path, count: int, seed: int) -> dict[str, int]:
    """Kills a saving process `count` times; raises AssertionError where something is lost or damaged."""
    rng, told = random.Random(seed), Counter[str]()
    for _ in range(count):
        hears, says = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(hears)
            try:
                _save_on(folder, says)
            finally:
                os._exit(1)
        os.close(says)
        if rng.random() < 0.8:
            os.read(hears, 8)  # it has begun to save
        time.sleep(rng.uniform(0, LONGEST_S))
        os.kill(child, signal.SIGKILL)
        said = bytearray()
        while part := os.read(hears, 1 << 16):
            said += part
        os.close(hears)
        assert os.waitpid(child, 0)[1] == signal.SIGKILL, "the process ended by itself"
        told.update(_checked(folder, int.from_bytes(said[-8:], "little") if said else 0))
    return {"kills": count, **told}


def _checked(folder: Path, said: int) -> dict[str, int]:
    """What stands in the folder after a kill."""
    kept = versions.history(folder, KIND, NAME)
    numbers = [one.number for one in kept]
    assert numbers == list(range(1, len(numbers) + 1)), f"a version is missing: {numbers[-5:]}"
    assert len(numbers) >= said, f"version {said} was saved and is not there: {len(numbers)}"
    for one in kept:
        assert one.body is not None
        whole = one.body["note"] == str(one.number) and len(one.body["actions"]) == (one.number - 1) % 50 + 1
        assert whole, f"version {one.number} is not what was saved"
    if numbers:
        assert load_scenario(folder, NAME).version == len(numbers)
    here = list((folder / ".planner" / KIND).glob("*/*")) if numbers else []
    return {"killed while it held the lock": sum(path.name == "lock" for path in here),
            "killed while it wrote": any(path.name.startswith(".writing") for path in here)}


def race(folder: Path, processes: int, changes: int) -> dict[str, int]:
    """Processes that change one scenario at once; raises AssertionError where an update is lost."""
    save_scenario(folder, Scenario("race", None, (Action("close", "station", "start"),)))
    children = []
    for number in range(processes):
        child = os.fork()
        if child == 0:
            refused = 0
            for change in range(changes):
                while True:
                    found = load_scenario(folder, "race")
                    mine = Action("close", "station", f"{number}-{change}")
                    try:
                        save_scenario(folder, Scenario("race", None, (*found.scenario.actions, mine)), over=found.version)
                        break
                    except InputError as error:
                        if error.code != "scenario_changed":
                            os._exit(255)
                        refused += 1
            os._exit(min(refused, 254))
        children.append(child)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    assert all(0 <= code < 255 for code in codes), f"a process failed: {codes}"
    found = load_scenario(folder, "race")
    marks = {action.id for action in found.scenario.actions}
    assert marks == {"start", *(f"{n}-{c}" for n in range(processes) for c in range(changes))}, "an update was lost"
    assert found.version == processes * changes + 1
    return {"processes": processes, "changes": processes * changes, "told of another version and done anew": sum(codes)}


def main() -> None:
    """Both, with figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        told = kills(Path(folder), options.kills, options.seed)
        kept = len(versions.history(Path(folder), KIND, NAME))
        print(f"{told}; {kept} versions saved, 0 lost, 0 damaged; {time.perf_counter() - began:.0f} s")
        print(f"{race(Path(folder), 4, 25)}; 0 lost")


if __name__ == "__main__":
    sys.exit(main())
