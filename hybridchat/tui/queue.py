"""The list of questions that wait for the network: to be sent, reworded, removed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from hybridchat.conversation import Ending, Turn
from hybridchat.events import Verdict
from hybridchat.render import offline
from hybridchat.render.text import one_line
from hybridchat.tui.composer import Composer
from hybridchat.tui.keymap import bind
from hybridchat.tui.ports import Store
from hybridchat.tui.sheet import Sheet, room
from hybridchat.tui.widgets import List

Sent = tuple[Verdict, tuple[Turn, ...]]
_BESIDE = 60
"""Cells from which on the conversation stands beside a question."""


class Queue(Sheet[Sent]):
    """Returns what to send and how, or `None` when left. Rewording and removing happen here."""

    HEADING: ClassVar[str] = "Waiting for the network, the oldest first"
    KEYS: ClassVar[str] = (
        "{list-choose} send · {queue-all} send all · {queue-here} answer here · {queue-reword} reword · {queue-remove} remove"
        " · {close} close"
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("queue-all", "all"),
        bind("queue-here", "here"),
        # first of all: what is typed at once is the new text, and has to find the field focused
        bind("queue-reword", "reword", priority=True),
        bind("queue-remove", "remove"),
    ]
    DEFAULT_CSS = "Queue Composer { max-height: 8; margin-top: 1; background: $panel; }"

    def __init__(self, store: Store, turns: Sequence[Turn], titles: Mapping[str, str]) -> None:
        """`titles` are those of the conversations, by id."""
        super().__init__()
        self._store = store
        self._turns = list(turns)
        self._titles = titles

    def inside(self) -> Iterable[Widget]:
        yield List()
        words = Composer(files=False)
        words.display = False
        yield words

    def on_mount(self) -> None:
        self._show(0)
        self.set_focus(self.query_one(OptionList))

    def redraw(self) -> None:
        self._show(self.query_one(OptionList).highlighted or 0)

    @property
    def _at(self) -> Turn | None:
        at = self.query_one(OptionList).highlighted
        return self._turns[at] if at is not None and at < len(self._turns) else None

    @property
    def _rewording(self) -> bool:
        return bool(self.query_one(Composer).display)

    def _show(self, at: int) -> None:
        picker = self.query_one(OptionList)
        picker.clear_options()
        if not self._turns:
            self.say_keys("{close} close")
            picker.add_option(Option(Content.styled(offline.EMPTY, "$muted"), disabled=True))
            return
        cells = room(self.app.size.width) - 1
        aside = 20 if cells >= _BESIDE else 0
        wide = max(16, cells - aside - 2 * bool(aside))
        for turn in self._turns:
            where = one_line(self._titles.get(turn.session_id, ""), aside) if aside else ""
            picker.add_option(
                Option(Content.assemble((f"{offline.row(turn, wide):<{wide}}  ", "$foreground"), (where, "$muted")))
            )
        picker.highlighted = min(at, len(self._turns) - 1)

    def on_option_list_option_selected(self) -> None:
        if (turn := self._at) is not None:
            self.dismiss((Verdict.SEND, (turn,)))

    def action_all(self) -> None:
        if self._turns:
            self.dismiss((Verdict.SEND, tuple(self._turns)))

    def action_here(self) -> None:
        if (turn := self._at) is not None:
            self.dismiss((Verdict.LOCAL, (turn,)))

    def action_remove(self) -> None:
        if (turn := self._at) is not None:
            at = self._turns.index(turn)
            self._store.end_turn(turn.id, Ending.STOPPED)
            del self._turns[at]
            self._show(at)

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """While words are typed, letters are letters."""
        return not (self._rewording and action in {"all", "here", "reword", "remove"}) if self.is_mounted else True

    def action_reword(self) -> None:
        if (turn := self._at) is not None:
            words = self.query_one(Composer)
            words.display = True
            words.draft = turn.question
            words.focus()

    def on_composer_submitted(self, message: Composer.Submitted) -> None:
        turn = self._at
        if turn is not None and self._rewording:
            self._store.edit_question(turn.id, message.text)
            at = self._turns.index(turn)
            self._turns[at] = replace(turn, question=message.text)
            self._close()
            self._show(at)

    def _close(self) -> None:
        self.query_one(Composer).display = False
        self.query_one(OptionList).focus()

    def action_leave(self) -> None:
        if self._rewording:
            self._close()
        else:
            self.dismiss(None)
