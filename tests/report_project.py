"""A tiny project for reports and atlases: two townships on one street, a home for some, a pack of its own, hostile names if asked."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from tests.small_project import EAST, NORTH, STREETS, TOWNSHIPS, WALK, feature, layer, metres, rectangle, same, toml, write_project

DAY = "2025-12-31"
HOSTILE = ("<script>alert(1)</script><b>甲</b>&amp;", '=HYPERLINK("http://x.example","乙")')
"""Names of the two townships: markup, and a formula."""
PACK = """schema = "planner.pack/1"
id = "own"
title = { zh = "示例规划", en = "sample plan" }
period = [2021, 2025]
[source]
document = "d"
year = 2021
[[target]]
id = "reach-base"
title = { zh = "养老服务覆盖（基期）", en = "Reach (baseline)" }
clause = "0"
kind = "baseline"
layer = "home"
comparator = "="
value = 20
unit = "% of people"
deadline = 2020
[[target]]
id = "reach"
title = { zh = "养老服务覆盖", en = "Reach of homes" }
clause = "一、1"
kind = "target"
layer = "home"
comparator = ">="
value = 60
unit = "% of people"
deadline = 2025
binding = "binding"
baseline_id = "reach-base"
check = { metric = "population_within", travel = "walk", metres = 900, by = "township" }
[[target]]
id = "each"
title = { zh = "每个街道一处", en = "One in each street" }
clause = "一、2"
kind = "target"
layer = "home"
comparator = ">="
value = 1
unit = "homes per unit"
binding = "expected"
check = { metric = "count", by = "township", rollup = "every" }
[[target]]
id = "beds"
title = { zh = "床位总数", en = "Beds" }
clause = "一、3"
kind = "target"
layer = "home"
comparator = ">="
value = 10
unit = "beds"
check = { metric = "sum", of = "beds" }
[[target]]
id = "words"
title = { zh = "健全机制", en = "A mechanism" }
clause = "一、4"
kind = "process"
layer = "home"
"""
SECTIONS = TOWNSHIPS | STREETS | WALK | {
    "project": {"id": "tiny", "name": {"zh": "小城", "en": "Small town"}, "crs": "EPSG:32650", "reference_date": dt.date(2025, 12, 31)},
    "plan": {"packs": ["own.toml"]},
    "population": {"path": "people.csv", "crs": "EPSG:32650", "columns": same("x", "y", total="n")},
    "facilities.home": {"path": "homes.csv", "crs": "EPSG:32650", "columns": same("id", "name", "x", "y", "beds")},
    "costs": {"path": "costs.csv"},
}
"""Township A has 100 people at 500 m and 60 at 1900 m along the street, township B 240 at 3500 m; one home of 40 beds stands at 500 m."""


def small_town(folder: Path, *, names: tuple[str, str] = ("东镇", "西镇"), home: str = "甲院", title: str = "小城") -> Path:
    """Writes the project; names : of its townships."""
    strip = [feature("Polygon", rectangle(2000 * k, -500, 2000, 1000, metres), code=code, name=name)
             for k, (code, name) in enumerate(zip("AB", names, strict=True))]
    about = SECTIONS | {"project": {**SECTIONS["project"], "name": {"zh": title, "en": "Small town"}}}
    quoted = home.replace('"', '""')
    return write_project(folder, toml(about), {
        "own.toml": PACK,
        "townships.geojson": layer(*strip, crs="EPSG:32650"),
        "streets.geojson": layer(feature("LineString", [metres(10, 0), metres(3990, 0)]), crs="EPSG:32650"),
        "people.csv": "x,y,n\n" + "".join(f"{EAST + x},{NORTH},{n}\n" for x, n in ((500, 100), (1900, 60), (3500, 240))),
        "homes.csv": f'id,name,x,y,beds\n1,"{quoted}",{EAST + 500},{NORTH},40\n',
        "costs.csv": "layer,action,unit,cny,price_year,source\nhome,add,site,1500000,2025,询价\n"})
