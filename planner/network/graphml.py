"""Street graphs in GraphML, as OSMnx and networkx save them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.parsers import expat

import numpy as np

from planner.errors import NetworkError
from planner.network import rules
from planner.network.graph import FloatArray, StreetNetwork, assemble
from planner.network.plane import WGS84
from planner.network.ways import ATTRIBUTION
from planner.quality import QualityReport

QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")


class _EntitiesError(Exception):
    """Raised by the parser when a file declares entities."""


class _RootReached(Exception):  # noqa: N818  not an error: the parser's way of stopping
    """Raised by the parser at the first element: nothing can be declared after it."""


def refuse_entities(path: Path, shown: str) -> None:
    """Raises NetworkError where an XML file declares entities, before any is expanded."""
    parser = expat.ParserCreate()

    def declared(*_: object) -> None:
        raise _EntitiesError

    def started(*_: object) -> None:
        raise _RootReached

    parser.EntityDeclHandler, parser.StartElementHandler = declared, started
    try:
        with path.open("rb") as stream:
            parser.ParseFile(stream)
    except _RootReached:
        return
    except _EntitiesError as error:
        raise NetworkError("streets_unsafe", file=shown) from error
    except expat.ExpatError as error:
        raise NetworkError("streets_unreadable", file=shown) from error


def _load(path: Path, shown: str) -> Any:
    """The graph as networkx reads it, once it is safe to."""
    import networkx as nx

    refuse_entities(path, shown)
    try:
        graph = nx.read_graphml(path)
    except Exception as error:  # networkx raises what it likes on junk
        raise NetworkError("streets_unreadable", file=shown) from error
    if graph.number_of_edges() == 0:
        raise NetworkError("streets_empty", file=shown)
    return graph


def _places(graph: Any, shown: str) -> FloatArray:
    """(N, 2) x and y of the nodes, in the graph's own system."""
    try:
        places = np.array([[float(data["x"]), float(data["y"])] for _, data in graph.nodes(data=True)], dtype=np.float64)
    except (KeyError, ValueError, TypeError) as error:
        raise NetworkError("streets_nodes_without_place", file=shown) from error
    if not np.isfinite(places).all():
        raise NetworkError("streets_nodes_without_place", file=shown)
    return places


def _tag(value: Any) -> str:
    """An attribute as a tag; OSMnx writes several values as a Python list, which is taken apart and not evaluated."""
    text = rules.clean(value)
    if text.startswith("[") and text.endswith("]"):
        return ";".join(first or second for first, second in QUOTED.findall(text))
    return text


def _shape(data: Mapping[str, Any], tail: FloatArray, head: FloatArray) -> FloatArray:
    """The vertices of an arc: its WKT geometry where it has one, else a straight line."""
    import shapely

    text = data.get("geometry")
    if isinstance(text, str) and text.strip():
        line = shapely.from_wkt(text, on_invalid="ignore")
        if line is not None and line.geom_type == "LineString" and line.length > 0:
            xy: FloatArray = shapely.get_coordinates(line)
            return xy
    return np.array([tail, head])


def _own_crs(graph: Any) -> str:
    """The system that the graph states; OSMnx leaves degrees unless it was projected."""
    return str(graph.graph.get("crs") or WGS84)


def read_graphml(path: Path, shown: str, crs: str, mode: str, *, report: QualityReport) -> StreetNetwork:
    """A network from a GraphML file whose nodes have x and y and whose edges may have a WKT geometry and OpenStreetMap's tags.

    Two arcs of one shape in opposite directions are one two-way edge; a lone arc is one-way for wheels, and two-way on foot. Lengths are
    those of the shapes in `crs`. Raises NetworkError where it cannot be read.
    """
    from pyproj import Transformer
    from pyproj.exceptions import CRSError

    graph = _load(path, shown)
    places = _places(graph, shown)
    number = {node: k for k, node in enumerate(graph.nodes)}
    arcs = [(number[u], number[v], data) for u, v, data in graph.edges(data=True)]
    tags = {key: [_tag(data.get(key)) for *_, data in arcs] for key in rules.KEYS if key != "oneway"}
    status = rules.ways(tags, mode, len(arcs))
    record = report.record(shown)
    record.rows_in, record.rows_kept, record.crs = len(arcs), int(status.some_mode.sum()), _own_crs(graph)
    record.rows_not_selected = record.rows_in - record.rows_kept
    edges: dict[tuple[int, int, bytes], int] = {}
    rows: list[tuple[int, int, FloatArray]] = []
    direction: list[int] = []
    one_way = graph.is_directed() and mode != "walk"
    for (u, v, data), is_open in zip(arcs, status.open, strict=True):
        if not is_open:
            continue
        shape = _shape(data, places[u], places[v])
        back = edges.get((v, u, shape[::-1].round(7).tobytes()))
        if back is not None and direction[back] == 1:
            direction[back] = 0
            continue
        edges.setdefault((u, v, shape.round(7).tobytes()), len(rows))
        rows.append((u, v, shape))
        direction.append(1 if graph.is_directed() else 0)
    if not rows:
        raise NetworkError("streets_none_open", file=shown, mode=mode)
    try:
        to_plane = Transformer.from_crs(_own_crs(graph), crs, always_xy=True)
    except CRSError as error:
        raise NetworkError("streets_without_crs", file=shown) from error
    x, y = to_plane.transform(places[:, 0], places[:, 1])
    xy = np.concatenate([shape for *_, shape in rows])
    shape_x, shape_y = to_plane.transform(xy[:, 0], xy[:, 1])
    if not (np.isfinite(x).all() and np.isfinite(y).all() and np.isfinite(shape_x).all() and np.isfinite(shape_y).all()):
        raise NetworkError("streets_off_plane", file=shown, crs=crs)
    start = np.concatenate([[0], np.cumsum([len(shape) for *_, shape in rows])]).astype(np.int64)
    ends = np.array([(u, v) for u, v, _ in rows], dtype=np.int64)
    return assemble(crs, mode, node_x=np.asarray(x), node_y=np.asarray(y), tail=ends[:, 0], head=ends[:, 1],
                    direction=np.array(direction, dtype=np.int8) * np.int8(one_way), shape_start=start,
                    shape_xy=np.column_stack([shape_x, shape_y]), attribution=ATTRIBUTION)


def extent(path: Path, shown: str) -> tuple[float, float, float, float]:
    """West, south, east and north of a graph in degrees."""
    from pyproj import Transformer
    from pyproj.exceptions import CRSError

    graph = _load(path, shown)
    try:
        to_degrees = Transformer.from_crs(_own_crs(graph), WGS84, always_xy=True)
    except CRSError as error:
        raise NetworkError("streets_without_crs", file=shown) from error
    lon, lat = to_degrees.transform(*_places(graph, shown).T)
    return float(np.min(lon)), float(np.min(lat)), float(np.max(lon)), float(np.max(lat))
