"""One question on its way: what is asked for with it, and what the user allowed for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace

from hybridchat.conversation import Session, Turn
from hybridchat.events import Verdict
from hybridchat.facts import Check, Mode, Model
from hybridchat.parameters import NOTHING_SET, Parameters
from hybridchat.sessions.attachments import Named
from hybridchat.value import value


@value
class Options:
    """What a program may ask for with one message; what it does not say is as in the conversation. `told` is for the agents."""

    parameters: Parameters = NOTHING_SET
    told: Mapping[str, object] = field(default_factory=dict)
    files: tuple[Named, ...] = ()
    """Pictures that go with it, cleaned (`pictures.picture`)."""
    pictures_may_leave: bool = False
    """The program says that the pictures of this message may leave this device, which else a person is asked about."""
    streamed: bool = False
    """The text is shown as it comes, so no other answer can take its place by itself."""
    alone: bool = False
    """Nobody is there to be asked what to do without the network: what can be answered here is."""
    compared: bool = False
    """Models are named to be compared, not because the program chose wrongly, and none stands in for another."""


NO_OPTIONS = Options()


@value
class Ask:
    """One question on its way, with what the user allowed for it."""

    session_id: str
    text: str
    pin: str | None = None
    mode: Mode | None = None
    parent: str | None = None
    turn: Turn | None = None
    escalated: bool = False
    """The user asked for the other side, this turn only."""
    unpinned: bool = False
    """The session's pin does not hold for this turn: the user asked for another side than the pinned model's."""
    granted: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()
    waiting_for: Model | None = None
    """The model whose consent question the turn rests on, or the one that it misses (`offered`)."""
    offered: bool = False
    """What it rests on is no question of consent: `waiting_for` cannot be reached."""
    soft_pin: str | None = None
    """The model consent was given for; unlike a pin it may be fallen back from."""
    verdict: Verdict | None = None
    over_budget: bool = False
    """The day's budget does not hold for this turn."""
    lost: frozenset[str] = frozenset()
    """Hosts that could not be reached for this turn."""
    back: frozenset[str] = frozenset()
    """Hosts that it waited for, and that are there again."""
    billed: tuple[float | None, ...] = ()
    """What each attempt at it that somebody bills costs, in US dollars; also of those before it rested."""
    queued: bool = False
    """It waited in the queue, and stays there until somebody answered."""
    confirm: str = ""
    """Why the package must be seen before it leaves, whatever was allowed for the conversation."""
    options: Options = NO_OPTIONS
    checks: tuple[Check, ...] | None = None
    """What the program's agents said of this message: they are asked once, however often it is looked at."""

    def decided(self, verdict: Verdict) -> Ask:
        """The same question after the user's answer to `Held`, or to `Offered`, which showed no package to consent to."""
        ask = replace(self, verdict=verdict)
        if verdict is Verdict.LOCAL:
            # a local model that failed before is tried again: the user would rather have that than the cloud
            stay = replace(ask, mode=Mode.ONLY_LOCAL, pin=None, soft_pin=None, excluded=frozenset())
            return replace(stay, escalated=False, unpinned=True)
        if self.waiting_for is not None and verdict in {Verdict.SEND, Verdict.ALWAYS}:
            if self.offered:
                return replace(ask, verdict=Verdict.SEND, soft_pin=self.waiting_for.id)
            return replace(ask, granted=ask.granted | {self.waiting_for.host}, soft_pin=self.waiting_for.id)
        return ask

    def pinned(self, session: Session) -> str | None:
        """The model id chosen by hand: no other may answer in its place."""
        return self.pin or (None if self.unpinned else session.pin)
