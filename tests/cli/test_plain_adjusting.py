"""Plain mode's commands that change how this conversation answers, on a real pseudo-terminal."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from hybridchat.demo import Demo
from tests.cli.talk import Talk
from tests.support.chats import environment

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs a pseudo-terminal")


def test_what_is_set_before_the_first_question_goes_out_with_it_and_stays(demo: Demo, tmp_path: Path) -> None:
    env = environment(demo, tmp_path)
    with Talk("--plain", env=env) as talk:
        talk.until("\nyou: ")
        assert "temperature is 0.25 in this conversation." in talk.line("/set temperature 0.25")
        assert "is a number from 0 to 2" in talk.line("/set temperature hot")
        assert "strategy     the program" in talk.line("/set")
        assert "Thinking is high" not in talk.line("/think")
        talk.line("/think high")
        said = talk.line("What is the capital of France?")
        assert " cannot think)" in said
        assert "cannot think: it answers without" in talk.line("/think")
        talk.leave("/quit", "enter")
    body = json.loads([r.body for r in demo.ollama.requests if r.path == "/api/chat" and b"capital" in r.body][-1])
    assert body["options"]["temperature"] == 0.25
