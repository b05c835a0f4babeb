"""What is known of models before any server is asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from hybridchat.catalogue import models_for, overlay, overlay_all, shipped
from hybridchat.config import Config, load
from hybridchat.config.endpoints import Endpoint, endpoints
from hybridchat.facts import Locality, Model, Price, Usage

CLOUDS = {"OPENAI_API_KEY": "k", "ANTHROPIC_API_KEY": "k"}


def configured(tmp_path: Path, text: str) -> Config:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return load(path, env={})


def at(name: str, config: Config, env: dict[str, str]) -> Endpoint:
    return next(e for e in endpoints(config, env) if e.name == name)


def test_each_cloud_has_two_dated_priced_models_one_of_tier_3() -> None:
    assert set(shipped()) == {"openai", "anthropic"}
    for models in shipped().values():
        assert len(models) == 2
        assert 3 in {m.tier for m in models.values()}
        for said in models.values():
            assert said.window is not None
            assert said.price is not None
            assert said.price.as_of is not None
            assert date(2026, 1, 1) < said.price.as_of
            assert 0 < said.price.input < said.price.output


def test_the_catalogue_s_names_are_those_the_sdks_list() -> None:
    openai = pytest.importorskip("openai.types.shared.chat_model")
    anthropic = pytest.importorskip("anthropic.types.model")
    names = next(get_args(a) for a in get_args(anthropic.Model) if get_args(a))
    assert set(shipped()["openai"]) <= set(get_args(openai.ChatModel))
    assert set(shipped()["anthropic"]) <= set(names)


def test_catalogue_models_arrive_whole() -> None:
    (cheap, _) = models_for(at("openai", Config(), CLOUDS), Config())
    assert cheap.id == "openai:gpt-6.1-terra"
    assert (cheap.host, cheap.locality, cheap.tier, cheap.window_assumed) == ("api.openai.com", Locality.REMOTE, 3, False)
    assert cheap.price is not None
    assert cheap.price.cost(Usage(1_000_000, 1_000_000)) == 6.0


def test_at_another_address_the_list_price_does_not_hold() -> None:
    env = CLOUDS | {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}
    models = models_for(at("openai", Config(), env), Config())
    assert [m.name for m in models] == list(shipped()["openai"])
    assert all(m.price is None and m.host == "127.0.0.1:9" for m in models)


def test_a_configured_endpoint_offers_what_the_file_names(tmp_path: Path) -> None:
    text = "[endpoints.box]\nkind='openai'\nbase_url='http://box:1/v1'\n[models.'box:qwen:7b']\n[models.'box:b']\ntier=1\nwindow=4096\n"
    config = configured(tmp_path, text + "price={input=1,output=2}\n[models.'box:c']\nhidden=true")
    first, second = models_for(at("box", config, {}), config)
    assert (first.id, first.name, first.window, first.window_assumed, first.price) == ("box:qwen:7b", "qwen:7b", 8192, True, None)
    assert (second.tier, second.window, second.window_assumed, second.price) == (1, 4096, False, Price(1, 2))


def test_what_the_file_says_beats_the_catalogue(tmp_path: Path) -> None:
    text = (
        "[models.'openai:gpt-6.1-sol']\nhidden=true\n[models.'openai:gpt-6.1-terra']\nwindow=922000\nprice={input=2,output=7.5}"
    )
    config = configured(tmp_path, text)
    (only,) = models_for(at("openai", config, CLOUDS), config)
    assert (only.name, only.window, only.price, only.tier) == ("gpt-6.1-terra", 922_000, Price(2, 7.5), 3)


def test_a_discovered_model_takes_what_the_file_says_and_keeps_the_rest(tmp_path: Path) -> None:
    config = configured(tmp_path, "[models.'ollama:phi']\ntier=1\ncapabilities=['vision']\n[models.'ollama:x']\nhidden=true")
    phi = Model("ollama:phi", "127.0.0.1:11434", Locality.ON_DEVICE, window=16384, window_assumed=False, size_bytes=7)
    assert overlay(config, phi) == replace(phi, tier=1, capabilities=frozenset({"vision"}))
    assert overlay(Config(), phi) == phi
    assert overlay_all(config, [phi, replace(phi, id="ollama:x")]) == (overlay(config, phi),)


def test_ollama_offers_only_what_it_has(tmp_path: Path) -> None:
    config = configured(tmp_path, "[models.'ollama:phi']\ntier=1")
    assert models_for(at("ollama", config, {}), config) == ()
