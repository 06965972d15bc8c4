"""A file of entrances, one a row, each with the id (or the name) of its facility; and entrances and areas in metres."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely

from planner.inputs.boundaries import layer_system
from planner.inputs.cells import text
from planner.inputs.coordinates import WGS84, System, to_plane
from planner.inputs.extents import no_extents
from planner.inputs.facilities import PROJECT_SYSTEM, RawFacilities
from planner.inputs.layers import BoolArray, Extents, IntArray, TextArray
from planner.inputs.positions import read_positions
from planner.inputs.reading import Reading, Table
from planner.inputs.specs import EntranceSpec
from planner.quality import Issue


@dataclass(frozen=True, slots=True)
class Gates:
    """The entrances of a layer from a file of their own. raw : its rows, read as a ledger is, so that its system is examined as one's;
    row : (R,) the place of each entrance's row in `table`, the file; owner : (R,) facility of the layer, -1 where it is none of the chosen
    ones; known : (R,) whether the layer's file has that facility at all."""

    raw: RawFacilities
    table: Table
    row: IntArray
    owner: IntArray
    known: BoolArray


def read_gates(layer: RawFacilities, reading: Reading) -> Gates | None:
    """The file of entrances of a layer; None where it has none, or (with blocking issues) where it cannot be used."""
    spec = layer.spec.entrances
    if spec is None:
        return None
    wanted = list(dict.fromkeys(spec.columns.values()))
    header = spec.columns["facility"]
    table = reading.table(spec.file, wanted, role=f"facilities.{layer.spec.slug}.entrances", sheet=spec.sheet, keys=[header])
    if table is None or (len(table) and reading.missing_columns(table, wanted)):
        return None
    if not len(table):
        table = replace(table, columns={name: [] for name in wanted})
    own = table.shapes is not None and "lon" not in spec.columns and "x" not in spec.columns
    system = _system(spec, table, layer, reading, own=own)
    if system is None:
        return None
    single, row = _single(table) if own else (table, np.arange(len(table)))
    called = np.array([text(cell).strip() for cell in single.columns[header]], dtype=object)
    index = np.arange(len(single))
    positions = read_positions(spec, single, index, called, system, reading)
    as_ledger = replace(layer.spec, file=spec.file, columns=spec.columns, crs=spec.crs, entrances=None)
    raw = RawFacilities(as_ledger, single, index, {"id": called, "name": called}, (), {}, positions, system, no_extents(len(single)))
    for j in np.flatnonzero(positions.fault != ""):
        code = str(positions.fault[j])
        reading.add(raw.issue(code, "warning", int(j), column=positions.column, value=str(positions.typed[j]).strip(" ,") or None,
                              sentence="entrance_without_place"))
    chosen = _numbers(layer.columns["id"], layer.columns["name"])
    every = _numbers(*(_all_cells(layer, key) for key in ("id", "name")))
    owner = np.array([chosen.get(name, -1) for name in called], dtype=np.int64)
    known = (owner >= 0) | np.array([name in every for name in called], dtype=bool)
    return Gates(raw, table, row, owner, known)


def _system(spec: EntranceSpec, table: Table, layer: RawFacilities, reading: Reading, *, own: bool) -> System | None:
    """The system of a file of entrances: as declared, or as the layer of shapes says; else that of its facilities, if both are in
    degrees or both in metres."""
    declared = None if spec.crs == "auto" else spec.crs
    if declared or (own and table.crs):
        return layer_system(table, declared, reading)
    degrees = "lon" in spec.columns
    if layer.system.geographic == degrees:
        return layer.system
    return System(WGS84, True) if degrees else PROJECT_SYSTEM


def _single(table: Table) -> tuple[Table, IntArray]:
    """A layer with a row for each point, as one feature may be all the entrances of a facility; and the feature of each."""
    assert table.shapes is not None
    parts: list[object] = []
    row: list[int] = []
    for k, shape in enumerate(table.shapes):
        several = list(shape.geoms) if shape is not None and shape.geom_type == "MultiPoint" and not shape.is_empty else [shape]
        parts += several
        row += [k] * len(several)
    shapes = np.empty(len(parts), dtype=object)
    shapes[:] = parts
    columns = {name: [cells[k] for k in row] for name, cells in table.columns.items()}
    broken = frozenset(j for j, k in enumerate(row) if k in table.broken)
    rows = tuple(table.rows[k] for k in row)
    return replace(table, columns=columns, rows=rows, shapes=shapes, broken=broken), np.array(row, dtype=np.int64)


def _all_cells(layer: RawFacilities, key: str) -> TextArray:
    """A column of the layer's file, rows that `where` leaves out among them; the row's number where there is no such column."""
    header = layer.spec.columns.get(key)
    cells = [str(row) for row in layer.table.rows] if header is None else [text(cell) for cell in layer.table.columns[header]]
    return np.array(cells if key == "id" or header else [], dtype=object)


def _numbers(ids: TextArray, names: TextArray) -> Mapping[str, int]:
    """What facilities are called -> their number: by id, the first of equal ones, else by a name that no other has."""
    called: dict[str, int] = {}
    twice: set[str] = set()
    for j, name in enumerate(str(name).strip() for name in names):
        if name in called:
            twice.add(name)
        called.setdefault(name, j)
    found = {name: j for name, j in called.items() if name and name not in twice}
    for j, identity in reversed(list(enumerate(str(identity).strip() for identity in ids))):
        if identity:
            found[identity] = j
    return found


def select(gates: Sequence[Gates], reading: Reading) -> None:
    """Tells entrances whose facility no layer of theirs has, and writes down which rows are for facilities that are not picked."""
    for shown in dict.fromkeys(found.table.shown for found in gates):
        mine = [found for found in gates if found.table.shown == shown]
        for table in {found.table.sheet: found.table for found in mine}.values():
            same = [found for found in mine if found.table.sheet == table.sheet]
            known, picked = np.zeros(len(table), dtype=bool), np.zeros(len(table), dtype=bool)
            for found in same:
                known[found.row[found.known]] = True
                picked[found.row[found.owner >= 0]] = True
            for k in np.flatnonzero(~known).tolist():
                called = text(table.columns[same[0].raw.spec.columns["facility"]][k])
                reading.add(Issue("entrance_unknown", "warning", shown, table.sheet, table.rows[k], same[0].raw.spec.columns["facility"],
                                  None, called[:200], None if called.strip() else "entrance_of_nobody"))
            reading.select(table, picked | ~known)


def in_metres(raw: RawFacilities, gates: Gates | None, crs: System, reading: Reading) -> tuple[Extents, BoolArray | None]:
    """Areas and entrances of a layer in the project's CRS, and which entrances of its file have a place."""
    area = np.full(len(raw), None, dtype=object)
    for j in np.flatnonzero([shape is not None for shape in raw.extents.area]).tolist():
        moved = shapely.transform(raw.extents.area[j], lambda xy: np.column_stack(to_plane(raw.system, xy[:, 0], xy[:, 1], crs)))
        if not np.isfinite(shapely.get_coordinates(moved)).all():
            reading.add(raw.issue("geometry_invalid", "warning", j, sentence="area_unusable"))
            continue
        area[j] = moved if shapely.is_valid(moved) else shapely.make_valid(moved)
    owner, (x, y) = raw.extents.owner, to_plane(raw.system, raw.extents.a, raw.extents.b, crs)
    usable: npt.NDArray[np.bool_] | None = None
    if gates is not None:
        gate_x, gate_y = to_plane(gates.raw.system, gates.raw.positions.a, gates.raw.positions.b, crs)
        usable = np.isfinite(gate_x)
        mine = usable & (gates.owner >= 0)
        owner = np.concatenate([owner, gates.owner[mine]])
        x, y = np.concatenate([x, gate_x[mine]]), np.concatenate([y, gate_y[mine]])
    order = np.argsort(owner, kind="stable")
    order = order[np.isfinite(x[order])]
    start = np.zeros(len(raw) + 1, dtype=np.int64)
    np.cumsum(np.bincount(owner[order], minlength=len(raw)), out=start[1:])
    return Extents(area, start, x[order], y[order]), usable
