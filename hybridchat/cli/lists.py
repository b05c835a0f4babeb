"""Lists on stdout: models, sessions, the ledger, a decision."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime

from hybridchat.assemble import Setup, assembled, database
from hybridchat.cli import edge, sentences
from hybridchat.cli.edge import Exit, say
from hybridchat.config import Config, load
from hybridchat.config.pair import starting_pair
from hybridchat.facts import Model, price_age
from hybridchat.render import ledger as told
from hybridchat.render import why as explained
from hybridchat.render import words
from hybridchat.render.changes import changes
from hybridchat.render.models import memory
from hybridchat.render.text import neutralise
from hybridchat.replay import Recorded, recorded
from hybridchat.routing.explain import from_record
from hybridchat.sessions.ledger import LedgerRow
from hybridchat.sessions.store import Store
from hybridchat.welcome import to_pull
from hybridchat.world import World

KEEPING = "hybridchat models pull NAME gets another; rm NAME and unload NAME make room."
EVERY = -1
"""A limit that is none, as SQLite counts."""


def columns(rows: Iterable[Sequence[str]]) -> str:
    """Rows as aligned columns."""
    # names come from servers, and questions from files
    table_rows = [[neutralise(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in table_rows) for i in range(len(table_rows[0]))] if table_rows else []
    return "".join("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() + "\n" for row in table_rows)


def models(*, demo: bool) -> int:
    return asyncio.run(_models(demo=demo))


async def _models(*, demo: bool) -> int:
    config = load()
    async with assembled(Setup(demo=demo, samplers=False, save=False, config=config)) as chat:
        for problem in _problems(chat.world, config, demo=demo):
            say(problem)
        active = chat.world.active or frozenset()
        every = chat.models()
        if not every:
            from hybridchat.cli.models import measure

            await measure(chat.world)
            raise Exit(edge.NOTHING, f"There is no model yet: {to_pull(chat.snapshot().device)[1]} gets one, or set a cloud key.")
        rows = [_row(m, active=m.id in active) for m in every]
        sys.stdout.write(columns([("", "model", "where", "tier", "window", "price"), *rows]))
        sys.stdout.write(_legend(every))
        await _here(chat.world)
    return edge.OK


async def _here(world: World) -> None:
    """What is kept on this machine, what runs, and what fits."""
    from hybridchat.cli.models import kept, measure  # imported here: with it comes what keeps models

    await measure(world)
    if rows := list(kept(world)):
        sys.stdout.write(f"\nOn this machine:\n{columns(rows)}")
    sys.stdout.write(f"{memory(world.snapshot().device)}\n{KEEPING}\n")


def _problems(world: World, config: Config, *, demo: bool) -> Iterator[str]:
    yield from (str(problem) for problem in world.problems.values())
    if demo:
        return
    for name in starting_pair(world.models, {}, config).missing:
        yield f"{name}, named in the configuration, is not there."
    for endpoint in world.endpoints:
        if endpoint.own_base:
            yield f"{endpoint.name} goes to {endpoint.base_url} ({endpoint.source}), not to its usual address."


def _row(model: Model, *, active: bool) -> tuple[str, ...]:
    window = f"{model.window // 1000}k" + (" assumed" if model.window_assumed else "")
    price = "" if model.on_device else "unknown"
    if model.price is not None:
        price = f"${model.price.input:g} in, ${model.price.output:g} out"
        if old := price_age(model.price, time.time()):
            price += f" ({old})"
    return "*" if active else "", model.id, words.PLACES[model.locality], str(model.tier), window, price


def _legend(every: Sequence[Model]) -> str:
    days = sorted({str(m.price.as_of) for m in every if m.price is not None and m.price.as_of is not None})
    prices = f"Prices: US dollars per million tokens, as of {', '.join(days)}.\n" if days else ""
    return f"* in use; the others join with -m or /model. Windows in tokens.\n{prices}"


def open_store() -> Store:
    """The saved conversations. Raises `Exit` when there are none, or they cannot be read."""
    path = database(os.environ)
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise Exit(edge.OK, "Nothing is saved yet.") from None
    except OSError as error:
        raise Exit(edge.USAGE, f"{path} cannot be read: {error.strerror}.") from None
    store = Store.open(path)
    for notice in (store.notice, store.problem):
        say(notice or "")
    return store


def _when(at: float) -> str:
    return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M")


def ledger(*, raw: str | None, as_json: bool) -> int:
    store = open_store()
    try:
        rows = store.ledger.rows(limit=EVERY)
        if raw is not None:
            return _raw(store, [r for r in rows if r.id.startswith(raw)], raw)
        if as_json:
            for row in rows:
                sys.stdout.write(edge.json_line(asdict(row)))
            return edge.OK
        lines = [(r.id[:8], _when(r.at), r.host, _what(r)) for r in rows]
        sys.stdout.write(columns(lines) if lines else "Nothing has left this machine.\n")
        return edge.OK
    finally:
        asyncio.run(store.close())


def _what(row: LedgerRow) -> str:
    """`question to gpt-6.1-terra: 334 bytes · 60 tokens · $0.004 · 1 email hidden · sha256 12ab34cd56ef`."""
    return f"{told.whom(row)}: {told.what(row)}" + (f" · sha256 {row.sha256[:12]}" if row.sha256 else "")


def _raw(store: Store, rows: Sequence[LedgerRow], said: str) -> int:
    if len(rows) != 1:
        several = f"several rows that begin with {said}" if rows else f"no message {said}"
        raise Exit(edge.USAGE, f"The ledger has {several}. `hybridchat ledger` lists them.")
    if (body := store.ledger.body(rows[0].id)) is None:
        raise Exit(edge.USAGE, told.no_body(rows[0]))
    if sys.stdout.isatty():
        edge.out(body.decode("utf-8", "replace") + "\n")
    else:  # the body and nothing else: its hash must be the ledger's
        sys.stdout.buffer.write(body)
    return edge.OK


def why(said: str | None) -> int:
    store = open_store()
    try:
        turn_id = _turn_id(store, said)
        record = store.decision(turn_id, answered=True) if turn_id is not None else None
        made = store.past.made(turn_id) if turn_id is not None else None
    except LookupError as error:
        raise Exit(edge.USAGE, f"{str(error)[:1].upper()}{str(error)[1:]}.") from None
    finally:
        asyncio.run(store.close())
    if record is None:
        missing = "no decision to explain yet" if said is None else f"no decision about a turn or conversation {said}"
        raise Exit(edge.USAGE, f"There is {missing}.")
    lines = [*explained.told(from_record(record["decision"])), *_around(recorded(made) if made is not None else None)]
    told_of = [sentences.without_keys(line) for line in lines]
    sys.stdout.write("\n".join(told_of) + "\n")
    return edge.OK


def _around(record: Recorded | None) -> Iterator[str]:
    """The gauges that a decision was made with, and what would have changed it; nothing where they were not kept."""
    if record is None:
        return
    yield ""
    yield "As it was then:"
    yield from (f"  {line}" for line in sentences.status(record.snapshot, record.snapshot.models))
    found = changes(record.request, record.snapshot, record.policy)
    yield ""
    yield "What would have changed it:" if found else "Nothing that was tried would have changed it."
    yield from (f"  {condition}: {outcome}." for condition, outcome in found)


def _turn_id(store: Store, said: str | None) -> str | None:
    """A turn by its id, or the last one of a conversation, or of all. Raises `LookupError` for an ambiguous conversation."""
    if said is None:
        session = next((s for s in store.sessions(None) if s.turns), None)
    elif store.turn(said) is not None:
        return said
    else:
        session = store.session(said)
    return session.leaf_id if session is not None else None
