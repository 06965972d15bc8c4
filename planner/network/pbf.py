"""What an .osm.pbf file declares to hold, read before anything of it is unpacked.

The format: https://wiki.openstreetmap.org/wiki/PBF_Format. A file is a row of blobs, each with its size packed and unpacked.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

from planner.errors import NetworkError

UNPACKED_SUSPECT, UNPACKED_RATIO = 100_000_000, 30
"""Real files unpack to 2 to 5 times their size; from 100 MB on, more than 30 times is refused (docs/quality.md, file_unsafe)."""

HEADER_LIMIT = 64 * 1024
"""The format allows no longer blob header."""


def _varint(stream: BinaryIO) -> int:
    """One number of a protobuf message; EOFError at its end."""
    value = shift = 0
    while shift < 70:
        byte = stream.read(1)
        if not byte:
            raise EOFError
        value |= (byte[0] & 0x7F) << shift
        if byte[0] < 0x80:
            return value
        shift += 7
    raise ValueError("a number of more than ten bytes")


def _field(stream: BinaryIO, wanted: int, end: int) -> int:
    """The number in one field of the message that ends at a position; 0 where it has none. The stream is left anywhere inside it."""
    while stream.tell() < end:
        key = _varint(stream)
        if key & 7 == 0:
            value = _varint(stream)
            if key >> 3 == wanted:
                return value
        elif key & 7 == 2:
            stream.seek(_varint(stream), 1)
        else:
            raise ValueError("a kind of field that no blob has")
    return 0


def unpacked_bytes(path: Path) -> int:
    """The sum of the sizes that a file's blobs declare; one cut off counts up to there. Raises ValueError where it is no row of blobs."""
    total = 0
    with path.open("rb") as stream:
        while len(prefix := stream.read(4)) == 4:
            (length,) = struct.unpack(">I", prefix)
            if length > HEADER_LIMIT:
                raise ValueError("a blob header too long")
            start = stream.tell() + length
            try:
                end = start + _field(stream, 3, start)
                stream.seek(start)
                total += _field(stream, 2, end)
            except EOFError:
                return total
            stream.seek(end)
    return total


def refuse_bombs(path: Path, shown: str) -> None:
    """Raises NetworkError for a file that would unpack to far more than its size, and for one that is no .osm.pbf file."""
    try:
        unpacked = unpacked_bytes(path)
    except ValueError as error:
        raise NetworkError("streets_unreadable", file=shown) from error
    if unpacked > UNPACKED_SUSPECT and unpacked > UNPACKED_RATIO * path.stat().st_size:
        raise NetworkError("streets_unsafe", file=shown)
