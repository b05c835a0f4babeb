"""One question to several models at once: attempts at one turn, consent for each that leaves, one answer that stands."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hybridchat.comparing import Comparison, keep, named
from hybridchat.conversation import Ending
from hybridchat.demo import Demo, Fault
from hybridchat.events import Ended, Event, Held, Said, Verdict
from hybridchat.repair import KEY
from tests.support.chats import LOCAL, Bench, bench, hear

GPT, CLAUDE = "openai:gpt-6.1-terra", "anthropic:claude-sonnet-5"
QUESTION = "repeat: write to anna@post.example"


@pytest.fixture
async def made(demo: Demo, tmp_path: Path) -> AsyncIterator[Bench]:
    async with bench(tmp_path, demo) as opened:
        yield opened


def comparison(made: Bench, *ids: str, text: str = QUESTION, turn_id: str = "") -> Comparison:
    models = [made.chat.world.find(model) for model in ids]
    return Comparison(made.chat, models, made.session.id, text, turn_id=turn_id)


def clouds(made: Bench) -> list[str]:
    found = [m.id for m in made.chat.models() if not m.on_device]
    return [next(m for m in found if m.startswith(name)) for name in ("openai:", "anthropic:")]


async def told(compared: Comparison, *verdicts: Verdict) -> list[tuple[int, Event]]:
    """All events; each question of consent is answered by the next of `verdicts`."""
    heard, answers = [], list(verdicts)
    async for n, event in compared.events():
        heard.append((n, event))
        if isinstance(event, Held):
            compared.decided(n, answers.pop(0))
    assert not answers
    return heard


def said(heard: list[tuple[int, Event]], n: int) -> str:
    return "".join(e.text for lane, e in heard if lane == n and isinstance(e, Said))


def ended(heard: list[tuple[int, Event]], n: int) -> Ended:
    return [e for lane, e in heard if lane == n and isinstance(e, Ended)][-1]


async def test_every_answer_is_an_attempt_at_one_turn_and_the_last_named_stands(made: Bench) -> None:
    gpt, claude = clouds(made)
    compared = comparison(made, LOCAL, gpt, claude)
    heard = await told(compared, Verdict.SEND, Verdict.SEND)
    assert [said(heard, n) for n in range(3)] == ["write to anna@post.example"] * 3
    compared.settle()
    (turn,) = made.chat.store.path(made.session.id)
    assert {a.model_id for a in turn.attempts} == {LOCAL, gpt, claude}
    assert turn.answer is not None
    assert (turn.answer.model_id, turn.ending) == (claude, Ending.COMPLETE)


async def test_each_remote_model_asks_and_nothing_private_leaves_for_either(made: Bench) -> None:
    gpt, claude = clouds(made)
    heard = await told(comparison(made, gpt, LOCAL, claude), Verdict.SEND, Verdict.SEND)
    held = [e.package.host for _, e in heard if isinstance(e, Held)]
    assert held == [made.chat.world.find(m).host for m in (gpt, claude)]
    assert len(made.cloud_bodies()) == 2
    assert not any(b"anna@post.example" in body for body in made.cloud_bodies())
    rows = [r for r in made.chat.store.ledger.rows() if r.kind == "message"]
    assert {r.model_id for r in rows} == {gpt, claude}
    assert sorted(b for r in rows if (b := made.chat.store.ledger.body(r.id))) == sorted(made.cloud_bodies())


@pytest.mark.parametrize("verdict", [Verdict.CANCEL, Verdict.LOCAL])
async def test_a_model_that_may_not_be_asked_is_left_out_and_the_local_answer_stands(made: Bench, verdict: Verdict) -> None:
    gpt, _ = clouds(made)
    compared = comparison(made, LOCAL, gpt)
    heard = await told(compared, verdict)
    assert ended(heard, 1).ending is Ending.STOPPED
    assert not made.cloud_bodies()
    stands = compared.settle()
    assert stands is not None
    assert stands.model_id == LOCAL
    assert [t.ending for t in made.chat.store.path(made.session.id)] == [Ending.COMPLETE]


async def test_a_local_answer_does_not_wait_for_a_consent(made: Bench) -> None:
    gpt, _ = clouds(made)
    compared = comparison(made, gpt, LOCAL)
    async for n, event in compared.events():
        if n == 1 and isinstance(event, Ended):
            assert event.ending is Ending.COMPLETE
            compared.decided(0, Verdict.CANCEL)


async def test_either_answer_can_be_kept_then_and_later(made: Bench) -> None:
    gpt, _ = clouds(made)
    compared = comparison(made, LOCAL, gpt)
    await told(compared, Verdict.ALWAYS)
    compared.settle(0)
    store = made.chat.store
    assert [t.answer.model_id for t in store.path(made.session.id) if t.answer] == [LOCAL]
    keep(store, compared.turn_id, gpt)
    assert [t.answer.model_id for t in store.path(made.session.id) if t.answer] == [gpt]
    with pytest.raises(LookupError, match="gave no answer to keep"):
        keep(store, compared.turn_id, "openai:other")
    with pytest.raises(LookupError, match="no turn"):
        keep(store, "nowhere", gpt)


async def test_the_next_question_goes_on_from_the_answer_that_was_kept(made: Bench) -> None:
    gpt, _ = clouds(made)
    compared = comparison(made, LOCAL, gpt, text="repeat: ${model}")
    await told(compared, Verdict.SEND)
    kept = compared.settle(0)
    assert kept is not None
    heard = await made.ask("and then?", pin=LOCAL)
    assert heard.ended.ending is Ending.COMPLETE
    assert kept.text.encode() in made.demo.ollama.requests[-1].body


async def test_one_that_fails_takes_no_other_along_and_never_stands(made: Bench) -> None:
    gpt, _ = clouds(made)
    made.demo.openai.fail(Fault(kind="status", status=500))
    compared = comparison(made, LOCAL, gpt)
    heard = await told(compared, Verdict.SEND)
    assert (ended(heard, 0).ending, ended(heard, 1).ending) == (Ending.COMPLETE, Ending.FAILED)
    stands = compared.settle()
    assert stands is not None
    assert stands.model_id == LOCAL


async def test_the_last_question_can_be_asked_of_all_again(made: Bench) -> None:
    gpt, _ = clouds(made)
    first = await made.ask(QUESTION, pin=LOCAL)
    await told(comparison(made, LOCAL, gpt, turn_id=first.ended.turn_id), Verdict.SEND)
    (turn,) = made.chat.store.path(made.session.id)
    assert len(turn.attempts) == 3


async def test_stopping_keeps_what_was_said_and_asks_nobody_any_more(tmp_path: Path) -> None:
    with Demo(chunks_per_second=20) as slow:
        async with bench(tmp_path, slow) as made:
            gpt, _ = clouds(made)
            compared = comparison(made, LOCAL, gpt, text="Write a very long essay about tides.")
            heard = []
            async for n, event in compared.events():
                heard.append((n, event))
                if n == 0 and isinstance(event, Said):
                    await compared.stop()
            assert ended(heard, 0).ending is Ending.STOPPED
            assert said(heard, 0)
            assert not made.cloud_bodies()


async def test_a_model_named_to_be_compared_is_no_override(made: Bench) -> None:
    gpt, _ = clouds(made)
    compared = comparison(made, LOCAL, gpt)
    await told(compared, Verdict.SEND)
    compared.settle()
    assert made.chat.store.recall(KEY) is None

    await hear(made.chat.again(compared.turn_id, pin=gpt))
    await hear(made.chat.resume(compared.turn_id, Verdict.SEND))
    assert "cloud" in (made.chat.store.recall(KEY) or ""), "the next model named by hand counts"


async def test_local_only_holds_in_a_comparison_too(made: Bench) -> None:
    from hybridchat.facts import Mode

    gpt, _ = clouds(made)
    made.chat.set_mode(made.session.id, Mode.ONLY_LOCAL)
    heard = await told(comparison(made, LOCAL, gpt))
    assert (ended(heard, 0).ending, ended(heard, 1).ending) == (Ending.COMPLETE, Ending.UNROUTED)
    assert not made.cloud_bodies()


async def test_leaving_early_ends_every_answer(tmp_path: Path) -> None:
    with Demo(chunks_per_second=20) as slow:
        async with bench(tmp_path, slow) as made:
            compared = comparison(made, LOCAL, clouds(made)[0], text="Write a very long essay about tides.")
            events = compared.events()
            async for _, event in events:
                if isinstance(event, Said):
                    break
            await asyncio.wait_for(events.aclose(), 5)
            (turn,) = made.chat.store.path(made.session.id)
            assert all(a.ending is not None for a in turn.attempts)


async def test_models_are_named_before_the_question(made: Bench) -> None:
    models = made.chat.models()
    gpt, _ = clouds(made)
    short = gpt.partition(":")[2]
    for line in (f"{LOCAL} {short} What is 2 + 2?", f"{LOCAL},{gpt} What is 2 + 2?", f"llama3.2 {short} What is 2 + 2?"):
        chosen, rest = named(line, models)
        assert ([m.id for m in chosen], rest) == ([LOCAL, gpt], "What is 2 + 2?")
    assert named("", models) == ((), "")
    for line in (LOCAL, f"{LOCAL} {LOCAL}", f"{LOCAL} nope", "o a", "What is a monad?"):
        with pytest.raises(LookupError):
            named(line, models)


async def test_a_host_that_cannot_be_reached_is_told_and_the_local_answer_stands(made: Bench) -> None:
    gpt, _ = clouds(made)
    made.demo.openai.fail(Fault(kind="refuse"))
    compared = comparison(made, LOCAL, gpt)
    heard = await told(compared, Verdict.SEND)
    assert ended(heard, 0).ending is Ending.COMPLETE
    assert ended(heard, 1).ending is Ending.FAILED
    assert "127.0.0.1" in ended(heard, 1).text
    stands = compared.settle()
    assert stands is not None
    assert stands.model_id == LOCAL
    assert not made.chat.store.queued()
