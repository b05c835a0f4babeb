"""Turns that wait: for the user's word, for the network, or in the queue. What rests is stored, so nothing of it is lost."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from hybridchat.asking import Ask
from hybridchat.conversation import Ending, Session, Turn
from hybridchat.crew import Crew, held_mode
from hybridchat.events import Ended, Offered, Verdict
from hybridchat.facts import Decision, Locality, Mode, Model
from hybridchat.look import Look
from hybridchat.providers.base import ProviderError, Unreachable
from hybridchat.routing.explain import from_record
from hybridchat.routing.offline import cut_off, is_back
from hybridchat.routing.words import looks
from hybridchat.stopper import Stopper

LOOK_S = 0.5
"""Seconds between looks at the gauges while a turn waits; they ask nobody."""
KEPT = "Kept for later: /queue shows what waits."
STAYS = "it stays in the queue"
STOPPED = "Stopped. The question is kept."


def stored(crew: Crew, turn_id: str) -> Ask:
    """The question of a turn that rests in the store: held, offered, or queued. Reads it. Raises `LookupError`."""
    turn = crew.store.turn(turn_id)
    if turn is None:
        raise LookupError(f"there is no turn {turn_id}")
    if turn.ending is Ending.QUEUED:
        return _queued(crew, turn)
    if turn.ending is not Ending.HELD:
        raise LookupError(f"turn {turn_id} does not wait for a verdict")
    decision = _decision(crew, turn_id)
    missed = _missed(decision)
    waiting = missed or (decision.chosen if decision is not None else None)
    # of an answered turn the other side had been asked for: no model of the same side may step in
    answered = turn.answer if turn.answer is not None and turn.answer.text else None
    other = answered is not None and waiting is not None and (answered.locality is Locality.ON_DEVICE) != waiting.on_device
    mode = Mode.AUTO if other else None
    ask = Ask(turn.session_id, turn.question, mode=mode, parent=turn.parent_id, turn=turn, escalated=other, unpinned=other)
    return replace(ask, waiting_for=waiting, offered=missed is not None)


def _queued(crew: Crew, turn: Turn) -> Ask:
    """It was kept for a model elsewhere: that one is asked, or else another one there, or else this machine."""
    missed = _missed(_decision(crew, turn.id))
    ask = Ask(turn.session_id, turn.question, mode=Mode.PREFER_CLOUD, parent=turn.parent_id, turn=turn, queued=True)
    return replace(ask, soft_pin=missed.id if missed is not None else None)


def _decision(crew: Crew, turn_id: str) -> Decision | None:
    record = crew.store.decision(turn_id)
    return from_record(record["decision"]) if record is not None else None


def _missed(decision: Decision | None) -> Model | None:
    candidate = decision.candidate(decision.missed) if decision is not None and decision.missed is not None else None
    return candidate.model if candidate is not None else None


def laid(crew: Crew, ask: Ask, turn: Turn) -> Ended | None:
    """Ends the turn as the verdict says, where that asks nobody: not sent, or into the queue."""
    if ask.verdict is Verdict.QUEUE:
        crew.store.end_turn(turn.id, Ending.QUEUED)
        return Ended(turn.id, None, Ending.QUEUED, text=KEPT)
    if ask.verdict is not Verdict.CANCEL:
        return None
    earlier = turn.answer
    stands = earlier if earlier is not None and earlier.text else None
    ending = stands.ending if stands is not None and stands.ending is not None else Ending.STOPPED
    crew.store.end_turn(turn.id, Ending.QUEUED if ask.queued else ending, stands.id if stands is not None else None)
    said = f"Not sent: {STAYS}." if ask.queued else "Not sent. The question is kept."
    return Ended(turn.id, None, Ending.STOPPED, text=said)


def somebody(session: Session, ask: Ask) -> bool:
    """Whether somebody can be asked what to do without the network; else what can be answered here is."""
    return (session.kind == "chat" or ask.queued) and not ask.options.alone


def offer(session: Session, ask: Ask, found: Look) -> tuple[Offered, Ask] | None:
    """What to ask the user instead of going on without the network; `None` when there is nothing to ask, or nobody."""
    decision = found.decision
    model = _missed(decision)
    if model is None or ask.turn is None or not somebody(session, ask):
        return None
    out = decision.candidate(model.id)
    why = out.rejected.reason if out is not None and out.rejected is not None else f"{model.host} cannot be reached"
    here = decision.chosen or _stand_in(decision)
    doubt = looks(found.request.difficulty, 0.0) if decision.chosen is not None else ""
    told = Offered(ask.turn.id, model.id, why, here=here.id if here is not None else None, doubt=doubt)
    return told, replace(ask, waiting_for=model, offered=True, verdict=None)


def _stand_in(decision: Decision) -> Model | None:
    """A model of this machine that only what the user chose keeps out of the turn."""
    chosen_by_hand = {"mode", "rule", "pin", "asked"}
    local = [c for c in decision.candidates if c.model.on_device]
    found = [c.model for c in local if c.rejected is None or c.rejected.rule in chosen_by_hand]
    return found[0] if found else None


def unreached(error: ProviderError | None, model: Model) -> bool:
    """Whether the way to a model elsewhere was the trouble, not the model."""
    return isinstance(error, Unreachable) and not model.on_device


def note_loss(crew: Crew, session: Session, found: Look) -> None:
    """Remembers that a conversation came to this machine because the host it was with is gone."""
    current, decision = found.request.current, found.decision
    before = decision.candidate(current) if current is not None else None
    if before is not None and not before.model.on_device and decision.chosen is not None and decision.chosen.on_device:
        alone = replace(decision, candidates=(before,))
        if cut_off(alone):
            crew.lost[session.id] = before.model.host


async def until_back(crew: Crew, host: str, stopper: Stopper, session_id: str) -> str | None:
    """Waits until `host` may be asked again, and then returns `None`. Contacts nobody: the gauges do, where allowed.

    A sentence says that it will not be: the user stopped, or holds LOCAL ONLY for the session, from whatever window.
    """
    snapshot = crew.world.snapshot()
    link = snapshot.links.get(host)
    if is_back(snapshot, host) and (link is None or link.up_since is None):
        # nothing tells how the network is: the request itself will
        await stopper.wait(crew.patience.network)
        return STOPPED if stopper.stopped else await _kept_here(crew, host, session_id)
    while not is_back(crew.world.snapshot(), host):
        if (said := await _kept_here(crew, host, session_id)) is not None:
            return said
        if await stopper.wait(LOOK_S):
            return STOPPED
    return STOPPED if stopper.stopped else await _kept_here(crew, host, session_id)


async def _kept_here(crew: Crew, host: str, session_id: str) -> str | None:
    session = await asyncio.to_thread(crew.store.session, session_id)
    if session is None or held_mode(crew, session) is not Mode.ONLY_LOCAL:
        return None
    return f"LOCAL ONLY is on, so nothing waits for {host} any more. The question is kept."
