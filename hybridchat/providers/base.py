"""What every provider speaks: one call, a stream of deltas, one tree of errors.

ProviderError
    Unreachable         no connection could be made (refused, no route, name not found, TLS)
    Stalled             connected, but no model progress within the limit
    Cut                 the stream broke off or ended without its terminal event
    Malformed           the server sent something that is not its protocol
    Unauthorised        401, or 403
    RateLimited         429; `retry_after` seconds when the server said so
      OutOfCredit       402, or 429 because the account has no money or quota left
    ServerFault         5xx, 529, a server error inside a 200 stream
    UnknownModel        404 for the model
    TooLong             the prompt does not fit the model's window
    BadRequest          any other 4xx: trying again would not help
    Refused             the provider declined to answer (content policy)
    Blocked             our own guard stopped the request before it left
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import ClassVar, Protocol

from hybridchat.conversation import Message
from hybridchat.facts import Live, Model, Timings, Usage
from hybridchat.parameters import Think
from hybridchat.value import value

Guard = Callable[[str, str, bytes], Awaitable[None]]
"""Called as `await guard(host, method, body)` for every request just before it leaves; raises `Blocked` to stop it."""


async def open_guard(host: str, method: str, body: bytes) -> None:
    """The guard that lets everything pass: for tests and for tools that hold no conversation."""


@value
class Call:
    """One request to a model. Times are seconds; `num_ctx` only means something to Ollama."""

    model: Model
    messages: tuple[Message, ...]
    max_output: int = 4096
    num_ctx: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()
    think: Think | None = None
    """`None`: as the model does by itself."""
    keep_alive: str | None = None
    logprobs: bool = False
    """Ask for the tokens' probabilities too; servers that do not know them answer without."""
    connect_timeout: float = 5.0
    first_token_timeout: float = 120.0
    gap_timeout: float = 60.0


@value
class Delta:
    """A piece of an answer; `thinking` is the model's reasoning, kept apart."""

    text: str = ""
    thinking: str = ""


@value
class Done:
    """The terminal event of a stream. `reason`: stop | length | refused | tool. `served_by`: model name the server reported."""

    reason: str = "stop"
    usage: Usage = Usage()
    timings: Timings = Timings()
    served_by: str = ""
    remote_host: str | None = None
    """Ollama only: the reply came from another machine, so it was not local."""
    logprobs: tuple[float, ...] | None = None
    """Natural logarithms of the probabilities of the visible tokens, the first 4,096; `None` where the server gave none."""
    refused: tuple[str, ...] = ()
    """Parameters that the server did not take; it answered without them."""


@value
class Running:
    """A model in a server's memory: bytes in all, bytes of them on a GPU, epoch seconds until which it is kept."""

    size_bytes: int | None = None
    vram_bytes: int | None = None
    until: float | None = None


@value
class Progress:
    """How far a pull is: bytes that are there and bytes there will be, over what is known so far. `total` `None`: unknown."""

    status: str
    completed: int = 0
    total: int | None = None


@value
class Listing:
    """What a server says it has: models, and what is known of each right now, by model id."""

    models: tuple[Model, ...] = ()
    live: tuple[tuple[str, Live], ...] = ()
    running: tuple[tuple[str, Running], ...] = ()


class Provider(Protocol):
    """A client for one configured endpoint."""

    endpoint: str
    host: str

    def stream(self, call: Call) -> AsyncIterator[Delta | Done]:
        """Yields deltas and, last, one `Done`. Raises a `ProviderError`; closing the iterator closes the connection."""
        ...

    async def models(self, only: str = "") -> Listing:
        """What the server offers. With a model's name in `only` the others may be told without their details.

        Raises a `ProviderError`.
        """
        ...

    async def preload(self, model: Model, num_ctx: int | None = None, *, keep_alive: str | None = None) -> None:
        """Loads a local model into memory; does nothing where the protocol has no such thing."""
        ...

    async def close(self) -> None: ...


class ProviderError(Exception):
    """A failure told once, for people: `str(error)` names the endpoint and the fix. Never holds a key or message text."""

    kind: ClassVar[str] = "provider_error"
    counts_against: ClassVar[bool] = True
    """Whether the failure speaks against the server's health."""
    retry_same: ClassVar[bool] = False
    """Whether one more try at the same model may help."""

    def __init__(self, message: str, *, host: str = "", retry_after: float | None = None) -> None:
        super().__init__(message)
        self.host = host
        self.retry_after = retry_after

    def pause(self, usual: float, longest: float) -> float | None:
        """Seconds to wait before one more try at the same model, `usual` where the server named none; `None`: not worth it."""
        wait = self.retry_after if self.retry_after is not None else usual
        return wait if self.retry_same and wait <= longest else None


class Unreachable(ProviderError):
    kind = "unreachable"
    retry_same = True

    def __init__(self, message: str, *, host: str = "", retry_after: float | None = None, start: str = "") -> None:
        super().__init__(message, host=host, retry_after=retry_after)
        self.start = start
        """The command that makes the server answer, on this system; empty where none is known."""


class Stalled(ProviderError):
    kind = "stalled"


class Cut(ProviderError):
    kind = "cut"
    retry_same = True


class Malformed(ProviderError):
    kind = "malformed"


class Unauthorised(ProviderError):
    kind = "unauthorised"
    counts_against = False


class RateLimited(ProviderError):
    kind = "rate_limited"
    retry_same = True

    def pause(self, usual: float, longest: float) -> float | None:
        # a server that does not say when is not asked again at once
        return super().pause(usual, longest) if self.retry_after is not None else None


class OutOfCredit(RateLimited):
    kind = "out_of_credit"
    retry_same = False


class ServerFault(ProviderError):
    kind = "server_fault"
    retry_same = True


class UnknownModel(ProviderError):
    kind = "unknown_model"
    counts_against = False


class TooLong(ProviderError):
    kind = "too_long"
    counts_against = False


class BadRequest(ProviderError):
    kind = "bad_request"
    counts_against = False


class Refused(ProviderError):
    kind = "refused"
    counts_against = False


class Blocked(ProviderError):
    kind = "blocked"
    counts_against = False
