"""Plain mode before something leaves: single words are hidden or shown by numbers."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hybridchat.demo import Demo
from tests.support.chats import environment

if os.name != "posix":
    pytest.skip("needs a POSIX pseudo-terminal", allow_module_level=True)

from tests.cli.talk import Talk
from tests.cli.test_plain import cloud_bodies

MENU = "number, or Enter for none: "


def test_words_are_hidden_and_shown_by_numbers_before_anything_leaves(demo: Demo, tmp_path: Path) -> None:
    with Talk("--plain", env=environment(demo, tmp_path)) as talk:
        talk.until("\nyou: ")
        talk.line("/cloud")
        asked = talk.line("repeat: there are 7421993 beans for ana@example.org", MENU)
        assert "6 hide or show single words" in asked
        words = talk.line("6", MENU)
        assert "1 hidden: ana@example.org" in words
        assert "2 readable: 7421993, may be private" in words
        assert "1 hide it in this conversation" in talk.line("2", MENU)
        assert "7421993 is hidden in this conversation." in talk.line("1", MENU)
        assert "1 show it in this conversation" in talk.line("2", MENU)
        assert "ana@example.org is sent readable in this conversation." in talk.line("1", MENU)
        again = talk.line("", MENU)
        assert "1 item hidden, 0 words left to check" in again
        assert not cloud_bodies(demo)
        told = talk.line("1")
        assert "1 hidden, 0 left readable, " in told
        sent = cloud_bodies(demo)[-1]
        assert b"7421993" not in sent
        assert b"ana@example.org" in sent


def test_an_answer_that_stumbles_over_what_was_hidden_offers_to_ask_again(demo: Demo, tmp_path: Path) -> None:
    with Talk("--plain", env=environment(demo, tmp_path)) as talk:
        talk.until("\nyou: ")
        talk.line("/cloud")
        talk.line("repeat: I do not know who ana@example.org is.", MENU)
        offered = talk.line("1", MENU)
        assert "1 item was hidden: ana@example.org" in offered
        assert "Ask " in talk.line("1", MENU)
        assert b"ana@example.org" not in cloud_bodies(demo)[-1]
        talk.line("1")
        assert b"ana@example.org" in cloud_bodies(demo)[-1]
