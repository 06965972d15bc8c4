"""A sheet understood as a ledger: which rows are its header, which are titles, totals and notes, which are data."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from planner.inputs.cells import Cell, blank, text
from planner.inputs.tables import Sheet

HEADER_SEARCH_ROWS = 40
HEADER_LEVELS = 4
_TOTAL = re.compile(r"(?:本页|本表|全[区市县省]|各[区街镇])?(?:合计|小计|总计|共计|总合计|合计数|累计)(?:[(（].*[)）])?"
                    r"|(?:sub|grand)?total|sum", re.IGNORECASE)
_TOTAL_SIGN = re.compile(r"[计lm]", re.IGNORECASE)
"""Every word of _TOTAL has one of these: most cells are seen to be none of them at once."""
_NOTE_WORDS = (r"(?:备注|附注|注释|注|填表说明|说明|填表人|填报人|填报单位|填表单位|填报日期|填表日期|填报时间|报出日期|制表日期"
               r"|制表单位|制表人|制表|审核人|审核|复核人|复核|单位负责人|统计负责人|负责人|经办人|数据来源|资料来源|联系人|联系电话|notes?|sources?)")
_NOTE = re.compile(rf"{_NOTE_WORDS}\s*\d*\s*[:：.、)）]", re.IGNORECASE)
_NOTE_CELLS = 3


@dataclass(frozen=True, slots=True)
class Ledger:
    """A sheet with its header found.

    columns : header -> one cell a data row; rows : their numbers as a person counts them. header_row : the number of the first header row.
    titles : whether rows above it were skipped. levels : of the header. totals, notes : numbers of rows left out, with their first cell.
    hidden : how many data rows the sheet hides. long : numbers of rows with cells beyond the header. repeated : headers that stand twice.
    renamed : wanted header -> header in the file, where they differ in width or blanks only. unsaved : header -> numbers of the data rows
    in which it has a formula without a saved result.
    """

    sheet: str | None
    columns: dict[str, list[Cell]]
    rows: tuple[int, ...]
    header_row: int
    titles: bool
    levels: int
    totals: tuple[tuple[int, str], ...]
    notes: tuple[tuple[int, str], ...]
    hidden: int
    long: tuple[int, ...]
    repeated: tuple[str, ...]
    renamed: dict[str, str]
    unsaved: dict[str, tuple[int, ...]]

    @property
    def rows_in(self) -> int:
        """Rows below the header that are not blank."""
        return len(self.rows) + len(self.totals) + len(self.notes)


def compact(header: str) -> str:
    """A header without blanks and widths, for comparison only."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", header)).lower()


def choose_sheet(sheets: Sequence[Sheet], wanted: Sequence[str], name: str | None = None) -> Sheet | None:
    """The sheet of that name, else the first that holds most of the wanted headers; None where there is none with a row."""
    if name is not None:
        return next((sheet for sheet in sheets if sheet.name == name), None)
    filled = [sheet for sheet in sheets if sheet.rows]
    if len(filled) <= 1:
        return filled[0] if filled else None
    return max(filled, key=lambda sheet: _Header.find(sheet, wanted).score)


def headers(sheets: Sequence[Sheet], score: Callable[[Sequence[str]], int],
            name: str | None = None) -> tuple[str | None, tuple[str, ...]] | None:
    """The sheet and the headers that score highest, where nobody has said which are wanted; None where there is no such sheet or row."""
    best: tuple[int, str | None, tuple[str, ...]] | None = None
    for sheet in sheets:
        if not sheet.rows or name not in (None, sheet.name):
            continue
        for levels in range(1, HEADER_LEVELS + 1):
            for at in range(min(len(sheet.rows) - levels + 1, HEADER_SEARCH_ROWS)):
                names = _names(sheet, at, levels)
                reached = score(names)
                if best is None or reached > best[0]:
                    best = reached, sheet.name, names
    return None if best is None else best[1:]


@dataclass(frozen=True, slots=True)
class _Header:
    """A place where the header may stand: index of its first row among the sheet's rows, its levels, its names, wanted ones found."""

    at: int
    levels: int
    names: tuple[str, ...]
    score: int

    @staticmethod
    def find(sheet: Sheet, wanted: Sequence[str]) -> _Header:
        """The rows that hold most of the wanted headers: the fewest levels, then the first."""
        sought = {compact(name) for name in wanted}
        best = _Header(0, 1, _names(sheet, 0, 1), 0)
        for levels in range(1, HEADER_LEVELS + 1):
            for at in range(min(len(sheet.rows) - levels + 1, HEADER_SEARCH_ROWS)):
                names = _names(sheet, at, levels)
                score = len(sought & {compact(name) for name in names})
                if score > best.score:
                    best = _Header(at, levels, names, score)
                if best.score == len(sought):
                    return best
        return best


def _names(sheet: Sheet, at: int, levels: int) -> tuple[str, ...]:
    """The headers of some rows taken for header levels, joined with `_`; merged cells count for all that they cover."""
    rows = sheet.rows[at:at + levels]
    width = max(len(cells) for _, cells in rows)
    grid = [[text(cells[k]).strip() if k < len(cells) else "" for k in range(width)] for _, cells in rows]
    numbers = {number: k for k, (number, _) in enumerate(rows)}
    for r0, c0, r1, c1 in sheet.merges if levels > 1 else ():
        if r0 in numbers and r1 - r0 < HEADER_LEVELS:
            for number in range(r0, r1 + 1):
                for column in range(c0, min(c1 + 1, width)):
                    if number in numbers:
                        grid[numbers[number]][column] = grid[numbers[r0]][c0]
    if levels > 1 and not sheet.merges:
        _spread(grid)
    names = []
    for column in range(width):
        parts = [row[column] for row in grid if row[column]]
        names.append("_".join(part for k, part in enumerate(parts) if k == 0 or part != parts[k - 1]))
    return tuple(names)


def _spread(grid: list[list[str]]) -> None:
    """In a text file merged cells are blank after the first: an upper level runs on to the right over what has a lower one."""
    for level, row in enumerate(grid[:-1]):
        for column in range(1, len(row)):
            lower = any(below[column] for below in grid[level + 1:])
            left = any(below[column - 1] for below in grid[level + 1:])
            if not row[column] and lower and left:
                row[column] = row[column - 1]


@dataclass(frozen=True, slots=True)
class _Sorted:
    """The rows below a header, told apart: columns by place, the others as in Ledger."""

    columns: tuple[list[Cell], ...]
    rows: tuple[int, ...]
    totals: tuple[tuple[int, str], ...]
    notes: tuple[tuple[int, str], ...]
    long: tuple[int, ...]


Known = dict[tuple[_Header, tuple[int, ...]], _Sorted]


def understand(sheet: Sheet, wanted: Sequence[str], keys: Sequence[str] = (), known: Known | None = None, *,
               totals: bool = True) -> Ledger:
    """The ledger of a sheet. wanted : headers that planner.toml names; keys : those among them in which a total row says that it is one.

    known : kept by the caller for a sheet that several sections ask for: what one found out about its rows the next need not.
    totals : whether rows that say they are totals are left out; not so where "total" is data (a population group).
    """
    header = _Header.find(sheet, wanted)
    names, renamed = _settle(header.names, wanted)
    places: dict[str, int] = {}
    repeated = []
    for k, name in enumerate(names):
        if name and name in places:
            repeated.append(name)
        elif name:
            places[name] = k
    asked = header, tuple(places[key] for key in keys if key in places)
    known = {} if known is None or not totals else known
    if asked not in known:
        known[asked] = _sort_rows(sheet, *asked, totals=totals)
    found = known[asked]
    columns = {name: found.columns[k] for name, k in places.items()}
    hidden = sum(number in sheet.hidden for number in found.rows)
    header_row = sheet.rows[header.at][0] if sheet.rows else 1
    return Ledger(sheet.name, columns, found.rows, header_row, header.at > 0, header.levels, found.totals, found.notes, hidden,
                  found.long, tuple(dict.fromkeys(repeated)), renamed, _unsaved(sheet, places, found.rows))


def _unsaved(sheet: Sheet, places: dict[str, int], rows: Sequence[int]) -> dict[str, tuple[int, ...]]:
    """Formulas without a result in the data rows, by header."""
    if not sheet.unsaved:
        return {}
    kept = set(rows)
    by_place: dict[int, list[int]] = {}
    for row, column in sorted(sheet.unsaved):
        if row in kept:
            by_place.setdefault(column, []).append(row)
    return {name: tuple(by_place[k]) for name, k in places.items() if k in by_place}


def _sort_rows(sheet: Sheet, header: _Header, marks: Sequence[int], *, totals: bool) -> _Sorted:
    """Totals, notes and data below a header. marks : places of the cells in which a total row would say so."""
    rows: list[int] = []
    kept: list[list[Cell]] = []
    told: list[tuple[int, str]] = []
    notes: list[tuple[int, str]] = []
    long: list[int] = []
    printed, width = [name for name in header.names if name], len(header.names)
    for number, cells in sheet.rows[header.at + header.levels:]:
        kind = _kind(cells, marks, printed, totals=totals)
        if kind:
            (told if kind == "total" else notes).append((number, _first(cells)))
            continue
        rows.append(number)
        kept.append(cells)
        if len(cells) > width and any(not blank(cell) for cell in cells[width:]):
            long.append(number)
    even = [cells if len(cells) >= width else cells + [None] * (width - len(cells)) for cells in kept]
    columns = tuple([cells[k] for cells in even] for k in range(width))
    return _Sorted(columns, tuple(rows), tuple(told), tuple(notes), tuple(long))


def _settle(names: Sequence[str], wanted: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Headers under the names that planner.toml gives them, where they differ in width and blanks only."""
    settled, renamed = list(names), {}
    for name in wanted:
        if name in settled:
            continue
        k = next((k for k, found in enumerate(names) if found and compact(found) == compact(name)), None)
        if k is not None and settled[k] == names[k]:
            settled[k] = name
            renamed[name] = names[k]
    return settled, renamed


def _first(cells: Sequence[Cell]) -> str:
    """The first cell that is not blank, as text."""
    return next((text(cell) for cell in cells if not blank(cell)), "")


def _kind(cells: Sequence[Cell], marks: Sequence[int], header: Sequence[str], *, totals: bool) -> str:
    """`total`, `note` (also a header that is printed again) or "" for data. header : its names that are not blank."""
    first = _first(cells)
    for candidate in (first, *[text(cells[k]) for k in marks if k < len(cells)]) if totals else ():
        if len(candidate) < 40 and _TOTAL_SIGN.search(candidate) and _TOTAL.fullmatch(re.sub(r"[\s:：]+", "", candidate)):
            return "total"
    start = first.strip()
    if _NOTE.match(start) and sum(not blank(cell) for cell in cells) <= _NOTE_CELLS:
        return "note"
    if len(header) > 1 and start == header[0] and [text(cell).strip() for cell in cells if not blank(cell)] == header:
        return "note"
    return ""
