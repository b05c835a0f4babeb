"""One look at a host, against loopback sockets."""

from __future__ import annotations

import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from hybridchat.agents.probe import Abandoned, Look, Permit, Place, environment_proxy, look_up, place, probe
from tests.agents.listening import Listener, certificate, dead_port
from tests.agents.waiting import until


def untrusting() -> ssl.SSLContext:
    return ssl.create_default_context()


def look(target: Place, permit: Permit | None = None, *, timeout_s: float = 5.0, **how: object) -> Look:
    how = {"context": untrusting, **how}
    return probe(target, permit or Permit(), timeout_s=timeout_s, **how)  # type: ignore[arg-type]  # named by each test


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as made:
        yield made


@pytest.mark.parametrize(
    ("host", "tls", "expected"),
    [
        ("api.example.com", None, Place("api.example.com", 443, tls=True)),
        ("API.example.com:8443", None, Place("api.example.com", 8443, tls=True)),
        ("box:11434", False, Place("box", 11434, tls=False)),
        ("box", False, Place("box", 80, tls=False)),
        ("localhost:11434", None, Place("localhost", 11434, tls=False)),
        ("127.0.0.1:11434", None, Place("127.0.0.1", 11434, tls=False)),
        ("[::1]:11434", None, Place("::1", 11434, tls=False)),
        ("[2001:db8::1]", None, Place("2001:db8::1", 443, tls=True)),
    ],
)
def test_a_host_says_where_to_knock(host: str, tls: bool | None, expected: Place) -> None:
    assert place(host, tls=tls) == expected


@pytest.mark.parametrize("host", ["", "a/b", "https://a.example", "user@a.example", "a.example:port", "a.example:99999999"])
def test_what_is_no_host_is_refused(host: str) -> None:
    with pytest.raises(ValueError):
        place(host)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("localhost", True),
        ("LOCALHOST.", True),
        ("a.localhost", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost.evil", False),
    ],
)
def test_what_is_on_this_device(name: str, near: bool) -> None:
    assert Place(name, 1, tls=False).on_device is near


def test_a_listening_port_is_reached_and_sent_nothing(listener: Listener) -> None:
    found = look(Place("127.0.0.1", listener.port, tls=False))
    assert found.ok
    assert found.connect_ms is not None
    assert 0 < found.connect_ms < 1000
    assert found.tls_ms is None
    until(lambda: listener.ended == 1)
    assert (listener.accepted, listener.received) == (1, b"")


def test_a_port_where_nobody_listens_is_refused() -> None:
    assert look(Place("127.0.0.1", dead_port(), tls=False)) == Look(ok=False, reason="connection refused")


def test_a_name_that_is_not_found_is_told_apart() -> None:
    def nobody(name: str, port: int) -> list[tuple[socket.AddressFamily, tuple[object, ...]]]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    assert look(Place("nowhere.example", 443, tls=True), resolve=nobody, proxy=lambda _: None).reason == "name not found"


def test_a_server_that_never_answers_is_given_up_in_time(listener: Listener) -> None:
    began = time.monotonic()
    found = look(Place("127.0.0.1", listener.port, tls=True), timeout_s=0.2)
    assert (found.ok, found.reason) == (False, "no answer within 0 s")
    assert time.monotonic() - began < 2


def test_the_next_address_is_tried_when_the_first_refuses(listener: Listener) -> None:
    found = [(socket.AF_INET, ("127.0.0.1", dead_port())), (socket.AF_INET, ("127.0.0.1", listener.port))]
    assert look(Place("localhost", 1, tls=False), resolve=lambda *_: found).ok


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a full queue stand in for a host that does not answer")
def test_the_next_address_is_tried_while_the_first_keeps_silent(listener: Listener) -> None:
    with socket.socket() as deaf, socket.socket() as one, socket.socket() as two:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        for filler in (one, two):
            filler.setblocking(False)
            filler.connect_ex(deaf.getsockname())
        found = [(socket.AF_INET, deaf.getsockname()), (socket.AF_INET, ("127.0.0.1", listener.port))]
        began = time.monotonic()
        reached = look(Place("localhost", 1, tls=False), resolve=lambda *_: found)
        assert reached.ok
        assert reached.connect_ms is not None
        assert reached.connect_ms < 200, "its own time, without the wait for the first"
        assert time.monotonic() - began < 2


def test_families_take_turns() -> None:
    families = [family for family, _ in look_up("localhost", 80)]
    assert families
    if len(set(families)) > 1:
        assert families[0] is not families[1]


def test_a_revoked_permit_opens_nothing(listener: Listener) -> None:
    permit = Permit()
    permit.revoke()
    with pytest.raises(Abandoned):
        look(Place("127.0.0.1", listener.port, tls=False), permit)
    with pytest.raises(Abandoned):
        permit.use(lambda: None)
    assert listener.accepted == 0


def test_a_permit_revoked_under_way_ends_the_look_at_once(listener: Listener) -> None:
    permit = Permit()
    ended: list[float] = []

    def run() -> None:
        with pytest.raises(Abandoned):
            look(Place("127.0.0.1", listener.port, tls=True), permit)
        ended.append(time.monotonic())

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    until(lambda: listener.accepted == 1)
    revoked = time.monotonic()
    permit.revoke()
    thread.join(5)
    assert ended[0] - revoked < 0.5
    until(lambda: listener.ended == 1)


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"), "localhost", "api.example.test")


def secure(identity: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(identity)
    return context


def trusting(identity: Path) -> Callable[[], ssl.SSLContext]:
    return lambda: ssl.create_default_context(cafile=str(identity))


def test_tls_is_timed_apart_from_the_connection(identity: Path) -> None:
    with Listener(tls=secure(identity)) as server:
        found = look(Place("localhost", server.port, tls=True), context=trusting(identity))
        assert found.ok, found.reason
        assert found.tls_ms is not None
        assert found.tls_ms > 0
        until(lambda: server.ended == 1)
        assert server.received == b""


def test_somebody_elses_certificate_is_no_connection(identity: Path) -> None:
    with Listener(tls=secure(identity)) as server:
        found = look(Place("localhost", server.port, tls=True))
        assert found.ok is False
        assert "a login page may be answering" in found.reason


def test_a_server_without_tls_is_told(listener: Listener) -> None:
    with Listener(greeting=b"220 mail\r\n") as server:
        found = look(Place("127.0.0.1", server.port, tls=True))
        assert found.ok is False
        assert found.reason.startswith("TLS failed")


def test_through_a_proxy_the_proxy_finds_the_name_and_tls_goes_inside(identity: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def resolve(name: str, port: int) -> list[tuple[socket.AddressFamily, tuple[object, ...]]]:
        asked.append(name)
        return [(socket.AF_INET, ("127.0.0.1", port))]

    with Listener(greeting=b"HTTP/1.1 200 ok\r\n\r\n", after=b"\r\n\r\n", tls=secure(identity)) as server:
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:p%40ss@127.0.0.1:{server.port}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        found = look(Place("api.example.test", 443, tls=True), context=trusting(identity), resolve=resolve)
        assert found.ok, found.reason
        assert asked == ["127.0.0.1"]
        assert server.head.startswith(b"CONNECT api.example.test:443 HTTP/1.1\r\n")
        assert b"Proxy-Authorization: Basic bWU6cEBzcw==" in server.head


def test_a_proxy_that_refuses_is_named() -> None:
    with Listener(greeting=b"HTTP/1.1 407 no\r\n\r\n", after=b"\r\n\r\n") as server:
        via = urlsplit(f"http://127.0.0.1:{server.port}")
        found = look(Place("api.example.test", 443, tls=True), proxy=lambda _: via)
        assert found == Look(ok=False, reason="the proxy answered 407")


def test_a_kind_of_proxy_that_cannot_be_probed_says_nothing_against_the_host() -> None:
    found = look(Place("api.example.test", 443, tls=True), proxy=lambda _: urlsplit("socks5://127.0.0.1:1080"))
    assert (found.ok, found.reason) == (None, "not probed: the way leads through a socks5 proxy")


def test_this_device_is_never_asked_through_a_proxy(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    with Listener() as wrong:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{wrong.port}")
        assert look(Place("127.0.0.1", listener.port, tls=False)).ok
        assert wrong.accepted == 0


def test_no_proxy_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "proxy.example:3128")
    monkeypatch.setenv("no_proxy", "near.example")
    found = environment_proxy(Place("far.example", 443, tls=True))
    assert found is not None
    assert (found.scheme, found.hostname, found.port) == ("http", "proxy.example", 3128)
    assert environment_proxy(Place("near.example", 443, tls=True)) is None
