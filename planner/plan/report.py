"""What a report tells, gathered once as frozen values: docx, pdf and html say the same figures, and the workbook has them too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from planner.measure.city import City, PeopleOf
from planner.measure.growth import people_of_year
from planner.plan.applying import under
from planner.plan.blind_spots import with_blind_spots
from planner.plan.gap_years import GapPair, side_by_side
from planner.plan.gaplist import GapList
from planner.plan.gaps import project_gaps
from planner.plan.people_told import refuse_small
from planner.plan.project import Project
from planner.plan.report_programme import ToldProgramme, read_programme
from planner.plan.snapshots import read_snapshot, since
from planner.quality import QualityReport
from planner.targets.answers import to_dict
from planner.targets.evaluate import evaluate
from planner.targets.evaluation import Evaluation
from planner.targets.pack import TargetPack
from planner.targets.sensitivity import with_sensitivity
from planner.targets.small_results import published_evaluation


@dataclass(frozen=True, slots=True)
class Earlier:
    """A snapshot to compare with: its name and day, and by (pack, target) the value and state then. changed_files : those since then."""

    name: str
    day: dt.date
    values: Mapping[tuple[str, str], float | None]
    states: Mapping[tuple[str, str], str]
    changed_files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Later:
    """The same under the people of a later year: the evaluation, the gaps side by side, and whose people they are."""

    evaluation: Evaluation
    gaps: tuple[GapPair, ...]
    people: PeopleOf
    base: PeopleOf


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """Everything that a report tells, as it may be published: counts of 1 to 4 people are hidden where the project hides them.

    quality : what was read and found. city : for the maps. packs : those evaluated.
    """

    city: City = field(compare=False, repr=False)
    packs: tuple[TargetPack, ...]
    evaluation: Evaluation
    gap_list: GapList
    quality: QualityReport
    earlier: Earlier | None = None
    later: Later | None = None
    programme: ToldProgramme | None = None

    @property
    def invented(self) -> bool:
        """Whether the project says that its data are made up."""
        return self.gap_list.provenance.invented


def report_facts(
    project: Project,
    packs: Sequence[TargetPack],
    *,
    as_of: dt.date,
    report: QualityReport,
    scenario: str | None = None,
    people_year: int | None = None,
    snapshot: str | None = None,
    programme: Path | None = None,
) -> ReportFacts:
    """What a report of a project tells, on a day and under a scenario (None: as it is).

    people_year : also under the people of that year, as [growth] states them. snapshot : compare with that snapshot of the project.
    programme : a file of `planner programme --format json`. Raises InputError as the parts do: scenario_missing, snapshot_missing,
    report_programme_file, growth_small_counts and others.
    """
    then = read_snapshot(project.folder, snapshot) if snapshot is not None else None
    told = read_programme(programme, project.id) if programme is not None else None
    city, name = under(project, scenario, report=report)
    whole = with_sensitivity(city, packs, evaluate(city, packs, as_of=as_of, scenario=name))
    shown = published_evaluation(city, whole)
    gaps = with_blind_spots(project_gaps(project, city, whole, packs, report=report), city, whole, packs)
    later = None
    if people_year is not None:
        refuse_small(city)
        grown = people_of_year(city, people_year)
        evaluation = evaluate(grown, packs, as_of=as_of, scenario=name)
        pairs = side_by_side(gaps, project_gaps(project, grown, evaluation, packs, report=report))
        later = Later(evaluation, pairs, grown.population, city.population)
    earlier = None if then is None else _earlier(since(then, to_dict(shown, "zh"), city.sources))
    return ReportFacts(city, tuple(packs), shown, gaps, report, earlier, later, told)


def _earlier(found: Mapping[str, Any]) -> Earlier:
    """A snapshot as the report needs it, from what changed since."""
    then = {(one["plan"], one["id"]): one["then"] for one in found["targets"]}
    return Earlier(
        found["snapshot"],
        dt.date.fromisoformat(found["date_then"]),
        {key: one["value"] for key, one in then.items()},
        {key: one["state"] for key, one in then.items()},
        tuple(found["inputs_changed"]),
    )
