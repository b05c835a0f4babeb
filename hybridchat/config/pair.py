"""The two models a conversation starts with: one on this machine, at most one in the cloud. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hybridchat.config.schema import Config
from hybridchat.facts import Live, Locality, Model
from hybridchat.value import value

_EMBEDDERS = ("embed", "bge-", "minilm", "e5-", "gte-")
"""Parts of names of models that only embed; used where the server says nothing of capabilities."""

_FIRST_WINDOW = 4096
"""Tokens of context counted in when asking whether a model fits: what Ollama loads by default on a small machine."""


@value
class Pair:
    """`missing`: ids the configuration names that are not there, or not on the side they are named for; to be told."""

    local: Model | None = None
    cloud: Model | None = None
    missing: tuple[str, ...] = ()


def starting_pair(
    models: Iterable[Model],
    live: Mapping[str, Live],
    config: Config,
    last_used: str | Iterable[str] | None = (),
    device_memory_free: int | None = None,
) -> Pair:
    """Local: the configured one, else resident, else last used, else the largest that fits `device_memory_free` bytes.

    Never an embedder, never a model that runs elsewhere though a local server offers it. With unknown memory the smallest.
    Cloud: the configured one, else the cheapest of tier 3. `models` are those of endpoints that can be used (for a cloud:
    there is a key); `last_used` is a model id, or several, the latest first.
    """
    used = (last_used,) if isinstance(last_used, str) else tuple(last_used or ())
    usable = [m for m in models if not embeds(m) and not _hidden(m, config)]
    near = [m for m in usable if _local(m, config)]
    far = [m for m in usable if not _local(m, config)]
    local = _configured(near, config.pair.local) or _near(near, live, used, device_memory_free)
    cloud = _configured(far, config.pair.cloud) or _far(far, config)
    sides = ((config.pair.local, near), (config.pair.cloud, far))
    missing = tuple(wanted for wanted, some in sides if wanted is not None and _configured(some, wanted) is None)
    return Pair(local, None if config.privacy.cloud == "never" else cloud, missing)


def embeds(model: Model) -> bool:
    """Whether `model` makes vectors, not answers."""
    if model.capabilities:
        return "embedding" in model.capabilities and "completion" not in model.capabilities
    return any(part in model.name.lower() for part in _EMBEDDERS)


def _configured(models: list[Model], wanted: str | None) -> Model | None:
    """The model of that id; Ollama lists one that was pulled without a tag as `:latest`."""
    return next((m for m in models if wanted is not None and m.id in {wanted, f"{wanted}:latest"}), None)


def _hidden(model: Model, config: Config) -> bool:
    said = config.models.get(model.id)
    return said is not None and said.hidden


def _local(model: Model, config: Config) -> bool:
    if model.locality is Locality.LAN:
        said = config.endpoints.get(model.endpoint)
        return said is not None and said.trusted
    return model.on_device


def _near(near: list[Model], live: Mapping[str, Live], last_used: tuple[str, ...], free: int | None) -> Model | None:
    # a LAN host's memory is not ours to know: its models come after those of this device
    device = [m for m in near if m.on_device]
    order = {model_id: -n for n, model_id in enumerate(last_used, 1)}
    resident = [m for m in device if m.id in live and live[m.id].resident]
    for some in (resident, [m for m in near if m.id in order]):
        if some:
            return max(some, key=lambda m: (order.get(m.id, -len(order) - 1), m.size_bytes or 0, m.id))
    sized = sorted((m for m in device if m.size_bytes), key=lambda m: (m.size_bytes or 0, m.id))
    fitting = [m for m in sized if free is not None and _needs(m) <= free]
    return next(iter([*fitting[-1:], *sized[:1], *device, *near]), None)


def _needs(model: Model) -> int:
    """Bytes in memory: weights, the cache of a first window, a tenth for buffers."""
    cache = _FIRST_WINDOW * (model.kv_bytes_per_token or 0)
    return ((model.size_bytes or 0) + cache) * 11 // 10


def _far(far: list[Model], config: Config) -> Model | None:
    """Cheapest by three tokens read for one written, unpriced last; tier 3 before 4 before the rest."""
    ollama = {name for name, said in config.endpoints.items() if said.kind == "ollama"} | {"ollama"}
    clouds = [m for m in far if m.locality is Locality.REMOTE and m.endpoint not in ollama]

    def rank(model: Model) -> tuple[int, float, str]:
        cost = float("inf") if model.price is None else 3 * model.price.input + model.price.output
        return {3: 0, 4: 1}.get(model.tier, 2), cost, model.id

    return min(clouds, key=rank, default=None)
