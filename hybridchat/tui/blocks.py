"""What a conversation on the screen consists of. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from hybridchat.enclosed import opened
from hybridchat.facts import Locality

if TYPE_CHECKING:
    from hybridchat.conversation import Turn


class Kind(StrEnum):
    YOU = "you"
    ANSWER = "answer"
    MARK = "mark"
    NOTE = "note"


class Tone(StrEnum):
    """What a colour means; every tone also has a word or a sign."""

    PLAIN = "plain"
    LOCAL = "local"
    CLOUD = "cloud"
    WARN = "warn"
    ERROR = "error"
    MUTED = "muted"


@dataclass(slots=True, eq=False)
class Block:
    """One thing on the screen. `text` is as it was written; `live` while it may still grow."""

    kind: Kind
    text: str = ""
    head: str = ""
    tone: Tone = Tone.PLAIN
    turn_id: str = ""
    attempt_id: str = ""
    thinking: str = ""
    live: bool = False
    hidden: int = 0
    unfolded: bool = False
    """Whether what was thought, or the text of files in a question, is shown."""
    beside: tuple[str, ...] = ()
    """What goes with a question and is no text: `photo.png, picture, 120 kB`."""
    whole: bool = False
    """Whether an answer came to its end."""

    @property
    def addressable(self) -> bool:
        """Whether the keyboard can stand on it."""
        return self.kind in {Kind.YOU, Kind.ANSWER}

    @property
    def foldable(self) -> bool:
        """Whether a part of it is folded until it is asked for."""
        return bool(self.thinking or (self.kind is Kind.YOU and opened(self.text)[0]))


def tone_of(locality: Locality) -> Tone:
    return Tone.LOCAL if locality is Locality.ON_DEVICE else Tone.CLOUD


def place_of(turn: Turn) -> Locality | None:
    """Where the turn was answered last."""
    return next((a.locality for a in reversed(turn.attempts) if a.text), None)
