"""The chat: preview a draft, answer a question, resume a held one. One stream of events carries each turn."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from hybridchat import tuning, waiting
from hybridchat.answer import Answer
from hybridchat.asking import NO_OPTIONS, Ask, Options
from hybridchat.conversation import Session, Turn
from hybridchat.crew import Crew, held_mode, policy_of
from hybridchat.errands import Errands
from hybridchat.events import Ended, Event, HandedOver, Verdict
from hybridchat.facts import Decision, Mode, Model, Snapshot
from hybridchat.look import money
from hybridchat.opening import Rest
from hybridchat.preview import Preview, previewed
from hybridchat.purse import Purse
from hybridchat.repair import Repair
from hybridchat.review import Review
from hybridchat.routing.explain import from_record
from hybridchat.sessions.store import Store
from hybridchat.stopper import Stopper
from hybridchat.turn import run
from hybridchat.warming import Loading, loading, warm
from hybridchat.words import Words
from hybridchat.world import World

if TYPE_CHECKING:  # the samplers cost 10 ms that one-shot commands can do without
    from hybridchat.agents.judge import ResourceThresholds
    from hybridchat.agents.ways import ConnectivityThresholds


class Chat:
    """Conversations over the models of a `World`. Built by `assemble`; event loop only."""

    def __init__(self, world: World, store: Store, crew: Crew) -> None:
        self.world = world
        self.store = store
        self._crew = crew
        self._held: dict[str, Ask] = {}
        self._refused: dict[str, Ask] = {}
        """Turn id -> the question that the day's budget kept from being asked."""
        self._answers: WeakSet[Answer] = WeakSet()
        self.repair = Repair(crew)
        """What the user put right by hand. `suggestion(session_id)` is what to ask after a turn; `repair` takes the answer."""
        self.suggestion = self.repair.suggestion
        self.purse = Purse(world, store, crew.config_file, lambda: money(crew))
        self._errands = Errands(crew)
        self.review = Review(crew, self._held)
        """What the user changes in a package that waits for consent."""
        self.hide = self.review.hides
        self.words = Words(crew)
        """The user's own words."""

    # -- one turn ---------------------------------------------------------------------------------

    def answer(
        self,
        session_id: str,
        text: str,
        *,
        pin: str | None = None,
        mode: Mode | None = None,
        parent: str | None = None,
        over_budget: bool = False,
        options: Options = NO_OPTIONS,
    ) -> Answer:
        """Asks `text` in the session; the first event raises `LookupError` when there is no such session or parent.

        Args:
            pin: model id for this message only.
            mode: mode for this message only; it does not lift LOCAL ONLY.
            parent: turn id to hang the question on; by default the end of the session's current branch.
            over_budget: the day's budget does not hold for this message; what it costs is counted all the same.
            options: what a program asks for with one message.
        """
        ask = Ask(session_id, text, pin=pin, mode=mode, parent=parent, over_budget=over_budget, options=options)
        return self._start(lambda: ask)

    def again(
        self,
        turn_id: str,
        *,
        pin: str | None = None,
        mode: Mode | None = None,
        other: bool = False,
        over_budget: bool = False,
        options: Options = NO_OPTIONS,
    ) -> Answer:
        """Asks the question of a stored turn once more; every answer is kept. `other` asks the other side, this turn only.

        `pin` and `mode` as in `answer`.

        With `over_budget` the day's budget does not hold for one call; a turn that it refused goes on as it was asked then,
        with the consent given. The first event raises `LookupError` when there is no such turn.
        """

        def ask() -> Ask:
            turn = self._turn(turn_id)
            if over_budget and (refused := self._refused.pop(turn_id, None)) is not None:
                return replace(refused, turn=turn, over_budget=True)
            return Ask(
                turn.session_id,
                turn.question,
                pin=pin,
                # the other side is seen from the answer at hand, whatever the session's mode or pin prefers
                mode=Mode.AUTO if other else mode,
                parent=turn.parent_id,
                turn=turn,
                escalated=other,
                unpinned=other,
                over_budget=over_budget,
                options=options,
            )

        return self._start(ask)

    def resume(self, turn_id: str, verdict: Verdict, *, over_budget: bool = False) -> Answer:
        """Goes on with a turn that rests, also one from an earlier run of the program; `over_budget` as in `again`.

        Of a queued one SEND goes the ordinary way, where a host is still asked about first. The first event raises
        `LookupError` when no such turn waits for a verdict.
        """
        held = self._held.pop(turn_id, None)

        def ask() -> Ask:
            asked = (held or waiting.stored(self._crew, turn_id)).decided(verdict)
            return replace(asked, over_budget=asked.over_budget or over_budget)

        return self._start(ask)

    def showing(self, turn_id: str, values: Collection[str]) -> Answer:
        """Asks the same model the question of a stored turn once more with `values` readable, after the user has seen it.

        The first event raises `LookupError` when there is no such turn.
        """

        def ask() -> Ask:
            turn = self._turn(turn_id)
            before = turn.answer.model_id if turn.answer is not None else None
            self.review.amend(turn.session_id, show=tuple(values))
            asked = Ask(turn.session_id, turn.question, parent=turn.parent_id, turn=turn, soft_pin=before)
            return replace(asked, confirm=f"shown this time: {', '.join(values)}")

        return self._start(ask)

    def _start(self, ask: Callable[[], Ask]) -> Answer:
        stopper = Stopper()
        answer = Answer(self._run(ask, stopper), stopper)
        self._answers.add(answer)
        return answer

    async def _run(self, make: Callable[[], Ask], stopper: Stopper) -> AsyncGenerator[Event, None]:
        self._errands.disturb()
        # off the loop: some questions are read from the store
        ask = await asyncio.to_thread(lambda: self.repair.observed(make()))
        if ask.turn is not None and (ended := waiting.laid(self._crew, ask, ask.turn)) is not None:
            yield ended
            return
        async with aclosing(run(ask, stopper, self._crew)) as events:
            async for event in events:
                if isinstance(event, HandedOver):
                    self.repair.went(ask, event)
                if isinstance(event, Ended):
                    self._errands.later(ask.session_id)
                if isinstance(event, Ended) and event.over_budget:
                    self._refused[event.turn_id] = ask
                if isinstance(event, Rest):
                    self._held[event.held.turn_id] = event.ask
                    yield event.held
                else:
                    yield event

    # -- looking ahead ----------------------------------------------------------------------------

    async def preview(
        self,
        session_id: str,
        draft: str,
        *,
        pin: str | None = None,
        mode: Mode | None = None,
        options: Options = NO_OPTIONS,
        like: Session | None = None,
    ) -> Preview:
        """Says where `draft` would go and what would be hidden. Raises `LookupError` when there is no such session.

        What `like` is told first, follows and asks for holds in place of what the stored session does: it may not have begun.
        """
        self._errands.disturb()
        ask = Ask(session_id, draft, pin=pin, mode=mode, options=options)
        session, path = await asyncio.to_thread(self._session_and_path, session_id)
        if like is not None:
            session = replace(session, system=like.system, strategy=like.strategy, parameters=like.parameters)
        return await previewed(self._crew, ask, session, path)

    @property
    def looked_through(self) -> float | None:
        """How much of what is being looked through for personal data is done, 0 to 1; `None` while nothing is."""
        watched = self._crew.watched
        return watched.share if watched is not None else None

    async def warm(self, model: Model, num_ctx: int | None = None) -> None:
        """Loads a local model ahead of its first question, with the window a preview named. See `warming.warm`."""
        await warm(self._crew, model, num_ctx)

    def loading(self, model: Model, num_ctx: int | None = None) -> Loading | None:
        """What a question to `model` has to wait for before the model can begin to read; `None`: it is loaded."""
        return loading(self._crew, model, num_ctx)

    # -- the session ------------------------------------------------------------------------------

    def models(self) -> tuple[Model, ...]:
        """Every model there is to pin, active or not."""
        return self.world.models

    def set_mode(self, session_id: str, mode: Mode | None) -> None:
        """Holds a mode for the session. `only_local` also ends every contact to hosts off this device: probes, and answers."""
        self.store.set_session(session_id, mode=mode)
        held = bool(self._crew.lock) or (mode or self._crew.mode) is Mode.ONLY_LOCAL
        self.world.local_only(on=held)
        for stopper in tuple(self._crew.away) if held else ():
            stopper.stop()

    def set(self, session: Session, text: str, *, think: bool = False, last: str | None = None) -> tuple[Session, str]:
        """The session after `/set TEXT`, or `/think TEXT`, stored unless it has not begun, and what to say.

        `last` is the id of the model that answered last: what it knows of thinking is told, unless another one is held. Raises
        `ValueError`: a sentence that names what there is, or what may stand there.
        """
        if think:
            model = next((m for m in self.world.models if m.id == (session.pin or last)), None)
            made, told = tuning.thinking(session, text, model)
        else:
            made, told = tuning.tuned(session, text, self._crew.strategies)
        if made != session and made.id:
            self.store.set_session(made.id, strategy=made.strategy, parameters=made.parameters)
        self.world.follow(policy_of(self._crew, made).name)
        return made, told

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
        return held_mode(self._crew, session)

    def adopt(self, daily_limit: float | None, **held: Any) -> None:
        """Holds what a changed configuration says: the day's money in US dollars, and attributes of the crew by their names."""
        self.world.daily_limit = daily_limit
        for name, content in held.items():
            setattr(self._crew, name, content)
        self._crew.read_terms(anew=True)

    @property
    def private(self) -> bool:
        """Whether this chat keeps nothing and sends nothing."""
        return self._crew.private

    @property
    def lock(self) -> str:
        """Why no mode lets anything leave, as a sentence; empty where the mode decides."""
        return self._crew.lock

    @property
    def here(self) -> str:
        """What the file of the folder the program was started in says; empty without one."""
        return self._crew.here.sentence

    def expire(self, but: Collection[str] = ()) -> str:
        """Has conversations older than the configuration keeps them erased, in ten minutes; the sentence that says so.

        Those of the ids in `but` are spared, and all while the clock may be wrong. Reads the store.
        """
        if (days := self._crew.retention) is None:
            return ""
        leapt, old = self.store.purge.leapt(), self.store.purge.older(days, but=but)
        if not old:
            return ""
        some = f"{len(old)} conversation{'s' if len(old) > 1 else ''} not used for {days} days"
        if leapt:
            return f"{some}, by a clock that leapt ahead: nothing is erased unless it still says so in a day."
        self.store.purge.mark(old)
        return f"{some} will be erased in 10 minutes. /undo before that brings them back."

    async def go_private(self) -> Chat:
        """A chat over the same models that sends nothing and keeps everything in memory, until `forget`."""
        store = await asyncio.to_thread(Store.open, None)
        # in a thread: the list of the user's own words is read
        return Chat(self.world, store, await asyncio.to_thread(self._crew.apart, store))

    async def forget(self) -> None:
        """Ends a private chat: its answers stop, and nothing of it is left."""
        await self._errands.close()
        await asyncio.gather(*(answer.end() for answer in list(self._answers)))
        await self.store.close()

    def opened(self, session: Session) -> None:
        """Says which session is looked at: its mode holds for probes too, and its strategy says where the gauges' lines are."""
        self.world.local_only(on=self.mode(session) is Mode.ONLY_LOCAL)
        self.world.follow(policy_of(self._crew, session).name)

    @property
    def banner(self) -> str:
        """What to say as long as the chat is open: why nothing is saved, or sent, or that a damaged file was set aside."""
        told = [text for text in (self.store.notice, self.store.problem, self._crew.scans.failure) if text]
        if not self.store.problem and not self.store.saved and not self.private:
            told.append("Nothing is saved: conversations are kept in memory until you quit.")
        return " ".join(told)

    def snapshot(self) -> Snapshot:
        """Every gauge at this moment."""
        return self.world.snapshot()

    def decision(self, turn_id: str) -> Decision | None:
        """The decision behind a turn's answer; of a turn without one, the last. Reads the store."""
        record = self.store.decision(turn_id, answered=True)
        return from_record(record["decision"]) if record is not None else None

    @property
    def limits(self) -> tuple[ResourceThresholds | None, ConnectivityThresholds | None]:
        """Where the samplers of this machine and of the ways to hosts draw their lines; `None` for one that does not run.

        Those of the strategy that the session looked at follows.
        """
        near, far, lines = self.world.resources, self.world.connectivity, self.world.lines.get(self.world.strategy)
        if lines is not None:
            return lines.resources, lines.connectivity
        return near.thresholds if near is not None else None, far.thresholds if far is not None else None

    async def close(self) -> None:
        """Ends answers, samplers, clients and the writer; everything said is on disk afterwards."""
        await self._errands.close()
        await asyncio.gather(*(answer.end() for answer in list(self._answers)))
        await self._crew.close()
        await self.world.close()
        await self.store.close()

    def _session_and_path(self, session_id: str) -> tuple[Session, list[Turn]]:
        session = self.store.session(session_id)
        if session is None:
            raise LookupError(f"there is no session {session_id}")
        return session, self.store.branch(session_id, session.leaf_id)

    def _turn(self, turn_id: str) -> Turn:
        turn = self.store.turn(turn_id)
        if turn is None:
            raise LookupError(f"there is no turn {turn_id}")
        return turn
