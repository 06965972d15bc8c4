"""Mid-term and final evaluation: how far a target has come from its baseline, what is due on the day, and whether it is on time.

done = (actual - base) / (goal - base), which also holds for figures that are to fall. The figure due lies on a straight line from the
baseline to the deadline; where the plan prints yearly steps the line runs through them, each due on the last day of its year.
"""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

from planner.measure.city import Reported
from planner.targets.evaluation import Progress
from planner.targets.figures import Bound
from planner.targets.pack import Check, Target, TargetPack, exact

ON_TIME_TOLERANCE = 0.05
"""How far the way gone may differ from the way due and still be on time: 5 % of the way from baseline to target.

A convention of ours, shown beside every verdict; no plan prints one. It ends on the deadline: from then on a target not met is behind.
"""
_HAIR = 1e-9
FALLING = ("<", "<=")


def last_day(when: int | dt.date | None) -> dt.date | None:
    """A deadline as a day: a year ends on its last day."""
    return dt.date(when, 12, 31) if isinstance(when, int) else when


def progress_of(pack: TargetPack, target: Target, check: Check | None, bound: Bound | None, *, state: str, value: float | None,
                scale: Fraction, as_of: dt.date, entered: Reported | None = None) -> Progress:
    """How far a target has come on the day.

    bound, state, value : as the evaluation has them, shares 0..1. scale : what a printed figure is multiplied by. entered : what a person
    entered of the target; its baseline goes before the plan's. What cannot be said is None, with `why`.
    """
    if target.kind in ("baseline", "process"):
        return Progress(why="not_judged")
    if check is None or bound is None:
        differs = check is not None and bool(check.thresholds)
        return Progress(why="differs_by_unit" if differs else "no_figure", actual=value)
    goal, goal_date = float(bound.value), last_day(target.deadline) or (dt.date(check.opened_in[1], 12, 31) if check.opened_in else None)
    if bound.comparator == "range":
        return Progress(why="range", goal_date=goal_date, actual=value)
    if entered is not None and entered.baseline is not None:
        base: float | None = float(exact(entered.baseline) * (1 if _limit_printed(target, check) else scale))
        base_date: dt.date | None = dt.date.fromisoformat(entered.baseline_date)
        base_of, lack = "reported", ""
    else:
        base, base_date, base_of, lack = _baseline(pack, target, check, goal, scale)
    steps = {} if _limit_printed(target, check) else {dt.date(year, 12, 31): float(exact(figure) * scale)
                                                     for year, figure in target.steps.items()}
    known = Progress(None, "", base, base_date, base_of, goal, goal_date, value, by_steps=bool(steps))
    if state not in ("met", "not_met") or value is None:
        return _but(known, why="no_value" if state in ("data_missing", "not_met") else "not_applicable")
    if base is None and not steps:
        return _but(known, why=lack)
    if base is not None and _nothing_to_gain(bound.comparator, base, goal):
        return _but(known, verdict="on_time" if state == "met" else "behind", why="nothing_to_gain")
    done = None if base is None else (value - base) / (goal - base)
    if goal_date is None and not steps:
        return _but(known, done=done, why="no_deadline")
    if base_date is not None and as_of < base_date:
        return _but(known, done=done, why="before_baseline")
    due = due_on(as_of, base, base_date, steps, goal, goal_date)
    if due is None:
        return _but(known, done=done, why="before_first_step")
    expected = None if base is None else (due - base) / (goal - base)
    final = goal_date is not None and as_of >= goal_date
    verdict = _verdict(value, due, goal, base, bound.comparator, state=state, final=final)
    return _but(known, verdict=verdict, why="" if base is not None else lack, done=done, due=due, expected=expected)


def _but(progress: Progress, *, verdict: str | None = None, why: str = "", done: float | None = None, due: float | None = None,
         expected: float | None = None) -> Progress:
    """What is known, with what follows from it."""
    return Progress(verdict, why, progress.base, progress.base_date, progress.base_of, progress.goal, progress.goal_date, progress.actual,
                    done, due, expected, progress.by_steps)


def _baseline(pack: TargetPack, target: Target, check: Check, goal: float,
              scale: Fraction) -> tuple[float | None, dt.date | None, str, str]:
    """(base, its day, where it is from, why there is none): the check's base date, the plan's printed baseline, or the 0 of a flow."""
    if check.baseline is not None:
        return goal, check.baseline, "check", ""
    if target.baseline_id:
        row = next(one for one in pack.targets if one.id == target.baseline_id)
        if row.value is None:
            return None, None, "", "baseline_no_figure"
        if not _comparable(target, check, row):
            return None, None, "", "baseline_differs"
        day = last_day(row.deadline)
        return (None, None, "", "baseline_no_year") if day is None else (float(exact(row.value) * scale), day, row.id, "")
    if check.opened_in is not None and check.metric in ("count", "sum") and check.rollup == "total":
        return 0.0, dt.date(check.opened_in[0] - 1, 12, 31), "flow", ""
    return None, None, "", "no_baseline"


def _limit_printed(target: Target, check: Check) -> bool:
    """Whether the plan prints the limit (15 minutes) and not the share that is compared, so that its figures are no values."""
    return check.metric == "population_within" and not target.is_percent


def _comparable(target: Target, check: Check, baseline: Target) -> bool:
    """Whether a printed baseline is of the same thing in the same unit: a figure of something else is no baseline."""
    same_unit = target.unit == baseline.unit or (target.is_percent and baseline.is_percent)
    if not same_unit or target.layer != baseline.layer or baseline.value_max is not None or _limit_printed(target, check):
        return False
    return baseline.check is None or _measure(baseline.check) == _measure(check)


def _measure(check: Check) -> dict[str, object]:
    """What a check measures, as written; `operating` is what counts anyhow."""
    written = {key: value for key, value in check.written.items() if key != "priority"}
    where = written.get("where")
    if isinstance(where, dict):
        where = {column: asked for column, asked in where.items() if (column, asked) != ("status", "operating")}
        written = {key: value for key, value in written.items() if key != "where"} | ({"where": where} if where else {})
    return written


def _nothing_to_gain(comparator: str, base: float, goal: float) -> bool:
    """Whether the baseline satisfies the figure already, so that there is no way to go: the figure is to be held."""
    if comparator in FALLING:
        return base <= goal
    return base == goal if comparator == "=" else base >= goal


def due_on(day: dt.date, base: float | None, base_date: dt.date | None, steps: dict[dt.date, float], goal: float,
           goal_date: dt.date | None) -> float | None:
    """The figure due on a day, on the line through baseline, steps and goal; None before the first that is known."""
    places = {} if base is None or base_date is None else {base_date: base}
    places |= {when: figure for when, figure in steps.items() if base_date is None or when > base_date}
    if goal_date is not None:
        places[goal_date] = goal
    days = sorted(places)
    if not days or (day < days[0]):
        return None
    if day >= days[-1]:
        return places[days[-1]]
    later = next(when for when in days if when > day)
    before = days[days.index(later) - 1]
    gone = (day - before).days / (later - before).days
    return places[before] + gone * (places[later] - places[before])


def _verdict(value: float, due: float, goal: float, base: float | None, comparator: str, *, state: str, final: bool) -> str:
    """ahead, on_time or behind: the lead on what is due, as a share of the way (without a baseline: of the target's own figure)."""
    if final and state != "met":
        return "behind"
    alone = (abs(goal) or abs(due) or 1.0) * (-1 if comparator in FALLING else 1)
    way = alone if base is None else goal - base
    lead = (value - due) / way
    if lead > ON_TIME_TOLERANCE + _HAIR:
        return "ahead"
    return "on_time" if final or lead >= -ON_TIME_TOLERANCE - _HAIR else "behind"
