"""OpenStreetMap: files through osmium, places by name through OSMnx. The only module that calls them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.errors import NetworkError
from planner.network import graphml, pbf, rules
from planner.network.graph import StreetNetwork
from planner.network.plane import WGS84
from planner.network.ways import Ways, to_network
from planner.quality import QualityReport

if TYPE_CHECKING:
    import geopandas as gpd

FACILITIES: Mapping[str, frozenset[str] | None] = {
    "amenity": frozenset({"hospital", "clinic", "doctors", "pharmacy", "nursing_home", "social_facility", "social_centre",
                          "community_centre", "kindergarten", "childcare", "school", "college", "university", "library", "townhall",
                          "police", "fire_station", "grave_yard", "crematorium", "funeral_hall", "marketplace", "post_office"}),
    "healthcare": None, "social_facility": None,
    "landuse": frozenset({"cemetery"}), "leisure": frozenset({"park", "sports_centre"}), "emergency": frozenset({"assembly_point"})}
"""Keys and values of OpenStreetMap that are public facilities (None: any value); the first key that fits gives the class."""


def _open(path: Path, shown: str) -> Any:
    """The file, in the format that its name says, once it is safe to unpack. (osmium itself refuses entities in .osm files.)"""
    import osmium

    if path.suffix.lower() != ".pbf":
        return osmium.io.File(str(path), "osm")
    pbf.refuse_bombs(path, shown)
    return osmium.io.File(str(path), "pbf")


@contextmanager
def _reading(shown: str) -> Iterator[None]:
    """What osmium raises on a bad file, as ours."""
    try:
        yield
    except RuntimeError as error:
        code = "streets_unsafe" if "entities" in str(error) else "streets_unreadable"
        raise NetworkError(code, file=shown) from error


def read_ways(path: Path, shown: str) -> Ways:
    """All ways with a `highway` tag of an .osm.pbf, .pbf or .osm file, in any order of its parts; ids may be negative.

    Raises NetworkError where the file cannot be read or has no such way.
    """
    import osmium

    source = _open(path, shown)
    refs: list[int] = []
    sizes: list[int] = []
    tags: dict[str, list[str]] = {key: [] for key in rules.KEYS}
    with _reading(shown):
        for way in osmium.FileProcessor(source, osmium.osm.WAY).with_filter(osmium.filter.KeyFilter("highway")):
            if way.deleted:
                continue
            nodes = [node.ref for node in way.nodes]
            refs += nodes
            sizes.append(len(nodes))
            known = way.tags
            for key, values in tags.items():
                values.append(known.get(key, ""))
    if not sizes:
        raise NetworkError("streets_empty", file=shown)
    ids, node = np.unique(np.array(refs, dtype=np.int64), return_inverse=True)
    with _reading(shown):
        lon, lat = _locations(source, ids)
    start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    return Ways(start, node.astype(np.int64), lon, lat, tags)


def _locations(source: Any, ids: np.ndarray[tuple[int], np.dtype[np.int64]]) -> tuple[Any, Any]:
    """lon and lat of nodes by id; NaN for those not in the file. osmium's index knows no negative ids: then every node is looked at."""
    import osmium

    lon, lat = np.full(len(ids), np.nan), np.full(len(ids), np.nan)
    if len(ids) and ids[0] < 0:
        place = {number: k for k, number in enumerate(ids.tolist())}
        for node in osmium.FileProcessor(source, osmium.osm.NODE):
            k = place.get(node.id)
            if k is not None and node.location.valid():
                lon[k], lat[k] = node.location.lon, node.location.lat
        return lon, lat
    nodes = osmium.FileProcessor(source, osmium.osm.NODE).with_locations("flex_mem")
    for _ in nodes.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY)):
        pass  # all nodes go to the index, none comes out
    index = nodes.node_location_storage
    for k, number in enumerate(ids.tolist()):
        try:
            found = index.get(number)
        except KeyError:
            continue
        if found.valid():
            lon[k], lat[k] = found.lon, found.lat
    return lon, lat


def read_osm(path: Path, shown: str, crs: str, mode: str, *, report: QualityReport) -> StreetNetwork:
    """The network of a mode from an .osm.pbf, .pbf, .osm or .graphml file, in a metric CRS. Raises NetworkError where none can be made."""
    if path.suffix.lower() == ".graphml":
        return graphml.read_graphml(path, shown, crs, mode, report=report)
    report.record(shown).crs = WGS84
    return to_network(read_ways(path, shown), crs=crs, mode=mode, report=report, file=shown)


def extent(path: Path, shown: str) -> tuple[float, float, float, float]:
    """West, south, east and north of a file's streets in degrees."""
    if path.suffix.lower() == ".graphml":
        return graphml.extent(path, shown)
    import osmium

    with _reading(shown):
        box = osmium.io.Reader(_open(path, shown)).header().box()
    if box.valid():
        return box.bottom_left.lon, box.bottom_left.lat, box.top_right.lon, box.top_right.lat
    ways = read_ways(path, shown)
    if not np.isfinite(ways.lon).any():
        raise NetworkError("streets_without_lines", file=shown)
    return float(np.nanmin(ways.lon)), float(np.nanmin(ways.lat)), float(np.nanmax(ways.lon)), float(np.nanmax(ways.lat))


def _class(tags: Mapping[str, Any]) -> tuple[str, str]:
    """Key and value of the first tag that makes something a public facility; blank where none does."""
    for key, values in FACILITIES.items():
        value = tags.get(key)
        if isinstance(value, str) and value and (values is None or value in values):
            return key, value
    return "", ""


def facilities_of_osm(path: Path, shown: str = "") -> gpd.GeoDataFrame:
    """The public facilities of an .osm.pbf, .pbf or .osm file as points in EPSG:4326: osm_id (n, w or r and the number), name, key, class.

    An area stands at a point inside it. Rows by osm_id. Raises NetworkError where the file cannot be read.
    """
    import geopandas as gpd
    import osmium
    import shapely

    shown, factory = shown or path.name, osmium.geom.WKBFactory()
    rows: list[tuple[str, str, str, str]] = []
    shapes: list[Any] = []
    with _reading(shown):
        keys = osmium.filter.KeyFilter(*FACILITIES)
        for found in osmium.FileProcessor(_open(path, shown)).with_areas(keys).with_filter(keys):
            key, value = _class(found.tags)
            if not value:
                continue
            if found.is_node() and found.location.valid():
                rows.append((f"n{found.id}", found.tags.get("name", ""), key, value))
                shapes.append(shapely.Point(found.location.lon, found.location.lat))
            elif found.is_area():
                try:
                    area = shapely.from_wkb(bytes.fromhex(factory.create_multipolygon(found)))
                except RuntimeError:  # a ring that does not close: such an area has no place
                    continue
                rows.append((f"{'w' if found.from_way() else 'r'}{found.orig_id()}", found.tags.get("name", ""), key, value))
                shapes.append(shapely.point_on_surface(area))
    return _facility_table(gpd.GeoDataFrame(rows, columns=["osm_id", "name", "key", "class"], geometry=shapes, crs=WGS84))


def _facility_table(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Facilities by osm_id, each once."""
    table: gpd.GeoDataFrame = frame.drop_duplicates("osm_id").sort_values("osm_id", ignore_index=True)
    return table


@contextmanager
def _asking(name: str, endpoints: Mapping[str, str] | None) -> Iterator[Any]:
    """OSMnx with our settings, put back afterwards; what it raises, as ours.

    endpoints : addresses of other services than the public ones, under the keys `nominatim` and `overpass`.
    """
    import osmnx
    import requests

    settings, given = osmnx.settings, dict(endpoints or {})
    wanted: dict[str, Any] = {
        "use_cache": False,  # streets of today, and no folder of answers wherever the command was called
        "doh_url_template": None,  # names are resolved by this machine alone
        "useful_tags_way": sorted({*rules.KEYS, "bridge", "tunnel", "name"})}
    if "nominatim" in given:
        wanted["nominatim_url"] = given["nominatim"]
    if "overpass" in given:
        wanted |= {"overpass_url": given["overpass"], "overpass_rate_limit": False}
    before = {key: getattr(settings, key) for key in wanted}
    for key, value in wanted.items():
        setattr(settings, key, value)
    try:
        yield osmnx
    except requests.RequestException as error:
        raise NetworkError("osm_offline", place=name) from error
    except (ValueError, TypeError, RuntimeError, KeyError) as error:  # its own errors are of these kinds
        raise NetworkError("osm_place_unknown", place=name) from error
    finally:
        for key, value in before.items():
            setattr(settings, key, value)


def streets_of_place(name: str, *, endpoints: Mapping[str, str] | None = None) -> gpd.GeoDataFrame:
    """The streets of a place by its name, from OpenStreetMap's services: lines in EPSG:4326 that meet at shared end points.

    Columns osmid and OpenStreetMap's tags, as text; one row a street between two junctions, drawn in the direction of travel where it is
    one-way. Raises NetworkError without a connection, and where the place is unknown or has no streets.
    """
    import geopandas as gpd

    with _asking(name, endpoints) as osmnx:
        graph = osmnx.graph_from_place(name, custom_filter='["highway"]["area"!~"yes"]', simplify=False, retain_all=True)
        graph = osmnx.simplify_graph(graph, edge_attrs_differ=[key for key in rules.KEYS if key != "oneway"])
        edges = osmnx.graph_to_gdfs(graph, nodes=False).reset_index()
    once = edges[~_is_return(edges)]
    wanted = [key for key in ("osmid", *rules.KEYS, "bridge", "tunnel") if key in once.columns]
    columns = {key: [rules.clean(value) for value in once[key]] for key in wanted}
    if "oneway" in columns:
        columns["oneway"] = ["yes" if value in rules.FORWARD else "" for value in columns["oneway"]]
    return gpd.GeoDataFrame(columns, geometry=once.geometry.to_numpy(), crs=WGS84)


def _is_return(edges: gpd.GeoDataFrame) -> Any:
    """Which edges are the way back of a two-way street that stands there already."""
    import shapely

    seen: set[tuple[int, int, bytes]] = set()
    back = []
    for u, v, line in zip(edges["u"], edges["v"], edges.geometry, strict=True):
        xy = shapely.get_coordinates(line).round(7)
        back.append((v, u, xy[::-1].tobytes()) in seen)
        seen.add((u, v, xy.tobytes()))
    return np.array(back, dtype=bool)


def facilities_of_place(name: str, *, endpoints: Mapping[str, str] | None = None) -> gpd.GeoDataFrame:
    """The public facilities of a place by its name: points in EPSG:4326 with osm_id, name, key and class, as `facilities_of_osm`."""
    import geopandas as gpd

    tags = {key: True if values is None else sorted(values) for key, values in FACILITIES.items()}
    with _asking(name, endpoints) as osmnx:
        try:
            found = osmnx.features_from_place(name, tags).reset_index()
        except osmnx._errors.InsufficientResponseError:
            found = None
    if found is None:
        return gpd.GeoDataFrame({key: [] for key in ("osm_id", "name", "key", "class")}, geometry=[], crs=WGS84)
    rows = []
    for _, row in found.iterrows():
        key, value = _class(row)
        called = row.get("name")
        rows.append((f"{str(row['element'])[0]}{row['id']}", called if isinstance(called, str) else "", key, value))
    shapes = found.geometry.representative_point().to_numpy()
    frame = gpd.GeoDataFrame(rows, columns=["osm_id", "name", "key", "class"], geometry=shapes, crs=WGS84)
    return _facility_table(frame[frame["class"] != ""])
