"""What conversations add up to: a question counts once, and an unknown price stays unknown."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest

from hybridchat.config import Config
from hybridchat.config.schema import ModelSettings, PairSettings, PriceSettings, Privacy
from hybridchat.conversation import Ending
from hybridchat.demo import Demo, Fault
from hybridchat.facts import Locality, Price
from hybridchat.sessions.past import Tried
from hybridchat.stats import Line, as_record, stats
from tests.support.chats import LOCAL, bench, hear

NOON = 1_700_000_000.0
DAY = 86_400.0
CLOUD = Price(1.0, 10.0)
HERE = Tried("t1", None, NOON, "a1", "ollama:small", Locality.ON_DEVICE, Ending.COMPLETE, True, False, 1000, 100)
AWAY = replace(
    HERE, turn_id="t2", parent_id="t1", attempt_id="a2", model_id="openai:big", locality=Locality.REMOTE, spent=0.5, chosen=True
)


def only(lines: tuple[Line, ...], name: str) -> Line:
    (line,) = [x for x in lines if x.name == name]
    return line


def test_nothing_adds_up_to_nothing_and_a_share_of_nothing_is_unknown() -> None:
    made = stats([])
    assert made.days == made.models == ()
    assert made.total == Line("all")
    assert made.total.local_share is None
    assert as_record(made.total)["local_share"] is None


def test_a_question_with_two_attempts_counts_once() -> None:
    failed = replace(HERE, attempt_id="a0", ending=Ending.FAILED, said=False, input_tokens=None, output_tokens=None)
    made = stats([replace(failed, turn_id="t2"), AWAY], CLOUD)
    assert (made.total.questions, made.total.answered, made.total.attempts, made.total.fallbacks) == (1, 1, 2, 1)
    assert made.total.local_share == 0.0
    small, big = only(made.models, "ollama:small"), only(made.models, "openai:big")
    assert (small.questions, small.attempts, small.fallbacks) == (0, 1, 1)
    assert (big.questions, big.attempts, big.fallbacks) == (1, 1, 0)


def test_a_second_try_at_the_same_model_and_an_answer_asked_for_again_are_no_fallbacks() -> None:
    failed = replace(HERE, attempt_id="a0", ending=Ending.FAILED, said=False)
    assert stats([failed, HERE]).total.fallbacks == 0
    assert stats([HERE, replace(AWAY, turn_id="t1")]).total.fallbacks == 0


def test_the_answer_is_the_chosen_attempt_else_the_last_with_text() -> None:
    both = [HERE, replace(AWAY, turn_id="t1")]
    assert stats(both).total.local == 0
    assert stats([replace(HERE, chosen=True), replace(both[1], chosen=False)]).total.local == 1
    assert stats([HERE, replace(both[1], said=False)]).total.local == 1
    assert stats([replace(HERE, said=False)]).total.answered == 0


def test_a_switch_is_an_answer_by_another_model_than_the_turn_before() -> None:
    made = stats([HERE, AWAY, replace(AWAY, turn_id="t3", parent_id="t2", attempt_id="a3")])
    assert made.total.switches == 1
    assert only(made.models, "openai:big").switches == 1
    assert only(made.models, "ollama:small").switches == 0


def test_days_are_those_of_the_place_and_add_up() -> None:
    made = stats([HERE, AWAY, replace(HERE, turn_id="t3", asked=NOON + DAY)], zone=UTC)
    assert [(d.name, d.questions) for d in made.days] == [("2023-11-14", 2), ("2023-11-15", 1)]
    assert made.days[0].local_share == 0.5
    assert sum(d.input_tokens for d in made.days) == made.total.input_tokens == 3000


def test_what_was_saved_is_reckoned_at_the_list_price() -> None:
    made = stats([HERE, AWAY], CLOUD)
    assert made.total.saved == pytest.approx(0.002)
    assert made.total.saved_of == 1
    assert made.total.spent == 0.5
    unknown = stats([replace(HERE, output_tokens=None)], CLOUD).total
    assert (unknown.saved, unknown.saved_of) == (0.0, 0)


def test_without_a_price_nothing_is_said_to_be_saved() -> None:
    assert stats([HERE]).total.saved is None


def test_what_nobody_knows_the_price_of_is_counted_apart() -> None:
    made = stats([replace(AWAY, spent=None, unpriced=True)])
    assert (made.total.spent, made.total.unpriced) == (0.0, 1)


async def test_the_rows_of_a_store(demo: Demo, tmp_path: Path) -> None:
    model = "openai:gpt-6.1-terra"
    priced = ModelSettings(price=PriceSettings(input=1.0, output=10.0))
    config = Config(pair=PairSettings(local=LOCAL, cloud=model), privacy=Privacy(cloud="auto"), models={model: priced})
    async with bench(tmp_path, demo, config=config) as b:
        await b.ask("What is the capital of France?")
        (turn,) = b.chat.store.path(b.session.id)
        assert turn.answer is not None
        again = await hear(b.chat.again(turn.id, other=True))
        demo.ollama.fail(Fault(kind="status", status=500))
        fell = await hear(b.chat.answer(b.chat.store.new_session().id, "And of Spain?"))
        assert fell.ended.locality is Locality.REMOTE
        rows = b.chat.store.past.tried()
        late = b.chat.store.past.tried(since=rows[-1].asked + 1)
    assert late == []
    assert [r.turn_id for r in rows][:2] == [turn.id, turn.id]
    first, second = rows[:2]
    assert (first.locality, first.said, first.chosen, first.spent) == (Locality.ON_DEVICE, True, False, None)
    assert (second.locality, second.chosen, second.spent) == (Locality.REMOTE, True, again.ended.cost)
    made = stats(rows, CLOUD)
    assert (made.total.questions, made.total.answered, made.total.fallbacks) == (2, 2, 1)
    assert made.total.spent == pytest.approx(sum(a.cost or 0.0 for a in (again.ended, fell.ended)))


async def test_an_answer_whose_price_nobody_knows_is_unpriced_not_free(demo: Demo, tmp_path: Path) -> None:
    config = Config(pair=PairSettings(local=LOCAL, cloud="openai:gpt-6.1-terra"), privacy=Privacy(cloud="auto"))
    async with bench(tmp_path, demo, config=config) as b:
        await b.ask("What is the capital of France?")
        await b.ask("And of Spain?", pin="openai:gpt-6.1-terra")
        rows = b.chat.store.past.tried()
    assert [(r.spent, r.unpriced) for r in rows] == [(None, False), (None, True)]
