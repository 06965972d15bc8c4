"""Street networks with edits: a path or bridge added, a gate opened, an edge closed. The network that was read is never changed.

A new way joins the streets where its ends lie nearest to them: the edge there is split, which changes no other way (but for the rounding
of sums). It meets nothing between its ends, as a bridge does. Edges keep their numbers; halves and new ones come after them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from planner.errors import NetworkError
from planner.network.graph import FloatArray, IntArray, StreetNetwork, assemble
from planner.network.snap import attach, edge_tree, on_edges, shape_metres
from planner.network.streets import Streets

JOIN_WITHIN_M = 50.0
"""An end of a new way that is farther from every street joins none: it is refused."""
GATE_WITHIN_M = 60.0
"""Both streets that a gate joins lie so near it: a wall, its strip of green and a pavement are hardly wider."""
CLOSE_WITHIN_M = 20.0
"""The edge to be closed lies so near the place that is named."""
AT_END_M = 0.01
"""A place so near the end of an edge is at its node (contract, section 2.1)."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit, in metres of the network's CRS. kind : "path" (xy from end to end, two or more places), "gate" or "close" (xy one place).
    modes : the modes of travel that it is for."""

    kind: str
    xy: tuple[tuple[float, float], ...]
    modes: tuple[str, ...]


class EditedStreets(Streets):
    """Streets with edits; modes that no edit is for have the very networks of the streets below."""

    def __init__(self, base: Streets, edits: Sequence[Edit]) -> None:
        super().__init__(base.path, base.shown, base.crs, base.layer_crs, None, around=base.around, attribution=base.attribution)
        self.base, self.edits = base, tuple(edits)
        self._edited: dict[str, StreetNetwork] = {}

    @property
    def sha256(self) -> str:
        """sha256 of the file below."""
        return self.base.sha256

    def of(self, mode: str) -> tuple[Edit, ...]:
        """The edits of a mode."""
        return tuple(edit for edit in self.edits if mode in edit.modes)

    def key(self, mode: str) -> str:
        """A name for the edited network: that of the network below, and the edits."""
        own = [[edit.kind, edit.xy] for edit in self.of(mode)]
        return hashlib.sha256(json.dumps([self.base.key(mode), own]).encode()).hexdigest() if own else self.base.key(mode)

    def network(self, mode: str) -> StreetNetwork:
        """The network of a mode with its edits. Raises NetworkError: edit_* (see `edited`), and what the streets below raise."""
        if not self.of(mode):
            return self.base.network(mode)
        if mode not in self._edited:
            self._edited[mode] = edited(self.base.network(mode), self.of(mode))
        return self._edited[mode]


def edited(network: StreetNetwork, edits: Sequence[Edit]) -> StreetNetwork:
    """A network with edits done one after the other.

    Raises NetworkError: edit_not_joined (an end lies too far from every street), edit_one_side (a gate with a street on one side only),
    edit_nothing_near (nothing there to be closed), edit_joins_itself (both ends at one place).
    """
    for edit in edits:
        if edit.kind == "close":
            network = _without(network, _edge_at(network, *edit.xy[0]))
        else:
            network = _with_way(network, edit.xy if edit.kind == "path" else _through_gate(network, *edit.xy[0]))
    return network


def _edge_at(network: StreetNetwork, x: float, y: float) -> int:
    """The edge nearest to a place."""
    at = attach(network, np.array([x]), np.array([y]), max_snap_m=CLOSE_WITHIN_M, threads=1)
    if not len(at.edge):
        raise NetworkError("edit_nothing_near", mode=network.mode, within=CLOSE_WITHIN_M)
    return int(at.edge[0])


def _without(network: StreetNetwork, edge: int) -> StreetNetwork:
    """The network without an edge."""
    stay = np.arange(network.edges) != edge
    vertex = np.repeat(stay, np.diff(network.shape_start))
    start = np.concatenate([[0], np.cumsum(np.diff(network.shape_start)[stay])])
    if not stay.any():
        raise NetworkError("edit_nothing_near", mode=network.mode, within=CLOSE_WITHIN_M)
    return assemble(network.crs, network.mode, node_x=network.node_x, node_y=network.node_y, tail=network.tail[stay],
                    head=network.head[stay], direction=network.direction[stay], shape_start=start, shape_xy=network.shape_xy[vertex],
                    stated_m=network.length_m[stay], attribution=network.attribution)


def _through_gate(network: StreetNetwork, x: float, y: float) -> tuple[tuple[float, float], ...]:
    """The way through a gate: from the nearest street to the nearest on the other side of it."""
    import shapely

    edge = np.sort(edge_tree(network).query(shapely.Point(x, y), predicate="dwithin", distance=GATE_WITHIN_M)).astype(np.int64)
    away, along = on_edges(network, edge, np.full(len(edge), x), np.full(len(edge), y))
    places = np.array([_point(network, int(e), float(m)) for e, m in zip(edge, along, strict=True)]).reshape(-1, 2)
    order = np.lexsort((edge, away))
    if len(order) < 2:
        raise NetworkError("edit_one_side", mode=network.mode, within=GATE_WITHIN_M)
    first = order[0]
    side = places[first] - (x, y)
    ends = {int(network.tail[edge[first]]), int(network.head[edge[first]])}
    for k in order[1:]:
        other = places[k] - (x, y)
        on_the_other_side = float(side @ other) < 0 if away[first] > AT_END_M else not ends & {
            int(network.tail[edge[k]]), int(network.head[edge[k]])}
        if on_the_other_side:
            one, two = (places[first], places[k])
            return (float(one[0]), float(one[1])), (x, y), (float(two[0]), float(two[1]))
    raise NetworkError("edit_one_side", mode=network.mode, within=GATE_WITHIN_M)


def _point(network: StreetNetwork, edge: int, shape_m: float) -> FloatArray:
    """The place so many metres along an edge's shape."""
    xy = network.shape_xy[network.shape_start[edge]:network.shape_start[edge + 1]]
    step = np.hypot(*np.diff(xy, axis=0).T)
    gone = np.concatenate([[0.0], np.cumsum(step)])
    k = int(np.clip(np.searchsorted(gone, shape_m, side="right") - 1, 0, len(step) - 1))
    share = (shape_m - gone[k]) / step[k] if step[k] > 0 else 0.0
    found: FloatArray = xy[k] + min(max(share, 0.0), 1.0) * (xy[k + 1] - xy[k])
    return found


def _with_way(network: StreetNetwork, xy: Sequence[tuple[float, float]]) -> StreetNetwork:
    """The network with a way along xy, joined to the streets at both ends."""
    network, first = _node_at(network, *xy[0])
    network, last = _node_at(network, *xy[-1])
    if first == last:
        raise NetworkError("edit_joins_itself", mode=network.mode)
    ends = [np.array([[network.node_x[node], network.node_y[node]]]) for node in (first, last)]
    shape = np.concatenate([ends[0], np.array(xy, dtype=np.float64), ends[1]])
    moved = np.concatenate([[True], np.hypot(*np.diff(shape, axis=0).T) > 0])
    return _appended(network, np.array([first]), np.array([last]), shape[moved], np.array([np.nan]), np.zeros(1, dtype=np.int8))


def _appended(network: StreetNetwork, tail: IntArray, head: IntArray, shape: FloatArray, length: FloatArray,
              direction: np.ndarray[tuple[int], np.dtype[np.int8]]) -> StreetNetwork:
    """The network with one more edge."""
    return assemble(network.crs, network.mode, node_x=network.node_x, node_y=network.node_y, tail=np.concatenate([network.tail, tail]),
                    head=np.concatenate([network.head, head]), direction=np.concatenate([network.direction, direction]),
                    shape_start=np.concatenate([network.shape_start, [len(network.shape_xy) + len(shape)]]),
                    shape_xy=np.concatenate([network.shape_xy, shape]), stated_m=np.concatenate([network.length_m, length]),
                    attribution=network.attribution)


def _node_at(network: StreetNetwork, x: float, y: float) -> tuple[StreetNetwork, int]:
    """A node at the place of the streets nearest to a point: that of an edge's end, or a new one where an edge is split."""
    at = attach(network, np.array([x]), np.array([y]), max_snap_m=JOIN_WITHIN_M, threads=1)
    if not len(at.edge):
        raise NetworkError("edit_not_joined", mode=network.mode, within=JOIN_WITHIN_M)
    edge, along_m = int(at.edge[0]), float(at.along_m[0])
    if along_m <= AT_END_M:
        return network, int(network.tail[edge])
    if network.length_m[edge] - along_m <= AT_END_M:
        return network, int(network.head[edge])
    return _split(network, edge, along_m), network.nodes


def _split(network: StreetNetwork, edge: int, along_m: float) -> StreetNetwork:
    """The network with an edge split: the first half keeps its number, the new node and the second half come last."""
    one = np.array([edge])
    shape_m = float(shape_metres(network, one, np.array([along_m]))[0])
    place = _point(network, edge, shape_m)
    begin, end = int(network.shape_start[edge]), int(network.shape_start[edge + 1])
    own = network.shape_xy[begin:end]
    gone = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(own, axis=0).T))])
    before, after = own[:max(int((gone < shape_m).sum()), 1)], own[int((gone <= shape_m).sum()):]
    after = after if len(after) else own[-1:]
    halves = np.concatenate([before, place[None]]), np.concatenate([place[None], after])
    shape_xy = np.concatenate([network.shape_xy[:begin], halves[0], network.shape_xy[end:], halves[1]])
    counts = np.diff(network.shape_start)
    counts[edge] = len(halves[0])
    start = np.concatenate([[0], np.cumsum(counts)])
    node, tail, head, length = network.nodes, network.tail.copy(), network.head.copy(), network.length_m.copy()
    rest = float(length[edge]) - along_m
    tail, head, second = np.append(tail, node), np.append(head, head[edge]), np.append(length, rest)
    head[edge], second[edge] = node, along_m
    return StreetNetwork(network.crs, network.mode, np.append(network.node_x, place[0]), np.append(network.node_y, place[1]), tail, head,
                         second, np.append(network.direction, network.direction[edge]), np.append(start, len(shape_xy)), shape_xy,
                         np.append(network.component, network.component[network.tail[edge]]), network.attribution)
