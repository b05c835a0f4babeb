"""What one sample of this machine says about running a model here: every figure against its threshold. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from hybridchat.agents.machine import ResourceSample


@dataclass(frozen=True, slots=True)
class ResourceThresholds:
    """Where a state begins, strictly above the figure: percent; `load` is the whole machine's, `load_per_core` goes before it.

    cpu, memory, load, gpu and critical_gpu are the vocabulary's defaults. The pressure figures (percent of 10 s in which some, or
    all, work waited for memory) and the battery's are ours.
    """

    cpu: float = 80.0
    memory: float = 85.0
    load: float = 4.0
    load_per_core: float | None = 1.0
    """`None`: compare the whole machine's load average with `load`."""
    gpu: float = 85.0
    critical_cpu: float = 90.0
    critical_memory: float = 95.0
    critical_gpu: float = 95.0
    pressure: float = 10.0
    critical_pressure: float = 5.0
    battery: float = 20.0


DEFAULTS = ResourceThresholds()


_NAMES = {f.name: f.name for f in fields(ResourceThresholds)} | {
    "cpu_threshold": "cpu",
    "memory_threshold": "memory",
    "load_threshold": "load",
    "gpu_threshold": "gpu",
    "critical_gpu_threshold": "critical_gpu",
    "critical_cpu_threshold": "critical_cpu",
    "critical_memory_threshold": "critical_memory",
}


def renamed(base: ResourceThresholds, given: Mapping[str, float | None]) -> ResourceThresholds:
    """`base` with the thresholds in `given`, by any of their names; `None` leaves one as it is.

    A load for the whole machine switches the one per core off. Raises `ValueError` for a name that is none.
    """
    wrong = sorted(set(given) - set(_NAMES))
    if wrong:
        raise ValueError(f"unknown threshold {', '.join(wrong)}; allowed: {', '.join(sorted(_NAMES))}")
    values = {_NAMES[name]: float(value) for name, value in given.items() if value is not None}
    per_core = values.pop("load_per_core", None if "load" in values else base.load_per_core)
    return ResourceThresholds(**{**{f.name: getattr(base, f.name) for f in fields(base)}, **values, "load_per_core": per_core})


@dataclass(frozen=True, slots=True)
class Signal:
    """One figure judged: in words, the level it reaches, and the level it is still bad enough to keep."""

    words: str
    enter: int
    hold: int


def judge(sample: ResourceSample, limits: ResourceThresholds) -> dict[str, Signal]:
    """Every figure that says something about whether a model can run well here."""
    found: dict[str, Signal | None] = {
        "cpu": _percent("cpu", sample.cpu, limits.cpu, limits.critical_cpu),
        "memory": _percent("memory", _foreign_memory(sample), limits.memory, limits.critical_memory),
        "gpu": _percent("gpu", sample.gpus.utilisation, limits.gpu, limits.critical_gpu),
        "vram": _percent("gpu memory", _foreign_vram(sample), limits.gpu, limits.critical_gpu),
        "load": _load(sample, limits),
        "pressure": _pressure(sample, limits),
        "battery": _battery(sample, limits),
        "temperature": _heat(sample),
    }
    return {name: signal for name, signal in found.items() if signal is not None}


def _percent(name: str, value: float | None, strained: float, critical: float) -> Signal | None:
    if value is None:
        return None
    return Signal(f"{name} {value:.0f} %", _level(value, strained, critical), _level(value, strained - 10, critical - 10))


def _level(value: float, strained: float, critical: float) -> int:
    # critical alone may be set below strained; then there is no state between
    return 2 if value > critical else 1 if value > strained else 0


def _foreign_memory(sample: ResourceSample) -> float | None:
    if sample.memory is None or not sample.memory_total:
        return sample.memory
    return max(0.0, sample.memory - 100.0 * sample.own_memory / sample.memory_total)


def _foreign_vram(sample: ResourceSample) -> float | None:
    """Percent of the roomiest GPU's memory that others hold; unknown until somebody says how much our own models hold."""
    gpu = sample.gpus.roomiest
    if gpu is None or not gpu.memory_total or gpu.memory_free is None or sample.own_vram is None:
        return None
    return 100.0 * max(0, gpu.memory_total - gpu.memory_free - sample.own_vram) / gpu.memory_total


def _load(sample: ResourceSample, limits: ResourceThresholds) -> Signal | None:
    if sample.load is None or (limits.load_per_core is not None and not sample.cores):
        return None
    per_core = limits.load_per_core is not None
    value = sample.load / (sample.cores or 1) if per_core else sample.load
    limit = limits.load if limits.load_per_core is None else limits.load_per_core
    words = f"load {value:.1f} per core" if per_core else f"load {value:.1f}"
    return Signal(words, int(value > limit), int(value > limit * 0.9))


def _pressure(sample: ResourceSample, limits: ResourceThresholds) -> Signal | None:
    some, full = sample.pressure_some, sample.pressure_full
    if some is None and full is None:
        return None

    def level(share: float) -> int:
        if full is not None and full > limits.critical_pressure * share:
            return 2
        return int(some is not None and some > limits.pressure * share)

    # ten points below 10 % would be zero, which a ten-second average only nears
    return Signal(f"waiting for memory {max(some or 0, full or 0):.0f} % of the time", level(1), level(0.5))


def _battery(sample: ResourceSample, limits: ResourceThresholds) -> Signal | None:
    if sample.on_battery is None or sample.battery is None:
        return None
    low, still_low = (sample.on_battery and sample.battery < limits.battery + extra for extra in (0, 10))
    return Signal(f"battery {sample.battery:.0f} %", int(low), int(still_low))


COOLED = 5.0
"""Degrees below its limit at which a processor counts as cooled down."""


def _heat(sample: ResourceSample) -> Signal | None:
    """Against the limits the processor's own sensor names: at `high` it slows itself down, at `critical` it shuts down."""
    heat = sample.heat
    if heat is None:
        return None

    def level(less: float) -> int:
        if heat.critical is not None and heat.celsius >= heat.critical - less:
            return 2
        return int(heat.celsius >= heat.high - less)

    return Signal(f"hot, {heat.celsius:.0f} °C", level(0.0), level(COOLED))
