"""Limits that a container sets, which the machine's own figures do not show (Linux control groups, version 1 and 2).

Everything is read below `root` so that a tree of plain files stands in for a machine. Files that are missing mean: no limit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# version 1 writes "no limit" as a number near 2**63
_NO_LIMIT = 1 << 60


@dataclass(frozen=True, slots=True)
class MemoryLimit:
    """The tightest memory limit over this process: bytes. `used` leaves out file cache that the kernel would give back."""

    limit: int
    used: int

    @property
    def free(self) -> int:
        return max(0, self.limit - self.used)


@dataclass(frozen=True, slots=True)
class CpuLimit:
    """`cores` this process may use at once (a quota, may be a fraction); `used_s` CPU seconds its group has used so far."""

    cores: float
    used_s: float | None


def memory_limit(root: Path) -> MemoryLimit | None:
    """The limit with the least left, of this process's group and every group above it; `None` without one."""
    found = []
    for folder, v2 in _folders(root, "memory"):
        limit = _number(folder / ("memory.max" if v2 else "memory.limit_in_bytes"))
        used = _number(folder / ("memory.current" if v2 else "memory.usage_in_bytes"))
        if limit is not None and used is not None and limit < _NO_LIMIT:
            cache = _table(folder / "memory.stat").get("inactive_file" if v2 else "total_inactive_file", 0)
            found.append(MemoryLimit(limit=limit, used=max(0, used - cache)))
    return min(found, key=lambda one: one.free) if found else None


def cpu_limit(root: Path) -> CpuLimit | None:
    """The smallest CPU quota over this process; `None` without one."""
    found = []
    for folder, v2 in _folders(root, "cpu"):
        if v2:
            quota, period = ([*_words(folder / "cpu.max"), "", ""])[:2]
        else:
            quota, period = _text(folder / "cpu.cfs_quota_us"), _text(folder / "cpu.cfs_period_us")
        # "max" (version 2) and -1 (version 1) mean: no quota
        if quota.isdecimal() and period.isdecimal() and int(quota) > 0 and int(period) > 0:
            found.append(CpuLimit(cores=int(quota) / int(period), used_s=_cpu_seconds(root, folder, v2=v2)))
    return min(found, key=lambda one: one.cores) if found else None


def pressure(root: Path, what: str = "memory") -> tuple[float | None, float | None]:
    """Percent of the last 10 s in which some, and in which all, work waited for `what`; `None` where the kernel does not say."""
    averages: dict[str, float] = {}
    for line in _text(root / "proc/pressure" / what).splitlines():
        kind, *pairs = line.split()
        for name, _, value in (pair.partition("=") for pair in pairs):
            if name == "avg10" and value.replace(".", "", 1).isdecimal():
                averages[kind] = float(value)
    return averages.get("some"), averages.get("full")


def _folders(root: Path, controller: str) -> Iterator[tuple[Path, bool]]:
    """This process's group for a controller, then each one above it; with whether it is version 2."""
    base = root / "sys/fs/cgroup"
    for line in _text(root / "proc/self/cgroup").splitlines():
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if number == "0" and not controllers:
            # next to version 1, version 2 is mounted apart
            mounts = [(base / "unified", True)] if (base / "unified").is_dir() else [(base, True)]
        elif controller in controllers.split(","):
            mounts = [(base / controllers, False), (base / controller, False)]
        else:
            continue
        mount, v2 = next(((place, kind) for place, kind in mounts if place.is_dir()), (base, False))
        parts = [part for part in path.split("/") if part not in ("", "..")]
        for depth in range(len(parts), -1, -1):
            yield mount.joinpath(*parts[:depth]), v2


def _cpu_seconds(root: Path, folder: Path, *, v2: bool) -> float | None:
    if v2:
        usage = _table(folder / "cpu.stat").get("usage_usec")
        return None if usage is None else usage / 1e6
    # version 1 counts in a controller of its own, often but not always mounted together with this one
    base = root / "sys/fs/cgroup"
    twin = base.joinpath("cpuacct", *folder.relative_to(base).parts[1:])
    nanoseconds = next((n for n in (_number(place / "cpuacct.usage") for place in (folder, twin)) if n is not None), None)
    return None if nanoseconds is None else nanoseconds / 1e9


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""


def _words(path: Path) -> list[str]:
    return _text(path).split()


def _number(path: Path) -> int | None:
    text = _text(path)
    return int(text) if text.isdecimal() else None


def _table(path: Path) -> dict[str, int]:
    pairs = (line.split() for line in _text(path).splitlines())
    return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2 and pair[1].isdecimal()}
