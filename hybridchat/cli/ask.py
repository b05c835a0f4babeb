"""`hybridchat ask`: one question, the answer on stdout, notices on stderr, and an exit code that says what happened."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from hybridchat.assemble import Setup, assembled
from hybridchat.chat import Answer, Chat
from hybridchat.cli import edge
from hybridchat.cli.edge import Exit, say
from hybridchat.cli.paint import Printer
from hybridchat.conversation import Decided, Ended, Ending, Event, FellBack, HandedOver, Held, Said, Session, Verdict
from hybridchat.facts import Check, ConnectivityState, Decision, Locality, Mode
from hybridchat.render import words
from hybridchat.routing.explain import sentence, to_record

NOT_YET = "Patterns and your own terms only: names are not hidden yet."


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line said."""

    prompt: str
    model: str | None = None
    local: bool = False
    cloud: bool = False
    resume_last: bool = False
    session: str | None = None
    no_log: bool = False
    as_json: bool = False
    dry_run: bool = False
    stream: bool = True
    quiet: bool = False
    demo: bool = False
    terminal: str = ""


@dataclass(slots=True)
class Result:
    """What the events of one turn came to."""

    text: list[str] = field(default_factory=list)
    decision: Decision | None = None
    held: Held | None = None
    ended: Ended | None = None
    hidden: Mapping[str, int] = field(default_factory=dict)

    @property
    def code(self) -> int:
        """The exit code."""
        if self.held is not None:
            return edge.POLICY
        if self.ended is None:
            return edge.PROVIDER
        return _exit_code(self.ended, self.decision)


def run(options: Options) -> int:
    """Runs the command; returns the exit code. Raises `Exit` for what ends it before a question is asked."""
    return asyncio.run(_run(options))


async def _run(options: Options) -> int:
    setup = Setup(
        save=not options.no_log,
        samplers=False,
        demo=options.demo,
        mode=Mode.ONLY_LOCAL if options.local else None,
        consent=options.cloud,
        wanted=options.model,
    )
    async with assembled(setup) as chat:
        if chat.store.problem and not options.quiet:
            say(chat.store.problem)
        pin = _pin(chat, options)
        session = _session(chat, options)
        mode = Mode.ONLY_LOCAL if options.local else Mode.ONLY_CLOUD if options.cloud else None
        if options.dry_run:
            return await _dry_run(chat, session, options, pin, mode)
        result = Result()
        printer = None if options.as_json else Printer(stream=options.stream)
        answer = chat.answer(session.id, options.prompt, pin=pin, mode=mode)
        await _follow(answer, result, printer, options)
        if result.held is not None and sys.stdin.isatty() and sys.stderr.isatty():
            verdict = _ask_consent(result.held)
            turn_id, result.held = result.held.turn_id, None
            await _follow(chat.resume(turn_id, verdict), result, printer, options)
        if options.as_json:
            sys.stdout.write(json.dumps(_record(await _checks(chat), result), ensure_ascii=False) + "\n")
        _explain_held(result)
        return result.code


def _pin(chat: Chat, options: Options) -> str | None:
    if options.model is None:
        return None
    try:
        return chat.world.find(options.model).id
    except LookupError as error:
        raise Exit(edge.USAGE, f"{str(error)[:1].upper()}{str(error)[1:]}.") from None


def _session(chat: Chat, options: Options) -> Session:
    try:
        if options.session is not None:
            found = chat.store.session(options.session)
            if found is None:
                raise Exit(edge.USAGE, f"There is no session {options.session}. `hybridchat sessions` lists them.")
            return found
        if options.resume_last:
            last = chat.store.recall(f"last-ask:{options.terminal}")
            found = chat.store.session(last) if last else None
            if found is None:
                raise Exit(edge.USAGE, "There is no earlier question from this terminal to continue.")
            return found
    except LookupError as error:
        raise Exit(edge.USAGE, f"{error}.") from None
    session = chat.store.new_session("ask")
    chat.store.remember(f"last-ask:{options.terminal}", session.id)
    return session


async def _follow(answer: Answer, result: Result, printer: Printer | None, options: Options) -> None:
    async with answer:
        async for event in answer:
            _take(event, result, printer)
            if not options.quiet:
                _notice(event)
    if printer is not None:
        printer.finish()
    if result.ended is not None and not options.quiet:
        _closing(result.ended)
    elif result.ended is not None and result.ended.ending is not Ending.COMPLETE:
        say(result.ended.text)


def _take(event: Event, result: Result, printer: Printer | None) -> None:
    match event:
        case Said(text=text):
            result.text.append(text)
            if printer is not None:
                printer.write(text)
        case Decided(decision=decision):
            result.decision = decision
        case Held():
            result.held = event
        case HandedOver(hidden=hidden):
            result.hidden = hidden
        case Ended():
            result.ended = event
        case _:
            pass


def _notice(event: Event) -> None:
    match event:
        case HandedOver(locality=Locality.REMOTE | Locality.LAN):
            hidden = words.items(event.hidden)
            say(f"{words.plural(hidden, 'item')} hidden · {event.bytes:,} bytes to {event.host} · {NOT_YET.lower().rstrip('.')}")
        case HandedOver():
            for mark in words.handed_over(event):
                say(mark)
        case FellBack():
            say(words.fell_back(event))
        case _:
            pass


def _closing(ended: Ended) -> None:
    if ended.ending is not Ending.COMPLETE:
        say(words.ended(ended))
    for note in ended.notes:
        say(note)
    if ended.model_id is not None and ended.locality is not None and ended.ending is Ending.COMPLETE:
        say(words.head(ended.model_id, ended.locality, timings=ended.timings, usage=ended.usage, cost=ended.cost))


def _ask_consent(held: Held) -> Verdict:
    package = held.package
    hidden = words.plural(len(package.hidden), "item")
    say(
        f"Ask {words.short(package.model_id)} at {package.host}? {words.plural(package.turns, 'turn')} · {hidden} hidden · "
        f"{words.plural(len(package.left), 'word')} left to check · about {words.money(package.est_cost)}. {NOT_YET}"
    )
    answers = {"y": Verdict.SEND, "yes": Verdict.SEND, "n": Verdict.LOCAL, "no": Verdict.LOCAL, "": Verdict.CANCEL}
    while True:
        sys.stderr.write("[y] send  [v] view  [n] stay local  [Enter] cancel: ")
        sys.stderr.flush()
        line = sys.stdin.readline()
        choice = line.strip().lower()
        if choice == "v":
            for item in package.hidden:
                say(f"  hidden: {item.placeholder} ({item.reason})")
            say(f"  left readable, look once: {', '.join(package.left) or 'nothing'}")
            for message in package.messages:
                say(f"  {message.role}: {message.text}")
        elif choice in answers:
            return answers[choice]


def _explain_held(result: Result) -> None:
    if result.held is not None:
        package = result.held.package
        say(
            f"Not sent: {words.short(package.model_id)} at {package.host} needs your consent. "
            'Ask again with --cloud, set privacy.cloud = "auto", or use --local.'
        )


def _exit_code(ended: Ended, decision: Decision | None) -> int:
    if ended.ending is Ending.COMPLETE:
        return edge.INCOMPLETE if ended.error == "length" else edge.OK
    if ended.ending is Ending.CUT:
        return edge.INCOMPLETE
    if ended.ending is Ending.STOPPED:
        return edge.POLICY if ended.model_id is None else edge.INTERRUPTED
    if ended.error in {"blocked", "scan_error"}:
        return edge.POLICY
    if ended.error == "unreachable":
        return edge.NOTHING
    if ended.ending is Ending.UNROUTED and decision is not None:
        rules = {c.rejected.rule for c in decision.candidates if c.rejected is not None}
        if "budget" in rules:
            return edge.BUDGET
        return edge.POLICY if rules and rules <= {"privacy", "policy", "mode", "asked", "locality"} else edge.NOTHING
    return edge.PROVIDER


async def _dry_run(chat: Chat, session: Session, options: Options, pin: str | None, mode: Mode | None) -> int:
    preview = await chat.preview(session.id, options.prompt, pin=pin, mode=mode)
    chosen = preview.decision.chosen
    record = {
        "schema": 1,
        "dry_run": True,
        "model_id": chosen.id if chosen else None,
        "reason": preview.sentence,
        "asks_consent": preview.asks,
        "redactions": dict(preview.hidden) if chosen is not None and chosen.locality is not Locality.ON_DEVICE else {},
        "tokens": preview.tokens,
        "est_cost": preview.est_cost,
        "routing_decision": to_record(preview.decision),
    }
    if options.as_json:
        sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")
    else:
        counts = ", ".join(f"{n} {kind.lower()}" for kind, n in preview.hidden.items()) or "nothing"
        place = words.PLACES[chosen.locality] if chosen else "nowhere"
        lines = [
            f"model    {words.short(chosen.id) if chosen else '–'} ({place})",
            f"why      {preview.sentence}",
            f"hidden   {counts}"
            if chosen is None or chosen.locality is not Locality.ON_DEVICE
            else f"personal {counts}; stays here",
            f"tokens   about {preview.tokens:,}",
            f"cost     {words.money(preview.est_cost) if chosen and not chosen.on_device else '$0'}"
            + (" at most" if preview.est_cost else ""),
            "sent     nothing (dry run)",
        ]
        sys.stdout.write("\n".join(lines) + "\n")
    return edge.OK if chosen is not None else edge.NOTHING


async def _checks(chat: Chat) -> Mapping[str, object]:
    """The agents' verdicts; without samplers of our own, the states a running chat left behind, else `unknown`."""
    made = {check.agent: asdict(check) for check in await chat.world.checks()}
    snapshot = chat.snapshot()
    states = [link.state for link in snapshot.links.values()]
    stored = {
        "resource_monitor": Check("resource_monitor", snapshot.device.state, reason=snapshot.device.reason),
        "connectivity_monitor": Check("connectivity_monitor", states[0] if states else ConnectivityState.UNKNOWN),
    }
    return {name: asdict(check) for name, check in stored.items()} | made


def _record(checks: Mapping[str, object], result: Result) -> dict[str, object]:
    ended, decision = result.ended, result.decision
    usage, timings = (ended.usage, ended.timings) if ended else (None, None)
    speed = timings.tokens_per_second(usage.output_tokens) if timings and usage else None
    record: dict[str, object] = {
        "schema": 1,
        "model_id": ended.model_id if ended else None,
        "response": "".join(result.text),
        "agent_checks": checks,
        "metrics": {
            "total_latency": timings.total_s if timings else None,
            "time_to_first_token": timings.first_token_s if timings else None,
            "tokens_per_second": round(speed, 2) if speed is not None else None,
            "input_tokens": usage.input_tokens if usage else None,
            "output_tokens": usage.output_tokens if usage else None,
            "cost": ended.cost if ended else None,
        },
        "inference_source": _source(ended),
        "routing_decision": to_record(decision) | {"reason": sentence(decision)} if decision else None,
        "redactions": dict(result.hidden),
        "ending": str(ended.ending) if ended else "held",
        "notes": list(ended.notes) if ended else [],
    }
    if ended is None or ended.ending is not Ending.COMPLETE:
        record["error"] = {"type": ended.error if ended else "consent", "message": ended.text if ended else "needs consent"}
    return record


def _source(ended: Ended | None) -> str | None:
    if ended is None or ended.locality is None:
        return None
    return "on_device" if ended.locality is Locality.ON_DEVICE else "in_cloud"
