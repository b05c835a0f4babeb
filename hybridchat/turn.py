"""The life of one turn: question stored, decided, packaged, held or sent, streamed, stored."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from functools import partial

from hybridchat import opening, waiting
from hybridchat.asking import Ask
from hybridchat.attempt import Try
from hybridchat.bill import OverBudget
from hybridchat.conversation import Ending, Package
from hybridchat.course import Course
from hybridchat.crew import Crew, held_mode, readable
from hybridchat.doubt import judged, other_side, unasked
from hybridchat.events import Asked, Decided, Ended, Event, Verdict, Waiting
from hybridchat.facts import Mode, Model
from hybridchat.look import Look, look
from hybridchat.opening import Rest
from hybridchat.opinion import Opinion
from hybridchat.packing import package, readable_before
from hybridchat.privacy.scan import ScanError
from hybridchat.providers.base import Blocked, ProviderError, Refused
from hybridchat.review import AGAIN, FIRST, reason
from hybridchat.routing.basis import basis
from hybridchat.stopper import Stopped, Stopper

MAX_ATTEMPTS = 3
"""Requests made for one turn, over all models."""
SLACK = 0.02
"""Seconds added to a Retry-After: clocks differ, and a moment too early costs the second try."""


async def run(ask: Ask, stopper: Stopper, crew: Crew) -> AsyncGenerator[Event | Rest, None]:
    """Yields the events of one turn. Ends with `Ended`, or with `Rest` when consent is needed. Raises `LookupError`."""
    session = await asyncio.to_thread(crew.store.session, ask.session_id)
    if session is None:
        raise LookupError(f"there is no session {ask.session_id}")
    for opinion in crew.opinions:
        opinion.cancel()
    if ask.queued and ask.turn is not None and not await asyncio.to_thread(crew.store.claim, ask.turn.id):
        raise LookupError("the question does not wait any more: it was sent from another window")
    turn = ask.turn or await opening.ask(crew, session, ask)
    journey = _Journey(replace(ask, turn=turn), turn, session, crew, stopper)
    try:
        if ask.turn is None:
            yield Asked(turn)
        async with aclosing(journey.events()) as events:
            async for event in events:
                yield event
    finally:
        journey.leave()


class _Journey(Course):
    """One turn from decision to ending, over as many attempts as it takes."""

    async def events(self) -> AsyncGenerator[Event | Rest, None]:
        if self.ask.verdict is Verdict.ALWAYS and self.ask.waiting_for is not None:
            self.crew.store.allow(self.session.id, self.ask.waiting_for.host)
        if self.ask.verdict is Verdict.WAIT and self.ask.waiting_for is not None:
            async with aclosing(self._wait(self.ask.waiting_for)) as waited:
                async for told in waited:
                    yield told
            if self.over:
                return
        history = await asyncio.to_thread(opening.history, self.crew, self.turn)
        self.parts = replace(self.parts, history=history)
        while True:
            try:
                found = await self.stopper.unless(self._look())
            except Stopped:
                yield self.stopped()
                return
            if self.attempt is not None:
                yield self.fell_back(self.attempt, found.decision.chosen)
            last: Ended | Rest | None = None
            async with aclosing(self._go(found)) as events:
                async for event in events:
                    last = event if isinstance(event, Ended | Rest) else None
                    yield event
            if last is not None:
                return

    async def _look(self) -> Look:
        if self.attempt is not None or self.ask.back:
            await self._caught_up()
        await self.crew.world.retry_missing()
        found = await look(self.ask, self.session, self.parts, self.crew, patience=self.crew.patience.scan)
        # asked once: the agents' verdicts hold for every model that is tried
        self.ask = found.ask or self.ask
        return found

    async def _caught_up(self) -> None:
        """Reads the session again after an answer, or a wait: LOCAL ONLY may be held since, also of one nobody looks at."""
        found = await asyncio.to_thread(self.crew.store.session, self.session.id)
        self.session = found or self.session

    async def _go(self, found: Look) -> AsyncGenerator[Event | Rest, None]:
        """One model, from its choice to its answer; no `Ended` comes when another model is to be asked."""
        model = found.decision.chosen
        gauges, made_of = self.crew.world.record(found.snapshot), basis(found.request, found.policy)
        decision_id = self.crew.store.decided(self.turn.id, found.decision, gauges, found.micros, made_of)
        yield Decided(self.turn.id, found.decision, decision_id, found.request.checks)
        waiting.note_loss(self.crew, self.session, found)
        if (told := waiting.offer(self.session, self.ask, found)) is not None:
            async with aclosing(self._offer(Rest(*told))) as events:
                async for event in events:
                    yield event
            return
        if model is None:
            yield self.unrouted(found)
            return
        try:
            made = await self.stopper.unless(self._package(model, found))
        except Stopped:
            yield self.stopped()
            return
        except ScanError as error:
            yield self.scan_failed(str(error))
            return
        if (reason := self._must_ask(model, made)) is not None:
            yield self.rest(model, made, reason)
            return
        async with aclosing(self._send(model, made, found, decision_id)) as events:
            async for event in events:
                yield event

    async def _offer(self, rest: Rest) -> AsyncGenerator[Event | Rest, None]:
        """Asks what to do without the network; who said once that the turn shall wait is not asked again."""
        if self.ask.verdict is Verdict.WAIT and rest.ask.waiting_for is not None:
            async with aclosing(self._wait(rest.ask.waiting_for)) as events:
                async for event in events:
                    yield event
            return
        self.over = True
        self.crew.store.end_turn(self.turn.id, self.resting)
        yield rest

    async def _wait(self, model: Model) -> AsyncGenerator[Event, None]:
        """Waits for the host of `model`, which is asked then; `Ended` comes only when it is not to be asked any more."""
        yield Waiting(self.turn.id, model.id, model.host)
        if (said := await waiting.until_back(self.crew, model.host, self.stopper, self.session.id)) is not None:
            stopped = said == waiting.STOPPED
            yield self.end(Ending.STOPPED, said, "") if stopped else self.end(Ending.UNROUTED, said, "unrouted")
            return
        self.crew.world.health.forgive(model.id)
        self.attempt, self.tries = None, 0
        lost, back = self.ask.lost - {model.host}, self.ask.back | {model.host}
        self.ask = replace(self.ask, lost=lost, back=back, soft_pin=model.id)

    async def _package(self, model: Model, found: Look) -> Package:
        make = partial(package, self.crew, self.ask, model, self.parts, found)
        if readable(self.crew, model):
            # not in the worker, which may still be scanning for somebody else
            return await asyncio.to_thread(make)
        made = await self.crew.in_worker(make)
        told = await self.crew.in_worker(partial(readable_before, self.crew, self.session.id, made, self.parts.history))
        self.notes += [f"hidden from now on, but already sent readable to {made.host} in turn {n}" for n in told]
        return made

    async def _send(self, model: Model, made: Package, found: Look, decision_id: str) -> AsyncGenerator[Event, None]:
        """Sends the package, a second time where that may help."""
        if made.remote:
            # whoever may have the words may also be asked whether it is there
            self.crew.world.allow_host(model.host)
        moved = self._moves(model)
        weigh = judged(model, found)
        again = weigh and not self.ask.options.streamed and found.policy.second_look == "auto"
        opinion = Opinion(self.crew, model, made, found.snapshot.device, self.stopper) if again else None
        for second in (False, True):
            self.tries += 1
            limit = None if self.ask.over_budget else self.crew.world.daily_limit
            ids = self.crew, self.turn, model, made, self.stopper, decision_id
            attempt = self.attempt = Try(*ids, moved=moved, judged=weigh, opinion=opinion, limit=limit)
            async with aclosing(attempt.events()) as events:
                async for event in events:
                    yield event
            self._count(attempt)
            if made.remote and attempt.said:
                self.crew.lost.pop(self.session.id, None)
            if attempt.error is None or attempt.said:
                break
            pause = attempt.error.pause(self.crew.patience.retry, self.crew.patience.retry_after)
            if second or pause is None or self.tries >= MAX_ATTEMPTS or await self.stopper.wait(pause + SLACK):
                break
            self.notes.append(f"second try: {attempt.error}")
        if attempt.doubt:
            async with aclosing(self._look_again(attempt, found)) as events:
                async for event in events:
                    yield event
            attempt = self.attempt or attempt
        if (ended := self._after(attempt, model)) is not None:
            yield ended

    def _count(self, attempt: Try) -> None:
        """Adds to the bill. What was allowed once beyond the budget has been used then."""
        if attempt.billed:
            self.ask = replace(self.ask, over_budget=False, billed=(*self.ask.billed, attempt.cost))

    def _after(self, attempt: Try, model: Model) -> Ended | None:
        """What follows an attempt at `model`: the end of the turn, or with `None` another look."""
        if isinstance(attempt.error, OverBudget) and self.tries < MAX_ATTEMPTS:
            # looked at anew, the money is seen to be spent, and what follows is what always does
            self.ask = replace(self.ask, soft_pin=None)
        elif not attempt.said and waiting.unreached(attempt.error, model) and self._may_ask_on():
            pin = self.ask.soft_pin if self.ask.verdict is Verdict.WAIT else None
            lost, back = self.ask.lost | {model.host}, self.ask.back - {model.host}
            self.ask = replace(self.ask, lost=lost, back=back, soft_pin=pin)
        elif attempt.error is None or attempt.said or not self._may_fall_back(attempt.error):
            return self.end(attempt.ending, attempt.explanation, attempt.error.kind if attempt.error else attempt.flaw)
        else:
            self.ask = replace(self.ask, excluded=self.ask.excluded | {model.id}, soft_pin=None)
        return None

    async def _look_again(self, first: Try, found: Look) -> AsyncGenerator[Event, None]:
        """A doubtful answer: finds the model that could do better, and asks it where that may happen unasked.

        The first answer stands unless the second one is whole.
        """
        await self._caught_up()
        if (held := held_mode(self.crew, self.session)) is Mode.ONLY_LOCAL:
            found = replace(found, request=replace(found.request, mode=held))
        decision = other_side(found, first.model)
        model = decision.chosen
        self.other = model.id if model is not None else None
        if model is None or self.tries >= MAX_ATTEMPTS or not unasked(self.crew, self.ask, found, decision):
            return
        try:
            made = await self.stopper.unless(self._package(model, replace(found, decision=decision)))
        except (Stopped, ScanError):
            return
        if self._must_ask(model, made) is not None:
            return
        yield first.doubted(model)
        decision_id = self.crew.store.decided(self.turn.id, decision, self.crew.world.record(found.snapshot), 0)
        yield Decided(self.turn.id, decision, decision_id, found.request.checks)
        self.crew.world.allow_host(model.host)
        self.tries += 1
        limit = self.crew.world.daily_limit
        second = Try(self.crew, self.turn, model, made, self.stopper, decision_id, moved=True, limit=limit)
        async with aclosing(second.events()) as events:
            async for event in events:
                yield event
        self._count(second)
        if second.ending is Ending.COMPLETE:
            self.notes += first.notes
            self.attempt, self.other = second, None
        else:
            self.notes.append(f"second look: {second.explanation or 'stopped'}")

    # -- what comes next --------------------------------------------------------------------------

    def _moves(self, model: Model) -> bool:
        """Whether the conversation changes its place: from this machine to a host, back, or from one host to another."""
        answers = [t.answer for t in (*self.parts.history, self.turn)]
        spoke = [a for a in answers if a is not None and a.text]
        return bool(spoke) and (spoke[-1].locality, spoke[-1].host) != (model.locality, model.host)

    def _must_ask(self, model: Model, made: Package) -> str | None:
        """Why consent is needed before the package may go, or `None`."""
        asked = any(a.host == model.host for t in (*self.parts.history, self.turn) for a in t.attempts)
        failed = self.attempt.explanation if self.attempt else ""
        return reason(self.crew, self.ask, self.session, model, made, failed or (AGAIN if asked else FIRST))

    def _may_ask_on(self) -> bool:
        """Whether the turn may go on without the network: a model chosen by hand is replaced only where somebody can be asked."""
        return waiting.somebody(self.session, self.ask) or (self.tries < MAX_ATTEMPTS and not self.ask.pinned(self.session))

    def _may_fall_back(self, error: ProviderError) -> bool:
        if self.tries >= MAX_ATTEMPTS or self.ask.pinned(self.session):
            return False
        return not isinstance(error, Refused | Blocked)
