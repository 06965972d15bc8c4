"""Administrative units: townships grown from their seats, communities and villages inside them, districts as their unions."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely

from . import names, plan
from .geometry import rng_for
from .land import Land, Residential, connected, grow, make_land, straighten
from .streets import Network

PEOPLE_PER_COMMUNITY = {"street": 3500, "seat": 3300, "town": 2900, "village": 2600}


@dataclass
class Unit:
    """One unit of any level; polygons are in the local plane until they are written."""

    code: str
    name: str
    level: str
    type: str
    cls: str
    parent: str
    polygon: shapely.Geometry
    people: int = 0
    centre: tuple[float, float] = (0.0, 0.0)
    village: int = -1
    township: plan.Township | None = None
    housing: list[Residential] = field(default_factory=list)


@dataclass
class Units:
    """All levels, each in code order."""

    city: list[Unit]
    district: list[Unit]
    township: list[Unit]
    community: list[Unit]


def build_units(net: Network) -> Units:
    """Grow the units and give them codes, names and people."""
    land = make_land(net)
    allowed = np.ones(len(land.centre), bool)
    seeds = {land.town_group[t.name]: (0.0, k) for k, t in enumerate(plan.TOWNSHIPS)}
    for k, t in enumerate(plan.TOWNSHIPS):
        if t.name in net.frame.towns:
            for f in shapely.STRtree(shapely.point_on_surface(land.faces)).query(net.frame.towns[t.name], predicate="contains"):
                seeds.setdefault(int(land.group[f]), (0.0, k))
    movable = allowed.copy()
    movable[list(seeds)] = False
    township_of = straighten(land, grow(land.links, seeds, allowed), movable)
    communities: list[Unit] = []
    taken: set[str] = set()
    for k, t in enumerate(plan.TOWNSHIPS):
        communities += _communities(land, t, township_of == k, taken)
    _smooth(communities)
    return _levels(communities)


def _communities(land: Land, t: plan.Township, mine: np.ndarray, taken: set[str]) -> list[Unit]:
    """Communities of the built-up part, balanced by people, and one village around each village core."""
    rng = rng_for(f"communities {t.code}")
    housing = [r for r in land.residential if mine[land.group[r.face]]]
    villages = sorted({r.village for r in housing if r.village >= 0})
    country = sum(r.weight for r in housing if r.village >= 0)
    town = sum(r.weight for r in housing if r.village < 0)
    share = min(country, 0.62 * t.people if town else t.people)
    for r in housing:
        r.weight *= share / country if r.village >= 0 else (t.people - share) / town
    people = np.zeros(len(mine))
    for r in housing:
        if r.village < 0:
            people[land.group[r.face]] += r.weight
    count = max(1, round(people.sum() / PEOPLE_PER_COMMUNITY[t.kind])) if town else 0
    label = _balanced(land, mine, people, count, [land.village_group[v] for v in villages], rng)
    units = []
    order = sorted(range(count), key=lambda c: float(np.hypot(*(_middle(land, people, label == c) - np.array(t.seat)))))
    for number, c in enumerate([*order, *range(count, count + len(villages))]):
        members = np.flatnonzero(label == c)
        if not len(members):
            continue
        village = villages[c - count] if c >= count else -1
        faces = land.faces[np.isin(land.group, members)]
        code = int(t.code) + (number + 1 if village < 0 else 200 + c - count)
        cls = "urban" if village < 0 and (t.kind in ("street", "seat") or number < 3) else "rural"
        label_name = names.community(rng, taken, t, village >= 0, number)
        unit = Unit(
            str(code),
            label_name,
            "community",
            "居委会" if village < 0 else "村委会",
            cls,
            t.code,
            shapely.coverage_union_all(faces),
            village=village,
            township=t,
        )
        inside = set(members.tolist())
        unit.housing = [
            r for r in housing if (r.village == village if village >= 0 else r.village < 0 and int(land.group[r.face]) in inside)
        ]
        unit.people = max(180, round(sum(r.weight for r in unit.housing)))
        unit.centre = tuple(land.centre[land.village_group[village]] if village >= 0 else _middle(land, people, label == c))
        units.append(unit)
    return units


def _middle(land: Land, people: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Centre of people of some groups."""
    weight = people * chosen + 1e-9 * chosen
    return (land.centre * weight[:, None]).sum(axis=0) / max(weight.sum(), 1e-12)


def _balanced(land: Land, mine: np.ndarray, people: np.ndarray, count: int, villages: list[int], rng: np.random.Generator) -> np.ndarray:
    """Grow `count` communities of about equal people together with the villages; head starts even out the sizes."""
    fixed = {g: (0.0, count + k) for k, g in enumerate(villages)}
    homes = np.flatnonzero((people > 0) & mine)
    if not count:
        return grow(land.links, fixed, mine)
    seeds = [int(rng.choice(homes, p=people[homes] / people[homes].sum()))]
    while len(seeds) < count:
        far = np.min([np.hypot(*(land.centre[homes] - land.centre[s]).T) for s in seeds], axis=0)
        score = far**2 * people[homes]
        if score.max() <= 0:
            break
        seeds.append(int(rng.choice(homes, p=score / score.sum())))
    spacing = float(np.sqrt(np.ptp(land.centre[homes], axis=0).prod() / count)) if len(homes) > 1 else 500.0
    offset = np.zeros(len(seeds))
    best: tuple[float, np.ndarray] | None = None
    for _ in range(40):
        label = grow(land.links, {**fixed, **{s: (float(offset[k]), k) for k, s in enumerate(seeds)}}, mine)
        load = np.bincount(label[homes], weights=people[homes], minlength=count + len(villages))[: len(seeds)]
        spread = float(load.std() / load.mean()) + 5.0 * float((load < 0.2 * load.mean()).sum())
        if best is None or spread < best[0]:
            best = (spread, label)
        offset = np.clip(offset + 0.25 * spacing * (load / load.mean() - 1), -0.7 * spacing, 0.7 * spacing)
        offset -= offset.min()
        for k in range(len(seeds)):
            own = homes[label[homes] == k]
            if len(own):
                to = _middle(land, people, (label == k) & mine)
                seeds[k] = int(own[np.argmin(np.hypot(*(land.centre[own] - to).T))])
    label = _even_out(land.links, best[1], people, len(seeds))
    movable = mine & (people == 0)
    movable[villages] = False
    return straighten(land, label, movable)


def _even_out(links: list[dict[int, float]], label: np.ndarray, people: np.ndarray, count: int) -> np.ndarray:
    """Hand single groups from larger to smaller neighbouring communities while both stay in one piece."""
    label = label.copy()
    load = np.bincount(label[(label >= 0) & (label < count)], weights=people[(label >= 0) & (label < count)], minlength=count)
    for _ in range(200):
        moves = []
        for g in np.flatnonzero((label >= 0) & (label < count) & (people > 0)):
            for other in links[g]:
                a, b = int(label[g]), int(label[other])
                if a != b and 0 <= b < count and load[a] - load[b] > people[g] * 1.05:
                    moves.append((people[g] * (load[a] - load[b] - people[g]), int(g), b))
        for _, g, b in sorted(moves, reverse=True):
            own = [k for k in np.flatnonzero(label == label[g]) if k != g]
            if own and connected(links, set(map(int, own))):
                load[label[g]] -= people[g]
                load[b] += people[g]
                label[g] = b
                break
        else:
            break
    return label


def _smooth(communities: list[Unit]) -> None:
    """Drop needless vertices of the whole coverage at once, so that common borders stay common."""
    shapes = np.array([u.polygon for u in communities], dtype=object)
    for unit, shape in zip(communities, shapely.coverage_simplify(shapes, 7.0), strict=True):
        unit.polygon = shape


def _levels(communities: list[Unit]) -> Units:
    """Townships, districts and the city as unions of communities."""
    townships, districts = [], []
    for d in plan.DISTRICTS:
        for t in d.townships:
            own = [u for u in communities if u.parent == t.code]
            kind = {"street": "街道", "seat": "镇", "town": "镇", "village": "乡"}[t.kind]
            townships.append(
                Unit(
                    t.code,
                    t.name,
                    "township",
                    kind,
                    "urban" if t.kind in ("street", "seat") else "rural",
                    d.code,
                    shapely.coverage_union_all([u.polygon for u in own]),
                    sum(u.people for u in own),
                    t.seat,
                    township=t,
                )
            )
        own = [u for u in townships if u.parent == d.code]
        districts.append(
            Unit(
                d.code,
                d.name,
                "district",
                "区" if d.name.endswith("区") else "县",
                d.kind,
                plan.CITY_CODE,
                shapely.coverage_union_all([u.polygon for u in own]),
                sum(u.people for u in own),
            )
        )
    city = Unit(
        plan.CITY_CODE,
        plan.CITY_NAME,
        "city",
        "市",
        "city",
        "",
        shapely.coverage_union_all([u.polygon for u in districts]),
        sum(u.people for u in districts),
    )
    return Units(
        [city], sorted(districts, key=lambda u: u.code), sorted(townships, key=lambda u: u.code), sorted(communities, key=lambda u: u.code)
    )
