"""What the transcript and the panel tell the screen; the handlers are called `on_transcript_...` and `on_watched_...`."""

from __future__ import annotations

from textual.message import Message


class Left(Message, namespace="transcript"):
    """The user wants the composer back."""


class Typed(Message, namespace="transcript"):
    """Not a key of its own: text that belongs into the composer."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__()


class Branched(Message, namespace="transcript"):
    """The user wants the branch before (`by` -1) or after the one of the message the keyboard stands on."""

    def __init__(self, by: int) -> None:
        self.by = by
        super().__init__()


class Edited(Message, namespace="transcript"):
    """The user wants to ask the question the keyboard stands on in other words."""


class Scrolled(Message, namespace="transcript"):
    """`more` says whether the conversation now goes on below what is seen, or no longer does."""

    def __init__(self, *, more: bool) -> None:
        self.more = more
        super().__init__()


class Older(Message, namespace="transcript"):
    """The user comes near the first line that is loaded, or with `all` wants to see the very first."""

    def __init__(self, *, all: bool = False) -> None:  # noqa: A002 - as it is said
        self.all = all
        super().__init__()


class Moved(Message, namespace="watched"):
    """The keyboard stands on another row of the panel of gauges, came there or went."""


class Copied(Message, namespace="transcript"):
    """The user copied a message or a part of it; `text` is what it says, `what` what it is, where it is not all."""

    def __init__(self, text: str, what: str = "") -> None:
        self.text, self.what = text, what
        super().__init__()


class Linked(Message, namespace="transcript"):
    """The user wants to see where a link leads; `confirmed` once it was seen and is to be opened. `what` says which one it is."""

    def __init__(self, address: str, what: str, *, confirmed: bool) -> None:
        self.address, self.what, self.confirmed = address, what, confirmed
        super().__init__()
