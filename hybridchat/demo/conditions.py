"""What the user of the demo can flip: offline, slow, busy GPU, over budget."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

SLOW_RATE = 8.0
"""Chunks per second while slow: about the reading speed of a patient person, and visibly not 100."""
SLOW_FIRST_TOKEN_S = 2.0

NAMES = ("offline", "slow", "busy", "over_budget")


@dataclass(slots=True)
class Conditions:
    """Flags read by the servers (`slow`), the simulated sampler (`busy`) and the budget (`over_budget`).

    Setting `offline` closes the two cloud servers: new connections are refused, open ones break. The local one stays.
    """

    slow: bool = False
    busy: bool = False
    over_budget: bool = False
    _offline: bool = False
    _on_offline: list[Callable[[bool], None]] = field(default_factory=list)

    @property
    def offline(self) -> bool:
        return self._offline

    @offline.setter
    def offline(self, value: bool) -> None:
        if value == self._offline:
            return
        self._offline = value
        for told in self._on_offline:
            told(value)

    def on_offline(self, told: Callable[[bool], None]) -> None:
        """Has `told(offline)` called at every change."""
        self._on_offline.append(told)

    def values(self) -> dict[str, bool]:
        return {name: bool(getattr(self, name)) for name in NAMES}

    def flip(self, wanted: Mapping[str, object]) -> None:
        """Sets the named conditions; raises `ValueError` for an unknown name or a value that is no truth value."""
        for name, value in wanted.items():
            if name not in NAMES or not isinstance(value, bool):
                raise ValueError(f"{name!r}: {value!r} is no condition; use true or false for {', '.join(NAMES)}")
        for name, value in wanted.items():
            setattr(self, name, value)


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast answers are sent. `chunks_per_second` 0: as fast as possible."""

    chunks_per_second: float
    conditions: Conditions

    @property
    def gap(self) -> float:
        """Seconds between two chunks, now."""
        rate = self.chunks_per_second or math.inf
        return 1.0 / (min(rate, SLOW_RATE) if self.conditions.slow else rate)

    @property
    def first_token(self) -> float:
        """Seconds before the first chunk, now."""
        return SLOW_FIRST_TOKEN_S if self.conditions.slow else 0.0
