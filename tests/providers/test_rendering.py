"""One conversation in the form each protocol wants it, as the server at the other end receives it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hybridchat.config import Config
from hybridchat.config.schema import PairSettings, Privacy
from hybridchat.conversation import Message, Role
from hybridchat.demo import Demo
from hybridchat.facts import Mode
from hybridchat.handover import Parts, Room, build
from hybridchat.providers.base import Call
from tests.providers.conftest import Line, said
from tests.support.chats import bench
from tests.test_package import CLOUD, turn

S, U, A = Role.SYSTEM, Role.USER, Role.ASSISTANT


async def sent(line: Line, *messages: Message, **more: object) -> dict[str, Any]:
    """The body that a call with these messages arrives as."""
    await said(line.provider(), Call(line.call().model, messages, **more))  # type: ignore[arg-type]
    body: dict[str, Any] = json.loads(line.server.requests[-1].body)
    return body


def plain(messages: list[dict[str, str]]) -> list[tuple[str, str]]:
    return [(m["role"], m["content"]) for m in messages]


async def test_system_text_stands_where_the_protocol_has_its_place(line: Line) -> None:
    body = await sent(line, Message(S, "Be brief."), Message(U, "hello"))
    if line.kind == "anthropic":
        assert body["system"] == "Be brief."
        assert plain(body["messages"]) == [("user", "hello")]
    else:
        assert "system" not in body
        assert plain(body["messages"]) == [("system", "Be brief."), ("user", "hello")]


async def test_without_system_text_there_is_none(line: Line) -> None:
    body = await sent(line, Message(U, "hello"))
    assert "system" not in body
    assert plain(body["messages"]) == [("user", "hello")]


async def test_speakers_alternate_where_the_protocol_asks_for_it(line: Line) -> None:
    body = await sent(line, Message(U, "a"), Message(U, "b"), Message(A, "c"), Message(A, " "), Message(A, "d"), Message(U, "e"))
    if line.kind == "anthropic":
        assert plain(body["messages"]) == [("user", "a\n\nb"), ("assistant", "c\n\nd"), ("user", "e")]
    else:
        assert [m["role"] for m in body["messages"]] == ["user", "user", "assistant", "assistant", "assistant", "user"]


async def test_the_user_speaks_first_where_the_protocol_asks_for_it(line: Line) -> None:
    body = await sent(line, Message(S, "x"), Message(A, "earlier"), Message(U, "go on"))
    spoken = [m["role"] for m in body["messages"] if m["role"] != "system"]
    assert spoken == (["user", "assistant", "user"] if line.kind == "anthropic" else ["assistant", "user"])


async def test_the_answers_length_and_the_context_are_said_in_the_protocols_own_words(line: Line) -> None:
    body = await sent(line, Message(U, "hello"), max_output=77, num_ctx=4096)
    named = {"ollama": body.get("options"), "openai": {"max_tokens": body.get("max_tokens")}}
    wanted = {"ollama": {"num_predict": 77, "num_ctx": 4096}, "openai": {"max_tokens": 77}}
    if line.kind == "anthropic":
        assert body["max_tokens"] == 77
    else:
        assert named[line.kind] == wanted[line.kind]
    # a context that only Ollama can be given is named to nobody else
    assert ("num_ctx" in json.dumps(body)) is (line.kind == "ollama")


async def test_the_answers_length_is_always_said(line: Line) -> None:
    body = await sent(line, Message(U, "hello"))
    assert 4096 in {body.get("max_tokens"), body.get("options", {}).get("num_predict")}


async def test_a_temperature_stands_where_the_server_looks_for_it_and_only_if_one_is_wanted(line: Line) -> None:
    warm = await sent(line, Message(U, "hello"), temperature=0.5)
    assert (warm["options"] if line.kind == "ollama" else warm)["temperature"] == 0.5
    assert "temperature" not in json.dumps(await sent(line, Message(U, "hello")))


async def test_usage_is_asked_for_where_it_is_not_told_by_itself(line: Line) -> None:
    body = await sent(line, Message(U, "hello"))
    assert body.get("stream_options") == ({"include_usage": True} if line.kind == "openai" else None)


async def test_the_same_package_is_the_same_bytes(line: Line) -> None:
    provider, call = line.provider(), line.call("hello")
    await said(provider, call)
    await said(provider, call)
    first, second = [r.body for r in line.server.requests if r.body][-2:]
    assert first == second


def test_what_a_model_thought_is_no_part_of_what_another_one_sees() -> None:
    past = turn(0, "a", "b")
    thought = replace(past, attempts=(replace(past.attempts[0], thinking="between us"),))
    made = build(CLOUD, Parts("", (thought,), "c"), Room(8192, 256, 256), None)
    assert "between us" not in str(made.messages)


@pytest.mark.parametrize("cloud", ["openai:gpt-6.1-terra", "anthropic:claude-haiku-5-5"])
async def test_thoughts_of_a_local_model_stay_behind_on_a_switch(tmp_path: Path, cloud: str) -> None:
    thinker = "ollama:deepseek-r1:8b"
    config = Config(pair=PairSettings(local=thinker, cloud=cloud), privacy=Privacy(cloud="auto"))
    with Demo(chunks_per_second=0, models=["deepseek-r1:8b"]) as demo:
        async with bench(tmp_path, demo, config=config) as b:
            await b.ask("repeat: one", mode=Mode.ONLY_LOCAL, pin=thinker)
            (answer,) = b.chat.store.path(b.session.id)[0].attempts
            assert answer.thinking
            await b.ask("repeat: two", mode=Mode.ONLY_CLOUD)
            (body,) = b.cloud_bodies()
            assert b"repeat: one" in body
            assert answer.thinking[:30].encode() not in body
            assert b"thinking" not in body
