import struct
import zlib

import numpy as np
import osmium
import pytest

from planner.errors import NetworkError
from planner.network import osm, pbf


def number(value):
    """A protobuf varint."""
    out = b""
    while value >= 0x80:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def blob(kind, raw, *, size_first=True):
    packed = zlib.compress(raw, 9)
    fields = [b"\x10" + number(len(raw)), b"\x1a" + number(len(packed)) + packed]
    body = b"".join(fields if size_first else fields[::-1])
    header = b"\x0a" + number(len(kind)) + kind + b"\x18" + number(len(body))
    return struct.pack(">I", len(header)) + header + body


@pytest.mark.parametrize("size_first", [True, False])
def test_declared_sizes_are_added_up(tmp_path, size_first):
    path = tmp_path / "s.pbf"
    path.write_bytes(blob(b"OSMHeader", b"x" * 300, size_first=size_first) + blob(b"OSMData", b"y" * 70_000, size_first=size_first))
    assert pbf.unpacked_bytes(path) == 70_300
    pbf.refuse_bombs(path, "s")


def test_a_real_file_is_fine(tmp_path):
    path = tmp_path / "s.osm.pbf"
    with osmium.SimpleWriter(str(path)) as writer:
        for n, (lon, lat) in enumerate(np.random.default_rng(1).uniform(10, 11, (20_000, 2)), start=1):
            writer.add_node(osmium.osm.mutable.Node(id=n, location=(lon, lat)))
    assert path.stat().st_size < pbf.unpacked_bytes(path) < 30 * path.stat().st_size
    pbf.refuse_bombs(path, "s")


def test_a_bomb_is_refused_unread(tmp_path):
    path = tmp_path / "s.osm.pbf"
    path.write_bytes(blob(b"OSMHeader", b"") + blob(b"OSMData", bytes(30_000_000)) * 5)
    assert path.stat().st_size < 200_000
    for read in (osm.read_ways, osm.extent):
        with pytest.raises(NetworkError, match="streets_unsafe"):
            read(path, "s")


@pytest.mark.parametrize("content", [b"junk and more junk", b"\0\0\0\x02\x0b\x00", b"\0\0\0\x0c\x18" + b"\xff" * 11])
def test_junk_is_unreadable(tmp_path, content):
    path = tmp_path / "s.pbf"
    path.write_bytes(content)
    with pytest.raises(NetworkError, match="streets_unreadable"):
        pbf.refuse_bombs(path, "s")


def test_a_file_that_is_cut_off_counts_up_to_there(tmp_path):
    path = tmp_path / "s.pbf"
    path.write_bytes(blob(b"OSMHeader", b"x" * 300) + blob(b"OSMData", b"y" * 700)[:14])
    assert pbf.unpacked_bytes(path) == 300
