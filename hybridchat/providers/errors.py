"""From whatever three SDKs and two HTTP libraries raise to our own errors, each one sentence with the endpoint and the fix.

The HTTP libraries' errors are known by class name, so that none is imported here: ollama sits on httpx, openai and anthropic on
httpx2, and each lets some of its library's errors through unwrapped.
"""

from __future__ import annotations

import re
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import field

from hybridchat.providers import complaint, ollama_start
from hybridchat.providers.base import (
    BadRequest,
    Cut,
    Malformed,
    OutOfCredit,
    ProviderError,
    RateLimited,
    Refused,
    ServerFault,
    Stalled,
    TooLong,
    Unauthorised,
    UnknownModel,
    Unreachable,
)
from hybridchat.providers.complaint import Complaint
from hybridchat.value import value

_DETAIL = 200
_ECHO = 12
"""Characters in a row that a server's sentence may share with the conversation before it counts as a quotation of it."""
_KEY_LIKE = re.compile(r"\b(?:sk|pk|key|api|token|Bearer)[-_ ][\w.*-]{6,}")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\s]+")


@value
class Site:
    """The endpoint an error arises at. `protocol`: ollama | openai | anthropic; `key_name`: environment variable of its key."""

    endpoint: str
    host: str
    protocol: str
    on_device: bool = False
    key_name: str = ""
    secret: str = field(default="", repr=False)


@value
class Matter:
    """What was asked for: the model's name, and the texts no error may repeat."""

    model: str = ""
    texts: tuple[str, ...] = field(default=(), repr=False)


NOTHING = Matter()


class GuardStop(Exception):
    """Carries what the guard raised past the SDKs, which wrap some exceptions of a request hook as a connection error."""

    def __init__(self, reason: Exception) -> None:
        super().__init__("stopped before sending")
        self.reason = reason


def translate(error: Exception, site: Site, matter: Matter = NOTHING) -> Exception:
    """Our error for `error`, with no reference to it: the SDKs' exceptions hold the request and so the key.

    What the guard raised, and an error that is ours already, come back as they are.
    """
    chain = tuple(_chain(error))
    for link in chain:
        if isinstance(link, GuardStop):
            return link.reason
        if isinstance(link, ProviderError):
            return link
    said = _complaint(chain)
    if said is not None:
        return spoken(said, site, matter)
    for link in chain:
        if (failure := _transport(link, chain, site)) is not None:
            return failure
    failure = malformed(site)
    # for a bug report: the type alone, as the text of a parser's error quotes what it read
    failure.add_note(f"from {type(error).__name__}")
    return failure


def complaint_of(error: Exception) -> Complaint | None:
    """What the server said, where `error` is an answer of the server."""
    return _complaint(tuple(_chain(error)))


def spoken(said: Complaint, site: Site, matter: Matter = NOTHING) -> ProviderError:
    """The error a server's complaint amounts to."""
    kind = complaint.judge(said)
    sentence = _sentence(kind, said, site, matter)
    return kind(sentence, host=site.host, retry_after=said.retry_after)


def malformed(site: Site) -> Malformed:
    proxy = "" if site.on_device else ", and that no sign-in page stands in between"
    return Malformed(
        f"{site.host} sent something that is not the {site.protocol} protocol. Check that base_url is right{proxy}.",
        host=site.host,
    )


def cut(site: Site) -> Cut:
    return Cut(f"The answer of {site.host} broke off before its end. Try again.", host=site.host)


def stalled(site: Site, seconds: float, *, begun: bool) -> Stalled:
    loading = "It may still be loading the model: try" if site.on_device and not begun else "Try"
    silence = "stopped sending for" if begun else "sent no word for"
    return Stalled(f"{site.host} {silence} {seconds:.3g} s. {loading} again, or choose another model.", host=site.host)


def refused(site: Site) -> Refused:
    return Refused(f"{site.host} declined to answer this. Rephrase it, or ask another model.", host=site.host)


def check_key(site: Site) -> None:
    """Raises `Unauthorised` for a key no header can carry: the HTTP libraries' own errors would quote it."""
    if not (site.secret.isascii() and (site.secret.isprintable() or not site.secret)):
        told = f"The key for {site.host} holds characters no key has: a line break, an accent."
        raise Unauthorised(f"{told} {_key_fix(site)}", host=site.host)


def no_key(site: Site) -> Unauthorised:
    return Unauthorised(f"There is no key for {site.host}. {_key_fix(site)}", host=site.host)


# -- reading exceptions ----------------------------------------------------------------------------------------------


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception and what it came from, also where that was hidden by `from None`."""
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield link
        link = link.__cause__ or link.__context__


def _complaint(chain: tuple[BaseException, ...]) -> Complaint | None:
    for link in chain:
        response = getattr(link, "response", None)
        status = getattr(response, "status_code", None)
        if isinstance(status, int) and status >= 300:
            headers = getattr(response, "headers", None)
            return complaint.read(status, _content(response), headers if isinstance(headers, Mapping) else None, now=time.time())
    for link in chain:
        # an error inside a 200 stream: openai and anthropic keep it as `body`, ollama as `error`
        body = getattr(link, "body", None) or getattr(link, "error", None)
        if body is not None and not isinstance(link, OSError):
            return complaint.read(0, body)
    return None


def _content(response: object) -> object:
    try:
        return getattr(response, "content", b"")
    except RuntimeError:  # both libraries' ResponseNotRead
        return b""


def _transport(link: BaseException, chain: tuple[BaseException, ...], site: Site) -> ProviderError | None:
    names = {c.__name__ for c in type(link).__mro__ if c.__module__.partition(".")[0] in {"httpx", "httpx2"}}
    if names & {"ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError"}:
        return unreachable(site, _why(chain, names))
    if names & {"UnsupportedProtocol", "InvalidURL", "LocalProtocolError"}:
        return BadRequest(f"The address or a header for {site.host} is not usable. Check base_url and the key.", host=site.host)
    if names & {"ReadTimeout", "WriteTimeout"}:
        return Stalled(f"{site.host} did not answer in time. Try again, or choose another model.", host=site.host)
    if "DecodingError" in names:
        return malformed(site)
    if "RemoteProtocolError" in names and "disconnected" not in str(link) and "closed connection" not in str(link):
        return malformed(site)
    if names & {"TransportError", "StreamError"}:
        return cut(site)
    if isinstance(link, ConnectionResetError | BrokenPipeError):
        return cut(site)
    if isinstance(link, ConnectionError | ssl.SSLError | socket.gaierror):
        return unreachable(site, _why(chain, names))
    if type(link).__name__ in {"EndOfStream", "BrokenResourceError", "ClosedResourceError"}:
        return cut(site)
    return None


def _why(chain: tuple[BaseException, ...], names: set[str]) -> str:
    if "ProxyError" in names:
        return "the proxy refused"
    if any(isinstance(link, socket.gaierror) for link in chain):
        return "its name was not found"
    if any(isinstance(link, ssl.SSLError) for link in chain):
        return "its certificate or TLS was not accepted"
    if names & {"ConnectTimeout", "PoolTimeout"}:
        return "no connection in time"
    return ""


# -- the sentences ---------------------------------------------------------------------------------------------------


def unreachable(site: Site, why: str = "") -> Unreachable:
    """Looks at the disk: call it off the event loop."""
    start = ollama_start.command() if site.on_device and site.protocol == "ollama" else ""
    if site.on_device and not why:
        fix = ollama_start.told(start) if start else "Start the server, or correct its base_url."
        return Unreachable(f"Nothing answers at {site.host}. {fix}", host=site.host, start=start)
    fix = {
        "the proxy refused": "Check HTTP_PROXY, HTTPS_PROXY and NO_PROXY.",
        "its certificate or TLS was not accepted": "Check the address and whether the network intercepts connections.",
        "its name was not found": "Check the network and base_url.",
    }.get(why, "Check the network and that the server runs.")
    return Unreachable(f"No connection to {site.host}{f' ({why})' if why else ''}. {fix}", host=site.host, start=start)


def _sentence(kind: type[ProviderError], said: Complaint, site: Site, matter: Matter) -> str:
    host, name = site.host, f'"{matter.model}"' if matter.model else "this model"
    detail = _detail(said.text, site, matter)
    if 300 <= said.status < 400:
        return f"{host} sends the request on to another address, which is not followed. Put the final address into base_url."
    if kind is Unauthorised:
        verdict = "does not accept the key" if site.secret else "wants a key"
        return f"{host} {verdict}. {_key_fix(site)}"
    if kind is OutOfCredit:
        return f"The account at {host} has no credit or quota left. Add some there, or choose another model."
    if kind is RateLimited:
        wait = f"in {said.retry_after:.0f} s" if said.retry_after else "in a moment"
        return f"{host} takes no more requests for now. Try again {wait}, or choose another model."
    if kind is UnknownModel:
        pull = site.protocol == "ollama" and matter.model
        fix = f"Get it with: ollama pull {matter.model}" if pull else "Check how it is written, or choose another model."
        return f"{host} does not have the model {name}. {fix}"
    if kind is TooLong:
        return f"The conversation does not fit {name} at {host}{detail}. Choose a model with a larger window, or shorten it."
    if kind is Refused:
        return str(refused(site))
    if kind is BadRequest and said.status == 404:
        return f"{host} has no such path. Check base_url."
    if kind is ServerFault:
        if "loading model" in said.text.lower():
            return f"{host} is still loading the model. Try again in a moment."
        status = f" (error {said.status})" if said.status else ""
        return f"{host} failed{status}{detail}. Try again, or choose another model."
    return f"{host} did not take the request{detail}. Choose another model, or change the request."


def _key_fix(site: Site) -> str:
    if site.protocol == "ollama" and not site.secret:
        return "Sign in with: ollama signin"
    named = f"Set {site.key_name}" if site.key_name else f"Set the key of {site.endpoint} in the configuration"
    return f"{named}, or check that the key is right and may use this model."


def _detail(text: str, site: Site, matter: Matter) -> str:
    """The server's own words, fit for a log: no key, no control characters, nothing of the conversation."""
    line = _UNPRINTABLE.sub(" ", text).strip().rstrip(".")
    if site.secret:
        line = line.replace(site.secret, "***")
    line = _KEY_LIKE.sub("***", line)[:_DETAIL]
    if not line or line.startswith("<"):
        return ""
    windows = {line[i : i + _ECHO] for i in range(max(1, len(line) - _ECHO + 1))}
    if any(window in body for body in matter.texts for window in windows):
        return ""
    return f": {line}"
