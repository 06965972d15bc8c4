"""A report as a document: headings, paragraphs, tables and figures in one language, numbered, with every text made harmless.

The three writers (docx, pdf, html) put these blocks on paper and decide nothing: what one of them says, all of them say.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from planner.export.cells import neutral
from planner.export.report_font import STAND_IN, code_point, missing_characters
from planner.i18n import t

NUMERALS = "零一二三四五六七八九"
SHORT_TABLE = 12
"""A table of so many rows at most is not broken over pages."""
LISTED_CHARACTERS = 60
"""So many characters that the font lacks are listed one by one."""
UNPRINTED = ("Cc", "Cs", "Co", "Cn")
"""Kinds of characters that no paper shows: control characters, halves of pairs, private and unassigned ones."""
TURNING = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c")
"""Characters that turn the direction of writing, so that a name can read as another."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading. level : 1 to 3; number : "一、", "（一）", "1." (en "1", "1.1", "1.1.1"), given by `numbered`."""

    level: int
    text: str
    number: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text. kind : `body`, `note` (small), `quote` (a sentence to be pasted) or `label` (invented data)."""

    text: str
    kind: str = "body"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. weight : its part of the width; right : figures, set to the right; own : words of ours, never of the data."""

    head: str
    weight: float
    right: bool = False
    own: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table under its caption. Cells are text as it is read.

    unit_line : what figures are counted in, above right. left_out : rows that stand in the gap workbook only; the table says so.
    annex : numbered apart, on pages turned sideways. totals : whether the last row is a sum.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    unit_line: str = ""
    left_out: int = 0
    foot: str = ""
    annex: bool = False
    totals: bool = False
    number: str = ""

    def notes(self, lang: str) -> list[str]:
        """What stands below the table: its foot, and how many rows stand in the workbook only."""
        left_out = [t("report.left_out", lang, count=f"{self.left_out:,}")] if self.left_out else []
        return [*([self.foot] if self.foot else []), *left_out]

    @property
    def short(self) -> bool:
        """Whether the table is kept on one page."""
        return len(self.rows) <= SHORT_TABLE


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawn map over its caption. drawing : a reportlab Drawing, which has the font's characters already."""

    caption: str
    drawing: Any = field(compare=False)
    number: str = ""


Block = Heading | Paragraph | Table | Figure


@dataclass(frozen=True, slots=True)
class Document:
    """A report in one language. lines : below the title; label : said on every page where data are invented, else ""; foot : on every
    page too; day : of the evaluation, so that equal reports have equal bytes."""

    lang: str
    title: str
    lines: tuple[str, ...]
    label: str
    foot: str
    day: dt.date
    blocks: tuple[Block, ...]


def finished(document: Document, notes_head: str) -> Document:
    """The document with harmless text, numbers, and at its end what the font cannot show, under the heading of the notes."""
    safe = replace(
        document,
        title=harmless(document.title),
        lines=tuple(map(harmless, document.lines)),
        blocks=tuple(_harmless_block(block) for block in document.blocks),
    )
    lacking = missing_characters(texts(document))
    notes: list[Block] = []
    if lacking:
        listed = ", ".join(code_point(one) if _unprinted(one) else f"{one} {code_point(one)}" for one in lacking[:LISTED_CHARACTERS])
        notes.append(
            Paragraph(t("report.notes.characters", document.lang, count=len(lacking), stand_in=STAND_IN, characters=listed), "note")
        )
    if notes and not any(isinstance(block, Heading) and block.text == notes_head for block in safe.blocks):
        notes.insert(0, Heading(1, notes_head))
    annex = next((k for k, block in enumerate(safe.blocks) if isinstance(block, Table) and block.annex), len(safe.blocks))
    while annex and isinstance(safe.blocks[annex - 1], Heading) and annex < len(safe.blocks):
        annex -= 1
    blocks = (*safe.blocks[:annex], *(_harmless_block(note) for note in notes), *safe.blocks[annex:])
    return replace(safe, blocks=tuple(numbered(blocks, document.lang)))


def texts(document: Document) -> Iterator[str]:
    """Every text of a document, as it is."""
    yield document.title
    yield document.label
    yield document.foot
    yield from document.lines
    for block in document.blocks:
        if isinstance(block, (Heading, Paragraph)):
            yield block.text
        elif isinstance(block, Table):
            yield from (block.caption, block.unit_line, block.foot, *(column.head for column in block.columns))
            for row in block.rows:
                yield from row
        else:
            yield block.caption


def _unprinted(character: str) -> bool:
    """Whether a character shows nothing, or turns the writing round."""
    return character in TURNING or (unicodedata.category(character) in UNPRINTED and character != "\n")


def harmless(text: str) -> str:
    """Text that any of the three forms can hold: what cannot be printed gives way to a mark, and lines are kept."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    if plain.isprintable() and not TURNING.intersection(plain):
        return plain
    return "".join(STAND_IN if _unprinted(one) else one for one in plain)


def _harmless_block(block: Block) -> Block:
    """One block: text made harmless, and cells of data such that no spreadsheet takes them for a formula when the table is pasted."""
    if isinstance(block, (Heading, Paragraph)):
        return replace(block, text=harmless(block.text))
    if isinstance(block, Figure):
        return replace(block, caption=harmless(block.caption))
    columns = tuple(replace(column, head=harmless(column.head)) for column in block.columns)
    rows = tuple(
        tuple(cell if column.right or column.own else neutral(harmless(cell)) for cell, column in zip(row, columns, strict=True))
        for row in block.rows
    )
    return replace(block, caption=harmless(block.caption), columns=columns, rows=rows, foot=harmless(block.foot))


# ---- numbers ---------------------------------------------------------------------------------------------------------
def numbered(blocks: Iterable[Block], lang: str) -> Iterator[Block]:
    """The blocks with their numbers: headings by level, tables, tables of the annex and figures each on their own."""
    levels, counts = [0, 0, 0], {"table": 0, "annex": 0, "figure": 0}
    for block in blocks:
        if isinstance(block, Heading):
            levels[block.level - 1] += 1
            levels[block.level :] = [0] * (3 - block.level)
            yield replace(block, number=heading_number(levels[: block.level], lang))
        elif isinstance(block, (Table, Figure)):
            kind = "figure" if isinstance(block, Figure) else "annex" if block.annex else "table"
            counts[kind] += 1
            yield replace(block, number=t(f"report.number.{kind}", lang, number=counts[kind]))
        else:
            yield block


def heading_number(levels: Sequence[int], lang: str) -> str:
    """The number of a heading: 一、（一）1. in Chinese papers (GB/T 9704), 1, 1.1, 1.1.1 in English ones."""
    if lang != "zh":
        return ".".join(map(str, levels))
    last = levels[-1]
    return (f"{numeral(last)}、", f"（{numeral(last)}）", f"{last}．")[len(levels) - 1]


def numeral(number: int) -> str:
    """1 to 99 in Chinese."""
    tens, ones = divmod(number, 10)
    if not tens:
        return NUMERALS[ones]
    return (NUMERALS[tens] if tens > 1 else "") + "十" + (NUMERALS[ones] if ones else "")
