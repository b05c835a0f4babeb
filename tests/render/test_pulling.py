"""How a pull is told: shares, speeds and rests that are known, and silence where they are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybridchat.providers.base import Progress
from hybridchat.render.pulling import Meter, bar, figures, sentence

GB = 10**9


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_before_a_byte_is_known_nothing_is_made_up() -> None:
    meter = Meter("m", Clock())
    meter.take(Progress("pulling manifest"))
    assert (meter.share, meter.speed, meter.left_s) == (None, None, None)
    assert sentence(meter) == "m: asking for it"


def test_share_speed_and_rest_are_told_once_they_are_steady() -> None:
    clock = Clock()
    meter = Meter("llama3.2", clock)
    meter.take(Progress("pulling x", 0, 2 * GB))
    clock.now = 0.5
    meter.take(Progress("pulling x", GB // 10, 2 * GB))
    assert meter.speed is None
    clock.now = 2.0
    meter.take(Progress("pulling x", GB, 2 * GB))
    assert figures(meter) == ["50 %", "1.0 of 2.0 GB", "500 MB/s", "2 s left"]
    assert sentence(meter) == "llama3.2: 50 %, 1.0 of 2.0 GB, 500 MB/s, 2 s left"


def test_what_was_there_before_counts_into_no_speed() -> None:
    clock = Clock()
    meter = Meter("m", clock)
    meter.take(Progress("pulling x", GB, 2 * GB))
    clock.now = 2.0
    meter.take(Progress("pulling x", GB + 20_000_000, 2 * GB))
    assert meter.speed == pytest.approx(10_000_000)


def test_a_pull_that_stands_still_slows_down_to_nothing_and_promises_no_end() -> None:
    clock = Clock()
    meter = Meter("m", clock)
    for clock.now in range(20):
        meter.take(Progress("pulling x", min(int(clock.now), 5) * 1_000_000, GB))
    assert meter.speed == 0
    assert meter.left_s is None
    assert "0 B/s" in figures(meter)


@pytest.mark.parametrize(("status", "said"), [("verifying sha256 digest", "checking what came"), ("success", "done")])
def test_what_follows_the_bytes_is_said_in_words(status: str, said: str) -> None:
    meter = Meter("m", Clock())
    meter.take(Progress(status, GB, GB))
    assert figures(meter) == ["100 %", said]


@given(st.floats(0, 1), st.integers(1, 80))
def test_a_bar_is_as_wide_as_it_shall_be(share: float, width: int) -> None:
    filled, empty = bar(share, width)
    assert len(filled) + len(empty) == width
    assert bar(0.0, width) == ("", "░" * width)
    assert bar(1.0, width) == ("█" * width, "")
