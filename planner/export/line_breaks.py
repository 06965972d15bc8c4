"""Where lines of mixed Chinese and Latin text may break: for running text, cells and words on maps, in the font of the package."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from planner.export.report_font import FONT, drawable

CLOSING = frozenset("，。；：、！？）》〉】」』”’％%‰…,.;:!?)]}")
"""Marks that no line begins with."""
OPENING = frozenset("（《〈【「『“‘([{")
"""Marks that no line ends with."""
JOINTS = frozenset("-/_")
"""A Latin word may break after these where a letter follows: codes and paths are long."""
FIRST_WIDE = "\u2e80"
"""From here on characters are Chinese, or as wide."""


@lru_cache(maxsize=131072)
def text_width(text: str, size: float) -> float:
    """How wide a text is in points, as it is drawn. The font is registered (planner.export.report_font)."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    return float(stringWidth(drawable(text), FONT, size))


def pieces(text: str) -> list[str]:
    """A text in pieces that stay whole; blanks in a row are one, and belong to the piece before them."""
    found: list[str] = []
    for character in re.sub(r"\s+", " ", text.strip()):
        if found and _together(found[-1], character):
            found[-1] += character
        else:
            found.append(character)
    return found


def _together(piece: str, after: str) -> bool:
    """Whether no line may break between a piece and the character after it."""
    before = piece[-1]
    if after == " " or after in CLOSING or piece.rstrip()[-1:] in OPENING:
        return True
    if before == " " or before >= FIRST_WIDE or after >= FIRST_WIDE or after in OPENING:
        return False
    return not (before in JOINTS and after.isalpha())


def broken(text: str, size: float, widths: Sequence[float]) -> list[str]:
    """A text in lines no wider than `widths` (the last holds for all further lines); a piece that is wider breaks between its characters.

    Lines keep the blank at their end, so that they join to the text again.
    """
    found: list[str] = []
    line, used = "", 0.0
    waiting = pieces(text)[::-1]
    while waiting:
        piece = waiting.pop()
        width, most = text_width(piece, size), widths[min(len(found), len(widths) - 1)]
        if used + text_width(piece.rstrip(), size) <= most:
            line, used = line + piece, used + width
        elif line:
            found.append(line)
            line, used = "", 0.0
            waiting.append(piece)
        else:
            fits = max(1, next((k for k in range(1, len(piece)) if text_width(piece[: k + 1], size) > most), len(piece)))
            found.append(piece[:fits])
            waiting += [piece[fits:]] if piece[fits:] else []
    return [*found, line] if line else found
