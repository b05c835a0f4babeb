from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybridchat.conversation import Ending, Role, Turn
from hybridchat.facts import Locality
from hybridchat.sessions import snippets
from hybridchat.sessions.store import Store
from tests.sessions.conftest import Open


async def talk(store: Store, session_id: str, question: str, answer: str, parent: str | None = None) -> Turn:
    turn = await store.ask(session_id, question, parent_id=parent)
    attempt = store.begin(turn.id, "m:m", "h", Locality.ON_DEVICE)
    store.say(attempt.id, answer)
    store.end(attempt.id, Ending.COMPLETE)
    store.end_turn(turn.id, Ending.COMPLETE)
    return turn


@pytest.fixture(params=["index", "reading"])
def either(request: pytest.FixtureRequest, opened: Open) -> Store:
    """With the full-text index, and as where SQLite has none."""
    store = opened()
    if request.param == "reading":
        store._database.full_text = False
    return store


async def test_questions_and_answers_are_found_whatever_their_case_and_accents(either: Store) -> None:
    first, second = either.new_session(), either.new_session()
    a = await talk(either, first.id, "Wie heißt das Café in Kraków?", "It is called «Zażółć».")
    b = await talk(either, second.id, "resume the download", "Your résumé\nis 3 pages")

    def found(query: str, **options: object) -> list[tuple[str, Role]]:
        return [(h.turn_id, h.role) for h in either.search.find(query, **options)]  # type: ignore[arg-type]

    assert found("CAFE krakow") == [(a.id, Role.USER)]
    assert found("café") == [(a.id, Role.USER)]
    assert found("zazo") == [(a.id, Role.ASSISTANT)]
    assert found("resume") == [(b.id, Role.ASSISTANT), (b.id, Role.USER)]
    assert found("resume", limit=1, offset=1) == [(b.id, Role.USER)]
    assert found('"3 pages"') == [(b.id, Role.ASSISTANT)]
    assert found('"pages 3"') == []
    assert found("resume", session_id=first.id) == []
    assert found("resume", kind="api") == []
    assert found("") == found('""') == []
    assert found("absent") == []


async def test_odd_queries_find_what_they_say_and_never_fail(either: Store) -> None:
    session = either.new_session()
    await talk(either, session.id, "p->next += 1", "漢字の検索と絵文字 👍 です")
    for query in ("->", "検索", "👍", "+= 1"):
        assert [h.session_id for h in either.search.find(query)] == [session.id], query
    for query in ('"', "AND", "NEAR(", "a*", "text:x", "-", "\0", "^", "'; DROP TABLE turns"):
        either.search.find(query)


async def test_a_snippet_shows_the_words_and_says_where_they_are(either: Store) -> None:
    session = either.new_session()
    await talk(either, session.id, "q", "blah\n " * 5000 + "here the\nÉlan  vital stands " + "and more " * 500)
    (hit,) = either.search.find("elan vit")
    assert [hit.snippet[a:b] for a, b in hit.marks] == ["Élan", "vit"]
    assert len(hit.snippet) <= snippets.WIDTH + 2
    assert "\n" not in hit.snippet
    assert hit.snippet[0] == hit.snippet[-1] == "…"


async def test_a_text_from_a_python_without_full_text_search_is_indexed_later(opened: Open, path: Path) -> None:
    store = opened()
    store._database.full_text = False
    await talk(store, store.new_session().id, "written unindexed", "answered unindexed")
    store.shut()
    with sqlite3.connect(path) as conn:
        assert conn.execute("SELECT count(*) FROM passages").fetchone() == (0,)
    conn.close()
    again = opened()
    assert len(again.search.find("unindexed")) == 2


@given(st.text(max_size=600), st.text(min_size=1, max_size=8), st.text(max_size=600))
def test_marks_always_lie_in_the_snippet(before: str, term: str, after: str) -> None:
    if not snippets.folded(term).strip():
        return
    line, marks = snippets.cut(f"{before} {term} {after}", [term])
    for a, b in marks:
        assert 0 <= a < b <= len(line)


async def test_ten_thousand_turns_open_list_and_search_fast(opened: Open) -> None:
    store = opened()
    session = store.new_session()

    def fill(conn: sqlite3.Connection) -> None:
        text = "lorem ipsum dolor sit amet " * 10
        turns = [(f"t{n}", session.id, f"t{n - 1}" if n else None, f"question {n} {text}", float(n)) for n in range(10_000)]
        conn.executemany(
            "INSERT INTO turns(id, session_id, parent_id, question, created, ending) VALUES (?, ?, ?, ?, ?, 'complete')", turns
        )
        conn.executemany(
            """INSERT INTO attempts(id, turn_id, model_id, host, locality, text, ending, started)
            VALUES (?, ?, 'm:m', 'h', 'remote', ?, 'complete', ?)""",
            [(f"a{n}", f"t{n}", f"answer {n} {text}", float(n)) for n in range(10_000)],
        )
        conn.executemany(
            "INSERT INTO sessions(id, created, updated, title) VALUES (?, ?, ?, 'x')", [(f"s{n}", n, n) for n in range(2000)]
        )

    store._writer.put(fill, awaited=True).result()
    store._catch_up()
    deadline = time.monotonic() + 15
    while not store.search.find('"answer 9999"'):
        assert time.monotonic() < deadline

    def seconds(what: Callable[[], object]) -> float:
        def once() -> float:
            start = time.thread_time()
            what()
            return time.thread_time() - start

        # of the processor, and the best of three: the machine may be busy with something else
        return min(once() for _ in range(3))

    assert len(store.path(session.id, "t9999")) == 10_000
    assert seconds(lambda: store.path(session.id, "t9999")) < 1.5
    assert seconds(lambda: store.path(session.id, "t9999", limit=50)) < 0.05
    assert seconds(lambda: store.sessions()) < 0.1
    assert seconds(lambda: store.search.find("lorem dolor")) < 0.2
    assert [h.turn_id for h in store.search.find("lorem", limit=1)] == ["t9999"]
