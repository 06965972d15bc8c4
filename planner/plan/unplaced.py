"""Facilities without a position (待落点): the list, and what the project's own tables know of their places.

A place is proposed where the address or the name of a facility stands, letter by letter after `plain_address`, in the table of place names
(`[places]`) or in another ledger of the project, and that place lies in the unit which the facility's ledger states. Everything else is
asked: several places for one address, a place in another unit, a facility that states no unit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from planner.errors import InputError
from planner.inputs import facilities
from planner.inputs.coordinates import WGS84, System, convert
from planner.inputs.kept import plain
from planner.inputs.placing import Ground, Placed, plane
from planner.inputs.readers import Survey
from planner.inputs.reading import Reading
from planner.inputs.specs import LEVELS, FacilitySpec, PlacesSpec
from planner.plan.positions_kept import Position
from planner.quality import QualityReport

ONE_PLACE_M = 50.0
"""Places of one address so near each other are one."""
EDGE_M = 50.0
"""So far outside its stated unit a place is still taken for being in it: houses stand along borders."""
SHOWN_PLACES = 5
FOUND, ASK, NONE = "found", "ask", "none"


@dataclass(frozen=True, slots=True)
class Place:
    """A place that may be meant: degrees of WGS84, where it was found, and how near it is (address or place)."""

    lon: float
    lat: float
    source: str
    precision: str


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A facility without a position. level, code, unit : the stated unit that it counts in, "" where it is left out.

    reason : the issue's code; state : found (one place, in the stated unit), ask (look at `places`), none.
    """

    layer: str
    id: str
    name: str
    address: str
    township: str
    community: str
    level: str
    code: str
    unit: str
    file: str
    sheet: str | None
    row: int
    reason: str
    state: str = NONE
    places: tuple[Place, ...] = ()

    @property
    def position(self) -> Position:
        """The place that was found, to be kept."""
        place = self.places[0]
        return Position(self.layer, self.id, self.name, place.lon, place.lat, place.source, place.precision)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A place known by an address or a name: metres, and where it stands."""

    x: float
    y: float
    source: str
    precision: str


_Known = Mapping[tuple[str, str], Sequence[_Entry]]


@dataclass(frozen=True, slots=True)
class PlaceBook:
    """What a project knows of places, by (kind, plain text), kind being address or place: its table of place names, and its ledgers."""

    ground: Ground
    table: _Known
    ledgers: _Known


def place_book(found: Survey, places: PlacesSpec | None = None) -> PlaceBook | None:
    """The places that a project knows; None where no boundary could be read. Raises InputError (places_unusable) where the table of place
    names cannot be."""
    ground = found.ground
    if ground is None:
        return None
    return PlaceBook(ground, _table(places, ground) if places is not None else {}, _ledgers(found.facilities.values(), ground))


def unplaced(found: Survey, places: PlacesSpec | None = None, *, book: PlaceBook | None = None) -> tuple[Unplaced, ...]:
    """All facilities of a survey without a position, in the order of the ledgers, with what is known of their places.

    book : the places, where they have been read already. Raises InputError (places_unusable) where the table of place names cannot be read.
    """
    book = book or place_book(found, places)
    if book is None:
        return ()
    return tuple(_with_places(_row(placed, j, book.ground), book) for placed in found.facilities.values()
                 for j in np.flatnonzero(np.isnan(placed.x)).tolist())


def any_unplaced(found: Survey) -> bool:
    """Whether a survey has a facility without a position."""
    return any(bool(np.isnan(placed.x).any()) for placed in found.facilities.values())


def search_places(book: PlaceBook, typed: str, *, most: int = SHOWN_PLACES) -> tuple[Place, ...]:
    """Places for a person to choose from: those of an address or a name as typed, then those that contain it, the shortest first."""
    address, name = plain_address(typed, book.ground), plain(typed)
    found: list[_Entry] = []
    for known in (book.table, book.ledgers):
        found += [*(known.get(("address", address), ()) if address else ()), *(known.get(("place", name), ()) if name else ())]
    if len(name) > 1:
        near = sorted((key for known in (book.table, book.ledgers) for key in known if name in key[1] or (address and address in key[1])),
                      key=lambda key: (len(key[1]), key))
        for key in near[:4 * most]:
            found += [*book.table.get(key, ()), *book.ledgers.get(key, ())]
    return _in_degrees(list(dict.fromkeys(found))[:most], book.ground)


def _row(placed: Placed, j: int, ground: Ground) -> Unplaced:
    """A facility as the list has it, its places not yet looked for."""
    raw = placed.raw
    level = next((level for level in reversed(LEVELS) if level in ground.units and placed.counts_in[level][j]), "")
    code = str(placed.counts_in[level][j]) if level and placed.by_name[j] else ""
    name = str(ground.units[level].names[ground.units[level].by_code[code]]) if code else ""

    def cell(key: str) -> str:
        return str(raw.columns[key][j]) if key in raw.columns else ""

    stated = {key: str(raw.stated[key][j]) if key in raw.stated else "" for key in ("township", "community")}
    return Unplaced(raw.spec.slug, cell("id"), cell("name"), cell("address"), stated["township"], stated["community"],
                    level if code else "", code, name, raw.table.shown, raw.table.sheet, raw.row(j), str(raw.positions.fault[j]))


# ---- where it may be -------------------------------------------------------------------------------------------------
def plain_address(typed: str, ground: Ground) -> str:
    """An address for comparison: width, blanks and signs aside, without the names of units before it and the 号 after its number."""
    text = plain(typed)
    names = _unit_names(ground)
    stripped = True
    while stripped:
        stripped = False
        for name in names:
            if text.startswith(name) and len(text) > len(name) + 1:
                text, stripped = text[len(name):], True
                break
    return re.sub(r"(?<=\d)号$", "", text)


def _unit_names(ground: Ground) -> tuple[str, ...]:
    """The names of all administrative units as addresses begin with them, the longest first; kept with the ground's finest level."""
    cache = next(iter(ground.units.values())).cache
    if "address_names" not in cache:
        full = {plain(str(name)) for level, units in ground.units.items() if level in LEVELS for name in units.names}
        cache["address_names"] = tuple(sorted((name for name in full if len(name) > 1), key=lambda name: (-len(name), name)))
    names: tuple[str, ...] = cache["address_names"]
    return names


def _specific(address: str) -> bool:
    """Whether an address can mean one place: it has a number, or is a name of some length."""
    return bool(re.search(r"\d", address)) and len(address) >= 3


def _table(spec: PlacesSpec, ground: Ground) -> dict[tuple[str, str], list[_Entry]]:
    """The table of place names by (kind, plain text); kind is address or place."""
    report = QualityReport()
    raw = facilities.read_raw(FacilitySpec("places", spec.file, spec.columns, None, spec.crs, sheet=spec.sheet), Reading(report))
    if raw is None:
        raise InputError("places_unusable", file=spec.file.shown, issue=report.blocking[0])
    x, y = plane(raw, ground.crs)
    found: dict[tuple[str, str], list[_Entry]] = {}
    for j in np.flatnonzero(np.isfinite(x)).tolist():
        for key, kind in (("address", "address"), ("name", "place")):
            if key not in spec.columns:
                continue
            typed = str(raw.columns[key][j])
            text = plain_address(typed, ground)
            source = f"{raw.table.shown}:{raw.row(j)} {typed}"[:200]
            if kind == "place" and _specific(text):
                found.setdefault(("address", text), []).append(_Entry(x[j], y[j], source, "address"))
            if text:
                found.setdefault((kind, text if kind == "address" else plain(typed)), []).append(_Entry(x[j], y[j], source, kind))
    return found


def _ledgers(layers: Iterable[Placed], ground: Ground) -> dict[tuple[str, str], list[_Entry]]:
    """Addresses of all facilities that have a place."""
    found: dict[tuple[str, str], list[_Entry]] = {}
    for placed in layers:
        raw = placed.raw
        if "address" not in raw.columns:
            continue
        for j in np.flatnonzero(np.isfinite(placed.x) & placed.keep).tolist():
            text = plain_address(str(raw.columns["address"][j]), ground)
            if _specific(text):
                source = f'{raw.table.shown}:{raw.row(j)} {raw.columns["address"][j]}'[:200]
                found.setdefault(("address", text), []).append(_Entry(placed.x[j], placed.y[j], source, "address"))
    return found


def _with_places(row: Unplaced, book: PlaceBook) -> Unplaced:
    """The row with the places that its address or name may mean: the table goes before the ledgers, an address before a name."""
    ground = book.ground
    address, name = plain_address(row.address, ground), plain(row.name)
    elsewhere: list[_Entry] = []
    for entries in (book.table.get(("address", address), ()) if _specific(address) else (),
                    book.table.get(("place", name), ()) if name else (),
                    book.ledgers.get(("address", address), ()) if _specific(address) else ()):
        inside = [entry for entry in entries if row.code and _inside(entry, row, ground)]
        if inside:
            state = FOUND if _one(inside) else ASK
            return replace(row, state=state, places=_in_degrees(inside[:1 if state == FOUND else SHOWN_PLACES], ground))
        elsewhere.extend(entries)
    return replace(row, state=ASK, places=_in_degrees(elsewhere[:SHOWN_PLACES], ground)) if elsewhere else row


def _inside(entry: _Entry, row: Unplaced, ground: Ground) -> bool:
    """Whether a place lies in the unit that the facility's ledger states."""
    import shapely

    units = ground.units[row.level]
    shape = units.shapes[units.by_code[row.code]]
    return bool(shapely.distance(shape, shapely.Point(entry.x, entry.y)) <= EDGE_M)


def _one(entries: Sequence[_Entry]) -> bool:
    """Whether places are so near each other that they are one."""
    return all(np.hypot(entry.x - entries[0].x, entry.y - entries[0].y) <= ONE_PLACE_M for entry in entries)


def _in_degrees(entries: Sequence[_Entry], ground: Ground) -> tuple[Place, ...]:
    """Places in degrees of WGS84."""
    lon, lat = convert(ground.crs, System(WGS84, True), np.array([entry.x for entry in entries]), np.array([entry.y for entry in entries]))
    return tuple(Place(float(a), float(b), entry.source, entry.precision) for a, b, entry in zip(lon, lat, entries, strict=True))
