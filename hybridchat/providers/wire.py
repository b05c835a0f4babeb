"""What the three adapters share: the guard's hook, the watchdog, clients built off the event loop, the reading of loose JSON."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import ssl
import sys
import time
from base64 import b64encode
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar
from urllib.parse import urlsplit

from hybridchat.conversation import Message, Picture
from hybridchat.facts import Locality, Timings
from hybridchat.providers import complaint
from hybridchat.providers.base import Call, Delta, Done, Guard
from hybridchat.providers.errors import NOTHING, GuardStop, Matter, Site, malformed, spoken, stalled, translate

T = TypeVar("T")
Part = Delta | Done

LISTING_S = 10.0
"""Limit for a look at what a server has, seconds."""
TAIL_S = 1.0
"""How long the usage figures may come after the answer's end, seconds."""
LOAD_S = 600.0
"""Limit for loading a model into memory, seconds: tens of gigabytes from a slow disk."""
NO_KEY = "none"
"""Given to an SDK in place of a missing key, or it would look for one in the environment; the hook takes the header off."""

_HTTPX_PROGRAM = "httpx._main"
_PORTS = {"http": 80, "https": 443}
_KEY_HEADERS = ("authorization", "x-api-key", "api-key")
_MACHINE_HEADERS = "x-stainless-"


def host_of(base_url: str) -> str:
    """`host[:port]` of an address, lower case, without the scheme's own port and without credentials."""
    split = urlsplit(base_url if "://" in base_url else f"http://{base_url}")
    host = (split.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    return host if split.port in {None, _PORTS.get(split.scheme)} else f"{host}:{split.port}"


# -- before a request leaves -----------------------------------------------------------------------------------------


class OutgoingRequest(Protocol):
    """What httpx's and httpx2's requests have in common, as far as the hook needs it."""

    @property
    def method(self) -> str: ...
    @property
    def url(self) -> Any: ...
    @property
    def headers(self) -> Any: ...
    @property
    def extensions(self) -> Any: ...
    async def aread(self) -> bytes: ...


Hook = Callable[[Any], Awaitable[None]]


def guard_hook(guard: Guard, *, keyed: bool, drop: Iterable[str] = ()) -> Hook:
    """A request hook that shows the guard every body just before it goes; without `keyed` no key goes with it.

    The SDKs' headers about this machine (system, processor, Python version) never leave.
    """
    unwanted = (*(() if keyed else _KEY_HEADERS), *drop)

    async def hook(request: OutgoingRequest) -> None:
        for name in [h for h in request.headers if h.lower() in unwanted or h.lower().startswith(_MACHINE_HEADERS)]:
            del request.headers[name]
        netloc: bytes = request.url.netloc
        body = await request.aread()
        try:
            await guard(netloc.decode("ascii", "replace"), request.method, body)
        except Exception as reason:
            raise GuardStop(reason) from reason

    return hook


def http_settings(base_url: str, locality: Locality, **hooks: Sequence[Hook]) -> dict[str, Any]:
    """Arguments for httpx's or httpx2's `AsyncClient`; `hooks` by their names there, `request` and `response`.

    Only what goes to the internet may take the way of the proxy variables.
    """
    remote = locality is Locality.REMOTE
    settings: dict[str, Any] = {"event_hooks": hooks, "follow_redirects": False, "trust_env": remote}
    if not remote and not base_url.startswith("https:"):
        # loading the certificates takes 20 ms that plain HTTP does not need; this context trusts nobody
        settings["verify"] = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return settings


# -- clients and calls -----------------------------------------------------------------------------------------------


class Lazy(Generic[T]):
    """Something built once, on first use and in a thread: importing an SDK takes up to 0.75 s, and the loop must not wait."""

    def __init__(self, build: Callable[[], T]) -> None:
        self._build = build
        self._lock = asyncio.Lock()
        self.built: T | None = None

    async def get(self) -> T:
        async with self._lock:
            if self.built is None:
                self.built = await asyncio.to_thread(_uncollected, self._build)
            return self.built


def _uncollected(build: Callable[[], T]) -> T:
    """Looking for garbage among thousands of new classes that all stay would add 10 % to an SDK's import.

    A program that froze what it started with has these frozen too: the next look at them would hold it up for 35 ms.
    """
    collecting = gc.isenabled()
    gc.disable()
    # httpx brings a command line program of its own along, with Click, Rich and Pygments: 40 ms for what nobody runs here
    unwanted = not sys.modules.keys() & {"httpx", _HTTPX_PROGRAM}
    if unwanted:
        sys.modules[_HTTPX_PROGRAM] = None  # type: ignore[assignment] # the documented way to have an import fail
    try:
        return build()
    finally:
        if unwanted:
            sys.modules.pop(_HTTPX_PROGRAM, None)
        if gc.get_freeze_count():
            gc.freeze()
        if collecting:
            gc.enable()


class Stopwatch:
    """Times of one answer, from the moment the request is made."""

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self._first: float | None = None

    def token(self) -> None:
        """A visible or thinking token came."""
        if self._first is None:
            self._first = time.perf_counter() - self._start

    def timings(self, *, load_s: float | None = None, prefill_s: float | None = None, generate_s: float | None = None) -> Timings:
        total = time.perf_counter() - self._start
        return Timings(first_token_s=self._first, total_s=total, load_s=load_s, prefill_s=prefill_s, generate_s=generate_s)


def matter_of(call: Call) -> Matter:
    return Matter(call.model.name, tuple(message.text for message in call.messages))


def wire_text(message: Message) -> str:
    """The message as UTF-8 can carry it: half of a surrogate pair, as a broken paste leaves it, becomes U+FFFD."""
    return message.text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def base64_of(picture: Picture) -> str:
    return b64encode(picture.data).decode("ascii")


def output_limit(call: Call) -> int:
    """Tokens the answer may have."""
    limit = call.model.max_output
    return call.max_output if limit is None else min(call.max_output, limit)


async def tell(work: Awaitable[T], site: Site, matter: Matter = NOTHING) -> T:
    """The result of `work`, or its failure as one of our errors."""
    try:
        return await work
    except Exception as error:  # noqa: BLE001  # three SDKs, two HTTP libraries: all of it is translated, nothing swallowed
        failure = await _translated(error, site, matter)
    # outside the handler, so that the SDK's exception (it holds the key) is not even the context of ours
    raise failure


async def _translated(error: Exception, site: Site, matter: Matter) -> Exception:
    # off the event loop: what to do about a server that is not there depends on what lies on the disk
    return await asyncio.to_thread(translate, error, site, matter)


async def follow(parts: AsyncGenerator[Part, None], call: Call, site: Site) -> AsyncGenerator[Part, None]:
    """An answer's parts under the watchdog, every failure as one of our errors. Closing it closes the connection."""
    failure: Exception | None = None
    watched = watch(parts, call.first_token_timeout, call.gap_timeout, site)
    try:
        async for part in watched:
            yield part
    except Exception as error:  # noqa: BLE001  # as in `tell`
        failure = await _translated(error, site, matter_of(call))
    finally:
        await watched.aclose()
    if failure is not None:
        raise failure


async def watch(
    stream: AsyncGenerator[Part, None], first_token_timeout: float, gap_timeout: float, site: Site
) -> AsyncGenerator[Part, None]:
    """Passes parts on; raises `Stalled` when text and thinking stay away for too long (seconds).

    Only waiting counts, not the time the reader takes with a part; and only model progress ends a wait, no sign of life.
    """
    left, begun = first_token_timeout, False
    try:
        while True:
            waiting_since = time.monotonic()
            limit = asyncio.timeout(left)
            try:
                async with limit:
                    part = await anext(stream, None)
            except TimeoutError:
                if limit.expired():
                    raise stalled(site, gap_timeout if begun else first_token_timeout, begun=begun) from None
                raise
            if part is None:
                return
            if isinstance(part, Done) or part.text or part.thinking:
                left, begun = gap_timeout, True
            else:
                left -= time.monotonic() - waiting_since
            yield part
    finally:
        await stream.aclose()


async def next_chunk(chunks: AsyncIterator[T], *, ended: bool) -> T | None:
    """The next chunk of a stream, `None` at its end.

    Once the answer has `ended`, only its bill is missing: that is waited for briefly, and its loss spoils nothing.
    """
    try:
        async with asyncio.timeout(TAIL_S if ended else None):
            return await anext(chunks, None)
    except Exception:
        if ended:
            return None
        raise


async def check_stream(response: Any, site: Site) -> None:
    """Raises what a 200 that is no event stream means: an error told in JSON, a sign-in page, another protocol."""
    kind: str = response.headers.get("content-type", "").lower()
    if "text/html" in kind:
        raise malformed(site)
    if "application/json" in kind:
        told = json_object(await response.aread(), site)
        raise spoken(complaint.read(0, told), site) if told.get("error") else malformed(site)


async def hang_up(close: Callable[[], Awaitable[object]]) -> None:
    """Closes a stream or a client; a connection that is broken already has nothing more to say."""
    with contextlib.suppress(Exception):
        await close()


# -- loose JSON: servers leave out, rename and null everything -------------------------------------------------------


def json_object(content: bytes | str, site: Site) -> Mapping[str, object]:
    """The JSON object in `content`; raises `Malformed`."""
    try:
        value = json.loads(content)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise malformed(site)
    return value


def whole(value: object) -> int | None:
    """A count of something, or `None`."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if value >= 0 else None


def word(value: object) -> str:
    return value if isinstance(value, str) else ""


def entry(value: object) -> Mapping[str, object]:
    """A JSON object, empty where there is none."""
    return value if isinstance(value, dict) else {}


def entries(value: object) -> list[Mapping[str, object]]:
    """The JSON objects of a list, empty where there is none."""
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []


def tier_of(billions: float | None) -> int:
    """Ability as far as size tells it: 1 to 4 billion parameters, 3 from 30 billion on; else, and unknown, 2."""
    if billions is None:
        return 2
    return 1 if billions <= 4 else 3 if billions >= 30 else 2
