"""What a page works with."""

from __future__ import annotations

from dataclasses import dataclass

from planner.measure.city import City
from planner.quality import QualityReport
from planner.ui.opening import Opening


@dataclass(frozen=True, slots=True)
class Desk:
    """The language, the project as it was opened, and what was read of it. (A page named in NEED_NO_CITY may find no city.)"""

    lang: str
    opening: Opening
    city: City
    report: QualityReport
