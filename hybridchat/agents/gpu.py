"""GPUs through NVML. No driver: no figures, which is not the same as zero."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

REOPEN_S = 30.0


@dataclass(frozen=True, slots=True)
class Gpu:
    """One GPU, or one slice of a GPU that is cut up (MIG). Percent 0..100, bytes; `None` where the driver does not say."""

    name: str = ""
    utilisation: float | None = None
    memory_used: int | None = None
    memory_total: int | None = None
    memory_free: int | None = None


@dataclass(frozen=True, slots=True)
class Gpus:
    """What was read at once. `known` is False when a driver is there but could not be read this time."""

    each: tuple[Gpu, ...] = ()
    known: bool = True
    source: str = "nvml"

    @property
    def roomiest(self) -> Gpu | None:
        """The GPU with the most free memory: where a model would go."""
        rated = [gpu for gpu in self.each if gpu.memory_free is not None]
        return max(rated, key=lambda gpu: gpu.memory_free or 0) if rated else None

    @property
    def utilisation(self) -> float | None:
        """Percent of the busiest GPU: whether somebody works here."""
        return max((gpu.utilisation for gpu in self.each if gpu.utilisation is not None), default=None)

    @property
    def name(self) -> str:
        first = self.roomiest or (self.each[0] if self.each else None)
        if first is None:
            return ""
        return first.name if len(self.each) == 1 else f"{first.name} (1 of {len(self.each)})"


class GpuReader:
    """Reads NVML; for one thread. `nvml` is a module with NVML's functions, `None` means pynvml."""

    def __init__(self, nvml: Any = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._nvml = nvml
        self._clock = clock
        self._open = False
        self._absent = False
        self._retry_at: float | None = None

    def read(self) -> Gpus:
        """Every GPU now; never raises for what a driver does. After a failure NVML is opened anew, 30 s later."""
        if self._absent or not self._load():
            return Gpus()
        if self._retry_at is not None and self._clock() < self._retry_at:
            return Gpus(known=False)
        try:
            if not self._open:
                self._nvml.nvmlInit()
                self._open = True
            self._retry_at = None
            return Gpus(each=tuple(self._each()))
        except self._nvml.NVMLError as error:
            # no library or no driver means no GPU; a library that is missing now will not appear while we run
            self._absent = self._is(error, "NVML_ERROR_LIBRARY_NOT_FOUND")
            self.close()
            self._retry_at = self._clock() + REOPEN_S
            return Gpus(known=self._absent or self._is(error, "NVML_ERROR_DRIVER_NOT_LOADED"))

    def close(self) -> None:
        """Lets go of the driver."""
        if self._open:
            self._open = False
            try:
                self._nvml.nvmlShutdown()
            except self._nvml.NVMLError:
                # it was failing already: there is nothing left to let go of
                return

    def _load(self) -> bool:
        if self._nvml is None:
            try:
                # imported here, in the sampler's thread: 15 ms, and most machines that chat have no such GPU
                import pynvml
            except ImportError:
                self._absent = True
                return False
            self._nvml = pynvml
        return True

    def _is(self, error: Any, *codes: str) -> bool:
        return any(getattr(error, "value", None) == getattr(self._nvml, code, object()) for code in codes)

    def _ask(self, question: Callable[..., Any], *about: Any) -> Any:
        """The driver's answer, or `None` where it has none for this GPU; raises NVMLError for a failure."""
        try:
            return question(*about)
        except self._nvml.NVMLError as error:
            if self._is(error, "NVML_ERROR_NOT_SUPPORTED", "NVML_ERROR_NO_PERMISSION", "NVML_ERROR_FUNCTION_NOT_FOUND"):
                return None
            raise

    def _each(self) -> Iterator[Gpu]:
        for index in range(self._nvml.nvmlDeviceGetCount()):
            handle = self._ask(self._nvml.nvmlDeviceGetHandleByIndex, index)
            if handle is None:
                # in a container, a GPU that belongs to somebody else
                continue
            slices = list(self._slices(handle))
            for part in slices or [handle]:
                yield self._gpu(part)

    def _slices(self, handle: Any) -> Iterator[Any]:
        mode = self._ask(self._nvml.nvmlDeviceGetMigMode, handle)
        if not mode or mode[0] != self._nvml.NVML_DEVICE_MIG_ENABLE:
            return
        for index in range(self._ask(self._nvml.nvmlDeviceGetMaxMigDeviceCount, handle) or 0):
            try:
                part = self._nvml.nvmlDeviceGetMigDeviceHandleByIndex(handle, index)
            except self._nvml.NVMLError as error:
                if self._is(error, "NVML_ERROR_NOT_FOUND", "NVML_ERROR_INVALID_ARGUMENT"):
                    # places in the count that hold no slice
                    continue
                raise
            yield part

    def _gpu(self, handle: Any) -> Gpu:
        name = self._ask(self._nvml.nvmlDeviceGetName, handle)
        rates = self._ask(self._nvml.nvmlDeviceGetUtilizationRates, handle)
        memory = self._ask(self._nvml.nvmlDeviceGetMemoryInfo, handle)
        return Gpu(
            # bytes before nvidia-ml-py 11.5
            name=name.decode(errors="replace") if isinstance(name, bytes) else str(name or ""),
            # whole percent already: 1 means 1 %, not all of it
            utilisation=None if rates is None else float(rates.gpu),
            memory_used=None if memory is None else int(memory.used),
            memory_total=None if memory is None else int(memory.total),
            memory_free=None if memory is None else int(memory.free),
        )
