"""Ctrl+R finds what was typed before, in whatever conversation, and puts it into the composer."""

from __future__ import annotations

from pathlib import Path

from hybridchat.demo import Demo
from hybridchat.render.finding import remembered
from hybridchat.render.offline import GO_ON
from hybridchat.tui.recall import Recall
from tests.support.screen import shows, until
from tests.support.screens import seated


async def test_what_was_typed_in_another_conversation_is_found_by_its_letters(tmp_path: Path, demo: Demo) -> None:
    async with seated(tmp_path, demo) as seat:
        await seat.pilot.press("ctrl+r")
        await shows(seat.pilot, "Nothing was typed yet")
        await seat.type("repeat: the big red bus")
        await seat.screen.open_session(None)
        await seat.type("repeat: pears")
        await seat.pilot.press(*"draft", "ctrl+r")
        await until(seat.pilot, lambda: isinstance(seat.pilot.app.screen, Recall))
        said = await shows(seat.pilot, "repeat: the big red bus")
        assert said.index("repeat: pears") < said.index("repeat: the big")
        await seat.pilot.press(*"bgrd")
        await until(seat.pilot, lambda: seat.pilot.app.screen._shown == ["repeat: the big red bus"])
        await seat.pilot.press("enter")
        await until(seat.pilot, lambda: seat.screen.composer.draft == "repeat: the big red bus")
        assert seat.screen.composer.has_focus
        assert "draft" in seat.screen.composer.asked


async def test_the_key_goes_on_to_older_ones_and_esc_leaves_the_draft_alone(tmp_path: Path, demo: Demo) -> None:
    async with seated(tmp_path, demo) as seat:
        await seat.type("repeat: one")
        await seat.type("repeat: two")
        await seat.pilot.press(*"x", "ctrl+r")
        await until(seat.pilot, lambda: isinstance(seat.pilot.app.screen, Recall) and seat.pilot.app.screen._shown)
        await seat.pilot.press("escape")
        await until(seat.pilot, lambda: not isinstance(seat.pilot.app.screen, Recall))
        assert seat.screen.composer.draft == "x"
        await seat.pilot.press("ctrl+r")
        await until(seat.pilot, lambda: isinstance(seat.pilot.app.screen, Recall) and seat.pilot.app.screen._shown)
        await seat.pilot.press("ctrl+r", "enter")
        await until(seat.pilot, lambda: seat.screen.composer.draft == "repeat: one")


def test_words_count_before_letters_and_newer_before_older() -> None:
    texts = ["write a letter", "water later", "a letter to Zoë"]
    assert remembered(texts, "letter") == ["write a letter", "a letter to Zoë"]
    assert remembered(texts, "zoe") == ["a letter to Zoë"]
    assert remembered(texts, "wle") == ["write a letter", "water later"]
    assert remembered(texts, "", 2) == texts[:2]
    assert remembered([GO_ON, *texts], "") == texts, "what /continue asks was not typed"
