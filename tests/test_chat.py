"""The way of one message, through real clients, sockets and a real store."""

from __future__ import annotations

import asyncio
import hashlib
import json
from pathlib import Path

import pytest

from hybridchat.config import Config
from hybridchat.config.schema import Limits, PairSettings, Privacy
from hybridchat.conversation import Ending
from hybridchat.demo import Demo, Fault
from hybridchat.events import Asked, Decided, Ended, FellBack, HandedOver, Said, Verdict
from hybridchat.facts import Locality, Mode
from tests.support.chats import LOCAL, bench, hear

SECRETS = ("ana.ruiz@example.org", "4111 1111 1111 1111")
PRIVATE = f"repeat: write to {SECRETS[0]} about card {SECRETS[1]}"


def readable(body: bytes) -> list[str]:
    text = body.decode()
    return [s for s in SECRETS if s in text]


async def test_a_question_is_answered_on_this_machine_and_stored(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo) as b:
        heard = await b.ask("What is the capital of France?")
        assert "Paris" in heard.text
        assert [type(e) for e in heard.events[:3]] == [Asked, Decided, HandedOver]
        assert heard.ended.ending is Ending.COMPLETE
        assert heard.ended.locality is Locality.ON_DEVICE
        (turn,) = b.chat.store.path(b.session.id)
        assert turn.answer is not None
        assert turn.answer.text == heard.text
        assert turn.answer.usage.output_tokens
        assert not b.demo.openai.connections
        assert not b.demo.anthropic.connections


async def test_the_local_model_gets_the_real_text(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo) as b:
        heard = await b.ask(PRIVATE)
        assert SECRETS[0] in heard.text
        assert SECRETS[0] in b.local_question()
        assert b.chat.store.ledger.rows() == []


async def test_the_first_send_to_a_host_asks(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo) as b:
        heard = await b.ask(PRIVATE, mode=Mode.ONLY_CLOUD)
        package = heard.held.package
        assert package.remote
        assert {h.original for h in package.hidden} == set(SECRETS)
        assert not b.demo.openai.connections
        turn = b.chat.store.turn(heard.held.turn_id)
        assert turn is not None
        assert turn.ending is Ending.HELD


async def test_what_leaves_holds_no_private_value_and_the_answer_does(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo) as b:
        held = (await b.ask(PRIVATE, mode=Mode.ONLY_CLOUD)).held
        heard = await hear(b.chat.resume(held.turn_id, Verdict.ALWAYS))
        assert heard.text.strip() == PRIVATE.removeprefix("repeat: ")
        second = await b.ask(f"repeat: again {SECRETS[0]}, and new: bob@example.net", mode=Mode.ONLY_CLOUD)
        assert "bob@example.net" in second.text
        bodies = b.cloud_bodies()
        assert len(bodies) == 2
        assert [readable(body) for body in bodies] == [[], []]
        assert b"bob@example.net" not in bodies[1]
        rows = [r for r in b.chat.store.ledger.rows() if r.kind == "message"]
        assert [r.sha256 for r in rows] == [hashlib.sha256(body).hexdigest() for body in reversed(bodies)]
        assert [b.chat.store.ledger.body(r.id) for r in reversed(rows)] == bodies


async def test_sent_once_asks_again_next_time(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo) as b:
        held = (await b.ask("hello there", mode=Mode.ONLY_CLOUD)).held
        assert (await hear(b.chat.resume(held.turn_id, Verdict.SEND))).ended.ending is Ending.COMPLETE
        assert (await b.ask("and again", mode=Mode.ONLY_CLOUD)).held


async def test_staying_local_answers_here(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo) as b:
        held = (await b.ask("hello there", mode=Mode.ONLY_CLOUD)).held
        heard = await hear(b.chat.resume(held.turn_id, Verdict.LOCAL))
        assert heard.ended.locality is Locality.ON_DEVICE
        assert not b.demo.openai.connections


async def test_a_cancelled_question_is_kept_and_not_sent(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo) as b:
        held = (await b.ask("hello there", mode=Mode.ONLY_CLOUD)).held
        heard = await hear(b.chat.resume(held.turn_id, Verdict.CANCEL))
        assert heard.ended.ending is Ending.STOPPED
        (turn,) = b.chat.store.path(b.session.id)
        assert turn.question == "hello there"
        assert not b.cloud_bodies()


async def test_a_held_turn_survives_the_program(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, save=True) as b:
        held = (await b.ask("hello there", mode=Mode.ONLY_CLOUD)).held
    async with bench(tmp_path, demo, save=True) as again:
        heard = await hear(again.chat.resume(held.turn_id, Verdict.SEND))
        assert heard.ended.ending is Ending.COMPLETE
        assert heard.ended.locality is Locality.REMOTE


async def test_consent_auto_sends_without_asking(demo: Demo, tmp_path: Path) -> None:
    config = Config(pair=PairSettings(local=LOCAL), privacy=Privacy(cloud="auto"))
    async with bench(tmp_path, demo, config=config) as b:
        heard = await b.ask("hello there", mode=Mode.ONLY_CLOUD)
        assert heard.ended.ending is Ending.COMPLETE
        assert len(b.cloud_bodies()) == 1


async def test_never_to_the_cloud_is_never(demo: Demo, tmp_path: Path) -> None:
    config = Config(pair=PairSettings(local=LOCAL), privacy=Privacy(cloud="never"))
    async with bench(tmp_path, demo, config=config) as b:
        heard = await b.ask("hello there", mode=Mode.ONLY_CLOUD)
        assert heard.ended.ending is Ending.UNROUTED
        assert not b.demo.openai.connections
        assert not b.demo.anthropic.connections


async def test_asking_the_other_keeps_both_answers(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo) as b:
        first = await b.ask("What is the capital of France?")
        held = (await hear(b.chat.again(first.ended.turn_id, other=True))).held
        second = await hear(b.chat.resume(held.turn_id, Verdict.SEND))
        assert second.ended.locality is Locality.REMOTE
        (turn,) = b.chat.store.path(b.session.id)
        assert [a.locality for a in turn.attempts] == [Locality.ON_DEVICE, Locality.REMOTE]
        assert turn.answer is not None
        assert turn.answer.locality is Locality.REMOTE
        third = await b.ask("and of Spain?")
        assert third.ended.locality is Locality.ON_DEVICE


async def test_a_failing_local_model_never_crosses_to_the_cloud_without_consent(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo) as b:
        demo.ollama.fail(Fault(kind="status", status=500))
        heard = await b.ask("hello there")
        assert heard.of(FellBack)
        assert heard.held.package.locality is Locality.REMOTE
        assert not b.demo.openai.connections
        assert not b.demo.anthropic.connections


async def test_a_failing_cloud_falls_back_to_this_machine(demo: Demo, tmp_path: Path) -> None:
    config = Config(pair=PairSettings(local=LOCAL), privacy=Privacy(cloud="auto"))
    async with bench(tmp_path, demo, config=config) as b:
        for server in (demo.openai, demo.anthropic):
            server.fail(Fault(kind="status", status=500))
        heard = await b.ask("hello there", mode=Mode.PREFER_CLOUD)
        assert heard.of(FellBack)
        assert heard.ended.ending is Ending.COMPLETE
        assert heard.ended.locality is Locality.ON_DEVICE


@pytest.mark.parametrize("kind", ["cut", "truncate", "malformed", "error_event"])
async def test_text_before_a_break_is_kept_and_marked_cut(demo: Demo, tmp_path: Path, kind: str) -> None:
    async with bench(tmp_path, demo) as b:
        demo.ollama.fail(Fault(kind=kind, after=5))
        heard = await b.ask("Tell me about regular expressions")
        assert heard.ended.ending is Ending.CUT
        assert heard.ended.text
        (turn,) = b.chat.store.path(b.session.id)
        assert turn.ending is Ending.CUT
        assert turn.answer is not None
        assert turn.answer.text == heard.text != ""


async def test_stopping_keeps_the_text_and_ends_the_stream(tmp_path: Path) -> None:
    with Demo(chunks_per_second=50) as slow:
        async with bench(tmp_path, slow) as b:
            answer = b.chat.answer(b.session.id, "a very long essay")
            said, ended = "", None
            async for event in answer:
                if isinstance(event, Said):
                    said += event.text
                    if len(said) > 20:
                        await answer.stop()
                if isinstance(event, Ended):
                    ended = event
            assert ended is not None
            assert ended.ending is Ending.STOPPED
            (turn,) = b.chat.store.path(b.session.id)
            assert turn.answer is not None
            assert turn.answer.text == said
            async with asyncio.timeout(10):
                while slow.ollama.open_streams:
                    await asyncio.sleep(0.01)


async def test_a_consumer_that_goes_away_loses_nothing(tmp_path: Path) -> None:
    with Demo(chunks_per_second=50) as slow:
        async with bench(tmp_path, slow) as b:
            said = ""
            async with b.chat.answer(b.session.id, "a very long essay") as answer:
                async for event in answer:
                    if isinstance(event, Said):
                        said += event.text
                        if len(said) > 20:
                            break
            (turn,) = b.chat.store.path(b.session.id)
            assert turn.answer is not None
            assert turn.answer.text == said
            assert turn.answer.ending is Ending.CUT


async def test_a_pinned_model_that_fails_is_not_swapped(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo) as b:
        demo.ollama.fail(Fault(kind="status", status=500))
        heard = await b.ask("hello there", pin=LOCAL)
        assert heard.ended.ending is Ending.FAILED
        assert not heard.of(FellBack)
        assert not b.demo.openai.connections


async def test_an_unknown_model_names_what_there_is(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo) as b:
        with pytest.raises(LookupError, match=r"did you mean .*llama3\.2"):
            b.chat.set_pin(b.session.id, "lama3.2")


async def test_an_empty_answer_is_a_failure_and_says_so(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo) as b:
        demo.ollama.fail(Fault(kind="empty"))
        heard = await b.ask("hello there", pin=LOCAL)
        assert heard.ended.ending is Ending.FAILED
        assert "answered with nothing" in heard.ended.text


async def test_a_refusal_is_told_and_nobody_else_is_asked(demo: Demo, tmp_path: Path) -> None:
    config = Config(pair=PairSettings(local=LOCAL), privacy=Privacy(cloud="auto"))
    async with bench(tmp_path, demo, config=config) as b:
        for server in (demo.openai, demo.anthropic):
            server.fail(Fault(kind="refusal"))
        heard = await b.ask("hello there", mode=Mode.ONLY_CLOUD)
        assert heard.ended.ending is Ending.FAILED
        assert "declined" in heard.ended.text or "refused" in heard.ended.text
        assert len(b.cloud_bodies()) == 1


async def test_the_output_limit_is_said(demo: Demo, tmp_path: Path) -> None:
    config = Config(pair=PairSettings(local=LOCAL), limits=Limits(max_output=20))
    async with bench(tmp_path, demo, config=config) as b:
        heard = await b.ask("a very long essay")
        assert heard.ended.ending is Ending.COMPLETE
        assert heard.ended.error == "length"
        assert any("output limit" in note for note in heard.ended.notes)


async def test_a_preview_mints_nothing_and_contacts_nobody(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo) as b:
        before = sum(s.connections for s in demo.servers)
        preview = await b.chat.preview(b.session.id, PRIVATE, mode=Mode.ONLY_CLOUD)
        assert preview.asks
        assert sum(preview.hidden.values()) == 2
        assert b.chat.store.placeholders(b.session.id) == []
        assert sum(s.connections for s in demo.servers) == before
        held = (await b.ask("repeat: zoe@example.org", mode=Mode.ONLY_CLOUD)).held
        assert held.package.hidden[0].placeholder.endswith("_1>")


async def test_a_dead_local_server_and_no_cloud_is_said_with_the_fix(demo: Demo, tmp_path: Path) -> None:
    demo.ollama.pause()
    extra = {"OPENAI_API_KEY": "", "ANTHROPIC_API_KEY": ""}
    async with bench(tmp_path, demo, extra=extra) as b:
        heard = await b.ask("hello there")
        assert heard.ended.ending is Ending.UNROUTED
        assert "Start Ollama" in heard.ended.text or "ollama" in heard.ended.text.lower()
        (turn,) = b.chat.store.path(b.session.id)
        assert turn.question == "hello there"


async def test_history_that_does_not_fit_is_left_out_by_whole_turns_and_said(demo: Demo, tmp_path: Path) -> None:
    from hybridchat.config.schema import ModelSettings

    config = Config(
        pair=PairSettings(local=LOCAL), limits=Limits(max_output=256, reserve=256), models={LOCAL: ModelSettings(window=1024)}
    )
    async with bench(tmp_path, demo, config=config) as b:
        for number in range(4):
            await b.ask(f"repeat: turn {number} " + "lorem ipsum dolor sit amet " * 30)
        heard = await b.ask("repeat: last")
        (over,) = [e for e in heard.events if isinstance(e, HandedOver)]
        assert over.turns_left_out > 0
        (told,) = [note for note in heard.ended.notes if "context trimmed" in note]
        answer = b.chat.store.path(b.session.id)[-1].answer
        assert answer is not None
        assert told in answer.note, "it is said beside the stored answer, too"
        last = [r for r in demo.ollama.requests if r.path == "/api/chat"][-1]
        assert not [m for m in json.loads(last.body)["messages"] if m["role"] != "system" and "turn 0" in m["content"]]


async def test_a_reply_from_elsewhere_makes_the_model_remote(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo) as b:
        listed = {m.id: m.locality for m in b.chat.models()}
        assert listed[LOCAL] is Locality.ON_DEVICE
        assert listed["ollama:gpt-oss:120b-cloud"] is Locality.REMOTE
        heard = await b.ask("hello", pin="ollama:gpt-oss:120b-cloud", mode=Mode.ONLY_LOCAL)
        assert heard.ended.ending is Ending.UNROUTED


async def test_an_ollama_cloud_model_is_a_way_out_of_this_machine(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo) as b:
        held = (await b.ask(PRIVATE, pin="ollama:gpt-oss:120b-cloud")).held
        assert held.package.host == "ollama.com"
        heard = await hear(b.chat.resume(held.turn_id, Verdict.SEND))
        assert SECRETS[0] in heard.text
        (body,) = [r.body for r in demo.ollama.requests if r.path == "/api/chat"]
        assert readable(body) == []
        (row,) = [r for r in b.chat.store.ledger.rows() if r.kind == "message"]
        assert row.sha256 == hashlib.sha256(body).hexdigest()


async def test_the_other_side_of_a_cloud_answer_is_this_machine(demo: Demo, tmp_path: Path) -> None:
    config = Config(pair=PairSettings(local=LOCAL), privacy=Privacy(cloud="auto"))
    async with bench(tmp_path, demo, config=config) as b:
        b.chat.set_mode(b.session.id, Mode.ONLY_CLOUD)
        first = await b.ask("hello there")
        assert first.ended.locality is Locality.REMOTE
        second = await hear(b.chat.again(first.ended.turn_id, other=True))
        assert second.ended.locality is Locality.ON_DEVICE


async def test_local_only_has_no_other_side(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo) as b:
        b.chat.set_mode(b.session.id, Mode.ONLY_LOCAL)
        first = await b.ask("hello there")
        second = await hear(b.chat.again(first.ended.turn_id, other=True))
        assert second.ended.ending is Ending.UNROUTED
        assert "LOCAL ONLY" in second.ended.text
        assert not demo.openai.connections
        assert not demo.anthropic.connections


async def test_the_card_says_which_rule_hid_a_value(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo) as b:
        held = (await b.ask(PRIVATE, mode=Mode.ONLY_CLOUD)).held
        assert all(item.new for item in held.package.hidden)
        assert not [item for item in held.package.hidden if "before" in item.reason]
        await hear(b.chat.resume(held.turn_id, Verdict.SEND))
        again = (await b.ask(f"and {SECRETS[0]}", mode=Mode.ONLY_CLOUD)).held
        assert not any(item.new for item in again.package.hidden)
