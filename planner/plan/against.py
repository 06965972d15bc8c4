"""A new ledger held against the former one: opened, closed, renamed, moved, changed and vanished rows, before the new one takes over."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from planner.errors import InputError
from planner.inputs.kept import plain
from planner.inputs.placing import Placed
from planner.inputs.readers import Survey, survey
from planner.inputs.specs import FacilitySpec, FileRef
from planner.plan.matching import Match, Row, away_m, match
from planner.plan.positions_kept import position_files
from planner.plan.project import Project, read_project
from planner.quality import Issue, QualityReport

SCHEMA = "planner.against/1"
KINDS = ("opened", "added", "closed", "renamed", "moved", "changed", "vanished")
"""opened: a new row in operation, or one that has begun to operate. added: a new row that does not operate (planned, closed, ...).
closed: now said to be closed. vanished: not in the new ledger, and nobody said that it closed."""
WITHIN_M = 200.0
"""So far a facility may have moved, by its coordinates, without being told as moved."""
NOT_YET = ("planned", "under_construction", "completed", "suspended", "closed")
_CODE_HEADER = re.compile(r"统一社会信用代码|社会信用代码|信用代码|^uscc$|credit_code", re.IGNORECASE)
_PLACE_KEYS = ("lon", "lat", "x", "y", "name", "id", "entrances")


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. how : by what the rows were matched ("" for opened, added and vanished); column : the header of the new ledger;
    old, new : values as text; old_row, row : as a person counts them; metres : of a move."""

    kind: str
    layer: str
    how: str
    id: str
    old_id: str
    name: str
    old_name: str
    old_row: int | None
    row: int | None
    column: str = ""
    old: str = ""
    new: str = ""
    metres: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """The change as JSON and CSV have it."""
        return {name: getattr(self, name) for name in CHANGE_KEYS}


CHANGE_KEYS = ("kind", "layer", "how", "id", "old_id", "name", "old_name", "old_row", "row", "column", "old", "new", "metres")


@dataclass(frozen=True, slots=True)
class LayerChanges:
    """One layer: its two files, their rows, how the rows were matched (how -> pairs), and the changes in the order of KINDS.

    ids_believed : whether the ids of the two ledgers mean the same.
    """

    layer: str
    old_file: str
    file: str
    old_rows: int
    rows: int
    matched: Mapping[str, int]
    ids_believed: bool
    changes: tuple[Change, ...]

    @property
    def counts(self) -> dict[str, int]:
        """Facilities of each kind of change; one with several changed columns counts once."""
        seen = {(change.kind, change.old_row, change.row) for change in self.changes}
        counts = Counter(kind for kind, _, _ in seen)
        return {kind: counts[kind] for kind in KINDS}

    def to_dict(self) -> dict[str, Any]:
        """The layer as the JSON has it."""
        return {"layer": self.layer, "old_file": self.old_file, "file": self.file, "old_rows": self.old_rows, "rows": self.rows,
                "matched": dict(self.matched), "ids_believed": self.ids_believed, "counts": self.counts,
                "changes": [change.to_dict() for change in self.changes]}


@dataclass(frozen=True, slots=True)
class Comparison:
    """All layers that both sides have. unread : layers of the old side that could not be read, with the reason; only_new : layers
    that the old side has no ledger for; old_specs : what was read of it."""

    within_m: float
    layers: tuple[LayerChanges, ...]
    unread: Mapping[str, Issue]
    only_new: tuple[str, ...]
    old_specs: tuple[FacilitySpec, ...]

    def to_dict(self, lang: str) -> dict[str, Any]:
        """The comparison as JSON, schema planner.against/1."""
        return {"schema": SCHEMA, "within_m": self.within_m, "layers": [layer.to_dict() for layer in self.layers],
                "unread": {layer: issue.to_dict(lang) for layer, issue in self.unread.items()}, "only_new": list(self.only_new)}


def compare(project: Project, found: Survey, old: Path, *, within_m: float = WITHIN_M, layers: Sequence[str] = ()) -> Comparison:
    """The project's ledgers against former ones: a file, a folder of files of the same names, or a former project.

    found : the survey of the project; layers : only these. Raises InputError: against_missing, against_no_layer, against_ambiguous.
    """
    wanted = [spec for spec in project.facilities if spec.slug in found.facilities and (not layers or spec.slug in layers)]
    specs = _old_specs(wanted, old)
    beside = position_files(_project_folder(old) or project.folder)
    compared, unread = hold_against(project, found, specs, within_m=within_m, beside=beside)
    if _by_columns(wanted, old):  # the file was tried with every section: those that it does not hold say nothing
        compared = [layer for layer in compared if layer.old_rows]
        unread = {} if compared else unread
        if len({layer.file for layer in compared}) > 1:
            raise InputError("against_ambiguous", file=old.name, layers=", ".join(layer.layer for layer in compared))
    if not compared and not unread:
        raise InputError("against_no_layer", file=old.name)
    if not compared:
        raise InputError("against_unreadable", file=old.name, issue=next(iter(unread.values())))
    read = {layer.layer for layer in compared}
    return Comparison(within_m, tuple(compared), unread, tuple(spec.slug for spec in wanted if spec.slug not in read),
                      tuple(spec for spec in specs if spec.slug in read))


def hold_against(project: Project, found: Survey, former: Sequence[FacilitySpec], *, within_m: float,
                 beside: Sequence[FileRef]) -> tuple[list[LayerChanges], dict[str, Issue]]:
    """The ledgers of a survey against former ones of the same layers: the changes of each, and the layers that could not be read, with the
    reason. beside : files of positions kept beside the former ledgers."""
    report = QualityReport()
    before = survey(project.boundaries, former, None, crs=found.crs or project.crs, buffer_m=project.buffer_m, lines=lambda _: None,
                    report=report, kept=beside)
    compared: list[LayerChanges] = []
    unread: dict[str, Issue] = {}
    for spec in former:
        placed = before.facilities.get(spec.slug)
        if placed is not None:
            compared.append(layer_changes(placed, found.facilities[spec.slug], within_m))
        elif (issue := next((issue for issue in report.blocking if issue.file == spec.file.shown), None)) is not None:
            unread[spec.slug] = issue
    return compared, unread


def _old_specs(wanted: Sequence[FacilitySpec], old: Path) -> list[FacilitySpec]:
    """What to read on the old side: its own sections where it is a project, else the project's on its files."""
    if not old.exists():
        raise InputError("against_missing", file=old.name)
    if _project_folder(old) is not None:
        former = {spec.slug: spec for spec in read_project(old, report=QualityReport()).facilities}
        return [former[spec.slug] for spec in wanted if spec.slug in former]
    if old.is_dir():
        specs = []
        for spec in wanted:
            path = next((path for path in (old / spec.file.shown, old / Path(spec.file.shown).name) if path.is_file()), None)
            if path is not None:
                specs.append(_on(spec, path, old))
        return specs
    same = [spec for spec in wanted if Path(spec.file.shown).name == old.name]
    return [_on(spec, old, old.parent) for spec in same or wanted]


def _project_folder(old: Path) -> Path | None:
    """The folder of a former project; None for a file or a folder of ledgers."""
    if old.name == "planner.toml" and old.is_file():
        return old.parent
    return old if (old / "planner.toml").is_file() else None


def _by_columns(wanted: Sequence[FacilitySpec], old: Path) -> bool:
    """Whether a single file of another name was given, so that its columns must say which sections it belongs to."""
    return old.is_file() and old.name != "planner.toml" and not any(Path(spec.file.shown).name == old.name for spec in wanted)


def _on(spec: FacilitySpec, path: Path, folder: Path) -> FacilitySpec:
    """A section on another file; its day is not known, and entrances of the new ledger say nothing about the old one."""
    shown = path.relative_to(folder).as_posix()
    return replace(spec, file=FileRef(path, shown, spec.file.section), date="", entrances=None)


# ---- one layer -------------------------------------------------------------------------------------------------------
def rows_of(placed: Placed) -> list[Row]:
    """All rows of a ledger, also those that the analysis leaves out: they are facilities too."""
    raw = placed.raw
    code_key = "uscc" if "uscc" in raw.columns else next((key for key in raw.columns if _CODE_HEADER.search(key)), None)
    stated_id = "id" in raw.spec.columns
    texts = {key: _texts(raw.columns[key]) for key in raw.columns if key in raw.spec.columns or key == code_key}
    blank = [""] * len(raw)
    ids = [identity if stated_id and not identity.startswith("#") else "" for identity in texts.get("id", blank)]
    names, addresses = texts.get("name", _texts(raw.columns["name"])), texts.get("address", blank)
    units = [str(raw.stated["community"][j] if "community" in raw.stated and raw.stated["community"][j] else
                 raw.stated["township"][j] if "township" in raw.stated else "") for j in range(len(raw))]
    return [Row(ids[j], texts[code_key][j] if code_key else "", names[j], addresses[j], units[j], float(placed.x[j]), float(placed.y[j]),
                texts["status"][j] if "status" in texts else "", raw.row(j),
                {key: values[j] for key, values in texts.items() if key not in _PLACE_KEYS}) for j in range(len(raw))]


def _texts(values: Any) -> list[str]:
    """A column as text: numbers without needless decimals, "" where there is none."""
    if np.issubdtype(values.dtype, np.floating):
        return ["" if math.isnan(value) else f"{value:.12g}" for value in values.tolist()]
    return [str(value).strip() for value in values]


def layer_changes(old: Placed, new: Placed, within_m: float = WITHIN_M) -> LayerChanges:
    """One layer's ledgers held against each other."""
    before, after = rows_of(old), rows_of(new)
    pairs, believed = match(before, after, within_m)
    slug, headers = new.raw.spec.slug, new.raw.spec.columns
    changes: list[Change] = []
    for pair in pairs:
        changes.extend(_pair_changes(slug, before[pair.old], after[pair.new], pair, headers, within_m, believed))
    for j in sorted(set(range(len(after))) - {pair.new for pair in pairs}):
        row = after[j]
        changes.append(Change("added" if row.status in NOT_YET else "opened", slug, "", row.id, "", row.name, "", None, row.row,
                              headers.get("status", ""), "", row.status))
    for i in sorted(set(range(len(before))) - {pair.old for pair in pairs}):
        row = before[i]
        changes.append(Change("vanished", slug, "", "", row.id, "", row.name, row.row, None, headers.get("status", ""), row.status, ""))
    changes.sort(key=lambda change: KINDS.index(change.kind))
    return LayerChanges(slug, old.raw.table.shown, new.raw.table.shown, len(before), len(after), dict(Counter(pair.how for pair in pairs)),
                        believed, tuple(changes))


def _pair_changes(slug: str, old: Row, new: Row, pair: Match, headers: Mapping[str, str], within_m: float,
                  ids_believed: bool) -> list[Change]:
    """All differences between two rows of one facility; ids that start anew each year are none."""

    def told(kind: str, column: str, was: str, now: str, metres: float | None = None) -> Change:
        return Change(kind, slug, pair.how, new.id, old.id, new.name, old.name, old.row, new.row, column, was, now, metres)

    found = []
    works = ("operating", "")
    said = headers.get("status", "")
    if new.status == "closed" and old.status != "closed":
        found.append(told("closed", said, old.status, new.status))
    elif new.status in works and old.status in NOT_YET:
        found.append(told("opened", said, old.status, new.status))
    elif new.status != old.status and "status" in old.cells and "status" in new.cells:
        found.append(told("changed", said, old.status, new.status))
    if plain(old.name) != plain(new.name):
        found.append(told("renamed", headers.get("name", ""), old.name, new.name))
    metres = away_m(old, new)
    place = headers.get("lon", headers.get("x", ""))
    if metres > within_m:
        found.append(told("moved", place, _spot(old), _spot(new), round(metres, 1)))
    elif old.placed != new.placed:
        found.append(told("changed", place, _spot(old), _spot(new)))
    if ids_believed and old.id != new.id and old.id and new.id:
        found.append(told("changed", headers.get("id", ""), old.id, new.id))
    for key, now in new.cells.items():
        if key in old.cells and key != "status" and old.cells[key] != now and not (
                key == "address" and plain(old.cells[key]) == plain(now)):
            found.append(told("changed", headers.get(key, key), old.cells[key], now))
    return found


def _spot(row: Row) -> str:
    """A place in metres of the project's system, as text."""
    return f"{row.x:.1f}, {row.y:.1f}" if row.placed else ""
