"""The figure that a district reported (上报值) beside the one that we computed: difference and reason, for the whole and by unit."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from planner.measure.city import City
from planner.targets.evaluation import Beside, UnitResult
from planner.targets.pack import Check, Target, exact


def printed_scale(target: Target, check: Check | None, scale: Fraction) -> Fraction:
    """What a reported figure is multiplied by. Where the plan prints minutes and a share is compared, the share itself is reported."""
    if check is not None and check.metric == "population_within" and not target.is_percent:
        return Fraction(1)
    return scale


def beside(city: City, target: Target, check: Check | None, value: float | None, units: Sequence[UnitResult],
           scale: Fraction) -> Beside | None:
    """What was reported of a target, beside `value` and the units' values; None where nobody reported.

    Reported figures are in the plan's unit (80 for 80 %); under `share` those of units are in the unit's own measure.
    """
    entered = city.reported.get(target.id)
    if entered is None or (entered.value is None and not entered.units):
        return None
    factor = printed_scale(target, check, scale)
    whole = None if entered.value is None else float(exact(entered.value) * factor)
    by_code = {unit.code: unit.value for unit in units}
    unit_factor = Fraction(1) if check is not None and check.rollup == "share" else factor
    rows = []
    for code, figure in entered.units.items():
        if code in by_code:
            own, computed = float(exact(figure) * unit_factor), by_code[code]
            rows.append((code, own, computed, None if computed is None else own - computed))
    unknown = tuple(code for code in entered.units if code not in by_code)
    computed = None if check is None or check.metric == "reported" else value
    difference = None if whole is None or computed is None else whole - computed
    return Beside(whole, computed, difference, entered.date, entered.by, entered.source, entered.reason, tuple(sorted(rows)), unknown)
