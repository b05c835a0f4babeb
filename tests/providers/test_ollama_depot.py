"""Pulling, deleting and unloading: through the official client, told as it goes, cancellable, and with no word in it."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator

import pytest

from hybridchat.demo import Demo, Fault
from hybridchat.facts import Locality
from hybridchat.gate import Gate
from hybridchat.providers.base import (
    Blocked,
    Cut,
    Progress,
    ProviderError,
    ServerFault,
    UnknownModel,
    Unreachable,
    open_guard,
)
from hybridchat.providers.ollama import OllamaProvider
from tests.providers.conftest import until
from tests.support.faultserver import FaultServer, http


@pytest.fixture
async def provider(demo: Demo) -> AsyncIterator[OllamaProvider]:
    made = OllamaProvider("ollama", demo.ollama.base_url, guard=open_guard, locality=Locality.ON_DEVICE)
    yield made
    await made.close()


async def pulled(provider: OllamaProvider, name: str) -> list[Progress]:
    return [step async for step in provider.depot.pull(name)]


async def names(provider: OllamaProvider) -> set[str]:
    return {m.name for m in (await provider.models()).models}


async def test_a_pull_counts_bytes_over_all_layers_up_to_the_whole(provider: OllamaProvider) -> None:
    steps = await pulled(provider, "gemma3:4b")
    assert steps[0] == Progress("pulling manifest")
    done = [step.completed for step in steps]
    assert done == sorted(done)
    assert steps[-1].status == "success"
    assert steps[-1].completed == steps[-1].total
    assert "gemma3:4b" in await names(provider)


async def test_only_the_name_goes_to_the_server(demo: Demo, provider: OllamaProvider) -> None:
    await pulled(provider, "gemma3:4b")
    await provider.depot.unload("gemma3:4b")
    await provider.depot.delete("gemma3:4b")
    sent = [(r.method, r.path, json.loads(r.body)) for r in demo.ollama.requests if r.body]
    assert sent == [
        ("POST", "/api/pull", {"model": "gemma3:4b", "insecure": False, "stream": True}),
        ("POST", "/api/generate", {"model": "gemma3:4b", "stream": False, "keep_alive": 0}),
        ("DELETE", "/api/delete", {"model": "gemma3:4b"}),
    ]


async def test_what_is_given_up_ends_at_the_server_and_is_gone_on_with(provider: OllamaProvider) -> None:
    with Demo(chunks_per_second=200) as slow:
        other = OllamaProvider("ollama", slow.ollama.base_url, guard=open_guard, locality=Locality.ON_DEVICE)
        steps = other.depot.pull("gemma3:4b")
        async for step in steps:
            if step.completed > (step.total or 0) / 4 > 0:
                break
        assert slow.ollama.open_streams == 1
        await steps.aclose()
        await until(lambda: slow.ollama.open_streams == 0)
        assert "gemma3:4b" not in await names(other)
        again = await pulled(other, "gemma3:4b")
        assert next(s for s in again if s.completed).completed >= step.completed
        assert "gemma3:4b" in await names(other)
        await other.close()


@pytest.mark.parametrize("kind", ["cut", "truncate", "malformed"])
async def test_a_pull_that_breaks_says_that_it_can_be_gone_on_with(demo: Demo, provider: OllamaProvider, kind: str) -> None:
    demo.ollama.fail(Fault(kind, after=9, path="/api/pull", times=1))
    with pytest.raises(Cut, match="goes on where it stopped"):
        await pulled(provider, "gemma3:4b")
    assert "gemma3:4b" not in await names(provider)


@pytest.mark.parametrize(
    ("said", "error", "words"),
    [
        ("write /blobs/sha256-1-partial: no space left on device", ServerFault, "no room for gemma3:4b on the disk"),
        ('Get "https://x/v2/": dial tcp: lookup x: no such host', Unreachable, "cannot reach the place"),
        ("pull model manifest: 412: this model requires a newer version of Ollama", ProviderError, "newer version of Ollama"),
    ],
)
async def test_what_stops_a_pull_is_told_in_a_sentence(
    demo: Demo, provider: OllamaProvider, said: str, error: type[ProviderError], words: str
) -> None:
    demo.ollama.fail(Fault("error_event", after=4, path="/api/pull", message=said))
    with pytest.raises(error, match=words):
        await pulled(provider, "gemma3:4b")


async def test_a_name_nobody_knows_is_told_with_where_names_are(provider: OllamaProvider) -> None:
    with pytest.raises(UnknownModel, match=r"no model no-such-thing .* ollama\.com/library"):
        await pulled(provider, "no-such-thing")


async def test_without_a_server_nothing_is_waited_for() -> None:
    nobody = OllamaProvider("ollama", "http://127.0.0.1:9", guard=open_guard, locality=Locality.ON_DEVICE)
    for work in (pulled(nobody, "llama3.2"), nobody.depot.delete("llama3.2"), nobody.depot.unload("llama3.2")):
        with pytest.raises(Unreachable):
            await work
    await nobody.close()


async def test_what_is_not_there_cannot_be_deleted_or_unloaded(provider: OllamaProvider) -> None:
    for work in (provider.depot.delete("gone:1b"), provider.depot.unload("gone:1b")):
        with pytest.raises(UnknownModel):
            await work


async def test_what_runs_is_told_with_its_memory_and_until_when(provider: OllamaProvider) -> None:
    (model,) = [m for m in (await provider.models()).models if m.name == "llama3.2:3b"]
    await provider.preload(model, 8192, keep_alive="10m")
    running = dict((await provider.models()).running)
    assert set(running) == {model.id}
    told = running[model.id]
    assert told.size_bytes is not None
    assert told.size_bytes == told.vram_bytes
    assert told.size_bytes > (model.size_bytes or 0)
    assert told.until == pytest.approx(time.time() + 600, abs=30)
    await provider.depot.unload(model.name)
    assert (await provider.models()).running == ()


async def test_a_moment_in_nanoseconds_or_in_no_form_at_all_is_no_failure() -> None:
    entry = {"name": "m", "model": "m", "size": 5, "size_vram": 3}
    for told, until_ in (("2025-10-17T16:47:07.933550123-07:00", 1760744827.93355), ("soon", None)):
        tags, ps = http({"models": [{"name": "m", "model": "m"}]}), http({"models": [{**entry, "expires_at": told}]})
        async with FaultServer(paths={"/api/tags": tags, "/api/ps": ps, "/api/show": http({})}) as server:
            provider = OllamaProvider("ollama", server.url, guard=open_guard, locality=Locality.ON_DEVICE)
            ((_, running),) = (await provider.models()).running
            assert (running.vram_bytes, running.until) == (3, until_)
            await provider.close()


async def test_a_host_of_the_network_gets_a_name_only_once_it_is_allowed(demo: Demo) -> None:
    contacted: list[str] = []
    gate = Gate(on_device=frozenset(), contact=contacted.append)
    provider = OllamaProvider("lan", demo.ollama.base_url, guard=gate.guard, locality=Locality.LAN)
    with pytest.raises(Blocked):
        await pulled(provider, "gemma3:4b")
    assert demo.ollama.connections == 0
    gate.allowed.add(provider.host)
    await pulled(provider, "gemma3:4b")
    await provider.depot.unload("gemma3:4b")
    await provider.depot.delete("gemma3:4b")
    assert contacted == [provider.host] * 3
    for body in (b'{"model":"m","prompt":"secret"}', b'{"model":"m","stream":"secret"}', b'{"stream":true}'):
        with pytest.raises(Blocked, match="content"):
            await gate.guard(provider.host, "POST", body)
    gate.local_only = True
    with pytest.raises(Blocked, match="LOCAL ONLY"):
        await pulled(provider, "gemma3:4b")
    await provider.close()
