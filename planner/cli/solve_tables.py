"""costs.csv, demand.csv and sites.csv of `planner solve`, read strictly: what is not plainly right ends with one line that says where."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.errors import InputError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Tables:
    """Ids in the order of their text; pairs as indices into them; columns that were not given are None."""

    demand: list[str]
    sites: list[str]
    pair_demand: Ints
    pair_site: Ints
    cost: Floats
    weight: Floats
    area: npt.NDArray[np.int32] | None
    site_cost: Floats | None
    capacity: Floats | None
    fixed: npt.NDArray[np.int8] | None
    site_area: list[str] | None = None
    x_m: Floats | None = None
    y_m: Floats | None = None


class Table:
    """One CSV file as columns of text."""

    def __init__(self, path: Path, needed: Sequence[str], optional: Sequence[str] = ()) -> None:
        self.shown = str(path)
        raw = self._bytes(path)
        self.header = self._header(raw, needed, optional)
        self.columns = self._read(raw, [name for name in (*needed, *optional) if name in self.header])
        self.length = len(next(iter(self.columns.values())))

    def _bytes(self, path: Path) -> bytes:
        """The file as UTF-8; GB18030, as Excel in Chinese saves it, is taken too."""
        if not path.is_file():
            raise InputError("siting_file_missing", file=self.shown)
        raw = path.read_bytes()
        if not raw.strip():
            raise InputError("siting_file_empty", file=self.shown)
        try:
            raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            try:
                return raw.decode("gb18030").encode()
            except UnicodeDecodeError:
                raise InputError("siting_file_unreadable", file=self.shown) from None
        return raw.removeprefix(b"\xef\xbb\xbf")

    def _header(self, raw: bytes, needed: Sequence[str], optional: Sequence[str]) -> list[str]:
        """The column names; those needed must be there, none twice."""
        first = next(csv.reader(io.StringIO(raw[: 1 << 16].decode("utf-8", "ignore"), newline="")), [])
        header = [name.strip() for name in first]
        for name in needed:
            if name not in header:
                raise InputError("siting_column_missing", file=self.shown, column=name, columns=", ".join(header[:10]))
        for name in (*needed, *optional):
            if header.count(name) > 1:
                raise InputError("siting_column_repeated", file=self.shown, column=name)
        return header

    def _read(self, raw: bytes, wanted: list[str]) -> dict[str, Any]:
        """The wanted columns as arrow arrays of text."""
        import pyarrow as pa
        from pyarrow import csv as arrow_csv

        names = [f"{k}" for k in range(len(self.header))]
        place = {name: names[self.header.index(name)] for name in wanted}
        try:
            table = arrow_csv.read_csv(
                io.BytesIO(raw), read_options=arrow_csv.ReadOptions(column_names=names, skip_rows=1, use_threads=True),
                parse_options=arrow_csv.ParseOptions(newlines_in_values=False),
                convert_options=arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()),
                                                         include_columns=list(place.values()), strings_can_be_null=False))
        except pa.ArrowInvalid as error:
            if "Empty CSV" in str(error):
                return {name: pa.array([], pa.string()) for name in wanted}
            raise InputError("siting_table_broken", file=self.shown, reason=str(error).split("\n")[0][:160]) from error
        return {name: table.column(column).combine_chunks() for name, column in place.items()}

    def ids(self, name: str) -> tuple[Ints, list[str]]:
        """A column of ids: code of each row, and the ids. Blank ids are refused."""
        column = self.columns[name]
        coded = column.dictionary_encode()
        values = coded.dictionary.to_pylist()
        codes = np.asarray(coded.indices, dtype=np.int64)
        for code, value in enumerate(values):
            if not value.strip():
                raise InputError("siting_id_blank", file=self.shown, row=int(np.argmax(codes == code)) + 2, column=name)
        return codes, values

    def unique_ids(self, name: str) -> list[str]:
        """A column of ids, each only once."""
        codes, values = self.ids(name)
        if len(values) < self.length:
            at = int(np.setdiff1d(np.arange(self.length), np.unique(codes, return_index=True)[1])[0])
            raise InputError("siting_id_repeated", file=self.shown, row=at + 2, column=name, value=values[codes[at]])
        return [values[code] for code in codes]

    def numbers(self, name: str, *, signed: bool = False) -> Floats:
        """A column of finite numbers of 0 or more; signed: of any finite numbers."""
        import pyarrow as pa
        from pyarrow import compute

        column = self.columns[name]
        try:
            values: Floats = np.asarray(compute.cast(compute.utf8_trim_whitespace(column), pa.float64()), dtype=np.float64)
        except pa.ArrowInvalid:
            values = np.array([float(text) if NUMBER.fullmatch(text.strip()) else math.nan for text in column.to_pylist()])
        wrong = ~(np.isfinite(values) & (signed | (values >= 0)))
        if wrong.any():
            at = int(np.argmax(wrong))
            code = "siting_coordinate_invalid" if signed else "siting_number_invalid"
            raise InputError(code, file=self.shown, row=at + 2, column=name, value=column[at].as_py())
        return values if signed else np.abs(values)  # -0 is 0

    def marks(self, name: str) -> npt.NDArray[np.int8]:
        """A column of 1, 0 or -1; blank is 0."""
        codes, values = self.ids_or_blank(name)
        known = {"1": 1, "0": 0, "-1": -1, "": 0, "1.0": 1, "0.0": 0, "-1.0": -1}
        for code, value in enumerate(values):
            if value.strip() not in known:
                raise InputError("siting_fixed_invalid", file=self.shown, row=int(np.argmax(codes == code)) + 2, column=name, value=value)
        return np.array([known[value.strip()] for value in values], dtype=np.int8)[codes]

    def ids_or_blank(self, name: str) -> tuple[Ints, list[str]]:
        """A column of text: code of each row, and the texts."""
        coded = self.columns[name].dictionary_encode()
        return np.asarray(coded.indices, dtype=np.int64), coded.dictionary.to_pylist()


def read_tables(costs: Path, demand: Path | None, sites: Path | None) -> Tables:
    """The three tables of a siting problem (contract 2.2). Raises InputError for whatever cannot be used."""
    pairs = Table(costs, ("demand_id", "site_id", "cost"))
    cost = pairs.numbers("cost")
    people = None if demand is None else Table(demand, ("demand_id",), ("weight", "area"))
    places = None if sites is None else Table(sites, ("site_id",), ("cost", "capacity", "fixed", "area", "x_m", "y_m"))
    own, demand_ids, demand_order = _known(pairs, "demand_id", people)
    other, site_ids, site_order = _known(pairs, "site_id", places)
    key = own * max(len(site_ids), 1) + other
    order = np.argsort(key, kind="stable")
    twice = np.flatnonzero(np.diff(key[order]) == 0)
    if len(twice):
        at = int(order[twice + 1].min())
        raise InputError("siting_pair_repeated_at", file=pairs.shown, row=at + 2, demand=demand_ids[own[at]], site=site_ids[other[at]])
    weight, area = np.ones(len(demand_ids)), None
    if people is not None:
        if "weight" in people.columns:
            weight = people.numbers("weight")[demand_order]
        if "area" in people.columns:
            codes, names = people.ids_or_blank("area")
            rank = np.argsort(np.argsort(np.array(names, dtype=object), kind="stable"), kind="stable")
            area = rank[codes][demand_order].astype(np.int32)
    given = {} if places is None else {name: places.numbers(name)[site_order] for name in ("cost", "capacity") if name in places.columns}
    fixed = places.marks("fixed")[site_order] if places is not None and "fixed" in places.columns else None
    areas, places_m = _where(places, site_order)
    return Tables(demand_ids, site_ids, own, other, cost, weight, area, given.get("cost"), given.get("capacity"), fixed, areas,
                  places_m.get("x_m"), places_m.get("y_m"))


def _where(places: Table | None, order: Ints) -> tuple[list[str] | None, dict[str, Floats]]:
    """The area of each site and its coordinates in metres, where the table has them."""
    if places is None:
        return None, {}
    areas = None
    if "area" in places.columns:
        codes, names = places.ids_or_blank("area")
        areas = [names[code].strip() for code in codes[order]]
    return areas, {name: places.numbers(name, signed=True)[order] for name in ("x_m", "y_m") if name in places.columns}


def _known(pairs: Table, name: str, table: Table | None) -> tuple[Ints, list[str], Ints]:
    """Index of each pair's id, the ids by their text, and the rows of the table in that order; an id the table lacks is refused."""
    codes, values = pairs.ids(name)
    listed = values if table is None else table.unique_ids(name)
    order = sorted(range(len(listed)), key=listed.__getitem__)
    ids = [listed[k] for k in order]
    place = {value: k for k, value in enumerate(ids)}
    index = np.array([place.get(value, -1) for value in values], dtype=np.int64)[codes] if values else codes
    if len(index) and index.min() < 0:
        assert table is not None
        at = int(np.argmax(index < 0))
        raise InputError("siting_id_unknown", file=pairs.shown, row=at + 2, column=name, value=values[codes[at]], table=table.shown)
    return index, ids, np.array(order, dtype=np.int64)
