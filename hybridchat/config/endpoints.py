"""The servers this configuration knows, with what the environment says of them. Pure: contacts nothing, runs nothing."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from dataclasses import field

from hybridchat.config.address import Address, is_loopback, objection, parse_ollama_host, parse_url
from hybridchat.config.errors import ConfigError
from hybridchat.config.schema import KINDS, Config, EndpointSettings, Kind
from hybridchat.facts import Locality
from hybridchat.value import value

OWN_URLS: Mapping[Kind, str] = {
    "ollama": "http://127.0.0.1:11434",
    "openai": "https://api.openai.com/v1",
    "anthropic": "https://api.anthropic.com",
}
"""Where each provider listens by itself; the same defaults as in its SDK."""

URL_VARIABLES: Mapping[str, str] = {"ollama": "OLLAMA_HOST", "openai": "OPENAI_BASE_URL", "anthropic": "ANTHROPIC_BASE_URL"}
KEY_VARIABLES: Mapping[str, str] = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY"}

_OLLAMA_KEYS: Mapping[str, str] = {"ollama.com": "OLLAMA_API_KEY"}
"""Only there: the variable is for Ollama's own cloud, and another host has no business with it."""


@value
class Endpoint:
    """One server.

    `host` is `name` or `name:port` where the port is not the scheme's own; `source` says what named the URL (`default`,
    a variable's name, `config.toml`). `own_base`: the URL differs from the provider's own and is to be shown. `allowed`:
    may be contacted without asking first. `local`: its models count as local (this device, or a trusted LAN host).
    """

    name: str
    kind: Kind
    base_url: str
    host: str
    locality: Locality
    source: str = "default"
    own_base: bool = False
    allowed: bool = False
    trusted: bool = False
    key_env: str | None = None
    api_key_cmd: tuple[str, ...] = field(default=(), repr=False)
    keyring: bool = False
    keep_alive: str | None = None

    @property
    def local(self) -> bool:
        return self.locality is Locality.ON_DEVICE or (self.locality is Locality.LAN and self.trusted)


def endpoints(config: Config, env: Mapping[str, str] | None = None) -> tuple[Endpoint, ...]:
    """The effective endpoints: `ollama` always; `openai` and `anthropic` when configured or when their key variable is set;
    then the configured ones in the file's order. Raises `ConfigError` for an address in the environment that is none.

    The environment's address wins over the file's. What the file says of the host (locality, trusted, allowed) holds only
    for the host the file means: an address from elsewhere does not inherit trust.
    """
    env = os.environ if env is None else env
    names: list[str] = [n for n in KINDS if n == "ollama" or n in config.endpoints or env.get(KEY_VARIABLES[n], "").strip()]
    names = [*names, *(n for n in config.endpoints if n not in KINDS)]
    said = {n: config.endpoints.get(n, EndpointSettings()) for n in names}
    return tuple(_endpoint(n, s, env) for n, s in said.items() if s.enabled)


def _endpoint(name: str, said: EndpointSettings, env: Mapping[str, str]) -> Endpoint:
    kind: Kind = said.kind if said.kind is not None else next(k for k in KINDS if k == name)
    address, source = _address(name, kind, said, env)
    stated = _stated_host(name, kind, said)
    holds = stated is None or stated == address.host
    locality = _locality(kind, said.locality if holds else None, address)
    trusted = said.trusted and holds and locality is Locality.LAN
    on_its_own = locality is Locality.ON_DEVICE or trusted
    return Endpoint(
        name=name,
        kind=kind,
        base_url=address.url,
        host=address.host,
        locality=locality,
        source=source,
        own_base=_plain_url(address.url) != _plain_url(OWN_URLS[kind]),
        allowed=on_its_own if said.allowed is None or not holds else said.allowed,
        trusted=trusted,
        key_env=said.key_env or KEY_VARIABLES.get(name) or _OLLAMA_KEYS.get(address.host),
        api_key_cmd=_words(said.api_key_cmd),
        keyring=said.keyring,
        keep_alive=said.keep_alive,
    )


def _address(name: str, kind: Kind, said: EndpointSettings, env: Mapping[str, str]) -> tuple[Address, str]:
    variable = URL_VARIABLES.get(name, "")
    if text := env.get(variable, "").strip():
        try:
            return (parse_ollama_host(text) if kind == "ollama" else parse_url(text.strip("\"'"))), variable
        except ValueError as problem:
            fix = "a host, host:port or URL, as in 127.0.0.1:11434" if kind == "ollama" else f"a URL as in {OWN_URLS[kind]}"
            raise ConfigError(f"environment variable {variable}", "", str(problem), fix) from None
    if said.base_url is not None:
        return parse_url(said.base_url), "config.toml"
    return parse_url(OWN_URLS[kind]), "default"


def _stated_host(name: str, kind: Kind, said: EndpointSettings) -> str | None:
    """The host that the file's statements are about; `None`: whichever there is (Ollama without an address in the file)."""
    if said.base_url is not None:
        return parse_url(said.base_url).host
    return None if name == "ollama" else parse_url(OWN_URLS[kind]).host


def _locality(kind: Kind, said: Locality | None, address: Address) -> Locality:
    """As said, unless the address speaks against it; unsaid, only an Ollama at a loopback address is on this device."""
    if said is not None and not objection(address.name, said):
        return said
    return Locality.ON_DEVICE if kind == "ollama" and is_loopback(address.name) else Locality.REMOTE


def _plain_url(url: str) -> str:
    return url.replace("//localhost", "//127.0.0.1").replace("//[::1]", "//127.0.0.1")


def _words(command: str | list[str] | None) -> tuple[str, ...]:
    if command is None:
        return ()
    return tuple(shlex.split(command) if isinstance(command, str) else command)
