"""What is chosen among models that may answer: sides, scores, offers, stickiness, and what is said when nothing may."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hybridchat.facts import (
    Budget,
    Check,
    ConnectivityState,
    Device,
    Difficulty,
    Live,
    Locality,
    Mode,
    Model,
    Price,
    Request,
    ResourceState,
    Snapshot,
    Target,
)
from hybridchat.routing.decide import decide
from hybridchat.routing.memory import planned_window
from hybridchat.routing.policy import Policy
from hybridchat.routing.rules import Case
from hybridchat.routing.scores import ABILITY, switch_price
from hybridchat.routing.strategies import STRATEGIES, strategy
from tests.routing.cases import (
    ANTHROPIC,
    BOX,
    DEVICE,
    EASY,
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
OFFLINE = {host: link(host, ConnectivityState.DISCONNECTED) for host in (OPENAI, ANTHROPIC, BOX)}


def chosen(request: Request, snapshot: Snapshot, policy: Policy = P) -> str | None:
    model = decide(request, snapshot, policy).chosen
    return model.id if model else None


# -- local first ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("difficulty", [EASY, HARD, Difficulty(1.0, "complex")])
def test_local_answers_whatever_the_difficulty(difficulty: Difficulty) -> None:
    decision = decide(ask(difficulty=difficulty), world(), P)
    assert decision.chosen is not None
    assert decision.chosen.on_device


@pytest.mark.parametrize(("score", "offered"), [(0.0, False), (0.44, False), (0.45, True), (1.0, True)])
def test_the_cloud_is_offered_when_the_message_may_be_hard(score: float, offered: bool) -> None:
    decision = decide(ask(difficulty=Difficulty(score)), world(), P)
    assert (decision.offer in {MINI.id, LARGE.id}) is offered


@pytest.mark.parametrize(
    ("request_", "snapshot", "policy"),
    [
        (ask(difficulty=HARD, mode=Mode.ONLY_LOCAL), world(), P),
        (ask(difficulty=HARD, kinds={"SECRET": 1}), world(), P),
        (ask(difficulty=HARD), world(links=OFFLINE), P),
        (ask(difficulty=HARD), world(), replace(P, cloud="never")),
        (ask(difficulty=HARD), world(MEDIUM, replace(MINI, tier=1)), P),  # not abler
        (ask(difficulty=HARD, mode=Mode.ONLY_CLOUD), world(), P),  # it answers already
    ],
)
def test_what_may_not_answer_is_not_offered(request_: Request, snapshot: Snapshot, policy: Policy) -> None:
    assert decide(request_, snapshot, policy).offer is None


@pytest.mark.parametrize(
    "snapshot",
    [
        world(MINI, LARGE),
        world(SMALL, MINI, links={HERE: link(HERE, ConnectivityState.DISCONNECTED, "nothing listens at 127.0.0.1:11434")}),
        world(SMALL, MINI, live={SMALL.id: Live(open_until=NOW + 9)}),
    ],
)
def test_the_cloud_is_chosen_when_no_local_model_can(snapshot: Snapshot) -> None:
    decision = decide(ask(), snapshot, P)
    assert decision.chosen is not None
    assert decision.chosen.locality is Locality.REMOTE
    assert "local model" in decision.reason


@pytest.mark.parametrize(
    ("score", "current", "side"),
    [
        (0.59, None, Locality.ON_DEVICE),
        (0.6, None, Locality.REMOTE),
        (0.5, MINI.id, Locality.REMOTE),  # a hard conversation that eases a little stays where it is
        (0.47, MINI.id, Locality.ON_DEVICE),
    ],
)
def test_with_cloud_auto_difficulty_moves_to_the_cloud(score: float, current: str | None, side: Locality) -> None:
    decision = decide(ask(difficulty=Difficulty(score), current=current, turns=2), world(SMALL, MEDIUM, MINI, LARGE), AUTO)
    assert decision.chosen is not None
    assert decision.chosen.locality is side


@pytest.mark.parametrize(
    ("live", "slow"),
    [
        (Live(resident=True, tokens_per_second=2.9), True),
        (Live(resident=True, tokens_per_second=3.1), False),
        (Live(resident=True, tokens_per_second=9, prefill_per_second=50), True),  # 1,050 tokens to read: 21 s
        (Live(resident=True, tokens_per_second=9, prefill_per_second=60), False),
        (Live(resident=True, first_token_s=21.0), True),
        (Live(resident=True), False),  # unknown is not slow
    ],
)
def test_a_local_model_measured_too_slow_yields_to_the_cloud_or_offers_it(live: Live, slow: bool) -> None:
    snapshot = world(MEDIUM, MINI, live={MEDIUM.id: live})
    request = ask(history_tokens=1000)
    assert (chosen(request, snapshot, AUTO) == MINI.id) is slow
    asked = decide(request, snapshot, P)
    assert asked.chosen == MEDIUM
    assert (asked.offer == MINI.id) is slow


@pytest.mark.parametrize(("own", "side"), [(False, MINI.id), (True, SMALL.id)])
def test_own_load_is_not_a_reason_to_leave(own: bool, side: str) -> None:
    device = Device(state=ResourceState.CRITICAL, own_load=own, memory_free=8 * GIB)
    live = {SMALL.id: Live(resident=True)}
    assert chosen(ask(), world(SMALL, MINI, device=device, live=live), AUTO) == side
    steady = decide(ask(), world(SMALL, MINI, device=replace(device, own_load=True), live=live), P)
    assert steady.candidates[0].parts["pressure"] == 1.0


# -- modes, agents, ties -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "local_up", "cloud_up", "expected"),
    [
        (Mode.PREFER_CLOUD, True, True, Locality.REMOTE),
        (Mode.PREFER_CLOUD, True, False, Locality.ON_DEVICE),
        (Mode.PREFER_LOCAL, True, True, Locality.ON_DEVICE),
        (Mode.PREFER_LOCAL, False, True, Locality.REMOTE),
        (Mode.ONLY_CLOUD, True, False, None),
        (Mode.ONLY_LOCAL, False, True, None),
    ],
)
@pytest.mark.parametrize("name", list(STRATEGIES))
def test_modes(mode: Mode, local_up: bool, cloud_up: bool, expected: Locality | None, name: str) -> None:
    down = [HERE] * (not local_up) + [OPENAI, ANTHROPIC] * (not cloud_up)
    snapshot = world(SMALL, MEDIUM, MINI, LARGE, links={h: link(h, ConnectivityState.DISCONNECTED) for h in down})
    decision = decide(ask(mode=mode), snapshot, strategy(name))
    assert (decision.chosen.locality if decision.chosen else None) is expected


@pytest.mark.parametrize(
    ("checks", "side"),
    [
        ((Check("office", target=Target.CLOUD),), MINI.id),
        ((Check("office", target=Target.HYBRID),), SMALL.id),
        ((Check("office", target=Target.CLOUD), Check("home", target=Target.LOCAL)), SMALL.id),
        ((Check("resource_monitor", target=Target.CLOUD),), SMALL.id),  # its figures are in the snapshot already
    ],
)
def test_a_custom_agents_target_steers(checks: tuple[Check, ...], side: str) -> None:
    assert chosen(ask(checks=checks), world(SMALL, MINI)) == side


def test_local_wins_ties() -> None:
    twin = replace(SMALL, id="x:twin", host="x.example", locality=Locality.REMOTE, price=Price(0, 0))
    level = Policy(local_first=False, locality=0.0, speed=0.0)
    for models in ((twin, SMALL), (SMALL, twin)):
        assert chosen(ask(), world(*models), level) == SMALL.id


# -- scores --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "difficulty", "expected"),
    [
        ("cost", EASY, SMALL.id),
        ("cost", HARD, MINI.id),
        ("quality", EASY, LARGE.id),
        ("quality", HARD, LARGE.id),
        ("offline-first", HARD, MEDIUM.id),
        ("local-first", HARD, MEDIUM.id),
        ("local-first", EASY, SMALL.id),
    ],
)
def test_strategies_choose_what_their_names_say(name: str, difficulty: Difficulty, expected: str) -> None:
    assert chosen(ask(difficulty=difficulty), world(SMALL, MEDIUM, MINI, LARGE), strategy(name)) == expected


def test_performance_prefers_the_fast_one() -> None:
    live = {SMALL.id: Live(resident=True, tokens_per_second=8), MINI.id: Live(tokens_per_second=150, first_token_s=0.4)}
    assert chosen(ask(), world(SMALL, MINI, live=live), strategy("performance")) == MINI.id
    live[SMALL.id] = Live(resident=True, tokens_per_second=200, first_token_s=0.1)
    assert chosen(ask(), world(SMALL, MINI, live=live), strategy("performance")) == SMALL.id


def test_falling_short_costs_three_times_what_excess_costs() -> None:
    middle = Difficulty(0.5)
    models = (replace(MINI, tier=3), replace(LARGE, id="openai:weak", host=OPENAI, tier=1, price=MINI.price))
    over, short = (c.parts["quality"] for c in decide(ask(difficulty=middle), world(*models), P).candidates)
    excess, shortfall = ABILITY[2] - middle.score, middle.score - ABILITY[0]
    assert (1 - over) / excess * 3 == pytest.approx((1 - short) / shortfall)


BIG = replace(MEDIUM, id="ollama:big", tier=3, size_bytes=6 * GIB, parameters=32.0)


@pytest.mark.parametrize("name", ["local-first", "offline-first", "cost"])
@pytest.mark.parametrize(("score", "tier"), [(0.01, 1), (0.14, 1), (0.3, 2), (0.35, 2), (0.5, 2), (0.6, 3), (0.8, 3)])
def test_a_harder_message_takes_a_higher_tier_also_among_local_models(score: float, tier: int, name: str) -> None:
    """Where both fit and neither is slow: half the speed is no reason to ask the smaller one."""
    live = {
        SMALL.id: Live(resident=True, tokens_per_second=40, first_token_s=0.3),
        MEDIUM.id: Live(resident=True, tokens_per_second=20, first_token_s=0.6),
        BIG.id: Live(resident=True, tokens_per_second=15, first_token_s=0.8),
    }
    decision = decide(ask(difficulty=Difficulty(score)), world(SMALL, MEDIUM, BIG, live=live), strategy(name))
    assert decision.chosen is not None
    assert decision.chosen.tier == tier


def test_a_higher_tier_that_is_slow_is_not_worth_it_for_a_moderate_message() -> None:
    live = {SMALL.id: Live(resident=True, tokens_per_second=40), MEDIUM.id: Live(resident=True, tokens_per_second=2)}
    assert chosen(ask(difficulty=Difficulty(0.3)), world(SMALL, MEDIUM, live=live)) == SMALL.id


@pytest.mark.parametrize(("score", "side"), [(0.29, SMALL.id), (0.3, MINI.id)])
def test_the_smallest_tier_is_left_alone_with_simple_messages_only(score: float, side: str) -> None:
    request = ask(difficulty=Difficulty(score))
    assert chosen(request, world(SMALL, MINI), AUTO) == side
    assert (decide(request, world(SMALL, MINI), P).offer == MINI.id) is (side == MINI.id)
    assert chosen(request, world(SMALL, MEDIUM, MINI), AUTO) != MINI.id, "a larger local model is able enough"
    calibrated = replace(AUTO, difficulty_offer=0.9, difficulty_cloud=0.9, difficulty_fixed=True)
    assert chosen(request, world(SMALL, MINI), calibrated) == SMALL.id, "the user's own threshold holds for every model"


@pytest.mark.parametrize("state", [ResourceState.UNKNOWN, ResourceState.AVAILABLE])
def test_unknown_scores_like_good(state: ResourceState) -> None:
    good = decide(ask(), world(device=replace(DEVICE, state=ResourceState.AVAILABLE)), P)
    same = decide(ask(), world(device=replace(DEVICE, state=state)), P)
    assert [c.score for c in good.candidates] == [c.score for c in same.candidates]


def test_an_unmeasured_speed_is_a_prior_and_says_so() -> None:
    fresh, slow = (
        decide(ask(), world(MEDIUM, live={MEDIUM.id: live}), P).candidates[0]
        for live in (Live(resident=True), Live(resident=True, tokens_per_second=4.0))
    )
    assert "speed not measured yet" in fresh.notes
    assert fresh.parts["speed"] > slow.parts["speed"]


@pytest.mark.parametrize("speed", [8.0, 40.0, 2000.0])
def test_a_model_never_asked_is_expected_to_be_as_fast_as_its_size_allows_on_this_machine(speed: float) -> None:
    """Else the one that answered first would look faster for ever, and the abler one never be asked."""
    live = {SMALL.id: Live(resident=True, tokens_per_second=speed), MEDIUM.id: Live(resident=True)}
    small, medium = decide(ask(), world(SMALL, MEDIUM, live=live), P).candidates
    measured = {**live, MEDIUM.id: Live(resident=True, tokens_per_second=speed / 5)}
    assert medium.parts["speed"] == decide(ask(), world(SMALL, MEDIUM, live=measured), P).candidates[1].parts["speed"]
    assert medium.parts["speed"] < small.parts["speed"]
    assert "speed not measured yet" in medium.notes


def test_unpriced_costs_as_much_as_the_priciest_known_and_says_so() -> None:
    new = replace(MINI, id="openai:new", price=None)
    parts = {c.model.id: c for c in decide(ask(), world(MINI, LARGE, new), P).candidates}
    assert parts[new.id].parts["cost"] <= parts[LARGE.id].parts["cost"] < parts[MINI.id].parts["cost"]
    assert "price unknown" in parts[new.id].notes
    assert parts[new.id].est_cost is None


def test_a_constrained_machine_takes_the_smaller_and_loaded_model() -> None:
    """Of two models that are otherwise alike: smaller and loaded, smaller, larger."""
    twin = replace(MEDIUM, id="ollama:twin")
    lean = replace(MEDIUM, id="ollama:lean", size_bytes=2 * GIB)
    busy = replace(DEVICE, state=ResourceState.CONSTRAINED)
    live = {twin.id: Live(resident=True), MEDIUM.id: Live(resident=True), lean.id: Live(resident=True)}
    assert chosen(ask(), world(MEDIUM, twin, lean, device=busy, live=live)) == lean.id
    live = {MEDIUM.id: Live(resident=None), twin.id: Live(resident=True)}
    assert chosen(ask(), world(MEDIUM, twin, device=busy, live=live)) == twin.id


def test_over_a_slow_network_the_smaller_cloud_model_comes_first() -> None:
    slow = {host: link(host, ConnectivityState.DEGRADED) for host in (OPENAI, ANTHROPIC)}
    request = ask(difficulty=Difficulty(0.85), mode=Mode.PREFER_CLOUD)
    large = replace(LARGE, price=MINI.price)
    assert chosen(request, world(MINI, large)) == LARGE.id
    assert chosen(request, world(MINI, large, links=slow)) == MINI.id


@pytest.mark.parametrize(
    ("battery", "percent", "penalty"), [(True, 19.0, 0.1), (True, 21.0, 0), (True, None, 0), (False, 5.0, 0)]
)
def test_a_low_battery_asks_for_the_small_model(battery: bool, percent: float | None, penalty: float) -> None:
    device = replace(DEVICE, on_battery=battery, battery_percent=percent)
    parts = {c.model.id: c.parts for c in decide(ask(), world(device=device), P).candidates}
    assert 1 - parts[MEDIUM.id]["pressure"] == pytest.approx(penalty)
    assert parts[SMALL.id]["pressure"] == 1.0


@pytest.mark.parametrize(("needs", "penalty"), [(frozenset({"vision"}), 0.1), (frozenset(), 0.0)])
def test_a_metered_network_weighs_on_attachments_not_on_text(needs: frozenset[str], penalty: float) -> None:
    candidate = decide(ask(needs=needs), world(MINI, metered=True), P).candidates[0]
    assert 1 - candidate.parts["pressure"] == pytest.approx(penalty)


# -- critical and disconnected -------------------------------------------------------------------------------------


@pytest.mark.parametrize("network", [{"links": OFFLINE}, {"os_online": False}])
def test_critical_and_disconnected_takes_the_smallest_loaded_model(network: dict[str, object]) -> None:
    busy = replace(DEVICE, state=ResourceState.CRITICAL)
    live = {SMALL.id: Live(resident=True), MEDIUM.id: Live(resident=True)}
    snapshot = world(MEDIUM, SMALL, MINI, device=busy, live=live, **network)
    decision = decide(ask(difficulty=HARD), snapshot, P)
    assert (decision.chosen, decision.rule) == (SMALL, "critical")


@pytest.mark.parametrize("network", [{"links": OFFLINE}, {"os_online": False}])
@pytest.mark.parametrize("free", [None, 2 * GIB])
def test_a_critical_machine_loads_nothing_it_may_not_have_the_memory_for(network: dict[str, object], free: int | None) -> None:
    busy = replace(DEVICE, state=ResourceState.CRITICAL, memory_free=free)
    nothing = decide(ask(), world(MEDIUM, MINI, device=busy, live={MEDIUM.id: Live(resident=False)}, **network), P)
    assert nothing.chosen is None
    assert nothing.unlock == "connect"


def test_a_critical_machine_loads_the_smallest_model_when_nobody_else_can_answer() -> None:
    """Somebody who compiles and asks is answered slowly rather than not at all."""
    busy = replace(DEVICE, state=ResourceState.CRITICAL)
    live = {SMALL.id: Live(resident=False), MEDIUM.id: Live(resident=False)}
    alone = decide(ask(), world(MEDIUM, SMALL, device=busy, live=live), P)
    assert (alone.chosen, alone.rule) == (SMALL, "critical")
    loaded = decide(ask(), world(MEDIUM, SMALL, device=busy, live={**live, MEDIUM.id: Live(resident=True)}), P)
    assert loaded.chosen == MEDIUM, "what is loaded already costs less than a smaller one that is not"
    cloud = decide(ask(), world(MEDIUM, SMALL, MINI, device=busy, live=live), P)
    assert cloud.chosen == MINI, "nothing is loaded where a cloud can answer"


# -- order ---------------------------------------------------------------------------------------------------------


def test_order_is_the_chosen_one_then_its_locality_then_the_rest() -> None:
    assert decide(ask(), world(MINI, MEDIUM, LAN, SMALL, LARGE), P).order[:2] == (SMALL.id, MEDIUM.id)
    cloud = decide(ask(mode=Mode.PREFER_CLOUD, difficulty=HARD), world(MINI, MEDIUM, LAN, SMALL, LARGE), P)
    assert cloud.order == (MINI.id, LARGE.id, LAN.id, MEDIUM.id, SMALL.id)


def test_a_fallback_stays_on_its_side_before_it_is_fast() -> None:
    live = {
        SMALL.id: Live(resident=True, tokens_per_second=300, first_token_s=0.1),
        MEDIUM.id: Live(resident=True, tokens_per_second=4, first_token_s=9.0),
        MINI.id: Live(tokens_per_second=200, first_token_s=0.3),
    }
    decision = decide(ask(), world(SMALL, MINI, MEDIUM, live=live), strategy("performance"))
    scores = {c.model.id: c.score or 0.0 for c in decision.candidates}
    assert scores[MINI.id] > scores[MEDIUM.id]
    assert decision.order == (SMALL.id, MEDIUM.id, MINI.id)


# -- stickiness ----------------------------------------------------------------------------------------------------

FAIR = Policy(local_first=False, name="fair")
ONE = replace(MINI, id="openai:one")
TWO = replace(MINI, id="openai:two")


def gap(points: float) -> Snapshot:
    """Two cloud models whose scores differ by `points`, the second the better one."""
    rate = {ONE.id: Live(tokens_per_second=40, first_token_s=0.0), TWO.id: Live(tokens_per_second=40, first_token_s=0.0)}
    parts = decide(ask(), world(ONE, TWO, live=rate), FAIR).candidates[0].parts["speed"]
    # speed = 10 / (10 + seconds) weighs 0.15: find the tokens/s that adds `points`
    seconds = 10 / (parts + points / FAIR.speed) - 10
    rate[TWO.id] = Live(tokens_per_second=400 / seconds, first_token_s=0.0)
    return world(ONE, TWO, live=rate)


@pytest.mark.parametrize(
    ("points", "turns", "current", "expected"),
    [
        (0.04, 3, ONE.id, ONE.id),
        (0.06, 3, ONE.id, TWO.id),
        (0.04, 0, None, TWO.id),  # a first turn has nothing to stay with
        (0.04, 3, "openai:gone", TWO.id),
    ],
)
def test_a_switch_has_to_gain_the_margin(points: float, turns: int, current: str | None, expected: str) -> None:
    assert chosen(ask(turns=turns, current=current), gap(points), FAIR) == expected


def test_a_switch_gets_dearer_with_the_prefix_and_free_below_what_a_cloud_caches() -> None:
    cached = Price(3.0, 15.0, 0.3, 3.75)
    one, two = replace(ONE, price=cached), replace(TWO, price=cached)

    def after(history: int, gain: float) -> str | None:
        live = gap(gain).live
        # the same cost for both, so that only the switch price and the speed differ
        policy = replace(FAIR, cost=0.0)
        return chosen(ask(turns=3, current=one.id, history_tokens=history), world(one, two, live=live), policy)

    assert after(1023, 0.055) == two.id
    assert after(50_000, 0.055) == one.id


@pytest.mark.parametrize(
    ("history", "model", "live", "price"),
    [
        (6000, MEDIUM, Live(resident=True, prefill_per_second=600), 0.5),  # 10 s to read
        (4000, MEDIUM, Live(resident=True), 0.5),  # 400 tokens/s until measured
        (0, MEDIUM, Live(resident=False, load_s=10.0), 0.5),
        (6000, MEDIUM, Live(resident=False, load_s=10.0, prefill_per_second=300), 0.75),
        (0, MEDIUM, Live(resident=True), 0.0),
        (1023, LARGE, Live(), 0.0),
        (10_000, LARGE, Live(), 0.0575 / 0.1075),  # 6.25 instead of 0.5 dollars a million
        (10_000, replace(LARGE, price=Price(5.0, 25.0)), Live(), 0.0),  # it caches nothing
    ],
)
def test_the_price_of_a_switch(history: int, model: Model, live: Live, price: float) -> None:
    case = Case(ask(history_tokens=history), world(model, live={model.id: live}), P)
    assert switch_price(case, model) == pytest.approx(price)


def test_the_model_that_answered_has_read_the_history_already() -> None:
    live = {m.id: Live(resident=True, prefill_per_second=100) for m in (SMALL, MEDIUM)}
    request = ask(current=SMALL.id, turns=3, history_tokens=5000, message_tokens=100)
    known, fresh = decide(request, world(SMALL, MEDIUM, live=live), P).candidates
    assert (known.est_first_token_s, fresh.est_first_token_s) == (1.0, 51.0)


def test_a_critical_machine_ends_the_stay_where_the_scores_decide() -> None:
    live = {MEDIUM.id: Live(resident=True, tokens_per_second=30, first_token_s=1.0)}
    request = ask(current=MEDIUM.id, turns=3, difficulty=Difficulty(0.6))
    even = replace(FAIR, locality=0.1)
    calm = world(MEDIUM, MINI, live=live)
    assert chosen(request, calm, even) == MEDIUM.id
    assert chosen(request, replace(calm, device=replace(DEVICE, state=ResourceState.CONSTRAINED)), even) == MEDIUM.id
    assert chosen(request, replace(calm, device=replace(DEVICE, state=ResourceState.CRITICAL)), even) == MINI.id


def test_a_model_that_just_failed_is_tried_again_only_if_it_is_clearly_better() -> None:
    snapshot = world(ONE, TWO, live={ONE.id: Live(half_open=True)})
    assert decide(ask(), snapshot, FAIR).order == (TWO.id, ONE.id)
    assert decide(ask(), world(ONE, TWO, live={}), FAIR).order == (ONE.id, TWO.id)


def test_a_local_switch_counts_the_seconds_to_load_and_to_read() -> None:
    twin = replace(SMALL, id="ollama:twin", tier=2)
    request = ask(difficulty=Difficulty(0.42), turns=3, current=SMALL.id, history_tokens=6000)
    slow = {SMALL.id: Live(resident=True), twin.id: Live(resident=True, prefill_per_second=100)}
    fast = {SMALL.id: Live(resident=True), twin.id: Live(resident=True, prefill_per_second=100_000)}
    assert chosen(request, world(SMALL, twin, live=slow)) == SMALL.id
    assert chosen(request, world(SMALL, twin, live=fast)) == twin.id


def test_a_hard_rule_ends_every_stay() -> None:
    snapshot = gap(0.0)
    request = ask(turns=9, current=ONE.id, history_tokens=50_000)
    assert chosen(request, snapshot, FAIR) == ONE.id
    assert chosen(replace(request, excluded=frozenset({ONE.id})), snapshot, FAIR) == TWO.id


# -- nothing left --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("request_", "snapshot", "policy", "unlock"),
    [
        (ask(), world().__class__(), P, "start Ollama, pull a model with it, or name one in the configuration"),
        (ask(mode=Mode.ONLY_LOCAL), world(MINI), P, "turn LOCAL ONLY off (f5)"),
        (ask(mode=Mode.ONLY_CLOUD), world(SMALL), P, "turn CLOUD ONLY off (f5)"),
        (ask(), world(SMALL, links={HERE: link(HERE, ConnectivityState.DISCONNECTED)}), P, "start Ollama"),
        (ask(), world(MINI, links=OFFLINE), P, "connect"),
        (ask(message_tokens=500_000), world(SMALL, MINI), P, "shorten the message"),
        (ask(), world(MINI, live={MINI.id: Live(open_until=NOW + 30)}), P, "wait 30 s"),
        (ask(), world(MINI, live={MINI.id: Live(open_until=NOW + 3600)}), P, "wait 60 min"),
        (ask(), world(MINI, budget=Budget(limit=1, spent=1)), P, "raise today's budget"),
        (ask(kinds={"SECRET": 1}), world(MINI), P, "take it out of the message"),
        (ask(), world(MINI), replace(P, cloud="never"), 'set privacy.cloud = "ask" in the configuration'),
        (ask(excluded=frozenset({MINI.id})), world(MINI), P, "try again"),
        # one key is cheaper than a running server, and one change cheaper than two
        (
            ask(mode=Mode.ONLY_LOCAL),
            world(SMALL, MINI, links={HERE: link(HERE, ConnectivityState.DISCONNECTED)}),
            P,
            "turn LOCAL ONLY off (f5)",
        ),
        (
            ask(mode=Mode.ONLY_LOCAL, kinds={"SECRET": 1}),
            world(SMALL, MINI, links={HERE: link(HERE, ConnectivityState.DISCONNECTED)}),
            P,
            "start Ollama",
        ),
    ],
)
def test_nothing_left_says_the_cheapest_single_change(request_: Request, snapshot: Snapshot, policy: Policy, unlock: str) -> None:
    decision = decide(request_, snapshot, policy)
    assert decision.chosen is None
    assert decision.unlock == unlock
    for model in snapshot.models:
        assert model.name in decision.reason


def test_where_the_other_side_was_asked_for_the_way_out_leads_there() -> None:
    """Never back to a mode that is on already, nor to what a model of this side would need."""
    keys = "set OPENAI_API_KEY or ANTHROPIC_API_KEY and start hybridchat again"
    for models, current, links, reason, unlock in (
        ((SMALL,), SMALL, {}, "There is no cloud model to ask.", keys),
        ((MINI,), MINI, {}, "There is no model on this machine to ask.", "pull one (f2)"),
        ((SMALL, MINI), SMALL, OFFLINE, "No model can answer: ", "connect"),
    ):
        decision = decide(ask(escalated=True, current=current.id), world(*models, links=links), P)
        assert decision.chosen is None
        assert decision.reason.startswith(reason)
        assert decision.unlock == unlock


# -- the window to ask for -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("history", "live", "memory", "expected"),
    [
        (0, Live(resident=False), 32, 8192),
        (10_000, Live(resident=False), 32, 14_336),  # 11,557 + 1,024 in steps of 2,048
        (10_000, Live(resident=True, loaded_window=16_384), 32, 16_384),  # a loaded context that suffices is kept
        (0, Live(resident=True, loaded_window=4096), 32, 4096),
        (10_000, Live(resident=True, loaded_window=4096), 32, 14_336),
        (500_000, Live(resident=False), 64, 131_072),
        (60_000, Live(resident=False), 8, 9830),  # 7.2 GiB less 6 GiB, at 128 KiB a token
    ],
)
def test_planned_window(history: int, live: Live, memory: int, expected: int) -> None:
    snapshot = world(MEDIUM, device=Device(memory_free=memory * GIB), live={MEDIUM.id: live})
    assert planned_window(ask(history_tokens=history), MEDIUM, snapshot, P) == expected


def test_presets_carry_the_documents_numbers() -> None:
    offline, fast = strategy("offline-first").thresholds, strategy("performance").thresholds
    assert (offline.latency_ms, offline.loss_percent, offline.bandwidth_mbps) == (100, 5, 10)
    assert (offline.cpu, offline.memory, offline.gpu, offline.critical_gpu) == (90, 90, 90, 95)
    assert (fast.latency_ms, fast.check_interval_s) == (100, 15)
    usual = strategy("local-first").thresholds
    assert (usual.latency_ms, usual.loss_percent, usual.bandwidth_mbps) == (200, 10, 5)
    assert (usual.cpu, usual.memory, usual.load, usual.gpu, usual.critical_gpu) == (80, 85, 4.0, 85, 95)


def test_an_unknown_strategy_names_the_ones_there_are() -> None:
    with pytest.raises(ValueError, match=r"'fast'.*local-first.*cost.*quality.*offline-first.*performance"):
        strategy("fast")
