"""The project's own table of unit costs (`[costs]` of planner.toml). Nothing here knows a price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from planner.inputs.cells import blank, parse_number, text
from planner.inputs.files import UnusableFileError, present, safe
from planner.inputs.specs import FileRef
from planner.inputs.tables import Sheet, read_workbook
from planner.plan.gaplist import Sentence, UnitCost
from planner.quality import Issue, QualityReport

COLUMNS = ("layer", "action", "unit", "cny")
OPTIONAL = ("price_year", "source", "certainty")
ACTIONS = {
    "add": "new",
    "new": "new",
    "新建": "new",
    "expand": "expand",
    "扩建": "expand",
    "convert": "convert",
    "改造": "convert",
    "改建": "convert",
    "share": "share",
    "共享": "share",
}
UNITS = {
    "bed": "bed",
    "beds": "bed",
    "床": "bed",
    "床位": "bed",
    "张": "bed",
    "m2": "m2",
    "㎡": "m2",
    "平方米": "m2",
    "site": "site",
    "facility": "site",
    "处": "site",
    "个": "site",
}


def read_unit_costs(ref: FileRef, report: QualityReport) -> tuple[UnitCost, ...]:
    """The rows of a cost table (layer, action, unit, cny, price_year, source, certainty); faults are issues of the report, row by row."""
    try:
        present(ref.path)
        safe(ref.path)
        book = read_workbook(ref.path)
    except UnusableFileError as error:
        sentence, params = error.sentence, dict(error.params)
        issue = Issue(error.code, error.severity, ref.shown, None, error.row, error.column, None, error.value, sentence, params)
        _tell(report, issue)
        return ()
    for sheet in book.sheets:
        if sheet.rows and set(COLUMNS) <= {text(cell).strip() for cell in sheet.rows[0][1]}:
            return _rows(sheet, ref, report)
    first = book.sheets[0].rows[0][1] if book.sheets and book.sheets[0].rows else []
    heads = {text(cell).strip() for cell in first}
    for column in COLUMNS:
        if column not in heads:
            _tell(report, Issue("column_missing", "blocking", ref.shown, sentence="costs_column_missing", column=column, value=column))
    return ()


def _tell(report: QualityReport, issue: Issue) -> None:
    """An issue, once: a project's costs are read anew with each list."""
    if issue not in report.issues:
        report.issues.append(issue)


def _rows(sheet: Sheet, ref: FileRef, report: QualityReport) -> tuple[UnitCost, ...]:
    """The rows of the sheet that has the columns. Rows that the project's reader has counted already stay counted once."""
    fresh, record, found = ref.shown not in report.files, report.record(ref.shown), []
    place = {text(cell).strip(): k for k, cell in enumerate(sheet.rows[0][1])}
    rows = [(number, cells) for number, cells in sheet.rows[1:] if not all(blank(cell) for cell in cells)]
    for number, cells in rows:
        said = {key: text(cells[k]).strip() if (k := place.get(key, len(cells))) < len(cells) else "" for key in (*COLUMNS, *OPTIONAL)}
        cny, wrong = parse_number(said["cny"]).value, _wrong(said)
        if wrong:
            _tell(report, Issue("value_invalid", "warning", ref.shown, sheet.name, number, wrong, None, said[wrong], "costs_value_invalid"))
            continue
        do, unit = ACTIONS[said["action"].lower()], UNITS[said["unit"].lower()]
        found.append(UnitCost(said["layer"], do, unit, cny, said["price_year"], said["source"], said["certainty"]))
    if fresh:
        record.role, record.rows_in = "costs", len(rows)
    record.rows_kept = min(len(found), record.rows_in)
    return tuple(found)


def _wrong(said: Mapping[str, str]) -> str:
    """The first column of a row that cannot be used, or ""."""
    known = {
        "layer": bool(said["layer"]),
        "action": said["action"].lower() in ACTIONS,
        "unit": said["unit"].lower() in UNITS,
        "cny": parse_number(said["cny"]).value >= 0,
    }
    return next((column for column, fine in known.items() if not fine), "")


def estimate(
    costs: Sequence[UnitCost],
    layer: str,
    do: str,
    quantity: int,
    beds: float | None,
    area_m2: float | None,
) -> tuple[float, UnitCost] | Sentence:
    """Yuan for something to build and the row it comes from, or the reason why there is none.

    A row in beds or m2 is used where that size is known, before one for a whole site.
    """
    if not costs:
        return Sentence("gaps.cost.no_table")
    rows = [cost for cost in costs if cost.layer == layer and cost.action == do]
    if not rows:
        return Sentence("gaps.cost.no_row", {"layer": layer, "do": Sentence(f"gaps.do.{do}")})
    sizes = {"bed": beds, "m2": area_m2, "site": float(quantity)}
    for unit in ("bed", "m2", "site"):
        for cost in rows:
            size = sizes[unit]
            if cost.unit == unit and size is not None:
                return size * cost.cny, cost
    return Sentence("gaps.cost.no_size", {"unit": Sentence(f"gaps.cost.unit_{rows[0].unit}")})
