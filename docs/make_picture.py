"""Makes docs/screen.svg and docs/leaves.svg: the program itself on its demo models. Run it with `make picture`."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from textual.pilot import Pilot

from hybridchat.assemble import Assembled, Setup, open_assembled
from hybridchat.config import Config
from hybridchat.tui.app import HybridChat
from hybridchat.tui.ports import Found, Launch, Opened
from hybridchat.tui.screen import ChatScreen
from hybridchat.welcome import found

HERE = Path(__file__).parent
SIZE = (124, 36)
FIRST = "What is the capital of France?"
SECOND = "Draft a short note to ana.ruiz@example.org: her card 4111 1111 1111 1111 was charged twice."


async def main() -> None:
    assembled: list[Assembled] = []

    async def open_chat() -> Opened:
        made = await open_assembled(Setup(demo=True))
        assembled.append(made)
        lines = tuple(Found(f.ok, f.text, f.fix) for f in found(made.chat.world, Config(), demo=True))
        return Opened(chat=made.chat, snapshot=made.chat.snapshot, found=lines)

    app = HybridChat(Launch(open=open_chat, demo=True))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot, lambda: bool(assembled) and "found here" in app.export_screenshot().replace("&#160;", " "))
        await ask(pilot, FIRST)
        await ask(pilot, SECOND)
        await pilot.press("ctrl+o")
        await settled(pilot, lambda: app.screen.query("Consent"))
        await pilot.pause(1.0)
        keep(app, "screen.svg")
        await pilot.press("v")
        await pilot.pause(1.0)
        keep(app, "leaves.svg")
    await assembled[0].close()


def keep(app: HybridChat, name: str) -> None:
    """Writes what is on the screen, without the fonts Textual names: opening our picture contacts nobody."""
    svg = re.sub(r"@font-face \{.*?\}", "", app.export_screenshot(title="hybridchat"), flags=re.DOTALL)
    (HERE / name).write_text(svg, encoding="utf-8")
    print(f"{name}: {len(svg):,} bytes")


async def ask(pilot: Pilot[None], text: str) -> None:
    for character in text:
        await pilot.press({" ": "space", "\n": "ctrl+j"}.get(character, character))
    await pilot.press("enter")
    await pilot.pause(4.0)
    chat = pilot.app.screen_stack[0]
    assert isinstance(chat, ChatScreen)
    await settled(pilot, lambda: not chat.exchange.running, 60.0)
    await pilot.pause(2.0)


async def settled(pilot: Pilot[None], done: object, seconds: float = 10.0) -> None:
    assert callable(done)
    for _ in range(int(seconds / 0.1)):
        await pilot.pause(0.1)
        if done():
            return
    raise TimeoutError


if __name__ == "__main__":
    asyncio.run(main())
