"""What there is to say of the models on this machine: what runs and where, what fits, what is free."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime

from hybridchat.facts import Device, Locality, Model
from hybridchat.fits import Fit, fit_of
from hybridchat.providers.base import Running
from hybridchat.render.words import PLACES, size

FITS: Mapping[Fit, str] = {
    Fit.GPU: "fits the GPU",
    Fit.MEMORY: "fits",
    Fit.NOWHERE: "too large",
    Fit.UNKNOWN: "fit unknown",
}
UNKNOWN = "–"
"""Stands where a figure is not known."""
EMBEDS = "embeddings only"
"""Stands at a model that cannot answer."""
_FOR_EVER = 10 * 365 * 86_400.0


def running(told: Running, now: float) -> str:
    """`running, 2.3 GB, all on the GPU, until 14:05`; what is not known is left out."""
    parts = ["running"]
    if told.size_bytes:
        parts.append(size(told.size_bytes))
        if told.vram_bytes is not None:
            share = round(100 * told.vram_bytes / told.size_bytes)
            parts.append("on the processor" if share <= 0 else "all on the GPU" if share >= 100 else f"{share} % on the GPU")
    if told.until is not None and told.until > now:
        moment = datetime.fromtimestamp(min(told.until, now + _FOR_EVER)).astimezone()
        parts.append("for good" if told.until - now > _FOR_EVER / 10 else f"until {moment:%H:%M}")
    return ", ".join(parts)


def about(model: Model, told: Running | None, device: Device, now: float | None = None) -> str:
    """A line on one model: how large, what it does in memory now, whether it fits."""
    if model.locality is Locality.REMOTE:
        return f"{model.name} runs at {model.host}, not on this machine."
    parts = [size(model.size_bytes), "" if model.parameters is None else f"{model.parameters:g} billion parameters"]
    if told is not None:
        parts.append(running(told, time.time() if now is None else now))
    elif model.on_device:
        parts.append(FITS[fit_of(model, device)])
    else:
        parts.append(f"{PLACES[model.locality]}, {model.host}")
    return " · ".join(part for part in parts if part)


def memory(device: Device) -> str:
    """What is free for models now."""
    if device.memory_free is None and device.vram_free is None:
        return "How much memory is free is not known yet."
    parts = [f"{size(device.memory_free)} of memory" if device.memory_free is not None else ""]
    parts.append(f"{size(device.vram_free)} on the GPU" if device.vram_free is not None else "")
    return f"Free for models: {', '.join(part for part in parts if part)}."
