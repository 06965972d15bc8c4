"""Clauses of a plan that contradict each other: shown side by side with their figures and verdicts, never settled in silence."""

from __future__ import annotations

from dataclasses import dataclass

from planner.targets.evaluation import Evaluation, TargetResult


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two targets of one plan that ask for different things. differs : whether the data satisfy the one and not the other."""

    first: TargetResult
    second: TargetResult

    @property
    def differs(self) -> bool:
        """Whether one is met and the other is not."""
        return {self.first.state, self.second.state} == {"met", "not_met"}


def conflicts_in(evaluation: Evaluation) -> tuple[Conflict, ...]:
    """Every pair of targets of which one names the other in `conflicts_with`, once, in the order of the packs."""
    by_id = {(result.target.plan, result.target.id): result for result in evaluation.targets}
    found: dict[frozenset[tuple[str, str]], Conflict] = {}
    for key, result in by_id.items():
        for other in result.target.conflicts_with:
            there = (result.target.plan, other)
            if there in by_id and there != key:
                found.setdefault(frozenset((key, there)), Conflict(result, by_id[there]))
    return tuple(found.values())
