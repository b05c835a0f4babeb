"""A long conversation in the real program, on a real terminal: its end, its first line, a place in it, a branch far above."""

from __future__ import annotations

from pathlib import Path

import pytest

from hybridchat.conversation import Session
from hybridchat.demo import Demo
from hybridchat.sessions.store import Store
from tests.support.chats import environment
from tests.support.terminal import Terminal
from tests.tui.test_long import told
from tests.tui.test_program import program, until

pytestmark = pytest.mark.pty
MANY = 400


def stored(folder: Path) -> str:
    turns = [told(n, f"{n - 1:016x}" if n else None) for n in range(MANY)]
    store = Store.open(folder / "data" / "hybridchat.db")
    taken = store.intake.take(Session("0" * 16, "A long talk", 1e9, 1e9), turns, origin="")
    store.shut()
    return taken.id


def sees(terminal: Terminal, *texts: str) -> None:
    until(terminal, lambda: all(text in terminal.text() for text in texts))


def test_home_end_a_found_place_and_a_branch_far_above(demo: Demo, tmp_path: Path) -> None:
    session = stored(tmp_path)
    with program("--session", session, env=environment(demo, tmp_path)) as terminal:
        sees(terminal, f"answer {MANY - 1}")
        terminal.send("shift+tab")
        sees(terminal, "back to writing")
        terminal.send("home")
        sees(terminal, "question 0", "answer 1")
        terminal.send("end")
        sees(terminal, f"answer {MANY - 1}")
        terminal.send("esc")
        sees(terminal, "F1 help")
        terminal.send("f6")
        sees(terminal, "Conversations", "A long talk")
        terminal.send("question 99")
        until(terminal, lambda: terminal.text().count("question 99") == 2)
        terminal.send("enter")
        sees(terminal, "question 99", "answer 99", "back to writing")
        terminal.send("e")
        sees(terminal, "✎ editing")
        terminal.send(" again", "enter")
        sees(terminal, "2 of 2", "question 99 again", "question 98")
        assert "answer 99" not in terminal.text()
        assert terminal.close("ctrl+q") == 0
