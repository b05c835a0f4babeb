"""Messages sent while an answer runs wait above the composer and go out in order; none is lost."""

from __future__ import annotations

import asyncio
from pathlib import Path

from hybridchat.bindings import here
from hybridchat.demo import Demo
from hybridchat.tui.lines import following
from tests.support.screen import frame, shows, until
from tests.support.screens import seated
from tests.support.scripted import GPT, Line, ScriptedChat, package
from tests.tui.test_chat_screen import ask, running, screen, settled


def held() -> tuple[asyncio.Event, Line]:
    gate = asyncio.Event()
    return gate, Line(pieces=("One", " done"), gate=gate)


async def test_messages_sent_while_one_is_answered_are_sent_in_order_after_it() -> None:
    gate, line = held()
    chat = ScriptedChat([line])
    async with running(chat) as pilot:
        await ask(pilot, "first")
        await shows(pilot, "One")
        await ask(pilot, "second")
        said = await shows(pilot, "next: second")
        assert "next 1" not in said
        await ask(pilot, "third")
        said = await shows(pilot, "next 2: third")
        assert "next 1: second" in said
        assert chat.asked == ["first"]
        await pilot.press(*"draft")
        gate.set()
        await until(pilot, lambda: len(chat.asked) == 3 and not screen(pilot).exchange.running)
        assert chat.asked == ["first", "second", "third"]
        await until(pilot, lambda: "next" not in frame(pilot.app))
        assert screen(pilot).composer.draft == "draft"


async def test_up_in_an_empty_composer_takes_the_last_one_back() -> None:
    gate, line = held()
    chat = ScriptedChat([line])
    async with running(chat) as pilot:
        await ask(pilot, "first")
        await shows(pilot, "One")
        await ask(pilot, "second")
        await ask(pilot, "thrid")
        await shows(pilot, "next 2: thrid")
        await pilot.press("up")
        assert screen(pilot).composer.draft == "thrid"
        await shows(pilot, "next: second")
        await ask(pilot, "third")
        gate.set()
        await until(pilot, lambda: chat.asked == ["first", "second", "third"])


async def test_each_that_waits_is_changed_in_its_place_or_taken_out() -> None:
    gate, line = held()
    chat = ScriptedChat([line])
    async with running(chat) as pilot:
        await ask(pilot, "first")
        await shows(pilot, "One")
        for text in ("second", "thrid", "fourth", "fifth"):
            await ask(pilot, text)
        await shows(pilot, "next 3: fourth")
        await pilot.press("up", "up", "up")
        await until(pilot, lambda: screen(pilot).composer.draft == "thrid")
        await pilot.press(*["backspace"] * 3, *"ird", "enter")
        await shows(pilot, "next 2: third")
        await pilot.press("up", "up", "up", "up", "up")
        await until(pilot, lambda: screen(pilot).composer.draft == "second")
        await pilot.press("down", "down", "down")
        await until(pilot, lambda: screen(pilot).composer.draft == "fifth")
        await pilot.press("up", "ctrl+u")
        await until(pilot, lambda: not screen(pilot).composer.text)
        await ask(pilot, "sixth")
        gate.set()
        await until(pilot, lambda: chat.asked == ["first", "second", "third", "fifth", "sixth"])


async def test_a_stop_keeps_them_waiting_and_says_so_and_enter_sends_them() -> None:
    _gate, line = held()
    chat = ScriptedChat([line])
    async with running(chat) as pilot:
        await ask(pilot, "first")
        await shows(pilot, "One")
        await ask(pilot, "second")
        await ask(pilot, "third")
        await pilot.press("escape")
        said = await shows(pilot, "2 messages not sent yet")
        assert "enter in an empty composer sends" in said.rsplit("next 2: third", 1)[1]
        assert chat.asked == ["first"]
        await pilot.press("enter")
        await until(pilot, lambda: chat.asked == ["first", "second", "third"])


async def test_they_stop_in_front_of_a_question_whether_to_send() -> None:
    gate, line = held()
    chat = ScriptedChat([line, Line(GPT, ("From the cloud.",), held=package())])
    async with running(chat) as pilot:
        await ask(pilot, "first")
        await shows(pilot, "One")
        await ask(pilot, "for the cloud")
        await ask(pilot, "third")
        gate.set()
        await shows(pilot, "Ask gpt-5.4-mini")
        await pilot.pause()
        assert chat.asked == ["first", "for the cloud"]
        assert "next: third" in frame(pilot.app)
        await settled(pilot)
        await pilot.press("y")
        await until(pilot, lambda: chat.asked[2:] == ["third"])


async def test_what_waits_survives_the_program_and_is_not_sent_by_itself() -> None:
    _gate, line = held()
    chat = ScriptedChat([line])
    async with running(chat) as pilot:
        await ask(pilot, "first")
        await shows(pilot, "One")
        await ask(pilot, "second")
        await pilot.press(*"dra", "ctrl+q")
        await until(pilot, lambda: pilot.app._exit)
    async with running(chat, session="s1") as pilot:
        said = await shows(pilot, "next: second")
        assert "↑ takes back" in said
        assert screen(pilot).composer.draft == "dra"
        assert chat.asked == ["first"]


async def test_each_conversation_keeps_what_waits_in_it_on_the_disk(tmp_path: Path, demo: Demo) -> None:
    async with seated(tmp_path, demo) as seat:
        await seat.type("hello")
        first = seat.screen.current.session.id
        seat.screen.followups.add("later")
        await seat.screen.open_session(None)
        assert seat.screen.followups.texts == []
        assert "later" not in frame(seat.pilot.app)
        await seat.screen.open_session(first)
        await shows(seat.pilot, "next: later")
        assert seat.chat.store.read_draft(first).startswith("later")


def test_many_are_counted() -> None:
    assert following([str(n) for n in range(5)], 40, here()).plain == "next 1: 0\nnext 2: 1\nnext 3: 2\n2 more"
