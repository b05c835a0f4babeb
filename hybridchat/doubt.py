"""The second look at a local answer: which answers are judged, who would be asked, and whether that may happen unasked."""

from __future__ import annotations

from dataclasses import replace

from hybridchat.crew import Ask, Crew, must_ask
from hybridchat.facts import Decision, Mode, Model
from hybridchat.look import Look
from hybridchat.routing.decide import decide
from hybridchat.routing.preferences import in_force

RULE = "second_look"
REASON = "the local answer is worth a second look"
"""Without the doubts: they may quote the answer, and decisions hold no text of anybody."""


def judged(crew: Crew, model: Model, found: Look) -> bool:
    """Whether an answer of `model` is judged: the program chose it, on this device, and no hand and no rule asked for it."""
    request = in_force(found.request)
    named = request.pin is not None or request.escalated or request.rule_model == model.id
    chosen_by_us = request.mode is Mode.AUTO and not named
    return crew.policy.second_look != "off" and model.on_device and chosen_by_us


def other_side(crew: Crew, found: Look, model: Model) -> Decision:
    """Whom "the other one" would ask about the answer of `model`; nobody, where a hard rule keeps every other model out."""
    request = replace(found.request, escalated=True, current=model.id, excluded=frozenset())
    decision = decide(request, found.snapshot, crew.policy)
    return replace(decision, rule=RULE, reason=REASON, offer=None)


def unasked(crew: Crew, ask: Ask, decision: Decision) -> bool:
    """Whether the other model is asked without a word of the user: the policy says so, and consent is there."""
    chosen = decision.chosen
    return crew.policy.second_look == "auto" and chosen is not None and not must_ask(crew, ask, chosen)
