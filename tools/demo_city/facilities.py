"""Facilities of the invented city, laid out from the catalogue: rich in the old town, thin on the far bank and in the villages."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import names, plan
from .catalogue import COLUMNS, LAYERS, Layer
from .geometry import rng_for, to_degrees
from .ledger_columns import add_columns
from .people import Housing
from .places import Places
from .units import Unit, Units

Row = dict[str, Any]


def build_facilities(units: Units, places: Places, housing: list[Housing], *, late: bool) -> dict[str, list[Row]]:
    """Rows of each facility file, in the order of the catalogue: of the layers laid out first, or of the late ones."""
    files: dict[str, list[Row]] = {}
    for layer in (one for one in LAYERS if one.late == late):
        rng = rng_for(f"layer {layer.slug}")
        rows = []
        for number, (place, unit, name, extra) in enumerate(_sites(layer, units, places, housing, rng), 1):
            row: Row = {
                "layer": layer.slug,
                "id": f"{_prefix(layer.slug)}{number:03d}",
                "name": name,
                "address": places.address(place, unit),
                "township": unit.township.name,
                "community": unit.name,
            }
            lon, lat = _degrees(place)
            row |= {"lon": f"{lon:.6f}", "lat": f"{lat:.6f}"}
            row |= _life(layer, rng)
            row |= _figures(layer, unit, rng)
            if "residents" in row and row["status"] != "operating":
                row["residents"] = 0
            row |= extra
            rows.append(row)
        _special(layer, rows, units, rng)
        add_columns(layer, rows, units)
        files.setdefault(layer.file, []).extend(rows)
    return files


def columns_of(rows: list[Row]) -> list[str]:
    """Columns of a file: those that any row fills, in the common order."""
    used = {c for row in rows for c, v in row.items() if v != ""} | {"status", "opened", "closed", "started"}
    return [c for c in COLUMNS if c in used]


def _degrees(place: tuple[float, float]) -> tuple[float, float]:
    """Longitude and latitude of a place of the local plane."""
    from shapely import Point

    point = to_degrees(Point(place))
    return point.x, point.y


def _prefix(slug: str) -> str:
    """A short id prefix from the initials of a slug."""
    return "".join(part[0] for part in slug.split("-")).upper() + slug[-1].upper()


Site = tuple[tuple[float, float], Unit, str, Row]


def _sites(layer: Layer, units: Units, places: Places, housing: list[Housing], rng: np.random.Generator) -> list[Site]:
    """Places, units, names and fixed columns of one layer."""
    rule = {"community": _by_community, "township": _by_township, "district": _by_district, "city": _by_city, "estate": _estates}[
        layer.rule
    ]
    return rule(layer, units, places, housing, rng)


def _share(layer: Layer, unit: Unit) -> float:
    """How likely a community has the facility."""
    town = unit.township
    if layer.slug == "community-elderly-station":
        return town.station_share * (1.05 if unit.village < 0 else 0.6)
    share = layer.rural if unit.village >= 0 else layer.urban
    return min(1.0, share * (town.supply if layer.follows_supply else 1.0))


def _by_community(layer: Layer, units: Units, places: Places, housing: list[Housing], rng: np.random.Generator) -> list[Site]:
    out: list[Site] = []
    for unit in units.community:
        luck, second = rng.random(), rng.random()
        if luck >= _share(layer, unit):
            continue
        many = (
            2 if layer.slug in ("community-elderly-station", "elderly-meal-site") and unit.township.supply >= 1.1 and second < 0.45 else 1
        )
        for k in range(many):
            place = places.in_community(unit, layer.central if many == 1 else 0.15)
            if place:
                name = layer.name.format(unit=unit.name)
                out.append((place, unit, name + ("" if k == 0 else "（二站）" if "站" in name else "（二）"), {}))
    return out


def _by_township(layer: Layer, units: Units, places: Places, housing: list[Housing], rng: np.random.Generator) -> list[Site]:
    out: list[Site] = []
    used: set[str] = set()
    for town_unit in units.township:
        town = town_unit.township
        if layer.kinds and town.kind not in layer.kinds:
            continue
        expected = (layer.urban if town.kind in ("street", "seat") else layer.rural) * (town.supply if layer.follows_supply else 1.0)
        count = int(expected) + int(rng.random() < expected % 1)
        own = [u for u in units.community if u.parent == town.code]
        for k in range(count):
            if k == 0 and layer.slug not in ("elderly-care-institution", "public-cemetery"):
                found = places.near((town.seat[0] + float(rng.normal(0, 180)), town.seat[1] + float(rng.normal(0, 180))), own)
            else:
                pool = [u for u in own if u.village >= 0] if layer.slug == "public-cemetery" else own
                unit = pool[int(rng.integers(len(pool)))]
                place = places.in_community(unit, -0.2)
                found = (place, unit) if place else None
            if found:
                name = layer.name.format(
                    township=town.name, luck=_lucky(rng, used), nursing=str(rng.choice(["养老院", "老年公寓", "养护院", "护理院"]))
                )
                out.append((*found, name, {}))
    return out


def _lucky(rng: np.random.Generator, used: set[str]) -> str:
    """An auspicious word, each used once, then with a number-like second word."""
    for _ in range(40):
        word = str(rng.choice(names.STREET_WORDS)) + (str(rng.choice(["", "苑", "居", "园", "里"])) if len(used) > 8 else "")
        if word not in used:
            used.add(word)
            return word
    return f"云河第{len(used)}"


def _by_district(layer: Layer, units: Units, places: Places, housing: list[Housing], rng: np.random.Generator) -> list[Site]:
    out: list[Site] = []
    for district in units.district:
        if rng.random() >= layer.urban:
            continue
        seat = next(d for d in plan.DISTRICTS if d.code == district.code).townships[0].seat
        own = [u for u in units.community if u.parent.startswith(district.code)]
        found = places.near((seat[0] + float(rng.normal(0, 350)), seat[1] + float(rng.normal(0, 350))), own)
        if found:
            out.append((*found, layer.name.format(district=district.name), {}))
    return out


def _by_city(layer: Layer, units: Units, places: Places, housing: list[Housing], rng: np.random.Generator) -> list[Site]:
    out: list[Site] = []
    used: set[str] = set()
    for target in layer.fixed:
        found = places.near(target, units.community)
        if found:
            unit = found[1]
            district = next(d for d in plan.DISTRICTS if unit.code.startswith(d.code))
            place = plan.CITY_NAME if district.kind in ("urban", "suburban") else district.name
            if layer.slug == "martyrs-memorial":
                place = unit.township.name.removesuffix("街道").removesuffix("镇").removesuffix("乡")
            out.append((*found, layer.name.format(place=place, city=plan.CITY_NAME, luck=_lucky(rng, used)), {}))
    return out


def _estates(layer: Layer, units: Units, places: Places, housing: list[Housing], rng: np.random.Generator) -> list[Site]:
    """Housing estates: the larger walled compounds of the streets and county seats."""
    by_code = {u.code: u for u in units.community}
    out: list[Site] = []
    used: set[str] = set()
    for home in housing:
        unit = by_code[home.code]
        if home.kind not in ("towers", "danwei") or home.people < 700 or unit.village >= 0 or rng.random() > 0.72:
            continue
        centre = home.polygon.representative_point()
        found = places.near((centre.x, centre.y), [unit])
        if not found:
            continue
        built = int(rng.integers(2008, 2026)) if home.kind == "towers" else int(rng.integers(1978, 2004))
        households = round(home.people / 2.5)
        need = 20 if built >= 2014 else 15
        area = round(households / 100 * need * float(np.clip(rng.normal(0.95, 0.45), 0, 2)))
        name = ""
        while not name or name in used:
            name = str(rng.choice(names.NEW_TOWN if home.kind == "towers" else names.WORKS)) + str(
                rng.choice(
                    ["花园", "家园", "名邸", "华庭", "雅苑", "一期", "二期"]
                    if home.kind == "towers"
                    else ["宿舍", "家属院", "小区", "新区", "南院", "北院", "东院", "西院"]
                )
            )
            if name in used:
                name += str(rng.choice(list("甲乙丙丁戊ABCDEFG")))
        used.add(name)
        out.append(
            (
                *found,
                name,
                {
                    "built": built,
                    "households": households,
                    "area_m2": area,
                    "exempt": "yes" if built < 1990 else "no",
                    "opened": f"{built}-10-01",
                    "started": "",
                    "closed": "",
                    "status": "operating",
                    "owner": "",
                },
            )
        )
    return out


def _life(layer: Layer, rng: np.random.Generator) -> Row:
    """Status with the dates that go with it; everything is as of the reference date."""
    luck = rng.random()
    year = int(np.clip(round(2025 - rng.exponential(5.5)), 1998, 2025))
    day = f"{int(rng.integers(1, 13)):02d}-{int(rng.integers(1, 28)):02d}"
    row: Row = {"status": "operating", "opened": f"{year}-{day}", "closed": "", "started": f"{year - int(rng.integers(1, 3))}-{day}"}
    if layer.rule == "city" or (layer.rule == "district" and luck < 0.95):
        pass
    elif luck < 0.025:
        row |= {"status": "planned", "opened": f"{int(rng.integers(2026, 2029))}-{day}", "started": ""}
    elif luck < 0.055:
        row |= {"status": "under_construction", "opened": f"{int(rng.integers(2026, 2028))}-{day}", "started": f"2025-{day}"}
    elif luck < 0.07:
        row |= {
            "status": "closed",
            "opened": f"{min(year, 2017)}-{day}",
            "closed": f"{int(rng.integers(2021, 2025))}-{day}",
            "started": f"{min(year, 2017) - 1}-{day}",
        }
    elif luck < 0.082:
        row |= {"status": "suspended"}
    elif luck < 0.094:
        row |= {"status": "completed", "opened": "", "started": f"2023-{day}"}
    private = rng.random() >= layer.public
    row["owner"] = "公办" if not private else "公建民营" if rng.random() < 0.5 and layer.public > 0 else "民办"
    return row


def _figures(layer: Layer, unit: Unit, rng: np.random.Generator) -> Row:
    """Beds, areas, places and staff of one facility, in proportion to each other."""
    f = layer.figures
    size = {k: float(rng.uniform(*v)) for k, v in f.items()}
    row: Row = {}
    shrink = 0.6 if unit.cls == "rural" and "beds" in f and layer.rule == "township" else 1.0
    if "beds" in f:
        beds = int(round(size["beds"] * shrink / 5) * 5)
        row["beds"] = beds
        row["residents"] = round(beds * float(rng.uniform(0.45, 0.95)))
        if "nursing" in size:
            row["nursing_beds"] = round(beds * size["nursing"])
            row["reserve_beds"] = round(beds * float(rng.uniform(0, 0.045)))
        if "area" in size:
            row["area_m2"] = round(beds * size["area"])
        if "staff" in size:
            row["staff"] = max(3, round(beds * size["staff"]))
    else:
        scale = min(1.25, 0.7 + unit.people / 9000)
        for key, column in (
            ("area", "area_m2"),
            ("capacity", "capacity"),
            ("staff", "staff"),
            ("windows", "windows"),
            ("patients_served", "patients_served"),
        ):
            if key in size:
                row[column] = max(1, round(size[key] * (scale if key in ("area", "capacity") else 1)))
        if "per_person" in size:
            row["capacity"] = int(row["area_m2"] / size["per_person"])
    return row


def _special(layer: Layer, rows: list[Row], units: Units, rng: np.random.Generator) -> None:
    """Columns that only some layers have."""
    for row in rows:
        luck = rng.random()
        town = next(u for u in units.township if u.name == row["township"])
        if layer.slug in ("township-care-centre", "street-elderly-complex"):
            row["comprehensive"] = "yes" if luck < 0.4 + 0.35 * town.township.supply else "no"
        if layer.slug in ("township-elderly-home", "elderly-care-institution"):
            row["stars"] = int(np.clip(round(rng.normal(2.7 + 0.5 * town.township.supply, 0.9)), 1, 5))
        if layer.slug == "township-elderly-home" and luck < 0.3:
            near = sorted(
                (u for u in units.township if u.parent == town.parent and u.code != town.code),
                key=lambda u: (u.polygon.distance(town.polygon), u.code),
            )
            row["serves"] = ";".join(u.code for u in near[:1])
        if layer.slug == "community-service-facility":
            row["volunteer_station"] = "yes" if luck < 0.45 + 0.35 * town.township.supply else "no"
        if layer.slug in ("district-public-nursing-home", "marriage-registry", "child-protection-institution", "social-org-incubator"):
            row["level"] = "district"
        if layer.slug == "marriage-registry":
            row["grade"] = str(rng.choice(["3A", "4A", "5A"]))
        if layer.slug == "emergency-shelter":
            row["level"] = "emergency" if row["area_m2"] < 9000 else "fixed"
        if layer.slug == "disaster-demo-community":
            row["grade"] = "national" if luck < 0.25 else "provincial"
