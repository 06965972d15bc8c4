"""The coverage table to take along: files are made when they are asked for, never while a page is drawn."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

import streamlit as st

from planner.export import coverage_table
from planner.export.mapdata import MapData
from planner.export.palette import Palette, class_of
from planner.i18n import pick, t
from planner.measure.coverage import Coverage
from planner.plan.wording import is_invented, layer_name
from planner.ui.desk import Desk
from planner.ui.text import group_name, level_name, metres, percent, travel_name

MIMES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
         "gpkg": "application/geopackage+sqlite3", "html": "text/html"}


def file_name(project: str, found: Coverage, kind: str) -> str:
    """A name that says what is in the file, of letters that every file system takes."""
    radius = f"{found.limit_m:g}m" if found.minutes is None else f"{found.minutes:g}min"
    return safe_name([project, found.layer, found.travel, radius, found.by], kind)


def safe_name(words: Sequence[str], kind: str) -> str:
    """A file name of these words, of letters that every file system takes."""
    return (re.sub(r"[^\w.-]+", "_", "-".join(words)).strip("._") or "planner")[:120] + f".{kind}"


def classes(found: Coverage, palette: Palette) -> dict[str, int | None]:
    """Each unit's class on the map."""
    return {unit.code: class_of(palette, unit.share) for unit in found.units}


def standalone(desk: Desk, found: Coverage, painting: MapData) -> bytes:
    """The map as one file that opens without a network."""
    from planner.export.maps import export_html

    lang, city = desk.lang, desk.city
    heading = t("ui.download.heading", lang, project=pick(city.name, lang), layer=layer_name(found.layer, lang))
    said = t("ui.download.settings", lang, travel=travel_name(city.travels[found.travel], lang), limit=metres(found.limit_m, lang),
             minutes=t("ui.none", lang) if found.minutes is None else f"{found.minutes:g}", group=group_name(found.group, lang),
             level=level_name(found.by, lang, city.boundaries.labels), share=percent(found.total.share, lang))
    lost = [t("ui.coverage.without_place", lang, count=f"{found.facilities_without_place:,}")] if found.facilities_without_place else []
    return export_html(painting, heading=heading, made=dt.date.today(), lines=[said, *lost], invented=is_invented(city)).encode()


def draw(desk: Desk, found: Coverage, palette: Palette, painting: MapData) -> None:
    """Four buttons: table, workbook, GeoPackage, map."""
    lang, city = desk.lang, desk.city
    make = {"csv": lambda: coverage_table.coverage_csv(found, classes(found, palette)).encode("utf-8-sig"),
            "xlsx": lambda: coverage_table.coverage_xlsx(found, classes(found, palette), lang=lang),
            "gpkg": lambda: coverage_table.coverage_gpkg(found, city.boundaries, classes(found, palette)),
            "html": lambda: standalone(desk, found, painting)}
    with st.container(key="downloads"):
        for spot, (kind, data) in zip(st.columns(len(make), gap="small"), make.items(), strict=True):
            with spot:
                st.download_button(t(f"ui.download.{kind}", lang), data, file_name(city.id, found, kind), MIMES[kind],
                                   key=f"download_{kind}", on_click="ignore", width="stretch")
