"""Positions kept beside the ledgers: places that somebody found for facilities whose ledgers have none (docs/quality.md, section 2).

The file is `positions.csv` beside planner.toml, one row a facility, keyed by layer and id. Ledgers are never written into; where a ledger
has coordinates of its own that can be used, those count.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from planner.inputs.cells import parse_angle, text
from planner.inputs.coordinates import WGS84, System, to_plane
from planner.inputs.facilities import RawFacilities
from planner.inputs.layers import FloatArray
from planner.inputs.reading import Reading, Table
from planner.inputs.specs import FileRef
from planner.inputs.status import BoolArray
from planner.quality import Issue

POSITIONS_FILE = "positions.csv"
KEPT_COLUMNS = ("layer", "id", "name", "lon", "lat", "source", "precision", "date")
"""Columns of positions.csv: lon and lat in degrees of WGS84; where the place comes from; one of PRECISIONS; the day it was kept."""
PRECISIONS = ("exact", "address", "place", "approximate")
"""Surveyed or clicked at the door; by its house number; by the name of the place; no nearer than that."""
SAME_M = 50.0
"""A kept place so near the ledger's own says nothing new."""
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class KeptPosition:
    """One kept place: degrees of WGS84. at : the file and the row it stands in."""

    layer: str
    id: str
    name: str
    lon: float
    lat: float
    source: str
    precision: str
    date: str
    at: tuple[int, int]


@dataclass(slots=True)
class Kept:
    """All kept places of a project, by layer and id; `met` grows with the rows that a ledger was found for."""

    by_key: dict[Key, KeptPosition] = field(default_factory=dict)
    tables: list[Table] = field(default_factory=list)
    met: set[Key] = field(default_factory=set)
    used: set[tuple[int, int]] = field(default_factory=set)


def read_kept(refs: Sequence[FileRef], reading: Reading) -> Kept:
    """The kept places of some files; a later row or file replaces an earlier one for the same facility."""
    kept = Kept()
    for ref in refs:
        table = reading.table(ref, KEPT_COLUMNS[:5], role="positions", keys=("layer",), empty="info")
        if table is None or reading.missing_columns(table, ("layer", "id", "lon", "lat")):
            continue
        number = len(kept.tables)
        kept.tables.append(table)
        cells = {column: [text(cell).strip() for cell in table.columns.get(column, [None] * len(table))] for column in KEPT_COLUMNS}
        for k in range(len(table)):
            lon, lat = (parse_angle(cells[column][k]).value for column in ("lon", "lat"))
            layer, identity = cells["layer"][k], cells["id"][k]
            if not layer or not identity or not (abs(lon) <= 180 and abs(lat) <= 90) or (lon == 0 and lat == 0):
                typed = f'{cells["lon"][k]}, {cells["lat"][k]}'
                reading.add(Issue("coordinates_invalid", "warning", table.shown, None, table.rows[k], "lon", cells["name"][k], typed[:200],
                                  "kept_position_invalid"))
                continue
            kept.by_key[layer, identity] = KeptPosition(layer, identity, cells["name"][k], lon, lat, cells["source"][k],
                                                        cells["precision"][k], cells["date"][k], (number, k))
    return kept


def plain(typed: str) -> str:
    """A name for comparison: width, case, blanks and signs aside."""
    return re.sub(r"[\s\W_]+", "", unicodedata.normalize("NFKC", typed)).lower()


def put_kept(raw: RawFacilities, kept: Kept, x: FloatArray, y: FloatArray, crs: System, reading: Reading) -> BoolArray:
    """Gives facilities that have no usable coordinates their kept place; (J,) which ones. Changes x and y.

    A row that the ledger gives no id is called by its number, which the next ledger may give to another: there the name must agree too.
    """
    put = np.zeros(len(raw), dtype=bool)
    if not any(layer == raw.spec.slug for layer, _ in kept.by_key):
        return put
    for j, (identity, name) in enumerate(zip(raw.columns["id"], raw.columns["name"], strict=True)):
        key = (raw.spec.slug, str(identity))
        found = kept.by_key.get(key)
        numbered = "id" not in raw.spec.columns or str(identity).startswith("#")
        if found is None or (numbered and plain(found.name) != plain(str(name))):
            continue
        kept.met.add(key)
        east, north = (float(values[0]) for values in to_plane(System(WGS84, True), np.array([found.lon]), np.array([found.lat]), crs))
        params: dict[str, object] = {"source": found.source or "-", "precision": found.precision or "-", "date": found.date or "-"}
        if math.isnan(x[j]):
            x[j], y[j], put[j] = east, north, True
            kept.used.add(found.at)
            reading.add(raw.issue("position_kept", "info", j, column=raw.positions.column, value=f"{found.lon:.7f}, {found.lat:.7f}",
                                  params=params))
        elif math.hypot(x[j] - east, y[j] - north) > SAME_M:
            metres = round(math.hypot(x[j] - east, y[j] - north))
            reading.add(raw.issue("position_unused", "info", j, column=raw.positions.column, value=f"{found.lon:.7f}, {found.lat:.7f}",
                                  params=params | {"metres": metres}))
    return put


def close(kept: Kept, reading: Reading) -> None:
    """Tells of kept places that no facility of the project has, and counts the rows that were used."""
    for key, found in kept.by_key.items():
        if key not in kept.met:
            table = kept.tables[found.at[0]]
            reading.add(Issue("position_unmatched", "info", table.shown, None, table.rows[found.at[1]], "id", found.name,
                              f"{found.layer} {found.id}"[:200]))
    for number, table in enumerate(kept.tables):
        reading.keep(table, np.array([(number, k) in kept.used for k in range(len(table))], dtype=bool))
