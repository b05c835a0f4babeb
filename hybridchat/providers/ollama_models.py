"""What Ollama tells of its models, read from the raw JSON of /api/tags, /api/show and /api/ps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias, TypeVar

from hybridchat.facts import Live, Locality, Model
from hybridchat.late import late
from hybridchat.providers.base import Running
from hybridchat.providers.ollama_thinking import levels
from hybridchat.providers.wire import entries, entry, host_of, tier_of, whole, word

T = TypeVar("T")
_ById: TypeAlias = tuple[tuple[str, T], ...]
CLOUD = "ollama.com"
_SIZE = re.compile(r"([\d.]+)\s*([KMBT])", re.IGNORECASE)
_BILLIONS = {"K": 1e-6, "M": 1e-3, "B": 1.0, "T": 1e3}
_CLOUD_TAG = re.compile(r":(?:[^:]*-)?cloud$")
_NANOSECONDS = late(r"(\.\d{6})\d+")
_CACHE_BYTES = 2
"""Bytes of one number in the key-value cache: 16 bits unless the server was told to quantise it."""


def elsewhere(remote_host: str | None, name: str = "") -> str | None:
    """The host a model really runs on, when that is not the server asked: as reported, or as its tag says."""
    if remote_host:
        return host_of(remote_host)
    return CLOUD if _CLOUD_TAG.search(name) else None


def installed(raw: Mapping[str, object], shown: Mapping[str, object], *, endpoint: str, host: str, locality: Locality) -> Model:
    """One entry of /api/tags with what /api/show told (empty when it was not asked).

    A model that runs elsewhere carries that host: it is the one to allow, not the server that passes the words on.
    """
    name = word(raw.get("name")) or word(raw.get("model"))
    told = word(raw.get("remote_host")) or word(shown.get("remote_host"))
    away = word(raw.get("remote_model")) or word(shown.get("remote_model"))
    remote = elsewhere(told, name) or (CLOUD if away else None)
    info = entry(shown.get("model_info"))
    window = whole(_of_architecture(info, "context_length"))
    listed = shown.get("capabilities")
    billions = _billions(raw, shown, info)
    return Model(
        id=f"{endpoint}:{name}",
        host=remote or host,
        locality=Locality.REMOTE if remote else locality,
        tier=tier_of(billions),
        window=window or 8192,
        window_assumed=not window,
        capabilities=frozenset(c for c in listed if isinstance(c, str)) if isinstance(listed, list) else frozenset(),
        # of a remote model only a stub lies here
        size_bytes=None if remote else whole(raw.get("size")),
        kv_bytes_per_token=None if remote else _kv_bytes(info),
        parameters=billions,
        think=levels(shown),
    )


def known_live(models: Iterable[Model], running: Iterable[Mapping[str, object]]) -> tuple[tuple[str, Live], ...]:
    """For each model whether /api/ps lists it, and the window it is loaded with. Of remote models nothing is known."""
    loaded = {word(r.get(key)): r for r in running for key in ("name", "model")}
    return tuple(
        (m.id, Live(resident=m.name in loaded, loaded_window=whole(loaded.get(m.name, {}).get("context_length")) or None))
        for m in models
        if m.locality is not Locality.REMOTE
    )


def now_running(models: Iterable[Model], running: Iterable[Mapping[str, object]]) -> tuple[tuple[str, Running], ...]:
    """What /api/ps tells of each model that is in memory."""
    loaded = {word(r.get(key)): r for r in running for key in ("name", "model")}
    return tuple(
        (m.id, Running(whole(told.get("size")), whole(told.get("size_vram")), _moment(word(told.get("expires_at")))))
        for m in models
        if (told := loaded.get(m.name)) is not None
    )


def in_memory(models: Sequence[Model], told: Mapping[str, object] | None) -> tuple[_ById[Live], _ById[Running]]:
    """What the answer of /api/ps says of `models`; nothing where there was none."""
    if told is None:
        return (), ()
    loaded = entries(told.get("models"))
    return known_live(models, loaded), now_running(models, loaded)


def _moment(text: str) -> float | None:
    """Epoch seconds of a moment as Go writes it, to the nanosecond."""
    try:
        return datetime.fromisoformat(_NANOSECONDS.sub(r"\1", text)).timestamp()
    except (ValueError, OverflowError):
        return None


def _of_architecture(info: Mapping[str, object], key: str) -> object:
    return info.get(f"{word(info.get('general.architecture'))}.{key}")


def _billions(raw: Mapping[str, object], shown: Mapping[str, object], info: Mapping[str, object]) -> float | None:
    for source in (raw, shown):
        size = _SIZE.search(word(entry(source.get("details")).get("parameter_size")))
        if size:
            try:
                return float(size[1]) * _BILLIONS[size[2].upper()]
            except ValueError:
                continue
    count = whole(info.get("general.parameter_count"))
    return count / 1e9 if count else None


def _kv_bytes(info: Mapping[str, object]) -> int | None:
    """Bytes the cache takes per token: a key and a value for every layer and key-value head."""
    layers = whole(_of_architecture(info, "block_count"))
    heads = _of_architecture(info, "attention.head_count_kv")
    key, value = (whole(_of_architecture(info, f"attention.{kind}_length")) for kind in ("key", "value"))
    if key is None:
        width, queries = whole(_of_architecture(info, "embedding_length")), whole(_of_architecture(info, "attention.head_count"))
        key = width // queries if width and queries else None
    if not layers or not key:
        return None
    # some models have another number of heads in every layer
    per_layer = [whole(h) or 0 for h in heads] if isinstance(heads, list) else [whole(heads) or 0] * layers
    return sum(per_layer) * (key + (value or key)) * _CACHE_BYTES or None
