"""A long conversation with a cloud is summed up here, while nobody types, for the time without a network."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from hybridchat.config import Config
from hybridchat.config.schema import Limits, ModelSettings, PairSettings, Privacy
from hybridchat.crew import Patience
from hybridchat.demo import Demo
from hybridchat.earlier import HEAD
from hybridchat.errands import ASKED, WRITTEN, summed_up
from hybridchat.facts import Device, Mode, ResourceState, Snapshot
from hybridchat.sessions.store import Store
from hybridchat.sessions.summaries import Summary
from hybridchat.tokens import estimate
from tests.support.chats import LOCAL, Bench, bench, hear
from tests.support.faultserver import FaultServer, http, ndjson

OPENAI = "openai:gpt-6.1-terra"
IDLE = Device(state=ResourceState.AVAILABLE, on_battery=False)
WINDOW = 2048
SIGN = ASKED[:40]


@asynccontextmanager
async def away(
    folder: Path,
    demo: Demo,
    *,
    turns: int = 6,
    mode: Mode = Mode.ONLY_CLOUD,
    device: Device = IDLE,
    idle: float = 60.0,
    ollama: str = "",
) -> AsyncIterator[Bench]:
    """A conversation of some 300 tokens a turn, with nobody at the keys."""
    config = Config(
        pair=PairSettings(local=LOCAL, cloud=OPENAI),
        privacy=Privacy(cloud="auto"),
        limits=Limits(max_output=256, reserve=256),
        models={LOCAL: ModelSettings(window=WINDOW)},
    )
    async with bench(folder, demo, config=config, extra={"OLLAMA_HOST": ollama} if ollama else None) as b:
        b.chat.world.stored_gauges = Snapshot(device=device)
        for n in range(turns):
            await b.ask(f"repeat: subject {n}: " + "well said and often heard " * 25, mode=mode)
        b.chat._crew.patience = Patience(idle=idle)
        yield b


def asked_for_minutes(demo: Demo) -> list[str]:
    """What the local model was asked to sum up."""
    bodies = [json.loads(r.body) for r in demo.ollama.requests if r.path == "/api/chat" and r.body]
    return [b["messages"][-1]["content"] for b in bodies if b.get("messages") and SIGN in b["messages"][-1]["content"]]


async def until(true: Callable[[], object], seconds: float = 5.0) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.005)


def kept(b: Bench) -> Summary | None:
    return b.chat.store.summaries.newest(b.chat.store.path(b.session.id))


async def test_it_is_made_here_and_used_when_the_conversation_comes_back(demo: Demo, tmp_path: Path) -> None:
    async with away(tmp_path, demo, idle=0.01) as b:
        before = len(b.cloud_bodies())
        await b.chat.preview(b.session.id, "")
        await until(lambda: kept(b))
        summary = kept(b)
        assert summary is not None
        assert summary.model_id == LOCAL
        assert len(b.cloud_bodies()) == before
        heard = await b.ask("repeat: and now?", mode=Mode.ONLY_LOCAL)
        body = json.loads([r.body for r in demo.ollama.requests if r.path == "/api/chat"][-1])
        first = body["messages"][0]
        assert first["role"] == "system"
        assert first["content"].index(HEAD) < first["content"].index(summary.text.splitlines()[0])
        assert [n for n in heard.ended.notes if n.endswith(f"went as a summary by {LOCAL}")]


async def test_each_part_is_made_from_the_turns_and_fits_the_window(demo: Demo, tmp_path: Path) -> None:
    async with away(tmp_path, demo, turns=9) as b:
        await summed_up(b.chat._crew, b.session.id)
        asked = asked_for_minutes(demo)
        assert len(asked) > 1
        assert all(estimate(text) < WINDOW - WRITTEN / 2 for text in asked)
        first = kept(b)
        assert first is not None
        covered = "".join(asked)
        assert [n for n in range(first.turns) if f"subject {n}:" not in covered] == []
        # made again, from the turns and not from what was made of them
        for n in range(9, 9 + 6):
            await b.ask(f"repeat: subject {n}: " + "well said and often heard " * 25, mode=Mode.ONLY_CLOUD)
        await summed_up(b.chat._crew, b.session.id)
        again = asked_for_minutes(demo)[len(asked) :]
        assert "subject 0:" in again[0]
        assert first.text not in "".join(again)
        second = kept(b)
        assert second is not None
        assert second.turns > first.turns


async def test_what_is_summed_up_already_is_not_summed_up_again(demo: Demo, tmp_path: Path) -> None:
    async with away(tmp_path, demo) as b:
        assert await summed_up(b.chat._crew, b.session.id) is not None
        assert await summed_up(b.chat._crew, b.session.id) is None


@pytest.mark.parametrize(
    ("turns", "mode"),
    [(1, Mode.ONLY_CLOUD), (6, Mode.ONLY_LOCAL)],
    ids=["a short one", "one that never left"],
)
async def test_no_conversation_is_summed_up_that_needs_it_not(demo: Demo, tmp_path: Path, turns: int, mode: Mode) -> None:
    async with away(tmp_path, demo, turns=turns, mode=mode) as b:
        assert await summed_up(b.chat._crew, b.session.id) is None
        assert asked_for_minutes(demo) == []


@pytest.mark.parametrize(
    "device",
    [Device(), replace(IDLE, on_battery=True), replace(IDLE, own_load=True), Device(state=ResourceState.CONSTRAINED)],
    ids=["unknown", "on battery", "answering", "busy"],
)
async def test_nothing_is_begun_on_battery_or_on_a_busy_machine(demo: Demo, tmp_path: Path, device: Device) -> None:
    async with away(tmp_path, demo, device=device, idle=0.01) as b:
        await b.chat.preview(b.session.id, "")
        task = b.chat._errands._task
        assert task is not None
        await task
        assert asked_for_minutes(demo) == []


async def test_the_first_key_ends_it(tmp_path: Path) -> None:
    with Demo(chunks_per_second=0) as demo:
        async with away(tmp_path, demo, idle=0.01) as b:
            demo.conditions.slow = True
            await b.chat.preview(b.session.id, "")
            await until(lambda: asked_for_minutes(demo))
            running = b.chat._errands._task
            b.chat._crew.patience = Patience(idle=60)
            await b.chat.preview(b.session.id, "H")
            assert running is not None
            await asyncio.wait({running}, timeout=2)
            assert running.cancelled()
            assert kept(b) is None


async def test_a_turn_ends_it(tmp_path: Path) -> None:
    with Demo(chunks_per_second=0) as demo:
        async with away(tmp_path, demo, idle=0.01) as b:
            demo.conditions.slow = True
            await b.chat.preview(b.session.id, "")
            await until(lambda: asked_for_minutes(demo))
            running = b.chat._errands._task
            b.chat._crew.patience = Patience(idle=60)
            demo.conditions.slow = False
            await b.ask("repeat: and now?", mode=Mode.ONLY_CLOUD)
            assert running is not None
            assert running.cancelled()


async def test_it_is_used_on_its_branch_only_and_with_the_answers_it_was_made_from(demo: Demo, tmp_path: Path) -> None:
    async with away(tmp_path, demo) as b:
        store: Store = b.chat.store
        path = store.path(b.session.id)
        store.summaries.keep(path, Summary("the first four", 4, LOCAL))
        assert store.summaries.newest(path) == Summary("the first four", 4, LOCAL)
        assert store.summaries.newest(path[:4]) == Summary("the first four", 4, LOCAL)
        assert store.summaries.newest(path[:3]) is None
        await hear(b.chat.answer(b.session.id, "repeat: another way", parent=path[1].id, mode=Mode.ONLY_CLOUD))
        assert store.summaries.newest(store.path(b.session.id)) is None
        await hear(b.chat.again(path[2].id, pin=OPENAI))
        assert store.summaries.newest(store.path(b.session.id, path[-1].id)) is None


async def test_it_goes_with_its_conversation(demo: Demo, tmp_path: Path) -> None:
    async with away(tmp_path, demo) as b:
        store = b.chat.store
        path = store.path(b.session.id)
        store.summaries.keep(path, Summary("the first four", 4, LOCAL))
        store.purge.mark([b.session.id], after=0.0)
        await asyncio.to_thread(store.purge.tidy)
        assert store.summaries.newest(path) is None
        # one that was still being written must not bring anything back
        store.summaries.keep(path, Summary("too late", 4, LOCAL))
        assert store.summaries.newest(path) is None


async def test_minutes_that_another_host_wrote_are_not_kept_and_the_next_turn_says_so(demo: Demo, tmp_path: Path) -> None:
    end = {"model": "m", "created_at": "2026-11-01T00:00:00Z", "message": {"role": "assistant", "content": ""}, "done": True}
    said = {**end, "message": {"role": "assistant", "content": "- minutes"}, "done": False}
    paths = {
        "/api/tags": http({"models": [{"name": "llama3.2:3b", "model": "llama3.2:3b", "digest": "d", "size": 1}]}),
        "/api/ps": http({"models": []}),
        "/api/version": http({"version": "0.12.6"}),
        "/api/show": http({"model_info": {}, "capabilities": ["completion"]}),
        "/api/chat": ndjson(said, {**end, "done_reason": "stop", "remote_host": "https://ollama.com:443"}),
    }
    async with FaultServer(paths=paths) as server, away(tmp_path, demo, ollama=server.url) as b:
        assert await summed_up(b.chat._crew, b.session.id) is None
        assert kept(b) is None
        assert not b.chat.world.find(LOCAL).on_device
        heard = await b.ask("repeat: and now?", mode=Mode.ONLY_CLOUD)
        (told,) = [note for note in heard.ended.notes if note.startswith("NOT LOCAL: ")]
        assert "ollama.com" in told
        assert "summary" in told
