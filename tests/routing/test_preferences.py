"""The user's own rules: what they fit, what they lead to, and what stands above them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hybridchat.facts import Decision, Mode, Request
from hybridchat.routing.decide import decide
from hybridchat.routing.explain import sentence, table
from hybridchat.routing.kinds import kind_of
from hybridchat.routing.policy import Policy
from hybridchat.routing.preferences import Facts, Rule, idle, matching, ruled
from hybridchat.routing.whatif import what_if
from tests.routing.cases import HARD, LARGE, MEDIUM, MINI, SMALL, ask, world

HOME = world(SMALL, MEDIUM, MINI, LARGE)
SQL = Rule("SQL", kind="sql", mode=Mode.PREFER_CLOUD)
HERE = Rule("diary", words=("diary",), mode=Mode.ONLY_LOCAL)
BIG = Rule("big", words=("thesis",), model=LARGE.id)


def with_rule(rule: Rule, request: Request | None = None, **policy: object) -> Decision:
    return decide(ruled(request or ask(), rule), HOME, replace(Policy(), **policy))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("SELECT name FROM users WHERE id = 3", "sql"),
        ("select * from users where id = 3", "sql"),
        ("Why is my Postgres query slow?", "sql"),
        ("Select the best title from these three", "other"),
        ("```\ndef f(x):\n    return x\n```\nWhat does it do?", "code"),
        ("Write a Python function that reverses a list", "code"),
        ("Translate to French: good morning", "translation"),
        ("What is 17 * 23?", "math"),
        ("Solve the equation for the radius of the circle", "math"),
        ("Write a poem about rain", "writing"),
        ("Proofread this letter", "writing"),
        ("What is the capital of France?", "other"),
        ("", "other"),
    ],
)
def test_the_kind_of_a_message_is_told_from_its_words(text: str, kind: str) -> None:
    assert kind_of(text) == kind


def test_every_condition_that_is_given_must_hold_and_the_first_rule_that_fits_wins(tmp_path: Path) -> None:
    rule = Rule("all", ("left  join",), "sql", str(tmp_path), 10, 20)
    fits = Facts("About LEFT\nJOIN here", "sql", str(tmp_path / "below"), 15)
    assert matching([rule, SQL], fits) == rule
    for spoilt in (
        replace(fits, text="a left-join"),
        replace(fits, text="the left joint"),
        replace(fits, kind="code"),
        replace(fits, folder=str(tmp_path.parent)),
        replace(fits, folder=f"{tmp_path}x"),
        replace(fits, folder=""),
        replace(fits, tokens=9),
        replace(fits, tokens=21),
    ):
        assert matching([rule], spoilt) is None
    assert matching([SQL, rule], fits) == SQL
    assert matching([], fits) is None


def test_signs_in_words_are_taken_as_they_stand() -> None:
    assert matching([Rule("c", ("c++ (old)",))], Facts("in C++ (old) style"))
    assert matching([Rule("c", (".*",))], Facts("anything")) is None


def test_a_rule_without_a_condition_or_with_empty_words_fits_nothing() -> None:
    assert matching([Rule("bare", mode=Mode.ONLY_CLOUD)], Facts("anything")) is None
    assert matching([Rule("blank", ("", "  "))], Facts("any thing")) is None


def test_a_rule_sends_the_message_to_its_side_and_is_named() -> None:
    assert decide(ask(), HOME, Policy()).chosen in {SMALL, MEDIUM}
    made = with_rule(SQL)
    assert made.chosen in {MINI, LARGE}
    assert made.rule == "rule"
    assert sentence(made).endswith('in the cloud: your rule "SQL"')
    assert any('your rule "SQL"' in why for _, _, why in table(made))


def test_a_rule_names_the_model_against_the_scores() -> None:
    made = with_rule(BIG)
    assert made.chosen == LARGE
    assert made.order[0] == LARGE.id
    assert made.reason == 'your rule "big"'


def test_a_named_model_that_cannot_answer_falls_back_and_says_so() -> None:
    made = with_rule(BIG, ask(kinds={"SECRET": 1}))
    assert made.chosen in {SMALL, MEDIUM}
    assert f'your rule "big" names {LARGE.id}, but the message holds a secret' in made.reason
    gone = with_rule(replace(BIG, model="openai:gone"))
    assert 'your rule "big" names openai:gone, but it is not here' in gone.reason


def test_a_preference_falls_back_to_the_other_side_and_names_the_rule() -> None:
    made = decide(ruled(ask(), SQL), world(SMALL), Policy())
    assert made.chosen == SMALL
    assert made.reason.startswith('your rule "SQL" asks for the cloud, but')


def test_a_rule_that_keeps_a_message_here_leaves_no_other_way() -> None:
    made = with_rule(HERE, ask(difficulty=HARD), cloud="auto")
    assert made.chosen in {SMALL, MEDIUM}
    assert all(made.candidate(m.id).rejected.rule == "rule" for m in (MINI, LARGE))  # type: ignore[union-attr]
    nowhere = decide(ruled(ask(), HERE), world(MINI), Policy())
    assert nowhere.chosen is None
    assert 'your rule "diary" keeps it on this machine' in nowhere.reason
    assert 'change your rule "diary"' in nowhere.unlock


@pytest.mark.parametrize("rule", [SQL, BIG, Rule("away", ("x",), mode=Mode.ONLY_CLOUD)])
def test_no_rule_loosens_local_only_privacy_or_the_policy(rule: Rule) -> None:
    for request, policy in (
        (ask(mode=Mode.ONLY_LOCAL), Policy()),
        (ask(kinds={"SECRET": 1}), Policy()),
        (ask(scan_late=True), Policy()),
        (ask(), Policy(cloud="never")),
    ):
        made = decide(ruled(request, rule), HOME, policy)
        assert made.chosen is None or made.chosen.on_device


def test_a_pin_and_the_other_side_stand_above_rules() -> None:
    assert with_rule(HERE, ask(pin=MINI.id)).chosen == MINI
    assert with_rule(HERE, ask(escalated=True, current=SMALL.id, turns=1)).chosen in {MINI, LARGE}
    assert with_rule(BIG, ask(pin=SMALL.id)).reason == "you asked for it"


def test_cloud_only_stands_above_all_rules_but_those_that_keep_a_message_here() -> None:
    held = ask(mode=Mode.ONLY_CLOUD)
    assert with_rule(replace(HERE, mode=Mode.PREFER_LOCAL), held).chosen in {MINI, LARGE}
    assert with_rule(replace(HERE, mode=None, model=SMALL.id), held).chosen in {MINI, LARGE}
    assert with_rule(HERE, held).chosen in {SMALL, MEDIUM}


def test_auto_exempts_a_message_from_what_comes_below() -> None:
    rules = (Rule("as usual", ("please",), mode=Mode.AUTO), SQL)
    found = matching(rules, Facts("please: SELECT", "sql"))
    assert with_rule(found or SQL) == decide(ask(), HOME, Policy())


def test_a_rule_outweighs_staying_with_the_conversation() -> None:
    made = with_rule(SQL, ask(current=SMALL.id, turns=5, history_tokens=4000))
    assert made.chosen in {MINI, LARGE}


def test_route_says_what_would_happen_without_the_rule() -> None:
    changes = what_if(ruled(ask(), SQL), HOME, Policy())
    without = next(c for c in changes if c.condition == 'without your rule "SQL"')
    assert without.decision.chosen in {SMALL, MEDIUM}


def test_rules_that_can_match_nothing_are_found(tmp_path: Path) -> None:
    rules = (
        Rule("bare"),
        Rule("blank", words=(" ",)),
        Rule("sizes", min_tokens=9, max_tokens=8),
        Rule("place", folder="src"),
        SQL,
        Rule("late", words=("join",), kind="sql", folder=str(tmp_path), min_tokens=1),
        Rule("joins", words=("join", "Left  Join")),
        Rule("subset", words=("left join",), max_tokens=5),
        Rule("more", words=("join", "merge")),
        Rule("long", words=("merge",), min_tokens=500),
        Rule("medium", min_tokens=100, max_tokens=200),
        Rule("narrow", min_tokens=120, max_tokens=180),
        Rule("wide", min_tokens=90),
    )
    found = dict(idle(rules))
    assert [rules[at].name for at in found] == ["bare", "blank", "sizes", "place", "late", "subset", "long", "narrow"]
    assert found[5] == "“SQL” takes every message of it first"
