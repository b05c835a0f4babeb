"""What is found out about a question before anything is done with it: survey, decision, and the package for the chosen model."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from time import perf_counter

from hybridchat.agents.budget import window_start
from hybridchat.asking import Ask
from hybridchat.conversation import Attempt, Package, Picture, Session, Turn
from hybridchat.crew import Crew, held_mode, policy_of, readable
from hybridchat.earlier import within_reach
from hybridchat.facts import Decision, Difficulty, Locality, Mode, Model, Request, Snapshot, price_age
from hybridchat.fitting import fitted, thoughts
from hybridchat.handover import Parts, Redactor, Room, build, messages_of, turn_tokens
from hybridchat.parameters import Parameters
from hybridchat.privacy.scan import ScanError
from hybridchat.privacy.tokens import LITERAL
from hybridchat.routing.decide import decide
from hybridchat.routing.difficulty import difficulty
from hybridchat.routing.kinds import kind_of
from hybridchat.routing.memory import STEP, USUAL_WINDOW, planned_window
from hybridchat.routing.offline import returned, seen
from hybridchat.routing.policy import Policy
from hybridchat.routing.preferences import Facts, Rule, matching, ruled
from hybridchat.routing.wordrules import word_rule
from hybridchat.scans import Dropped, Watch
from hybridchat.sessions.spend import Spent
from hybridchat.tokens import estimate
from hybridchat.value import value


@value
class Findings:
    """What the scan found, by kind. `failure` says why there was none: the message counts as private then."""

    kinds: Mapping[str, int]
    message_kinds: Mapping[str, int]
    failure: str = ""


@value
class Look:
    """The question as the decision saw it. `findings` is `None` while the scan runs late."""

    request: Request
    snapshot: Snapshot
    decision: Decision
    findings: Findings | None
    micros: int = 0
    ask: Ask | None = None
    """The question, with what the program's agents said of it, and with the conversation's parameters."""
    policy: Policy = Policy()
    """The one that decided."""


@value
class _Measures:
    answered: Sequence[Attempt]
    """The answers in this branch, oldest first."""
    history_tokens: int
    message_tokens: int
    difficulty: Difficulty
    rule: Rule | None = None
    """The user's own rule that fits the message."""


async def look(ask: Ask, session: Session, parts: Parts, crew: Crew, *, patience: float | None = None) -> Look:
    """Surveys the text off the event loop and decides. After `patience` seconds a late scan counts as private (`None`: wait).

    What the first scan of a process has to read has its own, longer time, if the message could leave at all.
    """
    watch = Watch()
    ask = replace(ask, options=replace(ask.options, parameters=ask.options.parameters.over(session.parameters)))
    try:
        return await _look(ask, session, parts, crew, patience, watch)
    except asyncio.CancelledError:
        watch.drop()
        raise


async def _look(ask: Ask, session: Session, parts: Parts, crew: Crew, patience: float | None, watch: Watch) -> Look:
    if patience is not None and not crew.read and not _may_leave(ask, session, crew):
        # 0.05 s for nothing: whatever it finds, the question stays here
        return await _unread(ask, session, parts, crew, watch)
    reading = crew.read_ahead()
    scan = asyncio.ensure_future(crew.in_worker(partial(_find, parts, crew, watch)))
    (crew.grants[session.id], crew.world.spent), measures, ask = await asyncio.gather(
        asyncio.to_thread(_kept, crew, session.id), asyncio.to_thread(_measure, parts, crew), _with_checks(ask, parts, crew)
    )
    if patience is not None and not reading.done() and _may_leave(ask, session, crew):
        await asyncio.wait({asyncio.wrap_future(reading)}, timeout=crew.patience.reading)
    await asyncio.wait({scan}, timeout=patience)
    found = await _decide(ask, session, parts, crew, measures, scan.result() if scan.done() else None)
    if not scan.done() and found.decision.chosen is None:
        clean = await _decide(ask, session, parts, crew, measures, _NOTHING)
        if clean.decision.chosen is None:
            # whatever it finds, nobody can answer
            watch.drop()
            return replace(clean, findings=None)
        # the late scan stands in the way of the only models left: wait for it instead of refusing
        found = await _decide(ask, session, parts, crew, measures, await scan)
    return found


async def _unread(ask: Ask, session: Session, parts: Parts, crew: Crew, watch: Watch) -> Look:
    """The same for a question that cannot leave: its text is looked through only if nobody here can answer it."""
    (crew.grants[session.id], crew.world.spent), measures, ask = await asyncio.gather(
        asyncio.to_thread(_kept, crew, session.id), asyncio.to_thread(_measure, parts, crew), _with_checks(ask, parts, crew)
    )
    found = await _decide(ask, session, parts, crew, measures, None)
    if found.decision.chosen is None or not readable(crew, found.decision.chosen):
        return await _look(ask, session, parts, crew, None, watch)
    return found


def _may_leave(ask: Ask, session: Session, crew: Crew) -> bool:
    """Whether there is a model that would not get the real text, and neither mode nor pin stands before it."""
    if Mode.ONLY_LOCAL in {ask.mode, held_mode(crew, session)}:
        return False
    pin = ask.soft_pin or ask.pinned(session)
    return any(not readable(crew, model) for model in crew.world.models if pin in {None, model.id})


async def _with_checks(ask: Ask, parts: Parts, crew: Crew) -> Ask:
    """The question with what the program's own agents say of it."""
    if ask.checks is not None:
        return ask
    return replace(ask, checks=await crew.panel.ask(**{**ask.options.told, "prompt": parts.question}))


def _find(parts: Parts, crew: Crew, watch: Watch) -> Findings:
    crew.read_terms()
    reach = max((model.window for model in crew.world.models if not readable(crew, model)), default=0)
    texts = [parts.system, parts.question] + [m.text for t in within_reach(parts.history, reach) for m in messages_of(t)]
    crew.watched = watch
    try:
        return Findings(crew.scans.kinds(texts, watch), crew.scans.kinds([parts.question]))
    except ScanError as error:
        return Findings({}, {}, str(error))
    except Dropped:
        return Findings({}, {}, "the check for personal data was broken off")
    finally:
        crew.watched = None


_NOTHING = Findings({}, {})


def _kept(crew: Crew, session_id: str) -> tuple[frozenset[str], Spent]:
    """Consents of the session and money of the day, as the store has them."""
    return crew.store.allowed(session_id), money(crew)


def money(crew: Crew) -> Spent:
    """What the day has cost, in every process, as the store has it; reads it."""
    return crew.store.spend.spent(window_start(crew.clock(), crew.budget_window))


def _measure(parts: Parts, crew: Crew) -> _Measures:
    asked = [t for t in parts.history if messages_of(t)]
    before: Difficulty | None = None
    for turn in asked[-6:]:
        before = difficulty(turn.question, before)
    tokens = estimate(parts.question)
    return _Measures(
        answered=[answer for turn in asked if (answer := turn.answer) is not None],
        history_tokens=sum(turn_tokens(t) for t in asked) + estimate(parts.system),
        message_tokens=tokens,
        difficulty=difficulty(parts.question, before),
        rule=_rule(parts.question, tokens, crew) if crew.rules else None,
    )


def _rule(question: str, tokens: int, crew: Crew) -> Rule | None:
    return matching(crew.rules, Facts(question, kind_of(question), crew.folder, tokens))


async def _decide(ask: Ask, session: Session, parts: Parts, crew: Crew, measures: _Measures, findings: Findings | None) -> Look:
    answered = measures.answered
    current = _current(ask, answered)
    # whom a question in the queue waited for was no choice by hand: a rule that fits it by now stands above that
    waited = ask.queued and measures.rule is not None
    pin = (None if waited else ask.soft_pin) or ask.pinned(session)
    named = measures.rule.model if measures.rule is not None else None
    policy, wanted = policy_of(crew, session), ask.options.parameters
    also = {m for m in (pin, named, current if ask.escalated else None) if m is not None}
    snapshot = crew.world.snapshot(also, policy.name)
    # what somebody sends by hand is tried, and a model asked for by name may go as soon as the way is there; the program itself
    # waits until it is good again
    back = snapshot.links.keys() if ask.queued else returned(snapshot) if pin is not None else ()
    snapshot = seen(snapshot, ask.lost, {*ask.back, *back})
    checks = (*await crew.world.checks(policy.name), *(ask.checks or ()))
    if (rule := word_rule(policy.word_rule, parts.question, snapshot.budget)) is not None:
        checks = (*checks, rule)
    if ask.over_budget:
        snapshot = replace(snapshot, budget=replace(snapshot.budget, limit=None))
    held = held_mode(crew, session)
    request = Request(
        now=crew.clock(),
        # LOCAL ONLY is a promise: nothing said for one message lifts it
        mode=held if held is Mode.ONLY_LOCAL else ask.mode or held,
        pin=pin,
        current=current,
        turns=len(answered),
        turns_here=_run_here(answered),
        lost=crew.lost.get(session.id),
        history_tokens=measures.history_tokens,
        message_tokens=measures.message_tokens,
        reserve_tokens=crew.reserve + thoughts(wanted),
        max_output=_most(wanted, crew),
        context=wanted.context,
        difficulty=measures.difficulty,
        kinds=findings.kinds if findings is not None else {},
        scan_late=findings is None or bool(findings.failure),
        checks=checks,
        excluded=ask.excluded,
        needs=_needs(ask),
        escalated=ask.escalated,
        lifted_by=crew.lifted_by,
    )
    request = ruled(request, measures.rule)
    start = perf_counter()
    decision = decide(request, snapshot, policy)
    return Look(request, snapshot, decision, findings, int((perf_counter() - start) * 1e6), ask, policy)


def _needs(ask: Ask) -> frozenset[str]:
    """What a model must be able to do for this message."""
    seen = ask.turn.attachments if ask.turn is not None else ask.options.files
    return frozenset({"vision"} if seen else ())


def _most(wanted: Parameters, crew: Crew, model: Model | None = None) -> int:
    """Tokens an answer may have at most, thinking included; `model` `None`: whichever will answer."""
    return crew.max_output + thoughts(wanted, model) if wanted.max_tokens is None else wanted.max_tokens


def _current(ask: Ask, answered: Sequence[Attempt]) -> str | None:
    """The model that answered last; for "the other one" the model of the answer at hand."""
    before = ask.turn.answer if ask.escalated and ask.turn is not None else None
    return before.model_id if before is not None else answered[-1].model_id if answered else None


def _run_here(answered: Sequence[Attempt]) -> int:
    """How many of the newest turns in a row this device answered."""
    away = (n for n, answer in enumerate(reversed(answered)) if answer.locality is not Locality.ON_DEVICE)
    return next(away, len(answered))


def package(crew: Crew, ask: Ask, model: Model, parts: Parts, found: Look, *, preview: bool = False) -> Package:
    """Builds what `model` will see; a preview mints no placeholder. Worker thread, unless `model` gets the real text.

    Raises:
        privacy.scan.ScanError: the scanner failed; nothing may be sent then.
    """
    redactor = None
    if not readable(crew, model):
        table = crew.table(ask.session_id)
        redactor = crew.redactor(ask.session_id, table.fork() if preview else table)
    if parts.history:
        parts = replace(parts, summary=crew.store.summaries.newest(parts.history))
    if ask.turn is not None:
        parts = replace(parts, pictures=_pictures(crew, ask.turn, model, parts.history))
    elif ask.options.files:
        # the question is not stored yet: it is looked ahead
        parts = replace(parts, pictures={"": tuple(picture for _, picture in ask.options.files)})
    made = build(model, parts, _room(crew, ask, model, found, preview=preview), redactor)
    wanted, unmet = fitted(ask.options.parameters, crew.world.kind(model), model)
    if redactor is not None:
        wanted, unmet = _unhidden(wanted, unmet, redactor)
    return replace(made, parameters=wanted, unmet=unmet, old_price=price_age(model.price, crew.clock()))


def _unhidden(wanted: Parameters, unmet: tuple[str, ...], redactor: Redactor) -> tuple[Parameters, tuple[str, ...]]:
    """Without the stop texts that are personal: hidden behind placeholders they would stop nothing."""
    kept = tuple(text for text in wanted.stop if not redactor.hides(text))
    if len(kept) < len(wanted.stop):
        unmet = (*unmet, "a stop text stays here: it is personal")
    return replace(wanted, stop=kept), unmet


def _pictures(crew: Crew, turn: Turn, model: Model, history: Iterable[Turn]) -> Mapping[str, tuple[Picture, ...]]:
    """Turn id -> its pictures, as far as the model gets them: elsewhere only those of the question that is asked now."""
    seen = [turn]
    if readable(crew, model) and "vision" in model.capabilities:
        seen += history
    return {one.id: crew.store.pictures(one) for one in seen if one.attachments}


def _room(crew: Crew, ask: Ask, model: Model, found: Look, *, preview: bool) -> Room:
    asked = ask.options.parameters
    wanted, limit = _most(asked, crew, model), min(model.window, asked.context or model.window)
    most = min(wanted, model.max_output or wanted)
    # an answer that is thought about first must not push all of the conversation out
    reserve = min(crew.reserve + thoughts(asked, model), max(crew.reserve, limit // 2))
    if crew.world.kind(model) != "ollama" or model.locality is Locality.REMOTE:
        history = "full" if readable(crew, model) else crew.history
        return Room(limit, reserve, most, history=history)
    # unless told otherwise, Ollama takes a small window and cuts the conversation off without a word
    key = (ask.session_id, model.id)
    window = max(_wanted(model, found), min(crew.windows.get(key, 0), model.window)) if asked.context is None else limit
    if not preview:
        crew.windows[key] = window
    return Room(window, reserve, most, num_ctx=window, history="full" if readable(crew, model) else crew.history)


def _wanted(model: Model, found: Look) -> int:
    if model.on_device:
        return planned_window(found.request, model, found.snapshot, found.policy)
    # another machine's memory is not known: no more than the conversation needs
    request = found.request
    need = int((request.history_tokens + request.message_tokens) * found.policy.context_margin) + request.reserve_tokens
    return min(model.window, max(USUAL_WINDOW, -(-need // STEP) * STEP))


def readable_before(crew: Crew, session_id: str, made: Package, history: Iterable[Turn]) -> tuple[int, ...]:
    """Numbers of the turns (from 1) in which the package's host was sent a value readable that is hidden from now on.

    Worker thread. Only values not yet told to any host are looked for: the others were told about before.
    """
    fresh = [row.original for row in crew.table(session_id).new_rows() if row.kind != LITERAL]
    if not fresh:
        return ()
    numbers = {turn.id: number for number, turn in enumerate(history, 1)}
    sent = crew.store.wire_parts(session_id, made.host)
    told = {numbers.get(part.turn_id or "") for part in sent if any(value in part.text for value in fresh)}
    return tuple(sorted(n for n in told if n is not None))
