"""The open conversation: kept here for the screen, read from the store off the event loop. No widget here."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from hybridchat.facts import Decision, Mode, Model, Snapshot
from hybridchat.render.words import loading
from hybridchat.tui.ports import Opened, Preview

if TYPE_CHECKING:
    from hybridchat.conversation import Session, Turn
    from hybridchat.sessions.attachments import Named

RECENT = 40
"""Turns that are read before a conversation is painted; the others come after."""
_DRAFT = "draft-new"
_PREVIEWS = "previews"
_NEXT = "\x1e"
"""Stands between the messages that wait and the draft, which are kept as one text: erased with their conversation."""


def blank() -> Session:
    """A conversation in which nothing was asked: it is nowhere stored, so leaving it leaves nothing behind."""
    from hybridchat.conversation import Session  # imported here, as wherever events come: 5 ms that the first paint does not need

    return Session("", "", 0.0, 0.0)


class Current:
    """One conversation at a time. `session` is what is known of it without asking; without an id it is blank."""

    def __init__(self, opened: Opened) -> None:
        self._chat, self._store = opened.chat, opened.chat.store
        self.session = replace(blank(), pin=opened.pin)
        self._warmed: set[tuple[str, str]] = set()
        self._loading: set[str] = set()
        self.decision: Decision | None = None
        """Of the newest turn."""
        self.waiting: list[str] = []
        """Messages that are sent after the answer that runs, oldest first."""
        self.settled = True
        """What was kept of the conversation stands on the screen."""
        self.sending = ""
        """The message that is on its way and not yet stored; kept like those that wait."""
        self._began = False
        """The conversation began with this message: what was kept of it before it had a name is kept no longer."""

    @property
    def blank(self) -> bool:
        return not self.session.id

    @property
    def mode(self) -> Mode:
        return self._chat.mode(self.session)

    async def look_at(self, session_id: str | None) -> list[Turn]:
        """Goes on with a stored conversation, or with `None` a blank one; its newest turns, at most one more than `RECENT`."""
        found = await asyncio.to_thread(self._store.session, session_id) if session_id else None
        self.settled = False
        self.session = found or (self.session if self.blank and not session_id else blank())
        # its mode holds for probes too: LOCAL ONLY is a promise from the first moment
        self._chat.opened(self.session)
        self.decision = None
        self.sending, self._began = "", False
        self.waiting = (await self._stored())[:-1]
        turns = list(await asyncio.to_thread(self._newest, self.session.id))
        if turns:
            self.decision = await self.decision_of(turns[-1].id)
        return turns

    def _newest(self, session_id: str) -> Sequence[Turn]:
        return self._store.path(session_id, limit=RECENT + 1) if session_id else ()

    async def decision_of(self, turn_id: str) -> Decision | None:
        """The stored decision of a turn."""
        return await asyncio.to_thread(self._chat.decision, turn_id)

    def begin(self) -> str:
        """The id of the conversation, which begins now if it was blank."""
        if self.blank:
            self._began, held = True, self.session
            self.session = self._store.new_session(
                mode=held.mode, pin=held.pin, system=held.system, strategy=held.strategy, parameters=held.parameters
            )
        return self.session.id

    async def refresh(self) -> None:
        """Reads the title and the like again, after a question."""
        if (asked := self.session.id) and (found := await asyncio.to_thread(self._store.session, asked)):
            self.session = found if self.session.id == asked else self.session

    # -- what is held and written -----------------------------------------------------------------

    def set_mode(self, mode: Mode) -> None:
        self.session = replace(self.session, mode=mode)
        self._chat.set_mode(self.session.id, mode)

    def set_pin(self, model_id: str | None) -> None:
        """Raises `LookupError` for a model that is not there."""
        self._chat.set_pin(self.session.id, model_id)
        self.session = replace(self.session, pin=model_id)

    def set_system(self, text: str) -> None:
        """What every model is told first in this conversation."""
        self.session = replace(self.session, system=text)
        if not self.blank:
            self._store.set_session(self.session.id, system=text)

    def set(self, text: str, *, think: bool = False) -> str:
        """Takes `/set TEXT`, or `/think TEXT`, and returns what to say. Raises `ValueError` with a sentence."""
        last = self.decision.chosen if self.decision is not None else None
        self.session, told = self._chat.set(self.session, text, think=think, last=last.id if last is not None else None)
        return told

    def reheld(self) -> None:
        """The settings changed: what holds for this conversation holds for probes too."""
        self._chat.opened(self.session)

    def rename(self, title: str) -> None:
        self._store.rename(self.session.id, title)
        self.session = replace(self.session, title=" ".join(title.split()))

    def keep_draft(self, text: str) -> None:
        """What stands in the composer is there again after a crash, also before the conversation begins; so is what waits.

        Until the conversation is `settled` that is of another one, and nothing is kept of it here.
        """
        if not self.settled:
            return
        text = _NEXT.join([*([self.sending] if self.sending else ()), *self.waiting, text.replace(_NEXT, "")])
        if self.blank:
            self._store.remember(_DRAFT, text)
        else:
            self._store.draft(self.session.id, text)

    def went(self, draft: str) -> None:
        """The message on its way is stored; the `draft` is what is written since."""
        self.sending = ""
        if self._began:
            self._began = False
            self._store.remember(_DRAFT, "")
        self.keep_draft(draft)

    async def draft(self) -> str:
        return (await self._stored())[-1]

    async def _stored(self) -> list[str]:
        """What waits, oldest first, and the draft."""
        if self.blank:
            kept = await asyncio.to_thread(self._store.recall, _DRAFT) or ""
        else:
            kept = await asyncio.to_thread(self._store.read_draft, self.session.id)
        return kept.split(_NEXT)

    def to_warm(self, told: Preview, snapshot: Snapshot) -> Model | None:
        """The local model that the draft would go to, when it is not loaded yet, or not with the window that the draft needs.

        Each once in a conversation; on battery none.
        """
        model = told.decision.chosen
        if model is None or not model.on_device or snapshot.device.on_battery or (self.session.id, model.id) in self._warmed:
            return None
        live = snapshot.live.get(model.id)
        small = live is not None and live.loaded_window is not None and live.loaded_window < (told.num_ctx or 0)
        if live is not None and live.resident and not small:
            return None
        self._warmed.add((self.session.id, model.id))
        return model

    async def warm(self, model: Model, num_ctx: int | None) -> None:
        """Loads a model; `loading` says so meanwhile."""
        self._loading.add(model.id)
        try:
            await self._chat.warm(model, num_ctx)
        finally:
            self._loading.discard(model.id)

    def loading(self, told: Preview | None) -> str:
        """`loading 6 s` while the model that the draft would go to is being loaded, else nothing."""
        model = told.decision.chosen if told is not None else None
        if told is None or model is None or model.id not in self._loading:
            return ""
        wait = self._chat.loading(model, told.num_ctx)
        return loading(wait.left_s) if wait is not None else ""

    async def preview(self, draft: str, files: tuple[Named, ...] = ()) -> Preview:
        """Where `draft` would go, with the pictures in `files`. Raises what the chat raises."""
        from hybridchat.asking import NO_OPTIONS  # imported here: the first paint needs no chat

        session_id = self.session.id or await asyncio.to_thread(self._page)
        options = replace(NO_OPTIONS, files=files)
        return await self._chat.preview(
            session_id, draft, pin=self.session.pin, mode=self.session.mode, like=self.session, options=options
        )

    def _page(self) -> str:
        """A preview is of a stored session: all that begin nowhere share this one, which is no conversation and never listed."""
        known = self._store.recall(_PREVIEWS)
        if known and self._store.session(known) is not None:
            return known
        made = self._store.new_session("preview").id
        self._store.remember(_PREVIEWS, made)
        return made
