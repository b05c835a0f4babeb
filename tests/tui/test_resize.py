"""Whatever size the window takes, and however fast it changes, the screen is right and nobody waits."""

from __future__ import annotations

import asyncio
import os
import random
import sys
import time
from pathlib import Path

import pytest
from textual.pilot import Pilot

from hybridchat.conversation import Turn
from tests.cli.run import bare
from tests.support.screen import frame, until
from tests.support.scripted import Line, ScriptedChat
from tests.tui.test_chat_screen import ask, running, screen
from tests.tui.test_transcript import at_end, stage, turn

if os.name == "posix":
    from tests.support.terminal import Terminal

ANSWER = (
    """Because the inner group can match the same text in **many ways**. Two things help:

1. Make the group *atomic*, or anchor it.
2. Replace `(a+)+` with `a+`.

```python
def plain(text: str) -> bool:
    return re.fullmatch(r"[a-z]+", text) is not None  # linear
```

| pattern | worst case | note  |
|---------|-----------:|-------|
| `(a+)+` |        2^n | avoid |

"""
    + "Some words that go on for a while and then some more of them. " * 8
)
SIZES = ((80, 24), (60, 20), (10, 5), (200, 60), (1, 1), (120, 40))


def talk(count: int) -> list[Turn]:
    return [turn(n, ANSWER) for n in range(count)]


async def resized(pilot: Pilot[None], width: int, height: int) -> None:
    await pilot.resize_terminal(width, height)
    await until(pilot, lambda: pilot.app.screen.size == (width, height))


async def fits(pilot: Pilot[None], width: int) -> None:
    await until(pilot, lambda: all(len(row) <= width for row in frame(pilot.app).split("\n")))


async def opened_at(size: tuple[int, int]) -> str:
    async with stage(size) as (pilot, transcript):
        transcript.load(talk(500)[-8:])
        await pilot.pause()
        return frame(pilot.app)


def text_of(picture: str, width: int) -> list[str]:
    """The rows without the scroll bar, which tells how long the conversation is."""
    return [row[: width - 1].rstrip() for row in picture.split("\n")]


async def test_a_thousand_messages_are_on_the_first_screen_right_after_a_resize() -> None:
    async with stage((100, 30)) as (pilot, transcript):
        transcript.load(talk(500))
        assert len(transcript.thread.blocks) >= 1_000
        for width, height in SIZES:
            shown, spent = "", 1.0
            for _ in range(3):
                # what collects garbage in between is at work in one try, not in all
                await resized(pilot, 100, 30)
                began = time.process_time()
                await resized(pilot, width, height)
                shown = frame(pilot.app)
                if (spent := time.process_time() - began) < 0.3:
                    break
            assert spent < 0.3
            assert at_end(transcript)
            if width >= 10:
                assert text_of(shown, width) == text_of(await opened_at((width, height)), width)


async def test_a_resize_renders_no_more_than_what_is_seen() -> None:
    async with stage((100, 30)) as (_, transcript):
        transcript.load(talk(500))
        transcript.rows.resize(70)
        transcript._place()
        assert transcript.rows.exact < 20


async def test_what_is_read_stays_in_view_when_the_window_changes() -> None:
    async with stage((100, 30)) as (pilot, transcript):
        transcript.load(talk(100))
        index = next(n for n, block in enumerate(transcript.thread.blocks) if block.text == "question 50")
        transcript.go_to(index, 0)
        for width, height in ((80, 24), (60, 20), (10, 5), (100, 30)):
            await resized(pilot, width, height)
            top = transcript.rows.block_at(transcript.scroll_offset.y)
            assert abs(top - index) <= 2, (width, height)


async def test_a_storm_of_resizes_while_an_answer_grows_leaves_the_right_picture() -> None:
    gate = asyncio.Event()
    chat = ScriptedChat([Line(pieces=(ANSWER, "\n\nThe end of it."), gate=gate)])
    async with running(chat, size=(100, 30)) as pilot:
        await ask(pilot, "go")
        await until(pilot, lambda: "many ways" in frame(pilot.app) or screen(pilot).thread.live)
        sizes = random.Random(4)
        for _ in range(40):
            width, height = sizes.randint(1, 130), sizes.randint(1, 45)
            await resized(pilot, width, height)
            await fits(pilot, width)
        gate.set()
        await until(pilot, lambda: not screen(pilot).exchange.running)
        for width, height in ((80, 24), (10, 5), (80, 24)):
            await resized(pilot, width, height)
            await fits(pilot, width)
        await until(pilot, lambda: "The end of it." in frame(pilot.app))
        rows = frame(pilot.app).split("\n")
        assert rows[0].startswith(" hybridchat ─ go ─")
        assert rows[0].endswith("AUTO · local first")
        assert rows[-3].strip() == "message…"


@pytest.mark.pty
@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX pseudo-terminal")
def test_a_terminal_made_tiny_and_wide_again_shows_what_it_showed(tmp_path: Path) -> None:
    (tmp_path / "config.toml").touch()
    inherited = {k: v for k, v in bare().items() if k != "TERM"}
    own = {"HYBRIDCHAT_DATA_DIR": str(tmp_path / "data"), "HYBRIDCHAT_CONFIG": str(tmp_path / "config.toml")}
    terminal = Terminal([sys.executable, "-m", "hybridchat", "demo"], columns=80, rows=24, env={**inherited, **own})
    try:
        terminal.wait_for("DEMO · canned text, no model")
        terminal.send("Write a very long essay about tides.", "enter")
        terminal.wait_for("esc stop")
        sizes = random.Random(2)
        for _ in range(30):
            terminal.resize(sizes.randint(10, 140), sizes.randint(5, 50))
            terminal.pump(0.02)
        terminal.send("esc")
        for columns, rows in ((10, 5), (80, 24)):
            terminal.resize(columns, rows)
        terminal.wait_for("message…")
        terminal.wait_for("■ stopped")
        terminal.send("/status", "enter")
        terminal.wait_for("model: chosen for each message")
        assert terminal.close("ctrl+q") == 0
        assert b"Traceback" not in terminal.raw
    finally:
        if terminal.alive:
            terminal.close()
