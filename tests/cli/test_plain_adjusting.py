"""Plain mode's commands that change how this conversation answers, on a real pseudo-terminal."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from hybridchat.demo import Demo
from tests.cli.run import inside
from tests.cli.talk import Talk
from tests.support.chats import environment

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs a pseudo-terminal")


def test_what_is_set_before_the_first_question_goes_out_with_it_and_stays(demo: Demo, tmp_path: Path) -> None:
    env = environment(demo, tmp_path)
    with Talk("--plain", env=env) as talk:
        talk.until("\nyou: ")
        assert "temperature is 0.25 in this conversation." in talk.line("/set temperature 0.25")
        assert "is a number from 0 to 2" in talk.line("/set temperature hot")
        assert "strategy: the program" in talk.line("/set")
        assert "Thinking is high" not in talk.line("/think")
        talk.line("/think high")
        assert "Set here: temperature 0.25, think high" in talk.line("/status")
        said = talk.line("What is the capital of France?")
        assert " cannot think)" in said
        assert "cannot think: it answers without" in talk.line("/think")
        talk.leave("/quit", "enter")
    body = json.loads([r.body for r in demo.ollama.requests if r.path == "/api/chat" and b"capital" in r.body][-1])
    assert body["options"]["temperature"] == 0.25


def test_a_setting_is_chosen_by_numbers_or_said_in_one_line(demo: Demo, tmp_path: Path) -> None:
    env = environment(demo, tmp_path)
    with Talk("--plain", env=env) as talk:
        talk.until("\nyou: ")
        listed = talk.line("/settings", until="number, or Enter for none: ")
        number = next(line.split()[0] for line in listed.splitlines() if line.endswith(" privacy"))
        talk.line(number, until="number, or Enter for none: ")
        assert "level = normal" in talk.line("3", until="new value")
        assert "privacy.level is high" in talk.line("high")
        assert "Allowed: low, normal, high" in talk.line("/settings privacy.level hih")
        assert "It holds from the next start on." in talk.line("/settings ui.bell false")
        assert "rule.1 is “SQL questions: the cloud first” in" in talk.line("/settings rule.new use=prefer_cloud kind=sql")
        assert "rule.1 = SQL questions: the cloud first" in talk.line("/settings rule.1", until="new value")
        assert ", and off in" in talk.line("off")
        assert "is taken out of" in talk.line("/settings rule.1 none")
        talk.leave("/quit", "enter")
    assert 'level = "high"' in (tmp_path / "config.toml").read_text("utf-8")


def test_config_get_prints_the_value_and_who_says_so(demo: Demo, tmp_path: Path) -> None:
    env = environment(demo, tmp_path) | {"HYBRIDCHAT_MODE": "prefer_local"}
    done = inside("config", "get", "mode", env=env)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"prefer_local\n", b"HYBRIDCHAT_MODE\n")
    assert inside("config", "set", "mode", "auto", env=env).stderr.endswith(b"but HYBRIDCHAT_MODE says prefer_local and wins\n")
    assert inside("config", "get", "limits.daily_budget", env=env).stdout == b""
    done = inside("config", "get", "privacy.levl", env=env)
    assert (done.returncode, b"did you mean `privacy.level`" in done.stderr) == (2, True)


def test_own_words_and_the_doctor_in_plain_lines(demo: Demo, tmp_path: Path) -> None:
    env = environment(demo, tmp_path)
    with Talk("--plain", env=env) as talk:
        talk.until("\nyou: ")
        assert "Falcon is hidden from now on" in talk.line("/terms add Falcon")
        assert "Paris is never hidden" in talk.line("/terms never Paris")
        said = talk.line("/terms")
        assert ("Falcon: hidden" in said, "Paris: never hidden" in said) == (True, True)
        assert "Falcon is no longer in the list" in talk.line("/terms rm Falcon")
        assert "Nothing is wrong" in talk.line("/doctor")
        talk.leave("/quit", "enter")
    assert not demo.openai.requests
