"""`hybridchat ask` at a terminal: Markdown rendered, consent asked there, Ctrl+C keeps what was said."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hybridchat.demo import Demo
from tests.cli.run import ROOT, bare, hybridchat
from tests.support.chats import environment

if os.name != "posix":
    pytest.skip("needs a POSIX pseudo-terminal", allow_module_level=True)

from tests.cli.talk import Talk

pytestmark = pytest.mark.pty
CLOUD = ("ask", "-m", "openai:gpt-6.1-terra")
MENU = "do not send: "


@pytest.fixture
def env(demo: Demo, tmp_path: Path) -> dict[str, str]:
    return environment(demo, tmp_path)


@pytest.mark.parametrize("how", [(), ("--no-stream",)], ids=["streamed", "whole"])
def test_markdown_is_rendered(env: dict[str, str], how: tuple[str, ...]) -> None:
    with Talk("ask", *how, "capital of France", env=env) as talk:
        told = talk.until("tok/s")
        assert "Paris" in told
        assert "**" not in told
        assert "\x1b[1" in told
        assert talk.leave() == 0


def test_a_list_of_words_from_somebody_else_steers_no_terminal(env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "theirs.txt").write_text("\x1b]0;owned\x07secret project\n", encoding="utf-8")
    assert hybridchat("terms", "import", str(tmp_path / "theirs.txt"), env=env).returncode == 0
    with Talk("terms", "list", env=env) as talk:
        assert "\x1b" not in talk.until("secret project")
        assert talk.leave() == 0
    assert "\x1b" in hybridchat("terms", "list", env=env).stdout.decode()


def test_consent_is_asked_shown_and_given(demo: Demo, env: dict[str, str]) -> None:
    with Talk(*CLOUD, "repeat: mail a@b.example", env=env) as talk:
        assert "Ask gpt-6.1-terra at 127.0.0.1" in talk.until(MENU)
        viewed = talk.line("v", MENU)
        assert "<EMAIL_1> stands for a@b.example" in viewed
        assert "user: repeat: mail <EMAIL_1>" in viewed
        talk.line("what?", MENU)
        assert not demo.openai.requests
        assert "mail a@b.example" in talk.line("y", "· cloud · ")
        assert talk.leave() == 0
    (sent,) = demo.openai.requests
    assert b"a@b.example" not in sent.body


@pytest.mark.parametrize(("answer", "code"), [("n", 3), ("", 3), ("l", 0)])
def test_no_is_3_and_local_stays_local(demo: Demo, env: dict[str, str], answer: str, code: int) -> None:
    with Talk(*CLOUD, "repeat: a word", env=env) as talk:
        talk.until(MENU)
        told = talk.line(answer, "kept." if code else "on this machine")
        assert "Not sent" in told if code else "a word" in told
        assert talk.leave() == code
    assert not demo.openai.requests


def test_with_a_pipe_on_stdin_the_terminal_is_asked(demo: Demo, env: dict[str, str]) -> None:
    piped = f"echo 'repeat: from the pipe' | {sys.executable} -m hybridchat {' '.join(CLOUD)}"
    with Talk(env=env, program=("/bin/sh", "-c", piped)) as talk:
        talk.until(MENU)
        assert "from the pipe" in talk.line("y", "· cloud · ")
    assert len(demo.openai.requests) == 1


def test_ctrl_c_at_the_question_sends_nothing(demo: Demo, env: dict[str, str]) -> None:
    with Talk(*CLOUD, "hello", env=env) as talk:
        talk.until(MENU)
        assert talk.leave("ctrl+c") == 130
    assert not demo.openai.requests


def test_an_interrupted_answer_is_130_and_its_text_is_kept(tmp_path: Path) -> None:
    with Demo(chunks_per_second=60) as slow:
        env = environment(slow, tmp_path)
        process = subprocess.Popen(
            [sys.executable, "-m", "hybridchat", "ask", "--local", "a very long essay"],
            env={**bare(), **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            cwd=ROOT,
        )
        assert process.stdout is not None
        begun = process.stdout.read(20)
        process.send_signal(signal.SIGINT)
        rest, noise = process.communicate(timeout=20)
        assert process.returncode == 130
        assert b"stopped" in noise
        assert b"Traceback" not in noise
        hybridchat("ask", "-c", "repeat: go on", env=env)
        body = [r.body for r in slow.ollama.requests if r.path == "/api/chat"][-1]
    assert (begun + rest).decode().strip()[:40] in body.decode()
