"""What exactly would leave, word by word: each can be hidden or shown before it is sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from time import monotonic

from textual import events, work
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from hybridchat.conversation import Package
from hybridchat.render.text import neutralise, one_line
from hybridchat.review import Changed
from hybridchat.tui.keymap import fold, keys_of, line, meant
from hybridchat.tui.sheet import Sheet, room
from hybridchat.tui.widgets import List, Scroll
from hybridchat.value import value

Change = Callable[[str, str], Awaitable[Changed]]
"""Takes a value of `CHANGES` and a word; raises `LookupError` when the turn waits no longer."""
FOLD = 8
"""Rows of each list until the rest is asked for."""
_LOW = 30
"""Rows of a screen that has room for the facts too."""
_AROUND = 10
"""Rows of border, padding, title, keys and what lies between."""
SETTLE = 0.4
"""Seconds after the view opens in which keys are still meant for what was there before."""
CHANGES = {"review-hide": "hide", "review-hide-always": "always", "review-show": "show", "review-show-always": "never"}
"""For this conversation, or for good."""
LEAVING = {
    "review-send": "send", "review-always": "always", "review-local": "local", "review-edit": "edit", "review-cancel": "cancel",
}  # fmt: skip
_SCROLLING = ("review-text-up", "review-text-down")
MEANT = (*CHANGES, *LEAVING, *_SCROLLING)
"""Bindings that the view looks for itself."""


@value
class Row:
    """One line of the view: a word that is hidden or left, or with `more` the rest of its list."""

    word: str
    hidden: bool
    more: int = 0


class Reviewing(Sheet[str]):
    """Both lists, and the exact text below. Is dismissed with a value of `LEAVING`, or with `None` to go back."""

    DEFAULT_CSS = """
    Reviewing > Vertical { height: 92%; }
    Reviewing OptionList { height: auto; }
    Reviewing .facts { color: $muted; margin-bottom: 1; }
    Reviewing .text { height: 1fr; min-height: 1; margin-top: 1; }
    Reviewing OptionList > .option-list--option-disabled { color: $foreground; }
    Reviewing .said { color: $warn; height: auto; display: none; }
    """

    def __init__(self, package: Package, facts: Callable[[Package], str], change: Change | None, *, local: bool = True) -> None:
        """`facts` is the question in one line; without `change` the lists can only be looked at."""
        super().__init__()
        self._package, self._facts, self._change, self._local = package, facts, change, local
        self._open: set[bool] = set()
        """Lists whose rest is shown: `True` for the hidden one."""
        self._opened_at = monotonic()
        self._busy = False
        self._rows: list[Row | None] = []

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(Content(f"What {self._package.host} would see"), classes="title")
            yield from self.inside()
            yield Static(Content(""), classes="said")
            yield Static(Content(self.keys_line(self._line(None))), classes="keys")

    def inside(self) -> Iterable[Widget]:
        yield Static(self._told_of(self._package), classes="facts")
        yield List()
        with Scroll(classes="text", can_focus=False):
            yield Static(self._text())

    def _told_of(self, package: Package) -> Content:
        return Content(fold(self._facts(package), room(self.app.size.width)))

    def redraw(self) -> None:
        self.query_one(".facts", Static).update(self._told_of(self._package))

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()
        self._fill()

    def fit(self, beside: int = 0) -> None:
        """Half of the rows for the lists, or what a short text leaves; on a low screen two thirds, and the facts give way, which
        the card has."""
        low = self.app.size.height < _LOW
        self.query_one(".facts").display = not low
        rows = self.app.size.height * 92 // 100 - _AROUND - (0 if low else 3) - beside
        width = room(self.app.size.width)
        text = sum(1 + line.cell_length // width for line in self._text().rstrip().split("\n"))
        self.query_one(OptionList).styles.max_height = max(4, rows * 2 // 3 if low else rows // 2, rows - text)

    # -- what is shown ----------------------------------------------------------------------------

    def _fill(self, keep: int | None = None) -> None:
        """Draws both lists; the highlight stays at the row `keep`, or goes to the first word."""
        picker = self.query_one(OptionList)
        options, rows = self._options()
        self._rows = rows
        picker.clear_options()
        picker.add_options(options)
        at = next((i for i in range(keep or 0, len(rows)) if rows[i] is not None), None)
        before = [i for i, row in enumerate(rows) if row is not None]
        picker.highlighted = at if at is not None else before[-1] if before else None
        self.fit()
        self._told()

    def _options(self) -> tuple[list[Option], list[Row | None]]:
        package = self._package
        wide = max((len(item.placeholder) for item in package.hidden), default=0)
        options: list[Option] = []
        rows: list[Row | None] = []

        def add(content: Content, row: Row | None = None) -> None:
            options.append(Option(content, disabled=row is None))
            rows.append(row)

        add(Content.styled(f"Hidden ({len(package.hidden)})", "bold"))
        if not package.hidden:
            add(Content.styled("  nothing: no name, address, number, secret or term of yours was found", "$muted"))
        shown = package.hidden if True in self._open else package.hidden[:FOLD]
        for item in shown:
            head = (f"  {neutralise(item.placeholder):<{wide}}  ", "$cloud")
            value = (one_line(item.original, 60), "$foreground")
            add(Content.assemble(head, value, (f"  {item.reason}", "$muted")), Row(item.original, hidden=True))
        self._rest(len(package.hidden) - len(shown), add, hidden=True)
        add(Content.styled(f"Left readable, look once ({len(package.left)})", "bold"))
        if not package.left:
            add(Content.styled("  nothing that looks like a name or a number", "$muted"))
        left = package.left if False in self._open else package.left[:FOLD]
        for word in left:
            doubt = "  may be private" if word in package.doubtful else ""
            add(Content.assemble((f"  {one_line(word, 60)}", "$warn"), (doubt, "$muted")), Row(word, hidden=False))
        self._rest(len(package.left) - len(left), add, hidden=False)
        return options, rows

    def _rest(self, more: int, add: Callable[[Content, Row | None], None], *, hidden: bool) -> None:
        if more > 0:
            how = line(self.app, ": {list-choose} shows them")
            add(Content.styled(f"  … {more:,} more{how}", "$muted"), Row("", hidden=hidden, more=more))

    def _text(self) -> Content:
        rows: list[tuple[str, str]] = [("The exact text\n", "bold")]
        for message in self._package.messages:
            rows.append((f"{message.role}\n", "$muted"))
            rows.append((f"{neutralise(message.text)}\n\n", "$foreground"))
        return Content.assemble(*rows)

    def _line(self, row: Row | None) -> str:
        """A line for `keymap.line`."""
        keys = ["{list-up} {list-down} choose", "{review-text-up} {review-text-down} text"]
        if self._change is not None and row is not None and not row.more:
            if row.hidden:
                keys = ["{review-show} show here", "{review-show-always} never hide"]
            else:
                keys = ["{review-hide} hide here", "{review-hide-always} always hide", "{review-show-always} never ask"]
        if self._change is None:
            return " · ".join([*keys, "{close} close"])
        stay = ["{review-local} stay local"] if self._local else []
        leaving = ["{review-send} send", "{review-always} always", *stay, "{review-edit} edit", "{review-cancel} cancel"]
        return "\n".join((" · ".join(keys), " · ".join([*leaving, "{close} back"])))

    def _told(self) -> None:
        self.say_keys(self._line(self._row()))

    def _row(self) -> Row | None:
        at = self.query_one(OptionList).highlighted
        return self._rows[at] if at is not None and at < len(self._rows) else None

    # -- keys -------------------------------------------------------------------------------------

    def on_option_list_option_highlighted(self) -> None:
        self._told()

    def on_option_list_option_selected(self) -> None:
        row = self._row()
        if row is not None and row.more:
            self._open.add(row.hidden)
            self._fill(self.query_one(OptionList).highlighted)

    def on_key(self, event: events.Key) -> None:
        keys = keys_of(self.app)
        scrolls = meant(keys.meanings(*_SCROLLING), event)
        if scrolls:
            event.prevent_default().stop()
            scroll = self.query_one(VerticalScroll)
            (scroll.scroll_page_up if scrolls == "review-text-up" else scroll.scroll_page_down)(animate=False)
        elif not self._busy and monotonic() - self._opened_at >= SETTLE and self._change is not None:
            # of two bindings with one key the one that sends nothing counts
            leaving = {**keys.meanings(*LEAVING), **keys.meanings("review-cancel")}
            # a capital is the small letter where one leaves, and a key of its own where it makes a change for good
            self._pressed(meant(keys.meanings(*CHANGES), event, fold=False) or meant(leaving, event))

    def _pressed(self, name: str) -> None:
        row = self._row()
        if name in LEAVING and (name != "review-local" or self._local):
            self.dismiss(LEAVING[name])
        elif name not in CHANGES or row is None or row.more:
            return
        elif name == "review-show-always" or row.hidden is (name == "review-show"):
            self._amend(CHANGES[name], row.word)

    @work(group="review")
    async def _amend(self, what: str, word: str) -> None:
        if self._change is None:
            return
        self._busy = True
        try:
            changed = await self._change(what, word)
        except LookupError:
            self.dismiss(None)
            return
        finally:
            self._busy = False
        if changed.package is not None:
            self._package = changed.package
            self.query_one(".facts", Static).update(self._told_of(changed.package))
            self.query_one(".text Static", Static).update(self._text())
        said = self.query_one(".said", Static)
        said.update(Content(one_line(changed.said, 2 * room(self.app.size.width))))
        said.display = True
        self._fill(self.query_one(OptionList).highlighted)
