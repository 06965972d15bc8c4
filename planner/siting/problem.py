"""A siting problem as matrices: what every model of the room works on. Knows nothing of files, streets or ids.

Letters, in this room as in its papers: demand i in I, sites j in J, areas a in A; w_i weight, c_ij cost of serving i from j (present only
where j can reach i), f_j cost of building j, q_j capacity.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from planner.errors import SitingError

if TYPE_CHECKING:
    from planner.siting.rules import Rules

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Columns = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]
Picks = npt.NDArray[np.integer[Any]]
"""Indices, of any width."""

MODELS = ("lscp", "mclp", "p_median", "p_center", "capacitated_mclp", "capacitated_p_median", "max_min_share")
MAXIMISED = ("mclp", "capacitated_mclp", "max_min_share")
ASSIGNED = ("p_median", "p_center", "capacitated_mclp", "capacitated_p_median")
"""Models whose answer says who is served where."""
CAPACITATED = ("capacitated_mclp", "capacitated_p_median")
MUST_SERVE = ("lscp", "p_median", "p_center", "capacitated_p_median")
"""Models in which all reachable demand is served (lscp: unless a share is asked)."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Who can serve whom, one row for each of one side, the other side as columns in ascending order (compressed sparse rows).

    start : (R + 1,) row r is start[r] : start[r + 1].   column : (nnz,) int32.   cost : (nnz,) >= 0; a stored 0 is a real cost.
    """

    start: Ints
    column: Columns
    cost: Floats

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.start) - 1

    @property
    def row_of(self) -> Columns:
        """(nnz,) the row of every entry."""
        return np.repeat(np.arange(self.rows, dtype=np.int32), np.diff(self.start))

    @property
    def degree(self) -> Ints:
        """(R,) entries in each row."""
        return np.diff(self.start)


def compressed(row: npt.ArrayLike, column: npt.ArrayLike, cost: npt.ArrayLike, rows: int) -> Pairs:
    """Pairs from triples in any order."""
    own, other, value = np.asarray(row, dtype=np.int64), np.asarray(column, dtype=np.int64), np.asarray(cost, dtype=np.float64)
    order = np.lexsort((other, own))
    start = np.zeros(rows + 1, dtype=np.int64)
    np.cumsum(np.bincount(own, minlength=rows), out=start[1:])
    return Pairs(start, other[order].astype(np.int32), value[order])


def sums(index: Picks, values: npt.ArrayLike, count: int) -> Floats:
    """(count,) the values summed by index."""
    total: Floats = np.bincount(index, np.asarray(values, dtype=np.float64), minlength=count).astype(np.float64, copy=False)
    return total


@dataclass(frozen=True, slots=True)
class SitingProblem:
    """A model and its matrices. Made by `siting_problem`, which leaves out pairs beyond the limit and those of forbidden sites.

    model : one of MODELS.   weight : (I,) >= 0.   by_demand, by_site : the same pairs both ways.
    price : (J,) cost of building, 0 for sites that exist.   fixed : (J,) 1 exists and stays, -1 forbidden, 0 free.
    capacity : (J,) weight a site can serve, or None.   area : (I,) int codes 0..A-1, or None.
    p : at most so many sites in all, fixed ones included.   budget : at most so much price.   share : of all weight (lscp).
    split : demand may be served from several sites (capacitated models).
    cutoff : p_median only: what a unit of weight costs that no open site serves for less; nothing need be served then. None: all must be.
    rules : what must hold besides of the sites that are open (planner.siting.rules), or None.
    """

    model: str
    weight: Floats
    by_demand: Pairs
    by_site: Pairs
    price: Floats
    fixed: npt.NDArray[np.int8]
    capacity: Floats | None = None
    area: Columns | None = None
    p: int | None = None
    budget: float | None = None
    share: float | None = None
    split: bool = False
    cutoff: float | None = None
    rules: Rules | None = None

    @property
    def demands(self) -> int:
        """|I|."""
        return len(self.weight)

    @property
    def sites(self) -> int:
        """|J|."""
        return len(self.price)

    @property
    def reachable(self) -> Mask:
        """(I,) whether any usable site reaches the demand."""
        return self.by_demand.degree > 0

    @property
    def existing(self) -> Columns:
        """Sites that exist and stay."""
        return np.flatnonzero(self.fixed == 1).astype(np.int32)

    @property
    def candidates(self) -> Columns:
        """Sites that may be built."""
        return np.flatnonzero(self.fixed == 0).astype(np.int32)

    @property
    def room(self) -> int:
        """How many sites may still be built under p: p less the existing ones (negative: p is broken from the start)."""
        free = len(self.candidates)
        return free if self.p is None else min(self.p - len(self.existing), free)

    @property
    def maximised(self) -> bool:
        """Whether more is better."""
        return self.model in MAXIMISED


def siting_problem(
    model: str,
    demand: npt.ArrayLike,
    site: npt.ArrayLike,
    cost: npt.ArrayLike,
    *,
    weight: npt.ArrayLike,
    sites: int,
    site_cost: npt.ArrayLike | None = None,
    fixed: npt.ArrayLike | None = None,
    capacity: npt.ArrayLike | None = None,
    area: npt.ArrayLike | None = None,
    within: float | None = None,
    p: int | None = None,
    budget: float | None = None,
    share: float | None = None,
    split: bool = False,
    cutoff: float | None = None,
    rules: Rules | None = None,
) -> SitingProblem:
    """A checked SitingProblem from triples (demand index, site index, cost) in any order.

    `within` is inclusive; None: every pair counts. `cutoff` leaves out the pairs that cost more. Without `site_cost` a site costs 1; a
    site that exists costs nothing more.
    `rules` (planner.siting.rules) are kept by every model.
    Raises SitingError where the model is unknown, shapes or values cannot be, or the model lacks p and budget, capacity or area.
    """
    if model not in MODELS:
        raise SitingError("siting_model_unknown", model=model, models=", ".join(MODELS))
    weights = np.asarray(weight, dtype=np.float64)
    own, other, value = np.asarray(demand, dtype=np.int64), np.asarray(site, dtype=np.int64), np.asarray(cost, dtype=np.float64)
    kept = np.zeros(sites, dtype=np.int8) if fixed is None else np.asarray(fixed, dtype=np.int8)
    price = np.ones(sites) if site_cost is None else np.array(site_cost, dtype=np.float64)
    room = None if capacity is None else np.asarray(capacity, dtype=np.float64)
    units = None if area is None else np.asarray(area, dtype=np.int32)
    _check_arrays(own, other, value, weights, price, kept, room, units, sites)
    _check_limits(model, p, budget, share, room, units)
    _check_cutoff(model, cutoff)
    if rules is not None and len(rules.site) and not 0 <= int(rules.site.min()) <= int(rules.site.max()) < sites:
        raise SitingError("siting_rules_differ")
    price[kept == 1] = 0.0
    usable = kept[other] != -1
    for most in (within, cutoff):
        if most is not None:
            usable &= value <= most
    own, other, value = own[usable], other[usable], value[usable]
    by_demand = compressed(own, other, value, len(weights))
    twice = (np.diff(by_demand.row_of) == 0) & (np.diff(by_demand.column) == 0)
    if twice.any():
        raise SitingError("siting_pair_repeated")
    return SitingProblem(model, weights, by_demand, compressed(other, own, value, sites), price, kept, room, units, p, budget, share, split,
                         cutoff, rules)


def _check_arrays(own: Ints, other: Ints, value: Floats, weight: Floats, price: Floats, kept: npt.NDArray[np.int8],
                  room: Floats | None, units: Columns | None, sites: int) -> None:
    """Shapes agree, indices are in range, numbers are finite and not negative."""
    fits = len(own) == len(other) == len(value) and len(price) == len(kept) == sites and (room is None or len(room) == sites)
    fits = fits and (units is None or len(units) == len(weight))
    if fits and len(own):
        fits = min(own.min(), other.min()) >= 0 and own.max() < len(weight) and other.max() < sites
    if not fits:
        raise SitingError("siting_shapes_differ")
    for name, numbers in (("cost", value), ("weight", weight), ("site_cost", price), ("capacity", room)):
        if numbers is not None and not (np.isfinite(numbers).all() and (numbers >= 0).all()):
            raise SitingError("siting_value_invalid", column=name)
    if not np.isin(kept, (-1, 0, 1)).all():
        raise SitingError("siting_value_invalid", column="fixed")


def _check_limits(model: str, p: int | None, budget: float | None, share: float | None, room: Floats | None, units: Columns | None) -> None:
    """The model has what it needs, and the limits are numbers that can be."""
    if model != "lscp" and p is None and budget is None:
        raise SitingError("siting_limit_missing", model=model)
    if p is not None and p < 0:
        raise SitingError("siting_limit_invalid", name="p", value=p)
    if budget is not None and not (np.isfinite(budget) and budget >= 0):
        raise SitingError("siting_limit_invalid", name="budget", value=budget)
    if share is not None and (model != "lscp" or not 0 <= share <= 1):
        raise SitingError("siting_share_invalid", value=share)
    if model in CAPACITATED and room is None:
        raise SitingError("siting_column_needed", model=model, column="capacity")
    if model == "max_min_share" and units is None:
        raise SitingError("siting_column_needed", model=model, column="area")


def _check_cutoff(model: str, cutoff: float | None) -> None:
    """A cost for demand left unserved is a finite number above 0, and goes with p_median alone."""
    if cutoff is not None and (model != "p_median" or not (np.isfinite(cutoff) and cutoff > 0)):
        raise SitingError("siting_cutoff_invalid", value=cutoff)


def only_sites(problem: SitingProblem, sites: Mask) -> SitingProblem:
    """The problem with no other sites than those of the mask (J,): the others are forbidden."""
    pairs = problem.by_demand
    live = sites[pairs.column]
    row, column, cost = pairs.row_of[live], pairs.column[live], pairs.cost[live]
    fixed = np.where(sites, problem.fixed, -1).astype(np.int8)
    return replace(problem, fixed=fixed, by_demand=compressed(row, column, cost, problem.demands),
                   by_site=compressed(column, row, cost, problem.sites))
