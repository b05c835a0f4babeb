"""The way of one answer in the shell: text to stdout as it comes, notices to stderr, and Ctrl+C that stops it and keeps it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from types import FrameType
from typing import Self

from hybridchat.answer import Answer
from hybridchat.cli import sentences
from hybridchat.cli.ask_result import Result
from hybridchat.cli.edge import say
from hybridchat.cli.offline import notice
from hybridchat.cli.paint import Printer
from hybridchat.conversation import Ending
from hybridchat.events import Asked, Decided, Ended, Event, HandedOver, Held, Offered, Said, SecondLook
from hybridchat.render import words


class Follow:
    """Takes the events of an answer: the text to the printer, the rest to the result and to stderr; `quiet`: failures only."""

    def __init__(self, result: Result, printer: Printer | None, *, quiet: bool, demo: bool) -> None:
        self._result, self._printer, self._quiet, self._demo = result, printer, quiet, demo

    async def through(self, answer: Answer) -> None:
        """Follows `answer` to its end; Ctrl+C stops it, and what was said is kept."""
        with _Stopping(answer) as stopping:
            async with answer:
                async for event in answer:
                    self._take(event)
                    if not self._quiet:
                        for line in [*sentences.notices(event), *await notice(event)]:
                            say(line)
            self._result.interrupted = stopping.came
        if self._printer is not None:
            self._printer.finish()
        if self._result.ended is not None:
            self._close(self._result.ended)

    def _take(self, event: Event) -> None:
        match event:
            case Said(text=text):
                self._result.text.append(text)
                if self._printer is not None:
                    self._printer.write(text)
            case Asked(turn=turn):
                self._result.turn_id = turn.id
            case Decided(decision=decision):
                self._result.decision = decision
            case Held():
                self._result.held = event
            case Offered():
                self._result.offered = event
            case HandedOver(hidden=hidden):
                self._result.hidden = hidden
            case SecondLook():
                # the answer that counts begins anew
                self._result.text.clear()
                if self._printer is not None:
                    self._printer.finish()
                    self._printer.write("\n")
            case Ended():
                self._result.ended = event
            case _:
                pass

    def _close(self, ended: Ended) -> None:
        if ended.ending is not Ending.COMPLETE:
            say(sentences.without_keys(ended.text if self._quiet else words.ended(ended)))
        if self._quiet:
            return
        for note in ended.notes:
            say(note)
        if ended.model_id is not None and ended.locality is not None and ended.ending is Ending.COMPLETE:
            said = words.head(
                ended.model_id, ended.locality, timings=ended.timings, usage=ended.usage, cost=ended.cost, demo=self._demo
            )
            say(said)


class _Stopping:
    """While it holds, the first Ctrl+C stops the answer; a second one ends the program."""

    def __init__(self, answer: Answer) -> None:
        self.came = False
        self._answer = answer
        self._task: asyncio.Task[None] | None = None
        self._before: Callable[[int, FrameType | None], object] | int | None = None

    def __enter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._before = signal.getsignal(signal.SIGINT)
        if self._before is not signal.SIG_IGN:  # a background job is not to be stopped from the keyboard
            signal.signal(signal.SIGINT, self._stop)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before or signal.SIG_DFL)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.came = True
        signal.signal(signal.SIGINT, self._before or signal.SIG_DFL)
        self._loop.call_soon_threadsafe(self._stop_now)

    def _stop_now(self) -> None:
        self._task = self._loop.create_task(self._answer.stop())
