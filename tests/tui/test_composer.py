"""The composer: Enter sends, Ctrl+J breaks the line, nothing typed is lost."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from hybridchat.tui.composer import Composer
from hybridchat.tui.themes import VARIABLES
from tests.support.screen import frame, until


class Stage(App[None]):
    """Nothing but a composer."""

    def __init__(self) -> None:
        super().__init__()
        self.composer = Composer()
        self.sent: list[str] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return VARIABLES

    def compose(self) -> ComposeResult:
        yield self.composer

    def on_mount(self) -> None:
        self.composer.focus()

    def on_composer_submitted(self, message: Composer.Submitted) -> None:
        self.sent.append(message.text)


@asynccontextmanager
async def stage() -> AsyncIterator[tuple[Pilot[None], Composer, list[str]]]:
    app = Stage()
    async with app.run_test(size=(60, 30)) as pilot:
        yield pilot, app.composer, app.sent


async def test_enter_sends_and_empties() -> None:
    async with stage() as (pilot, composer, sent):
        await pilot.press(*"hi", "enter")
        assert sent == ["hi"]
        assert composer.draft == ""


async def test_enter_does_not_overtake_what_was_typed_just_before() -> None:
    async with stage() as (pilot, composer, sent):
        for key in ("a", "b", "c"):
            pilot.app.post_message(events.Key(key, key))
        pilot.app.post_message(events.Key("enter", "\r"))
        await until(pilot, lambda: sent)
        assert sent == ["abc"]
        assert composer.draft == ""


async def test_keys_that_come_in_one_burst_count_in_their_order() -> None:
    async with stage() as (pilot, composer, _):
        for key in ("a", "x", "backspace", "b", "ctrl+j", "c", "home", "ctrl+d", "d", "left", "e"):
            pilot.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await until(pilot, lambda: composer.draft == "ab\ned")


async def test_an_empty_message_is_not_sent() -> None:
    async with stage() as (pilot, _, sent):
        await pilot.press("space", "enter")
        assert sent == []


@pytest.mark.parametrize("key", ["ctrl+j", "shift+enter", "alt+enter"])
async def test_a_new_line_does_not_send(key: str) -> None:
    async with stage() as (pilot, composer, sent):
        await pilot.press("a", key, "b")
        assert composer.draft == "a\nb"
        assert sent == []


async def test_it_grows_to_a_third_of_the_screen() -> None:
    async with stage() as (pilot, composer, _):
        assert composer.size.height == 1
        composer.draft = "line\n" * 50
        await until(pilot, lambda: composer.size.height > 5)
        assert composer.size.height <= 10


async def test_escape_never_clears() -> None:
    async with stage() as (pilot, composer, _):
        await pilot.press(*"keep", "escape")
        assert composer.draft == "keep"


async def test_up_in_an_empty_composer_recalls_and_down_returns() -> None:
    async with stage() as (pilot, composer, _):
        composer.asked = ["first", "second"]
        await pilot.press("up")
        assert composer.draft == "second"
        await pilot.press("up")
        assert composer.draft == "first"
        await pilot.press("down", "down")
        assert composer.draft == ""


async def test_up_in_a_draft_moves_the_cursor() -> None:
    async with stage() as (pilot, composer, _):
        composer.asked = ["first"]
        await pilot.press(*"mine", "up")
        assert composer.draft == "mine"


async def test_a_megabyte_paste_is_folded_and_sent_whole() -> None:
    text = "line of pasted text\n" * 52_429
    async with stage() as (pilot, composer, sent):
        began = time.perf_counter()
        composer.post_message(events.Paste(text))
        await until(pilot, lambda: "[pasted 52,429 lines, 1 MB]" in frame(pilot.app))
        assert time.perf_counter() - began < 2
        await pilot.press("!", "enter")
        assert sent == [text + "!"]


async def test_a_paste_cannot_steer_the_terminal() -> None:
    async with stage() as (pilot, composer, _):
        composer.post_message(events.Paste("a\x1b[2Jb"))
        await until(pilot, lambda: composer.draft)
        assert composer.draft == "a␛[2Jb"


async def test_a_cleared_draft_comes_back_with_ctrl_z() -> None:
    async with stage() as (pilot, composer, _):
        await pilot.press(*"words", "ctrl+u")
        assert composer.draft == ""
        await pilot.press("ctrl+z")
        assert composer.draft == "words"
