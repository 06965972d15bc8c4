"""The table of a shapefile, from its bytes: GDAL takes GBK without a .cpg for Latin-1, and fails on field names cut inside a letter."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

from planner.inputs.cells import Cell
from planner.inputs.encodings import GUESSED, UTF8
from planner.inputs.files import UnusableFileError

NAME_BYTES = 10
_CODE_PAGES = {"utf-8": UTF8, "utf8": UTF8, "65001": UTF8, "gbk": GUESSED, "gb2312": GUESSED, "gb18030": GUESSED,
               "936": GUESSED, "cp936": GUESSED}


@dataclass(frozen=True, slots=True)
class Dbf:
    """names: the raw bytes of each field name; columns: one list of cells a field; encoding as found; guessed where no .cpg stated it."""

    names: tuple[bytes, ...]
    columns: tuple[list[Cell], ...]
    encoding: str
    guessed: bool
    rows: int

    def name(self, k: int) -> str:
        """A field name as text; a letter that was cut in two is left off."""
        return self.names[k].decode(self.encoding, "ignore")

    def find(self, header: str) -> tuple[int, bool] | None:
        """The field of a configured name: its number, and whether it was found by its first ten bytes only."""
        for k in range(len(self.names)):
            if self.name(k) == header and self.names[k] == header.encode(self.encoding, "replace"):
                return k, False
        cut = header.encode(self.encoding, "replace")[:NAME_BYTES]
        for k, raw in enumerate(self.names):
            if raw == cut and len(header.encode(self.encoding, "replace")) > NAME_BYTES:
                return k, True
        return None


def read_dbf(path: Path, cpg: Path | None) -> Dbf:
    """A dBase table. Raises UnusableFileError (file_unreadable) for one that is cut off or no table."""
    data = path.read_bytes()
    try:
        count, head, size = struct.unpack("<IHH", data[4:12])
        fields = []
        for at in range(32, head - 1, 32):
            if data[at] == 0x0D:
                break
            fields.append((data[at:at + 11].split(b"\0")[0], chr(data[at + 11]), data[at + 16]))
        if not fields or size < 1 + sum(width for _, _, width in fields):
            raise UnusableFileError("file_unreadable", sentence="file_dbf_damaged")
        if len(data) < head + count * size:
            raise UnusableFileError("file_unreadable", sentence="file_dbf_damaged")
    except (struct.error, IndexError) as error:
        raise UnusableFileError("file_unreadable", sentence="file_dbf_damaged") from error
    raw: list[list[bytes]] = [[] for _ in fields]
    for k in range(count):
        at = head + k * size + 1
        for cells, (_, _, width) in zip(raw, fields, strict=True):
            cells.append(data[at:at + width])
            at += width
    texts = [cell for cells, (_, kind, _) in zip(raw, fields, strict=True) if kind == "C" for cell in cells]
    names = [name for name, _, _ in fields]
    encoding, guessed = _encoding(texts, names, cpg)
    columns = tuple([_cell(cell, kind, encoding) for cell in cells] for cells, (_, kind, _) in zip(raw, fields, strict=True))
    return Dbf(tuple(names), columns, encoding, guessed, count)


def _encoding(texts: list[bytes], names: list[bytes], cpg: Path | None) -> tuple[str, bool]:
    """The encoding of the texts: what .cpg states if the texts bear it out, else UTF-8 if they are, else GB18030."""
    stated = None
    if cpg is not None:
        typed = cpg.read_bytes()[:40].decode("ascii", "ignore").strip().lower()
        stated = _CODE_PAGES.get(typed, _CODE_PAGES.get(typed.replace("cp", "").replace("ansi ", "")))
    whole = [name for name in names if len(name) < NAME_BYTES]
    if all(part.isascii() for part in (*texts, *names)):
        return stated or UTF8, False
    for candidate in dict.fromkeys((stated or UTF8, UTF8, GUESSED)):
        if all(_decodes(part, candidate) for part in (*whole, *texts)):
            return candidate, candidate == GUESSED and stated != GUESSED
    raise UnusableFileError("file_unreadable", sentence="file_not_text")


def _decodes(part: bytes, encoding: str) -> bool:
    """Whether bytes are text in an encoding. The last letter of a full field may be cut in two."""
    stripped = part.rstrip(b" \0")
    try:
        stripped.decode(encoding)
    except UnicodeDecodeError as error:
        return len(stripped) == len(part) and error.start >= len(part) - 3 and len(part) > 3
    return True


def _cell(raw: bytes, kind: str, encoding: str) -> Cell:
    """One cell: text, number or day."""
    typed = raw.decode(encoding, "ignore").rstrip(" \0")
    if not typed.strip(" *\0"):
        return None
    if kind in "NF":
        try:
            value = float(typed)
        except ValueError:
            return typed.strip()
        return typed.strip() if value.is_integer() and "." not in typed and "e" not in typed.lower() else value
    if kind == "D" and len(typed) == 8 and typed.isdigit():
        return f"{typed[:4]}-{typed[4:6]}-{typed[6:]}"
    return typed
