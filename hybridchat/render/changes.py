"""What would have changed a decision, in words."""

from __future__ import annotations

from hybridchat.facts import Request, Snapshot
from hybridchat.routing.decide import decide
from hybridchat.routing.explain import sentence
from hybridchat.routing.policy import Policy
from hybridchat.routing.whatif import what_if


def changes(request: Request, snapshot: Snapshot, policy: Policy) -> list[tuple[str, str]]:
    """`with LOCAL ONLY` -> `llama3.2 on this machine: looks easy`. Some 200 decisions, 20 ms: off the event loop."""
    made = decide(request, snapshot, policy)
    told: list[tuple[str, str]] = []
    for change in what_if(request, snapshot, policy):
        offered = f" (offering {change.decision.offer})" if change.decision.offer else ""
        if change.decision.chosen == made.chosen and not change.decision.offer:
            offered = " (offering nothing else)"
        told.append((change.condition, f"{sentence(change.decision)}{offered}"))
    return told
