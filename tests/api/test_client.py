"""The client as a program uses it, over real sockets."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hybridchat import HybridClient, HybridError, ModelType
from hybridchat.api import AnswerCut, BadConfiguration, HookError, NoModel, NothingLeft, ProviderFailed, SessionNotFound
from hybridchat.config import Config
from hybridchat.config.schema import Privacy
from hybridchat.demo import Demo, Fault
from hybridchat.facts import Price
from hybridchat.sessions.store import Store
from tests.api.conftest import CLAUDE, CLOUD, HARD, LOCAL, hooked

pytestmark = pytest.mark.filterwarnings("ignore:The model 'claude-3-opus:DeprecationWarning")
"""The documents' model is old, and its SDK says so."""

PRIVATE = "repeat: write to ana.ruiz@example.org"


async def test_an_easy_prompt_is_answered_here_with_every_documented_key(client: HybridClient, demo: Demo) -> None:
    response = await client.execute("What is the capital of France?")
    assert "Paris" in response["response"]
    assert response["model_id"] == LOCAL
    assert response["inference_source"] == "on_device"
    checks = response["agent_checks"]
    assert {"resource_monitor", "connectivity_monitor"} <= set(checks)
    assert all(c["state"] == c["state"].lower() and {"proceed", "target", "reason", "metrics"} <= set(c) for c in checks.values())
    assert checks.as_list()[0]["agent"] == "resource_monitor"
    metrics = response["metrics"]
    assert 0 < (metrics["time_to_first_token"] or 0) <= metrics["total_latency"] < 5
    assert metrics["input_tokens"] > 0
    assert metrics["output_tokens"] > 0
    assert metrics["end_time"] - metrics["start_time"] == pytest.approx(metrics["total_latency"], abs=1e-3)
    assert (metrics["model_type"], metrics["model_name"]) == ("ollama", "llama3.2:3b")
    assert response["routing_decision"]["chosen"]["id"] == LOCAL
    assert response["cost"] == 0.0
    assert json.dumps(response)
    assert not [r for r in demo.openai.requests + demo.anthropic.requests if r.body]


async def test_a_hard_prompt_goes_to_the_cloud_by_itself(client: HybridClient) -> None:
    response = await client.execute(HARD)
    assert response["inference_source"] == "in_cloud"
    assert response["routing_decision"]["rule"] == "difficulty"


async def test_a_model_id_keeps_the_prefix_it_was_hooked_with(client: HybridClient) -> None:
    assert (await client.execute("hello", model_id=CLAUDE))["model_id"] == CLAUDE
    assert (await client.execute("hello", model_id=CLAUDE.replace("claude:", "anthropic:", 1)))["model_id"] == CLAUDE


async def test_a_name_without_tag_is_the_servers_latest(demo: Demo) -> None:
    await asyncio.to_thread(_pull, demo, "llama2")
    async with HybridClient() as client:
        await client.hook_model("ollama", "llama2")
        response = await client.execute("hello")
    assert response["model_id"] == "ollama:llama2"
    assert '"model":"llama2:latest"' in next(r.body.decode() for r in demo.ollama.requests if r.path == "/api/chat")
    assert "llama2:latest" not in response["routing_decision"]["order"]


def _pull(demo: Demo, name: str) -> None:
    from urllib.request import Request, urlopen

    body = json.dumps({"model": name, "stream": False}).encode()
    with urlopen(Request(f"{demo.ollama.url}/api/pull", body, method="POST")) as reply:
        reply.read()


async def test_personal_data_is_hidden_from_the_cloud_and_back_in_the_answer(client: HybridClient, demo: Demo) -> None:
    response = await client.execute(PRIVATE, model_id=CLOUD)
    assert "ana.ruiz@example.org" in response["response"]
    assert response["redactions"] == {"EMAIL": 1}
    bodies = [r.body for r in demo.openai.requests if r.body]
    assert bodies
    assert not any(b"ana.ruiz" in body for body in bodies)


async def test_temperature_and_length_reach_the_server(client: HybridClient, demo: Demo) -> None:
    response = await client.execute("a very long essay", model_id=CLOUD, temperature=0.25, max_tokens=12)
    body = json.loads(next(r.body for r in demo.openai.requests if r.body))
    assert body["temperature"] == 0.25
    assert 12 in body.values()
    assert response["metrics"]["output_tokens"] <= 12


async def test_a_stream_gives_pieces_then_the_whole(client: HybridClient) -> None:
    async with client.execute_streaming("What is the capital of France?") as stream:
        with pytest.raises(HybridError, match="not complete"):
            _ = stream.response
        pieces = [piece async for piece in stream]
    assert len(pieces) > 1
    assert "".join(pieces) == stream.response["response"]


async def test_many_models_answer_at_once_and_one_that_fails_stands_beside_the_others(client: HybridClient, demo: Demo) -> None:
    demo.anthropic.fail(Fault("status", status=401))
    local, cloud, claude = await client.execute_many("hello", [LOCAL, CLOUD, CLAUDE])
    assert isinstance(claude, ProviderFailed)
    assert claude.kind == "unauthorised"
    assert not isinstance(local, HybridError)
    assert not isinstance(cloud, HybridError)
    assert (local["model_id"], cloud["model_id"]) == (LOCAL, CLOUD)


async def test_a_model_that_fails_is_fallen_back_from(client: HybridClient, demo: Demo) -> None:
    demo.ollama.fail(Fault("status", status=500))
    response = await client.execute("hello there")
    assert response["inference_source"] == "in_cloud"
    assert response["fallbacks"][0]["from"] == LOCAL


async def test_without_ollama_the_cloud_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    async with HybridClient() as client:
        await client.hook_model("ollama", "llama2", endpoint="http://127.0.0.1:9")
        await client.hook_model("openai", "gpt-4")
        assert (await client.execute("hello there"))["model_id"] == CLOUD


async def test_what_broke_off_is_an_error_that_holds_the_rest(client: HybridClient, demo: Demo) -> None:
    demo.openai.fail(Fault("cut", after=3))
    with pytest.raises(AnswerCut) as caught:
        await client.execute("a very long essay", model_id=CLOUD)
    assert caught.value.response["response"]
    assert caught.value.response["ending"] == "cut"


async def test_nothing_left_says_what_would_help(demo: Demo) -> None:
    async with HybridClient(config=Config(privacy=Privacy(cloud="never"))) as client:
        await client.hook_model("openai", "gpt-4")
        with pytest.raises(NothingLeft) as caught:
            await client.execute("hello")
    assert "privacy.cloud" in caught.value.unlock
    assert caught.value.routing_decision["candidates"][0]["rejected"]["rule"] == "policy"
    assert not demo.openai.connections


async def test_a_wrong_setting_says_what_is_allowed() -> None:
    with pytest.raises(BadConfiguration, match="oblix-cost"):
        await (await hooked(HybridClient(strategy="chaep"))).execute("hello")
    with pytest.raises(BadConfiguration, match="only_local"):
        HybridClient(mode="locally")
    with pytest.raises(BadConfiguration, match="from 0 on"):
        HybridClient(daily_budget=-1)


async def test_errors_name_the_fix(client: HybridClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    monkeypatch.delenv("OPENAI_BASE_URL")
    with pytest.raises(HookError, match=r"pass api_key=.*, or set OPENAI_API_KEY"):
        await client.hook_model("openai", "gpt-4o")
    with pytest.raises(HookError, match="allowed: ollama, openai, claude, openai_compatible"):
        await client.hook_model("gemini", "x")
    with pytest.raises(HookError, match="endpoint="):
        await client.hook_model(ModelType.OPENAI_COMPATIBLE, "x")
    with pytest.raises(HookError, match="locality"):
        await client.hook_model(ModelType.OPENAI_COMPATIBLE, "x", endpoint="http://192.0.2.1/v1", locality="on_device")
    with pytest.raises(HookError, match="from 0 on"):
        await client.hook_model("openai", "gpt-4", api_key="k", price=(-1.0, 2.0))
    with pytest.raises(NoModel, match=f"hooked are: {LOCAL}"):
        await client.execute("hello", model_id="openai:gpt-7")
    with pytest.raises(SessionNotFound, match="list_sessions"):
        await client.execute("hello", session_id="nothing")
    with pytest.raises(HybridError, match="empty"):
        await client.execute("  ")
    with pytest.raises(NoModel, match="hook_model"):
        await HybridClient().execute("hello")


async def test_a_compatible_server_at_a_loopback_address_counts_as_local_only_when_said(demo: Demo) -> None:
    async with HybridClient() as client:
        await client.hook_model(ModelType.OPENAI_COMPATIBLE, "m", endpoint=demo.openai.base_url)
        assert (await client.execute("hello"))["inference_source"] == "in_cloud"
        await client.hook_model(ModelType.OPENAI_COMPATIBLE, "m", endpoint=demo.openai.base_url, locality="on_device")
        response = await client.execute(PRIVATE)
    assert (response["inference_source"], response["redactions"]) == ("on_device", {})


async def test_two_servers_of_one_kind_keep_their_models_apart(demo: Demo) -> None:
    with Demo(chunks_per_second=0) as other:
        async with HybridClient() as client:
            await client.hook_model("ollama", "llama3.2:3b")
            await client.hook_model("ollama", "phi", endpoint=other.ollama.url)
            assert (await client.execute("hello", model_id="ollama:phi"))["model_id"] == "ollama:phi"
        assert [r for r in other.ollama.requests if r.path == "/api/chat"]
    assert not [r for r in demo.ollama.requests if r.path == "/api/chat"]


async def test_what_is_hooked_may_change_between_prompts(client: HybridClient) -> None:
    session = await client.create_session()
    await client.execute("hello", session_id=session)
    assert await client.unhook(LOCAL)
    assert not await client.unhook("ollama:nothing")
    assert (await client.execute("hello", session_id=session))["inference_source"] == "in_cloud"
    await client.hook_model("ollama", "phi")
    assert (await client.execute("hello", model_id="ollama:phi"))["model_id"] == "ollama:phi"
    assert len((await client.load_session(session))["messages"]) == 4


async def test_sessions_are_remembered_marked_and_can_be_taken_away(client: HybridClient, tmp_path: Path) -> None:
    session = await client.create_session("Planets", system="Be brief.")
    await client.execute("repeat: Mars", session_id=session)
    loaded = await client.load_session(session)
    assert [m["role"] for m in loaded["messages"]] == ["user", "assistant"]
    assert [s["title"] for s in await client.list_sessions()] == ["Planets"]
    text = await client.export_session(session, path=tmp_path / "x.md")
    assert "Mars" in text
    assert (tmp_path / "x.md").read_text("utf-8") == text
    if os.name == "posix":
        assert (tmp_path / "x.md").stat().st_mode & 0o777 == 0o600, "nobody else reads it, whatever the umask"
    with pytest.raises(OSError, match="nowhere"):
        await client.export_session(session, path=tmp_path / "nowhere" / "x.md")
    assert [left.name for left in tmp_path.iterdir() if "x.md" in left.name] == ["x.md"]
    assert await client.delete_session(session)
    assert await client.list_sessions() == []


async def test_a_kept_conversation_stays_out_of_the_terminals_list(tmp_path: Path) -> None:
    path = tmp_path / "kept.db"
    async with await hooked(HybridClient(store=path)) as client:
        session = (await client.execute("hello", model_id=CLOUD))["session_id"]
    store = Store.open(path)
    try:
        assert store.sessions() == []
        assert [s.id for s in store.sessions("api")] == [session]
        assert [row.host for row in store.ledger.rows() if row.kind == "message"]
    finally:
        store.shut()


async def test_by_default_nothing_is_written(client: HybridClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HYBRIDCHAT_DATA_DIR", str(tmp_path / "data"))
    await client.execute("hello", model_id=CLOUD)
    assert not (tmp_path / "data").exists()


async def test_a_spent_budget_refuses_the_cloud_until_told_otherwise_and_over_restarts(tmp_path: Path) -> None:
    async def run(*, over_budget: bool) -> None:
        async with HybridClient(daily_budget=0.02, store=tmp_path / "money.db") as client:
            await client.hook_model("openai", "gpt-4", price=Price(1000.0, 1000.0))
            await client.execute("hello", over_budget=over_budget, max_tokens=10)

    await run(over_budget=True)
    with pytest.raises(NothingLeft, match="budget"):
        await run(over_budget=False)
    await run(over_budget=True)


async def test_after_shutdown_it_says_so(client: HybridClient) -> None:
    await client.execute("hello")
    await client.shutdown()
    await client.shutdown()
    with pytest.raises(HybridError, match="shut down"):
        await client.execute("hello")


def test_a_key_for_another_product_is_ignored_with_a_warning() -> None:
    with pytest.warns(UserWarning, match="oblix_api_key is ignored"):
        HybridClient(oblix_api_key="x")


def test_importing_the_package_loads_nothing() -> None:
    code = "import sys; before = set(sys.modules); import hybridchat; print([m for m in sys.modules if m not in before])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.strip() == "['__future__', 'hybridchat']"


@pytest.mark.parametrize(
    ("strategy", "prompt", "source", "rule"),
    [
        ("oblix-cost", " ".join(["word"] * 26), "in_cloud", "checks"),
        ("oblix-cost", HARD[:60], "on_device", "checks"),
        ("oblix-perf", "hello there", "on_device", "checks"),
        ("oblix-perf", "compare these", None, "score"),
    ],
)
async def test_the_documents_word_rules_are_strategies(strategy: str, prompt: str, source: str | None, rule: str) -> None:
    async with await hooked(HybridClient(strategy=strategy)) as client:
        response = await client.execute(prompt)
    assert response["routing_decision"]["rule"] == rule
    assert source is None or response["inference_source"] == source
    assert response["agent_checks"][strategy]["reason"]


@pytest.mark.parametrize(
    "prompt", ["What is known about Maria Curie-Okonkwo?", "Explain how Zorbtron 9000 by Vendelin handles Kubrik threads"]
)
async def test_hooking_a_cloud_is_consent_also_where_a_person_would_be_asked_to_look_once_more(prompt: str) -> None:
    async with HybridClient() as client:
        await client.hook_model(ModelType.OPENAI, "gpt-4")
        assert (await client.execute(prompt))["ending"] == "complete"


async def test_thinking_reaches_the_server_and_a_model_that_cannot_says_so(client: HybridClient, demo: Demo) -> None:
    response = await client.execute("What is the capital of France?", model_id=CLOUD, think="high")
    assert json.loads(next(r.body for r in demo.openai.requests if r.body))["reasoning_effort"] == "high"
    assert "Paris" in response["response"]
    with pytest.raises(ValueError, match="think is off, low, medium, high"):
        await client.execute("hello", think="nuts")  # type: ignore[arg-type] # what somebody may write
