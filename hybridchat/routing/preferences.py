"""The user's own rules: the first one that fits a message says where it goes, or which model answers.

The text is looked at here, before the decision: `decide()` sees only which rule fits. A pin, "the other side" and LOCAL ONLY
stand above every rule, and so does CLOUD ONLY unless the rule keeps the message here: a rule may tighten, never loosen. What
is private stays private, and a host that was not allowed is still asked about first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import PurePath

from hybridchat.facts import Mode, Request
from hybridchat.routing.kinds import Kind
from hybridchat.value import value


@value
class Rule:
    """One `[[rule]]`: every condition that is given must hold. `mode` or `model` says what it leads to.

    `words`: one of them occurs, as a whole word or phrase, in any case. `folder`: the program was started there or below.
    Tokens are those of the message alone, estimated.
    """

    name: str
    words: tuple[str, ...] = ()
    kind: Kind | None = None
    folder: str = ""
    min_tokens: int | None = None
    max_tokens: int | None = None
    mode: Mode | None = None
    model: str | None = None

    @property
    def conditional(self) -> bool:
        return bool(self.words or self.kind or self.folder) or self.min_tokens is not None or self.max_tokens is not None


@value
class Facts:
    """What rules may look at."""

    text: str
    kind: Kind = "other"
    folder: str = ""
    tokens: int = 0


def matching(rules: Sequence[Rule], facts: Facts) -> Rule | None:
    """The first rule whose conditions all hold; one without a condition never does."""
    return next((rule for rule in rules if rule.conditional and _holds(rule, facts)), None)


def _holds(rule: Rule, facts: Facts) -> bool:
    if rule.kind is not None and rule.kind != facts.kind:
        return False
    if rule.min_tokens is not None and facts.tokens < rule.min_tokens:
        return False
    if rule.max_tokens is not None and facts.tokens > rule.max_tokens:
        return False
    if rule.folder and not _within(facts.folder, rule.folder):
        return False
    return not rule.words or _pattern(rule.words).search(facts.text) is not None


def _within(folder: str, above: str) -> bool:
    return bool(folder) and PurePath(folder).is_relative_to(PurePath(above))


@lru_cache(maxsize=128)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    # runs of blanks in a phrase match any; an empty word would match everywhere
    phrases = [r"\s+".join(map(re.escape, word.split())) for word in words if word.strip()]
    return re.compile(rf"(?<!\w)(?:{'|'.join(phrases)})(?!\w)" if phrases else r"(?!)", re.IGNORECASE)


def ruled(request: Request, rule: Rule | None) -> Request:
    """`request` with the rule that fits its message, as plain values."""
    return request if rule is None else replace(request, rule_name=rule.name, rule_mode=rule.mode, rule_model=rule.model)


def in_force(request: Request) -> Request:
    """The request as the decision takes it: the rule's mode in place of the held one, or no rule where something stands above.

    Of a request in force `rule_name` is not empty exactly when a rule has a say.
    """
    if not request.rule_name:
        return request
    held, wanted = request.mode, request.rule_mode
    above = request.pin is not None or request.escalated or held is Mode.ONLY_LOCAL
    if above or (held is Mode.ONLY_CLOUD and wanted is not Mode.ONLY_LOCAL):
        return replace(request, rule_name="", rule_mode=None, rule_model=None)
    return request if wanted is None else replace(request, mode=wanted)


def idle(rules: Sequence[Rule]) -> Iterator[tuple[int, str]]:
    """Index and reason for each rule that can match nothing, whatever the message."""
    for at, rule in enumerate(rules):
        if reason := _contradiction(rule):
            yield at, reason
            continue
        for earlier in rules[:at]:
            if not _contradiction(earlier) and _covers(earlier, rule):
                yield at, f"“{earlier.name}” takes every message of it first"
                break


def _contradiction(rule: Rule) -> str:
    if not rule.conditional:
        return "it has no condition; for every message set mode or strategy instead"
    if rule.words and not any(word.strip() for word in rule.words):
        return "its words are empty"
    low, high = rule.min_tokens, rule.max_tokens
    if low is not None and high is not None and low > high:
        return f"min_tokens ({low:,}) is more than max_tokens ({high:,})"
    if rule.folder and not PurePath(rule.folder).is_absolute():
        return f"{rule.folder} is not a whole path; begin with / or ~"
    return ""


def _covers(earlier: Rule, later: Rule) -> bool:
    """Whether every message that `later` fits is one that `earlier` fits."""
    if earlier.words and not (later.words and set(map(_same, later.words)) <= set(map(_same, earlier.words))):
        return False
    if earlier.kind is not None and earlier.kind != later.kind:
        return False
    if earlier.folder and not _within(later.folder, earlier.folder):
        return False
    if earlier.min_tokens is not None and (later.min_tokens is None or later.min_tokens < earlier.min_tokens):
        return False
    return earlier.max_tokens is None or (later.max_tokens is not None and later.max_tokens <= earlier.max_tokens)


def _same(word: str) -> str:
    return " ".join(word.casefold().split())
