"""What a client sees while it works: snapshots, decisions and outcomes, as a stream and as a log. No text of any message."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TextIO

Kind = Literal["snapshot", "decision", "fallback", "outcome", "dropped"]
CAPACITY = 1000
"""Observations kept for a reader that is behind; then the oldest go, and one `dropped` says how many."""


@dataclass(frozen=True, slots=True)
class Observation:
    """`at` is epoch seconds; `data` is JSON-ready. `request_id` is the turn it belongs to, empty for a snapshot.

    snapshot: every gauge. decision: as `routing_decision`, and `agent_checks`. fallback: from, to, error. outcome: one attempt's
    model, result, usage, timings, cost, error. dropped: `count` of observations the reader was too slow for.
    """

    kind: Kind
    at: float
    request_id: str
    data: Mapping[str, Any]


class _Reader:
    """One consumer's queue. Event loop only."""

    def __init__(self) -> None:
        self.waiting: deque[Observation] = deque()
        self.dropped = 0
        self.news = asyncio.Event()

    def put(self, observation: Observation) -> None:
        if len(self.waiting) >= CAPACITY:
            self.waiting.popleft()
            self.dropped += 1
        self.waiting.append(observation)
        self.news.set()


class Hub:
    """Passes observations to every reader and to the log. `clock` gives epoch seconds."""

    def __init__(self, log: Log | None, clock: Callable[[], float]) -> None:
        self._log, self._clock = log, clock
        self._readers: list[_Reader] = []
        self._closed = False

    @property
    def wanted(self) -> bool:
        """Whether anybody listens."""
        return bool(self._readers) or self._log is not None

    def tell(self, kind: Kind, request_id: str, data: Mapping[str, Any]) -> None:
        observation = Observation(kind, self._clock(), request_id, data)
        for reader in self._readers:
            reader.put(observation)
        if self._log is not None:
            self._log.write(observation)

    async def read(self, snapshot: Callable[[], Mapping[str, Any] | None], every: float) -> AsyncGenerator[Observation, None]:
        """Observations until the hub closes; a snapshot at the start and every `every` seconds (`None`: none yet)."""
        reader = _Reader()
        self._readers.append(reader)
        due = 0.0
        loop = asyncio.get_running_loop()
        try:
            while not self._closed or reader.waiting:
                if loop.time() >= due and not self._closed:
                    due = loop.time() + every
                    if (gauges := snapshot()) is not None:
                        yield Observation("snapshot", self._clock(), "", gauges)
                if reader.dropped:
                    count, reader.dropped = reader.dropped, 0
                    yield Observation("dropped", self._clock(), "", {"count": count})
                while reader.waiting:
                    yield reader.waiting.popleft()
                reader.news.clear()
                if not self._closed:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(reader.news.wait(), max(0.0, due - loop.time()))
        finally:
            self._readers.remove(reader)

    def close(self) -> None:
        """Readers get what is left, then their streams end."""
        self._closed = True
        for reader in self._readers:
            reader.news.set()
        if self._log is not None:
            self._log.close()


class Log:
    """One JSON object per line, to a file (appended to) or an open stream. Writes where it is called: lines are short."""

    def __init__(self, target: str | Path | TextIO) -> None:
        self._path = Path(target) if isinstance(target, str | Path) else None
        self._stream: TextIO | None = None if isinstance(target, str | Path) else target

    def write(self, observation: Observation) -> None:
        """Raises `OSError` when the file cannot be written."""
        if self._stream is None and self._path is not None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._stream = self._path.open("a", encoding="utf-8")
        told = {"kind": observation.kind, "at": round(observation.at, 3), "request_id": observation.request_id}
        line = json.dumps({**told, **_unspoken(observation)}, ensure_ascii=False, separators=(",", ":"), default=str)
        if self._stream is not None:
            self._stream.write(line + "\n")
            self._stream.flush()

    def close(self) -> None:
        if self._path is not None and self._stream is not None:
            self._stream.close()
            self._stream = None


def _unspoken(observation: Observation) -> Mapping[str, Any]:
    """A decision without what agents said in words: an agent of the program's own may repeat the prompt."""
    if observation.kind != "decision":
        return observation.data
    data = dict(observation.data)
    checks = data.get("agent_checks", {})
    data["agent_checks"] = {n: {"state": c["state"], "target": c["target"], "proceed": c["proceed"]} for n, c in checks.items()}
    # an error's words are the agent's too
    data["failed"] = [f"{str(told).partition(' failed: ')[0]} failed" for told in data.get("failed", ())]
    vetoed = False
    candidates = []
    for candidate in data.get("candidates", []):
        rejected = candidate.get("rejected")
        if rejected is not None and rejected["rule"] == "checks":
            vetoed = True
            candidates.append({**candidate, "rejected": {**rejected, "reason": "an agent says no"}})
        else:
            candidates.append(candidate)
    data["candidates"] = candidates
    if vetoed:
        data.pop("reason", None)
        data.pop("sentence", None)
    return data
