"""Who has a turn open: a process, told from a later one with the same number by the moment it started."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
from pathlib import Path

from hybridchat.value import value

STALE = 60.0
"""Seconds without a heartbeat, due every 5 s, after which a process on another machine or in another container counts as dead."""


@value
class Owner:
    """One open store of one process. `started` is the process's start as its system tells it, `None` where it does not.

    `place` is `machine|boot|process namespace`: only within one place does a process number mean anything.
    """

    id: str
    pid: int
    started: str | None
    place: str


def current() -> Owner:
    """An owner for this process; every call gives a new id."""
    pid = os.getpid()
    return Owner(id=secrets.token_hex(8), pid=pid, started=started(pid) or None, place=here())


def here() -> str:
    """Machine, boot and process namespace; the last two are empty outside Linux."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
        namespace = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        boot = namespace = ""
    return f"{socket.gethostname()}|{boot}|{namespace}"


def alive(owner: Owner, beat: float, now: float) -> bool:
    """Whether the owner still runs; `beat` and `now` are epoch seconds. In doubt the heartbeat decides."""
    place = here()
    if owner.place != place:
        machine, boot, _ = owner.place.split("|")
        my_machine, my_boot, _ = place.split("|")
        rebooted = machine == my_machine and boot != my_boot
        return not rebooted and now - beat < STALE
    start = started(owner.pid)
    if start is None or owner.started is None:
        return start != "" and now - beat < STALE
    return start == owner.started


def started(pid: int) -> str | None:
    """When the process started, in its system's own words; empty when there is no such process, `None` when it cannot be told."""
    if sys.platform == "linux":
        return _started_linux(pid)
    if sys.platform == "win32":
        return _started_windows(pid)
    return _started_posix(pid)


def _started_linux(pid: int) -> str | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return "" if Path("/proc/self").exists() else None
    except OSError:
        return None
    # the name in parentheses may hold spaces and parentheses itself
    fields = stat.rpartition(")")[2].split()
    # a zombie has ended; only its parent has not looked yet
    return "" if fields[0] in "ZX" else fields[19]


def _started_posix(pid: int) -> str | None:
    try:
        told = subprocess.run(
            ["ps", "-o", "lstart=", "-p", str(pid)],
            capture_output=True,
            timeout=5,
            check=False,
            env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
        )
    except (OSError, subprocess.SubprocessError):
        return None
    answer = told.stdout.decode("utf-8", "replace").strip()
    return answer or ("" if _gone(pid) else None)


def _gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        pass
    return False


def _started_windows(pid: int) -> str | None:
    if sys.platform != "win32":
        return None
    # imported here: no other system needs it
    import ctypes

    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.OpenProcess.restype = ctypes.c_void_p
    query_limited, access_denied, still_active = 0x1000, 5, 259
    handle = ctypes.c_void_p(kernel.OpenProcess(query_limited, False, pid))
    if not handle:
        return None if ctypes.get_last_error() == access_denied else ""
    try:
        code = ctypes.c_ulong()
        times = [ctypes.c_ulonglong() for _ in range(4)]
        if not kernel.GetExitCodeProcess(handle, ctypes.byref(code)):
            return None
        if code.value != still_active:
            return ""
        if not kernel.GetProcessTimes(handle, *(ctypes.byref(t) for t in times)):
            return None
        return str(times[0].value)
    finally:
        kernel.CloseHandle(handle)
