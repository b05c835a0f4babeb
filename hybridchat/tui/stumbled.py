"""After an answer that could not tell anything about what was hidden: one key asks again with it shown."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.content import Content
from textual.message import Message

from hybridchat.conversation import Package, were_hidden
from hybridchat.events import Ended, Held
from hybridchat.facts import Locality
from hybridchat.render.text import one_line
from hybridchat.tui.consent import Consent

_NOTHING = Package("", "", Locality.REMOTE, (), 0, 0)
"""Nothing leaves by this key alone: the question whether to send comes again."""


class Stumbled(Consent):
    """Stands above the composer until it is answered or the next question is asked; what is typed goes to the composer."""

    DEFAULT_CSS: ClassVar[str] = "Stumbled { border-left: thick $warn; }"

    class Wanted(Message):
        """The question of a turn shall be asked again with `values` shown."""

        def __init__(self, turn_id: str, values: tuple[str, ...]) -> None:
            self.turn_id = turn_id
            self.values = values
            super().__init__()

    def __init__(self, ended: Ended) -> None:
        super().__init__(Held(ended.turn_id, _NOTHING, ""))
        self.add_class("-aside")
        self._turn_id, self._values = ended.turn_id, ended.stumbled
        shown = ", ".join(one_line(value, 40) for value in ended.stumbled[:3])
        self._told = Content.assemble(
            (f"{were_hidden(len(ended.stumbled))} · ", "bold"), ("[s]", "$cloud bold"), f" asks again showing {shown}  ",
            ("[n]", "$cloud bold"), " leave it",
        )  # fmt: skip

    def _card(self) -> Content:
        return self._told

    def on_key(self, event: events.Key) -> None:
        if event.key == "escape":
            event.prevent_default().stop()
            self.remove()

    def _letters(self) -> set[str]:
        return {"s", "n"}

    def _choose(self, letter: str) -> None:
        if letter == "s":
            self.post_message(self.Wanted(self._turn_id, self._values))
        self.remove()
