"""The proof of an answer in a planner's words."""

from __future__ import annotations

from planner.plan.gaplist import Sentence
from planner.siting.proof import Proof


def proof_sentence(proof: Proof, kind: str, *, scale: float = 1.0) -> Sentence:
    """How good the plan is known to be: `layout.proof.<kind>.proven`, `bounded` or `unproven`; where there is none, what is known of that.

    scale : what objective and bound are multiplied by before they are said (100 / all people for a share).
    """
    if proof.objective is None:
        return Sentence(f"siting.{proof.status}")
    if proof.bound is None:
        return Sentence("layout.proof.unproven")
    said = {"value": proof.objective * scale, "bound": proof.bound * scale}
    return Sentence(f"layout.proof.{kind}.{'proven' if proof.status == 'optimal' else 'bounded'}", said)
