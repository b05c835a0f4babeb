"""Every gauge in full: what it says, from how many samples, where its limits are, and which rule of the decision it feeds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from hybridchat.facts import Device, Gauge, Link, Snapshot
from hybridchat.render.words import money, size
from hybridchat.value import value

DEVICE_RULE = "busy: models here count for less; very busy: of them only loaded ones are asked (rule device)"
SCORE = "busy: models here count for less (score, no rule)"
LINK_RULE = "slow: its models count for less; no way there: they are not asked (rule connectivity)"
_WORDS = {
    "available": "ok", "constrained": "busy", "critical": "very busy", "unknown": "not measured",
    "optimal": "good", "degraded": "slow", "disconnected": "none",
}  # fmt: skip
UNLIMITED = "no limit; nothing is decided by it"
UNMEASURED = "not measured"


class MachineLimits(Protocol):
    """Percent, but for the load."""

    @property
    def cpu(self) -> float: ...
    @property
    def critical_cpu(self) -> float: ...
    @property
    def memory(self) -> float: ...
    @property
    def critical_memory(self) -> float: ...
    @property
    def gpu(self) -> float: ...
    @property
    def critical_gpu(self) -> float: ...
    @property
    def load(self) -> float: ...
    @property
    def load_per_core(self) -> float | None: ...
    @property
    def pressure(self) -> float: ...
    @property
    def battery(self) -> float: ...


class LinkLimits(Protocol):
    """Milliseconds, percent, Mbit/s."""

    @property
    def latency(self) -> float: ...
    @property
    def loss(self) -> float: ...
    @property
    def bandwidth(self) -> float: ...


@value
class Limits:
    """Where the gauges' agents draw their lines; `None`: that agent does not run."""

    machine: MachineLimits | None = None
    links: LinkLimits | None = None


@value
class Meter:
    """One figure. `group` is what it is a figure of, `lines` what stands below it."""

    group: str
    name: str
    value: str
    lines: tuple[str, ...]
    key: str = ""
    """The gauge's name, the host of a latency, `budget`; empty for what else is known of a way."""


def meters(
    snapshot: Snapshot, limits: Limits, history: Mapping[str, Sequence[float]], also: Mapping[str, str] | None = None
) -> Iterator[Meter]:
    """This machine first, then the way to each host, then the money. `history` has the last values, by gauge or host.

    `also` are further hosts with the names of their endpoints.
    """
    device = snapshot.device
    state = f"this machine: {_WORDS[device.state.value]}{f', {device.reason}' if device.reason else ''}"
    for name, gauge in device.gauges.items():
        below = [*_limit(name, limits.machine), _samples(gauge, history.get(name, ()), snapshot.at), _free(name, device)]
        yield Meter(state, name.replace("_", " "), _told(gauge), tuple(filter(None, below)), name)
    # a server on this device needs no way to it
    for host, endpoint in {**{m.host: m.endpoint for m in snapshot.models if not m.on_device}, **(also or {})}.items():
        link = snapshot.links.get(host, Link(host))
        yield from _link(endpoint, link, limits, history.get(host, ()), snapshot.at)
    budget = snapshot.budget
    if budget.limit is not None or budget.spent or budget.reserved:
        limit = "no limit" if budget.limit is None else f"of {money(budget.limit)} a day"
        told = (
            ("from 70 % only hard messages go to a paid model, from 90 % none (rule budget)",) if budget.limit is not None else ()
        )
        yield Meter("money", "budget", f"{money(budget.spent + budget.reserved)} {limit}", told, "budget")


def _link(endpoint: str, link: Link, limits: Limits, seen: Sequence[float], now: float) -> Iterator[Meter]:
    state = _WORDS[link.state.value] if link.allowed else "not asked"
    group = f"way to {endpoint} at {link.host}: {', '.join(filter(None, (state, link.reason)))}"
    if not link.gauges:
        why = "nothing goes there, no probe either, before you allow it" if not link.allowed else "no sample yet"
        yield Meter(group, "latency", UNMEASURED, (why,), link.host)
    bounds: Mapping[str, str] = {}
    if limits.links is not None:
        bounds = {
            "latency": f"slow above {limits.links.latency:g} ms",
            "loss": f"slow above {limits.links.loss:g} %",
            "bandwidth": f"slow below {limits.links.bandwidth:g} Mbit/s",
        }
    for name, gauge in link.gauges.items():
        rule = LINK_RULE if name in {"latency", "loss"} else ""
        below = [bounds.get(name, ""), rule, _samples(gauge, seen if name == "latency" else (), now)]
        yield Meter(group, name, _told(gauge), tuple(filter(None, below)), link.host if name == "latency" else "")


def _told(gauge: Gauge) -> str:
    if gauge.value is None:
        return UNMEASURED
    unit = "%" if gauge.unit == "percent" else gauge.unit
    return f"{gauge.value:.{0 if abs(gauge.value) >= 10 else 1}f} {unit}".strip()


def _limit(name: str, limits: MachineLimits | None) -> list[str]:
    """The lines of a gauge of this machine, and the rule it feeds."""
    if limits is None:
        return []
    two: Mapping[str, tuple[float, float]] = {
        "cpu": (limits.cpu, limits.critical_cpu),
        "memory": (limits.memory, limits.critical_memory),
        "gpu": (limits.gpu, limits.critical_gpu),
        "vram": (limits.gpu, limits.critical_gpu),
    }
    if name in two:
        busy, critical = two[name]
        ours = "; what our own models hold does not count" if name in {"memory", "vram"} else ""
        return [f"busy over {busy:g} %, very busy over {critical:g} %{ours}", DEVICE_RULE]
    if name == "load":
        per_core = limits.load_per_core
        bound = f"busy above {limits.load:g}" if per_core is None else f"busy above {per_core:g} per core"
        return [bound, SCORE]
    if name == "memory_pressure":
        return [f"busy above {limits.pressure:g} % of the time", DEVICE_RULE]
    if name == "battery":
        return [f"busy below {limits.battery:g} % while it is used", SCORE]
    return ["busy at the limit its sensor names", DEVICE_RULE] if name == "temperature" else [UNLIMITED]


def _samples(gauge: Gauge, seen: Sequence[float], now: float) -> str:
    age, many = gauge.age(now), f" {len(seen)}" if len(seen) > 1 else ""
    parts = [f"{gauge.n} samples" if gauge.n > 1 else "", f"last{many}: {' '.join(f'{v:.0f}' for v in seen)}" if seen else ""]
    parts.append("" if age is None else f"{age:.0f} s ago" if age < 120 else f"{age / 60:.0f} min ago")
    parts.append(f"from {gauge.source}" if gauge.source else "")
    return " · ".join(filter(None, parts))


def _free(name: str, device: Device) -> str:
    count = {"memory": device.memory_free, "vram": device.vram_free}.get(name)
    return f"{size(count)} free for a model" if count is not None else ""
