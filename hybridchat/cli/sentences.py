"""What the command line says beyond the words of `render.words`: the consent question, gauges, a decision. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hybridchat.conversation import Package
from hybridchat.enclosed import named
from hybridchat.events import Event, FellBack, HandedOver, SecondLook
from hybridchat.facts import (
    Budget,
    ConnectivityState,
    Device,
    Gauge,
    Link,
    Locality,
    Mode,
    Model,
    ResourceState,
    Snapshot,
)
from hybridchat.privacy.names_ready import finds_names
from hybridchat.render import words

SAID_OF_MODE = {
    Mode.ONLY_LOCAL: "LOCAL ONLY: nothing leaves this machine, a promise.",
    Mode.PREFER_LOCAL: "This machine first, the cloud when it must be.",
    Mode.AUTO: "AUTO: each message goes where it fits best.",
    Mode.PREFER_CLOUD: "The cloud first, this machine when it must be.",
    Mode.ONLY_CLOUD: "CLOUD: answers come from the cloud; the first send asks.",
}
_KEYS = {"f2": "/model", "f5": "/auto"}
_DEVICE = {
    ResourceState.AVAILABLE: "ok",
    ResourceState.CONSTRAINED: "busy",
    ResourceState.CRITICAL: "very busy",
    ResourceState.UNKNOWN: "not measured yet",
}
_LINK = {
    ConnectivityState.OPTIMAL: "good",
    ConnectivityState.DEGRADED: "slow",
    ConnectivityState.DISCONNECTED: "none",
    ConnectivityState.UNKNOWN: "not measured yet",
}


started = words.started


def notices(event: Event) -> list[str]:
    """What one event of an answer has to say beside the answer itself."""
    match event:
        case HandedOver(locality=Locality.REMOTE | Locality.LAN):
            return [words.left(event) if finds_names() else f"{words.left(event)} · {words.UNFOUND}"]
        case HandedOver():
            return [
                *words.handed_over(event),
                *([f"{words.short(event.model_id)}: {words.loading(event.load_s)}"] if event.loads else []),
            ]
        case FellBack():
            return [words.fell_back(event)]
        case SecondLook():
            return [words.second_look(event)]
    return []


def without_keys(text: str, *, commands: bool = False) -> str:
    """The text less the keys of the screen, such as `(f5)`; with `commands` what to type stands in their place."""
    for key, command in _KEYS.items():
        text = text.replace(f" ({key})", f" ({command})" if commands else "")
    return text


def about(dollars: float | None) -> str:
    """`about $0.004`; `price unknown` where it is."""
    told = words.money(dollars)
    return told.replace("< ", "under ") if dollars is None or told.startswith("<") else f"about {told}"


def consent(package: Package, *, demo: bool = False) -> str:
    """`Ask gpt at api.openai.com? 4 turns · 3 items hidden · 2 words left to check · about $0.004`, and what is not hidden."""
    parts = [
        words.plural(package.turns, "turn"),
        f"{words.plural(len(package.hidden), 'item')} hidden",
        f"{words.plural(len(package.left), 'word')} left to check",
        *filter(None, [words.earlier(package), *_beside(package)]),
        "costs nothing (demo)" if demo else about(package.est_cost) + (f", {package.old_price}" if package.old_price else ""),
    ]
    names = "" if finds_names() else f" ({words.UNFOUND})"
    return f"Ask {words.short(package.model_id)} at {package.host}? {' · '.join(parts)}{names}"


def _beside(package: Package) -> Iterator[str]:
    """How many files and pictures go along."""
    if package.messages and (files := named(package.messages[-1].text)):
        yield words.plural(len(files), "file")
    if package.pictures:
        yield words.plural(package.pictures, "picture")


def view(package: Package) -> Iterator[str]:
    """The two lists of the consent view, then every text that would leave."""
    yield "hidden:" if package.hidden else "hidden: nothing"
    for item in package.hidden:
        reason = f" ({item.reason})" if item.reason else ""
        yield f"  {item.placeholder} stands for {item.original}{reason}"
    yield f"left readable, look once: {', '.join(package.left) or 'nothing'}"
    yield "what would leave:"
    for message in package.messages:
        yield f"  {message.role}: {' '.join([*words.pictures(message), message.text])}"


def model(one: Model, *, pinned: bool = False) -> str:
    """`ollama:llama3.2 (on this machine, 8,192 tokens, pinned)`."""
    window = f"{one.window:,} tokens{' assumed' if one.window_assumed else ''}"
    return f"{one.id} ({words.PLACES[one.locality]}, {window}{', pinned' if pinned else ''})"


def status(snapshot: Snapshot, models: Sequence[Model]) -> Iterator[str]:
    """The gauges in words first: this machine, the network, money, the models in use."""
    yield f"This machine: {_DEVICE[snapshot.device.state]}{', ' + snapshot.device.reason if snapshot.device.reason else ''}"
    if figures := _figures(snapshot.device):
        yield f"  {figures}"
    if snapshot.os_online is False:
        yield "Network: this machine is offline"
    for endpoint, host in dict.fromkeys((m.endpoint, m.host) for m in models if not m.on_device):
        yield f"Network to {endpoint} ({host}): {_way(snapshot.links.get(host))}"
    if snapshot.budget.limit is not None:
        yield _money(snapshot.budget)
    used = [f"{m.name} ({words.PLACES[m.locality]})" for m in snapshot.models]
    yield f"In use: {', '.join(used) or 'no model yet'}"


def _figures(device: Device) -> str:
    parts = [f"{name} {_percent(device.gauges[name])}" for name in ("cpu", "memory", "gpu") if name in device.gauges]
    if device.memory_free is not None:
        parts.append(f"{words.size(device.memory_free)} of memory free")
    if device.on_battery and device.battery_percent is not None:
        parts.append(f"on battery, {device.battery_percent:.0f} percent")
    if any(gauge.source == "simulated" for gauge in device.gauges.values()):
        parts.append("all simulated")
    return ", ".join(parts)


def _percent(gauge: Gauge) -> str:
    return "unknown" if gauge.value is None else f"{gauge.value:.0f} percent"


def _way(link: Link | None) -> str:
    if link is None or not link.allowed:
        return "not asked"
    latency = link.gauges.get("latency")
    ms = f", {latency.value:.0f} ms" if latency is not None and latency.value is not None else ""
    return f"{_LINK[link.state]}{ms}{', ' + link.reason if link.reason else ''}"


def _money(budget: Budget) -> str:
    said = words.band(budget)
    return f"Budget of today: {words.money(budget.spent + budget.reserved)} of {words.money(budget.limit)}{said and ', ' + said}"


def label(model_id: str, locality: Locality) -> str:
    """What stands before an answer: `llama3.2, local: `."""
    place = "local" if locality is Locality.ON_DEVICE else words.PLACES[locality]
    return f"{words.short(model_id)}, {place}: "
