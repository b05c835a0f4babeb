"""`[[rule]]` of the configuration as the router's rules, and what is wrong with them."""

from __future__ import annotations

import os.path
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hybridchat.config.errors import Fault, suggestion
from hybridchat.config.schema import Config, RuleSettings
from hybridchat.facts import Mode

if TYPE_CHECKING:
    from hybridchat.routing.preferences import Rule

MODES = tuple(mode.value for mode in Mode)
CLOUD = (Mode.ONLY_CLOUD, Mode.PREFER_CLOUD)


def rules_of(config: Config) -> tuple[Rule, ...]:
    """The rules in the order of the file. A rule without a name is called by its place: `rule 2`."""
    return tuple(_rule(said, number) for number, said in enumerate(config.rule, 1))


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
    rules = rules_of(config)
    if not rules:
        return
    from hybridchat.routing.preferences import idle  # as above

    for number, reason in idle(rules):
        yield Fault(("rule", number), f"{rules[number].name} can match nothing: {reason}")
    for number, rule in enumerate(rules):
        said = config.models.get(rule.model or "")
        if said is not None and said.hidden:
            yield Fault(("rule", number, "use"), f"{rule.name} has no effect: {rule.model} is hidden")
        if rule.mode in CLOUD and config.privacy.cloud == "never":
            yield Fault(("rule", number, "use"), f'{rule.name} has no effect: privacy.cloud is "never"')
