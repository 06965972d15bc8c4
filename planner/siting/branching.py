"""Branch and bound on the relaxation of covering models, where branch and cut is slow to leave its root.

On New York (2,713 places, 90 sites) HiGHS spends a minute on cuts and searches at the root and lowers the bound by a twentieth of what is
to be closed; on OR-Library's scpa it takes two to six times as long. Here the time goes into nodes: the open node with the worst bound is
split at the variable whose two sides lose most (strong branching, then pseudo-costs: Achterberg, Koch and Martin 2005, Branching rules
revisited), each relaxation from its parent's basis.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from planner.siting.linear import LinearModel, to_unit
from planner.siting.problem import Floats, Picks
from planner.siting.solver import Clock, Found, Relaxation, Relaxing, run

WHOLE = 1e-6
"""Nearer than this to a whole number counts as whole."""
TRIED_FIRST, TRIED = 16, 4
"""Variables whose two sides are solved on trial before a split: at the root, and further down, where most are known by then."""
TRIAL_ITERATIONS = 250
"""Simplex iterations of a trial: on New York a side took 90 to 400 to the end."""
TREE_PART, MOST_NODES = 0.5, 400
"""Part of the time, and relaxations, after which branch and cut gets what is left."""
LEAST_LOSS = 1e-6
"""Loss of a side at the least, so that a side that loses nothing does not hide what the other loses."""


@dataclass
class _Losses:
    """What pressing a variable down (0) and up (1) has cost so far, per unit pressed. sums, times : (C, 2)."""

    sums: Floats
    times: Floats

    def learn(self, column: int, side: int, loss: float, pressed: float) -> None:
        """One side solved: the bound lost so much."""
        self.sums[column, side] += max(loss, LEAST_LOSS) / pressed
        self.times[column, side] += 1

    def known(self, column: int) -> bool:
        """Whether both sides have been seen."""
        return bool((self.times[column] > 0).all())

    def score(self, columns: Picks, x: Floats) -> Floats:
        """(K,) the product of what both sides are expected to lose; the mean of all where a side has not been seen."""
        seen = self.times > 0
        means = [float((self.sums[seen[:, k], k] / self.times[seen[:, k], k]).mean()) if seen[:, k].any() else 1.0 for k in (0, 1)]
        each = [np.where(seen[columns, k], self.sums[columns, k] / np.maximum(self.times[columns, k], 1), means[k]) for k in (0, 1)]
        return np.asarray((each[0] * x[columns]) * (each[1] * (1 - x[columns])))


@dataclass(order=True)
class _Node:
    """An open part of the solutions. rank : its bound, signed so that the worst comes first."""

    rank: float
    number: int
    fixed: tuple[tuple[int, float], ...] = field(compare=False)
    relaxation: Relaxation = field(compare=False)


class _Tree:
    """The relaxation of a 0-1 model with the ends of its columns pressed one by one."""

    found: Floats | None

    def __init__(self, model: LinearModel, plan: float, clock: Clock) -> None:
        self.model, self.clock, self.nodes = model, clock, 0
        self.relaxing = Relaxing(model, clock.left_s)
        self.sign = -1.0 if model.maximise else 1.0
        self.losses = _Losses(np.zeros((len(model.cost), 2)), np.zeros((len(model.cost), 2)))
        self.best, self.found = plan, None
        self.settled = plan  # the worst bound of the parts closed so far
        self.better = model.unit * (1 - 1e-6) if model.unit else 1e-9 * max(abs(plan), 1.0)

    def solve(self, fixed: tuple[tuple[int, float], ...], basis: Any = None, iterations: int | None = None) -> Relaxation | None:
        """The relaxation with some columns fixed."""
        lower, upper = self.model.col_lower.copy(), self.model.col_upper.copy()
        for column, end in fixed:
            lower[column] = upper[column] = end
        return self.relaxing.solve(lower, upper, basis, limit_s=self.clock.left_s, iterations=iterations)

    def undecided(self, x: Floats) -> Picks:
        """Whole-number variables that are not whole."""
        return np.flatnonzero(self.model.whole & (np.abs(x - np.round(x)) > WHOLE))

    def sides(self, node: _Node, column: int, iterations: int | None = None) -> list[Relaxation | None]:
        """Both sides of a split at a column, what they lost learnt."""
        solved: list[Relaxation | None] = []
        for side, pressed in ((0, node.relaxation.x[column]), (1, 1 - node.relaxation.x[column])):
            one = self.solve((*node.fixed, (column, float(side))), node.relaxation.basis, iterations)
            solved.append(one)
            if one is not None and not one.infeasible:
                self.losses.learn(column, side, self.sign * (one.bound - node.relaxation.bound), float(pressed))
        return solved

    def split(self, node: _Node) -> int:
        """The column to split a node at: the one both of whose sides lose most, some tried first."""
        columns = self.undecided(node.relaxation.x)
        ranked = columns[np.argsort(-self.losses.score(columns, node.relaxation.x), kind="stable")]
        tries = TRIED_FIRST if not node.fixed else TRIED
        unknown = [int(column) for column in ranked if not self.losses.known(int(column))]
        for column in unknown[:tries]:
            if self.clock.over:
                break
            self.sides(node, column, TRIAL_ITERATIONS)
        known = np.array([column for column in ranked if self.losses.known(int(column))], dtype=np.int64)
        among = known if len(known) else ranked
        return int(among[int(np.argmax(self.losses.score(among, node.relaxation.x)))])

    def parts(self, node: _Node, column: int) -> list[_Node] | None:
        """The node's two sides that may hold a better solution; None where the clock ended one of them."""
        made = []
        for side, one in enumerate(self.sides(node, column)):
            if one is None or not one.ended:
                return None
            self.nodes += 1
            if one.infeasible:
                continue
            bound = self.sign * max(self.sign * one.bound, self.sign * node.relaxation.bound)
            if not self.hopeful(bound):
                continue
            if len(self.undecided(one.x)):
                made.append(_Node(self.sign * bound, self.nodes, (*node.fixed, (column, float(side))), replace(one, bound=bound)))
            else:
                self.take(one.x, bound)
        return made

    def take(self, x: Floats, bound: float) -> None:
        """A whole-number solution: the part it is the best of is closed, with what its bound says beyond it."""
        whole = np.where(self.model.whole, np.round(x), x)
        value = float(self.model.cost @ whole) + self.model.offset
        if self.sign * (value - self.best) < 0:
            self.best, self.found = value, whole
        if self.hopeful(bound) and self.sign * (bound - self.settled) < 0:
            self.settled = bound

    def hopeful(self, bound: float) -> bool:
        """Whether a part with this bound may hold a better solution."""
        return self.sign * (bound - self.best) < -self.better

    def proven(self, bound: float) -> float:
        """The bound of all solutions where the worst open part has this one, to the unit of the objective."""
        worst = self.sign * min(self.sign * bound, self.sign * self.settled, self.sign * self.best)
        return to_unit(worst, self.model.unit, maximise=self.model.maximise, offset=self.model.offset)

    def answer(self, bound: float, stopped: str) -> Found:
        """What was found, in the words of the solver."""
        return Found(self.found, None if self.found is None else self.best, bound, stopped, nodes=self.nodes)


def branched(model: LinearModel, plan: float, clock: Clock, *, gap: float = 0.0, most_nodes: int | None = None) -> Found:
    """A bound of a 0-1 model by branching on its relaxation, and a better solution where a part's relaxation is one.

    plan : objective of the plan at hand.   gap : stop at this distance between plan and bound, relative to the plan.   most_nodes : stop
    after so many relaxations. A part that can be no better than the plan by the model's unit is closed; the bound is the worst of the open
    parts, or the plan: proof of it, where no part is left. Where not even the root's relaxation ended the bound is the worst there is.
    """
    tree = _Tree(model, plan, clock)
    root = tree.solve(())
    if root is None or not root.ended:
        return tree.answer(tree.sign * -math.inf if root is None else tree.proven(root.bound), clock.word)
    open_parts = []
    if not root.infeasible and tree.hopeful(root.bound):
        if len(tree.undecided(root.x)):
            open_parts.append(_Node(tree.sign * root.bound, 0, (), root))
        else:
            tree.take(root.x, root.bound)
    while open_parts and tree.hopeful(open_parts[0].relaxation.bound):
        bound = tree.proven(open_parts[0].relaxation.bound)
        if clock.progress is not None:
            clock.progress(tree.best, bound)
        if abs(bound - tree.best) <= gap * abs(tree.best):
            return tree.answer(bound, "gap")
        parts = None
        if not clock.over and (most_nodes is None or tree.nodes < most_nodes):
            parts = tree.parts(open_parts[0], tree.split(open_parts[0]))
        if parts is None:
            return tree.answer(bound, clock.word)
        heapq.heappop(open_parts)
        for part in parts:
            heapq.heappush(open_parts, part)
    bound = tree.proven(tree.best)
    return tree.answer(bound, "proof" if abs(bound - tree.best) < tree.better else "gap")


def proven(model: LinearModel, value: float, begin: Floats | None, clock: Clock, *, gap: float = 0.0, seed: int = 1,
           part: float = 1.0) -> Found:
    """A 0-1 model with a plan at hand: solved by branching on the relaxation, and by branch and cut what that leaves open.

    value : objective of the plan.   begin : its solution, where the model has it.   part : of the time left, for branch and cut.
    x is None where nothing better than a plan without a solution was found.
    """
    tree = branched(model, value, Clock(TREE_PART * clock.left_s, clock.progress, clock.cancel), gap=gap, most_nodes=MOST_NODES)
    if tree.x is None and begin is not None:
        tree = replace(tree, x=begin, objective=value)
    if tree.stopped in ("proof", "gap") or clock.over:
        return tree
    rest = run(model, clock, gap=gap, seed=seed, start=tree.x, limit_s=part * clock.left_s)
    bound = min(rest.bound, tree.bound) if model.maximise else max(rest.bound, tree.bound)
    if rest.infeasible:  # the plan, which this model does not hold, is the best there is
        return replace(tree, bound=value, stopped="proof")
    return replace(rest if rest.x is not None else replace(tree, stopped=rest.stopped), bound=bound)
