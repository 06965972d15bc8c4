"""The door to HiGHS: one linear model in, the best solution and the best bound out, whatever ended the run."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import highspy
import numpy as np

from planner.siting.linear import LinearModel, to_unit
from planner.siting.problem import Floats

Progress = Callable[[float | None, float | None], None]
"""Called with (objective, bound) as they improve; None for what is not known yet."""
Cancel = Callable[[], bool]
"""True: stop now and hand back what there is."""

AGREE_REL = 1e-6
"""HiGHS keeps rows to 1e-6: an objective recomputed from rounded variables that is nearer than this is the same."""


SUMMED = 64
"""Roundings that a number of a sum in pairs goes through at most, and those of the few operations around it."""


class Clock:
    """A time limit, and who may call the run off."""

    def __init__(self, limit_s: float, progress: Progress | None = None, cancel: Cancel | None = None) -> None:
        self.began = time.perf_counter()
        self.limit_s, self.progress, self.cancel = limit_s, progress, cancel

    @property
    def spent_s(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self.began

    @property
    def left_s(self) -> float:
        """Seconds left, 0 at least."""
        return max(0.0, self.limit_s - self.spent_s)

    @property
    def cancelled(self) -> bool:
        """Whether somebody called the run off."""
        return self.cancel is not None and self.cancel()

    @property
    def over(self) -> bool:
        """Whether to stop."""
        return self.left_s <= 0 or self.cancelled

    @property
    def word(self) -> str:
        """Why it stopped: `cancel` or `time`."""
        return "cancel" if self.cancelled else "time"

    def quiet(self) -> Clock:
        """The time left, for a program that is a part of the work: its figures are not the problem's, so they are not told."""
        return Clock(self.left_s, cancel=self.cancel)


@dataclass(frozen=True, slots=True)
class Found:
    """x : the best solution, or None.   bound : proven by HiGHS, to the model's unit.   stopped : proof, gap, time or cancel.

    infeasible : proven that there is no solution.
    """

    x: Floats | None
    objective: float | None
    bound: float
    stopped: str
    infeasible: bool = False
    nodes: int = 0


def run(model: LinearModel, clock: Clock, *, gap: float = 0.0, seed: int = 1, start: Floats | None = None,
        target: float | None = None, limit_s: float | None = None) -> Found:
    """Solves a model on one thread, so that equal input gives equal output; `start` is a full solution to begin from.

    target : stop at a solution this good.   limit_s : less time than the clock has left.
    """
    worst = -math.inf if not model.maximise else math.inf
    allowed = clock.left_s if limit_s is None else min(limit_s, clock.left_s)
    if allowed <= 0 or clock.cancelled:
        return Found(None, None, worst, clock.word)
    if len(model.cost) == 0:
        return _constant(model, worst)
    solver = _loaded(model, allowed, gap, seed, start, target)
    if clock.cancel is not None or clock.progress is not None:
        solver.cbMipInterrupt.subscribe(lambda event: _tick(event, clock))
    solver.run()
    return _outcome(solver, model, clock, worst)


@dataclass(frozen=True, slots=True)
class Relaxed:
    """The relaxation of a model. bound : of the model, proven whatever the run did.   x : the relaxation's solution, nearly.

    reduced : by how much the bound moves when a variable is pressed to its other end: its sign says which end the bound supposes.
    """

    bound: float
    x: Floats
    reduced: Floats


def relaxed(model: LinearModel, clock: Clock, *, tolerance: float = 1e-4, limit_s: float | None = None) -> Relaxed | None:
    """The relaxation by HiGHS's first-order method, for models whose root would not end in time; None where no time is left.

    The method ends about `tolerance` from feasible, so its own objective proves nothing: the bound is worked out from its row duals y,
    which are valid whatever they are:  c z <= sum_r max(y_r L_r, y_r U_r) + sum_j max(r_j l_j, r_j u_j)  with r = c - A'y (maximise).
    """
    allowed = clock.left_s if limit_s is None else min(limit_s, clock.left_s)
    if allowed <= 0 or clock.cancelled or len(model.cost) == 0:
        return None
    plain = replace(model, whole=np.zeros(len(model.cost), dtype=np.bool_))
    solver = _loaded(plain, allowed, 0.0, 1, None, None)
    for name, value in (("solver", "pdlp"), ("run_crossover", "off"), ("pdlp_optimality_tolerance", tolerance),
                        ("kkt_tolerance", tolerance)):
        solver.setOptionValue(name, value)
    solver.run()
    solution = solver.getSolution()
    x, dual = np.array(solution.col_value), np.array(solution.row_dual)
    if len(x) != len(model.cost) or len(dual) != len(model.row_lower) or not (np.isfinite(x).all() and np.isfinite(dual).all()):
        return None
    told = [_dual_bound(model, sign * dual) for sign in (1.0, -1.0)]
    bound, reduced = (min if model.maximise else max)(told, key=lambda one: one[0])
    return Relaxed(to_unit(bound, model.unit, maximise=model.maximise, offset=model.offset), x, reduced)


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A solved relaxation. bound : proven from its row duals.   x : its solution.   basis : to start a similar one from.

    ended : solved to the end; else x need not keep the rows.   infeasible : there is no solution; the bound is then the worst there is.
    """

    bound: float
    x: Floats
    basis: Any
    ended: bool
    infeasible: bool = False


class Relaxing:
    """A model without its whole numbers, solved again and again with other ends of its columns.

    At first by the interior point method, which on a city of 500 sites and 50,000 people takes a sixth of the time; then by the simplex
    method from the basis of one before.
    """

    def __init__(self, model: LinearModel, limit_s: float) -> None:
        self._model = replace(model, whole=np.zeros(len(model.cost), dtype=np.bool_))
        self._solver = _loaded(self._model, limit_s, 0.0, 1, None, None)
        self._columns = np.arange(len(model.cost), dtype=np.int32)

    def solve(self, lower: Floats, upper: Floats, basis: Any = None, *, limit_s: float, iterations: int | None = None) -> Relaxation | None:
        """Solves with these ends of the columns, from a basis of an earlier one; None where it ended before it had anything to say.

        iterations : the most simplex iterations: the bound is proven also where they end the run, as it is worked out from the duals.
        """
        solver, model = self._solver, replace(self._model, col_lower=lower, col_upper=upper)
        solver.changeColsBounds(len(self._columns), self._columns, lower, upper)
        if basis is not None:
            solver.setBasis(basis)
        solver.setOptionValue("solver", "ipm" if basis is None else "simplex")
        solver.setOptionValue("time_limit", float(solver.getRunTime() + limit_s))  # HiGHS counts all runs of one model
        solver.setOptionValue("simplex_iteration_limit", 2**31 - 1 if iterations is None else int(iterations))
        solver.run()
        if solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
            return Relaxation(-math.inf if model.maximise else math.inf, np.empty(0), None, True, infeasible=True)
        solution = solver.getSolution()
        x, dual = np.array(solution.col_value), np.array(solution.row_dual)
        if len(x) != len(model.cost) or len(dual) != len(model.row_lower) or not (np.isfinite(x).all() and np.isfinite(dual).all()):
            return None
        bound = (min if model.maximise else max)(_dual_bound(model, sign * dual)[0] for sign in (1.0, -1.0))
        return Relaxation(bound, x, solver.getBasis(), solver.getModelStatus() == highspy.HighsModelStatus.kOptimal)


def _dual_bound(model: LinearModel, dual: Floats) -> tuple[float, Floats]:
    """The bound that row duals prove, rounded outwards, and the reduced costs. A dual that asks for a side a row has not is 0."""
    sign = 1.0 if model.maximise else -1.0  # a least value is minus the greatest of the negative
    y = sign * dual
    y = np.where(np.isinf(model.row_upper), np.minimum(y, 0.0), y)
    y = np.where(np.isinf(model.row_lower), np.maximum(y, 0.0), y)
    row = np.repeat(np.arange(len(y)), np.diff(model.start))
    pulls = np.bincount(model.index, model.value * y[row], minlength=len(model.cost))
    reduced = sign * model.cost - pulls
    ends = np.where(y > 0, y * np.where(y > 0, model.row_upper, 0.0), y * np.where(y < 0, model.row_lower, 0.0))
    boxes = np.maximum(reduced * model.col_lower, reduced * model.col_upper)
    # a sum of n terms is off by n eps of their sizes at most: n is a column's entries, then (added in pairs) a logarithm of the rest
    sizes = np.bincount(model.index, np.abs(model.value * y[row]), minlength=len(model.cost)) + np.abs(model.cost)
    far = np.maximum(np.abs(model.col_lower), np.abs(model.col_upper))
    longest = int(np.bincount(model.index, minlength=1).max(initial=1)) + SUMMED
    slack = float(np.finfo(np.float64).eps) * longest * (float(np.abs(ends).sum()) + float(sizes @ far))
    return model.offset + sign * (float(ends.sum() + boxes.sum()) + slack), sign * reduced


def _constant(model: LinearModel, worst: float) -> Found:
    """The outcome of a model without variables."""
    if (model.row_lower > 0).any() or (model.row_upper < 0).any():
        return Found(None, None, worst, "proof", infeasible=True)
    return Found(np.empty(0), model.offset, model.offset, "proof")


def _loaded(model: LinearModel, limit_s: float, gap: float, seed: int, start: Floats | None, target: float | None) -> highspy.Highs:
    """HiGHS with the model, the options and the start in it."""
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    options: dict[str, Any] = {"time_limit": float(limit_s), "threads": 1, "random_seed": int(seed) % 2**31, "mip_rel_gap": float(gap),
                               "mip_abs_gap": model.unit * (1 - 1e-4) if model.unit else 0.0, "mip_feasibility_tolerance": 1e-7}
    if target is not None:
        options["objective_target"] = float(target)
    for name, value in options.items():
        solver.setOptionValue(name, value)
    solver.passModel(len(model.cost), len(model.row_lower), len(model.index), int(highspy.MatrixFormat.kRowwise),
                     int(highspy.ObjSense.kMaximize if model.maximise else highspy.ObjSense.kMinimize), model.offset, model.cost,
                     model.col_lower, model.col_upper, np.maximum(model.row_lower, -highspy.kHighsInf),
                     np.minimum(model.row_upper, highspy.kHighsInf), model.start.astype(np.int32), model.index, model.value,
                     model.whole.astype(np.int32))
    if start is not None:
        solver.setSolution(len(start), np.arange(len(start), dtype=np.int32), np.asarray(start, dtype=np.float64))
    return solver


def _tick(event: Any, clock: Clock) -> None:
    """Passes progress on and stops a run that was called off."""
    primal, dual = event.data_out.mip_primal_bound, event.data_out.mip_dual_bound
    if clock.progress is not None:
        clock.progress(primal if abs(primal) < 1e100 else None, dual if abs(dual) < 1e100 else None)
    if clock.cancelled:
        event.data_in.user_interrupt = True


def _outcome(solver: highspy.Highs, model: LinearModel, clock: Clock, worst: float) -> Found:
    """What HiGHS found, in our words."""
    status, info, names = solver.getModelStatus(), solver.getInfo(), highspy.HighsModelStatus
    if status in (names.kInfeasible, names.kUnboundedOrInfeasible):
        return Found(None, None, worst, "proof", infeasible=True)
    has_plan = info.primal_solution_status == 2  # feasible
    whole = bool(model.whole.any())
    bound = float(info.mip_dual_bound if whole else info.objective_function_value)
    if not whole and status != names.kOptimal:
        bound = worst
    if not math.isfinite(bound) or abs(bound) >= 1e100:
        bound = worst
    bound = to_unit(bound, model.unit, maximise=model.maximise, offset=model.offset)
    x = np.array(solver.getSolution().col_value) if has_plan else None
    objective = float(info.objective_function_value) if has_plan else None
    stopped = {names.kOptimal: "proof", names.kObjectiveTarget: "gap"}.get(status, clock.word)
    if stopped == "proof" and objective is not None:
        apart = abs(objective - bound)
        if apart <= AGREE_REL * max(1.0, abs(objective)) * 1e-2 or (model.unit and apart < 0.5 * model.unit):
            bound = objective
        else:
            stopped = "gap"
    return Found(x, objective, bound, stopped, nodes=int(info.mip_node_count))
