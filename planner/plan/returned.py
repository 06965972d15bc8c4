"""What comes back from the districts: what they wrote is kept, what they altered and where they disagree is told, nothing is lost.

`planner gaps --split-by` keeps what it sent in `.planner/returned/sent-ID.json`; `--update` compares a returned workbook with that. What
differs in an open column is an edit and is kept in `.planner/returned/kept.json`, by the row's key; what differs in a column of the engine
is told and not used. Every returned file is kept as it came (`files/SHA256.xlsx`).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from planner.errors import InputError
from planner.inputs.cells import Cell, parse_number, text
from planner.inputs.files import UnusableFileError, present, safe, sha256
from planner.inputs.tables import read_workbook
from planner.plan.gaplist import CapitalProject, GapList
from planner.plan.store import state_folder, write_once
from planner.plan.toml_edit import replace_file

KIND, KEPT_FILE, SCHEMA = "returned", "kept.json", "planner.returned/1"
MARK = "planner-returned"
"""The word by which a workbook's hidden sheet is known; the id of what was sent and the district's code stand after it."""
TOLERANCE = 1e-6
KEY = "row_key"
UNSAVED = "\0formula"
"""What stands for a cell whose formula has no saved result."""
Value = str | float


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to tell of returned workbooks.

    kind : "altered" (a column of the engine), "conflict" (files that disagree: not used), "number" (no number where one is needed: not
    used), "formula" (one without a saved result: not
    used), "row" (a row that was not sent), "missing_row" (one that did not come back), "unread" (no workbook of ours), "unanswered".
    """

    kind: str
    file: str = ""
    district: str = ""
    sheet: str = ""
    row: str = ""
    column: str = ""
    sent: Value = ""
    found: Value = ""


@dataclass(frozen=True, slots=True)
class Update:
    """What an update did: files read, edits newly kept, and what is to be told."""

    files: int
    edits: int
    findings: tuple[Finding, ...]


@dataclass(slots=True)
class _Edit:
    """What one file says of one cell."""

    file: str
    district: str
    sent: Value
    value: Value


@dataclass(slots=True)
class _Reading:
    """What has been read of some files."""

    edits: dict[tuple[str, str, str], list[_Edit]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    answered: list[tuple[str, str]] = field(default_factory=list)


def kept_rows(project: Path) -> dict[str, dict[str, dict[str, Value]]]:
    """What people said: "gaps" and "projects" -> key of the row -> column -> value. Raises InputError: returned_damaged."""
    rows: dict[str, dict[str, dict[str, Value]]] = _kept(project)["rows"]
    return rows


def _kept(project: Path) -> dict[str, Any]:
    """The file of what is kept."""
    path = state_folder(project, KIND) / KEPT_FILE
    if not path.is_file():
        return {"schema": SCHEMA, "rows": {"gaps": {}, "projects": {}}, "answered": [], "told": [], "replaced": []}
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if found["schema"] != SCHEMA or not all(isinstance(found["rows"][kind], dict) for kind in ("gaps", "projects")):
            raise ValueError(found["schema"])
    except (ValueError, KeyError, TypeError, OSError, RecursionError):
        raise InputError("returned_damaged", file=KEPT_FILE) from None
    return found


def with_kept(gap_list: GapList, rows: Mapping[str, Mapping[str, Mapping[str, Value]]]) -> GapList:
    """The list with what people said of its rows. A cost of theirs is the cost, and the sums follow."""
    gaps = tuple(replace(gap, kept=rows["gaps"][gap.row_key]) if gap.row_key in rows["gaps"] else gap for gap in gap_list.gaps)
    projects = tuple(_told(project, rows["projects"].get(project.row_key, {})) for project in gap_list.projects)
    known = [project.est_cost_cny for project in projects if project.est_cost_cny is not None]
    cost = math.fsum(known) if known else None
    headline = replace(gap_list.headline, est_cost_cny=cost, projects_without_cost=len(projects) - len(known))
    return replace(gap_list, gaps=gaps, projects=projects, headline=headline)


def _told(project: CapitalProject, said: Mapping[str, Value]) -> CapitalProject:
    """A project with what people said of it."""
    if not said:
        return project
    cost = said.get("cost")
    if cost == "":
        return replace(project, kept={key: value for key, value in said.items() if key != "cost"})
    if isinstance(cost, float):
        return replace(project, kept=dict(said), est_cost_cny=cost * 10_000, cost_note=None)
    return replace(project, kept=dict(said))


def keep_sent(project: Path, sent: Mapping[str, Any]) -> None:
    """Keeps what was sent, under its id; what was sent before stays. The same list sent again is the same file."""
    write_once(state_folder(project, KIND) / f"sent-{sent['id']}.json", json.dumps(sent, ensure_ascii=False).encode())


def update(project: Path, files: Sequence[Path]) -> Update:
    """Takes returned workbooks into what is kept. Raises InputError: returned_damaged (what is kept cannot be read; it stays as it is)."""
    kept, reading, sent_by_id = _kept(project), _Reading(), dict[str, Any]()
    for path in files:
        try:
            _read(project, path, sent_by_id, reading)
        except UnusableFileError as error:
            reading.findings.append(Finding("unread", path.name, found=error.code))
    count = 0
    for (kind, row, column), edits in sorted(reading.edits.items()):
        values = {_same(edit.value): edit for edit in edits}
        if len(values) > 1:
            reading.findings.extend(Finding("conflict", edit.file, edit.district, kind, row, column, edit.sent, edit.value)
                                    for edit in values.values())
            continue
        (edit,) = values.values()
        before = kept["rows"][kind].setdefault(row, {}).get(column)
        if before != edit.value:
            count += 1
            if before is not None:
                kept["replaced"].append({"sheet": kind, "row": row, "column": column, "value": before, "by": edit.file})
            kept["rows"][kind][row][column] = edit.value
    answered = [list(pair) for pair in dict.fromkeys((*map(tuple, kept["answered"]), *reading.answered))]
    reading.findings.extend(_unanswered(sent_by_id, answered))
    kept["answered"] = answered
    told = [_as_dict(finding) for finding in reading.findings if finding.kind != "unanswered"]
    kept["told"].extend(one for one in told if one not in kept["told"])
    folder = state_folder(project, KIND)
    folder.mkdir(parents=True, exist_ok=True)
    replace_file(folder / KEPT_FILE, json.dumps(kept, ensure_ascii=False, indent=1).encode())
    return Update(len(files), count, tuple(reading.findings))


def _as_dict(finding: Finding) -> dict[str, Value]:
    """A finding as it is kept."""
    return {key: getattr(finding, key) for key in finding.__slots__}


def _unanswered(sent_by_id: Mapping[str, Any], answered: Iterable[Sequence[str]]) -> list[Finding]:
    """The districts that were sent a workbook with those that came back, and did not send theirs."""
    here = {tuple(pair) for pair in answered}
    return [Finding("unanswered", district["file"], district["name"])
            for ident, sent in sent_by_id.items() for code, district in sent["districts"].items() if (ident, code) not in here]


def _read(project: Path, path: Path, sent_by_id: dict[str, Any], reading: _Reading) -> None:
    """One returned workbook. Raises UnusableFileError for a file that is none of ours."""
    present(path)
    safe(path)
    book = read_workbook(path)
    mark = next((cells for sheet in book.sheets for _, cells in sheet.rows[:1] if cells and cells[0] == MARK), None)
    if mark is None or len(mark) < 3:
        raise UnusableFileError("returned_no_mark")
    ident, code = text(mark[1]), text(mark[2])
    source = state_folder(project, KIND) / f"sent-{ident}.json"
    if not ident.isalnum() or not source.is_file():
        raise UnusableFileError("returned_not_sent")
    try:
        sent = sent_by_id.setdefault(ident, json.loads(source.read_text(encoding="utf-8")))
    except ValueError:
        raise UnusableFileError("returned_not_sent") from None
    district = sent["districts"].get(code)
    if district is None:
        raise UnusableFileError("returned_not_sent")
    write_once(state_folder(project, KIND) / "files" / f"{sha256(path)}.xlsx", path.read_bytes())
    reading.answered.append((ident, code))
    for kind, given in sent["sheets"].items():
        rows = _rows(book.sheets, given)
        here = (path.name, district["name"])
        if rows is None:
            reading.findings.append(Finding("missing_row", *here, kind))
            continue
        _compare(kind, given, district["rows"][kind], rows, here, reading)


def _rows(pages: Sequence[Any], given: Mapping[str, Any]) -> list[dict[str, Cell]] | None:
    """The rows below the header of one of our sheets, by key of the column; None where the sheet is gone."""
    heads: Mapping[str, str] = given["heads"]
    label = next(head for head, key in heads.items() if key == KEY)
    for page in pages:
        top = next((k for k, (_, cells) in enumerate(page.rows) if page.name == given["name"] and label in cells), None)
        if top is not None:
            keys = [heads.get(text(cell)) for cell in page.rows[top][1]]
            return [{key: UNSAVED if (row, k) in page.unsaved else cell
                     for k, (key, cell) in enumerate(zip(keys, (*cells, *[None] * len(keys)), strict=False)) if key}
                    for row, cells in page.rows[top + 1:]]
    return None


def _compare(kind: str, given: Mapping[str, Any], sent: Mapping[str, Mapping[str, Value]], rows: Sequence[Mapping[str, Cell]],
             here: tuple[str, str], reading: _Reading) -> None:
    """The rows that came back, against those that were sent."""
    opened, seen = set(given["open"]), set[str]()
    for row in rows:
        ident = text(row.get(KEY)).strip()
        if ident not in sent:
            said = "; ".join(f"{key}: {text(cell)}" for key, cell in row.items() if text(cell).strip())
            reading.findings.append(Finding("row", *here, kind, ident, found=said))
            continue
        seen.add(ident)
        for column, before in sent[ident].items():
            if column == KEY or column not in row:
                continue
            if row[column] == UNSAVED:
                reading.findings.append(Finding("formula", *here, kind, ident, column, before))
                continue
            value = _value(row[column], number=column in given["numbers"])
            if value is None:
                reading.findings.append(Finding("number", *here, kind, ident, column, before, text(row[column])))
            elif _same(value) != _same(before):
                if column in opened:
                    value = given["choices"].get(column, {}).get(value, value)
                    reading.edits.setdefault((kind, ident, column), []).append(_Edit(*here, before, value))
                else:
                    reading.findings.append(Finding("altered", *here, kind, ident, column, before, value))
    reading.findings.extend(Finding("missing_row", *here, kind, ident) for ident in sent if ident not in seen)


def _value(cell: Cell, *, number: bool) -> Value | None:
    """A cell as it is kept: text, or a number; None where a number is needed and there is none."""
    typed = text(cell).strip()
    if not number or not typed:
        return typed
    value = parse_number(cell).value
    return float(value) if math.isfinite(value) else None


def _same(value: Value) -> Value:
    """A value as it is compared: figures to the precision that spreadsheets keep, text without its line ends."""
    if isinstance(value, str):
        plain = value.replace("\r\n", "\n").replace("_x000D_", "").strip()
        return plain.removeprefix("'")
    return float(f"{value:.10g}")
