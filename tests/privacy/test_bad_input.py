"""Input nobody hopes for: no crash, nothing uncovered, every index exact, and no key press that waits."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hybridchat.facts import Finding
from hybridchat.privacy import fields, identifiers, national, pages, secrets
from hybridchat.privacy.parts import Parts
from hybridchat.privacy.placeholders import PlaceholderTable, Row
from hybridchat.privacy.rehydrate import Rehydrator, rehydrate
from hybridchat.privacy.scan import ScanError, Terms, left_readable, merge, scan
from hybridchat.privacy.slicing import SLICE, slices
from hybridchat.privacy.words import Folded, WordIndex
from hybridchat.privacy.zones import zones

MAIL, CARD = "ana@b.example", "4111 1111 1111 1111"
ODD = [
    *(
        "\x00",
        "\u202e",
        "\u2066",
        "\u200b",
        "\ufeff",
        "e\u0301",
        "\u0301",
        "שלום",
        "مرحبا",
        "नमस्ते",
        "𝔸",
        "👩\u200d👧",
        "İ",
        "ß",
        "ﬁ",
    ),
    *("\ud800", "\r\n", "\x1b[2J"),
]
PIECES = [
    *(*ODD, MAIL, CARD, " ", "\n", "```", "```py\n", "name: Ana\n", "Will", "May", "Faith", "<EMAIL_1>", ",", "|", "'", '"'),
    *("password=hunter22", "https://kolibri-bau.dk/x"),
]
TEXTS = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8)), max_size=25).map("".join)


@settings(max_examples=250, deadline=None)
@given(TEXTS)
@example(f"{MAIL}\x00{CARD}")
@example("\u202e" + MAIL + "\u202c e\u0301 " + CARD)
def test_every_index_is_exact_and_redacting_loses_nothing(text: str) -> None:
    found = scan(text, Terms(("שלום", "e\u0301", "İ")))
    assert all(0 <= f.start < f.end <= len(text) for f in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    table = PlaceholderTable()
    out = table.redact(text, found).text
    assert rehydrate(out, table) == text


@pytest.mark.parametrize("odd", ODD)
def test_a_value_beside_odd_characters_is_found_at_its_place(odd: str) -> None:
    text = f"{odd} {MAIL} {odd}\n{odd} {CARD} {odd}"
    hidden = {i for f in scan(text) for i in range(f.start, f.end)}
    for value in (MAIL, CARD):
        at = text.index(value)
        assert set(range(at, at + len(value))) <= hidden


@pytest.mark.parametrize("word", ["Will", "May", "Faith", "Mark", "Grace", "Rose"])
def test_a_common_word_as_ones_own_term_hides_only_as_a_word(word: str) -> None:
    low = word.lower()
    text = f"I {low} see {word}. The {low}ing of un{low}, {low}_x"
    table = PlaceholderTable()
    found = scan(text, Terms((word,), level="low"))
    out = table.redact(text, found).text
    assert out.endswith(f"{low}ing of un{low}, {low}_x")
    assert word not in out
    assert rehydrate(out, table) == text


@given(st.text(alphabet=st.sampled_from("abİßﬁe\u0301 \n"), max_size=60), st.integers(1, 5))
def test_folding_piece_by_piece_maps_back_exactly(text: str, times: int) -> None:
    long = (text + "İx ") * times
    folded = Folded(long)
    at = folded.text.find("x ")
    assert long[slice(*folded.span(at, at + 1))] == "x"


def test_a_term_across_two_slices_of_a_long_text_is_found() -> None:
    for shift in range(0, 30, 3):
        text = "é" * (SLICE - 5 - shift) + " Projekt Świt " + "é" * 50
        (hit,) = WordIndex(("projekt swit",)).find(text)
        assert text[hit[0] : hit[1]] == "Projekt Świt"


def test_zones_of_a_long_text_are_those_of_its_lines() -> None:
    line = "at 23:59:59 commit 0150a26ae19dcdb8256e7ae069fa6b2227c28885 ok\n"
    text = line * 1_000
    assert [(z.start % len(line), z.end % len(line)) for z in zones(text)] == [(z.start, z.end) for z in zones(line)] * 1_000


def test_ten_thousand_placeholders_stream_through_in_small_pieces() -> None:
    table = PlaceholderTable([Row(f"<EMAIL_{n}>", "EMAIL", f"u{n}@b.example") for n in range(1, 10_001)])
    text = " ".join(r.placeholder for r in table.rows)
    turning = Rehydrator(table)
    begun = time.process_time()
    out = [turning.feed(text[at : at + 11]) for at in range(0, len(text), 11)]
    assert "".join(out) + turning.flush() == " ".join(r.original for r in table.rows)
    assert time.process_time() - begun < 5.0  # 0.4 s here; a pass over the table for each piece would take minutes


class Late(str):
    """Text whose every look takes a while and then fails, as a detector that hangs would."""

    __slots__ = ()

    def __getitem__(self, key: object) -> str:
        time.sleep(0.01)
        raise MemoryError("4111 1111 1111 1111")


def test_a_scanner_that_is_late_and_fails_lets_nothing_through() -> None:
    with pytest.raises(ScanError) as caught:
        scan(Late("4111 1111 1111 1111"))
    assert "4111" not in str(caught.value)


@pytest.mark.parametrize("piece", ["Ana Ruiz, 10.1.2.3, call 212-555-0187\n", "Łódź żółw ", "0 ", "x", "a,b\n", "é_1 "])
def test_while_a_long_paste_is_scanned_no_single_step_holds_the_interpreter(piece: str) -> None:
    """A key press is handled by another thread: it waits as long as one call into the pattern engine takes."""
    text = piece * (5_000_000 // len(piece))
    steps = list(slices(text))
    assert max(b - a for a, b in steps) <= SLICE
    table = PlaceholderTable()
    longest = 0.0
    for work in (lambda: zones(text[:400_000]), lambda: Folded(text[:400_000]), lambda: table.redact(text[:400_000], ())):
        # of three, as a shared machine may stall any thread for a while
        longest = max(longest, min(_longest_wait(work) for _ in range(3)))
    # 400,000 characters take these 20 to 200 ms in all
    assert longest < 0.25


def _longest_wait(work: object) -> float:
    """Seconds between two turns of a thread that wants to run all the time while `work` is done in another."""
    assert callable(work)
    thread = threading.Thread(target=work)
    worst, last = 0.0, time.perf_counter()
    thread.start()
    while thread.is_alive():
        time.sleep(0.0005)
        now = time.perf_counter()
        worst, last = max(worst, now - last), now
    thread.join()
    return worst


@pytest.mark.parametrize("detect", [secrets.secrets, identifiers.identifiers, national.national_ids, fields.fields, pages.pages])
def test_a_slice_of_a_long_text_costs_as_much_as_its_length(detect: object) -> None:
    """What lies before and after a slice is not looked through."""
    assert callable(detect)
    line = "Ana, name: Bo Holm, 10.1.2.3, https://kolibri-bau.dk/x password=hunter22 nr. 12345\n"
    short, long = line * 200, line * 40_000
    begun = time.process_time()
    few: list[Finding] = list(detect(short, 0, len(short)))
    middle = time.process_time()
    at = line.__len__() * 20_000
    many: list[Finding] = list(detect(long, at, at + len(short)))
    assert abs(len(few) - len(many)) <= 4
    assert time.process_time() - middle < 12 * max(middle - begun, 0.02)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(["a\n", "```\n", "~~~csv\n", "\n", "x,y\n", "é", "\x00", " "]), max_size=200).map("".join),
    st.integers(1, 50),
)
def test_parts_of_any_stream_joined_are_the_text(text: str, step: int) -> None:
    cut = list(Parts(40).of(text[i : i + step] for i in range(0, len(text), step)))
    assert "".join(part for _, part in cut) == text


def test_what_is_left_readable_of_odd_text_is_told_without_failing() -> None:
    rng = random.Random(3)
    for _ in range(100):
        text = "".join(rng.choice(PIECES) for _ in range(30))
        assert all(word in text or " " in word for word in left_readable(text, merge(scan(text))))


async def test_a_key_is_handled_while_a_paste_is_scanned_in_the_worker() -> None:
    text = "Ana wrote 10.1.2.3 and called 212-555-0187 on Monday.\n" * 4_000
    worst: list[float] = []
    # 20 ms on a machine of its own; eight jobs on two cores stall any thread for longer, but not each time
    while not worst or (min(worst) >= 0.5 and len(worst) < 3):
        job = asyncio.get_running_loop().run_in_executor(None, scan, text)
        longest, last = 0.0, time.perf_counter()
        while not job.done():
            await asyncio.sleep(0.001)
            now = time.perf_counter()
            longest, last = max(longest, now - last), now
        assert len(await job) > 4_000
        worst.append(longest)
    assert min(worst) < 0.5
