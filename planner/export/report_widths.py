"""How wide the columns of a report's table are: by their weights, and no word of a head broken."""

from __future__ import annotations

from planner.export.line_breaks import pieces, text_width
from planner.export.report_document import Table
from planner.export.report_font import register


def column_widths(table: Table, width: float, size: float, pad: float) -> list[float]:
    """The width of each column in points, in all `width`.

    size : of the text; pad : what is left free at either side of a cell. A column that would break a word of its head is widened, and the
    others give of what they have beyond their own need; where all of them need more than there is, the weights alone decide.
    """
    register()
    whole = sum(column.weight for column in table.columns)
    wanted = [width * column.weight / whole for column in table.columns]
    least = [max(text_width(piece.rstrip(), size) for piece in pieces(column.head)) + 2 * pad + 1 for column in table.columns]
    spare = [max(0.0, have - need) for have, need in zip(wanted, least, strict=True)]
    lack = sum(max(0.0, need - have) for have, need in zip(wanted, least, strict=True))
    if lack > sum(spare):
        return wanted
    part = lack / sum(spare) if lack else 0.0
    return [max(have, need) - room * part for have, need, room in zip(wanted, least, spare, strict=True)]
