"""Without the network: what is asked, what waits, what is kept for later, and that nothing is lost. Over loopback servers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from hybridchat.answer import Answer
from hybridchat.config import Config
from hybridchat.config.schema import ModelSettings, PairSettings, Privacy, RuleConditions, RuleSettings
from hybridchat.conversation import Ending
from hybridchat.crew import Patience
from hybridchat.demo import Demo, Fault
from hybridchat.earlier import ANOTHER
from hybridchat.events import Decided, Ended, Event, FellBack, HandedOver, Held, Offered, Verdict, Waiting
from hybridchat.facts import ConnectivityState, Locality, Mode
from hybridchat.providers.ollama_start import command as start_ollama
from hybridchat.render.offline import GO_ON
from tests.support.chats import LOCAL, Bench, Heard, bench, hear

OPENAI = "openai:gpt-6.1-terra"
AUTO = Config(pair=PairSettings(local=LOCAL, cloud=OPENAI), privacy=Privacy(cloud="auto"))
ASK = Config(pair=PairSettings(local=LOCAL, cloud=OPENAI))
EASY = "hello there"
HARD = (
    "Prove that for every prime p > 3 the number p^2 - 1 is divisible by 24, then derive step by step a closed form for the sum "
    "of the first n cubes, compare both proofs, and give the complexity of an algorithm that verifies them under these "
    "constraints: no recursion, O(log n) memory, exact integer arithmetic."
)


def hasten(b: Bench) -> None:
    """Tries again at once; and waits for the first scan of a process, which on a busy machine comes late, so that it would
    count as private."""
    b.chat._crew.patience = replace(Patience(), retry=0.01, network=0.05, scan=30.0)


def down(b: Bench) -> None:
    """The network goes away, and the gauges have seen it."""
    hasten(b)
    b.demo.conditions.offline = True
    agent = b.chat.world.connectivity
    assert agent is not None
    agent.record(host(b), ok=False)
    # a probe that was under way may still have got through
    while agent.links[host(b)].state is not ConnectivityState.DISCONNECTED:
        agent.record(host(b), ok=False)


def up(b: Bench) -> None:
    b.demo.conditions.offline = False
    agent = b.chat.world.connectivity
    assert agent is not None
    agent.record(host(b), ok=True)


def host(b: Bench) -> str:
    return b.chat.world.find(OPENAI).host


def offered(heard: Heard) -> Offered:
    (found,) = heard.of(Offered)
    assert isinstance(found, Offered)
    return found


async def events_until(answer: AsyncIterator[Event], kind: type[Event]) -> list[Event]:
    found: list[Event] = []
    async for event in answer:
        found.append(event)
        if isinstance(event, kind):
            break
    return found


# -- the choice --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("config", [AUTO, ASK], ids=["auto", "ask"])
async def test_a_hard_question_without_the_network_says_why_and_asks(config: Config, demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=config, samplers=True) as b:
        down(b)
        told = offered(await b.ask(HARD))
        assert told.model_id == OPENAI
        assert told.here == LOCAL
        assert told.doubt.startswith("may be hard: ")
        assert told.why
        answered = await hear(b.chat.resume(told.turn_id, Verdict.LOCAL))
        assert (answered.ended.ending, answered.ended.locality) == (Ending.COMPLETE, Locality.ON_DEVICE)
        assert not b.cloud_bodies()


@pytest.mark.parametrize("mode", [None, Mode.PREFER_CLOUD])
async def test_easy_questions_are_not_held_up(mode: Mode | None, demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=AUTO, samplers=True) as b:
        down(b)
        heard = await b.ask(EASY, mode=mode)
        assert not heard.of(Offered)
        assert (heard.ended.ending, heard.ended.locality) == (Ending.COMPLETE, Locality.ON_DEVICE)


async def test_an_easy_question_whose_cloud_turns_out_gone_is_answered_here(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=AUTO) as b:
        hasten(b)
        demo.conditions.offline = True
        heard = await b.ask(EASY, mode=Mode.PREFER_CLOUD)
        assert heard.of(FellBack)
        assert heard.ended.locality is Locality.ON_DEVICE


async def test_a_hard_question_whose_cloud_turns_out_gone_asks(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=AUTO) as b:
        hasten(b)
        demo.conditions.offline = True
        heard = await b.ask(HARD)
        assert offered(heard).model_id == OPENAI
        assert "no connection" in offered(heard).why


async def test_a_model_held_by_hand_asks_instead_of_failing_and_here_is_for_once(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=AUTO) as b:
        hasten(b)
        b.chat.set_pin(b.session.id, OPENAI)
        demo.conditions.offline = True
        told = offered(await b.ask(EASY))
        assert (told.model_id, told.here, told.doubt) == (OPENAI, LOCAL, "")
        here = await hear(b.chat.resume(told.turn_id, Verdict.LOCAL))
        assert here.ended.model_id == LOCAL
        demo.conditions.offline = False
        assert (await b.ask("and now?")).ended.model_id == OPENAI


async def test_cloud_only_asks_too_and_local_only_never_does(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=AUTO, samplers=True) as b:
        down(b)
        assert offered(await b.ask(EASY, mode=Mode.ONLY_CLOUD)).here == LOCAL
        heard = await b.ask(HARD, mode=Mode.ONLY_LOCAL)
        assert heard.ended.ending is Ending.COMPLETE


async def test_a_secret_is_answered_here_without_a_choice(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=ASK, samplers=True) as b:
        down(b)
        heard = await b.ask(f"{HARD} The key is sk-proj-9aB3xY7zQ1mN5kL8pR2tV6wE4uI0oA3sD5fG7hJ9")
        assert not heard.of(Offered)
        assert heard.ended.locality is Locality.ON_DEVICE


async def test_programs_and_one_shot_questions_are_not_asked(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=AUTO, samplers=True) as b:
        down(b)
        session = b.chat.store.new_session("api")
        heard = await hear(b.chat.answer(session.id, HARD))
        assert (heard.ended.ending, heard.ended.locality) == (Ending.COMPLETE, Locality.ON_DEVICE)
        held = await hear(b.chat.answer(session.id, EASY, pin=OPENAI))
        assert held.ended.ending is Ending.UNROUTED


async def test_not_sending_keeps_the_question(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=AUTO, samplers=True) as b:
        down(b)
        told = offered(await b.ask(HARD))
        ended = (await hear(b.chat.resume(told.turn_id, Verdict.CANCEL))).ended
        turn = b.chat.store.turn(told.turn_id)
        assert ended.ending is Ending.STOPPED
        assert turn is not None
        assert (turn.question, turn.ending) == (HARD, Ending.STOPPED)


# -- waiting -----------------------------------------------------------------------------------------------------------


async def test_what_waits_stays_here_once_local_only_is_held_for_it_also_when_another_conversation_is_looked_at(
    demo: Demo, tmp_path: Path
) -> None:
    async with bench(tmp_path, demo, config=AUTO, samplers=True) as b:
        down(b)
        told = offered(await b.ask(HARD))
        answer = b.chat.resume(told.turn_id, Verdict.WAIT)
        await events_until(answer, Waiting)
        b.chat.set_mode(b.session.id, Mode.ONLY_LOCAL)
        b.chat.opened(b.chat.store.new_session())
        up(b)
        heard = await hear(answer)
        assert (heard.ended.ending, heard.ended.locality) != (Ending.COMPLETE, Locality.REMOTE)
        assert not b.cloud_bodies()


async def test_a_turn_that_waits_ends_with_a_sentence_once_local_only_is_held_though_the_network_stays_away(
    demo: Demo, tmp_path: Path
) -> None:
    async with bench(tmp_path, demo, config=AUTO, samplers=True) as b:
        down(b)
        told = offered(await b.ask(HARD))
        answer = b.chat.resume(told.turn_id, Verdict.WAIT)
        await events_until(answer, Waiting)
        b.chat.set_mode(b.session.id, Mode.ONLY_LOCAL)
        async with asyncio.timeout(10):
            ended = (await hear(answer)).ended
        assert ended.ending is Ending.UNROUTED
        assert "LOCAL ONLY is on" in ended.text
        turn = b.chat.store.turn(told.turn_id)
        assert turn is not None
        assert (turn.question, turn.ending) == (HARD, Ending.UNROUTED)


async def test_waiting_goes_on_when_the_network_is_back(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=AUTO, samplers=True) as b:
        hasten(b)
        down(b)
        told = offered(await b.ask(HARD))
        answer = b.chat.resume(told.turn_id, Verdict.WAIT)
        (waiting,) = await events_until(answer, Waiting)
        assert isinstance(waiting, Waiting)
        assert (waiting.model_id, waiting.host) == (OPENAI, host(b))
        assert not b.cloud_bodies()
        up(b)
        heard = await hear(answer)
        assert (heard.ended.ending, heard.ended.model_id) == (Ending.COMPLETE, OPENAI)
        turn = b.chat.store.turn(told.turn_id)
        assert turn is not None
        assert turn.ending is Ending.COMPLETE


async def test_waiting_can_be_stopped_and_the_question_is_kept(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=AUTO, samplers=True) as b:
        down(b)
        told = offered(await b.ask(HARD))
        answer = b.chat.resume(told.turn_id, Verdict.WAIT)
        await events_until(answer, Waiting)
        await answer.stop()
        assert (await hear(answer)).ended.ending is Ending.STOPPED
        turn = b.chat.store.turn(told.turn_id)
        assert turn is not None
        assert turn.question == HARD


async def test_who_waits_is_not_asked_again_while_it_still_does_not_work(demo: Demo, tmp_path: Path) -> None:
    """Without gauges the request itself finds out, time and again."""
    async with bench(tmp_path, demo, config=AUTO) as b:
        hasten(b)
        demo.conditions.offline = True
        told = offered(await b.ask(HARD))
        answer = b.chat.resume(told.turn_id, Verdict.WAIT)
        seen: list[Event] = []
        async for event in answer:
            seen.append(event)
            if sum(isinstance(e, Waiting) for e in seen) == 3:
                demo.conditions.offline = False
        assert not [e for e in seen if isinstance(e, Offered)]
        (ended,) = [e for e in seen if isinstance(e, Ended)]
        assert (ended.ending, ended.model_id) == (Ending.COMPLETE, OPENAI)


async def test_a_wait_still_asks_for_consent(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=ASK, samplers=True) as b:
        down(b)
        told = offered(await b.ask(HARD))
        answer = b.chat.resume(told.turn_id, Verdict.WAIT)
        await events_until(answer, Waiting)
        up(b)
        assert (await hear(answer)).of(Held)
        assert not b.cloud_bodies()


# -- the queue ---------------------------------------------------------------------------------------------------------


async def queue(b: Bench, text: str = HARD) -> str:
    told = offered(await b.ask(text))
    ended = (await hear(b.chat.resume(told.turn_id, Verdict.QUEUE))).ended
    assert ended.ending is Ending.QUEUED
    return told.turn_id


async def test_a_queued_question_lets_the_conversation_go_on_and_is_answered_in_its_place(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=AUTO, samplers=True) as b:
        down(b)
        turn_id = await queue(b)
        await b.ask(EASY)
        assert [t.id for t in b.chat.store.queued()] == [turn_id]
        up(b)
        heard = await hear(b.chat.resume(turn_id, Verdict.SEND))
        assert heard.ended.model_id == OPENAI
        assert not b.chat.store.queued()
        first, second = b.chat.store.path(b.session.id)
        assert first.answer is not None
        assert (first.question, first.answer.model_id) == (HARD, OPENAI)
        assert second.question == EASY


async def test_queued_questions_survive_a_restart_can_be_reworded_and_go_out_in_order(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=AUTO, samplers=True, save=True) as b:
        down(b)
        await queue(b)
        await queue(b, f"Again: {HARD}")
    demo.conditions.offline = False
    async with bench(tmp_path, demo, config=AUTO, save=True) as b:
        first, second = b.chat.store.queued()
        b.chat.store.edit_question(second.id, "Reworded: prove it.")
        for turn in (first, second):
            heard = await hear(b.chat.resume(turn.id, Verdict.SEND))
            assert heard.ended.model_id == OPENAI
        bodies = b.cloud_bodies()
        assert [b"Reworded" in body for body in bodies] == [False, True]


async def test_a_question_kept_after_a_refused_connection_can_be_reworded(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=AUTO) as b:
        hasten(b)
        demo.conditions.offline = True
        turn_id = await queue(b)
        b.chat.store.edit_question(turn_id, "Shorter.")
        (turn,) = b.chat.store.queued()
        assert turn.question == "Shorter."


async def test_sending_from_the_queue_asks_for_consent_and_not_sending_leaves_it_there(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=ASK, samplers=True) as b:
        down(b)
        turn_id = await queue(b)
        up(b)
        assert (await hear(b.chat.resume(turn_id, Verdict.SEND))).of(Held)
        assert not b.cloud_bodies()
        ended = (await hear(b.chat.resume(turn_id, Verdict.CANCEL))).ended
        assert "stays in the queue" in ended.text
        assert [t.id for t in b.chat.store.queued()] == [turn_id]


async def test_what_waits_for_consent_from_the_queue_is_in_it_again_after_a_crash(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=ASK, samplers=True, save=True) as b:
        down(b)
        turn_id = await queue(b)
        up(b)
        assert (await hear(b.chat.resume(turn_id, Verdict.SEND))).of(Held)
        b.chat.store.flush()
        # what the disk has is all that a process that starts after a crash finds
        async with bench(tmp_path, demo, config=ASK, save=True) as after:
            assert [t.id for t in after.chat.store.queued()] == [turn_id]
        sent = await hear(b.chat.resume(turn_id, Verdict.SEND))
        assert sent.ended.model_id == OPENAI
        assert not b.chat.store.queued()


@pytest.mark.parametrize("mode", [None, Mode.ONLY_LOCAL])
async def test_what_could_not_be_answered_stays_in_the_queue(mode: Mode | None, demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=AUTO, samplers=True) as b:
        hasten(b)
        down(b)
        turn_id = await queue(b)
        up(b)
        if mode is not None:
            b.chat.set_mode(b.session.id, mode)
        else:
            for server in demo.servers:
                server.fail(Fault(kind="status", status=500))
        ended = (await hear(b.chat.resume(turn_id, Verdict.SEND))).ended
        assert ended.ending in {Ending.FAILED, Ending.UNROUTED}
        assert "it stays in the queue" in ended.notes
        assert [t.id for t in b.chat.store.queued()] == [turn_id]


@pytest.mark.parametrize("restart", [False, True])
@pytest.mark.parametrize("verdict", [Verdict.SEND, Verdict.ALWAYS])
async def test_sending_what_was_only_offered_is_no_consent(verdict: Verdict, restart: bool, demo: Demo, tmp_path: Path) -> None:
    """What was asked was how to go on without the network: no package was shown."""
    async with bench(tmp_path, demo, config=ASK, samplers=True, save=True) as b:
        down(b)
        told = offered(await b.ask(HARD))
        if not restart:
            up(b)
            heard = await hear(b.chat.resume(told.turn_id, verdict))
            assert heard.held.package.host == host(b)
            assert not b.chat.store.allowed(b.session.id)
    if restart:
        demo.conditions.offline = False
        async with bench(tmp_path, demo, config=ASK, save=True) as b:
            assert (await hear(b.chat.resume(told.turn_id, verdict))).held.package.host == host(b)
            turn = b.chat.store.turn(told.turn_id)
            assert turn is not None
            assert not b.chat.store.allowed(turn.session_id)
    assert not b.cloud_bodies()


async def test_an_offer_survives_the_program(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=AUTO, samplers=True, save=True) as b:
        down(b)
        told = offered(await b.ask(HARD))
    async with bench(tmp_path, demo, config=AUTO, samplers=True, save=True) as b:
        down(b)
        answer = b.chat.resume(told.turn_id, Verdict.WAIT)
        await events_until(answer, Waiting)
        up(b)
        assert (await hear(answer)).ended.model_id == OPENAI


# -- lost in the middle, and back --------------------------------------------------------------------------------------


async def test_lost_between_messages_is_answered_here_with_the_real_text(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=AUTO, samplers=True) as b:
        first = await b.ask("repeat: write to ana@post.example", pin=OPENAI)
        assert first.ended.model_id == OPENAI
        assert b"ana@post.example" not in b"".join(b.cloud_bodies())
        down(b)
        heard = await b.ask("hello again")
        assert heard.ended.model_id == LOCAL
        (over,) = heard.of(HandedOver)
        assert isinstance(over, HandedOver)
        assert (over.moved, over.turns) == (True, 2)
        assert b"ana@post.example" in demo.ollama.requests[-1].body or any(
            b"ana@post.example" in r.body for r in demo.ollama.requests if r.path == "/api/chat"
        )


async def test_back_online_the_conversation_stays_two_answers_then_goes_back(demo: Demo, tmp_path: Path) -> None:
    """And a minute without a failed try: `tests/routing/test_offline.py` has the clock for that."""
    async with bench(tmp_path, demo, config=AUTO) as b:
        hasten(b)
        assert (await b.ask(HARD)).ended.model_id == OPENAI
        demo.conditions.offline = True
        lost = offered(await b.ask(HARD))
        assert (await hear(b.chat.resume(lost.turn_id, Verdict.LOCAL))).ended.model_id == LOCAL
        demo.conditions.offline = False
        told = [await b.ask(HARD) for _ in range(2)]
        assert [heard.ended.model_id for heard in told] == [LOCAL, OPENAI]
        (first, *_) = told[0].of(Decided)
        assert isinstance(first, Decided)
        assert "only just back" in first.decision.reason


async def test_an_answer_lost_in_the_middle_is_kept_and_gone_on_with_here(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=AUTO) as b:
        demo.openai.fail(Fault(kind="cut", after=3))
        question = "repeat: write to ana@post.example about the house by the sea"
        cut = await b.ask(question, pin=OPENAI)
        assert (cut.ended.ending, cut.ended.locality) == (Ending.CUT, Locality.REMOTE)
        assert cut.text
        on = await b.ask(GO_ON, mode=Mode.ONLY_LOCAL)
        assert (on.ended.ending, on.ended.model_id) == (Ending.COMPLETE, LOCAL)
        asked = [json.loads(r.body) for r in demo.ollama.requests if r.path == "/api/chat" and r.body]
        messages = [m["content"] for m in asked[-1]["messages"]]
        assert messages == [ANOTHER, question, cut.text, GO_ON]
        first, second = b.chat.store.path(b.session.id)
        assert second.parent_id == first.id


# -- one after the other -----------------------------------------------------------------------------------------------

OTHER_LOCAL, ANTHROPIC = "ollama:qwen2.5-coder:7b", "anthropic:claude-haiku-5-5"


def named(config: Config, *ids: str) -> Config:
    """With these models among the router's, too."""
    return msgspec.structs.replace(config, models={model_id: ModelSettings() for model_id in ids})


async def test_a_local_model_that_fails_is_followed_by_another_one_here(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=named(AUTO, OTHER_LOCAL)) as b:
        hasten(b)
        others = {m.id for m in b.chat.snapshot().models if m.on_device} - {LOCAL}
        assert others
        demo.ollama.fail(Fault(kind="status", status=500, times=2))
        heard = await b.ask(EASY)
        (fell,) = heard.of(FellBack)
        assert isinstance(fell, FellBack)
        assert (fell.from_model, fell.to_model in others) == (LOCAL, True)
        assert heard.ended.ending is Ending.COMPLETE
        assert not b.cloud_bodies()


async def test_with_none_left_here_the_cloud_is_asked_about_first(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=ASK) as b:
        hasten(b)
        demo.ollama.fail(Fault(kind="status", status=500))
        heard = await b.ask(EASY)
        assert heard.of(FellBack)
        assert heard.held.package.model_id == OPENAI
        assert not b.cloud_bodies()


async def test_a_cloud_that_is_gone_is_followed_by_another_cloud_and_then_by_this_machine(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=named(AUTO, OPENAI, ANTHROPIC)) as b:
        hasten(b)
        there = {"openai": demo.openai, "anthropic": demo.anthropic}
        first = (await b.ask(EASY, mode=Mode.PREFER_CLOUD)).ended.model_id
        assert first is not None
        gone = first.partition(":")[0]
        there.pop(gone)
        getattr(demo, gone).pause()
        (second,) = there
        assert ((await b.ask(EASY, mode=Mode.PREFER_CLOUD)).ended.model_id or "").startswith(second)
        demo.conditions.offline = True
        assert (await b.ask("hi", mode=Mode.PREFER_CLOUD)).ended.model_id == LOCAL


async def test_nothing_left_names_the_cheapest_way_out(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=AUTO) as b:
        hasten(b)
        demo.ollama.pause()
        demo.conditions.offline = True
        b.chat.set_mode(b.session.id, Mode.ONLY_LOCAL)
        heard = await b.ask(EASY)
        assert heard.ended.ending in {Ending.FAILED, Ending.UNROUTED}
        assert start_ollama() in heard.ended.text


async def test_with_nobody_left_anywhere_it_can_still_be_kept_or_waited_for(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=AUTO) as b:
        hasten(b)
        demo.ollama.pause()
        demo.conditions.offline = True
        told = offered(await b.ask(EASY))
        assert told.here is None
        assert (await hear(b.chat.resume(told.turn_id, Verdict.QUEUE))).ended.ending is Ending.QUEUED


async def test_closing_while_a_turn_waits_keeps_it(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=AUTO, samplers=True, save=True) as b:
        down(b)
        told = offered(await b.ask(HARD))
        answer: Answer = b.chat.resume(told.turn_id, Verdict.WAIT)
        task = asyncio.create_task(hear(answer))
        await asyncio.sleep(0)
    await asyncio.wait({task})
    async with bench(tmp_path, demo, config=AUTO, save=True) as b:
        turn = b.chat.store.turn(told.turn_id)
        assert turn is not None
        assert turn.question == HARD
        assert turn.ending in {Ending.STOPPED, Ending.CUT, Ending.HELD}


async def test_of_two_windows_that_send_what_waits_only_one_does(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=AUTO, save=True) as one, bench(tmp_path, demo, config=AUTO, save=True) as two:
        hasten(one)
        hasten(two)
        turn = await one.chat.store.ask(one.session.id, EASY, parent_id=None, ending=Ending.QUEUED)
        answers = [hear(b.chat.resume(turn.id, Verdict.SEND)) for b in (one, two)]
        told = await asyncio.gather(*answers, return_exceptions=True)
        assert [type(t) for t in told if not isinstance(t, Heard)] == [LookupError]
        assert len(one.cloud_bodies()) == 1
        assert two.chat.store.flush()
        found = one.chat.store.turn(turn.id)
        assert found is not None
        assert (found.ending, len(found.attempts)) == (Ending.COMPLETE, 1)


async def test_a_question_reworded_while_it_waits_is_decided_anew(demo: Demo, tmp_path: Path) -> None:
    """Its new words may fall under a rule that keeps them here; whom the old ones waited for says nothing of them."""
    rule = RuleSettings(name="pay", use="only_local", when=RuleConditions(words=["salary"]))
    async with bench(tmp_path, demo, config=msgspec.structs.replace(AUTO, rule=[rule]), samplers=True) as b:
        down(b)
        told = offered(await b.ask(HARD))
        await hear(b.chat.resume(told.turn_id, Verdict.QUEUE))
        b.chat.store.edit_question(told.turn_id, f"{HARD} And my salary?")
        up(b)
        heard = await hear(b.chat.resume(told.turn_id, Verdict.SEND))
        assert (heard.ended.ending, heard.ended.locality) == (Ending.COMPLETE, Locality.ON_DEVICE)
        assert not b.cloud_bodies()
