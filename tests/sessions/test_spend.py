"""Money set aside within a limit: looked at and taken in one step, whoever else is looking."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from hybridchat.sessions.store import Store

CLAIMING = """
    import asyncio, sys, time
    from pathlib import Path
    from hybridchat.sessions.store import Store

    async def main():
        store = Store.open(Path(sys.argv[1]))
        print("ready", flush=True)
        sys.stdin.readline()
        got = [await store.spend.claim(None, "openai:gpt", 0.25, time.time(), limit=2.5, since=0.0) for _ in range(10)]
        print(sum(one is not None for one in got), flush=True)
        sys.stdin.readline()
        store.shut()

    asyncio.run(main())
"""


def test_two_processes_that_ask_at_once_do_not_go_beyond_the_limit(path: Path) -> None:
    command = [sys.executable, "-c", textwrap.dedent(CLAIMING), str(path)]
    running = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    try:
        for process in running:
            assert _line(process) == "ready"
        for process in running:
            _send(process)
        got = [int(_line(process)) for process in running]
        assert sum(got) == 10  # 2.50 of 0.25 each, of the 20 that were asked for
    finally:
        for process in running:
            process.communicate("\n", timeout=20)


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def _send(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


async def test_a_claim_beyond_the_limit_takes_nothing(store: Store) -> None:
    claim = store.spend.claim
    first = await claim(None, "openai:gpt", 0.7, 100.0, limit=1.0, since=50.0)
    assert first is not None
    assert await claim(None, "openai:gpt", 0.4, 101.0, limit=1.0, since=50.0) is None
    assert await claim(None, "openai:gpt", 0.3, 102.0, limit=1.0, since=50.0) is not None
    assert store.spend.spent(50.0).reserved == pytest.approx(1.0)
    store.spend.settle(first, 0.1, "actual")
    assert await claim(None, "openai:gpt", 0.4, 103.0, limit=1.0, since=50.0) is not None


@pytest.mark.parametrize(("spent", "granted"), [(0.9, True), (1.0, False)])
async def test_a_call_of_unknown_price_needs_something_to_be_left(store: Store, spent: float, *, granted: bool) -> None:
    assert await store.spend.claim(None, "openai:gpt", spent, 100.0, limit=1.0, since=50.0) is not None
    assert (await store.spend.claim(None, "openai:new", None, 101.0, limit=1.0, since=50.0) is not None) is granted


async def test_what_was_spent_before_the_day_began_does_not_count(store: Store) -> None:
    assert await store.spend.claim(None, "openai:gpt", 1.0, 100.0, limit=1.0, since=50.0) is not None
    assert await store.spend.claim(None, "openai:gpt", 1.0, 300.0, limit=1.0, since=200.0) is not None
