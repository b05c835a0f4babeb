"""After an answer that could not tell anything about what was hidden: one key asks again with it shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.content import Content
from textual.message import Message

from hybridchat.conversation import Package, were_hidden
from hybridchat.events import Ended, Held
from hybridchat.facts import Locality
from hybridchat.render.text import one_line
from hybridchat.tui.consent import Consent

MEANT = ("hidden-show", "hidden-leave")
"""Bindings that the card looks for itself."""
_NOTHING = Package("", "", Locality.REMOTE, (), 0, 0)
"""Nothing leaves by this key alone: the question whether to send comes again."""


class Stumbled(Consent):
    """Stands above the composer until it is answered or the next question is asked; what is typed goes to the composer."""

    DEFAULT_CSS: ClassVar[str] = "Stumbled { border-left: thick $warn; }"
    CANCELS: ClassVar[str] = "hidden-leave"

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
        self._said = f"{were_hidden(len(ended.stumbled))} · "
        self._asks = ", ".join(one_line(value, 40) for value in ended.stumbled[:3])

    def _card(self) -> Content:
        keys = self._keys
        ways = ((keys.word("hidden-show"), f" asks again showing {self._asks}  "), (keys.word("hidden-leave"), " leave it"))
        parts = (part for key, does in ways if key for part in ((f"[{key}]", "$cloud bold"), does))
        return Content.assemble((self._said, "bold"), *parts)

    def _ids(self) -> Sequence[str]:
        return MEANT

    def _cancel(self) -> None:
        self.remove()

    def _choose(self, name: str) -> None:
        if name == "hidden-show":
            self.post_message(self.Wanted(self._turn_id, self._values))
        self.remove()
