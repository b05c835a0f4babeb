"""One answer on the wire: a script in a protocol's frames, at a pace, with the fault the server was told to have."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from hybridchat.demo.conditions import Pace
from hybridchat.demo.faults import Fault
from hybridchat.demo.wire import Plain, Wire, as_json, encode


@dataclass(frozen=True, slots=True)
class Script:
    """What will be said. `finish`: stop | length | refused; `prompt_tokens` as the server counts them."""

    pieces: tuple[str, ...]
    thinking: tuple[str, ...] = ()
    finish: str = "stop"
    prompt_tokens: int = 0

    @property
    def produced(self) -> int:
        """Tokens of the answer, thinking included."""
        return len(self.pieces) + len(self.thinking)

    def limited(self, limit: int | None) -> Script:
        """The script cut to `limit` tokens, thinking first."""
        if limit is None or self.produced <= limit:
            return self
        room = max(0, limit - len(self.thinking))
        return replace(self, thinking=self.thinking[:limit], pieces=self.pieces[:room], finish="length")


@dataclass(frozen=True, slots=True)
class Clock:
    """Seconds an answer took, for servers that report them."""

    first: float
    generate: float


class Frames(Protocol):
    """A protocol's way to write an answer down. Pure but for the wall clock in its timestamps."""

    content_type: str
    late: bool
    """The headers wait for the first chunk, as Ollama's do."""
    keepalive: bytes
    """A frame without meaning, empty where the protocol has none."""
    malformed: bytes

    def opening(self, script: Script, /) -> list[bytes]: ...
    def thought(self, text: str) -> bytes: ...
    def piece(self, text: str) -> bytes: ...
    def closing(self, script: Script, clock: Clock, /) -> list[bytes]: ...
    def error(self, message: str) -> bytes: ...
    def whole(self, script: Script, clock: Clock, /) -> dict[str, object]: ...


@dataclass(frozen=True, slots=True)
class Performance:
    """A chat call that was understood: what to say, and how."""

    script: Script
    frames: Frames
    stream: bool


@dataclass(frozen=True, slots=True)
class Lines:
    """A stream that is no chat, such as a download's progress. `sent(n)` is called once frame `n` went out."""

    content_type: str
    frames: tuple[bytes, ...]
    sent: Callable[[int], None] = lambda _: None


Answer = Plain | Lines | Performance


def play(wire: Wire, show: Performance, pace: Pace, fault: Fault | None) -> None:
    """Sends the answer to its end, or to the fault's. Raises `GoneError` when the client leaves."""
    script = show.script
    if fault is not None and fault.kind in {"empty", "refusal"}:
        script = replace(script, pieces=(), thinking=(), finish="stop" if fault.kind == "empty" else "refused")
    if show.stream:
        _Streaming(wire, show.frames, script, pace, fault).run()
    else:
        _whole(wire, show.frames, script, pace, fault)


def play_lines(wire: Wire, lines: Lines, pace: Pace, fault: Fault | None = None) -> None:
    """Sends the frames to their end, or to the fault's. Raises `GoneError` when the client leaves."""
    wire.begin(lines.content_type)
    strike = min(fault.after, len(lines.frames) - 1) if fault is not None else -1
    for n, frame in enumerate(lines.frames):
        if n == strike and fault is not None and _broke(wire, fault):
            return
        wire.wait(pace.gap)
        wire.send(frame)
        lines.sent(n)
    wire.end()


def _broke(wire: Wire, fault: Fault) -> bool:
    """Has the fault happen in the middle of lines; true when nothing may follow."""
    match fault.kind:
        case "cut":
            wire.drop(reset=fault.reset)
        case "truncate":
            wire.end()
        case "malformed":
            wire.send(b'{"status":"pulling\n')
            wire.drop()
        case "error_event":
            wire.send(encode({"error": fault.message or "write /models/blobs: no space left on device"}) + b"\n")
            wire.end()
        case "stall":
            wire.wait(fault.seconds)
            return False
        case _:
            return False
    return True


class _Streaming:
    """A running stream: opens late or early, keeps to the schedule, fails where it was told to."""

    def __init__(self, wire: Wire, frames: Frames, script: Script, pace: Pace, fault: Fault | None) -> None:
        self._wire, self._frames, self._script, self._pace, self._fault = wire, frames, script, pace, fault
        self._strike_at = min(fault.after, script.produced) if fault else -1
        self._opened = False

    def run(self) -> None:
        started = time.monotonic()
        if not self._frames.late:
            self._open()
        self._wire.wait(_delay(self._pace, self._fault))
        first = due = time.monotonic()
        for n, frame in enumerate(self._content()):
            if n == self._strike_at and self._struck():
                return
            # against the schedule, not from now on: a minute at 100/s is 6,000 chunks
            self._wire.wait(max(0.0, due - time.monotonic()))
            self._open()
            self._wire.send(frame)
            due += self._pace.gap
        if self._strike_at == self._script.produced and self._struck():
            return
        self._open()
        for frame in self._frames.closing(self._script, Clock(first - started, time.monotonic() - first)):
            self._wire.send(frame)
        self._wire.end()

    def _open(self) -> None:
        if not self._opened:
            self._opened = True
            self._wire.begin(self._frames.content_type)
            for frame in self._frames.opening(self._script):
                self._wire.send(frame)

    def _content(self) -> Iterator[bytes]:
        yield from map(self._frames.thought, self._script.thinking)
        yield from map(self._frames.piece, self._script.pieces)

    def _struck(self) -> bool:
        """Has the fault happen; true when nothing may follow."""
        fault = self._fault
        if fault is None or fault.kind not in {"cut", "truncate", "malformed", "stall", "error_event"}:
            return False
        self._open()
        match fault.kind:
            case "cut":
                self._wire.drop(reset=fault.reset)
            case "truncate":
                self._wire.end()
            case "malformed":
                self._wire.send(self._frames.malformed)
                self._wire.drop()
            case "error_event":
                self._wire.send(self._frames.error(fault.message or "the model runner has unexpectedly stopped"))
                self._wire.end()
            case _:
                self._stall(fault)
                return False
        return True

    def _stall(self, fault: Fault) -> None:
        until = time.monotonic() + fault.seconds
        beat = fault.keepalive if self._frames.keepalive else 0.0
        while (left := until - time.monotonic()) > 0:
            self._wire.wait(min(left, beat or left))
            if beat:
                self._wire.send(self._frames.keepalive)


def _delay(pace: Pace, fault: Fault | None) -> float:
    return pace.first_token + (fault.seconds if fault is not None and fault.kind == "slow_first_token" else 0.0)


def _whole(wire: Wire, frames: Frames, script: Script, pace: Pace, fault: Fault | None) -> None:
    """The answer in one piece, after the time its pieces would have taken."""
    kind = fault.kind if fault is not None else ""
    first, started = _delay(pace, fault), time.monotonic()
    wire.wait(first + pace.gap * script.produced + (fault.seconds if fault is not None and kind == "stall" else 0.0))
    body = as_json(frames.whole(script, Clock(first, time.monotonic() - started - first)))
    match kind:
        case "cut" | "truncate":
            wire.whole(Plain(body.body[: len(body.body) // 2]), promised=len(body.body) // 2)
        case "malformed":
            wire.whole(Plain(b"{not json"))
        case "error_event":
            wire.whole(Plain(frames.error(fault.message if fault else ""), 500))
        case _:
            wire.whole(body)
