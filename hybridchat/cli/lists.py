"""Lists on stdout: models, sessions, the ledger, a decision."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime

from hybridchat.assemble import Setup, assembled, database
from hybridchat.cli import edge
from hybridchat.cli.edge import Exit, say
from hybridchat.facts import Model
from hybridchat.render import words
from hybridchat.render.text import one_line
from hybridchat.routing.explain import from_record, sentence, table
from hybridchat.sessions.ledger import LedgerRow
from hybridchat.sessions.store import Store


def columns(rows: Iterable[Sequence[str]]) -> str:
    """Rows as aligned columns."""
    table_rows = [list(row) for row in rows]
    widths = [max(len(row[i]) for row in table_rows) for i in range(len(table_rows[0]))] if table_rows else []
    return "".join("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() + "\n" for row in table_rows)


def models(*, demo: bool) -> int:
    return asyncio.run(_models(demo=demo))


async def _models(*, demo: bool) -> int:
    async with assembled(Setup(demo=demo, samplers=False, save=False)) as chat:
        for problem in chat.world.problems.values():
            say(str(problem))
        for endpoint in chat.world.endpoints:
            if endpoint.own_base and not demo:
                say(f"{endpoint.name} goes to {endpoint.base_url} ({endpoint.source}), not to the provider's own address.")
        active = chat.world.active or frozenset()
        rows = [_row(m, active=m.id in active) for m in chat.models()]
        if not rows:
            raise Exit(
                edge.NOTHING, "There is no model yet. Start Ollama and pull one (ollama pull llama3.2), or set a cloud key."
            )
        sys.stdout.write(columns([("in use", "model", "where", "tier", "window", "price per million tokens"), *rows]))
    return edge.OK


def _row(model: Model, *, active: bool) -> tuple[str, ...]:
    window = f"{model.window:,}" + (" assumed" if model.window_assumed else "")
    price = "" if model.on_device else "unpriced"
    if model.price is not None:
        price = f"${model.price.input:g} in, ${model.price.output:g} out"
        price += f" (of {model.price.as_of})" if model.price.as_of else ""
    return "*" if active else "", model.id, words.PLACES[model.locality], str(model.tier), window, price


def _store() -> Store:
    path = database(os.environ)
    if not path.exists():
        raise Exit(edge.OK, "Nothing is saved yet.")
    return Store.open(path)


def _when(at: float) -> str:
    return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M")


def sessions() -> int:
    store = _store()
    try:
        rows = [
            (s.id[:8], _when(s.updated), words.plural(s.turns, "turn"), one_line(s.title, 60))
            for s in store.sessions(None)
            if s.turns
        ]
    finally:
        asyncio.run(store.close())
    sys.stdout.write(columns(rows))
    return edge.OK


def ledger(*, raw: str | None, as_json: bool) -> int:
    store = _store()
    try:
        if raw is not None:
            return _raw(store, raw)
        rows = store.ledger.rows()
        if as_json:
            for row in rows:
                sys.stdout.write(json.dumps(asdict(row), ensure_ascii=False) + "\n")
            return edge.OK
        told = [(r.id, _when(r.at), r.kind, r.host, words.short(r.model_id or ""), _size(r), _hidden(r)) for r in rows]
        sys.stdout.write(columns(told) if told else "Nothing has left this machine.\n")
        return edge.OK
    finally:
        asyncio.run(store.close())


def _size(row: LedgerRow) -> str:
    return f"{row.bytes:,} bytes" if row.bytes is not None else ""


def _hidden(row: LedgerRow) -> str:
    return ", ".join(f"{n} {kind.lower()} hidden" for kind, n in row.hidden.items())


def _raw(store: Store, row_id: str) -> int:
    body = store.ledger.body(row_id)
    if body is None:
        raise Exit(edge.USAGE, f"The ledger has no message {row_id}. `hybridchat ledger` lists them.")
    sys.stdout.buffer.write(body)
    sys.stdout.buffer.write(b"\n")
    return edge.OK


def why(turn_id: str | None) -> int:
    store = _store()
    try:
        if turn_id is None:
            newest = next(iter(store.sessions(None, limit=1)), None)
            turn_id = newest.leaf_id if newest is not None else None
        record = store.decision(turn_id) if turn_id is not None else None
    finally:
        asyncio.run(store.close())
    if record is None:
        raise Exit(edge.USAGE, "There is no decision to explain yet.")
    decision = from_record(record["decision"])
    sys.stdout.write(sentence(decision) + "\n\n" + columns(table(decision)))
    return edge.OK
