"""Find in the conversation: hits counted, lit and gone through; Esc goes back to where one was."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from textual.pilot import Pilot

from hybridchat.render.finding import around, flat, newest_first, places
from hybridchat.tui.finding import Find
from tests.support.screen import frame, shows, until
from tests.support.scripted import Line, ScriptedChat
from tests.tui.test_chat_screen import ask, running, screen


def bright(pilot: Pilot[None]) -> list[str]:
    """What stands out in reverse on the screen."""
    rows = pilot.app.screen._compositor.render_strips()
    return [s.text for strip in rows for s in strip if s.style and s.style.reverse and s.text.strip()]


async def talked(pilot: Pilot[None], chat: ScriptedChat, count: int) -> None:
    for n in range(count):
        await ask(pilot, f"question {n}")
        await until(pilot, lambda n=n: len(chat.asked) == n + 1 and not screen(pilot).exchange.running)


async def test_hits_are_counted_and_gone_through_from_the_newest_and_esc_goes_back() -> None:
    chat = ScriptedChat([Line(pieces=(f"Answer {n}: the Café is open.\n\n" + "more\n\n" * 12,)) for n in range(4)])
    async with running(chat) as pilot:
        await talked(pilot, chat, 4)
        await pilot.press("ctrl+f", *"cafe")
        await shows(pilot, "1 of 4")
        assert "Answer 3" in frame(pilot.app)
        await pilot.press("enter")
        await shows(pilot, "2 of 4")
        assert "Answer 2" in frame(pilot.app)
        assert "Café" in bright(pilot)
        await pilot.press("up", "up", "up")
        await shows(pilot, "1 of 4")  # round the end
        await pilot.press("down")
        said = await shows(pilot, "4 of 4")
        assert "Answer 0" in said
        await pilot.press("escape")
        await until(pilot, lambda: not screen(pilot).query(Find))
        await until(pilot, lambda: screen(pilot).transcript.following and "↓ more" not in frame(pilot.app))
        assert screen(pilot).composer.has_focus
        assert bright(pilot) == []


async def test_tab_stays_at_the_message_that_was_found() -> None:
    chat = ScriptedChat([Line(pieces=("apples\n\n" * 30,)), Line(pieces=("pears",))])
    async with running(chat) as pilot:
        await talked(pilot, chat, 2)
        await ask(pilot, "/find question 0")
        await shows(pilot, "1 of 1")
        await pilot.press("tab")
        transcript = screen(pilot).transcript
        await until(pilot, lambda: transcript.has_focus)
        assert transcript.current is not None
        assert transcript.current.text == "question 0"


async def test_what_is_not_there_is_said_and_an_empty_conversation_too() -> None:
    chat = ScriptedChat([Line(pieces=("pears",))])
    async with running(chat) as pilot:
        await pilot.press("ctrl+f")
        await shows(pilot, "There is nothing to find yet")
        await talked(pilot, chat, 1)
        await pilot.press("ctrl+f", *"zz")
        await shows(pilot, "not found")


async def test_the_keys_of_finding_can_be_changed_and_help_says_them() -> None:
    chat = ScriptedChat([Line(pieces=("pear pear pear",))])
    async with running(chat, keys={"find": "f9", "find-above": "f10"}, size=(100, 60)) as pilot:
        await talked(pilot, chat, 1)
        await pilot.press("f9", *"pear")
        await shows(pilot, "1 of 3")
        await pilot.press("f10")
        await shows(pilot, "2 of 3")
        await pilot.press("escape", "f1")
        await until(pilot, lambda: len(pilot.app.screen_stack) > 1)
        await pilot.press(*"hit")
        assert "F10        the hit above" in await shows(pilot, "Keys while finding")


@given(st.text(max_size=30), st.text(min_size=1, max_size=3))
def test_places_are_those_of_the_text(text: str, wanted: str) -> None:
    plain = flat(wanted)
    assert len(flat(text)) == len(text)
    assert all(flat(text[at : at + len(plain)]) == plain for at in places(text, plain))
    assert len(newest_first([text], wanted)) == len(places(text, flat(wanted.strip())))


def test_a_hit_is_shown_with_what_stands_around_it() -> None:
    assert around("a" * 100 + " HERE " + "b" * 100, 101, 4).strip("…ab ") == "HERE"


async def test_a_hit_that_the_window_broke_in_two_is_lit_in_both_rows() -> None:
    chat = ScriptedChat([Line(pieces=("word " * 13 + "broken phrase of wide 漢字 letters 漢字漢字漢字 end",))])
    async with running(chat, size=(80, 24)) as pilot:
        await talked(pilot, chat, 1)
        await pilot.press("ctrl+f", *"broken phrase")
        await shows(pilot, "1 of 1")
        await until(pilot, lambda: "".join(bright(pilot)).split() in (["broken", "phrase"], ["brokenphrase"], ["broken phrase"]))
        rows = frame(pilot.app).split("\n")
        assert not any("broken phrase" in row for row in rows if "find:" not in row), "the phrase was to be broken"
