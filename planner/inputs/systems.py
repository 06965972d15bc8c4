"""Which coordinate system do the coordinates speak? Hypotheses compared by where the points fall."""

from __future__ import annotations

from collections.abc import Sequence

from planner.inputs.boundaries import RawUnits
from planner.inputs.facilities import RawFacilities
from planner.inputs.placing import Ground
from planner.inputs.reading import Reading
from planner.inputs.spread import StreetLines


def examine(units: Sequence[RawUnits], ledgers: Sequence[RawFacilities], ground: Ground, streets: StreetLines | None,
            reading: Reading) -> set[str]:
    """Levels and layer slugs whose system is in doubt, each with a blocking issue."""
    return set()
