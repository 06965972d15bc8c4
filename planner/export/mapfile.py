"""Files for the map that a browser fetches once and keeps, named by their content.

Layout (little-endian): four letters for the kind, uint32 version, uint32 header length, header (UTF-8 JSON), body. The header's `sha256`
stands first and is that of all the rest. The body is a run of whole numbers, zigzag-coded, seven bits a byte (LEB128).
"""

from __future__ import annotations

import hashlib
import json
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

VERSION = 1


@dataclass(frozen=True, slots=True)
class MapFile:
    """A file: its bytes and their SHA-256."""

    payload: bytes
    sha256: str


def sealed(kind: bytes, header: dict[str, Any], body: bytes) -> MapFile:
    """The file of a header and a body. kind : four letters."""
    digest = hashlib.sha256(json.dumps(header, ensure_ascii=False).encode() + body).hexdigest()
    text = json.dumps({"sha256": digest, **header}, ensure_ascii=False, separators=(",", ":")).encode()
    payload = kind + struct.pack("<II", VERSION, len(text)) + text + body
    return MapFile(payload, hashlib.sha256(payload).hexdigest())


def varint(numbers: npt.NDArray[np.int64]) -> bytes:
    """Whole numbers zigzag-coded, then seven bits a byte with the high bit set on all but a number's last byte."""
    numbers = numbers.astype(np.int64)
    zigzag = ((numbers << 1) ^ (numbers >> 63)).astype(np.uint64)
    size = np.ones(len(zigzag), dtype=np.int64)
    for bits in range(7, 64, 7):
        size += zigzag >= np.uint64(1 << bits)
    end = np.cumsum(size)
    out = np.zeros(int(end[-1]) if len(end) else 0, dtype=np.uint8)
    for k in range(int(size.max()) if len(size) else 0):
        has = size > k
        more = (size[has] > k + 1).astype(np.uint8) << 7
        out[(end - size)[has] + k] = ((zigzag[has] >> np.uint64(7 * k)) & np.uint64(127)).astype(np.uint8) | more
    return out.tobytes()
