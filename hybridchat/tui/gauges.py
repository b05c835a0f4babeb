"""The gauges in words first: a panel for wide windows, one line for the others. Pure text; the widgets below only show it."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from textual.content import Content
from textual.widgets import Static

from hybridchat.facts import (
    Budget,
    BudgetState,
    Candidate,
    ConnectivityState,
    Decision,
    Device,
    Gauge,
    Link,
    Model,
    ResourceState,
    Snapshot,
)
from hybridchat.render.text import one_line
from hybridchat.render.words import band, money, short, size

SPARKS = ("cpu", "memory", "gpu", "vram")
_BARS = "▁▂▃▄▅▆▇█"
_KEEP = 8

_DEVICE_WORDS = {
    ResourceState.AVAILABLE: ("ok", "$local"),
    ResourceState.CONSTRAINED: ("busy", "$warn"),
    ResourceState.CRITICAL: ("very busy", "$error"),
    ResourceState.UNKNOWN: ("not measured yet", "$muted"),
}
_LINK_WORDS = {
    ConnectivityState.OPTIMAL: ("good", "$local"),
    ConnectivityState.DEGRADED: ("slow", "$warn"),
    ConnectivityState.DISCONNECTED: ("none", "$error"),
    ConnectivityState.UNKNOWN: ("not asked", "$muted"),
}

Places = Mapping[str, str]
"""Host -> the endpoint's name."""
NOBODY: Places = {}

STEADY = 2.0
"""Points by which a percentage has to move before another one is shown: idle machines tremble, and less says nothing."""
MOVED = 0.1
"""Share of a latency by which it has to move before another one is shown: the air trembles, too."""
FULL_MS = 200.0
"""A latency that fills its sparkline, unless one of those shown is longer: from here on a network counts as slow by default."""
FRESH_DEVICE, FRESH_LINK = 15.0, 200.0
"""Seconds for which a figure is as of now: this machine is looked at every 2 s, 10 s while nobody looks, a host every minute."""


@dataclass(slots=True)
class History:
    """The last few values of the figures that have a sparkline: percent, and milliseconds to each host by its name."""

    values: dict[str, deque[float]] = field(default_factory=dict)
    _at: dict[str, float | None] = field(default_factory=dict)
    """Figure -> when it was measured last: looking twice at one sample is one sample."""

    def take(self, snapshot: Snapshot) -> Snapshot:
        """The snapshot as it is to be shown: figures that hardly moved stay as they were."""
        gauges = dict(snapshot.device.gauges)
        for name in SPARKS:
            if (gauge := gauges.get(name)) is not None and gauge.value is not None:
                gauges[name] = self._kept(name, gauge, STEADY)
        links = dict(snapshot.links)
        for host, link in snapshot.links.items():
            gauge = link.gauges.get("latency")
            if gauge is not None and gauge.value is not None:
                steady = self._kept(host, gauge, MOVED * gauge.value)
                links[host] = replace(link, gauges={**link.gauges, "latency": steady})
        return replace(snapshot, device=replace(snapshot.device, gauges=gauges), links=links)

    def _kept(self, name: str, gauge: Gauge, step: float) -> Gauge:
        """The gauge with its value, or with the one before where it moved by less than `step`."""
        value = gauge.value or 0.0
        kept = self.values.setdefault(name, deque(maxlen=_KEEP))
        if not kept or gauge.at != self._at.get(name):
            kept.append(kept[-1] if kept and abs(kept[-1] - value) < step else value)
            self._at[name] = gauge.at
        return replace(gauge, value=kept[-1])

    def spark(self, name: str) -> str:
        return spark(tuple(self.values.get(name, ())))

    def bars(self, name: str) -> str:
        """The sparkline of a figure, or of the way to a host; empty where there is none."""
        return self.spark(name) if name in SPARKS and name in self.values else self.latencies(name)

    def latencies(self, host: str) -> str:
        """The sparkline of the way to a host; empty before there are two looks at it."""
        values = tuple(self.values.get(host, ()))
        full = max(FULL_MS, *values) if values else FULL_MS
        return spark([100 * value / full for value in values]) if len(values) > 1 else ""


def spark(values: Sequence[float]) -> str:
    """Percentages as bars, newest last, padded to a fixed width so that figures stay aligned."""
    bars = "".join(_BARS[max(0, min(7, int(v / 100 * 7.99)))] for v in values[-_KEEP:])
    return bars.rjust(_KEEP)


def percent(gauge: Gauge | None) -> str:
    return "–" if gauge is None or gauge.value is None else f"{gauge.value:.0f} %"


def age(gauge: Gauge | None, now: float, fresh: float) -> str:
    """How old a figure is that nobody measured anew for `fresh` seconds; in steps, so that the words stand still."""
    old = None if gauge is None else gauge.age(now)
    if old is None or old <= fresh:
        return ""
    if old < 90:
        return "a minute old" if old >= 45 else "not new"
    return f"{old / 60:.0f} min old" if old < 5400 else f"{old / 3600:.0f} h old"


def endpoints(models: Sequence[Model]) -> dict[str, str]:
    """Host -> the endpoint's name, for hosts that are not this device."""
    return {m.host: m.endpoint for m in models if not m.on_device}


def others(models: Sequence[Model]) -> dict[str, str]:
    """Of these hosts those with an endpoint of their own: no cloud behind a server on this device."""
    near = {m.endpoint for m in models if m.on_device}
    return {host: name for host, name in endpoints(models).items() if name not in near}


def link_word(link: Link | None) -> tuple[str, str]:
    """What to say of the way to one provider, and its colour: `41 ms`, `slow`, `none`, `not asked`."""
    if link is None or (not link.allowed and link.state is ConnectivityState.UNKNOWN):
        return "not asked", "$muted"
    if link.state is ConnectivityState.UNKNOWN:
        return "unknown", "$muted"
    word, colour = _LINK_WORDS[link.state]
    latency = link.gauges.get("latency")
    if link.state is ConnectivityState.OPTIMAL and latency is not None and latency.value is not None:
        return f"{max(1.0, latency.value):.0f} ms", colour
    return word, colour


def network_word(snapshot: Snapshot) -> tuple[str, str]:
    """The network as a whole: the best of what was asked."""
    if snapshot.os_online is False:
        return "none", "$error"
    states = _known(snapshot)
    for state in (ConnectivityState.OPTIMAL, ConnectivityState.DEGRADED, ConnectivityState.DISCONNECTED):
        if state in states:
            return _LINK_WORDS[state]
    return "not asked", "$muted"


def _known(snapshot: Snapshot) -> list[ConnectivityState]:
    links = [snapshot.links[host] for host in endpoints(snapshot.models) if host in snapshot.links]
    return [link.state for link in links if link.state is not ConnectivityState.UNKNOWN]


def offline(snapshot: Snapshot) -> bool:
    """Whether it is known that no provider off this device can be reached."""
    known = _known(snapshot)
    return snapshot.os_online is False or (bool(known) and all(s is ConnectivityState.DISCONNECTED for s in known))


def line(snapshot: Snapshot, width: int, also: Places = NOBODY) -> Content:
    """`this machine ok · gpu 12 % · openai 41 ms`, for windows without room for the panel; whole parts; with hosts in `also`."""
    word, colour = _DEVICE_WORDS[snapshot.device.state]
    parts = [Content.assemble(("this machine ", "$muted"), (word, colour))]
    name = "gpu" if "gpu" in snapshot.device.gauges else "cpu"
    if snapshot.device.gauges.get(name) is not None:
        parts.append(Content.styled(f"{name} {percent(snapshot.device.gauges.get(name))}", "$muted"))
    for host, endpoint in {**endpoints(snapshot.models), **also}.items():
        word, colour = link_word(snapshot.links.get(host))
        parts.append(Content.assemble((f"{endpoint} ", "$muted"), (word, colour)))
    if said := band(snapshot.budget):
        parts.insert(1, Content.styled(f"budget {said}", _band_tone(snapshot.budget)))
    if snapshot.device.on_battery and snapshot.device.battery_percent is not None:
        parts.append(Content.styled(f"battery {snapshot.device.battery_percent:.0f} %", "$warn"))
    dot = Content.styled(" · ", "$muted")
    while len(parts) > 1 and dot.join(parts).cell_length > width:
        parts.pop()
    return dot.join(parts)


def panel(
    snapshot: Snapshot, history: History, decision: Decision | None, other_key: str = "^o", also: Places = NOBODY
) -> tuple[Content, Content, Content]:
    """The panel's parts: this machine, the network, why this model. `other_key` asks what is offered; `also` as in `line`."""
    return _machine(snapshot.device, history, snapshot.at), _network(snapshot, history, also), _why(decision, other_key)


def _title(name: str, word: str = "", colour: str = "$muted") -> Content:
    return Content.assemble((f"{name:<14}", "$foreground bold"), (word, colour))


def _machine(device: Device, history: History, now: float) -> Content:
    word, colour = _DEVICE_WORDS[device.state]
    rows = [_title("THIS MACHINE", word, colour)]
    card = "vram" if "vram" in device.gauges else "gpu"
    frees: Mapping[str, int | None] = {"memory": device.memory_free, card: device.vram_free}
    for name in SPARKS:
        gauge = device.gauges.get(name)
        if gauge is None:
            continue
        free = _free(frees.get(name))
        row = [(f"{name:<7}", "$muted"), (history.spark(name), "$local"), (f" {percent(gauge):>5}", "$foreground")]
        if old := age(gauge, now, FRESH_DEVICE):
            row.append((f"  {old}", "$warn"))
        elif free:
            row.append((f"  {free} free", "$muted"))
        rows.append(Content.assemble(*row))
    if "gpu" not in device.gauges:
        rows.append(Content.styled("gpu    none found", "$muted"))
    if device.on_battery and device.battery_percent is not None:
        rows.append(Content.styled(f"on battery, {device.battery_percent:.0f} %", "$warn"))
    return Content("\n").join(rows)


def _free(count: int | None) -> str:
    """Free memory; tenths of a gigabyte only where they matter."""
    return f"{count / 1e9:.0f} GB" if count is not None and count >= 1e10 else size(count)


def _network(snapshot: Snapshot, history: History, also: Places) -> Content:
    rows = [_title("NETWORK", *network_word(snapshot))]
    for host, endpoint in {**endpoints(snapshot.models), **also}.items():
        link = snapshot.links.get(host)
        word, colour = link_word(link)
        row = [(f"{one_line(endpoint, 13):<14}", "$muted"), (word, colour)]
        if old := age(link.gauges.get("latency") if link is not None else None, snapshot.at, FRESH_LINK):
            row.append((f"  {old}", "$warn"))
        elif bars := history.latencies(host):
            row.append((f"{bars:>{max(9, 20 - len(word))}}", colour))
        rows.append(Content.assemble(*row))
    if len(rows) == 1:
        rows.append(Content.styled("no cloud model set up", "$muted"))
    if spent := snapshot.budget.spent + snapshot.budget.reserved:
        limit = snapshot.budget.limit
        used = money(spent) if limit is None else f"{money(spent)} of {money(limit)}"
        rows.append(Content.assemble((f"{'budget':<14}", "$muted"), (used, _band_tone(snapshot.budget))))
        if said := band(snapshot.budget):
            rows.append(Content.styled(f"{'':<14}{said}", _band_tone(snapshot.budget)))
    return Content("\n").join(rows)


def _band_tone(budget: Budget) -> str:
    return {BudgetState.CONSTRAINED: "$warn", BudgetState.CRITICAL: "$error"}.get(budget.state, "$muted")


def _why(decision: Decision | None, key: str) -> Content:
    rows = [_title("WHY THIS MODEL")]
    if decision is None:
        return Content("\n").join([*rows, Content.styled("shown with the first message", "$muted")])
    if decision.chosen is not None:
        tone = "$local" if decision.chosen.on_device else "$cloud"
        rows.append(Content.assemble((f"◄ {short(decision.chosen.id)}", tone)))
    if decision.reason:
        rows.append(Content.styled(decision.reason, "$foreground"))
    rows += [Content.styled(f"agent {failure}", "$warn") for failure in decision.failed]
    others = [c for c in decision.candidates if decision.chosen is None or c.model.id != decision.chosen.id]
    # what is offered first: it is the one line here that the user can do something with
    others.sort(key=lambda c: c.model.id != decision.offer)
    rows += [_other(c, key if c.model.id == decision.offer else "") for c in others[:3]]
    return Content("\n").join(rows)


def _other(candidate: Candidate, key: str) -> Content:
    """Why not this one; `key` asks it when it is offered."""
    name = short(candidate.model.id)
    if key:
        return Content.assemble((name, "$cloud"), (f": offered, {key} asks it", "$muted"))
    return Content.styled(f"{name}: {_short_reason(candidate)}", "$muted")


def _short_reason(candidate: Candidate) -> str:
    if candidate.rejected is not None:
        return candidate.rejected.reason
    return candidate.notes[0] if candidate.notes else "possible, scored lower"


class Shown(Static):
    """A text that is only drawn again when it differs; `wrote` counts how often it was."""

    def __init__(self, *, id: str | None = None, classes: str = "") -> None:  # noqa: A002 - Textual's name
        super().__init__("", id=id, classes=classes)
        self.wrote = 0
        self._now: Content | None = None

    @property
    def said(self) -> Content:
        """What stands there."""
        return self._now or Content("")

    def say(self, text: Content, *, layout: bool = False) -> None:
        """Shows `text`; the layout is only redone where its height may have changed."""
        if self._now is not None and text.plain == self._now.plain and text.spans == self._now.spans:
            return
        self._now = text
        self.wrote += 1
        self.update(text, layout=layout)
