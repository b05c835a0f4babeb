"""What every table of `config.toml` is, and those that say how a model is chosen: rules of one's own, borders, strategies."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

STRATEGIES = ("local-first", "cost", "quality", "offline-first", "performance", "oblix-perf", "oblix-cost")
"""Strategies that ship with the program."""

Share = Annotated[float, Meta(ge=0, le=1)]


class Table(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A TOML table whose keys are all known."""


def given(table: Table) -> dict[str, Any]:
    """The keys of `table` that say something: those that are not `None`. For laying settings over a strategy's own."""
    return {name: value for name in table.__struct_fields__ if (value := getattr(table, name)) is not None}


class Routing(Table, frozen=True, kw_only=True):
    """When a message counts as hard; `hybridchat route calibrate` sets it."""

    hard_from: Annotated[
        Share | None,
        Meta(
            description="Difficulty from which a local answer comes with an offer, or auto goes to the cloud. Unset: by strategy "
            "and size of the local model.",
            examples=[0.45],
        ),
    ] = None
    second_look: Annotated[
        Literal["off", "offer", "auto"] | None,
        Meta(
            description="When a local answer is doubtful: say nothing, offer the other side, or ask it at once where that was "
            "allowed. Unset: by strategy.",
            examples=["auto"],
        ),
    ] = None


class RuleConditions(Table, frozen=True, kw_only=True):
    """All that are given must hold."""

    words: Annotated[
        list[str],
        Meta(description="One of these words or phrases occurs in the message.", examples=[["query plan", "left join"]]),
    ] = []
    kind: Annotated[
        Literal["code", "sql", "math", "translation", "writing", "other"] | None,
        Meta(description="What the message asks for, as far as can be told from its words.", examples=["sql"]),
    ] = None
    folder: Annotated[
        str, Meta(description="The program was started in this folder or below it; a whole path, or one from ~.")
    ] = ""
    min_tokens: Annotated[
        Annotated[int, Meta(ge=0, le=100_000_000)] | None,
        Meta(description="The message has at least this many tokens, estimated.", examples=[1]),
    ] = None
    max_tokens: Annotated[
        Annotated[int, Meta(ge=0, le=100_000_000)] | None,
        Meta(description="The message has at most this many tokens, estimated.", examples=[4000]),
    ] = None


class RuleSettings(Table, frozen=True, kw_only=True):
    """A rule of one's own: `[[rule]]`, as often as wanted."""

    name: Annotated[str, Meta(max_length=80, description="What it is called where it settled something; else by its place.")] = ""
    use: Annotated[
        str,
        Meta(
            description="Where messages it fits go: a mode, or the id of the model that answers if it can.",
            examples=["prefer_cloud"],
        ),
    ]
    enabled: Annotated[bool, Meta(description="false: as if it were not there.")] = True
    when: RuleConditions = RuleConditions()


class Weights(Table, frozen=True, kw_only=True):
    """How much each part of a model's score counts; what is not set comes from the strategy's base."""

    quality: Annotated[
        Share | None, Meta(description="Weight of ability, set against what the message needs.", examples=[0.4])
    ] = None
    cost: Annotated[Share | None, Meta(description="Weight of a low price.", examples=[0.15])] = None
    speed: Annotated[Share | None, Meta(description="Weight of a quick answer.", examples=[0.15])] = None
    locality: Annotated[Share | None, Meta(description="Weight of staying near.", examples=[0.3])] = None


class StrategySettings(Table, frozen=True, kw_only=True):
    """A strategy of one's own: `[strategies.NAME]`."""

    base: Annotated[str, Meta(description="Shipped strategy it starts from: " + ", ".join(STRATEGIES) + ".")] = "local-first"
    second_look: Annotated[
        Literal["off", "offer", "auto"] | None,
        Meta(description="What follows a doubtful local answer; routing.second_look goes before it.", examples=["off"]),
    ] = None
    weights: Weights = Weights()
