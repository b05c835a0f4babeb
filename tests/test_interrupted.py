"""What becomes of a turn when its process, its task or its disk goes away: nothing typed and nothing said is lost."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hybridchat.conversation import Ending, Turn
from hybridchat.demo import Demo, Fault
from hybridchat.events import Asked, Decided, Ended, Event, HandedOver, Said
from hybridchat.sessions.store import Store
from tests.cli.run import ROOT, bare, hybridchat
from tests.support.chats import Bench, bench, environment

ESSAY = "a very long essay"
posix = pytest.mark.skipif(os.name != "posix", reason="kills, terminals and modes as POSIX has them")


@contextmanager
def kept(folder: Path) -> Iterator[Store]:
    """The store of a program that ran on `folder`, opened as the next one would."""
    store = Store.open(folder / "data" / "hybridchat.db")
    try:
        yield store
    finally:
        store.shut()


def only_turn(store: Store) -> Turn:
    (session,) = [s for s in store.sessions(None) if s.turns]
    (turn,) = store.path(session.id)
    return turn


@pytest.fixture
def slow() -> Iterator[Demo]:
    with Demo(chunks_per_second=60) as running:
        yield running


@contextmanager
def asking(demo: Demo, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A whole `hybridchat ask` in the middle of its answer."""
    process = subprocess.Popen(
        [sys.executable, "-m", "hybridchat", "ask", "--local", ESSAY],
        env={**bare(), **environment(demo, folder)},
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        yield process
    finally:
        process.kill()
        process.stdout.close()
        process.wait()


def read(process: subprocess.Popen[bytes], size: int) -> bytes:
    assert process.stdout is not None
    said = b""
    while len(said) < size:
        said += os.read(process.stdout.fileno(), 65536)
    return said


# -- a process that dies -----------------------------------------------------------------------------------------------


def test_an_ask_killed_in_mid_answer_leaves_question_and_text(slow: Demo, tmp_path: Path) -> None:
    with asking(slow, tmp_path) as process:
        said = read(process, 300)
        time.sleep(0.3)  # the text above is promised to be on disk within 250 ms
        process.kill()
        process.wait()
    with kept(tmp_path) as store:
        turn = only_turn(store)
        assert store.recovered == (turn.id,)
        assert (turn.question, turn.ending) == (ESSAY, Ending.CUT)
        assert turn.answer is not None
        assert turn.answer.ending is Ending.CUT
        assert turn.answer.text.encode().startswith(said.rstrip())


@posix
@pytest.mark.pty
def test_a_chat_killed_in_mid_answer_shows_it_when_it_is_opened_again(slow: Demo, tmp_path: Path) -> None:
    from tests.cli.talk import Talk

    env = environment(slow, tmp_path)
    with Talk("chat", "--plain", "--local", env=env) as talk:
        talk.until("you: ")
        talk.terminal.send(ESSAY, "enter")
        shown = len(talk.raw)
        while len(talk.raw) < shown + 300:
            assert talk.terminal.alive
            talk.terminal.pump(0.2)
        time.sleep(0.3)
        os.kill(talk.terminal.pid, signal.SIGKILL)
    with kept(tmp_path) as store:
        turn = only_turn(store)
        assert (turn.question, turn.ending) == (ESSAY, Ending.CUT)
        assert turn.answer is not None
        assert len(turn.answer.text) > 100
        session, words = turn.session_id, turn.answer.text.split()[:3]
    with Talk("chat", "--plain", "--local", "--session", session, env=env) as again:
        shown = again.until("interrupted")
        assert ESSAY in shown
        assert " ".join(words) in shown


async def test_a_live_turn_of_another_process_is_left_alone(slow: Demo, tmp_path: Path) -> None:
    with asking(slow, tmp_path) as process:
        await asyncio.to_thread(read, process, 100)
        async with bench(tmp_path, slow, save=True) as b:
            assert b.chat.store.recovered == ()
            theirs = only_turn(b.chat.store)
            assert theirs.ending is None
            assert (await b.ask("What is the capital of France?")).ended.ending is Ending.COMPLETE
            again = b.chat.store.turn(theirs.id)
            assert again is not None
            assert again.ending is None


# -- a task that is cancelled ------------------------------------------------------------------------------------------


async def follow(b: Bench, seen: list[Event]) -> None:
    async with b.chat.answer(b.session.id, ESSAY) as answer:
        async for event in answer:
            seen.append(event)  # noqa: PERF401 - one by one: somebody is looking


async def cancelled(b: Bench, after: Callable[[list[Event]], bool]) -> Turn:
    """Cancels the task that follows an answer as soon as `after` is true of the events; the turn as stored then."""
    seen: list[Event] = []
    task = asyncio.create_task(follow(b, seen))
    async with asyncio.timeout(10):
        while not after(seen):
            await asyncio.sleep(0.002)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    said = "".join(e.text for e in seen if isinstance(e, Said))
    (turn,) = b.chat.store.path(b.session.id)
    assert (turn.question, turn.ending) == (ESSAY, Ending.CUT)
    assert (turn.answer.text if turn.answer else "").startswith(said)
    return turn


async def test_cancelling_in_mid_answer_saves_it_and_hangs_up(slow: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, slow) as b:
        turn = await cancelled(b, lambda seen: sum(isinstance(e, Said) for e in seen) > 5)
        assert turn.answer is not None
        assert turn.answer.ending is Ending.CUT
        assert len(turn.answer.text) > 5
        async with asyncio.timeout(10):
            while slow.ollama.open_streams:
                await asyncio.sleep(0.01)


@pytest.mark.parametrize("kind", [Asked, Decided, HandedOver])
async def test_cancelling_before_the_first_word_keeps_the_question(demo: Demo, tmp_path: Path, kind: type[Event]) -> None:
    async with bench(tmp_path, demo) as b:
        demo.ollama.fail(Fault(kind="slow_first_token", seconds=30))
        await cancelled(b, lambda seen: any(isinstance(e, kind) for e in seen))
        async with asyncio.timeout(10):
            while demo.ollama.open_streams:
                await asyncio.sleep(0.01)


@pytest.mark.parametrize("kind", [Asked, Decided, HandedOver])
async def test_a_consumer_that_leaves_at_any_event_ends_the_turn(demo: Demo, tmp_path: Path, kind: type[Event]) -> None:
    async with bench(tmp_path, demo) as b:
        demo.ollama.fail(Fault(kind="slow_first_token", seconds=30))
        async with b.chat.answer(b.session.id, ESSAY) as answer:
            async for event in answer:
                if isinstance(event, kind):
                    break
        (turn,) = b.chat.store.path(b.session.id)
        assert turn.ending is Ending.CUT
        assert all(a.ending is Ending.CUT for a in turn.attempts)
        async with asyncio.timeout(10):
            while demo.ollama.open_streams:
                await asyncio.sleep(0.01)


async def test_cancelling_while_the_question_is_being_stored_keeps_it(demo: Demo, tmp_path: Path) -> None:
    for delay in (0.0, 0.001, 0.003):
        async with bench(tmp_path, demo) as b:
            task = asyncio.create_task(follow(b, []))
            await asyncio.sleep(delay)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await asyncio.sleep(0.05)
            path = b.chat.store.path(b.session.id)
            assert [(t.question, t.ending) for t in path] in ([], [(ESSAY, Ending.CUT)])


async def test_closing_the_chat_in_mid_answer_saves_it(slow: Demo, tmp_path: Path) -> None:
    seen: list[Event] = []
    async with bench(tmp_path, slow, save=True) as b:
        task = asyncio.create_task(follow(b, seen))
        forgotten = b.chat.answer(b.chat.store.new_session().id, ESSAY)
        async for event in forgotten:
            if isinstance(event, Said):
                break
        async with asyncio.timeout(10):
            while not any(isinstance(e, Said) for e in seen):
                await asyncio.sleep(0.01)
    await task
    assert isinstance(seen[-1], Ended)
    with kept(tmp_path) as store:
        turns = [turn for session in store.sessions(None) for turn in store.path(session.id)]
        assert store.recovered == ()
        assert sorted(turn.ending or "" for turn in turns) == [Ending.CUT, Ending.STOPPED]
        assert all(turn.answer and turn.answer.text for turn in turns)


# -- a disk that is not to be had --------------------------------------------------------------------------------------


def test_without_a_place_to_save_it_answers_and_says_so(demo: Demo, tmp_path: Path) -> None:
    env = environment(demo, tmp_path)
    (tmp_path / "data").write_text("a file where the folder should be")
    done = hybridchat("ask", "--local", "capital of France", env=env)
    assert done.returncode == 0, done.stderr
    assert b"Paris" in done.stdout
    assert b"cannot be saved" in done.stderr
    assert (tmp_path / "data").read_text() == "a file where the folder should be"


@posix
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root writes where it likes")
def test_a_read_only_folder_is_told(demo: Demo, tmp_path: Path) -> None:
    env = environment(demo, tmp_path)
    hybridchat("ask", "--local", "repeat: kept", env=env)
    (tmp_path / "data").chmod(0o500)
    (tmp_path / "data" / "hybridchat.db").chmod(0o400)
    done = hybridchat("ask", "--local", "capital of France", env=env)
    (tmp_path / "data").chmod(0o700)
    assert done.returncode == 0, done.stderr
    assert b"read-only" in done.stderr


async def test_a_chat_that_saves_nothing_says_so_and_writes_nothing(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, save=False) as b:
        assert "Nothing is saved" in b.chat.banner
        await b.ask("repeat: unsaved-word")
    assert not (tmp_path / "data").exists()


async def test_what_is_saved_needs_no_banner(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, save=True) as b:
        assert b.chat.banner == ""


async def test_a_corrupt_database_is_kept_aside_and_told(demo: Demo, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    broken = b"not a database, but perhaps dear to somebody\n" * 200
    (tmp_path / "data" / "hybridchat.db").write_bytes(broken)
    async with bench(tmp_path, demo, save=True) as b:
        assert "kept as" in b.chat.banner
        assert (await b.ask("hello")).ended.ending is Ending.COMPLETE
    (aside,) = (tmp_path / "data").glob("*.corrupt-*")
    assert aside.read_bytes() == broken
