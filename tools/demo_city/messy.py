"""The same city as offices hand it in: the clean files of the demonstration city, written again in the forms that files really have.

`python -m tools.demo_city.messy [FOLDER]` writes FOLDER/messy from the clean files in FOLDER (default: `data` of the repository).
Every figure and every place is the clean one; what is messy is how it is written, so that coverage comes out equal to the person.
"""

from __future__ import annotations

import csv
import html
import json
import shutil
import sys
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import geopandas
import pyogrio
from pyproj import Transformer

from .catalogue import LAYERS
from .messy_places import KEPT_ROWS, degrees_minutes_seconds, gcj02, kept_positions
from .messy_text import HEADERS, PEOPLE_HEADERS, about, full_width, status_word, wordy_day
from .messy_toml import FILES, headers_of, project_text
from .messy_write import Sheet, write_html, write_sheet, write_text
from .plan import CRS_METRIC

Row = dict[str, str]
TITLES = {layer.slug: layer.title[0] for layer in LAYERS}
_TO_METRES = Transformer.from_crs("EPSG:4490", CRS_METRIC, always_xy=True)


def generate(folder: Path) -> None:
    """Write `folder`/messy from the clean city in `folder`."""
    out = folder / "messy"
    shutil.rmtree(out, ignore_errors=True)
    for kind in ("boundaries", "facilities", "population", "streets"):
        (out / kind).mkdir(parents=True)
    config = tomllib.loads((folder / "planner.toml").read_text(encoding="utf-8"))
    _boundaries(folder, out)
    _people(folder, out)
    streets = geopandas.read_file(folder / "streets/streets.gpkg")
    streets.to_parquet(out / "streets/streets.parquet", compression="zstd", index=False)
    shutil.copyfile(folder / "costs.csv", out / "costs.csv")
    for name, write in LEDGERS.items():
        write(_read(folder / f"facilities/{name}.csv"), out / "facilities")
    _candidates(folder, out)
    kept_positions(out / "positions.csv", [row for name in LEDGERS for row in _read(folder / f"facilities/{name}.csv")])
    (out / "planner.toml").write_text(project_text(config), encoding="utf-8", newline="\n")


def _read(path: Path) -> list[Row]:
    """A clean table."""
    with path.open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


# ---- boundaries ------------------------------------------------------------------------------------------------------
def _boundaries(folder: Path, out: Path) -> None:
    """City and districts as shapefiles in GBK without .cpg; streets and communities as GeoJSON in GB18030, codes as Excel leaves them."""
    for level in ("city", "district"):
        frame = geopandas.read_file(folder / f"boundaries/{level}.geojson")
        renamed = {"code": "区划代码", "name": "单元名称", "class": "城乡类别", "parent": "上级行政区代码", "geometry": "geometry"}
        shape_file(frame[[column for column in renamed if column in frame]].rename(columns=renamed), out / f"boundaries/{level}.shp")
    for level in ("township", "community"):
        tree = json.loads((folder / f"boundaries/{level}.geojson").read_text(encoding="utf-8"))
        for number, feature in enumerate(tree["features"]):
            own = feature["properties"]
            own["code"] = own["code"] + ".0" if level == "township" else "156" + own["code"]
            if level == "township" and number % 8 == 3:
                own["parent"] = ""  # left out by whoever drew it: found again by the digits of the code
        (out / f"boundaries/{level}.geojson").write_text(
            json.dumps(tree, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="gb18030", newline="\n"
        )


def shape_file(frame: geopandas.GeoDataFrame, path: Path) -> None:
    """A shapefile as desktop programs of years ago left it: GBK, no word of that anywhere, field names cut to ten bytes."""
    wide = {name: name.encode("gbk")[:10].decode("gbk", "ignore") for name in frame.columns if name != "geometry"}
    pyogrio.write_dataframe(
        frame.rename(columns=wide), path, driver="ESRI Shapefile", encoding="GBK", layer_options={"DBF_DATE_LAST_UPDATE": "2025-12-31"}
    )
    path.with_suffix(".cpg").unlink()
    table = path.with_suffix(".dbf")
    raw = bytearray(table.read_bytes())
    raw[29] = 0  # the byte that would name the code page
    table.write_bytes(raw)


# ---- people ----------------------------------------------------------------------------------------------------------
def _people(folder: Path, out: Path) -> None:
    """The population as a statistics yearbook prints it: titles, two header rows, a total, thousands apart, codes with `.0`."""
    rows = _read(folder / "population/population.csv")
    codes, names, *groups = list(rows[0])
    table: list[list[Any]] = []
    for number, row in enumerate(rows):
        figures: list[Any] = [int(row[group]) for group in groups]
        if figures[0] >= 1000 and number % 3 == 0:
            figures[0] = f"{figures[0]:,}"
        if number % 10 == 4:
            figures[1] = full_width(str(figures[1]))
        table.append([row[codes] + ".0", row[names], *figures])
    total = ["合 计", "", *(sum(int(row[group]) for row in rows) for group in groups)]
    heads = [PEOPLE_HEADERS[codes], PEOPLE_HEADERS[names], *(PEOPLE_HEADERS[group] for group in groups)]
    write_sheet(
        out / "population/2025年末分社区人口.xlsx",
        Sheet(
            "分社区人口",
            ["云河市分社区（村）人口情况（虚构）", "填报单位：云河市统计局（虚构）　　单位：人、户"],
            heads,
            [total, *table],
            ["注：常住人口为年末数。", "填表人：（虚构）　　审核人：（虚构）"],
        ),
    )
    shutil.copyfile(folder / "population/residential.gpkg", out / "population/residential.gpkg")


# ---- ledgers ---------------------------------------------------------------------------------------------------------
def _told(rows: Sequence[Row]) -> list[Row]:
    """Rows with their layer and status in the words of a Chinese ledger; some have lost their coordinates (positions.csv has them)."""
    told = []
    for row in rows:
        said = row | {"layer": TITLES[row["layer"]], "status": status_word(row["status"])}
        if row["id"] in KEPT_ROWS:
            said |= {"lon": "", "lat": ""}
        told.append(said)
    return told


def _heads(rows: Sequence[Row], headers: dict[str, str]) -> list[str]:
    """The headers of the columns that the rows have."""
    return [headers[column] for column in rows[0]]


def _elderly(rows: Sequence[Row], folder: Path) -> None:
    """A workbook: titles, merged headers of two levels, a total, notes, hidden rows, beds as people type them, some pairs swapped."""
    told, hidden = _told(rows), []
    beds = sum(int(row["beds"] or 0) for row in rows)
    for number, row in enumerate(told):
        if row["beds"]:
            row["beds"] = about(row["beds"], number)
        if not row["closed"] and number % 50 == 3:
            row["closed"] = "/"
        if number % 5 == 0:
            row["opened"] = wordy_day(row["opened"])
        if number % 60 == 7 and row["lon"]:
            row["lon"], row["lat"] = row["lat"], row["lon"]
        if number in (40, 41, 42):
            hidden.append(number)
    total = ["合计"] + [str(beds) if column == "beds" else "" for column in list(rows[0])[1:]]
    write_sheet(
        folder / FILES["elderly"],
        Sheet(
            "设施台账",
            ["云河市养老服务设施台账（虚构）", "填报单位：云河市民政局（虚构）　　截至2025年12月31日"],
            _heads(told, headers_of("elderly")),
            [*(list(row.values()) for row in told), total],
            ["注：床位数为年末核定数。", "填表人：（虚构）"],
            hidden,
        ),
    )


def _community(rows: Sequence[Row], folder: Path) -> None:
    """CSV in GBK with Windows line ends, areas with thousands apart, a total and a note."""
    told = _told(rows)
    for number, row in enumerate(told):
        if row["area_m2"] and int(row["area_m2"]) >= 1000:
            row["area_m2"] = f"{int(row['area_m2']):,}"
        if number % 40 == 11:
            row["address"] = row["address"].replace("号", "号　")
    table = [
        _heads(told, HEADERS),
        *(list(row.values()) for row in told),
        ["总计", "", f"共{len(told)}处"] + [""] * (len(told[0]) - 3),
        ["备注：本表为虚构数据。"],
    ]
    write_text(folder / FILES["community"], table, "gbk")


def _disaster(rows: Sequence[Row], folder: Path) -> None:
    """A workbook whose areas are in hectares, with subtotals on the way."""
    told = _told(rows)
    for row in told:
        row["area_m2"] = f"{int(row['area_m2']) / 1e4:.4f}" if row["area_m2"] else ""
    half = len(told) // 2
    body = [list(row.values()) for row in told]
    pause = ["小计"] + [""] * (len(told[0]) - 1)
    write_sheet(
        folder / FILES["disaster"],
        Sheet(
            "汇总",
            ["应急避难场所和救灾物资储备点一览表（虚构）"],
            _heads(told, headers_of("disaster")),
            [*body[:half], pause, *body[half:], pause],
            ["说明：面积单位为公顷。"],
        ),
    )


def _children(rows: Sequence[Row], folder: Path) -> None:
    """CSV in GBK with coordinates as degrees, minutes and seconds, in several hands."""
    told = _told(rows)
    for number, row in enumerate(told):
        if row["lon"]:
            row["lon"], row["lat"] = (degrees_minutes_seconds(row[key], number, side) for key, side in (("lon", "E"), ("lat", "N")))
    write_text(folder / FILES["children"], [_heads(told, HEADERS), *(list(row.values()) for row in told)], "gbk")


def _relief(rows: Sequence[Row], folder: Path) -> None:
    """UTF-8 with a mark, the headers of longitude and latitude the wrong way round, phone numbers that nobody asked for."""
    told = _told(rows)
    for number, row in enumerate(told):
        row["lon"], row["lat"] = row["lat"], row["lon"]
        row["phone"] = f"0000-{1000000 + number}"
    write_text(
        folder / FILES["relief"], [_heads(told, HEADERS | {"phone": "联系电话"}), *(list(row.values()) for row in told)], "utf-8-sig"
    )


def _disability(rows: Sequence[Row], folder: Path) -> None:
    """Coordinates picked on a web map (GCJ-02, declared as such), both in one cell."""
    told = []
    for row in _told(rows):
        lon, lat = gcj02(float(row.pop("lon")), float(row.pop("lat")))
        told.append(row | {"lonlat": f"{lon:.12f},{lat:.12f}"})
    write_text(
        folder / FILES["disability"], [_heads(told, HEADERS | {"lonlat": "高德坐标"}), *(list(row.values()) for row in told)], "gb18030"
    )


def _funeral(rows: Sequence[Row], folder: Path) -> None:
    """Survey coordinates: metres, X to the north and Y to the east, as surveyors have it; areas in mu."""
    told = []
    for row in _told(rows):
        east, north = _TO_METRES.transform(float(row.pop("lon")), float(row.pop("lat")))
        told.append(row | {"north": f"{north:.6f}", "east": f"{east:.6f}"})
        told[-1]["area_m2"] = f"{int(row['area_m2']) * 3 / 2000:.6f}" if row["area_m2"] else ""
    headers = headers_of("funeral") | {"north": "X坐标", "east": "Y坐标"}
    write_sheet(
        folder / FILES["funeral"],
        Sheet(
            "Sheet1",
            ["殡葬设施基本情况（虚构）"],
            _heads(told, headers),
            [list(row.values()) for row in told],
            ["注1：坐标系为国家2000，3度带，中央经线114度。"],
        ),
    )


def _registry(rows: Sequence[Row], folder: Path) -> None:
    """A web page under the name of a workbook, as office systems export it."""
    told = _told(rows)
    table = [_heads(told, HEADERS), *(list(row.values()) for row in told)]
    write_html(folder / FILES["registry"], [[html.escape(cell) for cell in row] for row in table])


def _estates(rows: Sequence[Row], folder: Path) -> None:
    """Tabs, GBK, full-width digits."""
    told = _told(rows)
    for number, row in enumerate(told):
        if number % 6 == 2:
            row["households"] = full_width(row["households"]) + "户"
        if number % 9 == 4:
            row["area_m2"] = about(row["area_m2"], 0)
    write_text(folder / FILES["estates"], [_heads(told, HEADERS), *(list(row.values()) for row in told)], "gbk", delimiter="\t")


def _candidates(folder: Path, out: Path) -> None:
    """Idle premises in GBK."""
    rows = _read(folder / "facilities/candidates.csv")
    write_text(out / "facilities/闲置房屋和地块.csv", [list(rows[0]), *(list(row.values()) for row in rows)], "gbk")


LEDGERS: dict[str, Callable[[Sequence[Row], Path], None]] = {
    "elderly": _elderly,
    "community": _community,
    "disaster": _disaster,
    "children": _children,
    "relief": _relief,
    "disability": _disability,
    "funeral": _funeral,
    "registry": _registry,
    "estates": _estates,
}


def main() -> None:
    """Command line."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2] / "data"
    generate(folder)
    size = sum(file.stat().st_size for file in (folder / "messy").rglob("*") if file.is_file())
    print(f"{size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
