"""Whatever the disk and the environment are like, a command answers in sentences."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.run import ROOT, bare, inside

LONG = "a" * 300
"""A name that no disk takes: looking for it is an error, not a no."""


@pytest.mark.parametrize("command", ["doctor", "profiles", "terms rm x", "stats"])
def test_a_data_folder_that_cannot_be_looked_into_is_told_in_a_sentence(tmp_path: Path, command: str) -> None:
    (tmp_path / "config.toml").touch()
    env = {"HYBRIDCHAT_CONFIG": str(tmp_path / "config.toml"), "HYBRIDCHAT_DATA_DIR": str(tmp_path / LONG)}
    done = inside(*command.split(), env=env)
    assert LONG.encode() in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("variable", "folder", "name"),
    [
        ("HYBRIDCHAT_CONFIG", "", LONG),
        ("HYBRIDCHAT_CONFIG", "~nobody-of-that-name/", "config.toml"),
        ("HYBRIDCHAT_DATA_DIR", "~", "nobody-of-that-name"),
    ],
)
def test_a_path_in_the_environment_that_cannot_be_is_told_in_a_sentence(
    tmp_path: Path, variable: str, folder: str, name: str
) -> None:
    (tmp_path / "config.toml").touch()
    env = {"HYBRIDCHAT_CONFIG": str(tmp_path / "config.toml"), "HYBRIDCHAT_DATA_DIR": str(tmp_path), variable: folder + name}
    done = inside("doctor", env=env)
    assert name.encode() in done.stdout + done.stderr


@pytest.mark.skipif(os.name != "posix", reason="a POSIX shell closes the stream")
@pytest.mark.parametrize("to", [">&-", ">/dev/full", "| true"])
def test_the_version_where_nobody_can_read_it_is_no_error(to: str) -> None:
    if "full" in to and not Path("/dev/full").exists():
        pytest.skip("no such device here")
    line = f'"{sys.executable}" -m hybridchat --version {to}'
    done = subprocess.run(line, shell=True, env=bare(), cwd=ROOT, capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(os.name != "posix", reason="Windows sends no SIGINT to one process alone")
def test_an_interrupt_before_the_program_is_read_ends_it_without_a_traceback() -> None:
    # the first module it reads is one that sends the signal
    script = (
        "import os, signal, sys\n"
        "class Interrupts:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'hybridchat.cli.edge':\n"
        "            os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Interrupts())\n"
        "from hybridchat.__main__ import main\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], env=bare(), cwd=ROOT, capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (128 + signal.SIGINT, b"")
