"""`/theme`: the themes there are; the one under the cursor is worn at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from textual.content import Content
from textual.theme import Theme
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from hybridchat.tui.sheet import Sheet
from hybridchat.tui.themes import Entry
from hybridchat.tui.widgets import List

SAMPLE = Content.assemble(
    ("on this machine", "$local"), "  ", ("cloud", "$cloud"), "  ", ("look", "$warn"), "  ", ("error", "$error"), "\n",
    ("def ", "$keyword"), ("plain", "$function"), ("(text): ", "$foreground"), ("# here", "$comment"), "\n",
    ("    return ", "$keyword"), ("text + ", "$foreground"), ('"!"', "$string"), (" * ", "$foreground"), ("3", "$number"), "\n",
    ("aside ", "$muted"), ("── ", "$faint"), (" LABEL ", "$local reverse bold"),
)  # fmt: skip
"""Every colour of a theme once, for a conversation that shows few of them yet."""


class Themes(Sheet[str]):
    """Returns the name of the theme that was chosen, or `None` when left; `wear` shows one and returns what is wrong with it."""

    DEFAULT_CSS = """
    Themes { align: right top; background: transparent; }
    Themes > Vertical { width: 46; max-width: 92%; max-height: 100%; }
    Themes .sample { margin-top: 1; height: 4; }
    Themes .said { color: $warn; height: auto; max-height: 8; }
    """
    HEADING: ClassVar[str] = "Colours"
    KEYS: ClassVar[str] = "{list-up} {list-down} look · {list-choose} keep · {close} as before"

    def __init__(self, entries: Sequence[Entry], current: str, wear: Callable[[Theme], str], *, sixteen: bool = False) -> None:
        super().__init__()
        self._entries = tuple(entries)
        self._current = current
        self._wear = wear
        self._sixteen = sixteen

    def inside(self) -> Iterable[Widget]:
        yield List(*(Option(self._row(entry), disabled=self._beyond(entry)) for entry in self._entries))
        yield Static(classes="said")
        yield Static(SAMPLE, classes="sample")

    def _beyond(self, entry: Entry) -> bool:
        return self._sixteen and entry.theme is not None and not entry.theme.ansi

    def _row(self, entry: Entry) -> Content:
        notes = ["yours"] if entry.own else []
        if entry.theme is None:
            notes.append("broken")
        elif self._beyond(entry):
            notes.append("needs 256 colours")
        elif entry.theme.ansi:
            notes.append("the terminal's own")
        wide = max(len(e.name) for e in self._entries)
        mark = "● " if entry.name == self._current else "  "
        return Content.assemble((mark, "$local"), (f"{entry.name:<{wide}}  ", "$foreground"), (", ".join(notes), "$muted"))

    def on_mount(self) -> None:
        picker = self.query_one(OptionList)
        picker.focus()
        picker.highlighted = next((n for n, e in enumerate(self._entries) if e.name == self._current), 0)

    def fit(self, beside: int = 0) -> None:
        super().fit(beside + 6)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        entry = self._entries[event.option_index]
        self._say(entry.problem if entry.theme is None else self._wear(entry.theme))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        entry = self._entries[event.option_index]
        if entry.theme is not None:
            self.dismiss(entry.name)

    def _say(self, problem: str) -> None:
        said = self.query_one(".said", Static)
        said.display = bool(problem)
        said.update(Content(problem))
