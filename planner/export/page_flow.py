"""Headings, notes and tables that flow through the columns of drawn pages. Words are drawn as they are: nothing in them is markup."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from reportlab.graphics.shapes import Drawing, Rect
from reportlab.lib.colors import Color

from planner.export.drawn_shapes import INK_NAME, colour, fitted, text, wrapped
from planner.export.drawn_signs import line_sample

Box = tuple[float, float, float, float]
"""Left, lower edge, width and height of a column, in points."""
NewPage = Callable[[], tuple[Drawing, Sequence[Box]]]
BAND, RULE = colour("#e9edf2"), colour("#b8bec6")
MOST_LINES = 3
"""A cell has at most so many lines; what is longer ends with dots."""
LEADING, PAD = 1.22, 2.0


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading."""

    words: str


@dataclass(frozen=True, slots=True)
class Note:
    """Running text."""

    words: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A table. weights : of the widths of its columns. right : columns of figures. colours : word -> colour of a cell that begins so; the
    word says it already."""

    heads: tuple[str, ...]
    weights: tuple[float, ...]
    rows: tuple[tuple[str, ...], ...]
    right: frozenset[int] = frozenset()
    colours: Mapping[str, Color] = field(default_factory=dict)


Block = Heading | Note | Grid


class _Columns:
    """Where the flow stands. draw False only counts pages."""

    def __init__(self, first: tuple[Drawing, Sequence[Box]], more: NewPage, size: float, *, draw: bool) -> None:
        self.page, self._boxes = first
        self.pages, self._more, self.size, self.draw = [self.page], more, size, draw
        self._at = 0
        self.y = self.box[1] + self.box[3]

    @property
    def box(self) -> Box:
        """The column that is being filled."""
        return self._boxes[self._at]

    @property
    def width(self) -> float:
        """Its width."""
        return self.box[2]

    def fits(self, height: float) -> bool:
        """Whether so much still fits into the column."""
        return self.y - height >= self.box[1] - 0.01

    def fresh(self) -> bool:
        """Whether nothing stands in the column."""
        return self.y >= self.box[1] + self.box[3] - 0.01

    def next(self) -> None:
        """Go to the next column, on a new page after the last."""
        self._at += 1
        if self._at == len(self._boxes):
            self.page, self._boxes = self._more()
            self.pages.append(self.page)
            self._at = 0
        self.y = self.box[1] + self.box[3]

    def write(self, x: float, y: float, words: str, paint: Color, anchor: str = "start", size: float | None = None) -> None:
        """One line of words."""
        if self.draw and words:
            self.page.add(text(x, y, words, size or self.size, paint, anchor=anchor))


def flow(blocks: Sequence[Block], first: tuple[Drawing, Sequence[Box]], more: NewPage, size: float, *, draw: bool = True) -> list[Drawing]:
    """Blocks through the columns of pages, in type of a size; gives the pages."""
    at = _Columns(first, more, size, draw=draw)
    for block in blocks:
        if isinstance(block, Heading):
            _heading(at, block)
        elif isinstance(block, Note):
            _note(at, block)
        else:
            _grid(at, block)
    return at.pages


def pages_needed(blocks: Sequence[Block], boxes: Sequence[Box], later: Sequence[Box], size: float) -> int:
    """How many pages the blocks take, with such columns on the first page and such on later ones."""
    return len(flow(blocks, (Drawing(1, 1), boxes), lambda: (Drawing(1, 1), later), size, draw=False))


def _heading(at: _Columns, block: Heading) -> None:
    """A heading, never left alone at the end of a column."""
    size = at.size * 1.2
    height = size * 1.9
    if not at.fits(height + at.size * 4.5) and not at.fresh():
        at.next()
    top = at.y if at.fresh() else at.y - size * 0.4
    at.write(at.box[0], top - size, fitted(block.words, size, at.width), INK_NAME, size=size)
    at.y = top - size * 1.45


def _note(at: _Columns, block: Note) -> None:
    """Running text, line by line."""
    for line in wrapped(block.words, at.size, at.width):
        if not at.fits(at.size * LEADING):
            at.next()
        at.write(at.box[0], at.y - at.size, line, INK_NAME)
        at.y -= at.size * LEADING
    at.y -= at.size * 0.4


def _grid(at: _Columns, grid: Grid) -> None:
    """A table; its head stands again at the top of every column."""
    heads_due = True
    for row in grid.rows:
        height = _row_height(at, grid, row)
        if not at.fits(height + (_row_height(at, grid, grid.heads) if heads_due else 0)):
            at.next()
            heads_due = True
        if heads_due:
            _row(at, grid, grid.heads, head=True)
            heads_due = False
        _row(at, grid, row, head=False)
    at.y -= at.size * 0.5


def _cells(at: _Columns, grid: Grid, row: Sequence[str]) -> list[tuple[float, float, tuple[str, ...]]]:
    """Left edge, width and lines of each cell."""
    whole, left, found = sum(grid.weights), at.box[0], []
    for weight, words in zip(grid.weights, row, strict=True):
        width = at.width * weight / whole
        lines = wrapped(words, at.size, width - 2 * PAD)
        if len(lines) > MOST_LINES:
            lines = (*lines[:MOST_LINES - 1], fitted(lines[MOST_LINES - 1] + "…" + lines[MOST_LINES], at.size, width - 2 * PAD))
        found.append((left, width, lines))
        left += width
    return found


def _row_height(at: _Columns, grid: Grid, row: Sequence[str]) -> float:
    """How tall a row is."""
    return max(1, *(len(lines) for _, _, lines in _cells(at, grid, row))) * at.size * LEADING + at.size * 0.35


def _row(at: _Columns, grid: Grid, row: Sequence[str], *, head: bool) -> None:
    """One row with a line below it."""
    height = _row_height(at, grid, row)
    if at.draw:
        if head:
            at.page.add(Rect(at.box[0], at.y - height, at.width, height, fillColor=BAND, strokeColor=None))
        for k, (left, width, lines) in enumerate(_cells(at, grid, row)):
            paint = next((shade for word, shade in grid.colours.items() if row[k].startswith(word)), INK_NAME)
            right = k in grid.right
            for n, line in enumerate(lines):
                at.write(left + width - PAD if right else left + PAD, at.y - at.size * (1.05 + n * LEADING), line, paint,
                         "end" if right else "start")
        at.page.add(line_sample(at.box[0], at.y - height, at.width, RULE, 0.3))
    at.y -= height
