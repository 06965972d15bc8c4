"""Which sites reach which demand, both ways round: the plain arrays that heuristics, bounds and compiled loops share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def plain(values: Any, dtype: Any) -> Any:
    """The values as a contiguous array that compiled loops take; copied only where it is of another kind, or read-only."""
    return np.require(values, dtype=dtype, requirements=["C", "W"])


@dataclass(frozen=True, slots=True)
class Links:
    """Pairs of demand i in I and sites j in J within reach of each other, each pair once.

    demand_start : (I + 1,), site : (E,) the sites of demand i are site[demand_start[i]:demand_start[i + 1]].
    site_start : (J + 1,), demand : (E,) the same pairs from the sites' side, demand ascending.
    """

    demand_start: Longs
    site: Ints
    site_start: Longs
    demand: Ints

    @property
    def demands(self) -> int:
        """I, the number of demand rows."""
        return len(self.demand_start) - 1

    @property
    def sites(self) -> int:
        """J, the number of sites."""
        return len(self.site_start) - 1

    def weight_by_site(self, weight: Floats) -> Floats:
        """(J,) the sum of weight (I,) over the demand of every site."""
        return np.bincount(self.site, weights=np.repeat(weight, np.diff(self.demand_start)), minlength=self.sites).astype(np.float64)


def links(demand_start: Any, site: Any, sites: int) -> Links:
    """Links from the rows of a sparse 0/1 matrix (I, J) in compressed form; raises ValueError where the arrays do not fit together."""
    start, column = plain(demand_start, np.int64), plain(site, np.int32)
    if len(start) == 0 or start[0] != 0 or int(start[-1]) != len(column) or (np.diff(start) < 0).any():
        raise ValueError("the starts of the rows do not fit the pairs")
    if len(column) and not 0 <= int(column.min()) <= int(column.max()) < sites:
        raise ValueError("a pair names a site that is not there")
    order = np.argsort(column, kind="stable")
    row = np.repeat(np.arange(len(start) - 1, dtype=np.int32), np.diff(start))
    site_start = np.zeros(sites + 1, dtype=np.int64)
    np.cumsum(np.bincount(column, minlength=sites), out=site_start[1:])
    return Links(start, column, site_start, row[order])


@dataclass(frozen=True, slots=True)
class Costs:
    """What it costs to serve demand i from site j, dearest last: the rows of a p-median problem.

    start : (I + 1,), site : (E,), cost : (E,) weight times cost, ascending within each row. unserved : (I,) what demand costs that
    no site serves (weight times the cut-off); inf where it must be served.
    """

    start: Longs
    site: Ints
    cost: Floats
    unserved: Floats
    sites: int

    @property
    def demands(self) -> int:
        """I, the number of demand rows."""
        return len(self.start) - 1

    def only(self, sites: Mask) -> Costs:
        """The same costs with the pairs of the masked sites (J,) only; the numbers of the sites stay."""
        stay = sites[self.site]
        start = np.zeros(len(self.start), dtype=np.int64)
        np.cumsum(np.bincount(np.repeat(np.arange(self.demands), np.diff(self.start))[stay], minlength=self.demands), out=start[1:])
        return Costs(start, self.site[stay], self.cost[stay], self.unserved, self.sites)


def costs(demand_start: Any, site: Any, cost: Any, sites: int, *, weight: Any = None, unserved: Any = None) -> Costs:
    """Costs from the rows of a sparse matrix (I, J): pairs weighted, sorted, those dearer than leaving the demand unserved left out.

    weight : (I,), 1 where None. unserved : one cost or (I,), before weighting; None: every demand must be served. Ties stand in the
    order of the sites. Demand without weight costs nothing wherever it is served. Raises ValueError where the arrays do not fit.
    """
    made = links(demand_start, site, sites)
    rows = made.demands
    heavy = np.ones(rows) if weight is None else plain(weight, np.float64)
    limit = np.full(rows, np.inf) if unserved is None else np.broadcast_to(np.asarray(unserved, dtype=np.float64), (rows,)) * heavy
    value = np.asarray(cost, dtype=np.float64)
    if len(heavy) != rows or len(value) != len(made.site) or not np.isfinite(value).all() or (value < 0).any():
        raise ValueError("the costs do not fit the pairs")
    row = np.repeat(np.arange(rows), np.diff(made.demand_start))
    value = value * heavy[row]
    stay = np.flatnonzero(value < limit[row]) if unserved is not None else np.arange(len(value))
    order = stay[np.lexsort((made.site[stay], value[stay], row[stay]))]
    start = np.zeros(rows + 1, dtype=np.int64)
    np.cumsum(np.bincount(row[order], minlength=rows), out=start[1:])
    return Costs(start, plain(made.site[order], np.int32), plain(value[order], np.float64), plain(limit, np.float64), sites)
