"""Loading a local model ahead of its first question, and what loading is known to take."""

from __future__ import annotations

from contextlib import suppress

from hybridchat.crew import Crew
from hybridchat.facts import Model, Request
from hybridchat.providers.base import ProviderError
from hybridchat.routing.memory import planned_window
from hybridchat.value import value


@value
class Loading:
    """A model that is not in memory, or not with as large a window; `left_s` seconds until it is, `None`: never measured."""

    left_s: float | None = None


async def warm(crew: Crew, model: Model, num_ctx: int | None = None) -> None:
    """Loads `model` with `num_ctx` tokens of context, as its question will: another window would load it a second time.

    Without `num_ctx` a short first question is planned for. On battery nothing is loaded; a failure shows when it is asked.
    How long it took is learned.
    """
    world = crew.world
    if not model.on_device or model.id in world.loading or world.snapshot().device.on_battery:
        return
    if num_ctx is None:
        plan = Request(now=crew.clock(), reserve_tokens=crew.reserve)
        num_ctx = planned_window(plan, model, world.snapshot(), crew.policy)
    world.loading[model.id] = began = crew.clock()
    try:
        with suppress(ProviderError):
            provider = await world.provider(model.endpoint)
            await provider.preload(model, num_ctx, keep_alive=world.keep_alive(model))
            world.loaded(model, crew.clock() - began)
    finally:
        world.loading.pop(model.id, None)


def loading(crew: Crew, model: Model, num_ctx: int | None) -> Loading | None:
    """What an answer of `model` with `num_ctx` tokens of context has to wait for; `None`: it is loaded, or nobody knows."""
    live = crew.world.live(model.id)
    small = num_ctx is not None and live.loaded_window is not None and live.loaded_window < num_ctx
    if not model.on_device or live.resident is None or (live.resident and not small):
        return None
    began = crew.world.loading.get(model.id)
    gone = 0.0 if began is None else crew.clock() - began
    return Loading(None if live.load_s is None else max(0.0, live.load_s - gone))
