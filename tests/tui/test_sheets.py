"""Views stay whole when the window becomes narrower while they are open, and so do the questions above the composer."""

from __future__ import annotations

from pathlib import Path

import pytest

from hybridchat.bindings import here
from hybridchat.demo import Demo
from hybridchat.facts import Device
from hybridchat.tui.consent import SHOWN
from hybridchat.tui.keymap import answers
from tests.support.screen import frame, shows, until
from tests.support.screens import seated

WORDS = (("y", "send"), ("a", "always in this conversation"), ("v", "view"), ("l", "stay local"), ("n", "cancel"))
"""What the question before anything leaves offers."""


@pytest.mark.parametrize("cells", range(12, 80, 7))
def test_no_answer_stands_apart_from_its_key(cells: int) -> None:
    rows = answers(here(), SHOWN, cells).plain.split("\n")
    assert " ".join(rows) == " ".join(f"[{key}] {word}" for key, word in WORDS)
    assert all(row.startswith("[") for row in rows)
    assert all(len(row) <= cells or row.count("[") == 1 for row in rows)


@pytest.mark.parametrize(
    ("command", "words", "whole"),
    [
        ("/doctor", "worth knowing", "terminal: not recognised"),
        ("/stats", "answered on this machine", "asked   here      spent"),
        ("/model", "9.0 GB of memory", "esc close"),
    ],
)
async def test_a_view_is_written_anew_for_the_width_there_is(
    demo: Demo, tmp_path: Path, command: str, words: str, whole: str
) -> None:
    async with seated(tmp_path, demo, (120, 30), device=Device(memory_free=9 * 10**9)) as seat:
        await seat.type("repeat: here")
        await seat.type(command)
        await shows(seat.pilot, words)
        await seat.pilot.resize_terminal(60, 20)
        await until(seat.pilot, lambda: whole in frame(seat.pilot.app))
