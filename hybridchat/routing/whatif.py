"""What would have changed a decision: the same question asked again in other circumstances.

Pure, because `decide()` is: nothing is measured or contacted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from hybridchat.facts import Decision, Device, Mode, Request, ResourceState, Snapshot
from hybridchat.routing.decide import decide
from hybridchat.routing.policy import Policy
from hybridchat.routing.strategies import STRATEGIES

Case = tuple[Request, Snapshot, Policy]
STEPS = 100
"""Difficulties that are tried between 0 and 1."""


@dataclass(frozen=True, slots=True)
class Change:
    """`condition` in words for people ("with LOCAL ONLY on"), and the decision it would have led to."""

    condition: str
    decision: Decision


def what_if(request: Request, snapshot: Snapshot, policy: Policy) -> tuple[Change, ...]:
    """The circumstances, of those tried, in which another model would have answered or the offer would have been another."""
    made = _outcome(decide(request, snapshot, policy))
    tried = (
        *_difficulties(request, snapshot, policy),
        *(Change(said, decide(*case)) for said, case in _circumstances(request, snapshot, policy)),
    )
    return tuple(change for change in tried if _outcome(change.decision) != made)


def _outcome(decision: Decision) -> tuple[str | None, str | None]:
    return decision.chosen.id if decision.chosen is not None else None, decision.offer


def _difficulties(request: Request, snapshot: Snapshot, policy: Policy) -> Iterator[Change]:
    """Going up and down from the message's own difficulty, the first difference in each direction."""
    own = request.difficulty.score
    before = _outcome(decide(request, snapshot, policy))
    for steps, said in ((range(int(own * STEPS) + 1, STEPS + 1), "harder"), (range(int(own * STEPS), -1, -1), "easier")):
        for step in steps:
            score = min(step / STEPS, own) if said == "easier" else step / STEPS
            found = decide(replace(request, difficulty=replace(request.difficulty, score=score)), snapshot, policy)
            if _outcome(found) != before:
                border = f"from difficulty {score:.2f} on" if said == "harder" else f"at difficulty {score:.2f} and less"
                yield Change(f"were it {said}, {border}", found)
                break


def _circumstances(request: Request, snapshot: Snapshot, policy: Policy) -> Iterator[tuple[str, Case]]:
    modes = {Mode.ONLY_LOCAL: "LOCAL ONLY", Mode.AUTO: "AUTO", Mode.ONLY_CLOUD: "CLOUD ONLY"}
    for mode, said in modes.items():
        if request.mode is not mode:
            yield f"with {said}", (replace(request, mode=mode), snapshot, policy)
    if request.pin is not None:
        yield "without a pinned model", (replace(request, pin=None), snapshot, policy)
    if request.rule_name:
        plain = replace(request, rule_name="", rule_mode=None, rule_model=None)
        yield f'without your rule "{request.rule_name}"', (plain, snapshot, policy)
    if request.kinds or request.scan_late:
        yield "without private data in it", (replace(request, kinds={}, scan_late=False), snapshot, policy)
    yield from _machines(request, snapshot, policy)
    if snapshot.os_online is not False:
        yield "if this machine were offline", (request, replace(snapshot, os_online=False), policy)
    else:
        yield "if this machine were online", (request, replace(snapshot, os_online=None, links={}), policy)
    if policy.cloud != "auto":
        yield "if the cloud needed no asking", (request, snapshot, replace(policy, cloud="auto"))
    if policy.cloud != "never":
        yield "if nothing might go to the cloud", (request, snapshot, replace(policy, cloud="never"))
    for name, other in STRATEGIES.items():
        if name != policy.name:
            kept = replace(other, cloud=policy.cloud, redact_private=policy.redact_private, trust_lan=policy.trust_lan)
            yield f"with the {name} strategy", (request, snapshot, kept)


def _machines(request: Request, snapshot: Snapshot, policy: Policy) -> Iterator[tuple[str, Case]]:
    def with_device(device: Device) -> Case:
        return request, replace(snapshot, device=device), policy

    device = snapshot.device
    if device.state is not ResourceState.CRITICAL:
        yield "if this machine were critically busy", with_device(replace(device, state=ResourceState.CRITICAL, own_load=False))
    if device.state in {ResourceState.CRITICAL, ResourceState.CONSTRAINED}:
        yield "if this machine were idle", with_device(replace(device, state=ResourceState.AVAILABLE))
    if device.memory_free is not None:
        yield "if memory were no limit", with_device(replace(device, memory_free=1 << 50))
