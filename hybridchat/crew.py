"""What a turn works with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from hybridchat import terms
from hybridchat.agents.budget import Window
from hybridchat.agents.panel import Panel
from hybridchat.asking import Ask
from hybridchat.config.folder import Folder
from hybridchat.conversation import Session
from hybridchat.earlier import History
from hybridchat.facts import Locality, Mode, Model
from hybridchat.handover import Amended, Redactor
from hybridchat.privacy.placeholders import PlaceholderTable, Row
from hybridchat.privacy.scan import Level, Terms, get_ready
from hybridchat.routing.policy import Policy
from hybridchat.routing.preferences import Rule
from hybridchat.scans import ScanCache, Watch
from hybridchat.sessions.store import Store
from hybridchat.stopper import Stopper
from hybridchat.value import value
from hybridchat.world import World

T = TypeVar("T")


@value
class Patience:
    """How long to wait, in seconds."""

    scan: float = 0.15
    """At Enter, for the scan; later than that the message counts as private."""
    reading: float = 2.0
    """Before that, once in a process and where a message could leave: for weights and lists of names to be read."""
    first_token_on_device: float = 120.0
    """For a model never measured: a cold load from a slow disk."""
    first_token_remote: float = 60.0
    gap: float = 30.0
    """Without model progress; after that a stream counts as stalled."""
    retry: float = 0.25
    """Before the second try at the same model."""
    network: float = 5.0
    """Before a turn that waits for the network tries again, where nothing tells whether it is there."""
    retry_after: float = 2.0
    """The longest Retry-After worth waiting out; beyond it the next model is asked."""
    idle: float = 10.0
    """Without a key or a turn, before work begins that nobody waits for."""
    hang_up: float = 0.15
    """For a stream to close. A server busy with a prompt answers late, and the user must not wait for it."""


@dataclass(slots=True)
class Crew:
    """What a turn works with; built once by `assemble`. Event loop only, but for what runs in the worker."""

    world: World
    store: Store
    clock: Callable[[], float]
    policy: Policy
    named: Callable[[str], Policy | None] = lambda _: None
    """The policy that a strategy's name stands for; `None`: there is none of that name."""
    strategies: tuple[str, ...] = ()
    """The names there are."""
    terms_file: Path | None = None
    """The user's own list; `None`: there is none, as in the demo."""
    mode: Mode = Mode.AUTO
    max_output: int = 4096
    reserve: int = 1024
    budget_window: Window = "day"
    panel: Panel = field(default_factory=Panel)
    """The program's own agents."""
    style: str = "<{kind}_{n}>"
    level: Level = "normal"
    """How much is hidden when in doubt."""
    history: History = "full"
    """How much of the earlier turns may leave."""
    rules: tuple[Rule, ...] = ()
    """The user's own, the first that fits a message holds."""
    folder: str = ""
    """Where the program was started."""
    config_file: Path | None = None
    """Where a rule is written; `None`: nowhere, as in the demo."""
    here: Folder = Folder()
    """What the folder itself says: it may only tighten."""
    retention: int | None = None
    """Days after which a conversation is purged; `None`: never."""
    private: bool = False
    """Local only, and nothing of it is saved: whoever sets this sees to a store in memory."""
    kept_here: bool = False
    """The command line promised for the whole run that nothing leaves."""
    patience: Patience = Patience()
    reads: Callable[[], None] = get_ready
    """Reads what every scan needs; a failure is the scan's to tell."""
    grants: dict[str, frozenset[str]] = field(default_factory=dict)
    """Session id -> hosts the user said `always in this session` for, as last read from the store."""
    windows: dict[tuple[str, str], int] = field(default_factory=dict)
    """(session id, model id) -> num_ctx kept for the conversation."""
    looked_at: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    """(session id, host) -> words that were left readable in what the user consented to."""
    amended: dict[str, Amended] = field(default_factory=dict)
    """Session id -> what the user hid or showed there by hand, as far as it was read; it is stored with the conversation."""
    opinions: set[asyncio.Task[str | None]] = field(default_factory=set)
    """Second opinions that are being asked for; they give way to every new turn."""
    lost: dict[str, str] = field(default_factory=dict)
    """Session id -> host it was with when the network went away, until a host answers again."""
    away: set[Stopper] = field(default_factory=set)
    """Stops of the answers that come from elsewhere right now; LOCAL ONLY hangs them up."""
    leftover: set[asyncio.Task[None]] = field(default_factory=set)
    """Streams that were told to close and have not yet."""
    watched: Watch | None = None
    """The scan that the worker is at."""
    untold: list[str] = field(default_factory=list)
    """What the user has to know of work that nobody waited for; the next turn's notes say it."""
    scans: ScanCache = field(init=False)
    _reading: Future[None] | None = None
    _stamp: tuple[int, int] | None = None
    _tables: dict[str, PlaceholderTable] = field(default_factory=dict)
    _worker: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="scan"))

    def __post_init__(self) -> None:
        self.scans = ScanCache(terms.joined(Terms(level=self.level), self.here.terms))
        self.read_terms()

    def read_terms(self, *, anew: bool = False) -> None:
        """Takes in the user's own list when it is new or was changed, by whatever process, or in any case `anew`.

        Reads a file: off the event loop.

        Without a list that is there this machine still answers, and nothing leaves it.
        """
        stamp = _stamp(self.terms_file) if self.terms_file is not None else None
        if self.terms_file is None or (stamp == self._stamp and not anew):
            return
        self._stamp = stamp
        try:
            own = replace(terms.load(self.terms_file), level=self.level)
            self.scans = ScanCache(terms.joined(own, self.here.terms))
        except terms.TermsError as error:
            self.scans = ScanCache(Terms(level=self.level), failure=str(error))

    @property
    def lock(self) -> str:
        """Why nothing may leave whatever mode is chosen, as a sentence; empty where the mode decides."""
        if self.private:
            return "This conversation is private: nothing leaves, and nothing is saved. /new ends it."
        if self.here.local_only:
            return f"{self.here.path} keeps everything on this machine."
        return "Started with --local: nothing leaves this machine until you quit." if self.kept_here else ""

    @property
    def lifted_by(self) -> str:
        """What the user can do about `lock`; empty without one."""
        if self.private:
            return "end the private conversation (/new)"
        if self.here.local_only:
            return "start hybridchat in another folder"
        return "start hybridchat without --local" if self.kept_here else ""

    def apart(self, store: Store) -> Crew:
        """The same world for a private conversation, which shares nothing that was said: no table, no consent, no scan."""
        return replace(
            self, store=store, private=True, config_file=None, _tables={}, _stamp=None, grants={}, windows={}, looked_at={},
            amended={}, opinions=set(), away=set(), lost={},
        )  # fmt: skip

    async def in_worker(self, job: Callable[[], T]) -> T:
        """Runs CPU work, and all that touches a placeholder table, on the one worker thread."""
        return await asyncio.get_running_loop().run_in_executor(self._worker, job)

    def read_ahead(self) -> Future[None]:
        """Begins in the worker, once, to read what every scan needs: 0.1 s that no message has to wait for then."""
        if self._reading is None:
            self._reading = self._worker.submit(self.reads)
        return self._reading

    @property
    def read(self) -> bool:
        """Whether what every scan needs was read by now."""
        return self._reading is not None and self._reading.done()

    def table(self, session_id: str) -> PlaceholderTable:
        """The session's placeholder table, read from the store once: that, and all that changes it, in the worker thread only."""
        if session_id not in self._tables:
            known = [Row(r.placeholder, r.kind, r.original, r.part_of) for r in self.store.placeholders(session_id)]
            self._tables[session_id] = PlaceholderTable(known, style=self.style)
        return self._tables[session_id]

    def redactor(self, session_id: str, table: PlaceholderTable) -> Redactor:
        """Hides in the session's texts what is to be hidden there. Worker thread."""
        said = self.said_of(session_id)
        return Redactor(table, self.scans.scan, self.scans.suspects, said, self.scans.terms.never)

    def said_of(self, session_id: str) -> Amended:
        """What the user hid or showed by hand in the session; read from the store once, so not first on the event loop."""
        if session_id not in self.amended:
            self.amended[session_id] = Amended(*self.store.own_words(session_id))
        return self.amended[session_id]

    def amend(self, session_id: str, said: Amended) -> None:
        """Keeps what the user hid or showed by hand in the session."""
        self.amended[session_id] = said
        self.store.keep_own_words(session_id, said.hide, said.show)

    def forget_table(self, session_id: str) -> None:
        """Has the table read from the store again: another process has written to it."""
        self._tables.pop(session_id, None)

    async def close(self) -> None:
        """Ends the worker and what still closes."""
        if (watched := self.watched) is not None:
            watched.drop()
        self._worker.shutdown(wait=False, cancel_futures=True)
        if self.leftover:
            await asyncio.wait(self.leftover, timeout=1.0)


def _stamp(path: Path) -> tuple[int, int]:
    """What changes with the file; zeros for one that is not there."""
    try:
        told = path.stat()
    except FileNotFoundError:
        return 0, 0
    except OSError:
        return -1, -1
    return told.st_mtime_ns, told.st_size


def policy_of(crew: Crew, session: Session) -> Policy:
    """The policy that the session follows; the program's where it names none, or one that is no longer there."""
    return (crew.named(session.strategy) if session.strategy else None) or crew.policy


def held_mode(crew: Crew, session: Session) -> Mode:
    """The mode that the session is held in."""
    return Mode.ONLY_LOCAL if crew.lock else session.mode or crew.mode


def readable(crew: Crew, model: Model) -> bool:
    """Whether `model` gets the real text: it runs on this device, or on a LAN host the user trusts."""
    return model.on_device or (model.locality is Locality.LAN and model.host in crew.policy.trust_lan)


def must_ask(crew: Crew, ask: Ask, model: Model) -> bool:
    """Whether consent is needed before `model` sees anything of this session."""
    if readable(crew, model) or crew.policy.cloud == "auto":
        return False
    return model.host not in ask.granted and model.host not in crew.grants.get(ask.session_id, frozenset())
