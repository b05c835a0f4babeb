"""Which hosts are asked, when, and what is known of them: against loopback sockets."""

from __future__ import annotations

import asyncio
import socket
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator

import pytest

from hybridchat.agents.connectivity import ConnectivityAgent, ConnectivityThresholds
from hybridchat.agents.probe import Abandoned, Look, Permit, Place
from hybridchat.facts import ConnectivityState, Target
from tests.agents.listening import Listener, dead_port
from tests.agents.waiting import soon

O, D, X, U = (  # noqa: E741 - a table's letters
    ConnectivityState.OPTIMAL,
    ConnectivityState.DEGRADED,
    ConnectivityState.DISCONNECTED,
    ConnectivityState.UNKNOWN,
)


class Contacts(list[tuple[str, bool, float | None]]):
    def __call__(self, host: str, ok: bool, ms: float | None) -> None:
        self.append((host, ok, ms))


@pytest.fixture
def contacts() -> Contacts:
    return Contacts()


@pytest.fixture
async def agent(contacts: Contacts) -> AsyncIterator[ConnectivityAgent]:
    made = ConnectivityAgent(check_interval=0.02, on_contact=contacts)
    yield made
    await made.shutdown()


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as made:
        yield made


def near(listener: Listener) -> str:
    return f"127.0.0.1:{listener.port}"


async def quiet(seconds: float = 0.15) -> None:
    """Several intervals in which something could have happened that must not."""
    await asyncio.sleep(seconds)


async def test_an_allowed_host_is_asked_and_every_contact_is_told(
    agent: ConnectivityAgent, listener: Listener, contacts: Contacts
) -> None:
    agent.allow(near(listener))
    assert await agent.initialize()
    await soon(lambda: agent.links[near(listener)].gauges.get("loss") and agent.links[near(listener)].gauges["loss"].n >= 3)
    link = agent.links[near(listener)]
    assert (link.state, link.reason, link.allowed) == (O, "", True)
    assert link.gauges["latency"].value is not None
    assert link.gauges["latency"].value > 0
    assert all(host == near(listener) and ok and ms for host, ok, ms in contacts)
    await agent.shutdown()
    assert len(contacts) == listener.accepted
    assert listener.received == b""


async def test_a_host_that_was_never_allowed_is_never_asked(agent: ConnectivityAgent, listener: Listener) -> None:
    await agent.initialize()
    agent.record(near(listener), ok=False)
    agent.record(near(listener), ok=True, connect_ms=12)
    await quiet()
    assert listener.accepted == 0
    link = agent.links[near(listener)]
    assert (link.allowed, link.gauges["latency"].value, link.gauges["latency"].source) == (False, 12, "request")


async def test_nobody_is_asked_before_the_agent_starts_nor_after_it_ends(agent: ConnectivityAgent, listener: Listener) -> None:
    agent.allow(near(listener))
    await quiet(0.05)
    assert listener.accepted == 0
    await agent.initialize()
    await soon(lambda: listener.accepted > 0)
    await agent.shutdown()
    came = listener.accepted
    await quiet()
    assert listener.accepted == came
    assert not agent.is_active


async def test_disallow_ends_it_and_allow_begins_it_again(agent: ConnectivityAgent, listener: Listener) -> None:
    await agent.initialize()
    agent.allow(near(listener))
    await soon(lambda: listener.accepted > 0)
    agent.disallow(near(listener))
    agent.disallow("never.heard.of")
    assert not agent.links[near(listener)].allowed
    await soon(lambda: listener.ended == listener.accepted)
    came = listener.accepted
    await quiet()
    assert listener.accepted == came
    agent.allow(near(listener))
    await soon(lambda: listener.accepted > came)


async def test_in_local_only_no_connection_is_made(agent: ConnectivityAgent, listener: Listener) -> None:
    agent.hold(True)
    await agent.initialize()
    agent.allow(near(listener))
    agent.record(near(listener), ok=False)
    agent.idle(False)
    await quiet()
    assert listener.accepted == 0
    agent.hold(False)
    await soon(lambda: listener.accepted > 0)


async def test_hold_stops_at_once_however_often_it_is_asked_for(agent: ConnectivityAgent, listener: Listener) -> None:
    agent.allow(near(listener))
    await agent.initialize()
    for _ in range(8):
        goal = listener.accepted
        agent.hold(False)
        await soon(lambda goal=goal: listener.accepted > goal)
        agent.hold(True)
        # what was connected before hold() returned may still have to be accepted by the other side
        await soon(lambda: listener.ended == listener.accepted)
        await asyncio.sleep(0.01)
        came = listener.accepted
        await quiet(0.04)
        assert listener.accepted == came


async def test_a_probe_under_way_is_abandoned_teaches_nothing_and_is_still_told(
    agent: ConnectivityAgent, listener: Listener, contacts: Contacts
) -> None:
    # TLS against a server that accepts and keeps silent
    agent.allow(near(listener), tls=True)
    await agent.initialize()
    await soon(lambda: listener.accepted == 1)
    held = time.monotonic()
    agent.hold(True)
    await soon(lambda: listener.ended == 1)
    assert time.monotonic() - held < 1
    await soon(lambda: contacts == [(near(listener), False, None)])
    assert (agent.links[near(listener)].state, dict(agent.links[near(listener)].gauges)) == (U, {})


async def test_shutdown_takes_no_longer_than_a_second_with_a_probe_under_way(
    agent: ConnectivityAgent, listener: Listener
) -> None:
    agent.allow(near(listener), tls=True)
    await agent.initialize()
    await soon(lambda: listener.accepted == 1)
    began = time.monotonic()
    await agent.shutdown()
    assert time.monotonic() - began < 1
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("connectivity_monitor")]


async def test_a_port_where_nobody_listens_becomes_disconnected(agent: ConnectivityAgent, contacts: Contacts) -> None:
    host = f"localhost:{dead_port()}"
    agent.allow(host.upper())
    await agent.initialize()
    await soon(lambda: agent.links[host].state is X)
    assert agent.links[host].reason == "connection refused"
    assert not agent.links[host].gauges.get("latency")
    assert contacts[0] == (host, False, None)


async def test_one_host_that_hangs_does_not_keep_another_waiting(agent: ConnectivityAgent, listener: Listener) -> None:
    with Listener() as silent:
        agent.allow(near(silent), tls=True)
        agent.allow(near(listener))
        await agent.initialize()
        await soon(lambda: silent.accepted == 1)
        await soon(lambda: agent.links[near(listener)].state is O, seconds=2)
        assert silent.ended == 0


class Wire:
    """Answers for hosts that are not on this device, without a packet; counts who was asked."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.found = Look(ok=True, connect_ms=40, tls_ms=90)
        self.asked: list[str] = []
        self.online: bool | None = True
        self.paid: bool | None = None
        self.agent = ConnectivityAgent(look=self.look, online=lambda: self.online, paid=lambda: self.paid, clock=lambda: self.now)

    def look(self, where: Place, permit: Permit) -> Look:
        self.asked.append(where.name)
        permit.check()
        return self.found

    def turn(self, host: str, times: int = 1, seconds: float = 30) -> ConnectivityState:
        """`times` turns of the host's sampler on the clock that is set by hand."""
        for _ in range(times):
            self.now += seconds
            self.agent._ways[host].sampler.step()
        return self.agent.links[host].state


@pytest.fixture
def wire() -> Wire:
    return Wire()


def test_without_a_network_no_packet_is_sent_and_the_reason_is_the_cable(wire: Wire) -> None:
    wire.agent.allow("api.example.com")
    wire.online = False
    assert wire.turn("api.example.com", 2, seconds=5) is X
    assert wire.asked == []
    assert wire.agent.links["api.example.com"].reason == "no network is connected"
    wire.agent.allow("localhost:11434")
    assert wire.turn("localhost:11434") is O, "this device needs no network"
    wire.online = None
    wire.turn("api.example.com")
    assert wire.asked == ["localhost", "api.example.com"], "unknown is not offline"


def test_the_same_tries_are_judged_by_other_lines_too(wire: Wire) -> None:
    strict = ConnectivityThresholds(latency=30)
    wire.agent.beside = (strict,)
    wire.agent.allow("api.example.com")
    assert wire.turn("api.example.com", 3) is O
    assert wire.agent.judged(strict)["api.example.com"].state is D
    assert wire.agent.judged(ConnectivityThresholds(latency=1))["api.example.com"].state is O, "lines that nobody draws"
    wire.turn("api.example.com")
    wire.agent.probe_every(5)
    wire.now += 16
    assert wire.agent.links["api.example.com"].state is U, "three of the shorter intervals ago"


async def test_a_cable_put_back_is_noticed_at_once(wire: Wire) -> None:
    wire.online = False
    wire.agent.allow("api.example.com")
    await wire.agent.initialize()
    try:
        await soon(lambda: wire.agent.online is False)
        await soon(lambda: "loss" in wire.agent.links["api.example.com"].gauges)
        assert wire.asked == []
        wire.online = True
        # instead of waiting the system sampler's five seconds
        wire.agent._system.wake()
        await soon(lambda: wire.asked)
        assert wire.agent.online is True
    finally:
        await wire.agent.shutdown()


def test_every_real_request_is_a_sample_and_speed_comes_from_bulk_only(wire: Wire) -> None:
    agent, host = wire.agent, "API.example.com"
    agent.record(host, True, connect_ms=80)
    agent.record(host, True, connect_ms=90, bytes=1000, seconds=10)
    assert "bandwidth" not in agent.links["api.example.com"].gauges
    agent.record(host, True, bytes=10_000_000, seconds=2)
    link = agent.links["api.example.com"]
    assert (link.state, link.gauges["bandwidth"].value, link.gauges["latency"].value) == (O, 40.0, 85)
    assert link.gauges["loss"].n == 3
    agent.record(host, True, bytes=10_000_000, seconds=0)
    assert agent.links["api.example.com"].gauges["bandwidth"].n == 1


async def test_a_failed_request_brings_the_confirming_probe_forward() -> None:
    wire = Wire()
    wire.agent.allow("api.example.com")
    await wire.agent.initialize()
    try:
        await soon(lambda: wire.agent.links["api.example.com"].state is O)
        wire.found = Look(ok=False, reason="no route to the host")
        asked = len(wire.asked)
        await quiet(0.03)
        assert len(wire.asked) == asked, "the next one is half a minute away"
        wire.agent.record("api.example.com", ok=False)
        await soon(lambda: wire.agent.links["api.example.com"].state is X)
        assert wire.agent.links["api.example.com"].reason == "no route to the host"
    finally:
        await wire.agent.shutdown()


async def test_what_is_older_than_three_intervals_is_unknown(wire: Wire) -> None:
    wire.agent.allow("api.example.com")
    assert wire.turn("api.example.com") is O
    wire.now += 90
    assert wire.agent.links["api.example.com"].state is O
    wire.now += 1
    link = wire.agent.links["api.example.com"]
    assert (link.state, link.reason) == (U, "last tried 91 s ago")
    wire.paid = True
    await wire.agent.initialize()
    try:
        await soon(lambda: wire.agent.metered)
        wire.agent.hold(True)
        wire.now += 200
        assert wire.agent.links["api.example.com"].state is O, "metered: every two minutes is what was meant"
    finally:
        await wire.agent.shutdown()


def test_seed_thresholds_by_their_names() -> None:
    wire = Wire()
    strict = ConnectivityAgent(
        latency_threshold=100.0, packet_loss_threshold=5.0, bandwidth_threshold=10.0, look=wire.look, clock=lambda: wire.now
    )
    for agent, state in ((wire.agent, O), (strict, D)):
        for _ in range(2):
            agent.record("api.example.com", True, connect_ms=150)
        assert agent.links["api.example.com"].state is state


@pytest.mark.parametrize(
    ("states", "state", "target"),
    [
        ({}, "unknown", Target.HYBRID),
        ({"a.example": O, "b.example": X}, "optimal", Target.CLOUD),
        ({"a.example": D, "b.example": X}, "degraded", Target.HYBRID),
        ({"a.example": X, "b.example": X}, "disconnected", Target.LOCAL),
        ({"a.example": X, "b.example": U}, "unknown", Target.HYBRID),
        ({"localhost:11434": O}, "unknown", Target.HYBRID),
        ({"localhost:11434": O, "b.example": X}, "disconnected", Target.LOCAL),
    ],
)
async def test_one_host_that_answers_is_a_way_out_and_this_device_is_none(
    wire: Wire, states: dict[str, ConnectivityState], state: str, target: Target
) -> None:
    for host, wanted in states.items():
        wire.agent.allow(host)
        wire.found = Look(ok=wanted is not X, connect_ms=400 if wanted is D else 40)
        if wanted is not U:
            assert wire.turn(host, 2) is wanted
    check = await wire.agent.check(prompt="hello")
    assert (check.agent, check.state, check.target, check.proceed) == ("connectivity_monitor", state, target, True)


async def test_the_check_can_be_about_one_host(wire: Wire) -> None:
    wire.agent.allow("a.example")
    wire.found = Look(ok=False, reason="connection refused")
    wire.turn("a.example", 2)
    check = await wire.agent.check(host="A.example")
    assert (check.state, check.reason, check.metrics) == ("disconnected", "connection refused", {"loss": 100.0})
    assert (await wire.agent.check(host="never.example")).state == "unknown"


def test_a_probe_that_fails_in_an_unforeseen_way_is_unknown_and_told(contacts: Contacts) -> None:
    def broken(where: Place, permit: Permit) -> Look:
        raise UnicodeError("label too long")

    agent = ConnectivityAgent(look=broken, online=lambda: True, on_contact=contacts)
    agent.allow("a.example")
    agent._ways["a.example"].sampler.step()
    link = agent.links["a.example"]
    assert (link.state, link.reason) == (U, "could not be asked (UnicodeError)")
    assert contacts == [("a.example", False, None)]


def test_an_abandoned_probe_is_no_failure(wire: Wire) -> None:
    wire.agent.allow("a.example")
    wire.turn("a.example")

    def leave(where: Place, permit: Permit) -> Look:
        raise Abandoned

    wire.agent._look = leave
    assert wire.turn("a.example", 3, seconds=1) is O


def test_a_way_that_cannot_be_probed_is_no_contact(contacts: Contacts) -> None:
    agent = ConnectivityAgent(look=lambda *_: Look(ok=None, reason="not probed"), online=lambda: True, on_contact=contacts)
    agent.allow("a.example")
    agent._ways["a.example"].sampler.step()
    assert (agent.links["a.example"].state, agent.links["a.example"].reason) == (U, "not probed")
    assert contacts == []


@pytest.mark.parametrize("host", ["", "https://a.example", "a/b"])
def test_what_is_no_host_is_refused(wire: Wire, host: str) -> None:
    with pytest.raises(ValueError, match="not a host"):
        wire.agent.allow(host)


async def test_only_allowed_hosts_are_connected_to_or_looked_up(listener: Listener) -> None:
    """Watches the interpreter's own events, so a connection made by any path would be seen."""
    seen: list[object] = []
    watching = [True]

    def watch(event: str, args: tuple[object, ...]) -> None:
        if watching[0] and event == "socket.connect":
            seen.append(args[1])
        elif watching[0] and event == "socket.getaddrinfo":
            seen.append(args[:2])

    sys.addaudithook(watch)
    agent = ConnectivityAgent(check_interval=0.01)
    try:
        agent.record("api.example.com", ok=False)
        agent.allow(near(listener))
        await agent.initialize()
        await soon(lambda: listener.accepted > 2)
        await agent.shutdown()
        assert {str(one) for one in seen} == {str(("127.0.0.1", listener.port))}
    finally:
        watching[0] = False
        await agent.shutdown()


def test_a_loopback_socket_can_be_opened_here() -> None:
    """If this fails, nothing above says anything."""
    with Listener() as server, socket.create_connection(("127.0.0.1", server.port), timeout=2):
        assert server.port
