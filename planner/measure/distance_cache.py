"""Distances that were worked out once, kept on disk by what they were made from, so that the next process starts warm.

An answer's name is the sha256 of everything that decides it: the streets' content and how they were read, where the demand and the
facilities are, the limits, what was asked, and the code that works distances out. Nothing has to be thrown away when something changes:
another question has another name. A file carries its own name and a checksum; one that is cut short, changed or foreign is not believed
and counts as none. A cache that cannot be written or read costs time only.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

import planner
from planner import folders
from planner.measure.city import City
from planner.network import streets
from planner.units import TravelProfile

CACHE_VERSION = 1
"""Raise it when the form of the files changes, or what an answer means. Changes of the code are seen without it (`_code`)."""

CACHE_BYTES = 4_000_000_000
"""All files together take no more than this; the ones unused for longest go."""

CACHE_DAYS = 90
"""Files that nobody asked for in so many days go."""

PRUNE_BYTES = CACHE_BYTES // 50
"""The folder is looked through when a process first keeps something, and again whenever it has written so much."""

KIND = "distances"
MAGIC = b"planner-distances\n"
SUFFIX = ".dist"
HEAD_BYTES = 1_000_000
"""No description of arrays is longer than this; a file that claims one is none of ours."""

Arrays = Mapping[str, npt.NDArray[Any]]
_lock = Lock()
_written = PRUNE_BYTES


def key(city: City, travel: TravelProfile | None, *asked: object) -> str | None:
    """The name of an answer about a city's demand points: by a travel, or (None) as the crow flies. asked : what decides it besides - text,
    numbers, bytes.

    It is found without reading a network. None where the streets do not come from a file: their content then has no name.
    """
    ways: list[object] = []
    if travel is not None:
        if not isinstance(city.streets, streets.Streets):
            return None
        ways = [city.streets.key(travel.mode), travel.max_snap_m]
    if "demand digest" not in city.cache:
        about = hashlib.sha256()
        for array in (city.demand.x, city.demand.y):
            about.update(_bytes(np.ascontiguousarray(array, dtype=np.float64)))
        city.cache["demand digest"] = f"{len(city.demand)} {about.hexdigest()}"
    told = [part.hex() if isinstance(part, bytes) else part for part in asked]
    return hashlib.sha256(json.dumps([CACHE_VERSION, _code(), city.cache["demand digest"], ways, told]).encode()).hexdigest()


@functools.cache
def _code() -> str:
    """A digest of the modules that make distances, and of the libraries whose arithmetic they use: answers of older ones are not found."""
    import shapely

    about = hashlib.sha256(f"{np.__version__} {shapely.__version__} {shapely.geos_version}".encode())
    for room in ("measure", "network"):
        for source in sorted((Path(planner.__file__).parent / room).glob("*.py")):
            about.update(source.name.encode() + b"\0" + source.read_bytes())
    return about.hexdigest()


def keep(name: str | None, arrays: Arrays) -> None:
    """Keeps an answer under its name: whole or not at all, also beside other processes that keep the same."""
    if name is None:
        return
    global _written
    size = sum(array.nbytes for array in arrays.values())
    if size > CACHE_BYTES // 2:
        return
    folder = folders.cache_folder(KIND)
    aside = folder / f"{name}.{os.getpid()}.{secrets.token_hex(4)}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with aside.open("wb") as stream:
                _write(stream, name, arrays)
            aside.replace(folder / (name + SUFFIX))
        finally:
            aside.unlink(missing_ok=True)
        with _lock:
            _written += size
            due = _written >= PRUNE_BYTES
            _written = 0 if due else _written
        if due:
            prune()
    except OSError:
        return


def recall(name: str | None, kinds: Mapping[str, str]) -> dict[str, npt.NDArray[Any]] | None:
    """An answer by its name; None where it is not kept, or its file is not to be believed. kinds : array -> dtype, as it was kept."""
    if name is None:
        return None
    path = folders.cache_folder(KIND) / (name + SUFFIX)
    try:
        with path.open("rb") as stream:
            arrays = _read(stream, name, kinds)
        os.utime(path)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return None
    return arrays


def _write(stream: BinaryIO, name: str, arrays: Arrays) -> None:
    """Mark, description, arrays one after the other, and the checksum of it all."""
    described = [[key, array.dtype.str, list(array.shape)] for key, array in arrays.items()]
    head = json.dumps({"key": name, "arrays": described}).encode()
    about = hashlib.sha256()
    parts: list[bytes | memoryview] = [MAGIC, len(head).to_bytes(8, "little"), head, *(_bytes(array) for array in arrays.values())]
    for part in parts:
        about.update(part)
        stream.write(part)
    stream.write(about.digest())


def _bytes(array: npt.NDArray[Any]) -> memoryview:
    """An array's bytes, without a copy where it lies in one piece."""
    flat: Any = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    return memoryview(flat)


def _read(stream: BinaryIO, name: str, kinds: Mapping[str, str]) -> dict[str, npt.NDArray[Any]]:
    """What `_write` wrote. Raises ValueError for anything else; nothing is taken on trust before the checksum is right, nor is memory for
    more than the file holds."""
    size = os.fstat(stream.fileno()).st_size
    first = stream.read(len(MAGIC) + 8)
    length = int.from_bytes(first[len(MAGIC):], "little")
    if not first.startswith(MAGIC) or length > min(size, HEAD_BYTES):
        raise ValueError("not a file of distances")
    head = stream.read(length)
    told = json.loads(head)
    described = {key: (np.dtype(kind), tuple(int(n) for n in shape)) for key, kind, shape in told["arrays"]}
    if told["key"] != name or {key: kind.str for key, (kind, _) in described.items()} != {k: np.dtype(v).str for k, v in kinds.items()}:
        raise ValueError("the file of another question")
    bytes_of = [kind.itemsize * int(np.prod(shape, dtype=object)) for kind, shape in described.values()]
    if any(n < 0 for _, shape in described.values() for n in shape) or len(first) + length + sum(bytes_of) + 32 != size:
        raise ValueError("the file is not as long as it says")
    about = hashlib.sha256(first + head)
    arrays = {}
    for key, (kind, shape) in described.items():
        array = np.empty(shape, dtype=kind)
        flat = _bytes(array)
        if stream.readinto(flat) != len(flat):  # type: ignore[attr-defined]
            raise ValueError("the file is cut short")
        about.update(flat)
        arrays[key] = array
    if stream.read() != about.digest():
        raise ValueError("the file is spoiled")
    return arrays


def prune() -> None:
    """Lets go of files that nobody asked for in CACHE_DAYS, then of those unused for longest until the rest takes CACHE_BYTES at most."""
    now, left = time.time(), 0
    found = []
    for path in folders.cache_folder(KIND).iterdir():
        with contextlib.suppress(OSError):  # another process may have removed it
            about = path.stat()
            found.append((about.st_mtime, about.st_size, path))
    for used, size, path in sorted(found, reverse=True):
        old = now - used > (1 if path.suffix == ".part" else CACHE_DAYS) * 86_400
        if path.suffix not in (SUFFIX, ".part"):
            continue
        if old or left + size > CACHE_BYTES:
            with contextlib.suppress(OSError):
                path.unlink()
        else:
            left += size
