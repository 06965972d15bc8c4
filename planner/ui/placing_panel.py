"""Facilities without a position on the data-quality page: placed by a place name, by the project's table of addresses, by coordinates or by
a click on the map; kept beside the ledgers, all together when asked to, as the project is then read anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import streamlit as st

from planner.errors import PlannerError
from planner.export.mapdata import MapData, MapSite
from planner.export.palette import share_palette
from planner.i18n import t
from planner.inputs.kept import PRECISIONS
from planner.plan.positions_kept import Position, keep_positions, typed_position
from planner.plan.unplaced import FOUND, Place, Unplaced, search_places
from planner.plan.wording import source_line
from planner.ui import map_view, state, tables
from planner.ui.controls import layer_name
from planner.ui.desk import Desk
from planner.ui.faults import fault_sentence, remark
from planner.ui.map_component import MapEvents, coverage_map
from planner.ui.text import escaped, level_name

STAGED, DONE = "placing_staged", "placing_done"
MAP_PX = 430
CLICK = "click"
SYSTEMS = ("wgs84", "gcj02", "bd09")
Key = tuple[str, str]


def show(desk: Desk) -> None:
    """The section: the list, one facility to be placed, the map, and what is not saved yet."""
    lang, listed = desk.lang, desk.opening.unplaced
    done = st.session_state.pop(DONE, None)
    if not listed and not done:
        return
    st.html(f'<h2>{escaped(t("ui.placing.title", lang))}</h2>')
    if done:
        st.html(f'<p class="prose" role="status">{escaped(t("ui.placing.saved", lang, count=done[0], file=done[1]), lang)}</p>')
    if not listed:
        st.html(f'<p class="prose">{escaped(t("place.nothing", lang))}</p>')
        return
    st.html(f'<p class="prose">{escaped(t("ui.placing.lead", lang, count=f"{len(listed):,}"), lang)}</p>')
    if desk.opening.book_error is not None:
        remark(fault_sentence(desk.opening.book_error, lang), lang)
    staged = marked(desk)
    with st.container(key="placing_table"):
        tables.dataframe(frame(listed, staged, lang), hide_index=True, width="stretch", height=min(240, 38 + 35 * len(listed)),
                         placeholder="")
    _take_found(listed, staged, lang)
    left, right = st.columns([1.0, 1.5])
    with left, st.container(key="placing_choices"):
        row = _chosen(listed, lang)
        _by_place(desk, row)
        _by_coordinates(desk, row)
    with right, st.container(key="placing_map_frame"):
        _by_map(desk, row)
    _save(desk, listed, staged)


def marked(desk: Desk) -> dict[Key, Position]:
    """The places marked in this visit and not saved yet, by layer and id."""
    found: dict[str, dict[Key, Position]] = st.session_state.setdefault(STAGED, {})
    return found.setdefault(desk.opening.project, {})


def frame(listed: Sequence[Unplaced], staged: dict[Key, Position], lang: str) -> pd.DataFrame:
    """The list: what each is called, where its ledger says that it is, and whether a place is known."""
    rows = [(_state(row, staged, lang), layer_name(row.layer, lang), row.id, row.name, row.address, row.unit or t("ui.none", lang),
             "; ".join(place.source for place in row.places), row.file, row.row) for row in listed]
    heads = ("state", "layer", "id", "name", "address", "unit", "places", "file", "row")
    return pd.DataFrame(rows, columns=[t(f"place.{head}", lang) for head in heads])


def _state(row: Unplaced, staged: dict[Key, Position], lang: str) -> str:
    """Marked, found, to be looked at, or not found."""
    return t("ui.placing.state_marked", lang) if (row.layer, row.id) in staged else t(f"place.state_{row.state}", lang)


def _take_found(listed: Sequence[Unplaced], staged: dict[Key, Position], lang: str) -> None:
    """One button for all that were found for certain."""
    found = [row for row in listed if row.state == FOUND and (row.layer, row.id) not in staged]
    if found and st.button(t("ui.placing.take_found", lang, count=len(found)), key="placing_take_found"):
        staged.update({(row.layer, row.id): row.position for row in found})
        st.rerun()


def _chosen(listed: Sequence[Unplaced], lang: str) -> Unplaced:
    """The facility to be placed, chosen from the list."""
    rows = {f"{row.layer}|{row.id}": row for row in listed}
    state.drop_unless("placing_row", rows)
    names = {key: " · ".join(filter(None, (row.name, row.address or row.unit, row.id))) for key, row in rows.items()}
    key = st.selectbox(t("ui.placing.facility", lang), list(rows), key="placing_row", format_func=names.__getitem__)
    row = rows[key]
    unit = t("ui.placing.stated", lang, unit=row.unit, level=level_name(row.level, lang)) if row.unit else t("ui.placing.no_unit", lang)
    lines = [layer_name(row.layer, lang), t("ui.placing.where", lang, file=row.file, row=row.row), unit]
    st.html(f'<p class="note">{"<br>".join(escaped(line, lang) for line in lines)}</p>')
    return row


def _by_place(desk: Desk, row: Unplaced) -> None:
    """Places by the address or name: those that the project's tables know, or those of what is typed."""
    lang, book = desk.lang, desk.opening.book
    typed = st.text_input(t("ui.placing.search", lang), key=f"placing_search|{row.layer}|{row.id}",
                          placeholder=t("ui.placing.search_hint", lang)).strip()
    places = search_places(book, typed) if typed and book is not None else row.places
    if not places:
        said = t("ui.placing.none_typed" if typed else "ui.placing.none_known", lang)
        more = "" if book is not None and book.table else t("ui.placing.no_table", lang)
        st.html(f'<p class="note">{escaped(said + more, lang)}</p>')
        return
    number = st.selectbox(t("ui.placing.places", lang), range(len(places)), key=f"placing_place|{row.layer}|{row.id}|{typed}",
                          format_func=lambda k: f"{places[k].source} ({places[k].lon:.5f}, {places[k].lat:.5f})")
    if st.button(t("ui.placing.take", lang), key="placing_take"):
        _mark(desk, row, places[number])


def _by_coordinates(desk: Desk, row: Unplaced) -> None:
    """Longitude and latitude as typed or pasted, in their declared system."""
    lang = desk.lang
    spots = st.columns([1.6, 1.0], vertical_alignment="bottom")
    with spots[0]:
        pair = st.text_input(t("ui.placing.pair", lang), key=f"placing_pair|{row.layer}|{row.id}", placeholder="114.30571, 30.59276")
    with spots[1]:
        system = st.selectbox(t("ui.placing.system", lang), SYSTEMS, key="placing_system")
    precisions = {precision: t(f"ui.placing.precision_{precision}", lang) for precision in PRECISIONS}
    st.selectbox(t("ui.placing.precision", lang), PRECISIONS, key="placing_precision", format_func=precisions.__getitem__)
    if st.button(t("ui.placing.take_pair", lang), key="placing_take_pair", disabled=not pair.strip()):
        lon, _, lat = pair.replace("，", ",").partition(",")
        try:
            position = typed_position(row.layer, row.id, lon, lat, system, t("ui.placing.source_typed", lang, system=system),
                                      st.session_state["placing_precision"])
        except PlannerError as error:
            remark(fault_sentence(error, lang), lang)
            return
        marked(desk)[row.layer, row.id] = replace(position, name=row.name)
        st.rerun()


def _mark(desk: Desk, row: Unplaced, place: Place) -> None:
    """Marks a place of the project's tables."""
    marked(desk)[row.layer, row.id] = Position(row.layer, row.id, row.name, place.lon, place.lat, place.source, place.precision)
    st.rerun()


def _by_map(desk: Desk, row: Unplaced) -> None:
    """The map: a click marks the chosen facility; its stated unit is outlined."""
    lang, known = desk.lang, desk.opening
    if known.city is None:
        st.html(f'<p class="note">{escaped(t("ui.placing.no_map", lang), lang)}</p>')
        return
    shape, level = map_view.geometry(known), row.level or list(known.city.boundaries.levels)[-1]
    staged = marked(desk)
    sites = [MapSite(f"{layer}|{identity}", place.lon, place.lat, name=place.name) for (layer, identity), place in staged.items()]
    title = t("ui.placing.map", lang, name=row.name)
    data = MapData(shape, level, [None] * len(shape.codes[level]), share_palette(), lang, title,
                   source_line(desk.city, row.layer, lang),
                   settings={"page": "quality", "lang": lang, "layer": row.layer, "by": level, "mode": "add",
                             "scenario": state.memory().get("scenario")},
                   selected=row.code or None, sites=sites, facilities=map_view.signs(known, row.layer),
                   kinds={row.layer: layer_name(row.layer, lang)}, legend_title=t("ui.placing.legend", lang), plain=True,
                   words={"adding": t("ui.placing.adding", lang, name=row.name), "site": t("ui.placing.site", lang), "no_people": ""})
    coverage_map(data, key="placing_map", height=MAP_PX, on_event=_clicked(desk, row))
    if (row.layer, row.id) in staged:
        elsewhere = lies_elsewhere(desk, row, staged[row.layer, row.id])
        if elsewhere is not None:
            remark(t("ui.placing.elsewhere", lang, name=row.name, stated=row.unit, found=elsewhere or t("ui.placing.nowhere", lang)), lang)


def _clicked(desk: Desk, row: Unplaced) -> Callable[[MapEvents], None]:
    """What a click does: the facility is marked there."""

    def heard(event: MapEvents) -> None:
        if event.added is not None:
            lon, lat = event.added
            precision = st.session_state.get("placing_precision", PRECISIONS[0])
            marked(desk)[row.layer, row.id] = Position(row.layer, row.id, row.name, lon, lat, CLICK, precision)

    return heard


def lies_elsewhere(desk: Desk, row: Unplaced, place: Position) -> str | None:
    """The unit that a marked place lies in, where it is not the stated one: its name, "" outside all; None where nothing is wrong."""
    import geopandas as gpd

    if not row.code:
        return None
    units = desk.city.boundaries.frame(row.level)
    point = gpd.GeoSeries.from_xy([place.lon], [place.lat], crs="EPSG:4326").to_crs(desk.city.crs).iloc[0]
    inside = units[units.geometry.intersects(point)]
    if row.code in set(inside["code"]):
        return None
    return str(inside["name"].iloc[0]) if len(inside) else ""


def _save(desk: Desk, listed: Sequence[Unplaced], staged: dict[Key, Position]) -> None:
    """What is marked: kept beside the ledgers by the function that `planner place` calls, or dropped."""
    lang = desk.lang
    there = {(row.layer, row.id) for row in listed}
    for key in [key for key in staged if key not in there]:
        del staged[key]
    if not staged:
        return
    said = t("ui.placing.marked", lang, count=len(staged), names=", ".join(place.name or place.id for place in list(staged.values())[:12]))
    st.html(f'<p class="prose">{escaped(said, lang)}</p>')
    save, drop, _ = st.columns([1.0, 1.0, 3.0])
    with drop:
        if st.button(t("ui.placing.drop", lang), key="placing_drop"):
            staged.clear()
            st.rerun()
    with save:
        if not st.button(t("ui.placing.save", lang, count=len(staged)), key="placing_save", type="primary"):
            return
    try:
        path = keep_positions(Path(desk.opening.project), list(staged.values()))
    except (PlannerError, OSError) as error:
        remark(fault_sentence(error, lang), lang)
        return
    st.session_state[DONE] = (len(staged), path.name)
    staged.clear()
    st.rerun()
