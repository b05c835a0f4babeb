"""Money as a gauge: how much of the limit is spent or promised."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime
from typing import Literal

from hybridchat.agents.base import BaseAgent
from hybridchat.facts import Budget, BudgetState, Check, Target, in_dollars
from hybridchat.value import value


@value
class BudgetThresholds:
    """Percent of the limit; a state begins strictly above its threshold."""

    constrained: float = 70.0
    critical: float = 90.0


DEFAULTS = BudgetThresholds()

Window = Literal["day", "rolling24h"]
DAY_S = 86_400.0


def window_start(now: float, window: Window = "day") -> float:
    """Epoch seconds from which on money counts at `now`: the last local midnight, or 24 hours ago."""
    if window == "rolling24h":
        return now - DAY_S
    return datetime.fromtimestamp(now).astimezone().replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


_TARGETS = {BudgetState.CRITICAL: Target.LOCAL, BudgetState.CONSTRAINED: Target.HYBRID}


def budget(spent: float, reserved: float, limit: float | None, thresholds: BudgetThresholds = DEFAULTS) -> Budget:
    """US dollars spent and reserved against `limit`.

    No limit: unknown, for there is nothing to compare with. A limit of zero or below is critical: nothing may be spent.
    """
    used = percent(spent, reserved, limit)
    if limit is None or math.isnan(limit) or used is None:
        state = BudgetState.UNKNOWN
    elif used > thresholds.critical:
        state = BudgetState.CRITICAL
    elif used > thresholds.constrained:
        state = BudgetState.CONSTRAINED
    else:
        state = BudgetState.AVAILABLE
    return Budget(state=state, limit=limit, spent=spent, reserved=reserved)


def percent(spent: float, reserved: float, limit: float | None) -> float | None:
    """Spent and reserved as percent of the limit; infinite for a limit of zero or below, `None` where a figure is unknown."""
    if limit is None or not math.isfinite(spent + reserved) or math.isnan(limit):
        return None
    # multiplied first: 0.63 of 0.70 is 90 %, and 0.63 / 0.70 * 100 would be a hair above it
    return math.inf if limit <= 0 else (spent + reserved) * 100.0 / limit


class BudgetAgent(BaseAgent):
    """Tells the budget's state: `limit` US dollars per `window`; `None` sets no budget. Raises `ValueError` for a negative one.

    `spend` and `reserved` return US dollars of the current window and must not block. Hooked to a client without them, the
    agent sets the client's budget, and what its store counts is told.
    """

    def __init__(
        self,
        spend: Callable[[], float] = lambda: 0.0,
        limit: float | None = None,
        *,
        daily_budget: float | None = None,
        window: Window = "day",
        reserved: Callable[[], float] = lambda: 0.0,
        thresholds: BudgetThresholds = DEFAULTS,
        name: str = "budget",
    ) -> None:
        super().__init__(name)
        limit = daily_budget if limit is None else limit
        if daily_budget is not None and daily_budget < 0:
            raise ValueError(f"daily_budget is {daily_budget:g}; give US dollars from 0 on, or None for no budget")
        if window not in ("day", "rolling24h"):
            raise ValueError(f"window is {window!r}; allowed: day, rolling24h")
        self.limit, self.window = limit, window
        self._spend = spend
        self._reserved = reserved
        self._thresholds = thresholds

    @property
    def budget(self) -> Budget:
        return budget(self._spend(), self._reserved(), self.limit, self._thresholds)

    async def check(self, **kwargs: object) -> Check:  # noqa: ARG002 - the prompt does not change what is left
        now = self.budget
        used = percent(now.spent, now.reserved, now.limit)
        if now.limit is None:
            reason = "no budget is set"
        elif used is None:
            reason = "what was spent is unknown"
        else:
            reason = f"{in_dollars(now.spent + now.reserved)} of {in_dollars(now.limit)} used"
        return Check(
            agent=self.name,
            state=now.state,
            target=_TARGETS.get(now.state, Target.HYBRID),
            reason=reason,
            metrics={
                "budget_percentage": used if used is not None and math.isfinite(used) else None,
                "daily_spend": now.spent,
                "daily_reserved": now.reserved,
                "daily_budget": now.limit,
            },
        )
