"""One model's answer beside others: its head line with state and figures, and what it says as it comes."""

from __future__ import annotations

from time import monotonic

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from hybridchat.conversation import Ending
from hybridchat.events import Asked, Ended, Event, HandedOver, Held
from hybridchat.facts import Model
from hybridchat.render import words
from hybridchat.render.palette import Palette
from hybridchat.tui.thread import Kind, Thread
from hybridchat.tui.transcript import Transcript


class Lane(Thread):
    """One model's answer. Its head stands above the column, the question above all of them."""

    def apply(self, event: Event) -> None:
        if not isinstance(event, Asked):
            super().apply(event)
        for block in self.blocks:
            if block.kind is Kind.ANSWER:
                block.head = ""


class Column(Vertical):
    """A model's head line and its answer as it comes."""

    DEFAULT_CSS = """
    Column { width: 1fr; height: 1fr; border: round $faint; padding: 0 0 0 1; }
    Column.-here { border: round $foreground; }
    Column .head { height: auto; margin-bottom: 1; }
    .-stacked Column .head { margin-bottom: 0; }
    Column Transcript { height: 1fr; background: $background; }
    """

    def __init__(self, number: int, model: Model, palette: Palette, *, demo: bool) -> None:
        super().__init__()
        self.model = model
        self.lane = Lane(demo=demo, other_key="")
        self.answer = Transcript(self.lane, palette)
        self.answer.can_focus = False
        self.over = False
        self._number, self._demo = number, demo
        self._state = "waits"
        self._since: float | None = None
        self._head = Static(classes="head")

    def compose(self) -> ComposeResult:
        yield self._head
        yield self.answer

    def on_mount(self) -> None:
        self.tell()

    @property
    def said(self) -> bool:
        return any(b.kind is Kind.ANSWER and b.text.strip() for b in self.lane.blocks)

    def take(self, event: Event) -> None:
        match event:
            case Held():
                self._state = "waits for your word"
            case HandedOver():
                self._state, self._since = "", monotonic()
            case Ended():
                self.over, self._since = True, None
                self._state = self._figures(event)
        if isinstance(event, Ended) and event.ending is not Ending.COMPLETE and not self.said:
            self._state = "no answer"
        self.answer.show(event)
        self.tell()

    def finish(self) -> None:
        """Nobody is asked any more."""
        if not self.over:
            self.over, self._since, self._state = True, None, "not asked"
            self.tell()

    def tell(self, *, kept: bool = False) -> None:
        """Writes the head: `1 llama3.2 · on this machine · 0.8 s · 42 tok/s · $0`."""
        running = words.seconds(round(monotonic() - self._since)) if self._since is not None else ""
        running = running.replace(".0 s", " s")
        place, figures = words.PLACES[self.model.locality], self._state or running
        tone = "$local" if self.model.on_device else "$cloud"
        mark = ("   ● kept", "$foreground bold") if kept else ("", "")
        length = len(f"{self._number} {self.model.name} · {place} · {figures}{mark[0]}")
        # broken where it reads well, before the terminal breaks it anywhere
        dot = " · " if length <= self.size.width - 3 else "\n  "
        name = (self.model.name, f"{tone} bold")
        self._head.update(Content.assemble((f"{self._number} ", "$muted"), name, (f" · {place}{dot}{figures}", "$muted"), mark))

    def _figures(self, event: Ended) -> str:
        parts = [words.seconds(event.timings.total_s)] if event.timings.total_s is not None else []
        speed = event.timings.tokens_per_second(event.usage.output_tokens)
        if speed is not None:
            parts.append(f"{speed:,.0f} tok/s")
        if event.timings.total_s is not None:
            parts.append(words.NO_PRICE if self._demo else "$0" if self.model.on_device else words.money(event.cost))
        return " · ".join(parts)
