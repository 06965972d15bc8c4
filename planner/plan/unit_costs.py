"""The project's own table of unit costs (`[costs]` of planner.toml). Nothing here knows a price.

Beside a price by bed, square metre or facility it may hold the running subsidy a year and the usual size of a facility; money is in yuan,
or in 万元 where the header says so, and a figure whose magnitude can hardly be is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from planner.inputs.cells import blank, parse_number, text
from planner.inputs.columns import COSTS, key_of
from planner.inputs.files import UnusableFileError, present, safe
from planner.inputs.specs import FileRef
from planner.inputs.tables import Sheet, read_workbook
from planner.plan.gaplist import Sentence, UnitCost
from planner.plan.money import PLAUSIBLE_CNY, implausible, running_factor, yuan_factor
from planner.quality import Issue, QualityReport

COLUMNS = ("layer", "action", "unit", "cny")
OPTIONAL = ("price_year", "source", "certainty")
RUNNING = "running_cny"
SIZE = "size"
SIZE_WORDS = (SIZE, "规模", "常用规模")
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
    "open": "open",
    "启用": "open",
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
        if sheet.rows and set(COLUMNS) <= set(_heads(sheet)):
            asked = _ambiguous(sheet)
            for key, headers in asked.items():
                _tell(report, Issue("column_ambiguous", "blocking", ref.shown, sheet.name, column=key, value=", ".join(headers)[:200],
                                    sentence="costs_column_ambiguous", params={"what": key, "listed": ", ".join(headers)[:300]}))
            return () if asked else _rows(sheet, ref, report)
    heads = _heads(book.sheets[0]) if book.sheets and book.sheets[0].rows else {}
    for column in COLUMNS:
        if column not in heads:
            _tell(report, Issue("column_missing", "blocking", ref.shown, sentence="costs_column_missing", column=column, value=column))
    return ()


def _heads(sheet: Sheet) -> dict[str, tuple[int, float]]:
    """Our name of each column -> its place and what its figures are multiplied by. Money is known by its header, in yuan or 万元."""
    found: dict[str, tuple[int, float]] = {}
    for k, cell in enumerate(sheet.rows[0][1]):
        name = text(cell).strip()
        price, running = yuan_factor(name), running_factor(name)
        if running is not None:
            found.setdefault(RUNNING, (k, running))
        elif price is not None:
            found.setdefault("cny", (k, price))
        else:
            known = name if name in (*COLUMNS, *OPTIONAL) else (key_of(name, COSTS) or (name, 0))[0]
            found.setdefault(SIZE if name in SIZE_WORDS else known, (k, 1.0))
    return found


def _ambiguous(sheet: Sheet) -> dict[str, list[str]]:
    """Keys for which several headers could stand, none of them the key's own name: a person must say which."""
    names = [text(cell).strip() for cell in sheet.rows[0][1]]
    found: dict[str, list[str]] = {}
    for name in names:
        known = key_of(name, COSTS) if yuan_factor(name) is None and running_factor(name) is None else None
        if known and known[0] not in names:
            found.setdefault(known[0], []).append(name)
    return {key: listed for key, listed in found.items() if len(listed) > 1}


def _tell(report: QualityReport, issue: Issue) -> None:
    """An issue, once: a project's costs are read anew with each list."""
    if issue not in report.issues:
        report.issues.append(issue)


def _rows(sheet: Sheet, ref: FileRef, report: QualityReport) -> tuple[UnitCost, ...]:
    """The rows of the sheet that has the columns. Rows that the project's reader has counted already stay counted once."""
    fresh, record, found = ref.shown not in report.files, report.record(ref.shown), []
    place = _heads(sheet)
    rows = [(number, cells) for number, cells in sheet.rows[1:] if not all(blank(cell) for cell in cells)]
    for number, cells in rows:
        said = {key: text(cells[k]).strip() if (k := place.get(key, (len(cells), 1.0))[0]) < len(cells) else ""
                for key in (*COLUMNS, *OPTIONAL, RUNNING, SIZE)}
        cny, wrong = parse_number(said["cny"]).value * place["cny"][1], _wrong(said)
        if wrong:
            _tell(report, Issue("value_invalid", "warning", ref.shown, sheet.name, number, wrong, None, said[wrong], "costs_value_invalid"))
            continue
        do, unit = ACTIONS[said["action"].lower()], UNITS[said["unit"].lower()]
        if implausible(cny, unit):
            low, high = PLAUSIBLE_CNY[unit]
            params = {"cny": f"{cny:,.0f}", "low": f"{low:,.0f}", "high": f"{high:,.0f}"}
            place_of = (ref.shown, sheet.name, number, "cny", None, said["cny"], "costs_magnitude", params)
            _tell(report, Issue("cost_magnitude", "warning", *place_of))
        running = parse_number(said[RUNNING]).value * place[RUNNING][1] if said[RUNNING] else None
        size = parse_number(said[SIZE]).value if said[SIZE] else None
        found.append(UnitCost(said["layer"], do, unit, cny, said["price_year"], said["source"], said["certainty"], running, size))
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
        RUNNING: not said[RUNNING] or parse_number(said[RUNNING]).value >= 0,
        SIZE: not said[SIZE] or parse_number(said[SIZE]).value > 0,
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


def running_subsidy(costs: Sequence[UnitCost], layer: str, beds: float | None, area_m2: float | None) -> float | None:
    """Yuan of running subsidy a year of a facility of so many beds or m2 by the project's table; None where that has none."""
    sizes = {"bed": beds, "m2": area_m2, "site": 1.0}
    for cost in costs:
        size = sizes[cost.unit]
        if cost.layer == layer and cost.running_cny is not None and size is not None:
            return size * cost.running_cny
    return None


def norm_size(costs: Sequence[UnitCost], layer: str, unit: str) -> float | None:
    """The usual size of a facility of a layer in beds or m2 by the project's table; None where that has none."""
    return next((cost.size for cost in costs if cost.layer == layer and cost.unit == unit and cost.size is not None), None)
