"""What a model does not take of what it was asked for is left out after one refusal, remembered, and said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hybridchat.conversation import Message, Role
from hybridchat.facts import Locality, Model
from hybridchat.providers import openai_thinking
from hybridchat.providers.anthropic import AnthropicProvider
from hybridchat.providers.base import BadRequest, Call, open_guard
from hybridchat.providers.ollama import OllamaProvider
from hybridchat.providers.ollama_models import installed
from hybridchat.providers.openai import OpenAIProvider
from tests.providers import test_anthropic, test_openai
from tests.providers.conftest import said
from tests.support.faultserver import FaultServer, Reply, http, ndjson, sse


def call(endpoint: str, **more: object) -> Call:
    return Call(Model(f"{endpoint}:m", "h", Locality.ON_DEVICE), (Message(Role.USER, "hi"),), **more)  # type: ignore[arg-type]


def refused(text: str) -> Reply:
    return http({"error": {"message": text, "type": "invalid_request_error"}}, 400)


# -- chat completions ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("complaint", "left_out"),
    [
        ("Unsupported parameter: 'top_p' is not supported with this model.", "top_p"),
        ("'seed' is not permitted", "seed"),
        ("Unsupported parameter: 'stop' is not supported with this model.", "stop"),
        ("Unrecognized request argument supplied: reasoning_effort", "think"),
    ],
)
async def test_one_refusal_leaves_one_thing_out(complaint: str, left_out: str) -> None:
    asked = call("box", temperature=0.5, top_p=0.9, seed=7, stop=("END",), think="high")
    async with FaultServer(refused(complaint), test_openai.PLAIN, test_openai.PLAIN) as server:
        provider = OpenAIProvider("box", f"{server.url}/v1", None, guard=open_guard, locality=Locality.ON_DEVICE)
        first, second = (await said(provider, asked))[1], (await said(provider, asked))[1]
        await provider.close()
    if left_out == "think":
        # the word to the template is another way to ask, and this server said nothing against it
        assert "reasoning_effort" not in server.requests[1].json()
        assert server.requests[1].json()["chat_template_kwargs"] == {"enable_thinking": True, "reasoning_effort": "high"}
        assert first.refused == ()
        return
    assert left_out not in server.requests[1].json()
    assert {"temperature", "top_p", "seed", "stop"} - {left_out} <= set(server.requests[1].json())
    assert first.refused == second.refused == (left_out,)
    assert len(server.requests) == 3


async def test_a_server_that_knows_no_word_about_thinking_answers_without_and_it_is_said() -> None:
    async with FaultServer(
        refused("reasoning_effort: extra fields not permitted"),
        refused("chat_template_kwargs: extra fields not permitted"),
        test_openai.PLAIN,
    ) as server:
        provider = OpenAIProvider("box", f"{server.url}/v1", None, guard=open_guard, locality=Locality.ON_DEVICE)
        done = (await said(provider, call("box", think="low")))[1]
        await provider.close()
    assert done.refused == ("think",)
    assert not {"reasoning_effort", "chat_template_kwargs"} & set(server.requests[-1].json())


async def test_a_complaint_about_something_else_is_no_reason_to_leave_anything_out() -> None:
    async with FaultServer(refused("messages: too many"), test_openai.PLAIN) as server:
        provider = OpenAIProvider("box", f"{server.url}/v1", None, guard=open_guard, locality=Locality.ON_DEVICE)
        with pytest.raises(BadRequest):
            await said(provider, call("box", temperature=0.5, think="high"))
        await provider.close()
    assert len(server.requests) == 1


def test_no_thinking_has_several_names_where_the_service_is_the_official_one() -> None:
    untaken: set[str] = set()
    tried = []
    while found := openai_thinking.asked("off", untaken, official=True):
        tried.append(found["reasoning_effort"])
        untaken |= openai_thinking.refused("unsupported value: 'reasoning_effort'", "off", untaken, official=True)
    assert tried == ["none", "minimal", "low"]
    assert openai_thinking.asked("high", set(), official=True) == {"reasoning_effort": "high"}


# -- messages --------------------------------------------------------------------------------------------------------

HI = sse(test_anthropic.start(), test_anthropic.piece("hi"), test_anthropic.end("end_turn"), test_anthropic.STOP)


def against(text: str) -> Reply:
    return http({"type": "error", "error": {"type": "invalid_request_error", "message": text}}, 400)


async def anthropic(server: FaultServer, **more: object) -> tuple[str, ...]:
    provider = AnthropicProvider("anthropic", server.url, "k", guard=open_guard, locality=Locality.REMOTE)
    done = (await said(provider, call("anthropic", **more)))[1]
    await provider.close()
    return done.refused


async def test_a_model_without_an_effort_thinks_without_one() -> None:
    async with FaultServer(against("This model does not support the effort parameter."), HI) as server:
        assert await anthropic(server, think="low") == ()
    first, second = (r.json() for r in server.requests)
    thinking = second["thinking"]
    assert isinstance(thinking, dict)
    assert (first["output_config"], second.get("output_config"), thinking["type"]) == (
        {"effort": "low"},
        None,
        "adaptive",
    )


@pytest.mark.parametrize(("think", "budget"), [("low", 2048), ("medium", 6144), ("high", 6144)])
async def test_an_older_model_gets_a_budget_by_its_level(think: str, budget: int) -> None:
    async with FaultServer(against("adaptive thinking is not supported on this model"), HI) as server:
        assert await anthropic(server, think=think, max_output=12_288) == ()
    assert server.requests[1].json().get("thinking") == {"type": "enabled", "budget_tokens": budget}


async def test_a_model_that_cannot_think_answers_without_and_one_that_always_does_is_let() -> None:
    async with FaultServer(
        against("adaptive: not supported"), against('"thinking" is not supported for this model'), HI
    ) as server:
        assert await anthropic(server, think="high") == ("think",)
    assert "thinking" not in server.requests[2].json()
    async with FaultServer(against('"thinking.type.disabled" is not supported for this model.'), HI) as server:
        assert await anthropic(server, think="off") == ()
    assert "thinking" not in server.requests[1].json()


async def test_a_model_that_takes_no_temperature_and_no_stop_says_so() -> None:
    async with FaultServer(against("temperature: not supported"), against("stop_sequences: not supported"), HI) as server:
        assert await anthropic(server, temperature=0.5, stop=("END",)) == ("temperature", "stop")
    assert not {"temperature", "stop_sequences"} & set(server.requests[2].json())


# -- Ollama ----------------------------------------------------------------------------------------------------------

WHOLE = ndjson({"model": "m", "message": {"role": "assistant", "content": "hi"}, "done": True, "done_reason": "stop"})


async def ollama(server: FaultServer, asked: Call) -> tuple[str, ...]:
    provider = OllamaProvider("ollama", server.url, guard=open_guard, locality=Locality.ON_DEVICE)
    done = (await said(provider, asked))[1]
    await provider.close()
    return done.refused


async def test_a_model_of_which_nothing_is_known_is_asked_and_then_let_be() -> None:
    async with FaultServer(http({"error": '"m" does not support thinking'}, 400), WHOLE) as server:
        assert await ollama(server, call("ollama", think="high")) == ("think",)
    assert [r.json().get("think") for r in server.requests] == [True, None]


@pytest.mark.parametrize(
    ("name", "told", "wanted", "sent"),
    [
        ("qwen3:8b", (), "high", True),
        ("qwen3:8b", (), "off", False),
        ("gpt-oss:20b", (), "high", "high"),
        ("gpt-oss:20b", (), "off", "low"),
        ("other", ("off", "low", "medium", "high"), "off", False),
        ("other", ("off", "low", "medium", "high"), "low", "low"),
        ("other", ("off", "on"), "low", True),
    ],
)
async def test_a_level_is_a_word_where_the_model_knows_levels_and_else_a_switch(
    name: str, told: tuple[str, ...], wanted: str, sent: bool | str
) -> None:
    asked = call("ollama", think=wanted)
    model = replace(asked.model, id=f"ollama:{name}", capabilities=frozenset({"completion", "thinking"}), think=told)
    async with FaultServer(WHOLE) as server:
        await ollama(server, replace(asked, model=model))
    assert server.requests[0].json()["think"] == sent


async def test_a_server_that_knows_no_levels_of_a_model_is_asked_with_a_switch() -> None:
    asked = call("ollama", think="high")
    model = replace(asked.model, id="ollama:gpt-oss-tuned", capabilities=frozenset({"thinking"}))
    async with FaultServer(http({"error": 'think value "high" is not supported for this model'}, 400), WHOLE) as server:
        assert await ollama(server, replace(asked, model=model)) == ()
    assert [r.json()["think"] for r in server.requests] == ["high", True]


def test_what_a_server_says_of_thinking_is_read() -> None:
    shown = {"capabilities": ["completion", "thinking"], "thinking": {"values": [False, "low", "high"], "default": "low"}}
    found = installed({"name": "m"}, shown, endpoint="ollama", host="h", locality=Locality.ON_DEVICE)
    assert found.think == ("off", "low", "high")
    for odd in ({}, {"thinking": None}, {"thinking": {"values": "low"}}, {"thinking": {"values": [1, None]}}):
        assert installed({"name": "m"}, odd, endpoint="ollama", host="h", locality=Locality.ON_DEVICE).think == ()
