"""The straight line in one call: files -> city -> targets -> gap list."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from planner.measure.city import City
from planner.plan.gaplist import GapList
from planner.plan.gaps import project_gaps
from planner.plan.project import Project, read_city, read_project
from planner.quality import QualityReport
from planner.targets.evaluate import evaluate
from planner.targets.evaluation import Evaluation
from planner.targets.pack import resolve_packs
from planner.targets.small_results import published_evaluation


@dataclass(frozen=True, slots=True)
class Plan:
    """What one run gives: the project and its city, the data-quality report, every target's answer and the gaps as they may be told."""

    project: Project
    city: City
    report: QualityReport
    evaluation: Evaluation
    gaps: GapList


def run_plan(project: Path | str | None = None, *, pack: str | None = None, as_of: dt.date | None = None) -> Plan:
    """Reads a project folder and evaluates a pack on it.

    project : a folder with a planner.toml, or that file; None is the bundled demonstration city. pack : a bundled id or the path of a pack
    file; None takes those of the project. as_of : the day to judge; None is today. Raises PlannerError for input that cannot be used.
    """
    report = QualityReport()
    found = read_project(Path(project) if project is not None else None, report=report, as_of=as_of)
    packs = resolve_packs([pack] if pack is not None else [], found.folder, found.packs)
    city = read_city(found, report=report)
    evaluation = evaluate(city, packs, as_of=as_of or dt.date.today())
    return Plan(found, city, report, published_evaluation(city, evaluation), project_gaps(found, city, evaluation, packs, report=report))
