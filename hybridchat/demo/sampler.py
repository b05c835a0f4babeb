"""A simulated machine for the demo: labelled as such, a pure function of the time and the conditions."""

from __future__ import annotations

import math

from hybridchat.demo.conditions import Conditions
from hybridchat.facts import Device, Gauge, ResourceState

SOURCE = "simulated"
GPU_NAME = "simulated GPU"

_MEMORY = 32 << 30
_VRAM = 12 << 30
_BUSY_GPU = 97.0
"""Percent; above the 95 at which a GPU counts as critical."""


def _wave(t: float, middle: float, swing: float, period: float) -> float:
    """Two sines, so that a minute of it does not look like a metronome."""
    turn = 2 * math.pi * t / period
    return middle + swing * (0.7 * math.sin(turn) + 0.3 * math.sin(2.7 * turn + 1.0))


def sample(t: float, conditions: Conditions) -> Device:
    """The simulated machine at `t` epoch seconds; every gauge's source is `simulated`. Only `conditions.busy` matters."""
    busy = conditions.busy
    percent = {
        "cpu": _wave(t, 46.0 if busy else 18.0, 8.0, 37.0),
        "memory": _wave(t, 52.0, 1.5, 90.0),
        "load": _wave(t, 58.0 if busy else 22.0, 7.0, 61.0),
        "gpu": _wave(t, _BUSY_GPU, 1.5, 23.0) if busy else _wave(t, 9.0, 6.0, 23.0),
        "vram": _wave(t, 91.0, 1.0, 71.0) if busy else _wave(t, 24.0, 1.0, 71.0),
        "swap": 2.0,
    }
    gauges = {name: Gauge(round(value, 1), "%", at=t, source=SOURCE) for name, value in percent.items()}
    return Device(
        state=ResourceState.CRITICAL if busy else ResourceState.AVAILABLE,
        reason="GPU busy (simulated)" if busy else "",
        gauges=gauges,
        memory_free=round(_MEMORY * (1 - percent["memory"] / 100)),
        vram_free=round(_VRAM * (1 - percent["vram"] / 100)),
        gpu_name=GPU_NAME,
        on_battery=False,
    )
