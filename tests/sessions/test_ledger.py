from __future__ import annotations

import hashlib
import json
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybridchat.conversation import Ending, Role
from hybridchat.facts import Locality, Usage
from hybridchat.sessions.frames import frame, unframe
from hybridchat.sessions.ledger import LedgerEntry, PlaceholderRow, WirePart
from hybridchat.sessions.store import Store
from tests.sessions.conftest import Open

HOST = "api.openai.com"
LONG = 'Why does «ünïcode» "quoting" matter to [NAME_1]?\n' * 40


def body(*texts: str) -> bytes:
    return json.dumps({"model": "m", "messages": [{"content": t} for t in texts]}, ensure_ascii=False).encode()


async def test_row_texts_and_placeholders_are_committed_together(opened: Open, path: Path) -> None:
    store = opened()
    session = store.new_session()
    turn = await store.ask(session.id, "Why, Ana?", parent_id=None)
    name = PlaceholderRow(session.id, "[NAME_1]", "NAME", "Ana Ruiz", "known name")
    part = PlaceholderRow(session.id, "[NAME_1a]", "NAME", "Ana", part_of="[NAME_1]")
    sent = body("be brief", LONG)
    entry = LedgerEntry(
        host=HOST,
        model_id="openai:gpt",
        session_id=session.id,
        turn_id=turn.id,
        attempt_id="a1",
        parts=(WirePart(Role.SYSTEM, "be brief"), WirePart(Role.USER, LONG, turn.id)),
        tokens=9,
        est_cost=0.01,
        hidden={"NAME": 2},
        body=sent,
    )
    row_id = await store.ledger.hand_over(entry, [name, part])
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT count(*) FROM ledger").fetchone() == (1,)
        assert other.execute("SELECT count(*) FROM placeholders").fetchone() == (2,)
    other.close()
    assert store.placeholders(session.id) == [name, part]
    (row,) = store.ledger.rows(session.id)
    assert (row.id, row.host, row.model_id, row.tokens, row.cost, row.hidden) == (
        row_id,
        HOST,
        "openai:gpt",
        9,
        0.01,
        {"NAME": 2},
    )
    assert (row.bytes, row.sha256, row.locality) == (len(sent), hashlib.sha256(sent).hexdigest(), Locality.REMOTE)
    assert store.ledger.body(row_id) == sent


async def test_a_body_that_follows_later_is_kept_to_the_byte(store: Store) -> None:
    session = store.new_session()
    row_id = await store.ledger.hand_over(
        LedgerEntry(host=HOST, model_id="m", session_id=session.id, parts=(WirePart(Role.USER, LONG),))
    )
    assert store.ledger.body(row_id) is None
    assert store.ledger.rows()[0].sha256 is None
    for sent in (body(LONG), json.dumps({"x": [LONG, LONG]}).encode(), b"\xff\x00 not JSON " + LONG.encode("utf-16")):
        await store.ledger.sent(row_id, sent)
        assert store.ledger.body(row_id) == sent
        assert store.ledger.rows()[0].sha256 == hashlib.sha256(sent).hexdigest()
    with pytest.raises(LookupError):
        await store.ledger.sent("nowhere", b"")


async def test_a_placeholder_never_comes_to_stand_for_another_value(store: Store) -> None:
    session = store.new_session()
    entry = LedgerEntry(host=HOST, model_id="m", session_id=session.id)
    ana = PlaceholderRow(session.id, "[NAME_1]", "NAME", "Ana")
    await store.ledger.hand_over(entry, [ana])
    await store.ledger.hand_over(entry, [ana])
    with pytest.raises(ValueError, match=r"\[NAME_1\]"):
        await store.ledger.hand_over(entry, [PlaceholderRow(session.id, "[NAME_1]", "NAME", "Bo")])
    assert store.placeholders(session.id) == [ana]
    assert len(store.ledger.rows(session.id)) == 2


async def test_a_text_sent_in_ten_turns_is_kept_once(opened: Open, path: Path) -> None:
    store = opened()
    session = store.new_session()
    parts: tuple[WirePart, ...] = ()
    for n in range(10):
        parts += (WirePart(Role.USER, f"{n} {LONG}", f"t{n}"), WirePart(Role.ASSISTANT, f"answer {n} {LONG}", f"t{n}", f"a{n}"))
        texts = [p.text for p in parts]
        row_id = await store.ledger.hand_over(
            LedgerEntry(host=HOST, model_id="m", session_id=session.id, parts=parts, body=body(*texts))
        )
    assert store.ledger.body(row_id) == body(*(p.text for p in parts))
    assert store.wire_parts(session.id, HOST) == list(parts)
    assert store.wire_parts(session.id, "elsewhere") == []
    store.shut()
    with sqlite3.connect(path) as conn:
        assert conn.execute("SELECT count(*) FROM parts").fetchone() == (20,)
        (frames,) = conn.execute("SELECT sum(length(frame)) FROM ledger").fetchone()
    conn.close()
    assert frames < len(LONG) * 5


async def test_a_part_rendered_anew_replaces_the_old_one_in_its_place(store: Store) -> None:
    session = store.new_session()
    for question in ("about Ana", "about [NAME_1]"):
        parts = (WirePart(Role.USER, question, "t1"), WirePart(Role.USER, "more", "t2"))
        await store.ledger.hand_over(LedgerEntry(host=HOST, model_id="m", session_id=session.id, parts=parts))
    assert [p.text for p in store.wire_parts(session.id, HOST)] == ["about [NAME_1]", "more"]


async def test_the_cost_of_an_ended_attempt_reaches_its_row(store: Store) -> None:
    session = store.new_session()
    turn = await store.ask(session.id, "q", parent_id=None)
    attempt = store.begin(turn.id, "openai:gpt", HOST, Locality.REMOTE)
    await store.ledger.hand_over(
        LedgerEntry(host=HOST, model_id="m", session_id=session.id, attempt_id=attempt.id, est_cost=0.5, tokens=7)
    )
    store.end(attempt.id, Ending.CUT)
    assert (store.ledger.rows()[0].cost, store.ledger.rows()[0].tokens) == (0.5, 7)
    store.end(attempt.id, Ending.COMPLETE, cost=0.1, usage=Usage(input_tokens=8, output_tokens=1))
    assert (store.ledger.rows()[0].cost, store.ledger.rows()[0].tokens) == (0.1, 8)


def test_contacts_of_an_hour_are_one_row_with_a_count(opened: Open) -> None:
    now = [1000.0]
    store = opened(None, clock=lambda: now[0])
    for ok in (True, False, True):
        store.ledger.contact(HOST, ok, 41.5)
        now[0] += 10
    store.ledger.contact("other", True, None)
    now[0] += 7200
    store.ledger.contact(HOST, True, 40.0)
    late, other, early = store.ledger.rows()
    assert (early.host, early.kind, early.n, early.failed, early.at, early.last, early.ms) == (
        HOST,
        "contact",
        3,
        1,
        1000,
        1020,
        41.5,
    )
    assert (other.host, other.n) == ("other", 1)
    assert (late.host, late.n) == (HOST, 1)
    assert store.ledger.body(early.id) is None


@given(st.lists(st.text(max_size=80), max_size=4), st.binary(max_size=40), st.booleans())
def test_any_body_comes_back_from_its_frame(texts: list[str], tail: bytes, ascii_only: bool) -> None:
    sent = json.dumps(texts, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass") + tail
    assert unframe(frame(sent, texts), texts) == sent
