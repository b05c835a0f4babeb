"""What the configuration's strategies stand for: the policy of each, and the lines of its gauges."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hybridchat.config import Config
from hybridchat.config.endpoints import Endpoint
from hybridchat.config.schema import given
from hybridchat.facts import Locality
from hybridchat.routing.policy import Policy
from hybridchat.routing.strategies import STRATEGIES

if TYPE_CHECKING:  # the samplers cost 10 ms that one-shot commands can do without
    from hybridchat.config.samplers import Lines


def lines_of(config: Config, places: tuple[Endpoint, ...]) -> dict[str, Lines]:
    """Of every strategy: its name -> the lines between which its gauges are good or bad."""
    from hybridchat.config import samplers  # imported here: one-shot commands take no samples

    found = ((name, named(config, places, name, consent=False)) for name in (*STRATEGIES, *config.strategies))
    return {name: samplers.lines(config, policy) for name, policy in found if policy is not None}


def named(config: Config, places: tuple[Endpoint, ...], name: str, *, consent: bool) -> Policy | None:
    """The policy that the strategy of that name stands for; consents and trust are the configuration's. `None`: there is none."""
    if name not in STRATEGIES and name not in config.strategies:
        return None
    from msgspec.structs import replace as changed  # read already: the configuration is made with it

    return policy_of(changed(config, strategy=name), places, consent=consent)


def policy_of(config: Config, places: tuple[Endpoint, ...], *, consent: bool = False) -> Policy:
    """The policy that the configuration's strategy stands for; `consent`: the cloud needs no asking for this run."""
    own = config.strategies.get(config.strategy)
    base = STRATEGIES[own.base if own is not None else config.strategy]
    if own is not None:
        base = replace(base, **given(own.weights))
    if second_look := config.routing.second_look or (own.second_look if own is not None else None):
        base = replace(base, second_look=second_look)
    if (border := config.routing.hard_from) is not None:
        base = replace(base, difficulty_offer=border, difficulty_cloud=border, difficulty_fixed=True)
    return replace(
        base,
        name=config.strategy,
        # consent lifts the question, not the rule that nothing ever leaves
        cloud="auto" if consent and config.privacy.cloud == "ask" else config.privacy.cloud,
        redact_private=consent,
        trust_lan=frozenset(e.host for e in places if e.locality is Locality.LAN and e.trusted),
    )
