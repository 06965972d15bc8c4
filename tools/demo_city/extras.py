"""Idle premises and plots, unit costs, and the background of the map (parks and hills)."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from .facilities import _degrees
from .geometry import rng_for
from .places import Places
from .streets import Network
from .units import Units

IDLE_KINDS = [
    ("闲置办公用房", 350, 1200, "convert"),
    ("腾退商业用房", 180, 700, "convert"),
    ("老旧厂房", 1200, 6000, "convert"),
    ("闲置校舍", 800, 2600, "convert"),
    ("社区配建用房", 200, 900, "convert"),
    ("国有空地", 1500, 9000, "add"),
    ("规划民政用地", 2500, 12000, "add"),
    ("村集体闲置院落", 200, 800, "convert"),
]
OWNERS = ["区属国企", "街道办事处", "教育局", "村集体", "市属国企", "住建局", "供销社"]

COSTS = [  # layer, action, unit, yuan; all invented orders of magnitude
    ("elderly-care-institution", "add", "bed", 200000),
    ("elderly-care-institution", "expand", "bed", 120000),
    ("elderly-care-institution", "convert", "bed", 55000),
    ("district-public-nursing-home", "add", "bed", 240000),
    ("district-public-nursing-home", "expand", "bed", 150000),
    ("township-elderly-home", "add", "bed", 160000),
    ("township-elderly-home", "convert", "bed", 50000),
    ("township-care-centre", "add", "site", 6000000),
    ("township-care-centre", "convert", "m2", 2600),
    ("street-elderly-complex", "add", "site", 7500000),
    ("street-elderly-complex", "convert", "m2", 2800),
    ("urban-respite-care-centre", "add", "site", 5500000),
    ("urban-respite-care-centre", "convert", "m2", 2600),
    ("community-elderly-station", "add", "site", 900000),
    ("community-elderly-station", "convert", "m2", 2200),
    ("day-care-centre", "add", "site", 1500000),
    ("day-care-centre", "convert", "m2", 2400),
    ("elderly-meal-site", "add", "site", 450000),
    ("elderly-meal-site", "convert", "m2", 2000),
    ("rural-happiness-station", "add", "site", 300000),
    ("rural-happiness-station", "convert", "m2", 1500),
    ("psychiatric-welfare-institution", "add", "bed", 260000),
    ("intellectual-disability-home", "add", "bed", 220000),
    ("community-mental-rehab", "add", "site", 500000),
    ("disability-day-service", "add", "site", 800000),
    ("childrens-home", "add", "bed", 260000),
    ("child-protection-institution", "add", "site", 6000000),
    ("child-protection-station", "add", "site", 120000),
    ("child-activity-home", "add", "site", 150000),
    ("rescue-management-station", "add", "bed", 150000),
    ("social-assistance-hall", "add", "site", 600000),
    ("charity-donation-site", "add", "site", 60000),
    ("emergency-shelter", "add", "m2", 100),
    ("emergency-shelter", "convert", "m2", 60),
    ("relief-warehouse", "add", "m2", 4500),
    ("disaster-demo-community", "add", "site", 200000),
    ("community-service-facility", "add", "m2", 5000),
    ("community-service-facility", "convert", "m2", 2200),
    ("rural-community-service-centre", "add", "m2", 3200),
    ("volunteer-station", "add", "site", 50000),
    ("social-work-station", "add", "site", 300000),
    ("psychological-service-centre", "add", "site", 200000),
    ("family-service-centre", "add", "site", 3000000),
    ("social-org-incubator", "add", "site", 2500000),
    ("columbarium", "add", "m2", 3500),
    ("public-cemetery", "add", "site", 1200000),
    ("funeral-home", "expand", "m2", 5500),
    ("marriage-registry", "convert", "m2", 3000),
    ("veteran-service-station", "add", "site", 80000),
]


def cost_rows() -> list[dict[str, Any]]:
    """Unit costs, each labelled as assumed."""
    return [
        {
            "layer": layer,
            "action": action,
            "unit": unit,
            "cny": cny,
            "price_year": 2025,
            "source": "示范数据，假定的数量级，非任何造价资料 / invented order of magnitude for the demonstration",
            "certainty": "assumed",
        }
        for layer, action, unit, cny in COSTS
    ]


def candidate_rows(units: Units, places: Places) -> list[dict[str, Any]]:
    """A ledger of idle premises and plots; more of them where the city is thinly served."""
    rng = rng_for("candidates")
    rows: list[dict[str, Any]] = []
    for unit in units.community:
        rural = unit.village >= 0
        chance = (0.28 if rural else 0.55) * (1.5 - 0.5 * unit.township.supply)
        for _ in range(2 if not rural and unit.township.supply < 0.7 else 1):
            if rng.random() > chance:
                continue
            place = places.in_community(unit, 0.2)
            if not place:
                continue
            pick = IDLE_KINDS[7] if rural and rng.random() < 0.7 else IDLE_KINDS[int(rng.integers(7))]
            kind, low, high, do = pick
            area = round(float(rng.uniform(low, high)) / 10) * 10
            layer = _fitting(kind, area, rural, float(rng.random()))
            cost = round(min(area, 2500) * float(rng.uniform(1500, 3000) if do == "convert" else rng.uniform(600, 1500)) / 1e4) * 10000
            lon, lat = _degrees(place)
            again = sum(1 for r in rows if r["community"] == unit.name and r["kind"] == kind)
            rows.append(
                {
                    "id": f"XZ{len(rows) + 1:03d}",
                    "name": f"{unit.name}{kind}{'（二）' if again else ''}",
                    "township": unit.township.name,
                    "community": unit.name,
                    "lon": f"{lon:.6f}",
                    "lat": f"{lat:.6f}",
                    "kind": kind,
                    "area_m2": area,
                    "owner": "村集体" if rural else str(rng.choice(OWNERS)),
                    "cost_cny": cost,
                    "do": "add",
                    "layer": layer,
                }
            )
    return rows


def _fitting(kind: str, area: int, rural: bool, luck: float) -> str:
    """What the premises suit best; empty where anything could go in."""
    if luck < 0.3:
        return ""
    if rural:
        return (
            "rural-happiness-station" if luck < 0.65 else "community-elderly-station" if luck < 0.85 else "rural-community-service-centre"
        )
    if area >= 2500:
        return "elderly-care-institution" if luck < 0.7 else "emergency-shelter"
    if area >= 900:
        return "township-care-centre" if luck < 0.6 else "street-elderly-complex"
    return "community-elderly-station" if luck < 0.75 else "day-care-centre" if luck < 0.88 else "elderly-meal-site"


def green_land(net: Network, units: Units) -> list[tuple[str, shapely.Geometry]]:
    """Parks of the city and wooded hills of the west, for the background of the map."""
    parks = [("park", b.polygon.buffer(-14)) for b in net.blocks if b.use == "park"]
    spots = []
    for x in range(-38000, 36000, 400):
        for y in range(-19000, 19000, 400):
            west, corner = (-10500 - x) / 9000, min(x - 21500, -7000 - y) / 6000
            waves = np.sin(x / 2300 + 1.3 * np.sin(y / 3100)) + np.sin(y / 1900 + 1.1 * np.sin(x / 2700)) + 0.6 * np.sin((x + y) / 1150)
            if waves + 1.7 * min(0.9, max(west, corner)) > 1.05:
                spots.append(shapely.box(x - 200, y - 200, x + 200, y + 200))
    houses = [shape.buffer(600) for _, shape in net.frame.villages] + [t.buffer(900) for t in net.frame.towns.values()]
    roads = [s.line.buffer(170) for s in net.frame.streets if s.name.endswith(("线", "公路"))]
    hills = shapely.union_all(spots).buffer(500, quad_segs=4).buffer(-950, quad_segs=4).buffer(450, quad_segs=4).simplify(25)
    hills = hills.difference(shapely.union_all([*houses, *roads, net.frame.water.buffer(400)]))
    hills = shapely.intersection(hills.buffer(-120).buffer(120, quad_segs=3).simplify(12), units.city[0].polygon.buffer(-40))
    woods = sorted((p for p in shapely.get_parts(hills) if p.area > 250000), key=lambda p: (p.centroid.x, p.centroid.y))
    return parks + [("hills", p) for p in woods]


def water_and_rail(net: Network, units: Units) -> tuple[list[shapely.Geometry], shapely.Geometry]:
    """River polygons and railway line, cut at the city border."""
    border = units.city[0].polygon
    return list(shapely.get_parts(net.frame.water.intersection(border))), net.frame.rail.intersection(border)
