from __future__ import annotations

import math
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybridchat.agents.budget import BudgetAgent, Window, budget, window_start
from hybridchat.facts import BudgetState, Target

A, C, X, U = BudgetState.AVAILABLE, BudgetState.CONSTRAINED, BudgetState.CRITICAL, BudgetState.UNKNOWN


@pytest.mark.parametrize(
    ("spent", "reserved", "limit", "state"),
    [
        (0, 0, 5, A),
        (3.50, 0, 5, A),
        (3.51, 0, 5, C),
        (3.00, 0.51, 5, C),
        (4.50, 0, 5, C),
        (4.51, 0, 5, X),
        (9, 0, 5, X),
        (0.63, 0, 0.70, C),
        (0, 0, 0, X),
        (0, 0, -1, X),
        (1, 0, None, U),
        (math.nan, 0, 5, U),
        (0, 0, math.nan, U),
    ],
)
def test_a_state_begins_strictly_above_70_and_90_percent(
    spent: float, reserved: float, limit: float | None, state: BudgetState
) -> None:
    assert budget(spent, reserved, limit).state is state


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.floats(0.01, 1e6))
def test_spending_more_never_eases_the_state(spent: float, more: float, limit: float) -> None:
    order = [A, C, X]
    assert order.index(budget(spent, 0, limit).state) <= order.index(budget(spent + more, 0, limit).state)


@pytest.mark.parametrize(
    ("spent", "limit", "target", "reason"),
    [
        (1.0, 5.0, Target.HYBRID, "$1.00 of $5.00 used"),
        (4.0, 5.0, Target.HYBRID, "$4.00 of $5.00 used"),
        (4.9, 5.0, Target.LOCAL, "$4.90 of $5.00 used"),
        (4.9, None, Target.HYBRID, "no budget is set"),
        (math.nan, 5.0, Target.HYBRID, "what was spent is unknown"),
    ],
)
async def test_the_check_asks_for_local_only_when_money_is_nearly_gone(
    spent: float, limit: float | None, target: Target, reason: str
) -> None:
    check = await BudgetAgent(lambda: spent, limit).check(prompt="hello")
    assert (check.target, check.reason, check.proceed) == (target, reason, True)


async def test_the_check_shows_the_figures_and_no_percentage_of_nothing() -> None:
    agent = BudgetAgent(lambda: 2.0, 5.0, reserved=lambda: 0.5)
    assert (await agent.check()).metrics == {
        "budget_percentage": 50.0,
        "daily_spend": 2.0,
        "daily_reserved": 0.5,
        "daily_budget": 5.0,
    }
    assert (await BudgetAgent(lambda: 2.0, 0.0).check()).metrics["budget_percentage"] is None


@pytest.mark.parametrize(("window", "start"), [("day", "2026-11-20T00:00"), ("rolling24h", "2026-11-19T15:30")])
def test_a_budget_counts_from_midnight_here_or_over_24_hours(window: Window, start: str) -> None:
    now = datetime.fromisoformat("2026-11-20T15:30").astimezone().timestamp()
    assert window_start(now, window) == datetime.fromisoformat(start).astimezone().timestamp()


def test_a_budget_that_cannot_be_one_is_refused() -> None:
    with pytest.raises(ValueError, match="from 0 on"):
        BudgetAgent(daily_budget=-1.0)
    with pytest.raises(ValueError, match="rolling24h"):
        BudgetAgent(daily_budget=1.0, window="week")  # type: ignore[arg-type]
