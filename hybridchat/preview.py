"""What would happen if a draft were sent now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import field
from functools import partial

from hybridchat.asking import Ask
from hybridchat.conversation import Package, Session, Turn
from hybridchat.crew import Crew, must_ask, readable
from hybridchat.facts import Decision, Request, Snapshot
from hybridchat.fitting import thinks
from hybridchat.handover import Parts
from hybridchat.look import Look, look
from hybridchat.packing import package
from hybridchat.privacy.scan import ScanError
from hybridchat.routing.explain import sentence
from hybridchat.routing.policy import Policy
from hybridchat.sending import hidden_kinds
from hybridchat.value import value


@value
class Preview:
    """What would happen if the draft were sent now. It mints nothing and contacts nobody."""

    decision: Decision
    sentence: str
    hidden: Mapping[str, int] = field(default_factory=dict)
    """Finding kind -> how many values would be hidden, were it sent off this device."""
    left: tuple[str, ...] = ()
    tokens: int = 0
    turns: int = 0
    turns_left_out: int = 0
    est_cost: float | None = None
    old_price: str = ""
    """What to say beside `est_cost` when the price may be out of date."""
    num_ctx: int | None = None
    """Tokens of context that a local model would be asked with."""
    asks: bool = False
    """Sending would ask for consent first."""
    think: str = ""
    """`thinks high`, or why the model may not, where the conversation asks for it."""
    basis: Basis | None = None
    package: Package | None = None
    """What exactly the model would see."""


@value
class Basis:
    """All that the decision of a preview was made of: given again, it gives the same decision."""

    request: Request
    snapshot: Snapshot
    policy: Policy


async def previewed(crew: Crew, ask: Ask, session: Session, path: Sequence[Turn]) -> Preview:
    """Decides and packs a draft as sending it would; `path` is the branch it would hang on."""
    parts = Parts(session.system, tuple(path), ask.text)
    found = await look(ask, session, parts, crew)
    target, made, ask = found.decision.chosen, None, found.ask or ask
    if target is not None:
        with suppress(ScanError):  # sending would say so
            made = await crew.in_worker(partial(package, crew, ask, target, parts, found, preview=True))
    return Preview(
        decision=found.decision,
        sentence=sentence(found.decision),
        hidden=_hidden(crew, found, made),
        left=made.left if made else (),
        tokens=made.tokens if made else found.request.history_tokens + found.request.message_tokens,
        turns=made.turns if made else 0,
        turns_left_out=made.turns_left_out if made else 0,
        est_cost=made.est_cost if made else None,
        old_price=made.old_price if made else "",
        num_ctx=made.num_ctx if made else None,
        asks=bool(target and made and must_ask(crew, ask, target)),
        think=thinks(made.parameters, ask.options.parameters, target) if target and made else "",
        basis=Basis(found.request, found.snapshot, found.policy),
        package=made,
    )


def _hidden(crew: Crew, found: Look, made: Package | None) -> Mapping[str, int]:
    target = found.decision.chosen
    if made is not None and target is not None and not readable(crew, target):
        return hidden_kinds(made)
    if found.findings is None:
        return {}
    return dict(found.findings.kinds if target is None else found.findings.message_kinds)
