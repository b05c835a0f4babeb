"""A level rises fast and falls slowly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybridchat.agents.steady import DWELL_MAX_S, DWELL_S, Steady

levels = st.integers(0, 2)


def run(samples: list[tuple[float, int, int]], start: Steady | None = None) -> Steady:
    state = start or Steady()
    for at, enter, hold in samples:
        state = state.step(at, enter, hold)
    return state


def plain(values: list[int], every: float = 2.0) -> list[tuple[float, int, int]]:
    return [(index * every, value, value) for index, value in enumerate(values)]


@pytest.mark.parametrize(
    ("values", "level"),
    [
        ([], None),
        ([0], 0),
        ([1], None),
        ([2], None),
        ([2, 0], 0),
        ([2, 1], 1),
        ([2, 2], 2),
        ([0, 2], 0),
        ([0, 2, 0], 0),
        ([0, 2, 2], 2),
        ([0, 2, 0, 2], 2),
        ([0, 2, 0, 0, 2], 0),
        ([0, 1, 2], 1),
        ([1, 1, 2, 2], 2),
    ],
)
def test_worse_takes_two_of_three_samples(values: list[int], level: int | None) -> None:
    assert run(plain(values)).level == level


def test_better_takes_three_good_in_a_row_and_the_dwell() -> None:
    bad = run([(0, 2, 2), (1, 2, 2)])
    assert run([(10, 0, 0), (20, 0, 0), (30, 0, 0)], bad).level == 2, "29 s after the level was entered"
    assert run([(10, 0, 0), (20, 0, 0), (31, 0, 0)], bad).level == 0
    assert run([(10, 0, 0), (35, 0, 0)], bad).level == 2, "two in a row"
    assert run([(10, 0, 0), (35, 0, 0), (40, 0, 1), (45, 0, 0)], bad).level == 1, (
        "between exit and entry it keeps the milder level"
    )


def test_a_sample_between_exit_and_entry_neither_worsens_nor_eases() -> None:
    between = [(40.0 + i, 0, 1) for i in range(20)]
    assert run([(0, 0, 0), *between]).level == 0
    assert run([(0, 1, 1), (1, 1, 1), *between]).level == 1


def test_a_relapse_within_a_minute_doubles_the_dwell_and_a_quiet_time_resets_it() -> None:
    state = run([(0, 1, 1), (1, 1, 1), (40, 0, 0), (41, 0, 0), (42, 0, 0)])
    assert (state.level, state.dwell) == (0, DWELL_S)
    relapsed = run([(50, 1, 1), (51, 1, 1)], state)
    assert (relapsed.level, relapsed.dwell) == (1, 2 * DWELL_S)
    later = run([(150, 1, 1), (151, 1, 1)], state)
    assert (later.level, later.dwell) == (1, DWELL_S)


def test_a_careful_level_comes_back_from_failing_later_and_from_strained_as_any_other() -> None:
    down = run([(0, 2, 2), (1, 2, 2)], Steady(careful=True))
    quick = [(10.0 * n, 0, 0) for n in range(1, 7)]
    assert run(quick, down).level == 2, "59 s after the last failure"
    assert run([*quick, (61, 0, 0)], down).level == 0
    rough = [(10.0 * n, 0, 1) for n in range(1, 25)]
    assert run(rough, down).level == 2
    assert run([*rough, (241, 0, 1)], down).level == 1, "strained all along, but nothing failed for four minutes"
    slow = run([(0, 1, 1), (1, 1, 1)], Steady(careful=True))
    assert run([(20, 0, 0), (25, 0, 0), (31, 0, 0)], slow).level == 0


def test_a_clock_set_back_does_not_keep_a_level_for_hours() -> None:
    bad = run([(100_000, 2, 2), (100_001, 2, 2)])
    assert run([(10, 0, 0), (25, 0, 0), (45, 0, 0)], bad).level == 0
    lost = run([(100_000, 2, 2), (100_001, 2, 2)], Steady(careful=True))
    assert run([(10, 0, 0), (45, 0, 0), (70, 0, 0)], lost).level == 0


@given(st.lists(st.tuples(st.floats(0.1, 60), levels, levels), max_size=60))
def test_no_step_breaks_the_rules(steps: list[tuple[float, int, int]]) -> None:
    state, at = Steady(), 0.0
    for gap, enter, hold in steps:
        at += gap
        before, state = state, state.step(at, enter, hold)
        assert len(state.enters) <= 3
        assert DWELL_S <= state.dwell <= DWELL_MAX_S
        if before.level is None or state.level is None:
            assert state.level is not None or before.level is None, "what was known stays known"
        elif state.level > before.level:
            assert sum(e >= state.level for e in state.enters) >= 2
        elif state.level < before.level:
            assert max(state.holds) <= state.level
            assert at - before.since >= before.dwell


@pytest.mark.parametrize("every", [0.5, 1.0, 2.0, 3.0, 5.0, 7.0])
def test_trouble_that_comes_and_goes_every_five_seconds_changes_the_level_at_most_once_a_minute(every: float) -> None:
    state, changes = Steady(), 0
    for index in range(int(600 / every)):
        at = index * every
        bad = int(at // 5) % 2
        before, state = state, state.step(at, bad, bad)
        changes += before.level is not None and state.level != before.level
    assert changes <= 10
