"""How the way to a host is judged from its tries."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybridchat.agents.ways import (
    BANDWIDTH_KEPT_S,
    CONFIRM_S,
    ConnectivityThresholds,
    LinkSample,
    LinkState,
    observe,
    pace,
    unknown,
)
from hybridchat.facts import ConnectivityState, Link

O, D, X, U = (  # noqa: E741 - a table's letters
    ConnectivityState.OPTIMAL,
    ConnectivityState.DEGRADED,
    ConnectivityState.DISCONNECTED,
    ConnectivityState.UNKNOWN,
)
START = LinkState(Link(host="api.example"))
FAIL = LinkSample(0, ok=False, reason="connection refused")


def ms(latency: float) -> LinkSample:
    return LinkSample(0, ok=True, connect_ms=latency, tls_ms=latency * 2)


def after(*samples: LinkSample, every: float = 30.0, start: LinkState = START) -> LinkState:
    state, at = start, start.at or 0.0
    for sample in samples:
        at += every
        state = observe(state, replace(sample, at=at))
    return state


@pytest.mark.parametrize(
    ("samples", "state"),
    [
        ([], U),
        ([ms(40)], O),
        ([ms(200)] * 3, O),
        ([ms(201)] * 2, D),
        ([ms(900)], U),
        ([FAIL], U),
        ([FAIL, FAIL], X),
        ([FAIL, ms(40)], O),
        ([ms(40), FAIL], O),
        ([ms(40), FAIL, FAIL], X),
        ([ms(40), FAIL, ms(40), FAIL], X),
        ([ms(40)] * 6 + [ms(900)] * 2, O),
        ([ms(40)] * 6 + [ms(900)] * 4, D),
        ([ms(40)] * 8 + [FAIL, ms(40), ms(40)] * 2, D),
        ([ms(40)] * 18 + [FAIL], O),
        ([LinkSample(0, ok=True)] * 3, O),
        ([LinkSample(0, ok=None, reason="a SOCKS proxy")] * 3, U),
    ],
)
def test_states(samples: list[LinkSample], state: ConnectivityState) -> None:
    assert after(*samples).link.state is state


def test_one_failed_request_and_one_confirming_probe_disconnect() -> None:
    good = after(*[ms(40)] * 5)
    failed = after(LinkSample(0, ok=False, reason="a request did not get through", source="request"), start=good)
    assert failed.link.state is O
    assert pace(failed) == 5, "the confirming probe is not put off"
    assert after(FAIL, start=failed).link.state is X


def test_leaving_takes_three_quarters_of_the_latency_three_times_and_half_a_minute() -> None:
    slow = after(*[ms(300)] * 5, every=5)
    assert slow.link.state is D
    assert after(*[ms(160)] * 20, every=5, start=slow).link.state is D, "below 200 ms, not below 150"
    assert after(*[ms(140)] * 4, every=5, start=slow).link.state is D
    assert after(*[ms(140)] * 7, every=5, start=slow).link.state is O


def test_a_line_that_comes_back_is_lossy_until_the_failures_are_past() -> None:
    back = after(*[ms(40)] * 17, *[FAIL] * 3, every=5)
    assert back.link.state is X
    assert "latency" not in back.link.gauges, "what was measured before the break is not shown for the line now"
    soon = after(*[ms(40)] * 13, every=5, start=back)
    assert (soon.link.state, soon.link.reason) == (D, "3 of 20 tries failed")
    assert after(*[ms(40)] * 30, every=5, start=back).link.state is O


def test_a_lost_line_counts_as_connected_after_a_minute_of_quick_tries_or_four_of_slow_ones() -> None:
    lost = after(*[ms(40)] * 3, *[FAIL] * 30, every=5)
    assert after(*[ms(40)] * 11, every=5, start=lost).link.state is X, "55 s after the last failure"
    assert after(*[ms(40)] * 13, every=5, start=lost).link.state is not X
    assert after(*[ms(180)] * 40, every=5, start=lost).link.state is X
    assert after(*[ms(180)] * 49, every=5, start=lost).link.state is not X


def test_a_first_failure_is_confirmed_at_once() -> None:
    first = after(FAIL)
    assert first.link.state is U
    assert pace(first) < 0.5
    assert pace(after(FAIL, FAIL)) == 5


def test_a_line_that_begins_to_answer_is_asked_soon_again_and_one_that_falls_back_has_to_wait_longer() -> None:
    lost = after(*[ms(40)] * 3, *[FAIL] * 30, every=5)
    assert pace(lost) > 5
    answers = after(ms(40), every=5, start=lost)
    assert pace(answers) == 5
    fell = after(FAIL, every=5, start=answers)
    assert after(*[ms(40)] * 13, every=5, start=fell).link.state is X
    assert after(*[ms(40)] * 25, every=5, start=fell).link.state is not X


def test_loss_needs_tries_and_says_how_many() -> None:
    few = after(FAIL, *[ms(40)] * 3)
    assert few.link.gauges["loss"].value == 25
    assert few.link.gauges["loss"].n == 4
    assert few.link.state is O
    many = after(*[ms(40)] * 40)
    assert (many.link.gauges["loss"].value, many.link.gauges["loss"].n) == (0, 20)


def test_latency_is_the_median_of_five_and_connect_and_tls_stay_apart() -> None:
    link = after(*(ms(value) for value in (500, 10, 20, 30, 1000, 40))).link
    assert (link.gauges["latency"].value, link.gauges["latency"].n) == (30, 5)
    assert (link.gauges["tls"].value, link.gauges["tls"].unit) == (60, "ms")


def test_bandwidth_unknown_degrades_nothing_and_a_slow_upload_is_forgotten() -> None:
    slow = LinkSample(0, ok=True, mbit_s=1.0, source="request")
    assert "bandwidth" not in after(ms(40)).link.gauges
    state = after(slow, slow)
    assert (state.link.state, state.link.reason) == (D, "slow: 1.0 Mbit/s")
    later = after(*[ms(40)] * 8, every=BANDWIDTH_KEPT_S / 4, start=state)
    assert later.link.state is O
    assert "bandwidth" not in later.link.gauges


def test_stricter_thresholds_count() -> None:
    strict = ConnectivityThresholds(latency=100, loss=5, bandwidth=10)
    state = START
    for at in (1.0, 2.0):
        state = observe(state, replace(ms(120), at=at), strict)
    assert state.link.state is D


def test_reasons_are_words() -> None:
    assert after(FAIL, FAIL).link.reason == "connection refused"
    assert after(*[ms(340)] * 2).link.reason == "slow: 340 ms to connect"
    assert after(ms(40)).link.reason == ""
    assert after(FAIL, FAIL, ms(40)).link.reason == "settling: it was worse a moment ago"


def test_a_look_that_could_not_be_taken_is_unknown_and_keeps_no_old_verdict() -> None:
    lost = unknown(after(*[ms(40)] * 5), "OSError")
    assert (lost.link.state, lost.link.reason, dict(lost.link.gauges)) == (U, "could not be asked (OSError)", {})
    assert lost.link.host == "api.example"


def test_a_way_that_cannot_be_probed_leaves_what_real_requests_said() -> None:
    state = after(LinkSample(0, ok=True, source="request"), LinkSample(0, ok=None, reason="not probed"))
    assert (state.link.state, state.link.gauges["loss"].n) == (O, 1)


@pytest.mark.parametrize(
    ("state", "idle", "metered", "seconds"),
    [
        (START, False, None, 5),
        (after(ms(40)), False, None, 30),
        (after(ms(40)), False, False, 30),
        (after(ms(40)), True, None, 60),
        (after(ms(40)), False, True, 120),
        (after(ms(40)), True, True, 120),
        (after(*[ms(40)] * 6, ms(900)), False, None, 5),
        (after(FAIL, FAIL), False, None, 5),
        (after(FAIL, FAIL), True, None, 60),
        (after(*[FAIL] * 30), False, None, 10),
        (after(*[FAIL] * 60), False, None, 20),
        (after(*[FAIL] * 500), False, None, 30),
    ],
)
def test_pace(state: LinkState, idle: bool, metered: bool | None, seconds: float) -> None:
    assert pace(state, idle=idle, metered=metered) == seconds


def test_a_shorter_base_is_kept_while_all_is_well_and_never_hurries_trouble() -> None:
    assert pace(after(ms(40)), 15) == 15
    assert pace(after(FAIL, FAIL), 3) == 3


def changes_over_ten_minutes(bad: LinkSample, jitter: list[float]) -> list[float]:
    """When the state changed on a link that is good and bad for five seconds in turn; looks come late by the jitter's seconds."""
    state, at, changes = observe(START, replace(ms(40), at=0)), 0.0, []
    waits = itertools.cycle(jitter)
    while at < 600:
        at += pace(state) + next(waits)
        before, state = state, observe(state, replace(bad if int(at // 5) % 2 else ms(40), at=at))
        if before.link.state is not state.link.state:
            changes.append(at)
    return changes


@pytest.mark.parametrize("every", [1.0, 2.0, 2.5, 5.0])
def test_latency_that_alternates_every_five_seconds_changes_the_state_at_most_once_a_minute(every: float) -> None:
    state, changes = START, []
    for index in range(int(600 / every)):
        at = index * every
        before, state = state, observe(state, replace(ms(400) if int(at // 5) % 2 else ms(40), at=at))
        if state.link.state is not before.link.state:
            changes.append(at)
    assert len(changes) <= 2, "from unknown to good, perhaps from good to slow, and there it stays"
    assert state.link.state is (O if every == 2.0 else D), "two slow looks of any five are not the rule, three are"


@pytest.mark.parametrize("bad", [ms(400), FAIL])
def test_nor_do_the_agents_own_looks_flap_on_it(bad: LinkSample) -> None:
    found = [changes_over_ten_minutes(bad, [late]) for late in (0.0, 0.1, 0.5, 1.0, 2.0, 2.5, 3.0, 4.0, 5.0)]
    assert max(len(changes) for changes in found) <= 10
    assert any(found), "the trouble is noticed"


def test_over_ten_minutes_it_stays_at_one_a_minute_when_looks_come_at_odd_times() -> None:
    for seed in range(200):
        dice = random.Random(seed)
        jitter = [dice.uniform(0, 6) for _ in range(100)]
        assert len(changes_over_ten_minutes(dice.choice([ms(400), FAIL]), jitter)) <= 10, seed


tries = st.builds(
    LinkSample,
    at=st.just(0.0),
    ok=st.none() | st.booleans(),
    connect_ms=st.none() | st.floats(0, 1e5),
    tls_ms=st.none() | st.floats(0, 1e5),
    mbit_s=st.none() | st.floats(0, 1e4),
    source=st.sampled_from(["probe", "request"]),
)


@given(st.lists(st.tuples(st.floats(0.1, 300), tries), max_size=40))
def test_whatever_happens_a_gauge_is_a_figure_or_absent_and_disconnected_means_two_failures(
    steps: list[tuple[float, LinkSample]],
) -> None:
    state, at, told = START, 0.0, []
    for gap, sample in steps:
        at += gap
        before, state = state, observe(state, replace(sample, at=at))
        if sample.ok is not None:
            told.append(sample.ok)
        link = state.link
        assert all(gauge.value is not None and gauge.n >= 1 for gauge in link.gauges.values())
        assert ("loss" in link.gauges) == bool(told)
        if link.state is X and before.link.state is not X:
            assert told[-3:].count(False) >= 2
        assert (CONFIRM_S if state.steady.level is None else 5) <= pace(state) <= 30
