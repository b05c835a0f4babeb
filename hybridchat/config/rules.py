"""`[[rule]]` of the configuration as the router's rules, and what is wrong with them."""

from __future__ import annotations

import os.path
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from hybridchat.config.errors import Fault, suggestion
from hybridchat.config.schema import Config, RuleSettings
from hybridchat.facts import Mode

if TYPE_CHECKING:
    from hybridchat.routing.preferences import Rule

MODES = tuple(mode.value for mode in Mode)
CLOUD = (Mode.ONLY_CLOUD, Mode.PREFER_CLOUD)
NAMES: Mapping[str, str] = {"sql": "SQL"}
"""Kinds of question that are not written as they are called."""
_LEADS_TO = {
    Mode.ONLY_LOCAL: "this machine only",
    Mode.PREFER_LOCAL: "this machine first",
    Mode.AUTO: "as if there were no rule below",
    Mode.PREFER_CLOUD: "the cloud first",
    Mode.ONLY_CLOUD: "the cloud only",
}


def rules_of(config: Config) -> tuple[Rule, ...]:
    """The rules that are on, in the order of the file. A rule without a name is called by its place there: `rule 2`."""
    return tuple(rule for _, rule in _numbered(config))


def _numbered(config: Config) -> list[tuple[int, Rule]]:
    """Index in the file, and the rule, for each that is on."""
    return [(number, _rule(said, number + 1)) for number, said in enumerate(config.rule) if said.enabled]


def in_words(said: RuleSettings) -> str:
    """`SQL questions of at most 4,000 tokens with “join”: the cloud first`."""
    when = said.when
    kind = "" if when.kind in {None, "other"} else f"{NAMES.get(str(when.kind), when.kind)} "
    parts = [f"{kind}questions"]
    parts += ["of no special kind"] if when.kind == "other" else []
    parts += [_tokens(when.min_tokens, when.max_tokens)] if (when.min_tokens, when.max_tokens) != (None, None) else []
    parts += [f"with {' or '.join(f'“{word}”' for word in when.words)}"] if when.words else []
    parts += [f"in {when.folder}"] if when.folder else []
    leads_to = _LEADS_TO[Mode(said.use)] if said.use in MODES else f"{said.use} first"
    return f"{' '.join(parts)}: {leads_to}"


def _tokens(low: int | None, high: int | None) -> str:
    if low is None:
        return f"of at most {high:,} tokens"
    return f"of at least {low:,} tokens" if high is None else f"of {low:,} to {high:,} tokens"


def _rule(said: RuleSettings, number: int) -> Rule:
    from hybridchat.routing.preferences import Rule  # imported here: 5 ms of patterns before the first paint, and few have rules

    when = said.when
    mode = Mode(said.use) if said.use in MODES else None
    return Rule(
        name=said.name.strip() or f"rule {number}",
        words=tuple(when.words),
        kind=when.kind,
        folder=os.path.expanduser(when.folder),  # noqa: PTH111 - pathlib raises for an unknown user, this leaves it as it is
        min_tokens=when.min_tokens,
        max_tokens=when.max_tokens,
        mode=mode,
        model=None if mode is not None else said.use,
    )


def use_faults(config: Config, known: tuple[str, ...]) -> Iterator[Fault]:
    """Every `use` that is neither a mode nor a model id of one of the `known` endpoints."""
    for number, said in enumerate(config.rule):
        if said.use in MODES:
            continue
        at = ("rule", number, "use")
        endpoint, colon, name = said.use.partition(":")
        if not colon or not name.strip():
            problem = "is neither a mode nor a model id" + suggestion(said.use, MODES)
            yield Fault(at, problem, f"{', '.join(MODES)}, or ENDPOINT:NAME, as in ollama:llama3.2")
        elif endpoint not in known:
            yield Fault(at, "names an endpoint that is not there" + suggestion(endpoint, known), ", ".join(known))


def pointless(config: Config) -> Iterator[Fault]:
    """Rules that are well formed and yet can match nothing, or can never have their way."""
    numbered = _numbered(config)
    if not numbered:
        return
    from hybridchat.routing.preferences import idle  # as above

    for place, reason in idle([rule for _, rule in numbered]):
        number, rule = numbered[place]
        yield Fault(("rule", number), f"{rule.name} can match nothing: {reason}")
    for number, rule in numbered:
        said = config.models.get(rule.model or "")
        if said is not None and said.hidden:
            yield Fault(("rule", number, "use"), f"{rule.name} has no effect: {rule.model} is hidden")
        if rule.mode in CLOUD and config.privacy.cloud == "never":
            yield Fault(("rule", number, "use"), f'{rule.name} has no effect: privacy.cloud is "never"')
