"""The chat screen: what is typed goes to the chat, what the chat says goes to the transcript. The only stream loop is here."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.screen import Screen
from textual.widgets import TextArea

from hybridchat.commands import COMMANDS, Unknown, parse
from hybridchat.conversation import Decided, Event, Held, Session
from hybridchat.facts import Decision, Mode
from hybridchat.render.palette import Palette
from hybridchat.tui.actions import ACTIONS
from hybridchat.tui.chrome import Chrome
from hybridchat.tui.composer import Composer
from hybridchat.tui.lines import first_words
from hybridchat.tui.ports import Answer, Launch, Opened
from hybridchat.tui.thread import Kind, Thread, Tone
from hybridchat.tui.transcript import Transcript

LOOK = 2.0
"""Seconds between looks at the gauges; a figure that did not change draws nothing."""
ARMED = 2.0
"""Seconds in which a second Ctrl+C leaves."""

_KEYS: list[BindingType] = [
    Binding(c.key, f"do('{c.name}')", c.help, show=False, id=c.name, priority=c.key != "escape") for c in COMMANDS if c.key
]


class ChatScreen(Screen[None]):
    """One conversation at a time."""

    BINDINGS: ClassVar[list[BindingType]] = [*_KEYS, Binding("ctrl+c", "interrupt", "stop, then quit", show=False, priority=True)]

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
        self.keys = dict(launch.keys or {})
        self.deleted = ""
        self.thread = Thread(demo=launch.demo)
        self.transcript = Transcript(self.thread, palette, id="transcript")
        self.composer = Composer(id="composer")
        self.chrome = Chrome(self, demo=launch.demo, names_hidden=launch.names_hidden, keys=self.keys)
        self._opened: Opened | None = None
        self._session_id = ""
        self._answer: Answer | None = None
        self._early = ""
        self._decision: Decision | None = None
        self._armed = False

    def compose(self) -> ComposeResult:
        parts = self.chrome.parts
        yield parts["top"]
        yield parts["banner"]
        with Horizontal(id="middle"):
            yield self.transcript
            yield self.chrome.panel
        yield parts["status"]
        yield parts["edge"]
        yield self.composer
        yield from self.chrome.below()

    # -- starting ---------------------------------------------------------------------------------

    def on_mount(self) -> None:
        self.composer.focus()
        self.show_top()
        self._hints()
        self.call_after_refresh(self._open)

    @work(group="open")
    async def _open(self) -> None:
        self._opened = await self.launch.open()
        self.chrome.banner("start", self._opened.banner)
        # imported in a thread: Rich's Markdown and Pygments cost 0.1 s, which would hold up the first keys
        self.run_worker(_warm, thread=True, group="warm")
        await self.open_session(self._opened.session)
        if not self.thread.blocks:
            self.transcript.note(first_words(self._opened.found), Tone.PLAIN, "found here")
        self.set_interval(LOOK, self._look)
        self._look()
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
    def session(self) -> Session:
        """The open conversation, as stored."""
        session = self.opened.chat.store.session(self._session_id)
        if session is None:
            raise RuntimeError(f"session {self._session_id} is gone")
        return session

    def now(self) -> float:
        """Epoch seconds."""
        return (self.launch.clock or time.time)()

    async def open_session(self, session_id: str | None) -> None:
        """Shows a stored conversation, or with `None` an empty one."""
        await self.stop()
        await self.query("Consent").remove()
        self.composer.focus()
        store = self.opened.chat.store
        self._session_id = session_id or store.new_session().id
        # its mode holds for probes too: LOCAL ONLY is a promise from the first moment
        self.opened.chat.opened(self.session)
        turns = store.path(self._session_id)
        self.transcript.load(turns)
        self._decision = self._stored_decision()
        self.composer.asked = [t.question for t in turns]
        self.composer.draft = self.composer.draft or store.read_draft(self._session_id)
        self.show_top()

    @work(group="command")
    async def switch(self, session_id: str | None) -> None:
        """`open_session` for callers that cannot wait."""
        await self.open_session(session_id)

    # -- one turn ---------------------------------------------------------------------------------

    async def on_composer_submitted(self, message: Composer.Submitted) -> None:
        if self._opened is None:
            self._early = f"{self._early}\n{message.text}" if self._early else message.text
            return
        await self._submit(message.text)

    async def _submit(self, text: str) -> None:
        match parse(text):
            case None:
                self._send(text)
            case Unknown() as unknown:
                self.composer.draft = text
                self.say(str(unknown), Tone.WARN)
            case command, args:
                await ACTIONS[command.name](self, args)

    def _send(self, text: str) -> None:
        if self._busy():
            self.composer.draft = text
            return
        self.opened.chat.store.draft(self._session_id, "")
        self.composer.asked = [*self.composer.asked, text]
        self.chrome.preview(None)
        self._start(self.opened.chat.answer(self._session_id, text))

    def _busy(self) -> bool:
        if self._to_question():
            self.notify("First the question above: send it, or stay local.", timeout=3)
            return True
        if self._answer is not None:
            self.notify("Still answering: esc stops it, your text stays here.", timeout=3)
        return self._answer is not None

    def ask_again(self, *, other: bool = False) -> None:
        """Asks the last question once more, or the other side; every answer is kept."""
        if not self.thread.last_turn:
            self.say("There is no question yet.")
        elif not self._busy():
            self._start(self.opened.chat.again(self.thread.last_turn, other=other))

    def _start(self, answer: Answer) -> None:
        self._answer = answer
        self.transcript.action_end()
        self._hints()
        self._run(answer)

    @work(group="turn")
    async def _run(self, answer: Answer) -> None:
        try:
            async with aclosing(answer):
                async for event in answer:
                    self.transcript.show(event)
                    await self._follow(event)
        finally:
            if self._answer is answer:
                self._answer = None
            self.show_top()
            self._hints()

    async def _follow(self, event: Event) -> None:
        if isinstance(event, Decided):
            self._decision = event.decision
            self._look()
        elif isinstance(event, Held):
            from hybridchat.tui.consent import Consent  # imported here: not needed before first paint

            card = Consent(event)
            await self.mount(card, before=self.chrome.parts["edge"])
            card.focus()

    async def on_consent_answered(self, message: Message) -> None:
        from hybridchat.tui.consent import Consent

        if isinstance(message, Consent.Answered):
            self.composer.focus()
            await self.query(Consent).remove()
            self._start(self.opened.chat.resume(message.turn_id, message.verdict))

    def on_consent_typed(self, message: Message) -> None:
        from hybridchat.tui.consent import Consent

        if isinstance(message, Consent.Typed):
            self.composer.focus()
            self.composer.insert(message.text)

    def _to_question(self) -> bool:
        """Goes back to the question whether to send, if one is open."""
        card = next(iter(self.query("Consent")), None)
        if card is not None:
            card.focus()
        return card is not None

    async def stop(self) -> None:
        """Stops the running answer, if any; what it said so far stays."""
        if self._answer is not None:
            await self._answer.stop()
        else:
            self._to_question()

    # -- what commands use ------------------------------------------------------------------------

    async def action_do(self, name: str) -> None:
        if self._opened is not None:
            await ACTIONS[name](self, "")

    def say(self, text: str, tone: Tone = Tone.MUTED, head: str = "") -> None:
        """A word from the program, in the transcript; not stored."""
        self.transcript.note(text, tone, head)

    def set_mode(self, mode: Mode) -> None:
        self.opened.chat.set_mode(self._session_id, mode)
        self.show_top()
        self._drafted()

    def hold(self, model_id: str | None) -> None:
        """Pins one model for the conversation, or lets it go."""
        self.opened.chat.set_pin(self._session_id, model_id)
        self.show_top()
        self._drafted()

    def decision_shown(self) -> Decision | None:
        """The decision of the message under the cursor, else the last one."""
        block = self.transcript.current
        return self._stored_decision(block.turn_id) if block is not None and block.turn_id else self._decision

    def _stored_decision(self, turn_id: str = "") -> Decision | None:
        turn_id = turn_id or self.thread.last_turn
        if turn_id in self.thread.decisions or not turn_id:
            return self.thread.decisions.get(turn_id)
        from hybridchat.routing.explain import from_record  # imported here: msgspec, 20 ms

        record = self.opened.chat.store.decision(turn_id)
        return from_record(dict(record)) if record else None

    def last_answer(self) -> str:
        """The text of the newest answer, as it was written."""
        return next((b.text for b in reversed(self.thread.blocks) if b.kind is Kind.ANSWER), "")

    def copy(self, text: str) -> None:
        self.app.copy_to_clipboard(text)
        self.notify(f"Copied {len(text):,} characters.", timeout=2)

    async def leave(self) -> None:
        """Stops what runs, keeps the draft, ends the program."""
        if self._opened is not None:
            await self.stop()
            self._opened.chat.store.draft(self._session_id, self.composer.draft)
        self.app.exit()

    # -- lines around -----------------------------------------------------------------------------

    def show_top(self) -> None:
        if self._opened is None:
            self.chrome.top(None, Mode.AUTO, "local-first")
            return
        session = self.session
        self.chrome.top(session, self._opened.chat.mode(session), self._opened.strategy)

    def _look(self) -> None:
        if self._opened is not None and self.app.app_focus:
            self.chrome.look(self._opened.snapshot(), self._decision)

    def _hints(self) -> None:
        asking = bool(self.query("Consent")) and self.composer.has_focus
        running = self._answer is not None
        self.chrome.hints(running=running, reading=self.transcript.has_focus, armed=self._armed, asking=asking)

    def on_composer_drafted(self, message: Composer.Drafted) -> None:
        if self._opened is not None:
            self._opened.chat.store.draft(self._session_id, message.text)
        self._drafted()

    def _drafted(self) -> None:
        if self._opened is not None:
            self._look_ahead(self.composer.draft)

    @work(group="preview", exclusive=True)
    async def _look_ahead(self, draft: str) -> None:
        told = await self.opened.chat.preview(self._session_id, draft) if draft.strip() and not parse(draft) else None
        await asyncio.sleep(0)
        self.chrome.preview(told)

    def on_resize(self) -> None:
        self.show_top()
        self._hints()
        self.call_after_refresh(self._look)

    def on_descendant_focus(self) -> None:
        self._hints()

    # -- keys that need a decision ----------------------------------------------------------------

    async def on_composer_wanted(self, message: Composer.Wanted) -> None:
        match message.what:
            case "quit":
                await self.leave()
            case "transcript" if self._to_question():
                pass
            case "transcript" if any(b.addressable for b in self.thread.blocks):
                self.transcript.focus()
            case "pageup":
                self.transcript.scroll_page_up(animate=False)
            case "pagedown":
                self.transcript.scroll_page_down(animate=False)
            case "leader":
                from hybridchat.tui.leader import Leader

                self.app.push_screen(Leader(), self._led)

    def _led(self, name: str | None) -> None:
        if name:
            self._do(name)

    @work(group="command")
    async def _do(self, name: str) -> None:
        await self.action_do(name)

    def on_transcript_left(self) -> None:
        self.composer.focus()

    def on_transcript_copied(self, message: Transcript.Copied) -> None:
        self.copy(message.text)

    async def action_interrupt(self) -> None:
        """Ctrl+C: copies a selection, else stops the answer, else asks for a second press and leaves."""
        area = self.focused.selected_text if isinstance(self.focused, TextArea) else ""
        if selected := area or self.get_selected_text():
            self.copy(selected)
            self.clear_selection()
        elif self._answer is not None:
            await self.stop()
        elif self._armed:
            await self.leave()
        else:
            self._armed = True
            self._hints()
            self.set_timer(ARMED, self._disarm)

    def _disarm(self) -> None:
        self._armed = False
        self._hints()


def _warm() -> None:
    import hybridchat.render.markdown  # noqa: F401 - imported for its effect: the first answer finds it loaded
