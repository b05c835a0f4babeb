"""The OpenAI adapter against a real llama.cpp server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hybridchat.conversation import Message, Role
from hybridchat.facts import Live, Locality
from hybridchat.parameters import Think
from hybridchat.providers.base import Call, Delta, TooLong, Unauthorised, open_guard
from hybridchat.providers.openai import OpenAIProvider
from tests.providers.conftest import said, until
from tests.support.llama import SENTENCE, Llama, make_model, needs_llama, serving

pytestmark = [pytest.mark.llama, needs_llama]


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Llama]:
    """A model that says its sentence and stops, with a small window."""
    path: Path = tmp_path_factory.mktemp("llama") / "once.gguf"
    make_model(path)
    with serving(path, ctx=512, key="right-key") as server:
        yield server


@pytest.fixture(scope="module")
def endless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Llama]:
    """A model that never stops by itself: 32,000 tokens take it many seconds."""
    path: Path = tmp_path_factory.mktemp("llama") / "endless.gguf"
    make_model(path, endless=True, window=32768)
    with serving(path, ctx=32768) as server:
        yield server


@pytest.fixture
async def provider(request: pytest.FixtureRequest) -> AsyncIterator[OpenAIProvider]:
    server: Llama = request.getfixturevalue(request.param)
    key = "right-key" if request.param == "once" else None
    made = OpenAIProvider("llamacpp", server.base_url, key, guard=open_guard, locality=Locality.ON_DEVICE)
    yield made
    await made.close()


async def call(provider: OpenAIProvider, text: str = "Why is the sky blue?", max_output: int = 256) -> Call:
    (model,) = (await provider.models()).models
    return Call(model, (Message(Role.USER, text),), max_output=max_output, temperature=0.0)


@pytest.mark.parametrize("provider", ["once"], indirect=True)
async def test_an_answer_streams_with_the_servers_own_times(provider: OpenAIProvider) -> None:
    text, done = await said(provider, await call(provider))
    assert text.strip() == SENTENCE
    assert done.reason == "stop"
    assert done.usage.output_tokens == len(SENTENCE.split()) + 1
    assert (done.usage.input_tokens or 0) > 20
    assert done.timings.generate_s is not None
    assert done.timings.prefill_s is not None


@pytest.mark.parametrize("provider", ["once"], indirect=True)
async def test_token_probabilities_come_with_the_answer_when_asked_for(provider: OpenAIProvider) -> None:
    asked = await call(provider)
    text, done = await said(provider, replace(asked, logprobs=True))
    assert text.strip() == SENTENCE
    assert len(done.logprobs or ()) in {len(SENTENCE.split()), len(SENTENCE.split()) + 1}
    assert all(-0.01 < p <= 0 for p in done.logprobs or ()), "the model has one word to say after each"
    assert (await said(provider, asked))[1].logprobs is None


@pytest.mark.parametrize("provider", ["once"], indirect=True)
async def test_the_listing_tells_the_window_it_is_loaded_with(provider: OpenAIProvider) -> None:
    listing = await provider.models()
    (model,) = listing.models
    assert (model.window, model.window_assumed) == (512, False)
    assert dict(listing.live) == {model.id: Live(resident=True, loaded_window=512)}


@pytest.mark.parametrize("provider", ["once"], indirect=True)
async def test_the_limit_ends_an_answer(provider: OpenAIProvider) -> None:
    text, done = await said(provider, await call(provider, max_output=3))
    assert (text.split(), done.reason) == (SENTENCE.split()[:3], "length")


@pytest.mark.parametrize("provider", ["once"], indirect=True)
async def test_a_conversation_over_the_window_is_told_as_such(provider: OpenAIProvider) -> None:
    with pytest.raises(TooLong, match="larger window") as caught:
        await said(provider, await call(provider, "long " * 400))
    assert "512" in str(caught.value)


async def test_a_wrong_key_is_told(once: Llama) -> None:
    for key, words in ((None, "wants a key"), ("wrong-key", "does not accept the key")):
        provider = OpenAIProvider("box", once.base_url, key, guard=open_guard, locality=Locality.LAN, key_name="BOX_KEY")
        with pytest.raises(Unauthorised, match=f"{words}. Set BOX_KEY"):
            await provider.models()
        await provider.close()


@pytest.mark.parametrize("provider", ["endless"], indirect=True)
async def test_closing_the_answer_frees_the_slot_at_once(provider: OpenAIProvider, endless: Llama) -> None:
    stream = provider.stream(await call(provider, max_output=30_000))
    assert isinstance(await anext(stream), Delta)
    assert await asyncio.to_thread(endless.busy)
    await stream.aclose()
    assert await until(lambda: not endless.busy()) < 0.2


@pytest.mark.parametrize("provider", ["endless"], indirect=True)
async def test_cancelling_the_reader_frees_the_slot_at_once(provider: OpenAIProvider, endless: Llama) -> None:
    began = asyncio.Event()
    asked = await call(provider, max_output=30_000)

    async def read() -> None:
        async for _ in provider.stream(asked):
            began.set()

    task = asyncio.create_task(read())
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await until(lambda: not endless.busy()) < 0.2


@pytest.mark.parametrize("provider", ["once"], indirect=True)
@pytest.mark.parametrize("think", ["off", "low", "high"])
async def test_a_real_server_takes_every_parameter_and_every_word_about_thinking(provider: OpenAIProvider, think: Think) -> None:
    asked = replace(await call(provider), top_p=0.9, seed=7, stop=("never said",), think=think)
    text, done = await said(provider, asked)
    assert (text.strip(), done.refused) == (SENTENCE, ())
