"""Ways of OpenStreetMap, as any source gives them, to a network: cut where ways share a node, one edge between two cuts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from planner.errors import NetworkError
from planner.network import rules
from planner.network.graph import FloatArray, IntArray, StreetNetwork, assemble
from planner.network.plane import WGS84
from planner.quality import QualityReport

ATTRIBUTION = "© OpenStreetMap contributors"


@dataclass(frozen=True, slots=True)
class Ways:
    """Ways w in W over nodes: those of way w are start[w]:start[w + 1] of node, which numbers lon and lat (degrees, NaN where unknown).

    tags : key of rules.KEYS -> (W,) texts, "" where a way has no such tag.
    """

    start: IntArray
    node: IntArray
    lon: FloatArray
    lat: FloatArray
    tags: Mapping[str, Sequence[str]]


def to_network(ways: Ways, *, crs: str, mode: str, report: QualityReport, file: str) -> StreetNetwork:
    """The network of a mode in a metric CRS. Raises NetworkError where no way is open to the mode.

    A way is interrupted where one of its nodes has no place (beyond the edge of an extract); this is told to the report.
    """
    from pyproj import Transformer

    count = len(ways.start) - 1
    x, y = (np.asarray(part, dtype=np.float64) for part in Transformer.from_crs(WGS84, crs, always_xy=True).transform(ways.lon, ways.lat))
    known = np.isfinite(x) & np.isfinite(y)
    status = rules.ways(ways.tags, mode, count)
    way = np.repeat(np.arange(count), np.diff(ways.start))
    joined = np.zeros(len(way), dtype=bool)  # whether a vertex is joined to the next by a piece of street
    joined[:-1] = (way[1:] == way[:-1]) & (ways.node[1:] != ways.node[:-1]) & known[ways.node[:-1]] & known[ways.node[1:]]
    drawn = np.bincount(way[joined], minlength=count) > 0
    record = report.record(file)
    record.rows_in, record.rows_kept = count, int((drawn & status.some_mode).sum())
    record.rows_not_selected = int((drawn & ~status.some_mode).sum())
    lost = int((~known[np.unique(ways.node[status.some_mode[way]])]).sum())
    if lost:
        report.add("osm_nodes_missing", "info", file, value=str(lost))
    if (~drawn).any():
        report.add("osm_nodes_missing", "info", file, sentence="osm_ways_without_shape", params={"count": int((~drawn).sum())})
    joined &= status.open[way]
    if not joined.any():
        raise NetworkError("streets_none_open" if drawn.any() else "streets_without_lines", file=file, mode=mode)
    first, last = _cut(ways.node, joined)
    sizes = last - first + 1
    start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    vertex = ways.node[np.repeat(first - start[:-1], sizes) + np.arange(start[-1])]
    return assemble(crs, mode, node_x=x, node_y=y, tail=ways.node[first], head=ways.node[last], direction=status.direction[way[first]],
                    shape_start=start, shape_xy=np.column_stack([x[vertex], y[vertex]]), attribution=ATTRIBUTION)


def _cut(node: IntArray, joined: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> tuple[IntArray, IntArray]:
    """First and last vertex of each edge: runs of joined vertices, cut at nodes that are met more than once or end a run."""
    before = np.concatenate([[False], joined[:-1]])  # whether a vertex is joined to the one before it
    on_street = joined | before
    ends = on_street & ~(joined & before)
    meetings = np.bincount(node[on_street]) + np.bincount(node[ends], minlength=int(node[on_street].max()) + 1)
    cut = ends.copy()
    cut[on_street] |= meetings[node[on_street]] > 1
    places = np.flatnonzero(cut)
    return places[:-1][joined[places[:-1]]], places[1:][before[places[1:]]]
