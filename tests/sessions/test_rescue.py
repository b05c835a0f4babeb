from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from hybridchat.sessions import schema
from hybridchat.sessions.rescue import rescue


@pytest.fixture
def pair() -> Iterator[list[sqlite3.Connection]]:
    pair = [sqlite3.connect(":memory:", isolation_level=None) for _ in range(2)]
    for conn in pair:
        conn.row_factory = sqlite3.Row
        schema.migrate(conn)
    yield pair
    for conn in pair:
        conn.close()


def test_questions_and_answers_are_kept_though_what_they_refer_to_is_lost(pair: list[sqlite3.Connection]) -> None:
    source, target = pair
    source.execute("INSERT INTO turns(id, session_id, parent_id, question, created) VALUES ('t', 'lost', 'lost too', 'q', 1)")
    source.execute(
        "INSERT INTO attempts(id, turn_id, model_id, host, locality, text, started)"
        " VALUES ('a', 'gone', 'm', 'h', 'lan', 'said', 5)"
    )
    source.execute("INSERT INTO tags(session_id, tag, created) VALUES ('nowhere', 'x', 1)")
    assert rescue(source, target) == 2
    assert target.execute("PRAGMA foreign_key_check").fetchall() == []
    found = target.execute(
        "SELECT s.title, s.turns, t.question FROM sessions s JOIN turns t ON t.session_id = s.id ORDER BY t.seq"
    )
    assert [tuple(row) for row in found] == [
        ("rescued conversation", 1, "q"),
        ("rescued answers", 1, "(this question could not be read)"),
    ]
    assert target.execute("SELECT text FROM attempts").fetchone()["text"] == "said"


def test_an_empty_database_rescues_nothing(pair: list[sqlite3.Connection]) -> None:
    assert rescue(*pair) == 0
