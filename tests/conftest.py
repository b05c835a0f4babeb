"""Shared fixtures: demo servers at full speed, and nobody's own configuration."""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections.abc import Iterator

import psutil
import pytest
from hypothesis import HealthCheck, settings

from hybridchat.demo import Demo

# how long an example takes says how busy the machine is, not whether it holds
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

# screens and clients make objects by the hundred thousand: at Python's own measure of 700, looking for garbage among them was
# a quarter of the CPU time of their tests
gc.set_threshold(50_000, 20, 20)

# xdist tells its workers a size of the terminal, which a program in a terminal of its own would believe
for _size in ("COLUMNS", "LINES"):
    os.environ.pop(_size, None)


# a shell that starts the tests in the background has Ctrl+C ignored, by them and by every program they start
if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def demo() -> Iterator[Demo]:
    """The three demo servers, as fast as they can."""
    with Demo(chunks_per_second=0) as running:
        yield running


@pytest.fixture(autouse=True)
def _own_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test sees the keys, servers or files of whoever runs it."""
    home = tmp_path_factory.getbasetemp()
    for name in ("OLLAMA_HOST", "OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "ACCESSIBLE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("HYBRIDCHAT_PROFILE", raising=False)
    (home / "config.toml").touch()
    monkeypatch.setenv("HYBRIDCHAT_CONFIG", str(home / "config.toml"))
    monkeypatch.setenv("HYBRIDCHAT_DATA_DIR", str(home / "data"))


@pytest.fixture(autouse=True)
def _idle_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """What else runs here moves no question to the cloud; a test of a busy machine says itself how busy it is."""
    memory = psutil.virtual_memory()._replace(total=64 << 30, available=32 << 30)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory)
    monkeypatch.setattr(psutil, "cpu_percent", lambda _interval=None: 5.0)
    monkeypatch.setattr(psutil, "getloadavg", lambda: (0.1, 0.1, 0.1))
