"""The chat screen: puts the parts in their places and hands keys and messages to whoever they are for."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.events import Click
from textual.message import Message
from textual.screen import Screen

from hybridchat.bindings import here
from hybridchat.commands import COMMANDS, Unknown, parse
from hybridchat.facts import Mode
from hybridchat.mentions import recalled
from hybridchat.render.palette import Palette
from hybridchat.tui import keys, messages
from hybridchat.tui.above import Above
from hybridchat.tui.actions import ACTIONS
from hybridchat.tui.ahead import Ahead
from hybridchat.tui.branches import Branches
from hybridchat.tui.chrome import Chrome
from hybridchat.tui.composer import Composer
from hybridchat.tui.current import RECENT, Current
from hybridchat.tui.exchange import Exchange
from hybridchat.tui.followups import FollowUps
from hybridchat.tui.gauges import others
from hybridchat.tui.habits import Habits
from hybridchat.tui.inherited import inherited
from hybridchat.tui.keymap import bind, with_keys
from hybridchat.tui.ports import Launch, Opened, Preview
from hybridchat.tui.thread import Thread, Tone, place_of
from hybridchat.tui.transcript import Transcript
from hybridchat.tui.waiting import Waiting

if TYPE_CHECKING:
    from hybridchat.tui.first import First
    from hybridchat.tui.pulling import Pulling

LOOK = 2.0
"""Seconds between looks at the gauges; a figure that did not change draws nothing."""

_KEYS: list[BindingType] = [bind(c.name, f"do('{c.name}')", priority=c.key != "escape") for c in COMMANDS]


class ChatScreen(Screen[None], inherit_bindings=False):
    """One conversation at a time. What commands do is in `actions`, how a question is answered in `exchange`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *inherited(Screen, "everywhere"), *_KEYS, bind("interrupt", "interrupt", priority=True),
    ]  # fmt: skip

    class ThemeWanted(Message):
        """The user asked for the theme `name`, or with an empty name for the next one."""

        def __init__(self, name: str) -> None:
            self.name = name
            super().__init__()

    def __init__(self, launch: Launch, palette: Palette) -> None:
        super().__init__()
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]
        self.VERTICAL_BREAKPOINTS = [(0, "-low"), (24, "-high")]
        self.launch = launch
        self.keys = here(launch.keys, launch.terminal.kept)
        self.deleted: list[str] = []
        self.previewed: tuple[str, Preview] | None = None
        """The draft that the line under the composer speaks of, and what it says."""
        self.thread = Thread(demo=launch.demo, other_key=self.keys.word("other"))
        self.thread.named = partial(with_keys, self.keys)
        self.transcript = Transcript(self.thread, palette, id="transcript")
        self.composer = Composer(id="composer")
        self.composer.keys = self.keys
        self.chrome = Chrome(
            self, demo=launch.demo, names_hidden=launch.names_hidden, keys=self.keys, profile=launch.profile
        )  # fmt: skip
        self.exchange = Exchange(self)
        self.habits = Habits(self)
        self.ahead = Ahead(self)
        self.waiting = Waiting(self)
        self.branches = Branches(self)
        self.above = Above(self)
        self.followups = FollowUps(self)
        self.composer.take_back = self.followups.take_back
        self._opened: Opened | None = None
        self._home: Opened | None = None
        self._current: Current | None = None
        self._early = ""
        self.first: First | None = None
        self.pulling: Pulling | None = None
        self.armed = False
        """Ctrl+C was pressed once: the next one leaves."""

    def compose(self) -> ComposeResult:
        parts = self.chrome.parts
        yield parts["top"]
        yield parts["banner"]
        with Horizontal(id="middle"):
            yield self.transcript
            yield self.chrome.panel
        yield parts["status"]
        yield parts["edge"]
        yield parts["next"]
        yield self.composer
        yield from self.chrome.below()

    # -- starting ---------------------------------------------------------------------------------

    def on_mount(self) -> None:
        self.composer.focus()
        self.show_top()
        self.hints()
        self.call_after_refresh(self._open)

    @work(group="open")
    async def _open(self) -> None:
        opened = await self.launch.open()
        self._current = Current(opened)
        self._opened = self._home = opened
        self.chrome.banner("start", opened.banner)
        # imported in a thread: Rich's Markdown and Pygments cost 0.1 s, which would hold up the first keys
        self.run_worker(_warm, thread=True, group="warm")
        await self.open_session(opened.session)
        if not self.thread.blocks:
            from hybridchat.tui import first  # imported here: pulling a model is nothing that the first paint shows

            first.of(self).show()
        self.set_interval(LOOK, self.look)
        self.look()
        if self._early:
            early, self._early = self._early, ""
            await self._submit(early)

    @property
    def opened(self) -> Opened:
        """The chat behind the screen. Raises `RuntimeError` in the moment before it is there."""
        if self._opened is None:
            raise RuntimeError("the chat is not open yet")
        return self._opened

    @property
    def ready(self) -> bool:
        """Whether the chat is open."""
        return self._opened is not None

    @property
    def home(self) -> Opened:
        """What the program was opened with; another than `opened` while the conversation is private. Raises `RuntimeError`."""
        if self._home is None:
            raise RuntimeError("the chat is not open yet")
        return self._home

    async def move(self, opened: Opened, session_id: str | None = None) -> None:
        """Goes on with another chat. What stands in the composer is not taken along: it may be private."""
        await self.exchange.stop()
        self.exchange.part()
        self.composer.draft, self.previewed = "", None
        self._opened, self._current = opened, Current(opened)
        await self.open_session(session_id)

    @property
    def current(self) -> Current:
        """The open conversation. Raises `RuntimeError` as `opened` does."""
        if self._current is None:
            raise RuntimeError("the chat is not open yet")
        return self._current

    def now(self) -> float:
        """Epoch seconds."""
        return (self.launch.clock or time.time)()

    async def open_session(self, session_id: str | None) -> None:
        """Shows a stored conversation, or with `None` a blank one, which what stands in the composer comes along to."""
        await self.exchange.stop()
        self.exchange.part()
        await self.query("Consent, Find").remove()
        self.transcript.lit = None
        self.composer.focus()
        before = self.composer.kept
        coming = "" if session_id and self.thread.blocks else before
        if self.thread.blocks:
            self.current.keep_draft("" if coming else before)
        turns = await self.current.look_at(session_id)
        above = turns.pop(0) if len(turns) > RECENT else None
        self.transcript.load(turns, None if above is None else place_of(above))
        # in a thread: a megabyte of addresses takes 0.2 s to be looked through
        self.composer.asked = await asyncio.to_thread(lambda: [recalled(t.question) for t in turns])
        if not coming:
            waited, now = await self.current.draft(), self.composer.kept
            # what was typed since belongs to the conversation that is shown now
            self.composer.draft = waited + (now[len(before) :] if now.startswith(before) else "")
        self.branches.editing = ""
        self.followups.restored()
        self.above.begins(above)
        await self.branches.look()
        self.show_top()
        self.look()

    @work(group="command")
    async def switch(self, session_id: str | None) -> None:
        """`open_session` for callers that cannot wait."""
        await self.open_session(session_id)

    # -- what was typed ---------------------------------------------------------------------------

    async def on_composer_submitted(self, message: Composer.Submitted) -> None:
        if self._opened is None:
            self._early = f"{self._early}\n{message.meant}" if self._early else message.meant
            return
        await self._submit(message.meant)

    async def _submit(self, text: str) -> None:
        # who sends from the composer stands on no message: keys that ask about one mean the newest again
        self.transcript.cursor = None
        if await self.habits.answered(text):
            return
        match parse(text):
            case None:
                if self.first is not None:
                    self.first.asked()
                if self.pulling is not None and self.pulling.holds(text):
                    return
                if not await self.branches.sent(text):
                    self.exchange.send(text)
            case Unknown() as unknown:
                self.composer.draft = text
                self.say(str(unknown), Tone.WARN)
            case command, args:
                await ACTIONS[command.name](self, args)

    def on_composer_drafted(self, message: Composer.Drafted) -> None:
        if self._opened is not None:
            self.current.keep_draft(message.text)
            self.look_ahead()

    @work(group="preview", exclusive=True)
    async def look_ahead(self) -> None:
        """Says under the composer where the draft would go."""
        await self.ahead.look()

    def say(self, text: str, tone: Tone = Tone.MUTED, head: str = "") -> None:
        """A word from the program, in the transcript; not stored."""
        self.transcript.note(text, tone, head)

    async def leave(self) -> None:
        """Stops what runs, keeps the draft, ends the program."""
        if self._current is not None:
            await self.exchange.stop()
            self._current.keep_draft(self.composer.kept)
        self.app.exit()

    async def on_consent_answered(self, message: Message) -> None:
        from hybridchat.tui.consent import Consent  # imported here, as in `exchange`

        if isinstance(message, Consent.Answered):
            await self.exchange.resume(message.turn_id, message.verdict, message.budget, edit=message.edit)

    def on_consent_typed(self, message: Message) -> None:
        from hybridchat.tui.consent import Consent

        if isinstance(message, Consent.Typed):
            self.composer.focus()
            self.composer.insert(message.text)

    def on_stumbled_wanted(self, message: Message) -> None:
        from hybridchat.tui.stumbled import Stumbled

        if isinstance(message, Stumbled.Wanted):
            self.exchange.showing(message.turn_id, message.values)

    # -- lines around -----------------------------------------------------------------------------

    def show_top(self) -> None:
        if self._current is None or self._opened is None:
            self.chrome.top(None, Mode.AUTO, "local-first")
        else:
            private, session = self._opened.chat.private, self._current.session
            self.chrome.top(session, self._current.mode, session.strategy or self._opened.strategy, private=private)

    def look(self) -> None:
        """Brings the gauges up to date, while somebody looks."""
        if self._opened is not None and self.app.app_focus:
            snapshot = self._opened.snapshot()
            also = others(self._opened.chat.models())
            self.chrome.look(snapshot, self.current.decision, also, self._opened.chat.limits)
            self.waiting.look(snapshot)
            if self.previewed is not None:
                self.ahead.show()  # what is being loaded takes less and less

    async def on_click(self, event: Click) -> None:
        """The gauges and the reason open in full where they are clicked."""
        if name := self.chrome.opens(event.widget):
            await self.action_do(name)

    def hints(self) -> None:
        asking = any(not card.has_class("-aside") for card in self.query("Consent")) and self.composer.has_focus
        place = "messages" if self.transcript.has_focus else "gauges" if self.chrome.panel.has_focus else ""
        self.chrome.hints(running=self.exchange.running, place=place, armed=self.armed, asking=asking)

    def on_resize(self) -> None:
        self.show_top()
        self.hints()
        self.call_after_refresh(self.look)

    def on_descendant_focus(self) -> None:
        self.hints()

    # -- keys that need a decision ----------------------------------------------------------------

    async def action_do(self, name: str) -> None:
        self.composer.lead_off()
        if self._opened is not None:
            await ACTIONS[name](self, "")

    async def on_composer_wanted(self, message: Composer.Wanted) -> None:
        await self.action_wanted(message.what)

    async def action_wanted(self, what: str) -> None:
        await keys.wanted(self, what)

    def on_watched_moved(self) -> None:
        self.look()

    async def on_composer_led(self, message: Composer.Led) -> None:
        await keys.led(self, message.letter)

    def on_transcript_left(self) -> None:
        self.transcript.lit = None
        self.composer.focus()

    def on_transcript_typed(self, message: messages.Typed) -> None:
        self.transcript.cursor = None
        self.set_focus(self.composer)
        self.composer.insert(message.text)

    def on_transcript_scrolled(self, message: messages.Scrolled) -> None:
        self.chrome.edge(more=message.more)

    def on_transcript_older(self, message: messages.Older) -> None:
        self.run_worker(self.above.home() if message.all else self.above.more(), group="older")

    async def on_transcript_branched(self, message: messages.Branched) -> None:
        await self.branches.step(message.by)

    async def on_transcript_edited(self) -> None:
        await self.branches.edit("")

    def on_transcript_copied(self, message: messages.Copied) -> None:
        self.copy(message.text, message.what)

    def copy(self, text: str, what: str = "") -> None:
        self.app.copy_to_clipboard(text)
        self.notify(f"Copied {f'{what}: ' if what else ''}{len(text):,} characters.", timeout=2)

    async def action_interrupt(self) -> None:
        await keys.interrupt(self)


def _warm() -> None:
    import hybridchat.render.markdown  # noqa: F401 - imported for its effect: the first answer finds it loaded
