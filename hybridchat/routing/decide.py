"""Which model answers: hard rules first, then the preferred side, then scores, then what a switch would cost.

Pure: the same request, snapshot and policy give the same decision. No clock, no I/O, no text of the message.
"""

from __future__ import annotations

from dataclasses import replace

from hybridchat.facts import Candidate, Decision, Mode, Model, Request, Snapshot, Target
from hybridchat.routing.offline import connected, cut_off, missed, settling
from hybridchat.routing.policy import Policy
from hybridchat.routing.rules import NOTHING_KNOWN, Case, first_objection, wishes
from hybridchat.routing.scores import TRIMMED, base_score, beyond, hard_for, score, switch_price, too_slow, way_back
from hybridchat.routing.unlock import nothing_left
from hybridchat.routing.words import why_chosen

VERSION = 1
STAY_IN_CLOUD = 0.8
"""With `cloud = "auto"`, a conversation that went to the cloud stays there until its difficulty is below this share of the
threshold that sent it there."""


def decide(request: Request, snapshot: Snapshot, policy: Policy) -> Decision:
    """Chooses a model for one message, or says what stands in the way of each. Typically under 0.15 ms for 8 models."""
    made = _decided(request, snapshot, policy)
    if failed := tuple(f"{check.agent} failed: {check.reason}" for check in request.checks if check.state == "failed"):
        made = replace(made, failed=failed)
    if not cut_off(made):
        return made
    calm, chosen = _decided(request, connected(snapshot), policy), made.chosen
    hard = chosen is not None and request.difficulty.score >= hard_for(policy, chosen)
    return replace(made, missed=missed(made, calm, request, policy, hard=hard))


def _decided(request: Request, snapshot: Snapshot, policy: Policy) -> Decision:
    case = Case(request, snapshot, policy)
    candidates, eligible = _judged(case)
    if not eligible and any(c.rejected is not None and c.rejected.rule == "device" for c in candidates):
        last = Case(request, snapshot, policy, last_resort=True)
        judged, left = _judged(last)
        if left:
            case, candidates, eligible = last, judged, left
    if not eligible:
        return nothing_left(case, tuple(candidates), VERSION)
    return _choose(case, tuple(candidates), eligible)


def _judged(case: Case) -> tuple[list[Candidate], list[Candidate]]:
    """Every model with its score or the first rule against it, and those that may answer."""
    live = case.snapshot.live
    candidates: list[Candidate] = []
    eligible: list[Candidate] = []
    for model in case.snapshot.models:
        known = live.get(model.id, NOTHING_KNOWN)
        objection = first_objection(case, model, known)
        if objection is not None:
            candidates.append(Candidate(model, objection))
        else:
            candidate = score(case, model, known)
            candidates.append(candidate)
            eligible.append(candidate)
    return candidates, eligible


def _choose(case: Case, candidates: tuple[Candidate, ...], eligible: list[Candidate]) -> Decision:
    side, rule = _preferred_side(case, eligible)
    ranked = _ranked(case, eligible, side)
    chosen = ranked[0]
    if (named := _ruled(case, ranked)) is not None:
        chosen, rule = named, "rule"
    elif _cornered(case, candidates, eligible):
        chosen, rule = min(ranked, key=_smallness), "critical"
    elif (kept := _kept(case, ranked, side)) is not None:
        chosen, rule = kept, "stay"
    elif side is not None and not _on_side(case, chosen, side):
        rule = "other_side"
    elif rule == "score" and len(eligible) == 1:
        rule = "only"
    order = _order(ranked, chosen)
    runner_up = next((c for c in ranked if c is not chosen), None)
    return Decision(
        chosen=chosen.model,
        candidates=candidates,
        order=order,
        reason=why_chosen(case, chosen, rule, candidates),
        rule=rule,
        margin=None if runner_up is None else (chosen.score or 0.0) - (runner_up.score or 0.0),
        offer=_offer(case, chosen, eligible),
        back=way_back(case, chosen.model, candidates) if _stays(case, chosen.model, rule, eligible) else None,
        trimmed=TRIMMED in chosen.notes,
        strategy=case.policy.name,
        version=VERSION,
    )


def _preferred_side(case: Case, eligible: list[Candidate]) -> tuple[Target | None, str]:
    """The side that answers as long as it can, and the rule that says so; `None` leaves it to the scores."""
    request, policy = case.request, case.policy
    if request.pin is not None:
        return None, "pin"
    if request.escalated:
        return None, "asked"
    if request.mode is not Mode.AUTO:
        local = request.mode in {Mode.ONLY_LOCAL, Mode.PREFER_LOCAL}
        return (Target.LOCAL if local else Target.CLOUD), "mode" if request.rule_mode is None else "rule"
    wished = {check.target for check in wishes(request.checks)}
    if len(wished) == 1:
        return wished.pop(), "checks"
    if (policy.cloud == "auto" or not policy.local_first) and settling(request, case.snapshot):
        return Target.LOCAL, "settling"
    if not policy.local_first:
        return None, "score"
    if policy.cloud == "auto":
        ours = [c for c in eligible if case.is_local(c.model)]
        if request.difficulty.score >= _cloud_threshold(case, ours):
            return Target.CLOUD, "difficulty"
        if ours and all(strained(case, c) for c in ours):
            return Target.CLOUD, "machine"
    return Target.LOCAL, "local_first"


def _ruled(case: Case, ranked: list[Candidate]) -> Candidate | None:
    """The model that the user's own rule names, when it may answer."""
    wanted = case.request.rule_model
    return next((c for c in ranked if c.model.id == wanted), None) if wanted is not None else None


def _cloud_threshold(case: Case, ours: list[Candidate]) -> float:
    threshold = beyond(case.policy, [c.model for c in ours])
    in_cloud = case.current is not None and not case.is_local(case.current)
    return threshold * STAY_IN_CLOUD if in_cloud else threshold


def strained(case: Case, candidate: Candidate) -> bool:
    """A model of this device that answers badly now: the machine is critically busy, or the model was measured too slow."""
    model = candidate.model
    return model.on_device and (case.critical or too_slow(case, model, case.live_of(model)))


def _on_side(case: Case, candidate: Candidate, side: Target) -> bool:
    return case.is_local(candidate.model) is (side is Target.LOCAL)


def _ranked(case: Case, eligible: list[Candidate], side: Target | None) -> list[Candidate]:
    """Best first: the preferred side, then the score; local wins ties, then the order in which models were given."""

    def key(candidate: Candidate) -> tuple[bool, float, bool]:
        other_side = side is not None and not _on_side(case, candidate, side)
        return other_side, -round(candidate.score or 0.0, 9), not case.is_local(candidate.model)

    return sorted(eligible, key=key)


def _cornered(case: Case, candidates: tuple[Candidate, ...], eligible: list[Candidate]) -> bool:
    """The machine is critically busy and nobody else can be asked, as the network is gone or for good: it has to be spared."""
    if case.last_resort:
        return True
    if not case.critical or case.request.pin is not None or not all(c.model.on_device for c in eligible):
        return False
    cut_off = any(c.rejected is not None and c.rejected.rule == "connectivity" for c in candidates)
    return cut_off or case.snapshot.os_online is False


def _smallness(candidate: Candidate) -> tuple[float, int]:
    model = candidate.model
    size = model.size_bytes if model.size_bytes is not None else model.parameters and model.parameters * 1e9
    return (float("inf") if size is None else float(size)), model.tier


def _kept(case: Case, ranked: list[Candidate], side: Target | None) -> Candidate | None:
    """The model that answered before, when the best one does not gain enough to be worth the switch.

    Gauges that swing never move a conversation by themselves, so the gain leaves their pressure out; only a critical machine
    counts. A model that a hard rule removed is not here to be kept.
    """
    best = ranked[0]
    if case.current is None or case.request.turns == 0 or best.model.id == case.current.id:
        return None
    current = next((c for c in ranked if c.model.id == case.current.id), None)
    if current is None or (side is not None and _on_side(case, current, side) is not _on_side(case, best, side)):
        return None
    gain = base_score(best) - base_score(current)
    if case.critical:
        gain += best.parts["pressure"] - current.parts["pressure"]
    price = switch_price(case, best.model)
    return current if gain < case.policy.margin + case.policy.stickiness * price else None


def _stays(case: Case, chosen: Model, rule: str, eligible: list[Candidate]) -> bool:
    """Whether the conversation goes on there by choice: because it is there, or a mode is held. Escalation is for one turn."""
    if case.current is None or case.request.turns == 0 or chosen.id != case.current.id:
        return False
    if rule == "difficulty":
        # only having been there lowered the threshold
        return case.request.difficulty.score < beyond(case.policy, [c.model for c in eligible if case.is_local(c.model)])
    return rule in {"stay", "mode", "score"}


def _order(ranked: list[Candidate], chosen: Candidate) -> tuple[str, ...]:
    """The chosen model, then those of the same locality, then the rest, each best first."""
    place = chosen.model.locality
    rest = sorted((c for c in ranked if c is not chosen), key=lambda c: c.model.locality is not place)
    return (chosen.model.id, *(c.model.id for c in rest))


def _offer(case: Case, chosen: Candidate, eligible: list[Candidate]) -> str | None:
    """The cloud model worth offering beside a local answer that may fall short."""
    if not case.is_local(chosen.model) or case.request.escalated:
        return None
    if case.request.difficulty.score < hard_for(case.policy, chosen.model) and not strained(case, chosen):
        return None
    able = [c for c in eligible if not case.is_local(c.model) and c.model.tier >= chosen.model.tier]
    return max(able, key=lambda c: (c.model.tier > chosen.model.tier, c.score)).model.id if able else None
