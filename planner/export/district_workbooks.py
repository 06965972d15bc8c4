"""One workbook for each district: its own gaps and projects, open where it has to answer, protected where the figures are the engine's."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from planner.errors import InputError
from planner.export import sheets
from planner.export.cells import finite, neutral
from planner.export.fields import CHOICES, SAID_KEYS, choices, level_label, scenario_label
from planner.export.list_sheets import gap_columns, gap_rows, gaps_sheet, project_columns, project_rows, projects_sheet, sheet_name
from planner.export.sheets import Column
from planner.i18n import pick, t
from planner.measure.city import City
from planner.plan.gaplist import CapitalProject, Gap, GapList
from planner.plan.returned import MARK, keep_sent
from planner.plan.store import file_name

DISTRICT_KEYS = (
    *("gap_id", "title", "layer", "unit_code", "unit_name", "value", "threshold", "required", "present", "short", "short_rate"),
    *("shortfall", "shortfall_unit", "people_affected", "nearest_facility", "minutes", "action", "project_id", "note"),
    *("responsible", "cooperating", "deadline", "status"),
    *SAID_KEYS,
    "row_key",
)
"""The columns of a district's gap list."""
NOTES = ("what", "open", "protected", "new_rows", "back")


@dataclass(frozen=True, slots=True)
class Split:
    """The workbooks written, and how many gaps and projects are of no district (of the whole, or outside all of them)."""

    files: tuple[Path, ...]
    gaps_left: int
    projects_left: int


def write_districts(gap_list: GapList, city: City, level: str, folder: Path, project: Path, *, lang: str) -> Split:
    """One workbook for each unit of a level that has a gap or a project, in `folder`; what was sent is kept with the project.

    Raises InputError: split_level_unknown.
    """
    if level not in city.boundaries.levels:
        raise InputError("split_level_unknown", level=level, levels=", ".join(city.boundaries.levels))
    frame = city.boundaries.levels[level]
    names = dict(zip(frame["code"].astype(str), frame["name"].astype(str), strict=True))
    of_gap = _units_of(gap_list.gaps, city, level)
    of_project = _units_of(gap_list.projects, city, level)
    parts = {code: replace(gap_list, gaps=tuple(gap for gap, unit in zip(gap_list.gaps, of_gap, strict=True) if unit == code),
                           projects=tuple(one for one, unit in zip(gap_list.projects, of_project, strict=True) if unit == code))
             for code in names if code in of_gap or code in of_project}
    sent = _sent(parts, names, gap_list, level, lang)
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for code, part in parts.items():
        path = folder / sent["districts"][code]["file"]
        _write(part, path, names[code], (sent["id"], code), lang)
        files.append(path)
    keep_sent(project, sent)
    return Split(tuple(files), of_gap.count(""), of_project.count(""))


def _units_of(things: Sequence[Gap] | Sequence[CapitalProject], city: City, level: str) -> list[str]:
    """The unit of the level in which each row stands; "" for a row of the whole, of a wider unit, or outside all of them."""
    import shapely

    frame, levels = city.boundaries.levels[level], list(city.boundaries.levels)
    codes = frame["code"].astype(str).tolist()
    shapes = frame.geometry.to_numpy()
    tree = shapely.STRtree(shapes)
    found = []
    for thing in things:
        if thing.level == level and thing.unit_code in codes:
            found.append(thing.unit_code)
        elif thing.whole or (thing.level in levels and levels.index(thing.level) < levels.index(level)):
            found.append("")
        else:
            hits = sorted(tree.query(shapely.Point(thing.x, thing.y), predicate="intersects").tolist())
            found.append(codes[hits[0]] if hits else "")
    return found


def _sent(parts: Mapping[str, GapList], names: Mapping[str, str], gap_list: GapList, level: str, lang: str) -> dict[str, Any]:
    """What is sent, as it is compared with what comes back."""
    kinds = {"gaps": gap_columns(lang, DISTRICT_KEYS), "projects": project_columns(gap_list, lang)}
    rows = {"gaps": gap_rows, "projects": project_rows}
    taken: set[str] = set()
    sent: dict[str, Any] = {
        "project": gap_list.project, "date": gap_list.date.isoformat(), "level": level, "lang": lang,
        "sheets": {kind: _sheet(kind, columns, lang) for kind, columns in kinds.items()},
        "districts": {code: {"name": names[code] or code, "file": _file_name(code, names[code], taken),
                             "rows": {kind: {row["row_key"]: _values(row, columns) for row in rows[kind](part, lang)}
                                      for kind, columns in kinds.items()}} for code, part in parts.items()},
    }
    sent["id"] = hashlib.sha256(json.dumps(sent, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]
    return sent


def _sheet(kind: str, columns: Sequence[Column], lang: str) -> dict[str, Any]:
    """What a sheet's columns are: headers, which are open, which hold numbers, and the words of lists by key."""
    numbers = ("cost", "land_m2", "start_year", "done_year", "value", "threshold", "shortfall", "people_affected", "minutes", "required",
               "present", "lon", "lat", "beds", "area_m2", "beneficiaries", "year", "priority", "quantity")
    return {
        "name": sheet_name(kind, lang),
        "heads": {column.header: column.key for column in columns},
        "open": [column.key for column in columns if column.open],
        "numbers": [column.key for column in columns if column.key in numbers or column.key.startswith(("fund_", "invest_"))],
        "choices": {column.key: dict(zip(choices(column.key, lang), CHOICES[column.key][1], strict=True)) for column in columns
                    if column.key in CHOICES},
    }


def _values(row: Mapping[str, Any], columns: Sequence[Column]) -> dict[str, Any]:
    """A row as its cells hold it; live formulas are left out."""
    return {column.key: number if (number := finite(row[column.key])) is not None else neutral(row[column.key] or "") for column in columns
            if not column.formula}


def _file_name(code: str, name: str, taken: set[str]) -> str:
    """A file name for a district: its name where that is plain, else what is plain of it and a mark. Names are data, never paths."""
    plain = re.sub(r"[^\w-]+", "", f"{code}_{name}")[:60]
    found = f"{plain}.xlsx" if plain.strip("_") and f"{plain}.xlsx".lower() not in taken else file_name(f"{code} {name}", ".xlsx")
    taken.add(found.lower())
    return found


def _write(part: GapList, path: Path, name: str, mark: tuple[str, str], lang: str) -> None:
    """One district's workbook: its gaps, its projects, how to fill them in, and a hidden sheet by which it is known again."""
    title = t("export.district.title", lang, name=name, project=pick(part.project_name, lang) or part.project)
    book = sheets.open_book(path, lang, part.date, title)
    subtitle = t("export.district.subtitle", lang, name=name, packs=t("gaps.list_comma", lang).join(part.packs), date=part.date.isoformat(),
                 scenario=scenario_label(part.scenario, lang))
    stamp = t("export.stamp", lang)
    gaps_sheet(book, part, subtitle, stamp, keys=DISTRICT_KEYS, protected=True)
    projects_sheet(book, part, subtitle, stamp, protected=True)
    guide = book.raw.add_worksheet(t("export.district.guide", lang))
    sheets.write_title(book, guide, title, subtitle)
    guide.set_column(0, 0, 110)
    for row, key in enumerate(NOTES, start=3):
        line = t(f"export.district.note_{key}", lang, level=level_label("district", lang))
        guide.write_string(row, 0, line, book.style(text_wrap=True))
        guide.set_row(row, sheets.LINE_HEIGHT * sheets.lines_of(line, 110) + 6)
    sheets.set_print(guide, None, stamp)
    hidden = book.raw.add_worksheet("_planner")
    for column, word in enumerate((MARK, *mark)):
        hidden.write_string(0, column, word)
    hidden.protect()
    hidden.very_hidden()
    book.raw.close()
