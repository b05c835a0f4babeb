"""What one attempt costs: set aside before the call, reckoned and settled after it."""

from __future__ import annotations

from hybridchat.agents.budget import window_start
from hybridchat.conversation import Package
from hybridchat.crew import Crew
from hybridchat.facts import Locality, Model, Usage
from hybridchat.providers.base import (
    BadRequest,
    Blocked,
    ProviderError,
    RateLimited,
    TooLong,
    Unauthorised,
    UnknownModel,
    Unreachable,
)
from hybridchat.tokens import estimate

UNBILLED = (Unreachable, Unauthorised, RateLimited, UnknownModel, TooLong, BadRequest, Blocked)
"""Failures in which no provider did any work: nobody bills them. For the others the estimate stands."""
NO_MONEY = "today's budget does not reach"


class OverBudget(ProviderError):
    """Between the decision and the call somebody else, perhaps in another window, took what was left of the budget."""

    kind = "budget"
    counts_against = False

    def __init__(self, model: Model) -> None:
        super().__init__(f"{model.name}: {NO_MONEY}.", host=model.host)


class Bill:
    """The money of one attempt that begins at `at` (epoch seconds). `limit` is the day's, US dollars; `None`: none holds."""

    def __init__(self, crew: Crew, attempt_id: str, model: Model, package: Package, limit: float | None, at: float) -> None:
        self._crew, self._attempt_id, self._model, self._package = crew, attempt_id, model, package
        self._limit, self._at = limit, at
        self._reserved: str | None = None

    async def reserve(self) -> bool:
        """Sets aside the most the call may cost; `False` where the day's limit does not reach. On this device nothing is."""
        spend, model, most = self._crew.store.spend, self._model, self._package.est_cost
        if not self._package.remote:
            return True
        free = most == 0.0 or (most is None and model.locality is not Locality.REMOTE)
        if self._limit is None or free:
            self._reserved = spend.reserve(self._attempt_id, model.id, most, self._at)
        else:
            since = window_start(self._at, self._crew.budget_window)
            self._reserved = await spend.claim(self._attempt_id, model.id, most, self._at, limit=self._limit, since=since)
        return self._reserved is not None

    def billed(self, *, sent: bool, error: ProviderError | None) -> bool:
        """Whether somebody bills the attempt; `sent`: the request was handed to the wire."""
        return self._package.remote and sent and not isinstance(error, UNBILLED)

    def cost(self, usage: Usage, said: str, *, sent: bool, error: ProviderError | None) -> float | None:
        """US dollars, by the server's count, else estimated from what went out and what was `said`; `None` where unknown."""
        price = self._model.price
        if price is None or not self.billed(sent=sent, error=error):
            return None
        exact = price.cost(usage)
        return exact if exact is not None else price.cost(Usage(self._package.tokens, estimate(said)))

    def settle(self, cost: float | None, usage: Usage, *, sent: bool, error: ProviderError | None) -> None:
        """Puts the cost in place of what was set aside."""
        if self._reserved is None:
            return
        spend = self._crew.store.spend
        if not self.billed(sent=sent, error=error):
            spend.settle(self._reserved, 0.0, "none")
            return
        counted = usage.input_tokens is not None and usage.output_tokens is not None
        spend.settle(self._reserved, cost, "actual" if counted else "estimate")
