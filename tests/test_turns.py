"""The life of a turn: waiting, trying again, falling back, stopping, paying. Over real clients and loopback servers."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from hybridchat.answer import Answer
from hybridchat.config import Config
from hybridchat.config.schema import EndpointSettings, Limits, ModelSettings, PairSettings, PriceSettings, Privacy
from hybridchat.conversation import Ending
from hybridchat.crew import Patience
from hybridchat.demo import Demo, Fault
from hybridchat.events import Decided, Ended, Event, FellBack, HandedOver, Offered, Said, Verdict
from hybridchat.facts import Device, Locality, Mode, Snapshot
from tests.cli.run import hybridchat
from tests.support.chats import LOCAL, Bench, Heard, bench, environment, hear
from tests.support.llama import Llama, make_model, needs_llama, serving

OPENAI, ANTHROPIC = "openai:gpt-6.1-terra", "anthropic:claude-haiku-5-5"
PRICE = PriceSettings(input=10.0, output=100.0, as_of=date(2026, 11, 1))


def paid(*, budget: float | None = None, cloud: str = OPENAI) -> Config:
    """Cloud without asking, with prices: the demo's own addresses have none."""
    return Config(
        pair=PairSettings(local=LOCAL, cloud=cloud),
        privacy=Privacy(cloud="auto"),
        limits=Limits(daily_budget=budget, max_output=1000),
        models={cloud: ModelSettings(price=PRICE)},
    )


AUTO = Config(pair=PairSettings(local=LOCAL, cloud=OPENAI), privacy=Privacy(cloud="auto"))


def hasten(b: Bench, **seconds: float) -> None:
    """Makes the chat less patient, so that no test waits for a minute."""
    b.chat._crew.patience = replace(Patience(), **seconds)


def asked(demo: Demo, server: str) -> int:
    """Questions that a demo server received."""
    paths = {"/api/chat", "/v1/chat/completions", "/v1/messages"}
    return len([r for r in getattr(demo, server).requests if r.path in paths])


# -- waiting -----------------------------------------------------------------------------------------------------------


async def test_a_stall_after_text_keeps_it_and_cuts(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo) as b:
        hasten(b, gap=0.3)
        demo.ollama.fail(Fault(kind="stall", after=5, seconds=30))
        heard = await b.ask("Tell me about regular expressions")
        assert heard.ended.ending is Ending.CUT
        assert heard.ended.error == "stalled"
        assert heard.text
        assert not heard.of(FellBack)


async def test_keepalives_are_no_progress(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=AUTO) as b:
        hasten(b, gap=0.4)
        demo.openai.fail(Fault(kind="stall", after=5, seconds=30, keepalive=0.05))
        heard = await b.ask("Tell me about regular expressions", pin=OPENAI)
        assert (heard.ended.ending, heard.ended.error) == (Ending.CUT, "stalled")


async def test_a_stall_before_text_asks_the_next_model(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=AUTO) as b:
        hasten(b, first_token_on_device=0.3)
        demo.ollama.fail(Fault(kind="slow_first_token", seconds=30))
        heard = await b.ask("hello there")
        (fell,) = heard.of(FellBack)
        assert isinstance(fell, FellBack)
        assert (fell.from_model, fell.to_model) == (LOCAL, OPENAI)
        assert heard.ended.ending is Ending.COMPLETE
        assert heard.ended.locality is Locality.REMOTE


async def test_a_short_retry_after_is_waited_out_at_the_same_model(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=AUTO) as b:
        demo.openai.fail(Fault(kind="status", status=429, retry_after=1, times=1))
        started = time.monotonic()
        heard = await b.ask("hello there", pin=OPENAI)
        assert heard.ended.ending is Ending.COMPLETE
        assert time.monotonic() - started >= 1.0
        assert asked(demo, "openai") == 2
        assert any("second try" in note for note in heard.ended.notes)


async def test_a_long_retry_after_is_not_waited_for(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=AUTO) as b:
        demo.openai.fail(Fault(kind="status", status=429, retry_after=60, times=1))
        started = time.monotonic()
        heard = await b.ask("hello there", mode=Mode.PREFER_CLOUD)
        assert time.monotonic() - started < 5
        assert heard.of(FellBack)
        assert heard.ended.locality is Locality.ON_DEVICE
        later = await b.ask("hello again", mode=Mode.PREFER_CLOUD)
        assert not later.of(FellBack)
        assert later.ended.locality is Locality.ON_DEVICE
        assert asked(demo, "openai") == 1


async def test_a_turn_makes_three_requests_at_most(demo: Demo, tmp_path: Path) -> None:
    config = replace_models(AUTO, OPENAI, ANTHROPIC, "openai:gpt-6.1-sol", "anthropic:claude-sonnet-5-5")
    async with bench(tmp_path, demo, config=config) as b:
        for server in demo.servers:
            server.fail(Fault(kind="status", status=500))
        heard = await b.ask("hello there")
        assert heard.ended.ending is Ending.FAILED
        assert sum(asked(demo, server) for server in ("ollama", "openai", "anthropic")) == 3


def replace_models(config: Config, *names: str) -> Config:
    return Config(pair=config.pair, privacy=config.privacy, models={name: ModelSettings(tier=3) for name in names})


async def test_a_breaker_opens_and_lets_one_probe_through(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo) as b:
        hasten(b, retry=0.01)
        demo.ollama.fail(Fault(kind="status", status=500))
        for _ in range(3):
            await b.ask("hello", mode=Mode.ONLY_LOCAL)
        assert b.chat.world.live(LOCAL).open_until is not None
        before = asked(demo, "ollama")
        heard = await b.ask("hello", mode=Mode.ONLY_LOCAL)
        assert heard.ended.ending is Ending.UNROUTED
        assert asked(demo, "ollama") == before
        # its time is over: one question goes through, and being answered it closes the breaker
        breaker = b.chat.world.health._breakers[LOCAL]
        breaker.open_until = time.time() - 1
        demo.ollama.fail(Fault(kind="slow_first_token", seconds=0.5))
        first, second = await asyncio.gather(b.ask("one", mode=Mode.ONLY_LOCAL), other_session(b, "two"))
        assert [first.ended.ending, second.ended.ending].count(Ending.COMPLETE) == 1
        assert asked(demo, "ollama") == before + 1
        assert b.chat.world.live(LOCAL).open_until is None


async def other_session(b: Bench, text: str) -> Heard:
    return await hear(b.chat.answer(b.chat.store.new_session().id, text, mode=Mode.ONLY_LOCAL))


async def test_a_server_started_after_the_program_is_found(demo: Demo, tmp_path: Path) -> None:
    demo.ollama.pause()
    async with bench(tmp_path, demo) as b:
        assert (await b.ask("hello", mode=Mode.ONLY_LOCAL)).ended.ending is Ending.UNROUTED
        demo.ollama.resume()
        assert (await b.ask("hello", mode=Mode.ONLY_LOCAL)).ended.ending is Ending.COMPLETE


async def test_what_the_server_holds_in_memory_is_known_after_an_answer(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo) as b:
        assert not b.chat.world.live(LOCAL).resident
        await b.ask("hello")
        async with asyncio.timeout(20):
            while not b.chat.world.live(LOCAL).resident:
                await asyncio.sleep(0.01)


async def test_a_model_is_warmed_with_the_window_it_is_asked_with(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo) as b:
        await b.chat.warm(b.chat.world.find(LOCAL))
        await b.ask("hello")
        warmed, question = (json.loads(r.body) for r in demo.ollama.requests if r.path in {"/api/generate", "/api/chat"})
        assert warmed["options"]["num_ctx"] == question["options"]["num_ctx"]


async def test_a_long_draft_warms_with_the_window_of_its_preview_and_what_is_kept_alive_stays_so(
    demo: Demo, tmp_path: Path
) -> None:
    config = Config(pair=PairSettings(local=LOCAL), endpoints={"ollama": EndpointSettings(keep_alive="30m")})
    async with bench(tmp_path, demo, config=config) as b:
        long = "Summarise this. " + "word " * 12_000
        told = await b.chat.preview(b.session.id, long)
        assert told.num_ctx is not None
        assert told.num_ctx > 8192
        await b.chat.warm(b.chat.world.find(LOCAL), told.num_ctx)
        await b.ask(long)
        warmed, question = (json.loads(r.body) for r in demo.ollama.requests if r.path in {"/api/generate", "/api/chat"})
        assert warmed["options"]["num_ctx"] == question["options"]["num_ctx"] == told.num_ctx
        assert warmed["keep_alive"] == question["keep_alive"] == "30m"


async def test_how_long_a_model_loads_is_learned_told_beforehand_and_known_after_a_restart(demo: Demo, tmp_path: Path) -> None:
    """By the server's own count, whether the model was loaded with a question or ahead of it; a loaded one says nothing."""
    async with bench(tmp_path, demo, save=True) as b:
        heard = await b.ask("hello")
        (first,) = heard.of(HandedOver)
        assert isinstance(first, HandedOver)
        assert (first.loads, first.load_s) == (True, None)
        took = b.chat.world.live(LOCAL).load_s
        assert took == pytest.approx(0.2, abs=0.05)  # the demo counts 0.1 s for a gigabyte
        while not b.chat.world.live(LOCAL).resident:
            await asyncio.sleep(0.01)
        (second,) = (await b.ask("hello again")).of(HandedOver)
        assert isinstance(second, HandedOver)
        assert not second.loads
        assert b.chat.world.live(LOCAL).load_s == took
        await (await b.chat.world.provider("ollama")).preload(b.chat.world.find(LOCAL), keep_alive="0")
    async with bench(tmp_path, demo, save=True) as b:
        model = b.chat.world.find(LOCAL)
        wait = b.chat.loading(model)
        assert wait is not None
        assert wait.left_s == pytest.approx(took)


async def test_on_battery_nothing_is_warmed(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo) as b:
        b.chat.world.stored_gauges = Snapshot(device=Device(on_battery=True))
        await b.chat.warm(b.chat.world.find(LOCAL))
        assert not [r for r in demo.ollama.requests if r.path in {"/api/generate", "/api/chat"}]


# -- stopping ----------------------------------------------------------------------------------------------------------


async def stopped(answer: Answer, kind: type[Event], *, pause: float = 0.0) -> tuple[Ended, float]:
    """Stops at the first event of that kind, after a `pause`; the last event, and how long it took to come."""
    at = 0.0
    async with answer:
        async for event in answer:
            if isinstance(event, kind) and not at:

                async def stop() -> None:
                    nonlocal at
                    await asyncio.sleep(pause)
                    at = time.monotonic()
                    await answer.stop()

                stopping = asyncio.create_task(stop())
            if isinstance(event, Ended):
                await stopping
                return event, time.monotonic() - at
    raise AssertionError("it did not end")


@pytest.mark.parametrize(("server", "pin"), [("ollama", LOCAL), ("openai", OPENAI), ("anthropic", ANTHROPIC)])
async def test_stop_in_the_prompt_phase_returns_at_once(demo: Demo, tmp_path: Path, server: str, pin: str) -> None:
    async with bench(tmp_path, demo, config=AUTO) as b:
        await b.ask("hello", pin=pin)  # the SDK is imported
        getattr(demo, server).fail(Fault(kind="slow_first_token", seconds=30))
        ended, took = await stopped(b.chat.answer(b.session.id, "hello there", pin=pin), HandedOver, pause=0.2)
        assert ended.ending is Ending.STOPPED
        assert took < 0.2
        (turn,) = b.chat.store.path(b.session.id)[1:]
        assert (turn.question, turn.ending) == ("hello there", Ending.STOPPED)


async def test_stop_before_the_request_sends_nothing(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=AUTO) as b:
        ended, took = await stopped(b.chat.answer(b.session.id, "hello there", pin=OPENAI), Decided)
        assert ended.ending is Ending.STOPPED
        assert took < 0.2
        assert asked(demo, "openai") == 0


async def test_stop_does_not_wait_for_a_long_scan(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=AUTO) as b:
        # each line another, so that no part of the text is known from the one before
        text = "\n".join(f"{n}: call 555 123 4567 or mail a{n}@b.example about 4111 1111 1111 1111." for n in range(3_000))
        answer = b.chat.answer(b.session.id, text, pin=OPENAI)
        seen: list[Event] = []

        async def follow() -> None:
            async for event in answer:
                seen.append(event)  # noqa: PERF401 - looked at meanwhile

        task = asyncio.create_task(follow())
        async with asyncio.timeout(20):
            while not seen:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.3)
        assert not task.done()
        at = time.monotonic()
        await answer.stop()
        await task
        assert time.monotonic() - at < 0.2
        assert isinstance(seen[-1], Ended)
        assert seen[-1].ending is Ending.STOPPED
        assert asked(demo, "openai") == 0


async def test_an_answer_from_here_does_not_wait_for_the_scan_of_a_draft(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo) as b:
        draft = "\n".join(f"{n}: call 555 123 4567 or mail a{n}@b.example." for n in range(12_000))
        scanning = asyncio.create_task(b.chat.preview(b.session.id, draft))
        await asyncio.sleep(0.3)
        for pin in (None, LOCAL):
            heard = await b.ask("What is the capital of France?", pin=pin)
            assert heard.ended.ending is Ending.COMPLETE
            assert not scanning.done()
        await scanning


# -- holding and the other side ----------------------------------------------------------------------------------------


async def test_stay_local_holds_against_a_pin_of_the_session(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo) as b:
        b.chat.set_pin(b.session.id, OPENAI)
        held = (await b.ask("hello there")).held
        heard = await hear(b.chat.resume(held.turn_id, Verdict.LOCAL))
        assert heard.ended.ending is Ending.COMPLETE
        assert heard.ended.locality is Locality.ON_DEVICE
        assert asked(demo, "openai") == 0


async def test_stay_local_after_a_failure_tries_the_local_model_again(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo) as b:
        demo.ollama.fail(Fault(kind="status", status=500))
        held = (await b.ask("hello there")).held
        demo.ollama.fail(None)
        heard = await hear(b.chat.resume(held.turn_id, Verdict.LOCAL))
        assert heard.ended.ending is Ending.COMPLETE
        assert heard.ended.locality is Locality.ON_DEVICE


async def test_a_verdict_is_taken_once(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo) as b:
        held = (await b.ask("hello there", mode=Mode.ONLY_CLOUD)).held
        await hear(b.chat.resume(held.turn_id, Verdict.SEND))
        with pytest.raises(LookupError, match="does not wait"):
            await hear(b.chat.resume(held.turn_id, Verdict.SEND))
        assert asked(demo, "openai") + asked(demo, "anthropic") == 1


async def test_after_the_consent_the_reason_is_the_one_for_which_it_was_asked(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo) as b:
        asks = await b.ask("hello there", mode=Mode.ONLY_CLOUD)
        sent = await hear(b.chat.resume(asks.held.turn_id, Verdict.SEND))
        assert asks.held.reason.startswith("first message")
        assert (await b.ask("hello again", mode=Mode.ONLY_CLOUD)).held.reason.startswith("asked before each message")
        first = await b.ask("What is the capital of France?", mode=Mode.ONLY_LOCAL)
        offers = await hear(b.chat.again(first.ended.turn_id, other=True))
        other = await hear(b.chat.resume(offers.held.turn_id, Verdict.SEND))
        told = [heard.of(Decided)[-1].decision for heard in (asks, sent, offers, other)]
        assert [one.rule for one in told] == ["mode", "mode", "asked", "asked"]
        assert [one.reason for one in told[::2]] == [one.reason for one in told[1::2]]


async def test_asking_the_other_and_then_not_sending_leaves_the_answer_as_it_was(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, save=True) as b:
        first = await b.ask("What is the capital of France?")
        for early in (False, True):
            held = (await hear(b.chat.again(first.ended.turn_id, other=True))).held
            if early:
                b.chat._held.clear()  # as after a restart
            await hear(b.chat.resume(held.turn_id, Verdict.CANCEL))
            turn = b.chat.store.turn(first.ended.turn_id)
            assert turn is not None
            assert turn.ending is Ending.COMPLETE
            assert turn.answer is not None
            assert turn.answer.text == first.text


async def test_a_failed_try_at_the_other_side_leaves_the_answer_as_it_was(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, save=True) as b:
        first = await b.ask("What is the capital of France?")
        held = (await hear(b.chat.again(first.ended.turn_id, other=True))).held
        b.chat._held.clear()  # as after a restart
        for server in (demo.openai, demo.anthropic):
            server.fail(Fault(kind="status", status=500))
        heard = await hear(b.chat.resume(held.turn_id, Verdict.SEND))
        assert heard.ended.ending is Ending.FAILED
        turn = b.chat.store.turn(first.ended.turn_id)
        assert turn is not None
        assert turn.ending is Ending.COMPLETE
        assert turn.answer is not None
        assert turn.answer.text == first.text


async def test_the_other_side_goes_both_ways_again_and_again(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=AUTO) as b:
        await b.ask("hello")
        turn = (await b.ask("What is the capital of France?")).ended.turn_id
        sides = [(await hear(b.chat.again(turn, other=True))).ended.locality for _ in range(4)]
        assert sides == [Locality.REMOTE, Locality.ON_DEVICE, Locality.REMOTE, Locality.ON_DEVICE]
        b.chat.set_pin(b.session.id, LOCAL)
        assert (await hear(b.chat.again(turn, other=True))).ended.locality is Locality.REMOTE


async def test_a_pin_for_one_message_is_for_one_message(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo) as b:
        other = next(m.id for m in b.chat.models() if m.on_device and m.id != LOCAL)
        assert (await b.ask("hello", pin=other)).ended.model_id == other
        assert other not in {m.id for m in b.chat.snapshot().models}


# -- money -------------------------------------------------------------------------------------------------------------


def spend(b: Bench) -> list[tuple[float | None, float | None, str | None]]:
    """Reserved, settled, and how, of every paid call so far."""
    rows = b.chat.store._database.read(lambda c: c.execute("SELECT reserved, usd, how FROM spend ORDER BY seq").fetchall())
    return [(r[0], r[1], r[2]) for r in rows]


async def test_money_is_reserved_before_and_settled_after(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=paid()) as b:
        demo.openai.fail(Fault(kind="slow_first_token", seconds=0.3))
        seen: list[object] = []
        async with b.chat.answer(b.session.id, "hello there", pin=OPENAI) as answer:
            async for event in answer:
                if isinstance(event, HandedOver):
                    seen += spend(b)
        ((reserved, usd, how),) = seen
        assert reserved > 0.1  # 1,000 tokens of answer at $100 a million
        assert (usd, how) == (None, None)
        ((_, usd, how),) = spend(b)
        assert how == "actual"
        assert usd is not None
        assert 0 < usd < reserved
        (row,) = [r for r in b.chat.store.ledger.rows() if r.kind == "message"]
        assert row.cost == usd


async def test_cut_and_stopped_answers_are_paid_by_estimate(tmp_path: Path) -> None:
    with Demo(chunks_per_second=100) as demo:
        async with bench(tmp_path, demo, config=paid()) as b:
            demo.openai.fail(Fault(kind="cut", after=5, times=1))
            cut = await b.ask("Tell me about regular expressions", pin=OPENAI)
            assert cut.ended.ending is Ending.CUT
            ended, _ = await stopped(b.chat.answer(b.session.id, "a very long essay", pin=OPENAI), Said)
            assert ended.ending is Ending.STOPPED
            for (_, usd, how), told in zip(spend(b), (cut.ended, ended), strict=True):
                assert how == "estimate"
                assert usd == told.cost
                assert usd is not None
                assert usd > 0


@pytest.mark.parametrize("status", [401, 400, 429, None])
async def test_what_nobody_worked_on_costs_nothing(demo: Demo, tmp_path: Path, status: int | None) -> None:
    async with bench(tmp_path, demo, config=paid()) as b:
        hasten(b, retry=0.01)
        if status is None:
            demo.openai.pause()
        else:
            demo.openai.fail(Fault(kind="status", status=status))
        heard = await b.ask("hello there", pin=OPENAI)
        if status is None:
            assert heard.of(Offered)
        else:
            assert heard.ended.ending is Ending.FAILED
        assert {(usd, how) for _, usd, how in spend(b)} == {(0.0, "none")}


async def test_what_the_gate_stopped_costs_nothing(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=paid()) as b:
        b.chat.world.local_only(on=True)
        heard = await b.ask("hello there", pin=OPENAI)
        assert heard.ended.error == "blocked"
        assert [(usd, how) for _, usd, how in spend(b)] == [(0.0, "none")]
        assert not demo.openai.connections
        assert b.chat.store.ledger.rows() == []


async def test_with_the_budget_spent_nothing_paid_is_asked(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=paid(budget=0.05)) as b:
        heard = await b.ask("hello there", pin=OPENAI)
        assert heard.ended.ending is Ending.UNROUTED
        (decided,) = heard.of(Decided)
        assert isinstance(decided, Decided)
        rejected = decided.decision.candidate(OPENAI)
        assert rejected is not None
        assert rejected.rejected is not None
        assert rejected.rejected.rule == "budget"
        assert (await b.ask("hello there")).ended.locality is Locality.ON_DEVICE


def test_a_spent_budget_is_exit_code_5_also_without_a_local_server(demo: Demo, tmp_path: Path) -> None:
    env = environment(demo, tmp_path)
    Path(env["HYBRIDCHAT_CONFIG"]).write_text(
        f'[limits]\ndaily_budget = 0.0\n[models."{OPENAI}"]\nprice = {{ input = 1.0, output = 5.0 }}\n'
    )
    for local_server in (True, False):
        if not local_server:
            demo.ollama.pause()
        done = hybridchat("ask", "--cloud", "-m", OPENAI, "hello", env=env)
        assert done.returncode == 5, done.stderr
        assert b"budget" in done.stderr


# -- a real llama.cpp --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def endless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Llama]:
    path: Path = tmp_path_factory.mktemp("llama") / "endless.gguf"
    make_model(path, endless=True, window=32768)
    with serving(path, ctx=32768) as server:
        yield server


@pytest.fixture
async def llama(endless: Llama, demo: Demo, tmp_path: Path) -> AsyncIterator[Bench]:
    """A chat whose only local server is llama.cpp, through the OpenAI protocol."""
    box = EndpointSettings(kind="openai", base_url=endless.base_url, locality=Locality.ON_DEVICE)
    config = Config(endpoints={"ollama": EndpointSettings(enabled=False), "llamacpp": box}, limits=Limits(max_output=30_000))
    async with bench(tmp_path, demo, config=config, extra={"OLLAMA_HOST": "127.0.0.1:9"}) as b:
        yield b


@pytest.mark.llama
@needs_llama
async def test_stopping_frees_the_slot_of_a_real_server(llama: Bench, endless: Llama) -> None:
    answer = llama.chat.answer(llama.session.id, "Why is the sky blue?")
    at, ended = 0.0, None
    async with answer:
        async for event in answer:
            if isinstance(event, Said) and not at:
                assert await asyncio.to_thread(endless.busy)
                at = time.monotonic()
                await answer.stop()
            if isinstance(event, Ended):
                ended = event
    while await asyncio.to_thread(endless.busy):
        assert time.monotonic() - at < 2
    assert time.monotonic() - at < 0.2
    assert ended is not None
    assert (ended.ending, ended.locality) == (Ending.STOPPED, Locality.ON_DEVICE)
    (turn,) = llama.chat.store.path(llama.session.id)
    assert turn.answer is not None
    assert turn.answer.text.strip().startswith("The")
