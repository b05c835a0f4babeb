"""How hot the processors are, measured against the limits that their own sensors name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

PROCESSORS = ("coretemp", "k10temp", "k8temp", "zenpower", "cpu_thermal", "cpu-thermal", "soc_thermal", "acpitz", "amdgpu")
"""Drivers whose sensors sit on a processor; a hot disk or radio is no reason to spare the models here."""
PLAUSIBLE = (20.0, 150.0)
"""Degrees Celsius; sensors report 0, 255 or -273 where there is nothing to measure."""


class Sensor(Protocol):
    """What psutil gives per sensor: degrees Celsius, `None` where the driver names no limit."""

    @property
    def current(self) -> float | None: ...
    @property
    def high(self) -> float | None: ...
    @property
    def critical(self) -> float | None: ...


@dataclass(frozen=True, slots=True)
class Heat:
    """Degrees Celsius of the sensor nearest to its limit."""

    celsius: float
    high: float
    """From here on the processor slows itself down."""
    critical: float | None = None


def hottest(sensors: Mapping[str, Sequence[Sensor]]) -> Heat | None:
    """The processor's sensor that is nearest to its own `high`; `None` where none has a limit to be measured against."""
    found = [
        Heat(current, high, _plausible(sensor.critical))
        for driver, group in sensors.items()
        if driver in PROCESSORS
        for sensor in group
        if (current := _plausible(sensor.current)) is not None
        and (high := _plausible(sensor.high) or _plausible(sensor.critical)) is not None
    ]
    return min(found, key=lambda heat: heat.high - heat.celsius, default=None)


def _plausible(celsius: float | None) -> float | None:
    low, high = PLAUSIBLE
    return celsius if celsius is not None and low < celsius < high else None
