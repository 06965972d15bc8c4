"""What actions do to facility layers: rows added, closed, enlarged, moved, converted, merged; beds that change hands.

A layer is copied when the first action touches it; the layer that was read is never changed.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from planner.errors import InputError
from planner.inputs.coordinates import WGS84, System, parse_system, to_plane
from planner.inputs.facilities import UNIT_KEYS, is_known_key
from planner.inputs.layers import STATUSES, FacilityLayer, joined, points_only
from planner.inputs.unit_lookup import UnitLookup
from planner.measure.city import City
from planner.plan.scenario import Action, Value

FAR_M = 2000.0
"""A site farther outside the boundaries is refused: facilities that lie so far out of town are left out of ledgers too."""
BEDS = "beds"


@dataclass(frozen=True, slots=True)
class Where:
    """The place of an action, for errors: the scenario and the number of the action in it, from 1."""

    scenario: str
    number: int

    def fault(self, code: str, action: Action, **params: object) -> InputError:
        """An error about one action."""
        about = {"name": self.scenario, "number": self.number, "do": action.do, "layer": action.layer, "id": action.id}
        return InputError(f"scenario_{code}", **(about | params))


class Ledgers:
    """The facility layers of a city while actions change them."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.open: dict[str, _Ledger] = {}
        self._crs = parse_system(city.crs)

    @property
    def lookup(self) -> UnitLookup:
        """Where places lie; made once for a city's boundaries."""
        if "unit lookup" not in self.city.cache:
            self.city.cache["unit lookup"] = UnitLookup(self.city.boundaries)
        found: UnitLookup = self.city.cache["unit lookup"]
        return found

    def layers(self) -> dict[str, FacilityLayer]:
        """All layers, those that were not touched as they are."""
        return {slug: self.open[slug].closed() if slug in self.open else layer for slug, layer in self.city.facilities.items()}

    def act(self, action: Action, where: Where) -> None:
        """Does one action. Raises InputError: scenario_* with the scenario and the number of the action."""
        do: Mapping[str, Callable[[Action, Where], None]] = {
            "add": self.add, "close": self.close, "expand": self.expand, "move": self.move, "convert": self.convert, "set": self.set_values,
            "merge": self.merge, "reallocate": self.reallocate}
        do[action.do](action, where)

    def ledger(self, slug: str, action: Action, where: Where) -> _Ledger:
        """A layer to be changed."""
        if slug not in self.open:
            if slug not in self.city.facilities:
                near = difflib.get_close_matches(slug, self.city.facilities, n=3, cutoff=0.4)
                raise where.fault("no_layer", action, layer=slug, near=", ".join(near or self.city.facilities))
            self.open[slug] = _Ledger(self.city.facilities[slug])
        return self.open[slug]

    def find(self, slug: str, ident: str, action: Action, where: Where) -> tuple[_Ledger, int]:
        """A facility by layer and id."""
        ledger = self.ledger(slug, action, where)
        rows = ledger.rows(ident)
        if not rows:
            near = difflib.get_close_matches(ident, [str(one) for one in ledger.columns["id"]], n=3, cutoff=0.5)
            raise where.fault("no_facility", action, layer=slug, id=ident, near=", ".join(near) or "-")
        if len(rows) > 1:
            raise where.fault("id_twice", action, layer=slug, id=ident, count=len(rows))
        return ledger, rows[0]

    # ---- verbs -------------------------------------------------------------------------------------------------------
    def add(self, action: Action, where: Where) -> None:
        """A new facility, operating unless the action says otherwise."""
        ledger = self.ledger(action.layer, action, where)
        if ledger.rows(action.id):
            raise where.fault("id_taken", action)
        row = ledger.append(action.id)
        self.write(ledger, row, action, where, {"status": STATUSES[0]} | dict(action.values))
        self.place(ledger, row, action, where)

    def close(self, action: Action, where: Where) -> None:
        """A facility that counts no more: from the day `closed` on, or without one at all."""
        ledger, row = self.find(action.layer, action.id, action, where)
        ledger.shut(row, str(action.values.get("closed", "")))

    def expand(self, action: Action, where: Where) -> None:
        """New totals of columns that the ledger has."""
        ledger, row = self.find(action.layer, action.id, action, where)
        for column in action.values:
            if not ledger.is_number(column):
                raise where.fault("no_number_column", action, column=column, near=_near(column, ledger.numbers()))
        self.write(ledger, row, action, where, action.values)

    def move(self, action: Action, where: Where) -> None:
        """A facility at another place; it counts in the units where it then lies."""
        ledger, row = self.find(action.layer, action.id, action, where)
        for level in UNIT_KEYS:
            if level in ledger.columns:
                ledger.columns[level][row] = ""
        self.place(ledger, row, action, where)

    def convert(self, action: Action, where: Where) -> None:
        """A facility that becomes one of another layer: closed in its own, and there under its id, with the columns that both have."""
        own, row = self.find(action.layer, action.id, action, where)
        other = self.ledger(action.to_layer, action, where)
        if other.rows(action.id):
            raise where.fault("id_taken", action, layer=action.to_layer)
        new = other.append(action.id)
        for column, values in own.columns.items():
            if column in other.columns and column not in ("row", "sheet") and other.is_number(column) == own.is_number(column):
                other.columns[column][new] = values[row]
        other.take_extent(new, own, row)
        for column in ("status", "opened", "closed", "started", "approved"):
            if column in other.columns:
                other.columns[column][new] = ""
        own.shut(row, "")
        self.write(other, new, action, where, {"status": STATUSES[0]} | dict(action.values))

    def set_values(self, action: Action, where: Where) -> None:
        """Any columns."""
        ledger, row = self.find(action.layer, action.id, action, where)
        self.write(ledger, row, action, where, action.values)
        stated = [level for level in UNIT_KEYS if level in action.values]
        if stated and np.isfinite(ledger.columns["x"][row]):
            self.count(ledger, row, action, where)

    def merge(self, action: Action, where: Where) -> None:
        """Facilities into one of them (or another of the layer): its beds are the sum, the others are closed."""
        ledger, into = self.find(action.layer, action.id, action, where)
        rows = [self.find(action.layer, ident, action, where)[1] for ident in action.details["ids"]]
        every = list(dict.fromkeys([into, *rows]))
        if len(every) < 2:
            raise where.fault("merge_one", action)
        asked = action.details.get("columns")
        for column in asked or [column for column in ledger.numbers() if column == BEDS or column.endswith(f"_{BEDS}")]:
            if not ledger.is_number(column):
                raise where.fault("no_number_column", action, column=column, near=_near(column, ledger.numbers()))
            values = [float(ledger.columns[column][row]) for row in every]
            blank = [str(ledger.columns["id"][row]) for row, value in zip(every, values, strict=True) if value != value]
            if len(blank) == len(every) and not asked:
                continue
            if blank:
                raise where.fault("blank", action, column=column, ids=", ".join(blank))
            ledger.columns[column][into] = sum(values)
        for row in every[1:]:
            ledger.shut(row, "")

    def reallocate(self, action: Action, where: Where) -> None:
        """So many beds (or what another column counts) from one facility to another; their sum stays."""
        details = action.details
        column, amount = str(details.get("column", BEDS)), float(details["amount"])
        ends = [self.find(action.layer, action.id, action, where),
                self.find(action.to_layer or action.layer, str(details["to"]), action, where)]
        if ends[0][0] is ends[1][0] and ends[0][1] == ends[1][1]:
            raise where.fault("merge_one", action)
        for ledger, row in ends:
            if not ledger.is_number(column):
                raise where.fault("no_number_column", action, column=column, near=_near(column, ledger.numbers()))
            if ledger.columns[column][row] != ledger.columns[column][row]:
                raise where.fault("blank", action, column=column, ids=str(ledger.columns["id"][row]))
        (giver, own), (taker, other) = ends
        if giver.columns[column][own] < amount:
            raise where.fault("too_few", action, column=column, has=f"{giver.columns[column][own]:g}", amount=f"{amount:g}")
        giver.columns[column][own] -= amount
        taker.columns[column][other] += amount

    # ---- cells and places --------------------------------------------------------------------------------------------
    def write(self, ledger: _Ledger, row: int, action: Action, where: Where, values: Mapping[str, Value]) -> None:
        """Columns of one facility."""
        for column, value in values.items():
            if column not in ledger.columns and not self.is_column(column):
                raise where.fault("no_column", action, column=column, near=_near(column, ledger.columns))
            if not ledger.write(row, column, value):
                raise where.fault("wrong_kind", action, column=column, value=str(value))

    def is_column(self, column: str) -> bool:
        """Whether a column that a layer lacks is known all the same: to the ledgers' readers, or to another layer of the city."""
        return is_known_key(column) or any(column in layer.frame for layer in self.city.facilities.values())

    def place(self, ledger: _Ledger, row: int, action: Action, where: Where) -> None:
        """Puts a facility where the action says, and into the units there."""
        assert action.lon is not None
        assert action.lat is not None
        x, y = (float(values[0]) for values in to_plane(System(WGS84, True), np.array([action.lon]), np.array([action.lat]), self._crs))
        away = self.lookup.metres_outside(x, y) if np.isfinite(x) else np.inf
        if not away <= FAR_M:
            raise where.fault("far_outside", action, lon=action.lon, lat=action.lat, km=f"{away / 1000:.1f}")
        ledger.put(row, x, y)
        self.count(ledger, row, action, where)

    def count(self, ledger: _Ledger, row: int, action: Action, where: Where) -> None:
        """The units in which a facility that has a place lies and counts."""
        lies_in = self.lookup.codes_at(float(ledger.columns["x"][row]), float(ledger.columns["y"][row]))
        stated = {level: str(ledger.columns[level][row]) for level in UNIT_KEYS if level in ledger.columns}
        counts = self.lookup.counts_in(lies_in, stated if ledger.layer.count_by == "stated" else {})
        if isinstance(counts, str):
            raise where.fault("unit_unknown", action, unit=counts)
        for level, code in lies_in.items():
            ledger.mark(row, f"in_{level}", code)
            ledger.mark(row, f"unit_{level}", counts[level])


def _near(column: str, columns: Any) -> str:
    """The columns that a wrong one may have meant, else all of the ledger's own."""
    known = [str(one) for one in columns if not str(one).startswith(("in_", "unit_")) and one not in ("geometry", "row", "sheet", "x", "y")]
    return ", ".join(difflib.get_close_matches(column, known, n=3, cutoff=0.5) or known)


class _Ledger:
    """One layer as columns that can be changed."""

    def __init__(self, layer: FacilityLayer) -> None:
        self.layer, self.extents = layer, layer.extents
        self.columns: dict[str, list[Any]] = {str(name): values.tolist() for name, values in layer.frame.items() if name != "geometry"}
        self.kinds: dict[str, Any] = {str(name): values.dtype for name, values in layer.frame.items() if name != "geometry"}
        self.geometry: list[Any] = list(layer.frame.geometry)

    def rows(self, ident: str) -> list[int]:
        """The rows of an id."""
        return [row for row, one in enumerate(self.columns["id"]) if str(one) == ident]

    def is_number(self, column: str) -> bool:
        """Whether a column is one of numbers."""
        return column in self.kinds and self.kinds[column].kind in "fiu" and column not in ("x", "y", "row")

    def numbers(self) -> list[str]:
        """The columns of numbers."""
        return [column for column in self.columns if self.is_number(column)]

    def append(self, ident: str) -> int:
        """A row without anything but its id."""
        for column, values in self.columns.items():
            kind = self.kinds[column].kind
            values.append(np.nan if kind in "fiu" else False if kind == "b" else "")
            if kind in "iu":
                self.kinds[column] = np.dtype(np.float64)
        self.columns["id"][-1] = ident
        self.geometry.append(None)
        if self.extents is not None:
            self.extents = joined([self.extents, points_only(1)])
        return len(self.geometry) - 1

    def write(self, row: int, column: str, value: Value) -> bool:
        """One cell; a column that is new is blank in all other rows. False where the value is not of the column's kind."""
        if column not in self.columns:
            number = isinstance(value, float)
            self.columns[column] = [np.nan if number else ""] * len(self.geometry)
            self.kinds[column] = np.dtype(np.float64 if number else object)
        if self.kinds[column].kind in "fiu":
            if isinstance(value, str):
                if value:
                    return False
                value = np.nan
            self.columns[column][row] = float(value)
            if self.kinds[column].kind in "iu":
                self.kinds[column] = np.dtype(np.float64)
        else:
            self.columns[column][row] = value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else f"{value:g}"
        return True

    def mark(self, row: int, column: str, code: str) -> None:
        """A cell of a column of our own: the code of a unit, or "" for no."""
        flag = column in self.kinds and self.kinds[column].kind == "b"
        self.columns.setdefault(column, [""] * len(self.geometry))[row] = bool(code) if flag else code
        self.kinds.setdefault(column, np.dtype(object))

    def shut(self, row: int, day: str) -> None:
        """A facility is closed from a day on, or ("") counts on no day."""
        self.write(row, "status", "closed")
        self.write(row, "closed", day)

    def put(self, row: int, x: float, y: float) -> None:
        """A facility at a point, which it then is whatever it was before."""
        import shapely

        self.columns["x"][row], self.columns["y"][row] = x, y
        if "placed_by_name" in self.columns:
            self.mark(row, "placed_by_name", "")
        self.geometry[row] = shapely.Point(x, y)
        if self.extents is not None:
            before, after = np.arange(row), np.arange(row + 1, len(self.extents))
            self.extents = joined([self.extents.take(before), points_only(1), self.extents.take(after)])

    def take_extent(self, row: int, other: _Ledger, other_row: int) -> None:
        """The place, area and entrances of another ledger's facility, for the last row."""
        self.geometry[row] = other.geometry[other_row]
        if other.extents is None:
            return
        rest = points_only(row) if self.extents is None else self.extents.take(np.arange(row))
        self.extents = joined([rest, other.extents.take(np.array([other_row]))])

    def closed(self) -> FacilityLayer:
        """The layer as it is now."""
        import geopandas as gpd
        import pandas as pd

        frame = pd.DataFrame({name: pd.Series(values, dtype=self.kinds[name]) for name, values in self.columns.items()})
        made = gpd.GeoDataFrame(frame, geometry=np.array([*self.geometry, None], dtype=object)[:-1], crs=self.layer.frame.crs)
        source = replace(self.layer.source, rows=len(frame))
        return replace(self.layer, frame=made, source=source, extents=self.extents)
