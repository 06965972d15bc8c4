"""The place card: from one place to the nearest facility of every layer, what is out of reach, and where there is room."""

from __future__ import annotations

import contextlib
import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from planner.errors import PlannerError
from planner.export.cells import neutral
from planner.export.mapdata import MapData, MapSite
from planner.i18n import t
from planner.inputs.layers import TOTAL
from planner.measure.city import City
from planner.measure.coverage import coverage
from planner.measure.enough import Enough, enough
from planner.measure.place import FromPlace, LayerAsked, NearestOfLayer, from_place
from planner.plan.layer_defaults import default_of
from planner.plan.place_search import FoundPlace, find_places, to_metres, unit_at
from planner.plan.wording import layer_name
from planner.targets.catalogue import layer_info
from planner.ui import packs, state
from planner.ui.controls import Settings
from planner.ui.desk import Desk
from planner.ui.downloads import MIMES, safe_name
from planner.ui.explain import table_html
from planner.ui.faults import fault_sentence, remark
from planner.ui.map_component import MapEvents
from planner.ui.text import escaped, group_name, metres, travel_title

SYSTEMS = ("wgs84", "gcj02", "bd09")
ROOM_COLUMNS = ("beds", "capacity")
"""Columns of a ledger that say for how many people a facility has room, one each."""
BY_DISTANCE = ("plan", "distance")
"""Rules of a layer's default that ask for a distance; by the others it is for orientation only, and nothing is out of reach."""
COLUMNS = ("layer", "facility_id", "facility", "way_m", "minutes", "straight_m", "limit_m", "in_reach", "capacity", "free")


@dataclass(frozen=True, slots=True)
class Row:
    """One layer on the card. capacity, free : people that its nearest facility has room for, and free places; None where not known."""

    nearest: NearestOfLayer
    capacity: float | None = None
    free: float | None = None


def heard(event: MapEvents) -> None:
    """A place was clicked on the map."""
    if event.added is not None:
        _keep(*event.added)


def place() -> tuple[float, float] | None:
    """The place asked about, in degrees: the address's or the session's; None where there is none or it is no place."""
    words = str(state.memory().get("place") or "").split(",")
    try:
        lon, lat = (float(word) for word in words)
    except ValueError:
        return None
    return (lon, lat) if abs(lon) <= 180 and abs(lat) <= 90 else None


def _keep(lon: float, lat: float, name: str = "") -> None:
    """Another place is asked about."""
    state.memory().update(place=f"{lon:.6f},{lat:.6f}", place_name=name)


def on_map(painting: MapData, lang: str) -> MapData:
    """The map as it asks for a place, with the one that was asked about."""
    here = place()
    name = str(state.memory().get("place_name") or t("ui.place.site", lang))
    sites = () if here is None else (MapSite("place", *here, "?", name),)
    words = {"adding": t("ui.place.adding", lang), "site": t("ui.place.site", lang)}
    return replace(painting, sites=sites, settings={**painting.settings, "mode": "add"}, words={**painting.words, **words})


def show(desk: Desk, settings: Settings) -> None:
    """The search, and the card of the place."""
    lang = desk.lang
    _search(desk)
    here = place()
    with st.container(key="place_card"):
        if here is None:
            st.html(f'<p class="note">{escaped(t("ui.place.lead", lang), lang)}</p>')
            return
        with_room = offers_room(desk.city) and st.toggle(t("ui.place.ask_room", lang), key="place_room")
        asked = asked_of(desk, settings)
        x, y = to_metres(desk.city, *here)
        found = desk.opening.keep(("place", here, tuple(asked)), lambda: from_place(desk.city, x, y, asked))
        rows = rows_of(desk, found, with_room=with_room)
        st.html(card_html(desk, found, rows, here, with_room=with_room))
        st.download_button(t("ui.place.download", lang), lambda: card_csv(rows).encode("utf-8-sig"),
                           safe_name([desk.city.id, "place", f"{here[0]:.5f}", f"{here[1]:.5f}"], "csv"), MIMES["csv"],
                           key="download_place", on_click="ignore")


def _search(desk: Desk) -> None:
    """What is typed, and the places that it may mean; the likeliest was taken when it was typed."""
    lang = desk.lang
    left, right = st.columns([2.4, 1], vertical_alignment="bottom")
    with right:
        st.selectbox(t("ui.place.system", lang), SYSTEMS, key="place_system", on_change=_typed, args=(desk,))
    with left:
        st.text_input(t("ui.place.typed", lang), key="place_typed", placeholder=t("ui.place.hint", lang), on_change=_typed, args=(desk,))
    try:
        found = _meant(desk)
    except PlannerError as error:
        remark(fault_sentence(error, lang), lang)
        return
    if not found and _words():
        remark(t("ui.place.none_found", lang, typed=_words()), lang)
    if len(found) > 1:
        state.drop_unless("place_found", range(len(found)))
        st.selectbox(t("ui.place.found", lang), range(len(found)), key="place_found", format_func=lambda k: said_place(found[k], lang),
                     on_change=_another, args=(found,))


def _words() -> str:
    """What is typed."""
    return str(st.session_state.get("place_typed") or "").strip()


def _meant(desk: Desk) -> tuple[FoundPlace, ...]:
    """The places that may be meant by what is typed."""
    return find_places(desk.city, _words(), system=str(st.session_state.get("place_system") or SYSTEMS[0]), book=desk.opening.book)


def _typed(desk: Desk) -> None:
    """Something else was typed: the likeliest place is taken. What cannot be read is said when the page is drawn."""
    st.session_state.pop("place_found", None)
    with contextlib.suppress(PlannerError):
        for one in _meant(desk)[:1]:
            _keep(one.lon, one.lat, one.name or t("ui.place.typed_place", desk.lang))


def said_place(one: FoundPlace, lang: str) -> str:
    """A place in the list."""
    about = t("gaps.list_comma", lang).join(filter(None, (t(f"ui.place.kind_{one.kind}", lang), one.where)))
    return t("ui.card.about", lang, name=one.name or f"{one.lon:.5f}, {one.lat:.5f}", about=about)


def _another(found: Sequence[FoundPlace]) -> None:
    """Another of the places was chosen."""
    one = found[int(st.session_state["place_found"])]
    _keep(one.lon, one.lat, one.name)


def asked_of(desk: Desk, settings: Settings) -> list[LayerAsked]:
    """How each layer is asked: the one on the page as its controls say, the others as they open; how far only where that is a standard."""
    city, known = desk.city, desk.opening.packs()
    asked = []
    for layer in city.facilities:
        start = default_of(city, known, layer)
        travel, minutes = (settings.travel, settings.minutes) if layer == settings.layer else (start.travel, start.minutes)
        limit_m = minutes * city.travels[travel].metres_per_minute if start.rule in BY_DISTANCE or layer == settings.layer else None
        asked.append(LayerAsked(layer, travel, limit_m))
    return asked


def rows_of(desk: Desk, found: FromPlace, *, with_room: bool) -> list[Row]:
    """The layers as the card lists them: out of reach first, then by way; with the room of the nearest facility where that is asked."""
    rows = [_with_capacity(desk.city, one) for one in found.layers]
    if with_room:
        rows = [_with_room(desk, row) for row in rows]
    order = {False: 0, True: 1, None: 2}
    return sorted(rows, key=lambda row: (order[row.nearest.reached], row.nearest.way_m is None, row.nearest.way_m or 0.0))


def _with_capacity(city: City, one: NearestOfLayer) -> Row:
    """A layer with the capacity that the ledger gives its nearest facility."""
    column = room_column(city, one.layer)
    if one.row < 0 or not column:
        return Row(one)
    value = float(city.layer(one.layer).frame[column].iloc[one.row])
    return Row(one, None if value != value else value)


def room_column(city: City, layer: str) -> str:
    """The column of a layer that says for how many people there is room; "" where it has none."""
    frame = city.layer(layer).frame
    return next((name for name in ROOM_COLUMNS if name in frame and frame[name].dtype.kind in "fi" and frame[name].notna().any()), "")


def offers_room(city: City) -> bool:
    """Whether free places may be told: not where small counts are hidden, as they would tell how many go to a facility."""
    return not city.demand.hide_small


def _with_room(desk: Desk, row: Row) -> Row:
    """A layer with the free places of its nearest facility, where its ledger has capacities and it is asked within a distance."""
    one = row.nearest
    if one.limit_m is None or one.row < 0 or row.capacity is None:
        return row
    held = packs.slowly(desk, ("room", one.layer, one.travel, one.limit_m), lambda: room_of(desk.city, one), "ui.step.room")
    use = next((use for use in held.facilities if use.id == one.id and use.name == one.name), None)
    return row if use is None else replace(row, capacity=use.capacity, free=use.free)


def room_of(city: City, one: NearestOfLayer) -> Enough:
    """A layer's capacities held against the people within its distance: those it is for, else everybody."""
    group = people_of(city, one.layer)
    level = next(iter(city.boundaries.levels))
    assert one.limit_m is not None
    return enough(city, coverage(city, one.layer, one.travel, metres=one.limit_m, by=level, group=group), room_column(city, one.layer))


def people_of(city: City, layer: str) -> str:
    """The group that a layer is for, where the project has it; else all people."""
    group = layer_info(layer).people
    return group if group in city.demand.people else TOTAL if TOTAL in city.demand.people else next(iter(city.demand.people))


def card_html(desk: Desk, found: FromPlace, rows: Sequence[Row], here: tuple[float, float], *, with_room: bool) -> str:
    """The card as HTML, every name escaped."""
    lang, city = desk.lang, desk.city
    name = str(state.memory().get("place_name") or t("ui.place.clicked", lang))
    unit = unit_at(city, found.x, found.y)[2] or t("ui.place.outside", lang)
    where = t("ui.place.where", lang, unit=unit, lon=f"{here[0]:.5f}", lat=f"{here[1]:.5f}")
    states = {"reached": True, "not_reached": False, "none": None}
    tally = {key: sum(row.nearest.reached is value for row in rows) for key, value in states.items()}
    lost = [t("ui.place.no_street", lang, travel=travel_title(city.travels[travel], lang))
            for travel, leg in found.legs_m.items() if leg is None]
    notes = [where, t("ui.place.tally", lang, **tally), *lost]
    if with_room:
        groups = dict.fromkeys(group_name(people_of(city, row.nearest.layer), lang) for row in rows if row.free is not None)
        if groups:
            notes.append(t("ui.place.room_how", lang, basis=t("gaps.list_comma", lang).join(groups)))
    lines = "".join(f'<p class="note">{escaped(note, lang)}</p>' for note in notes)
    heads = [t(f"ui.place.{key}", lang) for key in ("layer", "nearest", "way")]
    table = table_html(heads, [_cells(row, lang) for row in rows], lang, markup=(0, 1, 2))
    return f'<div class="card place"><header><b>{escaped(name, lang)}</b></header>{lines}{table}</div>'


def _cells(row: Row, lang: str) -> tuple[str, str, str]:
    """A layer's cells as HTML: state and layer; nearest facility and its room; way, minutes, straight line."""
    one = row.nearest
    verdict = "no_limit" if one.reached is None else "reached" if one.reached else "not_reached"
    css = {"no_limit": "quiet", "reached": "met", "not_reached": "not-met"}[verdict]
    first = f'{escaped(layer_name(one.layer, lang), lang)}<br><span class="{css}">{escaped(t(f"ui.place.{verdict}", lang), lang)}</span>'
    if not one.facilities:
        return first, escaped(t("ui.place.no_facility", lang), lang), escaped(t("ui.none", lang))
    second = escaped(one.name or one.id or t("ui.none", lang), lang)
    if row.capacity is not None:
        key = "room_of" if row.free is None else "room_free"
        room = t(f"ui.place.{key}", lang, free=f"{row.free or 0:,.0f}", capacity=f"{row.capacity:,.0f}")
        second += f'<br><span class="quiet">{escaped(room, lang)}</span>'
    straight = t("ui.place.straight_m", lang, metres=metres(one.straight_m, lang))
    if one.way_m is None or one.minutes is None:
        return first, second, f'{escaped(t("ui.none", lang))}<br><span class="quiet">{escaped(straight, lang)}</span>'
    way = f'<b>{escaped(t("ui.minutes_value", lang, value=f"{one.minutes:,.0f}"), lang)}</b> {escaped(metres(one.way_m, lang))}'
    return first, second, f'{way}<br><span class="quiet">{escaped(straight, lang)}</span>'


def card_csv(rows: Sequence[Row]) -> str:
    """The card as CSV text without a byte-order mark, figures in full precision."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        one = row.nearest
        values = (one.layer, one.id, one.name, one.way_m, one.minutes, one.straight_m, one.limit_m,
                  None if one.reached is None else int(one.reached), row.capacity, row.free)
        writer.writerow(["" if value is None else neutral(value) for value in values])
    return stream.getvalue()
