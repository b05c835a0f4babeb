"""Of a long conversation only what some model may be told of is looked through before a question."""

from __future__ import annotations

from hybridchat.conversation import Attempt, Ending, Turn
from hybridchat.earlier import NEWEST, OLDEST, turn_tokens, within_reach
from hybridchat.facts import Locality


def turn(n: int) -> Turn:
    said = Attempt(f"a{n}", f"t{n}", "ollama:m", "127.0.0.1", Locality.ON_DEVICE, "some words " * 20, "", Ending.COMPLETE)
    return Turn(f"t{n}", "s", None, f"question {n}", 0.0, Ending.COMPLETE, (said,), said.id)


HISTORY = tuple(turn(n) for n in range(3_000))
EACH = turn_tokens(HISTORY[0])


def test_what_fits_a_window_is_looked_through_whole() -> None:
    assert within_reach(HISTORY[:10], 100_000) == HISTORY[:10]
    assert within_reach(HISTORY, 10 * EACH * len(HISTORY)) == HISTORY


def test_of_more_the_newest_that_fit_and_what_a_summary_is_made_of() -> None:
    found = within_reach(HISTORY, 100 * EACH)
    assert found[:OLDEST] == HISTORY[:OLDEST]
    newest = found[OLDEST:]
    assert newest == HISTORY[-len(newest) :]
    assert NEWEST + 90 <= len(newest) <= NEWEST + 110


def test_where_nobody_may_be_told_anything_nothing_is() -> None:
    assert within_reach(HISTORY, 0) == ()
