"""Positions kept beside the ledgers: `positions.csv` next to planner.toml, written by `planner place` and by clicks on the map."""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from planner.errors import InputError
from planner.inputs.cells import parse_angle
from planner.inputs.coordinates import WGS84, System, convert, parse_system
from planner.inputs.encodings import decode
from planner.inputs.kept import KEPT_COLUMNS, POSITIONS_FILE, PRECISIONS
from planner.inputs.specs import FileRef
from planner.plan.store import state_folder
from planner.plan.toml_edit import replace_file


@dataclass(frozen=True, slots=True)
class Position:
    """A place to be kept: degrees of WGS84; source : where it comes from, in words; precision : one of PRECISIONS."""

    layer: str
    id: str
    name: str
    lon: float
    lat: float
    source: str
    precision: str


def position_files(folder: Path) -> tuple[FileRef, ...]:
    """The files of kept positions that a project has; of two, the user's own (of a read-only folder) comes last and wins."""
    found = [folder / POSITIONS_FILE]
    if (own := positions_file(folder)) not in found:
        found.append(own)
    return tuple(FileRef(path, POSITIONS_FILE if k == 0 else f"(user) {POSITIONS_FILE}", "positions")
                 for k, path in enumerate(found) if path.is_file())


def positions_file(folder: Path) -> Path:
    """Where positions of a project are kept: beside its planner.toml, or for a read-only folder in the user's data folder."""
    target = folder / POSITIONS_FILE
    writable = os.access(target, os.W_OK) if target.exists() else True
    return target if writable and os.access(folder, os.W_OK) else state_folder(folder, "positions") / POSITIONS_FILE


def keep_position(folder: Path, layer: str, id: str, lon: float, lat: float, *, source: str, precision: str, name: str = "",
                  today: dt.date | None = None) -> Path:
    """Keeps the place of one facility beside the ledgers, in place of what was kept of it before; the file it went to.

    folder : that of planner.toml; lon, lat : degrees of WGS84. Raises InputError: position_invalid, position_precision, position_key.
    """
    return keep_positions(folder, [Position(layer, id, name, lon, lat, source, precision)], today=today)


def keep_positions(folder: Path, places: Sequence[Position], *, today: dt.date | None = None) -> Path:
    """Keeps several places in one step: all of them or none. Rows of other facilities stay as they are, letter by letter."""
    for place in places:
        _check(place)
    path = positions_file(folder)
    heads, rows = _read(path)
    day = (today or dt.date.today()).isoformat()
    for place in places:
        row = dict.fromkeys(heads, "") | {"layer": place.layer, "id": place.id, "name": place.name, "lon": f"{place.lon:.9f}",
                                          "lat": f"{place.lat:.9f}", "source": place.source, "precision": place.precision, "date": day}
        known = next((k for k, old in enumerate(rows) if (old["layer"].strip(), old["id"].strip()) == (place.layer, place.id)), None)
        if known is None:
            rows.append(row)
        else:
            rows[known] = row
    _write(path, heads, rows)
    return path


def typed_position(layer: str, id: str, lon: str, lat: str, crs: str, source: str, precision: str) -> Position:
    """A place as somebody typed it, in degrees or degrees, minutes and seconds of a declared system. Raises InputError (position_invalid)
    where it is no place, CrsError for a system that is not known."""
    a, b = parse_angle(lon).value, parse_angle(lat).value
    if not (math.isfinite(a) and math.isfinite(b)):
        raise InputError("position_invalid", lon=lon, lat=lat)
    east, north = convert(parse_system(crs), System(WGS84, True), np.array([a]), np.array([b]))
    position = Position(layer, id, "", float(east[0]), float(north[0]), source, precision)
    _check(position)
    return position


def forget_position(folder: Path, layer: str, id: str) -> bool:
    """Takes back a kept place; False where there was none."""
    path = positions_file(folder)
    heads, rows = _read(path)
    left = [row for row in rows if (row["layer"].strip(), row["id"].strip()) != (layer, id)]
    if len(left) == len(rows):
        return False
    if left or len(heads) > len(KEPT_COLUMNS):
        _write(path, heads, left)
    else:
        path.unlink()
    return True


def _check(place: Position) -> None:
    """That a place can be kept."""
    if not (abs(place.lon) <= 180 and abs(place.lat) <= 90) or (place.lon == 0 and place.lat == 0):
        raise InputError("position_invalid", lon=place.lon, lat=place.lat)
    if place.precision not in PRECISIONS:
        raise InputError("position_precision", precision=place.precision, options=", ".join(PRECISIONS))
    if not place.layer.strip() or not place.id.strip():
        raise InputError("position_key", layer=place.layer, id=place.id)


def _read(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    """Headers and rows of the file as they stand, further columns too; the usual headers where there is no file yet."""
    if not path.is_file():
        return list(KEPT_COLUMNS), []
    table = list(csv.reader(io.StringIO(decode(path.read_bytes())[0], newline="")))
    heads = [head.strip() for head in table[0]] if table else []
    if not {"layer", "id", "lon", "lat"} <= set(heads):
        raise InputError("positions_unreadable", file=path.name, columns=", ".join(KEPT_COLUMNS))
    heads += [column for column in KEPT_COLUMNS if column not in heads]
    return heads, [dict.fromkeys(heads, "") | dict(zip(heads, row, strict=False)) for row in table[1:] if any(cell.strip() for cell in row)]


def _write(path: Path, heads: Sequence[str], rows: Sequence[dict[str, str]]) -> None:
    """The file in one step: it is whole or as before. Ids and names stay letter by letter, as it is read again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(heads)
    writer.writerows([[row[head] for head in heads] for row in rows])
    replace_file(path, stream.getvalue().encode("utf-8-sig"))
