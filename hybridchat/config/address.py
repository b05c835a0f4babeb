"""Addresses of servers: the shapes people write them in, and where they lead as far as the text alone can tell."""

from __future__ import annotations

import ipaddress
import re

from hybridchat.facts import Locality
from hybridchat.value import value

_HOST_NAME = re.compile(r"[\w-]+(\.[\w-]+)*\.?")
"""Letters of any script, digits, `_` (container names have it), `-`, dots."""
_DEFAULT_PORTS = {"http": 80, "https": 443}
_WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}
"""A server's bind-everywhere address, and where a client on the same machine finds it."""


@value
class Address:
    """A server: `url` without a slash at its end; `host` is `name` or `name:port` where the port is not the scheme's own."""

    url: str
    host: str
    name: str


def parse_url(text: str) -> Address:
    """An http or https URL. Raises `ValueError` with a sentence for people; it never repeats a user name or password."""
    if any(c.isspace() or not c.isprintable() for c in text):
        raise ValueError("holds spaces")
    scheme, separator, rest = text.partition("://")
    if not separator or scheme.lower() not in _DEFAULT_PORTS:
        raise ValueError("is not an http:// or https:// URL")
    if not rest or rest[0] in "/:":
        raise ValueError("has no host name")
    return _address(scheme.lower(), rest, _DEFAULT_PORTS[scheme.lower()])


def parse_ollama_host(text: str) -> Address:
    """OLLAMA_HOST in every shape that Ollama itself understands, as an address a client can use.

    Bare host, host:port, :port, bare or bracketed IPv6, URL; quotes and spaces around it; a path. Port 11434, but 80 and
    443 for an http or https URL without one, as Ollama's own clients do. 0.0.0.0 and [::] become loopback; a trailing
    `/v1` or `/api` is dropped. Empty means 127.0.0.1. Raises `ValueError`.
    """
    text = text.strip().strip("\"'").strip()
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest, port = "http", text, 11434
        if text == "ollama.com":
            scheme, port = "https", 443
    elif scheme.lower() in _DEFAULT_PORTS:
        scheme, port = scheme.lower(), _DEFAULT_PORTS[scheme.lower()]
    else:
        raise ValueError("has a scheme other than http and https")
    if any(c.isspace() or not c.isprintable() for c in rest):
        raise ValueError("holds spaces")
    found = _address(scheme, rest, port)
    for suffix in ("/v1", "/api"):
        if found.url.endswith(found.host + suffix):
            return Address(found.url.removesuffix(suffix), found.host, found.name)
    return found


def _address(scheme: str, rest: str, default_port: int) -> Address:
    authority, slash, path = rest.partition("/")
    if "@" in authority:
        raise ValueError("holds a user name or password; use key_env or api_key_cmd")
    if "?" in rest or "#" in rest:
        raise ValueError("has a query or fragment (? or #)")
    name, port = _split(authority, default_port)
    name = _WILDCARDS.get(name, name)
    shown = f"[{name}]" if ":" in name else name
    host = shown if port == _DEFAULT_PORTS[scheme] else f"{shown}:{port}"
    path = path.strip("/")
    return Address(f"{scheme}://{host}" + (slash + path if path else ""), host, name)


def _split(authority: str, default_port: int) -> tuple[str, int]:
    if (bare := _ip(authority)) is not None:
        return str(bare), default_port
    name, colon, port = authority.rpartition(":")
    if not colon or authority.endswith("]"):
        name, port = authority, ""
    if port and not (port.isascii() and port.isdecimal() and 0 < int(port) < 65536):
        raise ValueError("has a port that is not a number from 1 to 65535")
    number = int(port) if port else default_port
    if (address := _ip(name)) is not None:
        return str(address), number
    if not name:
        return "127.0.0.1", number
    if not _HOST_NAME.fullmatch(name):
        raise ValueError("has no usable host name")
    return name.lower(), number


def _ip(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return None


def is_loopback(name: str) -> bool:
    """Whether `name` can only be this machine: a loopback address, or `localhost`."""
    address = _ip(name)
    if address is None:
        return name.rstrip(".").lower() == "localhost"
    mapped = getattr(address, "ipv4_mapped", None)
    return address.is_loopback if mapped is None else bool(mapped.is_loopback)


def is_public(name: str) -> bool:
    """Whether `name` is an address on the public internet; a host name says nothing."""
    address = _ip(name)
    return address is not None and address.is_global


def objection(name: str, locality: Locality) -> str:
    """Why `locality` cannot be true of the host `name`, as far as its address tells; empty when nothing speaks against it."""
    if locality is Locality.ON_DEVICE and not is_loopback(name):
        return f"{name} is not a loopback address, so it may be another machine"
    if locality is Locality.LAN and is_public(name):
        return f"{name} is an address on the public internet"
    return ""
