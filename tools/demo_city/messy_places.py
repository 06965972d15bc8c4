"""Coordinates in the forms that they come in. The formulas stand here on their own, so that the planner's are tested against others."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

KEPT_ROWS = ("CESN007", "DPNHE002", "CSFY003", "ESR004", "CPSN002")
"""Ids of facilities whose ledgers have no coordinates; positions.csv beside planner.toml keeps them."""
_A, _EE = 6378245.0, 0.00669342162296594323


def degrees_minutes_seconds(degrees: str, number: int, side: str) -> str:
    """A decimal degree with nothing lost, in one of four hands."""
    value = Decimal(degrees)
    whole = int(value)
    minutes = (value - whole) * 60
    seconds = ((minutes - int(minutes)) * 60).normalize()
    d, m, s = str(whole), f"{int(minutes):02d}", f"{seconds:f}"
    forms = (f"{d}°{m}′{s}″", f"{d}度{m}分{s}秒", f"{d}°{m}'{s}\"{side}", f"{'东经' if side == 'E' else '北纬'}{d}°{m}′{s}″")
    return forms[number % len(forms)]


def gcj02(lon: float, lat: float) -> tuple[float, float]:
    """A WGS84 place on Chinese web maps, by the published polynomial."""
    x, y, pi = lon - 105.0, lat - 35.0, math.pi
    common = (20.0 * math.sin(6.0 * x * pi) + 20.0 * math.sin(2.0 * x * pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + common
    north += (20.0 * math.sin(y * pi) + 40.0 * math.sin(y / 3.0 * pi)) * 2.0 / 3.0
    north += (160.0 * math.sin(y / 12.0 * pi) + 320.0 * math.sin(y * pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + common
    east += (20.0 * math.sin(x * pi) + 40.0 * math.sin(x / 3.0 * pi)) * 2.0 / 3.0
    east += (150.0 * math.sin(x / 12.0 * pi) + 300.0 * math.sin(x / 30.0 * pi)) * 2.0 / 3.0
    phi = lat / 180.0 * pi
    magic = 1.0 - _EE * math.sin(phi) ** 2
    root = math.sqrt(magic)
    return (lon + east * 180.0 / (_A / root * math.cos(phi) * pi), lat + north * 180.0 / ((_A * (1.0 - _EE)) / (magic * root) * pi))


def kept_positions(path: Path, rows: Sequence[dict[str, str]]) -> None:
    """positions.csv: what somebody has placed by hand, beside the ledgers."""
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        table = csv.writer(out, lineterminator="\r\n")
        table.writerow(("layer", "id", "name", "lon", "lat", "source", "precision", "date"))
        for row in rows:
            if row["id"] in KEPT_ROWS:
                table.writerow((row["layer"], row["id"], row["name"], row["lon"], row["lat"], "实地核对（虚构）", "exact", "2026-01-15"))
