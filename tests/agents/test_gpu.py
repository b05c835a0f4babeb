"""GPUs: the real driver where there is one, else a stand-in for the driver's library."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from hybridchat.agents.gpu import REOPEN_S, Gpu, GpuReader, Gpus

GIB = 1 << 30


class NvmlError(Exception):
    def __init__(self, value: int) -> None:
        super().__init__(value)
        self.value = value


class Driver:
    """NVML's functions over plain values; `cards` are handles, a value that is an error is raised."""

    NVMLError = NvmlError
    NVML_ERROR_NOT_SUPPORTED = 3
    NVML_ERROR_NO_PERMISSION = 4
    NVML_ERROR_NOT_FOUND = 6
    NVML_ERROR_DRIVER_NOT_LOADED = 9
    NVML_ERROR_LIBRARY_NOT_FOUND = 12
    NVML_ERROR_FUNCTION_NOT_FOUND = 13
    NVML_ERROR_GPU_IS_LOST = 15
    NVML_ERROR_INVALID_ARGUMENT = 2
    NVML_DEVICE_MIG_ENABLE = 1

    def __init__(self, *cards: dict[str, object]) -> None:
        self.cards = cards
        self.init_error: int | None = None
        self.opened = 0
        self.closed = 0

    def nvmlInit(self) -> None:  # noqa: N802 - the library's name
        if self.init_error is not None:
            raise NvmlError(self.init_error)
        self.opened += 1

    def nvmlShutdown(self) -> None:  # noqa: N802
        self.closed += 1

    def nvmlDeviceGetCount(self) -> int:  # noqa: N802
        return len(self.cards)

    def nvmlDeviceGetHandleByIndex(self, index: int) -> dict[str, object]:  # noqa: N802
        self.value(self.cards[index], "handle")
        return self.cards[index]

    def value(self, card: dict[str, object], key: str) -> object:
        found = card.get(key, NvmlError(self.NVML_ERROR_NOT_SUPPORTED) if key != "handle" else None)
        if isinstance(found, NvmlError):
            raise found
        return found

    def nvmlDeviceGetMigMode(self, card: dict[str, object]) -> object:  # noqa: N802
        return self.value(card, "mig")

    def nvmlDeviceGetMaxMigDeviceCount(self, card: dict[str, object]) -> int:  # noqa: N802
        slices = card["slices"]
        assert isinstance(slices, list)
        return len(slices)

    def nvmlDeviceGetMigDeviceHandleByIndex(self, card: dict[str, object], index: int) -> object:  # noqa: N802
        slices = card["slices"]
        assert isinstance(slices, list)
        if isinstance(slices[index], NvmlError):
            raise slices[index]
        return slices[index]

    def nvmlDeviceGetName(self, card: dict[str, object]) -> object:  # noqa: N802
        return self.value(card, "name")

    def nvmlDeviceGetUtilizationRates(self, card: dict[str, object]) -> object:  # noqa: N802
        return SimpleNamespace(gpu=self.value(card, "busy"), memory=0)

    def nvmlDeviceGetMemoryInfo(self, card: dict[str, object]) -> object:  # noqa: N802
        total, free = self.value(card, "memory")  # type: ignore[misc]  # a pair, by construction
        return SimpleNamespace(total=total, free=free, used=total - free)


def card(name: str, busy: int, total: int, free: int) -> dict[str, object]:
    return {"name": name, "busy": busy, "memory": (total * GIB, free * GIB)}


def test_one_percent_is_one_percent_and_not_all_of_it() -> None:
    assert GpuReader(Driver(card("A", 1, 8, 6))).read() == Gpus(
        (Gpu("A", 1.0, memory_used=2 * GIB, memory_total=8 * GIB, memory_free=6 * GIB),)
    )


def test_of_several_the_roomiest_is_for_fit_and_the_busiest_for_load() -> None:
    found = GpuReader(Driver(card("small", 90, 8, 1), card("big", 10, 24, 20))).read()
    assert found.roomiest is not None
    assert (found.roomiest.name, found.utilisation, found.name) == ("big", 90.0, "big (1 of 2)")


def test_what_the_driver_does_not_support_is_unknown_and_the_rest_stays() -> None:
    found = GpuReader(Driver({"name": b"Orin"})).read()
    assert found == Gpus((Gpu("Orin"),))
    assert (found.utilisation, found.roomiest, found.name) == (None, None, "Orin")


def test_a_gpu_that_is_not_ours_to_see_is_left_out() -> None:
    hidden: dict[str, object] = {"handle": NvmlError(Driver.NVML_ERROR_NO_PERMISSION)}
    assert [gpu.name for gpu in GpuReader(Driver(hidden, card("mine", 0, 8, 8))).read().each] == ["mine"]


def test_a_gpu_cut_into_slices_is_seen_as_its_slices() -> None:
    part: dict[str, object] = {"name": "A100 MIG 1g.10gb", "memory": (10 * GIB, 9 * GIB)}
    whole = {**card("A100", 50, 80, 70), "mig": (1, 1), "slices": [part, NvmlError(Driver.NVML_ERROR_NOT_FOUND)]}
    found = GpuReader(Driver(whole)).read()
    assert found.each == (Gpu("A100 MIG 1g.10gb", None, memory_used=GIB, memory_total=10 * GIB, memory_free=9 * GIB),)


def test_without_a_library_there_is_no_gpu_and_nobody_asks_again() -> None:
    driver = Driver()
    driver.init_error = Driver.NVML_ERROR_LIBRARY_NOT_FOUND
    reader = GpuReader(driver, clock=iter([0.0, 1000.0, 2000.0]).__next__)
    assert reader.read() == Gpus()
    driver.init_error = None
    assert reader.read() == Gpus()
    assert driver.opened == 0


@pytest.mark.parametrize(("code", "known"), [(Driver.NVML_ERROR_DRIVER_NOT_LOADED, True), (999, False)])
def test_a_driver_that_comes_up_later_is_found(code: int, known: bool) -> None:
    now = [0.0]
    driver = Driver(card("late", 5, 8, 8))
    driver.init_error = code
    reader = GpuReader(driver, clock=lambda: now[0])
    assert reader.read() == Gpus(known=known)
    driver.init_error = None
    now[0] = REOPEN_S
    assert reader.read().utilisation == 5.0


def test_a_failure_under_way_is_unknown_and_the_driver_is_opened_anew_after_30_seconds() -> None:
    now = [0.0]
    driver = Driver(card("flaky", 5, 8, 8))
    reader = GpuReader(driver, clock=lambda: now[0])
    assert reader.read().utilisation == 5.0
    good, driver.cards = driver.cards, ({"handle": None, "name": NvmlError(Driver.NVML_ERROR_GPU_IS_LOST)},)
    assert reader.read() == Gpus(known=False)
    driver.cards = good
    now[0] = REOPEN_S - 1
    assert reader.read() == Gpus(known=False)
    assert driver.opened == 1
    now[0] = REOPEN_S
    assert reader.read().utilisation == 5.0
    assert (driver.opened, driver.closed) == (2, 1)


def test_no_gpu_has_no_figures() -> None:
    none = Gpus()
    assert (none.roomiest, none.utilisation, none.name) == (None, None, "")


@pytest.fixture
def real() -> Iterator[GpuReader]:
    reader = GpuReader()
    if not reader.read().each:
        pytest.skip("no NVIDIA driver here: NVML itself is checked on a machine with a GPU")
    yield reader
    reader.close()


def test_the_real_driver_gives_figures_in_range(real: GpuReader) -> None:
    found = real.read()
    assert found.known
    assert found.name
    for gpu in found.each:
        assert gpu.utilisation is None or 0 <= gpu.utilisation <= 100
        if gpu.memory_total is not None and gpu.memory_free is not None and gpu.memory_used is not None:
            assert 0 <= gpu.memory_free <= gpu.memory_total
            assert 0 <= gpu.memory_used <= gpu.memory_total


def test_the_real_driver_can_be_let_go_and_opened_again(real: GpuReader) -> None:
    before = len(real.read().each)
    real.close()
    real.close()
    assert len(real.read().each) == before


def test_this_machine_is_read_without_an_error_whatever_it_has() -> None:
    reader = GpuReader()
    assert reader.read().known
    reader.close()
