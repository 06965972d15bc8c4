"""An atlas of a big city: 300 townships, 7,000 communities, 10,000 facilities; CPU and clock seconds of each step, and the peak of memory.

    python atlas.py FOLDER [--pack starter] [--paper a4] [--sheets 300]

FOLDER : where the project of big_project.py is, or is written to. Without a pack, three kinds of facility are asked of every community,
which gives more than 10,000 gaps. The load of the machine is told with the figures.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from big_project import write_project

from planner.export.atlas import write_atlas
from planner.export.atlas_content import atlas_of
from planner.plan.project import read_project
from planner.plan.report import report_facts
from planner.quality import QualityReport
from planner.targets.pack import resolve_packs

TARGET = """
[[target]]
id = "{layer}"
title = {{ zh = "每个社区（村）一处{layer}", en = "One {layer} in each community" }}
clause = "{layer}"
kind = "target"
layer = "{layer}"
comparator = "="
value = 100
unit = "% of communities"
check = {{ metric = "count", by = "community", rollup = "share" }}
"""
PACK = """schema = "planner.pack/1"
id = "each-community"
title = { zh = "每个社区一处", en = "One in each community" }
source = { document = "benchmarks/atlas.py" }
""" + "".join(TARGET.format(layer=layer) for layer in ("community-elderly-station", "community-service-facility", "emergency-shelter"))
Value = TypeVar("Value")
DAY = dt.date(2026, 6, 30)


def timed(name: str, work: Callable[[], Value]) -> Value:
    """Does it and says how long it took."""
    clock, cpu = time.perf_counter(), time.process_time()
    found = work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{name}: {time.perf_counter() - clock:.1f} s, {time.process_time() - cpu:.1f} s of CPU; peak so far {peak:.2f} GB; "
          f"load {os.getloadavg()[0]:.1f}", flush=True)
    return found


def main() -> None:
    """Runs the steps one after the other."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pack", action="append", default=[])
    parser.add_argument("--paper", default="a4")
    parser.add_argument("--sheets", type=int)
    asked = parser.parse_args()
    if not (asked.folder / "planner.toml").is_file():
        timed("project written", lambda: write_project(asked.folder))
    report = QualityReport()
    project = read_project(asked.folder, report=report)
    own = asked.folder / "each-community.toml"
    own.write_text(PACK, encoding="utf-8")
    packs = resolve_packs(tuple(asked.pack) or (str(own),), project.folder, ())
    facts = timed("read, evaluated, gaps listed", lambda: report_facts(project, packs, as_of=DAY, report=report))
    print(f"{len(facts.evaluation.targets)} targets, {len(facts.gap_list.gaps):,} gaps, {len(facts.gap_list.projects):,} projects")
    atlas = timed("sorted by sheets", lambda: atlas_of(facts))
    atlas = replace(atlas, sheets=atlas.sheets[:asked.sheets])
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "atlas.pdf"
        written = timed("atlas written", lambda: write_atlas(atlas, out, lang="zh", paper=asked.paper, made=DAY))
        print(f"{written.sheets} sheets, {written.pages} pages, {out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
