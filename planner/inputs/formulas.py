"""Formulas of a workbook whose results were never saved: a program wrote the file and no spreadsheet has opened it. They read as blank."""

from __future__ import annotations

import posixpath
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

Place = tuple[int, int]
"""Row as a person counts it, column from 0."""
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_BLOCK = 1 << 20
_OVERLAP = 64
_LETTERS = 3
"""Columns go to XFD."""


def unsaved_formulas(path: Path) -> dict[str, frozenset[Place]]:
    """Sheet name -> the cells that have a formula and no result. `planner.inputs.files.safe` goes before: no entities, no bombs.

    A workbook whose parts are not where they belong gives nothing: it is read all the same.
    """
    found = {}
    with zipfile.ZipFile(path) as box:
        for name, part in _sheets(box):
            if part in box.namelist() and _has_formula(box, part):
                cells = _cells(box, part)
                if cells:
                    found[name] = cells
    return found


def _sheets(box: zipfile.ZipFile) -> list[tuple[str, str]]:
    """Name and part of each sheet."""
    try:
        book = ElementTree.fromstring(box.read("xl/workbook.xml"))  # noqa: S314 - files.safe has refused entities
        relations = ElementTree.fromstring(box.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 - likewise
    except (KeyError, ElementTree.ParseError):
        return []
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    sheets = []
    for element in book.iter():
        if _tag(element) == "sheet" and (target := targets.get(element.get(_RELATION))):
            part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))
            sheets.append((element.get("name", ""), part))
    return sheets


def _has_formula(box: zipfile.ZipFile, part: str) -> bool:
    """Whether a sheet has any formula; looked for in its bytes, as most ledgers have none."""
    before = b""
    with box.open(part) as stream:
        while block := stream.read(_BLOCK):
            if _FORMULA.search(before + block):
                return True
            before = block[-_OVERLAP:]
    return False


def _cells(box: zipfile.ZipFile, part: str) -> frozenset[Place]:
    """The cells of a sheet with a formula and no result; a text that is empty is a result."""
    found = set()
    row = 0
    column = -1
    with box.open(part) as stream:
        try:
            for event, element in ElementTree.iterparse(stream, events=("start", "end")):  # noqa: S314 - likewise
                tag = _tag(element)
                if event == "start" and tag == "row":
                    row, column = int(element.get("r") or row + 1), -1
                elif event == "end" and tag == "c":
                    column = _column(element.get("r", "")) if element.get("r") else column + 1
                    parts = {_tag(child): child for child in element}
                    if "f" in parts and element.get("t") != "str" and not (parts["v"].text if "v" in parts else None):
                        found.add((row, column))
                elif event == "end" and tag == "row":
                    element.clear()
        except (ElementTree.ParseError, ValueError):
            return frozenset(found)
    return frozenset(found)


def _column(reference: str) -> int:
    """The column of a reference such as AB12, from 0."""
    number = 0
    for letter in reference[:_LETTERS]:
        if not letter.isalpha():
            break
        number = number * 26 + ord(letter.upper()) - 64
    return number - 1


def _tag(element: ElementTree.Element) -> str:
    """A tag without its namespace."""
    return element.tag.rpartition("}")[2]
