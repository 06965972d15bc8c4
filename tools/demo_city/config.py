"""The text of `planner.toml` of the demonstration city."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from . import plan
from .catalogue import LAYERS
from .people import HEADERS

HEAD = f'''# 云河市（虚构示范城市）。本文件夹内的地名、边界、道路、人口、设施、价格全部为程序生成的虚构数据，不对应任何真实地方；
# 139900 不是真实的行政区划代码。由 tools/demo_city 生成（固定随机种子），请勿手工修改。
# Yunhe, an invented demonstration city. Every name, border, street, figure and price in this folder is made up by a program
# and belongs to no real place; no real unit has a code that begins with 1399. Written by tools/demo_city (fixed seed): do not edit by hand.

[project]
id = "yunhe-demo"
name = {{ zh = "云河市（虚构示范城市）", en = "Yunhe (invented demonstration city)" }}
crs = "{plan.CRS_METRIC}"                # CGCS2000 / 3-degree Gauss-Kruger CM 114E
reference_date = {plan.REFERENCE_DATE}     # 台账时点 / day of the ledgers
buffer_m = 2000
'''

MIDDLE = """
# 道路：OpenStreetMap 字段；只在端点重合处相连，桥梁跨越铁路、高速时不相连。
# Streets with OpenStreetMap columns; lines join only where end points coincide, bridges pass over railway and expressway without joining.
[streets]
path = "streets/streets.gpkg"
date = 2025-12-31
attribution = { zh = "虚构路网", en = "invented streets" }

# 人口：按社区（村）代码的表，按居住用地分摊到需求点，总数不变。
# People: a table keyed by community code, spread over residential land; totals stay exact.
[population]
path = "population/population.csv"
date = 2025-12-31
level = "community"
columns = { %s }
spread = "residential"
spread_path = "population/residential.gpkg"
"""

TAIL = """
# 出行速度是明示的假定，可以修改：成人步行 1.2 米/秒，老年人 0.9 米/秒，骑行 12 公里/时，驾车 24 公里/时。
# Speeds are stated assumptions, change them freely: adults 1.2 m/s, older people 0.9 m/s, cycling 12 km/h, driving 24 km/h.
[travel.walk]
mode = "walk"
metres_per_minute = 72

[travel.walk_elderly]
mode = "walk"
metres_per_minute = 54

[travel.cycle]
mode = "cycle"
metres_per_minute = 200

[travel.drive]
mode = "drive"
metres_per_minute = 400

# 闲置房屋和地块台账（虚构）/ ledger of idle premises and plots (invented)
[candidates.idle]
path = "facilities/candidates.csv"
columns = { %s }

# 造价为假定的数量级，使用前请换成本地造价资料 / costs are assumed orders of magnitude: replace them before any use
[costs]
path = "costs.csv"

# 目标年人口（虚构）：各区县各人群的增长系数，与现状人口分开
# People of later years (invented): factors by district and group, kept apart from today's.
[growth]
path = "population/growth.csv"

# 规划住宅（虚构），交付后计入 / planned housing (invented), counted from its handover on
[growth.housing]
path = "population/housing.csv"
columns = { id = "id", name = "name", lon = "lon", lat = "lat", households = "households", opened = "handover" }
people_per_household = 2.6

[basemap.river]
path = "basemap/river.geojson"
kind = "water"

[basemap.rail]
path = "basemap/rail.geojson"
kind = "rail"

[basemap.green]
path = "basemap/green.geojson"
kind = "green"

[plan]
packs = ["starter"]
"""

ENTERED = """
# 规划没有写明、由本市自行确定的比例（虚构）/ shares that the plans leave open and this city has set for itself (invented)
[plan.parameters]
%s
# 只能由人填报的数值（虚构）/ figures that only a person can report (invented)
[reported]
%s"""


CANDIDATE_COLUMNS = ("id", "name", "lon", "lat", "kind", "area_m2", "owner", "cost_cny", "do", "layer")


def _inline(pairs: dict[str, str]) -> str:
    return ", ".join(f'{key} = "{value}"' for key, value in pairs.items())


def _entered() -> str:
    """What people have entered: shares that the plans leave open, and reported figures with their day and source."""
    entered = tomllib.loads((Path(__file__).parent / "entered.toml").read_text(encoding="utf-8"))
    shares = "".join(f'"{target}" = {{ share = {share} }}\n' for target, share in entered["share"].items())
    figures = "".join(
        f'"{target}" = {{ value = {value}, date = {plan.REFERENCE_DATE}, source = "虚构填报 / invented" }}\n'
        for target, value in entered["reported"].items()
    )
    return ENTERED % (shares, figures)


def project_text(columns: dict[str, list[str]]) -> str:
    """The whole file; `columns` are the filled columns of each layer."""
    parts = [HEAD]
    for level in ("city", "district", "township", "community"):
        parts.append(
            f'\n[boundaries.{level}]\npath = "boundaries/{level}.geojson"\ncode = "code"\nname = "name"\nclass = "class"\n'
            f"date = {plan.REFERENCE_DATE}\n"
            + ('parent = "parent"\n' if level != "city" else "")
        )
    parts.append(MIDDLE % _inline(HEADERS))
    parts.append(
        "\n# 设施台账：一个文件可以有几类设施，用 where 选取 / facility ledgers: a file may hold several layers, picked by `where`\n"
    )
    for layer in LAYERS:
        pairs: dict[str, Any] = {c: c for c in columns[layer.slug]}
        parts.append(
            f'\n# {layer.title[0]} / {layer.title[1]}\n[facilities.{layer.slug}]\npath = "facilities/{layer.file}.csv"\n'
            f'where = "layer == \'{layer.slug}\'"\ncrs = "EPSG:4326"\ndate = {plan.REFERENCE_DATE}\ncolumns = {{ {_inline(pairs)} }}\n'
        )
    parts.append(TAIL % _inline({c: c for c in CANDIDATE_COLUMNS}))
    parts.append(_entered())
    return "".join(parts)
