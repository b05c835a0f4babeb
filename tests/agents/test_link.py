from __future__ import annotations

from types import SimpleNamespace

import psutil
import pytest

from hybridchat.agents.link import _reaches_out, os_online


@pytest.mark.parametrize(
    ("address", "out"),
    [
        ("192.168.1.4", True),
        ("2001:db8::1", True),
        ("fd00::2", True),
        ("127.0.0.1", False),
        ("::1", False),
        ("169.254.3.4", False),
        ("fe80::1%eth0", False),
        ("0.0.0.0", False),
        ("02:fc:00:00:00:01", False),
        ("", False),
    ],
)
def test_only_an_address_that_reaches_beyond_the_link_counts(address: str, out: bool) -> None:
    assert _reaches_out(address) is out


def test_the_system_answers_or_says_nothing() -> None:
    assert os_online() in (True, False, None)


def _system(monkeypatch: pytest.MonkeyPatch, interfaces: dict[str, tuple[bool, str]]) -> None:
    """psutil as it answers on a machine with these interfaces: up or not, and the address."""
    stats = {name: SimpleNamespace(isup=up) for name, (up, _) in interfaces.items()}
    addresses = {name: [SimpleNamespace(address=address)] for name, (_, address) in interfaces.items()}
    monkeypatch.setattr(psutil, "net_if_stats", lambda: stats)
    monkeypatch.setattr(psutil, "net_if_addrs", lambda: addresses)


@pytest.mark.parametrize(
    ("interfaces", "online"),
    [
        ({"lo": (True, "127.0.0.1"), "eth0": (True, "10.0.0.3")}, True),
        ({"lo": (True, "127.0.0.1"), "eth0": (False, "10.0.0.3")}, False),
        ({"lo": (True, "127.0.0.1"), "utun0": (True, "fe80::1%utun0")}, False),
        ({}, None),
    ],
)
def test_a_pulled_cable_is_offline_and_an_empty_list_is_unknown(
    monkeypatch: pytest.MonkeyPatch, interfaces: dict[str, tuple[bool, str]], online: bool | None
) -> None:
    _system(monkeypatch, interfaces)
    assert os_online() is online


def test_a_system_that_refuses_to_say_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise PermissionError

    monkeypatch.setattr(psutil, "net_if_stats", refuse)
    assert os_online() is None
