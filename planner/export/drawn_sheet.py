"""What one drawn map shows and says, as values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from planner.export.drawn_signs import Kind
from planner.export.palette import Palette


@dataclass(frozen=True, slots=True)
class DrawnFacility:
    """A facility's sign: metres in the project's CRS, kind (a key of MapSheet.kinds), status."""

    x: float
    y: float
    kind: str
    status: str = ""


@dataclass(frozen=True, slots=True)
class DrawnSite:
    """A proposed site: metres, and the number or letters in its sign."""

    x: float
    y: float
    label: str = ""


@dataclass(frozen=True, slots=True)
class DrawnSpot:
    """A place that is told apart by an outline, such as a blind spot: its area in metres, and its letters."""

    area: Any
    label: str = ""


@dataclass(frozen=True, slots=True)
class MapSheet:
    """What one map shows and says.

    level : the level painted. shares : one share (0..1) a unit in code order, None where there are no people or they are not told.
    extent : west, south, east, north in metres; None: all units. focus : codes of the units that the map is about, None: all; the others
    are grey. focus_unit : the unit of `focus_level` with a border around it. named : other words than the names of units; short_names :
    what is tried where they find no room. plain : units without classes. source : sources with their days and the coordinate system, ""
    leaves the foot of the map out (a page that says it elsewhere). made : the day. invented : the data are made up. hidden : a share may
    be None because it is not told.
    """

    level: str
    shares: Sequence[float | None]
    palette: Palette
    lang: str
    title: str = ""
    lines: Sequence[str] = ()
    legend_title: str = ""
    source: str = ""
    made: dt.date | None = None
    invented: bool = False
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    facilities: Sequence[DrawnFacility] = ()
    sites: Sequence[DrawnSite] = ()
    spots: Sequence[DrawnSpot] = ()
    spots_label: str = ""
    extent: tuple[float, float, float, float] | None = None
    focus: frozenset[str] | None = None
    focus_level: str = ""
    focus_unit: str = ""
    named: Mapping[str, str] = field(default_factory=dict)
    short_names: Mapping[str, str] = field(default_factory=dict)
    plain: bool = False
    hidden: bool = False
