"""What planner.toml says of each input, as frozen values. `planner.plan.project` makes them; the readers take them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

LEVELS = ("city", "district", "township", "community")
"""The administrative levels, coarse to fine. Further divisions (grids, blocks, service circles) are named levels that need not nest."""


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file of the project: where it is, how planner.toml writes it, and the table that names it (`boundaries.township`)."""

    path: Path
    shown: str
    section: str


@dataclass(frozen=True, slots=True)
class BoundarySpec:
    """`[boundaries.LEVEL]`: columns of code, name, class and parent. recognise : whether those that are not stated are looked for among the
    headers (planner.inputs.mapping); once the reading has begun code and name are there.

    valid_from, valid_to : columns of the first and last day that a version of a unit is in force; as_of : the day whose versions are wanted
    ("": today); changes : a table of codes that changed (planner.inputs.versions).
    """

    level: str
    file: FileRef
    code: str
    name: str
    class_: str | None = None
    parent: str | None = None
    crs: str | None = None
    date: str = ""
    label: Mapping[str, str] | str = ""
    valid_from: str | None = None
    valid_to: str | None = None
    as_of: str = ""
    changes: FileRef | None = None
    recognise: bool = False


@dataclass(frozen=True, slots=True)
class EntranceSpec:
    """`[facilities.SLUG.entrances]`: a file with a row for each entrance; `columns` names its facility (id, or a name that no other
    has), lon and lat or x and y. crs : "auto" is that of the facilities."""

    file: FileRef
    columns: Mapping[str, str]
    crs: str = "auto"
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class FacilitySpec:
    """`[facilities.SLUG]`: `columns` maps our keys to headers of the file; further headers keep their own names. recognise : whether keys
    that `columns` lacks are looked for among the headers (planner.inputs.mapping)."""

    slug: str
    file: FileRef
    columns: Mapping[str, str]
    where: str | None = None
    crs: str = "auto"
    date: str = ""
    count_by: str = "stated"
    outside: str = "drop"
    sheet: str | None = None
    entrances: EntranceSpec | None = None
    recognise: bool = False

    @property
    def role(self) -> str:
        """What the report calls the file: `facilities.SLUG`, or `candidates.NAME` (planner.inputs.candidates)."""
        return self.slug if self.slug.startswith("candidates.") else f"facilities.{self.slug}"


@dataclass(frozen=True, slots=True)
class PopulationSpec:
    """`[population]`: `columns` maps groups (total, age_60_plus, ...), and code, lon, lat, x, y to headers; of a raster, groups to bands.

    persons_on : of a ledger with one row a person, the ISO day on which ages are taken; "" for any other file.
    hide_small : whether counts of 1 to 4 people are kept out of what is published. kind : which population it is (columns.KINDS), as
    declared, "" where planner.toml does not say. recognise : as of FacilitySpec. spread_crs : the system of `spread_file`, where stated.
    """

    file: FileRef
    columns: Mapping[str, str]
    spread: str = "streets"
    spread_file: FileRef | None = None
    level: str | None = None
    crs: str | None = None
    date: str = ""
    sheet: str | None = None
    persons_on: str = ""
    hide_small: bool = False
    kind: str = ""
    recognise: bool = False
    spread_crs: str | None = None


@dataclass(frozen=True, slots=True)
class StreetsSpec:
    """`[streets]`: an OpenStreetMap file or a line layer."""

    file: FileRef
    crs: str | None = None
    date: str = ""
    attribution: Mapping[str, str] | str = ""


@dataclass(frozen=True, slots=True)
class PlacesSpec:
    """`[places]`: a table of place names and addresses (地名地址) by which facilities without a position are found; `columns` names
    name or address (or both), lon and lat, and township and community where the table states them."""

    file: FileRef
    columns: Mapping[str, str]
    crs: str = "auto"
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class BasemapSpec:
    """`[basemap.NAME]`: shapes drawn under the map. `kind` is water, rail or green."""

    name: str
    file: FileRef
    kind: str


@dataclass(frozen=True, slots=True)
class CandidateSpec:
    """`[candidates.NAME]`: places where a facility could be."""

    name: str
    file: FileRef
    columns: Mapping[str, str] = field(default_factory=dict)
    crs: str = "auto"
    sheet: str | None = None


HOUSING = "growth.housing"
"""Planned housing is a ledger of places, of this name."""


@dataclass(frozen=True, slots=True)
class GrowthSpec:
    """`[growth]`: people of later years. file : factors or people of units; ages : people by age with survival and migration; housing :
    planned plots, read as a ledger of places; each None where planner.toml does not name it. columns map keys to headers."""

    file: FileRef | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    ages: FileRef | None = None
    ages_columns: Mapping[str, str] = field(default_factory=dict)
    housing: CandidateSpec | None = None
    people_per_household: float | None = None


@dataclass(frozen=True, slots=True)
class ExclusionSpec:
    """`[exclusion.NAME]`: areas in which nothing is to be built. kind : forbidden or hazard; buffer_m : and so far around them;
    layers : the facility layers it is meant for, none: all."""

    name: str
    file: FileRef
    kind: str = "forbidden"
    buffer_m: float = 0.0
    layers: tuple[str, ...] = ()
