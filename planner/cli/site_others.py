"""What `planner site` is asked besides one plan: stages, other plans, the price of fairness, facilities that could close."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from planner.cli.site_views import site_ids
from planner.cli.solve_choices import Choices, Said, answered, check_choices

if TYPE_CHECKING:
    from planner.measure.city import City
    from planner.plan.siting_question import SitingQuestion, SitingRun
    from planner.plan.siting_run import Posed


def check_others(choices: Choices, question: SitingQuestion) -> SitingQuestion:
    """The question as the options of what is asked besides need it; wrong usage where they do not go together."""
    p = question.new if question.p is None else question.p
    check_choices(choices, question.model, p, question.budget)
    if choices.oversupply is not None and (question.at_least or question.spacing_m or question.candidates or not question.existing):
        raise click.UsageError("--oversupply goes without --at-least-per, --spacing-m, --candidates and --from-scratch")
    if choices.oversupply == "area_share" and question.share is None:
        raise click.UsageError("--oversupply area_share needs --share: what each unit keeps, or what it has today")
    if choices.alternatives and question.by is not None and question.share is not None:
        raise click.UsageError("--alternatives does not go with --share in each unit (--by)")
    if not choices.staged:
        return question
    return replace(question, new=max(choices.stages) if choices.stages else None, budget=sum(choices.budgets) if choices.budgets else None)


def found(city: City, posed: Posed, choices: Choices, limit_s: float, gap: float,
          seed: int) -> tuple[SitingRun, dict[str, Any], list[Said]]:
    """The plan, what else was asked for as JSON records by name, and what is said of that. Each has the time limit for itself."""
    from planner.plan.siting_answer import SMALL
    from planner.plan.siting_run import answer_of, by_units, closing, tell

    ground = posed.ground
    ids = site_ids(city, posed.asked.question, posed.asked.day, ground.screened.candidates.id[ground.open_])
    if choices.oversupply is not None:
        kept, more, said = answered(closing(city, posed), choices, ids, limit_s, gap, seed)
        for row in more["oversupply"]["sites"] if city.demand.hide_small else ():
            if 0 < row["sole_weight"] < SMALL:
                row["sole_weight"] = None
        return replace(tell(city, posed, kept), covered_after=kept.covered_weight, units=()), more, said
    if choices.staged:
        stages = replace(choices, stages=tuple(ground.existing + count for count in choices.stages))
        last, more, said = answered(posed.problem, stages, ids, limit_s, gap, seed)
        return tell(city, posed, last), more, said
    run = answer_of(city, posed, time_limit_s=limit_s, gap=gap, seed=seed)
    more, said = {}, []
    if choices.alternatives:
        _, more, said = answered(posed.problem, replace(choices, frontier=None), ids, limit_s, gap, seed, best=run.result)
    if choices.frontier is not None:
        _, curve, about = answered(by_units(city, posed), replace(choices, alternatives=0), ids, limit_s, gap, seed, best=run.result)
        there = set(ids[:ground.existing])
        for point in curve["frontier"]["points"]:
            point["sites"] = [one for one in point["sites"] if one not in there]
        more, said = more | curve, said + about
    return run, more, said
