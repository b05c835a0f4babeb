"""The way out of one attempt: a request with its permission to leave, its ledger row, and the stream that comes back."""

from __future__ import annotations

import asyncio
import contextvars
from collections import Counter
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from functools import partial
from typing import cast

from hybridchat.conversation import Attempt, Package, Turn
from hybridchat.crew import Crew, Patience, readable
from hybridchat.facts import Live, Model
from hybridchat.gate import Departure, departure
from hybridchat.providers.base import Blocked, Call, Cut, Delta, Done, Malformed, ProviderError
from hybridchat.sessions.ledger import LedgerEntry, PlaceholderRow, WirePart
from hybridchat.value import value

THINKING_S: Mapping[str, float] = {"low": 120.0, "medium": 240.0, "high": 600.0}
"""Seconds a model may think before its first token comes: thoughts that nobody is shown count as none."""
THINKING_GAP_S = 120.0


@value
class Left:
    """This many bytes were handed to the wire, and the ledger row is on disk."""

    size: int


@value
class Halt:
    """The user stopped."""


Item = Delta | Done | ProviderError | Left | Halt


class Sending:
    """Streams an attempt's answer into `queue`, from a task of its own so that a stop never waits for the server."""

    def __init__(
        self, crew: Crew, turn: Turn, attempt: Attempt, model: Model, package: Package, *, logprobs: bool = False
    ) -> None:
        self._logprobs = logprobs
        self._crew, self._turn, self._attempt = crew, turn, attempt
        self._model, self._package = model, package
        self.queue: asyncio.Queue[Item] = asyncio.Queue()
        self.left = not package.remote
        """Whether the request was handed to the wire, and so may be billed."""
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Runs the provider's stream in a task whose context holds the permission to send."""
        context = contextvars.copy_context()
        if self._package.remote:
            context.run(departure.set, self._departure())
        self._task = asyncio.get_running_loop().create_task(self._run(), context=context)

    async def close(self) -> None:
        """Closes the stream; the wait for a server that is slow to notice goes on behind."""
        if self._task is None or self._task.done():
            return
        self._task.cancel()
        self._crew.leftover.add(self._task)
        self._task.add_done_callback(self._crew.leftover.discard)
        await asyncio.wait({self._task}, timeout=self._crew.patience.hang_up)

    def _departure(self) -> Departure:
        leaks = None if readable(self._crew, self._model) else self._leaks
        return Departure(self._crew.world.wire_host(self._model), leaks, self._record)

    async def _run(self) -> None:
        world, host = self._crew.world, self._model.host
        try:
            provider = await world.provider(self._model.endpoint)
            call = self._call(world.live(self._model.id), self._crew.patience)
            stream = cast("AsyncGenerator[Delta | Done, None]", provider.stream(call))
            async with aclosing(stream) as items:
                async for item in items:
                    self.queue.put_nowait(item)
                    if isinstance(item, Done):
                        return
            self.queue.put_nowait(Cut(f"{host} ended the answer without its closing event.", host=host))
        except ProviderError as error:
            self.queue.put_nowait(error)
        except Exception as error:  # noqa: BLE001 the last resort: an SDK raised something its own tree does not know
            self.queue.put_nowait(Malformed(f"{host}: unexpected {type(error).__name__} from the client.", host=host))

    def _call(self, live: Live, patience: Patience) -> Call:
        first_token = patience.first_token_on_device if self._model.on_device else patience.first_token_remote
        if live.first_token_s is not None:
            unloaded = first_token if self._model.on_device and not live.resident else 0.0
            first_token = max(20.0, 4 * live.first_token_s + (live.load_s or 0.0), unloaded)
        asked, gap = self._package.parameters, patience.gap
        if asked.think is not None and asked.think != "off":
            # some say nothing while they think, or pause in it; a keepalive is no sign that they do
            first_token, gap = max(first_token, THINKING_S[asked.think]), max(gap, THINKING_GAP_S)
        return Call(
            self._model,
            self._package.messages,
            max_output=self._package.max_output,
            num_ctx=self._package.num_ctx,
            temperature=asked.temperature,
            top_p=asked.top_p,
            seed=asked.seed,
            stop=asked.stop,
            think=asked.think,
            keep_alive=self._crew.world.keep_alive(self._model),
            logprobs=self._logprobs,
            first_token_timeout=first_token,
            gap_timeout=gap,
        )

    # -- at the gate ------------------------------------------------------------------------------

    async def _leaks(self, body: bytes) -> list[str]:
        def leaks() -> list[str]:
            table = self._crew.table(self._turn.session_id)
            return table.leaks(body, self._crew.redactor(self._turn.session_id, table).spared)

        return await self._crew.in_worker(leaks)

    async def _record(self, body: bytes) -> None:
        """Commits ledger row, wire parts and new placeholders in one transaction, before the bytes leave."""
        rows = await self._crew.in_worker(self._new_rows)
        try:
            await self._crew.store.ledger.hand_over(self._entry(body), rows)
        except ValueError:
            # two processes gave the same placeholder to different values: the one that was stored first is right
            await self._crew.in_worker(partial(self._crew.forget_table, self._turn.session_id))
            raise Blocked(
                "This conversation went on in another window, so nothing was sent. Ask again.", host=self._package.host
            ) from None
        await self._crew.in_worker(partial(self._committed, len(rows)))
        self.left = True
        self.queue.put_nowait(Left(len(body)))

    def _new_rows(self) -> list[PlaceholderRow]:
        session_id = self._turn.session_id
        if readable(self._crew, self._model):
            return []
        return [
            PlaceholderRow(session_id, r.placeholder, r.kind, r.original, part_of=r.part_of)
            for r in self._crew.table(session_id).new_rows()
        ]

    def _committed(self, stored: int) -> None:
        table = self._crew.table(self._turn.session_id)
        # what another answer minted meanwhile is stored with that one's ledger row, and ours once more: that changes nothing
        if stored and len(table.new_rows()) == stored:
            table.commit()

    def _entry(self, body: bytes) -> LedgerEntry:
        package = self._package
        return LedgerEntry(
            host=package.host,
            model_id=self._model.id,
            session_id=self._turn.session_id,
            turn_id=self._turn.id,
            attempt_id=self._attempt.id,
            locality=self._model.locality,
            parts=tuple(WirePart(m.role, m.text, *o) for m, o in zip(package.messages, package.origins, strict=True)),
            tokens=package.tokens,
            est_cost=package.est_cost,
            hidden=hidden_kinds(package),
            body=body,
        )


def hidden_kinds(package: Package) -> Mapping[str, int]:
    """Finding kind -> how many values are hidden in the package."""
    return dict(Counter(item.kind for item in package.hidden))
