"""Megabytes pasted into the composer: keys go on, and the line below says how far the look through the text is."""

from __future__ import annotations

import asyncio
import re
import time
from pathlib import Path

from textual import events

from hybridchat.demo import Demo
from hybridchat.tui.ahead import TOLD
from tests.support.screen import frame, until
from tests.support.screens import seated

LINE = "The parcel was sent to user{}@kolibri.example from 10.1.2.3 on Monday.\n"
MEGABYTES = "".join(LINE.format(n) for n in range(70_000))


async def test_a_key_is_shown_while_five_megabytes_are_looked_through_and_progress_is_told(demo: Demo, tmp_path: Path) -> None:
    assert len(MEGABYTES) > 5_000_000
    async with seated(tmp_path, demo) as seat:
        composer = seat.screen.composer
        composer.post_message(events.Paste(MEGABYTES))
        await until(seat.pilot, lambda: "looking through the text" in frame(seat.pilot.app))
        waits: list[float] = []
        for typed in "abcdefghijkl":
            begun = time.perf_counter()
            seat.pilot.app.post_message(events.Key(typed, typed))
            while not composer.text.endswith(typed):
                assert time.perf_counter() - begun < 10, frame(seat.pilot.app)
                await asyncio.sleep(0.001)
            waits.append(time.perf_counter() - begun)
        assert composer.text.endswith("]abcdefghijkl")
        # 8 ms in the middle here; a machine shared by eight jobs doubles and trebles it, a look on the event loop takes a minute
        assert sorted(waits)[len(waits) // 2] < 0.05
        said: set[str] = set()

        def two_figures() -> bool:
            said.update(re.findall(r"looking through the text · (\d+) %", frame(seat.pilot.app)))
            return len(said) > 1

        await until(seat.pilot, two_figures)
        composer.clear_draft()
        # nobody waits for it any more: it ends, and is told no longer
        await until(seat.pilot, lambda: seat.chat.looked_through is None)
        await until(seat.pilot, lambda: "looking through" not in frame(seat.pilot.app))


async def test_of_a_short_draft_nothing_is_told_on_the_way(demo: Demo, tmp_path: Path) -> None:
    async with seated(tmp_path, demo) as seat:
        seat.screen.composer.draft = "What is the capital of France?"
        shown: set[str] = set()
        end = time.monotonic() + 20
        while seat.screen.previewed is None and time.monotonic() < end:
            await seat.pilot.pause(TOLD / 10)
            shown.add(frame(seat.pilot.app))
        assert seat.screen.previewed is not None
        assert not any("looking through" in one for one in shown)
