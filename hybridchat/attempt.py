"""One model's try at a turn: reserve, stream, turn placeholders back, store, settle, learn."""

from __future__ import annotations

import asyncio
import contextvars
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress

from hybridchat.conversation import Attempt, Ending, Event, HandedOver, Package, Said, Thought, Turn
from hybridchat.crew import Crew
from hybridchat.facts import Live, Model, Outcome, Result, Timings, Usage
from hybridchat.gate import Departure, departure
from hybridchat.privacy.rehydrate import Rehydrator
from hybridchat.providers.base import Call, Cut, Delta, Done, Malformed, ProviderError, ServerFault
from hybridchat.sessions.ledger import LedgerEntry, PlaceholderRow, WirePart
from hybridchat.tokens import estimate

FIRST_TOKEN_ON_DEVICE = 120.0
"""Seconds to the first token of a model never measured: a cold load from a slow disk."""
FIRST_TOKEN_REMOTE = 60.0
GAP = 30.0
"""Seconds without model progress after which a stream counts as stalled."""
EMPTY = "answered with nothing"


class Stopper:
    """The user's stop, seen by whatever part of the turn is running."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._callbacks: list[Callable[[], None]] = []

    @property
    def stopped(self) -> bool:
        return self._event.is_set()

    def stop(self) -> None:
        self._event.set()
        for callback in self._callbacks:
            callback()

    def attach(self, callback: Callable[[], None]) -> None:
        """Calls back at the stop, and at once when it already came."""
        self._callbacks.append(callback)
        if self.stopped:
            callback()

    async def wait(self, seconds: float) -> bool:
        """Sleeps unless stopped; True when stopped."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), seconds)
        return self.stopped


class EmptyAnswer(ProviderError):
    kind = "empty_answer"
    counts_against = False
    retry_same = False


class _Stop:
    """Queue item: the user stopped."""


class _Left:
    """Queue item: this many bytes were handed to the wire, and the ledger row is on disk."""

    def __init__(self, size: int) -> None:
        self.size = size


_Item = Delta | Done | ProviderError | _Stop | _Left


class Try:
    """One attempt. After `events()` ended, `error`, `said`, `ending`, `usage`, `timings` and `cost` tell what became of it."""

    def __init__(
        self, crew: Crew, turn: Turn, model: Model, package: Package, stopper: Stopper, decision_id: str, *, moved: bool
    ) -> None:
        self.crew, self.turn, self.model, self.package = crew, turn, model, package
        self.stopper, self.decision_id, self.moved = stopper, decision_id, moved
        self.error: ProviderError | None = None
        self.said = False
        self.ending = Ending.FAILED
        self.explanation = ""
        self.flaw = ""
        self.notes: tuple[str, ...] = ()
        self.usage, self.timings = Usage(), Timings()
        self.cost: float | None = None
        self.attempt: Attempt = crew.store.begin(turn.id, model.id, model.host, model.locality, decision_id)
        self._queue: asyncio.Queue[_Item] = asyncio.Queue()
        self._text: list[str] = []
        self._left = not package.remote
        """Whether the request was handed to the wire, and so may be billed."""
        self._over = False

    def again(self) -> Try:
        """A fresh attempt with the same package."""
        return Try(self.crew, self.turn, self.model, self.package, self.stopper, self.decision_id, moved=self.moved)

    async def events(self) -> AsyncGenerator[Event, None]:
        """Streams the answer. Saves on every way out, also when the consumer goes away."""
        crew, model = self.crew, self.model
        reserved = (
            crew.store.spend.reserve(self.attempt.id, model.id, self.package.est_cost, crew.clock())
            if self.package.remote
            else None
        )
        started = crew.clock()
        table = crew.table(self.turn.session_id)
        rehydrate = Rehydrator(table) if self.package.hidden or self.package.remote else None
        pump = self._start_pump() if crew.world.health.allow(model.id) else None
        if pump is None:
            self._queue.put_nowait(ServerFault(f"{model.name} is being tried again right now.", host=model.host))
        self.stopper.attach(lambda: self._queue.put_nowait(_Stop()))
        done: Done | None = None
        if not self.package.remote:
            yield self._handed_over(self.package.size)
        try:
            with crew.world.working(model):
                while done is None and self.error is None:
                    match await self._queue.get():
                        case Delta() as delta:
                            for event in self._show(delta, rehydrate):
                                yield event
                        case Done() as done:
                            pass
                        case _Left() as left:
                            yield self._handed_over(left.size)
                        case _Stop():
                            self.ending = Ending.STOPPED
                            break
                        case ProviderError() as error:
                            self.error = error
            if rehydrate is not None and (rest := rehydrate.flush()):
                yield self._say(rest)
            self._conclude(done, crew.clock() - started)
        finally:
            await self._close(pump, reserved, started)

    # -- the wire ---------------------------------------------------------------------------------

    def _start_pump(self) -> asyncio.Task[None]:
        """Runs the provider's stream in a task whose context holds the permission to send."""
        context = contextvars.copy_context()
        if self.package.remote:
            context.run(departure.set, self._departure())
        return asyncio.get_running_loop().create_task(self._pump(), context=context)

    def _departure(self) -> Departure:
        wire_host = self.crew.world.wire_host(self.model)
        return Departure(self.package, wire_host, self.crew.table(self.turn.session_id), self._record)

    async def _pump(self) -> None:
        world = self.crew.world
        try:
            provider = await world.provider(self.model.endpoint)
            stream = provider.stream(self._call(world.live(self.model.id)))
            async with aclosing(stream) as items:  # type: ignore[type-var]  # providers return async generators
                async for item in items:
                    self._queue.put_nowait(item)
                    if isinstance(item, Done):
                        return
            self._queue.put_nowait(Cut(f"{self.model.host} ended the answer without its closing event.", host=self.model.host))
        except ProviderError as error:
            self._queue.put_nowait(error)
        except Exception as error:  # noqa: BLE001 the last resort: an SDK raised something its own tree does not know
            self._queue.put_nowait(
                Malformed(f"{self.model.host}: unexpected {type(error).__name__} from the client.", host=self.model.host)
            )

    def _call(self, live: Live) -> Call:
        base = FIRST_TOKEN_ON_DEVICE if self.model.on_device else FIRST_TOKEN_REMOTE
        if live.first_token_s is not None:
            base = max(
                20.0, 4 * live.first_token_s + (live.load_s or 0.0), base if self.model.on_device and not live.resident else 0.0
            )
        return Call(
            self.model,
            self.package.messages,
            max_output=self.package.max_output,
            num_ctx=self.package.num_ctx,
            keep_alive=self.crew.world.keep_alive(self.model),
            first_token_timeout=base,
            gap_timeout=GAP,
        )

    async def _record(self, body: bytes) -> None:
        """Commits ledger row, wire parts and new placeholders in one transaction, before the bytes leave."""
        table, session_id = self.crew.table(self.turn.session_id), self.turn.session_id
        entry = LedgerEntry(
            host=self.package.host,
            model_id=self.model.id,
            session_id=session_id,
            turn_id=self.turn.id,
            attempt_id=self.attempt.id,
            locality=self.model.locality,
            parts=tuple(WirePart(m.role, m.text, *o) for m, o in zip(self.package.messages, self.package.origins, strict=True)),
            tokens=self.package.tokens,
            est_cost=self.package.est_cost,
            hidden=self._hidden_kinds(),
            body=body,
        )
        rows = [PlaceholderRow(session_id, r.placeholder, r.kind, r.original) for r in table.new_rows()]
        await self.crew.store.ledger.hand_over(entry, rows)
        table.commit()
        self._left = True
        self._queue.put_nowait(_Left(len(body)))

    def _hidden_kinds(self) -> dict[str, int]:
        return dict(Counter(item.kind for item in self.package.hidden))

    # -- what came back ---------------------------------------------------------------------------

    def _show(self, delta: Delta, rehydrate: Rehydrator | None) -> list[Event]:
        events: list[Event] = []
        if delta.thinking:
            self.crew.store.say(self.attempt.id, thinking=delta.thinking)
            events.append(Thought(self.turn.id, self.attempt.id, delta.thinking))
        text = rehydrate.feed(delta.text) if rehydrate is not None else delta.text
        if text:
            events.append(self._say(text))
        return events

    def _say(self, text: str) -> Said:
        self.said = self.said or bool(text.strip())
        self._text.append(text)
        self.crew.store.say(self.attempt.id, text=text)
        return Said(self.turn.id, self.attempt.id, text)

    def _handed_over(self, size: int) -> HandedOver:
        package = self.package
        return HandedOver(
            self.turn.id,
            self.attempt.id,
            self.model.id,
            self.model.host,
            self.model.locality,
            moved=self.moved,
            turns=package.turns,
            turns_left_out=package.turns_left_out,
            hidden=self._hidden_kinds(),
            bytes=size,
        )

    def _conclude(self, done: Done | None, total: float) -> None:
        if done is not None:
            self.usage, self.timings = done.usage, done.timings
            if not self.said:
                self.error = EmptyAnswer(f"{self.model.name} at {self.model.host} {EMPTY}.", host=self.model.host)
            else:
                self.ending = Ending.COMPLETE
                self._judge(done)
        elif self.error is not None:
            self.ending = Ending.CUT if self.said else Ending.FAILED
        self.explanation = str(self.error or "")
        if self.timings.total_s is None:
            self.timings = Timings(self.timings.first_token_s, total)
        self.cost = self._settled_cost()
        self._store_end()

    def _judge(self, done: Done) -> None:
        if done.reason == "length":
            self.flaw = "length"
            self.notes += (f"stopped at the output limit of {self.package.max_output:,} tokens",)
        if done.reason == "refused":
            self.notes += ("the provider cut the answer off (content policy)",)
        if done.remote_host and self.model.on_device:
            self.crew.world.found_remote(self.model.id, done.remote_host)
            self.notes += (
                f"NOT LOCAL: {self.model.name} was answered by {done.remote_host}; it counts as a cloud model from now on",
            )
        read = done.usage.input_tokens
        if self.package.num_ctx and read is not None and self.package.turns == 1 and read < 0.5 * self.package.tokens > 200:
            self.notes += (f"context cut by the server: it read {read:,} of about {self.package.tokens:,} tokens",)

    def _settled_cost(self) -> float | None:
        """What the attempt cost: by the server's count, else estimated from what went out and came back."""
        if not self.package.remote or not self._left or self.model.price is None:
            return None
        if (exact := self.model.price.cost(self.usage)) is not None:
            return exact
        return self.model.price.cost(Usage(self.package.tokens, estimate("".join(self._text))))

    def _store_end(self) -> None:
        self._over = True
        self.crew.store.end(
            self.attempt.id,
            self.ending,
            usage=self.usage,
            timings=self.timings,
            cost=self.cost,
            error=str(self.error or ""),
            note="; ".join(self.notes),
        )

    async def _close(self, pump: asyncio.Task[None] | None, reserved: str | None, started: float) -> None:
        if not self._over:
            # the consumer went away: no more events, but what was said stays
            self.ending = Ending.CUT
            self.cost = self._settled_cost()
            self._store_end()
        if reserved is not None:
            self._settle(reserved)
        if pump is None:
            return
        self._publish(started)
        if not pump.done():
            pump.cancel()
            with suppress(asyncio.CancelledError, TimeoutError):
                # a server busy with a prompt answers a close late: the user must not wait for it
                await asyncio.wait({pump}, timeout=0.15)

    def _settle(self, reserved: str) -> None:
        if not self._left:
            self.crew.store.spend.settle(reserved, 0.0, "none")
            return
        counted = self.usage.input_tokens is not None and self.usage.output_tokens is not None
        self.crew.store.spend.settle(reserved, self.cost, "actual" if counted else "estimate")

    def _publish(self, started: float) -> None:
        results = {Ending.COMPLETE: Result.OK, Ending.STOPPED: Result.STOPPED, Ending.CUT: Result.CUT}
        self.crew.world.learn(
            Outcome(
                self.model.id,
                self.model.host,
                at=started,
                result=results.get(self.ending, Result.FAILED),
                usage=self.usage,
                timings=self.timings,
                cost=self.cost,
                error=self.error.kind if self.error else "",
                counts_against=bool(self.error and self.error.counts_against),
                retry_after_s=self.error.retry_after if self.error else None,
            )
        )
