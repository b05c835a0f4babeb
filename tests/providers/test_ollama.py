"""What only Ollama has: windows set per request, residency, models that run elsewhere, half-built imitations."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from hybridchat.conversation import Message, Role
from hybridchat.demo import Demo
from hybridchat.facts import Live, Locality, Model
from hybridchat.providers.base import Call, Delta, Malformed, UnknownModel, open_guard
from hybridchat.providers.ollama import OllamaProvider
from hybridchat.providers.ollama_models import elsewhere
from tests.providers.conftest import said
from tests.support.faultserver import FaultServer, http, ndjson

CLOUD = "gpt-oss:120b-cloud"


@pytest.fixture
async def provider(demo: Demo) -> AsyncIterator[OllamaProvider]:
    made = OllamaProvider("ollama", demo.ollama.base_url, guard=open_guard, locality=Locality.ON_DEVICE)
    yield made
    await made.close()


def call(name: str = "llama3.2:3b", **more: object) -> Call:
    model = more.pop("model", None) or Model(f"ollama:{name}", "h", Locality.ON_DEVICE)
    return Call(model, (Message(Role.USER, "What is the capital of France?"),), **more)  # type: ignore[arg-type]


def sent(demo: Demo, path: str = "/api/chat") -> dict[str, object]:
    return json.loads(next(r.body for r in reversed(demo.ollama.requests) if r.path == path))


async def test_window_limit_and_keep_alive_are_always_explicit(demo: Demo, provider: OllamaProvider) -> None:
    await said(provider, call(num_ctx=8192, max_output=64, temperature=0.5, keep_alive="10m"))
    body = sent(demo)
    assert body["options"] == {"num_ctx": 8192, "num_predict": 64, "temperature": 0.5}
    assert body["keep_alive"] == "10m"


async def test_a_models_own_limit_caps_the_answer(demo: Demo, provider: OllamaProvider) -> None:
    await said(provider, call(model=Model("ollama:llama3.2:3b", "h", Locality.ON_DEVICE, max_output=9), max_output=64))
    assert sent(demo)["options"] == {"num_predict": 9}


async def test_thinking_is_kept_apart(provider: OllamaProvider) -> None:
    parts = [p async for p in provider.stream(call("deepseek-r1:8b", think="medium")) if isinstance(p, Delta)]
    assert "".join(p.thinking for p in parts)
    assert "".join(p.text for p in parts) == "The capital of France is **Paris**, on the Seine."


async def test_a_model_that_cannot_think_is_not_asked_to(demo: Demo, provider: OllamaProvider) -> None:
    listed = {m.name: m for m in (await provider.models()).models}
    await said(provider, call(model=listed["llama3.2:3b"], think="medium"))
    assert "think" not in sent(demo)


async def test_times_are_the_servers_own_in_seconds(provider: OllamaProvider) -> None:
    _, done = await said(provider, call())
    assert done.timings.load_s == pytest.approx(0.2, abs=0.05)
    assert done.timings.generate_s is not None
    assert 0 < done.timings.generate_s < 5


async def test_the_listing_tells_size_window_abilities_and_memory(provider: OllamaProvider) -> None:
    listing = await provider.models()
    models = {m.name: m for m in listing.models}
    llama = models["llama3.2:3b"]
    assert (llama.window, llama.window_assumed, llama.parameters, llama.tier) == (131_072, False, 3.2, 1)
    assert llama.capabilities == {"completion", "tools"}
    # 28 layers, 8 key-value heads of 128 numbers, key and value, 2 bytes each
    assert llama.kv_bytes_per_token == 28 * 8 * 128 * 2 * 2
    assert llama.size_bytes == 2_019_393_189
    assert models["qwen2.5-coder:7b"].tier == 2
    assert models["nomic-embed-text:latest"].capabilities == {"embedding"}
    assert models["nomic-embed-text:latest"].parameters == pytest.approx(0.137)


@pytest.mark.parametrize("name", ["ollama:llama3.2:3b", "llama3.2:3b", "llama3.2"])
async def test_where_one_model_will_be_asked_only_that_one_is_described(demo: Demo, provider: OllamaProvider, name: str) -> None:
    models = {m.name: m for m in (await provider.models(name)).models}
    assert not models["llama3.2:3b"].window_assumed
    assert models["qwen2.5-coder:7b"].window_assumed
    assert [json.loads(r.body)["model"] for r in demo.ollama.requests if r.path == "/api/show"] == ["llama3.2:3b"]
    assert "/api/version" not in {r.path for r in demo.ollama.requests}


async def test_a_name_that_is_none_describes_them_all(provider: OllamaProvider) -> None:
    assert not any(m.window_assumed for m in (await provider.models("nope")).models if m.on_device)


async def test_residency_is_known_for_models_that_run_here(provider: OllamaProvider) -> None:
    await said(provider, call(num_ctx=2048))
    live = dict((await provider.models()).live)
    assert live["ollama:llama3.2:3b"] == Live(resident=True, loaded_window=2048)
    assert live["ollama:qwen2.5-coder:7b"] == Live(resident=False)
    assert f"ollama:{CLOUD}" not in live


async def test_preloading_loads_with_the_window_it_will_be_used_with(demo: Demo, provider: OllamaProvider) -> None:
    await provider.preload(call().model, 3000)
    live = dict((await provider.models()).live)
    assert live["ollama:llama3.2:3b"] == Live(resident=True, loaded_window=3000)
    assert demo.ollama.requests[0].path == "/api/generate"
    await said(provider, call(num_ctx=3000))
    _, done = await said(provider, call(num_ctx=3000))
    assert (done.timings.load_s or 0) < 0.05, "it was loaded a second time"


# -- models that run elsewhere ---------------------------------------------------------------------------------------


async def test_a_cloud_model_is_remote_and_carries_the_host_it_runs_on(provider: OllamaProvider) -> None:
    cloud = next(m for m in (await provider.models()).models if m.name == CLOUD)
    assert cloud.locality is Locality.REMOTE
    assert cloud.host == "ollama.com"
    assert cloud.tier == 3
    assert cloud.size_bytes is None


async def test_listing_does_not_make_the_server_reach_out(demo: Demo, provider: OllamaProvider) -> None:
    await provider.models()
    assert not [r for r in demo.ollama.requests if r.path == "/api/show" and CLOUD.encode() in r.body]


async def test_a_cloud_model_is_not_preloaded(demo: Demo, provider: OllamaProvider) -> None:
    await provider.preload(Model(f"ollama:{CLOUD}", "ollama.com", Locality.REMOTE))
    assert demo.ollama.requests == []


async def test_an_answer_from_elsewhere_is_found_out_though_the_model_was_thought_local(provider: OllamaProvider) -> None:
    _, done = await said(provider, call(CLOUD))
    assert done.remote_host == "ollama.com"
    _, done = await said(provider, call())
    assert done.remote_host is None


async def test_text_about_remote_hosts_is_not_one() -> None:
    lines = [
        {"model": "m", "message": {"role": "assistant", "content": '{"remote_host":"evil.example"}'}, "done": False},
        {"model": "m", "message": {"role": "assistant", "content": ""}, "done": True, "done_reason": "stop"},
    ]
    async with FaultServer(ndjson(*lines)) as server:
        provider = OllamaProvider("o", server.url, guard=open_guard, locality=Locality.ON_DEVICE)
        text, done = await said(provider, call())
        assert (text, done.remote_host) == ('{"remote_host":"evil.example"}', None)
        await provider.close()


@pytest.mark.parametrize(
    ("told", "name", "host"),
    [
        ("https://ollama.com:443", "x", "ollama.com"),
        ("http://box.lan:11434", "x", "box.lan:11434"),
        (None, "gpt-oss:120b-cloud", "ollama.com"),
        (None, "kimi-k2:cloud", "ollama.com"),
        ("", "gpt-oss:20b", None),
        (None, "cloud-7b:latest", None),
        (None, "nimbus:cloudy", None),
    ],
)
def test_where_a_model_runs(told: str | None, name: str, host: str | None) -> None:
    assert elsewhere(told, name) == host


# -- half an Ollama --------------------------------------------------------------------------------------------------


def tags(count: int, **more: object) -> dict[str, object]:
    return {"models": [{"name": f"m{n}:7b", "digest": f"d{n}", "size": 7, **more} for n in range(count)]}


async def test_a_description_is_asked_for_once_per_digest(demo: Demo, provider: OllamaProvider) -> None:
    await provider.models()
    first = sum(r.path == "/api/show" for r in demo.ollama.requests)
    await provider.models()
    assert first == 3
    assert sum(r.path == "/api/show" for r in demo.ollama.requests) == first


async def test_descriptions_are_not_asked_for_all_at_once() -> None:
    most = now = 0
    async with FaultServer(paths={"/api/tags": http(tags(12)), "/api/show": http({"capabilities": ["completion"]})}) as server:

        async def guard(host: str, method: str, body: bytes) -> None:
            nonlocal most, now
            if method == "POST":
                now += 1
                most = max(most, now)
                await asyncio.sleep(0.01)
                now -= 1

        provider = OllamaProvider("o", server.url, guard=guard, locality=Locality.LAN)
        listing = await provider.models()
        await provider.close()
    assert len(listing.models) == 12
    assert 1 < most <= 4
    assert {m.locality for m in listing.models} == {Locality.LAN}


async def test_a_server_that_knows_only_tags_is_still_listed() -> None:
    async with FaultServer(paths={"/api/tags": http(tags(1, details={"parameter_size": "8.0B"}))}) as server:
        provider = OllamaProvider("o", server.url, guard=open_guard, locality=Locality.ON_DEVICE)
        listing = await provider.models()
        await provider.close()
    (model,) = listing.models
    assert (model.id, model.parameters, model.window, model.window_assumed) == ("o:m0:7b", 8.0, 8192, True)
    assert listing.live == ()


@pytest.mark.parametrize("body", [b"", b"<html>hi</html>", b"[]", b'"x"', b"null"])
async def test_a_listing_that_is_none_is_told(body: bytes) -> None:
    async with FaultServer(http(body)) as server:
        provider = OllamaProvider("o", server.url, guard=open_guard, locality=Locality.ON_DEVICE)
        with pytest.raises(Malformed):
            await provider.models()
        await provider.close()


async def test_odd_entries_do_not_spoil_a_listing() -> None:
    odd = {"models": [None, 3, {}, {"name": 5}, {"name": "ok:1b", "size": "big", "details": None, "digest": None}]}
    shown = {"model_info": {"general.architecture": "x", "x.attention.head_count_kv": [4, None, 2], "x.block_count": 3,
                            "x.attention.key_length": 64}, "capabilities": None}  # fmt: skip
    async with FaultServer(paths={"/api/tags": http(odd), "/api/show": http(shown), "/api/ps": http({"models": None})}) as server:
        provider = OllamaProvider("o", server.url, guard=open_guard, locality=Locality.ON_DEVICE)
        listing = await provider.models()
        await provider.close()
    (model,) = listing.models
    assert (model.name, model.size_bytes) == ("ok:1b", None)
    assert model.kv_bytes_per_token == (4 + 2) * 128 * 2


async def test_another_dialect_is_told_as_such() -> None:
    async with FaultServer(ndjson({"model": "m", "response": "no message here", "done": True})) as server:
        provider = OllamaProvider("o", server.url, guard=open_guard, locality=Locality.ON_DEVICE)
        with pytest.raises(Malformed, match="not the ollama protocol"):
            await said(provider, call())
        await provider.close()


async def test_an_unknown_model_is_told_with_the_command_that_gets_it() -> None:
    async with FaultServer(http({"error": "model 'llama3.2:3b' not found"}, 404)) as server:
        provider = OllamaProvider("o", server.url, guard=open_guard, locality=Locality.ON_DEVICE)
        with pytest.raises(UnknownModel, match=r"Get it with: ollama pull llama3\.2:3b$"):
            await said(provider, call())
        await provider.close()


# -- token probabilities ----------------------------------------------------------------------------------------------


def line(text: str, *logprobs: float, thinking: str = "", done: bool = False) -> dict[str, object]:
    told: dict[str, object] = {"model": "m", "created_at": "2026-11-01T00:00:00Z", "done": done}
    message = {"role": "assistant", "content": text, **({"thinking": thinking} if thinking else {})}
    likely = {"logprobs": [{"token": "x", "logprob": p} for p in logprobs]} if logprobs else {}
    return {**told, "message": message, **likely, **({"done_reason": "stop"} if done else {})}


async def test_probabilities_are_asked_for_only_when_wanted_and_told_at_the_end() -> None:
    reply = ndjson(line("", -9.0, thinking="hm"), line("hi", -0.5), line(" you", -1.0, -2.0), line("", done=True))
    async with FaultServer(reply) as server:
        provider = OllamaProvider("ollama", server.url, guard=open_guard, locality=Locality.ON_DEVICE)
        _, done = await said(provider, call(logprobs=True))
        _, without = await said(provider, call())
        await provider.close()
        asked = [r.json().get("logprobs") for r in server.requests]
    assert (done.logprobs, asked) == ((-0.5, -1.0, -2.0), [True, None])
    assert without.usage == done.usage


async def test_a_server_that_refuses_them_is_asked_once_more_without_and_remembered() -> None:
    no, yes = http({"error": "unknown field logprobs"}, 400), ndjson(line("hi"), line("", done=True))
    async with FaultServer(no, yes) as server:
        provider = OllamaProvider("ollama", server.url, guard=open_guard, locality=Locality.ON_DEVICE)
        for _ in range(2):
            text, done = await said(provider, call(logprobs=True))
            assert (text, done.logprobs) == ("hi", None)
        await provider.close()
        asked = [r.json().get("logprobs") for r in server.requests]
    assert asked == [True, None, None]
