"""The same prompt to several models in one session: attempts at one turn, of which one is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from hybridchat.answer import Answer
from hybridchat.api.current import Board
from hybridchat.api.errors import HybridError, NoModel
from hybridchat.api.files import handed
from hybridchat.api.response import Hearing, Response
from hybridchat.api.turns import conclude
from hybridchat.api.wired import Wired
from hybridchat.asking import NO_OPTIONS, Options
from hybridchat.chat import Chat
from hybridchat.comparing import Comparison, keep
from hybridchat.conversation import Session
from hybridchat.events import Event, Held, Verdict
from hybridchat.facts import Mode
from hybridchat.parameters import asked
from hybridchat.sessions.store import Store


@dataclass(frozen=True, slots=True)
class Asker:
    """A chat that asks in spite of the budget where a program said so."""

    chat: Chat
    over_budget: bool

    @property
    def store(self) -> Store:
        return self.chat.store

    def answer(
        self, session_id: str, text: str, *, pin: str | None = None, mode: Mode | None = None, options: Options = NO_OPTIONS
    ) -> Answer:
        return self.chat.answer(session_id, text, pin=pin, mode=mode, over_budget=self.over_budget, options=options)

    def again(self, turn_id: str, *, pin: str | None = None, mode: Mode | None = None, options: Options = NO_OPTIONS) -> Answer:
        return self.chat.again(turn_id, pin=pin, mode=mode, over_budget=self.over_budget, options=options)

    def resume(self, turn_id: str, verdict: Verdict) -> Answer:
        return self.chat.resume(turn_id, verdict)


async def together(
    asker: Asker,
    session_id: str,
    prompt: str,
    model_ids: Sequence[str],
    hearings: Sequence[Hearing],
    heard: Callable[[Hearing, Event], None],
    options: Options,
) -> list[Response | HybridError]:
    """Asks all of `model_ids` (ids inside, each once) at once; one result for each. The last that answered whole stands.

    Consent that only a person can give is not given: such a model stays unasked.
    """
    models = [asker.chat.world.find(model_id) for model_id in model_ids]
    comparison = Comparison(asker, models, session_id, prompt, options=options)
    held: set[int] = set()
    try:
        async with aclosing(comparison.events()) as events:
            async for n, event in events:
                if isinstance(event, Held):
                    held.add(n)
                    comparison.decided(n, Verdict.CANCEL)
                if n not in held:
                    hearings[n].feed(event)
                    heard(hearings[n], event)
    finally:
        await asyncio.to_thread(comparison.settle)
    for hearing in hearings:
        hearing.request_id = hearing.request_id or comparison.turn_id
    return [_concluded(hearing) for hearing in hearings]


def _concluded(hearing: Hearing) -> Response | HybridError:
    try:
        return conclude(hearing)
    except HybridError as error:
        return error


class Together:
    """The part of `HybridClient` that asks several models the same in one session."""

    _board: Board
    _wired: Wired | None

    async def _open(self) -> Wired:
        raise NotImplementedError

    async def _opened_store(self) -> Store:
        raise NotImplementedError

    async def _session(self, session_id: str) -> Session:
        raise NotImplementedError

    def _hooked(self, model_id: str) -> str:
        raise NotImplementedError

    def _agent_names(self) -> Mapping[str, str]:
        raise NotImplementedError

    def _heard(self, hearing: Hearing, event: Event) -> None:
        raise NotImplementedError

    async def keep(self, request_id: str, model_id: str) -> None:
        """Makes the answer of `model_id` the one that stands in the turn `request_id`; the others stay beside it.

        Raises `HybridError` when there is no such turn, or no answer by that model.
        """
        store = await self._opened_store()
        inside = self._wired.inner.get(model_id, model_id) if self._wired is not None else model_id
        try:
            await asyncio.to_thread(keep, store, request_id, inside)
        except LookupError as error:
            raise HybridError(str(error)) from None

    async def _together(
        self, prompt: str, ids: Sequence[str], session_id: str, options: dict[str, Any]
    ) -> list[Response | HybridError]:
        """One turn of a session, asked of several models. Raises `SessionNotFound`, `HybridError`."""
        if not isinstance(prompt, str) or not prompt.strip():
            raise HybridError("the prompt is empty; give a text to answer")
        known: dict[str, str | NoModel] = {one: self._known(one) for one in ids}
        said = list(dict.fromkeys(one for one in known.values() if isinstance(one, str)))
        wired, session = await self._open(), await self._session(session_id)
        hearings = [Hearing(prompt, session.id, wired.outer, self._agent_names()) for _ in said]
        over_budget = bool(options.pop("over_budget", False))
        wanted = {name: options.pop(name, None) for name in ("temperature", "max_tokens", "think")}
        text, pictures = await handed(prompt, options.pop("files", ()))
        may_leave = bool(options.pop("pictures_may_leave", False))
        every = Options(asked(**wanted), options, files=pictures, pictures_may_leave=may_leave)
        wired.users += 1
        for hearing in hearings:
            self._board.began(hearing)
        try:
            asker = Asker(wired.chat, over_budget)
            inside = [wired.inner[one] for one in said]
            told = await together(asker, session.id, text, inside, hearings, self._heard, every) if said else []
        finally:
            for hearing in hearings:
                self._board.left(hearing, wired.outer)
            await wired.leave()
        found = dict(zip(said, told, strict=True))
        return [name if isinstance(name, NoModel) else found[name] for name in (known[one] for one in ids)]

    def _known(self, model_id: str) -> str | NoModel:
        try:
            return self._hooked(model_id)
        except NoModel as error:
            return error
