"""`ask --compare`: one question, several models, each under its own rules."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from hybridchat.demo import Demo, Fault
from hybridchat.facts import Mode
from hybridchat.repair import KEY
from hybridchat.sessions.store import Store
from tests.cli.run import inside
from tests.support.chats import environment

HERE, CLOUD = "llama3.2:3b", "openai:gpt-6.1-terra"
BOTH = ("--compare", f"{HERE},{CLOUD}")
QUESTION = "repeat: hello there a@b.example"


@pytest.fixture
def env(demo: Demo, tmp_path: Path) -> dict[str, str]:
    return environment(demo, tmp_path)


def test_each_model_answers_under_its_heading_and_both_answers_are_one_turn(demo: Demo, env: dict[str, str]) -> None:
    done = inside("ask", "--cloud", *BOTH, QUESTION, env=env)
    assert done.returncode == 0, done.stderr
    out = done.stdout.decode()
    first, second = out.index("== llama3.2:3b (on this machine) =="), out.index("\n\n== gpt-6.1-terra (cloud) ==")
    assert first == 0
    assert out[first:second].count("hello there a@b.example") == out[second:].count("hello there a@b.example") == 1
    assert not any(b"a@b.example" in r.body for r in demo.openai.requests)
    store = Store.open(Path(env["HYBRIDCHAT_DATA_DIR"]) / "hybridchat.db")
    (session,) = store.sessions(None)
    (turn,) = store.path(session.id)
    assert [a.model_id for a in turn.attempts] == [f"ollama:{HERE}", CLOUD]
    assert store.recall(KEY) is None  # nobody put a choice right
    asyncio.run(store.close())


def test_json_is_a_list_in_the_order_asked(env: dict[str, str]) -> None:
    done = inside("ask", "--cloud", "--json", "--compare", f"{CLOUD},{HERE},{CLOUD}", QUESTION, env=env)
    made = json.loads(done.stdout)
    assert [(m["asked"], m["model_id"], m["ending"]) for m in made] == [
        (CLOUD, CLOUD, "complete"),
        (f"ollama:{HERE}", f"ollama:{HERE}", "complete"),
    ]
    assert all("hello there" in m["response"] for m in made)


def test_a_model_that_needs_consent_is_not_asked_without_and_the_other_is(demo: Demo, env: dict[str, str]) -> None:
    done = inside("ask", "--json", "--compare", f"{CLOUD},{HERE}", QUESTION, env=env)
    held, answered = json.loads(done.stdout)
    assert done.returncode == 3
    assert held["ending"] == "held"
    assert answered["ending"] == "complete"
    assert b"needs your consent" in done.stderr
    assert not demo.openai.connections


def test_local_is_a_promise_here_too(demo: Demo, env: dict[str, str]) -> None:
    done = inside("ask", "--local", *BOTH, QUESTION, env=env)
    assert done.returncode == 3
    assert b"hello there" in done.stdout
    assert b"LOCAL ONLY" in done.stderr
    assert not demo.openai.connections


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_also_in_a_conversation_that_may_ask_the_cloud(demo: Demo, env: dict[str, str], options: tuple[str, ...]) -> None:
    store = Store.open(Path(env["HYBRIDCHAT_DATA_DIR"]) / "hybridchat.db")
    session = store.new_session("ask", mode=Mode.AUTO)
    store.allow(session.id, f"127.0.0.1:{demo.openai.port}")
    asyncio.run(store.close())
    done = inside("ask", "--local", *options, "--session", session.id, *BOTH, QUESTION, env=env)
    assert done.returncode == 3
    assert b"LOCAL ONLY" in done.stdout + done.stderr
    assert not demo.openai.connections


def test_one_that_fails_takes_no_other_along(demo: Demo, env: dict[str, str]) -> None:
    demo.ollama.fail(Fault(kind="status", status=500))
    done = inside("ask", "--cloud", "--json", *BOTH, QUESTION, env=env)
    failed, answered = json.loads(done.stdout)
    assert done.returncode == 1
    assert (failed["ending"], answered["ending"]) == ("failed", "complete")


def test_a_dry_run_sends_nothing_and_keeps_nothing(demo: Demo, env: dict[str, str]) -> None:
    done = inside("ask", "--dry-run", *BOTH, QUESTION, env=env)
    assert done.returncode == 0, done.stderr
    out = done.stdout.decode()
    assert out.count("nothing (dry run)") == 2
    assert "would be asked first" in out
    assert not demo.openai.connections
    assert inside("sessions", env=env).stdout == b""


@pytest.mark.parametrize("models", ["", ",", HERE, f"{HERE},ollama:{HERE}", f"{HERE},nope"])
def test_fewer_than_two_models_that_are_there_are_refused(env: dict[str, str], models: str) -> None:
    done = inside("ask", "--compare", models, "hello", env=env)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
    as_json = inside("ask", "--json", "--compare", models, "hello", env=env)
    assert json.loads(as_json.stdout)[0]["error"]["type"] == "usage"


def test_a_pinned_model_beside_it_is_refused(env: dict[str, str]) -> None:
    done = inside("ask", "-m", HERE, *BOTH, "hello", env=env)
    assert done.returncode == 2
    assert b"leave --model out" in done.stderr


def test_the_model_named_by_keep_stands_and_the_other_stays_beside_it(env: dict[str, str]) -> None:
    done = inside("ask", "--cloud", "--json", *BOTH, "--keep", HERE, QUESTION, env=env)
    assert done.returncode == 0, done.stderr
    assert [m["kept"] for m in json.loads(done.stdout)] == [True, False]
    store = Store.open(Path(env["HYBRIDCHAT_DATA_DIR"]) / "hybridchat.db")
    (session,) = store.sessions(None)
    (turn,) = store.path(session.id)
    assert turn.answer is not None
    assert (turn.answer.model_id, len(turn.attempts)) == (f"ollama:{HERE}", 2)
    asyncio.run(store.close())


def test_what_is_kept_is_one_of_the_models_compared(env: dict[str, str]) -> None:
    assert b"one of the models compared" in inside("ask", *BOTH, "--keep", "qwen2.5-coder:7b", "hello", env=env).stderr
    assert inside("ask", "--keep", HERE, "hello", env=env).returncode == 2


def test_a_model_that_gave_no_answer_is_not_kept_and_that_is_said(demo: Demo, env: dict[str, str]) -> None:
    demo.ollama.fail(Fault(kind="status", status=500))
    done = inside("ask", "--cloud", *BOTH, "--keep", HERE, QUESTION, env=env)
    assert b"gave no answer to keep. gpt-6.1-terra's is kept." in done.stderr
