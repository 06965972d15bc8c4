"""Personal data in tables: columns of telephone numbers, identity numbers, contact persons and home addresses are not taken in.

What names a person is dropped where it comes in, before anything else sees it: by its header, or by what its cells hold. planner.toml may
name a column of telephone numbers, contacts or addresses to keep it (a facility's own telephone); identity numbers are never kept.
No value of such a column stands in an issue, a file or a page.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping, Sequence

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
_LONG = 1e9
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


def personal_columns(columns: Mapping[str, Sequence[Cell]], named: Sequence[str]) -> dict[str, int]:
    """The columns to be dropped, with the number of their filled cells. named : headers that planner.toml names; these are not dropped."""
    found = {}
    for header, cells in columns.items():
        if header in named or not (_by_header(header) or _by_content(cells)):
            continue
        filled = sum(not blank(cell) for cell in cells)
        if filled:
            found[header] = filled
    return found


def without_identities(cells: Sequence[Cell]) -> tuple[list[Cell], int]:
    """A column with identity numbers taken out of its cells, and how many cells had one."""
    clean, count = list(cells), 0
    if not _ID.search(_joined(cells)):
        return clean, 0
    for k, cell in enumerate(clean):
        typed = text(cell)
        if any(is_identity(found[0]) for found in _ID.finditer(typed)):
            clean[k] = _ID.sub(lambda found: HIDDEN if is_identity(found[0]) else found[0], typed)
            clean[k] = None if clean[k] == HIDDEN else clean[k]
            count += 1
    return clean, count


def _by_header(header: str) -> bool:
    """Whether a header says that its column is personal."""
    return bool(_HEADER.search(unicodedata.normalize("NFKC", header)))


def _by_content(cells: Sequence[Cell]) -> bool:
    """Whether a column holds identity numbers, or mostly mobile numbers, whatever its header says."""
    found = _joined(cells)
    if any(is_identity(one[0]) for one in _ID.finditer(found)):
        filled = sum(not blank(cell) for cell in cells)
        if sum(is_identity(one[0]) for one in _ID.finditer(found)) > _MOSTLY * filled:
            return True
    count = len(_MOBILE.findall(found))
    return count >= _LEAST and count > _MOSTLY * sum(not blank(cell) for cell in cells)


def _joined(cells: Sequence[Cell]) -> str:
    """The cells that may hold a long number, as one text: searched at once they take a hundredth of the time."""
    return "\n".join([cell if isinstance(cell, str) else text(cell) for cell in cells
                      if (isinstance(cell, str) and len(cell) > 10) or (isinstance(cell, int | float) and cell > _LONG)])
