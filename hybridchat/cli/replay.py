"""`hybridchat replay`: the stored decisions made again, as they were or under another strategy."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta

import msgspec

from hybridchat.cli import edge, sentences
from hybridchat.cli.edge import Exit
from hybridchat.cli.lists import columns, open_store
from hybridchat.config import Config, load
from hybridchat.config.endpoints import endpoints
from hybridchat.config.errors import suggestion
from hybridchat.policies import policy_of
from hybridchat.render import words
from hybridchat.replay import Move, Replay, Sum, replay
from hybridchat.routing.policy import Policy
from hybridchat.routing.strategies import STRATEGIES

SHOWN = 20
"""Moves that are listed, the newest; `--json` has all."""


def run(strategy: str | None, since: str | None, *, as_json: bool) -> int:
    """Prints what would have gone elsewhere. Raises `Exit`, `ConfigError`."""
    start = _since(since, time.time()) if since is not None else 0.0
    policy = _policy(load(), strategy) if strategy is not None else None
    store = open_store()
    try:
        rows = store.past.decided(start)
    finally:
        asyncio.run(store.close())
    made = replay(rows, policy)
    if as_json:
        sys.stdout.write(edge.json_line(_record(made, strategy)))
    else:
        sys.stdout.write("\n".join(_told(made, strategy)) + "\n")
    return edge.OK


def _policy(config: Config, name: str) -> Policy:
    known = (*STRATEGIES, *config.strategies)
    if name not in known:
        raise Exit(edge.USAGE, f"There is no strategy {name}{suggestion(name, known)}. There are: {', '.join(known)}.")
    return policy_of(msgspec.structs.replace(config, strategy=name), endpoints(config, os.environ))


def _since(said: str, now: float) -> float:
    """Epoch seconds of the midnight, here, that `2026-11-01` or `7d` (the last seven days) begins with."""
    today = datetime.fromtimestamp(now, UTC).astimezone().date()
    try:
        days = said.removesuffix("d")
        first = today - timedelta(days=int(days) - 1) if days.isdecimal() else date.fromisoformat(said)
        return datetime(first.year, first.month, first.day).timestamp()  # noqa: DTZ001 - a wall clock's midnight
    except (ValueError, OverflowError, OSError):
        raise Exit(edge.USAGE, f"--since is a date as in {today}, or a number of days as in 7d; not {said}.") from None


def _record(made: Replay, strategy: str | None) -> dict[str, object]:
    return {
        "schema": 1,
        "strategy": strategy,
        "turns": made.turns,
        "left_out": made.left_out,
        "same": made.same,
        "was": _sum_record(made.was),
        "would_be": _sum_record(made.would_be),
        "moves": [asdict(move) for move in made.moves],
    }


def _sum_record(made: Sum) -> dict[str, object]:
    share = made.local_share
    return {**asdict(made), "cost": round(made.cost, 6), "local_share": None if share is None else round(share, 4)}


def _told(made: Replay, strategy: str | None) -> Iterator[str]:
    if made.left_out:
        yield f"{words.plural(made.left_out, 'turn')} left out: decided by another version of the program."
    if not made.turns:
        yield "There is no decision to make again."
        return
    under = f"under the {strategy} strategy" if strategy is not None else "under the policy of its time"
    yield f"{words.plural(made.turns, 'turn')} decided again {under}, each as it stood."
    yield ""
    yield from columns(
        (
            ("", "was", "would be"),
            ("answered", str(made.was.answered), str(made.would_be.answered)),
            ("on this machine", _share(made.was), _share(made.would_be)),
            ("cost, estimated", _cost(made.was), _cost(made.would_be)),
        )
    ).splitlines()
    yield ""
    if not made.moves:
        yield (
            "Every decision is the same."
            if made.same
            else "Every turn goes where it went; what is tried next, or offered, differs."
        )
        return
    yield f"{words.plural(len(made.moves), 'turn')} would go elsewhere" + (
        f"; the newest {SHOWN}:" if len(made.moves) > SHOWN else ":"
    )
    yield from columns(_row(move) for move in made.moves[-SHOWN:]).splitlines()


def _row(move: Move) -> tuple[str, ...]:
    when = datetime.fromtimestamp(move.at, UTC).astimezone().strftime("%Y-%m-%d %H:%M")
    was, would_be = (words.short(m) if m is not None else "nobody" for m in (move.was, move.would_be))
    return move.turn_id[:8], when, f"{was} -> {would_be}", sentences.without_keys(move.why)


def _share(made: Sum) -> str:
    return "-" if made.local_share is None else f"{100 * made.local_share:.0f} %"


def _cost(made: Sum) -> str:
    told = words.money(made.cost)
    return f"{told} and {made.unpriced} unpriced" if made.unpriced else told
