"""Plain mode: append-only lines, no boxes, no cursor movement, the same commands, numbered choices."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from types import FrameType

from hybridchat.assemble import Assembled, open_assembled
from hybridchat.chat import Answer
from hybridchat.cli import edge
from hybridchat.cli.edge import Exit
from hybridchat.cli.start import Opening
from hybridchat.commands import COMMANDS, Unknown, parse
from hybridchat.config import Config
from hybridchat.conversation import Ended, Event, FellBack, HandedOver, Held, Package, Said, Session, Turn, Verdict
from hybridchat.facts import Locality, Mode, Model
from hybridchat.render import words
from hybridchat.render.text import neutralise
from hybridchat.routing.explain import sentence, table
from hybridchat.welcome import found

NOT_YET = "patterns and your own terms only: names are not hidden yet"
MODES = {"local": Mode.ONLY_LOCAL, "cloud": Mode.ONLY_CLOUD, "auto": Mode.AUTO}
SAID_OF_MODE = {
    Mode.ONLY_LOCAL: "LOCAL ONLY: nothing leaves this machine, a promise.",
    Mode.ONLY_CLOUD: "CLOUD: answers come from the cloud; the first send asks.",
    Mode.AUTO: "AUTO: each message goes where it fits best.",
}
CONSENT = (("send", Verdict.SEND), ("always in this session", Verdict.ALWAYS), ("view what leaves", None),
           ("stay local", Verdict.LOCAL), ("cancel", Verdict.CANCEL))  # fmt: skip


def run(opening: Opening, config: Config) -> int:
    """Runs the conversation until /quit or end of input; returns the exit code."""
    with asyncio.Runner() as runner:
        opened = runner.run(open_assembled(opening.setup(config)))
        try:
            return Plain(runner, opened, opening).talk()
        finally:
            runner.run(opened.close())


@dataclass(frozen=True, slots=True)
class _Leave(Exception):
    """The user left."""


class Plain:
    """One conversation at a time, line by line."""

    def __init__(self, runner: asyncio.Runner, opened: Assembled, opening: Opening) -> None:
        self._runner, self._chat, self._opening = runner, opened.chat, opening
        self._ascii = (sys.stdout.encoding or "ascii").lower().replace("-", "") not in ("utf8", "utf16")
        self._session = self._open_session(opening.session)
        self._label = ""
        self._deleted: list[str] = []

    # -- the loop ---------------------------------------------------------------------------------

    def talk(self) -> int:
        self._greet()
        while True:
            try:
                line = self._read("you: ")
            except EOFError:
                self._line("")
                return edge.OK
            except KeyboardInterrupt:
                self._line("")
                self._line("To leave: /quit, or end of input.")
                continue
            if not line.strip():
                continue
            try:
                self._take(line)
            except _Leave:
                return edge.OK

    def _take(self, line: str) -> None:
        match parse(line):
            case None:
                self._turn(lambda: self._chat.answer(self._session.id, line))
            case Unknown() as unknown:
                self._line(str(unknown))
            case command, argument:
                getattr(self, f"_do_{command.name}")(argument)

    def _read(self, prompt: str) -> str:
        """One message; a line that ends with a backslash goes on."""
        lines = [input(words.spell(prompt, ascii_only=self._ascii))]
        while lines[-1].endswith("\\"):
            lines[-1] = lines[-1][:-1]
            lines.append(input("... "))
        return "\n".join(lines)

    def _line(self, text: str) -> None:
        print(words.spell(text, ascii_only=self._ascii), flush=True)  # noqa: T201 this is the screen

    def _choose(self, title: str, choices: Sequence[str]) -> int | None:
        """A numbered choice; `None` for Enter."""
        self._line(title)
        for number, choice in enumerate(choices, 1):
            self._line(f"  {number} {choice}")
        while True:
            with suppress(EOFError, KeyboardInterrupt):
                typed = input("number, or Enter for none: ").strip()
                if typed.isdecimal() and 0 < int(typed) <= len(choices):
                    return int(typed) - 1
                if typed:
                    self._line(f"A number from 1 to {len(choices)}, please.")
                    continue
            return None

    # -- a turn -----------------------------------------------------------------------------------

    def _turn(self, start: Callable[[], Answer]) -> None:
        held = self._runner.run(self._follow(start))
        while held is not None:
            turn_id, verdict = held.turn_id, self._consent(held)
            held = self._runner.run(self._follow(partial(self._chat.resume, turn_id, verdict)))

    async def _follow(self, start: Callable[[], Answer]) -> Held | None:
        self._label = ""
        answer = start()
        with _stopping(answer):
            async with answer:
                async for event in answer:
                    if isinstance(event, Held):
                        return event
                    self._show(event)
        return None

    def _show(self, event: Event) -> None:
        match event:
            case HandedOver():
                for mark in words.handed_over(event):
                    self._line(mark)
                if event.locality is not Locality.ON_DEVICE:
                    self._line(
                        f"{words.plural(words.items(event.hidden), 'item')} hidden · {event.bytes:,} bytes to {event.host}"
                    )
                place = "local" if event.locality is Locality.ON_DEVICE else words.PLACES[event.locality]
                self._label = f"{words.short(event.model_id)}, {place}: "
            case Said(text=text):
                sys.stdout.write(words.spell(self._label, ascii_only=self._ascii) + neutralise(text))
                sys.stdout.flush()
                self._label = ""
            case FellBack():
                self._line(words.fell_back(event))
            case Ended():
                self._end(event)
            case _:
                pass

    def _end(self, ended: Ended) -> None:
        self._line("")
        if mark := words.ended(ended):
            self._line(mark)
        for note in ended.notes:
            self._line(note)
        if ended.model_id is not None and ended.locality is not None and ended.timings.total_s is not None:
            demo = self._opening.demo
            self._line(
                words.head(ended.model_id, ended.locality, timings=ended.timings, usage=ended.usage, cost=ended.cost, demo=demo)
            )
        self._session = self._chat.store.session(self._session.id) or self._session

    def _consent(self, held: Held) -> Verdict:
        package = held.package
        title = (
            f"Ask {words.short(package.model_id)} at {package.host}? {words.plural(package.turns, 'turn')}, "
            f"{words.plural(len(package.hidden), 'item')} hidden, {words.plural(len(package.left), 'word')} left to check, "
            f"about {'–' if self._opening.demo else words.money(package.est_cost)}. ({NOT_YET})"
        )
        while True:
            chosen = self._choose(title, [text for text, _ in CONSENT])
            verdict = CONSENT[chosen][1] if chosen is not None else Verdict.CANCEL
            if verdict is not None:
                return verdict
            self._view(package)

    def _view(self, package: Package) -> None:
        self._line("hidden:")
        for item in package.hidden:
            self._line(f"  {item.placeholder} stands for {neutralise(item.original)} ({item.reason})")
        self._line(f"left readable, look once: {neutralise(', '.join(package.left)) or 'nothing'}")
        self._line("what would leave:")
        for message in package.messages:
            self._line(f"  {message.role}: {neutralise(message.text)}")

    # -- sessions ---------------------------------------------------------------------------------

    def _open_session(self, wanted: str | None) -> Session:
        if wanted is None:
            return self._chat.store.new_session()
        try:
            session = self._chat.store.session(wanted)
        except LookupError as error:
            raise Exit(edge.USAGE, f"{error}.") from None
        if session is None:
            raise Exit(edge.USAGE, f"There is no session {wanted}. `hybridchat sessions` lists them.")
        return session

    def _greet(self) -> None:
        self._line("hybridchat, plain mode. /help lists the commands; a line ending with \\ goes on; Ctrl+C stops an answer.")
        for line in found(self._chat.world, demo=self._opening.demo):
            self._line(f"{'ok ' if line.ok else '-- '} {line.text}" + (f". Fix: {line.fix}" if line.fix else ""))
        if self._chat.store.problem:
            self._line(self._chat.store.problem)
        self._line(SAID_OF_MODE.get(self._chat.mode(self._session), str(self._chat.mode(self._session))))
        self._show_path()

    def _show_path(self) -> None:
        for turn in self._chat.store.path(self._session.id, self._session.leaf_id):
            self._line(f"you: {neutralise(turn.question)}")
            if (answer := turn.answer) is not None:
                self._line(f"{words.short(answer.model_id)}: {neutralise(answer.text)}")
                if mark := words.ending(answer.ending, answer.error):
                    self._line(mark)

    # -- commands: one method for each name in the table ------------------------------------------

    def _do_help(self, _: str) -> None:
        for command in COMMANDS:
            self._line(f"  {command.usage:<18} {command.help}")

    def _do_model(self, name: str) -> None:
        models = self._chat.models()
        if not name:
            chosen = self._choose("Models:", [self._model_line(m) for m in models])
            if chosen is None:
                return
            name = models[chosen].id
        self._do_pin(name)

    def _model_line(self, model: Model) -> str:
        pinned = ", pinned" if self._session.pin == model.id else ""
        window = f"{model.window:,} tokens{' assumed' if model.window_assumed else ''}"
        return f"{model.id} ({words.PLACES[model.locality]}, {window}{pinned})"

    def _do_pin(self, name: str) -> None:
        try:
            self._chat.set_pin(self._session.id, name or None)
        except LookupError as error:
            self._line(f"{error}.")
            return
        self._session = self._chat.store.session(self._session.id) or self._session
        self._line(f"Pinned: {self._session.pin}." if self._session.pin else "No model is pinned.")

    def _do_local(self, _: str) -> None:
        self._set_mode("local")

    def _do_cloud(self, _: str) -> None:
        self._set_mode("cloud")

    def _do_auto(self, _: str) -> None:
        self._set_mode("auto")

    def _set_mode(self, name: str) -> None:
        self._chat.set_mode(self._session.id, MODES[name])
        self._session = self._chat.store.session(self._session.id) or self._session
        self._line(SAID_OF_MODE[MODES[name]])

    def _last(self) -> Turn | None:
        path = self._chat.store.path(self._session.id, self._session.leaf_id)
        if not path:
            self._line("There is no question yet.")
            return None
        return path[-1]

    def _do_other(self, _: str) -> None:
        if (last := self._last()) is not None:
            self._turn(lambda: self._chat.again(last.id, other=True))

    def _do_retry(self, _: str) -> None:
        if (last := self._last()) is not None:
            self._turn(lambda: self._chat.again(last.id))

    def _do_stop(self, _: str) -> None:
        self._line("Nothing is running. Ctrl+C stops an answer.")

    def _do_why(self, _: str) -> None:
        if (last := self._last()) is None or (decision := self._chat.decision(last.id)) is None:
            return
        self._line(sentence(decision))
        for model, verdict, why in table(decision):
            self._line(f"  {model}: {verdict}{', ' + why if why else ''}")

    def _do_new(self, _: str) -> None:
        self._session = self._chat.store.new_session()
        self._line("A new conversation. The old one stays in /sessions.")

    def _do_sessions(self, _: str) -> None:
        every = [s for s in self._chat.store.sessions() if s.turns]
        chosen = self._choose("Conversations:", [f"{s.title or 'untitled'} ({words.plural(s.turns, 'turn')})" for s in every])
        if chosen is not None:
            self._session = every[chosen]
            self._chat.opened(self._session)
            self._show_path()

    def _do_rename(self, title: str) -> None:
        if not title:
            self._line("Write: /rename TITLE")
            return
        self._chat.store.rename(self._session.id, title)
        self._line(f"This conversation is now called: {title}")

    def _do_delete(self, _: str) -> None:
        self._chat.store.delete_session(self._session.id)
        self._deleted.append(self._session.id)
        self._session = self._chat.store.new_session()
        self._line("Deleted. /undo brings it back.")

    def _do_undo(self, _: str) -> None:
        if not self._deleted:
            self._line("Nothing was deleted.")
            return
        back = self._deleted.pop()
        self._chat.store.restore_session(back)
        self._session = self._chat.store.session(back) or self._session
        self._show_path()

    def _do_copy(self, _: str) -> None:
        if (last := self._last()) is not None and (answer := last.answer) is not None:
            self._line("Plain mode leaves the clipboard alone. The last answer, once more:")
            self._line(neutralise(answer.text))

    def _do_hide(self, word: str) -> None:
        self._line(self._chat.hide(word) if word else "Write: /hide WORD")

    def _do_status(self, _: str) -> None:
        snapshot = self._chat.snapshot()
        device = snapshot.device
        self._line(f"This machine: {device.state}{', ' + device.reason if device.reason else ''}")
        for name, gauge in device.gauges.items():
            self._line(f"  {name}: {'unknown' if gauge.value is None else f'{gauge.value:.0f} {gauge.unit}'}")
        for link in snapshot.links.values():
            self._line(f"Network to {link.host}: {link.state if link.allowed else 'not asked'}")
        for model in snapshot.models:
            self._line(f"In use: {self._model_line(model)}")

    def _do_theme(self, _: str) -> None:
        self._line("Plain mode has no colours.")

    def _do_quit(self, _: str) -> None:
        raise _Leave


class _stopping:  # noqa: N801 reads as a statement
    """Ctrl+C stops the answer instead of the program, while one runs."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._before: Callable[[int, FrameType | None], object] | int | None = None

    def __enter__(self) -> None:
        loop = asyncio.get_running_loop()
        self._before = signal.getsignal(signal.SIGINT)
        signal.signal(signal.SIGINT, lambda *_: loop.call_soon_threadsafe(loop.create_task, self._answer.stop()))

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)
