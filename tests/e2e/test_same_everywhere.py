"""One class for each community: on the map, in the table, in the workbook and in the data file; and the headline is the command line's."""

from __future__ import annotations

import csv
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pyogrio

COMMUNITIES = 100
SETTINGS = {"layer": "community-elderly-station", "travel": "walk_elderly", "minutes": "12", "by": "community"}


def test_map_table_workbook_and_data_file_say_the_same_class(view: Any, tmp_path: Path) -> None:
    state = view.open(lang="zh", **SETTINGS).state()
    painted, palette = state["classes"], [entry for entry in state["palette"] if entry["class"] is not None]
    codes = random.Random(20_251_231).sample(sorted(painted), COMMUNITIES)
    rows = csv.DictReader(view.download("download_csv", tmp_path).read_text(encoding="utf-8-sig").splitlines())
    table = {row["code"]: row for row in rows}
    book = openpyxl.load_workbook(view.download("download_xlsx", tmp_path), read_only=True)
    figures: dict[str, list[float]] = {}
    for line in (line for sheet in book for line in sheet.iter_rows(values_only=True)):
        for code in {str(cell) for cell in line} & set(painted):
            figures.setdefault(code, []).extend(cell for cell in line if isinstance(cell, int | float))
    data = pyogrio.read_dataframe(view.download("download_gpkg", tmp_path), read_geometry=False).set_index("code")

    def class_of(share: float | None) -> int | None:
        """The class whose range holds a share."""
        return None if share is None else next(entry["class"] for entry in palette
                                               if share < entry["to"] or entry is palette[-1])

    for code in codes:
        share = float(table[code]["share"]) if table[code]["share"] else None
        assert painted[code] == class_of(share)
        assert table[code]["class"] == ("" if painted[code] is None else str(painted[code]))
        assert share is None or any(abs(cell - share) < 1e-9 for cell in figures[code])
        stored = data.loc[code, "share"]
        assert (share is None and stored != stored) or abs(float(stored) - float(share or 0.0)) < 1e-9

    words = [word for key, value in SETTINGS.items() for word in (f"--{key}", value)]
    command = [sys.executable, "-m", "planner", "coverage", *words, "--format", "json"]
    said = subprocess.run(command, capture_output=True, check=True, timeout=120)
    answer = json.loads(said.stdout)
    shares = {unit["code"]: unit["share"] for unit in answer["units"]}
    assert all(painted[code] == class_of(shares[code]) for code in codes)
    total = answer["total"]
    assert view.text("headline_share") == f"{total['share'] * 100:.1f}%"
    assert view.text("headline_people") == f"{total['people'] / 10_000:,.2f} 万"
    assert view.text("headline_covered") == f"{total['people_covered'] / 10_000:,.2f} 万"
    assert view.text("headline_beyond") == f"{total['people_beyond'] / 10_000:,.2f} 万"
