"""What the screens need of the rest of the program: nothing of it is imported here, so nothing of it can be tangled with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from hybridchat.conversation import Ending, Event, Session, Turn, Verdict
from hybridchat.facts import Decision, Mode, Model, Snapshot
from hybridchat.value import value

if TYPE_CHECKING:
    from hybridchat.repair import Suggestion


class Answer(Protocol):
    """The events of one turn. `stop()` ends it; the last event still comes."""

    def __aiter__(self) -> AsyncIterator[Event]: ...
    async def stop(self) -> None: ...
    async def aclose(self) -> None: ...


class Preview(Protocol):
    """Where a draft would go. `hidden` counts by kind; `asks` means consent would be asked first."""

    @property
    def decision(self) -> Decision: ...
    @property
    def sentence(self) -> str: ...
    @property
    def hidden(self) -> Mapping[str, int]: ...
    @property
    def asks(self) -> bool: ...


class Store(Protocol):
    """Writes return at once; reads may take milliseconds and are made off the event loop."""

    def new_session(self, kind: str = "chat", *, mode: Mode | None = None, pin: str | None = None) -> Session: ...
    def session(self, session_id: str) -> Session | None: ...
    def sessions(self) -> Sequence[Session]: ...
    def path(self, session_id: str, leaf_id: str | None = None, *, limit: int | None = None) -> Sequence[Turn]: ...
    def turn(self, turn_id: str) -> Turn | None: ...
    def end_turn(self, turn_id: str, ending: Ending, chosen_attempt: str | None = None) -> None: ...
    def rename(self, session_id: str, title: str) -> None: ...
    def delete_session(self, session_id: str) -> None: ...
    def restore_session(self, session_id: str) -> None: ...
    def draft(self, session_id: str, text: str) -> None: ...
    def read_draft(self, session_id: str) -> str: ...
    def remember(self, key: str, value: str) -> None: ...
    def recall(self, key: str) -> str | None: ...


class Repair(Protocol):
    """Takes the answer to a suggestion. `accept` writes a file, off the event loop, and returns the sentence to show."""

    watching: bool

    def accept(self, suggestion: Suggestion) -> str: ...
    def decline(self, suggestion: Suggestion) -> None: ...


class Purse(Protocol):
    """The daily budget. `question` reads the store, `set` writes a file: both off the event loop."""

    def question(self, usd: float | None, *, spent: bool = False) -> str: ...
    def asked(self) -> None: ...
    def set(self, text: str) -> str: ...
    @property
    def told(self) -> str: ...


class Chat(Protocol):
    """The chat as the screens use it."""

    @property
    def store(self) -> Store: ...
    def answer(self, session_id: str, text: str, *, pin: str | None = None) -> Answer: ...
    def again(self, turn_id: str, *, pin: str | None = None, other: bool = False, over_budget: bool = False) -> Answer: ...
    def resume(self, turn_id: str, verdict: Verdict) -> Answer: ...
    def preview(self, session_id: str, draft: str, *, pin: str | None = None, mode: Mode | None = None) -> Awaitable[Preview]: ...
    def decision(self, turn_id: str) -> Decision | None: ...
    def models(self) -> tuple[Model, ...]: ...
    def set_mode(self, session_id: str, mode: Mode | None) -> None: ...
    def set_pin(self, session_id: str, model_id: str | None) -> None: ...
    def mode(self, session: Session) -> Mode: ...
    def opened(self, session: Session) -> None: ...
    def suggestion(self, session_id: str) -> Suggestion | None: ...
    @property
    def repair(self) -> Repair: ...
    @property
    def purse(self) -> Purse: ...
    def warm(self, model: Model) -> Coroutine[None, None, None]: ...


@value
class Found:
    """One line of the first screen: what is there, or what is missing and the command that mends it."""

    ok: bool
    text: str
    fix: str = ""


@value
class Opened:
    """What `Launch.open` hands over: the chat and what to show first. `session` is the conversation to go on with; a new one
    is held to `pin`."""

    chat: Chat
    snapshot: Callable[[], Snapshot]
    found: tuple[Found, ...] = ()
    session: str | None = None
    pin: str | None = None
    banner: str = ""
    """A line that stays: memory only, ..."""
    strategy: str = "local-first"
    hide: Callable[[str], str] | None = None
    """Adds a word to the user's own terms: never sent readable from then on. Returns what to say; may write a file."""


@value
class Launch:
    """How the program was started. `open` runs after the first paint, so building everything delays nobody's first key."""

    open: Callable[[], Awaitable[Opened]]
    close: Callable[[], Awaitable[None]] | None = None
    theme: str = "dark"
    demo: bool = False
    names_hidden: bool = False
    """False while only patterns and the user's own terms are hidden; the screens then say so."""
    keys: Mapping[str, str] | None = None
    """Command name -> key, from the user's configuration."""
    theme_dirs: tuple[str, ...] = ()
    clock: Callable[[], float] | None = None
    """Epoch seconds; tests set it."""
