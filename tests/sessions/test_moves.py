"""Conversations that come from a file or from two others: nothing is lost, nothing is overwritten, and the origin is told."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybridchat.conversation import Ending, Picture, Session, Turn
from hybridchat.facts import Decision, Locality, Mode, Timings, Usage
from hybridchat.sessions.export import as_json
from hybridchat.sessions.imports import Unreadable, merged, read
from hybridchat.sessions.moves import import_from, merge_of
from hybridchat.sessions.store import Store
from tests.sessions.conftest import Open


async def conversation(store: Store, word: str = "tides") -> Session:
    """Two branches; a question with two answers, the first of which stands."""
    session = store.new_session(mode=Mode.ONLY_LOCAL, system="Be short.")
    first = await store.ask(session.id, f"Why {word}?\r\nreally", parent_id=None)
    kept = store.begin(first.id, "ollama:llama3.2", "127.0.0.1:11434", Locality.ON_DEVICE)
    store.say(kept.id, f"The moon, {word}.", thinking="hm")
    store.end(kept.id, Ending.COMPLETE, usage=Usage(12, 5), timings=Timings(0.25, 1.5, generate_s=1.0), note="context trimmed")
    other = store.begin(first.id, "openai:gpt", "api.openai.com", Locality.REMOTE)
    store.end(other.id, Ending.CUT, text="Half \u202e", cost=0.004, error="the connection was lost")
    store.end_turn(first.id, Ending.COMPLETE, kept.id)
    for question in ("And the sun?", "And the wind?"):
        await store.ask(session.id, question, parent_id=first.id, ending=Ending.HELD)
    found = store.session(session.id)
    assert found is not None
    return found


def bare(turns: list[Turn]) -> list[object]:
    """What is said in turns, without ids."""
    where = {t.id: n for n, t in enumerate(turns)}
    return [
        (
            t.question,
            where.get(t.parent_id or ""),
            t.created,
            t.ending,
            [replace(a, id="", turn_id="") for a in t.attempts],
            t.answer and t.answer.model_id,
        )
        for t in turns
    ]


async def exported(store: Store, folder: Path, word: str = "tides") -> tuple[Session, Path]:
    session = await conversation(store, word)
    file = folder / f"{word}.json"
    file.write_text(as_json(session, store.intake.tree(session.id)), "utf-8")
    return session, file


async def test_an_export_comes_back_whole(opened: Open, tmp_path: Path) -> None:
    session, file = await exported(there := opened(clock=lambda: 1_750_000_000.25), tmp_path)
    here = opened(None)
    made = import_from(here, file)
    assert made == here.session(made.id) == session
    assert here.intake.tree(made.id) == there.intake.tree(session.id)
    assert as_json(made, here.intake.tree(made.id)) == file.read_text("utf-8")
    assert here.path(made.id) == there.path(session.id)


async def test_what_has_the_same_ids_is_kept_beside_it(opened: Open, tmp_path: Path) -> None:
    store = opened(clock=lambda: 1_750_000_000.25)
    session, file = await exported(store, tmp_path)
    before = store.intake.tree(session.id)
    made = import_from(store, file)
    assert made.id != session.id
    assert store.intake.tree(session.id) == before
    copy = store.intake.tree(made.id)
    assert bare(copy) == bare(before)
    assert not {t.id for t in copy} & {t.id for t in before}
    assert len(store.sessions()) == 2


async def test_an_import_says_where_it_comes_from_and_counts_in_no_statistics(opened: Open, tmp_path: Path) -> None:
    _, file = await exported(opened(), tmp_path)
    here = opened(None)
    made = import_from(here, file, kind="api")
    assert made.kind == "api"
    assert here.intake.origins()[made.id].startswith("imported from tides.json on 20")
    assert not here.past.tried()
    assert {h.session_id for h in here.search.find("moon")} == {made.id}


async def test_what_is_asked_since_in_an_imported_conversation_counts_with_its_cost(opened: Open, tmp_path: Path) -> None:
    _, file = await exported(opened(), tmp_path)
    here = opened(None)
    made = import_from(here, file)
    asked = await here.ask(made.id, "And now?", parent_id=made.leaf_id)
    again = here.intake.tree(made.id)[0]
    for turn in (asked, again):
        decision = here.decided(turn.id, Decision(None, ()), "{}", 1)
        attempt = here.begin(turn.id, "openai:gpt", "api.openai.com", Locality.REMOTE, decision)
        here.spend.settle(here.spend.reserve(attempt.id, "openai:gpt", 0.02, 1.0), 0.01, "actual")
        here.end(attempt.id, Ending.COMPLETE, text="Yes.", cost=0.01)
        here.end_turn(turn.id, Ending.COMPLETE, attempt.id)
    assert [(t.turn_id, t.spent) for t in here.past.tried()] == [(again.id, 0.01), (asked.id, 0.01)]


async def test_nothing_that_comes_from_a_file_is_sent_by_itself(opened: Open, tmp_path: Path) -> None:
    session, file = await exported(opened(), tmp_path)
    told = json.loads(file.read_text("utf-8"))
    told["turns"][1]["ending"], told["turns"][2]["ending"] = "queued", None
    file.write_text(json.dumps(told), "utf-8")
    here = opened(None)
    made = import_from(here, file)
    assert [t.ending for t in here.intake.tree(made.id)] == [Ending.COMPLETE, Ending.HELD, Ending.CUT]
    assert not here.queued()
    assert not here.allowed(made.id)
    assert session.id == made.id


BROKEN: dict[str, tuple[Any, ...]] = {
    "$.turns[0].question": ("turns", 0, "question", 7),
    "$.turns[0].attempts[0].locality": ("turns", 0, "attempts", 0, "locality", "moon"),
    "$.turns[0].attempts[1].cost": ("turns", 0, "attempts", 1, "cost", -1),
    "$.turns[1].created": ("turns", 1, "created", "yesterday"),
    "$.turns[1].parent_id": ("turns", 1, "parent_id", "nowhere"),
    "$.turns[0].chosen_attempt": ("turns", 0, "chosen_attempt", "nowhere"),
    "$.session.kind": ("session", "kind", "preview"),
    "$.session.leaf_id": ("session", "leaf_id", "nowhere"),
    "$.schema": ("schema", 2),
    "$.session": ("session", []),
}


@pytest.mark.parametrize("place", BROKEN)
async def test_what_is_wrong_is_told_with_file_and_place_and_nothing_is_taken_in(
    opened: Open, tmp_path: Path, place: str
) -> None:
    _, file = await exported(opened(), tmp_path)
    told: Any = json.loads(file.read_text("utf-8"))
    *way, last, value = BROKEN[place]
    part = told
    for step in way:
        part = part[step]
    part[last] = value
    file.write_text(json.dumps(told), "utf-8")
    here = opened(None)
    with pytest.raises(Unreadable) as caught:
        import_from(here, file)
    assert str(caught.value).startswith(f"tides.json: {place}")
    assert not here.sessions(None)


def test_a_broken_file_is_told_with_line_and_column() -> None:
    with pytest.raises(Unreadable, match=r"^x\.json, line 2, column 3: it is not JSON"):
        read(b'{\n  !"schema": 1}', "x.json")
    for data in (b"", b"\xff\xfe\x00", b"# Markdown", b"[" * 100_000, b'{"schema": 1'):
        with pytest.raises(Unreadable, match=r"^x\.json"):
            read(data, "x.json")


@given(st.binary(max_size=200))
def test_reading_anything_raises_nothing_else(data: bytes) -> None:
    with pytest.raises(Unreadable):
        read(data, "x.json")


async def test_two_become_one_that_follows_on_and_both_stay(store: Store) -> None:
    first, second = await conversation(store, "tides"), await conversation(store, "winds")
    before = {s.id: store.intake.tree(s.id) for s in (first, second)}
    made = merge_of(store, first, second)
    assert {s.id: store.intake.tree(s.id) for s in (first, second)} == before
    turns = store.intake.tree(made.id)
    assert [t.question for t in turns] == [t.question for s in (first, second) for t in before[s.id]]
    assert [t.question for t in store.path(made.id)] == [
        *(t.question for t in store.path(first.id)),
        *(t.question for t in store.path(second.id)),
    ]
    assert (made.title, made.mode, made.system) == ("Why tides? + Why winds?", Mode.ONLY_LOCAL, "Be short.")
    assert store.intake.origins() == {made.id: store.intake.origins()[made.id]}
    assert first.id in store.intake.origins()[made.id]


async def test_a_fork_and_a_merge_keep_the_pictures_also_when_the_first_one_is_purged(store: Store) -> None:
    session, other = store.new_session(), await conversation(store)
    picture = Picture("image/png", b"\x89PNG pixels")
    await store.ask(session.id, "what is this?", parent_id=None, ending=Ending.CUT, files=[("photo.png", picture)])
    first = store.session(session.id)
    assert first is not None
    made = [store.intake.fork(first, store.path(first.id)), merge_of(store, first, other)]
    store.purge.mark([first.id], after=0.0)
    assert store.purge.tidy() == 1
    for one in made:
        assert store.files(store.intake.tree(one.id)[0]) == (("photo.png", picture),)


async def test_one_is_not_merged_with_itself(store: Store) -> None:
    session = await conversation(store)
    with pytest.raises(ValueError, match="this is one"):
        merge_of(store, session, session)
    assert len(store.sessions()) == 1


def test_an_empty_conversation_merges_too() -> None:
    empty = Session("a" * 16, "", 1.0, 2.0)
    made, turns = merged((empty, ()), (replace(empty, id="b" * 16, system="Hi"), ()))
    assert (turns, made.leaf_id, made.system) == ((), None, "Hi")


@pytest.mark.parametrize(
    ("one", "other", "holds"),
    [
        (Mode.ONLY_LOCAL, None, Mode.ONLY_LOCAL),
        (None, Mode.ONLY_CLOUD, None),
        (Mode.AUTO, None, None),
        (Mode.ONLY_CLOUD, Mode.AUTO, Mode.AUTO),
        (Mode.AUTO, Mode.PREFER_LOCAL, Mode.PREFER_LOCAL),
    ],
)
def test_a_merge_lets_nothing_leave_that_one_of_the_two_kept_here(
    one: Mode | None, other: Mode | None, holds: Mode | None
) -> None:
    first = Session("a" * 16, "", 1.0, 2.0, mode=one, pin="openai:gpt")
    second = replace(first, id="b" * 16, mode=other, pin=None)
    for a, b in ((first, second), (second, first)):
        made, _ = merged((a, ()), (b, ()))
        assert (made.mode, made.pin) == (holds, None)
