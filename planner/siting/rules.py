"""Rules on which sites may be open together: at least n in an area, a least distance between sites, one of a group, plans that differ.

A rule is a row  lower <= sum_j value_j x_j <= upper  over all sites j in J of a problem, x_j = 1 where site j is open; existing sites
count as open, forbidden ones as closed. Every model of the room keeps the rules it is given (`siting_problem(..., rules=...)`): they are
rows of its program, and `results.worth` calls a plan that breaks one unlawful. How to use it:

    rules = at_least(area_of_site, {0: 1, 1: 2}).joined(apart(too_near(x_m, y_m, 500.0), fixed=fixed))
    solve(siting_problem("mclp", ..., fixed=fixed, p=12, rules=rules))
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.siting.links import Floats, Ints, Longs, Mask

KEEPS = 1e-9
"""A row is kept to this (relative to its limit): its sums are of doubles."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Rows over sites. Row r holds site[start[r] : start[r + 1]] with the coefficients `value`.

    lower, upper : (R,), infinite where a side is free.   kind : (R,) what each row is: at_least, at_most, apart, one_of, differ, ...
    """

    start: Longs
    site: Ints
    value: Floats
    lower: Floats
    upper: Floats
    kind: tuple[str, ...]

    @property
    def count(self) -> int:
        """R."""
        return len(self.lower)

    @property
    def row_of(self) -> Ints:
        """(nnz,) the row of every entry."""
        return np.repeat(np.arange(self.count, dtype=np.int32), np.diff(self.start))

    def joined(self, *others: Rules | None) -> Rules:
        """These rules and others; None is none."""
        parts = (self, *(other for other in others if other is not None))
        start = np.r_[0, np.cumsum(np.concatenate([np.diff(part.start) for part in parts]))].astype(np.int64)
        return Rules(start, np.concatenate([part.site for part in parts]), np.concatenate([part.value for part in parts]),
                     np.concatenate([part.lower for part in parts]), np.concatenate([part.upper for part in parts]),
                     sum((part.kind for part in parts), ()))

    def level(self, opened: Mask) -> Floats:
        """(R,) what the open sites (J,) add up to in every row."""
        return np.bincount(self.row_of, self.value * opened[self.site], minlength=self.count).astype(np.float64, copy=False)

    def broken(self, opened: Mask) -> Longs:
        """The rows that the open sites (J,) break."""
        level, slack = self.level(opened), self.slack
        return np.flatnonzero((level < self.lower - slack) | (level > self.upper + slack))

    def keeps(self, opened: Mask) -> bool:
        """Whether the open sites (J,) keep every row."""
        return not len(self.broken(opened))

    @property
    def slack(self) -> Floats:
        """(R,) how far a row may be off by rounding."""
        low, high = (np.where(np.isfinite(end), np.abs(end), 0.0) for end in (self.lower, self.upper))
        return KEEPS * np.maximum(1.0, np.maximum(low, high))

    def on(self, columns: npt.NDArray[np.integer], opened: Mask) -> Rules:
        """The same rules on the sites `columns`, numbered by their place there.

        opened : (J,) sites outside `columns` that are open; all others outside are closed.
        """
        place = np.full(len(opened), -1, dtype=np.int32)
        place[columns] = np.arange(len(columns))
        outside = opened.copy()
        outside[columns] = False
        level = self.level(outside)
        stays = place[self.site] >= 0
        start = np.r_[0, np.cumsum(np.bincount(self.row_of[stays], minlength=self.count))].astype(np.int64)
        return Rules(start, place[self.site[stays]], self.value[stays], self.lower - level, self.upper - level, self.kind)


def _rows(members: Iterable[npt.ArrayLike], lower: npt.ArrayLike, upper: npt.ArrayLike, kind: str) -> Rules:
    """One row with coefficients 1 for each group of members."""
    groups = [np.unique(np.asarray(group, dtype=np.int32)) for group in members]
    start = np.r_[0, np.cumsum([len(group) for group in groups])].astype(np.int64)
    site = np.concatenate(groups) if groups else np.empty(0, dtype=np.int32)
    ends = [np.broadcast_to(np.asarray(end, dtype=np.float64), (len(groups),)).copy() for end in (lower, upper)]
    return Rules(start, site.astype(np.int32), np.ones(len(site)), ends[0], ends[1], (kind,) * len(groups))


def at_least(place: npt.ArrayLike, needed: Mapping[int, int]) -> Rules:
    """Each area has at least so many open sites, existing ones counted.

    place : (J,) area code of each site, -1 where it lies in none.   needed : area code -> number; areas without a number have no rule.
    An area with fewer sites than it needs makes the problem infeasible, which is a result.
    """
    codes = np.asarray(place)
    asked = {area: number for area, number in sorted(needed.items()) if number > 0}
    return _rows((np.flatnonzero(codes == area) for area in asked), list(asked.values()), np.inf, "at_least")


def at_most(place: npt.ArrayLike, allowed: Mapping[int, int]) -> Rules:
    """Each area has at most so many open sites, existing ones counted. Arguments as for `at_least`."""
    codes, areas = np.asarray(place), sorted(allowed)
    return _rows((np.flatnonzero(codes == area) for area in areas), -np.inf, [allowed[area] for area in areas], "at_most")


def one_of(groups: Iterable[npt.ArrayLike], *, exactly: bool = False) -> Rules:
    """Of each group of sites at most one is open, or exactly one: actions on one building, variants of one project."""
    return _rows(groups, 1.0 if exactly else -np.inf, 1.0, "one_of")


def weighed(value: npt.ArrayLike, *, lower: float = -np.inf, upper: float = np.inf, kind: str = "weighed") -> Rules:
    """lower <= sum_j value_j x_j <= upper: a second budget, floor area, beds. value : (J,); sites with 0 stay out of the row."""
    numbers = np.asarray(value, dtype=np.float64)
    site = np.flatnonzero(numbers != 0).astype(np.int32)
    return Rules(np.array([0, len(site)]), site, numbers[site], np.array([float(lower)]), np.array([float(upper)]), (kind,))


def differ(sites: npt.ArrayLike, least: int) -> Rules:
    """A plan gives up at least `least` of these sites: it is neither the same plan nor the same plan with more sites."""
    chosen = np.unique(np.asarray(sites, dtype=np.int32))
    return _rows([chosen], -np.inf, float(len(chosen) - least), "differ")


def too_near(x_m: npt.ArrayLike, y_m: npt.ArrayLike, spacing_m: float) -> npt.NDArray[np.int32]:
    """(K, 2) pairs of sites less than `spacing_m` metres apart in a straight line, the smaller index first, in ascending order."""
    from scipy.spatial import cKDTree

    points = np.column_stack([np.asarray(x_m, dtype=np.float64), np.asarray(y_m, dtype=np.float64)])
    if spacing_m <= 0 or len(points) < 2:
        return np.empty((0, 2), dtype=np.int32)
    pairs = cKDTree(points).query_pairs(spacing_m, output_type="ndarray").astype(np.int32).reshape(-1, 2)
    near = np.hypot(*(points[pairs[:, 0]] - points[pairs[:, 1]]).T) < spacing_m
    ordered: npt.NDArray[np.int32] = np.sort(pairs[near], axis=1)
    return ordered[np.lexsort((ordered[:, 1], ordered[:, 0]))]


def apart(pairs: npt.ArrayLike, *, fixed: npt.ArrayLike) -> Rules:
    """Of each pair of sites at most one is open. pairs : (K, 2).   fixed : (J,) as in `SitingProblem`.

    Two existing sites that are too near break no rule: nobody chooses them. A candidate too near an existing site stays closed. Pairs are
    gathered into cliques (sets all of whose pairs are ruled out), one row each: the relaxation of such rows is much tighter.
    """
    kept = np.asarray(fixed)
    ruled = np.asarray(pairs, dtype=np.int64).reshape(-1, 2)
    ruled = ruled[(kept[ruled] != -1).all(1) & (ruled[:, 0] != ruled[:, 1])]
    exists = kept[ruled] == 1
    shut = ruled[exists.any(1) & ~exists.all(1)]
    closed = np.unique(shut[kept[shut] == 0])
    free = ruled[~exists.any(1) & ~np.isin(ruled, closed).any(1)]
    rows = _rows([[site] for site in closed], -np.inf, 0.0, "apart")
    return rows.joined(_rows(_cliques(free), -np.inf, 1.0, "apart"))


def _cliques(pairs: npt.NDArray[np.int64]) -> list[list[int]]:
    """Sets of sites that together hold every pair once or more, grown greedily in ascending order."""
    beside: dict[int, set[int]] = {}
    for a, b in pairs.tolist():
        beside.setdefault(a, set()).add(b)
        beside.setdefault(b, set()).add(a)
    left = {site: {other for other in others if other > site} for site, others in beside.items()}
    cliques = []
    for first in sorted(left):
        while left[first]:
            second = min(left[first])
            clique, common = [first, second], beside[first] & beside[second]
            while common:
                # of those that fit, one whose pairs are still to be held; of equals the first
                more = min(common, key=lambda site: (site not in left[first], site))
                clique.append(more)
                common = common & beside[more]
            clique.sort()
            for at, site in enumerate(clique):
                left[site].difference_update(clique[at + 1:])
            cliques.append(clique)
    return cliques
