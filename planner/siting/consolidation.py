"""Consolidation of homes: which to keep, upgrade, build or close, with every resident handed over within a limit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.errors import SitingError
from planner.siting.choices import in_range, limits, not_negative, only, share_stated
from planner.siting.problem import Columns, Floats, Mask, Pairs
from planner.siting.proof import Proof

OBJECTIVES = ("cost", "closed")
KEEP, UPGRADE, CLOSE, BUILD, LEFT = "keep", "upgrade", "close", "build", "left"
"""What becomes of a home; `left` is a site that does not exist and is not built."""
WHOLE_BED = 1e-9
"""Beds times a share of them is off by about 1e-16 of itself where it should be whole."""


@dataclass(frozen=True, slots=True)
class Homes:
    """Homes h in H as they are. Made by `homes`.

    residents : (H,) whole persons.   beds : (H,) today, 0 where the home does not exist yet.   upgraded_beds : (H,) beds once upgraded (or
    built), 0 where it cannot be.   price : (H,) of upgrading or building.   running, running_upgraded : (H,) cost of a year, as it is and
    once upgraded.   exists : (H,).   fixed : (H,) 1 must be open in the end, -1 must close (or may not be built), 0 free.
    """

    residents: Floats
    beds: Floats
    upgraded_beds: Floats
    price: Floats
    running: Floats
    running_upgraded: Floats
    exists: Mask
    fixed: npt.NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.residents)


@dataclass(frozen=True, slots=True)
class HomeRules:
    """What is asked.

    objective : `cost` (least price and `years` of running, plus `move_price` for each resident who moves) or `closed` (most homes closed;
    of equal plans the cheapest). In both, of equal plans the one whose residents move least far.
    whole : residents of a home stay together.   occupancy : share of beds that may be filled.   least_beds : no smaller home stays open,
    unless it must.   open_homes, budget : at most so many homes open in the end, so much for upgrading and building (None: no limit).
    kept_share : of the people who have a home in reach today, this share must have one in the end (None: nothing is asked).
    """

    objective: str = "cost"
    years: float = 1.0
    move_price: float = 0.0
    whole: bool = False
    occupancy: float = 1.0
    least_beds: float = 0.0
    open_homes: int | None = None
    budget: float | None = None
    kept_share: float | None = 1.0

    def __post_init__(self) -> None:
        if self.objective not in OBJECTIVES:
            raise SitingError("siting_model_unknown", model=self.objective, models=", ".join(OBJECTIVES))
        limits(years=self.years, move_price=self.move_price, occupancy=self.occupancy, least_beds=self.least_beds,
               open_homes=self.open_homes, budget=self.budget)
        share_stated(self.kept_share)


@dataclass(frozen=True, slots=True)
class ConsolidationProblem:
    """Homes h in H and people i in I. Made by `consolidation_problem`.

    ways : (H rows) the homes that residents of h may move to, and how far they are.   reach : (I rows) the homes that people have in
    reach, and how far they are.
    """

    homes: Homes
    ways: Pairs
    weight: Floats
    reach: Pairs
    rules: HomeRules

    @property
    def free_kept(self) -> Floats:
        """(H,) residents that a home can take in as it is; 0 where it is overfull, for nobody is sent away from a home that stays."""
        return _free(self.homes.beds, self.homes.residents, self.rules.occupancy)

    @property
    def free_upgraded(self) -> Floats:
        """(H,) residents that a home can take in once upgraded."""
        return _free(self.homes.upgraded_beds, self.homes.residents, self.rules.occupancy)

    @property
    def may_keep(self) -> Mask:
        """(H,) homes that may stay as they are."""
        large = (self.homes.beds >= self.rules.least_beds) | (self.homes.fixed == 1)
        found: Mask = self.homes.exists & (self.homes.fixed != -1) & large
        return found

    @property
    def may_upgrade(self) -> Mask:
        """(H,) homes that may be upgraded or built."""
        large = (self.homes.upgraded_beds >= self.rules.least_beds) | (self.homes.fixed == 1)
        found: Mask = (self.homes.upgraded_beds > 0) & (self.homes.fixed != -1) & large
        return found

    @property
    def today(self) -> Mask:
        """(I,) people with a home in reach today."""
        found: Mask = np.bincount(self.reach.row_of, self.homes.exists[self.reach.column], minlength=len(self.weight)) > 0
        return found


@dataclass(frozen=True, slots=True)
class Moves:
    """Residents who move, one entry for each pair of homes: from, to, persons, and the distance of each of them."""

    origin: Columns
    target: Columns
    residents: Floats
    distance: Floats


@dataclass(frozen=True, slots=True)
class Handed:
    """People whose nearest home closes, by that home and the one that is nearest in the end (-1: none in reach)."""

    origin: Columns
    target: Columns
    weight: Floats


@dataclass(frozen=True, slots=True)
class ConsolidationResult:
    """action : (H,) KEEP, UPGRADE, CLOSE, BUILD or LEFT; empty where there is no plan.   residents_after, beds_after : (H,).

    objective : of `proof`, in cost or homes closed.   price : of upgrading and building.   running_today, running_after : of a year.
    overfull : (H,) homes that stay with more residents than `occupancy` allows, as they had before.   covered_today, covered_after :
    people with a home in reach.
    """

    proof: Proof
    action: tuple[str, ...]
    moves: Moves
    handed: Handed
    residents_after: Floats
    beds_after: Floats
    price: float
    running_today: float
    running_after: float
    overfull: Mask
    covered_today: float
    covered_after: float


def _free(beds: Floats, residents: Floats, occupancy: float) -> Floats:
    """Whole persons that still find a bed."""
    found: Floats = np.maximum(np.floor(beds * occupancy + WHOLE_BED) - residents, 0.0)
    return found


def homes(residents: npt.ArrayLike, beds: npt.ArrayLike, *, upgraded_beds: npt.ArrayLike | None = None, price: npt.ArrayLike = 0.0,
          running: npt.ArrayLike = 0.0, running_upgraded: npt.ArrayLike | None = None, exists: npt.ArrayLike = True,
          fixed: npt.ArrayLike = 0) -> Homes:
    """Checked homes; one number stands for all homes. Without `upgraded_beds` none can be upgraded, without `running_upgraded` it runs
    for what it does today. Raises SitingError where shapes or values cannot be, or a home that does not exist has beds or residents."""
    living = np.asarray(residents, dtype=np.float64)
    larger = np.zeros(len(living)) if upgraded_beds is None else upgraded_beds
    given = [beds, larger, price, running, running if running_upgraded is None else running_upgraded, exists, fixed]
    if any(np.ndim(values) and np.shape(values) != living.shape for values in given):
        raise SitingError("siting_shapes_differ")
    each = [np.broadcast_to(np.asarray(values, dtype=np.float64), living.shape).copy() for values in given]
    if not np.isin(each[6], (-1, 0, 1)).all():
        raise SitingError("siting_value_invalid", column="fixed")
    own = Homes(living, each[0], each[1], each[2], each[3], each[4], each[5] > 0, each[6].astype(np.int8))
    not_negative("residents", own.residents)
    not_negative("beds", own.beds, own.upgraded_beds)
    not_negative("price", own.price, own.running, own.running_upgraded)
    if (own.residents != np.round(own.residents)).any():
        raise SitingError("siting_value_invalid", column="residents")
    if ((own.residents > 0) | (own.beds > 0))[~own.exists].any():
        raise SitingError("siting_value_invalid", column="exists")
    return own


def consolidation_problem(own: Homes, rules: HomeRules, *, ways: Pairs, within: float, weight: npt.ArrayLike = (),
                          reach: Pairs | None = None) -> ConsolidationProblem:
    """A checked problem; ways beyond `within` (inclusive), from homes without residents, to oneself or to homes that can take nobody are
    left out. Without `reach` no coverage is kept. Raises SitingError where shapes or values cannot be."""
    heads = np.asarray(weight, dtype=np.float64)
    not_negative("weight", heads)
    seen = Pairs(np.zeros(len(heads) + 1, dtype=np.int64), np.empty(0, dtype=np.int32), np.empty(0)) if reach is None else reach
    if ways.rows != len(own) or not in_range(ways.column, len(own)) or seen.rows != len(heads) or not in_range(seen.column, len(own)):
        raise SitingError("siting_shapes_differ")
    posed = ConsolidationProblem(own, ways, heads, seen, rules)
    takes = np.maximum(np.where(posed.may_keep, posed.free_kept, 0.0), np.where(posed.may_upgrade, posed.free_upgraded, 0.0))
    origin, target = ways.row_of, ways.column
    live = (ways.cost <= within) & (origin != target) & (own.residents[origin] > 0) & (own.fixed[origin] != 1)
    live &= takes[target] >= (own.residents[origin] if rules.whole else 1.0)
    return ConsolidationProblem(own, only(ways, live), heads, seen, rules)
