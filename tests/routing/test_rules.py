"""Every hard rule, with what it lets pass beside what it removes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hybridchat.facts import (
    Budget,
    Check,
    ConnectivityState,
    Device,
    Live,
    Locality,
    Mode,
    Model,
    Rejection,
    Request,
    ResourceState,
    Snapshot,
    Target,
)
from hybridchat.routing.decide import decide
from hybridchat.routing.policy import Policy
from tests.routing.cases import (
    ANTHROPIC,
    BOX,
    DEVICE,
    GIB,
    HARD,
    HERE,
    LAN,
    LARGE,
    MEDIUM,
    MINI,
    NOW,
    OPENAI,
    SMALL,
    ask,
    link,
    world,
)

P = Policy()
AUTO = Policy(cloud="auto")
DOWN, UP, SLOW = ConnectivityState.DISCONNECTED, ConnectivityState.OPTIMAL, ConnectivityState.DEGRADED
UNKNOWN = ConnectivityState.UNKNOWN


def rejection(request: Request, snapshot: Snapshot, policy: Policy, model: Model) -> Rejection | None:
    candidate = decide(request, snapshot, policy).candidate(model.id)
    assert candidate is not None
    return candidate.rejected


def check(request: Request, snapshot: Snapshot, policy: Policy, model: Model, rule: str | None) -> None:
    found = rejection(request, snapshot, policy, model)
    assert (found.rule if found else None) == rule, found
    if found is not None:
        assert found.reason


@pytest.mark.parametrize(
    ("request_", "policy", "model", "rule"),
    [
        (ask(excluded=frozenset({SMALL.id})), P, SMALL, "excluded"),
        (ask(excluded=frozenset({SMALL.id})), P, MEDIUM, None),
        (ask(mode=Mode.ONLY_LOCAL), P, MINI, "mode"),
        (ask(mode=Mode.ONLY_LOCAL), P, SMALL, None),
        (ask(mode=Mode.ONLY_CLOUD), P, SMALL, "mode"),
        (ask(mode=Mode.ONLY_CLOUD), P, MINI, None),
        (ask(mode=Mode.PREFER_LOCAL), P, MINI, None),
        (ask(mode=Mode.PREFER_CLOUD), P, SMALL, None),
        (ask(), replace(P, cloud="never"), MINI, "policy"),
        (ask(), replace(P, cloud="never"), SMALL, None),
        (ask(escalated=True), P, SMALL, "asked"),
        (ask(escalated=True), P, MINI, None),
        (ask(escalated=True, current=MINI.id), P, MINI, "asked"),
        (ask(escalated=True, current=MINI.id), P, SMALL, None),
        (ask(pin=MINI.id), P, SMALL, "pin"),
        (ask(pin=MINI.id), P, MINI, None),
        (ask(mode=Mode.ONLY_LOCAL), P, LAN, "locality"),
        (ask(mode=Mode.ONLY_LOCAL), replace(P, trust_lan=frozenset({BOX})), LAN, "mode"),
        (ask(mode=Mode.ONLY_LOCAL), replace(P, trust_lan=frozenset({"10.0.0.9"})), LAN, "locality"),
        (ask(), replace(P, cloud="never"), LAN, "locality"),
        (ask(mode=Mode.ONLY_CLOUD), replace(P, trust_lan=frozenset({BOX})), LAN, "mode"),
        (ask(mode=Mode.ONLY_CLOUD), P, LAN, None),
        (ask(kinds={"SECRET": 1}), P, MINI, "privacy"),
        (ask(kinds={"SECRET": 1}), P, LAN, "privacy"),
        (ask(kinds={"SECRET": 1}), replace(P, trust_lan=frozenset({BOX})), LAN, "privacy"),
        (ask(kinds={"SECRET": 1}), P, SMALL, None),
        (ask(kinds={"SECRET": 0, "EMAIL": 3}), P, MINI, None),
        (ask(kinds={"EMAIL": 3}), replace(P, private_kinds=frozenset({"EMAIL"})), MINI, "privacy"),
        (ask(kinds={"SECRET": 1}), AUTO, MINI, "privacy"),
        (ask(kinds={"SECRET": 1}), replace(AUTO, redact_private=True), MINI, None),
        (ask(kinds={"SECRET": 1}), replace(P, redact_private=True), MINI, "privacy"),
        (ask(scan_late=True), P, MINI, "privacy"),
        (ask(scan_late=True), P, SMALL, None),
        (ask(needs=frozenset({"vision"})), P, SMALL, "capability"),
        (ask(needs=frozenset({"vision"})), P, MINI, None),
        (ask(needs=frozenset({"vision"})), P, LAN, None),  # its capabilities are unknown
        (ask(needs=frozenset({"tools"})), P, MEDIUM, None),
    ],
)
def test_rules_of_the_request(request_: Request, policy: Policy, model: Model, rule: str | None) -> None:
    check(request_, world(), policy, model, rule)


@pytest.mark.parametrize(
    ("capabilities", "rule"),
    [({"embedding"}, "capability"), ({"embedding", "completion"}, None), ({"embedding", "chat"}, None), (set(), None)],
)
def test_embedders_are_never_candidates(capabilities: set[str], rule: str | None) -> None:
    model = replace(SMALL, capabilities=frozenset(capabilities))
    check(ask(), world(model), P, model, rule)


@pytest.mark.parametrize(
    ("history", "message", "window", "rule", "trimmed"),
    [
        (1000, 1000, 8192, None, False),
        (5000, 1000, 8192, None, False),  # 6,900 + 1,024
        (6000, 1000, 8192, None, True),
        (100_000, 1000, 8192, None, True),
        (0, 6232, 8192, None, False),
        (0, 6300, 8192, "context", False),  # 7,245 + 1,024: the message alone
    ],
)
def test_context_has_to_hold_the_message_and_history_may_be_trimmed(
    history: int, message: int, window: int, rule: str | None, trimmed: bool
) -> None:
    model = replace(MINI, window=window)
    decision = decide(ask(history_tokens=history, message_tokens=message), world(model), P)
    check(ask(history_tokens=history, message_tokens=message), world(model), P, model, rule)
    assert decision.trimmed is trimmed


@pytest.mark.parametrize(
    ("snapshot", "model", "rule"),
    [
        (world(links={OPENAI: link(OPENAI, DOWN)}), MINI, "connectivity"),
        (world(links={OPENAI: link(OPENAI, DOWN)}), LARGE, None),  # kept per host
        (world(links={OPENAI: link(OPENAI, SLOW)}), MINI, None),
        (world(links={OPENAI: link(OPENAI, UNKNOWN)}), MINI, None),
        (world(links={}), MINI, None),
        (world(links={HERE: link(HERE, DOWN, "nothing listens there")}), SMALL, "connectivity"),
        (world(os_online=False), MINI, "connectivity"),
        (world(os_online=False), LAN, None),
        (world(os_online=False), SMALL, None),
        (world(os_online=None), MINI, None),
    ],
)
def test_connectivity(snapshot: Snapshot, model: Model, rule: str | None) -> None:
    check(ask(), snapshot, P, model, rule)


@pytest.mark.parametrize(
    ("request_", "rule"),
    [
        (ask(), "connectivity"),
        (ask(mode=Mode.PREFER_CLOUD), "connectivity"),
        (ask(mode=Mode.ONLY_CLOUD), None),
        (ask(pin=MINI.id), None),
        (ask(current=SMALL.id, turns=1, escalated=True), None),
    ],
)
def test_a_link_that_only_just_answers_again_is_tried_by_hand_only(request_: Request, rule: str | None) -> None:
    settling = replace(link(OPENAI, DOWN), up_since=NOW - 10)
    check(request_, world(SMALL, MINI, links={OPENAI: settling}), P, MINI, rule)
    check(request_, world(SMALL, MINI, links={OPENAI: link(OPENAI, DOWN)}), P, MINI, "connectivity")


COLD = {SMALL.id: Live(resident=False), MEDIUM.id: Live(resident=False)}
WARM = {SMALL.id: Live(resident=True), MEDIUM.id: Live(resident=True)}
BUSY = Device(state=ResourceState.CRITICAL, memory_free=16 * GIB)


def room(memory: float | None, vram: float | None = None) -> Device:
    return Device(memory_free=None if memory is None else int(memory * GIB), vram_free=None if vram is None else int(vram * GIB))


@pytest.mark.parametrize(
    ("device", "live", "model", "rule"),
    [
        # medium: 5 GiB + 1 GiB + 1,081 tokens of 128 KiB = 6.13 GiB, by 0.9 = 6.81 GiB
        (room(6.9), COLD, MEDIUM, None),
        (room(6.7), COLD, MEDIUM, "memory"),
        (room(1.0, 5.9), COLD, MEDIUM, None),
        (room(1.0, 5.7), COLD, MEDIUM, "memory"),
        (room(1.0), WARM, MEDIUM, None),  # resident models pass
        (room(None, 1.0), COLD, MEDIUM, None),  # unknown main memory
        (room(1.0), COLD, MINI, None),  # elsewhere
        (room(1.0), COLD, LAN, None),
        (BUSY, COLD, MEDIUM, "device"),
        (BUSY, WARM, MEDIUM, None),
        (BUSY, {}, MEDIUM, None),  # whether it is loaded is unknown
        (BUSY, COLD, MINI, None),
        (replace(BUSY, own_load=True), COLD, MEDIUM, None),
        (replace(BUSY, state=ResourceState.CONSTRAINED), COLD, MEDIUM, None),
        (replace(BUSY, state=ResourceState.UNKNOWN), COLD, MEDIUM, None),
    ],
)
def test_memory_and_device(device: Device, live: dict[str, Live], model: Model, rule: str | None) -> None:
    check(ask(), world(device=device, live=live), P, model, rule)


def test_memory_of_a_loaded_model_counts_as_free_for_its_neighbour() -> None:
    live = {SMALL.id: Live(resident=False), MEDIUM.id: Live(resident=True)}
    check(ask(), world(device=room(1.0), live=live), P, SMALL, None)
    check(ask(), world(device=room(1.0), live=COLD), P, SMALL, "memory")


def test_size_unknown_is_no_reason() -> None:
    model = replace(MEDIUM, size_bytes=None)
    check(ask(), world(model, device=room(0.1), live={}), P, model, None)


def test_a_history_that_memory_cannot_hold_is_trimmed_not_refused() -> None:
    request = ask(history_tokens=60_000)
    decision = decide(request, world(MEDIUM, device=room(8), live=COLD), P)
    assert decision.chosen == MEDIUM
    assert decision.trimmed
    assert not decide(request, world(MEDIUM, device=room(32), live=COLD), P).trimmed


@pytest.mark.parametrize(
    ("live", "rule"),
    [
        (Live(open_until=NOW + 5, open_reason="5 of its last 5 calls failed"), "breaker"),
        (Live(open_until=NOW + 86_400), "breaker"),
        (Live(open_until=NOW), None),
        (Live(open_until=NOW - 1), None),
        (Live(half_open=True), None),
        (Live(), None),
    ],
)
def test_breaker(live: Live, rule: str | None) -> None:
    check(ask(), world(live={MINI.id: live}), P, MINI, rule)


UNPRICED = replace(MINI, id="openai:new", price=None)
FREE = replace(MINI, price=replace(MINI.price, input=0.0, output=0.0) if MINI.price else None)


@pytest.mark.parametrize(
    ("spent", "limit", "request_", "model", "rule"),
    [
        (0.0, None, ask(), MINI, None),
        (1.0, 5.0, ask(), MINI, None),
        (3.5, 5.0, ask(), MINI, None),  # 70 % is not above 70 %
        (3.6, 5.0, ask(), MINI, "budget"),
        (3.6, 5.0, ask(difficulty=HARD), MINI, None),
        (3.6, 5.0, ask(pin=MINI.id), MINI, None),
        (3.6, 5.0, ask(escalated=True), MINI, None),
        (3.6, 5.0, ask(mode=Mode.ONLY_CLOUD), MINI, None),
        (4.5, 5.0, ask(difficulty=HARD), MINI, None),
        (4.6, 5.0, ask(difficulty=HARD), MINI, "budget"),
        (4.6, 5.0, ask(pin=MINI.id), MINI, None),
        (5.0, 5.0, ask(pin=MINI.id), MINI, "budget"),
        (4.995, 5.0, ask(pin=MINI.id), MINI, "budget"),  # up to 0.8 cents more would not fit
        (0.0, 0.0, ask(pin=MINI.id), MINI, "budget"),
        (5.0, 5.0, ask(), SMALL, None),
        (5.0, 5.0, ask(), LAN, None),
        (5.0, 5.0, ask(), FREE, None),
        (0.05, 0.1, ask(pin=UNPRICED.id), UNPRICED, "budget"),  # as dear as anthropic:large
        (1.0, 5.0, ask(), UNPRICED, None),
    ],
)
def test_budget(spent: float, limit: float | None, request_: Request, model: Model, rule: str | None) -> None:
    models = tuple({m.id: m for m in (SMALL, LAN, MINI, LARGE, model)}.values())
    check(request_, world(*models, budget=Budget(limit=limit, spent=spent)), P, model, rule)


def test_reserved_money_counts_like_spent_money() -> None:
    check(ask(), world(budget=Budget(limit=5.0, spent=3.0, reserved=1.0)), P, MINI, "budget")


@pytest.mark.parametrize(
    ("verdict", "model", "rule"),
    [
        (Check("office", target=Target.CLOUD, proceed=False, reason="not at night"), MINI, "checks"),
        (Check("office", target=Target.CLOUD, proceed=False), SMALL, None),
        (Check("office", target=Target.LOCAL, proceed=False), SMALL, "checks"),
        (Check("office", target=Target.LOCAL, proceed=False), MINI, None),
        (Check("office", target=Target.HYBRID, proceed=False), SMALL, "checks"),
        (Check("office", target=Target.HYBRID, proceed=False), MINI, "checks"),
        (Check("office", target=Target.CLOUD, proceed=True), SMALL, None),
        (Check("office", target=Target.LOCAL, proceed=True), MINI, None),
    ],
)
def test_an_agents_no_blocks_its_target(verdict: Check, model: Model, rule: str | None) -> None:
    check(ask(checks=(verdict,)), world(), P, model, rule)


def test_the_first_rule_in_order_is_the_one_that_is_told() -> None:
    request = ask(mode=Mode.ONLY_LOCAL, kinds={"SECRET": 1}, needs=frozenset({"audio"}), excluded=frozenset({LARGE.id}))
    snapshot = world(links={OPENAI: link(OPENAI, DOWN), ANTHROPIC: link(ANTHROPIC, DOWN)})
    decision = decide(request, snapshot, P)
    rules = {c.model.id: c.rejected.rule for c in decision.candidates if c.rejected}
    assert rules == {
        SMALL.id: "capability",
        MEDIUM.id: "capability",
        LAN.id: "locality",
        MINI.id: "mode",
        LARGE.id: "excluded",
    }


@pytest.mark.parametrize(
    ("request_", "snapshot", "model"),
    [
        (ask(pin=MEDIUM.id), world(device=room(1.0), live=COLD), MEDIUM),
        (ask(pin=MEDIUM.id), world(device=BUSY, live=COLD), MEDIUM),
        (ask(pin=MINI.id, message_tokens=20_000), world(replace(MINI, window=8192, window_assumed=True)), MINI),
    ],
)
def test_a_pin_overrules_estimates(request_: Request, snapshot: Snapshot, model: Model) -> None:
    decision = decide(request_, snapshot, P)
    assert decision.chosen is not None
    assert decision.chosen.id == model.id
    assert decision.order == (model.id,)


@pytest.mark.parametrize(
    ("request_", "snapshot", "unlock"),
    [
        (ask(pin=MINI.id, mode=Mode.ONLY_LOCAL), world(), "turn LOCAL ONLY off (f5)"),
        (ask(pin=SMALL.id, needs=frozenset({"vision"})), world(), "choose another model (f2)"),
        (ask(pin=MINI.id), world(links={OPENAI: link(OPENAI, DOWN)}), "connect"),
        (ask(pin=SMALL.id), world(live={SMALL.id: Live(open_until=NOW + 12.5)}), "wait 13 s"),
        (ask(pin=MINI.id), world(budget=Budget(limit=1.0, spent=1.0)), "budget"),
        (ask(pin=MINI.id, excluded=frozenset({MINI.id})), world(), "choose another model (f2)"),
        (ask(pin=MINI.id, kinds={"SECRET": 1}), world(), "take it out of the message"),
        (ask(pin="openai:gone"), world(), "choose another model (f2)"),
    ],
)
def test_a_pin_that_cannot_be_is_never_swapped(request_: Request, snapshot: Snapshot, unlock: str) -> None:
    decision = decide(request_, snapshot, AUTO)
    assert decision.chosen is None
    assert decision.order == ()
    assert unlock in decision.unlock


def test_a_pin_with_two_obstacles_is_not_promised_to_work_after_one_change() -> None:
    decision = decide(ask(pin=MINI.id, mode=Mode.ONLY_LOCAL, kinds={"SECRET": 1}), world(), P)
    assert decision.unlock == "choose another model (f2)"


def test_locality_is_the_models_not_its_names() -> None:
    through_ollama = replace(SMALL, id="ollama:huge-cloud", locality=Locality.REMOTE)
    check(ask(mode=Mode.ONLY_LOCAL), world(through_ollama), P, through_ollama, "mode")


def test_the_usual_machine_rejects_nothing() -> None:
    assert all(c.rejected is None for c in decide(ask(), world(device=DEVICE), P).candidates)
