"""How long `planner check` takes on a large ledger: python ledgers.py [--rows 100000] [--side 100] [--format csv xlsx] [--messy 0.02]

A made-up city: side x side community polygons in townships of 10 x 10, a street grid, a facility ledger of so many rows and a population
table keyed by community. A share of the ledger's cells is messy (numbers with words, Chinese dates, blanks), as ledgers are. Each format is
checked by a fresh process; told are its seconds on the clock, its CPU seconds and its peak memory.
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

LON, LAT, STEP = 114.0, 30.0, 0.004
HEADS = ("机构编号", "机构名称", "详细地址", "所属街道", "所属社区", "经度", "纬度", "运营状态", "启用日期", "核定床位", "建筑面积", "备注")
KEYS = ("id", "name", "address", "township", "community", "lon", "lat", "status", "opened", "beds", "area_m2")
CONFIG = """[project]
id = "ledgers"
crs = "EPSG:4547"
[boundaries.township]
path = "township.geojson"
code = "code"
name = "name"
[boundaries.community]
path = "community.geojson"
code = "code"
name = "name"
parent = "parent"
[streets]
path = "streets.geojson"
[population]
path = "population.csv"
level = "community"
columns = {{ code = "社区代码", total = "常住人口", age_60_plus = "60岁及以上" }}
spread = "points"
[facilities.elderly-care-institution]
path = "ledger.{suffix}"
crs = "EPSG:4490"
columns = {{ {columns} }}
[travel.walk]
mode = "walk"
metres_per_minute = 72
"""


def square(x: int, y: int, size: int) -> list[list[list[float]]]:
    """The ring of a square of so many steps, with a corner at every step, so that neighbours share all of theirs."""
    low = [(x + k, y) for k in range(size)] + [(x + size, y + k) for k in range(size)]
    high = [(x + size - k, y + size) for k in range(size)] + [(x, y + size - k) for k in range(size)]
    ring = [*low, *high, (x, y)]
    return [[[round(LON + a * STEP, 6), round(LAT + b * STEP, 6)] for a, b in ring]]


def write_layers(folder: Path, side: int) -> None:
    """Boundaries, streets and people."""
    def layer(name: str, features: list[dict[str, object]]) -> None:
        (folder / name).write_text(json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False), encoding="utf-8")

    def feature(kind: str, coordinates: object, **properties: object) -> dict[str, object]:
        return {"type": "Feature", "geometry": {"type": kind, "coordinates": coordinates}, "properties": properties}

    towns = [feature("Polygon", square(x, y, 10), code=town_code(x // 10, y // 10, side), name=town_name(x // 10, y // 10))
             for y in range(0, side, 10) for x in range(0, side, 10)]
    homes = [feature("Polygon", square(x, y, 1), code=f"{town_code(x // 10, y // 10, side)}{y % 10 * 10 + x % 10 + 1:03d}",
                     name=home_name(x, y), parent=town_code(x // 10, y // 10, side)) for y in range(side) for x in range(side)]
    layer("township.geojson", towns)
    layer("community.geojson", homes)
    lines = [[[LON + k * STEP, LAT + j * STEP], [LON + (k + 1) * STEP, LAT + j * STEP]] for j in range(side + 1) for k in range(side)]
    lines += [[[LON + j * STEP, LAT + k * STEP], [LON + j * STEP, LAT + (k + 1) * STEP]] for j in range(side + 1) for k in range(side)]
    layer("streets.geojson", [feature("LineString", [[round(a, 6), round(b, 6)] for a, b in line]) for line in lines])
    rng = np.random.default_rng(7)
    with (folder / "population.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["社区代码", "常住人口", "60岁及以上"])
        for home in homes:
            people = int(rng.integers(500, 9000))
            writer.writerow([home["properties"]["code"], people, people // 5])  # type: ignore[index]


def town_code(x: int, y: int, side: int) -> str:
    """A made-up code of nine digits."""
    return f"139900{y * (side // 10) + x + 1:03d}"


def town_name(x: int, y: int) -> str:
    """A made-up name."""
    return f"第{y * 100 + x}街道"


def home_name(x: int, y: int) -> str:
    """A made-up name, its own in the city."""
    return f"{x}之{y}社区"


def rows(count: int, side: int, messy: float) -> list[list[object]]:
    """The ledger; a share of its rows is messy in one cell."""
    rng = np.random.default_rng(5)
    xs, ys = rng.uniform(0.01, side - 0.01, count), rng.uniform(0.01, side - 0.01, count)
    found = []
    for k in range(count):
        x, y, beds = int(xs[k]), int(ys[k]), int(rng.integers(10, 400))
        row: list[object] = [f"E{k:06d}", f"第{k}养老院", f"幸福路{k}号", town_name(x // 10, y // 10), home_name(x, y),
                             round(LON + xs[k] * STEP, 7), round(LAT + ys[k] * STEP, 7), "运营",
                             f"20{k % 20:02d}-{k % 12 + 1:02d}-{k % 28 + 1:02d}", beds, round(beds * 35.5, 1), ""]
        if rng.random() < messy:
            fault = int(rng.integers(5))
            if fault == 0:
                row[9] = f"约{beds}张"
            elif fault == 1:
                row[8] = f"20{k % 20:02d}年{k % 12 + 1}月"
            elif fault == 2:
                row[5] = row[6] = ""
            elif fault == 3:
                row[9] = "暂无"
            else:
                row[10] = f"{beds * 35:,}"
        found.append(row)
    return found


def write_ledger(path: Path, found: list[list[object]]) -> None:
    """The ledger as a .csv or an .xlsx file."""
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            csv.writer(stream).writerows([HEADS, *found])
        return
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("台账")
    for row in [list(HEADS), *found]:
        sheet.append(row)
    book.save(path)


def check(folder: Path) -> str:
    """One `planner check`: seconds on the clock, CPU seconds, peak memory, and what it says of the ledger."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    code = ("import sys, resource; from planner.cli import main; sys.argv[1:] = sys.argv[1:]\n"
            "try:\n    main()\nfinally:\n    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)")
    done = subprocess.run([sys.executable, "-c", code, "check", str(folder), "--format", "json"], capture_output=True, text=True,
                          encoding="utf-8")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds, cpu = time.perf_counter() - begin, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    report = json.loads(done.stdout)
    (ledger,) = [record for record in report["files"] if record["path"].startswith("ledger")]
    peak = int(done.stderr.strip().splitlines()[-1]) / 1e6
    return (f"{seconds:6.1f} s on the clock, {cpu:6.1f} s CPU, {peak:.2f} GB at most; "
            f"{ledger['rows_in']} rows in, {ledger['rows_kept']} kept,"
            f" {len(report['issues'])} issues, exit {done.returncode}")


def main() -> None:
    """Makes the city and checks it once for each format."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--side", type=int, default=100, help="a multiple of 10; polygons = side x side")
    parser.add_argument("--messy", type=float, default=0.02, help="share of rows with a messy cell")
    parser.add_argument("--format", nargs="+", default=["csv", "xlsx"], choices=["csv", "xlsx"])
    parser.add_argument("--keep", type=Path, help="make the city here and leave it")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = args.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        write_layers(folder, args.side)
        found = rows(args.rows, args.side, args.messy)
        columns = ", ".join(f'{key} = "{head}"' for key, head in zip(KEYS, HEADS, strict=False))
        for suffix in args.format:
            write_ledger(folder / f"ledger.{suffix}", found)
            (folder / "planner.toml").write_text(CONFIG.format(suffix=suffix, columns=columns), encoding="utf-8")
            print(f"{suffix:5s}{check(folder)}", flush=True)


if __name__ == "__main__":
    main()
