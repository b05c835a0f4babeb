"""Stored decisions made again: under the policy they were made with, where nothing may differ, or under another one. Pure.

Each turn is decided as it stood. Had an earlier one gone elsewhere, the ones after it might have looked different; that is not
followed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import msgspec

from hybridchat.facts import Decision, Model, Request, Snapshot
from hybridchat.routing.basis import from_json
from hybridchat.routing.decide import decide
from hybridchat.routing.policy import Policy
from hybridchat.sessions.past import Decided


@dataclass(frozen=True, slots=True)
class Recorded:
    """A stored decision with all that it was made of. `at` is epoch seconds."""

    turn_id: str
    at: float
    request: Request
    snapshot: Snapshot
    policy: Policy
    decision: Decision


@dataclass(frozen=True, slots=True)
class Move:
    """A turn that would go elsewhere; `None`: to nobody. `why` is the clause for people."""

    turn_id: str
    at: float
    was: str | None
    would_be: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Sum:
    """`cost` is US dollars at the estimates the decisions were made with, without the `unpriced` turns."""

    answered: int = 0
    local: int = 0
    cost: float = 0.0
    unpriced: int = 0

    @property
    def local_share(self) -> float | None:
        """Share on this device of what somebody answers, 0..1; `None` without such turns."""
        return self.local / self.answered if self.answered else None


@dataclass(frozen=True, slots=True)
class Replay:
    """`same`: every decision came out as it was, down to the order of what to try next. `left_out` could not be made again."""

    turns: int
    moves: tuple[Move, ...]
    was: Sum
    would_be: Sum
    same: bool
    left_out: int = 0


def recorded(row: Decided) -> Recorded | None:
    """The decision of a stored row; `None` for one of an older program, or of another shape than this one knows."""
    try:
        made = from_json(row.basis)
        snapshot = msgspec.json.decode(row.snapshot, type=Snapshot)
        decision = msgspec.json.decode(row.decision, type=Decision)
    except msgspec.DecodeError:
        return None
    return Recorded(row.turn_id, row.at, made.request, snapshot, made.policy, decision)


def replay(rows: Iterable[Decided], policy: Policy | None = None) -> Replay:
    """Makes every decision again under `policy`, the consents of each time kept; `None`: under the policy it was made with."""
    moves: list[Move] = []
    was: list[tuple[Decision, Model | None]] = []
    now: list[tuple[Decision, Model | None]] = []
    same, left_out = True, 0
    for row in rows:
        record = recorded(row)
        if record is None:
            left_out += 1
            continue
        made = decide(record.request, record.snapshot, record.policy if policy is None else under(policy, record.policy))
        before = record.decision
        same = same and (made.chosen, made.order, made.rule, made.offer) == (
            before.chosen,
            before.order,
            before.rule,
            before.offer,
        )
        was.append((before, before.chosen))
        now.append((made, made.chosen))
        ids = tuple(None if m is None else m.id for m in (before.chosen, made.chosen))
        if ids[0] != ids[1]:
            moves.append(Move(record.turn_id, record.at, ids[0], ids[1], made.reason))
    return Replay(len(was), tuple(moves), _sum(was), _sum(now), same, left_out)


def under(policy: Policy, consents: Policy) -> Policy:
    """`policy` with what the user allowed and trusted when the decision was made: a strategy gives no leave."""
    return replace(
        policy,
        cloud=consents.cloud,
        redact_private=consents.redact_private,
        trust_lan=consents.trust_lan,
        private_kinds=consents.private_kinds,
    )


def _sum(made: Sequence[tuple[Decision, Model | None]]) -> Sum:
    answered = [(decision, model) for decision, model in made if model is not None]
    costs = [0.0 if model.on_device else _cost(decision, model) for decision, model in answered]
    return Sum(
        answered=len(answered),
        local=sum(model.on_device for _, model in answered),
        cost=sum(cost for cost in costs if cost is not None),
        unpriced=sum(cost is None for cost in costs),
    )


def _cost(decision: Decision, model: Model) -> float | None:
    candidate = decision.candidate(model.id)
    return candidate.est_cost if candidate is not None else None
