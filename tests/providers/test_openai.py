"""What differs among the many servers that speak chat completions."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest

from hybridchat.conversation import Message, Role
from hybridchat.facts import Live, Locality, Model, Usage
from hybridchat.providers.base import (
    BadRequest,
    Blocked,
    Call,
    Delta,
    Malformed,
    ProviderError,
    RateLimited,
    Refused,
    ServerFault,
    TooLong,
    open_guard,
)
from hybridchat.providers.openai import OpenAIProvider
from tests.providers.conftest import said
from tests.support.faultserver import FaultServer, Reply, http, sse

Make = Callable[[FaultServer], OpenAIProvider]


@pytest.fixture
async def make() -> AsyncIterator[Make]:
    made: list[OpenAIProvider] = []

    def one(server: FaultServer) -> OpenAIProvider:
        made.append(OpenAIProvider("box", f"{server.url}/v1", None, guard=open_guard, locality=Locality.ON_DEVICE))
        return made[-1]

    yield one
    for provider in made:
        await provider.close()


def call(**more: object) -> Call:
    return Call(Model("box:m", "h", Locality.ON_DEVICE), (Message(Role.USER, "hello"),), **more)  # type: ignore[arg-type]


def chunk(text: str | None = None, finish: str | None = None, **delta: object) -> dict[str, object]:
    told = {**({"content": text} if text is not None else {}), **delta}
    return {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "real-name",
            "choices": [{"index": 0, "delta": told, "finish_reason": finish}]}  # fmt: skip


DONE = "[DONE]"
PLAIN = sse(chunk("hi"), chunk(finish="stop"), DONE)


def rejects(text: str, status: int = 400) -> Reply:
    return http({"error": {"message": text, "type": "invalid_request_error"}}, status)


async def test_reasoning_is_kept_apart_under_either_name(make: Make) -> None:
    for key in ("reasoning_content", "reasoning"):
        async with FaultServer(sse(chunk(**{key: "hm"}), chunk("yes"), chunk(finish="stop"), DONE)) as server:
            parts = [p async for p in make(server).stream(call())]
            assert parts[:2] == [Delta(thinking="hm"), Delta("yes")]


async def test_usage_counts_cached_and_reasoning_tokens(make: Make) -> None:
    usage = {"prompt_tokens": 50, "completion_tokens": 9, "total_tokens": 59, "prompt_tokens_details": {"cached_tokens": 40},
             "completion_tokens_details": {"reasoning_tokens": 7}}  # fmt: skip
    last = {**chunk(), "choices": [], "usage": usage}
    async with FaultServer(sse(chunk("hi"), chunk(finish="stop"), last, DONE)) as server:
        _, done = await said(make(server), call())
    assert done.usage == Usage(50, 9, cache_read_tokens=40, reasoning_tokens=7)
    assert done.served_by == "real-name"


async def test_llama_cpps_own_clock_is_read(make: Make) -> None:
    last = {**chunk(finish="stop"), "timings": {"prompt_ms": 250.0, "predicted_ms": 1500, "cache_n": 3}}
    async with FaultServer(sse(chunk("hi"), last, DONE)) as server:
        _, done = await said(make(server), call())
    assert (done.timings.prefill_s, done.timings.generate_s) == (0.25, 1.5)


async def test_a_server_that_does_not_know_usage_is_asked_once_more_without_it(make: Make) -> None:
    async with FaultServer(rejects("Unrecognized request argument supplied: stream_options"), PLAIN) as server:
        provider = make(server)
        assert (await said(provider, call()))[0] == "hi"
        assert (await said(provider, call()))[0] == "hi"
        asked = ["stream_options" in r.json() for r in server.requests]
    assert asked == [True, False, False], "and it is remembered"


async def test_a_server_that_wants_the_other_limit_gets_it(make: Make) -> None:
    text = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
    async with FaultServer(rejects(text), PLAIN) as server:
        assert (await said(make(server), call(max_output=77)))[0] == "hi"
        first, second = (r.json() for r in server.requests)
    assert (first.get("max_tokens"), first.get("max_completion_tokens")) == (77, None)
    assert (second.get("max_tokens"), second.get("max_completion_tokens")) == (None, 77)


async def test_a_model_that_takes_no_temperature_is_asked_once_more_without_and_others_are_not(make: Make) -> None:
    text = "Unsupported value: 'temperature' does not support 0.25 with this model. Only the default (1) value is supported."
    async with FaultServer(rejects(text), PLAIN) as server:
        provider = make(server)
        assert (await said(provider, call(temperature=0.25)))[0] == "hi"
        assert (await said(provider, call(temperature=0.25)))[0] == "hi"
        other = replace(call(temperature=0.25), model=Model("box:other", "h", Locality.ON_DEVICE))
        assert (await said(provider, other))[0] == "hi"
        assert [r.json().get("temperature") for r in server.requests] == [0.25, None, None, 0.25]


async def test_a_server_that_keeps_saying_no_is_not_asked_for_ever(make: Make) -> None:
    async with FaultServer(rejects("stream_options and max_completion_tokens and everything else")) as server:
        with pytest.raises(BadRequest):
            await said(make(server), call())
        assert len(server.requests) == 2


def likely(text: str, *logprobs: object) -> dict[str, object]:
    told = chunk(text)
    told["choices"][0]["logprobs"] = {
        "content": [{"token": "x", "logprob": p, "bytes": None, "top_logprobs": []} for p in logprobs]
    }
    return told


async def test_token_probabilities_are_asked_for_only_when_wanted_and_told_at_the_end(make: Make) -> None:
    thought = {**likely("", -9.0), "choices": [{**likely("", -9.0)["choices"][0], "delta": {"reasoning_content": "hm"}}]}
    reply = sse(thought, likely("hi", -0.5, -1.25), likely(" you", 0), chunk(finish="stop"), DONE)
    async with FaultServer(reply) as server:
        _, done = await said(make(server), call(logprobs=True))
        await said(make(server), call())
        first, second = (r.json() for r in server.requests)
    assert done.logprobs == (-0.5, -1.25, 0.0), "what was only thought does not count"
    assert (first["logprobs"], first["top_logprobs"]) == (True, 1)
    assert not {"logprobs", "top_logprobs"} & set(second)


async def test_a_server_that_does_not_know_probabilities_is_asked_once_more_without_and_remembered(make: Make) -> None:
    async with FaultServer(rejects("logprobs is not supported with this model"), PLAIN) as server:
        provider = make(server)
        for _ in range(2):
            text, done = await said(provider, call(logprobs=True))
            assert (text, done.logprobs) == ("hi", None)
        asked = ["logprobs" in r.json() or "top_logprobs" in r.json() for r in server.requests]
    assert asked == [True, False, False]


@pytest.mark.parametrize(
    "odd", [5, "x", [], {"content": 3}, {"content": [None, {}, {"logprob": "no"}]}, {"tokens": ["a"]}], ids=str
)
async def test_odd_probabilities_never_cost_an_answer(odd: object, make: Make) -> None:
    told = chunk("hi")
    told["choices"][0]["logprobs"] = odd
    async with FaultServer(sse(told, chunk(finish="stop"), DONE)) as server:
        text, done = await said(make(server), call(logprobs=True))
    assert (text, done.logprobs) == ("hi", None)


async def test_the_probabilities_kept_have_a_limit(make: Make) -> None:
    many = [likely("x", *[-0.1] * 100) for _ in range(50)]
    async with FaultServer(sse(*many, chunk(finish="stop"), DONE)) as server:
        _, done = await said(make(server), call(logprobs=True))
    assert len(done.logprobs or ()) == 4096


async def test_the_official_service_gets_the_limit_reasoning_models_take() -> None:
    bodies: list[bytes] = []

    async def guard(host: str, method: str, body: bytes) -> None:
        bodies.append(body)
        raise Blocked(f"nothing goes to {host} in a test")

    provider = OpenAIProvider("openai", "https://api.openai.com/v1", "k", guard=guard, locality=Locality.REMOTE)
    with pytest.raises(Blocked, match="nothing goes to"):
        await said(provider, call(max_output=5, think="low"))
    await provider.close()
    body = json.loads(bodies[0])
    assert (body.get("max_tokens"), body.get("max_completion_tokens"), body["reasoning_effort"]) == (None, 5, "low")


async def test_an_answer_that_is_whole_survives_the_loss_of_its_bill(make: Make) -> None:
    finished = sse(chunk("hi"), chunk(finish="stop"))
    broken = Reply(finished.data + b"data: {not json\n\n")
    silent = Reply(finished.data, hold=True)
    for reply in (finished, broken, silent):
        async with FaultServer(reply) as server:
            text, done = await said(make(server), call(gap_timeout=30.0))
        assert (text, done.reason, done.usage) == ("hi", "stop", Usage())


@pytest.mark.parametrize(
    ("finish", "reason"),
    [("stop", "stop"), ("length", "length"), ("tool_calls", "tool"), ("content_filter", "refused"), ("eos", "stop")],
)
async def test_why_it_ended_is_told_in_our_words(finish: str, reason: str, make: Make) -> None:
    async with FaultServer(sse(chunk("hi"), chunk(finish=finish), DONE)) as server:
        assert (await said(make(server), call()))[1].reason == reason


async def test_a_filter_that_lets_nothing_through_is_a_refusal(make: Make) -> None:
    async with FaultServer(sse(chunk(reasoning_content="hm"), chunk(finish="content_filter"), DONE)) as server:
        with pytest.raises(Refused):
            await said(make(server), call())


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ({"message": "slow down", "type": "rate_limit_error"}, RateLimited),
        ({"message": "upstream", "code": 502}, ServerFault),
        ({"message": "maximum context length is 8192 tokens", "code": "context_length_exceeded"}, TooLong),
        ("plain words", ServerFault),
    ],
)
async def test_an_error_inside_the_stream_is_what_it_names(error: object, expected: type[Exception], make: Make) -> None:
    async with FaultServer(sse(chunk("hi"), {"error": error})) as server:
        with pytest.raises(expected):
            await said(make(server), call())


async def test_a_200_that_is_no_stream_is_read_for_an_error(make: Make) -> None:
    for body, expected in [({"error": {"type": "rate_limit_error", "message": "x"}}, RateLimited), ({"choices": []}, Malformed)]:
        async with FaultServer(http(body)) as server:
            with pytest.raises(expected):
                await said(make(server), call())


@pytest.mark.parametrize(
    "event", [[], "text", {"choices": 3}, {"choices": [{"delta": None}]}, {"choices": [None]}, {"id": 1}], ids=str
)
async def test_chunks_in_other_shapes_fail_as_ours(event: object, make: Make) -> None:
    async with FaultServer(sse(json.dumps(event), DONE)) as server:
        with pytest.raises(ProviderError):
            await said(make(server), call())


async def test_the_window_is_what_the_server_gives_not_what_the_model_was_trained_for(make: Make) -> None:
    data = [
        {"id": "loaded", "meta": {"n_ctx": 4096, "n_ctx_train": 131072, "n_params": 3_200_000_000, "size": 2_000_000_000}},
        {"id": "trained", "meta": {"n_ctx_train": 32768}},
        {"id": "vllm", "max_model_len": 16384},
        {"id": "router", "status": {"value": "unloaded"}},
        {"id": "bare"},
        {"id": None},
        "odd",
    ]
    async with FaultServer(http({"object": "list", "data": data})) as server:
        listing = await make(server).models()
    windows = {m.name: (m.window, m.window_assumed) for m in listing.models}
    assert windows == {
        "loaded": (4096, False),
        "trained": (32768, True),
        "vllm": (16384, False),
        "router": (8192, True),
        "bare": (8192, True),
    }
    assert (listing.models[0].parameters, listing.models[0].tier, listing.models[0].size_bytes) == (3.2, 1, 2_000_000_000)
    assert dict(listing.live) == {"box:loaded": Live(resident=True, loaded_window=4096), "box:router": Live(resident=False)}
