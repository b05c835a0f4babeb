"""What a decision makes of the difficulty when local models are of different sizes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hybridchat.facts import Difficulty, Locality, Model
from hybridchat.routing.decide import decide
from hybridchat.routing.policy import Policy
from tests.routing.cases import LARGE, MEDIUM, MINI, SMALL, ask, world

POLICY = Policy()
TINY, HUGE = replace(SMALL, parameters=1.0), replace(MEDIUM, parameters=70.0)
MIDDLING = Difficulty(0.4, "moderate", ("numbers",))


@pytest.mark.parametrize(("billions", "offered"), [(1.0, True), (3.2, True), (8.0, False), (70.0, False), (None, False)])
def test_the_offer_comes_earlier_beside_a_small_model(billions: float | None, offered: bool) -> None:
    # of tier 2, because the smallest tier is offered help with every message that is not simple
    decision = decide(ask(difficulty=MIDDLING), world(replace(SMALL, tier=2, parameters=billions), LARGE), POLICY)
    assert (decision.offer == LARGE.id) is offered
    assert ("may be hard: numbers" in decision.reason) is offered


@pytest.mark.parametrize(("local", "side"), [(TINY, Locality.REMOTE), (HUGE, Locality.ON_DEVICE)])
def test_with_cloud_auto_a_small_local_model_leaves_sooner(local: Model, side: Locality) -> None:
    decision = decide(ask(difficulty=MIDDLING), world(local, MINI), replace(POLICY, cloud="auto"))
    assert decision.chosen is not None
    assert decision.chosen.locality is side


def test_with_cloud_auto_the_largest_local_model_counts() -> None:
    decision = decide(ask(difficulty=MIDDLING), world(TINY, HUGE, MINI), replace(POLICY, cloud="auto"))
    assert decision.chosen is not None
    assert decision.chosen.on_device


def test_the_cloud_is_never_said_to_look_easy_when_difficulty_sent_the_message_there() -> None:
    decision = decide(ask(difficulty=MIDDLING), world(TINY, MINI), replace(POLICY, cloud="auto"))
    assert decision.rule == "difficulty"
    assert decision.reason.startswith("may be hard")
