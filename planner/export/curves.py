"""Coverage curves as a file for the map: any minute and any target in whole per cents is then painted in the browser, class for class.

A share travels as a rank: twice its tenths of a per cent (as tooltips read it), less one where it is below the whole per cent that it
rounds to. Ranks keep the order of shares, and a share reaches a whole per cent p exactly where its rank is 20 p or more: so classes that
break at whole per cents are the engine's own, at 2000 steps. -1: no people, or not told.

The file is of the kind `SCMC` (planner.export.mapfile): the header has level, units, minutes, the ranks of the whole, and for each target
of 0 to 100 per cent the breaks of its classes; the body has each unit's rank at the first minute, then at each further one its rise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.export.mapfile import sealed, varint
from planner.export.palette import Palette, share_palette
from planner.measure.curves import CoverageCurves

KIND = b"SCMC"
NOBODY = -1
PER_CENT = 20
"""Steps of rank in a per cent."""
_WHOLE = np.arange(101) / 100

FloatArray = npt.NDArray[np.float64]
RankArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class CurveFile:
    """The file (payload, sha256), and what is in it: level, minutes, ranks (M, A)."""

    payload: bytes
    sha256: str
    level: str
    minutes: tuple[int, ...]
    ranks: RankArray

    def column(self, minutes: object, shares: FloatArray) -> int | None:
        """The place of some minutes among the file's, if it holds just these shares for them."""
        if minutes not in self.minutes:
            return None
        row = self.minutes.index(minutes)
        return row if np.array_equal(ranks(shares), self.ranks[row]) else None


def ranks(shares: FloatArray) -> RankArray:
    """The ranks of shares (0..1, NaN for none)."""
    known = np.isfinite(shares)
    values = np.where(known, shares, 0.0)
    tenths = np.clip(np.rint(values * 1000), 0, 1000).astype(np.int64)
    reached = np.searchsorted(_WHOLE, values, side="right") - 1
    below = (tenths % 10 == 0) & (reached < tenths // 10)
    found: RankArray = np.where(known, 2 * tenths - below, NOBODY)
    return found


def whole_breaks(palette: Palette) -> list[int] | None:
    """A palette's breaks in whole per cents; None where it has others."""
    percents = [round(share * 100) for share in palette.breaks]
    return percents if all(number / 100 == share for number, share in zip(percents, palette.breaks, strict=True)) else None


def target_percent(palette: Palette) -> int | None:
    """The target of a palette that `share_palette` makes of a whole per cent, 0 for none; None for any other palette."""
    percent = 0 if palette.target is None else round(palette.target * 100)
    return percent if palette == share_palette(percent / 100) else None


def curve_file(curves: CoverageCurves) -> CurveFile:
    """The file of a layer's curves."""
    rows = ranks(curves.share)
    header = {"level": curves.by, "units": len(curves.codes), "minutes": list(curves.minutes), "whole": ranks(curves.whole).tolist(),
              "breaks": [whole_breaks(share_palette(percent / 100)) for percent in range(101)]}
    rises = np.diff(rows, axis=0, prepend=np.zeros((1, rows.shape[1]), dtype=np.int64))
    file = sealed(KIND, header, varint(rises.reshape(-1)))
    return CurveFile(file.payload, file.sha256, curves.by, curves.minutes, rows)
