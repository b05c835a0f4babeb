"""What to do with a question whose model cannot be reached: asked above the composer, as consent is."""

from __future__ import annotations

from typing import ClassVar

from textual.content import Content

from hybridchat.conversation import Package
from hybridchat.events import Held, Offered, Verdict
from hybridchat.facts import Locality
from hybridchat.render import offline
from hybridchat.tui.consent import Consent

_NOTHING = Package("", "", Locality.REMOTE, (), 0, 0)
"""Nothing would leave: this asks for no consent."""


class Choice(Consent):
    """Letters count as they do for consent: only alone, so that going on typing chooses nothing."""

    DEFAULT_CSS: ClassVar[str] = "Choice { border-left: thick $warn; }"

    def __init__(self, event: Offered) -> None:
        super().__init__(Held(event.turn_id, _NOTHING, ""))
        offered = offline.choices(event)
        self._verdicts = {key: verdict for key, _, verdict in offered} | {"n": Verdict.CANCEL}
        shown = (*((key, word) for key, word, _ in offered), ("n", "leave it"))
        keys = [part for key, word in shown for part in ((f"[{key}]", "$cloud bold"), (f" {word} ", "$foreground"))]
        self._told = Content.assemble((offline.question(event), "bold"), "\n", Content.assemble(*keys).rstrip())

    def on_mount(self) -> None:
        self.update(self._told)

    def _view(self) -> None:
        self.post_message(self.Typed("v"))
