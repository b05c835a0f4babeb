"""How hard the conversation looks, as the share of exam questions that a small model finds easier.

The score is the trained scorer's (`weights.py`), the reasons are the rules' (`handmade.py`). Which model the score sends a
message to is the policy's business.
"""

from __future__ import annotations

from math import log2

from hybridchat.facts import Difficulty
from hybridchat.routing.features import Scan, scan
from hybridchat.routing.handmade import continues, opinion
from hybridchat.routing.policy import Policy
from hybridchat.routing.weights import Loaded, Weights, raw_score, share_below, shipped

MODERATE, COMPLEX = 0.3, 0.6
FLOOR = 0.8
"""Share of the rules' score that counts even where the scorer finds a message easy: the exam questions it learnt from hold no
open tasks ("analyse", "recommend"). Chosen by us; ranked by that, the dev split gives .550, not .556 (inside its interval)."""
DECAY = 0.8
"""Share of a conversation's difficulty that one easier message leaves."""
PER_REPEAT = 0.2
"""Asking the same again, or for another answer, says that the last one fell short."""

USUAL_BILLIONS = 8.0
"""Parameters of the local model that the policies' thresholds are meant for: the scorer learnt what 2 to 9 billion fail at."""
PER_DOUBLING = 0.08
"""What a model of twice the parameters moves a threshold by; chosen by us. 1 billion: -0.24, 70 billion: +0.25."""
LOWEST, HIGHEST = 0.15, 0.95
"""A greeting is never worth an offer, and the hardest messages always are."""


def difficulty(text: str, previous: Difficulty | None = None, repeats: int = 0, *, loaded: Loaded | None = None) -> Difficulty:
    """Difficulty of the conversation after `text`: its own, or what is left of `previous`, whichever is more.

    A short continuation ("ok do it") is as hard as what it continues. `repeats` counts how often the same was asked again.
    `loaded` are weights other than the program's own. Reads the first 160 and the last 80 words.
    """
    found = scan(text)
    score, reasons, words = _own(found, (loaded or shipped()).weights)
    if previous is not None:
        if continues(found, words):
            if score < previous.score:
                score, reasons = previous.score, previous.reasons
        elif score < DECAY * previous.score:
            score, reasons = DECAY * previous.score, ("earlier messages", *_without(previous.reasons))
    if repeats > 0:
        score, reasons = min(1.0, score + PER_REPEAT * repeats), ("asked again", *reasons)
    score = round(score, 6)
    label = "simple" if score < MODERATE else "moderate" if score < COMPLEX else "complex"
    return Difficulty(score, label, reasons)


def notice() -> str:
    """Why messages are judged by hand-made rules alone; empty when the trained weights are in use."""
    return shipped().notice


def offer_threshold(policy: Policy, parameters_billions: float | None) -> float:
    """The difficulty from which a local answer comes with an offer, for a model of that size; unknown sizes as 8 billion."""
    return _for_size(policy.difficulty_offer, policy, parameters_billions)


def cloud_threshold(policy: Policy, parameters_billions: float | None) -> float:
    """The difficulty from which `cloud = "auto"` goes to the cloud, the best local model being of that size."""
    return _for_size(policy.difficulty_cloud, policy, parameters_billions)


def _for_size(threshold: float, policy: Policy, billions: float | None) -> float:
    # beyond these a threshold says always or never, which no size of model changes
    if policy.difficulty_fixed or not billions or billions <= 0 or not LOWEST <= threshold <= HIGHEST:
        return threshold
    return min(HIGHEST, max(LOWEST, threshold + PER_DOUBLING * log2(billions / USUAL_BILLIONS)))


def _own(found: Scan, weights: Weights | None) -> tuple[float, tuple[str, ...], float]:
    """Score and reasons of the message by itself, and its words."""
    said = opinion(found)
    # the words of another language fall into buckets learnt from English ones
    if weights is None or not said.english or not found.tokens:
        return said.score, said.reasons, said.words
    learnt = share_below(weights, raw_score(weights, found, said.score))
    return max(learnt, FLOOR * said.score), said.reasons, said.words


def ranking(text: str) -> float:
    """The trained score alone, 0..1, by which messages are ordered: what docs/weights.md measures."""
    found = scan(text)
    said, weights = opinion(found), shipped().weights
    if weights is None or not said.english or not found.tokens:
        return said.score
    return round(share_below(weights, raw_score(weights, found, said.score)), 6)


def _without(reasons: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(r for r in reasons if r not in {"earlier messages", "asked again"})
