"""The figures of a siting run as the page says them: status, objective, bound and gap, each in the unit of its model."""

from __future__ import annotations

from dataclasses import dataclass

from planner.i18n import t
from planner.plan.siting_question import SitingQuestion, SitingRun
from planner.siting.problem import MAXIMISED
from planner.ui.jobs import Job
from planner.ui.text import metres, people, percent

CNY_OF_WAN, CNY_OF_MILLION = 10_000.0, 1e6
COUNTED = ("mclp", "capacitated_mclp")
PER_PERSON = ("p_median", "capacitated_p_median")
NEARLY = 5e-5
"""Gaps below this would be shown as 0.0 %."""


@dataclass(frozen=True, slots=True)
class Scale:
    """What the figures of a question are in. heads : all people of the group, by which the metres of all are divided for their mean."""

    question: SitingQuestion
    heads: float

    @property
    def money(self) -> bool:
        """Whether the fewest are counted in yuan."""
        return self.question.budget is not None or self.question.cheapest

    def said(self, value: float | None, lang: str) -> str:
        """An objective or a bound in words."""
        if value is None:
            return t("ui.none", lang)
        model = self.question.model
        if model in COUNTED:
            return people(value, lang)
        if model == "max_min_share":
            return percent(value, lang)
        if model == "lscp":
            return _money(value, lang) if self.money else sites_said(value, lang)
        return metres(value / self.heads if model in PER_PERSON and self.heads > 0 else value, lang)


def sites_said(count: float, lang: str) -> str:
    """A number of sites."""
    return t("ui.siting.sites_one", lang) if count == 1 else t("ui.siting.sites", lang, count=f"{count:,.0f}")


def _money(cny: float, lang: str) -> str:
    """Yuan, in the unit that the language's bureaus use."""
    return t("site.money", lang, amount=f"{cny / CNY_OF_WAN:,.1f}" if lang == "zh" else f"{cny / CNY_OF_MILLION:,.2f}")


def side(question: SitingQuestion) -> str:
    """`most` where the bound says how much no plan passes, `least` where it says what no plan is below."""
    return "most" if question.model in MAXIMISED else "least"


def gap_said(gap: float | None, lang: str) -> str:
    """A relative gap; one that rounds to nothing and is none says that it is small."""
    if gap is None:
        return t("ui.none", lang)
    return t("ui.siting.tiny_gap", lang) if 0 < gap < NEARLY * 10 else percent(gap, lang)


def status_said(run: SitingRun, lang: str) -> str:
    """How the run ended, in words: proven or not, and why not."""
    answer = run.result
    if answer.status in ("optimal", "infeasible", "no_solution"):
        said = t(f"ui.siting.status.{answer.status}", lang)
    else:
        said = t("ui.siting.status.feasible", lang, gap=gap_said(answer.gap, lang))
    if answer.stopped == "cancel":
        said = t("ui.siting.status.called_off", lang, said=said)
    return said


def relative(job: Job) -> float | None:
    """The gap between the figures that a job has told, where both are known."""
    if job.objective is None or job.bound is None:
        return None
    return abs(job.bound - job.objective) / (abs(job.objective) or abs(job.bound) or 1.0)
