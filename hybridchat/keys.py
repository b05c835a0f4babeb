"""API keys: where they come from, and that they show nowhere else."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping

from hybridchat.config.endpoints import Endpoint

SERVICE = "hybridchat"
"""Name under which keys stand in the system keyring; the user name there is the endpoint's name."""


class KeyUnavailable(Exception):
    """A key was configured and could not be had. Names endpoint and source, never what a command was given or printed."""


class Secret:
    """Text that does not show itself: not in `repr`, `str`, formatting, tracebacks of ours or logs. `reveal()` gives it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "Secret('…')"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a Secret is not written anywhere")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(("Secret", self._text))


def has_key(endpoint: Endpoint, env: Mapping[str, str] | None = None) -> bool:
    """Whether a key is set or a way to one is configured; runs no command and asks no keyring."""
    env = os.environ if env is None else env
    return bool(_from_env(endpoint, env) or endpoint.api_key_cmd or endpoint.keyring)


def api_key(endpoint: Endpoint, env: Mapping[str, str] | None = None, *, timeout_s: float = 10.0) -> Secret | None:
    """The endpoint's key: from its environment variable, else its command, else the keyring; `None` when none is configured.

    The command has `timeout_s` seconds, may block that long and may ask the user something, as a password manager does:
    call this off the event loop and keep the answer. Raises `KeyUnavailable`.
    """
    env = os.environ if env is None else env
    text = _from_env(endpoint, env)
    if not text and endpoint.api_key_cmd:
        text = _from_command(endpoint, timeout_s)
    if not text and endpoint.keyring:
        text = _from_keyring(endpoint)
    if not text:
        return None
    if not text.isascii() or not text.isprintable() or " " in text:
        # an HTTP library would refuse it, and repeat it in its complaint
        raise KeyUnavailable(f"endpoint `{endpoint.name}`: the key holds characters that no key has (spaces or non-ASCII)")
    return Secret(text)


def _from_env(endpoint: Endpoint, env: Mapping[str, str]) -> str:
    return env.get(endpoint.key_env, "").strip() if endpoint.key_env else ""


def _from_command(endpoint: Endpoint, timeout_s: float) -> str:
    # only the program: what follows it may be the secret that opens a store, and errors are shown and stored
    told = f"endpoint `{endpoint.name}`: api_key_cmd `{endpoint.api_key_cmd[0]}`"
    try:
        done = subprocess.run(endpoint.api_key_cmd, capture_output=True, stdin=subprocess.DEVNULL, timeout=timeout_s, check=False)
    except subprocess.TimeoutExpired:
        raise KeyUnavailable(f"{told} took longer than {timeout_s:g} s") from None
    except (OSError, ValueError) as error:
        raise KeyUnavailable(f"{told} could not be run: {getattr(error, 'strerror', None) or 'not a command'}") from None
    if done.returncode != 0:
        raise KeyUnavailable(f"{told} ended with exit code {done.returncode}")
    text = done.stdout.decode("utf-8", "replace").strip()
    if not text:
        raise KeyUnavailable(f"{told} printed nothing")
    return text.splitlines()[0].strip()


def _from_keyring(endpoint: Endpoint) -> str:
    told = f"endpoint `{endpoint.name}`: keyring"
    try:
        # imported here: an optional extra, and its backends cost tens of milliseconds
        import keyring
        import keyring.errors
    except ImportError:
        raise KeyUnavailable(f"{told} is not installed; install hybridchat[keyring]") from None
    try:
        text = keyring.get_password(SERVICE, endpoint.name)
    except keyring.errors.KeyringError as error:
        raise KeyUnavailable(f"{told} failed ({type(error).__name__})") from None
    if not text:
        raise KeyUnavailable(f"{told} has no key; set it with: keyring set {SERVICE} {endpoint.name}")
    return str(text).strip()
