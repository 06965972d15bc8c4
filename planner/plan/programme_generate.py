"""Candidate actions worked out from the gaps (placeholder)."""
from dataclasses import dataclass
from planner.plan.programme_options import Candidate
from planner.plan.programme_reasons import Lacking
@dataclass(frozen=True, slots=True)
class Generated:
    """Candidates, and what could not be offered."""
    candidates: tuple[Candidate, ...]
    lacking: tuple[Lacking, ...] = ()
def generate(city, wanted, costs, premises=None):
    return Generated(())
