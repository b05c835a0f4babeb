"""The second look at a local answer: which answers are judged, who would be asked, and whether that may happen unasked."""

from __future__ import annotations

from dataclasses import replace

from hybridchat.asking import Ask
from hybridchat.crew import Crew, must_ask
from hybridchat.facts import Decision, Mode, Model, Target
from hybridchat.look import Look
from hybridchat.routing.decide import decide
from hybridchat.routing.preferences import in_force
from hybridchat.routing.rules import wishes

RULE = "second_look"
REASON = "the local answer is worth a second look"
"""Without the doubts: they may quote the answer, and decisions hold no text of anybody."""


def judged(model: Model, found: Look) -> bool:
    """Whether an answer of `model` is judged: the program chose it, on this device; no hand, rule or agent asked for it."""
    request = in_force(found.request)
    named = request.pin is not None or request.escalated or request.rule_model == model.id
    named = named or any(wish.target is Target.LOCAL for wish in wishes(request.checks))
    chosen_by_us = request.mode is Mode.AUTO and not named
    return found.policy.second_look != "off" and model.on_device and chosen_by_us


def other_side(found: Look, model: Model) -> Decision:
    """Whom "the other one" would ask about the answer of `model`; nobody, where a hard rule keeps every other model out."""
    request = replace(found.request, escalated=True, current=model.id, excluded=frozenset())
    decision = decide(request, found.snapshot, found.policy)
    return replace(decision, rule=RULE, reason=REASON, offer=None)


def unasked(crew: Crew, ask: Ask, found: Look, decision: Decision) -> bool:
    """Whether the other model is asked without a word of the user: the policy says so, consent is there, and money to spare."""
    chosen, money = decision.chosen, found.snapshot.budget
    if found.policy.second_look != "auto" or ask.options.streamed or chosen is None or must_ask(crew, ask, chosen):
        return False
    # asked for by hand it would be let through; by itself it is no better than any other message
    return not money.limit or 100.0 * (money.spent + money.reserved) / money.limit <= found.policy.budget_tight
