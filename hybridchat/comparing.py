"""The same question to several models: every answer an attempt at one turn, of which one is kept.

Each model is asked by the ordinary way out, so what leaves for a remote one is handed over, consented to and ledgered as ever.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Generic, Protocol, TypeVar

from hybridchat.asking import NO_OPTIONS, Options
from hybridchat.conversation import Attempt, Ending, Turn
from hybridchat.events import Asked, Ended, Event, HandedOver, Held, Offered, Verdict
from hybridchat.facts import Mode, Model

FEWEST = 2
MOST = 6
"""Models side by side; more make no columns that anybody could read."""


class Answer(Protocol):
    def __aiter__(self) -> AsyncIterator[Event]: ...
    async def stop(self) -> None: ...
    async def aclose(self) -> None: ...


A = TypeVar("A", bound=Answer)
A_co = TypeVar("A_co", bound=Answer, covariant=True)


class Store(Protocol):
    def turn(self, turn_id: str) -> Turn | None: ...
    def end_turn(self, turn_id: str, ending: Ending, chosen_attempt: str | None = None) -> None: ...


class Asker(Protocol[A_co]):
    """What a comparison needs of the chat."""

    @property
    def store(self) -> Store: ...
    def answer(
        self, session_id: str, text: str, *, pin: str | None = None, mode: Mode | None = None, options: Options = ...
    ) -> A_co: ...
    def again(self, turn_id: str, *, pin: str | None = None, mode: Mode | None = None, options: Options = ...) -> A_co: ...
    def resume(self, turn_id: str, verdict: Verdict) -> A_co: ...


def named(words: str, models: Sequence[Model]) -> tuple[tuple[Model, ...], str]:
    """The models that `llama3.2 gpt-6 What is a monad?` begins with, and the question behind them; commas may part the names.

    The first two may be shortened to letters that only one model has. Raises `LookupError` with a sentence.
    """
    found: list[Model] = []
    rest = words.strip()
    while rest:
        word, _, after = rest.partition(" ")
        known = [_named(name, models, short=len(found) < FEWEST) for name in word.split(",") if name]
        if any(model is None for model in known):
            break
        found += [model for model in known if model is not None]
        rest = after.strip()
    chosen = tuple(dict.fromkeys(found))
    if words.strip() and len(chosen) < FEWEST:
        raise LookupError("two different models or more are compared, as in: llama3.2 gpt-6.1-terra")
    if len(chosen) > MOST:
        raise LookupError(f"at most {MOST} models are compared at once")
    return chosen, rest


def _named(name: str, models: Sequence[Model], *, short: bool) -> Model | None:
    exact = [m for m in models if name in (m.id, m.name)]
    if exact or not short:
        return exact[0] if exact else None
    near = [m for m in models if name.lower() in m.id.lower()]
    if len(near) > 1:
        raise LookupError(f"{name!r} could be: {', '.join(m.id for m in near)}")
    if not near:
        raise LookupError(f"there is no model {name!r}")
    return near[0]


def keep(store: Store, turn_id: str, model_id: str) -> Attempt:
    """Makes the answer of `model_id` the turn's; the others stay beside it. Reads the store.

    Raises `LookupError` when there is no such turn, or no answer by that model.
    """
    turn = store.turn(turn_id)
    if turn is None:
        raise LookupError(f"there is no turn {turn_id}")
    attempt = _said(turn, model_id)
    if attempt is None:
        answered = dict.fromkeys(a.model_id for a in turn.attempts if a.text)
        raise LookupError(f"{model_id} gave no answer to keep; there is one of: {', '.join(answered) or 'nobody'}")
    store.end_turn(turn_id, attempt.ending or Ending.COMPLETE, attempt.id)
    return attempt


def _said(turn: Turn, model_id: str) -> Attempt | None:
    return next((a for a in reversed(turn.attempts) if a.model_id == model_id and a.text.strip()), None)


class Comparison(Generic[A]):
    """One question on its way to several models. `start` asks one, for those who take turns; `events` asks all at once.

    With `turn_id` the question of that turn is asked again. `settle` belongs to the end, however it came.
    """

    def __init__(
        self,
        chat: Asker[A],
        models: Sequence[Model],
        session_id: str,
        text: str = "",
        *,
        turn_id: str = "",
        options: Options = NO_OPTIONS,
    ) -> None:
        self.models = tuple(models)
        self.turn_id = turn_id
        self._chat, self._session_id, self._text = chat, session_id, text
        self._known = asyncio.Event()
        self._door = asyncio.Lock()
        self._verdicts: dict[int, asyncio.Future[Verdict]] = {}
        self._running: dict[int, A] = {}
        self._stopped = False
        self._faults: list[Exception] = []
        # what one of them cannot answer no other answers in its place
        self._options = replace(options, compared=True, alone=True)

    def start(self, n: int, mode: Mode | None = None) -> A:
        """Asks the model number `n`. Whoever asks them one by one says the `turn_id` after the first."""
        pin, options = self.models[n].id, self._options
        if self.turn_id:
            return self._chat.again(self.turn_id, pin=pin, mode=mode, options=options)
        return self._chat.answer(self._session_id, self._text, pin=pin, mode=mode, options=options)

    def settle(self, kept: int | None = None) -> Attempt | None:
        """Says which answer stands: number `kept`, else the last named that came whole, else that said anything.

        Reads the store. Returns `None` when nobody answered, or `kept` did not.
        """
        turn = self._chat.store.turn(self.turn_id) if self.turn_id else None
        if turn is None:
            return None
        order = reversed(self.models) if kept is None else [self.models[kept]]
        said = [a for model in order if (a := _said(turn, model.id)) is not None]
        stands = next((a for a in said if a.ending is Ending.COMPLETE), said[0] if said else None)
        if stands is not None:
            self._chat.store.end_turn(turn.id, stands.ending or Ending.COMPLETE, stands.id)
        return stands

    # -- all at once ------------------------------------------------------------------------------

    async def events(self) -> AsyncGenerator[tuple[int, Event], None]:
        """The events of all answers as they come, each with its model's number; the answers are attempts at one turn.

        After `Held` that model waits for `decided`, and so do the other remote ones that have not left yet. Ends when all have;
        then raises what nobody foresaw, which was told as a failed answer before.
        """
        told: asyncio.Queue[tuple[int, Event] | None] = asyncio.Queue()
        if self.turn_id:
            self._known.set()
        lanes = [asyncio.create_task(self._lane(n, told)) for n in range(len(self.models))]
        left = len(lanes)
        try:
            while left:
                item = await told.get()
                if item is None:
                    left -= 1
                else:
                    yield item
        finally:
            for lane in lanes:
                lane.cancel()
            await asyncio.gather(*lanes, return_exceptions=True)
        if self._faults:
            raise self._faults[0]

    def decided(self, n: int, verdict: Verdict) -> None:
        """Answers the question of a model that is held. It is this model or none: staying local leaves it out."""
        waiting = self._verdicts.get(n)
        if waiting is not None and not waiting.done():
            waiting.set_result(Verdict.CANCEL if verdict is Verdict.LOCAL else verdict)

    async def stop(self) -> None:
        """Stops every answer; what was said is kept."""
        self._stopped = True
        for n in tuple(self._verdicts):
            self.decided(n, Verdict.CANCEL)
        for answer in tuple(self._running.values()):
            await answer.stop()

    async def _lane(self, n: int, told: asyncio.Queue[tuple[int, Event] | None]) -> None:
        # an open question of consent rests on the turn, which can rest on one at a time: the next waits at the door
        inside = False
        try:
            if n:
                await self._known.wait()
            if not self.models[n].on_device:
                inside = await self._door.acquire()
            answer: A | None = None if self._stopped or (n and not self.turn_id) else self.start(n)
            offered: Offered | None = None
            while answer is not None:
                rests: Held | Offered | None = None
                async for event in self._heard(n, answer):
                    rests = event if isinstance(event, Held | Offered) else None
                    if not isinstance(event, Offered):
                        told.put_nowait((n, _why(event, offered)))
                    if inside and isinstance(event, HandedOver | Ended):
                        inside = False
                        self._door.release()
                answer = None
                if isinstance(rests, Held):
                    answer = self._chat.resume(self.turn_id, await self._asked(n))
                elif rests is not None:
                    # compared is what answers now: nothing is kept for when the network is back
                    offered = rests
                    stays = Verdict.LOCAL if self.models[n].on_device else Verdict.CANCEL
                    answer = self._chat.resume(self.turn_id, stays)
        except Exception as error:  # noqa: BLE001 - whatever it is, the other answers go on, and it is raised at their end
            self._faults.append(error)
            told.put_nowait((n, Ended(self.turn_id, None, Ending.FAILED, self.models[n].id, text=_fault(error), error="fault")))
        finally:
            if inside:
                self._door.release()
            self._known.set()
            told.put_nowait(None)

    async def _heard(self, n: int, answer: A) -> AsyncIterator[Event]:
        self._running[n] = answer
        try:
            async with aclosing(answer):
                async for event in answer:
                    if isinstance(event, Asked) and not self.turn_id:
                        self.turn_id = event.turn.id
                        self._known.set()
                    yield event
        finally:
            self._running.pop(n, None)

    async def _asked(self, n: int) -> Verdict:
        waiting: asyncio.Future[Verdict] = asyncio.get_running_loop().create_future()
        self._verdicts[n] = waiting
        if self._stopped:
            return Verdict.CANCEL
        try:
            return await waiting
        finally:
            self._verdicts.pop(n, None)


def _why(event: Event, offered: Offered | None) -> Event:
    """The end of a model that could not be reached says so."""
    if offered is None or not isinstance(event, Ended) or event.ending is not Ending.STOPPED:
        return event
    return replace(event, ending=Ending.FAILED, text=offered.why)


def _fault(error: Exception) -> str:
    return str(error) if type(error) is LookupError else f"a fault in the program ({type(error).__name__})"
