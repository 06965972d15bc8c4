"""How a consolidation of homes is solved: its linear program, its passes, and what stands in the way where no plan keeps the rules."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from planner.siting.consolidation import BUILD, CLOSE, KEEP, LEFT, UPGRADE, ConsolidationProblem, ConsolidationResult, Handed, Moves
from planner.siting.linear import LinearModel, Rows, whole_unit
from planner.siting.problem import Floats, Mask, sums
from planner.siting.proof import WHOLE, Proof, Reason, concluded, covered, covering, impossible
from planner.siting.reduce import Cover
from planner.siting.results import PROOF_REL, WITHIN_SHARE, nearest, relative_gap
from planner.siting.solver import Cancel, Clock, Found, Progress, run

METHOD = "homes kept, upgraded or closed, branch and cut (HiGHS)"


@dataclass(frozen=True, slots=True)
class Form:
    """The columns of the program: keep (H), upgrade (H), residents on each way (W), left unplaced (H, `short` only), covered rows (R).

    cover : rows of people who must keep a home in reach, as columns of homes.
    """

    problem: ConsolidationProblem
    cover: Cover
    short: bool

    @property
    def homes(self) -> int:
        """H."""
        return len(self.problem.homes)

    @property
    def ways(self) -> int:
        """W."""
        return len(self.problem.ways.column)

    @property
    def unplaced_at(self) -> int:
        """The first column of residents left unplaced."""
        return 2 * self.homes + self.ways

    @property
    def covered_at(self) -> int:
        """The first column of covered rows."""
        return self.unplaced_at + (self.homes if self.short else 0)

    @property
    def width(self) -> int:
        """All columns."""
        return self.covered_at + self.cover.rows

    def vector(self, keep: Floats | float = 0.0, upgrade: Floats | float = 0.0, way: Floats | float = 0.0, unplaced: float = 0.0,
               row: Floats | float = 0.0) -> Floats:
        """A row of coefficients, part by part."""
        made = np.zeros(self.width)
        h = self.homes
        made[:h], made[h:2 * h], made[2 * h:self.unplaced_at], made[self.covered_at:] = keep, upgrade, way, row
        made[self.unplaced_at:self.covered_at] = unplaced
        return made

    @property
    def persons(self) -> Floats:
        """(W,) residents that a way's variable stands for: all of its home, or one."""
        rules, ways = self.problem.rules, self.problem.ways
        return self.problem.homes.residents[ways.row_of] if rules.whole else np.ones(self.ways)

    @property
    def cost(self) -> Floats:
        """The cost of a plan."""
        own, rules = self.problem.homes, self.problem.rules
        return self.vector(rules.years * own.running, own.price + rules.years * own.running_upgraded, rules.move_price * self.persons)

    @property
    def opened(self) -> Floats:
        """Homes of today that are open in the end: the fewer, the more are closed."""
        there = self.problem.homes.exists.astype(np.float64)
        return self.vector(there, there)

    @property
    def moved(self) -> Floats:
        """Residents times distance."""
        return self.vector(way=self.persons * self.problem.ways.cost)


def _cover(problem: ConsolidationProblem) -> Cover:
    """The people who must keep a home in reach: those who have one today, and none that must stay open."""
    held = covered(problem.reach.row_of, problem.reach.column, problem.homes.fixed == 1, len(problem.weight)) | ~problem.today
    weight = np.zeros_like(problem.weight) if problem.rules.kept_share is None else problem.weight
    return covering(problem.reach.row_of, problem.reach.column, weight, columns=len(problem.homes), held=held, all_rows=False)


def home_model(form: Form, objective: Floats, *, maximise: bool = False, no_worse: tuple[tuple[Floats, float], ...] = (),
               ask_share: bool = True) -> LinearModel:
    """The program of a consolidation: k_h kept as it is, u_h upgraded or built, t_hg residents of h who move to g, y_i in reach.

    s.t. k_h + u_h <= 1                                             (= 1 where it must be open, both 0 where it must close)
         sum_g t_hg + r_h (k_h + u_h) = r_h                         all residents of a home that closes move
         sum_h t_hg <= free_g k_g + free'_g u_g                     for all homes g: nobody comes without a bed
         t_hg <= r_h (k_g + u_g)                                    (tighter together with the row above)
         y_i <= sum_{h in N_i} (k_h + u_h),  sum_i w_i y_i >= S sum_i w_i   over the people with a home in reach today
         sum_h (k_h + u_h) <= n,  sum_h f_h u_h <= B                where given
    With `whole` t_hg = r_h z_hg, z in {0, 1}; else t is whole persons. no_worse : (row, most) of passes before.
    """
    problem, own, rules = form.problem, form.problem.homes, form.problem.rules
    h, w, rows = form.homes, form.ways, Rows()
    index, way = np.arange(h), 2 * h + np.arange(w)
    origin, target, person = problem.ways.row_of, problem.ways.column, form.persons
    lower = np.where(own.fixed == 1, 1.0, 0.0)
    rows.add(np.r_[index, index], np.r_[index, h + index], 1.0, lower, 1.0, h)
    back = np.flatnonzero(own.residents > 0)
    place = np.full(h, -1)
    place[back] = np.arange(len(back))
    own_columns, ones = np.r_[index[back], h + index[back]], np.r_[own.residents[back], own.residents[back]]
    unplaced = form.unplaced_at + back if form.short else np.empty(0, dtype=np.int64)
    rows.add(np.r_[place[origin], np.arange(len(back)), np.arange(len(back)), np.arange(len(unplaced))],
             np.r_[way, own_columns, unplaced], np.r_[person, ones, np.ones(len(unplaced))], own.residents[back], own.residents[back],
             len(back))
    rows.add(np.r_[target, index, index], np.r_[way, index, h + index], np.r_[person, -problem.free_kept, -problem.free_upgraded], -np.inf,
             0.0, h)
    most = own.residents[origin] / person
    each = np.arange(w)
    rows.add(np.r_[each, each, each], np.r_[way, target, h + target], np.r_[np.ones(w), -most, -most], -np.inf, 0.0, w)
    _coverage(rows, form, ask_share=ask_share)
    if rules.open_homes is not None:
        rows.one(np.arange(2 * h), 1.0, -np.inf, float(rules.open_homes))
    if rules.budget is not None:
        rows.one(h + index, own.price, -np.inf, rules.budget)
    for row, best in no_worse:
        rows.one(np.arange(form.width), row, -np.inf, best)
    upper = form.vector(problem.may_keep.astype(np.float64), problem.may_upgrade.astype(np.float64), most, np.inf, 1.0)
    whole = np.arange(form.width) < form.unplaced_at
    return rows.model(maximise=maximise, cost=objective, col_upper=upper, whole=whole, unit=whole_unit(objective))


def _coverage(rows: Rows, form: Form, *, ask_share: bool) -> None:
    """People with a home in reach today keep one, as many as are asked for."""
    cover, h, rules = form.cover, form.homes, form.problem.rules
    if not cover.rows:
        return
    twice = np.r_[cover.column, h + cover.column].astype(np.int32)
    own = np.arange(cover.rows)
    if rules.kept_share == 1.0 and ask_share:
        rows.add(np.r_[cover.row_of, cover.row_of], twice, 1.0, 1.0, np.inf, cover.rows)
        return
    rows.add(np.r_[cover.row_of, cover.row_of, own], np.r_[twice, form.covered_at + own], np.r_[np.ones(len(twice)), -np.ones(cover.rows)],
             0.0, np.inf, cover.rows)
    if ask_share and rules.kept_share is not None:
        today = float(form.problem.weight[form.problem.today].sum())
        needed = (rules.kept_share - WITHIN_SHARE) * today - (today - float(cover.weight.sum()))
        scale = 1.0 / max(float(cover.weight.max(initial=0.0)), 1e-300)
        rows.one(form.covered_at + own, cover.weight * scale, needed * scale, np.inf)


def solve_consolidation(problem: ConsolidationProblem, *, time_limit_s: float = 60.0, gap: float = 0.0, seed: int = 1,
                        progress: Progress | None = None, cancel: Cancel | None = None) -> ConsolidationResult:
    """Solves the problem; the same problem and seed give the same answer unless the clock or `cancel` ended the run.

    The proof is of the first pass (cost, or homes closed); further passes choose among plans that are as good.
    Reasons of an infeasible problem: `open_homes` (amount: homes that must be open), `no_way` (one home: it must close, and no home in
    reach can take anybody), `unplaced` (one home each, amount: residents without a bed even in the plan that places the most; of one such
    plan, for there may be several), `kept_share` (amount: the largest share that can be kept), `together`.
    """
    clock = Clock(time_limit_s, progress, cancel)
    form = Form(problem, _cover(problem), short=False)
    first = form.opened if problem.rules.objective == "closed" else form.cost
    found = run(home_model(form, first), clock, gap=gap, seed=seed)
    if found.x is None:
        proof = concluded(found, None, maximise=False, clock=clock, seed=seed, method=METHOD)
        if found.infeasible:
            proof = impossible(_reasons(problem, clock, seed), clock=clock, seed=seed, method=METHOD)
        return _no_plan(problem, proof)
    x = _rounded(form, found.x)
    aims = [form.opened, form.cost, form.moved] if problem.rules.objective == "closed" else [form.cost, form.moved]
    best: list[tuple[Floats, float]] = []
    for reached, following in pairwise(aims):
        value = float(reached @ x)
        best.append((reached, value + PROOF_REL * max(abs(value), 1.0)))
        further = run(home_model(form, following, no_worse=tuple(best)), clock, seed=seed, start=x)
        x = x if further.x is None else _rounded(form, further.x)
    return _result(form, x, found, clock, seed)


def _rounded(form: Form, x: Floats) -> Floats:
    """A solution with its whole variables whole."""
    whole = np.arange(form.width) < form.unplaced_at
    return np.where(whole, np.round(x), x)


def _reasons(problem: ConsolidationProblem, clock: Clock, seed: int) -> tuple[Reason, ...]:
    """What stands in the way: of placing the residents, of keeping people in reach, or of both together."""
    own, rules = problem.homes, problem.rules
    must = int((own.fixed == 1).sum())
    if rules.open_homes is not None and must > rules.open_homes:
        return (Reason("open_homes", (), float(must)),)
    shut = ~problem.may_keep & ~problem.may_upgrade & (own.residents > 0) & (problem.ways.degree == 0)
    found = [Reason("no_way", (home,), float(own.residents[home])) for home in np.flatnonzero(shut).tolist()]
    if found:
        return tuple(found)
    found = [*_unplaced(replace(problem, rules=replace(rules, kept_share=None)), clock, seed), *_kept_share(problem, clock, seed)]
    return tuple(found) or _unplaced(problem, clock, seed) or (Reason("together"),)


def _unplaced(problem: ConsolidationProblem, clock: Clock, seed: int) -> tuple[Reason, ...]:
    """Residents without a bed in the plan that leaves the fewest of them, home by home."""
    form = Form(problem, _cover(problem), short=True)
    fewest = run(home_model(form, form.vector(unplaced=1.0)), clock, seed=seed)
    left = np.zeros(form.homes) if fewest.x is None else np.round(fewest.x[form.unplaced_at:form.covered_at])
    return tuple(Reason("unplaced", (home,), float(left[home])) for home in np.flatnonzero(left > 0).tolist())


def _kept_share(problem: ConsolidationProblem, clock: Clock, seed: int) -> tuple[Reason, ...]:
    """The largest share that can be kept, wherever residents go, if it is less than what is asked."""
    asked, today = problem.rules.kept_share, float(problem.weight[problem.today].sum())
    if asked is None or today <= 0:
        return ()
    form = Form(replace(problem, rules=replace(problem.rules, kept_share=0.0)), _cover(problem), short=True)
    most = run(home_model(form, form.vector(row=form.cover.weight), maximise=True, ask_share=False), clock, seed=seed)
    if most.objective is None:
        return ()
    share = 1 - (float(form.cover.weight.sum()) - most.objective) / today
    return (Reason("kept_share", (), share),) if share < asked - WITHIN_SHARE else ()


def _no_plan(problem: ConsolidationProblem, proof: Proof) -> ConsolidationResult:
    """The result where there is no plan: what is there today."""
    own, none, empty = problem.homes, np.empty(0, dtype=np.int32), np.empty(0)
    today = float(problem.weight[problem.today].sum())
    running = float(own.running[own.exists].sum())
    return ConsolidationResult(proof, (), Moves(none, none, empty, empty), Handed(none, none, empty), own.residents, own.beds, 0.0, running,
                               running, np.zeros(len(own), dtype=np.bool_), today, today)


def _result(form: Form, x: Floats, found: Found, clock: Clock, seed: int) -> ConsolidationResult:
    """Everything that follows from the homes and the moves, recomputed from them."""
    problem, own, h = form.problem, form.problem.homes, form.homes
    keep, upgrade = x[:h] > WHOLE, x[h:2 * h] > WHOLE
    persons = x[2 * h:form.unplaced_at] * form.persons
    used = persons > 0
    moves = Moves(problem.ways.row_of[used], problem.ways.column[used], persons[used], problem.ways.cost[used])
    left = np.bincount(moves.origin, moves.residents, minlength=h)
    after = own.residents - left + np.bincount(moves.target, moves.residents, minlength=h)
    beds = np.where(upgrade, own.upgraded_beds, np.where(keep, own.beds, 0.0))
    opened = keep | upgrade
    assert (after[~opened] == 0).all(), "a resident was left in a home that closes"
    came = np.bincount(moves.target, moves.residents, minlength=h) > 0
    assert (after <= np.floor(beds * problem.rules.occupancy + 1e-9))[came].all(), "a resident came without a bed"
    words = np.where(upgrade, np.where(own.exists, UPGRADE, BUILD), np.where(keep, KEEP, np.where(own.exists, CLOSE, LEFT)))
    rules = problem.rules
    price, running = float(own.price[upgrade].sum()), float(own.running[keep].sum() + own.running_upgraded[upgrade].sum())
    objective = float((own.exists & opened).sum()) if rules.objective == "closed" else (
        price + rules.years * running + rules.move_price * float(moves.residents.sum()))
    proof = concluded(found, objective, maximise=False, clock=clock, seed=seed, method=METHOD)
    if rules.objective == "closed":
        proof = _in_closed(proof, float(own.exists.sum()))
    open_now = covered(problem.reach.row_of, problem.reach.column, opened, len(problem.weight))
    overfull = opened & (after > np.floor(beds * rules.occupancy + 1e-9))
    return ConsolidationResult(
        proof, tuple(words.tolist()), moves, _handed(problem, opened), after, beds, price, float(own.running[own.exists].sum()), running,
        overfull, float(problem.weight[problem.today].sum()), float(problem.weight[open_now].sum()))


def _in_closed(proof: Proof, there: float) -> Proof:
    """A proof about homes left open, said in homes closed."""
    assert proof.objective is not None
    closed, bound = there - proof.objective, None if proof.bound is None else there - proof.bound
    return replace(proof, objective=closed, bound=bound, gap=None if bound is None else relative_gap(closed, bound))


def _handed(problem: ConsolidationProblem, opened: Mask) -> Handed:
    """The people whose nearest home of today closes, by the home that is nearest in the end."""
    before, _ = nearest(problem.reach, problem.homes.exists)
    after, _ = nearest(problem.reach, opened)
    moved = (before >= 0) & (problem.weight > 0)
    moved[moved] = ~opened[before[moved]]
    pairs, index = np.unique(np.stack([before[moved], after[moved]], axis=1), axis=0, return_inverse=True)
    weight = sums(index.ravel(), problem.weight[moved], len(pairs))
    return Handed(pairs[:, 0].astype(np.int32), pairs[:, 1].astype(np.int32), weight)
