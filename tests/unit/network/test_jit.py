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


COMMAND = """
import click, uses
from planner.cli.common import command_options

@click.command()
@command_options
def command(lang, quiet):
    print(uses.use(3), uses.other(3))

command()
"""

EVERY_MODULE = """
import importlib, pkgutil, planner
for module in pkgutil.walk_packages(planner.__path__, "planner."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
"""


def run(code, *words, **env):
    done = started(code, *words, **env)
    out, err = done.communicate()
    assert done.returncode == 0, err
    return out.strip()


def started(code, *words, **env):
    return subprocess.Popen([sys.executable, "-c", code, *words], env=os.environ | env, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            text=True, encoding="utf-8")


@pytest.fixture
def uses(tmp_path):
    """A module with two loops; what is needed to run it with a cache of its own."""
    other = """
@loop("int64(int64)")
def other(n):
    return n + 1
"""
    (tmp_path / "uses.py").write_text(TWICE + other, encoding="utf-8")
    (tmp_path / "steps.py").write_text(STEP.format(factor=2), encoding="utf-8")
    return {"NUMBA_CACHE_DIR": str(tmp_path / "cache"), "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path]),
            "PYTHONIOENCODING": "utf-8"}


@pytest.mark.parametrize(("words", "line"), [
    (["--lang", "en"], "First use: compiling the searches once, about 10 s ..."),
    (["--lang", "zh"], "首次使用：正在编译最短路计算，约需 10 秒，仅此一次……"), (["--quiet"], ""),
])
def test_a_command_says_once_what_it_waits_for_and_nothing_when_the_cache_is_warm(uses, words, line):
    for said in (line, ""):
        command = started(COMMAND, *words, **uses)
        assert command.communicate() == ("6 4\n", said and f"{said}\n")


def test_no_module_of_the_planner_compiles_anything_when_it_is_imported(tmp_path):
    run(EVERY_MODULE, NUMBA_CACHE_DIR=str(tmp_path))
    assert list(tmp_path.rglob("*.*")) == []


def test_processes_that_share_an_empty_cache_do_not_disturb_each_other(uses):
    both = [started("import uses; print(uses.use(3), uses.other(3))", **uses) for _ in range(3)]
    for process in both:
        assert process.communicate() == ("6 4\n", "") and process.returncode == 0
    assert run("import uses; uses.use(3); print(sum(uses.use.compiled.stats.cache_hits.values()))", **uses) == "1"


def test_a_cache_that_vanishes_or_cannot_be_written_breaks_nothing(tmp_path, monkeypatch):
    gone = tmp_path / "test_jit.one_more-1.py311.nbi"
    gone.touch()
    os.utime(gone, (1, 1))

    def one_more(n):
        return n + 1

    real = type(gone).stat
    monkeypatch.setattr(type(gone), "stat", lambda path, **how: real(tmp_path / "not there" if path == gone else path, **how))
    jit._forget_older(tmp_path, one_more)  # another process has removed the file since it was listed
    monkeypatch.undo()
    jit._forget_older(tmp_path, one_more)
    assert not gone.exists()

    def read_only(self, *arguments):
        raise OSError(30, "Read-only file system")

    from numba.core import caching

    monkeypatch.setattr(caching.IndexDataCacheFile, "save", read_only)
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert jit.Loop(one_more, "int64(int64)")(4) == 5


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
