"""What may be opened, by group (street, district): the side of a problem that the models of two levels and of units share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.errors import SitingError
from planner.siting.problem import Columns, Floats, Pairs, Picks, compressed


@dataclass(frozen=True, slots=True)
class Choices:
    """Sites or units that may be opened. Made by `choices`.

    group : (J,) 0..groups - 1.   price : (J,) >= 0, 0 for what exists.   fixed : (J,) 1 exists and stays, -1 forbidden, 0 free.
    """

    group: Columns
    price: Floats
    fixed: npt.NDArray[np.int8]
    groups: int

    def __len__(self) -> int:
        return len(self.group)


def choices(group: npt.ArrayLike, groups: int, *, price: npt.ArrayLike | None = None, fixed: npt.ArrayLike | None = None) -> Choices:
    """Checked choices; a price is 1 where none is given. Raises SitingError where shapes or values cannot be."""
    where = np.asarray(group, dtype=np.int32)
    cost = np.ones(len(where)) if price is None else np.array(price, dtype=np.float64)
    kept = np.zeros(len(where), dtype=np.int8) if fixed is None else np.asarray(fixed, dtype=np.int8)
    if len(cost) != len(where) or len(kept) != len(where) or not in_range(where, groups):
        raise SitingError("siting_shapes_differ")
    not_negative("price", cost)
    if not np.isin(kept, (-1, 0, 1)).all():
        raise SitingError("siting_value_invalid", column="fixed")
    cost[kept == 1] = 0.0
    return Choices(where, cost, kept, groups)


def in_range(index: Picks, count: int) -> bool:
    """Whether all indices lie in 0..count - 1."""
    return not len(index) or 0 <= int(index.min()) <= int(index.max()) < count


def not_negative(name: str, *values: npt.ArrayLike) -> None:
    """Raises SitingError unless all values are finite numbers of 0 or more."""
    for numbers in values:
        given = np.asarray(numbers, dtype=np.float64)
        if not (np.isfinite(given).all() and (given >= 0).all()):
            raise SitingError("siting_value_invalid", column=name)


def limits(**given: float | None) -> None:
    """Raises SitingError for a limit that is no finite number of 0 or more; None is no limit."""
    for name, limit in given.items():
        if limit is not None and not (np.isfinite(limit) and limit >= 0):
            raise SitingError("siting_limit_invalid", name=name, value=limit)


def share_stated(share: float | None) -> None:
    """Raises SitingError for a share that does not lie in 0..1; None is no share."""
    if share is not None and not 0 <= share <= 1:
        raise SitingError("siting_share_stated_invalid", value=share)


def checked_pairs(row: npt.ArrayLike, column: npt.ArrayLike, cost: npt.ArrayLike, *, rows: int, columns: int) -> Pairs:
    """Pairs from triples in any order. Raises SitingError where indices are out of range, repeated, or costs cannot be."""
    own, other, value = np.asarray(row, dtype=np.int64), np.asarray(column, dtype=np.int64), np.asarray(cost, dtype=np.float64)
    if not (len(own) == len(other) == len(value) and in_range(own, rows) and in_range(other, columns)):
        raise SitingError("siting_shapes_differ")
    not_negative("cost", value)
    made = compressed(own, other, value, rows)
    if ((np.diff(made.row_of) == 0) & (np.diff(made.column) == 0)).any():
        raise SitingError("siting_pair_repeated")
    return made


def only(pairs: Pairs, live: npt.NDArray[np.bool_]) -> Pairs:
    """The entries (nnz,) that are live."""
    return compressed(pairs.row_of[live], pairs.column[live], pairs.cost[live], pairs.rows)
