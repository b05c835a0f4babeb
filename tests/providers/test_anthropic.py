"""What only the messages protocol asks for: the shape of a conversation, and a bill in three parts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from hybridchat.conversation import Message, Role
from hybridchat.facts import Locality, Model, Usage
from hybridchat.providers.anthropic import AnthropicProvider, conversation
from hybridchat.providers.base import Call, Delta, RateLimited, Refused, ServerFault, open_guard
from tests.providers.conftest import said
from tests.support.faultserver import FaultServer, Reply, http, sse

Make = Callable[[FaultServer], AnthropicProvider]
S, U, A = Role.SYSTEM, Role.USER, Role.ASSISTANT


@pytest.fixture
async def make() -> AsyncIterator[Make]:
    made: list[AnthropicProvider] = []

    def one(server: FaultServer) -> AnthropicProvider:
        made.append(AnthropicProvider("anthropic", server.url, "k", guard=open_guard, locality=Locality.REMOTE))
        return made[-1]

    yield one
    for provider in made:
        await provider.close()


def call(**more: object) -> Call:
    return Call(Model("anthropic:claude", "h", Locality.REMOTE), (Message(U, "hello"),), **more)  # type: ignore[arg-type]


def start(**usage: object) -> dict[str, object]:
    message = {"id": "msg", "type": "message", "role": "assistant", "model": "claude-real", "content": [], "stop_reason": None,
               "stop_sequence": None, "usage": {"input_tokens": 1, "output_tokens": 1, **usage}}  # fmt: skip
    return {"type": "message_start", "message": message}


def piece(text: str, kind: str = "text") -> dict[str, object]:
    return {"type": "content_block_delta", "index": 0, "delta": {"type": f"{kind}_delta", kind: text}}


def end(reason: str, **usage: object) -> dict[str, object]:
    return {
        "type": "message_delta",
        "delta": {"stop_reason": reason, "stop_sequence": None},
        "usage": {"output_tokens": 5, **usage},
    }


STOP = {"type": "message_stop"}
PING = {"type": "ping"}


def test_a_conversation_takes_the_shape_the_protocol_wants() -> None:
    system, turns = conversation(
        [
            Message(S, "one"),
            Message(U, "a"),
            Message(U, "b"),
            Message(A, "  "),
            Message(A, "c"),
            Message(S, "two"),
            Message(A, "d"),
            Message(U, "e"),
        ]
    )
    assert system == "one\n\ntwo"
    assert turns == [
        {"role": "user", "content": "a\n\nb"},
        {"role": "assistant", "content": "c\n\nd"},
        {"role": "user", "content": "e"},
    ]


def test_the_user_always_speaks_first() -> None:
    _, turns = conversation([Message(A, "earlier"), Message(U, "go on")])
    assert [t["role"] for t in turns] == ["user", "assistant", "user"]
    assert "left out" in str(turns[0]["content"])


def test_an_empty_answer_between_two_questions_does_not_break_the_alternation() -> None:
    _, turns = conversation([Message(U, "a"), Message(A, ""), Message(U, "b")])
    assert turns == [{"role": "user", "content": "a\n\nb"}]


async def test_input_counts_what_came_from_the_cache(make: Make) -> None:
    events = (
        start(input_tokens=10, cache_read_input_tokens=200, cache_creation_input_tokens=30),
        PING,
        piece("hi"),
        end("end_turn"),
        STOP,
    )
    async with FaultServer(sse(*events)) as server:
        text, done = await said(make(server), call())
    assert text == "hi"
    assert done.usage == Usage(240, 5, cache_read_tokens=200, cache_write_tokens=30)
    assert done.served_by == "claude-real"


async def test_later_figures_replace_earlier_ones(make: Make) -> None:
    last = end("end_turn", input_tokens=12, cache_read_input_tokens=3, output_tokens_details={"thinking_tokens": 4})
    async with FaultServer(sse(start(input_tokens=10), piece("hi"), last, STOP)) as server:
        _, done = await said(make(server), call())
    assert done.usage == Usage(15, 5, cache_read_tokens=3, reasoning_tokens=4)


async def test_thoughts_are_kept_apart(make: Make) -> None:
    signature = {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "xyz"}}
    async with FaultServer(sse(start(), piece("hm", "thinking"), signature, piece("yes"), end("end_turn"), STOP)) as server:
        parts = [p async for p in make(server).stream(call(think="medium"))]
        body = server.requests[0].json()
    assert parts[:-1] == [Delta(thinking="hm"), Delta("yes")]
    assert body["thinking"] == {"type": "adaptive", "display": "summarized"}


async def test_a_model_that_wants_a_thinking_budget_gets_one(make: Make) -> None:
    refusal = http(
        {"type": "error", "error": {"type": "invalid_request_error", "message": "thinking.type: adaptive is not supported"}}, 400
    )
    async with FaultServer(refusal, sse(start(), piece("hi"), end("end_turn"), STOP)) as server:
        await said(make(server), call(think="medium", max_output=4096))
        assert [r.json()["thinking"]["type"] for r in server.requests] == ["adaptive", "enabled"]  # type: ignore[index]
        assert server.requests[1].json()["thinking"]["budget_tokens"] == 2048  # type: ignore[index]


async def test_a_model_that_takes_no_temperature_is_asked_once_more_without_and_remembered(make: Make) -> None:
    refusal = http(
        {"type": "error", "error": {"type": "invalid_request_error", "message": "temperature: is not supported by this model"}},
        400,
    )
    async with FaultServer(refusal, sse(start(), piece("hi"), end("end_turn"), STOP)) as server:
        provider = make(server)
        assert (await said(provider, call(temperature=0.25)))[0] == "hi"
        assert (await said(provider, call(temperature=0.25)))[0] == "hi"
        assert [r.json().get("temperature") for r in server.requests] == [0.25, None, None]


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ("end_turn", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("tool_use", "tool"),
        ("refusal", "refused"),
    ],
)
async def test_why_it_ended_is_told_in_our_words(told: str, reason: str, make: Make) -> None:
    async with FaultServer(sse(start(), piece("hi"), end(told), STOP)) as server:
        assert (await said(make(server), call()))[1].reason == reason


async def test_declining_at_once_is_a_refusal(make: Make) -> None:
    async with FaultServer(sse(start(), piece("hm", "thinking"), end("refusal"), STOP)) as server:
        with pytest.raises(Refused):
            await said(make(server), call())


async def test_an_answer_that_is_whole_survives_a_cut_before_its_last_event(make: Make) -> None:
    finished = sse(start(), piece("hi"), end("end_turn"))
    for reply in (finished, Reply(finished.data, hold=True)):
        async with FaultServer(reply) as server:
            assert (await said(make(server), call()))[0] == "hi"


@pytest.mark.parametrize(
    ("kind", "expected"), [("overloaded_error", ServerFault), ("rate_limit_error", RateLimited), ("api_error", ServerFault)]
)
async def test_an_error_inside_the_stream_is_what_it_names(kind: str, expected: type[Exception], make: Make) -> None:
    async with FaultServer(sse(start(), piece("hi"), {"type": "error", "error": {"type": kind, "message": "x"}})) as server:
        with pytest.raises(expected):
            await said(make(server), call())


async def test_the_listing_reads_windows_and_limits(make: Make) -> None:
    data = [
        {"id": "claude-big", "type": "model", "max_input_tokens": 1_000_000, "max_tokens": 64_000},
        {"id": "claude-old", "type": "model"},
    ]
    async with FaultServer(http({"data": data, "has_more": False})) as server:
        listing = await make(server).models()
        assert server.requests[0].path == "/v1/models?limit=1000"
    big, old = listing.models
    assert (big.id, big.window, big.window_assumed, big.max_output) == ("anthropic:claude-big", 1_000_000, False, 64_000)
    assert (old.window, old.window_assumed, old.max_output) == (8192, True, None)
