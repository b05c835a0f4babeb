"""The model that a draft would go to is loaded while it is written, and the screen says how long that takes."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from hybridchat.events import HandedOver, Said
from hybridchat.facts import Device
from hybridchat.tui.composer import PAUSE
from hybridchat.tui.thread import Thread
from hybridchat.warming import Loading
from tests.support.screen import frame, shows, until
from tests.support.scripted import LLAMA, SNAPSHOT, ScriptedChat
from tests.tui.test_chat_screen import running, screen

COLD = replace(SNAPSHOT, live={})


async def test_the_first_key_loads_and_the_line_says_how_long_it_takes() -> None:
    chat = ScriptedChat()
    chat.loads.clear()
    chat.load = Loading(6.2)
    async with running(chat, snapshot=COLD) as pilot:
        began = asyncio.get_running_loop().time()
        await pilot.press("h")
        await until(pilot, lambda: chat.warmed == [LLAMA.id])
        assert chat.previewed[0] == "h"
        assert asyncio.get_running_loop().time() - began < PAUSE * 3  # on a busy machine; it does not wait for a pause
        await shows(pilot, "loading 6 s")
        chat.load = Loading(2.0)
        screen(pilot).look()
        await shows(pilot, "loading 2 s")
        chat.loads.set()
        await until(pilot, lambda: "loading" not in frame(pilot.app))


async def test_on_battery_nothing_is_loaded_ahead() -> None:
    chat = ScriptedChat()
    async with running(chat, snapshot=replace(COLD, device=Device(on_battery=True))) as pilot:
        await pilot.press(*"hello")
        await until(pilot, lambda: screen(pilot).previewed)
        assert chat.warmed == []


def test_an_answer_that_waits_for_its_model_says_so_until_the_first_word() -> None:
    thread = Thread()
    thread.apply(HandedOver("t1", "a1", LLAMA.id, LLAMA.host, LLAMA.locality, loads=True, load_s=6.0))
    assert thread.blocks[-1].head == "llama3.2 · on this machine · loading 6 s"
    thread.apply(Said("t1", "a1", "Hello"))
    assert thread.blocks[-1].head == "llama3.2 · on this machine"
    thread.apply(HandedOver("t2", "a2", LLAMA.id, LLAMA.host, LLAMA.locality, loads=True))
    assert thread.blocks[-1].head.endswith(" · loading")  # never measured
