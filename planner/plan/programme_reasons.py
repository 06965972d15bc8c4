"""Why a target stays open under a programme: it is no line, nothing can be offered for it, money or time is short, clauses conflict."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from planner.plan.gaplist import Sentence
from planner.plan.programme_lines import Form, NotLinearError
from planner.plan.programme_model import Task, solve
from planner.siting.solver import Clock
from planner.targets.catalogue import layer_info
from planner.targets.evaluation import TargetResult
from planner.targets.vocabulary import FACILITY

SHARE_OF_TIME = 0.25
"""So much of the time limit, at least five seconds, may be spent on why targets stay open: the programme itself stands by then."""
LEAST_S = 5.0
NAMED = 4
"""So many targets or layers are named in a sentence."""
Reason = tuple[Sentence, float | None]


@dataclass(frozen=True, slots=True)
class Lacking:
    """What could not be offered for a target: `cost` (no unit cost of an action on a layer), `place` or `size`."""

    target_id: str
    why: str
    layer: str
    do: str = ""


def why_open(task: Task, forms: Mapping[str, Form], not_lines: Mapping[str, NotLinearError], results: Mapping[str, TargetResult],
             chosen: Sequence[int], *, clock: Clock, lacking: Sequence[Lacking] = (), seed: int = 1,
             hide_small: bool = False) -> dict[str, Reason]:
    """For each target that is not met under the chosen options the reason, and the least cost that would close it alone (None unknown).

    hide_small : whether no number of people may be told.
    """
    filled = task.columns.filled(chosen)
    time = Clock(max(LEAST_S, SHARE_OF_TIME * clock.limit_s))
    closed = [ident for ident, form in forms.items() if form.closed(filled)]
    found: dict[str, Reason] = {}
    for ident, result in results.items():
        if ident in not_lines:
            reason = not_lines[ident]
            said = Sentence(f"programme.not_linear.{reason.key}", reason.params)
            found[ident] = Sentence("programme.why.not_linear", {"reason": said}), None
        elif ident not in forms:
            found[ident] = Sentence("programme.why.state", {"state": Sentence(f"evaluate.state_{result.state}")}), None
        elif ident not in closed and (window := _window_past(task, result)) is not None:
            found[ident] = window, None
        elif ident not in closed:
            found[ident] = _why(task, forms, result, closed, [one for one in lacking if one.target_id == ident], time, seed)
            if hide_small and result.target.metric == "population_within" and found[ident][0].key == "programme.why.no_candidate":
                found[ident] = Sentence("programme.why.no_candidate_known"), None
    return {ident: found.get(ident, (Sentence("programme.why.unknown"), None)) for ident in results}


def _window_past(task: Task, result: TargetResult) -> Sentence | None:
    """That only facilities opened in years before the programme count."""
    window = result.check.opened_in if result.check is not None else None
    if window is None or any(window[0] <= option.year <= window[1] for option in task.options):
        return None
    return Sentence("programme.why.window", {"first": str(window[0]), "last": str(window[1])})


def _why(task: Task, forms: Mapping[str, Form], result: TargetResult, closed: Sequence[str], lacking: Sequence[Lacking], time: Clock,
         seed: int) -> Reason:
    """One target that could be a line."""
    form = forms[result.target.id]
    alone = _cost_of(task, [form], time, seed, free=True)
    if alone is None:
        return Sentence("programme.why.time_limit"), None
    closes, cost = alone
    if not closes:
        return _breaks_another(task, form, time, seed) or _nothing_to_offer(task, form, result, lacking, time, seed), None
    if not task.limited:
        for other in closed:
            both = _cost_of(task, [form, forms[other]], time, seed, free=True)
            if both is not None and not both[0]:
                return Sentence("programme.why.conflict", {"other": other}), cost
        return Sentence("programme.why.conflict_together"), cost
    within = _cost_of(task, [form], time, seed, free=False)
    if within is None:
        return Sentence("programme.why.time_limit"), cost
    if within[0]:
        return Sentence("programme.why.budget_shared", {"cny": cost}), cost
    if task.budget_cny is not None and cost > task.budget_cny:
        return Sentence("programme.why.budget", {"cny": cost, "budget": task.budget_cny}), cost
    return Sentence("programme.why.budget_years", {"cny": cost}), cost


def _breaks_another(task: Task, form: Form, time: Clock, seed: int) -> Sentence | None:
    """That it could be closed, were it not for a target that is met today and would be no more; None where that is not so."""
    unguarded = _cost_of(replace(task, guards=()), [form], time, seed, free=True)
    if unguarded is None or not unguarded[0]:
        return None
    for guard in task.guards:
        if guard.columns & form.columns:
            kept = _cost_of(replace(task, guards=(guard,)), [form], time, seed, free=True)
            if kept is not None and not kept[0]:
                return Sentence("programme.why.breaks", {"other": guard.target_id})
    return Sentence("programme.why.breaks_several")


def _cost_of(task: Task, forms: Sequence[Form], time: Clock, seed: int, *, free: bool) -> tuple[bool, float] | None:
    """Whether some targets can be closed together, and the least cost found; None where time ran out. free : without any budget."""
    some = replace(task, forms=tuple(forms), binding=(False,) * len(forms))
    if free:
        some = replace(some, budget_cny=None, budgets={})
    if time.over:
        return None
    solved = solve(some, clock=Clock(time.left_s), seed=seed)
    if solved.options is None:
        return None
    filled = task.columns.filled(solved.options)
    cost = float(sum(task.options[o].cost_cny for o in solved.options))
    return all(form.closed(filled) for form in forms), cost


def _nothing_to_offer(task: Task, form: Form, result: TargetResult, lacking: Sequence[Lacking], time: Clock, seed: int) -> Sentence:
    """No choice of candidates closes it: what could not be offered at all, else how far all that is offered reaches."""
    missing = next((one for one in lacking if one.why == "cost"), None)
    if missing is not None:
        return Sentence("programme.why.no_cost", {"layer": layer_info(missing.layer).name, "do": Sentence(f"gaps.do.{missing.do}")})
    free = replace(task, forms=(form,), binding=(False,), budget_cny=math.inf, budgets={})
    solved = solve(free, clock=Clock(time.left_s), seed=seed) if form.partial and not time.over else None
    if solved is None or solved.options is None:
        return Sentence("programme.why.no_candidate_known")
    filled = task.columns.filled(solved.options)
    by_facility = result.check is not None and result.check.by == FACILITY
    if not by_facility and (form.required is not None or len(form.asked) > 1):
        able = sum(asked.passed(filled) for asked in form.asked)
        required = len(form.asked) if form.required is None else form.required
        return Sentence("programme.why.no_candidate_units", {"able": able, "required": required})
    return Sentence("programme.why.no_candidate", {"left": float(form.short(filled))})
