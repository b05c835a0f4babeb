"""How this machine is judged, and the sampler on the real one."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybridchat.agents.gpu import Gpu, Gpus
from hybridchat.agents.machine import ResourceSample
from hybridchat.agents.resources import ResourceMonitor, Resources, ResourceThresholds, observe
from hybridchat.facts import ResourceState, Target
from tests.agents.waiting import soon

A, C, X, U = ResourceState.AVAILABLE, ResourceState.CONSTRAINED, ResourceState.CRITICAL, ResourceState.UNKNOWN
GIB = 1 << 30


def gpus(busy: float | None = None, total: int = 24, free: int = 20) -> Gpus:
    return Gpus((Gpu("card", busy, (total - free) * GIB, total * GIB, free * GIB),))


GOOD = ResourceSample(at=0, cpu=10, memory=40, memory_free=8 * GIB, memory_total=16 * GIB, load=0.5, cores=4)


def after(*samples: ResourceSample, thresholds: ResourceThresholds | None = None, every: float = 2.0) -> Resources:
    state = Resources()
    for index, sample in enumerate(samples):
        state = observe(state, replace(sample, at=sample.at or index * every), thresholds or ResourceThresholds())
    return state


@pytest.mark.parametrize(
    ("change", "state", "words"),
    [
        ({}, A, ""),
        ({"cpu": 80}, A, ""),
        ({"cpu": 80.1}, C, "cpu 80 %"),
        ({"cpu": 90.1}, X, "cpu 90 %"),
        ({"memory": 85}, A, ""),
        ({"memory": 86}, C, "memory 86 %"),
        ({"memory": 96}, X, "memory 96 %"),
        ({"load": 4.0}, A, ""),
        ({"load": 4.4}, C, "load 1.1 per core"),
        ({"load": 400.0}, C, "load 100.0 per core"),
        ({"load": 9.0, "cores": None}, A, ""),
        ({"gpus": gpus(85)}, A, ""),
        ({"gpus": gpus(86)}, C, "gpu 86 %"),
        ({"gpus": gpus(96)}, X, "gpu 96 %"),
        ({"gpus": gpus(1)}, A, ""),
        ({"gpus": gpus(None)}, A, ""),
        ({"gpus": Gpus(known=False)}, A, ""),
        ({"pressure_some": 11.0, "pressure_full": 0.0}, C, "waiting for memory 11 % of the time"),
        ({"pressure_some": 9.0, "pressure_full": 6.0}, X, "waiting for memory 9 % of the time"),
        ({"battery": 19.0, "on_battery": True}, C, "battery 19 %"),
        ({"battery": 19.0, "on_battery": False}, A, ""),
        ({"battery": 21.0, "on_battery": True}, A, ""),
        ({"cpu": 85, "memory": 90}, C, "cpu 85 %, memory 90 %"),
        ({"cpu": 85, "memory": 97}, X, "memory 97 %"),
        ({"cpu": None, "memory": None, "load": None}, U, "nothing could be measured"),
    ],
)
def test_a_state_begins_strictly_above_its_threshold(change: dict[str, object], state: ResourceState, words: str) -> None:
    sample = replace(GOOD, **change)  # type: ignore[arg-type]  # the table's values fit their fields
    device = after(sample, sample).device
    assert (device.state, device.reason) == (state, words)


def test_one_bad_sample_is_not_a_state_and_the_first_good_one_is() -> None:
    busy = replace(GOOD, cpu=99)
    assert after(GOOD).device.state is A
    assert after(GOOD, busy).device.state is A
    assert after(GOOD, busy, GOOD, busy).device.state is X


def test_leaving_takes_three_samples_ten_points_below_and_half_a_minute() -> None:
    busy, still, calm = (replace(GOOD, memory=value) for value in (88.0, 76.0, 74.0))
    entered = [busy, busy]
    assert after(*entered, *[still] * 40).device.state is C
    assert after(*entered, *[still] * 40).device.reason == "memory 76 % (settling)"
    assert after(*entered, *[calm] * 14).device.state is C, "28 s"
    assert after(*entered, *[calm] * 15).device.state is A, "30 s"


@pytest.mark.parametrize("figure", ["cpu", "gpu", "load"])
def test_our_own_answer_is_no_reason_to_leave(figure: str) -> None:
    loud = {"cpu": {"cpu": 100.0}, "gpu": {"gpus": gpus(100)}, "load": {"load": 9.0}}[figure]
    own = replace(GOOD, own_work=True, own_load=True, **loud)  # type: ignore[arg-type]  # as above
    foreign = replace(GOOD, **loud)  # type: ignore[arg-type]  # as above
    assert after(GOOD, *[own] * 50).device.state is A
    assert after(GOOD, *[own] * 50).device.own_load
    assert after(GOOD, foreign, foreign).device.state is not A
    # nor does our answer clear a verdict that stood before it
    held = after(foreign, foreign, *[replace(own, cpu=5.0, load=0.1, gpus=gpus(1))] * 50).device
    assert held.state is not A
    assert "before our own answer" in held.reason


def test_memory_still_speaks_while_our_answer_runs() -> None:
    own = replace(GOOD, own_work=True, own_load=True, memory=97.0)
    assert after(GOOD, own, own).device.state is X


def test_a_resident_models_memory_is_no_reason_to_leave() -> None:
    full = replace(GOOD, memory=90.0, memory_total=16 * GIB, gpus=gpus(0, total=24, free=1))
    assert after(full, full).device.reason == "memory 90 %", "nobody said whose it is; gpu memory then gives no verdict"
    ours = replace(full, own_memory=8 * GIB, own_vram=20 * GIB)
    assert after(ours, ours).device.state is A
    theirs = replace(full, own_memory=8 * GIB, own_vram=0)
    assert after(theirs, theirs).device.reason == "gpu memory 96 %"
    assert after(ours).device.vram_free == GIB


def test_load_for_the_whole_machine_goes_before_the_one_per_core() -> None:
    loaded = replace(GOOD, load=5.0, cores=64)
    assert after(loaded, loaded).device.state is A
    absolute = ResourceThresholds(load_per_core=None)
    device = after(loaded, loaded, thresholds=absolute).device
    assert (device.state, device.reason) == (C, "load 5.0")


def test_unknown_figures_have_no_gauge_and_known_ones_say_when_and_whence() -> None:
    device = after(replace(GOOD, at=77.0, cpu=None)).device
    assert set(device.gauges) == {"memory", "load"}
    assert (device.gauges["memory"].at, device.gauges["memory"].source) == (77.0, "psutil")
    assert device.gauges["load"].value == 0.125
    assert device.vram_free is None
    everything = replace(GOOD, gpus=gpus(7), swap=3.0, battery=50.0, on_battery=True, pressure_some=0.0)
    device = after(everything).device
    assert set(device.gauges) == {"cpu", "memory", "load", "gpu", "vram", "memory_pressure", "battery", "swap"}
    assert (device.on_battery, device.battery_percent, device.gpu_name) == (True, 50.0, "card")


percent = st.none() | st.floats(0, 100)
samples = st.builds(
    ResourceSample,
    at=st.just(0.0),
    cpu=percent,
    memory=percent,
    memory_total=st.none() | st.integers(0, 1 << 40),
    load=st.none() | st.floats(0, 1000),
    cores=st.none() | st.integers(1, 512),
    pressure_some=percent,
    pressure_full=percent,
    battery=percent,
    on_battery=st.none() | st.booleans(),
    gpus=st.builds(lambda busy, free: gpus(busy, free=free), percent, st.integers(0, 24)) | st.just(Gpus()),
    own_work=st.booleans(),
    own_load=st.booleans(),
    own_memory=st.integers(0, 1 << 40),
    own_vram=st.none() | st.integers(0, 1 << 40),
)


@given(st.lists(st.tuples(st.floats(0.1, 120), samples), max_size=25))
def test_whatever_is_measured_a_gauge_is_a_figure_or_absent_and_a_bad_state_says_why(
    steps: list[tuple[float, ResourceSample]],
) -> None:
    state, at = Resources(), 1000.0
    for gap, sample in steps:
        at += gap
        state = observe(state, replace(sample, at=at))
        device = state.device
        assert all(gauge.value is not None and gauge.at == at for gauge in device.gauges.values())
        assert ("cpu" in device.gauges) == (sample.cpu is not None)
        assert bool(device.reason) == (device.state is not A)
        assert device.own_load == sample.own_work


@given(st.lists(samples, min_size=1, max_size=20))
def test_all_measured_during_our_own_answer_cpu_and_gpu_never_speak(taken: list[ResourceSample]) -> None:
    quiet = replace(taken[0], cpu=1.0, memory=1.0, pressure_some=None, pressure_full=None, on_battery=None, own_vram=None)
    state = Resources()
    for index, sample in enumerate(taken):
        loud = replace(
            quiet, at=index * 2.0 + 1, cpu=sample.cpu, gpus=sample.gpus, load=sample.load, own_work=True, own_load=True
        )
        state = observe(state, loud)
    assert state.device.state is A


class Script:
    """A machine that plays samples back on a clock that is set by hand."""

    def __init__(self, sample: ResourceSample = GOOD) -> None:
        self.now = 1000.0
        self.sample = sample
        self.monitor = ResourceMonitor(read=lambda: replace(self.sample, at=self.now), clock=lambda: self.now)

    def play(self, sample: ResourceSample, seconds: float) -> ResourceState:
        self.sample = sample
        for _ in range(int(seconds / 2)):
            self.now += 2
            self.monitor._sampler.step()
        return self.monitor.device.state


def test_the_same_samples_are_judged_by_other_lines_too_each_with_a_memory_of_its_own() -> None:
    rig = Script()
    roomy = ResourceThresholds(cpu=90, memory=90)
    rig.monitor.beside = (roomy,)
    rig.play(replace(GOOD, cpu=85), 4)
    assert (rig.monitor.device.state, rig.monitor.judged(roomy).state) == (C, A)
    assert rig.monitor.judged(ResourceThresholds(cpu=1)).state is C, "lines that nobody draws are the monitor's own"
    rig.play(replace(GOOD, cpu=84), 2)
    assert rig.monitor.judged(roomy).gauges["cpu"].value == 84


def test_the_verdict_is_frozen_from_the_start_of_our_answer_to_five_seconds_after_its_end() -> None:
    rig = Script()
    busy = replace(GOOD, cpu=99.0)
    assert rig.play(GOOD, 4) is A
    rig.monitor.own_work(started=True)
    assert rig.play(busy, 60) is A
    rig.monitor.own_work(started=False)
    assert rig.play(busy, 4) is A, "the five seconds"
    assert rig.monitor.device.own_load
    assert rig.play(busy, 2) is A, "one sample"
    assert rig.play(busy, 2) is X, "somebody else's"
    assert not rig.monitor.device.own_load


def test_overlapping_answers_freeze_until_the_last_one_ends_and_the_load_average_a_minute_more() -> None:
    rig = Script()
    loaded = replace(GOOD, load=9.0)
    rig.play(GOOD, 4)
    with rig.monitor.working():
        with suppress(ZeroDivisionError), rig.monitor.working():
            rig.play(loaded, 10)
            raise ZeroDivisionError
        assert rig.play(loaded, 20) is A
        assert rig.monitor.device.own_load
    assert rig.play(loaded, 58) is A
    assert rig.play(loaded, 6) is C


def test_an_answer_between_two_slow_samples_counts_for_the_second() -> None:
    rig = Script()
    rig.play(GOOD, 4)
    with rig.monitor.working():
        rig.now += 1
    rig.now += 20
    rig.play(replace(GOOD, cpu=99.0), 2)
    assert rig.monitor.device.own_load


async def test_what_is_older_than_three_intervals_is_unknown() -> None:
    rig = Script()
    assert (await rig.monitor.check()).state == "unknown"
    assert not (await rig.monitor.check()).stale
    rig.play(GOOD, 4)
    rig.now += 6
    assert rig.monitor.device.state is A
    rig.now += 1
    check = await rig.monitor.check(prompt="hello")
    assert (check.state, check.target, check.stale, check.reason) == ("unknown", Target.HYBRID, True, "last measured 7 s ago")


@pytest.mark.parametrize(("cpu", "state", "target"), [(5.0, A, Target.LOCAL), (85.0, C, Target.HYBRID), (95.0, X, Target.CLOUD)])
async def test_the_check_speaks_the_vocabulary(cpu: float, state: ResourceState, target: Target) -> None:
    rig = Script()
    rig.play(replace(GOOD, cpu=cpu), 4)
    check = await rig.monitor.check()
    assert (check.agent, check.state, check.target, check.proceed) == ("resource_monitor", state, target, True)
    assert check.metrics["cpu"] == cpu
    assert check.metrics["memory_free"] == 8 * GIB
    assert check.metrics["vram_free"] is None


async def test_a_machine_that_cannot_be_read_is_unknown_with_the_reason_and_comes_back() -> None:
    rig = Script()
    rig.play(GOOD, 4)
    read = rig.monitor._read

    def fail() -> ResourceSample:
        raise PermissionError("/proc")

    rig.monitor._read = fail
    rig.monitor._sampler.step()
    check = await rig.monitor.check()
    assert (check.state, check.reason) == ("unknown", "could not be measured (PermissionError)")
    assert check.metrics == {"memory_free": None, "vram_free": None}
    rig.monitor._read = read
    assert rig.play(GOOD, 2) is A


def test_thresholds_come_by_their_seed_names_and_wrong_names_are_told() -> None:
    assert ResourceMonitor().thresholds == ResourceThresholds()
    given = {"cpu_threshold": 70.0, "load_threshold": 3.0, "critical_gpu": 90.0}
    assert ResourceMonitor(custom_thresholds=given).thresholds == ResourceThresholds(
        cpu=70, load=3, load_per_core=None, critical_gpu=90
    )
    assert ResourceMonitor(load_threshold=8).thresholds.load_per_core is None
    with pytest.raises(ValueError, match=r"unknown threshold cpu_treshold; allowed: .*cpu_threshold"):
        ResourceMonitor(custom_thresholds={"cpu_treshold": 1.0})


def test_nobody_looking_slows_it_down() -> None:
    rig = Script()
    rig.play(GOOD, 4)
    rig.monitor.idle(True)
    rig.now += 29
    assert rig.monitor.device.state is A
    rig.monitor.idle(False)
    assert rig.monitor.device.state is U


async def test_this_machine_gives_figures_in_range_within_a_second() -> None:
    monitor = ResourceMonitor()
    assert await monitor.initialize()
    try:
        await soon(lambda: "cpu" in monitor.device.gauges or monitor.device.reason, seconds=5)
        device = monitor.device
        for name in ("cpu", "memory", "swap", "gpu", "vram", "battery", "memory_pressure"):
            gauge = device.gauges.get(name)
            if gauge is not None:
                assert gauge.value is not None
                assert 0 <= gauge.value <= 100, name
        assert device.memory_free is not None
        assert device.memory_free > 0, "this test runs, so something is free"
        assert device.gauges["memory"].value
        assert device.vram_free is None or device.gpu_name
    finally:
        await asyncio.wait_for(monitor.shutdown(), 1.5)
    assert not monitor.is_active
