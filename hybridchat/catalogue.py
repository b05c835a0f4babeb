"""What is known of models without asking a server: the shipped catalogue, and what the configuration says of them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from hybridchat.config.endpoints import Endpoint
from hybridchat.config.schema import Config, ModelSettings, PriceSettings
from hybridchat.facts import Locality, Model, Price

ASSUMED_WINDOW = 8192
"""Tokens, where neither server nor catalogue nor configuration says; shown as assumed."""


@cache
def shipped() -> Mapping[str, Mapping[str, ModelSettings]]:
    """The catalogue: kind of endpoint -> model name -> what is known. Read once from `catalogue.toml` beside this file."""
    data = tomllib.loads(Path(__file__).with_name("catalogue.toml").read_text("utf-8"))
    return msgspec.convert(data, dict[str, dict[str, ModelSettings]])


def models_for(endpoint: Endpoint, config: Config) -> tuple[Model, ...]:
    """The models to offer at `endpoint` before anybody asks it: the catalogue's for an official cloud, then the configured.

    A list price is the provider's own, so at another address (a gateway, a demo) the catalogue's models are unpriced.
    Hidden models are left out.
    """
    known: dict[str, Model] = {}
    if not endpoint.own_base or endpoint.name == endpoint.kind:
        for name, said in shipped().get(endpoint.kind, {}).items():
            model = _described(_blank(f"{endpoint.name}:{name}", endpoint), said)
            known[model.id] = replace(model, price=None) if endpoint.own_base else model
    for model_id in config.models:
        if model_id.partition(":")[0] == endpoint.name and endpoint.kind != "ollama":
            known.setdefault(model_id, _blank(model_id, endpoint))
    return overlay_all(config, known.values())


def overlay(config: Config, model: Model) -> Model:
    """`model`, discovered or from the catalogue, with what the configuration says of it laid over."""
    said = config.models.get(model.id)
    return model if said is None else _described(model, said)


def overlay_all(config: Config, models: Iterable[Model]) -> tuple[Model, ...]:
    """`overlay` for each, without the models the configuration hides."""
    hidden = {model_id for model_id, said in config.models.items() if said.hidden}
    return tuple(overlay(config, m) for m in models if m.id not in hidden)


def _blank(model_id: str, endpoint: Endpoint) -> Model:
    tier = 3 if endpoint.locality is Locality.REMOTE else 2
    return Model(id=model_id, host=endpoint.host, locality=endpoint.locality, tier=tier, window=ASSUMED_WINDOW)


def _described(model: Model, said: ModelSettings) -> Model:
    changes: dict[str, Any] = {}
    if said.tier is not None:
        changes["tier"] = said.tier
    if said.window is not None:
        changes |= {"window": said.window, "window_assumed": False}
    if said.max_output is not None:
        changes["max_output"] = said.max_output
    if said.capabilities is not None:
        changes["capabilities"] = frozenset(said.capabilities)
    if said.price is not None:
        changes["price"] = _price(said.price)
    return replace(model, **changes)


def _price(said: PriceSettings) -> Price:
    return Price(said.input, said.output, said.cache_read, said.cache_write, said.as_of)
