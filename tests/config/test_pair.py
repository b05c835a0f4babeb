"""The pair a conversation starts with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hybridchat.config import Config, load
from hybridchat.config.pair import starting_pair
from hybridchat.facts import Live, Locality, Model, Price

GB = 10**9
SMALL = Model("ollama:small", "127.0.0.1:11434", Locality.ON_DEVICE, size_bytes=2 * GB)
BIG = Model("ollama:big", "127.0.0.1:11434", Locality.ON_DEVICE, size_bytes=8 * GB)
EMBEDDER = Model("ollama:nomic-embed-text", "127.0.0.1:11434", Locality.ON_DEVICE, size_bytes=GB)
VECTORS = Model("ollama:v", "127.0.0.1:11434", Locality.ON_DEVICE, size_bytes=GB, capabilities=frozenset({"embedding"}))
AWAY = Model("ollama:huge-cloud", "127.0.0.1:11434", Locality.REMOTE, tier=3, price=Price(0, 0))
BOX = Model("box:qwen", "box:1", Locality.LAN, size_bytes=50 * GB)
CHEAP = Model("anthropic:h", "api.anthropic.com", Locality.REMOTE, tier=3, price=Price(0.1, 0.5))
DEAR = Model("openai:t", "api.openai.com", Locality.REMOTE, tier=3, price=Price(1, 5))
UNPRICED = Model("openai:u", "api.openai.com", Locality.REMOTE, tier=3)
ABLE = Model("openai:s", "api.openai.com", Locality.REMOTE, tier=4, price=Price(0.01, 0.02))
RESIDENT = Live(resident=True)


def configured(tmp_path: Path, text: str) -> Config:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return load(path, env={})


@pytest.mark.parametrize(
    ("models", "live", "last", "free", "local"),
    [
        pytest.param([SMALL, BIG], {}, (), 10 * GB, BIG, id="the largest that fits"),
        pytest.param([SMALL, BIG], {}, (), 8 * GB, SMALL, id="a tenth is kept for buffers"),
        pytest.param(
            [replace(SMALL, kv_bytes_per_token=10**6), replace(BIG, size_bytes=3 * GB)],
            {},
            (),
            5 * GB,
            replace(BIG, size_bytes=3 * GB),
            id="the cache counts",
        ),
        pytest.param([SMALL, BIG], {}, (), GB, SMALL, id="the smallest when none fits"),
        pytest.param([SMALL, BIG], {}, (), None, SMALL, id="the smallest when memory is unknown"),
        pytest.param([SMALL, BIG], {SMALL.id: RESIDENT}, (BIG.id,), 10 * GB, SMALL, id="resident before last used"),
        pytest.param([SMALL, BIG], {SMALL.id: RESIDENT, BIG.id: RESIDENT}, (), GB, BIG, id="the larger of two resident"),
        pytest.param(
            [SMALL, BIG],
            {SMALL.id: RESIDENT, BIG.id: RESIDENT},
            (SMALL.id, BIG.id),
            GB,
            SMALL,
            id="the later used of two resident",
        ),
        pytest.param([SMALL, BIG], {BIG.id: Live(resident=None)}, (), GB, SMALL, id="unknown residency is none"),
        pytest.param([SMALL, BIG], {}, ("openai:t", SMALL.id, BIG.id), 10 * GB, SMALL, id="last used before size"),
        pytest.param([SMALL, BIG], {}, SMALL.id, 10 * GB, SMALL, id="one last used"),
        pytest.param([SMALL, BIG], {}, None, 10 * GB, BIG, id="nothing used yet"),
        pytest.param(
            [EMBEDDER, VECTORS],
            {EMBEDDER.id: RESIDENT, VECTORS.id: RESIDENT},
            (EMBEDDER.id,),
            9 * GB,
            None,
            id="never an embedder",
        ),
        pytest.param([AWAY], {AWAY.id: RESIDENT}, (AWAY.id,), 9 * GB, None, id="never a model that runs elsewhere"),
        pytest.param([BOX], {}, (), 99 * GB, None, id="a LAN host is not this machine"),
        pytest.param(
            [replace(SMALL, size_bytes=None)],
            {},
            (),
            GB,
            replace(SMALL, size_bytes=None),
            id="an unknown size is better than none",
        ),
        pytest.param([], {}, (), GB, None, id="nothing there"),
    ],
)
def test_the_local_one(
    models: list[Model], live: dict[str, Live], last: tuple[str, ...] | str | None, free: int | None, local: Model | None
) -> None:
    assert starting_pair(models, live, Config(), last, free).local == local


@pytest.mark.parametrize(
    ("models", "cloud"),
    [
        ([DEAR, CHEAP, UNPRICED, ABLE], CHEAP),
        ([DEAR, UNPRICED], DEAR),
        ([UNPRICED], UNPRICED),
        ([ABLE, UNPRICED], UNPRICED),
        ([ABLE], ABLE),
        ([AWAY, ABLE], ABLE),
        ([AWAY], None),
        ([SMALL, BOX], None),
    ],
)
def test_the_cloud_one_is_the_cheapest_of_tier_3(models: list[Model], cloud: Model | None) -> None:
    assert starting_pair(models, {}, Config()).cloud == cloud


def test_what_is_configured_goes_before_everything(tmp_path: Path) -> None:
    config = configured(tmp_path, "[pair]\nlocal = 'ollama:big'\ncloud = 'openai:s'")
    pair = starting_pair([SMALL, BIG, CHEAP, ABLE], {SMALL.id: RESIDENT}, config, (SMALL.id,), GB)
    assert (pair.local, pair.cloud, pair.missing) == (BIG, ABLE, ())


def test_a_configured_model_that_is_not_there_is_told(tmp_path: Path) -> None:
    config = configured(tmp_path, "[pair]\nlocal = 'ollama:gone'\ncloud = 'openai:gone'")
    pair = starting_pair([SMALL, CHEAP], {}, config)
    assert (pair.local, pair.cloud, pair.missing) == (SMALL, CHEAP, ("ollama:gone", "openai:gone"))


def test_a_remote_model_configured_as_the_local_one_stays_remote(tmp_path: Path) -> None:
    pair = starting_pair([SMALL, AWAY], {}, configured(tmp_path, f"[pair]\nlocal = '{AWAY.id}'"))
    assert (pair.local, pair.missing) == (SMALL, (AWAY.id,))


def test_a_trusted_lan_host_counts_as_local_after_this_device(tmp_path: Path) -> None:
    config = configured(tmp_path, "[endpoints.box]\nkind='openai'\nbase_url='http://box:1/v1'\nlocality='lan'\ntrusted=true")
    assert starting_pair([BOX], {}, config, (), GB).local == BOX
    assert starting_pair([BOX, SMALL], {}, config, (), GB).local == SMALL
    assert starting_pair([BOX, SMALL], {}, config, (BOX.id,), GB).local == BOX


def test_hidden_models_and_a_forbidden_cloud_are_left_out(tmp_path: Path) -> None:
    config = configured(tmp_path, "[privacy]\ncloud = 'never'\n[models.'ollama:big']\nhidden = true")
    pair = starting_pair([SMALL, BIG, CHEAP], {BIG.id: RESIDENT}, config, (), 99 * GB)
    assert (pair.local, pair.cloud) == (SMALL, None)
