"""The named policies."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hybridchat.routing.policy import Policy, Thresholds

DEFAULT = "local-first"

STRATEGIES: Mapping[str, Policy] = MappingProxyType(
    {
        policy.name: policy
        for policy in (
            Policy(notes=("local answers; the cloud is offered when a message may be hard",)),
            Policy(
                name="cost",
                local_first=False,
                quality=0.5,
                cost=0.4,
                speed=0.05,
                locality=0.05,
                notes=("the cheapest model that is able enough",),
            ),
            Policy(
                name="quality",
                local_first=False,
                quality=0.75,
                cost=0.05,
                speed=0.1,
                locality=0.1,
                overshoot=0.0,
                assume_difficulty=0.8,
                notes=("the ablest model, money and place aside",),
            ),
            Policy(
                name="offline-first",
                quality=0.25,
                cost=0.15,
                speed=0.1,
                locality=0.5,
                thresholds=Thresholds(
                    latency_ms=100, loss_percent=5, bandwidth_mbps=10, cpu=90, memory=90, gpu=90, critical_gpu=95
                ),
                notes=("stays local until the machine is nearly full; the network must be very good to count",),
            ),
            Policy(
                name="performance",
                local_first=False,
                quality=0.35,
                cost=0.1,
                speed=0.45,
                locality=0.1,
                thresholds=Thresholds(latency_ms=100, check_interval_s=15),
                notes=("the fastest model that is able enough; gauges are read twice as often",),
            ),
            Policy(
                name="oblix-perf",
                local_first=False,
                quality=0.35,
                cost=0.1,
                speed=0.45,
                locality=0.1,
                thresholds=Thresholds(latency_ms=100, check_interval_s=15),
                word_rule="perf",
                notes=("the documents' word rule: short and plain stays local, the rest goes to whatever is fastest",),
            ),
            Policy(
                name="oblix-cost",
                word_rule="cost",
                daily_budget=5.0,
                budget_window="rolling24h",
                notes=("the documents' word rule: over 25 words go to the cloud, for at most 5 dollars in 24 hours",),
            ),
        )
    }
)


def strategy(name: str) -> Policy:
    """The policy of that name; raises `ValueError` naming the ones there are."""
    try:
        return STRATEGIES[name]
    except KeyError:
        raise ValueError(f"unknown strategy {name!r}; there are: {', '.join(STRATEGIES)}") from None
