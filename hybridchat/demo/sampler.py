"""A simulated machine for the demo: labelled as such, a pure function of the time and the conditions."""

from __future__ import annotations

import math
from dataclasses import dataclass

from hybridchat.demo.conditions import Conditions
from hybridchat.facts import Device, Gauge, ResourceState

SOURCE = "simulated"
GPU_NAME = "simulated GPU"
CORES = 8
MEMORY_TOTAL = 32 << 30
VRAM_TOTAL = 12 << 30

_BUSY_GPU = 97.0
"""Percent; with its swing it stays above the 95 at which a GPU counts as critical."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Raw figures of one moment, for whoever feeds a resource monitor: percent, bytes, `load` over one minute for all cores."""

    cpu: float
    memory: float
    memory_free: int
    swap: float
    load: float
    gpu: float
    vram_free: int

    @property
    def vram(self) -> float:
        """Percent of GPU memory in use."""
        return round(100.0 * (VRAM_TOTAL - self.vram_free) / VRAM_TOTAL, 1)


def figures(t: float, conditions: Conditions) -> Figures:
    """The simulated machine at `t` epoch seconds. Only `conditions.busy` matters."""
    busy = conditions.busy
    memory = _wave(t, 52.0, 1.5, 90.0)
    vram = _wave(t, 91.0, 1.0, 71.0) if busy else _wave(t, 24.0, 1.0, 71.0)
    return Figures(
        cpu=_wave(t, 46.0 if busy else 18.0, 8.0, 37.0),
        memory=memory,
        memory_free=round(MEMORY_TOTAL * (1 - memory / 100)),
        swap=2.0,
        load=_wave(t, 4.6 if busy else 1.8, 0.6, 61.0),
        gpu=_wave(t, _BUSY_GPU, 1.5, 23.0) if busy else _wave(t, 9.0, 6.0, 23.0),
        vram_free=round(VRAM_TOTAL * (1 - vram / 100)),
    )


def sample(t: float, conditions: Conditions) -> Device:
    """The same as gauges; every gauge's source is `simulated`, `load` is per core."""
    now = figures(t, conditions)
    shown = {"cpu": now.cpu, "memory": now.memory, "gpu": now.gpu, "vram": now.vram, "swap": now.swap}
    gauges = {name: Gauge(value, "%", at=t, source=SOURCE) for name, value in shown.items()}
    gauges["load"] = Gauge(round(now.load / CORES, 2), "per core", at=t, source=SOURCE)
    return Device(
        state=ResourceState.CRITICAL if conditions.busy else ResourceState.AVAILABLE,
        reason="GPU busy (simulated)" if conditions.busy else "",
        gauges=gauges,
        memory_free=now.memory_free,
        vram_free=now.vram_free,
        gpu_name=GPU_NAME,
        on_battery=False,
    )


def _wave(t: float, middle: float, swing: float, period: float) -> float:
    """Two sines, so that a minute of it does not look like a metronome; never further than `swing` from the middle."""
    turn = 2 * math.pi * t / period
    return round(middle + swing * (0.7 * math.sin(turn) + 0.3 * math.sin(2.7 * turn + 1.0)), 2)
