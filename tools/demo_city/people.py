"""People of the invented city: one row for each community, and the housing land that carries them."""

from __future__ import annotations

from dataclasses import dataclass

import shapely

from .geometry import rng_for
from .units import Units

HEADERS = {
    "code": "社区代码",
    "name": "社区名称",
    "total": "常住人口",
    "age_60_plus": "60岁及以上",
    "age_65_plus": "65岁及以上",
    "age_80_plus": "80岁及以上",
    "under_18": "18岁以下",
    "households": "户数",
    "destitute": "特困供养人数",
    "low_income": "低保人数",
    "disabled": "持证残疾人",
    "home_patients": "居家康复患者",
    "destitute_unable": "失能特困人数",
}


@dataclass
class Housing:
    """One residential polygon with its community and rough number of people."""

    code: str
    kind: str
    people: int
    polygon: shapely.Geometry


def count_people(units: Units) -> list[dict[str, int | str]]:
    """Population table; the parts of each row fit together (80 and over within 65 and over within 60 and over)."""
    rng = rng_for("people")
    rows: list[dict[str, int | str]] = []
    for u in units.community:
        town = u.township
        rural = u.cls == "rural"
        old = min(0.42, max(0.08, town.age60 * float(rng.normal(1.12 if u.village >= 0 else 0.97, 0.08))))
        a60 = round(u.people * old)
        a65 = round(a60 * float(rng.uniform(0.64, 0.71)))
        a80 = round(a60 * float(rng.uniform(0.10, 0.155)))
        young = round(u.people * max(0.08, 0.235 - 0.38 * old + float(rng.normal(0, 0.012))))
        household = float(rng.uniform(2.35, 2.6)) if not rural else float(rng.uniform(2.55, 2.95))
        rows.append(
            {
                "code": u.code,
                "name": u.name,
                "total": u.people,
                "age_60_plus": a60,
                "age_65_plus": a65,
                "age_80_plus": a80,
                "under_18": young,
                "households": round(u.people / household),
                "destitute": round(u.people * float(rng.uniform(0.005, 0.011) if rural else rng.uniform(0.0003, 0.0012))),
                "low_income": round(u.people * float(rng.uniform(0.018, 0.035) if rural else rng.uniform(0.005, 0.014))),
                "disabled": round(u.people * float(rng.uniform(0.02, 0.032))),
                "home_patients": round(u.people * float(rng.uniform(0.0025, 0.0045))),
            }
        )
    unable = rng_for("destitute people who cannot look after themselves")
    for row in rows:
        row["destitute_unable"] = round(int(row["destitute"]) * float(unable.uniform(0.14, 0.24)))
    return rows


def housing_land(units: Units) -> list[Housing]:
    """Residential polygons, each inside its community."""
    out: list[Housing] = []
    for u in units.community:
        land = u.polygon.buffer(-2)
        parts = []
        for r in u.housing:
            for part in shapely.get_parts(shapely.intersection(r.polygon, land)):
                if part.geom_type == "Polygon" and part.area > 800:
                    parts.append((r, part))
        weights = [r.weight * part.area / r.polygon.area for r, part in parts]
        for (r, part), weight in zip(parts, weights, strict=True):
            out.append(Housing(u.code, r.use, max(1, round(u.people * weight / sum(weights))), part.simplify(1.5)))
    return out
