"""How quick the map is in a browser at the size of a big city: 300 townships, 7,000 communities, 10,000 facilities, all on canvas.

    python ui_map.py [--rounds 5] [--chromium chromium]

An exported file of the city of big_project.py is opened from disk in headless Chromium (software raster, 1366 x 768); no server is in it.
Told are medians in milliseconds - to the frame that shows it, and of CPU time of the page's thread: reading the geometry, the first
painting, a step of the slider for minutes and for the target, the whole painted anew, the tooltip, the divider; and what a rerun sends.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import shutil
import statistics
import tempfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from big_project import ACROSS, CRS, DISTRICTS, FACILITIES, NODES, ORIGIN_M, TOWNSHIPS, UP, communities, seeds
from city import city
from pyproj import Transformer

STEPS = 12
CALM = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
DRAWN = """const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
const timed = async (act) => { const from = performance.now(); act(); await drawn(); return performance.now() - from; };
const slide = (name, value) => () => {
  const input = document.querySelector(`[data-scrub=${name}]`);
  input.value = value;
  input.dispatchEvent(new Event('input'));
};"""


def boundaries(rng: np.random.Generator, side_m: float):
    """Communities, townships and districts."""
    from planner.inputs.layers import Boundaries

    shapes = communities(side_m, rng)
    township = seeds(TOWNSHIPS, rng)
    district = (np.arange(TOWNSHIPS) * DISTRICTS // TOWNSHIPS)[township]
    unions = {"district": [shapely.coverage_union_all(shapes[district == k]) for k in range(DISTRICTS)],
              "township": [shapely.coverage_union_all(shapes[township == k]) for k in range(TOWNSHIPS)], "community": list(shapes)}
    levels = {}
    for level, areas in unions.items():
        number = range(len(areas))
        columns = {"code": [f"{level[0]}{k:05d}" for k in number], "name": [f"单元{k}" for k in number],
                   "class": "", "parent": "", "row": number}
        levels[level] = gpd.GeoDataFrame(columns, geometry=areas, crs=CRS)
    return Boundaries(CRS, levels)


def painting():
    """The map of the big city, with its curves, another state before it, and every facility."""
    from planner.export.curves import curve_file
    from planner.export.geometry import Backdrop, map_geometry
    from planner.export.mapdata import MapData, MapFacility, MapSlider
    from planner.export.palette import share_palette
    from planner.measure.curves import CoverageCurves

    rng, streets = np.random.default_rng(1), city(NODES)
    xy = np.column_stack([streets.x, streets.y]) - [streets.x.min(), streets.y.min()]
    side, xy = float(xy.max()), xy + ORIGIN_M
    lines = shapely.linestrings(np.stack([xy[streets.tail], xy[streets.head]], axis=1))
    kind = rng.random(len(lines))
    backdrop = [Backdrop(name, lines[(kind >= low) & (kind < high)])
                for name, low, high in (("street_minor", 0, .85), ("street_major", .85, .97), ("street_main", .97, 1.01))]
    geometry = map_geometry(boundaries(rng, side), backdrop)
    count, minutes = ACROSS * UP, range(1, 61)
    half, slope = rng.uniform(3, 40, count), rng.uniform(1, 6, count)
    share = 1 / (1 + np.exp(-(np.array(minutes)[:, None] - half) / slope))
    curves = curve_file(CoverageCurves("care", "walk", "total", "community", tuple(minutes), geometry.codes["community"], share,
                                       share.mean(axis=1)))
    lon, lat = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True).transform(*xy[rng.choice(len(xy), FACILITIES, replace=False)].T)
    signs = [MapFacility(float(a), float(b), "care", "operating" if k % 9 else "planned", f"设施{k}", "80")
             for k, (a, b) in enumerate(zip(lon, lat, strict=True))]
    now, later = share[14].tolist(), share[14].copy()
    later[rng.choice(count, 90, replace=False)] = 1.0
    told = {"level": "community", "palette": share_palette(.8), "lang": "zh", "title": "大城市", "source": "虚构数据 2026",
            "people": [1500.0] * count, "facilities": signs, "kinds": {"care": "养老"}, "settings": {"minutes": 15, "mode": "pick"}}
    sliders = {"minutes": MapSlider(1, 60, 15, "服务半径（分钟）"), "target": MapSlider(0, 100, 80, "达标线（%）")}
    return (MapData(geometry, shares=now, curves=curves, sliders=sliders, **told),
            MapData(geometry, shares=later.tolist(), before=now, **told))


def opened(browser, file: Path):
    """The file in a new page, its map at hand for the measurements, and the milliseconds from opening to the first painting."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, offline=True)
    page = context.new_page()
    page.goto(file.as_uri())
    page.wait_for_function("window.__planner?.mapVersion > 0", timeout=60_000)
    return page, context, page.evaluate("performance.now()")


class Timing:
    """Times of what is done on a page: to the frame that shows it, and of the page's thread alone, which other work leaves as it is."""

    def __init__(self, page, seen: dict[str, list[tuple[float, ...]]]) -> None:
        self.page, self.seen = page, seen
        self.tools = page.context.new_cdp_session(page)
        self.tools.send("Performance.enable", {"timeDomain": "threadTicks"})

    def thread_ms(self) -> float:
        """Milliseconds that the page's thread has worked."""
        told = {entry["name"]: entry["value"] for entry in self.tools.send("Performance.getMetrics")["metrics"]}
        return 1000 * float(told["TaskDuration"])

    def many(self, name: str, acts: str) -> None:
        """Do each of some acts (JavaScript: an array of functions) and note it."""
        before = self.thread_ms()
        clock = self.page.evaluate(f"(async () => {{ {DRAWN} const acts = {acts}, out = []; await drawn(); {EACH} return out; }})()")
        cpu = (self.thread_ms() - before) / len(clock)
        self.seen.setdefault(name, []).extend((ms, cpu) for ms in clock)


EACH = "for (const act of acts) out.push(await timed(act));"
DECODE = """() => { const text = atob(document.getElementById('planner-geometry').textContent);
  window.payload = Uint8Array.from({ length: text.length }, (_, k) => text.charCodeAt(k)).buffer; }"""
READ = "[() => PlannerMap.readGeometry(window.payload)]"
HOVER = f"""Array.from({{ length: {STEPS} }}, (_, k) => () => {{
  const box = document.querySelector('[data-testid=map]'), r = box.getBoundingClientRect();
  box.dispatchEvent(new MouseEvent('mousemove', {{ bubbles: true, clientX: r.left + 200 + 9 * k, clientY: r.top + 200 }}));
}})"""
MODES = "['change', 'before', 'after'].map((mode) => () => document.querySelector(`[data-mode=${mode}]`).click())"
DIVIDER = f"""Array.from({{ length: {STEPS} }}, () => () => document.querySelector('.pcm-divider').dispatchEvent(
  new KeyboardEvent('keydown', {{ key: 'ArrowRight', bubbles: true }})))"""


def measure(browser, files: list[Path], rounds: int) -> dict[str, dict[str, float]]:
    """Medians of the rounds."""
    seen: dict[str, list[tuple[float, ...]]] = {}
    for _ in range(rounds):
        page, context, first = opened(browser, files[0])
        timing = Timing(page, seen)
        seen.setdefault("file opened to first painting", []).append((first,))
        page.evaluate(DECODE)
        timing.many("geometry read", READ)
        timing.many("a minute of the slider", f"Array.from({{ length: {STEPS} }}, (_, k) => slide('minutes', 16 + k))")
        timing.many("a step of the target", f"Array.from({{ length: {STEPS} }}, (_, k) => slide('target', 79 - k))")
        timing.many("painted anew", "Array.from({ length: 5 }, () => () => map_coverage.fire('viewreset'))")
        timing.many("tooltip", HOVER)
        context.close()
        page, context, _ = opened(browser, files[1])
        timing = Timing(page, seen)
        timing.many("before, after, change", MODES)
        page.locator("[data-mode=swipe]").click()
        timing.many("the divider moved", DIVIDER)
        context.close()
    kinds = ("shown", "CPU")
    return {name: {kind: round(statistics.median(values), 1) for kind, values in zip(kinds, zip(*rows, strict=True), strict=False)}
            for name, rows in seen.items()}


def sent(data) -> int:
    """Bytes of a rerun's message for the map, beside the addresses of what goes as files."""
    from planner.ui.map_component import _lean

    wire = {key: value for key, value in _lean(data).items() if key not in ("facilities", "people", "before")}
    return len(json.dumps(wire, ensure_ascii=False).encode())


def main() -> None:
    """Measure and print."""
    from playwright.sync_api import sync_playwright

    from planner.export.maps import export_html

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--chromium", default=shutil.which("chromium"))
    parser.add_argument("--keep", type=Path, help="a folder for the two files")
    options = parser.parse_args()
    paintings = painting()
    with tempfile.TemporaryDirectory() as aside, sync_playwright() as driver:
        files = [(options.keep or Path(aside)) / name for name in ("minutes.html", "compared.html")]
        for file, data in zip(files, paintings, strict=True):
            file.write_text(export_html(data, heading="大城市", made=dt.date(2026, 1, 5)), encoding="utf-8")
        browser = driver.chromium.launch(executable_path=options.chromium, headless=True, args=CALM)
        told = measure(browser, files, options.rounds)
        browser.close()
        parts = {"geometry": paintings[0].geometry, "curves": paintings[0].curves}
        sizes = {name: len(part.payload) for name, part in parts.items()} | {"file": files[0].stat().st_size}
    print(json.dumps({"ms": told, "bytes": sizes, "bytes a rerun": [sent(data) for data in paintings]}, indent=1))


if __name__ == "__main__":
    main()
