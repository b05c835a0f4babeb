"""What to do with a question whose model cannot be reached: asked above the composer, as consent is."""

from __future__ import annotations

from typing import ClassVar

from textual.content import Content

from hybridchat.conversation import Package
from hybridchat.events import Held, Offered, Verdict
from hybridchat.facts import Locality
from hybridchat.render import offline
from hybridchat.tui.consent import Consent, answers

_NOTHING = Package("", "", Locality.REMOTE, (), 0, 0)
"""Nothing would leave: this asks for no consent."""


class Choice(Consent):
    """Letters count as they do for consent: only alone, so that going on typing chooses nothing."""

    DEFAULT_CSS: ClassVar[str] = "Choice { border-left: thick $warn; }"

    def __init__(self, event: Offered) -> None:
        super().__init__(Held(event.turn_id, _NOTHING, ""))
        offered = offline.choices(event)
        self._verdicts = {key: verdict for key, _, verdict in offered} | {"n": Verdict.CANCEL}
        self._shown = (*((key, word) for key, word, _ in offered), ("n", "leave it"))
        self._question = offline.question(event)

    def _card(self) -> Content:
        return Content.assemble((self._question, "bold"), "\n", answers(self._shown, self._cells))

    def _view(self) -> None:
        self.post_message(self.Typed("v"))
