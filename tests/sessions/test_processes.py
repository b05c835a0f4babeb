"""What happens when a process dies, and when two share one database: with real processes, killed by SIGKILL or its like."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hybridchat.conversation import Ending
from hybridchat.facts import Locality
from hybridchat.sessions import owners
from hybridchat.sessions.owners import Owner
from tests.sessions.conftest import Open

ANSWERING = """
    import asyncio, sys, time
    from pathlib import Path
    from hybridchat.facts import Locality
    from hybridchat.sessions.store import Store

    async def main():
        store = Store.open(Path(sys.argv[1]))
        session = store.new_session()
        turn = await store.ask(session.id, "a long question", parent_id=None)
        store.spend.reserve(None, "openai:gpt", 0.5, time.time())
        attempt = store.begin(turn.id, "ollama:tiny", "127.0.0.1:1", Locality.ON_DEVICE)
        print(session.id, turn.id, flush=True)
        n = 0
        while True:
            store.say(attempt.id, f"{n} ")
            print(n, time.monotonic(), flush=True)
            n += 1
            await asyncio.sleep(0.01)

    asyncio.run(main())
"""


def start(script: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def end(process: subprocess.Popen[str]) -> str:
    """Kills the process; returns what it had said that was not read yet."""
    process.kill()
    rest = "" if process.stdout is None or process.stdout.closed else process.stdout.read()
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()
    process.wait()
    return rest


@pytest.fixture
def answering(path: Path) -> Iterator[subprocess.Popen[str]]:
    process = start(ANSWERING, path)
    yield process
    end(process)


def lost(path: Path, opened: Open) -> float:
    """Kills a process that has been answering for a while; returns how many seconds of text were not on the disk."""
    answering = start(ANSWERING, path)
    session_id, turn_id = line(answering).split()
    said = [line(answering).split()]
    while float(said[-1][1]) - float(said[0][1]) < 0.8:
        said.append(line(answering).split())
    rest = end(answering)
    said += [told.split() for told in rest.splitlines() if len(told.split()) == 2]
    store = opened(path)
    assert store.saved
    assert store.recovered == (turn_id,)
    (turn,) = store.path(session_id)
    assert turn.question == "a long question"
    assert turn.ending is Ending.CUT
    (attempt,) = turn.attempts
    assert attempt.ending is Ending.CUT
    kept = len(attempt.text.split())
    assert attempt.text == "".join(f"{n} " for n in range(kept))
    died, last_kept = float(said[-1][1]), float(said[min(kept, len(said)) - 1][1])
    assert store.spend.spent(0).usd == 0.5
    assert [h.attempt_id for h in store.search.find('"0 1 2 3"')] == [attempt.id]
    return died - last_kept


def test_killed_in_mid_answer_question_and_text_are_there_and_the_turn_is_cut(tmp_path: Path, opened: Open) -> None:
    # 250 ms are promised; on a machine that is busy with something else one kill may come late
    assert any(lost(tmp_path / str(n) / "chat.db", opened) <= 0.26 for n in range(3))


async def test_a_second_process_leaves_the_first_ones_live_turn_alone(
    answering: subprocess.Popen[str], path: Path, opened: Open
) -> None:
    session_id, turn_id = line(answering).split()
    line(answering)
    store = opened()
    assert store.recovered == ()
    turn = store.turn(turn_id)
    assert turn is not None
    assert turn.ending is None
    assert store.spend.spent(0).reserved == 0.5
    mine = await store.ask(session_id, "from here", parent_id=turn_id)
    assert [t.id for t in store.path(session_id)] == [turn_id, mine.id]
    end(answering)
    assert store.recover() == [turn_id]
    open_still = store.turn(mine.id)
    assert open_still is not None
    assert open_still.ending is None


async def test_two_processes_write_to_one_database_from_its_first_moment(path: Path, opened: Open) -> None:
    script = """
        import asyncio, sys
        from pathlib import Path
        from hybridchat.conversation import Ending
        from hybridchat.facts import Locality
        from hybridchat.sessions.store import Store

        async def main():
            store = Store.open(Path(sys.argv[1]))
            assert store.saved, store.problem
            session = store.new_session()
            parent = None
            for n in range(50):
                turn = await store.ask(session.id, f"{sys.argv[2]} {n}", parent_id=parent)
                attempt = store.begin(turn.id, "m:m", "h", Locality.LAN)
                store.say(attempt.id, "answer")
                store.end(attempt.id, Ending.COMPLETE)
                store.end_turn(turn.id, Ending.COMPLETE)
                parent = turn.id
            await store.close()

        asyncio.run(main())
    """
    processes = [start(script, path, name) for name in "ab"]
    for process in processes:
        _, told = process.communicate(timeout=30)
        assert process.returncode == 0, told
    store = opened()
    assert [s.turns for s in store.sessions()] == [50, 50]
    assert {len(store.path(s.id)) for s in store.sessions()} == {50}
    assert len(store.search.find("answer", limit=1000)) == 100


def test_a_program_that_never_closes_its_store_loses_nothing(path: Path, opened: Open) -> None:
    script = """
        import sys
        from pathlib import Path
        from hybridchat.sessions.store import Store
        store = Store.open(Path(sys.argv[1]))
        store.rename(store.new_session().id, "kept")
    """
    process = start(script, path)
    _, told = process.communicate(timeout=20)
    assert process.returncode == 0, told
    assert [s.title for s in opened().sessions()] == ["kept"]


async def test_closing_marks_what_is_still_open_as_cut(opened: Open) -> None:
    store = opened()
    turn = await store.ask(store.new_session().id, "q", parent_id=None)
    attempt = store.begin(turn.id, "m:m", "h", Locality.LAN)
    store.say(attempt.id, "half")
    await store.close()
    again = opened()
    assert again.recovered == ()
    kept = again.turn(turn.id)
    assert kept is not None
    assert (kept.ending, kept.attempts[0].ending, kept.attempts[0].text) == (Ending.CUT, Ending.CUT, "half")


@pytest.mark.parametrize(
    ("place", "age", "cut"),
    [("elsewhere|boot|pid", 30, False), ("elsewhere|boot|pid", 90, True)],
)
async def test_on_another_machine_only_the_heartbeat_tells(place: str, age: float, cut: bool, opened: Open) -> None:
    now = time.time()
    there = opened(clock=lambda: now - age, owner=Owner(id="there", pid=1, started="1", place=place))
    turn = await there.ask(there.new_session().id, "q", parent_id=None)
    here = opened(clock=lambda: now)
    assert here.recovered == ((turn.id,) if cut else ())


async def test_a_process_number_used_again_is_not_the_owner(opened: Open) -> None:
    me = owners.current()
    if me.started is None:
        pytest.skip("this system does not tell when a process started")
    earlier = opened(owner=Owner(id="earlier", pid=me.pid, started="long ago", place=me.place))
    turn = await earlier.ask(earlier.new_session().id, "q", parent_id=None)
    assert opened().recovered == (turn.id,)


def test_the_start_of_a_process_tells_it_from_none_and_from_itself_later() -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        running = owners.started(process.pid)
        assert running == owners.started(process.pid)
        assert running != ""
    finally:
        process.kill()
        process.communicate()
    assert owners.started(process.pid) in {"", None}


@pytest.mark.skipif(os.name != "posix" or shutil.which("ps") is None, reason="asks ps")
def test_ps_tells_the_same_where_there_is_no_proc() -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        running = owners._started_posix(process.pid)
        assert running
        assert running == owners._started_posix(process.pid)
    finally:
        process.kill()
        process.communicate()
    assert owners._started_posix(process.pid) == ""


async def test_an_open_turn_keeps_its_owners_heart_beating(opened: Open) -> None:
    now = [1000.0]
    store = opened(clock=lambda: now[0])
    await store.ask(store.new_session().id, "q", parent_id=None)
    now[0] = 2000.0
    # the beat is due every 5 s; moving its date forward spares the wait
    store._writer._next_beat = 0.0
    store.rename("none", "wakes the writer")
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        beat = store._database.read(lambda conn: conn.execute("SELECT beat FROM owners").fetchone()[0])
        if beat == 2000.0:
            break
        await asyncio.sleep(0.01)
    assert beat == 2000.0


def test_memory_is_private_to_its_store(opened: Open) -> None:
    opened(None).new_session()
    assert opened(None).sessions(None) == []


SENDING = """
    import asyncio, sys, time
    from pathlib import Path
    from hybridchat.conversation import Ending
    from hybridchat.facts import Locality
    from hybridchat.sessions.store import Store

    async def main():
        store = Store.open(Path(sys.argv[1]))
        turn = await store.ask(store.new_session().id, "kept for later", parent_id=None, ending=Ending.QUEUED)
        assert store.claim(turn.id)
        attempt = store.begin(turn.id, "openai:gpt", "api.openai.com", Locality.REMOTE)
        store.say(attempt.id, sys.argv[2])
        store.flush()
        print(turn.id, flush=True)
        await asyncio.sleep(60)

    asyncio.run(main())
"""


@pytest.mark.parametrize(("said", "ending"), [("", Ending.QUEUED), ("half an answer", Ending.CUT)])
def test_killed_while_it_sent_from_the_queue_the_question_is_in_it_again_unless_somebody_answered(
    said: str, ending: Ending, path: Path, opened: Open
) -> None:
    sending = start(SENDING, path, said)
    turn_id = line(sending).strip()
    end(sending)
    store = opened()
    turn = store.turn(turn_id)
    assert turn is not None
    assert turn.ending is ending
    assert [t.id for t in store.queued()] == ([turn_id] if ending is Ending.QUEUED else [])
