"""How the way to each host is: real requests and, where the host is allowed, probes from a thread per host."""

from __future__ import annotations

import asyncio
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from hybridchat.agents.base import BaseAgent, Sampler
from hybridchat.agents.link import os_online
from hybridchat.agents.metered import Paid, metered_line, unsaid
from hybridchat.agents.probe import TIMEOUT_S, Abandoned, Look, Permit, Place, place, probe, trust
from hybridchat.agents.ways import (
    BULK_BYTES,
    DEFAULTS,
    ConnectivityThresholds,
    LinkSample,
    LinkState,
    folded,
    observe,
    pace,
    unknown,
)
from hybridchat.facts import Check, ConnectivityState, Link, Target

__all__ = ["ConnectivityAgent", "ConnectivityThresholds", "LinkSample", "LinkState", "observe"]

OS_EVERY_S = 5.0
METERED_EVERY_S = 60.0

_ORDER = (ConnectivityState.OPTIMAL, ConnectivityState.DEGRADED, ConnectivityState.UNKNOWN, ConnectivityState.DISCONNECTED)
_TARGETS = {ConnectivityState.OPTIMAL: Target.CLOUD, ConnectivityState.DISCONNECTED: Target.LOCAL}


@dataclass(slots=True)
class _Way:
    """One host: who samples it, and the leave to do so. Changed only under the agent's lock."""

    place: Place
    sampler: Sampler[LinkState, LinkSample]
    permit: Permit | None = None
    """`None`: not allowed, so never asked."""
    far: bool = False
    """Counts as a way off this device whatever its address: a gateway, a stand-in for a cloud."""


class ConnectivityAgent(BaseAgent):
    """Knows the way to every host it was told of. Thresholds: milliseconds, percent, Mbit/s; `check_interval` seconds.

    A host is asked only between `allow` and `disallow`, and never while held. `on_contact(host, ok, ms)` is called in the
    sampler's thread for every probe that left. `online` asks the system for its links without sending a packet, `paid` whether
    the line is metered; `clock` gives epoch seconds; `look` stands in for the probe.
    """

    def __init__(
        self,
        name: str = "connectivity_monitor",
        *,
        latency_threshold: float = DEFAULTS.latency,
        packet_loss_threshold: float = DEFAULTS.loss,
        bandwidth_threshold: float = DEFAULTS.bandwidth,
        check_interval: float = 30.0,
        on_contact: Callable[[str, bool, float | None], None] | None = None,
        online: Callable[[], bool | None] = os_online,
        paid: Callable[[], bool | None] = metered_line,
        look: Callable[[Place, Permit], Look] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(name)
        self.thresholds = ConnectivityThresholds(latency_threshold, packet_loss_threshold, bandwidth_threshold)
        self.beside: tuple[ConnectivityThresholds, ...] = ()
        """Other thresholds by which every try is judged too, for `judged`."""
        self._every = check_interval
        self.on_contact = on_contact
        self._look = look or self._knock
        self._clock = clock
        self._online = online
        self._lock = threading.Lock()
        self._ways: Mapping[str, _Way] = {}
        self._held = False
        self._idle = False
        self._trust: ssl.SSLContext | None = None
        self._trusting = threading.Lock()
        self._system: Sampler[bool | None, bool | None] = Sampler(
            f"{name}: system", None, self._ask_system, lambda _, now: now, unsaid, lambda _: OS_EVERY_S
        )
        self._paid: Sampler[bool | None, Paid] = Sampler(
            f"{name}: metered", None, lambda: Paid(paid()), lambda _, now: now.line, unsaid, lambda _: METERED_EVERY_S
        )

    async def initialize(self) -> bool:
        self._system.start()
        self._paid.start()
        with self._lock:
            self.is_active = True
            for way in self._ways.values():
                self._open(way)
        return True

    async def shutdown(self) -> None:
        with self._lock:
            self.is_active = False
            ways = list(self._ways.values())
            for way in ways:
                self._close(way)
        # off the loop: each waits up to a second for a look in progress
        stops = [self._system.stop, self._paid.stop, *(way.sampler.stop for way in ways)]
        await asyncio.gather(*(asyncio.to_thread(stop) for stop in stops))

    def allow(self, host: str, *, tls: bool | None = None, far: bool = False) -> None:
        """The user allowed `host` (`name[:port]`): probes begin, at once when active. TLS unless said or on this device.

        `far`: what answers there stands for a cloud, even at an address of this device. Raises `ValueError` for something
        that is no host.
        """
        with self._lock:
            way = self._way(host, tls=tls)
            way.far = way.far or far
            if way.permit is None:
                way.permit = Permit()
                self._open(way)

    def disallow(self, host: str) -> None:
        """Consent is gone: no probe of `host` starts any more, one under way is abandoned."""
        with self._lock:
            way = self._ways.get(host.strip().lower())
            if way is not None:
                self._close(way)
                way.permit = None

    def hold(self, held: bool) -> None:  # noqa: FBT001 - it is the event, not an option
        """LOCAL ONLY: once this has returned, no probe opens a connection until `hold(False)`; one under way is abandoned."""
        with self._lock:
            if held != self._held:
                self._held = held
                for way in self._ways.values():
                    if held:
                        self._close(way)
                    else:
                        self._open(way)

    def idle(self, idle: bool) -> None:  # noqa: FBT001 - it is the event, not an option
        """Nobody looks: a probe a minute is enough."""
        self._idle = idle
        self._nudge()

    @property
    def metered(self) -> bool | None:
        """Whether the line is paid by volume: then a probe every two minutes. `None`: unknown."""
        return self._paid.state

    def record(
        self,
        host: str,
        ok: bool,  # noqa: FBT001 - what happened, said first
        connect_ms: float | None = None,
        bytes: int | None = None,  # noqa: A002 - the word for it; nothing here needs the type
        seconds: float | None = None,
    ) -> None:
        """A real request is the truest sample. `ok`: the host was reached, whatever it answered. Any thread; never blocks.

        `bytes` and `seconds` are of a bulk transfer (a long body, an image), not of a model's stream, whose pace is the model's;
        under 64 KiB they are ignored. A failure brings the next probe forward, if the host is allowed.
        """
        with self._lock:
            way = self._way(host)
            asked = way.permit is not None and not self._held
        bulk = bytes is not None and seconds is not None and bytes >= BULK_BYTES and seconds > 0
        speed = bytes * 8 / seconds / 1e6 if bulk and bytes is not None and seconds is not None else None
        reason = "" if ok else "a request did not get through"
        way.sampler.feed(LinkSample(self._clock(), ok, connect_ms, mbit_s=speed, reason=reason, source="request"))
        if asked and not ok:
            way.sampler.wake()

    @property
    def links(self) -> Mapping[str, Link]:
        """Every host heard of, as of its latest sample; unknown, with its figures, once that is older than 3 intervals."""
        return self.judged(self.thresholds)

    def judged(self, thresholds: ConnectivityThresholds) -> Mapping[str, Link]:
        """The same by other thresholds; by its own where those are not among `beside`, or not yet."""
        now = self._clock()
        return MappingProxyType({host: self._link(way, now, thresholds) for host, way in self._ways.items()})

    def probe_every(self, check_interval: float) -> None:
        """Seconds from one probe to the next while all is well, from now on."""
        if check_interval != self._every:
            self._every = check_interval
            self._nudge()

    @property
    def online(self) -> bool | None:
        """What the operating system says of its links; see `os_online`."""
        return self._system.state

    async def check(self, **kwargs: object) -> Check:
        """The best way to any host that is not this device, or with `host=` the way to that one; judged by `thresholds=`."""
        wanted, host = kwargs.get("thresholds"), kwargs.get("host")
        links = self.judged(wanted if isinstance(wanted, ConnectivityThresholds) else self.thresholds)
        if isinstance(host, str):
            found = [links.get(host.strip().lower(), Link(host=host))]
        else:
            found = [links[name] for name, way in self._ways.items() if name in links and (way.far or not way.place.on_device)]
        best = min(found, key=lambda link: _ORDER.index(link.state), default=Link(host=""))
        return Check(
            agent=self.name,
            state=best.state,
            target=_TARGETS.get(best.state, Target.HYBRID),
            reason=best.reason or ("" if best.host else "no host was asked"),
            metrics={name: gauge.value for name, gauge in best.gauges.items()},
            stale=best.state is ConnectivityState.UNKNOWN and bool(best.gauges),
        )

    def _way(self, host: str, *, tls: bool | None = None) -> _Way:
        """The host's entry, made when new; under the lock. Readers see the old mapping or the new one."""
        key = host.strip().lower()
        way = self._ways.get(key)
        if way is None or (tls is not None and tls != way.place.tls and way.permit is None):
            where = place(key, tls=tls)
            sampler: Sampler[LinkState, LinkSample] = Sampler(
                f"{self.name}: {key}", LinkState(Link(host=key)), lambda: self._take(key), self._fold, unknown, self._pace
            )
            if way is not None:
                sampler.state = way.sampler.state
            way = _Way(where, sampler)
            self._ways = {**self._ways, key: way}
        return way

    def _open(self, way: _Way) -> None:
        if way.permit is not None and self.is_active and not self._held:
            if way.permit.revoked:
                way.permit = Permit()
            way.sampler.resume()
            way.sampler.start()

    def _close(self, way: _Way) -> None:
        if way.permit is not None:
            way.permit.revoke()
        way.sampler.pause()

    def _nudge(self) -> None:
        for way in self._ways.values():
            way.sampler.nudge()

    def _take(self, host: str) -> LinkSample | None:
        """One probe, in the sampler's thread; `None` when there is nothing to learn."""
        way = self._ways[host]
        permit = way.permit
        if permit is None or permit.revoked:
            return None
        if not way.place.on_device and self._online() is False:
            return LinkSample(self._clock(), ok=False, reason="no network is connected", source="system")
        found: Look | None = None
        try:
            found = self._look(way.place, permit)
        except Abandoned:
            return None
        finally:
            # also when abandoned: something may have left
            if self.on_contact is not None and (found is None or found.ok is not None):
                self.on_contact(host, found is not None and found.ok is True, None if found is None else found.connect_ms)
        return LinkSample(self._clock(), found.ok, found.connect_ms, found.tls_ms, reason=found.reason)

    def _knock(self, where: Place, permit: Permit) -> Look:
        return probe(where, permit, context=self._certificates)

    def _certificates(self) -> ssl.SSLContext:
        with self._trusting:
            if self._trust is None:
                self._trust = trust()
            return self._trust

    def _ask_system(self) -> bool | None:
        """In the system sampler's thread: a cable pulled or put back is worth a look at every host now."""
        now = self._online()
        if self._system.state is not None and now is not self._system.state:
            for way in self._ways.values():
                way.sampler.wake()
        return now

    def _fold(self, state: LinkState, sample: LinkSample) -> LinkState:
        return folded(state, sample, self.thresholds, self.beside)

    def _pace(self, state: LinkState) -> float:
        return pace(state, self._every, idle=self._idle, metered=self.metered)

    def _link(self, way: _Way, now: float, thresholds: ConnectivityThresholds) -> Link:
        state = way.sampler.state
        link = replace(state.beside.get(thresholds, state).link, allowed=way.permit is not None)
        age = None if state.at is None else now - state.at
        # a look at a host that keeps silent takes longer than the pace it is looked at in trouble
        if age is not None and age > 3 * max(self._pace(state), self._every, TIMEOUT_S):
            return replace(link, state=ConnectivityState.UNKNOWN, reason=f"last tried {age:.0f} s ago")
        return link
