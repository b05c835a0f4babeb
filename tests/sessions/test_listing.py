"""The list of conversations: words, tags, what is on top and what is archived."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybridchat.conversation import Session
from hybridchat.sessions import files, listing, schema
from hybridchat.sessions.export import as_json
from hybridchat.sessions.moves import import_from, merge_of
from hybridchat.sessions.store import Store
from hybridchat.sessions.tags import LONGEST, names, wanted
from tests.sessions.conftest import Open
from tests.sessions.test_search import talk


@pytest.fixture(params=["index", "reading"])
def either(request: pytest.FixtureRequest, opened: Open) -> Store:
    """With the full-text index, and as where SQLite has none."""
    store = opened()
    if request.param == "reading":
        store._database.full_text = False
    return store


async def asked(store: Store, question: str, answer: str = "yes") -> Session:
    session = store.new_session()
    await talk(store, session.id, question, answer)
    found = store.session(session.id)
    assert found is not None
    return found


def titles(store: Store, said: str = "", **options: bool) -> list[str]:
    return [one.session.title for one in store.listing.find(wanted(said), **options)]


async def test_more_pages_reach_older_conversations_and_older_places(either: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "FOUND", 2)
    monkeypatch.setattr(listing, "HITS", 4)
    for n in range(3):
        await asked(either, f"word {n}")
    busy = either.new_session()
    for n in range(3):
        await talk(either, busy.id, f"word and word {n}", "no")
    found = [either.listing.pages(wanted("word"), pages=n) for n in (1, 2, 3)]
    assert [([one.session.title for one in page.rows], page.more) for page in found] == [
        (["word and word 0", "word 2"], True),
        (["word and word 0", "word 2", "word 1", "word 0"], False),
        (["word and word 0", "word 2", "word 1", "word 0"], False),
    ]
    assert [page.rows[0].hits for page in found] == [3, 3, 3]
    assert not either.listing.pages(wanted("nowhere")).more


async def test_words_are_found_in_titles_questions_and_answers_with_their_newest_place(either: Store) -> None:
    tides = await asked(either, "Why tides?", "The moon pulls the sea.")
    await talk(either, tides.id, "And the sun?", "The sun pulls the sea, too.")
    await asked(either, "Which soup?", "Onion.")
    either.rename(tides.id, "Water")
    assert titles(either) == ["Which soup?", "Water"]
    (found,) = either.listing.find(wanted("pulls sea"))
    assert (found.session.id, found.hits, found.model_id) == (tides.id, 2, "m:m")
    assert found.hit is not None
    assert found.hit.snippet == "The sun pulls the sea, too."
    assert [found.hit.snippet[a:b] for a, b in found.hit.marks] == ["pulls", "sea"]
    assert titles(either, "water") == ["Water"]
    assert titles(either, "nowhere") == []
    assert either.listing.find(wanted("water"))[0].hit is None


async def test_the_one_on_top_comes_first_and_an_archived_one_only_when_asked_for(either: Store) -> None:
    for word in ("one", "two", "three"):
        await asked(either, word)
    one, two = (either.listing.find(wanted(word))[0].session for word in ("one", "two"))
    either.set_session(one.id, on_top=True)
    assert titles(either) == ["one", "three", "two"]
    either.set_session(two.id, archived=True)
    assert titles(either) == ["one", "three"]
    assert titles(either, "two") == []
    assert titles(either, "two", archived=True) == ["two"]
    assert titles(either, archived=True) == ["one", "three", "two"]
    either.set_session(two.id, archived=False)
    either.set_session(one.id, on_top=False)
    assert titles(either) == ["three", "two", "one"]


async def test_deleted_ones_and_those_without_a_question_are_not_in_it(either: Store) -> None:
    gone = await asked(either, "gone")
    either.tag(gone.id, ["work"])
    either.delete_session(gone.id)
    either.new_session()
    assert titles(either) == titles(either, "gone") == titles(either, "#work") == []
    assert either.tags() == {}
    either.restore_session(gone.id)
    assert titles(either, "#work gone") == ["gone"]


async def test_a_tag_said_again_is_taken_off_and_every_tag_asked_for_must_be_there(either: Store) -> None:
    one, two = await asked(either, "one"), await asked(either, "two")
    either.tag(one.id, names("#Work, Trip-2026"))
    either.tag(two.id, ["work"])
    assert either.tags() == {"work": 2, "trip-2026": 1}
    assert titles(either, "#work") == ["two", "one"]
    assert titles(either, "#work #trip-2026") == ["one"]
    assert titles(either, "#work two") == ["two"]
    assert titles(either, "#") == ["two", "one"]
    either.tag(one.id, ["work"])
    found = either.session(one.id)
    assert found is not None
    assert found.tags == ("trip-2026",)


async def test_tags_top_and_archive_go_through_a_file_and_a_merge(opened: Open, tmp_path: Path) -> None:
    store = opened()
    one, two = await asked(store, "one"), await asked(store, "two")
    store.tag(one.id, ["b", "a"])
    store.tag(two.id, ["c"])
    store.set_session(one.id, on_top=True, archived=True)
    kept = store.session(one.id)
    assert kept is not None
    assert (kept.tags, kept.on_top, kept.archived) == (("a", "b"), True, True)
    file = tmp_path / "one.json"
    file.write_text(as_json(kept, store.intake.tree(one.id)), "utf-8")
    back = import_from(opened(tmp_path / "other.db"), file)
    assert (back.tags, back.on_top, back.archived) == (("a", "b"), True, True)
    other = store.session(two.id)
    assert other is not None
    made = merge_of(store, kept, other)
    assert (made.tags, made.on_top, made.archived) == (("a", "b", "c"), True, False)
    assert store.session(made.id) == made
    fork = store.intake.fork(replace(kept), store.path(one.id))
    assert (fork.tags, fork.on_top, fork.archived) == (("a", "b"), False, False)


async def test_tags_of_a_file_are_made_fit(opened: Open, tmp_path: Path) -> None:
    store = opened()
    one = await asked(store, "one")
    file = tmp_path / "one.json"
    text = as_json(one, store.intake.tree(one.id)).replace('"tags": []', '"tags": ["A b", "#\\u001b[2Jc", "", "a"]')
    file.write_text(text, "utf-8")
    assert import_from(store, file).tags == ("2jc", "a", "b")


@given(st.text(max_size=60))
def test_tags_are_short_words_of_letters_whatever_is_said(said: str) -> None:
    for name in names(said):
        assert 0 < len(name) <= LONGEST
        assert name == name.casefold()[:LONGEST] or not name.isascii()
        assert all(c.isalnum() or c in "_-" for c in name)
    assert names(" ".join(names(said))) == names(said) or not said.isascii()


async def test_a_file_of_the_version_before_keeps_words_from_now_on(opened: Open, path: Path) -> None:
    files.make_private(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        for script in schema.MIGRATIONS[:3]:
            conn.executescript(script)
        conn.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        conn.execute("PRAGMA user_version = 3")
        conn.execute("INSERT INTO sessions(id, title, created, updated, turns, archived) VALUES ('old', 'old one', 1, 1, 1, 5)")
        conn.execute("INSERT INTO tags(session_id, tag, created) VALUES ('old', 'work', 1)")
    store = opened()
    assert store.saved
    assert store.own_words("old") == ((), ())
    store.keep_own_words("old", ["beans"], ["Ana"])
    assert store.own_words("old") == (("beans",), ("Ana",))
    (found,) = store.listing.find(wanted("#work"), archived=True)
    assert found.session.archived


async def test_what_was_hidden_by_hand_stays_hidden_in_what_is_made_of_it_and_is_in_no_export(opened: Open) -> None:
    store = opened()
    one, two = await asked(store, "one"), await asked(store, "two")
    store.keep_own_words(one.id, ["beans"], ["Ana"])
    store.keep_own_words(two.id, ["pears"], [])
    assert store.own_words(store.intake.fork(one, store.path(one.id)).id) == (("beans",), ())
    assert store.own_words(merge_of(store, one, two).id) == (("beans", "pears"), ())
    assert "beans" not in as_json(one, store.intake.tree(one.id))
    store.keep_own_words(one.id, [], ["beans"])
    assert store.own_words(one.id) == ((), ("beans",))
    store.purge.mark([one.id], after=0)
    store.purge.tidy()
    assert store.own_words(one.id) == ((), ())
    store.keep_own_words(one.id, ["late"], [])
    assert store.own_words(one.id) == ((), ())
