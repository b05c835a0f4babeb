"""The rules every provider keeps, over the real SDK and a loopback server that speaks the protocol."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import traceback
from pathlib import Path

import pytest

from hybridchat.conversation import Message, Role
from hybridchat.demo import Demo, Fault
from hybridchat.facts import Locality
from hybridchat.providers.base import Blocked, Call, Delta, Done, ProviderError, Unauthorised, Unreachable
from hybridchat.providers.factory import make_provider
from hybridchat.providers.ollama_start import install_ollama
from tests.providers.conftest import KEY, NAMES, Line, said

PARIS = "The capital of France is **Paris**, on the Seine."


async def test_an_answer_streams_and_ends_with_the_count(line: Line) -> None:
    parts = [part async for part in line.provider().stream(line.call())]
    assert "".join(p.text for p in parts if isinstance(p, Delta)) == PARIS
    assert len(parts) > 5
    done = parts[-1]
    assert isinstance(done, Done)
    assert done.reason == "stop"
    assert done.served_by == NAMES[line.kind]
    assert (done.usage.input_tokens or 0) > 5
    assert done.usage.output_tokens == len(parts) - 1
    assert done.timings.first_token_s is not None
    assert done.timings.total_s is not None
    assert 0 < done.timings.first_token_s <= done.timings.total_s


async def test_the_output_limit_goes_with_the_request_and_its_end_is_told(line: Line) -> None:
    text, done = await said(line.provider(), line.call("a very long essay", max_output=7))
    assert done.reason == "length"
    assert done.usage.output_tokens == 7
    assert len(text) < 80


async def test_an_answer_without_text_is_an_answer(line: Line) -> None:
    line.server.fail(Fault("empty"))
    text, done = await said(line.provider(), line.call())
    assert (text, done.reason) == ("", "stop")


async def test_several_turns_arrive_in_order(line: Line) -> None:
    history = (
        Message(Role.SYSTEM, "Be brief."),
        Message(Role.USER, "one"),
        Message(Role.ASSISTANT, "two"),
        Message(Role.USER, "repeat: three"),
    )
    text, _ = await said(line.provider(), Call(line.call().model, history))
    assert text == "three"
    body = json.loads(line.server.requests[-1].body)
    wire = [(m["role"], m["content"]) for m in body["messages"] if m["role"] != "system"]
    assert wire == [("user", "one"), ("assistant", "two"), ("user", "repeat: three")]
    assert b"Be brief." in line.server.requests[-1].body


async def test_half_a_surrogate_pair_does_not_lose_the_message(line: Line) -> None:
    text, _ = await said(line.provider(), line.call("repeat: a\ud83db 😀"))
    assert text == "a\ufffdb 😀"


async def test_the_listing_names_models_by_endpoint(line: Line) -> None:
    listing = await line.provider().models()
    ids = [m.id for m in listing.models]
    assert f"{line.kind}:{NAMES[line.kind]}" in ids
    own = next(m for m in listing.models if m.name == NAMES[line.kind])
    assert own.host == line.server.url.removeprefix("http://")
    assert own.locality is Locality.ON_DEVICE


async def test_one_provider_serves_several_answers_at_once(line: Line) -> None:
    provider = line.provider()
    answers = await asyncio.gather(*(said(provider, line.call(f"repeat: number {n}")) for n in range(5)))
    assert [text for text, _ in answers] == [f"number {n}" for n in range(5)]


# -- the guard -------------------------------------------------------------------------------------------------------


async def test_the_guard_sees_every_request_exactly_as_it_leaves(line: Line) -> None:
    seen: list[tuple[str, str, bytes]] = []

    async def guard(host: str, method: str, body: bytes) -> None:
        seen.append((host, method, body))

    provider = line.provider(guard=guard)
    await provider.models()
    await said(provider, line.call("repeat: ünïcode 😀"))
    host = line.server.url.removeprefix("http://")
    assert sorted(seen) == sorted((host, r.method, r.body) for r in line.server.requests)
    assert "ünïcode 😀".encode() in seen[-1][2]
    assert provider.host == host


async def test_a_blocked_request_never_leaves_and_says_so_in_the_guards_own_words(line: Line) -> None:
    async def guard(host: str, method: str, body: bytes) -> None:
        raise Blocked("a name from the table is in it", host=host)

    provider = line.provider(guard=guard)
    with pytest.raises(Blocked, match="a name from the table"):
        await said(provider, line.call())
    with pytest.raises(Blocked):
        await provider.models()
    assert line.server.requests == []


async def test_whatever_else_the_guard_raises_passes_unchanged(line: Line) -> None:
    class LedgerFullError(Exception):
        pass

    async def guard(host: str, method: str, body: bytes) -> None:
        raise LedgerFullError("disk full")

    with pytest.raises(LedgerFullError, match="disk full"):
        await said(line.provider(guard=guard), line.call())
    assert line.server.requests == []


# -- where a request may go ------------------------------------------------------------------------------------------


async def test_a_redirect_is_not_followed_and_the_other_server_gets_nothing(line: Line) -> None:
    with Demo(chunks_per_second=0) as other:
        elsewhere = getattr(other, line.kind)
        line.server.fail(Fault("redirect", url=elsewhere.url, path="*"))
        provider = line.provider()
        with pytest.raises(ProviderError, match=r"not followed.*base_url"):
            await said(provider, line.call())
        with pytest.raises(ProviderError, match="not followed"):
            await provider.models()
        assert elsewhere.connections == 0


@pytest.mark.parametrize("locality", [Locality.ON_DEVICE, Locality.LAN])
async def test_a_local_client_ignores_the_proxy_variables(
    line: Line, locality: Locality, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Demo(chunks_per_second=0) as other:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, other.openai.url)
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        provider = line.provider(locality=locality)
        assert (await said(provider, line.call()))[0] == PARIS
        await provider.models()
        assert other.openai.connections == 0


async def test_a_remote_client_honours_the_proxy_variables(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    with Demo(chunks_per_second=0) as other:
        proxy = getattr(other, line.kind)
        for name in ("HTTP_PROXY", "http_proxy"):
            monkeypatch.setenv(name, proxy.url)
        for name in ("NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.delenv(name, raising=False)
        provider = line.provider(locality=Locality.REMOTE)
        with pytest.raises(ProviderError):
            # the demo is no proxy: it is enough that it was asked
            await said(provider, line.call())
        assert proxy.connections == 1
        assert line.server.connections == 0


# -- keys ------------------------------------------------------------------------------------------------------------


async def test_the_key_goes_with_the_request_and_facts_about_the_machine_do_not(line: Line) -> None:
    await said(line.provider(), line.call())
    headers = line.server.requests[-1].headers
    assert "authorization" in headers or "x-api-key" in headers
    assert not [name for name in headers if name.startswith("x-stainless")]


async def test_without_a_key_none_is_taken_from_the_environment(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "OPENAI_API_KEY",
        "ANTHROPIC_API_KEY",
        "ANTHROPIC_AUTH_TOKEN",
        "OLLAMA_API_KEY",
        "OPENAI_ORG_ID",
        "OPENAI_PROJECT_ID",
    ):
        monkeypatch.setenv(name, "from-the-environment")
    provider = line.provider(key=None)
    await said(provider, line.call())
    await provider.models()
    for request in line.server.requests:
        assert not {"authorization", "x-api-key"} & set(request.headers)
        assert "from-the-environment" not in str(request.headers)


@pytest.mark.parametrize("key", ["sk-four\nfive", "sk-sechs-\u00fc", "sk-\u2026"])
async def test_a_key_no_header_can_carry_is_told_without_quoting_it(line: Line, key: str) -> None:
    provider = line.provider(key=key)
    for ask in (said(provider, line.call()), provider.models()):
        with pytest.raises(Unauthorised, match=r"characters no key has.*_API_KEY") as caught:
            await ask
        assert "sk-" not in "".join(traceback.format_exception(caught.value))
    assert line.server.connections == 0


async def test_blanks_around_a_key_do_not_matter(line: Line) -> None:
    assert (await said(line.provider(key=f" {KEY}\n"), line.call()))[0] == PARIS


@pytest.mark.parametrize(("kind", "host"), [("openai", "api.openai.com"), ("anthropic", "api.anthropic.com")])
async def test_without_a_key_the_clouds_are_not_even_contacted(kind: str, host: str, line: Line) -> None:
    async def guard(*_: object) -> None:
        raise AssertionError("something was about to leave")

    provider = make_provider(kind, kind, f"https://{host}/v1", None, guard, Locality.REMOTE)
    with pytest.raises(Unauthorised, match=rf"no key for {host}.*{kind.upper()}_API_KEY"):
        await said(provider, line.call())


# -- reaching it -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("installed", [True, False])
async def test_a_server_that_is_not_there_is_named_with_what_to_do(
    line: Line, installed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    if installed:
        program = tmp_path / ("ollama.exe" if sys.platform == "win32" else "ollama")
        program.touch(mode=0o755)
    fix = "Start it with `ollama serve`." if installed else f"Install it with `{install_ollama(sys.platform)}`."
    line.server.pause()
    provider = line.provider()
    host = line.server.url.removeprefix("http://")
    for ask in (said(provider, line.call()), provider.models()):
        with pytest.raises(Unreachable, match=f"Nothing answers at {host}") as caught:
            await ask
        assert str(caught.value).endswith(fix) == (line.kind == "ollama")
        assert caught.value.host == host
    line.server.resume()
    assert (await said(provider, line.call()))[0] == PARIS


async def test_a_name_that_does_not_exist_is_said_to_be_unknown(line: Line) -> None:
    provider = line.provider(base_url="http://no-such-host.invalid:1/v1")
    with pytest.raises(Unreachable, match=r"no-such-host\.invalid:1"):
        await said(provider, line.call())


async def test_preloading_asks_no_server_that_has_no_such_thing(line: Line) -> None:
    await line.provider().preload(line.call().model, 4096)
    assert len(line.server.requests) == (1 if line.kind == "ollama" else 0)


# -- what is imported, and when --------------------------------------------------------------------------------------


def test_making_providers_imports_no_sdk() -> None:
    code = (
        "import sys\n"
        "from hybridchat.facts import Locality\n"
        "from hybridchat.providers.base import open_guard\n"
        "from hybridchat.providers.factory import KINDS, make_provider\n"
        "for kind in KINDS:\n"
        "    make_provider(kind, kind, 'http://localhost:1/v1', 'k', open_guard, Locality.ON_DEVICE)\n"
        "print(sorted({'openai', 'anthropic', 'ollama', 'httpx', 'httpx2', 'pydantic'} & set(sys.modules)))\n"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_importing_the_slowest_sdk_does_not_hold_up_the_loop() -> None:
    code = (
        "import asyncio, sys, time\n"
        "from hybridchat.facts import Locality, Model\n"
        "from hybridchat.providers.base import Call, Unreachable, open_guard\n"
        "from hybridchat.providers.factory import make_provider\n"
        "async def main():\n"
        "    provider = make_provider('anthropic', 'a', 'http://127.0.0.1:9', 'k', open_guard, Locality.ON_DEVICE)\n"
        "    task = asyncio.ensure_future(anext(provider.stream(Call(Model('a:m', 'h', Locality.ON_DEVICE), ()))))\n"
        "    ticks = 0\n"
        "    while 'anthropic' not in sys.modules or not task.done():\n"
        "        await asyncio.sleep(0.001)\n"
        "        ticks += 1\n"
        "    assert isinstance(task.exception(), Unreachable), task.exception()\n"
        "    print(ticks)\n"
        "asyncio.run(main())\n"
    )
    ticks = int(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
    # an import on the loop leaves about three turns of it; in a thread the interpreter switches every 5 ms
    assert ticks > 15


def test_an_unknown_kind_is_named_with_the_known_ones() -> None:
    async def guard(*_: object) -> None: ...

    with pytest.raises(ValueError, match="'grok'; one of ollama, openai, anthropic"):
        make_provider("grok", "x", "http://localhost", KEY, guard, Locality.REMOTE)
