"""Every way a server or the way to it can fail, over every provider: which error, and what it says."""

from __future__ import annotations

import traceback

import pytest

from hybridchat.demo import Fault
from hybridchat.providers import base
from hybridchat.providers.base import ProviderError
from hybridchat.providers.ollama_start import command as start_ollama
from tests.providers.conftest import KEY, Line, said

QUESTION = "What is the capital of the secret country of Zembla, for zoe@example.org?"

TABLE = [
    (Fault("status", status=400), base.BadRequest),
    (Fault("status", status=401), base.Unauthorised),
    (Fault("status", status=403), base.Unauthorised),
    (Fault("status", status=404), base.UnknownModel),
    (Fault("status", status=408), base.ServerFault),
    (Fault("status", status=413), base.TooLong),
    (Fault("status", status=422), base.BadRequest),
    (Fault("status", status=429), base.RateLimited),
    (Fault("status", status=429, error_type="insufficient_quota"), base.OutOfCredit),
    (Fault("status", status=402), base.OutOfCredit),
    (Fault("status", status=500), base.ServerFault),
    (Fault("status", status=502), base.ServerFault),
    (Fault("status", status=503), base.ServerFault),
    (Fault("status", status=529), base.ServerFault),
    (Fault("status", status=500, message="image input is not supported - hint: you may need the mmproj"), base.BadRequest),
    (
        Fault("status", status=500, message="model requires more system memory (9.1 GiB) than is available (3 GiB)"),
        base.BadRequest,
    ),
    (Fault("status", status=400, message="model 'nope' not found"), base.UnknownModel),
    (Fault("cut"), base.Cut),
    (Fault("cut", reset=True), base.Cut),
    (Fault("cut", after=0), base.Cut),
    (Fault("truncate"), base.Cut),
    (Fault("truncate", after=0), base.Cut),
    (Fault("malformed"), base.Malformed),
    (Fault("malformed", after=0), base.Malformed),
    (Fault("garbage"), base.Malformed),
    (Fault("html"), base.Malformed),
    (Fault("stall"), base.Stalled),
    (Fault("stall", keepalive=0.02), base.Stalled),
    (Fault("slow_first_token"), base.Stalled),
    (Fault("error_event"), base.ServerFault),
    (Fault("error_event", after=0), base.ServerFault),
    (Fault("redirect", url="http://127.0.0.1:9"), base.BadRequest),
    (Fault("context_overflow"), base.TooLong),
    (Fault("context_overflow", error_type="exceed_context_size_error"), base.TooLong),
]


def name(row: tuple[Fault, type[ProviderError]]) -> str:
    fault, _ = row
    what = fault.message[:12] or fault.error_type or (str(fault.status) if fault.kind == "status" else "")
    return "-".join(filter(None, [fault.kind, what, "reset" * fault.reset, "start" * (fault.after == 0)]))


@pytest.mark.parametrize("row", TABLE, ids=name)
async def test_every_failure_is_one_sentence_of_its_kind_with_the_endpoint(
    row: tuple[Fault, type[ProviderError]], line: Line
) -> None:
    fault, expected = row
    line.server.fail(fault)
    # only where silence is the failure is it cut short: elsewhere a busy machine may answer late
    patience = 0.25 if expected is base.Stalled else 30.0
    with pytest.raises(ProviderError) as caught:
        await said(line.provider(), line.call(QUESTION, first_token_timeout=patience, gap_timeout=patience))
    error, host = caught.value, line.server.url.removeprefix("http://")
    assert type(error) is expected
    assert host in str(error)
    assert error.host == host
    assert "\n" not in str(error)
    assert str(error).endswith((".", start_ollama(), line.call().model.name, "ollama signin"))
    told = "".join(traceback.format_exception(error)) + repr(error) + repr(error.args)
    assert KEY not in told
    assert "Zembla" not in str(error)
    assert "zoe@" not in str(error)


async def test_what_was_said_before_a_break_was_delivered(line: Line) -> None:
    line.server.fail(Fault("cut", after=4))
    got: list[base.Delta | base.Done] = []

    async def read() -> None:
        async for part in line.provider().stream(line.call()):
            got.append(part)  # noqa: PERF401  # a comprehension would lose what came before the break

    with pytest.raises(base.Cut):
        await read()
    assert 1 <= len(got) <= 4
    # what is in one packet with the break may go with it; nothing may come out of order
    assert "The capital of France".startswith("".join(p.text for p in got)[:10])


async def test_a_connection_reset_at_once_is_worth_another_try(line: Line) -> None:
    line.server.fail(Fault("refuse"))
    # the reset overtakes the request or not: one is no connection, the other a broken one
    with pytest.raises((base.Cut, base.Unreachable)) as caught:
        await said(line.provider(), line.call())
    assert caught.value.retry_same


@pytest.mark.parametrize("seconds", [3.0, 0.5])
async def test_the_servers_own_waiting_time_is_kept(line: Line, seconds: float) -> None:
    line.server.fail(Fault("status", status=429, retry_after=seconds))
    with pytest.raises(base.RateLimited) as caught:
        await said(line.provider(), line.call())
    assert caught.value.retry_after == seconds


async def test_an_unknown_model_of_ollama_comes_with_the_command_that_gets_it(line: Line) -> None:
    line.server.fail(Fault("status", status=404))
    with pytest.raises(base.UnknownModel) as caught:
        await said(line.provider(), line.call())
    assert ("ollama pull llama3.2:3b" in str(caught.value)) == (line.kind == "ollama")


async def test_a_wrong_key_is_named_by_its_variable(line: Line) -> None:
    line.server.fail(Fault("status", status=401, message=f"Incorrect API key provided: {KEY}"))
    with pytest.raises(base.Unauthorised, match=f"{line.kind.upper()}_API_KEY") as caught:
        await said(line.provider(), line.call())
    assert KEY not in str(caught.value)


async def test_a_key_or_the_conversation_in_a_servers_words_is_not_repeated(line: Line) -> None:
    line.server.fail(Fault("status", status=500, message=f"crashed for {KEY} in slot 3"))
    with pytest.raises(base.ServerFault) as caught:
        await said(line.provider(), line.call())
    assert "crashed for *** in slot 3" in str(caught.value)
    line.server.fail(Fault("status", status=500, message=f"could not parse: {QUESTION}"))
    with pytest.raises(base.ServerFault) as caught:
        await said(line.provider(), line.call(QUESTION))
    assert "could not parse" not in str(caught.value)


@pytest.mark.parametrize("kind", ["openai", "anthropic"])
async def test_a_server_that_declines_is_told_as_such(line: Line) -> None:
    line.server.fail(Fault("refusal"))
    with pytest.raises(base.Refused, match="declined to answer"):
        await said(line.provider(), line.call())


async def test_a_failing_list_of_models_is_told_the_same_way(line: Line) -> None:
    for fault, expected in [
        (Fault("status", status=401, path="*"), base.Unauthorised),
        (Fault("status", status=503, path="*"), base.ServerFault),
        (Fault("html", path="*"), base.Malformed),
        (Fault("garbage", path="*"), base.Malformed),
    ]:
        line.server.fail(fault)
        with pytest.raises(ProviderError) as caught:
            await line.provider().models()
        assert type(caught.value) is expected, fault


async def test_our_own_errors_hold_no_reference_to_the_sdks(line: Line) -> None:
    """Their exceptions hold the request, and the request the key."""
    line.server.fail(Fault("status", status=401))
    with pytest.raises(base.Unauthorised) as caught:
        await said(line.provider(), line.call())
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
