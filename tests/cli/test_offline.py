"""The command line and plain mode without the network: answered here and said, kept for later, listed, reworded, sent."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from hybridchat.demo import Demo
from tests.cli.run import inside
from tests.support.chats import environment
from tests.test_offline import HARD

pair = '[pair]\nlocal = "ollama:llama3.2:3b"\ncloud = "openai:gpt-6.1-terra"\n'


@pytest.fixture
def env(demo: Demo, tmp_path: Path) -> dict[str, str]:
    (tmp_path / "config.toml").write_text(f'{pair}[privacy]\ncloud = "auto"\n')
    return environment(demo, tmp_path)


def cloud_bodies(demo: Demo) -> list[bytes]:
    return [r.body for r in demo.openai.requests if r.body]


def waiting(env: dict[str, str]) -> list[dict[str, str]]:
    return [json.loads(line) for line in inside("queue", "--json", env=env).stdout.splitlines()]


def test_a_hard_question_is_answered_here_and_stderr_says_why_it_may_fall_short(demo: Demo, env: dict[str, str]) -> None:
    inside("ask", "hello", env=env)  # the first scan of a process may come late, and then the message counts as private
    demo.conditions.offline = True
    done = inside("ask", HARD, env=env)
    assert done.returncode == 0
    assert done.stdout
    said = done.stderr.decode()
    assert "gpt-6.1-terra cannot be reached" in said
    assert "llama3.2:3b answers here, and may fall short" in said
    assert "ask --queue keeps it for later" in said


def test_with_the_network_nothing_of_that_is_said(demo: Demo, env: dict[str, str]) -> None:
    assert b"fall short" not in inside("ask", HARD, env=env).stderr


def test_a_question_kept_for_later_asks_nobody_is_reworded_and_sent_in_order(demo: Demo, env: dict[str, str]) -> None:
    done = inside("ask", "--queue", "first question", env=env)
    assert (done.returncode, done.stdout) == (0, b"")
    assert b"hybridchat queue send" in done.stderr
    inside("ask", "--queue", "second question", env=env)
    inside("ask", "--queue", "third question", env=env)
    assert not cloud_bodies(demo)
    assert not [r for r in demo.ollama.requests if r.path == "/api/chat"]
    ids = [row["turn_id"] for row in waiting(env)]
    assert inside("queue", "edit", ids[1][:8], "second", "in", "other", "words", env=env).returncode == 0
    assert inside("queue", "drop", ids[2][:8], env=env).returncode == 0
    assert b"second in other words" in inside("queue", env=env).stdout
    sent = inside("queue", "send", env=env)
    assert sent.returncode == 0, sent.stderr
    assert [b"first question" in body for body in cloud_bodies(demo)] == [True, False]
    assert b"second in other words" in cloud_bodies(demo)[1]
    assert not waiting(env)


def test_what_still_cannot_go_stays_and_the_rest_waits_behind_it(demo: Demo, env: dict[str, str]) -> None:
    for text in ("first", "second"):
        inside("ask", "--queue", "-m", "openai:gpt-6.1-terra", text, env=env)
    demo.conditions.offline = True
    done = inside("queue", "send", env=env)
    assert done.returncode == 4
    assert b"It stays in the queue." in done.stderr
    assert [row["question"] for row in waiting(env)] == ["first", "second"]


def test_without_consent_nothing_of_the_queue_leaves_and_it_stays(demo: Demo, env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(pair)
    inside("ask", "--queue", "first", env=env)
    done = inside("queue", "send", env=env)
    assert done.returncode == 3
    assert not cloud_bodies(demo)
    assert [row["question"] for row in waiting(env)] == ["first"]
    assert inside("queue", "send", "--cloud", env=env).returncode == 0
    assert len(cloud_bodies(demo)) == 1


@pytest.mark.parametrize("other", ["--local", "--no-log", "--dry-run", "--demo"])
def test_keeping_a_question_goes_with_no_other_way_to_ask(env: dict[str, str], other: str) -> None:
    assert inside("ask", "--queue", other, "hello", env=env).returncode == 2


def test_an_id_that_names_no_question_says_so(env: dict[str, str]) -> None:
    inside("ask", "--queue", "first", env=env)
    done = inside("queue", "drop", "nothing", env=env)
    assert done.returncode == 2
    assert b"hybridchat queue lists those that do" in done.stderr


@pytest.mark.pty
@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX pseudo-terminal")
def test_plain_mode_offers_keeps_and_sends(demo: Demo, env: dict[str, str]) -> None:
    from tests.cli.talk import Talk

    question = "Prove step by step that p^2 - 1 is divisible by 24 for every prime p > 3, and compare two proofs in O(n) terms."
    with Talk("chat", "--plain", env=env) as talk:
        talk.until("\nyou: ")
        talk.line("hello")
        demo.conditions.offline = True
        asked = talk.line(question, "number, or Enter for none: ")
        assert "gpt-6.1-terra cannot be reached" in asked
        assert "1 answer here" in asked
        kept = talk.line("2")
        assert "Kept for later" in kept
        listed = talk.line("/queue", "number, or Enter for none: ")
        assert "1 Prove step by step" in listed
        demo.conditions.offline = False
        talk.line("1", "number, or Enter for none: ")
        sent = talk.line("1")
        assert "From the queue: Prove step by step" in sent
        assert "\ngpt-6.1-terra, cloud: " in sent
        assert "Nothing waits" in talk.line("/queue")


def test_no_id_and_no_words_change_nothing(env: dict[str, str]) -> None:
    assert inside("ask", "--queue", "for later", env=env).returncode == 0
    before = inside("queue", env=env).stdout
    for arguments in (("drop", ""), ("send", ""), ("edit", "", "other"), ("edit", before.split()[0].decode(), " ")):
        assert inside("queue", *arguments, env=env).returncode == 2
    assert inside("queue", env=env).stdout == before
