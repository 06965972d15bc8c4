"""Who answers for a layer and who has a part in it: the package's table, and the project's own `departments.csv`, which goes before it.

`departments.csv` stands beside planner.toml, with the columns layer, responsible and cooperating (图层, 责任单位, 配合单位); a row
may leave one of the two blank, which leaves the package's. Names are data: they are shown as they are written.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from planner.inputs.cells import blank, text
from planner.inputs.files import UnusableFileError, present, safe
from planner.inputs.tables import read_workbook
from planner.plan.gaplist import Words
from planner.quality import Issue, QualityReport
from planner.targets.catalogue import layer_info

DEPARTMENTS_FILE = "departments.csv"
HEADERS = {"layer": ("layer", "图层", "设施图层"), "responsible": ("responsible", "责任单位"), "cooperating": ("cooperating", "配合单位")}


@dataclass(frozen=True, slots=True)
class Departments:
    """own : layer -> (responsible, cooperating) as the project has them, "" where it says nothing."""

    own: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def responsible(self, layer: str) -> Words:
        """Who answers for a layer."""
        return self.own.get(layer, ("", ""))[0] or layer_info(layer).department

    def cooperating(self, layer: str) -> Words:
        """Who else has a part in it."""
        table = _table()
        written: Words = table["layer"].get(layer, table["default"])["cooperating"]
        return self.own.get(layer, ("", ""))[1] or written


DEPARTMENTS = Departments()
"""The package's own table."""


@cache
def _table() -> dict[str, Any]:
    """The package's table of who has a part."""
    return tomllib.loads((files("planner") / "plan" / "departments.toml").read_text(encoding="utf-8"))


def read_departments(folder: Path, report: QualityReport) -> Departments:
    """The departments of a project: those of its departments.csv before the package's. Faults are issues of the report."""
    path = folder / DEPARTMENTS_FILE
    if not path.is_file() or not path.resolve().is_relative_to(folder.resolve()):
        return DEPARTMENTS
    try:
        present(path)
        safe(path)
        sheet = read_workbook(path).sheets[0]
    except UnusableFileError as error:
        sentence, params = error.sentence, dict(error.params)
        _tell(report, Issue(error.code, "warning", DEPARTMENTS_FILE, None, error.row, error.column, None, error.value, sentence, params))
        return DEPARTMENTS
    heads = [text(cell).strip().lower() for cell in sheet.rows[0][1]] if sheet.rows else []
    place = {key: next((heads.index(word) for word in words if word in heads), None) for key, words in HEADERS.items()}
    if place["layer"] is None:
        _tell(report, Issue("column_missing", "warning", DEPARTMENTS_FILE, column="layer", value="layer", sentence="departments_layer"))
        return DEPARTMENTS
    own: dict[str, tuple[str, str]] = {}
    for number, cells in sheet.rows[1:]:
        if all(blank(cell) for cell in cells):
            continue
        said = {key: text(cells[k]).strip() if k is not None and k < len(cells) else "" for key, k in place.items()}
        layer = said["layer"]
        if not layer_info(layer).known:
            _tell(report, Issue("value_invalid", "warning", DEPARTMENTS_FILE, row=number, column="layer", value=layer[:200],
                                sentence="departments_unknown"))
        own[layer] = (said["responsible"], said["cooperating"])
    return Departments(own)


def _tell(report: QualityReport, issue: Issue) -> None:
    """An issue, once: the table is read anew with each list."""
    if issue not in report.issues:
        report.issues.append(issue)
