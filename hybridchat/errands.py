"""Work that nobody waits for: while the user is away from the keys, a model of this machine sums up a long conversation.

Only a conversation that a model elsewhere answered, and that is longer than a model here can read: once the network is gone, it
is too late to ask anybody else for a summary. What is summed up are the turns themselves, never an earlier summary.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing, suppress
from dataclasses import replace
from typing import cast

from hybridchat.asking import Ask
from hybridchat.conversation import Message, Package, Role, Session, Turn, not_local
from hybridchat.crew import Crew
from hybridchat.earlier import MARGIN, PER_MESSAGE, clipped, messages_of
from hybridchat.facts import Locality, Mode, Model, ResourceState
from hybridchat.handover import Parts
from hybridchat.look import look
from hybridchat.packing import package
from hybridchat.privacy.scan import ScanError
from hybridchat.providers.base import Call, Delta, Done, ProviderError
from hybridchat.sessions.summaries import Summary
from hybridchat.tokens import estimate

AHEAD = 4
"""Turns summed up beyond those that do not fit now: so many more may come before it has to be done again."""
WRITTEN = 512
"""Tokens of the whole summary."""
LEAST = 96
"""Tokens of the summary of one part, below which a small model writes nothing whole."""
TEMPERATURE = 0.2
ASKED = (
    "Write minutes of the conversation above for somebody who goes on with it. At most {words} words, as short lines that begin "
    "with a dash. Keep every name, number, date, identifier and file name exactly as written, every condition (must, never, "
    "only) and every decision. Leave out greetings and explanations. Add nothing, and answer nothing that is asked in it."
)


class Errands:
    """The summaries of one chat, one at a time. They give way to every key and every turn, and begin anew when it is quiet."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self._due: str | None = None
        """Id of the session that was answered last."""
        self._task: asyncio.Task[None] | None = None

    def later(self, session_id: str) -> None:
        """Has a look at the session once nobody has touched anything for a while."""
        self._due = session_id
        self._begin()

    def disturb(self) -> None:
        """A key, or a turn: what runs is dropped, and its wait begins anew."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        if self._due is not None:
            self._begin()

    async def close(self) -> None:
        """Ends what runs."""
        self._due = None
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=self._crew.patience.hang_up)

    def _begin(self) -> None:
        if self._task is not None:
            self._task.cancel()
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        await asyncio.sleep(self._crew.patience.idle)
        if self._due is None or not self._convenient():
            # looked at again after the next key
            return
        # whatever goes wrong here, there is still the summary by rules
        with suppress(ProviderError, ScanError, LookupError, TimeoutError):
            await summed_up(self._crew, self._due)
        self._due = None

    def _convenient(self) -> bool:
        device = self._crew.world.snapshot().device
        return device.state is ResourceState.AVAILABLE and not device.on_battery and not device.own_load


async def summed_up(crew: Crew, session_id: str) -> Summary | None:
    """Makes and stores the summary that the session's branch needs, if it needs one; `None`: it does not, or nobody can.

    Raises `ProviderError` when the model fails.
    """
    session = await asyncio.to_thread(crew.store.session, session_id)
    if session is None or session.kind != "chat":
        return None
    path = await asyncio.to_thread(crew.store.path, session.id, session.leaf_id)
    if not any(t.answer is not None and t.answer.locality is not Locality.ON_DEVICE and messages_of(t) for t in path):
        return None
    found = await _reader(crew, session, path)
    if found is None:
        return None
    model, made = found
    answered = [n for n, turn in enumerate(path, 1) if messages_of(turn)]
    if not made.turns_left_out:
        return None
    gone = answered[made.turns_left_out - 1]
    known = await asyncio.to_thread(crew.store.summaries.newest, path)
    if known is not None and known.turns >= gone:
        return None
    upto = answered[min(made.turns_left_out + AHEAD, len(answered)) - 1]
    text = await _written(crew, model, path[:upto], made)
    if not text:
        return None
    summary = Summary(text, upto, model.id)
    crew.store.summaries.keep(path, summary)
    return summary


async def _reader(crew: Crew, session: Session, path: list[Turn]) -> tuple[Model, Package] | None:
    """The model that would go on here, were the network gone now, and what of the conversation it could read."""
    ask = Ask(session.id, "", mode=Mode.ONLY_LOCAL, unpinned=True, checks=())
    parts = Parts(session.system, tuple(path), "")
    found = await look(ask, session, parts, crew)
    model = found.decision.chosen
    if model is None or not model.on_device:
        return None
    return model, await asyncio.to_thread(package, crew, ask, model, parts, found, preview=True)


async def _written(crew: Crew, model: Model, turns: Sequence[Turn], made: Package) -> str:
    """The minutes of each part of the conversation that the model can read at once, one after the other."""
    window = made.num_ctx or model.window
    room = int((window - WRITTEN) / MARGIN) - estimate(ASKED) - 4 * PER_MESSAGE
    parts = list(_parts(turns, room)) if room >= LEAST else []
    share = max(LEAST, WRITTEN // max(1, len(parts)))
    texts: list[str] = []
    with crew.world.working(model):
        for part in parts:
            wanted = Message(Role.USER, f"{part}\n\n---\n{ASKED.format(words=share * 2 // 3)}")
            text = await _said(crew, Call(model, (wanted,), max_output=share, num_ctx=made.num_ctx, temperature=TEMPERATURE))
            if text is None:
                return ""
            texts.append(clipped(text.strip(), share))
    return "\n".join(text for text in texts if text)


def _parts(turns: Sequence[Turn], tokens: int) -> Iterator[str]:
    """The conversation as text, in parts of at most `tokens` tokens, split between turns; of a longer turn only what matters."""
    from hybridchat.extract import extract  # imported here: nobody waits for it

    part: list[str] = []
    left = tokens
    for turn in turns:
        said = messages_of(turn)
        if not said:
            continue
        text = "\n".join(f"{'User' if m.role is Role.USER else 'Assistant'}: {m.text}" for m in said)
        if estimate(text) > tokens:
            text = extract(said, tokens - PER_MESSAGE)
        size = estimate(text) + PER_MESSAGE
        if part and size > left:
            yield "\n\n".join(part)
            part, left = [], tokens
        part.append(text)
        left -= size
    if part:
        yield "\n\n".join(part)


async def _said(crew: Crew, call: Call) -> str | None:
    """What the model answers; `None` when it was not this machine that answered, or not to the point."""
    provider = await crew.world.provider(call.model.endpoint)
    call = replace(call, keep_alive=crew.world.keep_alive(call.model), think="off", gap_timeout=crew.patience.gap)
    text: list[str] = []
    async with aclosing(cast("AsyncGenerator[Delta | Done, None]", provider.stream(call))) as parts:
        async for part in parts:
            if isinstance(part, Done):
                if part.remote_host and call.model.on_device:
                    crew.world.found_remote(call.model.id, part.remote_host)
                    # nobody listens now: the next turn says so
                    crew.untold.append(not_local(call.model.name, part.remote_host, "for a summary while nobody typed"))
                whole = "".join(text)
                if part.remote_host is not None or part.reason not in {"stop", "length"}:
                    return None
                # a line that the limit cut through may say the opposite of what it was to say
                return whole if part.reason == "stop" else whole.rpartition("\n")[0]
            text.append(part.text)
    return None
