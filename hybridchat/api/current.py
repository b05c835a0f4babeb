"""A value that can be read now and followed from now on, and the figures of a client kept in one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, Literal, TypeVar

from hybridchat.conversation import Ending
from hybridchat.events import Asked, Decided, Ended, Event, FellBack, HandedOver, Held, SecondLook
from hybridchat.facts import Locality, Outcome

T = TypeVar("T")
R = TypeVar("R")
Status = Literal["idle", "routing", "answering"]


class Current(Generic[T]):
    """`.value` is what holds now; `async for value in current` gives that and then every value that differs from the one before.

    A reader that is slow gets the newest value, not each between. Event loop only; the loops end with the client's `shutdown`.
    """

    def __init__(self, value: T) -> None:
        self._value = value
        self._closed = False
        self._waiting: set[asyncio.Future[None]] = set()

    @property
    def value(self) -> T:
        return self._value

    def derived(self, of: Callable[[T], R]) -> Derived[T, R]:
        """What `of` makes of the value, to read and follow alike."""
        return Derived(self, of)

    async def __aiter__(self) -> AsyncGenerator[T, None]:
        seen: list[T] = []
        while True:
            if not seen or seen[0] != self._value:
                seen = [self._value]
                yield self._value
            elif self._closed:
                return
            else:
                await self._news()

    async def _news(self) -> None:
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(waiting)
        try:
            await waiting
        finally:
            self._waiting.discard(waiting)

    def _set(self, value: T) -> None:
        self._value = value
        self._wake()

    def _close(self) -> None:
        self._closed = True
        self._wake()

    def _wake(self) -> None:
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)


class Derived(Generic[T, R]):
    """A value made of another one; what does not change it is not told."""

    def __init__(self, source: Current[T], of: Callable[[T], R]) -> None:
        self._source, self._of = source, of

    @property
    def value(self) -> R:
        return self._of(self._source.value)

    async def __aiter__(self) -> AsyncGenerator[R, None]:
        seen: list[R] = []
        async for value in self._source:
            made = self._of(value)
            if not seen or seen[0] != made:
                seen = [made]
                yield made


@dataclass(frozen=True, slots=True)
class Figures:
    """What a client did since it was made.

    `local`, `lan` and `cloud` count prompts by where they were answered, each once however many models tried; `unanswered` the
    others. `cost` is US dollars over every attempt whose price is known, `unpriced` counts those whose is not.
    `model_id` answered last.
    """

    status: Status = "idle"
    running: int = 0
    """Prompts under way."""
    local: int = 0
    lan: int = 0
    cloud: int = 0
    unanswered: int = 0
    fallbacks: int = 0
    second_looks: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0
    unpriced: int = 0
    model_id: str | None = None

    @property
    def answered(self) -> int:
        return self.local + self.lan + self.cloud

    @property
    def local_share(self) -> float | None:
        """Share of the answers that came from this device, 0..1; `None` without answers."""
        return self.local / self.answered if self.answered else None


class Board(Current[Figures]):
    """Keeps the figures. `began` and `left` stand around each prompt, its events between them."""

    def __init__(self) -> None:
        super().__init__(Figures())
        self._under_way: dict[object, Status] = {}
        self._ends: dict[object, Ended] = {}

    def began(self, prompt: object) -> None:
        self._under_way[prompt] = "routing"
        self._told()

    def heard(self, prompt: object, event: Event) -> None:
        match event:
            case Asked() | Decided() | Held():
                self._under_way[prompt] = "routing"
            case HandedOver():
                self._under_way[prompt] = "answering"
            case FellBack():
                self._under_way[prompt] = "routing"
                self._value = replace(self._value, fallbacks=self._value.fallbacks + (event.to_model is not None))
            case SecondLook():
                self._value = replace(self._value, second_looks=self._value.second_looks + 1)
            case Ended():
                self._ends[prompt] = event
                return
            case _:
                return
        self._told()

    def left(self, prompt: object, names: Mapping[str, str]) -> None:
        """The prompt is over, answered or not. `names`: id inside -> the program's."""
        self._under_way.pop(prompt, None)
        now, ended = self._value, self._ends.pop(prompt, None)
        if ended is None or ended.ending is not Ending.COMPLETE or ended.model_id is None:
            self._told(unanswered=now.unanswered + 1)
            return
        places = {Locality.ON_DEVICE: "local", Locality.LAN: "lan", Locality.REMOTE: "cloud"}
        place = places[ended.locality or Locality.ON_DEVICE]
        self._told(**{place: getattr(now, place) + 1}, model_id=names.get(ended.model_id, ended.model_id))

    def learnt(self, outcome: Outcome, *, local: bool) -> None:
        """One attempt ended, whatever came of it."""
        now = self._value
        known = outcome.cost is not None
        self._told(
            input_tokens=now.input_tokens + (outcome.usage.input_tokens or 0),
            output_tokens=now.output_tokens + (outcome.usage.output_tokens or 0),
            cost=now.cost + (outcome.cost or 0.0),
            unpriced=now.unpriced + (not known and not local and outcome.usage.output_tokens is not None),
        )

    def close(self) -> None:
        """Readers get what is left, then their loops end."""
        self._close()

    def _told(self, **figures: Any) -> None:
        states = set(self._under_way.values())
        status: Status = "answering" if "answering" in states else "routing" if states else "idle"
        self._set(replace(self._value, **figures, status=status, running=len(self._under_way)))
