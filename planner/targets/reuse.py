"""Evaluations that follow each other: only targets that read something else than before are worked out anew.

While a target is worked out it is noted which facility layers it reads - also which it looks for in vain. Its answer is a function of
these layers, the day, and the rest of the city; so where they are the very same values, the answer is too. `evaluate` and
`evaluate_again` give the same (a law of tests/property/test_scenario_laws.py).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from planner.inputs.layers import FacilityLayer
from planner.measure.city import City
from planner.targets.evaluate import evaluate_target
from planner.targets.evaluation import Evaluation, TargetResult
from planner.targets.pack import TargetPack

KEPT = 16
"""Answers kept of each target: the baseline's and those of the scenarios looked at last."""
_REST = tuple(one.name for one in fields(City) if one.name not in ("facilities", "cache", "basemap"))
"""All of a city but its facility layers, what is kept of its distances, and what is only drawn."""


class _Watched(Mapping[str, FacilityLayer]):
    """Facility layers that note who is asked for; None: a layer that is not there."""

    def __init__(self, layers: Mapping[str, FacilityLayer]) -> None:
        self.layers, self.read = layers, dict[str, FacilityLayer | None]()

    def __getitem__(self, slug: str) -> FacilityLayer:
        self.read[slug] = self.layers.get(slug)
        return self.layers[slug]

    def __iter__(self) -> Iterator[str]:
        self.read |= self.layers
        return iter(self.layers)

    def __len__(self) -> int:
        self.read |= self.layers
        return len(self.layers)


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer, the layers that it read, and the rest of the city then."""

    result: TargetResult
    read: Mapping[str, FacilityLayer | None]
    rest: tuple[Any, ...]

    def holds(self, city: City, rest: tuple[Any, ...]) -> bool:
        """Whether it is the answer for this city too: everything it read is the very same value."""
        same = all(one is other for one, other in zip(rest, self.rest, strict=True))
        return same and all(city.facilities.get(slug) is layer for slug, layer in self.read.items())


@dataclass(slots=True)
class Known:
    """Answers that are known already, by pack, target and day. worked_out : how many had to be worked out in the last evaluation."""

    answers: dict[tuple[str, str, dt.date], list[_Answer]] = field(default_factory=dict)
    worked_out: int = 0


def evaluate_again(city: City, packs: Sequence[TargetPack], *, as_of: dt.date, known: Known, scenario: str = "baseline") -> Evaluation:
    """`evaluate`, with answers that are known taken from `known`, and new ones kept there. Errors as of `evaluate`."""
    rest = tuple(getattr(city, name) for name in _REST)
    results, known.worked_out = [], 0
    for pack in packs:
        for target in pack.targets:
            answers = known.answers.setdefault((f"{pack.id} {pack.sha256}", target.id, as_of), [])
            found = next((answer for answer in answers if answer.holds(city, rest)), None)
            if found is None:
                watched = _Watched(city.facilities)
                result = evaluate_target(replace(city, facilities=watched), pack, target, as_of)
                found = _Answer(result, watched.read, rest)
                known.worked_out += 1
            answers[:] = [found, *(answer for answer in answers if answer is not found)][:KEPT]
            results.append(found.result)
    return Evaluation(city.id, tuple(pack.id for pack in packs), as_of, tuple(results), scenario, {pack.id: pack.sha256 for pack in packs})
