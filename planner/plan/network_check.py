"""The streets of a project examined, and what a person should look at added to its report: for `planner check --network` and the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.plan.project import Project
from planner.quality import QualityReport

if TYPE_CHECKING:
    from planner.measure.city import City
    from planner.measure.network_quality import NetworkQuality


def examine(project: Project, city: City, report: QualityReport) -> NetworkQuality:
    """Examines the walking network of a project, as far beyond its boundary as buffer_m says, and tells the report.

    Raises NetworkError where no street is open to walking.
    """
    from planner.measure.network_issues import tell
    from planner.measure.network_quality import network_quality

    found = network_quality(city, buffer_m=project.buffer_m)
    tell(found, report, city.streets.shown)
    return found
