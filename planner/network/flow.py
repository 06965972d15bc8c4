"""Maximum flow from sources over arcs to sinks, in whole numbers of 64 bits: arrays in, arrays out. Knows neither streets nor people.

Dinic's algorithm (Soviet Math. Dokl. 11, 1970) in the form that two-sided graphs allow: arcs have no bound of their own. scipy's
maximum_flow counts in 32 bits and cuts longer numbers off without a word, which is too short for people in millionths.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.network.jit import loop

Int = Any  # Python's own where interpreted, of 64 bits where compiled
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Flow:
    """A maximum flow. left : (S,) what each source could not send. room : (T,) what each sink could still take.

    cut_source : (S,), cut_sink : (T,) sources and sinks on the source's side of the smallest minimum cut: the sources that share their
    full sinks with one that could not send all. Their sinks are all of cut_sink, and full. Which flow it is of all maximum flows is not
    said; its value and this cut are the same for all.
    """

    left: Longs
    room: Longs
    cut_source: Mask
    cut_sink: Mask


def maximum_flow(start: Longs, sink: Ints, supply: Longs, capacity: Longs) -> Flow:
    """The maximum flow of sources with `supply` (S,) into sinks with `capacity` (T,), both 0 or more, sums below 2**63.

    Arcs of source s lead to the sinks sink[start[s]:start[s + 1]], each once. Raises ValueError where the arrays do not fit together.
    """
    sources, sinks = len(supply), len(capacity)
    if len(start) != sources + 1 or int(start[-1]) != len(sink) or (len(sink) and not 0 <= int(sink.min()) <= int(sink.max()) < sinks):
        raise ValueError("the arrays of a flow do not fit together")
    if (supply < 0).any() or (capacity < 0).any():
        raise ValueError("a flow has no negative supply and no negative capacity")
    source = np.repeat(np.arange(sources, dtype=np.int32), np.diff(start))
    back = np.argsort(sink, kind="stable")
    back_start = np.zeros(sinks + 1, dtype=np.int64)
    np.cumsum(np.bincount(sink, minlength=sinks), out=back_start[1:])
    left, room, flow = supply.astype(np.int64), capacity.astype(np.int64), np.zeros(len(sink), dtype=np.int64)
    source_level, sink_level = np.empty(sources, dtype=np.int32), np.empty(sinks, dtype=np.int32)
    most = max(sources, sinks, 1)
    _push(start.astype(np.int64), sink.astype(np.int32), source, back_start, back.astype(np.int64), left, room, flow, source_level,
          sink_level, np.empty(sources, dtype=np.int64), np.empty(sinks, dtype=np.int64), np.empty(most, dtype=np.int32),
          np.empty(most, dtype=np.int32), np.empty(most, dtype=np.int64), np.empty(most, dtype=np.int64))
    return Flow(left, room, source_level >= 0, sink_level >= 0)


@loop("void(int64[::1], int32[::1], int32[::1], int64[::1], int64[::1], int64[::1], int64[::1], int64[::1], int32[::1], int32[::1],"
      " int64[::1], int64[::1], int32[::1], int32[::1], int64[::1], int64[::1])")
def _push(start: Longs, sink: Ints, source: Ints, back_start: Longs, back: Longs, left: Longs, room: Longs, flow: Longs, source_level: Ints,
          sink_level: Ints, source_next: Longs, sink_next: Longs, queue: Ints, other: Ints, way_on: Longs, way_back: Longs) -> None:
    """Pushes along shortest ways until no source with something left reaches a sink with room. levels : -1 where none reaches it.

    queue, other, *_next, way_* : scratch. A way is source, arc way_on[0], sink, arc way_back[1] against its flow, source, way_on[1]...
    """
    s: Int = 0
    amount: Int = 0
    back_arc: Int = 0
    t: Int = 0
    e: Int = 0
    for s in range(left.size):  # a greedy start
        for e in range(start[s], start[s + 1]):
            if left[s] == 0:
                break
            amount = min(left[s], room[sink[e]])
            flow[e] += amount
            left[s] -= amount
            room[sink[e]] -= amount
    while True:
        source_level[:] = -1
        sink_level[:] = -1
        ahead: Int = 0
        for s in range(left.size):
            if left[s] > 0:
                source_level[s] = 0
                queue[ahead] = s
                ahead += 1
        level: Int = 0
        found = False
        while ahead > 0 and not found:
            reached: Int = 0
            for q in range(ahead):
                for e in range(start[queue[q]], start[queue[q] + 1]):
                    t = sink[e]
                    if sink_level[t] < 0:
                        sink_level[t] = level
                        other[reached] = t
                        reached += 1
                        if room[t] > 0:
                            found = True
            if found:
                break
            level += 1
            ahead = 0
            for q in range(reached):
                for b in range(back_start[other[q]], back_start[other[q] + 1]):
                    s = source[back[b]]
                    if flow[back[b]] > 0 and source_level[s] < 0:
                        source_level[s] = level
                        queue[ahead] = s
                        ahead += 1
        if not found:
            return
        for s in range(left.size):
            source_next[s] = start[s]
        for t in range(room.size):
            sink_next[t] = back_start[t]
        for first in range(left.size):
            depth: Int = 0
            s = first
            while left[first] > 0:
                if source_next[s] == start[s + 1]:  # nothing further from here: one step back, to the next arc of the sink before
                    if depth == 0:
                        break
                    sink_next[sink[way_on[depth - 1]]] += 1
                    depth -= 1
                    s = source[way_on[depth]]
                    continue
                e = source_next[s]
                t = sink[e]
                if sink_level[t] != depth:
                    source_next[s] += 1
                    continue
                way_on[depth] = e
                if depth == level:
                    if room[t] == 0:
                        source_next[s] += 1
                        continue
                    amount = min(left[first], room[t])
                    for k in range(1, depth + 1):
                        amount = min(amount, flow[way_back[k]])
                    left[first] -= amount
                    room[t] -= amount
                    for k in range(depth + 1):
                        flow[way_on[k]] += amount
                        if k > 0:
                            flow[way_back[k]] -= amount
                    for k in range(1, depth + 1):  # back to before the first arc that is used up
                        if flow[way_back[k]] == 0:
                            depth = k - 1
                            s = source[way_on[depth]]
                            break
                    continue
                moved = False
                while sink_next[t] < back_start[t + 1]:
                    back_arc = back[sink_next[t]]
                    if flow[back_arc] > 0 and source_level[source[back_arc]] == depth + 1:
                        moved = True
                        break
                    sink_next[t] += 1
                if not moved:
                    source_next[s] += 1
                    continue
                depth += 1
                way_back[depth] = back_arc
                s = source[back_arc]
