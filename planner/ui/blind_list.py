"""Blind spots as a list beside the map: where people live together beyond the reach of the layer shown; the selected one is marked."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pandas as pd
import streamlit as st

from planner.export.cells import neutral
from planner.export.mapdata import MapData, MapSite
from planner.i18n import t
from planner.measure.blind_spots import BlindSpot, BlindSpots, blind_spots, listed
from planner.measure.city import City
from planner.plan.place_search import to_degrees
from planner.ui import state, tables
from planner.ui.controls import Settings
from planner.ui.desk import Desk
from planner.ui.downloads import MIMES, safe_name
from planner.ui.text import escaped, people, percent

MOST_MARKED = 12
"""So many blind spots are marked while none is selected."""
NAMED = 3
TABLE_PX = 280
COLUMNS = ("id", "people", "share", "places", "nearest_id", "nearest_name", "nearest_m", "minutes", "people_unattached", "people_unreached",
           "lon", "lat")


def of_settings(desk: Desk, settings: Settings) -> BlindSpots:
    """The blind spots at the settings of the page, kept with the project."""
    asked = (settings.layer, settings.travel, settings.minutes, settings.group)
    return desk.opening.keep(("blind spots", *asked), lambda: blind_spots(
        desk.city, settings.layer, settings.travel, minutes=settings.minutes, group=settings.group, by=settings.by))


def on_map(painting: MapData, desk: Desk, found: BlindSpots) -> MapData:
    """The map with the places of the largest blind spots, or only of the selected one."""
    chosen = selected(found)
    shown = (chosen,) if chosen is not None else listed(found.spots)[0][:MOST_MARKED]
    words = {**painting.words, "site": t("ui.panel.spots", desk.lang)}
    return replace(painting, sites=tuple(_site(desk.city, one, desk.lang) for one in shown), words=words)


def _site(city: City, one: BlindSpot, lang: str) -> MapSite:
    """A blind spot's sign: its number, and its people when pointed at."""
    name = t("ui.spots.sign", lang, people=people(one.people, lang), places=places_of(one, lang))
    return MapSite(one.id, *to_degrees(city, one.x, one.y), one.id.lstrip("B0") or one.id, name)


def selected(found: BlindSpots) -> BlindSpot | None:
    """The selected blind spot, if it is one of these."""
    wanted = state.memory().get("spot")
    return next((one for one in found.spots if one.id == wanted), None)


def show(desk: Desk, found: BlindSpots) -> None:
    """The list, what is known of the selected one, and the table to take along."""
    lang = desk.lang
    shown, others, rest = listed(found.spots)
    st.html(f'<p class="note">{escaped(t("ui.spots.lead" if shown else "ui.spots.none", lang), lang)}</p>')
    if shown:
        state.memory()["spot_ids"] = [one.id for one in shown]
        tables.dataframe(spot_frame(shown, lang), key="spot_table", on_select=_picked, selection_mode="single-row", hide_index=True,
                     width="stretch", height=min(TABLE_PX, 38 + 35 * len(shown)), placeholder="",
                     column_config={t("ui.spots.people", lang): st.column_config.NumberColumn(format="localized")})
    chosen = selected(found)
    with st.container(key="spot_details"):
        if chosen is not None:
            st.html(f'<p class="prose">{escaped(spot_sentence(chosen, lang), lang)}</p>')
    more = [t("ui.spots.rest", lang, count=f"{others:,}", people=people(rest, lang))] if others else []
    more += [t("ui.spots.hidden", lang, count=f"{found.not_told:,}")] if found.not_told else []
    if more:
        st.html(f'<p class="note">{escaped(" ".join(more), lang)}</p>')
    st.download_button(t("ui.spots.download", lang), lambda: spots_csv(desk.city, found).encode("utf-8-sig"),
                       safe_name([desk.city.id, "blind-spots", found.layer, found.travel], "csv"), MIMES["csv"], key="download_spots",
                       on_click="ignore")


def _picked() -> None:
    """A row was selected, or let go."""
    rows, ids = st.session_state["spot_table"]["selection"]["rows"], state.memory().get("spot_ids", [])
    state.memory()["spot"] = ids[rows[0]] if rows and rows[0] < len(ids) else None


def spot_frame(spots: tuple[BlindSpot, ...], lang: str) -> pd.DataFrame:
    """The blind spots as the table shows them."""
    rows = [(one.id, round(one.people), places_of(one, lang), one.nearest_name or t("ui.spots.nowhere", lang),
             "" if one.minutes is None else f"{one.minutes:,.0f}") for one in spots]
    return pd.DataFrame(rows, columns=[t(f"ui.spots.{key}", lang) for key in ("id", "people", "places", "nearest", "minutes")])


def places_of(one: BlindSpot, lang: str) -> str:
    """Names of what lies in a blind spot, a few of them."""
    names = t("gaps.list_comma", lang).join(one.places[:NAMED])
    return names if len(one.places) <= NAMED else t("ui.spots.more_places", lang, names=names, count=len(one.places))


def spot_sentence(one: BlindSpot, lang: str) -> str:
    """What is known of a blind spot."""
    nearest = t("ui.spots.nowhere", lang)
    if one.nearest_m is not None and one.minutes is not None:
        nearest = t("ui.spots.way", lang, name=one.nearest_name or one.nearest_id, minutes=f"{one.minutes:,.0f}",
                    metres=f"{one.nearest_m:,.0f}")
    return t("ui.spots.selected", lang, id=one.id, people=people(one.people, lang), share=percent(one.share, lang),
             places=places_of(one, lang) or t("ui.none", lang), nearest=nearest)


def spots_csv(city: City, found: BlindSpots) -> str:
    """All blind spots as CSV text without a byte-order mark, figures in full precision, places in EPSG:4326."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in found.spots:
        lon, lat = to_degrees(city, one.x, one.y)
        values = (one.id, one.people, one.share, "; ".join(one.places), one.nearest_id, one.nearest_name, one.nearest_m, one.minutes,
                  one.people_unattached, one.people_unreached, round(lon, 6), round(lat, 6))
        writer.writerow(["" if value is None else neutral(value) for value in values])
    return stream.getvalue()
