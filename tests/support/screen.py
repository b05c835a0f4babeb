"""Reading a Textual screen in tests: its text, and waiting for a condition instead of sleeping."""

from __future__ import annotations

import time
from collections.abc import Callable

from textual.app import App
from textual.pilot import Pilot


def frame(app: App[None]) -> str:
    """What is on the screen now, row by row. The one place that looks into Textual's compositor."""
    return "\n".join(strip.text.rstrip() for strip in app.screen._compositor.render_strips())


async def until(pilot: Pilot[None], condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Lets the app run until `condition()` holds. Raises `AssertionError` with the screen when it does not."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, frame(pilot.app)
        await pilot.pause(0.01)


async def shows(pilot: Pilot[None], text: str) -> str:
    """Waits until `text` stands on the screen; returns the whole screen."""
    await until(pilot, lambda: text in frame(pilot.app))
    return frame(pilot.app)
