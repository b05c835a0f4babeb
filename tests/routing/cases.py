"""A small world to decide in: a machine with two local models, a trusted-if-you-say-so LAN box, two clouds."""

from __future__ import annotations

from datetime import date
from typing import Any

from hybridchat.facts import (
    ConnectivityState,
    Device,
    Difficulty,
    Link,
    Live,
    Locality,
    Model,
    Price,
    Request,
    ResourceState,
    Snapshot,
)

GIB = 1 << 30
NOW = 1_000_000.0
TODAY = date(1970, 1, 12)
HERE, BOX, OPENAI, ANTHROPIC = "127.0.0.1:11434", "192.168.1.20:11434", "api.openai.com", "api.anthropic.com"

SMALL = Model(
    "ollama:small",
    HERE,
    Locality.ON_DEVICE,
    tier=1,
    window=32_768,
    window_assumed=False,
    capabilities=frozenset({"completion"}),
    size_bytes=1 * GIB,
    kv_bytes_per_token=32 * 1024,
)
MEDIUM = Model(
    "ollama:medium",
    HERE,
    Locality.ON_DEVICE,
    tier=2,
    window=131_072,
    window_assumed=False,
    capabilities=frozenset({"completion", "tools"}),
    size_bytes=5 * GIB,
    kv_bytes_per_token=128 * 1024,
)
LAN = Model("box:big", BOX, Locality.LAN, tier=2, window=32_768)
MINI = Model(
    "openai:mini",
    OPENAI,
    Locality.REMOTE,
    tier=3,
    window=400_000,
    window_assumed=False,
    capabilities=frozenset({"completion", "vision", "tools"}),
    price=Price(0.5, 2.0, 0.05, as_of=TODAY),
)
LARGE = Model(
    "anthropic:large",
    ANTHROPIC,
    Locality.REMOTE,
    tier=4,
    window=200_000,
    window_assumed=False,
    capabilities=frozenset({"completion", "vision", "tools"}),
    price=Price(5.0, 25.0, 0.5, 6.25, as_of=TODAY),
)
MODELS = (SMALL, MEDIUM, LAN, MINI, LARGE)
DEVICE = Device(state=ResourceState.AVAILABLE, memory_free=16 * GIB, vram_free=0)
EASY = Difficulty(0.1, "simple")
HARD = Difficulty(0.8, "complex", ("numbers", "3 constraints"))


def link(host: str, state: ConnectivityState, reason: str = "") -> Link:
    return Link(host, state, reason, allowed=True)


def world(*models: Model, live: dict[str, Live] | None = None, **changes: Any) -> Snapshot:
    """A snapshot of the usual machine; `changes` are fields of Snapshot."""
    changes.setdefault("device", DEVICE)
    known = {SMALL.id: Live(resident=True, loaded_window=8192), MEDIUM.id: Live(resident=False)} if live is None else live
    return Snapshot(at=NOW, models=models or MODELS, live=known, **changes)


def ask(**changes: Any) -> Request:
    changes.setdefault("message_tokens", 50)
    changes.setdefault("difficulty", EASY)
    return Request(now=NOW, **changes)
