"""A town drawn in metres: two townships of two communities each, squares of 1 km in a row, one street along the middle.

    north 1000 +------+------+------+------+
               |  A1  |  A2  |  B1  |  B2  |      street from (0, 500) to (4000, 500)
             0 +------+------+------+------+
               0    1000   2000   3000   4000 east

Its origin is (500000, 4400000) in EPSG:4548 (central meridian 117 degrees east, 39.73 degrees north).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pyproj import Transformer

from planner.inputs.specs import BoundarySpec, FacilitySpec, FileRef, PopulationSpec
from planner.quality import QualityReport

EAST, NORTH, CRS = 500_000.0, 4_400_000.0, "EPSG:4548"
_TO_DEGREES = Transformer.from_crs(CRS, "EPSG:4490", always_xy=True)


def degrees(x: float, y: float) -> tuple[float, float]:
    """A place of the town as lon and lat."""
    lon, lat = _TO_DEGREES.transform(EAST + x, NORTH + y)
    return float(lon), float(lat)


def square(x: float, y: float, w: float = 1000.0, h: float = 1000.0) -> list[list[tuple[float, float]]]:
    """The ring of a rectangle of the town, in degrees."""
    return [[degrees(x, y), degrees(x + w, y), degrees(x + w, y + h), degrees(x, y + h), degrees(x, y)]]


def feature(rings: Any, kind: str = "Polygon", **properties: Any) -> dict[str, Any]:
    """A GeoJSON feature."""
    geometry = None if rings is None else {"type": kind, "coordinates": rings}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


COMMUNITIES = (("101", "甲一社区", "A"), ("102", "甲二社区", "A"), ("201", "乙一社区", "B"), ("202", "乙二社区", "B"))


class Town:
    """The town's files in a folder, to be changed before they are read."""

    crs = CRS
    degrees, square, feature = staticmethod(degrees), staticmethod(square), staticmethod(feature)

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.report = QualityReport()
        self.townships = [feature(square(0, 0, 2000), code="A", name="甲街道"), feature(square(2000, 0, 2000), code="B", name="乙镇")]
        self.communities = [feature(square(1000 * k, 0), code=code, name=name, parent=parent, 面积=k + 1)
                            for k, (code, name, parent) in enumerate(COMMUNITIES)]
        self.write()

    def write(self) -> None:
        """Writes both boundary layers."""
        for name, features in (("townships", self.townships), ("communities", self.communities)):
            (self.folder / f"{name}.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")

    def ref(self, name: str, section: str = "") -> FileRef:
        """A file of the folder."""
        return FileRef(self.folder / name, name, section)

    @property
    def levels(self) -> tuple[BoundarySpec, ...]:
        """Both levels as planner.toml would name them."""
        self.write()
        return (BoundarySpec("township", self.ref("townships.geojson"), "code", "name"),
                BoundarySpec("community", self.ref("communities.geojson"), "code", "name", parent="parent"))

    def text(self, name: str, content: str, encoding: str = "utf-8") -> FileRef:
        """A text file in the folder."""
        (self.folder / name).write_bytes(content.encode(encoding))
        return self.ref(name)

    def ledger(self, rows: list[list[object]], head: str = "编号,名称,街道,社区,经度,纬度,床位", **options: Any) -> FacilitySpec:
        """A facility ledger from rows; a row may give its place as ("at", x, y) metres in the place of lon and lat."""
        lines = [head]
        for row in rows:
            cells: list[object] = []
            for cell in row:
                cells.extend(f"{part:.9f}" for part in degrees(*cell)) if isinstance(cell, tuple) else cells.append(cell)
            lines.append(",".join(str(cell) for cell in cells))
        file = self.text(options.pop("file", "elderly.csv"), "\n".join(lines) + "\n")
        columns = {"id": "编号", "name": "名称", "township": "街道", "community": "社区", "lon": "经度", "lat": "纬度", "beds": "床位"}
        return FacilitySpec("elderly-care-institution", file, options.pop("columns", columns), **options)

    def people(self, rows: str, **options: Any) -> PopulationSpec:
        """A population table keyed by community."""
        columns = options.pop("columns", {"code": "代码", "name": "社区", "total": "人口", "age_60_plus": "老人"})
        return PopulationSpec(self.text("people.csv", options.pop("head", "代码,社区,人口,老人\n") + rows), columns, **options)

    def said(self, *keys: str) -> list[tuple[object, ...]]:
        """The report's issues, by some of their fields."""
        return [tuple(getattr(issue, key) for key in keys or ("code", "row", "value")) for issue in self.report.issues]


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """The drawn town."""
    return Town(tmp_path)
