"""Every binding of every screen stands in the one table, can be changed, and is hinted at only where it arrives."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from types import ModuleType

import pytest
from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode
from textual.pilot import Pilot

import hybridchat.tui
from hybridchat.bindings import BINDINGS, NONE, UNBOUND
from hybridchat.keytable import WITHIN
from hybridchat.render.terminal import TERMINALS
from hybridchat.tui.app import HybridChat
from hybridchat.tui.composer import Composer
from hybridchat.tui.keymap import fold, line
from tests.support.screen import frame, shows, until
from tests.support.scripted import LLAMA, Line, ScriptedChat, launch


def _modules() -> Iterator[ModuleType]:
    for module in pkgutil.iter_modules(hybridchat.tui.__path__):
        yield importlib.import_module(f"hybridchat.tui.{module.name}")


def _nodes() -> Iterator[type[DOMNode]]:
    for found in _modules():
        for thing in vars(found).values():
            if isinstance(thing, type) and issubclass(thing, DOMNode) and thing.__module__ == found.__name__:
                yield thing


def _declared() -> Iterator[tuple[str, Binding]]:
    for node in _nodes():
        for binding in node.__dict__.get("BINDINGS", ()):
            assert isinstance(binding, Binding), f"{node.__name__} declares {binding!r}; keymap.bind makes bindings"
            yield node.__name__, binding


def test_every_binding_of_every_screen_has_an_id_and_its_keys_from_the_table() -> None:
    for node, binding in _declared():
        bound = BINDINGS.get(binding.id or "")
        assert bound is not None, f"{node}: {binding.key} has no id of hybridchat/keytable.py; use keymap.bind"
        # a further key that no keyboard sends keeps one in sight whose own keys mean something else there
        key = binding.key.removesuffix(f",{UNBOUND}-{binding.id}")
        assert key == (UNBOUND if bound.keys == NONE else bound.keys), f"{node}: {binding.id}"


def test_what_widgets_inherit_from_textual_has_ids_too() -> None:
    """Fails where the installed Textual binds something that has no row: give it one in `inherited.ACTIONS` and the table."""
    for node in _nodes():
        for key, binding in node._merged_bindings or ():
            assert binding.id in BINDINGS, f"{node.__name__}: {key} is {binding.action}"
    for module in _modules():
        raw = re.search(r"(?<!class )\b(Input|OptionList|TextArea|VerticalScroll|CommandPalette)\(", inspect.getsource(module))
        assert raw is None, f"{module.__name__}: {raw and raw[1]} as it is has keys without ids; hybridchat/tui/widgets.py"


def test_nothing_stands_in_the_table_that_no_screen_has() -> None:
    declared = {binding.id for _, binding in _declared()}
    looked_for = {name for module in _modules() for name in getattr(module, "MEANT", ())}
    assert set(BINDINGS) - declared - looked_for == set()
    assert {b.where for b in BINDINGS.values()} >= set(WITHIN)


@asynccontextmanager
async def chatting(
    keys: Mapping[str, str] | None = None, terminal: str = "unknown", size: tuple[int, int] = (80, 24)
) -> AsyncIterator[Pilot[None]]:
    chat = ScriptedChat([Line(LLAMA, ("An answer.",))])
    app = HybridChat(launch(chat, keys=keys, terminal=TERMINALS[terminal]))
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: "found here" in frame(pilot.app))
        yield pilot


def composer(app: App[None]) -> Composer:
    return app.screen_stack[0].query_one(Composer)


async def test_a_command_without_a_key_can_be_given_one() -> None:
    async with chatting({"status": "f9"}) as pilot:
        await pilot.press("f9")
        await shows(pilot, "chosen for each message")


async def test_a_key_can_be_changed_and_the_old_one_does_nothing_then() -> None:
    async with chatting({"local": "f9"}) as pilot:
        await pilot.press("f3")
        await pilot.press("f9")
        await shows(pilot, "LOCAL ONLY")
        assert "F9 local only" in frame(pilot.app)
    async with chatting({"local": "none"}) as pilot:
        await pilot.press("f3", "a")
        await until(pilot, lambda: composer(pilot.app).text == "a")
        assert "LOCAL ONLY" not in frame(pilot.app)
        assert "^x l local only" in frame(pilot.app)


async def test_sending_and_the_new_line_can_change_places() -> None:
    async with chatting({"send": "ctrl+j", "newline": "enter"}) as pilot:
        await pilot.press("a", "enter", "b")
        await until(pilot, lambda: composer(pilot.app).text == "a\nb")
        await pilot.press("ctrl+j")
        await shows(pilot, "An answer.")


async def test_the_key_before_a_letter_can_be_changed() -> None:
    async with chatting({"leader": "ctrl+k"}) as pilot:
        await pilot.press("ctrl+k")
        await shows(pilot, "^k  h help")
        await pilot.press("l")
        await shows(pilot, "LOCAL ONLY")


async def test_ctrl_x_cuts_a_selection_and_leads_without_one() -> None:
    async with chatting() as pilot:
        await pilot.press("a", "b", "shift+left", "ctrl+x")
        await until(pilot, lambda: composer(pilot.app).text == "a")
        assert pilot.app.clipboard == "b"
        await pilot.press("ctrl+x", "l")
        await shows(pilot, "LOCAL ONLY")
        assert composer(pilot.app).text == "a"


async def test_ctrl_x_then_enter_begins_a_line_where_no_other_key_can() -> None:
    async with chatting(terminal="vscode") as pilot:
        await shows(pilot, "^x h help")
        await pilot.press("a", "ctrl+x", "enter", "b")
        await until(pilot, lambda: composer(pilot.app).text == "a\nb")
        await until(pilot, lambda: "^x  h help" not in frame(pilot.app))


async def test_the_messages_keys_are_the_users_own_too() -> None:
    async with chatting({"message-copy": "c", "to-writing": "q"}) as pilot:
        await pilot.press("h", "i", "enter")
        await shows(pilot, "An answer.")
        await pilot.press("shift+tab")
        said = await shows(pilot, "c copy")
        assert "q back to writing" in said
        await pilot.press("c")
        await until(pilot, lambda: pilot.app.clipboard == "An answer.")
        await pilot.press("q")
        await until(pilot, lambda: composer(pilot.app).has_focus)


async def test_a_key_bound_twice_is_told_with_both_names_and_the_program_runs() -> None:
    async with chatting({"status": "ctrl+o", "auto": "l"}) as pilot:
        await until(pilot, lambda: pilot.app._notifications)
        said = " ".join(n.message for n in pilot.app._notifications)
        assert "^o is bound twice: other and status" in said
        assert "auto: l is needed for typing" in said


@pytest.mark.parametrize("terminal", ["vscode", "vte", "tmux", "browser", "apple-terminal", "kitty"])
@pytest.mark.parametrize("width", [60, 80, 120])
async def test_the_footer_names_no_key_that_the_terminal_keeps(terminal: str, width: int) -> None:
    async with chatting(terminal=terminal, size=(width, 24)) as pilot:
        hints = frame(pilot.app).rsplit("\n", 1)[-1]
        for key in TERMINALS[terminal].kept:
            said = key.upper() if key[1:].isdigit() else f"^{key[5:]}" if key.startswith("ctrl+") else key
            assert f"{said} " not in hints.replace("^x ", "^x_")


async def test_the_line_of_keys_of_a_view_follows_the_users_own() -> None:
    async with chatting({"close": "f10", "chats-new": "none"}) as pilot:
        await pilot.press("f6")
        said = await shows(pilot, "F10 close")
        assert "new ·" not in said
        await pilot.press("f10")
        await until(pilot, lambda: composer(pilot.app).has_focus)


def test_a_part_whose_key_is_gone_is_left_out_of_the_line() -> None:
    assert line(None, "enter open · {chats-new} new · {close} close") == "enter open · n new · esc close"


@pytest.mark.parametrize("width", [20, 48, 66])
def test_a_line_of_keys_breaks_only_between_two_of_them(width: int) -> None:
    text = "y send · a always · l stay local · e edit · n cancel · esc back"
    rows = fold(text, width).split("\n")
    assert " · ".join(rows) == text
    assert all(len(row) <= width for row in rows)


async def test_looking_back_has_a_key_of_its_own_and_the_arrow_still_moves_the_cursor() -> None:
    async with chatting({"write-up": "ctrl+up"}) as pilot:
        field = composer(pilot.app)
        await pilot.press("h", "i", "enter")
        await shows(pilot, "An answer.")
        await pilot.press("up", "x", "ctrl+j", "y", "up", "z")
        await until(pilot, lambda: field.text == "xz\ny")
        await pilot.press("ctrl+c", "ctrl+up")
        await until(pilot, lambda: field.text == "xz\ny")
        await pilot.press("ctrl+up")
        await until(pilot, lambda: field.text == "hi")
