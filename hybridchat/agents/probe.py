"""One contentless look at a host: resolve, connect, shake hands, hang up. Blocking; for a sampler's thread."""

from __future__ import annotations

import base64
import errno
import ipaddress
import itertools
import os
import selectors
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import SplitResult, unquote, urlsplit

T = TypeVar("T")

TIMEOUT_S = 5.0
# the next address starts this long after the one before, RFC 8305's recommendation
_STAGGER_S = 0.25
# how late a revoked permit is noticed while waiting for the other side
_SLICE_S = 0.05
_UNDER_WAY = frozenset({0, errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EAGAIN})

_WORDS = {
    errno.ECONNREFUSED: "connection refused",
    errno.ECONNRESET: "connection reset",
    errno.ENETUNREACH: "no route to the host",
    errno.EHOSTUNREACH: "no route to the host",
}

Address = tuple[socket.AddressFamily, tuple[object, ...]]


class Abandoned(Exception):
    """The permit was revoked under way: nothing is learnt."""


class Permit:
    """Leave to open connections. Once `revoke` has returned, none is opened any more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.revoked = False

    def revoke(self) -> None:
        with self._lock:
            self.revoked = True

    def check(self) -> None:
        """Raises `Abandoned` once revoked."""
        if self.revoked:
            raise Abandoned

    def use(self, act: Callable[[], T]) -> T:
        """Does `act`, which must not block, unless revoked; `revoke` waits for it."""
        with self._lock:
            self.check()
            return act()


@dataclass(frozen=True, slots=True)
class Place:
    """Where to knock."""

    name: str
    port: int
    tls: bool

    @property
    def on_device(self) -> bool:
        name = self.name.lower().rstrip(".")
        try:
            return ipaddress.ip_address(name).is_loopback
        except ValueError:
            return name == "localhost" or name.endswith(".localhost")


@dataclass(frozen=True, slots=True)
class Look:
    """What a probe found; milliseconds. `ok` `None`: this way cannot be probed, which says nothing against it."""

    ok: bool | None
    connect_ms: float | None = None
    tls_ms: float | None = None
    reason: str = ""


def place(host: str, *, tls: bool | None = None) -> Place:
    """`api.example.com`, `box:11434`, `[::1]:11434`; TLS unless said otherwise or on this device. Raises `ValueError`."""
    parts = urlsplit(f"//{host.strip()}")
    if not parts.hostname or parts.path or parts.username:
        raise ValueError(f"not a host: {host!r}; write name, name:port or [address]:port")
    near = Place(parts.hostname, 0, tls=False).on_device
    secure = not near if tls is None else tls
    return Place(parts.hostname, parts.port or (443 if secure else 80), tls=secure)


def probe(
    target: Place,
    permit: Permit,
    *,
    context: Callable[[], ssl.SSLContext],
    resolve: Callable[[str, int], Sequence[Address]] | None = None,
    proxy: Callable[[Place], SplitResult | None] | None = None,
    timeout_s: float = TIMEOUT_S,
) -> Look:
    """Knocks once, through the proxy that the environment names; sends no request. Raises `Abandoned` when the permit goes.

    `timeout_s` begins after the name is resolved: the system's resolver has limits of its own.
    """
    via = None if target.on_device else (proxy or environment_proxy)(target)
    if via is not None and (via.scheme != "http" or not via.hostname):
        return Look(ok=None, reason=f"not probed: the way leads through a {via.scheme or 'nameless'} proxy")
    name, port = (target.name, target.port) if via is None else (via.hostname or "", via.port or 80)
    permit.check()
    try:
        addresses = (resolve or look_up)(name, port)
    except OSError:
        return Look(ok=False, reason="name not found" if via is None else "the proxy's name was not found")
    deadline = time.perf_counter() + timeout_s
    try:
        sock, began = _connect(addresses, deadline, permit)
        with sock:
            if via is not None and target.tls:
                _tunnel(sock, target, via, deadline, permit)
            connected = time.perf_counter()
            tls_ms = _shake_hands(sock, target.name, context(), deadline, permit) if target.tls else None
            return Look(ok=True, connect_ms=(connected - began) * 1000, tls_ms=tls_ms)
    except TimeoutError:
        return Look(ok=False, reason=f"no answer within {timeout_s:.0f} s")
    except ssl.SSLCertVerificationError as error:
        return Look(ok=False, reason=f"the certificate is not the host's ({error.verify_message}): a login page may be answering")
    except ssl.SSLError as error:
        return Look(ok=False, reason=f"TLS failed ({error.reason or type(error).__name__})")
    except OSError as error:
        return Look(ok=False, reason=_WORDS.get(error.errno or 0) or error.strerror or str(error) or type(error).__name__)


def look_up(name: str, port: int) -> Sequence[Address]:
    """Every address of a name, families in turn. Raises `OSError`."""
    found = [(family, where) for family, _, _, _, where in socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)]
    first = [one for one in found if one[0] == found[0][0]]
    second = [one for one in found if one[0] != found[0][0]]
    pairs = itertools.zip_longest(first, second)
    return [one for pair in pairs for one in pair if one is not None]


def environment_proxy(target: Place) -> SplitResult | None:
    """The proxy for a host, from the environment or the system's settings, as the providers' clients find it."""
    # imported here: 18 ms, in the sampler's thread, only when something is probed
    from urllib.request import getproxies, proxy_bypass

    proxies = getproxies()
    url = proxies.get("https" if target.tls else "http") or proxies.get("all")
    if not url or proxy_bypass(target.name):
        return None
    return urlsplit(url if "://" in url else f"http://{url}")


def trust() -> ssl.SSLContext:
    """The system's certificates, and those the providers' clients carry, where they do: either may be the fuller set. 20 ms."""
    context = ssl.create_default_context()
    try:
        import certifi
    except ImportError:
        return context
    context.load_verify_locations(certifi.where())
    return context


def _connect(addresses: Sequence[Address], deadline: float, permit: Permit) -> tuple[socket.socket, float]:
    """The first address that answers, and when its try began; the next one starts a quarter of a second after the one before."""
    waiting = list(addresses)
    began: dict[socket.socket, float] = {}
    failure: OSError = OSError(errno.EADDRNOTAVAIL, "no address to connect to")
    next_at = 0.0
    with selectors.DefaultSelector() as ready:
        try:
            while waiting or began:
                permit.check()
                now = time.perf_counter()
                if now >= deadline:
                    raise TimeoutError
                if waiting and (now >= next_at or not began):
                    next_at = now + _STAGGER_S
                    try:
                        sock = _start(waiting.pop(0), permit)
                    except OSError as error:
                        failure = error
                        continue
                    began[sock] = now
                    ready.register(sock, selectors.EVENT_WRITE)
                for key, _ in ready.select(min(_SLICE_S, deadline - now)):
                    done = next(one for one in began if one is key.fileobj)
                    ready.unregister(done)
                    code = done.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                    if code == 0:
                        return done, began.pop(done)
                    began.pop(done)
                    done.close()
                    failure = OSError(code, os.strerror(code))
            raise failure
        finally:
            for loser in began:
                loser.close()


def _start(address: Address, permit: Permit) -> socket.socket:
    family, where = address
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        code = permit.use(lambda: sock.connect_ex(where))
    except BaseException:
        sock.close()
        raise
    if code not in _UNDER_WAY:
        sock.close()
        raise OSError(code, os.strerror(code))
    return sock


def _tunnel(sock: socket.socket, target: Place, via: SplitResult, deadline: float, permit: Permit) -> None:
    """Asks the proxy for a way to the target. Raises `OSError` with the proxy's words when it gives none."""
    name = f"[{target.name}]" if ":" in target.name else target.name
    lines = [f"CONNECT {name}:{target.port} HTTP/1.1", f"Host: {name}:{target.port}"]
    if via.username is not None:
        secret = f"{unquote(via.username)}:{unquote(via.password or '')}".encode()
        lines.append(f"Proxy-Authorization: Basic {base64.b64encode(secret).decode()}")
    # a fresh socket's buffer takes these few hundred bytes at once
    sock.sendall("\r\n".join([*lines, "", ""]).encode())
    reply = b""
    while b"\r\n\r\n" not in reply:
        _await(sock, selectors.EVENT_READ, deadline, permit)
        piece = sock.recv(4096)
        if not piece or len(reply) > 16384:
            raise ConnectionError("the proxy hung up")
        reply += piece
    status = reply.split(b"\r\n", 1)[0].split()
    if len(status) < 2 or status[1] != b"200":
        code = status[1].decode("ascii", "replace") if len(status) > 1 else "nothing"
        raise ConnectionError(f"the proxy answered {code}")


def _shake_hands(sock: socket.socket, name: str, context: ssl.SSLContext, deadline: float, permit: Permit) -> float:
    """Milliseconds the handshake took."""
    began = time.perf_counter()
    with context.wrap_socket(sock, server_hostname=name, do_handshake_on_connect=False) as secure:
        while True:
            permit.check()
            try:
                secure.do_handshake()
            except ssl.SSLWantReadError:
                _await(secure, selectors.EVENT_READ, deadline, permit)
            except ssl.SSLWantWriteError:
                _await(secure, selectors.EVENT_WRITE, deadline, permit)
            else:
                return (time.perf_counter() - began) * 1000


def _await(sock: socket.socket, event: int, deadline: float, permit: Permit) -> None:
    with selectors.DefaultSelector() as ready:
        ready.register(sock, event)
        while True:
            permit.check()
            left = deadline - time.perf_counter()
            if left <= 0:
                raise TimeoutError
            if ready.select(min(_SLICE_S, left)):
                return
