"""One model's try at a turn: reserve, stream, turn placeholders back, store, settle, learn."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from hybridchat.bill import Bill, OverBudget
from hybridchat.conversation import Attempt, Ending, Package, Turn, doubted, not_local, were_hidden
from hybridchat.crew import Crew, readable
from hybridchat.earlier import unseen
from hybridchat.events import Event, HandedOver, Said, SecondLook, Thought
from hybridchat.facts import Model, Outcome, Result, Timings, Usage
from hybridchat.opinion import Opinion
from hybridchat.privacy.rehydrate import UNKNOWN_MARK, Rehydrator
from hybridchat.providers.base import Delta, Done, ProviderError, ServerFault, Unreachable
from hybridchat.sending import Halt, Left, Sending, hidden_kinds
from hybridchat.stopper import Stopper
from hybridchat.warming import loading

EMPTY = "answered with nothing"


class EmptyAnswer(ProviderError):
    kind = "empty_answer"
    counts_against = False
    retry_same = False


class Try:
    """One attempt. After `events()` ended, `error`, `said`, `ending`, `usage`, `timings` and `cost` tell what became of it.

    With `judged`, `doubt` then holds what speaks against a whole answer, the worst first. `limit` is the day's money in US
    dollars, and `None` where it does not hold.
    """

    def __init__(
        self,
        crew: Crew,
        turn: Turn,
        model: Model,
        package: Package,
        stopper: Stopper,
        decision_id: str,
        *,
        moved: bool,
        judged: bool = False,
        opinion: Opinion | None = None,
        limit: float | None = None,
    ) -> None:
        self.crew, self.turn, self.model, self.package = crew, turn, model, package
        self.moved = moved
        self.error: ProviderError | None = None
        self.said = False
        self.ending = Ending.FAILED
        self.flaw = ""
        self.notes: tuple[str, ...] = tuple(filter(None, [unseen(package), *package.unmet]))
        self.doubt: tuple[str, ...] = ()
        self.stumbled: tuple[str, ...] = ()
        """Hidden values that the answer says it cannot tell anything about."""
        self.usage, self.timings = Usage(), Timings()
        self.cost: float | None = None
        self.attempt: Attempt = crew.store.begin(turn.id, model.id, model.host, model.locality, decision_id)
        self._sending = Sending(crew, turn, self.attempt, model, package, logprobs=judged)
        self._judged = judged
        self._opinion = opinion
        self._visible: list[str] = []
        self._stopper = stopper
        self._words: list[str] = []
        """All that was generated, thinking included."""
        self._started = crew.clock()
        self._bill = Bill(crew, self.attempt.id, model, package, limit, self._started)
        self._first: float | None = None
        self._over = False

    @property
    def explanation(self) -> str:
        return str(self.error or "")

    @property
    def billed(self) -> bool:
        """Whether somebody bills it."""
        return self._bill.billed(sent=self._sending.left, error=self.error)

    async def events(self) -> AsyncGenerator[Event, None]:
        """Streams the answer. Saves on every way out, also when the consumer goes away."""
        crew, model, package = self.crew, self.model, self.package
        asked = False
        try:
            if package.remote:
                crew.away.add(self._stopper)
            if not await self._bill.reserve():
                self._sending.queue.put_nowait(OverBudget(model))
            elif asked := crew.world.health.allow(model.id):
                self._sending.start()
            else:
                self._sending.queue.put_nowait(ServerFault(f"{model.name} is being tried again right now.", host=model.host))
            self._stopper.attach(lambda: self._sending.queue.put_nowait(Halt()))
            with crew.world.working(model):
                async with aclosing(self._answer()) as events:
                    async for event in events:
                        yield event
        finally:
            crew.away.discard(self._stopper)
            try:
                self._save()
                self._bill.settle(self.cost, self.usage, sent=self._sending.left, error=self.error)
                if asked:
                    self._publish()
            finally:
                await self._sending.close()

    async def _answer(self) -> AsyncGenerator[Event, None]:
        if not self.package.remote:
            yield self._handed_over(self.package.size)
        rehydrate = None
        done: Done | None = None
        while done is None and self.error is None:
            item = await self._sending.queue.get()
            if self._stopper.stopped:
                self.ending = Ending.STOPPED
                break
            match item:
                case Left(size=size):
                    rehydrate = self._rehydrator()
                    yield self._handed_over(size)
                case Delta(text=text, thinking=thinking):
                    if thinking:
                        yield self._think(thinking)
                    if shown := rehydrate.feed(text) if rehydrate is not None else text:
                        yield self._say(shown)
                case Done() as done:
                    pass
                case ProviderError() as error:
                    self.error = error
        if rehydrate is not None and (rest := rehydrate.flush()):
            yield self._say(rest)
        self._conclude(done)
        if done is not None and not done.remote_host and self._judged and self.ending is Ending.COMPLETE:
            await self._weigh(done)

    def _rehydrator(self) -> Rehydrator | None:
        """Turns placeholders back; a host that got the real text was given none."""
        # on the loop: the table was read when the package was made, and the worker may be busy with the next draft
        if readable(self.crew, self.model):
            return None
        return Rehydrator(self.crew.table(self.turn.session_id), UNKNOWN_MARK)

    # -- what came back ---------------------------------------------------------------------------

    def _think(self, text: str) -> Thought:
        self._generated(text)
        self.crew.store.say(self.attempt.id, thinking=text)
        return Thought(self.turn.id, self.attempt.id, text)

    def _say(self, text: str) -> Said:
        self._generated(text)
        self._visible.append(text)
        self.said = self.said or bool(text.strip())
        self.crew.store.say(self.attempt.id, text=text)
        return Said(self.turn.id, self.attempt.id, text)

    def _generated(self, text: str) -> None:
        self._words.append(text)
        if self._first is None:
            self._first = self.crew.clock() - self._started

    def _handed_over(self, size: int) -> HandedOver:
        wait = loading(self.crew, self.model, self.package.num_ctx)
        return HandedOver(
            self.turn.id,
            self.attempt.id,
            self.model.id,
            self.model.host,
            self.model.locality,
            moved=self.moved,
            turns=self.package.turns,
            turns_left_out=self.package.turns_left_out,
            summarised=self.package.summarised,
            hidden=hidden_kinds(self.package),
            left=len(self.package.left),
            bytes=size,
            loads=wait is not None,
            load_s=wait.left_s if wait is not None else None,
        )

    def _conclude(self, done: Done | None) -> None:
        if done is not None:
            self.usage, self.timings = done.usage, done.timings
            if self.said:
                self.ending = Ending.COMPLETE
            else:
                self.error = EmptyAnswer(f"{self.model.name} at {self.model.host} {EMPTY}.", host=self.model.host)
            self._judge(done)
            self._stumble()
        elif self.error is not None and self.said:
            self.ending = Ending.CUT

    def doubted(self, other: Model) -> SecondLook:
        """Says that `other` is asked because of the doubt."""
        ids = self.turn.id, self.attempt.id, self.model.id, other.id
        return SecondLook(*ids, self.doubt, self.model.locality, self.usage, self.timings)

    def _stumble(self) -> None:
        hidden = [item.original for item in self.package.hidden if item.kind != "SECRET"]
        if not hidden or not self.said:
            return
        from hybridchat.privacy.subject import stumbled  # only where something was hidden

        self.stumbled = stumbled("".join(self._visible), hidden)
        if self.stumbled:
            self.notes += (were_hidden(len(self.stumbled)),)

    async def _weigh(self, done: Done) -> None:
        text = "".join(self._visible)
        closed, self.doubt = await asyncio.to_thread(_against, self.turn.question, text, done)
        opinion = self._opinion
        if closed and not self.doubt and opinion is not None and opinion.convenient and (second := await opinion.ask()):
            _, self.doubt = await asyncio.to_thread(_against, self.turn.question, text, done, second)
        if opinion is not None:
            self.notes += opinion.notes
        if self.doubt:
            self.notes += (doubted(self.doubt),)

    def _judge(self, done: Done) -> None:
        if done.reason == "length":
            self.flaw = "length"
            self.notes += (f"stopped at the output limit of {self.package.max_output:,} tokens",)
        if done.reason == "refused":
            self.notes += ("the provider cut the answer off (content policy)",)
        if done.refused:
            self.notes += (f"left out: {self.model.name} does not take {', '.join(done.refused)}",)
        if done.remote_host and self.model.on_device:
            self.crew.world.found_remote(self.model.id, done.remote_host)
            self.notes += (not_local(self.model.name, done.remote_host),)
        read = done.usage.input_tokens
        if self.package.num_ctx and read is not None and self.package.turns == 1 and read < 0.5 * self.package.tokens > 200:
            self.notes += (f"context cut by the server: it read {read:,} of about {self.package.tokens:,} tokens",)

    # -- the end ----------------------------------------------------------------------------------

    def _save(self) -> None:
        """Stores the end of the attempt, once. When the consumer goes away nothing was concluded: what was said stays."""
        if self._over:
            return
        self._over = True
        if self.ending is Ending.FAILED and self.error is None:
            self.ending = Ending.CUT
        if self.timings.total_s is None:
            self.timings = Timings(self._first, self.crew.clock() - self._started)
        sent = self._sending.left
        self.cost = self._bill.cost(self.usage, "".join(self._words), sent=sent, error=self.error)
        self.crew.store.end(
            self.attempt.id,
            self.ending,
            usage=self.usage,
            timings=self.timings,
            cost=self.cost,
            error=self.explanation,
            note="; ".join(self.notes),
        )

    def _publish(self) -> None:
        results = {Ending.COMPLETE: Result.OK, Ending.STOPPED: Result.STOPPED, Ending.CUT: Result.CUT}
        outcome = Outcome(
            self.model.id,
            self.model.host,
            at=self._started,
            result=results.get(self.ending, Result.FAILED),
            usage=self.usage,
            timings=self.timings,
            cost=self.cost,
            error=self.error.kind if self.error else "",
            counts_against=bool(self.error and self.error.counts_against),
            retry_after_s=self.error.retry_after if self.error else None,
        )
        self.crew.world.learn(outcome, contacted=self._sending.left)
        if self._sending.left and self.package.remote and isinstance(self.error, Unreachable):
            self.crew.store.ledger.undelivered(self.attempt.id)


def _against(asked: str, text: str, done: Done, second: str | None = None) -> tuple[bool, tuple[str, ...]]:
    """Whether the question has one answer, and what speaks against this one, the worst first; nothing where it is fine."""
    # imported here, in a thread: 5 ms, and its patterns as long again, none of which the first screen needs
    from hybridchat.routing.asked import question
    from hybridchat.routing.confidence import confidence

    found = confidence(asked, text, logprobs=done.logprobs, second=second, ending=done.reason)
    return question(asked).closed, found.reasons if found.doubtful else ()
