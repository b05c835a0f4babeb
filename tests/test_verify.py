"""docs/verify.md: its portable commands, run as they stand there, say what the page says they say."""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.run import ROOT, bare

PAGE = (ROOT / "docs" / "verify.md").read_text(encoding="utf-8")
BLOCKS = [line.strip() for line in re.findall(r"(?m)^    (.+)$", PAGE)]
posix = pytest.mark.skipif(os.name != "posix", reason="the page's shell is POSIX's")


def line(begin: str) -> str:
    """The one command of the page that begins like this. Raises `ValueError` when the page changed."""
    (found,) = [told for told in BLOCKS if told.startswith(begin)]
    return found


@pytest.fixture
def here(tmp_path: Path) -> dict[str, str]:
    """A folder with `hybridchat` on the PATH, and nothing configured."""
    program = tmp_path / "bin" / "hybridchat"
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\nfrom hybridchat.__main__ import main\nmain()\n")
    program.chmod(0o755)
    (tmp_path / "config.toml").touch()
    path = f"{program.parent}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    own = {"PATH": path, "PYTHONPATH": str(ROOT), "HYBRIDCHAT_CONFIG": str(tmp_path / "config.toml")}
    return {**bare(), **own, "HYBRIDCHAT_DATA_DIR": str(tmp_path / "check")}


@pytest.fixture
def serving(here: dict[str, str], tmp_path: Path) -> Iterator[list[str]]:
    """The page's server, on free ports; the lines it prints, as they come."""
    command = shlex.split(re.sub(r"-port \d+", "-port 0", line("hybridchat demo serve")))
    running = subprocess.Popen(command, env=here, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert running.stdout is not None
    said = [running.stdout.readline().strip() for _ in range(6)]
    for told in said:
        if told.startswith("export "):
            name, _, value = told.removeprefix("export ").partition("=")
            here[name] = value
    yield said
    running.terminate()
    rest, _ = running.communicate(timeout=20)
    said += rest.splitlines()


def shell(command: str, env: dict[str, str], cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["sh", "-c", command], env=env, cwd=cwd, capture_output=True, text=True, timeout=60, check=False)


@posix
def test_the_bytes_of_the_ledger_are_those_that_a_cloud_received(
    serving: list[str], here: dict[str, str], tmp_path: Path
) -> None:
    asked = shell(line("hybridchat ask --cloud"), here, tmp_path)
    assert asked.stdout.strip() == "write to a@b.example", asked.stderr
    row = shell("hybridchat ledger", here, tmp_path).stdout.split()[0]
    compared = shell(line("hybridchat ledger --raw ROW | cmp").replace("ROW", row), here, tmp_path)
    assert compared.stdout == "the same bytes\n", compared.stderr
    raw = subprocess.run(["hybridchat", "ledger", "--raw", row], env=here, cwd=tmp_path, capture_output=True, check=True)
    digest = hashlib.sha256(raw.stdout).hexdigest()
    assert digest[:12] in shell("hybridchat ledger", here, tmp_path).stdout
    assert shell(line('grep -r "a@b.example"'), here, tmp_path).stdout == "not there\n"
    assert b"<EMAIL_1>" in (tmp_path / "seen" / "0001-openai.body").read_bytes()


@posix
def test_what_is_private_or_purged_is_found_by_no_grep(serving: list[str], here: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "check").mkdir()
    assert shell(line("hybridchat ask --private"), here, tmp_path).stdout.strip() == "quetzalcoatlus"
    assert shell(line('grep -ra "quetz'), here, tmp_path).stdout == "not there\n"
    shell(line('hybridchat ask --local "repeat'), here, tmp_path)
    assert shell(line("grep -rlaq"), here, tmp_path).stdout == "it is there\n"
    purged = shell(line("hybridchat sessions purge"), here, tmp_path)
    assert purged.returncode == 0, purged.stderr
    assert shell(line('grep -rla "quetz'), here, tmp_path).stdout == "not there\n"


@posix
def test_a_cloned_folder_cannot_set_an_endpoint(here: dict[str, str], tmp_path: Path) -> None:
    shell(line("echo 'endpoints"), here, tmp_path)
    refused = shell(line('hybridchat ask --local "hello"'), here, tmp_path)
    assert refused.returncode == 2
    assert ".hybridchat.toml:1: key `endpoints`" in refused.stderr


@pytest.mark.skipif(sys.platform != "linux" or shutil.which("unshare") is None, reason="namespaces are Linux's")
def test_without_a_network_it_answers(here: dict[str, str], tmp_path: Path) -> None:
    if shell("unshare -rn true", here, tmp_path).returncode != 0:
        pytest.skip("this machine does not let its users make namespaces")
    done = shell(line("unshare -rn sh -c 'ip link set lo up; hybridchat ask --demo"), here, tmp_path)
    assert "Paris" in done.stdout, done.stderr
