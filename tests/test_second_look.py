"""After a local answer: doubts are told, and the other side is offered, or asked where that was allowed. Over real clients."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from hybridchat.config import Config
from hybridchat.config.schema import (
    EndpointSettings,
    Limits,
    ModelSettings,
    PairSettings,
    PriceSettings,
    Privacy,
    Routing,
    StrategySettings,
)
from hybridchat.conversation import Ending
from hybridchat.demo import Demo, Fault
from hybridchat.events import Decided, Ended, HandedOver, Said, SecondLook, Verdict
from hybridchat.facts import Device, Locality, Mode, ResourceState, Snapshot
from hybridchat.render import words
from hybridchat.tui.thread import Kind, Thread
from tests.cli.run import inside
from tests.support.chats import LOCAL, Bench, bench, environment, hear
from tests.support.faultserver import FaultServer, Reply, http, ndjson, stream
from tests.support.llama import make_model, needs_llama, serving

OPENAI = "openai:gpt-6.1-terra"
REFUSAL = "repeat: I'm sorry, but as an AI language model I cannot help with that."
FINE = "repeat: The harbour lies on the north side of the bay, behind the old lighthouse, and boats leave every hour."


def config(second_look: str | None = None, cloud: str = "ask", **more: object) -> Config:
    # an easy message: what is told of its answer must not come from its difficulty
    routing = Routing(second_look=second_look, hard_from=0.9)  # type: ignore[arg-type]  # one of its three words, from a test's table
    return Config(pair=PairSettings(local=LOCAL, cloud=OPENAI), privacy=Privacy(cloud=cloud), routing=routing, **more)  # type: ignore[arg-type]


async def test_a_doubtful_answer_says_why_and_whom_to_ask_and_nothing_leaves(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=config()) as b:
        heard = await b.ask(REFUSAL)
        ended = heard.ended
        assert (ended.ending, ended.locality) == (Ending.COMPLETE, Locality.ON_DEVICE)
        assert ended.doubt[0] == "it refuses or does not know"
        assert ended.other == OPENAI
        assert any(note.startswith("worth a second look: it refuses or does not know") for note in ended.notes)
        assert words.notes(ended, "^o")[-1].endswith(" · ^o asks gpt-6.1-terra")
        assert not heard.of(SecondLook)
        assert not demo.openai.connections
        (turn,) = b.chat.store.path(b.session.id)
        assert turn.answer is not None
        assert "worth a second look" in turn.answer.note


async def test_the_other_one_then_is_the_model_that_was_named(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=config()) as b:
        heard = await b.ask(REFUSAL)
        other = await hear(b.chat.again(heard.ended.turn_id, other=True))
        assert other.held.package.model_id == heard.ended.other


async def test_an_answer_that_is_fine_is_left_alone(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=config("auto", "auto")) as b:
        heard = await b.ask(FINE)
        assert (heard.ended.doubt, heard.ended.other, heard.ended.notes) == ((), None, ())
        assert not demo.openai.connections


async def test_with_consent_auto_asks_by_itself_and_both_answers_are_kept(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=config("auto", "auto")) as b:
        heard = await b.ask(REFUSAL)
        (look,) = heard.of(SecondLook)
        assert isinstance(look, SecondLook)
        assert (look.from_model, look.to_model) == (LOCAL, OPENAI)
        assert words.second_look(look).endswith("→ asking gpt-6.1-terra")
        assert (heard.ended.ending, heard.ended.locality) == (Ending.COMPLETE, Locality.REMOTE)
        assert heard.ended.other is None
        first, second = heard.of(Decided)
        assert isinstance(first, Decided)
        assert isinstance(second, Decided)
        assert second.decision.rule == "second_look"
        assert "worth a second look" in second.decision.reason
        assert len({e.attempt_id for e in heard.of(HandedOver) if isinstance(e, HandedOver)}) == 2
        (turn,) = b.chat.store.path(b.session.id)
        assert [a.locality for a in turn.attempts] == [Locality.ON_DEVICE, Locality.REMOTE]
        assert all(a.text for a in turn.attempts)
        assert turn.answer is not None
        assert turn.answer.locality is Locality.REMOTE
        record = b.chat.decision(turn.id)
        assert record is not None
        assert record.rule == "second_look"


async def test_what_it_sends_by_itself_holds_no_private_value(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=config("auto", "auto")) as b:
        heard = await b.ask(f"{REFUSAL} Write to ana.ruiz@example.org instead.")
        assert heard.of(SecondLook)
        (body,) = b.cloud_bodies()
        assert b"ana.ruiz" not in body
        assert len([r for r in b.chat.store.ledger.rows() if r.kind == "message"]) == 1


async def test_local_only_held_while_the_first_answer_comes_holds_for_the_second_look(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=config("auto", "auto")) as b:
        answer = b.chat.answer(b.session.id, REFUSAL)
        async for event in answer:
            if isinstance(event, Said):
                break
        b.chat.set_mode(b.session.id, Mode.ONLY_LOCAL)
        b.chat.opened(b.chat.store.new_session())
        heard = await hear(answer)
        assert (heard.ended.ending, heard.ended.locality) == (Ending.COMPLETE, Locality.ON_DEVICE)
        assert not heard.of(SecondLook)
        assert not demo.openai.connections


async def test_local_only_held_meanwhile_holds_for_the_model_that_would_step_in(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=config("off", "auto")) as b:
        demo.ollama.fail(Fault(kind="status", status=500))
        answer = b.chat.answer(b.session.id, "hello there")
        async for event in answer:
            if isinstance(event, HandedOver):
                break
        b.chat.set_mode(b.session.id, Mode.ONLY_LOCAL)
        b.chat.opened(b.chat.store.new_session())
        heard = await hear(answer)
        assert heard.ended.ending is Ending.FAILED
        assert not demo.openai.connections


async def test_without_consent_auto_only_offers(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=config("auto", "ask")) as b:
        heard = await b.ask(REFUSAL)
        assert (heard.ended.locality, heard.ended.other) == (Locality.ON_DEVICE, OPENAI)
        assert not heard.of(SecondLook)
        assert not demo.openai.connections


async def test_a_host_allowed_for_the_session_is_consent(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=config("auto", "ask")) as b:
        held = (await b.ask("hello there", mode=Mode.ONLY_CLOUD)).held
        await hear(b.chat.resume(held.turn_id, Verdict.ALWAYS))
        heard = await b.ask(REFUSAL, mode=Mode.PREFER_LOCAL)
        assert not heard.of(SecondLook), "this machine was asked for by hand"
        b.chat.set_mode(b.session.id, None)
        heard = await b.ask(REFUSAL)
        assert heard.of(SecondLook)
        assert heard.ended.locality is Locality.REMOTE


async def test_what_was_never_left_readable_before_is_not_sent_by_itself(demo: Demo, tmp_path: Path) -> None:
    """A consent for the session holds for what was looked at; a new doubtful word makes it an offer again."""
    async with bench(tmp_path, demo, config=config("auto", "ask")) as b:
        held = (await b.ask("hello there", mode=Mode.ONLY_CLOUD)).held
        await hear(b.chat.resume(held.turn_id, Verdict.ALWAYS))
        before = len(b.cloud_bodies())
        heard = await b.ask(f"{REFUSAL} There are 7421993 beans in it.")
        assert not heard.of(SecondLook)
        assert heard.ended.other == OPENAI
        assert len(b.cloud_bodies()) == before


@pytest.mark.parametrize("mode", [Mode.ONLY_LOCAL, Mode.PREFER_LOCAL])
async def test_modes_held_by_hand_are_not_second_guessed(mode: Mode, demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=config("auto", "auto"), mode=mode) as b:
        heard = await b.ask(REFUSAL)
        assert (heard.ended.locality, heard.ended.doubt) == (Locality.ON_DEVICE, ())
        assert not demo.openai.connections


async def test_nor_is_a_model_picked_by_hand(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=config("auto", "auto")) as b:
        assert (await b.ask(REFUSAL, pin=LOCAL)).ended.doubt == ()


async def test_off_is_off(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=config("off", "auto")) as b:
        heard = await b.ask(REFUSAL)
        assert (heard.ended.doubt, heard.ended.notes) == ((), ())
        assert "logprobs" not in _asked(demo)


async def test_probabilities_are_asked_of_this_device_only(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=config("auto", "auto")) as b:
        await b.ask(REFUSAL)
        assert _asked(demo)["logprobs"] is True
        (body,) = b.cloud_bodies()
        assert b"logprob" not in body


def _asked(demo: Demo) -> dict[str, object]:
    return json.loads([r.body for r in demo.ollama.requests if r.path == "/api/chat" and r.body][-1])


async def test_a_second_look_that_fails_leaves_the_first_answer(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=config("auto", "auto")) as b:
        demo.openai.fail(Fault(kind="status", status=500))
        heard = await b.ask(REFUSAL)
        assert heard.of(SecondLook)
        assert (heard.ended.ending, heard.ended.locality) == (Ending.COMPLETE, Locality.ON_DEVICE)
        assert any(note.startswith("second look: ") for note in heard.ended.notes)
        (turn,) = b.chat.store.path(b.session.id)
        assert turn.ending is Ending.COMPLETE
        assert turn.answer is not None
        assert turn.answer.locality is Locality.ON_DEVICE
        assert [a.ending for a in turn.attempts] == [Ending.COMPLETE, Ending.FAILED]


@pytest.mark.parametrize("leave", [False, True])
async def test_stopping_a_second_look_keeps_the_first_answer(leave: bool, demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=config("auto", "auto")) as b:
        demo.openai.fail(Fault(kind="stall", after=1, seconds=30))
        answer = b.chat.answer(b.session.id, REFUSAL)
        ended, looking = None, False
        async with answer:
            async for event in answer:
                looking = looking or isinstance(event, SecondLook)
                if looking and isinstance(event, Said):
                    if leave:
                        break
                    await answer.stop()
                ended = event if isinstance(event, Ended) else ended
        assert looking
        if not leave:
            assert ended is not None
            assert (ended.ending, ended.locality) == (Ending.COMPLETE, Locality.ON_DEVICE)
        (turn,) = b.chat.store.path(b.session.id)
        assert turn.ending is Ending.COMPLETE
        assert turn.answer is not None
        assert turn.answer.locality is Locality.ON_DEVICE


async def test_a_spent_budget_keeps_it_an_offer_of_nobody(demo: Demo, tmp_path: Path) -> None:
    price = {OPENAI: ModelSettings(price=PriceSettings(input=1000.0, output=1000.0))}
    tight = config("auto", "auto", models=price, limits=Limits(daily_budget=0.01))
    async with bench(tmp_path, demo, config=tight) as b:
        heard = await b.ask(REFUSAL)
        assert heard.ended.doubt
        assert heard.ended.other is None
        assert not b.cloud_bodies()


@pytest.mark.parametrize(("held", "asks"), [(69.0, True), (71.0, False)])
async def test_with_much_of_the_budget_gone_it_is_offered_not_taken(demo: Demo, tmp_path: Path, held: float, asks: bool) -> None:
    async with bench(tmp_path, demo, config=config("auto", "auto", limits=Limits(daily_budget=100.0))) as b:
        b.chat.store.spend.reserve("elsewhere", OPENAI, held, time.time())
        heard = await b.ask(REFUSAL)
        assert bool(heard.of(SecondLook)) is asks
        assert heard.ended.other == (None if asks else OPENAI)


async def test_a_secret_stays_here_whatever_the_doubt(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=config("auto", "auto")) as b:
        key = "AKIA" + "J7Q2MZ5XKWP4TDNB"
        heard = await b.ask(f"{REFUSAL} {key} and aws_secret_access_key = wJalrXUtnFEMIK7MDENGbPxRfiCYzv8Kq2LmNtPw")
        assert heard.ended.doubt
        assert heard.ended.other is None
        assert not b.cloud_bodies()


async def test_an_answer_at_its_limit_is_not_finished(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=config(limits=Limits(max_output=6))) as b:
        heard = await b.ask("Write a very long essay")
        assert "not finished" in heard.ended.doubt


async def test_a_strategy_of_ones_own_can_say(demo: Demo, tmp_path: Path) -> None:
    mine = Config(
        strategy="mine", pair=PairSettings(local=LOCAL, cloud=OPENAI), strategies={"mine": StrategySettings(second_look="off")}
    )
    async with bench(tmp_path, demo, config=mine) as b:
        assert (await b.ask(REFUSAL)).ended.doubt == ()


# -- a second opinion of the same model -------------------------------------------------------------------------------

PENS = "A box holds 4 rows of 6 pens and 3 are lost. How many pens are left?"
IDLE = Device(state=ResourceState.AVAILABLE, on_battery=False)


def line(text: str, *, done: bool = False) -> dict[str, object]:
    told = {"model": "m", "created_at": "2026-11-01T00:00:00Z", "message": {"role": "assistant", "content": text}, "done": done}
    return {**told, **({"done_reason": "stop"} if done else {})}


def says(text: str, *, hold: bool = False) -> Reply:
    begun = stream("application/x-ndjson", json.dumps(line(text)).encode() + b"\n", hold=hold)
    return begun if hold else ndjson(line(text), line("", done=True))


def ollama(*answers: Reply) -> FaultServer:
    """An Ollama with one model that answers in this order."""
    listed = {"models": [{"name": "llama3.2:3b", "model": "llama3.2:3b", "digest": "d", "size": 1}]}
    paths = {
        "/api/tags": http(listed),
        "/api/ps": http(listed),
        "/api/version": http({"version": "0.12.6"}),
        "/api/show": http({"model_info": {}, "capabilities": ["completion"]}),
        "/api/chat": list(answers),
    }
    return FaultServer(paths=paths)


def chats(server: FaultServer) -> list[dict[str, object]]:
    return [r.json() for r in server.requests if r.path == "/api/chat"]


@asynccontextmanager
async def idle(folder: Path, demo: Demo, server: FaultServer, *, device: Device = IDLE, **more: str) -> AsyncIterator[Bench]:
    made = config(more.get("second_look", "auto"), more.get("cloud", "auto"))
    async with bench(folder, demo, config=made, extra={"OLLAMA_HOST": server.url}) as b:
        b.chat.world.stored_gauges = Snapshot(device=device)
        yield b


async def test_on_an_idle_machine_another_try_that_differs_sends_it_on(demo: Demo, tmp_path: Path) -> None:
    async with ollama(says("The answer is 21."), says("There are 27 left.")) as server, idle(tmp_path, demo, server) as b:
        heard = await b.ask(PENS)
        (look,) = heard.of(SecondLook)
        assert isinstance(look, SecondLook)
        assert look.doubt[0] == "a second try gave 27"
        decided = [e.decision for e in heard.of(Decided) if isinstance(e, Decided)]
        assert "27" not in decided[-1].reason, "a decision holds no text of anybody"
        assert heard.ended.locality is Locality.REMOTE
        first, second = chats(server)
        assert first["messages"] == second["messages"]
        assert second["options"]["temperature"] == 0.8  # type: ignore[index]
        (turn,) = b.chat.store.path(b.session.id)
        assert len(turn.attempts) == 2, "the opinion itself is no attempt"


async def test_a_second_try_that_another_host_answered_is_told_and_the_model_counts_as_remote(demo: Demo, tmp_path: Path) -> None:
    elsewhere = ndjson(line("There are 27 left."), {**line("", done=True), "remote_host": "https://ollama.com:443"})
    async with ollama(says("The answer is 21."), elsewhere) as server, idle(tmp_path, demo, server) as b:
        heard = await b.ask(PENS)
        assert len(chats(server)) == 2
        (told,) = [note for note in heard.ended.notes if note.startswith("NOT LOCAL: ")]
        assert "ollama.com" in told
        assert not b.chat.world.find(LOCAL).on_device


async def test_a_try_that_agrees_leaves_the_answer_here(demo: Demo, tmp_path: Path) -> None:
    async with ollama(says("The answer is 21."), says("21 pens.")) as server, idle(tmp_path, demo, server) as b:
        heard = await b.ask(PENS)
        assert (heard.ended.doubt, heard.ended.locality) == ((), Locality.ON_DEVICE)
        assert len(chats(server)) == 2


@pytest.mark.parametrize(
    "device",
    [
        Device(),
        Device(state=ResourceState.CONSTRAINED),
        Device(state=ResourceState.AVAILABLE, on_battery=True),
        Device(state=ResourceState.AVAILABLE, own_load=True),
    ],
)
async def test_a_machine_with_other_things_to_do_is_asked_once(device: Device, demo: Demo, tmp_path: Path) -> None:
    async with ollama(says("The answer is 21.")) as server, idle(tmp_path, demo, server, device=device) as b:
        await b.ask(PENS)
        assert len(chats(server)) == 1


async def test_open_questions_and_mere_offers_are_asked_once(demo: Demo, tmp_path: Path) -> None:
    async with ollama(says("It is nice, with a harbour on its north side and many boats.")) as server:
        async with idle(tmp_path / "a", demo, server) as b:
            await b.ask("Describe the town by the sea, please")
        async with idle(tmp_path / "b", demo, server, second_look="offer") as b:
            await b.ask(PENS)
        assert len(chats(server)) == 2


async def test_a_second_try_that_fails_says_nothing(demo: Demo, tmp_path: Path) -> None:
    async with ollama(says("The answer is 21."), http({"error": "x"}, 500)) as server, idle(tmp_path, demo, server) as b:
        heard = await b.ask(PENS)
        assert (heard.ended.ending, heard.ended.doubt) == (Ending.COMPLETE, ())


@pytest.mark.parametrize("how", ["stop", "leave", "another turn"])
async def test_nobody_waits_for_a_second_try(how: str, demo: Demo, tmp_path: Path) -> None:
    replies = says("The answer is 21."), says("The", hold=True), says("Hello, what can I do for you?")
    async with ollama(*replies) as server, idle(tmp_path, demo, server) as b:
        answer = b.chat.answer(b.session.id, PENS)
        reading = asyncio.create_task(hear(answer))
        async with asyncio.timeout(5):
            while len(chats(server)) < 2:
                await asyncio.sleep(0.005)
            if how == "stop":
                await answer.stop()
            elif how == "leave":
                reading.cancel()
            else:
                await b.ask("hello there")
            if how == "leave":
                with suppress(asyncio.CancelledError):
                    await reading
            else:
                assert (await reading).ended.ending is Ending.COMPLETE
        turn = b.chat.store.path(b.session.id)[0]
        assert turn.ending is Ending.COMPLETE
        assert turn.answer is not None
        assert (turn.answer.text, turn.answer.ending) == ("The answer is 21.", Ending.COMPLETE)


# -- how the front ends tell it ---------------------------------------------------------------------------------------


def test_ask_prints_both_answers_and_says_between_them_what_happens(demo: Demo, tmp_path: Path) -> None:
    env = environment(demo, tmp_path)
    (tmp_path / "config.toml").write_text('[privacy]\ncloud = "auto"\n[routing]\nsecond_look = "auto"\nhard_from = 0.9\n')
    done = inside("ask", REFUSAL, env=env)
    text = REFUSAL.removeprefix("repeat: ")
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode() == f"{text}\n\n{text}\n"
    assert "worth a second look: it refuses or does not know" in done.stderr.decode()
    assert "→ asking" in done.stderr.decode()
    told = json.loads(inside("ask", "--json", REFUSAL, env=env).stdout)
    assert text in json.dumps(told)
    assert f"{text}{text}" not in json.dumps(told), "the answer that counts is the second one"


def test_ask_says_a_doubt_on_stderr(demo: Demo, tmp_path: Path) -> None:
    done = inside("ask", REFUSAL, env=environment(demo, tmp_path))
    assert "worth a second look: it refuses or does not know" in done.stderr.decode()


async def test_the_transcript_ends_the_first_answer_before_the_second_begins(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=config("auto", "auto")) as b:
        heard = await b.ask(REFUSAL)
    thread = Thread()
    for event in heard.events:
        thread.apply(event)
    first, second = [block for block in thread.blocks if block.kind is Kind.ANSWER]
    assert not first.live
    assert not second.live
    assert first.text == second.text
    assert " s" in first.head, "its figures are shown"
    assert any("asking gpt-6.1-terra" in block.text for block in thread.blocks if block.kind is Kind.MARK)


async def test_the_transcript_offers_the_other_side_with_its_key_once(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=config()) as b:
        heard = await b.ask(f"{REFUSAL} {'Prove that 17 * 23 + 41 * 3 is not prime, then compute 12 of its multiples. ' * 3}")
    thread = Thread(other_key="^o")
    for event in heard.events:
        thread.apply(event)
    offers = [block.text for block in thread.blocks if "^o asks" in block.text]
    assert len(offers) == 1
    assert offers[0].startswith("▪ worth a second look: ")


@pytest.mark.llama
@needs_llama
async def test_a_real_server_gives_probabilities_that_count(demo: Demo, tmp_path: Path) -> None:
    """The model says one sentence whatever is asked, and is sure of it: only the missing number is against it."""
    path = tmp_path / "once.gguf"
    await asyncio.to_thread(make_model, path)
    with serving(path, ctx=4096) as server:
        box = EndpointSettings(kind="openai", base_url=server.base_url, locality=Locality.ON_DEVICE)
        made = Config(endpoints={"ollama": EndpointSettings(enabled=False), "llamacpp": box})
        async with bench(tmp_path, demo, config=made, extra={"OLLAMA_HOST": "127.0.0.1:9"}) as b:
            heard = await b.ask("A box holds 4 rows of 6 pens and 3 are lost. How many pens are left?")
            assert heard.ended.model_id is not None
            assert heard.ended.model_id.startswith("llamacpp:")
            assert heard.ended.doubt == ("no final number",)
