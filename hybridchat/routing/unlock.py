"""What to say when every model was removed: which rule removed each, and the cheapest change that would help."""

from __future__ import annotations

import math

from hybridchat.facts import Candidate, Decision, Model, Rejection, Target
from hybridchat.routing.rules import Case, objections

EASE = (
    "mode",
    "asked",
    "pin",
    "rule",
    "start",
    "breaker",
    "connectivity",
    "context",
    "device",
    "memory",
    "budget",
    "locality",
    "policy",
    "privacy",
    "checks",
    "excluded",
    "capability",
)
"""Rules from the easiest to lift to the hardest; `start` is an own server that does not run."""
NO_OTHER = {
    True: ("There is no cloud model to ask.", "set OPENAI_API_KEY or ANTHROPIC_API_KEY and start hybridchat again"),
    False: ("There is no model on this machine to ask.", "pull one (f2)"),
}
"""Reason and way out where the cloud (`True`) or this machine was asked for and has no model."""


def nothing_left(case: Case, candidates: tuple[Candidate, ...], version: int) -> Decision:
    """A decision for nobody: a typed result, not an error."""
    if case.request.pin is not None:
        reason, unlock = _pinned(case, case.request.pin)
    elif not candidates:
        reason, unlock = "There is no model to ask.", "start Ollama, pull a model with it, or name one in the configuration"
    elif not _of_the_asked_side(case):
        reason, unlock = NO_OTHER[case.side is Target.CLOUD]
    else:
        reason, unlock = _said(candidates), _cheapest(case)
    return Decision(None, candidates, reason=reason, rule="nothing", unlock=unlock, strategy=case.policy.name, version=version)


def _of_the_asked_side(case: Case) -> list[Model]:
    """Those that are of the side that was asked for: what the others would need is no way to it. All where none was."""
    if case.side is None:
        return list(case.models.values())
    return [model for model in case.models.values() if case.is_local(model) is (case.side is Target.LOCAL)]


def _pinned(case: Case, model_id: str) -> tuple[str, str]:
    model = case.models.get(model_id)
    if model is None:
        return f"{model_id} was chosen by hand, but it is not here.", "choose another model (f2)"
    found = objections(case, model)
    how = lift(case, model, found[0]) if len(found) == 1 else ""
    other = "choose another model (f2)"
    return (
        f"{model.name} was chosen by hand, but {found[0].reason}.",
        f"{how}, or {other}" if how and found[0].rule != "excluded" else other,
    )


def _said(candidates: tuple[Candidate, ...]) -> str:
    groups: dict[str, list[str]] = {}
    for candidate in candidates:
        if candidate.rejected is not None:
            groups.setdefault(candidate.rejected.reason, []).append(candidate.model.name)
    return "No model can answer: " + "; ".join(f"{', '.join(names)}: {reason}" for reason, names in groups.items()) + "."


def _cheapest(case: Case) -> str:
    """The fewest and easiest changes after which one model could answer."""
    best: tuple[int, int, str] | None = None
    for model in _of_the_asked_side(case):
        found = objections(case, model)
        ease = max(EASE.index(_kind(model, r)) for r in found)
        if best is None or (len(found), ease) < best[:2]:
            best = len(found), ease, ", and ".join(dict.fromkeys(lift(case, model, r) for r in found))
    return best[2] if best is not None else ""


def _kind(model: Model, rejection: Rejection) -> str:
    down = rejection.rule == "connectivity" or (rejection.rule == "breaker" and "unreachable" in rejection.reason.lower())
    return "start" if down and model.on_device else rejection.rule


def lift(case: Case, model: Model, rejection: Rejection) -> str:
    """What the user can do about one objection."""
    kind = _kind(model, rejection)
    if kind == "start":
        return f"start {'Ollama' if model.endpoint == 'ollama' else model.endpoint}"
    if kind == "mode" and case.request.lifted_by:
        return case.request.lifted_by
    if kind == "mode":
        return f"turn {rejection.reason.removesuffix(' is on')} off (f5)"
    if kind == "rule":
        return f'change your rule "{case.request.rule_name}" in the configuration, or choose a model (f2)'
    if kind == "breaker":
        return f"wait {_wait(rejection.value)}"
    if kind == "privacy":
        return "wait for the check to finish" if case.private.startswith("the check") else "take it out of the message"
    if kind == "locality":
        return f"add {model.host} to the trusted hosts"
    return LIFTS[kind]


LIFTS = {
    "asked": "go back to auto (f5)",
    "pin": "let hybridchat choose (f5)",
    "connectivity": "connect",
    "context": "shorten the message",
    "device": "wait until this machine is less busy, or hold the model (f2): it is asked then all the same",
    "memory": "close other programs, or choose a smaller model (f2)",
    "budget": "raise today's budget",
    "policy": 'set privacy.cloud = "ask" in the configuration',
    "checks": "ask again later, or switch that agent off",
    "excluded": "try again",
    "capability": "add a model that can",
}


def _wait(seconds: float | str | None) -> str:
    if not isinstance(seconds, float | int) or not math.isfinite(seconds):
        return "a moment"
    return f"{math.ceil(seconds)} s" if seconds < 120 else f"{math.ceil(seconds / 60)} min"
