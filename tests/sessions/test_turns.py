from __future__ import annotations

import asyncio
import sqlite3
import threading
from pathlib import Path

import pytest

from hybridchat.conversation import Ending
from hybridchat.facts import Locality, Mode, Timings, Usage
from hybridchat.sessions.shelf import Ambiguous
from hybridchat.sessions.store import Store
from tests.sessions.conftest import Open

LOCAL = ("ollama:llama3.2", "127.0.0.1:11434", Locality.ON_DEVICE)
CLOUD = ("openai:gpt", "api.openai.com", Locality.REMOTE)


async def test_a_question_is_on_the_disk_before_ask_returns(opened: Open, path: Path) -> None:
    store = opened()
    turn = await store.ask(store.new_session().id, "why?", parent_id=None)
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT question FROM turns WHERE id = ?", (turn.id,)).fetchone() == ("why?",)
    other.close()


async def test_cancelling_whoever_asked_does_not_lose_the_question(store: Store) -> None:
    session = store.new_session()
    task = asyncio.create_task(store.ask(session.id, "kept", parent_id=None))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [t.question for t in store.path(session.id)] == ["kept"]


async def test_a_whole_turn_comes_back_as_it_was(store: Store) -> None:
    session = store.new_session(mode=Mode.AUTO, pin="ollama:llama3.2", system="be brief")
    turn = await store.ask(session.id, "why does it\nbacktrack?", parent_id=None)
    attempt = store.begin(turn.id, *LOCAL)
    store.say(attempt.id, thinking="hm")
    store.say(attempt.id, "Because ")
    store.say(attempt.id, "the group")
    running = store.turn(turn.id)
    assert running is not None
    assert running.ending is None
    assert running.answer is not None
    assert running.answer.text == "Because the group"
    usage, timings = Usage(10, 3, 1, 2, 0), Timings(0.1, 0.5, 0.0, 0.2, 0.3)
    store.end(attempt.id, Ending.COMPLETE, usage=usage, timings=timings, cost=0.25, note="context trimmed")
    store.end_turn(turn.id, Ending.COMPLETE)
    ended = store.turn(turn.id)
    assert ended is not None
    answer = ended.answer
    assert answer is not None
    assert (answer.text, answer.thinking, answer.usage, answer.timings) == ("Because the group", "hm", usage, timings)
    assert (answer.cost, answer.note, answer.ending, ended.ending) == (0.25, "context trimmed", Ending.COMPLETE, Ending.COMPLETE)
    assert (answer.model_id, answer.host, answer.locality) == LOCAL
    kept = store.session(session.id)
    assert kept is not None
    assert (kept.mode, kept.pin, kept.system, kept.title) == (Mode.AUTO, "ollama:llama3.2", "be brief", "why does it")
    assert (kept.turns, kept.leaf_id) == (1, turn.id)


async def test_two_children_of_one_parent_are_two_branches(store: Store) -> None:
    session = store.new_session()
    root = await store.ask(session.id, "root", parent_id=None)
    first = await store.ask(session.id, "first", parent_id=root.id)
    under = await store.ask(session.id, "under first", parent_id=first.id)
    second = await store.ask(session.id, "second", parent_id=root.id)
    assert [t.question for t in store.path(session.id)] == ["root", "second"]
    assert [t.question for t in store.path(session.id, under.id)] == ["root", "first", "under first"]
    assert [t.question for t in store.path(session.id, under.id, limit=2)] == ["first", "under first"]
    assert [t.id for t in store.siblings(second.id)] == [first.id, second.id]
    assert [t.id for t in store.siblings(root.id)] == [root.id]
    assert store.leaf_under(first.id) == under.id
    assert store.leaf_under(root.id) == second.id
    store.set_session(session.id, leaf_id=under.id)
    assert [t.id for t in store.path(session.id)] == [root.id, first.id, under.id]


async def test_one_question_keeps_several_answers_and_either_can_stand(store: Store) -> None:
    turn = await store.ask(store.new_session().id, "q", parent_id=None)
    ids = []
    for target, text in ((LOCAL, "small"), (CLOUD, "large")):
        attempt = store.begin(turn.id, *target)
        store.say(attempt.id, text)
        store.end(attempt.id, Ending.COMPLETE)
        store.end_turn(turn.id, Ending.COMPLETE)
        ids.append(attempt.id)
    both = store.turn(turn.id)
    assert both is not None
    assert [a.text for a in both.attempts] == ["small", "large"]
    assert both.answer is not None
    assert both.answer.text == "large"
    store.end_turn(turn.id, Ending.COMPLETE, ids[0])
    chosen = store.turn(turn.id)
    assert chosen is not None
    assert chosen.answer is not None
    assert chosen.answer.text == "small"


async def test_queued_and_held_turns_survive_a_restart_and_queued_ones_can_be_reworded(opened: Open) -> None:
    store = opened()
    session = store.new_session()
    queued = await store.ask(session.id, "for the cloud", parent_id=None, ending=Ending.QUEUED)
    held = await store.ask(session.id, "waits", parent_id=queued.id)
    store.end_turn(held.id, Ending.HELD)
    store.edit_question(queued.id, "for the cloud, später")
    await store.close()
    again = opened()
    assert again.recovered == ()
    assert [t.question for t in again.queued()] == ["for the cloud, später"]
    waiting = again.turn(held.id)
    assert waiting is not None
    assert waiting.ending is Ending.HELD
    assert [h.turn_id for h in again.search.find("spater")] == [queued.id]


async def test_a_question_that_was_answered_is_never_reworded(store: Store) -> None:
    turn = await store.ask(store.new_session().id, "as asked", parent_id=None)
    store.end(store.begin(turn.id, *LOCAL).id, Ending.COMPLETE, text="a")
    store.end_turn(turn.id, Ending.COMPLETE)
    store.edit_question(turn.id, "otherwise")
    kept = store.turn(turn.id)
    assert kept is not None
    assert kept.question == "as asked"


async def test_asking_in_a_session_that_is_not_there_says_so(store: Store) -> None:
    with pytest.raises(LookupError, match="no session nowhere"):
        await store.ask("nowhere", "q", parent_id=None)
    here, there = store.new_session(), store.new_session()
    parent = await store.ask(there.id, "p", parent_id=None)
    with pytest.raises(LookupError, match="no turn"):
        await store.ask(here.id, "q", parent_id=parent.id)
    assert store.path(here.id) == []


async def test_any_text_can_be_kept(store: Store) -> None:
    session = store.new_session()
    odd = "nul \0 inside, עברית, é, 👩‍👩‍👧, " + "x" * 1_000_000
    turn = await store.ask(session.id, odd, parent_id=None)
    attempt = store.begin(turn.id, *LOCAL)
    store.say(attempt.id, "a\0b")
    store.say(attempt.id, " lone \ud800 surrogate")
    store.end(attempt.id, Ending.COMPLETE)
    kept = store.turn(turn.id)
    assert kept is not None
    assert kept.question == odd
    assert kept.attempts[0].text == "a\0b lone \ufffd surrogate"


async def test_a_failed_write_is_told(store: Store) -> None:
    store.say("no such attempt", "text")
    store.flush()
    assert store.problem is not None
    assert "could not be saved" in store.problem


async def test_sessions_are_listed_found_renamed_deleted_and_brought_back(store: Store) -> None:
    first, second, asked = store.new_session(), store.new_session(), store.new_session("ask")
    await store.ask(first.id, "newest now", parent_id=None)
    assert [s.id for s in store.sessions()] == [first.id, second.id]
    assert [s.id for s in store.sessions("ask")] == [asked.id]
    assert len(store.sessions(None)) == 3
    assert [s.id for s in store.sessions(limit=1, offset=1)] == [second.id]
    store.rename(first.id, "  My \n title ")
    await store.ask(first.id, "does not rename", parent_id=None)
    found = store.session(first.id[:8])
    assert found is not None
    assert found.title == "My title"
    store.set_session(second.id, archived=True)
    store.delete_session(first.id)
    assert store.sessions() == []
    assert store.session(first.id) is None
    assert store.search.find("newest") == []
    store.restore_session(first.id)
    assert [s.title for s in store.sessions()] == ["My title"]
    assert [s.id for s in store.sessions(archived=True)] == [second.id]
    assert len(store.search.find("newest")) == 1
    assert len(store.path(first.id)) == 1


def test_an_ambiguous_prefix_names_the_candidates(store: Store) -> None:
    made = [store.new_session() for _ in range(17)]
    # 17 hexadecimal ids: two begin with the same letter
    letters = [s.id[0] for s in made]
    letter = next(x for x in letters if letters.count(x) > 1)
    with pytest.raises(Ambiguous, match="give more letters") as told:
        store.session(letter)
    assert {s.id for s in told.value.candidates} == {s.id for s in made if s.id[0] == letter}
    assert store.session(made[0].id) is not None
    assert store.session("") is None
    assert store.session("zz") is None


def test_a_draft_survives(opened: Open) -> None:
    store = opened()
    session = store.new_session()
    store.draft(session.id, "half a thou")
    store.draft(session.id, "half a thought")
    store.shut()
    assert opened().read_draft(session.id) == "half a thought"


async def test_reads_from_other_threads_see_every_word_in_order_while_it_is_said(store: Store) -> None:
    turn = await store.ask(store.new_session().id, "count", parent_id=None)
    attempt = store.begin(turn.id, *LOCAL)
    whole = "".join(f"{n} " for n in range(2000))
    wrong: list[str] = []
    done = threading.Event()

    def watch() -> None:
        seen = 0
        while not done.is_set():
            now = store.turn(turn.id)
            assert now is not None
            text = now.attempts[0].text
            if not whole.startswith(text) or len(text) < seen:
                wrong.append(text[-40:])
            seen = len(text)

    watchers = [threading.Thread(target=watch) for _ in range(3)]
    for watcher in watchers:
        watcher.start()
    for n in range(2000):
        store.say(attempt.id, f"{n} ")
    store.end(attempt.id, Ending.COMPLETE)
    done.set()
    for watcher in watchers:
        watcher.join()
    ended = store.turn(turn.id)
    assert ended is not None
    assert ended.attempts[0].text == whole
    assert wrong == []


async def test_using_a_closed_store_raises_and_closing_twice_does_not(store: Store) -> None:
    session = store.new_session()
    await store.close()
    await store.close()
    with pytest.raises(RuntimeError, match="closed"):
        store.sessions()
    with pytest.raises(RuntimeError, match="closed"):
        store.rename(session.id, "late")
