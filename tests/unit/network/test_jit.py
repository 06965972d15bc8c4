"""Loops are compiled when called, kept where that is possible, and never older than their sources."""

import os
import subprocess
import sys

import numba
import pytest

from planner.network import jit

TWICE = """
from planner.network.jit import loop
from steps import step

@loop("int64(int64)")
def use(n):
    return step(n)
"""

STEP = """
from planner.network.jit import inline

@inline
def step(n):
    return n * {factor}
"""


def run(code, **env):
    done = subprocess.run([sys.executable, "-c", code], env=os.environ | env, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_importing_compiles_nothing_and_the_ways_do_not_even_import_numba():
    made = ("from planner.network import fronts, kernel, loops, tiles, whatif\nfrom planner.network.jit import Loop\n"
            "found = [f for m in (loops, fronts) for f in vars(m).values() if isinstance(f, Loop)]\n"
            "print(len(found) > 5, any(f.compiled for f in found))")
    assert run(made) == "True False"
    assert run("import sys, planner.measure.costs; print('numba' in sys.modules)") == "False"


def test_a_changed_step_is_not_taken_from_the_cache(tmp_path):
    """numba looks at the file of the loop itself only; the step stands in another."""
    (tmp_path / "uses.py").write_text(TWICE, encoding="utf-8")
    env = {"NUMBA_CACHE_DIR": str(tmp_path / "cache"), "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path]),
           "PYTHONDONTWRITEBYTECODE": "1"}
    answers = []
    for factor, second in ((2, 100), (2, 100), (3, 2_000_000_000)):
        (tmp_path / "steps.py").write_text(STEP.format(factor=factor), encoding="utf-8")
        os.utime(tmp_path / "steps.py", (second, second))
        answers.append(run("import uses; print(uses.use(7), sum(uses.use.compiled.stats.cache_hits.values()))", **env))
    # compiled; from the cache; another step, which is newer than what was kept
    assert answers == ["14 0", "14 1", "21 0"]


def test_where_nothing_can_be_kept_loops_are_compiled_all_the_same(monkeypatch):
    tried = []

    def no_folder(*, cache, **options):
        tried.append(cache)
        if cache:
            raise RuntimeError("no locator available")
        return real(**options)

    real = numba.njit
    monkeypatch.setattr(numba, "njit", no_folder)
    made = jit.Loop(lambda n: n + 1, "int64(int64)")
    assert made(4) == 5 and made.compile() is made.compiled
    assert tried == [True, False]


@pytest.mark.skipif(os.name == "nt", reason="a folder below a file is another error there")
def test_a_folder_that_cannot_be_made_is_no_error(tmp_path):
    (tmp_path / "file").touch()
    code = "from planner.network import csr; print(csr.graph(2, [0], [1], [1.0]).ahead.start.tolist())"
    assert run(code, NUMBA_CACHE_DIR=str(tmp_path / "file" / "below")) == "[0, 1, 2]"


def test_without_jit_the_loops_run_as_they_are():
    code = "from planner.network import csr, loops; csr.graph(2, [0], [1], [1.0]); print(loops.arrange_arcs.compile().__name__)"
    assert run(code, NUMBA_DISABLE_JIT="1") == "arrange_arcs"
    assert run("from planner.network import loops; f = loops.turn; print(f.compile() is f.function)", NUMBA_DISABLE_JIT="1") == "True"
