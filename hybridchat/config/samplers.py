"""The samplers of this machine and of the ways to hosts, as the configuration draws their lines."""

from __future__ import annotations

from collections.abc import Callable

from hybridchat.agents.connectivity import ConnectivityAgent
from hybridchat.agents.metered import fixed
from hybridchat.agents.resources import ResourceMonitor
from hybridchat.config.endpoints import Endpoint
from hybridchat.config.schema import Config, given
from hybridchat.facts import Locality
from hybridchat.routing.policy import Policy


def resources(config: Config, policy: Policy) -> ResourceMonitor:
    said, limits = given(config.thresholds.resources), policy.thresholds
    return ResourceMonitor(
        cpu_threshold=said.get("cpu", limits.cpu),
        memory_threshold=said.get("memory", limits.memory),
        load_threshold=said.get("load"),
        custom_thresholds={name: said[name] for name in ("load_per_core",) if name in said},
        gpu_threshold=said.get("gpu", limits.gpu),
        critical_cpu_threshold=said.get("critical_cpu", limits.critical_cpu),
        critical_memory_threshold=said.get("critical_memory", limits.critical_memory),
        critical_gpu_threshold=said.get("critical_gpu", limits.critical_gpu),
        check_interval=said.get("check_interval_s", 2.0),
    )


def connectivity(
    config: Config, policy: Policy, places: tuple[Endpoint, ...], on_contact: Callable[[str, bool, float | None], None]
) -> ConnectivityAgent:
    said, limits = given(config.thresholds.connectivity), policy.thresholds
    agent = ConnectivityAgent(
        latency_threshold=said.get("latency_ms", limits.latency_ms),
        packet_loss_threshold=said.get("loss_percent", limits.loss_percent),
        bandwidth_threshold=said.get("bandwidth_mbps", limits.bandwidth_mbps),
        check_interval=said.get("check_interval_s", limits.check_interval_s),
        on_contact=on_contact,
        paid=fixed(config.limits.metered),
    )
    for place in places:
        if place.locality is not Locality.ON_DEVICE and place.allowed:
            agent.allow(place.host, tls=place.base_url.startswith("https"), far=True)
    return agent
