"""Which facilities a check counts, surely or perhaps, and in which units each of them counts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.inputs.layers import STATUSES, FacilityLayer, FloatArray, IntArray, TextArray
from planner.targets.conditions import ColumnMissingError, Condition, answer_all, numbers
from planner.targets.figures import Cell
from planner.targets.inquiry import DataMissingError, Inquiry, UnitSet
from planner.targets.pack import Check
from planner.targets.unit_sets import same_class
from planner.targets.vocabulary import FACILITY

BoolArray = npt.NDArray[np.bool_]
SEPARATORS = re.compile(r"[;；,，、\s]+")
"""What stands between the codes of a cell of `serves`."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Facilities of one or more layers, one after the other: those that count surely, or perhaps (a blank decides).

    slugs : (J,) layer. rows : (J,) row in the layer's frame. sure : (J,). cells : of those that count perhaps, the blanks that decide.
    """

    layers: Mapping[str, FacilityLayer]
    slugs: TextArray
    rows: IntArray
    sure: BoolArray
    cells: Mapping[int, tuple[Cell, ...]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)

    def text(self, column: str) -> TextArray:
        """A column as text."""
        found = np.full(len(self), "", dtype=object)
        for slug, here, frame in self._parts():
            if column in frame:
                found[here] = ["" if cell is None or cell != cell else str(cell) for cell in frame[column].iloc[self.rows[here]]]
            else:
                raise DataMissingError("no_column", column=column, layer=slug)
        return found

    def number(self, column: str) -> FloatArray:
        """A column as numbers, NaN where blank. Raises DataMissingError where a layer lacks it."""
        found = np.full(len(self), np.nan)
        for slug, here, frame in self._parts():
            try:
                found[here] = numbers(_part_of(frame, (column,), self.rows[here]), column)
            except ColumnMissingError as missing:
                raise DataMissingError("no_column", column=missing.column, layer=slug) from missing
        return found

    def answer(self, conditions: Sequence[Condition]) -> tuple[BoolArray, BoolArray, dict[int, tuple[Cell, ...]]]:
        """Conditions: (surely, perhaps, the blank cells of those perhaps)."""
        cells: dict[int, tuple[Cell, ...]] = {}
        if not conditions:
            return np.ones(len(self), dtype=bool), np.zeros(len(self), dtype=bool), cells
        sure, maybe = np.zeros(len(self), dtype=bool), np.zeros(len(self), dtype=bool)
        columns = tuple(column for condition in conditions for column in condition.columns)
        for slug, here, frame in self._parts():
            part = _part_of(frame, columns, self.rows[here])
            try:
                yes, may, blank = answer_all(conditions, part)
            except ColumnMissingError as missing:
                raise DataMissingError("no_column", column=missing.column, layer=slug) from missing
            where = np.flatnonzero(here)
            sure[where], maybe[where] = yes, may
            for k in np.flatnonzero(may):
                cells[int(where[k])] = tuple(self.cell(int(where[k]), column) for column, mask in blank.items() if mask[k])
        return sure, maybe, cells

    def cell(self, k: int, column: str) -> Cell:
        """A cell of the k-th facility."""
        slug = str(self.slugs[k])
        frame = self.layers[slug].frame
        row = self.rows[k]
        number = frame["row"].iloc[row] if "row" in frame else None
        return Cell(slug, str(frame["id"].iloc[row]), column, None if number is None or number != number else int(number))

    def masks(self, chosen: BoolArray) -> dict[str, BoolArray]:
        """The chosen ones as a mask over each layer's rows, as `planner.measure.coverage.choose` takes them."""
        found = {slug: np.zeros(len(layer), dtype=bool) for slug, layer in self.layers.items()}
        for slug, here, _ in self._parts():
            found[slug][self.rows[here & chosen]] = True
        return found

    def _parts(self) -> list[tuple[str, BoolArray, pd.DataFrame]]:
        """Layer by layer: slug, which of the pool are of it, and its frame."""
        return [(slug, np.asarray(self.slugs == slug, dtype=bool), layer.frame) for slug, layer in self.layers.items()]

    def part(self, kept: BoolArray) -> Pool:
        """Only some of them."""
        number = np.cumsum(kept) - 1
        cells = {int(number[k]): cells for k, cells in self.cells.items() if kept[k]}
        return Pool(self.layers, self.slugs[kept], self.rows[kept], self.sure[kept], cells)


def _part_of(frame: pd.DataFrame, columns: Sequence[str], rows: IntArray) -> pd.DataFrame:
    """Some rows of the columns that are asked for, without copying all others; columns that the frame lacks are left out."""
    return pd.DataFrame({column: frame[column].array[rows] for column in dict.fromkeys(columns) if column in frame}, index=rows)


def pool_of(inquiry: Inquiry, slugs: Sequence[str] | None = None, where: Sequence[Condition] | None = None) -> Pool:
    """The facilities that count by the check's layers, conditions, stage and years on the day. Raises DataMissingError.

    Where `where` names `status`, the words it accepts count instead, those other than `operating` on any date.
    """
    check = inquiry.check
    conditions = tuple(check.where if where is None else where)
    status = next((condition for condition in conditions if condition.column == "status"), None)
    rest = tuple(condition for condition in conditions if condition is not status)
    layers = {slug: inquiry.layer(slug) for slug in dict.fromkeys(check.layers if slugs is None else slugs)}
    parts: list[Pool] = []
    for slug, layer in layers.items():
        base = _counted(inquiry, slug, layer, check, status)
        rows = np.flatnonzero(base)
        whole = Pool({slug: layer}, np.full(len(rows), slug, dtype=object), rows, np.ones(len(rows), dtype=bool))
        sure, maybe, cells = whole.answer(rest)
        parts.append(Pool({slug: layer}, whole.slugs, whole.rows, sure, cells).part(sure | maybe))
    starts = np.cumsum([0, *[len(part) for part in parts]])
    cells = {int(starts[p]) + k: found for p, part in enumerate(parts) for k, found in part.cells.items()}
    return Pool(layers, np.concatenate([part.slugs for part in parts]), np.concatenate([part.rows for part in parts]).astype(np.int64),
                np.concatenate([part.sure for part in parts]).astype(bool), cells)


def _counted(inquiry: Inquiry, slug: str, layer: FacilityLayer, check: Check, status: Condition | None) -> BoolArray:
    """(J,) facilities of a layer that count on the day, before any other condition."""
    frame, day = layer.frame, inquiry.day.isoformat()
    on_day = inquiry.city.counting(slug, inquiry.day)
    _note_slipped(inquiry, slug, layer, on_day.slipped)
    words = frame["status"].to_numpy(dtype=object)
    if check.stage != "opened":
        reached = _dates(layer, check.stage)
        counted = (reached != "") & (reached <= day)
        if status is not None:
            counted &= np.isin(words, [word for word in status.values if isinstance(word, str)])  # noqa: PD011
    elif status is not None:
        accepted = [word for word in status.values if isinstance(word, str)]  # noqa: PD011
        counted = np.isin(words, [word for word in accepted if word != STATUSES[0]])
        if STATUSES[0] in accepted:
            counted |= on_day.counts & (words == STATUSES[0])
    else:
        counted = on_day.counts.copy()
    if check.opened_in is not None:
        opened = _dates(layer, "opened")
        first, last = check.opened_in
        counted = counted & (opened >= f"{first:04d}-01-01") & (opened <= f"{last:04d}-12-31")
    return np.asarray(counted, dtype=bool)


def _dates(layer: FacilityLayer, column: str) -> TextArray:
    """A column of dates. A column in which nothing at all is written says nothing: the ledger lacks it."""
    frame = layer.frame
    if column not in frame:
        raise DataMissingError("no_column", column=column, layer=layer.slug)
    dates: TextArray = frame[column].to_numpy(dtype=object)
    if len(dates) and not any(dates):
        raise DataMissingError("no_column", column=column, layer=layer.slug)
    return dates


def _note_slipped(inquiry: Inquiry, slug: str, layer: FacilityLayer, slipped: BoolArray) -> None:
    """Remembers facilities that were due before their ledger was drawn up, and had not opened by it."""
    for row in np.flatnonzero(slipped):
        facility = str(layer.frame["id"].iloc[row])
        inquiry.ledger.slipped.setdefault(f"{slug}/{facility}", f"{facility} {layer.frame['name'].iloc[row]}".strip())


def memberships(inquiry: Inquiry, pool: Pool, units: UnitSet) -> tuple[IntArray, IntArray]:
    """In which units facilities count: rows of (number in the pool, number of the unit). With `serves`, also in the units a row lists."""
    if units.rows[0:1].tolist() == [-1]:
        inside = np.flatnonzero(in_any_unit(pool))
        return inside, np.zeros(len(inside), dtype=np.int64)
    place = {code: k for k, code in enumerate(units.codes)}
    codes = pool.text(f"unit_{units.level}")
    pairs = {(k, place[code]) for k, code in enumerate(codes) if code in place}
    if inquiry.check.count_in == "serves":
        for k, listed in enumerate(pool.text("serves")):
            pairs |= {(k, place[code]) for code in SEPARATORS.split(listed) if code in place}
    ordered = sorted(pairs)
    found = np.array(ordered, dtype=np.int64).reshape(-1, 2)
    return found[:, 0], found[:, 1]


def in_any_unit(pool: Pool) -> BoolArray:
    """(J,) facilities that count in some unit of some level; the others serve people but count nowhere."""
    found = np.zeros(len(pool), dtype=bool)
    for slug, layer in pool.layers.items():
        here = pool.slugs == slug
        for column in layer.frame.columns:
            if str(column).startswith("unit_"):
                found[here] |= layer.frame[column].to_numpy(dtype=object)[pool.rows[here]] != ""
    return found


def facility_units(inquiry: Inquiry, pool: Pool) -> tuple[UnitSet, Pool]:
    """Each facility as a unit, in the order of their ids; those of the scope that count in some unit."""
    check = inquiry.check
    inside = in_any_unit(pool)
    pool = pool.part(inside & _facility_scope(inquiry, pool.part(inside), inside))
    sure, maybe, blank = pool.answer(check.scope.columns)
    cells = {k: (*pool.cells.get(k, ()), *blank.get(k, ())) for k in {*pool.cells, *blank}}
    kept = sure | maybe
    pool = Pool(pool.layers, pool.slugs, pool.rows, pool.sure & sure, cells).part(kept)
    ids = pool.text("id")
    order = np.argsort(ids, kind="stable")
    place = {int(old): new for new, old in enumerate(order)}
    pool = Pool(pool.layers, pool.slugs[order], pool.rows[order], pool.sure[order], {place[k]: found for k, found in pool.cells.items()})
    exempt = np.zeros(len(pool), dtype=bool)
    if check.exempt:
        exempt = pool.answer((Condition(check.exempt, values=(True,)),))[0]
    units = UnitSet(FACILITY, tuple(pool.text("id")), tuple(pool.text("name")), ~pool.sure, exempt, True, pool.rows, pool.cells)
    return units, pool


def _facility_scope(inquiry: Inquiry, pool: Pool, inside: BoolArray) -> BoolArray:
    """Facilities within the named parts of a scope: by their own name or id, and by the units in which they count."""
    scope = inquiry.check.scope
    fits = np.ones(len(pool), dtype=bool)
    if scope.name or scope.except_:
        ids, names = pool.text("id"), pool.text("name")
        if scope.name:
            fits &= np.isin(ids, scope.name) | np.isin(names, scope.name)
        if scope.except_:
            fits &= ~(np.isin(ids, scope.except_) | np.isin(names, scope.except_))
    if scope.parent:
        fits &= _counts_in(inquiry, pool, lambda unit: unit["code"] in scope.parent or unit["name"] in scope.parent)
    listed = {unit for name in scope.region for unit in inquiry.pack.regions.get(name, ())}
    if scope.region:
        fits &= _counts_in(inquiry, pool, lambda unit: unit["code"] in listed or unit["name"] in listed
                           or str(unit.get("region", "")).strip() in scope.region)
    if scope.class_:
        words = {same_class(word) for word in scope.class_}
        fits &= _counts_in(inquiry, pool, lambda unit: same_class(unit["class"]) in words)
    spread = np.zeros(len(inside), dtype=bool)
    spread[np.flatnonzero(inside)] = fits
    return spread


def _counts_in(inquiry: Inquiry, pool: Pool, fits: Callable[[Mapping[str, object]], bool]) -> BoolArray:
    """(J,) facilities that count in a unit, of any level, that fits."""
    found = np.zeros(len(pool), dtype=bool)
    for level, frame in inquiry.city.boundaries.levels.items():
        codes = {unit["code"] for unit in frame.drop(columns="geometry").to_dict("records") if fits(unit)}
        if codes:
            found |= np.isin(pool.text(f"unit_{level}"), list(codes))
    return found
