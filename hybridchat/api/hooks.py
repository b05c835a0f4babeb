"""Models as a program names them, turned into the configuration that the rest of the program understands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from msgspec.structs import replace

from hybridchat.api.errors import HookError
from hybridchat.catalogue import ASSUMED_WINDOW, shipped
from hybridchat.config import Config
from hybridchat.config.address import Address, is_loopback, objection, parse_ollama_host, parse_url
from hybridchat.config.endpoints import KEY_VARIABLES, OWN_URLS, URL_VARIABLES
from hybridchat.config.schema import KINDS, EndpointSettings, Kind, ModelSettings, PairSettings, PriceSettings
from hybridchat.facts import Locality, Model, Price
from hybridchat.keys import Secret
from hybridchat.providers.wire import tier_of


class ModelType(StrEnum):
    """Who serves a model; the value is the prefix of its id."""

    OLLAMA = "ollama"
    OPENAI = "openai"
    CLAUDE = "claude"
    OPENAI_COMPATIBLE = "openai_compatible"


PROTOCOLS: Mapping[ModelType, Kind] = {
    ModelType.OLLAMA: "ollama",
    ModelType.OPENAI: "openai",
    ModelType.CLAUDE: "anthropic",
    ModelType.OPENAI_COMPATIBLE: "openai",
}
ALIASES = {"anthropic": "claude"}
LATEST = ":latest"

_SIZE = re.compile(r"(\d+(?:\.\d+)?)b(?![a-z])")
_TIERS: tuple[tuple[str, int], ...] = (
    (r"phi|phi-?2|tinyllama|smollm.*|orca-mini|moondream", 1),
    (r"llama2|llama3|llama3\.1|mistral|phi-?[34]|gemma|gemma2|gemma3|qwen2\.5|qwen3|vicuna|zephyr|codellama", 2),
    (r"mixtral|command-r.*", 3),
    (r".*(gpt-3\.5|mini|nano|haiku|instant|lite|flash).*", 3),
    (r".*(gpt-[4-9]|opus|sonnet|o[1-9]($|-)).*", 4),
)
"""Ability of well-known names that no server tells a size of; chosen by us after the documents' four tiers."""


@dataclass(frozen=True, slots=True)
class Hook:
    """One hooked model. `id` is the program's name for it: prefix as hooked, and name."""

    id: str
    prefix: str
    name: str
    kind: Kind
    address: Address
    locality: Locality
    trusted: bool
    key: Secret | None
    tier: int | None
    window: int | None
    price: Price | None

    @property
    def place(self) -> tuple[object, ...]:
        """What makes two hooks share one client."""
        return self.prefix, self.kind, self.address.url, self.locality, self.trusted, self.key


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a program said of a model beyond type and name; see `HybridClient.hook_model`."""

    endpoint: str | None = None
    api_key: str | None = None
    tier: int | None = None
    window: int | None = None
    price: Price | tuple[float, float] | None = None
    locality: Locality | str | None = None
    trusted: bool = False


def hook(model_type: ModelType | str, name: str, wanted: Wanted, env: Mapping[str, str]) -> Hook:
    """Checks what a program said of a model. Raises `HookError`."""
    type_ = _type(model_type)
    kind = PROTOCOLS[type_]
    if not isinstance(name, str) or not name.strip():
        raise HookError("model_name is empty; give the name the server knows it by, as in llama3.2 or gpt-4")
    name = name.strip()
    address = _address(type_, kind, wanted.endpoint, env)
    where = _locality(kind, address, wanted.locality)
    if wanted.trusted and where is not Locality.LAN:
        raise HookError('trusted=True means something only with locality="lan": a machine of your own network')
    if wanted.tier not in (None, 1, 2, 3, 4):
        raise HookError(f"tier is {wanted.tier!r}; allowed: 1 (small) to 4 (best)")
    if wanted.window is not None and wanted.window < 256:
        raise HookError(f"window is {wanted.window!r}; give tokens, 256 at least")
    return Hook(
        id=f"{type_.value}:{name}",
        prefix=type_.value,
        name=name,
        kind=kind,
        address=address,
        locality=where,
        trusted=wanted.trusted,
        key=_key(type_, name, address, wanted.api_key, env),
        tier=wanted.tier,
        window=wanted.window,
        price=_price(wanted.price),
    )


def _type(model_type: ModelType | str) -> ModelType:
    try:
        return ModelType(ALIASES.get(str(model_type).lower(), str(model_type).lower()))
    except ValueError:
        raise HookError(f"there is no model type {model_type!r}; allowed: {', '.join(ModelType)}") from None


def _address(model_type: ModelType, kind: Kind, endpoint: str | None, env: Mapping[str, str]) -> Address:
    """What the program says, else the variable that the official client reads, else the provider's own address."""
    if endpoint is None and model_type is ModelType.OPENAI_COMPATIBLE:
        raise HookError('an OpenAI-compatible server needs its address: endpoint="http://localhost:8000/v1"')
    text = endpoint if endpoint is not None else env.get(URL_VARIABLES[kind], "").strip() or OWN_URLS[kind]
    try:
        return parse_ollama_host(text) if kind == "ollama" else parse_url(text.strip("\"'"))
    except ValueError as problem:
        said = "endpoint" if endpoint is not None else f"environment variable {URL_VARIABLES[kind]}"
        raise HookError(f"{said} {problem}; give a URL as in {OWN_URLS[kind]}") from None


def _locality(kind: Kind, address: Address, said: Locality | str | None) -> Locality:
    if said is None:
        return Locality.ON_DEVICE if kind == "ollama" and is_loopback(address.name) else Locality.REMOTE
    try:
        where = Locality(said)
    except ValueError:
        raise HookError(f"locality is {said!r}; allowed: {', '.join(Locality)}") from None
    if problem := objection(address.name, where):
        raise HookError(f"locality cannot be {where}: {problem}")
    return where


def _key(model_type: ModelType, name: str, address: Address, api_key: str | None, env: Mapping[str, str]) -> Secret | None:
    kind = PROTOCOLS[model_type]
    variable = KEY_VARIABLES.get(kind, "")
    # the variable's key is for the provider; another server has no business with it
    text = api_key or ("" if model_type is ModelType.OPENAI_COMPATIBLE else env.get(variable, ""))
    text = text.strip()
    if not text:
        if kind != "ollama" and address.url == OWN_URLS[kind]:
            raise HookError(f"{name} needs a key: pass api_key=..., or set {variable}")
        return None
    if not text.isascii() or not text.isprintable() or " " in text:
        raise HookError("api_key holds characters that no key has (spaces or non-ASCII)")
    return Secret(text)


def _price(said: Price | tuple[float, float] | None) -> Price | None:
    price = Price(*said) if isinstance(said, tuple) else said
    if price is not None and min(price.input, price.output, price.cache_read or 0.0, price.cache_write or 0.0) < 0:
        raise HookError("a price is US dollars per million tokens, from 0 on")
    return price


def known_tier(kind: Kind, name: str) -> int | None:
    """Ability by size in the name, else by a small table; `None` leaves it to the catalogue and to what the server says."""
    if name in shipped().get(kind, {}):
        return None
    if size := _SIZE.search(name.lower()):
        return tier_of(float(size[1]))
    base = name.lower().rpartition("/")[2].partition(":")[0]
    return next((tier for pattern, tier in _TIERS if re.fullmatch(pattern, base)), None)


@dataclass(frozen=True, slots=True)
class Plan:
    """What `assemble` needs to know of the hooked models, and how their ids there and the program's belong together."""

    config: Config
    env: Mapping[str, str]
    models: tuple[Model, ...]
    inner: Mapping[str, str]
    """The program's id -> the id inside, without a tag."""
    hosts: tuple[str, ...]
    """Hosts off this device: hooking a model is consent to ask them."""

    def active(self, listed: Iterable[str]) -> dict[str, str]:
        """The program's id -> the id inside, as the servers list it now: Ollama adds `:latest` to a name without a tag."""
        known = set(listed)
        return {said: f"{own}{LATEST}" if f"{own}{LATEST}" in known else own for said, own in self.inner.items()}


def plan(hooks: Sequence[Hook], config: Config, env: Mapping[str, str]) -> Plan:
    """The user's configuration with the hooked models' servers in place of its own."""
    places: dict[tuple[object, ...], str] = {}
    own: dict[str, EndpointSettings] = {kind: EndpointSettings(enabled=False) for kind in KINDS}
    variables = {*URL_VARIABLES.values(), *KEY_VARIABLES.values()}
    surroundings = {name: value for name, value in env.items() if name not in variables}
    models = dict(config.models)
    phantoms: list[Model] = []
    inner: dict[str, str] = {}
    for one in hooks:
        name = places.get(one.place)
        if name is None:
            name = places[one.place] = one.prefix if one.prefix not in places.values() else f"{one.prefix}-{len(places) + 1}"
            own[name] = _endpoint(one, name, surroundings)
        inner[one.id] = model_id = f"{name}:{one.name}"
        # the user may have said something of the model under its usual name
        said = models.get(model_id) or config.models.get(f"{one.kind}:{one.name}") or ModelSettings()
        settings = models[model_id] = _settings(one, said)
        if one.kind == "ollama":
            models[model_id + LATEST] = settings
            phantoms.append(_phantom(one, model_id, settings))
    far = _far(hooks)
    return Plan(
        config=replace(
            config,
            routing=replace(config.routing, second_look=_second_look(config, far)),
            endpoints=own,
            models=models,
            pair=PairSettings(),
            # hooking a model is consent; that nothing ever leaves is a promise
            privacy=replace(config.privacy, cloud="never" if config.privacy.cloud == "never" else "auto"),
        ),
        env=surroundings,
        models=tuple(phantoms),
        inner=inner,
        hosts=() if config.privacy.cloud == "never" else far,
    )


def _second_look(config: Config, far: Sequence[str]) -> Literal["off", "offer", "auto"] | None:
    """What the configuration says; else `auto` where a cloud is hooked: a program cannot press a key, and gave its consent."""
    own = config.strategies.get(config.strategy)
    said = config.routing.second_look or (own.second_look if own is not None else None)
    return said or ("auto" if far else None)


def _far(hooks: Sequence[Hook]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.address.host for one in hooks if one.locality is not Locality.ON_DEVICE))


def _endpoint(one: Hook, name: str, env: dict[str, str]) -> EndpointSettings:
    variable, suffix = None, name.upper().replace("-", "_")
    if one.key is not None:
        # errors name the variable to set, so the first key of a provider goes by the provider's own
        variable = KEY_VARIABLES.get(one.kind, "OLLAMA_API_KEY")
        if variable in env:
            variable = f"{variable}_{suffix}"
        env[variable] = one.key.reveal()
    return EndpointSettings(
        kind=one.kind,
        base_url=one.address.url,
        locality=one.locality,
        trusted=one.trusted,
        # a cloud is asked questions only; an Ollama also has to say what it has
        allowed=one.kind == "ollama",
        key_env=variable or f"NO_KEY_FOR_{suffix}",
    )


def _settings(one: Hook, said: ModelSettings) -> ModelSettings:
    price = (
        None
        if one.price is None
        else PriceSettings(
            input=one.price.input,
            output=one.price.output,
            cache_read=one.price.cache_read,
            cache_write=one.price.cache_write,
            as_of=one.price.as_of,
        )
    )
    return replace(
        said,
        tier=one.tier or said.tier or known_tier(one.kind, one.name),
        window=said.window if one.window is None else one.window,
        price=said.price if price is None else price,
        hidden=False,
    )


def _phantom(one: Hook, model_id: str, said: ModelSettings) -> Model:
    """The model as long as its server does not answer: asking it then says what is wrong."""
    return Model(
        id=model_id,
        host=one.address.host,
        locality=one.locality,
        tier=said.tier or 2,
        window=said.window or ASSUMED_WINDOW,
        window_assumed=said.window is None,
    )
