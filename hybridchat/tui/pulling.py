"""A model being pulled: a line above the composer with its bar, given up with Esc, and what happens when it is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.content import Content
from textual.timer import Timer
from textual.worker import Worker

from hybridchat.facts import Mode, Model
from hybridchat.providers.base import ProviderError
from hybridchat.render.pulling import Meter, bar, figures
from hybridchat.render.text import one_line
from hybridchat.stock import NotOursError, Stock, goes_out, locked, name_of
from hybridchat.tui.gauges import Shown
from hybridchat.tui.thread import Kind, Tone

if TYPE_CHECKING:  # the screen makes one of these and hands itself in; at run time nothing points back
    from hybridchat.tui.screen import ChatScreen

TICK = 0.25
"""Seconds between two looks at the figures."""
_BAR, _SHORTEST = 24, 8
"""Cells of the bar at most and at least; below that there is none."""
WAITS = "Asked as soon as the model is there."


class Line(Shown):
    """The line above the composer."""

    DEFAULT_CSS = "Line { height: 1; padding: 0 1; }"


class Pulling:
    """One pull at a time; it goes on whatever view is open, and ends with the program."""

    def __init__(self, screen: ChatScreen) -> None:
        self._screen = screen
        self._worker: Worker[None] | None = None
        self._timer: Timer | None = None
        self._line: Shown | None = None
        self.meter: Meter | None = None
        """Of the pull that runs."""
        self.on_end: Callable[[], None] = lambda: None
        """Called when a pull is over, however it ended."""
        self._agreed = ""
        """Model that LOCAL ONLY was told of: asked for again, it is pulled."""

    @property
    def running(self) -> bool:
        return self.meter is not None

    @property
    def stock(self) -> Stock | None:
        return self._screen.opened.stock

    def start(self, typed: str, *, told: bool = False) -> str:
        """Begins to pull what was typed; what is in the way, or nothing. `told`: the screen said who is asked for it."""
        if self.meter is not None:
            return f"{self.meter.name} is still being pulled."
        if self.stock is None:
            return "There is no Ollama to pull a model with."
        try:
            name = name_of(typed)
            if lock := self._screen.opened.chat.lock:
                raise locked(name, lock)
        except NotOursError as error:
            return str(error)
        if self._screen.current.mode is Mode.ONLY_LOCAL and not told and self._agreed != name:
            self._agreed = name
            return f"LOCAL ONLY is on, and {goes_out(name)}; nothing else of yours goes along. Once more pulls it."
        self.meter = Meter(name)
        self._line = Line(id="pull")
        self._screen.mount(self._line, before="#edge")
        self._timer = self._screen.set_interval(TICK, self._paint)
        self._paint()
        self._worker = self._screen.run_worker(self._run(self.stock, self.meter), group="pull", exit_on_error=False)
        return ""

    def give_up(self) -> bool:
        """Ends the pull, if one runs; what came so far is gone on with by the next one."""
        if self._worker is None or self.meter is None:
            return False
        self._worker.cancel()
        self._over(f"Gave up pulling {self.meter.name}. The next pull goes on from there.")
        return True

    def holds(self, text: str) -> bool:
        """Whether a question waits for the model that comes, as nobody on this machine could answer it yet; takes it then."""
        screen = self._screen
        if not self.running or screen.current.mode is Mode.ONLY_CLOUD or screen.current.session.pin:
            return False
        if any(model.on_device for model in screen.opened.chat.models()):
            return False
        screen.followups.add(text)
        screen.notify(WAITS, timeout=3)
        return True

    def line(self, width: int) -> Content:
        """`pulling llama3.2  ████░░░░  62 % · 1.2 of 2.0 GB · 48 MB/s`, as much of it as fits; empty when nothing is pulled."""
        meter = self.meter
        if meter is None:
            return Content("")
        name = f"pulling {one_line(meter.name, max(8, width // 3))}"
        told = figures(meter)
        while len(told) > 1 and len(name) + len(" · ".join(told)) + 4 + _SHORTEST > width:
            told.pop()
        figured = " · ".join(told)
        cells = min(_BAR, width - len(name) - len(figured) - 4)
        filled, empty = bar(meter.share, cells) if cells >= _SHORTEST else ("", "")
        return Content.assemble(
            (name, "$local"), "  ", (filled, "$local"), (empty, "$faint"), "  ", (figured, "$foreground")
        ).truncate(width)

    async def _run(self, stock: Stock, meter: Meter) -> None:
        steps = stock.pull(meter.name)
        try:
            async for step in steps:
                meter.take(step)
        except (ProviderError, NotOursError) as error:
            self._over(str(error), Tone.WARN)
        else:
            model = stock.called(meter.name)
            there = model if model is not None and model.on_device else None
            said = stock.came(meter.name)
            if there is not None and self._unanswered:
                said += " /retry asks your last question again."
            self._over(said, Tone.PLAIN if there is None else Tone.LOCAL, there=there)
        finally:
            await steps.aclose()

    @property
    def _unanswered(self) -> bool:
        """Whether the last question of the conversation found nobody, and nothing else waits to be asked."""
        thread = self._screen.thread
        answers = [b for b in thread.blocks if b.turn_id == thread.last_turn and b.kind is Kind.ANSWER and b.text]
        return bool(thread.last_turn) and not answers and not self._screen.followups.texts

    def _over(self, said: str, tone: Tone = Tone.MUTED, *, there: Model | None = None) -> None:
        screen = self._screen
        self.meter = self._worker = None
        if self._timer is not None:
            self._timer.stop()
        if self._line is not None:
            self._line.remove()
        self.on_end()
        if screen.first is not None:
            screen.first.look()
        screen.say(said, tone)
        if there is not None and screen.followups.texts:
            # it was pulled for this question: also on a machine that is busy now it is the one to ask
            screen.followups.send(pin=there.id)
        elif screen.followups.texts:
            screen.followups.after(None)
        screen.look_ahead()

    def _paint(self) -> None:
        if self._line is not None and self.running:
            stop = self._screen.keys.word("stop")
            hint = Content.styled(f"  {stop} gives up", "$muted") if stop else Content("")
            width = (self._screen.size.width or self._screen.app.size.width) - 2
            line = self.line(width - hint.cell_length)
            self._line.say(Content.assemble(line, hint))


def of(screen: ChatScreen) -> Pulling:
    """The one of a screen, made when it is first needed."""
    if screen.pulling is None:
        screen.pulling = Pulling(screen)
    return screen.pulling
