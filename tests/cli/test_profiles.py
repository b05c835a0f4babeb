"""`--profile`, `--private` and the folder's file, as a user says them on the command line."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from hybridchat.demo import Demo
from tests.cli.run import hybridchat, inside
from tests.cli.talk import Talk
from tests.support.chats import environment

WORD = "qxzimtstern"


@pytest.fixture
def env(demo: Demo, tmp_path: Path) -> dict[str, str]:
    return environment(demo, tmp_path)


def test_each_profile_has_its_own_conversations_terms_and_ledger_and_shares_the_keys(env: dict[str, str], demo: Demo) -> None:
    asked = hybridchat("ask", "-q", "--cloud", "-m", "openai:gpt-6.1-terra", "repeat: a@b.example", "--profile", "work", env=env)
    assert asked.returncode == 0, asked.stderr
    assert demo.openai.requests[-1].headers["authorization"] == "Bearer ***"
    assert inside("--profile=work", "terms", "add", "Bluebird", env=env).returncode == 0
    assert b"a@b.example" in inside("--profile", "work", "sessions", env=env).stdout
    assert b"1 email hidden" in inside("ledger", "--profile", "work", env=env).stdout
    assert b"Bluebird" in inside("terms", "list", env={**env, "HYBRIDCHAT_PROFILE": "work"}).stdout
    assert b"Nothing is saved yet" in inside("sessions", env=env).stderr
    assert inside("terms", "list", env=env).stdout == b""
    listed = inside("profiles", "--profile", "work", env=env).stdout.decode().splitlines()
    assert [line.split()[:2] for line in listed] == [["default", "empty"], ["*", "work"]]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--profile", "../up", "sessions"), "not a usable name"),
        (("sessions", "--profile"), "wants a name"),
        (("ask", "--private", "--cloud", "hi"), "--private and --cloud"),
        (("ask", "--private", "-c", "hi"), "no saved conversation"),
    ],
)
def test_what_cannot_be_meant_is_told_in_one_sentence(env: dict[str, str], arguments: tuple[str, ...], word: str) -> None:
    done = inside(*arguments, env=env)
    assert done.returncode == 2
    assert word in done.stderr.decode()
    assert len(done.stderr.splitlines()) == 1


def test_words_after_two_dashes_are_the_question(env: dict[str, str]) -> None:
    done = inside("ask", "-q", "--private", "--", "repeat: --profile", "work", env=env)
    assert done.stdout.decode().strip() == "--profile work"


def test_a_private_question_is_answered_here_and_stands_in_no_file(env: dict[str, str], demo: Demo, tmp_path: Path) -> None:
    config = Path(env["HYBRIDCHAT_CONFIG"])
    config.write_text('mode = "only_cloud"\n[privacy]\ncloud = "auto"\n')
    done = hybridchat("ask", "--private", f"repeat: {WORD}", env=env)
    assert done.stdout.decode().strip() == WORD, done.stderr
    assert demo.openai.connections + demo.anthropic.connections == 0
    assert not [f for f in tmp_path.rglob("*") if f.is_file() and WORD.encode() in f.read_bytes()]
    refused = hybridchat("ask", "--private", "-m", "openai:gpt-6.1-terra", "hello", env=env)
    assert refused.returncode == 3, refused.stderr
    assert demo.openai.connections == 0


def test_the_folders_file_is_told_and_a_loosening_one_stops_the_program(
    env: dict[str, str], demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / ".hybridchat.toml"
    file.write_text("local_only = true")
    done = inside("ask", "--cloud", "-m", "openai:gpt-6.1-terra", "hello", env=env)
    assert done.returncode == 3, done.stderr
    assert b"nothing leaves this machine" in done.stderr
    assert demo.openai.connections == 0
    assert b"nothing leaves this machine" in inside("config", "check", env=env).stdout
    file.write_text("local_only = true\n[endpoints.openai]\n")
    for command in (("ask", "hello"), ("config", "check"), ("route", "hello")):
        done = inside(*command, env=env)
        assert done.returncode == 2, done.stderr
        assert f"{file}:2: key `endpoints`" in done.stderr.decode()
        assert b"allowed: local_only, terms" in done.stderr


@pytest.mark.pty
@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_in_plain_mode_private_is_said_in_the_prompt_and_forgotten_by_new(env: dict[str, str], tmp_path: Path) -> None:
    with Talk("--plain", "--profile", "work", env={**env, "TERM": "dumb"}) as talk:
        assert "Profile: work" in talk.until("\nyou: ")
        assert "/new forgets it" in talk.line("/private", until="you (private): ")
        assert WORD in talk.line(f"repeat: {WORD}", until="you (private): ")
        assert "/new ends it" in talk.line("/cloud", until="you (private): ")
        assert "forgotten" in talk.line("/new")
        assert "no saved conversation" in talk.line("/sessions")
        assert talk.leave("/quit", "enter") == 0
    assert not [f for f in tmp_path.rglob("*") if f.is_file() and WORD.encode() in f.read_bytes()]
    assert os.listdir(tmp_path / "data") == ["profiles"]  # noqa: PTH208 - names only
