"""Which facilities count on a day (target packs, section 3)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.inputs.layers import FacilityLayer, TextArray

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Counting:
    """Facilities of a layer on a day. counts : (J,) those that count; slipped : (J,) those that were due before their ledger was
    drawn up and, by that ledger, had not opened."""

    counts: BoolArray
    slipped: BoolArray


def _text(layer: FacilityLayer, column: str) -> TextArray:
    """A text column, blank where the ledger has none."""
    if column not in layer.frame:
        return np.full(len(layer), "", dtype=object)
    found: TextArray = layer.frame[column].to_numpy(dtype=object)
    return found


def counting(layer: FacilityLayer, as_of: dt.date, ledger_date: dt.date) -> Counting:
    """Facilities that count on `as_of` by a ledger drawn up on `ledger_date`.

    Operating (or blank) from its `opened` to its `closed` day; `closed` too until that day, where it has one. A forecast - planned or under
    construction - counts when the day lies after the ledger's and its `opened`, not before the ledger's day, has come.
    """
    day, drawn_up = as_of.isoformat(), ledger_date.isoformat()
    status, opened, closed = (_text(layer, column) for column in ("status", "opened", "closed"))
    come = (opened == "") | (opened <= day)
    still = (closed == "") | (closed > day)
    works = ((status == "operating") | (status == "")) & still
    winding_up = (status == "closed") & (closed != "") & (closed > day)
    due = ((status == "planned") | (status == "under_construction")) & (opened != "")
    forecast = due & (opened >= drawn_up) & (drawn_up < day)
    counts = (works | winding_up | forecast) & come
    slipped = due & (opened < drawn_up) & (opened <= day)
    return Counting(counts.astype(bool), slipped.astype(bool))
