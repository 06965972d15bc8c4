"""Programs in which every area keeps a floor of covered weight: what the frontier, over-supply and packages share."""

from __future__ import annotations

import numpy as np

from planner.siting import models
from planner.siting.problem import Floats, Picks, SitingProblem, sums
from planner.siting.results import nearest
from planner.siting.ruled import Form, lawful_value, ruled_cover

REACHED_REL = 1e-9
"""A floor is reached to this: sums of the same doubles in another order differ by less."""


def covered_by_area(problem: SitingProblem, sites: Picks, areas: int) -> Floats:
    """(A,) the weight that sites cover in each area."""
    assert problem.area is not None
    opened = np.zeros(problem.sites, dtype=np.bool_)
    opened[sites] = True
    return sums(problem.area, problem.weight * (nearest(problem.by_demand, opened)[0] >= 0), areas)


def floor_form(problem: SitingProblem, needed: Floats) -> Form:
    """The program of mclp (most weight) or lscp (least price) in which each area has `needed` (A,) weight covered, existing sites counted.

    An lscp is posed with share 0: the floors say what is to be covered.
    """
    asked = needed * (1 - REACHED_REL)
    cover = ruled_cover(problem, all_rows=False, by_area=True)
    left = asked.copy()
    left[: len(cover.base)] -= cover.base
    program = models.mclp_areas if problem.maximised else models.lscp_areas

    def value(sites: Picks) -> float | None:
        return lawful_value(problem, sites) if (covered_by_area(problem, sites, len(asked)) >= asked).all() else None

    return Form(program(problem, cover, left), cover.site,
                lambda sites: models.cover_start(cover, np.flatnonzero(np.isin(cover.site, sites))), value, cover.counts,
                searchable=False)
