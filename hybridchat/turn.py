"""The life of one turn: question stored, decided, packaged, held or sent, streamed, stored."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from time import perf_counter
from typing import Protocol, TypeVar

from hybridchat.attempt import Stopper, Try
from hybridchat.conversation import (
    Asked,
    Decided,
    Ended,
    Ending,
    Event,
    FellBack,
    Held,
    Package,
    Session,
    Turn,
    Verdict,
)
from hybridchat.crew import Ask, Crew, must_ask, readable
from hybridchat.facts import Check, Decision, Difficulty, Model, Request, Snapshot, Timings, Usage
from hybridchat.handover import Parts, build, messages_of, turn_tokens
from hybridchat.privacy.scan import ScanError
from hybridchat.providers.base import Blocked, ProviderError, RateLimited, Refused
from hybridchat.routing.decide import decide
from hybridchat.routing.difficulty import difficulty
from hybridchat.routing.memory import planned_window
from hybridchat.sessions.spend import Spent
from hybridchat.tokens import estimate

T = TypeVar("T")

SCAN_PATIENCE = 0.15
"""Seconds that Enter waits for the scan; later than that the message counts as private."""
MAX_ATTEMPTS = 3
RETRY_PAUSE = 0.25
LONGEST_RETRY_AFTER = 2.0
"""Seconds of a Retry-After worth waiting out; beyond it the next model is asked."""


class InWorker(Protocol):
    """Runs CPU work on the one worker thread."""

    def __call__(self, job: Callable[[], T], /) -> Awaitable[T]: ...


@dataclass(frozen=True, slots=True)
class Look:
    """What was found out about a question before anything is done with it."""

    request: Request
    snapshot: Snapshot
    decision: Decision
    message_kinds: Mapping[str, int]
    micros: int = 0


@dataclass(frozen=True, slots=True)
class Rest:
    """Says that the turn rests until the user answered; `ask` goes on with it."""

    held: Held
    ask: Ask


async def look(ask: Ask, session: Session, parts: Parts, crew: Crew, in_worker: InWorker) -> Look:
    """Surveys the text off the event loop (at most `SCAN_PATIENCE`) and decides."""
    crew.grants[session.id], spent = await in_worker(partial(_kept, crew, session.id))
    crew.world.spent = spent
    checks = await crew.world.checks()
    job = asyncio.ensure_future(in_worker(partial(_survey, parts, crew)))
    done, _ = await asyncio.wait({job}, timeout=SCAN_PATIENCE)
    found = _look(ask, session, parts, crew, checks, job.result() if done else None)
    if not done and (found.decision.chosen is None or ask.pin or ask.soft_pin):
        # the late scan stood in the way of the only models left: wait for it instead of refusing
        found = _look(ask, session, parts, crew, checks, await job)
    return found


@dataclass(frozen=True, slots=True)
class _Survey:
    kinds: Mapping[str, int]
    message_kinds: Mapping[str, int]
    history_tokens: int
    message_tokens: int
    difficulty: Difficulty


def _survey(parts: Parts, crew: Crew) -> _Survey:
    asked = [t for t in parts.history if messages_of(t)]
    before: Difficulty | None = None
    for turn in asked[-6:]:
        before = difficulty(turn.question, before)
    texts = [parts.system, parts.question] + [m.text for t in asked for m in messages_of(t)]
    return _Survey(
        kinds=crew.scans.kinds(texts),
        message_kinds=crew.scans.kinds([parts.question]),
        history_tokens=sum(turn_tokens(t) for t in asked) + estimate(parts.system),
        message_tokens=estimate(parts.question),
        difficulty=difficulty(parts.question, before),
    )


def _kept(crew: Crew, session_id: str) -> tuple[frozenset[str], Spent]:
    """Consents of the session and money of the day, as the store has them."""
    today = datetime.fromtimestamp(crew.clock()).astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    return crew.store.allowed(session_id), crew.store.spend.spent(today.timestamp())


def _look(ask: Ask, session: Session, parts: Parts, crew: Crew, checks: tuple[Check, ...], survey: _Survey | None) -> Look:
    answered = [a for t in parts.history if messages_of(t) and (a := t.answer) is not None]
    before = ask.turn.answer if ask.escalated and ask.turn is not None else None
    current = before.model_id if before is not None else answered[-1].model_id if answered else None
    run = 0
    for answer in reversed(answered):
        if answer.model_id != current:
            break
        run += 1
    pin = ask.soft_pin or (None if ask.escalated else ask.pin or session.pin)
    if pin is not None:
        crew.world.activate(pin)
    snapshot = crew.world.snapshot()
    known = survey or _Survey({}, {}, 0, estimate(parts.question[:20_000]), Difficulty())
    request = Request(
        now=crew.clock(),
        mode=ask.mode or session.mode or crew.mode,
        pin=pin,
        current=current,
        turns=len(answered),
        turns_on_current=run,
        history_tokens=known.history_tokens,
        message_tokens=known.message_tokens,
        reserve_tokens=crew.reserve,
        max_output=crew.max_output,
        difficulty=known.difficulty,
        kinds=known.kinds,
        scan_late=survey is None,
        checks=checks,
        excluded=ask.excluded,
        allowed_hosts=ask.granted | crew.grants.get(ask.session_id, frozenset()),
        escalated=ask.escalated,
    )
    start = perf_counter()
    decision = decide(request, snapshot, crew.policy)
    return Look(request, snapshot, decision, known.message_kinds, int((perf_counter() - start) * 1e6))


def package(crew: Crew, ask: Ask, model: Model, parts: Parts, found: Look, *, mint: bool = True) -> Package:
    """Builds what `model` will see. Raises `ScanError` when the scanner failed."""
    num_ctx: int | None = None
    window = model.window
    if crew.world.kind(model) == "ollama" and model.on_device:
        planned = planned_window(found.request, model, found.snapshot, crew.policy)
        key = (ask.session_id, model.id)
        num_ctx = window = max(planned, min(crew.windows.get(key, 0), model.window))
        if mint:
            crew.windows[key] = num_ctx
    return build(
        model,
        parts,
        crew.table(ask.session_id),
        crew.scans.scan,
        readable=readable(crew, model),
        window=window,
        num_ctx=num_ctx,
        max_output=min(crew.max_output, model.max_output or crew.max_output),
        reserve=crew.reserve,
        mint=mint,
    )


async def run(ask: Ask, stopper: Stopper, crew: Crew, in_worker: InWorker) -> AsyncGenerator[Event | Rest, None]:
    """Yields the events of one turn. Ends with `Ended`, or with `Rest` when consent is needed."""
    session = await in_worker(partial(crew.store.session, ask.session_id))
    if session is None:
        raise LookupError(f"there is no session {ask.session_id}")
    turn = ask.turn
    if turn is None:
        parent = ask.parent or session.leaf_id
        turn = await crew.store.ask(session.id, ask.text, parent_id=parent)
        ask = replace(ask, turn=turn)
        yield Asked(turn)
    if ask.verdict is Verdict.ALWAYS and ask.waiting_for is not None:
        crew.store.allow(session.id, ask.waiting_for.host)
    history = await in_worker(partial(_history, crew, session.id, turn.parent_id))
    journey = _Journey(
        ask, turn, session, Parts(session.system, tuple(history), turn.question, turn.id), crew, in_worker, stopper
    )
    async with aclosing(journey.events()) as events:
        async for event in events:
            yield event


def _history(crew: Crew, session_id: str, parent_id: str | None) -> list[Turn]:
    return crew.store.path(session_id, parent_id) if parent_id is not None else []


class _Journey:
    """One turn from decision to ending, over as many attempts as it takes."""

    def __init__(
        self, ask: Ask, turn: Turn, session: Session, parts: Parts, crew: Crew, in_worker: InWorker, stopper: Stopper
    ) -> None:
        self.ask, self.turn, self.session, self.parts = ask, turn, session, parts
        self.crew, self.in_worker, self.stopper = crew, in_worker, stopper
        self.notes: list[str] = []

    async def events(self) -> AsyncGenerator[Event | Rest, None]:
        failed: Try | None = None
        for _ in range(MAX_ATTEMPTS):
            found = await look(self.ask, self.session, self.parts, self.crew, self.in_worker)
            model = found.decision.chosen
            if failed is not None:
                yield self._fell_back(failed, model)
            decision_id = self.crew.store.decided(
                self.turn.id, found.decision, self.crew.world.record(found.snapshot), found.micros
            )
            yield Decided(self.turn.id, found.decision, decision_id)
            if model is None or self.stopper.stopped:
                break
            try:
                made = await self.in_worker(partial(package, self.crew, self.ask, model, self.parts, found))
            except ScanError as error:
                yield self._end(None, Ending.FAILED, f"The privacy scan failed ({error}), so nothing was sent.", "scan_error")
                return
            if must_ask(self.crew, self.ask, model):
                yield self._rest(model, made, failed)
                return
            self._note_trim(made)
            attempt = Try(self.crew, self.turn, model, made, self.stopper, decision_id, moved=self._moved(found.request, model))
            for again in (True, False):
                async with aclosing(attempt.events()) as events:
                    async for event in events:
                        yield event
                failure = attempt.error if again and not attempt.said else None
                if failure is None or not failure.retry_same or not await self._pause(failure):
                    break
                self.notes.append(f"second try: {attempt.error}")
                attempt = attempt.again()
            if attempt.error is None or attempt.said or not self._may_fall_back(attempt.error):
                yield self._end(
                    attempt, attempt.ending, attempt.explanation, attempt.error.kind if attempt.error else attempt.flaw
                )
                return
            failed = attempt
            self.ask = replace(self.ask, excluded=self.ask.excluded | {model.id}, soft_pin=None)
        yield self._unrouted(found.decision, failed)

    def _rest(self, model: Model, made: Package, failed: Try | None) -> Rest:
        self.crew.store.end_turn(self.turn.id, Ending.HELD)
        reason = str(failed.error) if failed is not None else "first message to this host in this session"
        return Rest(Held(self.turn.id, made, reason), replace(self.ask, turn=self.turn, waiting_for=model, verdict=None))

    def _fell_back(self, failed: Try, model: Model | None) -> FellBack:
        return FellBack(self.turn.id, failed.attempt.id, failed.model.id, model.id if model else None, str(failed.error))

    def _moved(self, request: Request, model: Model) -> bool:
        """Whether another model than `model` spoke last: in this turn, else in the one before."""
        before = self.turn.answer.model_id if self.turn.answer is not None else request.current
        return before is not None and before != model.id

    def _note_trim(self, made: Package) -> None:
        if made.turns_left_out:
            plural = "s" if made.turns_left_out > 1 else ""
            self.notes.append(f"context trimmed: the {made.turns_left_out} oldest turn{plural} did not fit")

    def _may_fall_back(self, error: ProviderError) -> bool:
        pinned = self.ask.pin or (self.session.pin and not self.ask.escalated)
        return not pinned and not isinstance(error, Refused | Blocked)

    async def _pause(self, error: ProviderError) -> bool:
        """Waits before the second try at the same model; False when it is not worth it, or the user stopped."""
        wait = error.retry_after if error.retry_after is not None else RETRY_PAUSE
        if wait > LONGEST_RETRY_AFTER or (isinstance(error, RateLimited) and error.retry_after is None):
            return False
        return not await self.stopper.wait(wait)

    def _unrouted(self, decision: Decision, failed: Try | None) -> Ended:
        if self.stopper.stopped:
            return self._end(failed, Ending.STOPPED, "Stopped. The question is kept.", "")
        hint = f" You can: {decision.unlock}." if decision.unlock else ""
        if failed is not None:
            return self._end(failed, Ending.FAILED, f"{failed.error}{hint}", failed.error.kind if failed.error else "")
        problems = [str(problem) for problem in self.crew.world.problems.values()]
        text = " ".join([*problems, f"{decision.reason}{hint}"])
        return self._end(None, Ending.UNROUTED, text, "unreachable" if problems else "unrouted")

    def _end(self, attempt: Try | None, ending: Ending, text: str, error: str) -> Ended:
        notes = tuple(self.notes) + (attempt.notes if attempt else ())
        kept = attempt.attempt.id if attempt is not None and attempt.said else None
        earlier = self.turn.answer
        if kept is None and earlier is not None and earlier.text:
            kept, final = earlier.id, self.turn.ending or ending
        else:
            final = ending
        self.crew.store.end_turn(self.turn.id, final, kept)
        return Ended(
            self.turn.id,
            attempt.attempt.id if attempt else None,
            ending,
            model_id=attempt.model.id if attempt else None,
            locality=attempt.model.locality if attempt else None,
            usage=attempt.usage if attempt else Usage(),
            timings=attempt.timings if attempt else Timings(),
            cost=attempt.cost if attempt else None,
            text=text,
            error=error,
            notes=notes,
        )
