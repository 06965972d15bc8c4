"""KML and KMZ: placemarks with their names, their extended data and their shapes, of all folders.

By the standard library's parser and not by GDAL's, which turns Chinese names of extended data into underscores. Nothing that a KML links
to is followed. Documents that declare a type or entities are refused.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import shapely

from planner.inputs.cells import Cell
from planner.inputs.encodings import UTF8, decode
from planner.inputs.features import DEGREES, Features
from planner.inputs.files import UnusableFileError, declares_entities
from planner.inputs.layers import FloatArray

KML_LIMIT = 150_000_000
"""Bytes of one KML: as a tree it takes ten times that."""
NAME, DESCRIPTION, FOLDER = "name", "description", "folder"
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


class _Builder(ET.TreeBuilder):
    """A tree builder that knows no document types."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        """Refuses the document."""
        del name, pubid, system
        raise UnusableFileError("file_unsafe", sentence="file_unsafe_entities")


def read_kml(path: Path) -> Features:
    """The placemarks of a KML. Columns: name, description, folder, and those of the extended data. Raises UnusableFileError."""
    if path.stat().st_size > KML_LIMIT:
        raise UnusableFileError("file_too_large", megabytes=round(path.stat().st_size / 1e6), limit=KML_LIMIT // 1_000_000)
    return _features(path.read_bytes())


def read_kmz(path: Path) -> Features:
    """A KMZ: the first KML in the archive, as its standard says. Raises UnusableFileError."""
    with zipfile.ZipFile(path) as box:
        inside = [member for member in box.infolist() if member.filename.lower().endswith(".kml")]
        if not inside:
            raise UnusableFileError("file_unreadable", sentence="file_kmz_without_kml")
        if inside[0].file_size > KML_LIMIT:
            raise UnusableFileError("file_too_large", megabytes=round(inside[0].file_size / 1e6), limit=KML_LIMIT // 1_000_000)
        try:
            content = box.read(inside[0])
        except Exception as error:  # zlib.error, BadZipFile, encryption: there is no common parent
            raise UnusableFileError("file_unreadable") from error
    return _features(content)


def _features(content: bytes) -> Features:
    """The placemarks of a KML document."""
    if declares_entities(content[:65_536]):
        raise UnusableFileError("file_unsafe", sentence="file_unsafe_entities")
    found, encoding = decode(content)
    parser = ET.XMLParser(target=_Builder())  # noqa: S314 - see _Builder
    try:
        parser.feed(_DECLARATION.sub("", found, count=1))
        root = parser.close()
    except (ET.ParseError, ValueError, RecursionError) as error:
        if isinstance(error, UnusableFileError):
            raise
        raise UnusableFileError("file_unreadable") from error
    if _local(root) != "kml":
        raise UnusableFileError("file_unreadable")
    marks = [(parent, child) for parent in root.iter() for child in parent if _local(child) == "Placemark"]
    if not marks:
        raise UnusableFileError("file_empty", sentence="layer_empty")
    shapes, broken = np.empty(len(marks), dtype=object), set()
    records: list[dict[str, Cell]] = []
    for k, (parent, mark) in enumerate(marks):
        records.append(_record(parent, mark))
        try:
            shapes[k] = next((shape for child in mark if (shape := _shape(child)) is not None), None)
        except (ValueError, RecursionError, shapely.errors.ShapelyError):
            broken.add(k)
    headers = [header for header in dict.fromkeys(header for record in records for header in record)
               if header == NAME or any(record.get(header) for record in records)]
    columns: dict[str, list[Cell]] = {header: [record.get(header) for record in records] for header in headers}
    return Features("kml", encoding, columns, shapes, DEGREES, frozenset(broken), guessed=encoding != UTF8)


def _local(element: ET.Element) -> str:
    """An element's name without its namespace: KML has had several."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _text_of(element: ET.Element, name: str) -> str | None:
    """The text of the first child of a name."""
    return next(((child.text or "").strip() or None for child in element if _local(child) == name), None)


def _record(parent: ET.Element, mark: ET.Element) -> dict[str, Cell]:
    """A placemark's columns."""
    record: dict[str, Cell] = {NAME: _text_of(mark, NAME), DESCRIPTION: _text_of(mark, DESCRIPTION), FOLDER: _text_of(parent, NAME)}
    for child in mark:
        if _local(child) != "ExtendedData":
            continue
        for part in child.iter():
            header = part.get("name", "").strip()
            if header and _local(part) == "SimpleData":
                record[header] = (part.text or "").strip() or None
            elif header and _local(part) == "Data":
                record[header] = _text_of(part, "value")
    return record


def _shape(element: ET.Element) -> shapely.Geometry | None:
    """The shape of an element; None where it is none. Raises ValueError for coordinates that cannot be."""
    kind = _local(element)
    if kind == "Point":
        return shapely.Point(_places(element)[0])
    if kind in ("LineString", "LinearRing"):
        return shapely.LineString(_places(element))
    if kind == "Polygon":
        rings: dict[str, list[FloatArray]] = {"outerBoundaryIs": [], "innerBoundaryIs": []}
        for side in element:
            rings.get(_local(side), []).extend(_places(ring) for ring in side if _local(ring) == "LinearRing")
        if not rings["outerBoundaryIs"]:
            raise ValueError("rings")
        return shapely.Polygon(rings["outerBoundaryIs"][0], rings["innerBoundaryIs"])
    if kind == "MultiGeometry":
        parts = [shape for child in element if (shape := _shape(child)) is not None]
        return _together(parts) if parts else None
    return None


def _together(parts: list[shapely.Geometry]) -> shapely.Geometry:
    """Several shapes as one, of their common kind where they have one."""
    kinds = {part.geom_type for part in parts}
    for kind, many in (("Polygon", shapely.MultiPolygon), ("LineString", shapely.MultiLineString), ("Point", shapely.MultiPoint)):
        if kinds == {kind}:
            return many(parts)
    return shapely.GeometryCollection(parts)


def _places(element: ET.Element) -> FloatArray:
    """The coordinates of an element, (n, 2). Raises ValueError where there are none that can be used."""
    typed = _text_of(element, "coordinates") or ""
    tidy = re.sub(r"\s*,\s*", ",", typed).split()
    places = np.array([[float(part) for part in place.split(",")[:2]] for place in tidy], dtype=np.float64)
    if places.ndim != 2 or places.shape[1] != 2 or not np.isfinite(places).all():
        raise ValueError("coordinates")
    return places
