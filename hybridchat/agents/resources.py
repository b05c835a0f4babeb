"""How this machine is: a pure `observe` over raw samples, and the agent that samples in the background."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from hybridchat.agents.base import BaseAgent, Sampler
from hybridchat.agents.judge import DEFAULTS, ResourceThresholds, Signal, judge, renamed
from hybridchat.agents.machine import Machine, ResourceSample
from hybridchat.agents.steady import Steady
from hybridchat.facts import Check, Device, Gauge, ResourceState, Target

__all__ = ["ResourceMonitor", "ResourceSample", "ResourceThresholds", "Resources", "observe"]

GRACE_S = 5.0
"""Seconds after an answer of ours in which CPU and GPU still say nothing about others."""

LOAD_GRACE_S = 60.0
"""The same for the load average, whose memory is a minute."""

_STATES = (ResourceState.AVAILABLE, ResourceState.CONSTRAINED, ResourceState.CRITICAL)
_TARGETS = {ResourceState.AVAILABLE: Target.LOCAL, ResourceState.CRITICAL: Target.CLOUD}
_OWN = frozenset({"cpu", "gpu"})


@dataclass(frozen=True, slots=True)
class Resources:
    """What the samples so far add up to."""

    device: Device = Device()
    signals: Mapping[str, Steady] = field(default_factory=dict)
    at: float | None = None
    samples: int = 0
    beside: Mapping[ResourceThresholds, Resources] = field(default_factory=dict)
    """The same samples, judged by other thresholds."""


def observe(state: Resources, sample: ResourceSample, thresholds: ResourceThresholds = DEFAULTS) -> Resources:
    """The state after one more sample. Pure.

    Each figure has its own hysteresis and the worst one speaks. A figure that is missing drops out. While our own answer runs,
    and 5 s after, CPU and GPU utilisation keep their last verdict (load average and temperature: a minute).
    """
    judged = judge(sample, thresholds)
    frozen = (_OWN if sample.own_work else frozenset()) | ({"load", "temperature"} if sample.own_load else frozenset())
    steady = {
        name: before if name in frozen else before.step(sample.at, signal.enter, signal.hold)
        for name, signal in judged.items()
        for before in (state.signals.get(name, Steady()),)
    }
    levels = {name: one.level for name, one in steady.items() if one.level is not None}
    worst = max(levels.values(), default=None)
    if worst is None:
        verdict, reason = ResourceState.UNKNOWN, "not measured yet" if judged else "nothing could be measured"
    elif worst == 0:
        verdict, reason = ResourceState.AVAILABLE, ""
    else:
        verdict, reason = (
            _STATES[worst],
            ", ".join(_words(judged[n], worst, frozen=n in frozen) for n in levels if levels[n] == worst),
        )
    return Resources(device=_device(sample, verdict, reason), signals=steady, at=sample.at, samples=state.samples + 1)


def unknown(state: Resources, reason: str) -> Resources:
    """The state after a sample that failed: the figures are gone, what was held is forgotten."""
    return Resources(device=Device(reason=f"could not be measured ({reason})", own_load=state.device.own_load), at=state.at)


def _words(signal: Signal, level: int, *, frozen: bool) -> str:
    if frozen:
        # the figure shown is ours; the verdict is from before
        return f"{signal.words}, busy before our own answer began"
    return signal.words if signal.enter >= level else f"{signal.words} (settling)"


def _device(sample: ResourceSample, state: ResourceState, reason: str) -> Device:
    roomiest = sample.gpus.roomiest
    vram = None
    if roomiest is not None and roomiest.memory_total and roomiest.memory_free is not None:
        vram = 100.0 * (roomiest.memory_total - roomiest.memory_free) / roomiest.memory_total
    figures = {
        "cpu": (sample.cpu, "%", sample.source),
        "memory": (sample.memory, "%", sample.source),
        "load": (sample.load / sample.cores if sample.load is not None and sample.cores else None, "per core", "1 min average"),
        "gpu": (sample.gpus.utilisation, "%", sample.gpus.source),
        "vram": (vram, "%", sample.gpus.source),
        "memory_pressure": (sample.pressure_some, "%", "psi some avg10"),
        "battery": (sample.battery, "%", sample.source),
        "swap": (sample.swap, "%", sample.source),
        "temperature": (None if sample.heat is None else sample.heat.celsius, "°C", "hottest processor sensor"),
    }
    return Device(
        state=state,
        reason=reason,
        gauges={
            name: Gauge(value=value, unit=unit, at=sample.at, source=source)
            for name, (value, unit, source) in figures.items()
            if value is not None
        },
        memory_free=sample.memory_free,
        vram_free=None if roomiest is None else roomiest.memory_free,
        gpu_name=sample.gpus.name,
        gpu_absent=sample.gpus.known and not sample.gpus.each,
        on_battery=sample.on_battery,
        battery_percent=sample.battery,
        own_load=sample.own_work,
    )


class ResourceMonitor(BaseAgent):
    """Samples this machine on a thread of its own. Thresholds are percent, `check_interval` is seconds.

    `load_threshold` is the whole machine's load average; left out, 1.0 per core holds. `custom_thresholds` takes any of
    cpu_threshold, memory_threshold, load_threshold, gpu_threshold, critical_gpu (and the keywords' own names) in one mapping;
    raises `ValueError` for another name. `read` stands in for the machine: a simulation, a test. `clock` gives epoch seconds.
    """

    def __init__(
        self,
        name: str = "resource_monitor",
        *,
        cpu_threshold: float = DEFAULTS.cpu,
        memory_threshold: float = DEFAULTS.memory,
        load_threshold: float | None = None,
        gpu_threshold: float = DEFAULTS.gpu,
        critical_gpu_threshold: float = DEFAULTS.critical_gpu,
        critical_cpu_threshold: float = DEFAULTS.critical_cpu,
        critical_memory_threshold: float = DEFAULTS.critical_memory,
        custom_thresholds: Mapping[str, float] | None = None,
        check_interval: float = 2.0,
        read: Callable[[], ResourceSample] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(name)
        given = ResourceThresholds(
            cpu=cpu_threshold,
            memory=memory_threshold,
            gpu=gpu_threshold,
            critical_gpu=critical_gpu_threshold,
            critical_cpu=critical_cpu_threshold,
            critical_memory=critical_memory_threshold,
        )
        self.thresholds = renamed(given, {"load_threshold": load_threshold, **(custom_thresholds or {})})
        self.beside: tuple[ResourceThresholds, ...] = ()
        """Other thresholds by which every sample is judged too, for `judged`."""
        self._every = check_interval
        self._clock = clock
        self._machine = Machine(clock=clock)
        self._read = read or self._machine.read
        self._idle = False
        self._running = 0
        self._ended: float | None = None
        self._own = threading.Lock()
        self._own_memory = 0
        self._own_vram: int | None = None
        self._sampler: Sampler[Resources, ResourceSample] = Sampler(
            name, Resources(), self._measure, self._observe, unknown, self._interval
        )

    async def initialize(self) -> bool:
        self._sampler.start()
        return await super().initialize()

    async def shutdown(self) -> None:
        await super().shutdown()
        # off the loop: it waits up to a second for a sample in progress
        await asyncio.to_thread(self._sampler.stop)
        self._machine.close()

    @property
    def device(self) -> Device:
        """This machine as of the latest sample; unknown, with the figures as they were, once that is older than 3 intervals."""
        return self.judged(self.thresholds)

    def judged(self, thresholds: ResourceThresholds) -> Device:
        """The same by other thresholds; by its own where those are not among `beside`, or not yet."""
        state = self._sampler.state
        state = state.beside.get(thresholds, state)
        age = None if state.at is None else self._clock() - state.at
        if age is not None and age > 3 * self._interval(state):
            return replace(state.device, state=ResourceState.UNKNOWN, reason=f"last measured {age:.0f} s ago")
        return state.device

    async def check(self, **kwargs: object) -> Check:
        """This machine's state; with `thresholds=` judged by those."""
        wanted = kwargs.get("thresholds")
        device = self.judged(wanted if isinstance(wanted, ResourceThresholds) else self.thresholds)
        return Check(
            agent=self.name,
            state=device.state,
            target=_TARGETS.get(device.state, Target.HYBRID),
            reason=device.reason,
            metrics={
                **{name: gauge.value for name, gauge in device.gauges.items()},
                "memory_free": device.memory_free,
                "vram_free": device.vram_free,
            },
            stale=device.state is ResourceState.UNKNOWN and bool(device.gauges),
        )

    def own_work(self, started: bool) -> None:  # noqa: FBT001 - it is the event, not an option
        """Says that an answer of ours started or ended on this machine; any thread, several may overlap."""
        with self._own:
            self._running = max(0, self._running + (1 if started else -1))
            self._ended = self._clock()

    @contextmanager
    def working(self) -> Iterator[None]:
        """`own_work(True)` ... `own_work(False)`, also when the answer fails."""
        self.own_work(started=True)
        try:
            yield
        finally:
            self.own_work(started=False)

    def credit(self, *, memory: int = 0, vram: int | None = None) -> None:
        """Says how many bytes the models resident here hold: what is ours already is no reason to leave.

        Until `vram` is told, GPU memory gives no verdict. Weights that the server maps from a file count as free memory anyway.
        """
        self._own_memory, self._own_vram = memory, vram

    def idle(self, idle: bool) -> None:  # noqa: FBT001 - it is the event, not an option
        """Nobody looks: sample five times slower."""
        self._idle = idle
        self._sampler.nudge()

    def _interval(self, state: Resources) -> float:
        if state.samples == 1:
            # CPU use needs two looks; the second comes soon so that the first screen can show it
            return min(0.3, self._every)
        return self._every * (5 if self._idle else 1)

    def _observe(self, state: Resources, sample: ResourceSample) -> Resources:
        beside = {limits: observe(state.beside.get(limits, Resources()), sample, limits) for limits in self.beside}
        return replace(observe(state, sample, self.thresholds), beside=beside)

    def _measure(self) -> ResourceSample:
        sample, before = self._read(), self._sampler.state.at
        return replace(
            sample,
            own_work=sample.own_work or self._worked(sample.at, GRACE_S, before),
            own_load=sample.own_load or self._worked(sample.at, LOAD_GRACE_S, before),
            own_memory=sample.own_memory or self._own_memory,
            own_vram=self._own_vram if sample.own_vram is None else sample.own_vram,
        )

    def _worked(self, at: float, grace: float, before: float | None) -> bool:
        """Whether an answer of ours ran since the sample `before`, or ended under `grace` seconds before `at`."""
        if self._running:
            return True
        return self._ended is not None and (at - self._ended < grace or (before is not None and self._ended > before))
