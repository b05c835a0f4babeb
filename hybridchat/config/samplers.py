"""The samplers of this machine and of the ways to hosts, as the configuration draws their lines."""

from __future__ import annotations

from collections.abc import Callable

from hybridchat.agents.connectivity import ConnectivityAgent, ConnectivityThresholds
from hybridchat.agents.judge import ResourceThresholds, renamed
from hybridchat.agents.metered import fixed
from hybridchat.agents.resources import ResourceMonitor
from hybridchat.config.endpoints import Endpoint
from hybridchat.config.schema import Config, given
from hybridchat.facts import Locality
from hybridchat.routing.policy import Policy
from hybridchat.value import value


@value
class Lines:
    """Where a strategy, with what the configuration says over it, has the agents draw their lines."""

    resources: ResourceThresholds
    connectivity: ConnectivityThresholds
    probe_s: float
    """Seconds between two probes."""


def lines(config: Config, policy: Policy) -> Lines:
    near, far, limits = given(config.thresholds.resources), given(config.thresholds.connectivity), policy.thresholds
    own = ResourceThresholds(
        cpu=limits.cpu,
        memory=limits.memory,
        gpu=limits.gpu,
        critical_cpu=limits.critical_cpu,
        critical_memory=limits.critical_memory,
        critical_gpu=limits.critical_gpu,
    )
    return Lines(
        resources=renamed(own, {name: said for name, said in near.items() if name != "check_interval_s"}),
        connectivity=ConnectivityThresholds(
            latency=far.get("latency_ms", limits.latency_ms),
            loss=far.get("loss_percent", limits.loss_percent),
            bandwidth=far.get("bandwidth_mbps", limits.bandwidth_mbps),
        ),
        probe_s=far.get("check_interval_s", limits.check_interval_s),
    )


def resources(config: Config, policy: Policy) -> ResourceMonitor:
    monitor = ResourceMonitor(check_interval=given(config.thresholds.resources).get("check_interval_s", 2.0))
    monitor.thresholds = lines(config, policy).resources
    return monitor


def connectivity(
    config: Config, policy: Policy, places: tuple[Endpoint, ...], on_contact: Callable[[str, bool, float | None], None]
) -> ConnectivityAgent:
    drawn = lines(config, policy)
    agent = ConnectivityAgent(check_interval=drawn.probe_s, on_contact=on_contact, paid=fixed(config.limits.metered))
    agent.thresholds = drawn.connectivity
    for place in places:
        if place.locality is not Locality.ON_DEVICE and place.allowed:
            agent.allow(place.host, tls=place.base_url.startswith("https"), far=True)
    return agent
