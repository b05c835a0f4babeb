"""What long conversations and many of them cost: opening one, the memory it takes, and finding words in all that was said."""

from __future__ import annotations

import sqlite3
import statistics
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

import psutil

from hybridchat.conversation import Attempt, Ending, Session, Turn
from hybridchat.demo.texts import GENERAL, TOPICS
from hybridchat.facts import Locality
from hybridchat.sessions.search import words
from hybridchat.sessions.store import Store
from hybridchat.sessions.tags import wanted
from tests.benchmarks.conversations import MODEL
from tests.benchmarks.figures import Figure, ms, percentile, ratio
from tests.benchmarks.listening import Heard
from tests.benchmarks.programs import HYBRIDCHAT, peer, surroundings

MEGABYTE = 1e6
SETTLE = 4.0
"""Seconds after the first paint until memory is read: what is rendered ahead is rendered by then."""
FEW, SOME, MANY = 10, 500, 10_000
"""Messages of the conversations that are opened."""
QUERIES = ("pattern", "python list", "conf", '"to your message"', "zzzz", "th", "answer 4711")
"""A word, two, the beginning of one, a phrase, one that is nowhere, two letters, and one that stands in few places."""


def figures(*, quick: bool) -> list[Figure]:
    with surroundings() as env:
        stores = {n: conversation(env, n) for n in (FEW, SOME, MANY)}
        return [*_opening(env, stores, 3 if quick else 9), *_memory(env, stores, 1 if quick else 3), *_search(env, quick=quick)]


def conversation(env: Mapping[str, str], messages: int, number: int = 0) -> str:
    """Stores a conversation of that many messages, questions and Markdown answers in turns; its id."""
    answers = [text for _, text in TOPICS] + list(GENERAL)
    turns: list[Turn] = []
    for n in range(messages // 2):
        turn = f"{number * 10**6 + messages * 10**8 + n:016x}"
        said = f"{turn[:-1]}{n % 16:x}"
        text = f"{answers[n % len(answers)]}\n\nThat was answer {n}."
        attempt = Attempt(said, turn, MODEL, "127.0.0.1", Locality.ON_DEVICE, text, "", Ending.COMPLETE, started=1e9 + n)
        parent = turns[-1].id if turns else None
        question = f"Question {n}: how would you go about part {n} of this?"
        turns.append(Turn(turn, "", parent, question, 1e9 + n, Ending.COMPLETE, (attempt,), said))
    store = Store.open(Path(env["HYBRIDCHAT_DATA_DIR"]) / "hybridchat.db")
    taken = store.intake.take(Session("", f"{messages} messages", 1e9, 1e9), turns, origin="", kind="bench")
    store.shut()
    return taken.id


def _opening(env: Mapping[str, str], stores: Mapping[int, str], n: int) -> list[Figure]:
    """Start to the last answer on the screen, with the conversation as the only argument."""
    shown: dict[int, list[float]] = {size: [] for size in stores}
    first: list[float] = []
    bare: list[float] = []
    for turn in range(n + 1):
        screen = Heard(peer("textual_screen"), env=env)
        while screen.first_paint is None:
            screen.pump(0.5)
        if turn:
            bare.append(screen.first_paint)
        screen.close("ctrl+q")
        for size, session in stores.items():
            terminal = Heard((*HYBRIDCHAT, "chat", "--session", session), env=env)
            at = terminal.hear(f"Thatwasanswer{size // 2 - 1}.".encode(), 0)
            if turn and at is not None:
                shown[size].append(at - terminal.started)
            if turn and size == MANY and terminal.first_paint is not None:
                first.append(terminal.first_paint)
            terminal.close("ctrl+q")
    few, many = shown[FEW], shown[MANY]
    more = statistics.median(many) - statistics.median(few)
    worst = statistics.median(first)
    return [
        Figure(
            "first paint, with 10,000 messages to open", ms(first), f"bare Textual screen {ms(bare)}", ratio(first, bare),
            "<= 0.5 s", worst <= 0.5, n,
        ),
        Figure("start to the end of 500 messages", ms(shown[SOME]), f"10 messages {ms(few)}", ratio(shown[SOME], few), n=n),
        Figure(
            "start to the end of 10,000 messages", ms(many), f"10 messages {ms(few)}", ratio(many, few),
            "<= 0.5 s more", more <= 0.5, n,
        ),
    ]  # fmt: skip


def _memory(env: Mapping[str, str], stores: Mapping[int, str], n: int) -> list[Figure]:
    empty = [_resident(("chat",), env) for _ in range(n)]
    found = []
    for size, goal in ((SOME, 25), (MANY, 60)):
        full = [_resident(("chat", "--session", stores[size]), env) for _ in range(n)]
        more = statistics.median(full) - statistics.median(empty)
        found.append(_more(f"RSS of {size:,} messages, opened", more, empty, goal, n))
    top = [_resident(("chat", "--session", stores[MANY]), env, home=True) for _ in range(n)]
    found.append(_more("RSS of 10,000 messages, all loaded", statistics.median(top) - statistics.median(empty), empty, 60, n))
    return found


def _more(name: str, more: float, empty: Sequence[float], goal: int, n: int) -> Figure:
    without = f"without {statistics.median(empty):.1f} MB"
    return Figure(name, f"+{more:.1f} MB", without, goal=f"<= {goal} MB more", met=more <= goal, n=n)


def _resident(arguments: Sequence[str], env: Mapping[str, str], *, home: bool = False) -> float:
    """Megabytes of the program some seconds after its first paint; with `home` after going to the first line."""
    terminal = Heard((*HYBRIDCHAT, *arguments), env=env)
    while terminal.first_paint is None:
        terminal.pump(0.5)
    terminal.listen(SETTLE)
    if home:
        terminal.send("shift+tab")
        terminal.listen(0.5)
        since = len(terminal.raw)
        terminal.send("home")
        if terminal.hear(b"Question0:", since) is None:
            raise RuntimeError("the first question is not shown")
        terminal.listen(SETTLE)
    size = psutil.Process(terminal.pid).memory_info().rss / MEGABYTE
    terminal.close("ctrl+q")
    return float(size)


def _search(env: Mapping[str, str], *, quick: bool) -> list[Figure]:
    """The list's own search over 100,000 messages, and as floor the bare query of the index over the same file."""
    for number in range(1, 2 if quick else 10):
        conversation(env, MANY, number)
    path = Path(env["HYBRIDCHAT_DATA_DIR"]) / "hybridchat.db"
    store = Store.open(path)
    found: list[float] = []
    listed: list[float] = []
    floor: list[float] = []
    with closing(sqlite3.connect(path)) as conn:
        messages = 2 * int(conn.execute("SELECT count(*) FROM turns").fetchone()[0])
        for _ in range(20):
            for query in QUERIES:
                said = wanted(query)
                found.append(_timed(lambda query=query: store.search.find(query, limit=50)))
                listed.append(_timed(lambda said=said: store.listing.find(said, kind="bench", limit=50)))
                match = " AND ".join(f'"{term}"*' for term in words(query))
                floor.append(_timed(lambda match=match: conn.execute(_FLOOR, (match,)).fetchall()))
    store.shut()
    bare = f"row numbers alone, p95 {1e3 * percentile(floor, 0.95):.1f} ms"
    return [
        _searched(f"full text over {messages:,} messages, 50 hits", found, bare),
        _searched("the list of F6 for the same", listed, bare),
    ]


def _searched(name: str, seconds: Sequence[float], floor: str) -> Figure:
    worst = percentile(seconds, 0.95)
    told = f"p50 {1e3 * statistics.median(seconds):.1f}, p95 {1e3 * worst:.1f}, max {1e3 * max(seconds):.1f} ms"
    return Figure(name, told, floor, goal="p95 <= 50 ms", met=worst <= 0.05, n=len(seconds))


_FLOOR = "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid DESC LIMIT 50"


def _timed(work: object) -> float:
    assert callable(work)
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
