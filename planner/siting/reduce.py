"""Exact reductions: what can be taken out of a covering problem without changing its optimum.

| reduction | why it is safe | guard |
| --- | --- | --- |
| unreachable demand aside | no plan serves it | listed; stays in the totals |
| demand of existing sites aside | every plan covers it | its weight is counted as a base, per area |
| demand without weight aside | it moves no objective | only where weight is what counts, not where all must be covered |
| identical rows merged | the same sites cover them | only within one area; weights are added |
| dominated sites out | k in place of j covers as much and costs no more | both may be built; price_k <= price_j; never with capacities |
| dominated rows out | whatever covers row k covers row i | only where all rows must be covered |

A test for domination looks at as many pairs as the rarest elements of all sets have holders; above PAIRS it is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from planner.siting.problem import Columns, Floats, Ints, Mask, SitingProblem, sums

PAIRS = 1e8
"""Pairs of sets that a test for domination may look at: about two seconds."""
AT_ONCE = 1_000_000
"""Pairs looked at in one piece of work."""
WORDS = 4
"""Words of 64 bits that stand for a set's elements in the first look."""


@dataclass(frozen=True, slots=True)
class Cover:
    """A covering problem in short: rows that still matter, columns that may be built.

    start, column : row r is covered by columns column[start[r] : start[r + 1]].   weight : (R,).   area : (R,) or zeros.
    site : (C,) index of each column in the problem.   price : (C,).   base : weight existing sites cover already, by area.
    counts : what was taken out.
    """

    start: Ints
    column: Columns
    weight: Floats
    area: Columns
    site: Columns
    price: Floats
    base: Floats
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """R."""
        return len(self.weight)

    @property
    def row_of(self) -> Columns:
        """(nnz,) the row of every entry."""
        return np.repeat(np.arange(self.rows, dtype=np.int32), np.diff(self.start))

    def by_column(self) -> tuple[Ints, Columns]:
        """The same entries by column: start (C + 1,) and rows."""
        order = np.argsort(self.column, kind="stable")
        start = np.zeros(len(self.site) + 1, dtype=np.int64)
        np.cumsum(np.bincount(self.column, minlength=len(self.site)), out=start[1:])
        return start, self.row_of[order]


def cover(problem: SitingProblem, *, all_rows: bool, within: float | None = None, by_area: bool = False, reduce: bool = True) -> Cover:
    """The covering problem of a siting problem, reduced.

    all_rows : every reachable row must be covered (weights do not count); else weight is what counts.
    within : pairs at this cost or less cover (p_center's decision); None: all pairs.   by_area : rows of two areas are never merged.
    reduce : False leaves out the merging and the domination (for tests and for small problems).
    """
    pairs = problem.by_demand
    row, column = pairs.row_of, pairs.column
    if within is not None:
        near = pairs.cost <= within
        row, column = row[near], column[near]
    area = problem.area if by_area and problem.area is not None else np.zeros(problem.demands, dtype=np.int32)
    held = np.zeros(problem.demands, dtype=np.bool_)
    held[row[problem.fixed[column] == 1]] = True
    matters = ~held if all_rows else ~held & (problem.weight > 0)
    matters &= problem.reachable
    areas = int(area.max(initial=-1)) + 1
    base = sums(area[held], problem.weight[held], areas)
    counts = {"unreachable": int((~problem.reachable).sum()), "held_by_existing": int(held.sum())}
    live = matters[row]
    rows = np.flatnonzero(matters)
    start = np.zeros(len(rows) + 1, dtype=np.int64)
    renumber = np.full(problem.demands, -1, dtype=np.int64)
    renumber[rows] = np.arange(len(rows))
    np.cumsum(np.bincount(renumber[row[live]], minlength=len(rows)), out=start[1:])
    made = Cover(start, column[live], problem.weight[rows], area[rows].astype(np.int32), np.arange(problem.sites, dtype=np.int32),
                 problem.price, base, counts)
    made = _columns_kept(made, np.bincount(made.column, minlength=problem.sites) > 0)
    return reduced(made, all_rows=all_rows) if reduce else made


def reduced(made: Cover, *, all_rows: bool) -> Cover:
    """Merges identical rows and takes dominated columns (and, where all rows must be covered, dominated rows) out until nothing changes."""
    for _ in range(4):
        before = (made.rows, len(made.site))
        made = merged(made)
        dominated = dominated_columns(made)
        if dominated.any():
            made = _counted(_columns_kept(made, ~dominated), "dominated_sites", int(dominated.sum()))
        if all_rows:
            idle = dominated_rows(made)
            if idle.any():
                made = _counted(_rows_kept(made, ~idle), "dominated_rows", int(idle.sum()))
        if (made.rows, len(made.site)) == before:
            break
    return made


def part(made: Cover, rows: Mask) -> Cover:
    """A problem of some rows (R,) by themselves, reduced: the columns that reach them, weights counting."""
    short = _rows_kept(made, rows)
    return reduced(_columns_kept(short, np.bincount(short.column, minlength=len(short.site)) > 0), all_rows=False)


def only(made: Cover, columns: Mask) -> Cover:
    """The problem with some of its columns (C,) alone: rows keep their number, and may be left with none."""
    return _columns_kept(made, columns)


def _counted(made: Cover, name: str, more: int) -> Cover:
    """The cover with a count raised."""
    return Cover(made.start, made.column, made.weight, made.area, made.site, made.price, made.base,
                 made.counts | {name: made.counts.get(name, 0) + more})


def _rows_kept(made: Cover, keep: Mask) -> Cover:
    """Only some rows."""
    degree = np.diff(made.start)
    start = np.zeros(int(keep.sum()) + 1, dtype=np.int64)
    np.cumsum(degree[keep], out=start[1:])
    return Cover(start, made.column[np.repeat(keep, degree)], made.weight[keep], made.area[keep], made.site, made.price, made.base,
                 made.counts)


def _columns_kept(made: Cover, keep: Mask) -> Cover:
    """Only some columns; rows keep their order and may become empty (they never do when a dominated column goes)."""
    live = keep[made.column]
    renumber = np.cumsum(keep) - 1
    start = np.zeros(made.rows + 1, dtype=np.int64)
    np.cumsum(np.bincount(made.row_of[live], minlength=made.rows), out=start[1:])
    return Cover(start, renumber[made.column[live]].astype(np.int32), made.weight, made.area, made.site[keep], made.price[keep], made.base,
                 made.counts)


def merged(made: Cover) -> Cover:
    """Identical rows of one area as one row with the weight of all.

    Rows are brought together by two hashes and then compared entry by entry, so that chance plays no part in the answer.
    """
    if made.rows < 2:
        return made
    keys = np.random.default_rng(1).integers(1, 2**62, (2, len(made.site)), dtype=np.uint64)
    degree = np.diff(made.start)
    hashes = [np.add.reduceat(np.r_[key[made.column], np.uint64(0)], made.start[:-1]) * (degree > 0) for key in keys]
    order = np.lexsort((hashes[1], hashes[0], degree, made.area))
    same = np.ones(made.rows - 1, dtype=np.bool_)
    for part in (made.area, degree, *hashes):
        same &= part[order][1:] == part[order][:-1]
    same &= _equal_rows(made, order[:-1], order[1:], same)
    group = np.r_[0, np.cumsum(~same)]
    first = np.full(int(group[-1]) + 1, made.rows)
    np.minimum.at(first, group, order)
    weight = sums(group, made.weight[order], len(first))
    fewer = made.rows - len(first)
    if not fewer:
        return made
    keep = np.zeros(made.rows, dtype=np.bool_)
    keep[first] = True
    summed = made.weight.copy()
    summed[first] = weight
    short = _rows_kept(Cover(made.start, made.column, summed, made.area, made.site, made.price, made.base, made.counts), keep)
    return _counted(short, "merged_rows", fewer)


def _equal_rows(made: Cover, one: npt.NDArray[np.int64], other: npt.NDArray[np.int64], likely: Mask) -> Mask:
    """(K,) whether rows one[k] and other[k] hold the same columns; looked at only where likely (there the degrees are equal)."""
    equal = np.zeros(len(one), dtype=np.bool_)
    pick = np.flatnonzero(likely)
    degree = np.diff(made.start)[one[pick]]
    if not len(pick):
        return equal
    ends = np.cumsum(degree)
    step = np.arange(int(ends[-1])) - np.repeat(ends - degree, degree)
    differs = made.column[np.repeat(made.start[one[pick]], degree) + step] != made.column[np.repeat(made.start[other[pick]], degree) + step]
    equal[pick] = np.bincount(np.repeat(np.arange(len(pick)), degree), differs, minlength=len(pick)) == 0
    return equal


def dominated_columns(made: Cover) -> Mask:
    """(C,) columns j that cover nothing, or with another k that covers at least their rows for no higher price; of equals the first stays.

    The relation is transitive and without circles, so all such columns may go at once.
    """
    size = np.bincount(made.column, minlength=len(made.site))

    def beaten(j: Columns, k: Columns) -> Mask:
        """Whether k, with at least the rows of j, makes it needless."""
        lower = made.price[k] < made.price[j]
        return (made.price[k] <= made.price[j]) & ((size[k] > size[j]) | lower | (k < j))

    out: Mask = (size == 0) | _within_another(made.column, made.row_of, len(made.site), made.rows, beaten)
    return out


def dominated_rows(made: Cover) -> Mask:
    """(R,) rows i for which another row k needs a subset of the same columns: covering k covers i; of equals the first stays."""
    size = np.diff(made.start)

    def beaten(k: Columns, i: Columns) -> Mask:
        """Whether covering k covers i."""
        return (size[i] > size[k]) | (k < i)

    return _within_another(made.row_of, made.column, made.rows, len(made.site), beaten, larger=True)


def _within_another(own: Columns, other: Columns, count: int, width: int, rule: Callable[[Columns, Columns], Mask], *,
                    larger: bool = False) -> Mask:
    """(count,) the sets a with another b that has all their elements, where rule(a, b) holds (larger: the sets b instead).

    Set own[t] holds element other[t]. Only sets that hold the rarest element of a can have all of a; most of these are told apart by
    bits that stand for elements, and what is left is compared element by element. Left out where there are too many pairs to look at.
    """
    out = np.zeros(count, dtype=np.bool_)
    if count < 2 or not len(own):
        return out
    by_set, by_element = np.lexsort((other, own)), np.argsort(other, kind="stable")
    element, holder = other[by_set], own[by_element]
    start, held = (np.r_[0, np.cumsum(np.bincount(index, minlength=size))] for index, size in ((own, count), (other, width)))
    keys = own[by_set].astype(np.int64) * width + element
    frequency = np.diff(held)
    rare = np.lexsort((frequency[element], own[by_set]))[start[:-1][np.diff(start) > 0]]
    some, first = own[by_set][rare], element[rare]
    reach = frequency[first]
    if float(reach.sum()) > PAIRS:
        return out
    draw = np.random.default_rng(1).integers(0, 64, (WORDS, width), dtype=np.uint64)
    word = np.random.default_rng(2).integers(0, WORDS, width)
    marks = np.zeros((WORDS, count), dtype=np.uint64)
    for turn in range(WORDS):
        bit = np.where(word == turn, np.uint64(1) << draw[turn], np.uint64(0))
        marks[turn, np.diff(start) > 0] = np.bitwise_or.reduceat(bit[element], start[:-1][np.diff(start) > 0])
    cut = np.searchsorted(np.cumsum(reach), np.arange(0, float(reach.sum()), AT_ONCE)[1:])
    for part in np.split(np.arange(len(some)), cut):
        a = np.repeat(some[part], reach[part])
        ends = np.cumsum(reach[part])
        b = holder[np.repeat(held[first[part]], reach[part]) + np.arange(len(a)) - np.repeat(ends - reach[part], reach[part])]
        likely = (a != b) & ~out[b if larger else a]
        for mark in marks:
            likely[likely] = (mark[a[likely]] & ~mark[b[likely]]) == 0
        a, b = a[likely], b[likely]
        lawful = rule(a, b)
        _compared(a[lawful], b[lawful], start, element, keys, width, out, larger)
    return out


def _compared(a: Columns, b: Columns, start: npt.NDArray[np.int64], element: Columns, keys: npt.NDArray[np.int64], width: int, out: Mask,
              larger: bool) -> None:
    """Marks in `out` the sets for which one of the pairs (a, b) is a subset indeed: one pair of each at a time, until one is found."""
    while len(a):
        loser = b if larger else a
        pick = np.unique(loser, return_index=True)[1]
        degree = start[a[pick] + 1] - start[a[pick]]
        ends = np.cumsum(degree)
        entry = np.repeat(start[a[pick]], degree) + np.arange(int(ends[-1])) - np.repeat(ends - degree, degree)
        wanted = np.repeat(b[pick].astype(np.int64), degree) * width + element[entry]
        at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        missing = np.bincount(np.repeat(np.arange(len(pick)), degree), keys[at] != wanted, minlength=len(pick))
        out[loser[pick[missing == 0]]] = True
        rest = ~out[loser]
        rest[pick] = False
        a, b = a[rest], b[rest]
