"""`hybridchat ask`: one question, the answer on stdout, notices on stderr, and an exit code that says what happened."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from hybridchat.answer import Answer
from hybridchat.asking import Options as Told
from hybridchat.assemble import Setup, assembled
from hybridchat.chat import Chat
from hybridchat.cli import edge, sentences
from hybridchat.cli.ask_result import Result, dry_lines, dry_record, record, stored_checks, unrouted_code
from hybridchat.cli.edge import Exit, say
from hybridchat.cli.following import Follow
from hybridchat.cli.offline import keep
from hybridchat.cli.paint import Printer
from hybridchat.cli.stdin import question
from hybridchat.config import ConfigError
from hybridchat.conversation import Session
from hybridchat.facts import Mode
from hybridchat.parameters import Parameters, asked
from hybridchat.sessions.attachments import Named
from hybridchat.value import value

ALONE = Told(alone=True)
"""One question is answered here when nothing else can be reached: nobody is asked whether to wait."""


@value
class Options:
    """What the command line said."""

    words: tuple[str, ...] = ()
    model: str | None = None
    local: bool = False
    cloud: bool = False
    resume_last: bool = False
    session: str | None = None
    no_log: bool = False
    private: bool = False
    as_json: bool = False
    dry_run: bool = False
    stream: bool = True
    quiet: bool = False
    demo: bool = False
    terminal: str = ""
    compare: tuple[str, ...] = ()
    """Models that are all asked; empty: one is, as usual."""
    keep: str | None = None
    """Of those the one whose answer stands."""
    queue: bool = False
    """Nobody is asked now: the question waits for the network."""
    files: tuple[Path, ...] = ()
    think: str | None = None
    """How much the model thinks first; `None`: as the conversation has it."""

    def check(self) -> None:
        """Raises `Exit` for what cannot be wanted at once."""
        if self.cloud and (self.local or self.private):
            raise Exit(edge.USAGE, f"{'--local' if self.local else '--private'} and --cloud cannot both hold.")
        if self.private and (self.resume_last or self.session is not None):
            raise Exit(edge.USAGE, "A private question goes on with no saved conversation: leave --continue and --session out.")
        if self.resume_last and self.session is not None:
            raise Exit(edge.USAGE, "--continue and --session cannot both hold.")
        if self.compare and self.model is not None:
            raise Exit(edge.USAGE, "--compare names the models; leave --model out.")
        if self.queue and (self.no_log or self.private or self.local or self.demo or self.dry_run or self.compare):
            raise Exit(edge.USAGE, "--queue keeps the question for a model elsewhere: no other way to ask goes with it.")
        if self.think is not None and self.queue:
            raise Exit(edge.USAGE, "--think goes with a question that is asked now: leave --queue out.")
        self.parameters()
        if self.keep is not None and not self.compare:
            raise Exit(edge.USAGE, "--keep names one of the models of --compare.")

    def parameters(self) -> Parameters:
        """What the command line asks of the model. Raises `Exit`."""
        try:
            return asked(think=self.think)
        except ValueError as error:
            raise Exit(edge.USAGE, f"--{error}") from None

    @property
    def mode(self) -> Mode | None:
        return Mode.ONLY_LOCAL if self.local or self.private else Mode.ONLY_CLOUD if self.cloud else None


def run(options: Options) -> int:
    """Runs the command; returns the exit code. Raises `Exit`, `ConfigError` for what ends it before a question is asked."""
    try:
        options.check()
        text, pictures = question(options.words), tuple[Named, ...]()
        if options.files:
            from hybridchat.cli.files import with_files  # imported here: most questions come without

            text, pictures = with_files(text, options.files)
        return asyncio.run(_run(options, text, pictures))
    except (Exit, ConfigError) as problem:
        if options.as_json:
            told = record(Result(problem=str(problem)), {})
            put([told] if options.compare else told)
        raise


async def _run(options: Options, text: str, pictures: tuple[Named, ...]) -> int:
    setup = Setup(
        save=not options.no_log,
        private=options.private,
        asks=not options.queue,
        samplers=False,
        demo=options.demo,
        mode=Mode.ONLY_LOCAL if options.local else None,
        consent=options.cloud,
        session=options.session,
        wanted=options.model,
        wanted_only=not (options.as_json or options.dry_run),
    )
    async with assembled(setup) as chat:
        if options.demo:
            from hybridchat.welcome import DEMO  # imported here: the words of the first screen, 5 ms

            say(DEMO)
        for told in (chat.store.notice, chat.store.problem, chat.here):
            if told and not options.quiet:
                say(told)
        pin = model_id(chat, options.model) if options.model is not None else None
        session = _session(chat, options)
        if options.compare:
            from hybridchat.cli.compare import compare  # imported here: it builds on this module

            return await compare(chat, options, session, text, pictures)
        if options.queue:
            return await keep(chat, session, text, pin, files=pictures, as_json=options.as_json)
        if options.dry_run:
            return await _dry_run(chat, session, options, text, pin, pictures)
        return await _ask(chat, options, session, text, pin, pictures)


async def _ask(chat: Chat, options: Options, session: Session, text: str, pin: str | None, pictures: tuple[Named, ...]) -> int:
    more = replace(ALONE, files=pictures, parameters=options.parameters())
    result = await answered(chat, options, chat.answer(session.id, text, pin=pin, mode=options.mode, options=more))
    if options.as_json:
        put(record(result, await checks_of(chat, result)))
    if result.held is not None:
        from hybridchat.cli.consenting import explain_held  # as in `answered`

        explain_held(chat, result.held.package)
    if chat.store.purge.due:
        from hybridchat.cli.tidying import tidy  # imported here: hardly ever

        await asyncio.to_thread(tidy, chat.store)
    return result.code


async def answered(chat: Chat, options: Options, answer: Answer) -> Result:
    """Follows `answer` over its consent question, if there is one, to its end."""
    result, printer = Result(), None if options.as_json else Printer(stream=options.stream)
    follow = Follow(result, printer, quiet=options.quiet, demo=options.demo)
    await follow.through(answer)
    if result.held is not None and not result.interrupted:
        from hybridchat.cli.consenting import consent  # imported here: most questions stay on this machine

        verdict = consent(result.held.package, demo=options.demo)
        if verdict is not None:
            turn_id, result.held = result.held.turn_id, None
            await follow.through(chat.resume(turn_id, verdict))
    return result


def put(made: Mapping[str, object] | Sequence[Mapping[str, object]]) -> None:
    """Prints one line of JSON."""
    sys.stdout.write(edge.json_line(made))
    sys.stdout.flush()


def model_id(chat: Chat, name: str) -> str:
    """The id of the model that goes by `name`. Raises `Exit`."""
    try:
        return chat.world.find(name).id
    except LookupError as error:
        named = name.partition(":")[0]
        known = named in {e.name for e in chat.world.endpoints}
        problems = [str(p) for endpoint, p in chat.world.problems.items() if endpoint == named or not known]
        if problems:
            raise Exit(edge.NOTHING, f"{' '.join(problems)} Until then: {error}.") from None
        raise Exit(edge.USAGE, sentences.started(str(error))) from None


def _session(chat: Chat, options: Options) -> Session:
    """The session to ask in; the next `--continue` of this terminal finds it."""
    key = f"last-ask:{options.terminal}"
    wanted = options.session or (chat.store.recall(key) if options.resume_last else None)
    try:
        session = chat.store.session(wanted) if wanted else None
    except LookupError as error:
        raise Exit(edge.USAGE, sentences.started(str(error))) from None
    if session is None and options.session is not None:
        raise Exit(edge.USAGE, f"There is no conversation {options.session}. `hybridchat sessions` lists them.")
    if session is None and options.resume_last:
        raise Exit(edge.USAGE, "There is no earlier question from this terminal to continue.")
    session = session or chat.store.new_session("ask")
    if not options.dry_run:
        chat.store.remember(key, session.id)
    return session


async def checks_of(chat: Chat, result: Result) -> Mapping[str, object]:
    """The agents' verdicts; without samplers of our own, the states a running chat left behind, else `unknown`."""
    chosen = result.decision.chosen if result.decision is not None else None
    made = {check.agent: asdict(check) for check in await chat.world.checks()}
    return stored_checks(chat.snapshot(), chosen.host if chosen else None) | made


async def _dry_run(
    chat: Chat, session: Session, options: Options, text: str, pin: str | None, pictures: tuple[Named, ...]
) -> int:
    preview = await chat.preview(session.id, text, pin=pin, mode=options.mode, options=Told(options.parameters(), files=pictures))
    if not session.turns:
        chat.store.delete_session(session.id)
    if options.as_json:
        put(dry_record(preview))
    else:
        sys.stdout.write("\n".join(dry_lines(preview)) + "\n")
    return edge.OK if preview.decision.chosen is not None else unrouted_code(preview.decision)
