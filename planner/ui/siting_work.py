"""The work behind the siting page: a question answered on a project, with the city that its plan would make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from planner.i18n import t
from planner.measure.city import City
from planner.measure.coverage import Coverage
from planner.plan.applying import apply
from planner.plan.project import read_project
from planner.plan.siting_question import SitingRun
from planner.plan.siting_run import answer_of, pose, tell
from planner.plan.siting_saved import as_scenario
from planner.plan.siting_sections import SitingRules, rules_for
from planner.plan.siting_words import remarks, sentence
from planner.plan.unit_costs import read_unit_costs
from planner.quality import QualityReport
from planner.siting.alternatives import alternatives
from planner.ui import jobs
from planner.ui.controls import Settings
from planner.ui.jobs import Cancelled, Job, Told
from planner.ui.opening import Opening
from planner.ui.scenario_work import city_of, coverage_at, standing_apart
from planner.ui.siting_settings import Asked
from planner.ui.siting_words import gap_said

MAX_LOSS, DIFFER_BY = 0.01, 1
"""Plans besides the best lose at most so much of it, and give up so many of its sites at least: as `planner site --alternatives` does."""
PLAN = "plan"
"""What the plan is called as a scenario that nobody has saved."""


@dataclass(frozen=True, slots=True)
class Answer:
    """run : as `planner site` has it.   rules : by which candidates were screened.   after : the city with the new sites built, None where
    there are none.   dropped : rows of the ledger of candidates that could not be read as places.

    number : 0 for the plan asked for, from 1 on for plans besides it, of which loss says how much worse they are (relative to the best
    one's objective), swapped how many sites they have that it has not.   others : those plans, best first; ended : why there are no more.
    """

    asked: Asked
    run: SitingRun
    rules: SitingRules
    after: City | None
    dropped: int
    number: int = 0
    loss: float = 0.0
    swapped: int = 0
    others: tuple[Answer, ...] = ()
    ended: str = ""

    def told(self, city: City, lang: str) -> list[str]:
        """The sentence, then what must be known beside it, as `planner site` says it; of a plan besides the best, how it differs from it
        (its own bound is that of plans unlike those before, and is not said)."""
        lines = remarks(self.run, city, lang, dropped=self.dropped)
        if self.number:
            words = {"number": self.number, "count": len(self.run.new), "swapped": self.swapped, "loss": gap_said(self.loss, lang)}
            return [t("ui.siting.other_said", lang, **words), *lines]
        more = "" if not self.asked.others else t(f"siting.alternatives.{self.ended}", lang, count=len(self.others),
                                                   loss=f"{MAX_LOSS * 100:g}", differ=DIFFER_BY)
        return [sentence(self.run, lang) + more, *lines]


def coverage_after(known: Opening, answer: Answer, settings: Settings) -> Coverage | None:
    """The coverage with the new sites built, at the settings of the page; None where there are none."""
    city, asked = answer.after, answer.asked
    if city is None:
        return None
    shown = (settings.layer, settings.travel, settings.minutes, settings.by, settings.group)
    return known.keep(("plan", asked.key(known), answer.number, *shown), lambda: coverage_at(city, settings, asked.day))


def begin(known: Opening, asked: Asked, settings: Settings) -> Job:
    """The job that answers the question. Answers on the project's former files, which nobody finds any more, are let go."""
    key = asked.key(known)
    jobs.forget(lambda old: isinstance(old, tuple) and old[:1] == key[:1] and old[:2] != key[:2])
    return jobs.start(key, work(known, asked, settings))


def work(known: Opening, asked: Asked, settings: Settings) -> Callable[[Told, Cancelled], Answer]:
    """What a job does to answer the question; the same calls as the command's, in the same order."""

    def answer(told: Told, cancelled: Cancelled) -> Answer:
        city, question = city_of(known, asked.base), asked.question
        project = read_project(Path(known.project), report=QualityReport())
        rules = rules_for(project.screening, question.layer)
        costs = read_unit_costs(project.costs, QualityReport()) if project.costs is not None else ()
        posed = pose(city, question, rules=rules, costs=costs)
        run = answer_of(city, posed, time_limit_s=asked.time_limit_s, progress=told, cancel=cancelled)
        ledger = next((spec.file.shown for spec in project.candidates if spec.name == run.candidates.spec), None)
        about = known.report.record(ledger) if ledger is not None else None
        dropped = 0 if about is None else about.rows_in - about.rows_kept - about.rows_not_selected
        best = Answer(asked, run, rules, _built(city, run, settings, asked), dropped)
        if not asked.others or run.result.objective is None:
            return best
        found = alternatives(posed.problem, count=asked.others, max_loss=MAX_LOSS, differ_by=DIFFER_BY, time_limit_s=asked.time_limit_s,
                             best=run.result, cancel=cancelled)
        runs = [tell(city, posed, plan.result) for plan in found.plans]
        others = tuple(replace(best, run=one, after=_built(city, one, settings, asked), number=k, loss=plan.loss, swapped=len(plan.gained))
                       for k, (one, plan) in enumerate(zip(runs, found.plans, strict=True), 1))
        return replace(best, others=others, ended=found.ended)

    return answer


def _built(city: City, run: SitingRun, settings: Settings, asked: Asked) -> City | None:
    """The city with the new sites built, its coverage worked out, so that the page that shows it does not wait; None without new sites."""
    if not run.new:
        return None
    question, taken = asked.question, city.layer(asked.question.layer).frame["id"].tolist()
    after = standing_apart(apply(city, [as_scenario(run, PLAN, taken=taken)]))
    if not question.existing:
        after = _alone(after, question.layer, taken)
    coverage_at(after, settings, asked.day)
    return after


def _alone(after: City, slug: str, taken: list[str]) -> City:
    """A city with the new sites in place of the facilities there are, as a question that begins from scratch means it.
    (New sites are points.)"""
    layer = after.facilities[slug]
    frame = layer.frame[~layer.frame["id"].isin(taken)].reset_index(drop=True)
    return replace(after, facilities=dict(after.facilities) | {slug: replace(layer, frame=frame, extents=None)})
