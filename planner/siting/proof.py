"""How far an answer can be trusted, for the models that have a problem of their own; and why there is no answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.siting.linear import Rows
from planner.siting.problem import Floats, Mask, Picks, sums
from planner.siting.reduce import Cover, merged
from planner.siting.results import PROOF_REL, relative_gap
from planner.siting.solver import AGREE_REL, Clock, Found

WHOLE = 0.5
"""A whole variable above this is 1."""
STATUSES = ("optimal", "feasible", "infeasible", "no_solution")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why no plan keeps the rules: a code, what it is about (indices whose meaning the code says), and how much is missing."""

    code: str
    about: tuple[int, ...] = ()
    amount: float | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """Of an answer: its figures as in `results.SitingResult`; reasons where it is infeasible."""

    status: str
    objective: float | None
    bound: float | None
    gap: float | None
    stopped: str
    seconds: float
    seed: int
    method: str
    reasons: tuple[Reason, ...] = ()


def concluded(found: Found, objective: float | None, *, maximise: bool, clock: Clock, seed: int, method: str) -> Proof:
    """The proof of a run, given the objective recomputed from its decisions (None: no plan was found).

    `optimal` only where the recomputed objective and the bound agree: within the solver's tolerance where it ended by proof. Infeasible
    with the one reason `together`: rules that each could be kept alone contradict each other.
    """
    seconds = clock.spent_s
    if objective is None:
        if found.infeasible:
            return impossible((Reason("together"),), clock=clock, seed=seed, method=method)
        return Proof("no_solution", None, None, None, found.stopped, seconds, seed, method)
    bound = float(found.bound)
    if not np.isfinite(bound):
        return Proof("feasible", objective, None, None, found.stopped, seconds, seed, method)
    ahead = objective - bound if maximise else bound - objective
    scale = max(abs(objective), 1e-6)
    allowed = AGREE_REL if found.stopped == "proof" else PROOF_REL
    if ahead >= -allowed * scale:
        return Proof("optimal", objective, objective, 0.0, "proof", seconds, seed, method)
    return Proof("feasible", objective, bound, relative_gap(objective, bound), found.stopped, seconds, seed, method)


def impossible(reasons: tuple[Reason, ...], *, clock: Clock, seed: int, method: str) -> Proof:
    """The proof that no plan keeps the rules, with the reasons that show it."""
    return Proof("infeasible", None, None, None, "proof", clock.spent_s, seed, method, reasons)


def covering(row: Picks, column: Picks, weight: Floats, *, columns: int, held: Mask, all_rows: bool) -> Cover:
    """Who is covered by which columns, in short: demand in `held` (I,) set aside as a base, identical rows merged, nothing else reduced.

    all_rows : every row must be covered, so that rows without weight matter too.
    """
    rows = len(weight)
    reached = np.bincount(row, minlength=rows) > 0
    matters = reached & ~held if all_rows else reached & ~held & (weight > 0)
    renumber = np.full(rows, -1, dtype=np.int64)
    renumber[matters] = np.arange(int(matters.sum()))
    live = matters[row]
    order = np.lexsort((column[live], renumber[row[live]]))
    own, other = renumber[row[live]][order], column[live][order].astype(np.int32)
    start = np.zeros(int(matters.sum()) + 1, dtype=np.int64)
    np.cumsum(np.bincount(own, minlength=int(matters.sum())), out=start[1:])
    flat = np.zeros(int(matters.sum()), dtype=np.int32)
    base = sums(np.zeros(int(held.sum()), dtype=np.int64), weight[held], 1)
    made = Cover(start, other, weight[matters], flat, np.arange(columns, dtype=np.int32), np.zeros(columns), base)
    return merged(made)


def cover_rows(rows: Rows, cover: Cover, first: int, *, must: bool = False) -> None:
    """sum of a row's columns >= 1 (must), or >= y of the row, whose variables stand from column `first` on."""
    if must:
        rows.add(cover.row_of, cover.column, 1.0, 1.0, np.inf, cover.rows)
        return
    own = np.arange(cover.rows)
    rows.add(np.r_[cover.row_of, own], np.r_[cover.column, first + own], np.r_[np.ones(len(cover.column)), -np.ones(cover.rows)], 0.0,
             np.inf, cover.rows)


def covered(row: Picks, column: Picks, opened: Mask, demands: int) -> Mask:
    """(I,) whether demand has an open column among its pairs."""
    found: Mask = np.bincount(row, opened[column], minlength=demands) > 0
    return found


def group_rows(rows: Rows, group: Picks, least: Floats, most: Floats) -> None:
    """least <= number of open columns <= most, for each group; columns stand from 0 on."""
    rows.add(group, np.arange(len(group)), 1.0, least, most, len(least))
