"""What is told in passing, in the corner: whole, whatever its length."""

from __future__ import annotations

import pytest

from hybridchat.tui.app import HybridChat
from tests.support.screen import shows
from tests.support.scripted import ScriptedChat, launch


@pytest.mark.parametrize(("size", "length"), [((80, 24), 37), ((80, 24), 72), ((60, 20), 52), ((60, 20), 77)])
async def test_no_last_word_of_a_notice_is_cut_where_its_lines_just_fill_the_box(size: tuple[int, int], length: int) -> None:
    app = HybridChat(launch(ScriptedChat([])))
    async with app.run_test(size=size, notifications=True) as pilot:
        app.notify(("word " * 20)[: length - 1].rstrip().ljust(length - 1, "x") + "Z")
        await shows(pilot, "Z")
