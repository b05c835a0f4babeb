"""Money, decisions, gauges, speeds, consents, exports."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

from hybridchat import __version__
from hybridchat.conversation import Ending
from hybridchat.facts import Candidate, Decision, Locality, Model, Price, Rejection
from hybridchat.sessions import export
from hybridchat.sessions.store import Store
from tests.sessions.conftest import Open

SMALL = Model("ollama:llama3.2", "127.0.0.1:11434", Locality.ON_DEVICE, capabilities=frozenset({"vision", "tools"}))
LARGE = Model("openai:gpt", "api.openai.com", Locality.REMOTE, price=Price(1.0, 2.0, as_of=date(2026, 6, 1)))


def test_money_is_reserved_then_settled(store: Store) -> None:
    assert store.spend.spent(0).usd == 0.0
    first = store.spend.reserve("a1", "openai:gpt", 0.5, at=100.0)
    second = store.spend.reserve("a2", "openai:gpt", 0.25, at=200.0)
    store.spend.reserve("a3", "x:y", None, at=200.0)
    told = store.spend.spent(0)
    assert (told.usd, told.reserved, told.unpriced) == (0.0, 0.75, 1)
    store.spend.settle(first, 0.125, "actual")
    told = store.spend.spent(0)
    assert (told.usd, told.reserved) == (0.125, 0.25)
    assert store.spend.spent(150.0).usd == 0.0
    store.spend.settle(second, 0.25, "estimate")
    assert (store.spend.spent(150.0).usd, store.spend.spent(150.0).reserved) == (0.25, 0.0)


async def test_spending_is_seen_by_a_second_process_and_survives_a_restart(opened: Open) -> None:
    store, beside = opened(), opened()
    store.spend.reserve(None, "openai:gpt", 0.5, at=100.0)
    store.flush()
    assert beside.spend.spent(0).reserved == 0.5
    await store.close()
    assert (beside.spend.spent(0).usd, beside.spend.spent(0).reserved) == (0.5, 0.0)


async def test_a_decision_is_kept_with_its_versions(store: Store) -> None:
    turn = await store.ask(store.new_session().id, "secret words", parent_id=None)
    decision = Decision(
        chosen=SMALL,
        candidates=(Candidate(SMALL, score=0.8, parts={"fit": 1.0}), Candidate(LARGE, Rejection("budget", "spent", 5.0, 5.0))),
        order=(SMALL.id,),
        reason="looks easy",
        strategy="local-first",
        version=3,
    )
    first = store.decided(turn.id, decision, '{"at": 1.5}', 120)
    second = store.decided(turn.id, replace(decision, chosen=None, reason="none left"), "", 90)
    told = store.decision(turn.id, first)
    assert told is not None
    assert (told["micros"], told["version"], told["program"], told["snapshot"]) == (120, 3, __version__, {"at": 1.5})
    chosen, rejected = (c["model"] for c in told["decision"]["candidates"])
    assert (chosen["capabilities"], chosen["locality"], chosen["price"]) == (["tools", "vision"], "on_device", None)
    assert rejected["price"]["as_of"] == "2026-06-01"
    assert "secret" not in json.dumps(told)
    last = store.decision(turn.id)
    assert last is not None
    assert (last["id"], last["decision"]["chosen"], last["snapshot"]) == (second, None, None)
    assert store.decision("nowhere") is None


def test_the_last_snapshot_speeds_notes_and_consents_survive(opened: Open) -> None:
    store = opened()
    session = store.new_session()
    assert store.snapshot() is None
    store.save_snapshot('{"n": 2}', 20.0)
    store.save_snapshot('{"n": 1}', 10.0)
    store.save_live("ollama:a", "{}")
    store.save_live("ollama:a", '{"tokens_per_second": 42}')
    store.remember("last ask of tty1", session.id)
    store.allow(session.id, "api.openai.com")
    store.allow(session.id, "api.openai.com")
    store.shut()
    again = opened()
    assert again.snapshot() == ('{"n": 2}', 20.0)
    assert again.live() == {"ollama:a": '{"tokens_per_second": 42}'}
    assert again.recall("last ask of tty1") == session.id
    assert again.recall("nothing") is None
    assert again.allowed(session.id) == {"api.openai.com"}
    assert again.allowed("nowhere") == frozenset()


async def test_an_export_holds_the_conversation(opened: Open) -> None:
    store = opened(None, clock=lambda: 1_750_000_000.0)
    session = store.new_session(system='say "yes": always')
    first = await store.ask(session.id, "Why?\nReally: why?", parent_id=None)
    attempt = store.begin(first.id, SMALL.id, SMALL.host, SMALL.locality)
    store.say(attempt.id, "```python\nx\n```", thinking="let me see\n\nso")
    store.end(attempt.id, Ending.COMPLETE, cost=0.5)
    store.end_turn(first.id, Ending.COMPLETE)
    second = await store.ask(session.id, "And in the cloud?", parent_id=first.id)
    attempt = store.begin(second.id, LARGE.id, LARGE.host, LARGE.locality)
    store.end(attempt.id, Ending.CUT, text="Half", error="the connection was lost")
    store.end_turn(second.id, Ending.CUT)
    await store.ask(session.id, "Later", parent_id=second.id, ending=Ending.QUEUED)
    kept = store.session(session.id)
    assert kept is not None
    told = export.markdown(kept, store.path(session.id))
    assert (
        told
        == f"""---
title: "Why?"
id: "{session.id}"
created: "2025-06-15T15:06:40Z"
updated: "2025-06-15T15:06:40Z"
models: ["ollama:llama3.2", "openai:gpt"]
system: "say \\"yes\\": always"
---

## you

Why?
Really: why?

## ollama:llama3.2 · this machine

```python
x
```

## you

And in the cloud?

## openai:gpt · cloud

Half

*(answer interrupted: the connection was lost)*

## you

Later

*(waits to be sent)*
"""
    )
    assert "> let me see\n>\n> so\n\n```python" in export.markdown(kept, store.path(session.id), thinking=True)
    data = json.loads(export.as_json(kept, store.path(session.id)))
    assert (data["schema"], data["session"]["title"], len(data["turns"])) == (1, "Why?", 3)
    answer = data["turns"][0]["attempts"][0]
    assert (answer["cost"], answer["usage"]["input_tokens"], answer["started"]) == (0.5, None, "2025-06-15T15:06:40Z")
    assert data["turns"][0]["answer"] == answer["id"]
    assert (data["turns"][2]["ending"], data["turns"][2]["answer"]) == ("queued", None)
