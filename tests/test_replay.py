"""Stored decisions made again: the same under the same policy, and what another one would have done."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from hybridchat.config import Config
from hybridchat.config.schema import PairSettings, Privacy
from hybridchat.demo import Demo, Fault
from hybridchat.facts import Check, Live, Locality, Mode, Request, Snapshot, Target
from hybridchat.replay import recorded, replay, under
from hybridchat.routing.basis import basis
from hybridchat.routing.decide import decide
from hybridchat.routing.policy import Policy
from hybridchat.routing.preferences import Rule, ruled
from hybridchat.routing.strategies import STRATEGIES
from hybridchat.sessions.past import Decided
from tests.cli.run import inside
from tests.routing.cases import HARD, LARGE, MEDIUM, MINI, SMALL, ask, world
from tests.support.chats import LOCAL, bench, environment

HOME = world(SMALL, MEDIUM, MINI, LARGE, live={SMALL.id: Live(resident=True, tokens_per_second=40.0)})
CASES = (
    ask(),
    ask(difficulty=HARD),
    ask(kinds={"SECRET": 1, "EMAIL": 2}, scan_late=True),
    ask(mode=Mode.ONLY_CLOUD),
    ask(pin=LARGE.id, needs=frozenset({"vision"})),
    ask(current=SMALL.id, turns=3, escalated=True, excluded=frozenset({MINI.id})),
    ruled(ask(), Rule("mine", kind="sql", model=MINI.id)),
    ask(checks=(Check("mine", target=Target.CLOUD, reason="says 'my secret question'", metrics={"q": "my secret question"}),)),
)


def stored(request: Request, policy: Policy, snapshot: Snapshot = HOME, turn_id: str = "t") -> Decided:
    decision = decide(request, snapshot, policy)
    return Decided(
        turn_id, 1.0, msgspec.json.encode(decision).decode(), msgspec.json.encode(snapshot).decode(), basis(request, policy)
    )


@pytest.mark.parametrize("policy", [*STRATEGIES.values(), Policy(cloud="auto", trust_lan=frozenset({"box:1"}))])
def test_under_the_policy_it_was_made_with_every_decision_comes_out_the_same(policy: Policy) -> None:
    made = replay([stored(request, policy, turn_id=str(n)) for n, request in enumerate(CASES)])
    assert made.turns == len(CASES)
    assert made.same
    assert made.moves == ()
    assert made.was == made.would_be


def test_what_is_stored_is_what_was_asked_less_what_agents_say() -> None:
    for request in CASES:
        told = recorded(stored(request, Policy()))
        assert told is not None
        assert told.request == replace(request, checks=tuple(replace(c, reason="", metrics={}) for c in request.checks))
        assert told.policy == Policy()
        assert "secret question" not in basis(request, Policy())


def test_another_policy_moves_turns_and_says_what_that_costs() -> None:
    rows = [stored(ask(), Policy(), turn_id="easy"), stored(ask(pin=SMALL.id), Policy(), turn_id="pinned")]
    made = replay(rows, STRATEGIES["quality"])
    (move,) = made.moves
    assert (move.turn_id, move.was, move.would_be) == ("easy", decide(ask(), HOME, Policy()).chosen.id, LARGE.id)  # type: ignore[union-attr]
    assert not made.same
    assert (made.was.local, made.would_be.local) == (2, 1)
    assert (made.was.cost, made.was.unpriced) == (0.0, 0)
    assert made.would_be.cost > 0.0
    assert (made.was.local_share, made.would_be.local_share) == (1.0, 0.5)


def test_an_unknown_price_is_counted_apart_and_nobody_is_no_answer() -> None:
    unpriced = replace(LARGE, price=None)
    made = replay([stored(ask(), Policy(), world(unpriced)), stored(ask(mode=Mode.ONLY_LOCAL), Policy(), world(MINI))])
    assert (made.was.answered, made.was.unpriced, made.was.cost) == (1, 1, 0.0)
    assert made.was.local_share == 0.0


def test_a_strategy_gives_no_leave() -> None:
    strict = Policy(cloud="never", private_kinds=frozenset({"EMAIL"}), trust_lan=frozenset({"box:1"}))
    made = under(replace(STRATEGIES["quality"], cloud="auto", redact_private=True), strict)
    assert (made.cloud, made.redact_private, made.private_kinds, made.trust_lan) == (
        "never",
        False,
        strict.private_kinds,
        strict.trust_lan,
    )
    assert made.quality == STRATEGIES["quality"].quality
    assert replay([stored(ask(), strict)], STRATEGIES["quality"]).would_be.local == 1


@pytest.mark.parametrize("spoilt", [{"basis": ""}, {"basis": "{}"}, {"snapshot": "null"}, {"decision": "[]"}])
def test_what_cannot_be_made_again_is_counted(spoilt: dict[str, str]) -> None:
    good = stored(ask(), Policy())
    made = replay([replace(good, **spoilt), good])
    assert (made.turns, made.left_out) == (1, 1)


async def test_what_a_chat_stores_comes_out_the_same(demo: Demo, tmp_path: Path) -> None:
    secret = "my unmistakable words"
    config = Config(pair=PairSettings(local=LOCAL, cloud="openai:gpt-6.1-terra"), privacy=Privacy(cloud="auto"))
    async with bench(tmp_path, demo, config=config, samplers=True) as b:
        await b.ask(f"Hello, {secret}")
        await b.ask("SELECT 1", mode=Mode.ONLY_CLOUD)
        await b.ask("Prove that there are infinitely many primes, step by step.")
        rows = b.chat.store.past.decided()
        assert b.chat.store.past.decided(since=rows[-1].at + 1) == []
    made = replay(rows)
    assert (made.turns, made.left_out, made.same) == (3, 0, True)
    assert not any(secret in text for row in rows for text in (row.basis, row.snapshot, row.decision))


async def test_the_first_decision_about_a_turn_is_made_again_not_where_it_fell_back_to(demo: Demo, tmp_path: Path) -> None:
    config = Config(pair=PairSettings(local=LOCAL, cloud="openai:gpt-6.1-terra"), privacy=Privacy(cloud="auto"))
    async with bench(tmp_path, demo, config=config) as b:
        demo.ollama.fail(Fault(kind="status", status=500))
        heard = await b.ask("hello")
        assert heard.ended.locality is Locality.REMOTE
        (row,) = b.chat.store.past.decided()
    assert json.loads(row.decision)["chosen"]["id"] == LOCAL
    assert replay([row]).was.local == 1


@pytest.fixture
def env(demo: Demo, tmp_path: Path) -> dict[str, str]:
    (tmp_path / "config.toml").write_text(
        f'[pair]\nlocal = "{LOCAL}"\ncloud = "openai:gpt-6.1-terra"\n[strategies.mine]\nbase = "quality"\n'
    )
    env = environment(demo, tmp_path)
    assert inside("ask", "--local", "Which proof is the shortest?", env=env).returncode == 0
    assert inside("ask", "What is the capital of France?", env=env).returncode == 0
    return env


def test_the_command_finds_the_same_and_what_another_strategy_would_do(env: dict[str, str]) -> None:
    assert b"Every decision is the same." in inside("replay", env=env).stdout
    for strategy in ("quality", "mine"):
        out = inside("replay", "--strategy", strategy, env=env).stdout.decode()
        assert f"2 turns decided again under the {strategy} strategy" in out
        assert "1 turn would go elsewhere:" in out
        assert "llama3.2:3b -> gpt-6.1-terra" in out or "llama3.2:3b -> claude" in out
    made = json.loads(inside("replay", "--strategy", "quality", "--since", "7d", "--json", env=env).stdout)
    assert (made["schema"], made["turns"], made["same"], len(made["moves"])) == (1, 2, False, 1)
    assert (made["was"]["local_share"], made["would_be"]["local_share"]) == (1.0, 0.5)
    assert json.loads(inside("replay", "--since", "2999-01-01", "--json", env=env).stdout)["turns"] == 0


@pytest.mark.parametrize("bad", [("--strategy", "qualiti"), ("--since", "soon"), ("--since", "2026-13-01")])
def test_what_cannot_be_wanted_is_refused_in_a_sentence(env: dict[str, str], bad: tuple[str, str]) -> None:
    done = inside("replay", *bad, env=env)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
    assert (b"did you mean `quality`?" if bad[0] == "--strategy" else b"--since is a date") in done.stderr
