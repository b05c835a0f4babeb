"""Every setting by group, with who says so; changed in place, in the file, with its comments."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar, Protocol

from textual import work
from textual.binding import BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from hybridchat.config.errors import ConfigError
from hybridchat.config.settings import UNSAID, Setting
from hybridchat.render.settings import about, refused
from hybridchat.render.text import one_line
from hybridchat.tui.keymap import bind
from hybridchat.tui.sheet import Sheet, room
from hybridchat.tui.widgets import Field, List

_LOW = 24
"""Rows of a screen below which less is told of the setting under the cursor."""


UNSET = "not set"
"""What a setting is that nobody said and that has no default."""


class Port(Protocol):
    """The settings of the running program; all of it off the event loop. Both raise `ConfigError`, `set` also `OSError`."""

    def all(self) -> Sequence[Setting]: ...
    def set(self, key: str, text: str | None) -> str: ...


class Settings(Sheet[None]):
    """Stays open while one after the other is changed; `changed` hears of each by its key."""

    HEADING: ClassVar[str] = "Settings"
    KEYS: ClassVar[str] = "{list-choose} change · {settings-default} default · {settings-find} find · {close} close"
    WRITING: ClassVar[str] = "{field-done} keep it · {settings-next} next choice · {close} leave it as it was"
    FINDING: ClassVar[str] = "{field-done} go to the list · {close} show all"
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("settings-default", "default"),
        bind("settings-find", "find"),
        bind("settings-next", "next", priority=True),
    ]
    DEFAULT_CSS = """
    Settings .told { height: auto; max-height: 5; margin-top: 1; color: $muted; }
    Settings Input { height: 1; min-height: 1; border: none; padding: 0; margin-top: 1; display: none; background: $panel; }
    Settings Input:focus { border: none; background: $panel; }
    """

    def __init__(self, port: Port, found: Sequence[Setting], changed: Callable[[str], None], *, at: str = "") -> None:
        """`found` is what there is now, `at` the key to stand on first, or words of a setting."""
        super().__init__()
        self._port, self._every, self._changed, self._first = port, tuple(found), changed, at
        self._shown: list[Setting | None] = []
        """What each row is; `None` for the name of a group."""
        self._words = at if at and not any(one.key == at for one in self._every) else ""
        """What the rows are chosen by; a key that there is not is looked for."""
        self._doing = ""
        """`write` or `find` while the field is open."""

    def inside(self) -> Iterable[Widget]:
        yield List()
        yield Field(select_on_focus=False)
        yield Static(Content(""), classes="told")

    def on_mount(self) -> None:
        self._fill(self._first)
        self.set_focus(self.query_one(OptionList))

    def fit(self, beside: int = 0) -> None:
        low = self.app.size.height < _LOW
        self.query_one(".told").styles.max_height = 3 if low else 5
        super().fit(beside + (4 if low else 6) + (2 if self._doing else 0))

    # -- the list -----------------------------------------------------------------------------------

    def _fill(self, key: str = "") -> None:
        picker = self.query_one(OptionList)
        before = picker.highlighted
        picker.clear_options()
        self._shown.clear()
        rows: list[Option] = []
        group = ""
        for one in self._matching():
            if one.group != group:
                group = one.group
                self._shown.append(None)
                rows.append(Option(Content.styled(group, "$foreground bold"), disabled=True))
            self._shown.append(one)
            rows.append(Option(self._row(one)))
        if not rows:
            rows.append(
                Option(Content.styled(f"no setting has {self._words!r} in its name or its words", "$muted"), disabled=True)
            )
        picker.add_options(rows)
        at = next((n for n, one in enumerate(self._shown) if one is not None and one.key == key), None)
        first = next((n for n, one in enumerate(self._shown) if one is not None), None)
        if at is None and key and before is not None and before < len(self._shown) and self._shown[before] is not None:
            at = before  # a rule was taken out: the one after it stands there now
        picker.highlighted = first if at is None else at
        self.fit()
        self._tell()

    def redraw(self) -> None:
        one = self._at
        self._fill(one.key if one is not None else "")

    def _matching(self) -> Iterable[Setting]:
        words = self._words.lower().split()
        return (one for one in self._every if all(word in f"{one.key} {one.description}".lower() for word in words))

    def _row(self, one: Setting) -> Content:
        cells = room(self.app.size.width) - 3
        source = one.source if one.set else ""
        name = max(12, min(24, cells // 3))
        value = max(8, cells - name - 2 - (len(source) + 2 if source else 0))
        return Content.assemble(
            (f"  {one_line(one.name, name):<{name}} ", "$foreground"),
            (f"{one_line(UNSET if one.value == UNSAID else one.value, value):<{value}}", "$local" if one.set else "$muted"),
            (f"  {source}" if source else "", "$muted"),
        )

    @property
    def _at(self) -> Setting | None:
        at = self.query_one(OptionList).highlighted
        return self._shown[at] if at is not None and at < len(self._shown) else None

    def _tell(self, problem: str = "") -> None:
        told, one = self.query_one(".told", Static), self._at
        if problem:
            told.update(Content.styled(problem, "$error"))
        else:
            told.update(Content("\n").join(about(one)) if one is not None else Content(""))

    def on_option_list_option_highlighted(self) -> None:
        self._tell()

    # -- changing -----------------------------------------------------------------------------------

    def on_option_list_option_selected(self) -> None:
        one = self._at
        if one is None:
            return
        keys = self.WRITING if one.choices else self.WRITING.replace(" · {settings-next} next choice", "")
        self._open("write", one.typed or ("" if one.value == UNSAID else one.value), one.allowed, keys)

    def _open(self, doing: str, text: str, hint: str, keys: str) -> None:
        self._doing = doing
        field = self.query_one(Input)
        field.placeholder, field.value = hint, text
        field.display = True
        field.cursor_position = len(text)
        self.say_keys(keys)
        self.set_focus(field)
        self.fit()

    def _close(self) -> None:
        self._doing = ""
        self.set_focus(self.query_one(OptionList))
        self.query_one(Input).display = False
        self.say_keys(self.KEYS)
        self.fit()

    def on_input_changed(self, event: Input.Changed) -> None:
        if self._doing == "find":
            self._words = event.value
            self._fill()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        one = self._at
        if self._doing == "find":
            self._close()
        elif one is not None:
            self._write(one.key, event.value.strip() or None)

    def action_default(self) -> None:
        one = self._at
        if one is not None and not self._doing and one.line is not None:
            self._write(one.key, None)

    @work(exclusive=True)
    async def _write(self, key: str, text: str | None) -> None:
        try:
            told = await asyncio.to_thread(self._port.set, key, text)
            self._every = tuple(await asyncio.to_thread(self._port.all))
        except (ConfigError, OSError) as error:
            self._tell(refused(error))
            return
        if self._doing:
            self._close()
        self._fill(key)
        self.notify(told, timeout=4)
        self._changed(key)

    # -- keys ---------------------------------------------------------------------------------------

    def action_find(self) -> None:
        self._open("find", self._words, "words of a setting", self.FINDING)

    def action_next(self) -> None:
        """The choice after the one that is written."""
        one, field = self._at, self.query_one(Input)
        if one is not None and one.choices:
            at = one.choices.index(field.value) if field.value in one.choices else -1
            field.value = one.choices[(at + 1) % len(one.choices)]
            field.cursor_position = len(field.value)

    def check_action(self, action: str, _: tuple[object, ...]) -> bool | None:
        """In the field every letter is a letter."""
        if action in {"default", "find"}:
            return not self._doing
        return self._doing == "write" if action == "next" else True

    def action_leave(self) -> None:
        if self._doing == "find":
            self._words = ""
            self._close()
            self._fill()
        elif self._doing:
            self._close()
            self._tell()
        elif self._words:
            self._words = ""
            self._fill(self._at.key if self._at is not None else "")
        else:
            self.dismiss(None)
