"""StreetNetwork: the streets of one travel mode as arrays; made from lines, turned into tables and graphs, saved and loaded."""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from planner.errors import NetworkError
from planner.network import rules
from planner.quality import QualityReport

if TYPE_CHECKING:
    import geopandas as gpd
    import networkx as nx

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

JOIN_M = 0.01
"""Ends of lines that lie so close are one node (contract, section 2.1)."""

LIMIT_SLACK_M = 1e-6
"""Limits are inclusive on paper: floating point may land a hair above them (contract, section 2.1)."""

ISSUES_LISTED = 100
"""So many faults of one kind are told row by row; more of them as one issue with their number."""


@dataclass(frozen=True, slots=True)
class StreetNetwork:
    """Nodes n in N, edges e in E between them, in one metric CRS.

    node_x, node_y : (N,) metres. tail, head : (E,) node of each end. length_m : (E,) the edge's length, from its shape unless the file
    states it. direction : (E,) 0 both ways, 1 from tail to head only, -1 from head to tail only. shape_start : (E + 1,) where each edge's
    vertices start in shape_xy : (K, 2), first vertex at the tail. component : (N,) number of the connected part, 0 the longest.
    `derived` keeps what was worked out from the arrays once (search trees); it is no part of the network's value.
    """

    crs: str
    mode: str
    node_x: FloatArray
    node_y: FloatArray
    tail: IntArray
    head: IntArray
    length_m: FloatArray
    direction: npt.NDArray[np.int8]
    shape_start: IntArray
    shape_xy: FloatArray
    component: IntArray
    attribution: str = ""
    derived: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        edges = len(self.tail)
        fits = (len(self.node_y) == len(self.component) == len(self.node_x)
                and len(self.head) == len(self.length_m) == len(self.direction) == edges and len(self.shape_start) == edges + 1
                and self.shape_xy.shape == (int(self.shape_start[-1]), 2))
        if not fits:
            raise NetworkError("network_shapes_differ")

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return len(self.node_x)

    @property
    def edges(self) -> int:
        """Number of edges."""
        return len(self.tail)


@dataclass(frozen=True, slots=True)
class Attachment:
    """Points p in P on the network, each at no place, at one, or at several (an area's entrances).

    start : (P + 1,), the places of point p are start[p]:start[p + 1] of: edge : (R,) edge number. along_m : (R,) metres from the edge's
    tail, in the measure of length_m. leg_m : (R,) straight metres from the point to that place.
    """

    start: IntArray
    edge: IntArray
    along_m: FloatArray
    leg_m: FloatArray

    def __post_init__(self) -> None:
        if len(self.start) == 0 or not int(self.start[-1]) == len(self.edge) == len(self.along_m) == len(self.leg_m):
            raise NetworkError("network_shapes_differ")

    @property
    def attached(self) -> BoolArray:
        """(P,) whether the point is on the network."""
        return np.diff(self.start) > 0

    def __len__(self) -> int:
        return len(self.start) - 1

    def take(self, rows: IntArray) -> Attachment:
        """Some of the points, in the order of `rows`."""
        start, place = some_rows(self.start, rows)
        return Attachment(start, self.edge[place], self.along_m[place], self.leg_m[place])


def some_rows(start: IntArray, rows: IntArray) -> tuple[IntArray, IntArray]:
    """Some rows of a CSR in the order of `rows`: their start (len(rows) + 1,), and where their entries stand among all."""
    count = np.diff(start)[rows]
    new = np.zeros(len(rows) + 1, dtype=np.int64)
    np.cumsum(count, out=new[1:])
    return new, np.repeat(start[rows] - new[:-1], count) + np.arange(int(new[-1]))


def measures(shape_start: IntArray, shape_xy: FloatArray) -> FloatArray:
    """(K,) metres along its edge of each vertex: added up edge by edge, so that no edge's measure depends on the others."""
    step: FloatArray = np.hypot(*np.diff(shape_xy, axis=0, prepend=shape_xy[:1]).T)
    step[shape_start[:-1]] = 0.0
    vertex, last = shape_start[:-1] + 1, shape_start[1:]
    while len(vertex):
        step[vertex] += step[vertex - 1]
        going_on = vertex + 1 < last
        vertex, last = vertex[going_on] + 1, last[going_on]
    return step


def planar_lengths(shape_start: IntArray, shape_xy: FloatArray) -> FloatArray:
    """(E,) metres of each edge's shape."""
    return measures(shape_start, shape_xy)[shape_start[1:] - 1]


def assemble(crs: str, mode: str, *, node_x: FloatArray, node_y: FloatArray, tail: IntArray, head: IntArray,
             direction: npt.NDArray[np.int8], shape_start: IntArray, shape_xy: FloatArray, stated_m: FloatArray | None = None,
             attribution: str = "") -> StreetNetwork:
    """A network from its arrays: lengths from the shapes (or `stated_m` where it is not NaN), parts found, unused nodes left out."""
    length = planar_lengths(shape_start, shape_xy)
    if stated_m is not None:
        length = np.where(np.isnan(stated_m), length, stated_m)
    used, ends = np.unique(np.concatenate([tail, head]), return_inverse=True)
    tail, head = ends[:len(tail)].astype(np.int64), ends[len(tail):].astype(np.int64)
    return StreetNetwork(crs, mode, node_x[used], node_y[used], tail, head, length, direction.astype(np.int8), shape_start.astype(np.int64),
                         shape_xy, components(len(used), tail, head, length), attribution)


def components(nodes: int, tail: IntArray, head: IntArray, length_m: FloatArray) -> IntArray:
    """(N,) number of the connected part of each node, whatever the direction of travel; 0 has the greatest length of streets."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    count, part = connected_components(coo_array((np.ones(len(tail), dtype=np.int8), (tail, head)), shape=(nodes, nodes)), directed=False)
    metres = np.bincount(part[tail], weights=length_m, minlength=count)
    rank = np.empty(count, dtype=np.int64)
    rank[np.argsort(-metres, kind="stable")] = np.arange(count)
    found: IntArray = rank[part]
    return found


@dataclass(frozen=True, slots=True)
class ComponentsSummary:
    """How connected a network is: number of parts, metres in all, and the share of them in the largest part (0..1)."""

    parts: int
    length_m: float
    largest_share: float


def components_summary(network: StreetNetwork) -> ComponentsSummary:
    """Number of connected parts, and the share of the length of streets that is in the largest."""
    whole = float(network.length_m.sum())
    largest = float(network.length_m[network.component[network.tail] == 0].sum())
    return ComponentsSummary(int(network.component.max(initial=-1)) + 1, whole, largest / whole if whole > 0 else 0.0)


@dataclass(slots=True)
class _Faults:
    """Rows that cannot be used, told to the report; the rest of the reading works without one."""

    report: QualityReport | None
    file: str

    def tell(self, code: str, rows: IntArray, sentence: str, column: str | None = None, values: Sequence[object] | None = None) -> None:
        """One issue a row, or one for all where there are very many."""
        if self.report is None or len(rows) == 0:
            return
        if len(rows) > ISSUES_LISTED:
            self.report.add(code, "warning", self.file, column=column, sentence=f"{sentence}_many", params={"count": len(rows)})
            return
        for k, row in enumerate(rows):
            self.report.add(code, "warning", self.file, row=int(row) + 1, column=column, sentence=sentence,
                            value=None if values is None else str(values[k]))


def _parts(lines: npt.NDArray[np.object_], faults: _Faults) -> tuple[npt.NDArray[np.object_], IntArray]:
    """Single lines with a length, and the row of each; rows without one are told."""
    import shapely

    parts, row = shapely.get_parts(shapely.force_2d(lines), return_index=True)
    parts, inner = shapely.get_parts(parts, return_index=True)  # lines inside multi-part lines inside collections
    row = row[inner]
    kind = shapely.get_type_id(parts)
    is_line = (kind == shapely.GeometryType.LINESTRING) | (kind == shapely.GeometryType.LINEARRING)
    length = np.where(is_line, shapely.length(parts), 0.0)
    good = is_line & np.isfinite(length) & (length > 0)
    rows = np.arange(len(lines))
    blank = shapely.is_missing(lines) | shapely.is_empty(lines)
    other = ~blank & ~np.isin(rows, row[is_line])
    faults.tell("geometry_missing", rows[blank], "street_without_shape")
    faults.tell("geometry_invalid", rows[other], "street_not_a_line")
    faults.tell("geometry_invalid", np.unique(row[is_line & ~good & ~blank[row]]), "street_zero_length")
    return parts[good], row[good]


def _stated_lengths(values: Sequence[Any] | npt.NDArray[Any], faults: _Faults) -> FloatArray:
    """The column length_m as numbers; NaN where blank, and where it is no length, which is told."""
    given = np.asarray(values, dtype=object)
    number = np.full(len(given), np.nan)
    bad = np.zeros(len(given), dtype=bool)
    for k, value in enumerate(given):
        text = rules.clean(value)
        if not text:
            continue
        try:
            number[k] = float(text)
        except ValueError:
            bad[k] = True
    bad |= np.isinf(number) | (number < 0)
    number[bad] = np.nan
    faults.tell("value_invalid", np.flatnonzero(bad), "street_length_invalid", column="length_m", values=given[bad].tolist())
    return number


def _join_ends(ends: FloatArray) -> tuple[IntArray, FloatArray, FloatArray]:
    """Node of each end and where the nodes are. Ends within JOIN_M of each other are one node, and so are chains of them."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    places, place = np.unique(ends, axis=0, return_inverse=True)
    place = place.reshape(-1)  # numpy 2.0 gives a column
    near = cKDTree(places).query_pairs(JOIN_M + LIMIT_SLACK_M, output_type="ndarray")
    joined = coo_array((np.ones(len(near), dtype=np.int8), (near[:, 0], near[:, 1])), shape=(len(places), len(places)))
    count, node = connected_components(joined, directed=False)
    members = np.bincount(node, minlength=count)
    x, y = (np.bincount(node, weights=places[:, k] - places[0, k], minlength=count) / members + places[0, k] for k in (0, 1))
    return node[place].astype(np.int64), x, y


def from_lines(lines: Sequence[Any] | npt.NDArray[np.object_], *, crs: str, mode: str = "walk",
               columns: Mapping[str, Sequence[Any] | npt.NDArray[Any]] | None = None, attribution: str = "",
               report: QualityReport | None = None, file: str = "") -> StreetNetwork:
    """A network from lines that meet where their end points coincide, to 1 cm (contract, section 2.1).

    lines : shapely geometries in `crs`, which is metric; multi-part lines are taken apart, heights ignored, lines without a length left
    out. columns : attributes by name, one value a line: `length_m` states lengths (of a multi-part line shared out by shape);
    OpenStreetMap's `highway`, `foot`, `access`, `oneway` and the like are read as in an .osm file, blank being open to all and two-way.
    What is left out is told to `report` under the name `file`. Raises NetworkError where nothing is left.
    """
    import shapely

    columns, faults = columns or {}, _Faults(report, file)
    shapes = np.empty(len(lines), dtype=object)
    shapes[:] = lines
    parts, row = _parts(shapes, faults)
    stated = _stated_lengths(columns["length_m"], faults) if "length_m" in columns else None
    ways = rules.ways({key: value for key, value in columns.items() if key in rules.KEYS}, mode, len(shapes))
    if report is not None:
        usable = np.isin(np.arange(len(shapes)), row)
        record = report.record(file)
        record.rows_in, record.rows_kept = len(shapes), int((usable & ways.some_mode).sum())
        record.rows_not_selected = int((usable & ~ways.some_mode).sum())
    if len(parts) == 0:
        raise NetworkError("streets_without_lines", file=file)
    chosen = ways.open[row]
    parts, row = parts[chosen], row[chosen]
    if len(parts) == 0:
        raise NetworkError("streets_none_open", file=file, mode=mode)
    xy, line = shapely.get_coordinates(parts, return_index=True)
    start = np.searchsorted(line, np.arange(len(parts) + 1)).astype(np.int64)
    node, x, y = _join_ends(np.concatenate([xy[start[:-1]], xy[start[1:] - 1]]))
    share = None
    if stated is not None:
        length = planar_lengths(start, xy)
        whole = np.bincount(row, weights=length, minlength=len(shapes))
        share = stated[row] * (length / whole[row])
    return assemble(crs, mode, node_x=x, node_y=y, tail=node[:len(parts)], head=node[len(parts):], direction=ways.direction[row],
                    shape_start=start, shape_xy=xy, stated_m=share, attribution=attribution)


def to_geodataframe(network: StreetNetwork) -> gpd.GeoDataFrame:
    """The edges as a table of lines with the columns tail, head, length_m, direction and component; `from_lines` reads them back."""
    import geopandas as gpd
    import shapely

    line = np.repeat(np.arange(network.edges), np.diff(network.shape_start))
    columns = {"tail": network.tail, "head": network.head, "length_m": network.length_m, "direction": network.direction,
               "component": network.component[network.tail]}
    return gpd.GeoDataFrame(columns, geometry=shapely.linestrings(network.shape_xy, indices=line), crs=network.crs)


def to_networkx(network: StreetNetwork) -> nx.MultiDiGraph:
    """The network as a directed multigraph: nodes with x and y, an arc for each direction of travel with `length_m` and `edge`."""
    import networkx as nx

    graph = nx.MultiDiGraph(crs=network.crs)
    graph.add_nodes_from((n, {"x": float(x), "y": float(y)}) for n, (x, y) in enumerate(zip(network.node_x, network.node_y, strict=True)))
    ends = zip(network.tail.tolist(), network.head.tolist(), network.length_m.tolist(), network.direction.tolist(), strict=True)
    for edge, (tail, head, metres, direction) in enumerate(ends):
        if direction >= 0:
            graph.add_edge(tail, head, length_m=metres, edge=edge)
        if direction <= 0:
            graph.add_edge(head, tail, length_m=metres, edge=edge)
    return graph


_ARRAYS = ("node_x", "node_y", "tail", "head", "length_m", "direction", "shape_start", "shape_xy", "component")


def save(network: StreetNetwork, path: Path, *, notes: str = "") -> None:
    """Writes a network to an .npz file, with notes beside it. The file is whole or not there: it is written aside and moved into place."""
    arrays: dict[str, Any] = {name: getattr(network, name) for name in _ARRAYS}
    texts = {"crs": network.crs, "mode": network.mode, "attribution": network.attribution, "notes": notes}
    aside = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with aside.open("wb") as stream:
            np.savez(stream, **(arrays | {name: np.array(text) for name, text in texts.items()}))
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def load(path: Path) -> tuple[StreetNetwork, str]:
    """Reads a network and its notes from an .npz file; nothing in it is executed. Raises NetworkError where the file is not such a one."""
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            arrays = {name: file[name] for name in _ARRAYS}
            texts = {name: str(file[name]) for name in ("crs", "mode", "attribution", "notes")}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise NetworkError("network_file_unreadable", file=path.name) from error
    network = StreetNetwork(texts["crs"], texts["mode"], **arrays, attribution=texts["attribution"])
    ends = np.concatenate([network.tail, network.head])
    if network.edges and not (ends.min() >= 0 and ends.max() < network.nodes and (np.diff(network.shape_start) >= 2).all()):
        raise NetworkError("network_file_unreadable", file=path.name)
    return network, texts["notes"]
