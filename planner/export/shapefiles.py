"""Point layers as shapefiles: short field names, text of 254 bytes at most, and a table that says which field is which."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from planner.export.cells import neutral

NAME_LENGTH, TEXT_BYTES = 10, 254
"""What a .dbf allows of a field's name, and of a text."""
ENCODING = "UTF-8"


def short_names(fields: tuple[str, ...]) -> dict[str, str]:
    """Each field's name in a .dbf: at most 10 letters, each once."""
    found: dict[str, str] = {}
    for field in fields:
        name, number = field[:NAME_LENGTH], 1
        while name in found.values():
            number += 1
            name = f"{field[: NAME_LENGTH - 1 - len(str(number))]}_{number}"
        found[field] = name
    return found


def write_shapefile(layer: Any, path: Path, heads: Mapping[str, str], table: Path, table_heads: tuple[str, str, str, str]) -> None:
    """Write points to `path`, and to `table` which field is which, what it is called, and in how many rows its text had to be cut.

    layer : a GeoDataFrame of points. heads : field -> header for people. table_heads : headers of the table.
    """
    import pyogrio

    fields = tuple(name for name in layer.columns if name != layer.geometry.name)
    names, cut = short_names(fields), dict.fromkeys(fields, 0)
    frame = layer.copy()
    for field in fields:
        if frame[field].dtype.kind in "OUT" or str(frame[field].dtype) in ("str", "string"):
            texts = frame[field].astype(object).tolist()
            shown = [_fitting(str(text)) for text in texts]
            cut[field] = sum(a != b for a, b in zip(texts, shown, strict=True))
            frame[field] = shown
    frame = frame.rename(columns=names)
    pyogrio.write_dataframe(frame, path, driver="ESRI Shapefile", geometry_type="Point", encoding=ENCODING)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(table_heads)
    for field in fields:
        writer.writerow([names[field], field, neutral(heads.get(field, field)), cut[field]])
    table.write_text(stream.getvalue(), encoding="utf-8-sig", newline="")


def _fitting(text: str) -> str:
    """As much of a text as a .dbf holds, in whole characters."""
    return text.encode()[:TEXT_BYTES].decode(errors="ignore")
