"""The commands that change how this conversation, or the program, answers, on the screen."""

from __future__ import annotations

from tests.support.screen import shows
from tests.support.scripted import Line, ScriptedChat
from tests.tui.test_chat_screen import ask, running, screen


async def test_what_is_set_is_told_kept_with_the_conversation_and_shown_above() -> None:
    chat = ScriptedChat([Line(pieces=("Here.",))])
    async with running(chat) as pilot:
        await ask(pilot, "/set temperature 0.25")
        await shows(pilot, "temperature is 0.25 in this conversation.")
        await ask(pilot, "/set strategy quality")
        said = await shows(pilot, "This conversation follows quality")
        assert "AUTO · quality" in said
        await ask(pilot, "/think high")
        await shows(pilot, "think is high in this conversation.")
        await ask(pilot, "hello")
        await shows(pilot, "Here.")
        stored = chat.store.all[screen(pilot).current.session.id]
        assert (stored.strategy, stored.parameters.temperature, stored.parameters.think) == ("quality", 0.25, "high")
        await ask(pilot, "/new")
        assert screen(pilot).current.session.parameters.temperature is None


async def test_a_wrong_value_changes_nothing_and_says_what_is_allowed() -> None:
    async with running(ScriptedChat()) as pilot:
        await ask(pilot, "/set temperature 9")
        await shows(pilot, "temperature is a number from 0 to 2")
        await ask(pilot, "/set tempratur 1")
        await shows(pilot, "Did you mean temperature?")
        assert screen(pilot).current.session.parameters.temperature is None
