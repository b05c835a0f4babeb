"""The program's own agents: made ready when first needed, asked together before a message, never waited for longer than a cap."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

from hybridchat.agents.base import BaseAgent, as_check
from hybridchat.facts import Check, Target

OnFailure = Literal["ignore", "block_remote"]

CAP_S = 0.05
READY_S = 5.0
HUNG_S = 5.0
FAILED = "failed"
"""State of an agent that raised, hung, returned nonsense, or could not be made ready."""


@dataclass(slots=True)
class _Seat:
    agent: BaseAgent
    on_failure: OnFailure
    ready: asyncio.Task[str] | None = None
    """Its result says why the agent cannot work; empty when it can."""
    last: Check | None = None
    late: asyncio.Task[Check] | None = None
    """A check that outran its cap; what it still finds counts for the next message."""
    late_since: float = 0.0
    running: set[asyncio.Task[Check]] = field(default_factory=set)


class Panel:
    """Event loop only: agents run where the program's own code runs, so one that blocks the loop blocks the program.

    Seconds: a message waits `cap_s` for all verdicts, the first one `ready_s` more for `initialize`. `clock` is monotonic.
    """

    def __init__(self, *, cap_s: float = CAP_S, ready_s: float = READY_S, clock: Callable[[], float] = time.monotonic) -> None:
        self._cap_s, self._ready_s, self._clock = cap_s, ready_s, clock
        self._seats: dict[str, _Seat] = {}

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._seats)

    def add(self, agent: BaseAgent, on_failure: OnFailure = "ignore") -> None:
        """Has `agent` asked from now on, in place of one of the same name. `block_remote`: its failure keeps the cloud out."""
        self._seats[agent.name] = _Seat(agent, on_failure)

    def remove(self, name: str) -> BaseAgent | None:
        """No longer asks that agent; the caller shuts it down."""
        seat = self._seats.pop(name, None)
        return seat.agent if seat is not None else None

    async def ask(self, **kwargs: object) -> tuple[Check, ...]:
        """Every agent's verdict, in the order they were added. Never raises for what an agent does.

        Late: the last verdict again, marked stale. Failed: state `failed` with the reason, and `proceed=False` for the cloud
        where the agent was added with `block_remote`.
        """
        return tuple(await asyncio.gather(*(self._ask(seat, kwargs) for seat in tuple(self._seats.values()))))

    async def close(self) -> None:
        """Ends what still runs and shuts every agent down; an error of theirs is nobody's any more."""
        seats = tuple(self._seats.values())
        tasks = [task for seat in seats for task in (seat.ready, *seat.running) if task is not None and not task.done()]
        for task in tasks:
            task.cancel()
        ends = (asyncio.wait_for(seat.agent.shutdown(), 1.0) for seat in seats)
        await asyncio.gather(*tasks, *ends, return_exceptions=True)

    async def _ask(self, seat: _Seat, kwargs: dict[str, object]) -> Check:
        if failure := await self._prepared(seat):
            return _failed(seat, failure)
        if seat.late is not None and not seat.late.done():
            return self._overdue(seat)
        task = asyncio.create_task(self._verdict(seat, kwargs))
        seat.running.add(task)
        task.add_done_callback(seat.running.discard)
        await asyncio.wait({task}, timeout=self._cap_s)
        if not task.done():
            seat.late, seat.late_since = task, self._clock()
            return self._overdue(seat)
        return _failed(seat, "its check was cancelled") if task.cancelled() else task.result()

    async def _prepared(self, seat: _Seat) -> str:
        first = seat.ready is None
        if seat.ready is None:
            seat.ready = asyncio.create_task(_ready(seat.agent))
        if not seat.ready.done():
            await asyncio.wait({seat.ready}, timeout=self._ready_s if first else self._cap_s)
        if not seat.ready.done():
            return "it is not ready yet"
        return "its initialize was cancelled" if seat.ready.cancelled() else seat.ready.result()

    async def _verdict(self, seat: _Seat, kwargs: dict[str, object]) -> Check:
        try:
            check = as_check(seat.agent.name, await seat.agent.check(**kwargs))
        except Exception as error:  # noqa: BLE001 - an agent is the user's own code and must not take a message down
            return _failed(seat, f"{type(error).__name__}: {error}")
        seat.last = replace(check, agent=seat.agent.name)
        return seat.last

    def _overdue(self, seat: _Seat) -> Check:
        waited = self._clock() - seat.late_since
        if waited >= HUNG_S:
            return _failed(seat, f"no answer for {waited:.0f} s")
        if seat.last is not None:
            return replace(seat.last, stale=True)
        told = f"no answer within {self._cap_s * 1000:.0f} ms"
        if seat.on_failure == "block_remote":
            # nothing it ever said speaks for the cloud
            return replace(_failed(seat, told), stale=True)
        return Check(seat.agent.name, reason=told, stale=True)


async def _ready(agent: BaseAgent) -> str:
    try:
        worked = await agent.initialize()
    except Exception as error:  # noqa: BLE001 - as above
        return f"{type(error).__name__} in initialize: {error}"
    return "its initialize returned False" if worked is False else ""


def _failed(seat: _Seat, reason: str) -> Check:
    blocks = seat.on_failure == "block_remote"
    target = Target.CLOUD if blocks else Target.HYBRID
    return Check(seat.agent.name, FAILED, target, proceed=not blocks, reason=reason)
