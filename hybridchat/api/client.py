"""The client: hook models and agents, then ask."""

from __future__ import annotations

import asyncio
import os
import time
import warnings
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any, Self, TextIO

import msgspec

from hybridchat.api.current import Board, Current, Figures
from hybridchat.api.errors import BadConfiguration, HybridError, NoModel
from hybridchat.api.events import Hub, Log, Observation
from hybridchat.api.files import handed
from hybridchat.api.hooking import Hooking, Settings
from hybridchat.api.many import Together
from hybridchat.api.response import Hearing, Response
from hybridchat.api.shelf import KIND, Sessions
from hybridchat.api.stream import Stream
from hybridchat.api.talk import talk
from hybridchat.api.turns import conclude, told_of
from hybridchat.api.wired import Wired, wire
from hybridchat.asking import Options
from hybridchat.assemble import database
from hybridchat.config import Config, ConfigError
from hybridchat.events import Event
from hybridchat.facts import Mode, Outcome
from hybridchat.parameters import Think, asked
from hybridchat.sessions.store import Store


class HybridClient(Hooking, Sessions, Together):
    """Answers prompts with the hooked models: on this machine while that suffices, in the cloud when it does not.

    Hooking a cloud model is consent to ask it: nothing is asked again, and personal data is hidden from it all the same.
    Nothing is contacted before the first prompt. Use it from one event loop at a time; `async with` shuts it down.

    Args:
        strategy: a shipped one or one of the user's configuration; by default the configuration's.
        mode: only_local, prefer_local, auto, prefer_cloud, only_cloud; by default auto.
        daily_budget: US dollars for the clouds per day (the whole of `store` counts); by default the configuration's.
        store: keep conversations: `True` in the user's database, or a path. By default they, and the ledger, live in memory.
        log: path or open text stream for one JSON line per decision, fallback and outcome; no text of any message.
        config: settings in place of the user's config.toml, which is read otherwise (thresholds, prices, privacy).
        oblix_api_key: accepted for programs written for Oblix, and ignored.

    Raises:
        BadConfiguration: at the first use, when the configuration or the strategy is wrong.
    """

    def __init__(
        self,
        *,
        strategy: str | None = None,
        mode: Mode | str | None = None,
        daily_budget: float | None = None,
        store: bool | str | Path = False,
        log: str | Path | TextIO | None = None,
        config: Config | None = None,
        oblix_api_key: str | None = None,
    ) -> None:
        if oblix_api_key is not None:
            warnings.warn("oblix_api_key is ignored: hybridchat needs no key of its own", UserWarning, stacklevel=2)
        super().__init__(Settings.checked(strategy, mode, daily_budget, config))
        self._keep = store
        self._hub = Hub(Log(log) if log is not None else None, time.time)
        self._board = Board()
        self.stats: Current[Figures] = self._board
        """Counts, tokens, cost and `status` (idle, routing, answering): `.value`, or `async for` over its changes."""
        self._store: Store | None = None
        self._wired: Wired | None = None
        self._opening: tuple[asyncio.AbstractEventLoop, asyncio.Lock] | None = None
        self._closed = False

    # -- asking -----------------------------------------------------------------------------------

    async def execute(
        self,
        prompt: str,
        model_id: str | None = None,
        session_id: str | None = None,
        *,
        temperature: float | None = None,
        max_tokens: int | None = None,
        think: Think | None = None,
        over_budget: bool = False,
        files: Sequence[str | Path] = (),
        pictures_may_leave: bool = False,
        **told: Any,
    ) -> Response:
        """Answers a prompt. Without `session_id` it stands alone.

        Args:
            model_id: this model and no other, as hooked.
            session_id: go on with a conversation.
            temperature: as the server understands it.
            max_tokens: most tokens the answer may have, thinking included.
            think: off, low, medium or high; left out, and said in `notes`, where the model cannot.
            over_budget: send even though the day's budget is spent; what it costs is counted all the same.
            files: paths of UTF-8 text files, which stand before the prompt under their names, and of JPEG or PNG pictures, which
                go beside it, without what stood beside their pixels, to models that see.
            pictures_may_leave: pictures may go to a hooked cloud model; they cannot be looked through for personal data.
            told: anything else is handed to the agents' `check`.

        Raises:
            ValueError: one of the three is out of its range; says which.
            BadFile: a file cannot be read, is too large, or is neither text nor such a picture.
            NoModel: no hooked model has that id.
            SessionNotFound: there is no such session.
            NothingLeft: no model may answer; says what would help.
            ProviderFailed: the models that were asked failed.
            AnswerCut: the answer broke off; holds what came.
        """
        wanted = asked(temperature=temperature, max_tokens=max_tokens, think=think)
        options = Options(wanted, told, pictures_may_leave=pictures_may_leave)
        return await Stream(self._answer(prompt, model_id, session_id, options, files, over_budget=over_budget)).whole()

    def execute_streaming(
        self,
        prompt: str,
        model_id: str | None = None,
        session_id: str | None = None,
        *,
        temperature: float | None = None,
        max_tokens: int | None = None,
        think: Think | None = None,
        over_budget: bool = False,
        files: Sequence[str | Path] = (),
        pictures_may_leave: bool = False,
        **told: Any,
    ) -> Stream:
        """`execute`, piece by piece: `async for text in client.execute_streaming(...)`; raises while it is read."""
        wanted = asked(temperature=temperature, max_tokens=max_tokens, think=think)
        options = Options(wanted, told, streamed=True, pictures_may_leave=pictures_may_leave)
        return Stream(self._answer(prompt, model_id, session_id, options, files, over_budget=over_budget))

    async def execute_many(
        self, prompt: str, model_ids: Sequence[str] | None = None, **options: Any
    ) -> list[Response | HybridError]:
        """The same prompt to several models at once (`None`: to every hooked one), each in a session of its own.

        With `session_id=` it is one turn of that session with an answer by each, the same `request_id` in all of them; the last
        one named that came whole stands, until `keep` says otherwise. Returns in the order of `model_ids` each response, or the
        `HybridError` that stood in its way; takes what `execute` takes. Raises `SessionNotFound`.
        """
        ids = tuple(self._hooks) if model_ids is None else tuple(model_ids)
        if (session_id := options.pop("session_id", None)) is not None:
            return await self._together(prompt, ids, session_id, options)
        found = await asyncio.gather(*(self.execute(prompt, one, **options) for one in ids), return_exceptions=True)
        for one in found:
            if isinstance(one, BaseException) and not isinstance(one, HybridError):
                raise one
        return [one for one in found if not isinstance(one, BaseException) or isinstance(one, HybridError)]

    async def chat_streaming(self, session_id: str | None = None) -> str:
        """A conversation at the terminal until `exit`, `quit` or the end of the input; returns its session's id."""
        session_id = session_id or await self.create_session()
        await talk(lambda line: self.execute_streaming(line, session_id=session_id))
        return session_id

    # -- watching, ending -------------------------------------------------------------------------

    async def events(self, *, snapshots_every: float = 2.0) -> AsyncIterator[Observation]:
        """Snapshots (every so many seconds), decisions, fallbacks and outcomes as they come, until `shutdown`.

        A reader that falls behind by 1,000 loses the oldest, and is told how many.
        """
        async with aclosing(self._hub.read(self._gauges, snapshots_every)) as observations:
            async for observation in observations:
                yield observation

    async def shutdown(self) -> None:
        """Ends agents, connections and the store. May be called twice; a program that never does loses nothing."""
        if self._closed:
            return
        self._closed = True
        self._hub.close()
        self._board.close()
        await self._panel.close()
        if self._wired is not None and self._wired.loop is asyncio.get_running_loop():
            await self._wired.chat.close()
        elif self._store is not None:
            await self._store.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.shutdown()

    # -- inside -----------------------------------------------------------------------------------

    async def _answer(
        self,
        prompt: str,
        model_id: str | None,
        session_id: str | None,
        options: Options,
        files: Sequence[str | Path],
        *,
        over_budget: bool,
    ) -> AsyncGenerator[str | Response, None]:
        """The pieces of an answer, then the response. Raises a `HybridError`."""
        if not isinstance(prompt, str) or not prompt.strip():
            raise HybridError("the prompt is empty; give a text to answer")
        said = self._hooked(model_id) if model_id is not None else None
        text, pictures = await handed(prompt, files)
        options = replace(options, files=pictures)
        wired = await self._open()
        session = await self._session(session_id) if session_id is not None else wired.chat.store.new_session(KIND)
        hearing = Hearing(prompt, session.id, wired.outer, self._agent_names())
        wired.users += 1
        self._board.began(hearing)
        try:
            pin = wired.inner[said] if said is not None else None
            answer = wired.chat.answer(session.id, text, pin=pin, over_budget=over_budget, options=options)
            async with aclosing(answer) as events:
                async for event in events:
                    if piece := hearing.feed(event):
                        yield piece
                    self._heard(hearing, event)
            yield conclude(hearing)
        finally:
            self._board.left(hearing, wired.outer)
            await wired.leave()

    def _heard(self, hearing: Hearing, event: Event) -> None:
        """Tells those who watch."""
        self._board.heard(hearing, event)
        if self._hub.wanted and (observed := told_of(event, hearing)) is not None:
            self._hub.tell(observed[0], hearing.request_id, observed[1])

    def _gauges(self) -> Mapping[str, Any] | None:
        if self._wired is None:
            return None
        told: Mapping[str, Any] = msgspec.to_builtins(self._wired.chat.snapshot())
        return told

    def _outcome(self, outcome: Outcome) -> None:
        local = any(m.id == outcome.model_id and m.on_device for m in self._wired.chat.world.models) if self._wired else False
        self._board.learnt(outcome, local=local)
        if self._hub.wanted:
            wired = self._wired
            name = wired.outer.get(outcome.model_id, outcome.model_id) if wired is not None else outcome.model_id
            self._hub.tell("outcome", "", {**msgspec.to_builtins(outcome), "model_id": name})

    async def _opened_store(self) -> Store:
        if self._closed:
            raise HybridError("the client was shut down; make a new HybridClient")
        if self._store is None:
            path = database(os.environ) if self._keep is True else Path(self._keep) if self._keep else None
            opened = await asyncio.to_thread(Store.open, path)
            if self._store is None:
                self._store = opened
                if opened.problem:
                    warnings.warn(opened.problem, UserWarning, stacklevel=2)
        return self._store

    async def _open(self) -> Wired:
        """The chat over what is hooked now."""
        loop = asyncio.get_running_loop()
        if self._opening is None or self._opening[0] is not loop:
            self._opening = loop, asyncio.Lock()
        async with self._opening[1]:
            store = await self._opened_store()
            wired = self._wired
            if wired is not None and not self._stale and wired.loop is loop:
                return wired
            if not self._hooks:
                raise NoModel('no model is hooked: await client.hook_model(ModelType.OLLAMA, "llama3.2") first')
            self._stale = False
            try:
                made = await wire(
                    await asyncio.to_thread(self._settings.plan, tuple(self._hooks.values())),
                    store,
                    self._panel,
                    self._monitors,
                    wired,
                )
            except ConfigError as error:
                self._stale = True
                raise BadConfiguration(str(error)) from None
            made.chat.world.on_outcome = self._outcome
            self._wired = made
            if wired is not None and wired.loop is loop:
                await wired.retire()
            return made
