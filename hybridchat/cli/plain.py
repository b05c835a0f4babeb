"""Plain mode: append-only lines, no boxes, no cursor movement, the same commands, numbered choices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from hybridchat.answer import Answer
from hybridchat.assemble import open_assembled
from hybridchat.chat import Chat
from hybridchat.cli import edge, plain_files, plain_review, plain_waiting, sentences
from hybridchat.cli.backstage import Backstage
from hybridchat.cli.editing import REMEMBERED
from hybridchat.cli.gauges import keep_gauges
from hybridchat.cli.plain_commands import HANDLERS
from hybridchat.cli.plain_models import first_words
from hybridchat.cli.plain_sessions import PRIVATE
from hybridchat.cli.plain_turn import Teller
from hybridchat.cli.start import Opening, wanted
from hybridchat.cli.teletype import Teletype
from hybridchat.cli.tidying import keep_tidy
from hybridchat.commands import Unknown, parse
from hybridchat.config import Config, ConfigError
from hybridchat.config.paths import profile
from hybridchat.conversation import Ending, Session, Turn
from hybridchat.enclosed import brief
from hybridchat.enclosed import words as asked
from hybridchat.events import Ended, Held, Offered, Verdict
from hybridchat.mentions import plain as unmarked
from hybridchat.render import words
from hybridchat.welcome import found

T = TypeVar("T")
_BARE = {"help": "/help", "?": "/help", "quit": "/quit", "exit": "/quit", "bye": "/quit", ":q": "/quit"}
"""What somebody new types for a command."""
SHOWN = 10
"""Questions that are told again when a conversation is opened: reading all of a long one aloud would take hours."""
HELLO = "hybridchat, plain mode. /help lists the commands; a line that ends with \\ goes on; Ctrl+C stops an answer."


def run(opening: Opening, config: Config) -> int:
    """Runs the conversation until /quit or end of input; returns the exit code. Raises `Exit`."""
    edge.started()
    with Backstage() as stage:
        opened = stage.run(open_assembled(opening.setup(config)))
        try:
            stage.start(keep_gauges(opened.chat.world))
            stage.start(keep_tidy(opened.chat.store))
            return Plain(stage, opened.chat, opening, config).talk()
        finally:
            stage.run(opened.close())


class Plain:
    """One conversation at a time, line by line. `session` without an id is one that nothing was asked in yet."""

    def __init__(self, stage: Backstage, chat: Chat, opening: Opening, config: Config) -> None:
        self.stage, self.chat, self.demo = stage, chat, opening.demo
        self.home = chat
        """The chat that was opened; another one than `chat` while the conversation is private."""
        self.tty = Teletype()
        self.deleted: list[str] = []
        self._hinted = False
        """Whether it was said that commands begin with a slash."""
        self.reworded = ""
        """The question in other words, said in place of consent."""
        self._ended: Ended | None = None
        self.waited: frozenset[str] = frozenset()
        """Turns of the queue that were told of."""
        self.config = config
        session_id, pin = wanted(chat, opening)
        session = (chat.store.session(session_id) if session_id else None) or _blank()
        self.session = replace(session, pin=pin or session.pin)

    def talk(self) -> int:
        """Reads and answers until the user leaves; the exit code."""
        self.look_at(self.session)
        self._greet()
        while True:
            try:
                if not self._step():
                    return edge.OK
            except KeyboardInterrupt:  # once more, while the first one was answered
                continue

    def _step(self) -> bool:
        """Takes one line; whether the user stays."""
        try:
            self.waited = plain_waiting.returned(self, self.waited)
            line = self.tty.message("you (private): " if self.chat.private else "you: ")
            if line.strip():
                self._take(line)
        except EOFError:  # Ctrl+D, or /quit
            self.tty.line("Bye.")
            return False
        except KeyboardInterrupt:
            self.tty.line("To leave: /quit, or Ctrl+D.")
        except LookupError as error:
            if isinstance(error, KeyError | IndexError):
                raise
            # another process erased the conversation meanwhile
            self.tty.line(f"Not done: {error}.")
        return True

    def _take(self, line: str) -> None:
        match parse(line):
            case None if line.strip().lower() in _BARE and not self._hinted:
                self._hinted = True
                self.say(f"Commands begin with a slash: {_BARE[line.strip().lower()]}. Typed once more, the word is a message.")
            case None:
                if (found := plain_files.read(self, line)) is not None:
                    self.begin()
                    self.turn(plain_files.asking(self, found))
            case Unknown() as unknown:
                self.tty.line(str(unknown))
            case command, argument:
                HANDLERS[command.name](self, argument)

    # -- what the commands work with --------------------------------------------------------------

    def say(self, *lines: str) -> None:
        for line in lines:
            self.tty.line(line)

    def quote(self, *lines: str) -> None:
        """Says what others said, sign for sign."""
        for line in lines:
            self.tty.quote(line)

    def choose(self, title: str, choices: Sequence[str], letters: Sequence[str] = ()) -> int | None:
        return self.tty.choose(title, choices, letters)

    def on_loop(self, work: Callable[[], T]) -> T:
        """Does what only the chat's own thread may do."""
        return self.stage.call(work)

    def turn(self, start: Callable[[], Answer]) -> None:
        """Follows an answer to its end, over every consent question on the way."""
        held = self._follow(start)
        while held is not None:
            if isinstance(held, Offered):
                held = self._follow(partial(self.chat.resume, held.turn_id, plain_waiting.verdict(self, held)))
                continue
            verdict, package = plain_review.consent(self, held)
            if verdict in {Verdict.SEND, Verdict.ALWAYS} and not self._budget(package.est_cost):
                verdict = Verdict.CANCEL
            held = self._follow(partial(self.chat.resume, held.turn_id, verdict))
        self.refresh()
        self._remember()
        if self.reworded:
            text, self.reworded = self.reworded, ""
            HANDLERS["edit"](self, text)
            return
        ended, self._ended = self._ended, None
        self._follow_up(ended)
        if ended is not None and ended.over_budget:
            self._anyway(ended.turn_id)
            return
        if ended is not None:
            self._budget(ended.cost, spent=True)
        if ended is not None and ended.stumbled and plain_review.showing(self, ended):
            self.turn(lambda: self.chat.showing(ended.turn_id, ended.stumbled))
            return
        self._suggest()

    def _follow_up(self, ended: Ended | None) -> None:
        """Tells what was typed meanwhile and goes out next; after a stop or a failure only if the user says so."""
        texts = self.tty.next
        for n, text in enumerate(texts, 1):
            self.quote(f"next {n}: {unmarked(text)}" if len(texts) > 1 else f"next: {unmarked(text)}")
        if texts and (ended is None or ended.ending is not Ending.COMPLETE):
            it = "it" if len(texts) == 1 else "them"
            if (
                self.choose(f"Not sent yet. The answer before did not end; send {it}?", [f"send {it} now", f"drop {it}"], "yn")
                != 0
            ):
                texts.clear()

    def _budget(self, usd: float | None, *, spent: bool = False) -> bool:
        """Asks once for a daily budget, before money is first spent or right after; `False` when the user drew back."""
        question = self.chat.purse.question(usd, spent=spent)
        while question:
            self.say(question)
            typed = self.tty.ask("dollars a day, or Enter for none: ")
            if typed is None:
                return False
            try:
                self.say(self.chat.purse.set(typed))
            except ValueError as error:
                self.say(str(error))
            else:
                return True
        return True

    def _anyway(self, turn_id: str) -> None:
        """Offers to send once what the day's budget refused."""
        if self.choose("The budget refused it.", ["send it once anyway", "leave it"], "yn") == 0:
            self.turn(lambda: self.chat.again(turn_id, over_budget=True))

    def _suggest(self) -> None:
        """Asks whether what the user keeps putting right shall become a rule."""
        found = self.on_loop(lambda: self.chat.suggestion(self.session.id))
        if found is None:
            return
        if self.choose(found.question, ["yes, and write it down as a rule", "no"], "yn") != 0:
            self.chat.repair.decline(found)
            return
        try:
            self.say(self.chat.repair.accept(found))
        except (ConfigError, OSError) as error:
            self.say(f"The rule could not be written: {error}")

    def begin(self) -> None:
        """Makes the session real: one without a question never reaches the list."""
        if not self.session.id:
            held = self.session
            self.session = self.chat.store.new_session(
                mode=held.mode, pin=held.pin, system=held.system, strategy=held.strategy, parameters=held.parameters
            )

    def refresh(self) -> None:
        """Reads the session again after something in it changed."""
        if self.session.id:
            self.session = self.chat.store.session(self.session.id) or self.session

    def look_at(self, session: Session | None) -> None:
        """Goes on with another session, or with a new one."""
        self.session = wanted = session or _blank()
        self.on_loop(lambda: self.chat.opened(wanted))
        self._remember()

    def _remember(self) -> None:
        """Has the arrow bring back what was asked here, and nothing else."""
        if self.tty.editing is not None:
            self.tty.editing.remember(asked(turn.question) for turn in self.path(REMEMBERED))

    def path(self, limit: int | None = None) -> Sequence[Turn]:
        """The branch that is looked at, its first turn first; with `limit` only its last turns."""
        return self.chat.store.path(self.session.id, self.session.leaf_id, limit=limit) if self.session.id else ()

    def show_path(self) -> None:
        """Prints the end of the conversation so far."""
        path = self.path(SHOWN + 1)
        if len(path) > SHOWN:
            self.say(f"The last {SHOWN} questions; /find TEXT looks in all of them.")
        for turn in path[-SHOWN:]:
            self.quote(f"you: {brief(turn.question)}", *(f"({label})" for label in words.attached(turn)))
            if (answer := turn.answer) is not None:
                self.quote(f"{sentences.label(answer.model_id, answer.locality)}{answer.text or '(nothing)'}")
                self.say(f"({words.head_of(answer, turn, demo=self.demo)})")
            if mark := words.ending(turn.ending, answer.error if answer is not None else ""):
                self.say(mark)

    # -- a turn -----------------------------------------------------------------------------------

    def _follow(self, start: Callable[[], Answer]) -> Held | Offered | None:
        teller = Teller(self.tty, demo=self.demo, bell=self.config.ui.bell)
        try:
            with self.stage.stream(start) as events:
                for event in events:
                    # also before a question: what was typed earlier is no answer to it
                    self.tty.collect()
                    if isinstance(event, Held | Offered):
                        return event
                    self._ended = event if isinstance(event, Ended) else None
                    teller.tell(event)
        except LookupError as error:  # another process erased the conversation, or sent what waited
            self.say(f"No answer: {error}.")
        return None

    def _greet(self) -> None:
        self.say(HELLO)
        if name := profile():
            self.say(f"Profile: {name}")
        for line in found(self.chat.world, self.config, demo=self.demo, here=self.chat.here):
            fix = f"{line.fix} --plain" if line.fix == "hybridchat demo" else line.fix
            self.say(f"  {'' if line.ok else 'Not ready: '}{line.text}" + (f". Try: {fix}" if fix else ""))
        first_words(self)
        if self.chat.banner and not self.demo:
            self.say(self.chat.banner)
        if expired := self.chat.expire([self.session.id]):
            self.say(expired)
        self.say(PRIVATE if self.chat.private else sentences.SAID_OF_MODE[self.chat.mode(self.session)])
        self.show_path()


def _blank() -> Session:
    """A session in which nothing was asked, and which is therefore nowhere stored."""
    return Session("", "", 0.0, 0.0)
