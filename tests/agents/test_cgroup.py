"""Container limits, read from trees of plain files."""

from __future__ import annotations

from pathlib import Path

import pytest

from hybridchat.agents.cgroup import CpuLimit, MemoryLimit, cpu_limit, memory_limit, pressure
from hybridchat.agents.gpu import GpuReader
from hybridchat.agents.machine import Machine

GIB = 1 << 30


def tree(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="ascii")
    return root


V2 = "sys/fs/cgroup/"


def test_no_files_mean_no_limits(tmp_path: Path) -> None:
    assert memory_limit(tmp_path) is None
    assert cpu_limit(tmp_path) is None
    assert pressure(tmp_path) == (None, None)


def test_version_2_counts_file_cache_as_free(tmp_path: Path) -> None:
    tree(
        tmp_path,
        {
            "proc/self/cgroup": "0::/\n",
            V2 + "memory.max": f"{4 * GIB}\n",
            V2 + "memory.current": f"{3 * GIB}\n",
            V2 + "memory.stat": f"anon 5\ninactive_file {GIB}\nbroken\n",
            V2 + "cpu.max": "150000 100000\n",
            V2 + "cpu.stat": "usage_usec 2500000\n",
        },
    )
    assert memory_limit(tmp_path) == MemoryLimit(limit=4 * GIB, used=2 * GIB)
    assert cpu_limit(tmp_path) == CpuLimit(cores=1.5, used_s=2.5)


def test_max_means_no_limit(tmp_path: Path) -> None:
    tree(
        tmp_path,
        {
            "proc/self/cgroup": "0::/\n",
            V2 + "memory.max": "max\n",
            V2 + "memory.current": "5\n",
            V2 + "cpu.max": "max 100000\n",
        },
    )
    assert memory_limit(tmp_path) is None
    assert cpu_limit(tmp_path) is None


def test_the_tightest_group_above_holds(tmp_path: Path) -> None:
    tree(
        tmp_path,
        {
            "proc/self/cgroup": "0::/user.slice/me.scope\n",
            V2 + "user.slice/me.scope/memory.max": f"{8 * GIB}",
            V2 + "user.slice/me.scope/memory.current": f"{GIB}",
            V2 + "user.slice/memory.max": f"{4 * GIB}",
            V2 + "user.slice/memory.current": f"{3 * GIB}",
            V2 + "user.slice/me.scope/cpu.max": "400000 100000",
            V2 + "user.slice/cpu.max": "200000 100000",
        },
    )
    limit = memory_limit(tmp_path)
    assert limit is not None
    assert limit.free == GIB
    assert cpu_limit(tmp_path) == CpuLimit(cores=2.0, used_s=None)


def test_a_path_from_outside_the_container_falls_back_to_what_is_mounted(tmp_path: Path) -> None:
    tree(
        tmp_path,
        {
            "proc/self/cgroup": "0::/../../docker/abc\n",
            V2 + "memory.max": f"{2 * GIB}",
            V2 + "memory.current": f"{GIB}",
        },
    )
    assert memory_limit(tmp_path) == MemoryLimit(limit=2 * GIB, used=GIB)


@pytest.mark.parametrize("together", [True, False])
def test_version_1_beside_an_empty_version_2(tmp_path: Path, together: bool) -> None:
    cpu = "cpu,cpuacct" if together else "cpu"
    acct = "cpu,cpuacct" if together else "cpuacct"
    lines = f"4:memory:/box\n2:{cpu}:/box\n" + ("" if together else "1:cpuacct:/box\n") + "0::/\n"
    tree(
        tmp_path,
        {
            "proc/self/cgroup": lines,
            V2 + "unified/cgroup.procs": "1\n",
            V2 + "memory/box/memory.limit_in_bytes": f"{2 * GIB}",
            V2 + "memory/box/memory.usage_in_bytes": f"{GIB}",
            V2 + "memory/box/memory.stat": f"total_inactive_file {GIB // 2}",
            V2 + "memory/memory.limit_in_bytes": "9223372036854771712",
            V2 + "memory/memory.usage_in_bytes": f"{9 * GIB}",
            V2 + f"{cpu}/box/cpu.cfs_quota_us": "50000",
            V2 + f"{cpu}/box/cpu.cfs_period_us": "100000",
            V2 + f"{cpu}/cpu.cfs_quota_us": "-1",
            V2 + f"{cpu}/cpu.cfs_period_us": "100000",
            V2 + f"{acct}/box/cpuacct.usage": "7000000000",
            V2 + f"{acct}/cpuacct.usage": "99000000000",
        },
    )
    assert memory_limit(tmp_path) == MemoryLimit(limit=2 * GIB, used=GIB // 2)
    assert cpu_limit(tmp_path) == CpuLimit(cores=0.5, used_s=7.0)


def test_pressure_is_the_ten_second_average(tmp_path: Path) -> None:
    text = "some avg10=12.34 avg60=1.00 avg300=0.00 total=5\nfull avg10=3.00 avg60=0.00 avg300=0.00 total=1\n"
    tree(tmp_path, {"proc/pressure/memory": text})
    assert pressure(tmp_path) == (12.34, 3.0)


@pytest.mark.parametrize("text", ["", "nonsense", "some avg10=x", "some total=3"])
def test_pressure_that_makes_no_sense_is_unknown(tmp_path: Path, text: str) -> None:
    tree(tmp_path, {"proc/pressure/memory": text})
    assert pressure(tmp_path) == (None, None)


class NoGpu(GpuReader):
    """A machine without a driver, whatever this one has."""

    def __init__(self) -> None:
        super().__init__()
        self._absent = True


def test_in_a_container_memory_is_what_the_container_has_left(tmp_path: Path) -> None:
    tree(
        tmp_path,
        {
            "proc/self/cgroup": "0::/\n",
            V2 + "memory.max": "100000000",
            V2 + "memory.current": "97000000",
            V2 + "memory.stat": "inactive_file 1000000",
        },
    )
    sample = Machine(root=tmp_path, gpu=NoGpu()).read()
    assert (sample.memory_total, sample.memory_free, sample.memory) == (100_000_000, 4_000_000, 96.0)
    assert sample.source == "container limit"


def test_in_a_container_cpu_is_the_share_of_its_quota(tmp_path: Path) -> None:
    now = [100.0]
    group = {"proc/self/cgroup": "0::/\n", V2 + "cpu.max": "10000 100000"}
    machine = Machine(root=tree(tmp_path, {**group, V2 + "cpu.stat": "usage_usec 1000000"}), gpu=NoGpu(), tick=lambda: now[0])
    assert machine.read().cpu is None, "one look at a counter is not a speed"
    now[0] += 10
    # 0.95 s of the 1 s that a tenth of a core gives in ten
    tree(tmp_path, {V2 + "cpu.stat": "usage_usec 1950000"})
    cpu = machine.read().cpu
    assert cpu is not None
    assert 94.9 <= cpu <= 100.0


def test_without_any_system_files_the_machine_is_still_read(tmp_path: Path) -> None:
    machine = Machine(root=tmp_path, gpu=NoGpu())
    machine.read()
    sample = machine.read()
    assert sample.pressure_some is None
    assert sample.memory_free
    assert sample.cores
