"""What the first scan of a process has to read: no message counts as private because of it, and none leaves before it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from hybridchat.config import Config
from hybridchat.config.schema import PairSettings, Privacy
from hybridchat.crew import Patience
from hybridchat.demo import Demo
from hybridchat.events import Decided
from hybridchat.facts import Locality, Mode
from tests.cli.run import hybridchat
from tests.support.chats import LOCAL, Bench, bench, environment, hear

CLOUD = "openai:gpt-6.1-terra"
AUTO = Config(pair=PairSettings(local=LOCAL, cloud=CLOUD), privacy=Privacy(cloud="auto"))
HELD = Config(pair=AUTO.pair, privacy=AUTO.privacy, mode=Mode.ONLY_LOCAL)
HARD = (
    "Prove that for every prime p > 3 the number p^2 - 1 is divisible by 24, then derive step by step a closed form for the sum "
    "of the first n cubes, compare both proofs, and give the complexity of an algorithm that verifies them under these "
    "constraints: no recursion, O(log n) memory, exact integer arithmetic."
)


@pytest.fixture
def reading() -> threading.Event:
    """Set it, and what takes long to read is read."""
    return threading.Event()


def slowly(b: Bench, done: threading.Event, seconds: float = 20.0) -> None:
    """Reading ends when `done` says so; no message waits longer than `seconds` for it. The scan itself is given time."""

    def read() -> None:
        done.wait(30)

    crew = b.chat._crew
    crew.reads = read
    crew.patience = replace(Patience(), reading=seconds, scan=20.0)


def test_the_first_hard_question_of_a_process_goes_to_the_cloud_that_may_be_asked(demo: Demo, tmp_path: Path) -> None:
    env = environment(demo, tmp_path)
    Path(env["HYBRIDCHAT_CONFIG"]).write_text(
        f'[privacy]\ncloud = "auto"\n[pair]\nlocal = "{LOCAL}"\ncloud = "{CLOUD}"\n', encoding="utf-8"
    )
    done = hybridchat("ask", "--json", HARD, env=env)
    record = json.loads(done.stdout)
    assert record["model_id"] == CLOUD, record["routing_decision"]["sentence"]
    assert "private" not in json.dumps(record["routing_decision"])


async def test_reading_is_not_counted_as_a_late_scan(demo: Demo, tmp_path: Path, reading: threading.Event) -> None:
    async with bench(tmp_path, demo, config=AUTO) as b:
        slowly(b, reading)
        b.chat._crew.patience = replace(b.chat._crew.patience, scan=0.3)
        threading.Timer(0.6, reading.set).start()
        assert (await b.ask(HARD)).ended.locality is Locality.REMOTE


async def test_where_nothing_can_leave_nothing_waits_for_it(demo: Demo, tmp_path: Path, reading: threading.Event) -> None:
    for config, pin, mode in (
        (AUTO, None, Mode.ONLY_LOCAL),
        (AUTO, LOCAL, None),
        (HELD, None, None),
    ):
        async with bench(tmp_path, demo, config=config) as b:
            slowly(b, reading)
            b.chat._crew.patience = replace(b.chat._crew.patience, scan=0.01)
            reading.clear()
            answer = b.chat.answer(b.session.id, HARD, pin=pin, mode=mode)
            async for event in answer:
                if isinstance(event, Decided):
                    assert not reading.is_set()
                    reading.set()
            assert reading.is_set()


async def test_a_question_that_cannot_leave_reads_no_names(demo: Demo, tmp_path: Path) -> None:
    """And one that can is looked through all the same, in the same chat."""
    async with bench(tmp_path, demo, config=AUTO) as b:
        read = list[str]()
        b.chat._crew.reads = lambda: read.append("read")
        stays = await hear(b.chat.answer(b.session.id, HARD, mode=Mode.ONLY_LOCAL))
        assert stays.ended.locality is Locality.ON_DEVICE
        assert not read
        await hear(b.chat.answer(b.session.id, f"{HARD} Write to jane.roe@acme-internal.example.", pin=CLOUD))
        assert read == ["read"]
        assert b.cloud_bodies()
        assert not any(b"jane.roe" in body for body in b.cloud_bodies())


async def test_reading_that_does_not_end_is_waited_for_only_so_long_and_then_nothing_leaves(
    demo: Demo, tmp_path: Path, reading: threading.Event
) -> None:
    async with bench(tmp_path, demo, config=AUTO) as b:
        slowly(b, reading, seconds=0.05)
        b.chat._crew.patience = replace(b.chat._crew.patience, scan=0.05)
        answer = b.chat.answer(b.session.id, HARD)
        async for event in answer:
            if isinstance(event, Decided):
                assert event.decision.chosen is not None
                assert event.decision.chosen.on_device
                assert not reading.is_set()
                reading.set()
        assert reading.is_set()
        assert not b.cloud_bodies()


async def test_a_failure_to_read_is_told_by_the_scan_and_nothing_leaves(demo: Demo, tmp_path: Path) -> None:
    def fails() -> None:
        raise OSError("the lists are gone")

    broken: Callable[[], None] = fails
    async with bench(tmp_path, demo, config=AUTO) as b:
        b.chat._crew.reads = broken
        b.chat._crew.scans.failure = "the lists are gone"
        heard = await hear(b.chat.answer(b.session.id, HARD))
        assert heard.ended.locality is not Locality.REMOTE
        assert not b.cloud_bodies()
