"""How a decision is said to people: words before numbers, and never a word of the message itself."""

from __future__ import annotations

from hybridchat.facts import Candidate, Difficulty, Locality, Mode, Model
from hybridchat.routing.difficulty import offer_threshold
from hybridchat.routing.rules import Case, wishes
from hybridchat.routing.scores import hard_for


def place(model: Model) -> str:
    if model.locality is Locality.ON_DEVICE:
        return "on this machine"
    return "in the cloud" if model.locality is Locality.REMOTE else f"on {model.host}"


def looks(difficulty: Difficulty, threshold: float) -> str:
    """`looks easy`, or `may be hard: numbers, 3 constraints`."""
    if difficulty.score < threshold:
        return "looks easy"
    return "may be hard" + (": " + ", ".join(difficulty.reasons) if difficulty.reasons else "")


def why_chosen(case: Case, chosen: Candidate, rule: str, candidates: tuple[Candidate, ...]) -> str:
    """The clause that follows the model's name and place."""
    if rule == "rule":
        return f'your rule "{case.request.rule_name}"'
    clause = _clause(case, chosen, rule, candidates)
    if (wanted := case.request.rule_model) is not None:
        return f"{_missed(case, wanted, candidates)}; {clause}"
    if case.request.rule_mode in {None, Mode.AUTO}:
        return clause
    if rule == "other_side":
        return f'your rule "{case.request.rule_name}" asks for {_SIDES[case.request.mode]}, but {clause}'
    return f'your rule "{case.request.rule_name}"; {clause}'


_SIDES = {
    Mode.ONLY_LOCAL: "this machine",
    Mode.PREFER_LOCAL: "this machine",
    Mode.PREFER_CLOUD: "the cloud",
    Mode.ONLY_CLOUD: "the cloud",
}


def _missed(case: Case, wanted: str, candidates: tuple[Candidate, ...]) -> str:
    """Why the model that the user's own rule names does not answer."""
    out = next((c for c in candidates if c.model.id == wanted), None)
    why = "it is not here" if out is None or out.rejected is None else out.rejected.reason
    return f'your rule "{case.request.rule_name}" names {wanted}, but {why}'


def _clause(case: Case, chosen: Candidate, rule: str, candidates: tuple[Candidate, ...]) -> str:
    if rule == "mode":
        return _held(case.request.mode)
    if rule == "other_side":
        return _other_side(case, chosen, candidates)
    if rule == "checks":
        return f"{', '.join(wish.agent for wish in wishes(case.request.checks))} asked for it"
    if rule in FIXED:
        return FIXED[rule]
    clause = looks(case.request.difficulty, _threshold(case, chosen.model, rule))
    return f"{clause} ({case.policy.name} strategy)" if rule == "score" else clause


def _threshold(case: Case, chosen: Model, rule: str) -> float:
    """From where on a message may be hard, as the decision saw it."""
    if rule == "difficulty":
        return 0.0
    return hard_for(case.policy, chosen) if case.is_local(chosen) else offer_threshold(case.policy, None)


FIXED = {
    "pin": "you asked for it",
    "asked": "you asked the other side",
    "stay": "stays with this conversation",
    "only": "the only one that can answer",
    "critical": "this machine is busy and nothing else can be reached, so the smallest one answers",
    "settling": "the network is only just back",
    "machine": "this machine is too busy or too slow now",
}


def _held(mode: Mode) -> str:
    return {
        Mode.ONLY_LOCAL: "LOCAL ONLY is on",
        Mode.PREFER_LOCAL: "you prefer this machine",
        Mode.PREFER_CLOUD: "you prefer the cloud",
        Mode.ONLY_CLOUD: "you asked for the cloud",
    }.get(mode, "")


def _other_side(case: Case, chosen: Candidate, candidates: tuple[Candidate, ...]) -> str:
    """Why nothing on the preferred side could take the message."""
    wanted_local = not case.is_local(chosen.model)
    side = "local" if wanted_local else "cloud"
    out = next((c for c in candidates if c.rejected and case.is_local(c.model) is wanted_local), None)
    if out is None or out.rejected is None:
        return f"there is no {side} model"
    return f"no {side} model can take it: {out.model.name}: {out.rejected.reason}"
