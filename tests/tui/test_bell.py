"""Who looks elsewhere is told that a long answer is there, in words of ours alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from textual.events import AppBlur, AppFocus

from hybridchat.demo import Demo
from hybridchat.render.terminal import TERMINALS, recognise
from hybridchat.tui.app import HybridChat
from hybridchat.tui.bell import HERE, Bell, signal
from tests.support.chats import environment
from tests.support.screen import until as until_
from tests.tui.test_keys import chatting

LONG = 12.0
KITTY = TERMINALS["kitty"]


def test_a_long_answer_rings_where_nobody_looks_and_not_elsewhere() -> None:
    assert signal(Bell(), KITTY, HERE, took_s=LONG, looked_at=False).startswith("\a\x1b]777;notify;hybridchat;")
    assert signal(Bell(), KITTY, HERE, took_s=LONG, looked_at=True) == ""
    assert signal(Bell(), KITTY, HERE, took_s=9.9, looked_at=False) == ""


@pytest.mark.parametrize(
    ("terminal", "sent"),
    [
        ("iterm2", f"\a\x1b]9;hybridchat: {HERE}\x1b\\"),
        ("wezterm", f"\a\x1b]777;notify;hybridchat;{HERE}\x1b\\"),
        ("vte", "\a"),
        ("apple-terminal", "\a"),
    ],
)
def test_each_terminal_is_told_in_the_sequence_it_reads(terminal: str, sent: str) -> None:
    assert signal(Bell(), TERMINALS[terminal], HERE, took_s=LONG, looked_at=False) == sent


def test_within_tmux_only_the_bell_gets_through() -> None:
    inside = recognise({"TMUX": "x", "KITTY_WINDOW_ID": "1", "TERM": "tmux-256color"})
    assert signal(Bell(), inside, HERE, took_s=LONG, looked_at=False) == "\a"


def test_both_can_be_turned_off() -> None:
    assert signal(Bell(ring=False), KITTY, HERE, took_s=LONG, looked_at=False).startswith("\x1b]777")
    assert signal(Bell(notify=False), KITTY, HERE, took_s=LONG, looked_at=False) == "\a"
    assert signal(Bell(ring=False, notify=False), KITTY, HERE, took_s=LONG, looked_at=False) == ""


async def test_where_the_terminal_never_says_whether_it_is_looked_at_nobody_is_thought_to_look() -> None:
    async with chatting(terminal="apple-terminal") as pilot:
        app = pilot.app
        assert isinstance(app, HybridChat)
        assert not app.looked_at
        app.post_message(AppFocus())
        await until_(pilot, lambda: app.looked_at)
    async with chatting(terminal="kitty") as pilot:
        app = pilot.app
        assert isinstance(app, HybridChat)
        assert app.looked_at
        app.post_message(AppBlur())
        await until_(pilot, lambda: not app.looked_at)


if os.name == "posix":
    from tests.tui.test_program import program, until

    NOTICE = f"\x1b]777;notify;hybridchat;{HERE}\x1b\\".encode()

    @pytest.mark.pty
    def test_a_window_that_was_left_is_told_by_a_real_terminal_and_one_that_is_looked_at_is_not(
        demo: Demo, tmp_path: Path
    ) -> None:
        env = {**environment(demo, tmp_path), "TERM_PROGRAM": "WezTerm"}
        (tmp_path / "config.toml").write_text("[ui]\nbell_after_s = 0\n", encoding="utf-8")
        with program("-m", "llama3.2:3b", env=env) as terminal:
            terminal.wait_for("asks before anything leaves")
            terminal.send("repeat: while I look", "enter")
            until(terminal, lambda: terminal.text().count("while I look") >= 3 and "esc stop" not in terminal.text())
            assert NOTICE not in terminal.raw
            terminal.send("repeat: in the kitchen", "enter", "focus-out")
            until(terminal, lambda: NOTICE in terminal.raw)
            at = terminal.raw.index(NOTICE)
            assert terminal.raw[at - 1 : at] == b"\a"
            assert b"kitchen" not in NOTICE
            terminal.send("focus-in", "repeat: back again", "enter")
            until(terminal, lambda: terminal.text().count("back again") >= 2 and "esc stop" not in terminal.text())
            assert terminal.raw.count(NOTICE) == 1
            terminal.send("/compare llama3.2:3b qwen2.5-coder:7b repeat: side by side", "enter", "focus-out")
            until(terminal, lambda: terminal.raw.count(NOTICE) == 2)
            terminal.wait_for("● kept")
            assert terminal.close("ctrl+q") == 0
            assert terminal.raw.count(NOTICE) == 2
