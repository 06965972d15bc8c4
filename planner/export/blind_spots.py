"""The blind spots that go with a gap list: rows by key, a workbook of their own, and areas for a map."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from planner.errors import InputError
from planner.export import sheets
from planner.export.cells import figure, finite, neutral
from planner.export.fields import group_label, label
from planner.export.geopackage import dated
from planner.export.shapefiles import shapefile
from planner.export.sheets import Book, Column
from planner.export.systems import check_system, degrees, in_system
from planner.i18n import pick, t
from planner.measure.blind_spots import LEAST_PEOPLE, LISTED, BlindSpot, SpotUnit, listed
from planner.plan.gaplist import Gap, TargetSpots
from planner.targets.pack import Limit

SUFFIXES = (".xlsx", ".csv", ".gpkg", ".geojson", ".shp")
LAYER = "blind_spots"
MODES = ("walk", "cycle", "drive")
LEVELS = ("district", "township", "community")
KEYS = (
    *("spot_id", "target_id", "state", "layer", "limit", "group", "people", "share", *LEVELS, "nearest_facility", "nearest_m"),
    *("minutes", "people_unattached", "people_unreached", "gap_id", "project_id", "clause", "lon", "lat", "note"),
)
"""The columns, in their order. `share` is 0..1, `limit` the service radius in words, `nearest_m` metres along the streets."""
ABOUT = ("target_id", "state", "layer", "limit", "group", "clause")
"""Those that all rows of a question have in common."""
NUMBERS = ("people", "share", "nearest_m", "minutes", "people_unattached", "people_unreached", "lon", "lat")
FORMS = {"people": "#,##0", "share": "0.0%", "nearest_m": "#,##0", "minutes": "0.0", "people_unattached": "#,##0",
         "people_unreached": "#,##0", "lon": "0.000000", "lat": "0.000000"}
WIDTHS = {"spot_id": 9, "target_id": 21, "state": 10, "layer": 17, "limit": 22, "group": 14, "people": 10, "share": 9, "district": 18,
          "township": 26, "community": 40, "nearest_facility": 20, "nearest_m": 11, "minutes": 12, "people_unattached": 10,
          "people_unreached": 10, "gap_id": 16, "project_id": 16, "clause": 18, "lon": 11, "lat": 10, "note": 30}
NAMED = 8
"""So many units or places are named in a cell of the workbook; of more, the number is told. Data files have them all."""


def blind_spot_rows(questions: Sequence[TargetSpots], crs: str, lang: str, *, gaps: Sequence[Gap] = (),
                    named: int | None = None) -> list[dict[str, Any]]:
    """The blind spots that the list shows, question by question, each question's others as one row without an id.

    The people of a question's rows add up to its people beyond reach. crs : the project's. gaps : of the same list, for their projects.
    named : so many units and places at most in a cell; all where None.
    """
    projects = {gap.gap_id: gap.project_ids for gap in gaps}
    rows = [_about(question, lang) | (_others(question, lang) if one is None else _row(question, one, projects, lang, named))
            for question, one in shown_spots(questions)]
    placed = [row for row in rows if row["lon"] is not None]
    for row, (lon, lat) in zip(placed, degrees(crs, [(row["lon"], row["lat"]) for row in placed]), strict=True):
        row["lon"], row["lat"] = lon, lat
    return rows


def shown_spots(questions: Sequence[TargetSpots]) -> list[tuple[TargetSpots, BlindSpot | None]]:
    """Question and blind spot of each of `blind_spot_rows`; None for the row of a question's others."""
    found: list[tuple[TargetSpots, BlindSpot | None]] = []
    for question in questions:
        shown, others, _ = listed(question.spots)
        found += [(question, one) for one in shown]
        if others or question.not_told:
            found.append((question, None))
    return found


def _about(question: TargetSpots, lang: str) -> dict[str, Any]:
    """What all rows of a question have in common."""
    comma = t("gaps.list_comma", lang)
    return {
        "target_id": comma.join(question.targets),
        "state": comma.join(dict.fromkeys(t(f"export.state.{state}", lang) for state in question.states)),
        "layer": comma.join(pick(name, lang) for name in question.layer_names),
        "limit": t("gaps.list_semicolon", lang).join(dict.fromkeys(limit_words(limit, question, lang) for limit in question.limits)),
        "group": group_label(question.group, lang),
        "clause": comma.join(dict.fromkeys(question.clauses)),
    }


def limit_words(limit: Limit, question: TargetSpots, lang: str) -> str:
    """A service radius in words: minutes by a way of travelling, or metres."""
    if limit.minutes is not None:
        names = (limit.travel,) if limit.travel in question.travels else tuple(question.travels)
        travel = t("gaps.list_comma", lang).join(_travel(name, question.travels[name], lang) for name in names)
        return t("blind_spots.limit_minutes", lang, minutes=figure(limit.minutes), travel=travel)
    return t("blind_spots.limit_metres", lang, metres=figure(limit.metres))


def _travel(name: str, mode: str, lang: str) -> str:
    """A way of travelling: its mode, with the project's own name where that says more."""
    word = label("mode", mode, MODES, lang)
    return word if name == mode else t("blind_spots.travel", lang, mode=word, name=name)


def _row(question: TargetSpots, one: BlindSpot, projects: Mapping[str, tuple[str, ...]], lang: str, named: int | None) -> dict[str, Any]:
    """One blind spot. projects : of each gap."""
    gaps = question.gaps.get(one.id, ())
    return {
        "spot_id": one.id,
        "people": one.people,
        "share": finite(one.share),
        **{level: _listed([_unit(unit, lang) for unit in one.units.get(level, ())], lang, named) for level in LEVELS},
        "nearest_facility": one.nearest_name,
        "nearest_m": finite(one.nearest_m),
        "minutes": finite(one.minutes),
        "people_unattached": one.people_unattached,
        "people_unreached": one.people_unreached,
        "gap_id": _listed(list(gaps), lang, named),
        "project_id": _listed(list(dict.fromkeys(project for gap in gaps for project in projects.get(gap, ()))), lang, named),
        "note": t("blind_spots.note_unreached", lang) if one.nearest_m is None else "",
        "lon": one.x,  # in the project's own system until all rows are turned together
        "lat": one.y,
    }


def _unit(unit: SpotUnit, lang: str) -> str:
    """A unit with the people of the blind spot in it."""
    name = unit.name or unit.code
    return name if unit.people is None else t("export.group_count", lang, group=name, people=f"{unit.people:,.0f}")


def _listed(words: list[str], lang: str, named: int | None) -> str:
    """Words one after the other, and how many more there are."""
    comma = t("gaps.list_comma", lang)
    if named is None or len(words) <= named:
        return comma.join(words)
    return t("blind_spots.and_more", lang, named=comma.join(words[:named]), count=len(words))


def _others(question: TargetSpots, lang: str) -> dict[str, Any]:
    """The row of those that are not shown one by one: what is left of the people beyond."""
    shown, others, people = listed(question.spots)
    notes = [t("blind_spots.others", lang, count=others, least=figure(LEAST_PEOPLE), most=LISTED)] if others else []
    left: float | None = people
    if question.not_told:
        notes.append(t("blind_spots.not_told", lang, count=question.not_told))
        left = None if question.people_beyond is None else question.people_beyond - sum(one.people for one in shown)
    told = {"note": t("gaps.list_semicolon", lang).join(notes), "people": left, "spot_id": ""}
    return dict.fromkeys(key for key in KEYS if key not in ABOUT) | told


def blind_spots_sheet(book: Book, questions: Sequence[TargetSpots], crs: str, subtitle: str, *, gaps: Sequence[Gap] = ()) -> None:
    """One row a blind spot; people are summed live, a person once for each question."""
    lang = book.lang
    rows = blind_spot_rows(questions, crs, lang, gaps=gaps, named=NAMED)
    blank = {key for key in (*LEVELS, *ABOUT, "gap_id", "project_id") if not any(row[key] for row in rows)}
    columns = [Column(key, header(key, lang), FORMS.get(key, ""), key == "people", width=WIDTHS[key]) for key in KEYS if key not in blank]
    rule = t("blind_spots.rule", lang, metres=figure(max((question.join_m for question in questions), default=0.0)))
    sheets.write_table(book, t("blind_spots.sheet", lang), t("blind_spots.title", lang), f"{subtitle}　　{rule}", columns, rows, wide=2,
                       total_label=t("blind_spots.total", lang), footer=t("export.stamp", lang),
                       empty=t("blind_spots.none", lang))


def write_blind_spots(questions: Sequence[TargetSpots], project_crs: str, path: Path, subtitle: str, day: dt.date, *, lang: str,
                      crs: str | None = None, gaps: Sequence[Gap] = ()) -> tuple[Path, ...]:
    """Write blind spots in the form that the suffix of `path` says, and return the files written: a .shp has its table of fields.

    project_crs : of the questions; crs : of the layer, EPSG:4326 where absent. day : of the data. Raises InputError as `check_spots`, and
    export_crs_far.
    """
    check_spots(path, crs)
    suffix = path.suffix.lower()
    if suffix == ".xlsx":
        book = sheets.open_book(path, lang, day, t("blind_spots.title", lang))
        blind_spots_sheet(book, questions, project_crs, subtitle, gaps=gaps)
        book.raw.close()
    elif suffix == ".csv":
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(KEYS)
        for row in blind_spot_rows(questions, project_crs, lang, gaps=gaps):
            writer.writerow(["" if row[key] is None else neutral(row[key]) for key in KEYS])
        path.write_text(stream.getvalue(), encoding="utf-8-sig", newline="")
    elif suffix == ".shp":
        layer = in_system(blind_spot_layer(questions, project_crs, lang, gaps=gaps), crs)
        return path, shapefile(layer, path, lambda key: header(key, lang), lang, geometry_type="MultiPolygon")
    else:
        path.unlink(missing_ok=True)
        with dated(day.isoformat()):
            write_spot_layer(questions, project_crs, path, lang=lang, crs=crs, gaps=gaps)
    return (path,)


def check_spots(path: Path, crs: str | None) -> None:
    """That blind spots can be written to a file of this name, in this system. Raises InputError."""
    if path.suffix.lower() not in SUFFIXES:
        raise InputError("export_suffix_unknown", path=path.name, suffixes=" ".join(SUFFIXES))
    check_system(crs, path)


def write_spot_layer(questions: Sequence[TargetSpots], project_crs: str, path: Path, *, lang: str, crs: str | None = None,
                     gaps: Sequence[Gap] = (), append: bool = False) -> None:
    """The blind spots as a layer of areas in a .gpkg, beside what it holds, or in a .geojson."""
    import pyogrio

    layer = in_system(blind_spot_layer(questions, project_crs, lang, gaps=gaps), crs)
    driver, name = ("GeoJSON", path.stem) if path.suffix.lower() == ".geojson" else ("GPKG", LAYER)
    options = {"layer_options": {"RFC7946": "YES"}} if driver == "GeoJSON" else {"append": append}
    pyogrio.write_dataframe(layer, path, layer=name, driver=driver, geometry_type="MultiPolygon", **options)


def blind_spot_layer(questions: Sequence[TargetSpots], crs: str, lang: str, *, gaps: Sequence[Gap] = ()) -> Any:
    """The rows as areas (a GeoDataFrame in the project's system); the row of a question's others has none. Names stay letter by letter."""
    import geopandas as gpd
    import pandas as pd

    rows = blind_spot_rows(questions, crs, lang, gaps=gaps)
    frame = pd.DataFrame([[row[key] for key in KEYS] for row in rows], columns=list(KEYS))
    for key in KEYS:
        frame[key] = pd.to_numeric(frame[key]).astype("float64") if key in NUMBERS else frame[key].fillna("").astype("str")
    areas = [None if one is None else question.shapes.get(one.id) for question, one in shown_spots(questions)]
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(areas, crs=crs))


def header(key: str, lang: str) -> str:
    """The header of a column."""
    return t(f"blind_spots.{key}" if key not in SHARED else f"export.{SHARED[key]}.{key}", lang)


SHARED = {"target_id": "gaps", "clause": "gaps", "layer": "gaps", "group": "gaps", "gap_id": "gaps", "project_id": "gaps",
          "nearest_facility": "gaps", "state": "targets", "lon": "projects", "lat": "projects"}
"""Columns that are called as in the other lists."""
