"""GeoTIFF rasters of people: the cells over the boundary, as points in the middle of each.

Only the window over the boundary is read, however large the file is. Cells without data, and cells without people, are left out; what is
below zero or beyond belief is left out and told. The only caller of rasterio.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from planner.errors import CrsError
from planner.inputs.coordinates import System, from_wgs84, parse_system, to_plane, to_wgs84
from planner.inputs.files import UnusableFileError
from planner.inputs.layers import TOTAL, FloatArray
from planner.inputs.placing import Ground
from planner.inputs.reading import Reading
from planner.inputs.specs import FileRef
from planner.inputs.spread import QUANTUM
from planner.quality import Issue

RASTER_SUFFIXES = (".tif", ".tiff")
MOST_CELLS = 40_000_000
"""Cells of the window over the boundary: 600 km x 600 km at 100 m, and 160 MB of float32."""
MOST_BLOCK_BYTES = 400_000_000
"""What one strip or tile of the file may unpack to: a raster of one strip as large as the file is refused."""
MOST_IN_CELL = 1_000_000.0
"""People of one cell beyond which no figure is believed: the densest 100 m of the world have about three thousand."""
_EDGE_POINTS = 33
_MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_SETTINGS = {"GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR", "GDAL_PAM_ENABLED": "NO", "GTIFF_HONOUR_NEGATIVE_SCALEY": "NO"}


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of a raster that hold people. x, y : (K,) metres in the project's CRS; people : group -> (K,) persons."""

    x: FloatArray
    y: FloatArray
    people: Mapping[str, FloatArray]

    def __len__(self) -> int:
        return len(self.x)


def is_raster(file: FileRef | None) -> bool:
    """Whether a file is a raster by its name."""
    return file is not None and file.path.suffix.lower() in RASTER_SUFFIXES


def read_cells(ref: FileRef, bands: Mapping[str, str], ground: Ground, reading: Reading, *, role: str, crs: str | None = None,
               date: str = "") -> Cells | None:
    """The cells over the boundary; None (with a blocking issue) where the raster cannot serve.

    bands : group -> number of its band, from 1, or the band's description; the first band is the total where nothing is named.
    rows_in of its record are the cells of the window that hold people, rows_kept those whose middle lies in a unit.
    """
    record = reading.record(ref, role, date)
    record.format = "geotiff"
    found = _window(ref, bands, ground, reading, crs)
    if found is None:
        return None
    record.crs = found.system.name
    if found.bad:
        reading.add(Issue("value_invalid", "warning", ref.shown, value=f"{found.worst:g}", sentence="raster_values",
                          params={"count": found.bad}))
    x, y = to_plane(found.system, found.a, found.b, ground.crs)
    inside = np.isfinite(x)
    within = np.zeros(len(x), dtype=bool)
    for units in ground.units.values():
        rest = np.flatnonzero(inside & ~within)
        within[rest] = units.locate(x[rest], y[rest]) >= 0
    record.rows_in, record.rows_kept = len(x), int(within.sum())
    if not within.any():
        reading.add(Issue("file_empty", "blocking", ref.shown, sentence="raster_without_people"))
        return None
    return Cells(x[within], y[within], {group: values[within] for group, values in found.people.items()})


def cell_middles(ref: FileRef, bands: Mapping[str, str], ground: Ground, reading: Reading, *,
                 crs: str | None = None) -> tuple[System, FloatArray, FloatArray] | None:
    """The middles of the cells over the boundary that hold people, in the raster's own system; None where it cannot serve (told as
    `read_cells` tells it, which reads the same window once)."""
    found = _window(ref, bands, ground, reading, crs)
    return None if found is None else (found.system, found.a, found.b)


def _window(ref: FileRef, bands: Mapping[str, str], ground: Ground, reading: Reading, crs: str | None) -> _Window | None:
    """The window over the boundary, read once; None (with a blocking issue) where it cannot be."""
    asked = bands or {TOTAL: "1"}
    return reading.attempt(ref, lambda: reading.once(f"cells{sorted(asked.items())}|{crs}|", ref,
                                                     lambda: _read(ref.path, asked, crs, ground)))


def exact(values: FloatArray) -> FloatArray:
    """People of cells in multiples of 2**-20, so that they add up alike in any order; their sum is the cells' own to 2**-21 person.

    What rounding loses goes to the fullest cell.
    """
    rounded: FloatArray = np.rint(values / QUANTUM) * QUANTUM
    if len(rounded):
        rounded[int(np.argmax(rounded))] += np.rint((math.fsum(values) - math.fsum(rounded)) / QUANTUM) * QUANTUM
    return rounded


@dataclass(frozen=True, slots=True)
class _Window:
    """What was read. a, b : (K,) middles of cells in the raster's system; bad : values that cannot be, the worst of them."""

    system: System
    a: FloatArray
    b: FloatArray
    people: Mapping[str, FloatArray]
    bad: int
    worst: float


def _read(path: Path, bands: Mapping[str, str], crs: str | None, ground: Ground) -> _Window:
    """The window over the boundary. Raises UnusableFileError."""
    try:
        import rasterio
    except ImportError as error:
        raise UnusableFileError("file_unreadable", sentence="raster_without_library") from error
    with path.open("rb") as stream:
        if stream.read(4) not in _MAGIC:
            raise UnusableFileError("file_unreadable")
    try:
        with warnings.catch_warnings(), rasterio.Env(**_SETTINGS):
            warnings.simplefilter("ignore")
            with rasterio.open(path, driver="GTiff", sharing=False) as box:
                return _cells(box, _places(box, bands), crs, ground)
    except (rasterio.errors.RasterioError, OSError, ValueError, MemoryError) as error:
        if isinstance(error, UnusableFileError):
            raise
        raise UnusableFileError("file_unreadable", sentence="raster_damaged") from error


def _places(box: Any, bands: Mapping[str, str]) -> dict[str, int]:
    """The band number of each group."""
    described = {name: k for k, name in reversed(list(enumerate(box.descriptions, start=1))) if name}
    found = {}
    for group, name in bands.items():
        number = described.get(name) or (int(name) if name.isascii() and name.isdigit() and len(name) < 6 else 0)
        if not 1 <= number <= box.count:
            raise UnusableFileError("column_missing", sentence="raster_band_missing", value=name, count=box.count,
                                    there=", ".join(described) or "-")
        found[group] = number
    return found


def _cells(box: Any, places: Mapping[str, int], crs: str | None, ground: Ground) -> _Window:
    """The cells of an open raster."""
    grid = box.transform
    if grid.is_identity or not (grid.b == 0 and grid.d == 0 and grid.a > 0 and grid.e < 0):
        raise UnusableFileError("file_unreadable", sentence="raster_without_place" if grid.is_identity else "raster_rotated")
    if any(np.dtype(box.dtypes[k - 1]).kind not in "fiu" for k in places.values()):
        raise UnusableFileError("file_unreadable", sentence="raster_damaged")
    for height, width in box.block_shapes:
        if height * width * 16 > MOST_BLOCK_BYTES:
            raise UnusableFileError("file_unsafe", sentence="raster_block", value=f"{width} x {height}")
    system = _system(box, crs)
    left, low, right, high = _bounds(ground, system)
    columns = _span((left - grid.c) / grid.a, (right - grid.c) / grid.a, box.width)
    lines = _span((high - grid.f) / grid.e, (low - grid.f) / grid.e, box.height)
    count = (columns[1] - columns[0]) * (lines[1] - lines[0])
    if count <= 0:
        raise UnusableFileError("file_empty", sentence="raster_elsewhere")
    if count * len(places) > MOST_CELLS:
        raise UnusableFileError("file_unsafe", sentence="raster_large", value=f"{columns[1] - columns[0]} x {lines[1] - lines[0]}",
                                limit=f"{MOST_CELLS:,}")
    from rasterio.windows import Window

    part = Window(columns[0], lines[0], columns[1] - columns[0], lines[1] - lines[0])
    read, bad, worst = {}, 0, 0.0
    for group, number in places.items():
        read[group], wrong, first = _band(box, number, part)
        bad, worst = bad + wrong, worst if bad else first
    at = np.flatnonzero(np.logical_or.reduce([values > 0 for values in read.values()]))
    line, column = np.divmod(at, columns[1] - columns[0])
    return _Window(system, grid.c + (column + columns[0] + 0.5) * grid.a, grid.f + (line + lines[0] + 0.5) * grid.e,
                   {group: values[at].astype(np.float64) for group, values in read.items()}, bad, worst)


def _band(box: Any, number: int, part: Any) -> tuple[npt.NDArray[Any], int, float]:
    """One band of the window, row by row, 0 where it has no data or a value that cannot be; how many those are, and one of them.

    The file's own type is kept until the cells that hold people are picked: it is half as large as float64.
    """
    masked = box.read(number, window=part, masked=True)
    values: npt.NDArray[Any] = masked.filled(0).ravel()
    scale, offset = box.scales[number - 1], box.offsets[number - 1]
    if (scale, offset) != (1.0, 0.0):
        values = values.astype(np.float64) * scale + offset
    values[np.ma.getmaskarray(masked).ravel() | ~np.isfinite(values)] = 0
    wrong = np.flatnonzero((values < 0) | (values > MOST_IN_CELL))
    first = float(values[wrong[0]]) if len(wrong) else 0.0
    values[wrong] = 0
    return values, len(wrong), first


def _system(box: Any, crs: str | None) -> System:
    """The raster's system: planner.toml's word, else the file's own."""
    stated = crs or ""
    if not stated and box.crs:
        epsg = box.crs.to_epsg()
        stated = f"EPSG:{epsg}" if epsg else str(box.crs.to_wkt())
    if not stated:
        raise UnusableFileError("crs_missing", sentence="crs_missing_blocking")
    try:
        return parse_system(stated)
    except CrsError as error:
        raise UnusableFileError("crs_unsupported", sentence=error.code, value=str(error.params.get("crs")),
                                crs=error.params.get("crs")) from error


def _bounds(ground: Ground, system: System) -> Sequence[float]:
    """The boundary's extent in the raster's system: left, low, right, high. Edges of the rectangle are curves there."""
    x0, y0, x1, y1 = np.vstack([shapely.total_bounds(units.shapes) for units in ground.units.values()]).T
    u, v = np.linspace(x0.min(), x1.max(), _EDGE_POINTS), np.linspace(y0.min(), y1.max(), _EDGE_POINTS)
    x, y = (values.ravel() for values in np.meshgrid(u, v))
    a, b = from_wgs84(system, *to_wgs84(ground.crs, x, y))
    known = np.isfinite(a) & np.isfinite(b)
    if not known.any():
        raise UnusableFileError("file_empty", sentence="raster_elsewhere")
    return float(a[known].min()), float(b[known].min()), float(a[known].max()), float(b[known].max())


def _span(first: float, last: float, size: int) -> tuple[int, int]:
    """The cells, from one to before another, that a stretch of an axis touches; one more at each side, for curves between points."""
    return max(math.floor(first) - 1, 0), min(math.ceil(last) + 1, size)
