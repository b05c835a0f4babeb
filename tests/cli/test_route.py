"""`hybridchat route`: explained, scored for scripts, calibrated on one's own messages."""

from __future__ import annotations

import asyncio
import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybridchat.assemble import database
from hybridchat.cli import route
from hybridchat.cli.edge import Exit
from hybridchat.config import load
from hybridchat.config.paths import config_path
from hybridchat.config.template import set_value
from hybridchat.demo import Demo
from hybridchat.routing.difficulty import difficulty
from hybridchat.sessions.store import Store
from tests.cli.run import bare
from tests.support.chats import environment

HARD = (
    "A tank holds 120 litres. Pipe A fills 12 litres per minute, pipe B drains 7, and after 9 minutes pipe C adds 3. "
    "Calculate the time until the total is 100, then the average of each rate over 5, 10 and 15 minutes."
)


@pytest.fixture
def env(demo: Demo, tmp_path: Path) -> dict[str, str]:
    return environment(demo, tmp_path)


def called(work: Callable[[], int], env: dict[str, str], stdin: str = "") -> tuple[int, str]:
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    given_in = io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8")
    with mock.patch.dict(os.environ, {**bare(), **env}, clear=True), mock.patch.multiple(sys, stdin=given_in, stdout=out):
        code = work()
    out.flush()
    return code, out.buffer.getvalue().decode()


# -- one question ------------------------------------------------------------------------------------------------------


def test_it_says_where_a_question_would_go_why_and_what_would_change_that(demo: Demo, env: dict[str, str]) -> None:
    code, text = called(lambda: route.run("What is the capital of France?"), env)
    assert code == 0
    assert text.startswith("llama3.2:3b on this machine: looks easy")
    assert "answers" in text
    assert "Difficulty: 0.02 of 1, simple" in text
    assert "This machine:" in text
    assert "  Were the message harder (0." in text
    assert not any(r.body for s in (demo.openai, demo.anthropic) for r in s.requests)


def test_a_hard_one_gives_its_reasons_in_words(env: dict[str, str]) -> None:
    assert "may be hard: numbers" in called(lambda: route.run(HARD), env)[1]


def test_it_leaves_no_conversation_behind(env: dict[str, str]) -> None:
    called(lambda: route.run("hello"), env)
    with mock.patch.dict(os.environ, {**bare(), **env}, clear=True):
        store = Store.open(database(os.environ))
    try:
        assert store.sessions(None) == []
    finally:
        asyncio.run(store.close())


def test_an_unknown_model_is_a_mistake(env: dict[str, str]) -> None:
    with pytest.raises(Exit) as end:
        called(lambda: route.run("hello", model="nothing-of-the-sort"), env)
    assert end.value.code == 2


# -- difficulties for scripts ------------------------------------------------------------------------------------------


def test_each_line_gets_its_score_and_label() -> None:
    lines = [{"id": 7, "prompt": "hello"}, {"id": "ä/1", "prompt": HARD, "domain": "ignored"}]
    code, text = called(route.jsonl, {}, "\n\n".join(json.dumps(line) for line in lines) + "\n")
    assert code == 0
    found = [json.loads(line) for line in text.splitlines()]
    assert [f["id"] for f in found] == [7, "ä/1"]
    assert [(f["score"], f["label"]) for f in found] == [(d.score, d.label) for d in (difficulty("hello"), difficulty(HARD))]


@pytest.mark.parametrize("line", ["{", '{"id": 1}', '{"prompt": "x"}', '{"id": 1, "prompt": 2}', "[]", "null"])
def test_a_line_that_is_none_is_named(line: str) -> None:
    with pytest.raises(Exit, match="Line 2 is not") as end:
        called(route.jsonl, {}, '{"id": 1, "prompt": "x"}\n' + line + "\n")
    assert end.value.code == 2


# -- calibration -------------------------------------------------------------------------------------------------------


def asked(env: dict[str, str], questions: list[str], kind: str = "ask") -> None:
    """Stores each question in a conversation of its own."""

    async def store_them(store: Store) -> None:
        for question in questions:
            await store.ask(store.new_session(kind).id, question, parent_id=None)
        await store.close()

    with mock.patch.dict(os.environ, {**bare(), **env}, clear=True):
        path = database(os.environ)
        path.parent.mkdir(parents=True, exist_ok=True)
        asyncio.run(store_them(Store.open(path)))


def own(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "config.toml").touch()
    (tmp_path / "config.toml").touch()
    return {"HYBRIDCHAT_CONFIG": str(tmp_path / "config.toml"), "HYBRIDCHAT_DATA_DIR": str(tmp_path / "data")}


def test_the_border_lies_where_the_share_of_ones_own_messages_is_hard(tmp_path: Path) -> None:
    env = own(tmp_path)
    asked(env, ["hello"] * 14, "chat")
    asked(env, [HARD] * 6)
    asked(env, [HARD] * 50, "api")  # programs' messages are not this user's
    code, text = called(lambda: route.calibrate(0.3), env)
    assert code == 0
    assert "6 of your last 20 messages" in text
    border = load(tmp_path / "config.toml", env={}).routing.hard_from
    assert border is not None
    assert difficulty("hello").score < border <= difficulty(HARD).score


def test_a_follow_up_counts_with_the_conversation_it_stands_in(tmp_path: Path) -> None:
    env = own(tmp_path)

    async def talk(store: Store) -> None:
        session, parent = store.new_session("chat"), None
        for question in [HARD, *["go ahead"] * 29]:
            parent = (await store.ask(session.id, question, parent_id=parent)).id
        await store.close()

    with mock.patch.dict(os.environ, {**bare(), **env}, clear=True):
        path = database(os.environ)
        path.parent.mkdir(parents=True, exist_ok=True)
        asyncio.run(talk(Store.open(path)))
    assert "30 of your last 30 messages" in called(lambda: route.calibrate(0.9), env)[1]


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_is_from_0_to_1(tmp_path: Path, share: float) -> None:
    with pytest.raises(Exit, match="0 to 1") as end:
        called(lambda: route.calibrate(share), own(tmp_path))
    assert end.value.code == 2


def test_too_few_messages_change_nothing(tmp_path: Path) -> None:
    env = own(tmp_path)
    with pytest.raises(Exit, match="Nothing is saved"):
        called(lambda: route.calibrate(0.3), env)
    asked(env, ["hello"])
    with pytest.raises(Exit, match="1 message saved so far; 20"):
        called(lambda: route.calibrate(0.3), env)
    assert (tmp_path / "config.toml").read_text() == ""


@given(st.lists(st.floats(0, 1).map(lambda x: round(x, 6)), min_size=1, max_size=60), st.floats(0, 1))
def test_no_other_border_comes_nearer_to_the_share(scores: list[float], share: float) -> None:
    def off(border: float) -> float:
        return abs(sum(s >= border for s in scores) / len(scores) - share)

    border = route.threshold(scores, share)
    assert 0 <= border <= 1
    others = [0.0, 1.0] if 1.0 not in scores else [0.0]
    assert off(border) <= min(off(other) for other in [*scores, *others]) + 1e-9


@pytest.mark.parametrize(("border", "said"), [(0.9, "looks easy"), (0.1, "may be hard: numbers")])
def test_the_border_holds_for_every_decision_whatever_the_models_size(env: dict[str, str], border: float, said: str) -> None:
    with mock.patch.dict(os.environ, {**bare(), **env}, clear=True):
        set_value(config_path(os.environ), route.KEY, border)
    assert said in called(lambda: route.run(HARD), env)[1].splitlines()[0]


def test_it_prints_exactly_what_the_model_would_be_given_and_sends_nothing(env: dict[str, str], demo: Demo) -> None:
    said = "Please call Ana on 555 010 7788 about the sky"
    code, text = called(lambda: route.run(said, model="openai:gpt-6.1-terra", package=True), env)
    assert code == 0
    assert "this question\nPlease call " in text
    assert "555 010 7788" not in text
    assert "<PHONE_1> (phone number)" in text
    assert not demo.openai.requests
    with pytest.raises(Exit, match="no session nowhere"):
        called(lambda: route.run(said, session="nowhere", package=True), env)
