"""A processor at the limit its own sensor names is a reason to spare it; any other figure is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pytest

from hybridchat.agents.gpu import GpuReader, Gpus
from hybridchat.agents.heat import Heat, hottest
from hybridchat.agents.machine import Machine, ResourceSample
from hybridchat.agents.resources import Resources, observe
from hybridchat.facts import ResourceState

A, C, X = ResourceState.AVAILABLE, ResourceState.CONSTRAINED, ResourceState.CRITICAL
GOOD = ResourceSample(at=0, cpu=10, memory=40, load=0.5, cores=4)


@dataclass(frozen=True)
class Probe:
    current: float | None
    high: float | None = None
    critical: float | None = None


@pytest.mark.parametrize(
    ("sensors", "heat"),
    [
        ({}, None),
        ({"coretemp": [Probe(60, 80, 100)]}, Heat(60, 80, 100)),
        ({"coretemp": [Probe(60, 80, 100), Probe(75, 80, 100)]}, Heat(75, 80, 100)),
        ({"k10temp": [Probe(60)]}, None),  # nothing to measure it against
        ({"k10temp": [Probe(60, None, 95)]}, Heat(60, 95, 95)),
        ({"nvme": [Probe(84, 80, 85)]}, None),  # a disk
        ({"acpitz": [Probe(-273.2, 100, 120)]}, None),
        ({"acpitz": [Probe(255, 100, 120)]}, None),
        ({"coretemp": [Probe(50, 65261.8, 65261.8)]}, None),
        ({"coretemp": [Probe(None, 80, 100)]}, None),
    ],
)
def test_the_processor_nearest_to_its_own_limit_counts(sensors: Mapping[str, Sequence[Probe]], heat: Heat | None) -> None:
    assert hottest(sensors) == heat


class NoGpu(GpuReader):
    def read(self) -> Gpus:
        return Gpus(known=False)


def test_the_machine_reads_it_and_one_without_sensors_does_not_know() -> None:
    assert Machine(gpu=NoGpu(), sensors=lambda: {"coretemp": [Probe(91, 90, 100)]}).read().heat == Heat(91, 90, 100)
    assert Machine(gpu=NoGpu(), sensors=dict).read().heat is None

    def broken() -> Mapping[str, Sequence[Probe]]:
        raise OSError("the sensor is gone")

    assert Machine(gpu=NoGpu(), sensors=broken).read().heat is None


def after(*heats: Heat | None, own: bool = False, start: Resources | None = None) -> Resources:
    state = start or Resources()
    for n, heat in enumerate(heats):
        state = observe(state, replace(GOOD, at=(state.at or 0) + 2.0 * (n > 0), heat=heat, own_load=own))
    return state


@pytest.mark.parametrize(
    ("celsius", "state", "words"), [(79, A, ""), (80, C, "hot, 80 °C"), (99, C, "hot, 99 °C"), (100, X, "hot, 100 °C")]
)
def test_at_its_high_it_is_constrained_at_its_critical_critical(celsius: float, state: ResourceState, words: str) -> None:
    device = after(*[Heat(celsius, 80, 100)] * 3).device
    assert (device.state, device.reason) == (state, words)
    assert device.gauges["temperature"].value == celsius


def test_unknown_is_no_reason_and_no_figure() -> None:
    device = after(None, None).device
    assert device.state is A
    assert "temperature" not in device.gauges


def test_the_heat_of_our_own_answer_is_no_reason_to_leave() -> None:
    cool = after(*[Heat(60, 80, 100)] * 3)
    assert after(*[Heat(95, 80, 100)] * 3, own=True, start=cool).device.state is A
    assert after(*[Heat(95, 80, 100)] * 3, start=cool).device.state is C
