"""Bytes to text: UTF-8, else what Chinese Windows writes (GB18030, of which GBK and GB2312 are parts), else a refusal."""

from __future__ import annotations

import codecs

from planner.inputs.files import UnusableFileError

UTF8 = "utf-8"
GUESSED = "gb18030"
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
          (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DAMAGED_SHARE = 0.05
"""A text in GBK read as UTF-8 fails at nearly every character; one that fails at fewer than this share is UTF-8 with damaged bytes."""


def decode(data: bytes) -> tuple[str, str]:
    """The text of a file and its encoding: utf-8, utf-16, utf-32 (by their marks) or gb18030.

    Raises UnusableFileError (file_unreadable) for bytes that are no text, and for UTF-8 in which single bytes are damaged.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            try:
                found = data.decode(name)
            except UnicodeDecodeError as error:
                raise UnusableFileError("file_unreadable", sentence="file_not_text") from error
            return _clean(found), UTF8 if name == "utf-8-sig" else name
    try:
        return _clean(data.decode(UTF8)), UTF8
    except UnicodeDecodeError as error:
        _refuse_damaged(data, error)
    try:
        return _clean(data.decode(GUESSED)), GUESSED
    except UnicodeDecodeError as error:
        raise UnusableFileError("file_unreadable", sentence="file_not_text") from error


def _clean(found: str) -> str:
    """A text, refused where it holds NUL: then it is a damaged or binary file, whatever its name."""
    if "\0" in found:
        raise UnusableFileError("file_unreadable", sentence="file_damaged_text", row=found.count("\n", 0, found.index("\0")) + 1)
    return found


def _refuse_damaged(data: bytes, error: UnicodeDecodeError) -> None:
    """Refuses UTF-8 with a few damaged bytes: read as GB18030 it would be a text of nonsense."""
    lenient = data.decode(UTF8, "replace")
    bad = lenient.count("\ufffd")
    good = sum(char > "\x7f" for char in lenient) - bad
    if bad <= _DAMAGED_SHARE * good:
        raise UnusableFileError("file_unreadable", sentence="file_damaged_text", row=data.count(b"\n", 0, error.start) + 1) from error
