"""What the network being away changes: whom a message misses, when a choice is worth asking for, when it is safe to go back.

Pure, as `decide()` is. An unknown link keeps nobody out and nobody here.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from hybridchat.facts import Candidate, ConnectivityState, Decision, Link, Live, Model, Request, Snapshot
from hybridchat.routing.policy import Policy

TURNS_HERE = 2
"""Answers from this machine, after the network was lost, before the policy may move the conversation back."""
STEADY_S = 60.0
"""Seconds without a failed try before it may. Chosen by us: twice the time a link takes to count as good again."""


def cut_off(decision: Decision) -> bool:
    """Whether a model is out only because it cannot be reached, as far as the first rule against it says."""
    return any(_unreached(candidate) for candidate in decision.candidates)


def _unreached(candidate: Candidate) -> bool:
    out = candidate.rejected
    if out is None or candidate.model.on_device:
        return False
    return out.rule == "connectivity" or (out.rule == "breaker" and "unreachable" in out.reason)


def connected(snapshot: Snapshot) -> Snapshot:
    """The same moment, were every host there."""
    links = {host: _back(link) if _is_down(link) else link for host, link in snapshot.links.items()}
    live = {model_id: _forgiven(known) for model_id, known in snapshot.live.items()}
    return replace(snapshot, links=links, live=live, os_online=None)


def _is_down(link: Link) -> bool:
    return link.state is ConnectivityState.DISCONNECTED


def _back(link: Link) -> Link:
    return replace(link, state=ConnectivityState.UNKNOWN, reason="")


def _forgiven(live: Live) -> Live:
    return replace(live, open_until=None) if "unreachable" in live.open_reason else live


def missed(made: Decision, calm: Decision, request: Request, policy: Policy, *, hard: bool) -> str | None:
    """Model id that the user may want to wait for: it would answer (`calm`) were it not for the network.

    `None` while this machine can answer and the message is not `hard`: easy ones are never held up. Nor is one that was
    answered here already and is asked of the other side.
    """
    if request.escalated:
        return None
    if made.chosen is None:
        return calm.chosen.id if calm.chosen is not None and not calm.chosen.on_device else None
    if not hard or not _near(made.chosen, policy) or calm.chosen is None:
        return None
    return calm.offer if _near(calm.chosen, policy) else calm.chosen.id


def _near(model: Model, policy: Policy) -> bool:
    return model.on_device or model.host in policy.trust_lan


def settling(request: Request, snapshot: Snapshot) -> bool:
    """Whether a conversation that lost the network stays here a while longer: two answers, and a minute without a failed try."""
    if request.lost is None:
        return False
    if request.turns_here < TURNS_HERE:
        return True
    link = snapshot.links.get(request.lost)
    if link is None or link.state is ConnectivityState.UNKNOWN:
        return False
    return link.up_since is None or request.now - link.up_since < STEADY_S


def seen(snapshot: Snapshot, lost: Collection[str], back: Collection[str]) -> Snapshot:
    """The snapshot with what one turn found out by itself, before the gauges did.

    Hosts in `lost` refused its request. Those in `back` it waited for, and their newest try got through.
    """
    if not lost and not back:
        return snapshot
    links = dict(snapshot.links)
    for host in back:
        if host in links and _is_down(links[host]):
            links[host] = _back(links[host])
    for host in lost:
        known = links.get(host) or Link(host)
        down = replace(known, state=ConnectivityState.DISCONNECTED, up_since=None)
        links[host] = replace(down, reason=known.reason or f"no connection to {host}")
    return replace(snapshot, links=links)


def returned(snapshot: Snapshot) -> frozenset[str]:
    """Hosts whose newest try got through, though the way to them does not count as good again yet."""
    return frozenset(host for host, link in snapshot.links.items() if _is_down(link) and link.up_since is not None)


def is_back(snapshot: Snapshot, host: str) -> bool:
    """Whether `host` may be asked again: its newest try got through, or nothing speaks against it any more."""
    if snapshot.os_online is False:
        return False
    link = snapshot.links.get(host)
    return link is None or link.up_since is not None or not _is_down(link)


def reachable(snapshot: Snapshot) -> bool:
    """Whether some host off this device may be asked now, as far as is known: time to look through what waited."""
    hosts = {m.host for m in snapshot.models if not m.on_device}
    return snapshot.os_online is not False and any(is_back(snapshot, host) for host in hosts)
