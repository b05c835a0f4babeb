"""The full screen over a whole chat: real decisions, a real store, demo servers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from textual.pilot import Pilot

from hybridchat.assemble import Setup, open_assembled
from hybridchat.chat import Chat
from hybridchat.config import Config
from hybridchat.config.schema import PairSettings
from hybridchat.configuring import Configuring
from hybridchat.demo import Demo
from hybridchat.doctor import examine
from hybridchat.facts import Device, Snapshot
from hybridchat.stock import Stock
from hybridchat.tui.app import HybridChat
from hybridchat.tui.consent import SETTLE
from hybridchat.tui.ports import Found, Launch, Opened
from hybridchat.tui.screen import ChatScreen
from hybridchat.welcome import found
from tests.support.chats import LOCAL, environment
from tests.support.screen import until


@dataclass(slots=True)
class Seat:
    """Somebody at the screen."""

    pilot: Pilot[None]
    chat: Chat
    demo: Demo

    @property
    def screen(self) -> ChatScreen:
        found = self.pilot.app.screen_stack[0]
        assert isinstance(found, ChatScreen)
        return found

    async def type(self, text: str) -> None:
        """Sends `text` and waits until nothing answers."""
        self.screen.composer.draft = text
        await self.pilot.press("enter")
        await until(self.pilot, lambda: not self.screen.exchange.running)

    async def consent(self, key: str) -> None:
        """Answers the question whether to send, as soon as it takes letters."""
        await until(self.pilot, lambda: self.pilot.app.screen.query("Consent"))
        await until(self.pilot, lambda: self.pilot.app.screen.query_one("Consent")._shown_at + SETTLE < monotonic())
        await self.pilot.press(key)
        await until(self.pilot, lambda: not self.pilot.app.screen.query("Consent"))


@asynccontextmanager
async def seated(
    folder: Path,
    demo: Demo,
    size: tuple[int, int] = (120, 34),
    *,
    config: Config | None = None,
    asks_words: bool = False,
    device: Device | None = None,
) -> AsyncIterator[Seat]:
    """`device` is what the gauges say of this machine; `asks_words` puts the question of the first start on the screen."""
    config = config or Config(pair=PairSettings(local=LOCAL))
    made = await open_assembled(Setup(save=False, samplers=False, config=config, env=environment(demo, folder, calm=False)))

    if device is not None:
        made.chat.world.stored_gauges = Snapshot(device=device)

    def find() -> tuple[Found, ...]:
        return tuple(Found(one.ok, one.text, one.fix) for one in found(made.chat.world, config))

    async def opening() -> Opened:
        return Opened(
            made.chat,
            made.chat.snapshot,
            hide=made.chat.hide,
            find=find,
            stock=Stock(made.chat.world),
            asks_words=asks_words,
            settings=Configuring(environment(demo, folder, calm=False), made.chat),
            examine=lambda online: examine(made.chat, config, environment(demo, folder, calm=False), online=online),
        )

    try:
        app = HybridChat(Launch(opening))
        async with app.run_test(size=size) as pilot:
            seat = Seat(pilot, made.chat, demo)
            await until(pilot, lambda: seat.screen._opened is not None and seat.screen.thread.blocks)
            yield seat
    finally:
        await made.close()
