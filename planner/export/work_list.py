"""The list of facilities to be placed (待落点) as rows and as a workbook."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from typing import Any

from planner.export import sheets
from planner.export.sheets import Column
from planner.i18n import t
from planner.plan.unplaced import FOUND, Unplaced

WORK_KEYS = ("layer", "id", "name", "address", "township", "community", "unit", "state", "lon", "lat", "precision", "source", "places",
             "file", "sheet", "row", "reason")
"""Columns: lon, lat, precision and source are filled where a place was found, and blank to be filled in elsewhere."""
FORMS = {"lon": "0.000000000", "lat": "0.000000000", "row": "0"}
WIDTHS = {"layer": 26, "id": 12, "name": 28, "address": 28, "lon": 12, "lat": 12, "source": 34, "places": 44, "file": 26}


def work_rows(listed: Sequence[Unplaced]) -> list[dict[str, Any]]:
    """One dictionary a facility with the keys of WORK_KEYS; `places` has the places to choose from, where it is asked."""
    rows = []
    for one in listed:
        place = one.places[0] if one.state == FOUND else None
        rows.append({"layer": one.layer, "id": one.id, "name": one.name, "address": one.address, "township": one.township,
                     "community": one.community, "unit": one.unit, "state": one.state, "lon": place and round(place.lon, 9),
                     "lat": place and round(place.lat, 9), "precision": place and place.precision, "source": place and place.source,
                     "places": None if place else "; ".join(f"{p.lon:.6f},{p.lat:.6f} ({p.source})" for p in one.places) or None,
                     "file": one.file, "sheet": one.sheet, "row": one.row, "reason": one.reason})
    return rows


def work_book(listed: Sequence[Unplaced], project: str, lang: str) -> bytes:
    """The list as a workbook. Equal lists give equal bytes."""
    stream = io.BytesIO()
    title = t("place.title", lang, project=project)
    book = sheets.open_book(stream, lang, dt.date(2000, 1, 1), title)
    rows = [row | {"state": t(f"place.state_{row['state']}", lang)} for row in work_rows(listed)]
    columns = [Column(key, t(f"place.{'sheet_name' if key == 'sheet' else key}", lang), FORMS.get(key, ""), width=WIDTHS.get(key))
               for key in WORK_KEYS]
    sheets.write_table(book, t("place.sheet", lang), title, t("place.note", lang), columns, rows, footer=title,
                       empty=t("place.nothing", lang))
    book.raw.close()
    return stream.getvalue()
