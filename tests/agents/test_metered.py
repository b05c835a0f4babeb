"""Whether the line is paid by volume, asked of a program called nmcli; unknown stays unknown."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from hybridchat.agents.connectivity import ConnectivityAgent
from hybridchat.agents.metered import fixed, metered_line, read
from hybridchat.config import Config
from hybridchat.config.schema import Limits
from hybridchat.demo import Demo
from tests.agents.waiting import soon
from tests.support.chats import bench


def device(metered: str, *, name: str = "wlan0", state: str = "100 (connected)", gateway: str = "192.168.43.1") -> str:
    return (
        f"GENERAL.DEVICE:{name}\nGENERAL.TYPE:wifi\nGENERAL.STATE:{state}\nGENERAL.METERED:{metered}\n"
        f"IP4.GATEWAY:{gateway}\nIP6.GATEWAY:\n"
    )


BRIDGE = device("no (guessed)", name="docker0", gateway="")


@pytest.mark.parametrize(
    ("text", "metered"),
    [
        (device("yes"), True),
        (device("yes (guessed)"), True),
        (device("no"), False),
        (device("no (guessed)"), False),
        (device("unknown"), None),
        ("", None),
        ("Error: NetworkManager is not running.\n", None),
        (device("yes (guessed)") + "\n" + BRIDGE, True),  # what leads nowhere says nothing of the way out
        (device("yes", state="30 (disconnected)"), None),
        (device("yes", gateway="--"), None),
        (device("yes") + "\n" + device("no", name="eth0"), False),  # one way that costs nothing
        (device("yes") + "\n" + device("unknown", name="eth0"), None),
    ],
)
def test_the_devices_that_lead_out_are_asked(text: str, metered: bool | None) -> None:
    assert read(text) is metered


def test_what_the_user_said_is_not_asked_for() -> None:
    assert fixed(True)() is True
    assert fixed(False)() is False
    assert fixed(None) is metered_line


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder with programs in it."""
    if sys.platform == "win32":
        pytest.skip("a program there is no script with a first line")
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def nmcli(folder: Path, body: str) -> None:
    program = folder / "nmcli"
    program.write_text(f"#!{sys.executable}\nimport os, sys\n{body}\n", encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


def test_without_networkmanager_it_is_unknown(path: Path) -> None:
    assert metered_line() is None
    nmcli(path, "sys.exit(8)")
    assert metered_line() is None, "it does not run"
    (path / "nmcli").write_bytes(b"\x7fELF no program")
    assert metered_line() is None


async def test_the_agent_knows_it_and_asks_in_words_it_can_read(path: Path) -> None:
    answer = repr(device("yes (guessed)"))
    nmcli(path, f"assert os.environ['LC_ALL'] == 'C' and '-t' in sys.argv\nsys.stdout.write({answer})")
    agent = ConnectivityAgent()
    assert agent.metered is None
    await agent.initialize()
    try:
        await soon(lambda: agent.metered is True)
    finally:
        await agent.shutdown()


async def test_what_the_configuration_says_reaches_the_decision(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=Config(limits=Limits(metered=True)), samplers=True) as b:
        await soon(lambda: b.chat.snapshot().metered is True)
