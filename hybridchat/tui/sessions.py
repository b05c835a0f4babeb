"""The list of conversations: found as one types, opened at the hit, renamed, tagged, held on top, archived, deleted with undo."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from functools import partial
from typing import ClassVar

from textual import events, work
from textual.binding import BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from hybridchat.conversation import Session
from hybridchat.render.text import one_line
from hybridchat.sessions.listing import Listed, Pages
from hybridchat.sessions.search import Hit
from hybridchat.sessions.tags import names, wanted
from hybridchat.tui.keymap import bind
from hybridchat.tui.listed import row
from hybridchat.tui.ports import Store
from hybridchat.tui.sheet import Sheet, room
from hybridchat.tui.widgets import Field, List
from hybridchat.value import value

MORE = "  more …"
"""The row below the last one where there is more."""


@value
class Chosen:
    """What somebody wants to see: a conversation, at `hit` where words were found; without an id a new one."""

    session_id: str = ""
    hit: Hit | None = None


class Sessions(Sheet[Chosen]):
    """Returns what was chosen, or `None` when left. Letters are looked for; after Tab they are commands."""

    HEADING: ClassVar[str] = "Conversations"
    SEARCHING: ClassVar[str] = (
        "type to search, #tag · {field-done} open · {chats-keys} for rename, tags, delete … · {close} close"
    )
    KEYS: ClassVar[str] = (
        "{chats-rename} rename · {chats-tag} tags · {chats-top} top · {chats-archive} archive · {chats-archived} archived ones"
        " · {chats-delete} delete · {chats-undo} undo · {chats-new} new · {chats-keys} search · {close} close"
    )
    NAMING: ClassVar[str] = "{field-done} keep the title · {close} leave it as it was"
    TAGGING: ClassVar[str] = "a tag that is there already is taken off · {field-done} keep · {close} leave it as it was"
    BINDINGS: ClassVar[list[BindingType]] = [
        # first of all: the letters that follow at once are for whoever has the focus then
        bind("chats-keys", "change_over", priority=True),
        bind("chats-rename", "rename", priority=True),
        bind("chats-tag", "tag", priority=True),
        bind("chats-new", "new", priority=True),
        bind("chats-top", "top", priority=True),
        bind("chats-archive", "archive", priority=True),
        bind("chats-archived", "archived", priority=True),
        bind("chats-delete", "delete", priority=True),
        bind("chats-undo", "undo", priority=True),
        bind("chats-up", "step(-1)", priority=True),
        bind("chats-down", "step(1)", priority=True),
    ]
    LETTERS: ClassVar[frozenset[str]] = frozenset({"rename", "tag", "new", "top", "archive", "archived", "delete", "undo"})

    DEFAULT_CSS = """
    Sessions Input { height: 1; min-height: 1; width: 100%; border: none; padding: 0; background: $panel; }
    Sessions Input:focus { border: none; background: $panel; background-tint: 0%; }
    Sessions #wanted { margin-bottom: 1; }
    Sessions #field { margin-top: 1; }
    """

    def __init__(
        self,
        store: Store,
        found: Pages,
        current: str,
        now: float,
        deleted: list[str],
        origins: Mapping[str, str],
        said: str = "",
    ) -> None:
        """`found` is what the store lists for `said`. `deleted` are the ids of what was deleted lately, the last one last; what
        is deleted here joins them."""
        super().__init__()
        self._store = store
        self._origins = origins
        self._current = current
        self._now = now
        self._said = said
        self._shown, self._more, self._pages = list(found.rows), found.more, 1
        self._deleted = deleted
        self._archived = False
        self._tagging = False

    def inside(self) -> Iterable[Widget]:
        yield Field(self._said, placeholder="search everything that was said, or #tag", select_on_focus=False, id="wanted")
        picker = List()
        picker.can_focus = True
        yield picker
        field = Field(id="field")
        field.display = False
        yield field

    def on_mount(self) -> None:
        self._show()
        self.set_focus(self._wanted)
        self._keys()

    # -- what is shown ----------------------------------------------------------------------------

    @property
    def _wanted(self) -> Input:
        return self.query_one("#wanted", Input)

    @property
    def _field(self) -> Input:
        return self.query_one("#field", Input)

    @property
    def _picker(self) -> OptionList:
        return self.query_one(OptionList)

    def _keys(self) -> None:
        writing = bool(self._field.display)
        said = self.TAGGING if self._tagging else self.NAMING
        self.say_keys(said if writing else self.KEYS if self.focused is self._picker else self.SEARCHING)
        self.fit()

    def fit(self, beside: int = 0) -> None:
        super().fit(beside + 2 + 2 * bool(self._field.display))

    def on_resize(self) -> None:
        self._show(self._picker.highlighted or 0)

    def on_descendant_focus(self, _: events.DescendantFocus) -> None:
        self._keys()

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input is self._wanted:
            self._pages = 1
            self._fill()

    @work(exclusive=True)
    async def _fill(self, at: int = 0, session_id: str = "") -> None:
        """Reads the list again and stands on the row `at`, or on the session of that id."""
        look = partial(self._store.listing.pages, wanted(self._wanted.value), archived=self._archived, pages=self._pages)
        found = await asyncio.to_thread(look)
        self._shown, self._more = list(found.rows), found.more
        self._show(at, session_id)

    def _show(self, at: int = 0, session_id: str = "") -> None:
        picker, cells = self._picker, room(self.app.size.width) - 2
        picker.clear_options()
        picker.add_options([Option(self._row(one, cells)) for one in self._shown])
        if self._more:
            picker.add_option(Option(Content.styled(MORE, "$muted")))
        if not self._shown and not self._more:
            nothing = "no conversation holds that" if self._wanted.value.strip() else NOTHING
            picker.add_option(Option(Content.styled(nothing, "$muted"), disabled=True))
            return
        ids = [one.session.id for one in self._shown]
        picker.highlighted = ids.index(session_id) if session_id in ids else min(at, len(ids) - (not self._more))

    def _row(self, one: Listed, cells: int) -> Content:
        id_ = one.session.id
        return row(one, self._now, cells, current=id_ == self._current, origin=self._origins.get(id_, ""))

    @property
    def _at(self) -> int | None:
        at = self._picker.highlighted
        return at if at is not None and at < len(self._shown) else None

    @property
    def _one(self) -> Session | None:
        return self._shown[self._at].session if self._at is not None else None

    # -- keys -------------------------------------------------------------------------------------

    def check_action(self, action: str, _: tuple[object, ...]) -> bool | None:
        """Where something is written every letter is a letter."""
        if not self.is_mounted or action not in {*self.LETTERS, "change_over", "step"}:
            return True
        if self._field.display:
            return False
        return action in {"change_over", "step"} or self.focused is self._picker

    def action_change_over(self) -> None:
        self.set_focus(self._wanted if self.focused is self._picker else self._picker)

    def action_step(self, by: int) -> None:
        if last := len(self._shown) + self._more:
            self._picker.highlighted = max(0, min(last - 1, (self._picker.highlighted or 0) + by))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self._open(event.option_index)

    def _open(self, at: int | None) -> None:
        if at is not None and at < len(self._shown):
            one = self._shown[at]
            self.dismiss(Chosen(one.session.id, one.hit))
        elif at is not None and self._more:
            self._pages += 1
            # conversations found on pages before stay above: the first new one, or the end
            self._fill(at)

    def action_new(self) -> None:
        self.dismiss(Chosen())

    def action_rename(self) -> None:
        self._write("", tagging=False)

    def action_tag(self) -> None:
        self._write("", tagging=True)

    def _write(self, text: str, *, tagging: bool) -> None:
        if (session := self._one) is None:
            return
        field, self._tagging = self._field, tagging
        field.display = True
        field.value = text if tagging else session.title
        field.placeholder = "tags, as in: work trip" if tagging else "new title"
        self.set_focus(field)
        self._keys()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.input is self._wanted:
            self._open(self._picker.highlighted)
            return
        session = self._one
        if session is not None and event.value.strip():
            if self._tagging:
                self._store.tag(session.id, names(event.value))
            else:
                self._store.rename(session.id, one_line(event.value))
        self._close_field()

    def _close_field(self) -> None:
        self._field.display = False
        self.set_focus(self._picker)
        self._keys()
        self._fill(self._at or 0, one.id if (one := self._one) is not None else "")

    def action_leave(self) -> None:
        if self._field.display:
            self._close_field()
        else:
            self.dismiss(None)

    def action_top(self) -> None:
        if (session := self._one) is not None:
            self._store.set_session(session.id, on_top=not session.on_top)
            self._fill(session_id=session.id)

    def action_archive(self) -> None:
        if (session := self._one) is None:
            return
        self._store.set_session(session.id, archived=not session.archived)
        name = one_line(session.title or "untitled", 40)
        self.notify(f"“{name}” is back in the list." if session.archived else f"“{name}” is archived. x shows archived ones.")
        self._fill(self._at or 0)

    def action_archived(self) -> None:
        self._archived = not self._archived
        self._fill(session_id=one.id if (one := self._one) is not None else "")

    def action_delete(self) -> None:
        if (session := self._one) is None:
            return
        if session.id == self._current:
            self.notify("This conversation is open; /delete closes and deletes it.")
            return
        self._store.delete_session(session.id)
        self._deleted.append(session.id)
        self.notify(f"Deleted “{one_line(session.title or 'untitled', 40)}”. u here or /undo brings it back.")
        self._fill(self._at or 0)

    def action_undo(self) -> None:
        if self._deleted:
            back = self._deleted.pop()
            self._store.restore_session(back)
            self._tell_back(back)
            self._fill(session_id=back)
        else:
            self.notify("Nothing was deleted since the program started.")

    @work(group="back")
    async def _tell_back(self, session_id: str) -> None:
        there = await asyncio.to_thread(self._store.session, session_id)
        self.notify(f"“{one_line(there.title or 'untitled', 40)}” is back." if there is not None else "It is erased already.")


NOTHING = "nothing yet: a conversation begins with its first question"
