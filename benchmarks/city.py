"""A generated city for the benchmarks: a bent grid with gaps, rivers with few bridges, bends as nodes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BLOCK_M = 118.0
"""Side of a block."""


@dataclass(frozen=True)
class City:
    """x, y : (N,) metres. tail, head : (E,). length_m : (E,)."""

    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    tail: npt.NDArray[np.int32]
    head: npt.NDArray[np.int32]
    length_m: npt.NDArray[np.float64]


def city(nodes: int, seed: int = 1) -> City:
    """A connected city of about so many nodes (within 2 %), some three fifths of them bends between two streets, as in OpenStreetMap.

    The nodes stand by 500 m squares in random order, near ones near each other and the squares anywhere, as in an extract.
    """
    rng = np.random.default_rng(seed)
    side = int(np.sqrt(nodes / 1.93))
    corner = np.arange(side * side).reshape(side, side)
    place = (np.indices((side, side)).reshape(2, -1).astype(float) + rng.normal(0, 0.17, (2, side * side))) * BLOCK_M
    along_y = np.column_stack([corner[:-1].ravel(), corner[1:].ravel()])
    along_x = np.column_stack([corner[:, :-1].ravel(), corner[:, 1:].ravel()])
    river = along_x[:, 0] % side % 13 == 12  # streets that would cross a river: one in three has a bridge
    street = np.concatenate([along_y[rng.random(len(along_y)) < 0.8], along_x[rng.random(len(along_x)) < np.where(river, 0.3, 0.8)]])
    bends = np.minimum(rng.geometric(0.62, len(street)) - 1, 8)
    on = np.repeat(np.arange(len(street)), bends)
    number = np.arange(len(on)) - np.repeat(np.cumsum(bends) - bends, bends)
    share = (number + 1 + rng.uniform(-0.25, 0.25, len(on))) / (bends[on] + 1)
    bent = place[:, street[on, 0]] * (1 - share) + place[:, street[on, 1]] * share + rng.normal(0, 4.0, (2, len(on)))
    name = side * side + np.arange(len(on))
    last = number == bends[on] - 1
    tail = np.concatenate([street[bends == 0, 0], np.where(number == 0, street[on, 0], name - 1), name[last]])
    head = np.concatenate([street[bends == 0, 1], name, street[on[last], 1]])
    return _connected(np.concatenate([place, bent], axis=1), tail, head, rng)


def _connected(place: npt.NDArray[np.float64], tail: npt.NDArray[np.int64], head: npt.NDArray[np.int64], rng: np.random.Generator) -> City:
    """The largest connected part, its nodes by squares in random order."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    total = place.shape[1]
    _, part = connected_components(coo_array((np.ones(len(tail)), (tail, head)), shape=(total, total)), directed=False)
    there = np.flatnonzero(part == np.bincount(part).argmax())
    square = np.floor((place[:, there] - place.min(axis=1, keepdims=True)) / 500).astype(np.int64)
    square = square[0] * (square[1].max() + 1) + square[1]
    there = there[np.lexsort((rng.random(len(there)), rng.permutation(square.max() + 1)[square]))]
    new = np.full(total, -1)
    new[there] = np.arange(len(there))
    tail, head = new[tail], new[head]
    edge = rng.permutation(np.flatnonzero(tail >= 0))
    x, y = place[:, there]
    tail, head = tail[edge].astype(np.int32), head[edge].astype(np.int32)
    length = np.maximum(np.hypot(x[tail] - x[head], y[tail] - y[head]) * rng.uniform(1.0, 1.12, len(edge)), 1.0)
    return City(x, y, tail, head, length)
