"""What is found out about a question before anything is done with it: survey and decision."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from time import perf_counter

from hybridchat.agents.budget import window_start
from hybridchat.asking import Ask
from hybridchat.conversation import Attempt, Session
from hybridchat.crew import Crew, held_mode, policy_of, readable
from hybridchat.earlier import within_reach
from hybridchat.events import Verdict
from hybridchat.facts import Decision, Difficulty, Locality, Mode, Model, Request, Snapshot
from hybridchat.fitting import thoughts
from hybridchat.handover import Parts, messages_of, turn_tokens
from hybridchat.parameters import Parameters
from hybridchat.privacy.scan import ScanError
from hybridchat.routing.decide import decide
from hybridchat.routing.difficulty import difficulty
from hybridchat.routing.kinds import kind_of
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
        max_output=most(wanted, crew),
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
    start = perf_counter()
    request, decision = _settled(request, ask, ask.pinned(session), measures.rule, snapshot, policy)
    return Look(request, snapshot, decision, findings, int((perf_counter() - start) * 1e6), ask, policy)


def _settled(
    request: Request, ask: Ask, by_hand: str | None, rule: Rule | None, snapshot: Snapshot, policy: Policy
) -> tuple[Request, Decision]:
    """The request as it was decided. Whom the user consented to was chosen for a reason, and that reason stays the one told."""
    if ask.verdict in {Verdict.SEND, Verdict.ALWAYS} and ask.soft_pin is not None:
        free = ruled(replace(request, pin=by_hand), rule)
        decision = decide(free, snapshot, policy)
        if decision.chosen is not None and decision.chosen.id == ask.soft_pin:
            return free, decision
    request = ruled(request, rule)
    return request, decide(request, snapshot, policy)


def _needs(ask: Ask) -> frozenset[str]:
    """What a model must be able to do for this message."""
    seen = ask.turn.attachments if ask.turn is not None else ask.options.files
    return frozenset({"vision"} if seen else ())


def most(wanted: Parameters, crew: Crew, model: Model | None = None) -> int:
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
