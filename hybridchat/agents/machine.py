"""One raw sample of this machine: what psutil, the kernel's files and NVML say. Blocking; for the sampler's thread."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from hybridchat.agents import cgroup
from hybridchat.agents.gpu import GpuReader, Gpus
from hybridchat.agents.heat import Heat, Sensor, hottest

T = TypeVar("T")

# psutil makes Windows' load average up from a thread of its own; it reads 0 until that thread has looked once
_WINDOWS_LOAD_WARMUP_S = 5.0


@dataclass(frozen=True, slots=True)
class ResourceSample:
    """Raw figures of one moment: percent 0..100, bytes, `load` over one minute; `None` is unknown. `at` is epoch seconds."""

    at: float
    cpu: float | None = None
    memory: float | None = None
    memory_free: int | None = None
    memory_total: int | None = None
    swap: float | None = None
    load: float | None = None
    cores: int | None = None
    pressure_some: float | None = None
    pressure_full: float | None = None
    battery: float | None = None
    on_battery: bool | None = None
    heat: Heat | None = None
    gpus: Gpus = Gpus()
    own_work: bool = False
    """An answer of ours ran here while this was measured, or ended under 5 s before."""
    own_load: bool = False
    """The load average, which remembers a minute, still holds an answer of ours."""
    own_memory: int = 0
    """Bytes of main memory that models we may use hold already: no reason to leave."""
    own_vram: int | None = None
    """Bytes of GPU memory that models we may use hold already; `None`: nobody said."""
    source: str = "psutil"


class Machine:
    """Reads this machine; for one thread. Files are read below `root`; `clock` gives epoch seconds, `tick` steady ones.

    `sensors` gives the temperatures by driver, psutil's by default (Linux and FreeBSD; elsewhere they stay unknown).
    """

    def __init__(
        self,
        root: Path = Path("/"),
        gpu: GpuReader | None = None,
        clock: Callable[[], float] = time.time,
        tick: Callable[[], float] = time.monotonic,
        sensors: Callable[[], Mapping[str, Sequence[Sensor]]] | None = None,
    ) -> None:
        self._root = root
        self._gpu = gpu or GpuReader()
        self._clock = clock
        self._tick = tick
        self._sensors = sensors
        self._asked_cpu = False
        self._asked_load: float | None = None
        self._group_cpu: tuple[float, float] | None = None

    def read(self) -> ResourceSample:
        # imported here, in the sampler's thread: psutil costs 11 ms and the first paint does not need it
        import psutil

        memory = _try(psutil.virtual_memory)
        total = None if memory is None else int(memory.total)
        free = None if memory is None else int(memory.available)
        limit = cgroup.memory_limit(self._root)
        if limit is not None and (total is None or limit.limit < total):
            # in a container: what is left to it, and never more than the machine has left
            total, free = limit.limit, limit.free if free is None else min(limit.free, free)
        swap = _try(psutil.swap_memory)
        # missing on systems that psutil has no battery code for
        battery = _try(getattr(psutil, "sensors_battery", lambda: None))
        some, full = cgroup.pressure(self._root)
        return ResourceSample(
            at=self._clock(),
            cpu=self._cpu(_try(lambda: psutil.cpu_percent(None))),
            memory=None if total is None or free is None or total <= 0 else 100.0 * (total - free) / total,
            memory_free=free,
            memory_total=total,
            swap=None if swap is None or swap.total == 0 else float(swap.percent),
            load=self._load(),
            cores=_try(os.cpu_count),
            pressure_some=some,
            pressure_full=full,
            battery=None if battery is None else float(battery.percent),
            on_battery=None if battery is None or battery.power_plugged is None else not battery.power_plugged,
            heat=self._heat(),
            gpus=self._gpu.read(),
            source="psutil" if limit is None else "container limit",
        )

    def close(self) -> None:
        self._gpu.close()

    def _cpu(self, percent: float | None) -> float | None:
        """Percent in use of the CPU this process may use, since the last call."""
        # psutil's first figure has no beginning to count from and is always 0
        first, self._asked_cpu = not self._asked_cpu, True
        limit = cgroup.cpu_limit(self._root)
        before, now = self._group_cpu, self._tick()
        self._group_cpu = None if limit is None or limit.used_s is None else (now, limit.used_s)
        if first or percent is None:
            return None
        if limit is None or limit.used_s is None or before is None or now <= before[0]:
            return percent
        used = max(0.0, limit.used_s - before[1]) / (now - before[0])
        idle = (1 - percent / 100) * (os.cpu_count() or 1)
        # a quota is free only as far as the machine below it is
        return min(100.0, max(0.0, 100.0 * (1 - min(limit.cores - used, idle) / limit.cores)))

    def _heat(self) -> Heat | None:
        import psutil

        # missing on systems that psutil has no sensors for
        read = self._sensors or getattr(psutil, "sensors_temperatures", None)
        found = None if read is None else _try(read)
        return None if not found else hottest(found)

    def _load(self) -> float | None:
        import psutil

        average = _try(psutil.getloadavg)
        if self._asked_load is None:
            self._asked_load = self._tick()
        if os.name == "nt" and self._tick() - self._asked_load < _WINDOWS_LOAD_WARMUP_S:
            return None
        return None if average is None else float(average[0])


def _try(measure: Callable[[], T]) -> T | None:
    """A figure, or `None` where this system (a phone, a locked-down container, a rare kernel) does not give it."""
    import psutil

    try:
        return measure()
    except (OSError, RuntimeError, ValueError, AttributeError, psutil.Error):
        # NotImplementedError is a RuntimeError; AttributeError: psutil leaves out what a platform lacks
        return None
