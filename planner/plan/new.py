"""A new project folder: planner.toml with remarks in both languages, ledgers to fill in, and what OpenStreetMap has where asked."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from planner.errors import InputError
from planner.i18n import t

if TYPE_CHECKING:
    import geopandas as gpd

COMMON = ("id", "name", "address", "township", "community", "lon", "lat", "status", "opened", "closed", "area_m2")
"""Columns of every ledger; those of LEDGERS follow."""
LEDGERS: Mapping[str, tuple[str, ...]] = {
    "elderly-care-institution": ("beds", "nursing_beds", "residents"),
    "township-care-centre": ("beds", "staff"),
    "community-elderly-station": ("staff",),
    "community-service-facility": ("volunteer_station",),
    "child-protection-station": ("staff",),
    "emergency-shelter": ("capacity",),
    "public-cemetery": ("capacity",),
}
"""Layers of a new project and the further columns of their ledgers."""
POPULATION = ("code", "name", "total", "age_60_plus", "age_65_plus", "age_80_plus", "under_18", "households")
OSM_SUFFIXES = (".osm.pbf", ".pbf", ".osm")
STREETS_HINT = '[streets]\npath = "streets.osm.pbf"\n'
OSM_CREDIT = "© OpenStreetMap contributors, ODbL 1.0"
_SAFE_CLASS = re.compile(r"[a-z0-9][a-z0-9_-]*")


def check_free(folder: Path) -> None:
    """That a project may be made here. Raises InputError for a file, or a folder with something in it."""
    if folder.is_file():
        raise InputError("new_is_file", folder=folder.name)
    if folder.is_dir() and any(folder.iterdir()):
        raise InputError("new_not_empty", folder=folder.name)


def new_project(folder: Path, *, lang: str, today: dt.date, name: str = "") -> None:
    """A folder with planner.toml and empty ledgers, their headers in the language asked for. name : of the project, else the folder's.

    Raises InputError as `check_free`.
    """
    _make(folder, lambda place: _write(place, name or folder.resolve().name, lang, today, STREETS_HINT, _ledger_tables(place, lang)))


def project_from_osm(folder: Path, osm: Path, *, lang: str, today: dt.date) -> int:
    """A folder whose streets are a copy of an OpenStreetMap file, with the facilities that it has; returns how many those are.

    Raises InputError for a file of another kind, NetworkError for one that cannot be read.
    """
    from planner.network.osm import facilities_of_osm

    check_free(folder)
    suffix = next((suffix for suffix in OSM_SUFFIXES if osm.name.lower().endswith(suffix)), None)
    if suffix is None or not osm.is_file():
        raise InputError("new_osm_file", file=osm.name, suffixes=" ".join(OSM_SUFFIXES))
    found = facilities_of_osm(osm, osm.name)

    def write(place: Path) -> None:
        shutil.copyfile(osm, place / f"streets{suffix}")
        streets = f'# {OSM_CREDIT}\n[streets]\npath = "streets{suffix}"\n'
        _write(place, folder.resolve().name, lang, today, streets, _osm_tables(place, found, lang) + _ledger_tables(place, lang))

    _make(folder, write)
    return len(found)


def project_from_place(
    folder: Path, name: str, *, lang: str, today: dt.date, endpoints: Mapping[str, str] | None = None
) -> tuple[int, int]:
    """A folder with the streets and facilities of a place, fetched by its name from OpenStreetMap; returns how many of each.

    endpoints : addresses of other services than the public ones, under `nominatim` and `overpass`. Raises NetworkError without a
    connection or for an unknown place; nothing is then written.
    """
    from planner.network.osm import facilities_of_place, streets_of_place

    check_free(folder)
    streets = streets_of_place(name, endpoints=endpoints)
    found = facilities_of_place(name, endpoints=endpoints)

    def write(place: Path) -> None:
        streets.to_file(place / "streets.gpkg", layer="streets", driver="GPKG")
        table = f'# {OSM_CREDIT}; {today.isoformat()}\n[streets]\npath = "streets.gpkg"\n'
        _write(place, name, lang, today, table, _osm_tables(place, found, lang) + _ledger_tables(place, lang))

    _make(folder, write)
    return len(streets), len(found)


def copy_demo(folder: Path, demo: Path) -> None:
    """A copy of the demonstration city, without what was worked out in it. Raises InputError as `check_free`."""
    _make(folder, lambda place: shutil.copytree(demo, place, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".planner", "__pycache__")))


def _make(folder: Path, write: Callable[[Path], object]) -> None:
    """Writes into a folder beside and renames it, so that a project is there whole or not at all."""
    check_free(folder)
    folder = folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        place = beside / folder.name
        place.mkdir()
        write(place)
        if folder.is_dir():
            folder.rmdir()
        place.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _write(place: Path, name: str, lang: str, today: dt.date, streets: str, facilities: str) -> None:
    """planner.toml, the population table and the word of welcome."""
    template = files("planner") / "plan" / "template"
    identity = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "project"
    quoted = name.replace("\\", "").replace('"', "")
    filled = {
        "@ID@": identity,
        "@NAME@": quoted,
        "@TODAY@": today.isoformat(),
        "@STREETS@": streets,
        "@FACILITIES@": facilities,
        "@POPULATION@": _pairs(POPULATION, lang),
    }
    text = re.sub(
        "|".join(filled),
        lambda mark: "".join(char for char in filled[mark[0]] if char.isprintable() or char == "\n"),
        (template / "planner.toml").read_text(encoding="utf-8"),
    )
    (place / "planner.toml").write_text(text, encoding="utf-8")
    (place / "README.txt").write_text((template / "README.txt").read_text(encoding="utf-8"), encoding="utf-8")
    (place / "boundaries").mkdir()
    _csv(place / "population.csv", [header(column, lang) for column in POPULATION], [])


def header(column: str, lang: str) -> str:
    """The header of a ledger's column."""
    return t(f"new.column.{column}", lang)


def _pairs(columns: Sequence[str], lang: str) -> str:
    """`columns = { ... }` of planner.toml: our key and the header."""
    return ", ".join(f'{column} = "{header(column, lang)}"' for column in columns)


def _ledger_tables(place: Path, lang: str) -> str:
    """An empty ledger for each layer, and the tables of planner.toml that name them."""
    (place / "facilities").mkdir(exist_ok=True)
    tables = []
    for slug, more in LEDGERS.items():
        columns = (*COMMON, *more)
        _csv(place / "facilities" / f"{slug}.csv", [header(column, lang) for column in columns], [])
        tables.append(
            f'# {t(f"new.layer.{slug}", "zh")} / {t(f"new.layer.{slug}", "en")}\n[facilities.{slug}]\npath = "facilities/{slug}.csv"\n'
            f'crs = "auto"\ncolumns = {{ {_pairs(columns, lang)} }}\n'
        )
    return "\n".join(tables)


def _osm_tables(place: Path, found: gpd.GeoDataFrame, lang: str) -> str:
    """The facilities of OpenStreetMap as one ledger, and a table of planner.toml for each class; empty where there is none."""
    if not len(found):
        return ""
    (place / "facilities").mkdir(exist_ok=True)
    rows = [
        (identity, name, kind, f"{point.x:.7f}", f"{point.y:.7f}")
        for identity, name, kind, point in zip(found["osm_id"], found["name"], found["class"], found.geometry, strict=True)
    ]
    _csv(place / "facilities" / "openstreetmap.csv", ["id", "name", "class", "lon", "lat"], rows)
    counts = Counter(kind for kind in found["class"] if _SAFE_CLASS.fullmatch(kind))
    tables = [f"# {OSM_CREDIT}: {t('new.osm_note', 'zh')} / {t('new.osm_note', 'en')}\n"]
    for kind, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        tables.append(
            f'# {count}\n[facilities.{kind}]\npath = "facilities/openstreetmap.csv"\nwhere = "class == \'{kind}\'"\ncrs = "EPSG:4326"\n'
            'columns = { id = "id", name = "name", lon = "lon", lat = "lat" }\n'
        )
    return "\n".join(tables) + "\n"


def _csv(path: Path, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A ledger as CSV, with the mark that lets spreadsheet programs read Chinese. Ids and names stay letter by letter: it is input."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(heads)
    writer.writerows(rows)
    path.write_text(stream.getvalue(), encoding="utf-8-sig", newline="")
