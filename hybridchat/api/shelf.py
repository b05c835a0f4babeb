"""The sessions of a client."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from hybridchat.api.errors import BadFile, HybridError, SessionNotFound
from hybridchat.config.holding import replaced
from hybridchat.conversation import Session
from hybridchat.handover import messages_of
from hybridchat.sessions.export import as_json, markdown
from hybridchat.sessions.imports import Unreadable
from hybridchat.sessions.moves import import_from, merge_of
from hybridchat.sessions.store import Store

KIND = "api"


class Sessions:
    """What `HybridClient` does with conversations. They are marked as a program's, and stay out of the terminal's list."""

    async def _opened_store(self) -> Store:
        raise NotImplementedError

    async def create_session(self, title: str = "", *, system: str = "") -> str:
        """Begins a conversation and returns its id. `system` is what every model is told first."""
        store = await self._opened_store()
        session = store.new_session(KIND, system=system)
        if title:
            store.rename(session.id, title)
        return session.id

    async def list_sessions(self, limit: int = 50) -> list[dict[str, Any]]:
        """The client's conversations, the one used last first: id, title, created, updated (epoch seconds), turns, origin.

        `origin` says where an imported or merged one comes from, and is empty for any other.
        """
        store = await self._opened_store()
        found = await asyncio.to_thread(store.sessions, KIND, limit)
        origins = await asyncio.to_thread(store.intake.origins)
        return [_row(session, origins) for session in found]

    async def load_session(self, session_id: str) -> dict[str, Any]:
        """A conversation with its `messages` (role, content). Raises `SessionNotFound`."""
        store = await self._opened_store()
        session = await self._session(session_id)
        turns = await asyncio.to_thread(store.path, session.id, session.leaf_id)
        messages = [{"role": m.role.value, "content": m.text} for turn in turns for m in messages_of(turn)]
        return {**_row(session, await asyncio.to_thread(store.intake.origins)), "messages": messages}

    async def delete_session(self, session_id: str) -> bool:
        """Takes the conversation out of every list and search. Raises `SessionNotFound`."""
        session = await self._session(session_id)
        (await self._opened_store()).delete_session(session.id)
        return True

    async def export_session(
        self, session_id: str, *, form: Literal["markdown", "json"] = "markdown", path: str | Path | None = None
    ) -> str:
        """The conversation as text, also written to `path` when given: whole or not at all, in place of a file that is there, and
        readable by this user alone. Raises `SessionNotFound`, `OSError`.

        `json` holds all of it, every branch and every answer, and can be imported again; `markdown` what stands.
        """
        store = await self._opened_store()
        session = await self._session(session_id)
        whole = form == "json"
        turns = await asyncio.to_thread(store.intake.tree if whole else store.path, session.id)
        text = as_json(session, turns) if whole else markdown(session, turns)
        if path is not None:
            await asyncio.to_thread(replaced, Path(path), text)
        return text

    async def import_session(self, path: str | Path) -> str:
        """Takes in what `export_session(form="json")` wrote, beside what is there; returns the id of the new conversation.

        Ids that are taken are made anew. Raises `BadFile`, which names the file and the place in it, and `OSError`.
        """
        store = await self._opened_store()
        try:
            return (await asyncio.to_thread(import_from, store, Path(path), kind=KIND)).id
        except Unreadable as error:
            raise BadFile(str(error)) from None

    async def merge_sessions(self, first_id: str, second_id: str) -> str:
        """Makes one new conversation of two, the second following the first, and returns its id; both stay as they are.

        Raises `SessionNotFound`, and `HybridError` when they are one.
        """
        store = await self._opened_store()
        first, second = await self._session(first_id), await self._session(second_id)
        try:
            return (await asyncio.to_thread(merge_of, store, first, second, kind=KIND)).id
        except ValueError as error:
            raise HybridError(str(error)) from None

    async def _session(self, session_id: str) -> Session:
        store = await self._opened_store()
        try:
            session = await asyncio.to_thread(store.session, session_id)
        except LookupError as error:
            raise SessionNotFound(str(error)) from None
        if session is None:
            raise SessionNotFound(f"there is no session {session_id}; list_sessions() names those there are")
        return session


def _row(session: Session, origins: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": session.id,
        "title": session.title,
        "created": session.created,
        "updated": session.updated,
        "turns": session.turns,
        "origin": origins.get(session.id, ""),
    }
