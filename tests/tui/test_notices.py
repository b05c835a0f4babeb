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


async def test_a_notice_hides_neither_what_is_written_nor_the_keys_and_stands_once_however_often_it_is_told() -> None:
    app = HybridChat(launch(ScriptedChat([])))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await shows(pilot, "F1 help")
        for _ in range(3):
            app.notify("Told again.")
            rows = (await shows(pilot, "Told again.")).splitlines()
        assert "hybridchat" in rows[0]
        assert [n for n, row in enumerate(rows) if "Told again." in row] == [1]
