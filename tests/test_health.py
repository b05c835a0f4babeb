"""Breakers and learned speeds, driven by outcomes and a clock that only moves when told."""

from __future__ import annotations

import json

import pytest

from hybridchat.facts import Live, Outcome, Result, Timings, Usage
from hybridchat.health import Health

M = "openai:x"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def outcome(
    result: Result = Result.OK, *, counts: bool = True, retry: float | None = None, error: str = "ServerFault", model: str = M
) -> Outcome:
    failed = result is not Result.OK
    return Outcome(model, "h", 0.0, result, error=error if failed else "", counts_against=failed and counts, retry_after_s=retry)


def feed(health: Health, pattern: str) -> None:
    for sign in pattern:
        health.record(outcome(Result.OK if sign == "." else Result.FAILED))


@pytest.mark.parametrize(
    ("pattern", "opens"),
    [
        ("xxxx", False),  # fewer than five calls
        ("xxxxx", True),
        ("x.x.x", True),  # never two in a row, yet three of five
        (".x.x.", False),  # two of five
        ("." * 16 + "xxxx", False),
        ("." * 20 + "x" * 10, True),  # old successes leave the window
        ("." * 20 + "x" * 9, False),
    ],
)
def test_breaker_opens_at_half_of_at_least_five(clock: Clock, pattern: str, opens: bool) -> None:
    health = Health(clock)
    feed(health, pattern)
    assert health.allow(M) is not opens
    assert (health.live([M])[M].open_until is not None) is opens


def test_failures_that_do_not_count_and_stopped_answers_never_open_it(clock: Clock) -> None:
    health = Health(clock)
    for _ in range(30):
        health.record(outcome(Result.FAILED, counts=False))
        health.record(Outcome(M, "h", 0.0, Result.STOPPED, counts_against=True))
    assert health.allow(M)


def test_cut_answers_count_like_failures(clock: Clock) -> None:
    health = Health(clock)
    for _ in range(5):
        health.record(outcome(Result.CUT, error="Cut"))
    assert not health.allow(M)
    assert "5 of its last 5 calls failed (Cut)" in health.live([M])[M].open_reason


def test_after_the_wait_exactly_one_probe_goes_out_until_it_ends(clock: Clock) -> None:
    health = Health(clock)
    feed(health, "xxxxx")
    clock.now += 29.9
    assert not health.allow(M)
    clock.now += 0.2
    half = health.live([M])[M]
    assert half.half_open
    assert half.open_until is None
    assert health.allow(M)
    assert [health.allow(M) for _ in range(5)] == [False] * 5
    busy = health.live([M])[M]
    assert busy.open_until is not None
    assert busy.open_until > clock.now
    health.record(outcome())
    assert health.allow(M)
    assert health.live([M])[M] == Live()


def test_failed_probes_double_the_wait_up_to_ten_minutes(clock: Clock) -> None:
    health = Health(clock)
    feed(health, "xxxxx")
    waits = []
    for _ in range(7):
        until = health.live([M])[M].open_until
        assert until is not None
        waits.append(until - clock.now)
        clock.now = until
        assert health.allow(M)
        health.record(outcome(Result.FAILED))
    assert waits == [30, 60, 120, 240, 480, 600, 600]


def test_a_good_probe_forgets_the_doubling_and_the_old_failures(clock: Clock) -> None:
    health = Health(clock)
    feed(health, "xxxxx")
    clock.now += 30
    assert health.allow(M)
    health.record(outcome(Result.FAILED))
    clock.now += 60
    assert health.allow(M)
    health.record(outcome())
    feed(health, "xxxx")
    assert health.allow(M)
    feed(health, "x")
    until = health.live([M])[M].open_until
    assert until == clock.now + 30


@pytest.mark.parametrize("end", ["stopped", "released", "does not count"])
def test_a_probe_without_a_verdict_lets_the_next_one_try(clock: Clock, end: str) -> None:
    health = Health(clock)
    feed(health, "xxxxx")
    clock.now += 31
    assert health.allow(M)
    if end == "released":
        health.release(M)
    elif end == "stopped":
        health.record(Outcome(M, "h", 0.0, Result.STOPPED))
    else:
        health.record(outcome(Result.FAILED, counts=False))
    assert health.live([M])[M].half_open
    assert health.allow(M)
    assert not health.allow(M)


def test_a_probe_that_never_reports_does_not_shut_the_model_out_for_ever(clock: Clock) -> None:
    health = Health(clock)
    feed(health, "xxxxx")
    clock.now += 31
    assert health.allow(M)
    clock.now += 599
    assert not health.allow(M)
    clock.now += 2
    assert health.allow(M)


@pytest.mark.parametrize("seconds", [0.5, 61.0, 86_400.0])
def test_retry_after_is_honoured_at_any_length(clock: Clock, seconds: float) -> None:
    health = Health(clock)
    health.record(outcome(Result.FAILED, retry=seconds, error="RateLimited"))
    assert not health.allow(M)
    assert health.live([M])[M].open_until == clock.now + seconds
    clock.now += seconds
    assert health.allow(M)
    assert health.allow(M), "a wait that is over needs no probe"


def test_models_do_not_share_a_breaker(clock: Clock) -> None:
    health = Health(clock)
    feed(health, "xxxxx")
    assert health.allow("openai:y")
    assert health.live([M, "openai:y"])["openai:y"] == Live()


def spoken(rate: float, *, load: float | None = None, prefill: float | None = 2.0, read: int = 1000, cached: int = 0) -> Outcome:
    return Outcome(
        M,
        "h",
        0.0,
        Result.OK,
        Usage(read, 100, cached),
        Timings(first_token_s=1.0 + (load or 0.0), load_s=load, prefill_s=prefill, generate_s=100 / rate),
    )


def test_speeds_are_learned_and_smoothed(clock: Clock) -> None:
    health = Health(clock)
    health.record(spoken(40, load=6.0))
    first = health.live([M])[M]
    assert (first.tokens_per_second, first.prefill_per_second, first.load_s) == pytest.approx((40, 500, 6.0))
    assert first.first_token_s == pytest.approx(1.0), "loading is not counted twice"
    health.record(spoken(20))
    second = health.live([M])[M]
    assert second.tokens_per_second == pytest.approx(34)
    assert second.load_s == 6.0


def test_speed_of_reading_leaves_out_what_the_server_had_in_its_cache(clock: Clock) -> None:
    health = Health(clock)
    health.record(spoken(40, read=1000, cached=990))
    assert health.live([M])[M].prefill_per_second is None
    health.record(spoken(40, read=1000, cached=500))
    assert health.live([M])[M].prefill_per_second == pytest.approx(250)


def test_what_the_server_said_is_kept_beside_what_was_learned(clock: Clock) -> None:
    health = Health(clock)
    health.record(spoken(40))
    live = health.live([M, "b"], {M: Live(resident=True, loaded_window=4096), "b": Live(resident=False)})
    assert (live[M].resident, live[M].loaded_window, live[M].tokens_per_second) == (True, 4096, pytest.approx(40))
    assert live["b"] == Live(resident=False)


def test_speeds_survive_a_restart_and_breakers_do_not(clock: Clock) -> None:
    health = Health(clock)
    health.record(spoken(40))
    feed(health, "xxxxxx")
    again = Health.from_json(health.to_json(), clock)
    assert again.live([M])[M].tokens_per_second == pytest.approx(40)
    assert again.allow(M)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "[]",
        "{}",
        '{"version": 2, "speeds": {"openai:x": {"load_s": 1}}}',
        '{"version": 1, "speeds": []}',
        '{"version": 1, "speeds": {"openai:x": 3}}',
        '{"version": 1, "speeds": {"openai:x": {"load_s": "9", "first_token_s": -1, "tokens_per_second": NaN}}}',
    ],
)
def test_a_broken_file_of_speeds_is_a_fresh_start(clock: Clock, text: str) -> None:
    assert Health.from_json(text, clock).live([M])[M] == Live()


def test_the_stored_form_is_plain_json(clock: Clock) -> None:
    health = Health(clock)
    health.record(spoken(40))
    assert set(json.loads(health.to_json())["speeds"][M]) == {"tokens_per_second", "prefill_per_second", "first_token_s"}
