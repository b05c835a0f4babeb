"""What to do with a question whose model cannot be reached: asked above the composer, as consent is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.content import Content

from hybridchat.conversation import Package
from hybridchat.events import Held, Offered, Verdict
from hybridchat.facts import Locality
from hybridchat.render import offline
from hybridchat.tui.consent import Consent
from hybridchat.tui.keymap import answers

_IDS = {Verdict.LOCAL: "choice-here", Verdict.QUEUE: "choice-queue", Verdict.WAIT: "choice-wait"}
MEANT = (*_IDS.values(), "choice-leave")
"""Bindings that the card looks for itself."""
_NOTHING = Package("", "", Locality.REMOTE, (), 0, 0)
"""Nothing would leave: this asks for no consent."""


class Choice(Consent):
    """Letters count as they do for consent: only alone, so that going on typing chooses nothing."""

    DEFAULT_CSS: ClassVar[str] = "Choice { border-left: thick $warn; }"
    CANCELS: ClassVar[str] = "choice-leave"

    def __init__(self, event: Offered) -> None:
        super().__init__(Held(event.turn_id, _NOTHING, ""))
        offered = offline.choices(event)
        self._shown = {_IDS[verdict]: word for _, word, verdict in offered} | {"choice-leave": "leave it"}
        self._verdicts = {_IDS[verdict]: verdict for _, _, verdict in offered} | {"choice-leave": Verdict.CANCEL}
        self._question = offline.question(event)

    def _card(self) -> Content:
        return Content.assemble((self._question, "bold"), "\n", answers(self._keys, self._shown, self._cells))

    def _ids(self) -> Sequence[str]:
        return tuple(self._verdicts)
