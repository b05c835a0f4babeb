"""The models in the demo Ollama's memory, and until when."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock

from hybridchat.demo.catalogue import Card

_DEFAULT_KEEP_S = 300.0
_FOREVER_S = 100 * 365 * 86400.0
_LOAD_NS_PER_BYTE = 0.1
"""A load of 2 GB counts 0.2 s, as from a fast disk; reported only, nobody waits for it."""
_WARM_NS = 9_000_000
_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)")


def keep_seconds(value: object) -> float:
    """Seconds of a `keep_alive`: a number, or a duration such as 1h30m; negative means for ever. Raises `ValueError`."""
    if value is None:
        return _DEFAULT_KEEP_S
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _FOREVER_S if value < 0 else float(value)
    text = str(value).strip()
    if re.fullmatch(r"-?\d+", text):
        return keep_seconds(int(text))
    if not re.fullmatch(rf"-?(?:{_PART.pattern})+", text):
        raise ValueError(f"time: invalid duration {text!r}")
    total = sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text))
    return _FOREVER_S if text.startswith("-") else total


@dataclass(frozen=True, slots=True)
class _Resident:
    card: Card
    window: int
    until: float


class Residents:
    """Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._held: dict[str, _Resident] = {}

    def touch(self, card: Card, window: int, keep_alive: object) -> int:
        """Loads or refreshes a model; the nanoseconds to report as its load time. A keep of 0 unloads. Raises `ValueError`."""
        keep = keep_seconds(keep_alive)
        with self._lock:
            before = self._held.get(card.name)
            warm = before is not None and before.window == window and before.until > time.time()
            if keep > 0:
                self._held[card.name] = _Resident(card, window, time.time() + keep)
            else:
                self._held.pop(card.name, None)
        return _WARM_NS if warm else round(card.size * _LOAD_NS_PER_BYTE)

    def holds(self, card: Card) -> bool:
        with self._lock:
            held = self._held.get(card.name)
            return held is not None and held.until > time.time()

    def unload(self, card: Card) -> None:
        with self._lock:
            self._held.pop(card.name, None)

    def listing(self) -> list[dict[str, object]]:
        """The entries of `/api/ps`."""
        with self._lock:
            held = [r for r in self._held.values() if r.until > time.time()]
        return [
            {
                "name": r.card.name,
                "model": r.card.name,
                "size": r.card.loaded_bytes(r.window),
                "digest": r.card.digest,
                "details": r.card.details(),
                "expires_at": datetime.fromtimestamp(r.until, UTC).isoformat(),
                "size_vram": r.card.loaded_bytes(r.window),
                "context_length": r.window,
            }
            for r in held
        ]
