"""Names on drawn maps, placed so that none hits another, a sign or the map's edge."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from reportlab.graphics.shapes import Group
from reportlab.lib.colors import Color

from planner.export.drawn_ground import View
from planner.export.drawn_shapes import INK_NAME, haloed
from planner.export.line_breaks import text_width

Box = tuple[float, float, float, float]
CELL_PT = 40.0
"""Side of the squares by which boxes are looked up."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name to place: its anchor on paper, size, the points around the anchor in which it should stay, and what goes first. short : what
    is tried where the words find no room."""

    x: float
    y: float
    words: str
    size: float
    free: float
    rank: float = 0.0
    paint: Color = INK_NAME
    short: str = ""


@dataclass(slots=True)
class Taken:
    """The boxes of paper that something stands on already, found by squares."""

    cells: dict[tuple[int, int], list[Box]] = field(default_factory=dict)

    def add(self, box: Box) -> None:
        """One more box is taken."""
        for cell in self._cells(box):
            self.cells.setdefault(cell, []).append(box)

    def hit(self, box: Box) -> bool:
        """Whether a box overlaps any that is taken."""
        return any(other[0] < box[2] and other[2] > box[0] and other[1] < box[3] and other[3] > box[1]
                   for cell in self._cells(box) for other in self.cells.get(cell, ()))

    @staticmethod
    def _cells(box: Box) -> Iterable[tuple[int, int]]:
        """The squares that a box touches."""
        return ((i, j) for i in range(int(box[0] // CELL_PT), int(box[2] // CELL_PT) + 1)
                for j in range(int(box[1] // CELL_PT), int(box[3] // CELL_PT) + 1))


def place_names(names: Iterable[Name], taken: Taken, view: View) -> Group:
    """The names that find room, largest rank first: at their anchor, else a line above or below it, else beside it; the others stay out."""
    drawn = Group()
    for name in sorted(names, key=lambda one: (-one.rank, one.words, one.x, one.y)):
        for words in filter(str.strip, (name.words, name.short)):
            place = _room(name, words, taken, view)
            if place is not None:
                drawn.add(haloed(place[0], place[1] - name.size * 0.36, words, name.size, name.paint))
                break
    return drawn


def _room(name: Name, words: str, taken: Taken, view: View) -> tuple[float, float] | None:
    """Where the words find room, which is taken then; None where they find none."""
    half, size = text_width(words, name.size) / 2, name.size
    if half > name.free * 1.15:
        return None
    for dx, dy in ((0, 0), (0, size), (0, -size), (half * 0.6, size), (-half * 0.6, size), (half * 0.6, -size), (-half * 0.6, -size),
                   (0, 2 * size), (0, -2 * size)):
        if (abs(dx) > 0 or abs(dy) > size) and abs(dx) + half > name.free * 1.15:
            continue
        x, y = name.x + dx, name.y + dy
        box = (x - half - 1, y - size * 0.5, x + half + 1, y + size * 0.5)
        inside = box[0] > view.left + 1 and box[2] < view.left + view.width - 1 and \
            box[1] > view.bottom + 1 and box[3] < view.bottom + view.height - 1
        if inside and not taken.hit(box):
            taken.add(box)
            return x, y
    return None
