"""What the attempts taught us: circuit breakers and learned speeds per model, read into the Snapshot as `Live`.

Belongs to the event loop: no locks, not thread-safe.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from hybridchat.facts import Live, Outcome, Result

WINDOW = 20
"""Calls that a breaker remembers."""
FEWEST = 5
SHARE = 0.5
"""A breaker opens when at least this share of at least `FEWEST` remembered calls failed."""
OPEN_S, LONGEST_OPEN_S = 30.0, 600.0
"""Seconds a breaker stays open at first; doubled with each failed probe, up to the second figure."""
PROBE_LEASE_S = 600.0
"""A probe that never reports is given up after this: nothing may keep a model out for ever."""
WEIGHT = 0.3
"""Share of the newest measurement in a learned speed: three calls carry two thirds of it."""
FEWEST_TOKENS = 8
"""Shorter answers say little about speed."""
FEWEST_READ = 64
"""Below this many tokens read, most came from the server's own cache and the figure is not the reading speed."""

LEAST_LOAD_S = 0.1
"""Below this nothing was loaded: it is what a server takes to find that the model is there."""

SPEEDS = ("tokens_per_second", "prefill_per_second", "first_token_s", "load_s")


@dataclass(slots=True)
class _Breaker:
    calls: deque[bool] = field(default_factory=lambda: deque(maxlen=WINDOW))
    """True for a failure."""
    opened: int = 0
    """How many times in a row it opened."""
    open_until: float | None = None
    wait_until: float | None = None
    """From the server's own Retry-After, at any length."""
    probe_until: float | None = None
    """Set while the one probe is out."""
    reason: str = ""

    def half_open(self, now: float) -> bool:
        return self.open_until is not None and now >= self.open_until

    def closed_to(self, now: float) -> float | None:
        """Epoch seconds until which nobody may call, or `None`."""
        waits = [t for t in (self.open_until, self.wait_until, self.probe_until) if t is not None and t > now]
        return max(waits) if waits else None


class Health:
    """Breakers and speeds of every model that was ever tried. `clock` gives epoch seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._breakers: dict[str, _Breaker] = {}
        self._speeds: dict[str, dict[str, float]] = {}

    def allow(self, model_id: str) -> bool:
        """Whether a call may go out now. After an open breaker's time exactly one is let through, and claimed by asking."""
        breaker, now = self._breakers.get(model_id), self._clock()
        if breaker is None:
            return True
        if breaker.closed_to(now) is not None:
            return False
        if breaker.half_open(now):
            breaker.probe_until = now + PROBE_LEASE_S
        return True

    def release(self, model_id: str) -> None:
        """Gives a claimed probe back unused: the call was never made."""
        if breaker := self._breakers.get(model_id):
            breaker.probe_until = None

    def forgive(self, model_id: str) -> None:
        """The way to its host is there again: what failed for want of it no longer counts. A Retry-After still holds."""
        if breaker := self._breakers.get(model_id):
            self._breakers[model_id] = _Breaker(wait_until=breaker.wait_until, reason=breaker.reason)

    def record(self, outcome: Outcome) -> None:
        """Learns from one attempt. Stopped ones and failures that do not count against the server say nothing of its health."""
        self._learn(outcome)
        breaker = self._breakers.setdefault(outcome.model_id, _Breaker())
        now = self._clock()
        if outcome.retry_after_s is not None and outcome.retry_after_s > 0:
            breaker.wait_until = max(breaker.wait_until or 0.0, now + outcome.retry_after_s)
            breaker.reason = "it asked us to wait"
        probing = breaker.half_open(now)
        breaker.probe_until = None
        if outcome.result is Result.OK:
            if probing:
                self._breakers[outcome.model_id] = _Breaker(wait_until=breaker.wait_until, reason=breaker.reason)
            else:
                breaker.calls.append(False)
        elif outcome.counts_against and outcome.result is not Result.STOPPED:
            breaker.calls.append(True)
            if probing or _too_many(breaker.calls):
                _open(breaker, now, outcome.error)

    def live(self, model_ids: Iterable[str], seen: Mapping[str, Live] | None = None) -> dict[str, Live]:
        """What is known of each model now; `seen` is what its server said (residency), kept where nothing was learned."""
        now = self._clock()
        return {model_id: self._live(model_id, (seen or {}).get(model_id, Live()), now) for model_id in model_ids}

    def _live(self, model_id: str, base: Live, now: float) -> Live:
        speeds, breaker = self._speeds.get(model_id), self._breakers.get(model_id)
        if speeds:
            base = replace(
                base,
                tokens_per_second=speeds.get("tokens_per_second", base.tokens_per_second),
                prefill_per_second=speeds.get("prefill_per_second", base.prefill_per_second),
                first_token_s=speeds.get("first_token_s", base.first_token_s),
                load_s=speeds.get("load_s", base.load_s),
            )
        until = breaker.closed_to(now) if breaker else None
        if breaker is None or (until is None and not breaker.half_open(now)):
            return base
        reason = breaker.reason if breaker.probe_until is None else "it is being tried again right now"
        return replace(base, open_until=until, open_reason=reason, half_open=breaker.half_open(now))

    def _learn(self, outcome: Outcome) -> None:
        times, usage = outcome.timings, outcome.usage
        found: dict[str, float | None] = {"load_s": _load(times.load_s)}
        if (usage.output_tokens or 0) >= FEWEST_TOKENS:
            found["tokens_per_second"] = times.tokens_per_second(usage.output_tokens)
        if times.first_token_s is not None:
            found["first_token_s"] = max(0.0, times.first_token_s - (times.load_s or 0.0))
        read = (usage.input_tokens or 0) - (usage.cache_read_tokens or 0)
        if times.prefill_s and read >= FEWEST_READ:
            found["prefill_per_second"] = read / times.prefill_s
        self._keep(outcome.model_id, found)

    def loaded(self, model_id: str, seconds: float) -> None:
        """Learns how long it took to load a model without a question."""
        self._keep(model_id, {"load_s": _load(seconds)})

    def _keep(self, model_id: str, found: Mapping[str, float | None]) -> None:
        known = self._speeds.setdefault(model_id, {})
        for name, value in found.items():
            if value is not None and value >= 0:
                known[name] = value if name not in known else (1 - WEIGHT) * known[name] + WEIGHT * value

    def to_json(self) -> str:
        """The learned speeds, to be kept between runs. Breakers are not: a new run starts with a clean sheet."""
        return json.dumps({"version": 1, "speeds": {model_id: speeds for model_id, speeds in self._speeds.items() if speeds}})

    @classmethod
    def from_json(cls, text: str, clock: Callable[[], float]) -> Health:
        """What `to_json` wrote. Anything else gives a fresh one: speeds are only estimates, and are learned again."""
        health = cls(clock)
        try:
            stored = json.loads(text)
        except ValueError:
            return health
        speeds = stored.get("speeds") if isinstance(stored, dict) and stored.get("version") == 1 else None
        for model_id, values in (speeds if isinstance(speeds, dict) else {}).items():
            kept = {name: float(values[name]) for name in SPEEDS if _positive(values, name)}
            if kept:
                health._speeds[model_id] = kept
        return health


def _load(seconds: float | None) -> float | None:
    return seconds if seconds is not None and seconds >= LEAST_LOAD_S else None


def _positive(values: object, name: str) -> bool:
    value = values.get(name) if isinstance(values, dict) else None
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < float("inf")


def _too_many(calls: deque[bool]) -> bool:
    return len(calls) >= FEWEST and sum(calls) >= SHARE * len(calls)


def _open(breaker: _Breaker, now: float, error: str) -> None:
    failed, of = sum(breaker.calls), len(breaker.calls)
    breaker.open_until = now + min(OPEN_S * 2**breaker.opened, LONGEST_OPEN_S)
    breaker.opened += 1
    breaker.reason = f"{failed} of its last {of} calls failed" + (f" ({error})" if error else "")
