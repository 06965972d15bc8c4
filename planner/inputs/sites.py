"""Rows of different layers that are one site: one address with several signs (一址多牌), a complex.

Services count once a layer, as they always do; floor area counts once a site. Rows of one layer are not linked with each other:
whether they are one facility is asked as `duplicate_facility`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.inputs.checks import alike
from planner.inputs.kept import plain
from planner.inputs.layers import FacilityLayer, FloatArray
from planner.inputs.reading import Reading
from planner.inputs.specs import LEVELS
from planner.quality import Issue

if TYPE_CHECKING:
    from planner.inputs.placing import Placed

ADDRESS_M = 50.0
"""Rows of one address are one site up to so far: villages give one number to whole lanes."""
NEAR_M = 30.0
"""Rows of similar names are one site up to so far, as for duplicates within a layer."""
AREA = "area_m2"
TOLD = 50
"""So many sites are told as issues of their own; of more, one issue says how many."""


@dataclass(frozen=True, slots=True)
class Member:
    """A row of a site. place : its index in its layer's frame; area_m2 : NaN unknown."""

    layer: str
    id: str
    name: str
    file: str
    sheet: str | None
    row: int
    place: int
    area_m2: float


@dataclass(frozen=True, slots=True)
class Site:
    """Rows of two layers or more at one site. id : layer and id of its first member; how : address or near, what links them."""

    id: str
    how: str
    address: str
    members: tuple[Member, ...]

    @property
    def areas(self) -> dict[str, float]:
        """Layer -> the floor area that its rows state, for layers that state any."""
        found: dict[str, float] = {}
        for member in self.members:
            if not math.isnan(member.area_m2):
                found[member.layer] = found.get(member.layer, 0.0) + member.area_m2
        return found

    @property
    def area_m2(self) -> float:
        """Floor area counted once: the largest that one layer states, since each layer may state the whole building; NaN unknown."""
        return max(self.areas.values(), default=math.nan)

    @property
    def repeated(self) -> bool:
        """Whether rows of different layers state the same floor area, above 0: that of the whole building, most likely."""
        stated = [(member.area_m2, member.layer) for member in self.members if member.area_m2 > 0]
        return any(area == other and layer != its for n, (area, layer) in enumerate(stated) for other, its in stated[:n])

    def to_dict(self) -> dict[str, Any]:
        """The site as the report's JSON has it."""
        area, areas = self.area_m2, self.areas
        layers = list(dict.fromkeys(member.layer for member in self.members))
        return {"id": self.id, "how": self.how, "address": self.address or None, "layers": layers,
                "area_m2": None if math.isnan(area) else area, "area_m2_of_rows": sum(areas.values()) if areas else None,
                "members": [{"layer": m.layer, "id": m.id, "name": m.name, "file": m.file, "sheet": m.sheet, "row": m.row,
                             "area_m2": None if math.isnan(m.area_m2) else m.area_m2} for m in self.members]}


@dataclass(frozen=True, slots=True)
class _Spot:
    """A row with what it is linked by: its address for comparison, its finest unit, metres (NaN unknown)."""

    member: Member
    address: str
    typed: str
    unit: str
    x: float
    y: float


def sites(layers: Mapping[str, FacilityLayer]) -> tuple[Site, ...]:
    """The sites of some layers, in the order of their first rows."""
    return _link([spot for slug, layer in layers.items() for spot in _of_layer(slug, layer)])


def sites_of(placed: Iterable[Placed]) -> tuple[Site, ...]:
    """The sites of ledgers that were placed, rows that are kept; `place` counts those."""
    ledgers = list(placed)
    if len(ledgers) < 2:  # a site links rows of different layers
        return ()
    return _link([spot for one in ledgers for spot in _of_placed(one)])


def area_once(found: Sequence[Site], layers: Mapping[str, FacilityLayer], column: str = AREA) -> dict[str, FloatArray]:
    """Layer -> (J,) floor areas of which any sum over these layers counts each site once.

    In a site the layer that states most keeps its figures (of equals the first), the others have 0 there; a blank stays NaN. Sums over one
    layer alone do not need it.
    """
    areas = {slug: layer.frame[column].to_numpy(dtype=np.float64).copy() for slug, layer in layers.items() if column in layer.frame}
    for site in found:
        here = [member for member in site.members if member.layer in areas]
        sums: dict[str, float] = {}
        for member in here:
            sums[member.layer] = sums.get(member.layer, 0.0) + float(np.nan_to_num(areas[member.layer][member.place]))
        keeps = max(sums, key=lambda slug: sums[slug], default="")
        for member in here:
            if member.layer != keeps and not np.isnan(areas[member.layer][member.place]):
                areas[member.layer][member.place] = 0.0
    return areas


def report_sites(placed: Iterable[Placed], reading: Reading) -> tuple[Site, ...]:
    """The sites of a survey into the report; those where layers state one and the same floor area are told: a sum would count it twice."""
    found = sites_of(placed)
    reading.report.sites[:] = [site.to_dict() for site in found]
    double = [site for site in found if site.repeated]
    for site in double[:TOLD]:
        last = site.members[-1]
        others = "、".join(dict.fromkeys(member.name for member in site.members[:-1]))
        params = {"layers": ", ".join(dict.fromkeys(member.layer for member in site.members)), "area": f"{site.area_m2:g}",
                  "sum": f"{sum(site.areas.values()):g}"}
        reading.add(Issue("site_linked", "info", last.file, last.sheet, last.row, None, last.name, others[:200], params=params))
    if len(double) > TOLD:
        reading.add(Issue("site_linked", "info", double[TOLD].members[-1].file, value=str(len(double)), sentence="site_linked_more",
                          params={"count": len(double), "told": TOLD}))
    return found


# ---- rows ------------------------------------------------------------------------------------------------------------
def _of_layer(slug: str, layer: FacilityLayer) -> Iterator[_Spot]:
    """The rows of a layer."""
    frame = layer.frame
    units = [f"unit_{level}" for level in reversed(LEVELS) if f"unit_{level}" in frame]
    columns = {key: frame[key].tolist() for key in ("id", "name", "x", "y", "row", *units)}
    columns["sheet"] = frame["sheet"].tolist() if "sheet" in frame else [None] * len(frame)
    addresses = frame["address"].tolist() if "address" in frame else [""] * len(frame)
    areas = frame[AREA].to_numpy(dtype=np.float64).tolist() if AREA in frame else [math.nan] * len(frame)
    for k in range(len(frame)):
        unit = next((columns[name][k] for name in units if columns[name][k]), "")
        member = Member(slug, str(columns["id"][k]), str(columns["name"][k]), layer.source.path, columns["sheet"][k] or None,
                        int(columns["row"][k]), k, areas[k])
        yield _Spot(member, _numbered(str(addresses[k])), str(addresses[k]), unit, columns["x"][k], columns["y"][k])


def _of_placed(placed: Placed) -> Iterator[_Spot]:
    """The rows of a ledger that are kept."""
    raw = placed.raw
    levels = [level for level in reversed(LEVELS) if level in placed.counts_in]
    areas = raw.columns[AREA] if AREA in raw.numeric else np.full(len(raw), np.nan)
    addresses = raw.columns["address"] if "address" in raw.columns else np.full(len(raw), "", dtype=object)
    for place, j in enumerate(np.flatnonzero(placed.keep).tolist()):
        unit = next((str(placed.counts_in[level][j]) for level in levels if placed.counts_in[level][j]), "")
        member = Member(raw.spec.slug, str(raw.columns["id"][j]), str(raw.columns["name"][j]), raw.table.shown, raw.table.sheet, raw.row(j),
                        place, float(areas[j]))
        yield _Spot(member, _numbered(str(addresses[j])), str(addresses[j]), unit, float(placed.x[j]), float(placed.y[j]))


def _numbered(address: str) -> str:
    """An address for comparison; "" where it has no number and so may be a whole street."""
    text = plain(address)
    return text if re.search(r"\d", text) else ""


# ---- linking ---------------------------------------------------------------------------------------------------------
def _link(spots: Sequence[_Spot]) -> tuple[Site, ...]:
    """Groups of rows that links join, directly or through others."""
    root = list(range(len(spots)))
    how: dict[int, str] = {}

    def top(k: int) -> int:
        while root[k] != k:
            root[k] = root[root[k]]
            k = root[k]
        return k

    for kind, a, b in (*(("address", a, b) for a, b in _by_address(spots)), *(("near", a, b) for a, b in _by_nearness(spots))):
        first, second = sorted((top(a), top(b)))
        root[second] = first
        how.setdefault(first, kind)
    groups: dict[int, list[_Spot]] = {}
    for k, spot in enumerate(spots):
        groups.setdefault(top(k), []).append(spot)
    found = []
    for first, group in groups.items():
        if len(group) > 1:
            member = group[0].member
            address = next((spot.typed for spot in group if spot.address), "")
            found.append(Site(f"{member.layer}:{member.id}", how.get(first, "near"), address, tuple(spot.member for spot in group)))
    return tuple(found)


def _by_address(spots: Sequence[_Spot]) -> Iterator[tuple[int, int]]:
    """Rows of different layers with one address in one unit, ADDRESS_M apart at most where both have a place."""
    at: dict[tuple[str, str], list[int]] = {}
    for k, spot in enumerate(spots):
        if spot.address and spot.unit:
            at.setdefault((spot.address, spot.unit), []).append(k)
    for group in at.values():
        for n, b in enumerate(group):
            for a in group[:n]:
                away = math.hypot(spots[a].x - spots[b].x, spots[a].y - spots[b].y)
                if spots[a].member.layer != spots[b].member.layer and not away > ADDRESS_M:
                    yield a, b


def _by_nearness(spots: Sequence[_Spot]) -> Iterator[tuple[int, int]]:
    """Rows of different layers NEAR_M apart at most whose names are alike."""
    import shapely

    placed = [k for k, spot in enumerate(spots) if math.isfinite(spot.x)]
    points = shapely.points([spots[k].x for k in placed], [spots[k].y for k in placed])
    pairs = shapely.STRtree(points).query(points, predicate="dwithin", distance=NEAR_M) if placed else np.empty((2, 0), dtype=np.int64)
    ahead = pairs[:, pairs[0] < pairs[1]]
    order = np.lexsort((ahead[1], ahead[0]))
    for p, q in zip(ahead[0][order].tolist(), ahead[1][order].tolist(), strict=True):
        a, b = placed[p], placed[q]
        if spots[a].member.layer != spots[b].member.layer and alike(spots[a].member.name, spots[b].member.name):
            yield a, b
