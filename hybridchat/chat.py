"""The chat: preview a draft, answer a question, resume a held one. One stream of events carries each turn."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Self, TypeVar

from hybridchat import terms
from hybridchat import turn as life
from hybridchat.attempt import Stopper
from hybridchat.conversation import Ended, Ending, Event, Session, Turn, Verdict
from hybridchat.crew import Ask, Crew, must_ask, readable
from hybridchat.facts import Decision, Mode, Model, Snapshot
from hybridchat.handover import Parts
from hybridchat.routing.explain import from_record, sentence
from hybridchat.sessions.store import Store
from hybridchat.world import World

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
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
    asks: bool = False
    """Sending would ask for consent first."""


class Answer:
    """The events of one turn, in order. `stop()` ends the upstream stream; then comes `Ended(stopped)`."""

    def __init__(self, events: AsyncGenerator[Event, None], stopper: Stopper) -> None:
        self._events = events
        self._stopper = stopper

    def __aiter__(self) -> AsyncIterator[Event]:
        return self

    async def __anext__(self) -> Event:
        return await self._events.__anext__()

    async def stop(self) -> None:
        """Stops the answer; the text so far is kept. Returns at once."""
        self._stopper.stop()

    async def aclose(self) -> None:
        """Leaves the stream; what was said so far is saved."""
        await self._events.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


class Chat:
    """Conversations over the models of a `World`. Built by `assemble`; event loop only."""

    def __init__(self, world: World, store: Store, crew: Crew, terms_file: Path | None = None) -> None:
        self.world = world
        self.store = store
        self._crew = crew
        self._terms_file = terms_file
        self._scanner = ThreadPoolExecutor(1, thread_name_prefix="scan")
        self._held: dict[str, Ask] = {}

    # -- one turn ---------------------------------------------------------------------------------

    def answer(
        self, session_id: str, text: str, *, pin: str | None = None, mode: Mode | None = None, parent: str | None = None
    ) -> Answer:
        """Asks `text` in the session.

        Args:
            pin: model id for this message only.
            mode: mode for this message only.
            parent: turn id to hang the question on; by default the end of the session's current branch.
        """
        ask = Ask(session_id=session_id, text=text, pin=pin, mode=mode, parent=parent)
        return self._start(ask)

    def again(self, turn_id: str, *, pin: str | None = None, other: bool = False) -> Answer:
        """Asks the question of a stored turn once more; every answer is kept. `other` asks the other side, this turn only.

        Raises:
            LookupError: there is no such turn.
        """
        turn = self._turn(turn_id)
        # the other side of a cloud conversation is this machine; of LOCAL ONLY there is none, and the decision says so
        lifted = other and self.mode(self._session(turn.session_id)) is not Mode.ONLY_LOCAL
        mode = Mode.AUTO if lifted else None
        return self._start(
            Ask(turn.session_id, turn.question, pin=pin, mode=mode, parent=turn.parent_id, turn=turn, escalated=other)
        )

    def resume(self, turn_id: str, verdict: Verdict) -> Answer:
        """Goes on with a held turn, also one held by an earlier run of the program.

        Raises:
            LookupError: there is no such turn.
        """
        ask = self._held.pop(turn_id, None)
        if ask is None:
            turn = self._turn(turn_id)
            decision = self.decision(turn_id)
            waiting = decision.chosen if decision is not None else None
            ask = Ask(turn.session_id, turn.question, parent=turn.parent_id, turn=turn, waiting_for=waiting)
        return self._start(ask.decided(verdict))

    def _start(self, ask: Ask) -> Answer:
        stopper = Stopper()
        return Answer(self._run(ask, stopper), stopper)

    async def _run(self, ask: Ask, stopper: Stopper) -> AsyncGenerator[Event, None]:
        if ask.verdict is Verdict.CANCEL:
            yield self._cancelled(ask)
            return
        events = life.run(ask, stopper, self._crew, self._in_worker)
        async with contextlib.aclosing(events):
            async for event in events:
                if isinstance(event, life.Rest):
                    self._held[event.held.turn_id] = event.ask
                    yield event.held
                else:
                    yield event

    def _cancelled(self, ask: Ask) -> Ended:
        if ask.turn is None:
            raise LookupError("only a stored turn can be cancelled")
        self.store.end_turn(ask.turn.id, Ending.STOPPED)
        return Ended(ask.turn.id, None, Ending.STOPPED, text="Not sent. The question is kept.")

    # -- looking ahead ----------------------------------------------------------------------------

    async def preview(self, session_id: str, draft: str, *, pin: str | None = None, mode: Mode | None = None) -> Preview:
        """Says where `draft` would go and what would be hidden."""
        ask = Ask(session_id, draft, pin=pin, mode=mode)
        session = await self._in_worker(partial(self._session, session_id))
        path = await self._in_worker(partial(self.store.path, session_id, session.leaf_id))
        parts = Parts(session.system, tuple(path), draft)
        look = await life.look(ask, session, parts, self._crew, self._in_worker)
        decision = look.decision
        target = decision.chosen
        package = (
            await self._in_worker(partial(life.package, self._crew, ask, target, parts, look, mint=False)) if target else None
        )
        counts: dict[str, int] = dict(look.request.kinds)
        if package is not None:
            counts = {}
            for item in package.hidden:
                counts[item.kind] = counts.get(item.kind, 0) + 1
            if target is not None and readable(self._crew, target):
                counts = dict(look.message_kinds)
        return Preview(
            decision=decision,
            sentence=sentence(decision),
            hidden=counts,
            left=package.left if package else (),
            tokens=package.tokens if package else look.request.history_tokens + look.request.message_tokens,
            turns=package.turns if package else 0,
            turns_left_out=package.turns_left_out if package else 0,
            est_cost=package.est_cost if package else None,
            asks=bool(target and package and must_ask(self._crew, ask, target)),
        )

    async def warm(self, model: Model) -> None:
        """Loads a local model into memory ahead of its first question; a failure shows when it is asked, not before."""
        if model.on_device:
            with contextlib.suppress(Exception):
                await (await self.world.provider(model.endpoint)).preload(model, None)

    # -- the session ------------------------------------------------------------------------------

    def models(self) -> tuple[Model, ...]:
        """Every model there is to pin, active or not."""
        return self.world.models

    def set_mode(self, session_id: str, mode: Mode | None) -> None:
        """Holds a mode for the session. `only_local` also stops every contact to hosts off this device, probes included."""
        self.store.set_session(session_id, mode=mode)
        self.world.local_only(on=(mode or self._crew.mode) is Mode.ONLY_LOCAL)

    def set_pin(self, session_id: str, model_id: str | None) -> None:
        """Pins one model for the session; picking a model also allows contacting its host.

        Raises:
            LookupError: no model has that id; the message lists near ones.
        """
        if model_id is not None:
            model_id = self.world.find(model_id).id
            self.world.allow(model_id)
        self.store.set_session(session_id, pin=model_id)

    def mode(self, session: Session) -> Mode:
        return session.mode or self._crew.mode

    def opened(self, session: Session) -> None:
        """Says which session is looked at: its mode holds for probes too."""
        self.world.local_only(on=self.mode(session) is Mode.ONLY_LOCAL)

    def hide(self, word: str) -> str:
        """Never sends `word` readable from now on; the sentence to show."""
        if self._terms_file is None:
            self._crew.set_terms(replace(self._crew.terms, always=(*self._crew.terms.always, word)))
            return f"{word} is hidden for this run."
        terms.add(self._terms_file, word)
        self._crew.set_terms(terms.load(self._terms_file))
        return f"{word} is hidden from now on, wherever it occurs. hybridchat terms lists all."

    def snapshot(self) -> Snapshot:
        """Every gauge at this moment."""
        return self.world.snapshot()

    def decision(self, turn_id: str) -> Decision | None:
        """The last decision for a turn."""
        record = self.store.decision(turn_id)
        return from_record(record["decision"]) if record is not None else None

    async def close(self) -> None:
        """Ends samplers, clients and the writer; everything enqueued is on disk afterwards."""
        self._scanner.shutdown(wait=False, cancel_futures=True)
        await self.world.close()
        await self.store.close()

    def _session(self, session_id: str) -> Session:
        session = self.store.session(session_id)
        if session is None:
            raise LookupError(f"there is no session {session_id}")
        return session

    def _turn(self, turn_id: str) -> Turn:
        turn = self.store.turn(turn_id)
        if turn is None:
            raise LookupError(f"there is no turn {turn_id}")
        return turn

    def _in_worker(self, job: Callable[[], T]) -> Awaitable[T]:
        return asyncio.get_running_loop().run_in_executor(self._scanner, job)
