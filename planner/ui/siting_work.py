"""The work behind the siting page: a question answered on a project, with the city that its plan would make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from planner.measure.city import City
from planner.measure.coverage import Coverage
from planner.plan.applying import apply
from planner.plan.project import read_project
from planner.plan.siting_question import SitingRun
from planner.plan.siting_run import run_siting
from planner.plan.siting_saved import as_scenario
from planner.plan.siting_sections import SitingRules, rules_for
from planner.plan.siting_words import remarks, sentence
from planner.plan.unit_costs import read_unit_costs
from planner.quality import QualityReport
from planner.ui.controls import Settings
from planner.ui.jobs import Cancelled, Told
from planner.ui.opening import Opening
from planner.ui.scenario_work import city_of, coverage_at, standing_apart
from planner.ui.siting_settings import Asked

PLAN = "plan"
"""What the plan is called as a scenario that nobody has saved."""


@dataclass(frozen=True, slots=True)
class Answer:
    """run : as `planner site` has it.   rules : by which candidates were screened.   after : the city with the new sites built, None where
    there are none.   dropped : rows of the ledger of candidates that could not be read as places."""

    asked: Asked
    run: SitingRun
    rules: SitingRules
    after: City | None
    dropped: int

    def told(self, city: City, lang: str) -> list[str]:
        """The sentence, then what must be known beside it, as `planner site` says it."""
        return [sentence(self.run, lang), *remarks(self.run, city, lang, dropped=self.dropped)]


def coverage_after(known: Opening, answer: Answer, settings: Settings) -> Coverage | None:
    """The coverage with the new sites built, at the settings of the page; None where there are none."""
    city, asked = answer.after, answer.asked
    if city is None:
        return None
    shown = (settings.layer, settings.travel, settings.minutes, settings.by, settings.group)
    return known.keep(("plan", asked.key(known), *shown), lambda: coverage_at(city, settings, asked.day))


def work(known: Opening, asked: Asked, settings: Settings) -> Callable[[Told, Cancelled], Answer]:
    """What a job does to answer the question; the same calls as the command's, in the same order."""

    def answer(told: Told, cancelled: Cancelled) -> Answer:
        city, question = city_of(known, asked.base), asked.question
        project = read_project(Path(known.project), report=QualityReport())
        rules = rules_for(project.screening, question.layer)
        costs = read_unit_costs(project.costs, QualityReport()) if project.costs is not None else ()
        run = run_siting(city, question, rules=rules, costs=costs, time_limit_s=asked.time_limit_s, progress=told, cancel=cancelled)
        after = None
        if run.new:
            taken = city.layer(question.layer).frame["id"].tolist()
            after = standing_apart(apply(city, [as_scenario(run, PLAN, taken=taken)]))
            if not question.existing:
                after = _alone(after, question.layer, taken)
            coverage_at(after, settings, asked.day)  # distances are kept with the city: the page that shows them does not wait
        ledger = next((spec.file.shown for spec in project.candidates if spec.name == run.candidates.spec), None)
        about = known.report.record(ledger) if ledger is not None else None
        dropped = 0 if about is None else about.rows_in - about.rows_kept - about.rows_not_selected
        return Answer(asked, run, rules, after, dropped)

    return answer


def _alone(after: City, slug: str, taken: list[str]) -> City:
    """A city with the new sites in place of the facilities there are, as a question that begins from scratch means it.
    (New sites are points.)"""
    layer = after.facilities[slug]
    frame = layer.frame[~layer.frame["id"].isin(taken)].reset_index(drop=True)
    return replace(after, facilities=dict(after.facilities) | {slug: replace(layer, frame=frame, extents=None)})
