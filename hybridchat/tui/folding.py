"""A text area in which a long text is one letter: shown under a label, moved over and deleted as one, sent whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.document._document import EditResult, Location, Selection
from textual.document._edit import Edit
from textual.widgets import TextArea

from hybridchat.mentions import mentions, unmeant
from hybridchat.tui.folds import SHOWN, Folds
from hybridchat.tui.inherited import inherited
from hybridchat.tui.keymap import line

FOLDED = "{} is folded{}."
HOW = ": {complete} beside it shows it"
TOO_LONG = "Too long to be shown here. The editor (/editor) shows it."


class FoldingArea(TextArea, inherit_bindings=False):
    """Folds what is pasted or set when it is long. `draft` is what was written, with everything written out."""

    BINDINGS: ClassVar[list[BindingType]] = inherited(TextArea, "editing")

    def __init__(self, *, id: str | None = None, placeholder: str = "") -> None:  # noqa: A002 - Textual's name
        self._folds = Folds()
        self._unmeant: frozenset[str] = frozenset()
        """Names behind an `@` that came with a paste: whoever copies a text does not mean to hand over files."""
        self._told = False
        """How a folded paste is shown was said once."""
        super().__init__(id=id, compact=True, highlight_cursor_line=False, placeholder=placeholder, tab_behavior="focus")

    @property
    def draft(self) -> str:
        """What was written: folded texts written out."""
        return self._folds.whole(self.text)

    @draft.setter
    def draft(self, text: str) -> None:
        self._folds.clear()
        self.load_text("")
        self._write(self._folds.shown(text), *self.selection)
        self._unmeant = unmeant(text)

    @property
    def kept(self) -> str:
        """The draft to be kept: set again it is folded as it was."""
        return self._folds.kept(self.text, self._unmeant)

    @property
    def named(self) -> str:
        """The draft with a mark before each `@` that was written here, and not pasted."""
        return self._folds.meant(self.text, self._unmeant)

    def reword(self, text: str) -> None:
        """The same draft as it was changed elsewhere: names that came with a paste stay words."""
        before = self._unmeant | self._folds.names(self.text)
        self.draft = text
        self._unmeant = before

    def put(self, text: str, start: Location, end: Location) -> None:
        """Writes in place of a range, as the keyboard does: a file that is named in it is meant."""
        self._unmeant -= _names(text)
        self._write(text, start, end)

    def _write(self, text: str, start: Location, end: Location) -> None:
        result = self._replace_via_keyboard(text, start, end)
        if result is not None:
            self.move_cursor(result.end_location)

    async def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        shown = self._folds.pasted(event.text)
        before = _names(self.text)
        self._write(shown, *self.selection)
        if any(self._folds.spans(shown)) and not self._told:
            self._told = True
            self.notify(FOLDED.format(shown, line(self.app, HOW)), timeout=3, markup=False)
        self._unmeant |= _names(self.text) - before

    # -- one letter -------------------------------------------------------------------------------

    def validate_selection(self, selection: Selection) -> Selection:
        """Keeps both ends out of the labels."""
        if not self._folds:
            return selection
        before = self.selection.end
        return Selection(self._outside(selection.start, before), self._outside(selection.end, before))

    def _outside(self, place: Location, before: Location) -> Location:
        row, column = place
        for start, end, _ in self._spans(row):
            if start < column < end:
                return row, start if (row, end) <= before else end
        return place

    def _spans(self, row: int) -> list[tuple[int, int, str]]:
        """Where in a row labels stand, and which."""
        known = self._folds and row < self.document.line_count
        return list(self._folds.spans(self.document.get_line(row))) if known else []

    def _delete_via_keyboard(self, start: Location, end: Location) -> EditResult | None:
        start, end = sorted((start, end))
        start = next(((start[0], a) for a, b, _ in self._spans(start[0]) if a < start[1] < b), start)
        end = next(((end[0], b) for a, b, _ in self._spans(end[0]) if a < end[1] < b), end)
        return super()._delete_via_keyboard(start, end)

    @property
    def selected_text(self) -> str:
        """What is selected, to be copied: folded texts written out."""
        return self._folds.whole(super().selected_text)

    def action_cut(self) -> None:
        """Takes out what is selected, to be pasted again."""
        if selected := self.selected_text:
            self._delete_via_keyboard(*self.selection)
            self.app.copy_to_clipboard(selected)

    def _undo_batch(self, edits: Sequence[Edit]) -> None:
        # the cursor must not stand in a line that is taken away: while the scroll bar goes with it, its place is asked for
        self.set_reactive(TextArea.selection, Selection())
        super()._undo_batch(edits)

    def _redo_batch(self, edits: Sequence[Edit]) -> None:
        self.set_reactive(TextArea.selection, Selection())
        super()._redo_batch(edits)

    def unfold(self) -> bool:
        """Writes out the text under the label beside the cursor; `False` when there is none."""
        row, column = self.cursor_location
        found = next((span for span in self._spans(row) if column in span[:2]), None)
        if found is None:
            return False
        start, end, label = found
        whole = self._folds[label]
        if len(whole) > SHOWN:
            self.notify(TOO_LONG, timeout=3)
        else:
            self._unmeant |= _names(whole)
            self._write(whole, (row, start), (row, end))
        return True


def _names(text: str) -> set[str]:
    return {found.word for found in mentions(text)}
