"""Personal data in tables: columns of telephone numbers, identity numbers, contact persons and home addresses are not taken in.

What names a person is dropped where it comes in, before anything else sees it: by its header, or by what its cells hold. planner.toml may
name a column of telephone numbers, contacts or addresses to keep it (a facility's own telephone); identity numbers are never kept.
No value of such a column stands in an issue, a file or a page.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

from planner.inputs.cells import Cell, blank, text

_HEADER = re.compile(
    r"身份证|公民身份|证件号|证件编号|残疾证号|社保卡|社会保障号|银行卡|银行账号|电话|手机|联系方式|联系人|家庭住址|家庭地址|户籍地址|住址|微信|邮箱"
    r"|(?:^|[_\s.:-])(?:phone|telephone|tel|mobile|cell|e-?mail|id_?card|id_?number|passport)(?:$|[_\s.:-]|no|number)", re.IGNORECASE)
_ID = re.compile(r"(?<![0-9A-Za-z])[1-8]\d{5}(?:18|19|20)\d{9}[0-9Xx](?![0-9A-Za-z])", re.ASCII)
_MOBILE = re.compile(r"(?<![0-9A-Za-z.])(?:\+?86[- ]?)?1[3-9]\d{9}(?![0-9A-Za-z.])", re.ASCII)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_MOSTLY = 0.5
"""A column is one of mobile numbers where more of its filled cells than this hold one: codes of eleven digits do not all begin so."""
_LEAST = 3
_SHORT, _LONG = 10, 1e9
HIDDEN = "‹…›"
"""Stands where something personal was."""


def is_identity(typed: str) -> bool:
    """Whether a text is an identity number of 18 places: a day that exists, and the check digit of GB 11643-1999."""
    if len(typed) != 18 or not typed[:17].isdigit() or not typed.isascii():
        return False
    return birthday(typed) is not None and _CHECKS[sum(int(sign) * weight for sign, weight in
                                                       zip(typed, _WEIGHTS, strict=False)) % 11] == typed[17].upper()


def birthday(identity: str) -> dt.date | None:
    """The day of birth in an identity number of 18 places (or of 15, as they were until 1999); None where there is none."""
    digits = identity[6:14] if len(identity) == 18 else "19" + identity[6:12] if len(identity) == 15 else ""
    try:
        return dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:])) if digits.isascii() else None
    except ValueError:
        return None


def scrubbed(typed: str) -> str:
    """A text with the identity and mobile numbers in it taken out."""
    if not any(sign.isdigit() for sign in typed):
        return typed
    return _MOBILE.sub(HIDDEN, _ID.sub(lambda found: HIDDEN if is_identity(found[0]) else found[0], typed))


@dataclass(frozen=True, slots=True)
class Column:
    """What a column holds. personal : whether most of its filled cells are identity or mobile numbers; filled : how many are not blank;
    clean : its cells without identity numbers; removed : from how many cells one was taken."""

    personal: bool
    filled: int
    clean: list[Cell]
    removed: int


def is_personal(header: str) -> bool:
    """Whether a header says that its column is personal."""
    return bool(_HEADER.search(unicodedata.normalize("NFKC", header)))


def inspected(cells: list[Cell]) -> Column:
    """What a column holds, by one search through all of its text: that takes a hundredth of the time of a search in each cell."""
    found = "\n".join([cell if isinstance(cell, str) else text(cell) for cell in cells
                       if (isinstance(cell, str) and len(cell) > _SHORT) or (isinstance(cell, int | float) and cell > _LONG)])
    identities = sum(is_identity(one[0]) for one in _ID.finditer(found))
    mobiles = len(_MOBILE.findall(found))
    if not identities and mobiles < _LEAST:
        return Column(False, 0, cells, 0)
    filled = sum(not blank(cell) for cell in cells)
    mostly = identities > _MOSTLY * filled or (mobiles >= _LEAST and mobiles > _MOSTLY * filled)
    if not identities:
        return Column(mostly, filled, cells, 0)
    clean, removed = list(cells), 0
    for k, cell in enumerate(clean):
        typed = text(cell)
        left = _ID.sub(lambda one: HIDDEN if is_identity(one[0]) else one[0], typed)
        if left != typed:
            clean[k] = None if left == HIDDEN else left
            removed += 1
    return Column(mostly, filled, clean, removed)
