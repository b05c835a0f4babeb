"""The way to one host as its samples show it: a pure `observe`, and how long to wait before the next look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from hybridchat.agents.steady import Steady
from hybridchat.facts import ConnectivityState, Gauge, Link

T = TypeVar("T")

BULK_BYTES = 64 * 1024
"""A transfer has to be this big before its speed says something about the line."""

BANDWIDTH_KEPT_S = 600.0
CONFIRM_S = 0.2
"""Seconds after which a very first failure is looked at again."""

_PROBES_AT_ONE_PACE = 24
_MEDIAN_OF = 5
_LOSS_OF = 20
_LOSS_FROM = 5
_STATES = (ConnectivityState.OPTIMAL, ConnectivityState.DEGRADED, ConnectivityState.DISCONNECTED)


@dataclass(frozen=True, slots=True)
class ConnectivityThresholds:
    """Milliseconds to connect, percent of tries that failed, Mbit/s at least; a state begins strictly past the figure."""

    latency: float = 200.0
    loss: float = 10.0
    bandwidth: float = 5.0


DEFAULTS = ConnectivityThresholds()


@dataclass(frozen=True, slots=True)
class LinkSample:
    """One try at a host, a probe or a real request. `at` epoch seconds, times milliseconds, speed Mbit/s.

    `ok` `None`: the host cannot be tried this way, which says nothing of it; `reason` says why.
    """

    at: float
    ok: bool | None
    connect_ms: float | None = None
    tls_ms: float | None = None
    mbit_s: float | None = None
    reason: str = ""
    source: str = "probe"


@dataclass(frozen=True, slots=True)
class LinkState:
    """What the samples of one host add up to; newest last."""

    link: Link
    steady: Steady = Steady(careful=True)
    connects: tuple[float, ...] = ()
    tls: tuple[float, ...] = ()
    outcomes: tuple[bool, ...] = ()
    speeds: tuple[tuple[float, float], ...] = ()
    at: float | None = None
    connected_at: float | None = None
    paced: int = 0
    """Samples since the state last changed."""
    suspect: bool = False
    """The newest try was worse than the state says: look again soon."""
    beside: Mapping[ConnectivityThresholds, LinkState] = field(default_factory=dict)
    """The same tries, judged by other thresholds."""


def observe(state: LinkState, sample: LinkSample, thresholds: ConnectivityThresholds = DEFAULTS) -> LinkState:
    """The state after one more try. Pure.

    Two failures among three tries disconnect; latency (median of 5), loss (of the last 20 tries, from 5 on) and bandwidth
    (median of 5 bulk transfers of the last ten minutes) past their threshold on 2 of 3 tries degrade. Better after 3 good tries
    in a row, past 75 % of the threshold, and 30 s. Connected again only after a minute of nothing but quick tries, or four of
    tries that all got through; up to eight times as long where it was lost again soon. What is unknown degrades nothing.
    """
    if sample.ok is None:
        # what real requests said stands
        return replace(state, link=replace(state.link, reason=sample.reason), paced=state.paced + 1)
    now = replace(
        state,
        connects=_add(state.connects, sample.connect_ms if sample.ok else None, _MEDIAN_OF),
        tls=_add(state.tls, sample.tls_ms if sample.ok else None, _MEDIAN_OF),
        outcomes=_add(state.outcomes, sample.ok, _LOSS_OF),
        speeds=_add(
            tuple(one for one in state.speeds if sample.at - one[0] <= BANDWIDTH_KEPT_S),
            None if sample.mbit_s is None else (sample.at, sample.mbit_s),
            _MEDIAN_OF,
        ),
        at=sample.at,
        connected_at=sample.at if sample.ok and sample.connect_ms is not None else state.connected_at,
    )
    strained, reason = _strain(now, thresholds, 1.0)
    enter = 2 if not sample.ok else int(strained)
    still_slow = (sample.connect_ms or 0) > thresholds.latency * 0.75
    hold = 2 if not sample.ok else int(_strain(now, thresholds, 0.75)[0] or still_slow)
    steady = state.steady.step(sample.at, enter, hold, rough=not sample.ok or still_slow)
    if steady.level == 2:
        # figures of before the break say nothing of the line that comes back
        now = replace(now, connects=(), tls=())
    settled = steady.level is not None and enter < steady.level
    why = sample.reason or reason or ("settling: it was worse a moment ago" if settled else "")
    return replace(
        now,
        steady=steady,
        paced=0 if steady.level != state.steady.level else state.paced + 1,
        suspect=enter > (steady.level or 0) or (sample.connect_ms or 0) > thresholds.latency,
        link=replace(
            state.link,
            state=ConnectivityState.UNKNOWN if steady.level is None else _STATES[steady.level],
            reason="" if steady.level == 0 else why,
            gauges=_gauges(now, sample.source),
            up_since=(state.link.up_since or sample.at) if sample.ok else None,
        ),
    )


def folded(
    state: LinkState, sample: LinkSample, thresholds: ConnectivityThresholds, beside: Iterable[ConnectivityThresholds]
) -> LinkState:
    """`observe`, and beside it the same by other thresholds, each with a memory of its own."""
    blank = LinkState(Link(host=state.link.host))
    others = {limits: observe(state.beside.get(limits, blank), sample, limits) for limits in beside}
    return replace(observe(state, sample, thresholds), beside=others)


def unknown(state: LinkState, reason: str) -> LinkState:
    """The state after a look that could not be taken: no verdict, and none of the old ones."""
    return LinkState(link=Link(host=state.link.host, reason=f"could not be asked ({reason})"), at=state.at)


def pace(state: LinkState, base: float = 30.0, *, idle: bool = False, metered: bool | None = None) -> float:
    """Seconds to the next probe: 120 when metered, 60 when nobody looks, `base` while all is well, else 5.

    The 5 double with every 24 probes that change nothing, up to `base`: a link that stays bad is not asked for ever. One that
    begins to answer again is.
    """
    if metered:
        return max(120.0, base)
    if idle:
        return max(60.0, base)
    if state.steady.level == 0 and not state.suspect:
        return base
    if state.steady.level is None and state.outcomes:
        # whoever asks first wants to know whether there is a network, and one failure says too little
        return min(base, CONFIRM_S)
    if state.steady.level == 2 and state.outcomes and state.outcomes[-1]:
        # whether it lasts is worth knowing soon, and at a pace at which good and bad moments are both met
        return min(base, 5.0)
    return min(base, 5.0 * 2.0 ** min(state.paced // _PROBES_AT_ONE_PACE, 8))


def loss(state: LinkState) -> float | None:
    """Percent of the last 20 tries that failed; `None` before the first."""
    return 100.0 * state.outcomes.count(False) / len(state.outcomes) if state.outcomes else None


def _strain(state: LinkState, limits: ConnectivityThresholds, share: float) -> tuple[bool, str]:
    """Whether a figure is past `share` of its limit, and which, in words."""
    failed = loss(state)
    latency = median(state.connects) if state.connects else None
    speed = median(mbit for _, mbit in state.speeds) if state.speeds else None
    if latency is not None and latency > limits.latency * share:
        return True, f"slow: {latency:.0f} ms to connect"
    # one failure is a tenth of ten tries: a share needs tries, and more than one failure
    lost = state.outcomes.count(False)
    if failed is not None and lost > 1 and len(state.outcomes) >= _LOSS_FROM and failed > limits.loss * share:
        return True, f"{lost} of {len(state.outcomes)} tries failed"
    if speed is not None and speed < limits.bandwidth / share:
        return True, f"slow: {speed:.1f} Mbit/s"
    return False, ""


def _gauges(state: LinkState, source: str) -> dict[str, Gauge]:
    found: dict[str, Gauge] = {}
    for name, values in (("latency", state.connects), ("tls", state.tls)):
        if values:
            found[name] = Gauge(value=median(values), unit="ms", at=state.connected_at, source=source, n=len(values))
    if state.outcomes:
        found["loss"] = Gauge(value=loss(state), unit="%", at=state.at, source=source, n=len(state.outcomes))
    if state.speeds:
        speed = median(mbit for _, mbit in state.speeds)
        found["bandwidth"] = Gauge(value=speed, unit="Mbit/s", at=state.speeds[-1][0], source="transfers", n=len(state.speeds))
    return found


def median(values: Iterable[float]) -> float:
    """The middle of at least one value. Our own: importing `statistics` costs 8 ms before the first paint."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def _add(series: tuple[T, ...], value: T | None, most: int) -> tuple[T, ...]:
    return series if value is None else (*series, value)[-most:]
