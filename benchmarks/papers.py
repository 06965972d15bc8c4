"""The papers of a big city: gap list, blind spots, workbook, district workbooks; CPU and clock seconds of each step, peak of memory.

    python papers.py FOLDER [--pack starter] [--rows 10000]

FOLDER : where the project of big_project.py is, or is written to. --rows : so many gaps go to the workbook; rows are repeated or left out
to have them. The load of the machine is told with the figures.
"""

from __future__ import annotations

import argparse
import datetime as dt
import itertools
import tempfile
from dataclasses import replace
from pathlib import Path

from atlas import DAY, timed
from big_project import write_project

from planner.export.district_workbooks import write_districts
from planner.export.tables import write_gaps
from planner.measure.city import City
from planner.plan.blind_spots import with_blind_spots
from planner.plan.gaplist import Gap, GapList
from planner.plan.gaps import project_gaps
from planner.plan.project import Project, read_city, read_project
from planner.quality import QualityReport
from planner.targets.evaluate import evaluate
from planner.targets.evaluation import Evaluation
from planner.targets.pack import TargetPack, resolve_packs


def of_rows(gaps: tuple[Gap, ...], rows: int) -> tuple[Gap, ...]:
    """So many gaps: some of them, or all of them over and over under new ids."""
    return tuple(replace(gap, gap_id=f"G{k:05d}", rank=k) for k, gap in enumerate(itertools.islice(itertools.cycle(gaps), rows), start=1))


def run(project: Project, city: City, packs: tuple[TargetPack, ...], rows: int, report: QualityReport) -> None:
    """Evaluates, lists and writes."""
    answer: Evaluation = timed("evaluated", lambda: evaluate(city, packs, as_of=DAY))
    gaps: GapList = timed("gaps listed", lambda: project_gaps(project, city, answer, packs, report=report))
    spots = timed("blind spots", lambda: with_blind_spots(gaps, city, answer, packs))
    found = list(spots.blind_spots or ())
    print(f"{len(gaps.gaps):,} gaps, {len(gaps.projects):,} projects, {sum(len(one.spots) for one in found):,} blind spots of "
          f"{len(found)} questions")
    full = replace(gaps, gaps=of_rows(gaps.gaps, rows))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        timed(f"workbook of {rows:,} gaps", lambda: write_gaps(full, answer, report, folder / "gaps.xlsx", lang="zh"))
        print(f"{(folder / 'gaps.xlsx').stat().st_size / 1e6:.1f} MB")
        timed("workbook of all gaps, with blind spots", lambda: write_gaps(spots, answer, report, folder / "spots.xlsx", lang="zh"))
        timed("layers with shapes of blind spots", lambda: write_gaps(
            with_blind_spots(gaps, city, answer, packs, drawn=True), answer, report, folder / "gaps.gpkg", lang="zh"))
        done = timed("district workbooks", lambda: write_districts(gaps, city, "district", folder / "sent", folder, lang="zh"))
        print(f"{len(done.files)} district workbooks")


def main() -> None:
    """Reads the project and runs the steps."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pack", action="append", default=[])
    parser.add_argument("--rows", type=int, default=10_000)
    said = parser.parse_args()
    if not (said.folder / "planner.toml").is_file():
        timed("project written", lambda: write_project(said.folder))
    report = QualityReport()
    project = read_project(said.folder, report=report)
    city: City = timed("read", lambda: read_city(project, report=report))
    print(f"{dt.date.today()}, {len(city.demand):,} places of people, {len(city.boundaries.levels['community']):,} communities")
    run(project, city, tuple(resolve_packs(tuple(said.pack) or ("starter",), project.folder, ())), said.rows, report)


if __name__ == "__main__":
    main()
