"""What a turn works with, and the question on its way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from hybridchat.conversation import Turn, Verdict
from hybridchat.facts import Locality, Mode, Model
from hybridchat.gate import Gate
from hybridchat.privacy.placeholders import PlaceholderTable, Row
from hybridchat.privacy.scan import Terms
from hybridchat.routing.policy import Policy
from hybridchat.scans import ScanCache
from hybridchat.sessions.store import Store
from hybridchat.world import World


@dataclass(frozen=True, slots=True)
class Ask:
    """One question on its way, with what the user allowed for it."""

    session_id: str
    text: str
    pin: str | None = None
    mode: Mode | None = None
    parent: str | None = None
    turn: Turn | None = None
    escalated: bool = False
    granted: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()
    waiting_for: Model | None = None
    """The model whose consent question the turn rests on."""
    soft_pin: str | None = None
    """The model consent was given for; unlike a pin it may be fallen back from."""
    verdict: Verdict | None = None

    def decided(self, verdict: Verdict) -> Ask:
        """The same question after the user's answer to `Held`."""
        ask = replace(self, verdict=verdict)
        if verdict is Verdict.LOCAL:
            return replace(ask, mode=Mode.ONLY_LOCAL, pin=None, soft_pin=None, escalated=False)
        if self.waiting_for is not None and verdict is not Verdict.CANCEL:
            return replace(ask, granted=ask.granted | {self.waiting_for.host}, soft_pin=self.waiting_for.id)
        return ask


@dataclass(slots=True)
class Crew:
    """What a turn works with; built once by `assemble`."""

    world: World
    store: Store
    gate: Gate
    clock: Callable[[], float]
    policy: Policy
    scans: ScanCache
    mode: Mode = Mode.AUTO
    max_output: int = 4096
    reserve: int = 1024
    style: str = "<{kind}_{n}>"
    save_text: bool = True
    tables: dict[str, PlaceholderTable] = field(default_factory=dict)
    grants: dict[str, frozenset[str]] = field(default_factory=dict)
    """Session id -> hosts the user said `always in this session` for, as last read from the store."""
    windows: dict[tuple[str, str], int] = field(default_factory=dict)
    """(session id, model id) -> num_ctx kept for the conversation."""

    @property
    def terms(self) -> Terms:
        return self.scans.terms

    def set_terms(self, terms: Terms) -> None:
        self.scans.terms = terms

    def table(self, session_id: str) -> PlaceholderTable:
        """The session's placeholder table, read from the store once."""
        if session_id not in self.tables:
            known = [Row(r.placeholder, r.kind, r.original) for r in self.store.placeholders(session_id)]
            self.tables[session_id] = PlaceholderTable(known, style=self.style)
        return self.tables[session_id]


def readable(crew: Crew, model: Model) -> bool:
    """Whether `model` gets the real text: it runs on this device, or on a LAN host the user trusts."""
    return model.on_device or (model.locality is Locality.LAN and model.host in crew.policy.trust_lan)


def must_ask(crew: Crew, ask: Ask, model: Model) -> bool:
    """Whether consent is needed before `model` sees anything of this session."""
    if readable(crew, model) or crew.policy.cloud == "auto":
        return False
    return model.host not in ask.granted and model.host not in crew.grants.get(ask.session_id, frozenset())
