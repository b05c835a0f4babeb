"""F1: everything there is, findable by typing, whole at every width; and what is true of this terminal alone."""

from __future__ import annotations

import json
import tomllib

import pytest
from rich.cells import cell_len
from textual.command import CommandPalette
from textual.widgets import Input

from hybridchat.bindings import BINDINGS, here
from hybridchat.commands import COMMANDS
from hybridchat.keytable import TOLD_TOGETHER
from hybridchat.render import guide
from hybridchat.render.newline import SNIPPETS, needs, snippet
from hybridchat.render.terminal import TERMINALS
from hybridchat.tui.help import of_terminal, page
from hybridchat.tui.sheet import room
from tests.support.screen import frame, shows, until
from tests.tui.test_keys import chatting, composer

NO_WAY = {"vte", "conhost", "apple-terminal", "linux", "browser", "screen"}
"""They send Enter for Shift+Enter, and no setting of theirs changes that; `^j` is there."""


@pytest.mark.parametrize("screen", [60, 80, 100, 120, 200])
def test_every_command_and_key_is_there_and_no_line_is_too_wide(screen: int) -> None:
    keys, width = here(), room(screen) - 1
    said = page(guide.entries(keys), width).plain
    assert max(cell_len(row) for row in said.split("\n")) <= width
    for command in COMMANDS:
        assert f"{command.usage} " in f"{said} ".replace("\n", " ")
    flat = " ".join(said.split())
    for bound in BINDINGS.values():
        assert not keys.of(bound.id) or bound.help in flat, bound.id


@pytest.mark.parametrize("screen", [80, 120])
def test_what_a_command_does_begins_in_one_column(screen: int) -> None:
    rows = [row for row in guide.entries(here()) if row.name]
    lines = page(rows, room(screen) - 1).plain.split("\n")
    starts = set()
    for row in rows:
        at = next(
            n
            for n, line in enumerate(lines)
            if line.startswith((f"{row.name} ", row.name)) and line.split(" ")[0] == row.name.split(" ")[0]
        )
        first = row.said.split()[0]
        starts.add(lines[at].index(first, len(row.name)) if first in lines[at][len(row.name) :] else lines[at + 1].index(first))
    assert len(starts) == 1


def test_only_keys_that_arrive_are_shown() -> None:
    rows = {row.name: row.keys for row in guide.entries(here(kept=TERMINALS["vscode"].kept))}
    assert rows["/help [WORD]"] == "^x h"
    assert rows["/other"] == "^o ^x o"
    assert "F1" not in page(guide.entries(here(kept=TERMINALS["vscode"].kept)), 90).plain


def test_words_find_rows_by_what_they_do_by_key_and_by_another_name() -> None:
    rows = guide.entries(here())
    assert [row.name for row in guide.found(rows, "copy answer")] == ["/copy [N]"]
    assert "/model [NAME]" in [row.name for row in guide.found(rows, "F2")]
    assert "/sessions [WORDS]" in [row.name for row in guide.found(rows, "/chats")]
    assert not guide.found(rows, "zzz")


async def test_what_is_typed_leaves_the_rows_it_occurs_in() -> None:
    async with chatting(size=(80, 24)) as pilot:
        await pilot.press("f1")
        await shows(pilot, "Who answers")
        await pilot.press(*"budget")
        said = await shows(pilot, "/budget [AMOUNT]")
        await until(pilot, lambda: "Who answers" not in frame(pilot.app))
        assert "/anyway" in said
        await pilot.press(*"zz")
        await shows(pilot, "Nothing like it.")
        await pilot.press("escape")
        await until(pilot, lambda: composer(pilot.app).has_focus)


async def test_help_with_a_word_opens_on_it() -> None:
    async with chatting() as pilot:
        composer(pilot.app).draft = "/help newline"
        await pilot.press("enter")
        await shows(pilot, "new line")
        assert pilot.app.screen.query_one(Input).value == "newline"


async def test_arrows_and_pages_scroll_while_the_field_keeps_the_letters() -> None:
    async with chatting() as pilot:
        await pilot.press("f1")
        top = await shows(pilot, "Who answers")
        await pilot.press("pagedown")
        await until(pilot, lambda: frame(pilot.app) != top)
        await pilot.press("pageup")
        await until(pilot, lambda: frame(pilot.app) == top)
        await pilot.press("down")
        await until(pilot, lambda: "Who answers" not in frame(pilot.app))


@pytest.mark.parametrize("name", TERMINALS)
def test_every_terminal_that_sends_enter_for_shift_enter_has_a_way_or_is_known_to_have_none(name: str) -> None:
    terminal = TERMINALS[name]
    assert not (needs(terminal) and snippet(terminal) is None and name not in NO_WAY)
    assert not (name in NO_WAY and snippet(terminal))
    said = of_terminal(terminal, here(kept=terminal.kept), 90).plain
    if needs(terminal):
        assert "Shift+Enter arrives as Enter here" in said


def test_what_is_to_be_copied_says_what_it_should_in_its_own_language() -> None:
    code = json.loads("\n".join(SNIPPETS["vscode"].lines))
    assert (code["key"], code["args"]["text"]) == ("shift+enter", "\n")
    assert json.loads("\n".join(SNIPPETS["windows-terminal"].lines))["command"]["input"] == "\n"
    old = SNIPPETS["alacritty"].lines[1].partition("chars: ")[2].rstrip(" }")
    assert tomllib.loads(f"x = {old}")["x"] == "\n"


@pytest.mark.parametrize("width", [48, 66, 103])
def test_what_is_to_be_copied_is_never_wrapped(width: int) -> None:
    for name in ("tmux", "wezterm", "windows-terminal"):
        said = of_terminal(TERMINALS[name], here(kept=TERMINALS[name].kept), width).plain
        for row in SNIPPETS[name].lines:
            assert row in said


def test_a_terminal_that_keeps_keys_is_told_with_what_to_press_instead() -> None:
    said = " ".join(guide.here_only(TERMINALS["vscode"], here(kept=TERMINALS["vscode"].kept)))
    assert "F1" in said
    assert "^f" in said
    assert "^x enter begins a new line" in said
    assert not guide.here_only(TERMINALS["kitty"], here(kept=TERMINALS["kitty"].kept))


def test_plain_help_lists_every_command_and_its_other_names() -> None:
    said = "\n".join(guide.plain())
    for command in COMMANDS:
        assert f"  {command.usage}: " in said
        assert all(f"/{alias}" in said for alias in command.aliases)
    assert "F1" not in said
    assert "^x" not in said


def test_plain_help_with_a_word_is_about_that_word() -> None:
    assert "\n".join(guide.plain("budget")).count("/budget") == 1
    assert len(guide.plain("budget")) < 8
    assert guide.plain("zzz") == ["Nothing about 'zzz'. /help lists everything."]


def test_keys_of_the_text_field_that_belong_together_have_one_row_and_are_found_by_their_ids() -> None:
    rows = guide.entries(here(kept=TERMINALS["unknown"].kept))
    assert [(row.keys, row.said) for row in guide.found(rows, "edit-word-right")] == [("^← ^→", "a word back, a word on")]
    assert [row.keys for row in guide.found(rows, "edit-delete-word-left")] == ["^w"]
    assert not guide.found(rows, "edit-select-all")
    assert not {name for names in TOLD_TOGETHER for name in names} - set(BINDINGS)


async def test_the_palette_finds_a_command_and_does_it() -> None:
    async with chatting() as pilot:
        await pilot.press("ctrl+p")
        await until(pilot, lambda: isinstance(pilot.app.screen, CommandPalette))
        await pilot.press(*"local")
        await shows(pilot, "Only this machine")
        await pilot.press("down", "enter")
        await shows(pilot, "LOCAL ONLY")
