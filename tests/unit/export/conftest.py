"""A tiny drawn city for the maps, and a second reading of the geometry file, written from its description alone."""

import json
import struct
import sys

import geopandas as gpd
import numpy as np
import pytest
import shapely

from planner.inputs.layers import Boundaries

CRS = "EPSG:32650"
X, Y = 448_000.0, 4_418_000.0
"""
A  B    four squares of 1 km in two townships: T1 = A + C (left), T2 = B + D (right); C has a hole of 200 m.
C  D
"""


def square(column, row, *, hole=False):
    box = shapely.box(X + 1000 * column, Y + 1000 * row, X + 1000 * (column + 1), Y + 1000 * (row + 1))
    return box.difference(shapely.box(X + 400, Y + 400, X + 600, Y + 600)) if hole else box


def boundaries(names=("A", "B", "C", "D"), shapes=None):
    shapes = shapes or [square(0, 1), square(1, 1), square(0, 0, hole=True), square(1, 0)]
    community = gpd.GeoDataFrame({"code": ["11", "12", "13", "14"], "name": list(names), "class": "", "parent": ["1", "2", "1", "2"],
                                  "row": [1, 2, 3, 4]}, geometry=shapes, crs=CRS)
    township = gpd.GeoDataFrame({"code": ["1", "2"], "name": ["T1", "T2"], "class": "", "parent": "", "row": [1, 2]},
                                geometry=[shapely.box(X, Y, X + 1000, Y + 2000), shapely.box(X + 1000, Y, X + 2000, Y + 2000)], crs=CRS)
    return Boundaries(CRS, {"community": community, "township": township})


def numbers(stream):
    """Whole numbers of a zigzag LEB128 stream, one by one."""
    value = shift = 0
    for byte in stream:
        value |= (byte & 127) << shift
        shift += 7
        if not byte & 128:
            yield (value >> 1) ^ -(value & 1)
            value = shift = 0


def read(payload):
    """Levels as {level: [(code, name, rings, label point, free radius in metres)]} and layers as [(kind, lines)], all in degrees."""
    magic, version, length = struct.unpack("<4sII", payload[:12])
    assert (magic, version) == (b"SCMG", 1)
    head, body = json.loads(payload[12:12 + length]), payload[12 + length:]
    origin, step = np.array(head["origin"]), head["step"]

    def lines(stream, cursor):
        out = []
        for _ in range(next(stream)):
            line = []
            for _ in range(next(stream)):
                cursor = cursor + np.array([next(stream), next(stream)])
                line.append(origin + cursor * step)
            out.append(np.array(line))
        return out, cursor

    levels = {}
    for part in head["levels"]:
        stream, cursor, rings = numbers(body[part["offset"]:]), np.zeros(2, int), []
        assert next(stream) == len(part["codes"])
        for _ in part["codes"]:
            found, cursor = lines(stream, cursor)
            rings.append(found)
        label, units = np.zeros(2, int), []
        for code, name, ring in zip(part["codes"], part["names"], rings, strict=True):
            label = label + np.array([next(stream), next(stream)])
            radius = next(stream)
            units.append((code, name, ring, origin + label * step, radius / 10 if radius >= 0 else -1))
        levels[part["level"]] = units
    return levels, [(part["kind"], lines(numbers(body[part["offset"]:]), np.zeros(2, int))[0]) for part in head["layers"]], head


@pytest.fixture
def drawn():
    """This drawn city and its reader, as one name."""
    return sys.modules[__name__]
