"""What every agent is, how its verdict is taken in, and the thread that samples for it."""

from __future__ import annotations

import asyncio
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Generic, TypeVar

from hybridchat.facts import Check, Target

State = TypeVar("State")
Sample = TypeVar("Sample")


class BaseAgent(ABC):
    """Something that is asked before a message. Subclass it and write `check`; the rest has defaults."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_active = False

    async def initialize(self) -> bool:
        """Gets ready; `False` means the agent cannot work here and is not asked."""
        self.is_active = True
        return True

    @abstractmethod
    async def check(self, **kwargs: object) -> Check | Mapping[str, object]:
        """A verdict on the next message: a `Check`, or a mapping with proceed, state, target, reason, metrics.

        `kwargs` holds at least `prompt`. It runs on the event loop: measure in the background, answer from what is known.
        """

    async def shutdown(self) -> None:
        """Lets go of everything; may be called twice."""
        self.is_active = False


def as_check(agent: str, verdict: object) -> Check:
    """Takes in what an agent's `check` returned. Raises `TypeError` or `ValueError`, naming the agent, for anything else."""
    if isinstance(verdict, Check):
        return verdict
    if not isinstance(verdict, Mapping):
        raise TypeError(f"agent {agent} returned {type(verdict).__name__}, not a mapping with proceed, state, target")
    target = verdict.get("target", Target.HYBRID)
    if target not in tuple(Target):
        raise ValueError(f"agent {agent} gave target {target!r}; allowed: {', '.join(Target)}")
    proceed = verdict.get("proceed", True)
    if not isinstance(proceed, bool):
        raise TypeError(f"agent {agent} gave proceed {proceed!r}; allowed: True, False")
    metrics = verdict.get("metrics") or {}
    if not isinstance(metrics, Mapping):
        raise TypeError(f"agent {agent} gave metrics of type {type(metrics).__name__}, not a mapping")
    return Check(
        agent=agent,
        state=str(verdict.get("state", "unknown")),
        target=Target(target),
        proceed=proceed,
        reason=str(verdict.get("reason", "")),
        metrics={str(name): _metric(value) for name, value in metrics.items()},
    )


def _metric(value: object) -> float | str | None:
    """A number or a word; anything else is unknown."""
    if isinstance(value, str):
        return value
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


async def ask(agent: BaseAgent, *, cap_s: float = 0.05, last: Check | None = None, **kwargs: object) -> Check:
    """Asks one agent and never waits longer than `cap_s` seconds, nor fails.

    Late: `last` again, marked stale (or unknown). An error or a wrong shape: unknown, with the reason. Unknown stops nothing.
    """
    try:
        async with asyncio.timeout(cap_s):
            return as_check(agent.name, await agent.check(**kwargs))
    except TimeoutError:
        late = last if last is not None else Check(agent=agent.name)
        return replace(late, stale=True, reason=late.reason or f"no answer within {cap_s * 1000:.0f} ms")
    except Exception as error:  # noqa: BLE001 - an agent is the user's own code and must not take a message down
        return Check(agent=agent.name, reason=f"{type(error).__name__}: {error}")


class Sampler(Generic[State, Sample]):
    """A daemon thread around a pure `observe`: measure, fold into the state, sleep.

    `state` is the latest frozen state, safe to read from anywhere. `sample()` may block and returns `None` when there is
    nothing to learn. `failed(state, reason)` says what the state is after `sample` raised. `interval(state)` is seconds from
    one sample to the next, asked anew after each of them and at `nudge()`.
    """

    def __init__(
        self,
        name: str,
        state: State,
        sample: Callable[[], Sample | None],
        observe: Callable[[State, Sample], State],
        failed: Callable[[State, str], State],
        interval: Callable[[State], float],
    ) -> None:
        self.name = name
        self.state = state
        self._sample = sample
        self._observe = observe
        self._failed = failed
        self._interval = interval
        self._paused = False
        self._due_now = False
        self._turn = threading.Condition()
        self._fold = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        return self._thread is not None

    def start(self) -> None:
        """Starts the thread, which samples at once; does nothing while one runs."""
        with self._turn:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
                self._thread.start()

    def stop(self, timeout_s: float = 1.0) -> None:
        """Ends the thread. Returns within `timeout_s`; what a sample stuck in a system call still finds is dropped."""
        with self._turn:
            thread, self._thread = self._thread, None
            self._turn.notify_all()
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout_s)

    def pause(self) -> None:
        """No further sample starts until `resume`."""
        with self._turn:
            self._paused = True

    def resume(self) -> None:
        with self._turn:
            self._paused = False
            self._turn.notify_all()

    def wake(self) -> None:
        """Samples now instead of when due (when paused: at `resume`)."""
        with self._turn:
            self._due_now = True
            self._turn.notify_all()

    def nudge(self) -> None:
        """Asks `interval` again, because what it depends on has changed."""
        with self._turn:
            self._turn.notify_all()

    def feed(self, sample: Sample) -> State:
        """Folds in a sample that somebody else took; any thread."""
        with self._fold:
            self.state = self._observe(self.state, sample)
            return self.state

    def step(self) -> State:
        """One sample in the calling thread: what the thread does on each turn."""
        return self._take(lambda: True)

    def _take(self, wanted: Callable[[], bool]) -> State:
        try:
            sample = self._sample()
            if sample is not None and wanted():
                return self.feed(sample)
        except Exception as error:  # noqa: BLE001 - a gauge that fails is unknown; it must never end the thread
            if wanted():
                with self._fold:
                    self.state = self._failed(self.state, type(error).__name__)
        return self.state

    def _run(self) -> None:
        me = threading.current_thread()
        due = 0.0
        while self._wait(me, due):
            self._take(lambda: self._thread is me)
            due = time.monotonic()

    def _wait(self, me: threading.Thread, last: float) -> bool:
        """Sleeps until a sample is due; `False` when the thread is to end. `last` is monotonic, 0 before the first sample."""
        with self._turn:
            while self._thread is me:
                left = last + self._interval(self.state) - time.monotonic() if last else 0.0
                if not self._paused and (self._due_now or left <= 0):
                    self._due_now = False
                    return True
                self._turn.wait(None if self._paused else left)
            return False
