"""Rules that no annotation can say: how the values of one configuration stand to each other."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from hybridchat.config.address import objection, parse_url
from hybridchat.config.errors import Fault, suggestion
from hybridchat.config.rules import use_faults
from hybridchat.config.schema import KINDS, STRATEGIES, Config, EndpointSettings, ResourceThresholds
from hybridchat.facts import Locality

_NAME = re.compile(r"[A-Za-z0-9_.-]+")


def faults(config: Config) -> Iterator[Fault]:
    """Everything wrong with `config` beyond its types, in the order of the file's tables."""
    yield from _strategies(config)
    for name, endpoint in config.endpoints.items():
        yield from _endpoint(name, endpoint)
    for model_id in config.models:
        yield from _model_id(("models", model_id), model_id, config)
    for side in ("local", "cloud"):
        if (model_id := getattr(config.pair, side)) is not None:
            yield from _model_id(("pair", side), model_id, config)
    yield from use_faults(config, _endpoint_names(config))
    yield from _thresholds(config.thresholds.resources)
    yield from _keys(config)


def _keys(config: Config) -> Iterator[Fault]:
    if not config.keys:
        return
    from hybridchat.bindings import BINDINGS, named  # imported here: 2 ms, for those who set keys

    for word in config.keys:
        try:
            named(word)
        except KeyError:
            yield Fault(("keys", word), "is no binding" + suggestion(word, BINDINGS), "a command, or an id of docs/keys.md")


def _strategies(config: Config) -> Iterator[Fault]:
    known = (*STRATEGIES, *config.strategies)
    if config.strategy not in known:
        yield Fault(
            ("strategy",), f'is "{config.strategy}", which is no strategy' + suggestion(config.strategy, known), ", ".join(known)
        )
    for name, own in config.strategies.items():
        if name in STRATEGIES:
            yield Fault(("strategies", name), "is the name of a shipped strategy; give yours another one")
        if own.base not in STRATEGIES:
            yield Fault(
                ("strategies", name, "base"),
                "is not a shipped strategy" + suggestion(own.base, STRATEGIES),
                ", ".join(STRATEGIES),
            )


def _endpoint(name: str, said: EndpointSettings) -> Iterator[Fault]:
    at = ("endpoints", name)
    if not _NAME.fullmatch(name):
        yield Fault(at, "is not a usable name", "letters, digits, _ - .")
    if said.kind is None and name not in KINDS:
        yield Fault((*at, "kind"), "is missing", ", ".join(KINDS))
    if name in KINDS and said.kind not in (None, name):
        yield Fault((*at, "kind"), f"differs from the endpoint's name; choose another name than {name}", name)
    if said.kind == "ollama" and name != "ollama" and said.base_url is None:
        yield Fault((*at, "base_url"), "is missing", "an http:// or https:// URL")
    if said.trusted and said.locality is not Locality.LAN:
        yield Fault((*at, "trusted"), 'means something only with locality = "lan"', "false")
    yield from _base_url(name, said)
    yield from _command(name, said)
    if said.key_env is not None and not _a_variable(said.key_env):
        # not repeated: somebody may have put the key itself there
        problem = "is not the name of an environment variable; the key itself belongs into the variable, not in this file"
        yield Fault((*at, "key_env"), problem, "letters, digits and _, as in OPENAI_API_KEY")


def _a_variable(name: str) -> bool:
    """Whether this may be the name of an environment variable, and is no key: long, with small letters and digits."""
    keylike = len(name) >= 20 and any(c.islower() for c in name) and any(c.isdigit() for c in name)
    return name.isascii() and name.isidentifier() and not keylike


def _base_url(name: str, said: EndpointSettings) -> Iterator[Fault]:
    if said.base_url is None:
        return
    try:
        address = parse_url(said.base_url)
    except ValueError as problem:
        yield Fault(("endpoints", name, "base_url"), str(problem), "a URL as in http://gpubox:8000/v1")
        return
    if said.locality is not None and (problem_text := objection(address.name, said.locality)):
        others = [x.value for x in Locality if not objection(address.name, x)]
        yield Fault(("endpoints", name, "locality"), f"cannot be {said.locality}: {problem_text}", ", ".join(others))


def _command(name: str, said: EndpointSettings) -> Iterator[Fault]:
    if said.api_key_cmd is None:
        return
    try:
        words = shlex.split(said.api_key_cmd) if isinstance(said.api_key_cmd, str) else said.api_key_cmd
    except ValueError:
        words = []
    if not words or not words[0].strip():
        problem = "is not a command (empty, or a quote is not closed)"
        yield Fault(("endpoints", name, "api_key_cmd"), problem, "text, or a list of texts")


def _endpoint_names(config: Config) -> tuple[str, ...]:
    return (*KINDS, *(n for n in config.endpoints if n not in KINDS))


def _model_id(at: tuple[str, ...], model_id: str, config: Config) -> Iterator[Fault]:
    known = _endpoint_names(config)
    endpoint, colon, name = model_id.partition(":")
    if not colon or not name.strip():
        yield Fault(at, "is not a model id", "ENDPOINT:NAME, as in ollama:llama3.2")
    elif endpoint not in known:
        yield Fault(at, "names an endpoint that is not there" + suggestion(endpoint, known), ", ".join(known))


def _thresholds(said: ResourceThresholds) -> Iterator[Fault]:
    for name in ("cpu", "memory", "gpu"):
        normal, critical = getattr(said, name), getattr(said, f"critical_{name}")
        if normal is not None and critical is not None and critical < normal:
            at = ("thresholds", "resources", f"critical_{name}")
            yield Fault(at, f"is below {name} ({normal:g})", f"a number from {normal:g} to 100")
