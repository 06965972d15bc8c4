"""Gaps under today's people and under those of the target year, side by side."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from planner.plan.gaplist import Gap, GapList

STAYS, COMES, GOES = "stays", "comes", "goes"
"""A gap under both, under the target year's people only, or under today's only."""


@dataclass(frozen=True, slots=True)
class GapPair:
    """A gap of a target in a unit under both populations; None where it is none. what : STAYS, COMES or GOES."""

    today: Gap | None
    then: Gap | None

    @property
    def what(self) -> str:
        """What becomes of the gap."""
        return STAYS if self.today is not None and self.then is not None else COMES if self.today is None else GOES

    @property
    def either(self) -> Gap:
        """The gap as it is today, else as it will be: for what both share."""
        found = self.today or self.then
        assert found is not None
        return found


def side_by_side(today: GapList, then: GapList) -> tuple[GapPair, ...]:
    """The gaps of two lists of the same packs by target and unit: today's in their order, then those that come."""
    later = {_key(gap): gap for gap in then.gaps}
    now = {_key(gap) for gap in today.gaps}
    kept = [GapPair(gap, later.get(_key(gap))) for gap in today.gaps]
    return (*kept, *(GapPair(None, gap) for gap in then.gaps if _key(gap) not in now))


def counts(pairs: tuple[GapPair, ...]) -> dict[str, int]:
    """How many gaps stay, come and go."""
    found = Counter(pair.what for pair in pairs)
    return {what: found[what] for what in (STAYS, COMES, GOES)}


def _key(gap: Gap) -> tuple[str, str, str]:
    """What a gap is about."""
    return gap.target_id, gap.level, "" if gap.whole else gap.unit_code
