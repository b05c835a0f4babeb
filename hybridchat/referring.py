"""Settings that name something: whether that is there. A file naming what is not is read all the same; writing one is refused."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from hybridchat.bindings import clashes, misfits
from hybridchat.catalogue import models_for
from hybridchat.config import themes
from hybridchat.config.endpoints import Endpoint, endpoints
from hybridchat.config.errors import ConfigError, Fault, KeyPath, dotted, suggestion
from hybridchat.config.paths import themes_dir
from hybridchat.config.rules import MODES, pointless
from hybridchat.config.schema import Config
from hybridchat.facts import Locality, Model


def doubts(
    config: Config, env: Mapping[str, str], there: Iterable[Model] = (), places: tuple[Endpoint, ...] | None = None
) -> Iterator[Fault]:
    """Everything in a configuration that is well formed and names what is not there, or has no effect. Looks for theme files.

    `there` are the models that servers listed; of a server that listed none only a cloud's are known. `places` are the servers,
    where they are known already.
    """
    yield from _theme(config.theme, env)
    named = [(("pair", "local"), config.pair.local), (("pair", "cloud"), config.pair.cloud)]
    rules = [(("rule", number, "use"), rule.use) for number, rule in enumerate(config.rule) if rule.use not in MODES]
    listed = tuple(there)
    for at, model_id in (*named, *rules):
        if model_id is not None:
            places = endpoints(config, env) if places is None else places
            yield from _model(at, model_id, config, places, listed)
    yield from pointless(config)
    for word, keys in config.keys.items():
        yield from (Fault(("keys", word), problem) for problem in misfits(word, keys))
    yield from (Fault(("keys",), said) for said in clashes(config.keys))


def refuse(at: KeyPath, config: Config, env: Mapping[str, str], there: Iterable[Model] = ()) -> None:
    """Raises `ConfigError` where what `config` says at `at` names what is not there."""
    for found in doubts(config, env, there):
        if found.path == at:
            raise ConfigError("command line", dotted(at), found.problem, found.allowed)


def _theme(name: str, env: Mapping[str, str]) -> Iterator[Fault]:
    folder = themes_dir(env)
    known = themes.names([str(folder)])
    if name not in known:
        allowed = ", ".join([*known, f"or NAME for a file NAME.toml in {folder}"])
        yield Fault(("theme",), f'is "{name}", which is no theme' + suggestion(name, known), allowed)


def _model(at: KeyPath, model_id: str, config: Config, places: tuple[Endpoint, ...], there: tuple[Model, ...]) -> Iterator[Fault]:
    listed = [m.id for m in there if m.endpoint == model_id.partition(":")[0]]
    if not listed:
        yield from _cloud(at, model_id, config, places)
    elif not {model_id, f"{model_id}:latest"} & {*listed, *config.models}:
        yield Fault(at, f'is "{model_id}", which is not there' + suggestion(model_id, listed), ", ".join(listed))


def _cloud(at: KeyPath, model_id: str, config: Config, places: tuple[Endpoint, ...]) -> Iterator[Fault]:
    """A model that neither the catalogue nor `[models]` knows of a cloud; other servers say themselves what they have."""
    name = model_id.partition(":")[0]
    place = next((p for p in places if p.name == name and p.locality is Locality.REMOTE), None)
    if place is None or place.own_base or model_id in config.models:
        return
    known = [m.id for m in models_for(place, config)]
    if model_id not in known:
        fix = f"; a table [models.{json.dumps(model_id)}] makes it known"
        yield Fault(at, f'is "{model_id}", which is not known{suggestion(model_id, known)}{fix}', ", ".join(known))
