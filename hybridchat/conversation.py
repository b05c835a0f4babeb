"""The words of a conversation: messages, turns, attempts, sessions, and the package that a model is asked with."""

from __future__ import annotations

from enum import StrEnum

from hybridchat.facts import Locality, Mode, Timings, Usage
from hybridchat.parameters import NOTHING_SET, Parameters
from hybridchat.value import value


class Role(StrEnum):
    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


class Ending(StrEnum):
    """How a turn or an attempt ended; `None` while it runs."""

    COMPLETE = "complete"
    STOPPED = "stopped"
    CUT = "cut"
    FAILED = "failed"
    HELD = "held"
    QUEUED = "queued"
    UNROUTED = "unrouted"


@value
class Picture:
    """Its bytes as they are sent, with nothing beside the pixels. `media_type` is image/jpeg or image/png."""

    media_type: str
    data: bytes


@value
class Message:
    role: Role
    text: str
    pictures: tuple[Picture, ...] = ()


@value
class Attachment:
    """A picture as it is stored with a turn; its path is kept nowhere. `size` is in bytes."""

    name: str
    media_type: str
    sha256: str
    size: int


@value
class Attempt:
    """One model's try at a turn. `cost` is US dollars, `None` when unpriced; `error` is a sentence for people."""

    id: str
    turn_id: str
    model_id: str
    host: str
    locality: Locality
    text: str = ""
    thinking: str = ""
    ending: Ending | None = None
    usage: Usage = Usage()
    timings: Timings = Timings()
    cost: float | None = None
    error: str = ""
    started: float = 0.0
    note: str = ""
    """What must not stay silent: context trimmed, length limit reached, ..."""


@value
class Turn:
    """A question and the attempts at it: a node in the session's tree."""

    id: str
    session_id: str
    parent_id: str | None
    question: str
    created: float
    ending: Ending | None = None
    attempts: tuple[Attempt, ...] = ()
    chosen_attempt: str | None = None
    """The attempt whose text is the answer in this branch; `None`: the last one with text."""
    attachments: tuple[Attachment, ...] = ()
    """Pictures that came with the question."""

    @property
    def answer(self) -> Attempt | None:
        """The attempt that stands as the answer, if any text or ending is there."""
        if self.chosen_attempt is not None:
            return next((a for a in self.attempts if a.id == self.chosen_attempt), None)
        with_text = [a for a in self.attempts if a.text]
        return with_text[-1] if with_text else (self.attempts[-1] if self.attempts else None)


@value
class Session:
    """A conversation. `kind` is chat | ask | api; only `chat` stands in the list of the terminal program."""

    id: str
    title: str
    created: float
    updated: float
    kind: str = "chat"
    mode: Mode | None = None
    pin: str | None = None
    system: str = ""
    leaf_id: str | None = None
    """Turn at the end of the branch last looked at."""
    turns: int = 0
    strategy: str | None = None
    """Its own; `None`: the program's."""
    parameters: Parameters = NOTHING_SET
    tags: tuple[str, ...] = ()
    """What the user calls it by, in the order of letters, without the sign."""
    on_top: bool = False
    """Held at the top of the list."""
    archived: bool = False
    """Out of the list unless asked for."""


@value
class Hidden:
    """One value that a placeholder stands for in a package."""

    kind: str
    placeholder: str
    original: str
    reason: str = ""
    new: bool = False


@value
class Package:
    """What exactly a target will see; a value that can be printed.

    `turns` counts the questions in it, the new one among them.
    `messages` is the wire text (redacted for a target that is not on this device), system first if there is one.
    `tokens` is an estimate; `est_cost` US dollars, `None` when unpriced.
    """

    model_id: str
    host: str
    locality: Locality
    messages: tuple[Message, ...]
    tokens: int
    turns: int
    turns_left_out: int = 0
    turns_kept_back: int = 0
    """Earlier turns that may not leave, as the user set it."""
    summarised: bool = False
    """A summary stands in the first message for the earlier turns that are not there."""
    summary_by: str | None = None
    """Model that wrote it; `None`: rules did, or there is none."""
    hidden: tuple[Hidden, ...] = ()
    left: tuple[str, ...] = ()
    """Capitalised words and number runs that were not hidden: look once."""
    doubtful: tuple[str, ...] = ()
    """Those of `left` that may well be somebody's: a question is raised for them."""
    subject: tuple[str, ...] = ()
    """Hidden values that the question is about: without them the answer may be worth nothing."""
    est_cost: float | None = None
    old_price: str = ""
    """What to say beside `est_cost` when the price may be out of date."""
    num_ctx: int | None = None
    max_output: int = 4096
    parameters: Parameters = NOTHING_SET
    """As far as the target knows them; what is not said is left to the server."""
    unmet: tuple[str, ...] = ()
    """What was asked for that the target cannot be asked for, each as half a sentence."""
    origins: tuple[tuple[str | None, str | None], ...] = ()
    """For each message the ids of the turn and the attempt its text comes from."""

    @property
    def remote(self) -> bool:
        return self.locality is not Locality.ON_DEVICE

    @property
    def size(self) -> int:
        """Bytes of text and pictures, before the provider's framing."""
        text = sum(len(m.text.encode("utf-8", "surrogatepass")) for m in self.messages)
        return text + sum(len(p.data) for m in self.messages for p in m.pictures)

    @property
    def pictures(self) -> int:
        """How many pictures are in it."""
        return sum(len(m.pictures) for m in self.messages)


def not_local(name: str, host: str, asked: str = "") -> str:
    """What to say of a model taken for local that `host` answered for; `asked` is what for, where that is not the question."""
    return f"NOT LOCAL: {name}{asked and f', asked {asked},'} was answered by {host}; it counts as a cloud model from now on"


def doubted(reasons: tuple[str, ...]) -> str:
    """`worth a second look: no final number`, as it is stored with an answer and shown beside it."""
    return f"worth a second look: {', '.join(reasons[:2])}"


def were_hidden(count: int) -> str:
    """`2 items were hidden`, as it is stored with an answer that stumbles over them and shown beside it."""
    return f"{count} {'item was' if count == 1 else 'items were'} hidden"
