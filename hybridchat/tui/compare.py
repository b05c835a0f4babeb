"""The same question to several models, side by side: columns where there is room, else one above the other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen, Screen
from textual.widgets import Input, Static

from hybridchat.asking import NO_OPTIONS
from hybridchat.comparing import FEWEST, MOST, Comparison, named
from hybridchat.enclosed import brief
from hybridchat.events import Held, Verdict
from hybridchat.facts import Mode, Model
from hybridchat.mentions import plain
from hybridchat.render.palette import Palette
from hybridchat.render.text import one_line
from hybridchat.tui import bell, handing, themes
from hybridchat.tui.column import Column
from hybridchat.tui.consent import Consent
from hybridchat.tui.inherited import inherited
from hybridchat.tui.keymap import bind, fold, line
from hybridchat.tui.ports import Answer, Purse
from hybridchat.tui.thread import Kind, Tone
from hybridchat.tui.widgets import Field

if TYPE_CHECKING:  # the screen runs `compare` and hands itself in; at run time nothing points back
    from hybridchat.attaching import Attached
    from hybridchat.tui.screen import ChatScreen

COLUMN = 44
"""Cells that an answer needs beside another; with less they stand one above the other."""
Begin = Callable[[tuple[Model, ...], str], Comparison[Answer]]
Ring = Callable[[float, str], None]


class Compare(ModalScreen[str], inherit_bindings=False):
    """Asks all the models the same and returns the turn's id, or "" when nothing was asked."""

    DEFAULT_CSS = """
    Compare { background: $background; layout: vertical; }
    Compare .question { height: auto; max-height: 3; padding: 0 1; text-style: bold; }
    Compare .keys { height: auto; max-height: 3; padding: 0 1; color: $muted; }
    Compare #columns { height: 1fr; layout: horizontal; }
    Compare.-stacked #columns { layout: vertical; }
    Compare Input { border: none; height: 1; margin: 1 1; padding: 0 1; background: $panel; }
    Compare Input:focus { border: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *inherited(Screen, "everywhere"),
        bind("compare-close", "leave"),
        bind("interrupt", "leave"),
        bind("compare-before", "move(-1)"),
        bind("compare-after", "move(1)"),
        bind("compare-up", "scroll(-1)"),
        bind("compare-down", "scroll(1)"),
        bind("compare-page-up", "page(-1)"),
        bind("compare-page-down", "page(1)"),
        bind("compare-keep", "keep"),
        *(bind(f"compare-keep-{n}", f"keep({n - 1})") for n in range(1, MOST + 1)),
    ]

    def __init__(
        self,
        models: Sequence[Model],
        question: str,
        begin: Begin,
        palette: Palette,
        *,
        again: str = "",
        demo: bool = False,
        purse: Purse | None = None,
        ring: Ring = lambda _took, _said: None,
    ) -> None:
        """Without a `question` it asks for one; `again` is the conversation's last, which an empty line stands for.

        `begin` is given the models and the question, "" for that last one. With `purse` the first spend asks for a budget. `ring`
        tells who looks elsewhere, after so many seconds, what there is.
        """
        super().__init__()
        self.columns = [Column(n, model, palette, demo=demo) for n, model in enumerate(models, 1)]
        self.at = 0
        self._models, self._question, self._again = tuple(models), question, again
        self._begin, self._demo, self._purse, self._ring = begin, demo, purse, ring
        self._since = 0.0
        self._comparison: Comparison[Answer] | None = None
        self._over = False
        self._kept = 0
        """Number of the answer that the conversation goes on with unless another one is chosen."""
        self._wanted: int | None = None
        self._asking: int | None = None

    def compose(self) -> ComposeResult:
        yield Static(classes="question")
        with Container(id="columns"):
            yield from self.columns
        if not self._question:
            again = line(self.app, "{field-done} alone: the last one again") if self._again else ""
            yield Field(placeholder="; ".join(filter(None, ("the question for all of them", again))))
        yield Static(classes="keys")

    def on_mount(self) -> None:
        self._place()
        self.set_interval(1.0, self._tell)
        if self._question:
            self._ask(self._question)
        else:
            self.query_one(Input).focus()
        self._tell()

    def on_resize(self) -> None:
        self._place()
        self._tell()

    def _place(self) -> None:
        self.set_class(self.size.width // len(self.columns) < COLUMN, "-stacked")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if said := event.value.strip() or self._again:
            self._question = said
            event.input.remove()
            self._ask(event.value.strip())

    def _ask(self, text: str) -> None:
        self._comparison, self._since = self._begin(self._models, text), monotonic()
        self.set_focus(None)
        self.run_worker(self._run(self._comparison), group="compare")

    async def _run(self, comparison: Comparison[Answer]) -> None:
        try:
            async for n, event in comparison.events():
                self.columns[n].take(event)
                if isinstance(event, Held):
                    await self._consent(n, event)
                self._tell()
        except Exception as error:  # noqa: BLE001 - its column says it already; the other answers stand
            self.log(error)
        stands = await asyncio.to_thread(comparison.settle, self._wanted)
        self._over = True
        for n, column in enumerate(self.columns):
            column.finish()
            if stands is not None and column.model.id == stands.model_id:
                column.tell(kept=True)
                self.at, self._kept = n, n + 1
        self._tell()
        self._ring(monotonic() - self._since, bell.STOPPED if stands is None else bell.HERE)
        if self._wanted is not None:
            self.dismiss(comparison.turn_id)

    # -- consent ----------------------------------------------------------------------------------

    async def _consent(self, n: int, held: Held) -> None:
        purse, cost = self._purse, held.package.est_cost
        budget = await asyncio.to_thread(purse.question, cost) if purse is not None else ""
        card = Consent(held, demo=self._demo, local=False, budget=budget)
        self._asking = n
        await self.mount(card, before=self.query_one(".keys"))
        card.focus()
        self._ring(monotonic() - self._since, bell.ASKS)

    async def on_consent_answered(self, message: Message) -> None:
        if isinstance(message, Consent.Answered) and self._asking is not None and self._comparison is not None:
            if message.budget is not None and self._purse is not None:
                await self._set(self._purse, message.budget)
            await self._decided(message.verdict)

    async def _set(self, purse: Purse, typed: str) -> None:
        """Sets the daily budget and says so; off the event loop, for it is written to a file."""
        try:
            self.notify(await asyncio.to_thread(purse.set, typed), timeout=5)
        except ValueError as error:
            self.notify(str(error), timeout=5)

    async def on_consent_typed(self, message: Message) -> None:
        """No composer takes the letter here: a number keeps an answer as ever, and the next letter may be the user's word."""
        if isinstance(message, Consent.Typed):
            self.set_focus(None)
            for card in self.query(Consent):
                card.focus()
            if message.text.isdecimal() and 0 < int(message.text) <= len(self.columns):
                await self.action_keep(int(message.text) - 1)

    async def _decided(self, verdict: Verdict) -> None:
        (n, self._asking), self._since = (self._asking, None), monotonic()
        await self.query(Consent).remove()
        if n is not None and self._comparison is not None:
            self._comparison.decided(n, verdict)

    # -- keys -------------------------------------------------------------------------------------

    def action_move(self, by: int) -> None:
        self.at = (self.at + by) % len(self.columns)
        self._tell()

    def action_scroll(self, by: int) -> None:
        self.columns[self.at].answer.scroll_relative(y=by, animate=False)

    def action_page(self, by: int) -> None:
        answer = self.columns[self.at].answer
        answer.scroll_relative(y=by * max(1, answer.size.height - 1), animate=False)

    async def action_keep(self, n: int | None = None) -> None:
        """Makes an answer the turn's; those still coming are stopped, what they said stays beside it."""
        n = self.at if n is None else n
        if self._comparison is None or n >= len(self.columns):
            return
        if not self.columns[n].said:
            self.notify(f"{self.columns[n].model.name} has not said anything to keep.", timeout=3)
        elif self._over:
            await asyncio.to_thread(self._comparison.settle, n)
            self.dismiss(self._comparison.turn_id)
        else:
            self._wanted = n
            await self.action_stop()

    async def action_stop(self) -> None:
        await self.query(Consent).remove()
        self._asking = None
        if self._comparison is not None:
            await self._comparison.stop()

    async def action_leave(self) -> None:
        if self._comparison is None:
            self.dismiss("")
        elif self._over:
            self.dismiss(self._comparison.turn_id)
        else:
            await self.action_stop()

    # -- what is shown ----------------------------------------------------------------------------

    def _tell(self) -> None:
        width = max(8, self.size.width or self.app.size.width)
        self.query_one(".question", Static).update(Content(one_line(brief(self._question) or "Compare", 3 * (width - 4))))
        for n, column in enumerate(self.columns):
            column.set_class(n == self.at, "-here")
            if not self._over:
                column.tell()
        self.query_one(".keys", Static).update(Content(fold(line(self.app, self._keys()), width - 2)))

    def _keys(self) -> str:
        """A line for `keymap.line`."""
        if self._comparison is None:
            return "{field-done} ask them all · {compare-close} close"
        numbers = " ".join(f"{{compare-keep-{n}}}" for n in range(1, len(self.columns) + 1))
        moving = "{compare-before} {compare-after} column · {compare-up} {compare-down} scroll"
        if not self._over:
            return f"{{compare-close}} stop · {numbers} keep that one and stop · {moving}"
        said = sum(column.said for column in self.columns)
        if not said:
            return "nobody answered · {compare-close} close"
        closing = "{compare-close} close" + (f", {self._kept} is kept" if self._kept else "")
        return f"{numbers} or {{compare-keep}} keep · {moving} · {closing}"


async def compare(screen: ChatScreen, args: str) -> None:
    """`/compare [MODEL MODEL …] [QUESTION]`."""
    if screen.exchange.busy():
        return
    models = screen.opened.chat.models()
    try:
        chosen, question = named(args, models)
    except LookupError as error:
        screen.say(f"{str(error)[:1].upper()}{str(error)[1:]}. /compare alone lists the models to mark.", Tone.WARN)
        return
    # by a key: the draft is what is to be asked
    meant = question or screen.composer.meant.strip()
    found = await handing.tried(screen, meant, f"/compare {args}" if question else "")
    if found is None:
        return
    if chosen:
        _show(screen, chosen, found, plain(meant))
    elif len(models) < FEWEST:
        screen.say("There is nothing to compare with: only one model is there.", Tone.WARN)
    else:
        from hybridchat.tui.pick import Picker, paired

        def picked(models: tuple[Model, ...] | None) -> None:
            if models:
                _show(screen, models, found, plain(meant))

        snapshot, near = screen.opened.snapshot(), screen.current.mode is Mode.ONLY_LOCAL
        screen.app.push_screen(Picker(models, snapshot, paired(models, snapshot, near=near), demo=screen.launch.demo), picked)


def _show(screen: ChatScreen, models: tuple[Model, ...], question: Attached, written: str) -> None:
    """Opens the comparison; `written` is the question as it stands in the composer, where it does."""
    last = screen.thread.last_turn
    asked = next((b.text for b in screen.thread.blocks if b.kind is Kind.YOU and b.turn_id == last), "") if last else ""

    def begin(chosen: tuple[Model, ...], text: str) -> Comparison[Answer]:
        known = text == question.text
        if known and written == screen.composer.draft.strip():
            screen.composer.draft = ""
            screen.current.keep_draft("")
        options = replace(NO_OPTIONS, files=question.files if known else ())
        session_id = screen.current.begin()
        return Comparison(screen.opened.chat, chosen, session_id, text, turn_id="" if text else last, options=options)

    def closed(turn_id: str | None) -> None:
        if turn_id:
            screen.switch(screen.current.session.id)

    palette = themes.palette(screen.app.theme_variables, dark=screen.app.current_theme.dark)
    purse = screen.opened.chat.purse
    demo, ring = screen.launch.demo, partial(bell.tell, screen)
    made = Compare(models, question.text, begin, palette, again=asked, demo=demo, purse=purse, ring=ring)
    screen.app.push_screen(made, closed)
