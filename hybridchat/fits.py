"""What runs on this machine: whether a model fits its memory, and which one to pull first. Pure."""

from __future__ import annotations

from enum import StrEnum

from hybridchat.facts import Device, Locality, Model
from hybridchat.routing.memory import bytes_needed, memory_free
from hybridchat.value import value

AS_OF = "2025-08"
SOURCE = "ollama.com/library"
"""Where the sizes below stood, rounded, and when; the registry may hold other files under a name since."""
USUAL = "llama3.2:3b"
"""What is suggested where nothing is known of the machine: small enough for nearly every one."""

_WINDOW = 4096
"""Tokens of context counted in, as Ollama loads by default on a small machine."""
_SHARE = 0.9
"""Of the free memory; the rest is left for what else happens meanwhile."""
_PATIENT = 4_000_000_000
"""Bytes of the largest model suggested without a graphics card: above it a processor writes slower than people read."""


@value
class Pullable:
    """A model to pull by `name`: bytes on disk, and billions of parameters."""

    name: str
    size_bytes: int
    parameters: float


PULLABLE: tuple[Pullable, ...] = (
    Pullable("gemma3:1b", 815_000_000, 1.0),
    Pullable("llama3.2:1b", 1_300_000_000, 1.2),
    Pullable("llama3.2:3b", 2_000_000_000, 3.2),
    Pullable("gemma3:4b", 3_300_000_000, 4.3),
    Pullable("llama3.1:8b", 4_900_000_000, 8.0),
    Pullable("gemma3:12b", 8_100_000_000, 12.2),
    Pullable("gpt-oss:20b", 14_000_000_000, 20.9),
    Pullable("gemma3:27b", 17_000_000_000, 27.4),
    Pullable("llama3.3:70b", 43_000_000_000, 70.6),
)
"""Smallest first. A few that are made for conversation; anything else is pulled by its name."""


class Fit(StrEnum):
    """Where a model has room; `UNKNOWN` when that cannot be said."""

    GPU = "gpu"
    MEMORY = "memory"
    NOWHERE = "nowhere"
    UNKNOWN = "unknown"


def fit(size_bytes: int | None, device: Device, kv_bytes_per_token: int | None = None) -> Fit:
    """Whether a model of that size has room on this machine now, with a first window's cache counted in."""
    if not size_bytes:
        return Fit.UNKNOWN
    need = _needed(size_bytes, kv_bytes_per_token)
    if device.vram_free is not None and need <= device.vram_free * _SHARE:
        return Fit.GPU
    free = memory_free(device)
    if free is None:
        return Fit.UNKNOWN
    return Fit.MEMORY if need <= free * _SHARE else Fit.NOWHERE


def fit_of(model: Model, device: Device) -> Fit:
    """`fit` of a model that a server on this device holds; of any other nothing is known."""
    return fit(model.size_bytes, device, model.kv_bytes_per_token) if model.on_device else Fit.UNKNOWN


def _needed(size_bytes: int, kv_bytes_per_token: int | None) -> int:
    stand_in = Model("", "", Locality.ON_DEVICE, size_bytes=size_bytes, kv_bytes_per_token=kv_bytes_per_token)
    return bytes_needed(stand_in, _WINDOW)


def suggestion(device: Device) -> Pullable | None:
    """The model to pull first: the largest that a graphics card holds, else the largest that a processor is quick with.

    `None` when not even the smallest fits. With unknown memory `USUAL`.
    """
    found = {p.name: fit(p.size_bytes, device) for p in PULLABLE}
    on_gpu = [p for p in PULLABLE if found[p.name] is Fit.GPU]
    in_memory = [p for p in PULLABLE if found[p.name] is Fit.MEMORY and p.size_bytes <= _PATIENT]
    if on_gpu or in_memory:
        return (on_gpu or in_memory)[-1]
    if Fit.UNKNOWN in found.values():
        return pullable(USUAL)
    return None


def pullable(name: str) -> Pullable | None:
    """What is known of a name before it is pulled; `None` for one that is not on the list."""
    full = name if ":" in name else f"{name}:latest"
    latest = {"llama3.2:latest": "llama3.2:3b", "gemma3:latest": "gemma3:4b", "llama3.1:latest": "llama3.1:8b"}
    wanted = latest.get(full, full)
    return next((p for p in PULLABLE if p.name == wanted), None)
