"""What left this machine: when, to whom, how much, what was hidden; Enter shows the exact bytes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, ClassVar, Protocol

from textual import work
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from hybridchat.facts import Locality
from hybridchat.render import ledger as words
from hybridchat.render.text import neutralise, one_line
from hybridchat.tui.listed import when
from hybridchat.tui.sheet import Page, Sheet, room
from hybridchat.tui.widgets import List

if TYPE_CHECKING:
    from hybridchat.sessions.ledger import LedgerRow
    from hybridchat.tui.screen import ChatScreen

NEWEST = 500
"""Rows that are listed; `hybridchat ledger` has all."""
WIDE = 80
"""Cells from which on the figures stand under the words, not under the time."""
SHOWN = 100_000
"""Bytes of a body that are shown; `hybridchat ledger --raw ID` prints all of it."""


class Book(Protocol):
    """Reads of the ledger: off the event loop."""

    def rows(self, session_id: str | None = None, limit: int = 100) -> list[LedgerRow]: ...
    def body(self, row_id: str) -> bytes | None: ...


def line(row: LedgerRow, now: float, wide: int) -> Content:
    """Two rows of at most `wide` cells: when, what, and to whom; then how much of it, and what was hidden."""
    tone = "$muted" if row.kind == "contact" else "$local" if row.locality is Locality.ON_DEVICE else "$cloud"
    head = f"{words.whom(row)} "
    indent = 11 if wide >= WIDE else 2
    host = one_line(f"at {row.host}", max(8, wide - 13 - len(head)))
    return Content.assemble(
        (f"{when(row.at, now):<11}", "$muted"),
        (one_line(head, wide - 12) + " ", f"{tone} bold" if row.kind != "contact" else tone),
        (host, "$foreground"),
        *((f"\n{' ' * indent}{part}", "$muted") for part in wrap(words.what(row), wide - indent)),
    )


class Ledger(Sheet[None]):
    """The list, newest first. Nothing is changed here."""

    HEADING: ClassVar[str] = "What left this machine"
    KEYS: ClassVar[str] = "{list-choose} the exact bytes · {list-up} {list-down} move · {close} close"
    DEFAULT_CSS = """
    Ledger .total { color: $muted; margin-bottom: 1; }
    """

    def __init__(self, book: Book, rows: Sequence[LedgerRow], now: float) -> None:
        super().__init__()
        self._book, self._rows, self._now = book, list(rows), now

    def inside(self) -> Iterable[Widget]:
        more = f" (the newest {NEWEST})" if len(self._rows) == NEWEST else ""
        yield Static(Content(words.total(self._rows) + more), classes="total")
        if self._rows:
            yield List(*(Option(row) for row in self._lines()))

    def _lines(self) -> list[Content]:
        wide = room(self.app.size.width) - 1
        return [line(row, self._now, wide) for row in self._rows]

    def redraw(self) -> None:
        if self._rows:
            self.replace(self._lines())

    def on_mount(self) -> None:
        if not self._rows:
            self.say_keys("{close} close")
        self.fit()
        for picker in self.query(OptionList):
            picker.focus()
            picker.highlighted = 0

    def fit(self, beside: int = 0) -> None:
        super().fit(beside + 1 + -(-len(words.total(self._rows)) // room(self.app.size.width)))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self._show(self._rows[event.option_index])

    @work(exclusive=True)
    async def _show(self, row: LedgerRow) -> None:
        body = await asyncio.to_thread(self._book.body, row.id)
        self.app.push_screen(Page(f"What {row.host} received", page(row, body)))


def page(row: LedgerRow, body: bytes | None) -> Content:
    """The body as it left, with its hash; control characters are shown, not obeyed."""
    if body is None:
        return Content.assemble((words.no_body(row), "$muted"))
    text = neutralise(body[:SHOWN].decode("utf-8", "replace"))
    rows = [
        (f"{words.whom(row)} · {words.what(row)}\n", "$foreground"),
        (f"sha256 {row.sha256}\nhybridchat ledger --raw {row.id[:8]} prints these bytes and nothing else\n\n", "$muted"),
        (text, "$foreground"),
    ]
    if len(body) > SHOWN:
        rows.append((f"\n\n… {len(body) - SHOWN:,} bytes more", "$muted"))
    return Content.assemble(*rows)


async def ledger(screen: ChatScreen, _: str) -> None:
    """`/ledger`."""
    book = screen.opened.chat.store.ledger
    rows = await asyncio.to_thread(book.rows, limit=NEWEST)
    screen.app.push_screen(Ledger(book, rows, screen.now()))
