"""What holds for any request, snapshot and policy."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from hybridchat.facts import (
    Budget,
    Check,
    ConnectivityState,
    Device,
    Difficulty,
    Link,
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
from hybridchat.routing.explain import from_record, sentence, table, to_record
from hybridchat.routing.policy import Policy
from hybridchat.routing.rules import Case, first_objection
from tests.routing.cases import ANTHROPIC, BOX, GIB, HERE, NOW, OPENAI

HOSTS = {Locality.ON_DEVICE: [HERE], Locality.LAN: [BOX], Locality.REMOTE: [OPENAI, ANTHROPIC]}
IDS = [f"x:{n}" for n in range(6)]
share = st.floats(0, 1)
maybe_seconds = st.none() | st.floats(0, 100)


@st.composite
def models(draw: st.DrawFn) -> tuple[Model, ...]:
    found = []
    for model_id in IDS[: draw(st.integers(0, 6))]:
        place = draw(st.sampled_from(Locality))
        found.append(
            Model(
                model_id,
                draw(st.sampled_from(HOSTS[place])),
                place,
                tier=draw(st.integers(1, 4)),
                window=draw(st.sampled_from([2048, 8192, 128_000])),
                capabilities=frozenset(draw(st.sets(st.sampled_from(["completion", "embedding", "vision"])))),
                price=draw(st.none() | st.builds(Price, st.floats(0, 20), st.floats(0, 80), st.none() | st.floats(0, 2))),
                size_bytes=draw(st.none() | st.integers(0, 20 * GIB)),
                kv_bytes_per_token=draw(st.none() | st.integers(0, 200_000)),
            )
        )
    return tuple(found)


lives = st.dictionaries(
    st.sampled_from(IDS),
    st.builds(
        Live,
        resident=st.none() | st.booleans(),
        loaded_window=st.none() | st.sampled_from([2048, 8192]),
        tokens_per_second=maybe_seconds,
        prefill_per_second=maybe_seconds,
        first_token_s=maybe_seconds,
        load_s=maybe_seconds,
        open_until=st.none() | st.floats(NOW - 60, NOW + 60),
        half_open=st.booleans(),
    ),
)
snapshots = st.builds(
    Snapshot,
    device=st.builds(
        Device,
        state=st.sampled_from(ResourceState),
        memory_free=st.none() | st.integers(0, 64 * GIB),
        vram_free=st.none() | st.integers(0, 24 * GIB),
        on_battery=st.none() | st.booleans(),
        battery_percent=st.none() | st.floats(0, 100),
        own_load=st.booleans(),
    ),
    links=st.dictionaries(
        st.sampled_from([HERE, BOX, OPENAI, ANTHROPIC]),
        st.builds(Link, st.just("h"), state=st.sampled_from(ConnectivityState)),
    ),
    models=models(),
    live=lives,
    budget=st.builds(Budget, limit=st.none() | st.floats(0, 10), spent=st.floats(0, 12), reserved=st.floats(0, 1)),
    os_online=st.none() | st.booleans(),
    metered=st.none() | st.booleans(),
)
requests = st.builds(
    Request,
    now=st.just(NOW),
    mode=st.sampled_from(Mode),
    pin=st.none() | st.sampled_from(IDS),
    current=st.none() | st.sampled_from(IDS),
    turns=st.integers(0, 30),
    history_tokens=st.integers(0, 200_000),
    message_tokens=st.integers(0, 10_000),
    difficulty=st.builds(Difficulty, share),
    kinds=st.dictionaries(st.sampled_from(["SECRET", "EMAIL"]), st.integers(0, 3)),
    scan_late=st.booleans(),
    needs=st.sampled_from([frozenset(), frozenset({"vision"})]),
    checks=st.lists(
        st.builds(Check, st.sampled_from(["office", "budget"]), target=st.sampled_from(Target), proceed=st.booleans()), max_size=2
    ).map(tuple),
    excluded=st.frozensets(st.sampled_from(IDS), max_size=2),
    escalated=st.booleans(),
)
policies = st.builds(
    Policy,
    cloud=st.sampled_from(["ask", "auto", "never"]),
    local_first=st.booleans(),
    quality=share,
    cost=share,
    speed=share,
    locality=share,
    trust_lan=st.sampled_from([frozenset(), frozenset({BOX})]),
    redact_private=st.booleans(),
)


@given(requests, snapshots, policies)
@settings(max_examples=100, deadline=None)
def test_laws_of_every_decision(request: Request, snapshot: Snapshot, policy: Policy) -> None:
    decision = decide(request, snapshot, policy)
    assert decide(request, snapshot, policy) == decision, "same in, same out"
    assert [c.model for c in decision.candidates] == list(snapshot.models)
    eligible = {c.model.id for c in decision.candidates if c.rejected is None}
    assert set(decision.order) == eligible, "everything that may answer is in the order, and nothing else"
    assert len(decision.order) == len(eligible)
    if decision.chosen is None:
        assert not eligible
        assert decision.unlock
        assert decision.reason
    else:
        assert decision.order[0] == decision.chosen.id
        case = Case(request, snapshot, policy)
        assert first_objection(case, decision.chosen, case.live_of(decision.chosen)) is None
    assert decision.offer is None or decision.offer in eligible
    assert sentence(decision)
    assert len(table(decision)) == len(snapshot.models)
    assert from_record(to_record(decision)) == decision


@given(requests, snapshots, policies)
@settings(max_examples=100, deadline=None)
def test_local_only_and_privacy_are_promises(request: Request, snapshot: Snapshot, policy: Policy) -> None:
    alone = replace(policy, trust_lan=frozenset())
    held = decide(replace(request, mode=Mode.ONLY_LOCAL), snapshot, alone)
    never = decide(request, snapshot, replace(alone, cloud="never"))
    secret = decide(replace(request, kinds={"SECRET": 1}), snapshot, replace(policy, redact_private=False))
    late = decide(replace(request, scan_late=True), snapshot, replace(policy, redact_private=False))
    for decision in (held, never, secret, late):
        by_id = {m.id: m for m in snapshot.models}
        assert all(by_id[model_id].locality is Locality.ON_DEVICE for model_id in decision.order)
        assert decision.offer is None


@given(requests, snapshots, policies)
@settings(max_examples=100, deadline=None)
def test_unknown_gauges_never_reject(request: Request, snapshot: Snapshot, policy: Policy) -> None:
    """Taking every gauge away can only let more models through."""
    dark = replace(snapshot, device=Device(), links={}, live={}, budget=Budget(), os_online=None, metered=None)
    seen = {c.model.id for c in decide(request, snapshot, policy).candidates if c.rejected is None}
    unseen = {c.model.id: c.rejected.rule for c in decide(request, dark, policy).candidates if c.rejected is not None}
    assert seen.isdisjoint(unseen)
    gauges = {"connectivity", "memory", "device", "breaker", "budget"}
    assert gauges.isdisjoint(unseen.values())
