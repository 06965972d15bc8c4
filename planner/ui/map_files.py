"""Geometry files kept on disk: making one takes a second or two, and a server that starts again needs the same one."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import struct
import tempfile
from collections.abc import Callable
from pathlib import Path

from planner.export import geometry, mapfile
from planner.export.geometry import MapGeometry
from planner.export.mapfile import MapFile
from planner.folders import cache_folder
from planner.measure.city import City

KEPT_FILES = 32
CHECKSUM_BYTES = 32
SUFFIX = ".scmg"


def geometry_of(city: City, make: Callable[[], MapGeometry]) -> MapGeometry:
    """The city's geometry file: from the cache where it was made of the same files by the same code, else made and kept."""
    folder = cache_folder("maps")
    path = folder / f"{_key(city)}{SUFFIX}"
    with contextlib.suppress(OSError):
        kept = opened(path.read_bytes())
        if kept is not None:
            path.touch()
            codes = {level: tuple(frame["code"]) for level, frame in city.boundaries.levels.items()}
            return _unpacked(kept, codes)
    made = make()
    with contextlib.suppress(OSError):  # a cache that cannot be written is none
        _keep(path, _packed(made))
    return made


def _packed(made: MapGeometry) -> bytes:
    """Both files of a map's geometry as one: the length of the first, the first, the second."""
    return struct.pack("<Q", len(made.payload)) + made.payload + (made.detail.payload if made.detail else b"")


def _unpacked(kept: bytes, codes: dict[str, tuple[str, ...]]) -> MapGeometry:
    """What `_packed` put together."""
    length, = struct.unpack("<Q", kept[:8])
    payload, detail = kept[8:8 + length], kept[8 + length:]
    more = MapFile(detail, hashlib.sha256(detail).hexdigest()) if detail else None
    return MapGeometry(payload, hashlib.sha256(payload).hexdigest(), codes, more)


def _key(city: City) -> str:
    """Names the files that the map is made of, and the code that makes it."""
    files = sorted((source.path, source.sha256) for source in city.sources)
    code = hashlib.sha256(b"".join(Path(maker.__file__).read_bytes() for maker in (geometry, mapfile))).hexdigest()
    modes = sorted({travel.mode for travel in city.travels.values()})
    made_of = [city.crs, files, list(city.boundaries.levels), sorted(city.basemap), modes, code]
    return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()


def opened(kept: bytes) -> bytes | None:
    """What a kept file holds, which begins with its checksum; None where it is not whole."""
    checksum, payload = kept[:CHECKSUM_BYTES], kept[CHECKSUM_BYTES:]
    return payload if payload and hashlib.sha256(payload).digest() == checksum else None


def _keep(path: Path, payload: bytes) -> None:
    """Write the file in one step, and let the ones unused for longest go."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(hashlib.sha256(payload).digest() + payload)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    kept = sorted(path.parent.glob(f"*{SUFFIX}"), key=lambda file: file.stat().st_mtime)
    for old in kept[:-KEPT_FILES]:
        old.unlink(missing_ok=True)
