"""What should stand and what stands, counted as the shortfall is: the two figures of a row whose difference is its gap."""

from __future__ import annotations

import math

from planner.targets.evaluation import TargetResult, Threshold, UnitResult
from planner.targets.pack import Check


def what_is_due(
    result: TargetResult, check: Check, unit: UnitResult | None, figures: tuple[float | None, Threshold, float | None], people: float | None
) -> tuple[float, float] | tuple[None, None]:
    """What should stand and what stands, in the shortfall's unit; None twice where more of something is not what is asked for.

    unit : None for the target as a whole. figures : value, threshold and shortfall of the row. people : of the target's group in the unit,
    where the target counts people within reach.
    """
    value, threshold, shortfall = figures
    low = threshold[0] if isinstance(threshold, tuple) else threshold
    if people is not None and value is not None and shortfall is not None:  # whatever the sign: "<= 15 minutes" is of the minutes
        return people * value + shortfall, people * value
    if shortfall is None or result.target.comparator in ("<", "<=") or check.metric in ("minutes", "separation"):
        return None, None
    if value is not None and low is not None and value > low:  # above a range or an exact figure
        return None, None
    present = unit.amount if unit is not None else result.basis.get("amount") if check.rollup == "total" else None
    if unit is None and check.rollup == "share" and check.metric != "pace":
        present = result.units_met
    if present is None and value is not None and low is not None and math.isclose(low - value, shortfall, rel_tol=1e-9, abs_tol=1e-9):
        present = value
    return (None, None) if present is None else (float(present) + shortfall, float(present))
