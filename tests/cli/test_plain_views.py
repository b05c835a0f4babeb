"""Plain mode's comparison, ledger and sums, on a real terminal."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from hybridchat.demo import Demo
from hybridchat.sessions.store import Store
from tests.support.chats import environment

if os.name != "posix":
    pytest.skip("needs a POSIX pseudo-terminal", allow_module_level=True)

from tests.cli.talk import Talk

pytestmark = pytest.mark.pty
CHOICE = "number, or Enter for none: "


def test_models_are_compared_one_is_kept_and_the_ledger_tells_of_it(demo: Demo, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[pair]\nlocal = "ollama:llama3.2:3b"\ncloud = "openai:gpt-6.1-terra"\n')
    env = environment(demo, tmp_path)
    with Talk("chat", "--plain", env=env) as talk:
        talk.until("\nyou: ")
        assert "Write: /compare" in talk.line("/compare llama3.2:3b gpt-6.1-terra")
        assert "nope'.\n" in talk.line("/compare llama3.2:3b nope hi").replace("\r", "")
        asked = talk.line("/compare llama3.2:3b gpt-6.1-terra repeat: to a@b.example", CHOICE)
        assert "\nAsking llama3.2:3b (on this machine):\n" in asked
        assert "\nAsking gpt-6.1-terra (cloud):\n" in asked
        assert "Ask gpt-6.1-terra at 127.0.0.1" in asked
        assert "Which answer do you keep?" in talk.line("1", CHOICE)
        assert "llama3.2:3b's answer is kept" in talk.line("1")
        left = talk.line("/ledger")
        assert "1 message left this machine" in left
        assert "1 email hidden" in left
        sums = talk.line("/stats")
        assert "\nIn all: 1 question, " in sums
        assert "\ngpt-6.1-terra: " in sums
        assert not talk.drawn, "nothing is drawn where lines are read aloud"
    store = Store.open(Path(env["HYBRIDCHAT_DATA_DIR"]) / "hybridchat.db")
    (session,) = [s for s in store.sessions(None) if s.turns]
    (turn,) = store.path(session.id)
    assert turn.answer is not None
    assert (turn.answer.model_id, len(turn.attempts)) == ("ollama:llama3.2:3b", 2)
    asyncio.run(store.close())


def test_a_command_where_a_number_is_wanted_is_done_and_the_choice_is_none(demo: Demo, tmp_path: Path) -> None:
    with Talk("chat", "--plain", env=environment(demo, tmp_path)) as talk:
        talk.until("\nyou: ")
        talk.line("/theme", CHOICE)
        assert "A number from 1 to" in talk.line("99", CHOICE)
        assert "Mode: AUTO" in talk.line("/status")
        talk.line("/settings privacy.level", "the default): ")
        changed = talk.line("/status")
        assert "Mode: AUTO" in changed
        assert "privacy.level is" not in changed, "a command is not taken for the text that is asked for"
