"""Enough, not only near: how many of the people in reach find a place in the best assignment, and who finds the facilities full.

Demand points i in I with p_i people, facilities j in J with room for c_j people, and for each point the facilities N(i) within the limit.
x_ij >= 0 people of i go to j in N(i), s_i = sum_j x_ij <= p_i are served, u_j = sum_i x_ij <= c_j. People are divisible.

An assignment is best if it serves the most people, sum_i s_i = F, the maximum flow. There are many, and they give the same unit different
figures. So of all best assignments the fairest is told: the one whose shares s_i / p_i, put in ascending order, are lexicographically
greatest - nobody's share can be raised without lowering that of somebody who has no more. The s_i of maximum flows are the bases of a
polymatroid, which has exactly one such base (Fujishige, Math. Oper. Res. 5, 1980; Megiddo, Math. Program. 7, 1974). Hence:

- every figure of a unit is well defined, and the sum of what its parts, down to single points, are told: units of all levels agree;
- neither the order of rows nor the level of the units has a say; a place more or a facility more lowers nobody's share;
- people who reach the same facilities are served in the same share.

It falls into blocks (I_k, J_k) of ever greater ratio l_k = c(J_k) / p(I_k): I_1 is the largest set of points with the least
c(N(I_1)) / p(I_1), where N(.) are all facilities that a set reaches and J_1 = N(I_1); then the same without them, and so on. People of
I_k are served in the share min(1, l_k). Facilities of J_k are all full where l_k <= 1; else so many places are free that all of J_k are
used in the same share 1 / l_k, which settles the facilities' figures too. Blocks are found by minimum cuts: with supply l p_i and
l = c(J) / p(I) the smallest minimum cut is what lies below l, or else all is one block.

Distances decide only who is in reach: shifting people to the nearest facility would have to leave the most served as they are, and would
make a unit's figure turn on metres between facilities that all are within the limit. Counting is in whole 2**-20 of a person, as people
are shared out; a capacity is rounded down to them. Block by block they are handed out in the order of rows, so that sums are exact and a
share is exact to 2**-20 of a person for each group of points that reach the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.errors import PlannerError
from planner.network.flow import maximum_flow

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

PARTS = 2**20
"""Parts of a person that are counted: what people are shared out in (planner.inputs.spread)."""

MOST_PEOPLE = 2.0**42
"""Places, and people times the number of facilities, stay below this, so that their parts can be summed in 64 bits."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Which facilities each demand point reaches: those of i are column[start[i]:start[i + 1]], ascending. width : facilities in all."""

    start: IntArray
    column: npt.NDArray[np.int32]
    width: int

    def __len__(self) -> int:
        return len(self.start) - 1


@dataclass(frozen=True, slots=True)
class Served:
    """The fairest of the best assignments. people : (I,) served of each point, 0..p_i. used : (J,) people that each facility serves."""

    people: FloatArray
    used: FloatArray


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is known where capacities are blank: least : with no place there; most : with places for all there. The same without blanks."""

    least: Served
    most: Served


def served(rows: Rows, people: FloatArray, capacity: FloatArray) -> Served:
    """The fairest of the assignments that serve the most people (see the module's text).

    people : (I,), capacity : (J,) in people; both finite and 0 or more. Raises PlannerError (capacity_invalid) otherwise, or where
    there are too many people (MOST_PEOPLE). A facility with places for more than MOST_PEOPLE / J counts as one with so many.
    """
    if len(rows) != len(people) or rows.width != len(capacity):
        raise PlannerError("cost_matrix_shape")
    for values in (people, capacity):
        if not (np.isfinite(values).all() and (values >= 0).all()):
            raise PlannerError("capacity_invalid")
    most = MOST_PEOPLE / max(rows.width, 1)
    if float(people.sum()) > most:
        raise PlannerError("capacity_invalid")
    there = np.flatnonzero((people > 0) & (np.diff(rows.start) > 0))
    parts = np.ceil(people[there] * PARTS).astype(np.int64)
    room = np.floor(np.minimum(capacity, most) * PARTS).astype(np.int64)
    kind, groups = _alike(rows, there)
    supply = np.zeros(len(groups), dtype=np.int64)
    np.add.at(supply, kind, parts)
    used, found = np.zeros(rows.width), np.zeros(len(people))
    order = np.argsort(kind, kind="stable")
    first = np.searchsorted(kind[order], np.arange(len(groups) + 1))
    for points_of, facilities in _blocks(groups, supply, room):
        points = np.sort(np.concatenate([order[first[g]:first[g + 1]] for g in points_of.tolist()]))
        whole, places = int(parts[points].sum()), int(room[facilities].sum())
        if places >= whole:
            found[there[points]] = people[there[points]]
            used[facilities] = _handed_out(room[facilities], whole) / PARTS
        else:
            found[there[points]] = np.minimum(_handed_out(parts[points], places) / PARTS, people[there[points]])
            used[facilities] = room[facilities] / PARTS
    return Served(found, used)


def served_between(rows: Rows, people: FloatArray, capacity: FloatArray) -> Bounds:
    """`served` where some capacities are NaN: blank is neither 0 nor without end, so both are told. More places lower nobody's share."""
    blank = np.isnan(capacity)
    least = served(rows, people, np.where(blank, 0.0, capacity))
    return Bounds(least, served(rows, people, np.where(blank, float(people.sum()) + 1.0, capacity)) if blank.any() else least)


def _handed_out(weight: IntArray, amount: int) -> FloatArray:
    """Whole parts of an amount in proportion to weights, handed out in their order so that sums from the first on are rounded down."""
    reached = np.cumsum(weight.astype(object))  # Python's whole numbers: a product of two sums needs more than 64 bits
    told = (reached * amount) // reached[-1] if len(weight) and reached[-1] else reached
    return np.diff(told, prepend=0).astype(np.float64)


def _alike(rows: Rows, there: IntArray) -> tuple[IntArray, Rows]:
    """Points that reach the same facilities are one group: (the group of each of these points, what the groups reach)."""
    known: dict[bytes, int] = {}
    kind = np.empty(len(there), dtype=np.int64)
    example: list[int] = []
    start = rows.start
    for k, i in enumerate(there.tolist()):
        kind[k] = number = known.setdefault(rows.column[start[i]:start[i + 1]].tobytes(), len(known))
        if number == len(example):
            example.append(i)
    return kind, _taken(rows, np.array(example, dtype=np.int64))


def _taken(rows: Rows, wanted: IntArray) -> Rows:
    """Some rows, in the order wanted."""
    count = np.diff(rows.start)[wanted]
    start = np.zeros(len(wanted) + 1, dtype=np.int64)
    np.cumsum(count, out=start[1:])
    return Rows(start, rows.column[np.repeat(rows.start[wanted] - start[:-1], count) + np.arange(int(start[-1]))], rows.width)


def _kept(rows: Rows, groups: Mask, facilities: Mask) -> tuple[Rows, IntArray, IntArray]:
    """Rows among some groups and facilities, numbered anew, with their old numbers."""
    arc = np.repeat(groups, np.diff(rows.start)) & facilities[rows.column]
    owner = np.repeat(np.arange(len(rows)), np.diff(rows.start))[arc]
    of, at = np.flatnonzero(groups), np.flatnonzero(facilities)
    start = np.zeros(len(of) + 1, dtype=np.int64)
    np.cumsum(np.bincount(owner, minlength=len(rows))[of], out=start[1:])
    number = np.cumsum(facilities) - 1
    return Rows(start, number[rows.column[arc]].astype(np.int32), len(at)), of, at


def _blocks(groups: Rows, supply: IntArray, room: IntArray) -> list[tuple[IntArray, IntArray]]:
    """The blocks (groups, facilities) of the fairest assignment. All supply is above 0 and every group reaches something.

    First the cut at the ratio 1, which is exact, then each side at its own mean; supply rounded down at a mean makes no false cut.
    """
    blocks: list[tuple[IntArray, IntArray]] = []
    reached = np.zeros(groups.width, dtype=bool)
    reached[groups.column] = True
    part, of, at = _kept(groups, np.ones(len(groups), dtype=bool), reached)
    waiting = [(part, of, at, True)] if len(of) else []
    while waiting:
        part, of, at, at_one = waiting.pop()
        mine, places = supply[of], room[at]
        wanted = mine if at_one else _at_mean(mine, places)
        if len(of) == 1 or len(at) == 1:
            blocks.append((of, at))
            continue
        flow = maximum_flow(part.start, part.column, wanted, places)
        scarce, full = flow.cut_source, flow.cut_sink
        if not scarce.any():
            if at_one:
                waiting.append((part, of, at, False))
            else:
                blocks.append((of, at))
            continue
        inside = np.ones(len(of), dtype=bool)  # groups that reach nothing else belong to it, though rounding left them nothing to send
        inside[np.repeat(np.arange(len(of)), np.diff(part.start))[~full[part.column]]] = False
        for side, facilities in ((scarce | inside, full), (~(scarce | inside), ~full)):
            if side.any():
                below, mine_of, mine_at = _kept(part, side, facilities)
                waiting.append((below, of[mine_of], at[mine_at], False))
    return blocks


def _at_mean(supply: IntArray, room: IntArray) -> IntArray:
    """Supply times the ratio of all room to all supply, rounded down."""
    whole, places = int(supply.sum()), int(room.sum())
    if places * int(supply.max()) < 2**62:
        return supply * places // whole
    return np.array([amount * places // whole for amount in supply.tolist()], dtype=np.int64)
