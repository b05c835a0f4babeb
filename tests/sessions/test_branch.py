"""A long branch is read as `path` reads it, however often and whatever happened in between."""

from __future__ import annotations

from hybridchat.conversation import Ending, Session
from hybridchat.facts import Locality
from hybridchat.sessions import branch
from hybridchat.sessions.store import Store
from tests.sessions.conftest import Open
from tests.sessions.test_search import talk
from tests.tui.test_long import told

MANY = branch.LONG + 20


def long(store: Store) -> Session:
    turns = [told(n, f"{n - 1:016x}" if n else None) for n in range(MANY)]
    return store.intake.take(Session("0" * 16, "long", 1e9, 1e9), turns, origin="")


async def test_what_is_added_changed_and_branched_off_is_seen(opened: Open) -> None:
    store, other = opened(), opened()
    session = long(store)
    assert store.branch(session.id) == store.path(session.id)
    again = store.branch(session.id)
    assert all(a is b for a, b in zip(again, store.branch(session.id), strict=True)), "nothing is read twice"
    last = await talk(store, session.id, "one more", "yes", parent=f"{MANY - 1:016x}")
    assert store.branch(session.id) == store.path(session.id)
    attempt = other.begin(last.id, "m:n", "h", Locality.REMOTE)
    other.say(attempt.id, "Half")
    other.flush()
    assert store.branch(session.id) == store.path(session.id)
    other.end(attempt.id, Ending.CUT, text="Half an answer")
    other.end_turn(last.id, Ending.CUT, attempt.id)
    other.flush()
    assert store.branch(session.id)[-1].answer.text == "Half an answer"
    waits = await store.ask(session.id, "later", parent_id=last.id, ending=Ending.QUEUED)
    assert store.branch(session.id)[-1].question == "later"
    store.edit_question(waits.id, "much later")
    assert store.branch(session.id)[-1].question == "much later"
    middle = f"{MANY // 2:016x}"
    assert store.branch(session.id, middle) == store.path(session.id, middle)
    await store.ask(session.id, "beside", parent_id=middle)
    assert store.branch(session.id) == store.path(session.id)


def test_only_what_is_new_is_read_again(opened: Open) -> None:
    store = opened()
    session = long(store)
    store.branch(session.id)
    store.end_turn(f"{7:016x}", Ending.STOPPED)
    found = store.branch(session.id)
    before = store.branch(session.id)
    assert found[7].ending is Ending.STOPPED
    assert sum(a is b for a, b in zip(found, before, strict=True)) == MANY


async def test_a_short_one_is_not_kept(opened: Open) -> None:
    store = opened()
    session = store.new_session()
    await talk(store, session.id, "one", "two")
    assert store.branch(session.id) == store.path(session.id)
    assert store.branch(session.id)[0] is not store.branch(session.id)[0]
    assert store.branch(store.new_session().id) == []
