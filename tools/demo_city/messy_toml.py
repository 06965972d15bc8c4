"""The text of the messy folder's `planner.toml`: the same sections as the clean one, with the headers and systems of the messy files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .catalogue import LAYERS
from .messy_text import HEADERS, PEOPLE_HEADERS

HEAD = """# 云河市（虚构示范城市）的“原样”台账：与 data 文件夹同一批数据，按实际报送的样子存放——GBK 编码、
# 合并表头、合计行、度分秒、高德坐标、测绘坐标、亩和公顷、“约50张”。`planner check` 逐项说明；
# 覆盖结果与整洁的一份完全相同。虚构数据，由 tools/demo_city/messy.py 生成。
# The invented city's ledgers as they really come: the data of the folder above in the forms that offices hand in. `planner check` tells
# what it did with each; coverage is that of the clean folder, to the person. Invented data, written by tools/demo_city/messy.py.

[project]
id = "yunhe-messy"
name = { zh = "云河市（虚构示范城市，原样台账）", en = "Yunhe (invented demonstration city, messy ledgers)" }
crs = "%(crs)s"
reference_date = %(day)s
buffer_m = %(buffer)g
"""
FILES = {
    "elderly": "养老服务设施台账.xlsx",
    "community": "社区服务设施.csv",
    "disaster": "应急避难场所和物资储备.xlsx",
    "children": "儿童福利和未成年人保护设施.csv",
    "relief": "社会救助设施.csv",
    "disability": "残疾人和精神卫生设施.csv",
    "funeral": "殡葬设施.xlsx",
    "registry": "婚姻登记和服务机构.xls",
    "estates": "住宅小区.txt",
}
PLACES = {"lon": "位置_经度", "lat": "位置_纬度"}
OWN_HEADERS = {
    "elderly": PLACES
    | {
        "beds": "床位（张）_核定床位",
        "nursing_beds": "床位（张）_其中：护理型",
        "reserve_beds": "床位（张）_应急床位",
        "residents": "服务_入住人数",
        "capacity": "服务_可容纳人数",
        "staff": "服务_工作人员",
    },
    "disaster": PLACES | {"area_m2": "面积（公顷）", "effective_area_m2": "有效避难面积（平方米）"},
    "disability": {"lon": "高德坐标", "lat": "高德坐标"},
    "funeral": {"area_m2": "占地面积（亩）", "lon": "", "lat": "", "x": "Y坐标", "y": "X坐标"},
}
"""Headers that differ from HEADERS, by file; "" takes a key away."""
SYSTEMS = {"disability": "gcj02", "funeral": "EPSG:4547"}
NOTES = {
    "elderly": "标题行、两级合并表头、合计和附注行、隐藏行、“约50张”、个别经纬度写反"
    " / titles, merged headers, totals, notes, hidden rows, figures with words",
    "community": "GBK 编码、千分号、总计和备注行 / GBK, thousands apart, a total and a note",
    "disaster": "面积为公顷、小计行 / hectares, subtotals",
    "children": "度分秒、GBK / degrees, minutes, seconds",
    "relief": "经纬度两列的表头写反、电话列 / longitude and latitude under each other's header, telephone numbers",
    "disability": "高德坐标（GCJ-02），两值一格 / web-map coordinates, two in one cell",
    "funeral": "测绘坐标：X 向北、Y 向东，面积为亩 / survey coordinates: X north, Y east; areas in mu",
    "registry": "扩展名 .xls，实为网页 / .xls by its name, a web page inside",
    "estates": "制表符分隔、全角数字 / tabs, full-width digits",
}


def headers_of(file: str) -> dict[str, str]:
    """Key -> header of a ledger."""
    return {key: header for key, header in (HEADERS | OWN_HEADERS.get(file, {})).items() if header}


def _inline(pairs: Mapping[str, str]) -> str:
    """`columns = { ... }`."""
    return ", ".join(f'{key} = "{value}"' for key, value in pairs.items())


def project_text(clean: Mapping[str, Any]) -> str:
    """The whole file, from the clean one as read."""
    head, people = clean["project"], clean["population"]
    parts = [HEAD % {"crs": head["crs"], "day": head["reference_date"], "buffer": head["buffer_m"]}]
    for level, table in clean["boundaries"].items():
        shapes = level in ("city", "district")
        code, name, class_, parent = (
            ("区划代码", "单元名称", "城乡类别", "上级行政区代码") if shapes else ("code", "name", "class", "parent")
        )
        parts.append(
            f'\n[boundaries.{level}]\npath = "boundaries/{level}.{"shp" if shapes else "geojson"}"\ncode = "{code}"\nname = "{name}"\n'
            f'class = "{class_}"\ndate = {table["date"]}\n' + (f'parent = "{parent}"\n' if "parent" in table else "")
        )
    columns = {key: PEOPLE_HEADERS[header] for key, header in people["columns"].items()}
    parts.append(
        f'\n[streets]\npath = "streets/streets.parquet"\ndate = {clean["streets"]["date"]}\n'
        f"attribution = {{ {_inline(clean['streets']['attribution'])} }}\n"
        f'\n[population]\npath = "population/2025年末分社区人口.xlsx"\ndate = {people["date"]}\nlevel = "{people["level"]}"\n'
        f'columns = {{ {_inline(columns)} }}\nspread = "{people["spread"]}"\nspread_path = "population/residential.gpkg"\n'
    )
    said: set[str] = set()
    for layer in LAYERS:
        table = clean["facilities"][layer.slug]
        headers = headers_of(layer.file)
        keys = [key for key in table["columns"] if key in headers] + [key for key in ("x", "y") if key in headers]
        if layer.file not in said:
            said.add(layer.file)
            parts.append(f"\n# ---- {FILES[layer.file]}：{NOTES[layer.file]}\n")
        parts.append(
            f'\n# {layer.title[0]} / {layer.title[1]}\n[facilities.{layer.slug}]\npath = "facilities/{FILES[layer.file]}"\n'
            f'where = "设施类别 == \'{layer.title[0]}\'"\ncrs = "{SYSTEMS.get(layer.file, "auto")}"\ndate = {table["date"]}\n'
            f"columns = {{ {_inline({key: headers[key] for key in keys})} }}\n"
        )
    for name, table in clean["travel"].items():
        parts.append(f'\n[travel.{name}]\nmode = "{table["mode"]}"\nmetres_per_minute = {table["metres_per_minute"]}\n')
    parts.append(
        f'\n[candidates.idle]\npath = "facilities/闲置房屋和地块.csv"\ncolumns = {{ {_inline(clean["candidates"]["idle"]["columns"])} }}\n'
        '\n[costs]\npath = "costs.csv"\n\n[plan]\npacks = ["starter"]\n'
    )
    return "".join(parts)
