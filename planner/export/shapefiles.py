"""Layers as shapefiles: short field names, text of 254 bytes at most, and a table that says which field is which."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from planner.export.cells import neutral
from planner.i18n import t

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


def shapefile(layer: Any, path: Path, header: Callable[[str], str], lang: str, *, geometry_type: str = "Point") -> Path:
    """Write a layer to `path` and its table of fields beside it; returns the table. header : what a field is called."""
    table = path.with_name(f"{path.stem}_{t('export.fields.file', lang)}.csv")
    heads = [t(f"export.fields.{key}", lang) for key in ("short", "field", "header", "cut")]
    named = {key: header(key) for key in layer.columns if key != layer.geometry.name}
    write_shapefile(layer, path, named, table, heads, geometry_type=geometry_type)
    return table


def write_shapefile(layer: Any, path: Path, heads: Mapping[str, str], table: Path, table_heads: Sequence[str], *,
                    geometry_type: str = "Point") -> None:
    """Write shapes to `path`, and to `table` which field is which, what it is called, and in how many rows its text had to be cut.

    layer : a GeoDataFrame. heads : field -> header for people. table_heads : the four headers of the table.
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
    pyogrio.write_dataframe(frame, path, driver="ESRI Shapefile", geometry_type=geometry_type, encoding=ENCODING)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(table_heads)
    for field in fields:
        writer.writerow([names[field], field, neutral(heads.get(field, field)), cut[field]])
    table.write_text(stream.getvalue(), encoding="utf-8-sig", newline="")


def _fitting(text: str) -> str:
    """As much of a text as a .dbf holds, in whole characters."""
    return text.encode()[:TEXT_BYTES].decode(errors="ignore")
