"""Long texts: looked through in parts that are remembered, with progress, and dropped when nobody waits any more."""

from __future__ import annotations

import asyncio
import time
from itertools import pairwise
from pathlib import Path
from threading import Thread

import pytest

from hybridchat.config import Config
from hybridchat.config.schema import PairSettings
from hybridchat.conversation import Ending
from hybridchat.demo import Demo
from hybridchat.privacy.scan import Terms, get_ready, scan
from hybridchat.privacy.slicing import SLICE
from hybridchat.scans import LONG, Dropped, ScanCache, Watch
from tests.support.chats import LOCAL, bench

KEY = "-----BEGIN PRIVATE KEY-----\n" + "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n" * 25 + "-----END PRIVATE KEY-----\n"


def letters(characters: int) -> str:
    """Lines of a made-up correspondence with a value in each."""
    out: list[str] = []
    for n in range(characters // 75):
        out.append(f"{n} The parcel was sent to user{n}@kolibri.example from 10.1.{n % 250}.{n % 99} on Monday.\n")
        out.append("\n" if n % 7 == 0 else "")
    return "".join(out)


def cpu(work: object) -> float:
    assert callable(work)
    begun = time.thread_time()
    work()
    return time.thread_time() - begun


def test_the_findings_of_the_parts_are_those_of_the_whole() -> None:
    text = letters(5 * SLICE)
    assert len(text) > LONG
    whole = [(f.start, f.end, f.kind) for f in scan(text)]
    assert [(f.start, f.end, f.kind) for f in ScanCache(Terms()).scan(text)] == whole
    assert ScanCache(Terms()).kinds([text])["EMAIL"] == text.count("@")


@pytest.mark.parametrize("shift", range(0, 900, 90))
def test_a_key_across_two_parts_is_found_whole(shift: int) -> None:
    lines = "word\n" * ((SLICE - 500 + shift) // 5)
    text = lines + KEY + "word\n" * (2 * SLICE // 5)
    scans = ScanCache(Terms(level="low"))
    assert scans.kinds([text])["SECRET"] >= 1
    assert any(f.start <= len(lines) and f.end >= len(lines) + len(KEY) - 1 for f in scans.scan(text))


@pytest.mark.parametrize(("before", "after"), [("", ""), ("Look at this:\n```csv\n", "```\n")])
def test_the_head_of_a_table_is_known_in_its_last_part(before: str, after: str) -> None:
    rows = "".join(f"{n},K{n}731A,blue,{n % 7}\n" for n in range(6_000))
    text = f"{before}no,client_id,colour,size\n{rows}{after}"
    last = text.rindex("K5999731A")
    hidden = {i for f in ScanCache(Terms()).scan(text) for i in range(f.start, f.end)}
    assert set(range(last, last + 9)) <= hidden


def test_a_word_more_costs_what_is_new_and_not_what_was_pasted() -> None:
    get_ready()
    paste, scans = letters(12 * SLICE), ScanCache(Terms())
    first = cpu(lambda: scans.kinds([paste]))
    behind = cpu(lambda: scans.kinds([paste + "and one word more"]))
    before = cpu(lambda: scans.kinds(["So what? " + paste]))
    assert behind < first / 3  # a twelfth here
    assert before < first * 2 / 3  # the first part, and the few after it whose borders move
    assert scans.kinds([paste + "and a@b.example"])["EMAIL"] == paste.count("@") + 1


def test_progress_is_told_and_a_dropped_scan_goes_on_where_it_ended() -> None:
    get_ready()
    text, scans, watch = letters(12 * SLICE), ScanCache(Terms()), Watch()
    seen: list[float] = []

    class Dropping(Watch):
        def did(self, characters: int) -> None:
            super().did(characters)
            seen.append(self.share or 0.0)
            if len(seen) == 8:
                self.drop()

    with pytest.raises(Dropped):
        scans.kinds([text], Dropping())
    assert all(a < b for a, b in pairwise(seen))
    assert 0.3 < seen[-1] < 0.9
    rest = cpu(lambda: scans.kinds([text], watch))
    assert watch.share == 1.0
    assert rest < cpu(lambda: ScanCache(Terms()).kinds([text])) * 0.8


def test_another_thread_runs_all_the_while() -> None:
    get_ready()
    text = letters(6 * SLICE)
    thread = Thread(target=lambda: ScanCache(Terms()).kinds([text]))
    waits: list[float] = []
    last = time.perf_counter()
    thread.start()
    while thread.is_alive():
        time.sleep(0.0005)
        now = time.perf_counter()
        waits.append(now - last)
        last = now
    # 6 ms in the middle here, which is the interpreter's own turn; a part in one go would be 100 ms
    assert sorted(waits)[len(waits) // 2] < 0.05


async def test_a_message_nobody_can_take_is_refused_without_waiting_for_the_scan(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=Config(pair=PairSettings(local=LOCAL))) as b:
        text = letters(200 * SLICE)  # 4 MB: half a minute to look through
        begun = time.perf_counter()
        heard = await b.ask(text)
        assert heard.ended.ending is Ending.UNROUTED
        assert time.perf_counter() - begun < 8
        async with asyncio.timeout(8):  # the scan ends too, and frees the worker
            await b.chat._crew.in_worker(lambda: None)


async def test_a_preview_given_up_frees_the_worker(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=Config(pair=PairSettings(local=LOCAL))) as b:
        look = asyncio.ensure_future(b.chat.preview(b.session.id, letters(100 * SLICE)))
        async with asyncio.timeout(20):
            while not b.chat.looked_through:
                await asyncio.sleep(0.01)
        look.cancel()
        async with asyncio.timeout(8):
            await b.chat._crew.in_worker(lambda: None)
        assert b.chat.looked_through is None
