"""The list of conversations: open, new, rename, delete with undo."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from textual import work
from textual.binding import BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from hybridchat.conversation import Session
from hybridchat.render.text import one_line
from hybridchat.render.words import plural
from hybridchat.tui.keymap import bind
from hybridchat.tui.ports import Store
from hybridchat.tui.sheet import Sheet

NEW = ""
"""What the list returns for a new conversation; leaving it returns None."""


def when(then: float, now: float) -> str:
    """`14:05` today, `Tue 14:05` this week, else the date; local time."""
    moment = datetime.fromtimestamp(then).astimezone()
    age = now - then
    if age < 86_400 and moment.day == datetime.fromtimestamp(now).astimezone().day:
        return f"{moment:%H:%M}"
    return f"{moment:%a %H:%M}" if age < 6 * 86_400 else f"{moment:%Y-%m-%d}"


def row(session: Session, now: float, *, current: bool, wide: int, origin: str = "") -> Content:
    """`origin` begins with how the conversation came here: `imported from …`, `merged from …`."""
    mark = f" · {origin.partition(' ')[0]}" if origin else ""
    title = one_line(session.title or "untitled", wide - len(mark)) + mark
    return Content.assemble(
        ("● " if current else "  ", "$local"),
        (f"{title:<{wide}}  ", "$foreground"),
        (f"{when(session.updated, now):<11}", "$muted"),
        (plural(session.turns, "turn"), "$muted"),
    )


class Sessions(Sheet[str]):
    """Returns a session id, `NEW`, or `None` when left."""

    HEADING: ClassVar[str] = "Conversations"
    KEYS: ClassVar[str] = (
        "enter open · {chats-new} new · {chats-rename} rename · {chats-delete} delete · {chats-undo} undo · {close} close"
    )
    NAMING: ClassVar[str] = "enter keep the title · {close} leave it as it was"
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("chats-new", "new"),
        # first of all: the letters that follow at once are the new title, and have to find the field focused
        bind("chats-rename", "rename", priority=True),
        bind("chats-delete", "delete"),
        bind("chats-undo", "undo"),
    ]

    DEFAULT_CSS = """
    Sessions Input { height: 1; min-height: 1; width: 100%; border: none; padding: 0; margin-top: 1; background: $panel; }
    Sessions Input:focus { border: none; background: $panel; }
    """

    def __init__(
        self, store: Store, found: Sequence[Session], current: str, now: float, deleted: list[str], origins: Mapping[str, str]
    ) -> None:
        """`found` is what the store lists now. `deleted` are the ids of what was deleted lately, the last one last; what is
        deleted here joins them."""
        super().__init__()
        self._store = store
        self._origins = origins
        self._current = current
        self._now = now
        self._shown = [s for s in found if s.turns]
        self._deleted = deleted

    def inside(self) -> Iterable[Widget]:
        yield OptionList()
        rename = Input(placeholder="new title, Enter to keep it")
        rename.display = False
        yield rename

    def on_mount(self) -> None:
        self._show()
        self.set_focus(self.query_one(OptionList))

    @work(exclusive=True)
    async def _fill(self, at: int = 0, session_id: str = "") -> None:
        """Reads the list again and stands on the row `at`, or on the session of that id."""
        found = await asyncio.to_thread(self._store.sessions)
        self._shown = [s for s in found if s.turns]
        self._show(at, session_id)

    def _show(self, at: int = 0, session_id: str = "") -> None:
        picker = self.query_one(OptionList)
        picker.clear_options()
        wide = max(12, min(56, self.app.size.width - 40))
        picker.add_options(
            [
                Option(row(s, self._now, current=s.id == self._current, wide=wide, origin=self._origins.get(s.id, "")))
                for s in self._shown
            ]
        )
        if not self._shown:
            picker.add_option(
                Option(Content.styled("nothing yet: a conversation begins with its first question", "$muted"), disabled=True)
            )
            return
        ids = [s.id for s in self._shown]
        picker.highlighted = ids.index(session_id) if session_id in ids else min(at, len(ids) - 1)

    @property
    def _at(self) -> int | None:
        at = self.query_one(OptionList).highlighted
        return at if at is not None and at < len(self._shown) else None

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._shown[event.option_index].id)

    def action_new(self) -> None:
        self.dismiss(NEW)

    def check_action(self, action: str, _: tuple[object, ...]) -> bool | None:
        """In the field for a title every letter is a letter."""
        return not (action == "rename" and self.query(Input).first().display)

    def action_rename(self) -> None:
        if self._at is None:
            return
        field = self.query_one(Input)
        field.display = True
        field.value = self._shown[self._at].title
        self.say_keys(self.NAMING)
        self.set_focus(field)
        self.fit(2)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if self._at is not None and event.value.strip():
            self._store.rename(self._shown[self._at].id, one_line(event.value))
        self._close_input()

    def _close_input(self) -> None:
        self.set_focus(self.query_one(OptionList))
        self.query_one(Input).display = False
        self.fit()
        self.say_keys(self.KEYS)
        self._fill(self._at or 0)

    def action_leave(self) -> None:
        if self.query_one(Input).display:
            self._close_input()
        else:
            self.dismiss(None)

    def action_delete(self) -> None:
        if self._at is None:
            return
        session = self._shown[self._at]
        if session.id == self._current:
            self.notify("This conversation is open; /delete closes and deletes it.")
            return
        self._store.delete_session(session.id)
        self._deleted.append(session.id)
        self.notify(f"Deleted “{one_line(session.title or 'untitled', 40)}”. u brings it back.")
        self._fill(self._at)

    def action_undo(self) -> None:
        if self._deleted:
            back = self._deleted.pop()
            self._store.restore_session(back)
            self._fill(session_id=back)
