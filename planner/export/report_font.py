"""The one font of reports and drawn maps: registered once, with the characters it lacks told and never drawn as a box unawares.

The font stands in `planner/export/fonts` under the SIL Open Font License; tools/report_font.py makes it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import as_file, files

FONT = "PlannerReportSansSC"
"""The name under which reportlab knows the font."""
STAND_IN = "〓"
"""Drawn for a character that the font lacks: the printers' mark for a missing piece of type."""
ALIKE = {"✗": "×", "✱": "*"}
"""Marks that the font lacks, and those it has that read the same."""
END_OF_TABLE = "\uffff"
"""Ends the font's table of characters, and is none."""
BLANKS = frozenset("\n\r\t")
"""What is never drawn."""


@cache
def register() -> str:
    """Register the font with reportlab (as its own bold and italic too: there is one weight) and return its name."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    with as_file(files("planner").joinpath("export", "fonts", "report_sans_sc.ttf")) as path:
        pdfmetrics.registerFont(TTFont(FONT, str(path)))
    pdfmetrics.registerFontFamily(FONT, normal=FONT, bold=FONT, italic=FONT, boldItalic=FONT)
    return FONT


@cache
def characters() -> frozenset[str]:
    """The characters that the font can draw."""
    from reportlab.pdfbase import pdfmetrics

    return frozenset(map(chr, pdfmetrics.getFont(register()).face.charToGlyph)) - {END_OF_TABLE}


def missing_characters(texts: str | Iterable[str]) -> tuple[str, ...]:
    """The characters of one text or of many that the font cannot draw nor say by one alike, each once, in code order."""
    parts = (texts,) if isinstance(texts, str) else texts
    return tuple(sorted(set().union(*parts) - characters() - BLANKS - ALIKE.keys()))


def drawable(text: str) -> str:
    """The text with one alike, else a `STAND_IN`, for every character that the font lacks. Line ends and tabs stay: they are not drawn."""
    lacking = set(text) - characters() - BLANKS
    return text.translate({ord(one): ALIKE.get(one, STAND_IN) for one in lacking}) if lacking else text


def code_point(character: str) -> str:
    """A character told by its number, U+4E00 for 一: that can be read where the character cannot be drawn."""
    return f"U+{ord(character):04X}"
