"""What the screens need of the rest of the program: nothing of it is imported here, so nothing of it can be tangled with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine, Iterable, Mapping, Sequence
from types import EllipsisType
from typing import TYPE_CHECKING, Protocol

from hybridchat.facts import Decision, Mode, Model, Snapshot
from hybridchat.render.terminal import TERMINALS, Terminal
from hybridchat.tui.bell import Bell
from hybridchat.value import value

if TYPE_CHECKING:
    from hybridchat.asking import Options
    from hybridchat.config.settings import Setting
    from hybridchat.conversation import Ending, Session, Turn
    from hybridchat.doctor import Item
    from hybridchat.events import Event, Verdict
    from hybridchat.parameters import Parameters
    from hybridchat.render.meters import LinkLimits, MachineLimits
    from hybridchat.repair import Suggestion
    from hybridchat.review import Changed
    from hybridchat.sessions.attachments import Named
    from hybridchat.sessions.intake import Intake
    from hybridchat.sessions.ledger import Ledger
    from hybridchat.sessions.listing import Pages
    from hybridchat.sessions.past import Past
    from hybridchat.sessions.tags import Wanted
    from hybridchat.stock import Stock
    from hybridchat.warming import Loading
    from hybridchat.words import Words


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
    @property
    def num_ctx(self) -> int | None: ...
    @property
    def think(self) -> str: ...


class Purge(Protocol):
    """Erasing for good. `mark` returns at once, `unmark` reads the store."""

    def mark(self, ids: Iterable[str]) -> float: ...
    def unmark(self) -> Sequence[Session]: ...


class Listing(Protocol):
    """The list of conversations, read off the event loop."""

    def pages(self, wanted: Wanted, *, archived: bool = False, pages: int = 1) -> Pages: ...


class Store(Protocol):
    """Writes return at once; reads may take milliseconds and are made off the event loop."""

    def new_session(
        self,
        kind: str = "chat",
        *,
        mode: Mode | None = None,
        pin: str | None = None,
        system: str = "",
        strategy: str | None = None,
        parameters: Parameters = ...,
    ) -> Session: ...
    def session(self, session_id: str) -> Session | None: ...
    def sessions(self) -> Sequence[Session]: ...
    def path(self, session_id: str, leaf_id: str | None = None, *, limit: int | None = None) -> Sequence[Turn]: ...

    ledger: Ledger
    past: Past
    intake: Intake

    def turn(self, turn_id: str) -> Turn | None: ...
    def files(self, turn: Turn) -> tuple[Named, ...]: ...
    def end_turn(self, turn_id: str, ending: Ending, chosen_attempt: str | None = None) -> None: ...
    def branches(self, session_id: str) -> Mapping[str, tuple[str, ...]]: ...
    def asked(self) -> Sequence[str]: ...
    def questions(self, session_id: str, *, limit: int) -> Sequence[str]: ...
    def leaf_under(self, turn_id: str) -> str: ...
    def set_session(
        self,
        session_id: str,
        *,
        leaf_id: str | EllipsisType | None = ...,
        system: str | EllipsisType = ...,
        archived: bool | EllipsisType = ...,
        on_top: bool | EllipsisType = ...,
    ) -> None: ...
    @property
    def listing(self) -> Listing: ...
    def tag(self, session_id: str, names: Iterable[str]) -> None: ...
    def tags(self) -> Mapping[str, int]: ...
    def on_branch(self, session_id: str, turn_id: str) -> bool: ...
    def queued(self, session_id: str | None = None) -> Sequence[Turn]: ...
    async def ask(
        self,
        session_id: str,
        question: str,
        *,
        parent_id: str | None,
        ending: Ending | None = None,
        files: Sequence[Named] = (),
    ) -> Turn: ...
    def edit_question(self, turn_id: str, question: str) -> None: ...
    def rename(self, session_id: str, title: str) -> None: ...
    def delete_session(self, session_id: str) -> None: ...
    def restore_session(self, session_id: str) -> None: ...
    @property
    def purge(self) -> Purge: ...
    def draft(self, session_id: str, text: str) -> None: ...
    def read_draft(self, session_id: str) -> str: ...
    def remember(self, key: str, value: str) -> None: ...
    def recall(self, key: str) -> str | None: ...


class Repair(Protocol):
    """Takes the answer to a suggestion. `accept` writes a file, off the event loop, and returns the sentence to show."""

    def accept(self, suggestion: Suggestion) -> str: ...
    def decline(self, suggestion: Suggestion) -> None: ...


class Review(Protocol):
    """Changes what a held turn would send. Both raise `LookupError` when it waits no longer."""

    async def hide(self, turn_id: str, word: str, *, always: bool = False) -> Changed: ...
    async def show(self, turn_id: str, word: str, *, never: bool = False) -> Changed: ...


class Purse(Protocol):
    """The daily budget. `question` and `told` read the store, `set` writes a file: all off the event loop."""

    def question(self, usd: float | None, *, spent: bool = False) -> str: ...
    def asked(self) -> None: ...
    def set(self, text: str) -> str: ...
    def told(self) -> str: ...


class Settings(Protocol):
    """The user's settings, off the event loop. Both raise `ConfigError`, `set` also `OSError`; it returns what to say."""

    def all(self) -> Sequence[Setting]: ...
    def set(self, key: str, text: str | None) -> str: ...


class Chat(Protocol):
    """The chat as the screens use it."""

    @property
    def store(self) -> Store: ...
    def answer(
        self, session_id: str, text: str, *, pin: str | None = None, mode: Mode | None = None, options: Options = ...
    ) -> Answer: ...
    def again(
        self,
        turn_id: str,
        *,
        pin: str | None = None,
        mode: Mode | None = None,
        other: bool = False,
        over_budget: bool = False,
        options: Options = ...,
    ) -> Answer: ...
    def resume(self, turn_id: str, verdict: Verdict) -> Answer: ...
    def preview(
        self,
        session_id: str,
        draft: str,
        *,
        pin: str | None = None,
        mode: Mode | None = None,
        options: Options = ...,
        like: Session | None = None,
    ) -> Awaitable[Preview]: ...
    @property
    def looked_through(self) -> float | None: ...
    def decision(self, turn_id: str) -> Decision | None: ...
    def models(self) -> tuple[Model, ...]: ...
    def set_mode(self, session_id: str, mode: Mode | None) -> None: ...
    def set(self, session: Session, text: str, *, think: bool = False, last: str | None = None) -> tuple[Session, str]: ...
    def set_pin(self, session_id: str, model_id: str | None) -> None: ...
    def mode(self, session: Session) -> Mode: ...
    def opened(self, session: Session) -> None: ...
    @property
    def private(self) -> bool: ...
    @property
    def lock(self) -> str: ...
    @property
    def here(self) -> str: ...
    async def go_private(self) -> Chat: ...
    async def forget(self) -> None: ...
    def suggestion(self, session_id: str) -> Suggestion | None: ...
    @property
    def repair(self) -> Repair: ...
    @property
    def purse(self) -> Purse: ...
    @property
    def words(self) -> Words: ...
    @property
    def limits(self) -> tuple[MachineLimits | None, LinkLimits | None]: ...
    @property
    def review(self) -> Review: ...
    def showing(self, turn_id: str, values: Collection[str]) -> Answer: ...
    def warm(self, model: Model, num_ctx: int | None = None) -> Coroutine[None, None, None]: ...
    def loading(self, model: Model, num_ctx: int | None = None) -> Loading | None: ...


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
    find: Callable[[], tuple[Found, ...]] | None = None
    """`found` as it is by now."""
    stock: Stock | None = None
    """The models that are kept on this machine; `None` where none can be."""
    asks_words: bool = False
    """Whether to ask, this once, for words that must never leave."""
    compared: Callable[[], Model | None] | None = None
    """The cloud model whose list price local answers are compared with; reads the configuration, off the event loop."""
    examine: Callable[[bool], Awaitable[Sequence[Item]]] | None = None
    """Looks for what is wrong; with True those off this device are asked too, where that was allowed. `None` in the demo."""
    settings: Settings | None = None
    """The user's settings; `None` in the demo, which keeps none."""
    hide: Callable[[str], str] | None = None
    """Adds a word to the user's own terms: never sent readable from then on. Returns what to say; may write a file."""


@value
class Launch:
    """How the program was started. `open` runs after the first paint, so building everything delays nobody's first key."""

    open: Callable[[], Awaitable[Opened]]
    close: Callable[[], Awaitable[None]] | None = None
    theme: str = "dark"
    demo: bool = False
    profile: str = ""
    """Shown beside the name of the program; empty for the default one."""
    names_hidden: Callable[[], bool] = bool
    """False while only patterns and the user's own terms are hidden; the screens then say so."""
    keys: Mapping[str, str] | None = None
    """Id of a binding -> its keys, from the user's configuration."""
    terminal: Terminal = TERMINALS["unknown"]
    """Where the screen is drawn; which keys come through is said of it."""
    bell: Bell = Bell()
    theme_dirs: tuple[str, ...] = ()
    keep_theme: Callable[[str], str] | None = None
    """Writes the name of a theme into the configuration and returns what to say of it; off the event loop. `None`: not kept."""
    sixteen: bool = False
    """The terminal has sixteen colours, so only themes made of its own are worn."""
    clock: Callable[[], float] | None = None
    """Epoch seconds; tests set it."""
