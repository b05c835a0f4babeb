"""Whether a model fits this machine's memory, and with how large a window.

need = weights (file size) + key-value cache (bytes per token x window) + 0.5 GiB of buffers, 1 GiB for weights of 4 GiB and
more. The figures are an upper bound for models with sliding windows or a compressed cache.
"""

from __future__ import annotations

from hybridchat.facts import Device, Live, Model, Request, Snapshot
from hybridchat.routing.policy import Policy

GIB = 1 << 30
USUAL_WINDOW = 8192
"""Tokens of context asked for when the conversation needs no more."""
STEP = 2048
"""Windows grow in steps, because each change makes the server load the model again."""


def memory_free(device: Device) -> int | None:
    """Bytes a model could take on this machine, video memory counted in; `None` when main memory is unknown."""
    return None if device.memory_free is None else device.memory_free + (device.vram_free or 0)


def bytes_needed(model: Model, window: int) -> int:
    """Memory for `model` with a context of `window` tokens; unknown parts count nothing."""
    size = model.size_bytes or 0
    overhead = GIB if size >= 4 * GIB else GIB // 2
    return size + (model.kv_bytes_per_token or 0) * window + overhead


def affordable_window(model: Model, live: Live, free: int | None, snapshot: Snapshot, headroom: float) -> int | None:
    """Tokens of context that this machine's memory allows `model`, at most its own window; `None` when that is unknown.

    A loaded model keeps what it has. For one that is not, the server puts out what it has loaded, so the memory of loaded
    models of the same server counts as free.
    """
    kv = model.kv_bytes_per_token
    if live.resident:
        if live.loaded_window is None or kv is None or free is None:
            return None
        return min(model.window, live.loaded_window + int(free * (1.0 - headroom)) // max(kv, 1))
    if model.size_bytes is None or free is None:
        return None
    room = int((free + _reclaimable(model, snapshot)) * (1.0 - headroom)) - bytes_needed(model, 0)
    if room < 0:
        return 0
    return model.window if not kv else min(model.window, room // kv)


def _reclaimable(model: Model, snapshot: Snapshot) -> int:
    total, live = 0, snapshot.live
    for other in snapshot.models:
        if other.on_device and other.size_bytes and other.host == model.host and other.id != model.id:
            known = live.get(other.id)
            if known is not None and known.resident:
                total += other.size_bytes
    return total


def planned_window(request: Request, model: Model, snapshot: Snapshot, policy: Policy) -> int:
    """Tokens of context to ask the server for (`num_ctx`), so that the message fits and nothing is loaded twice.

    A loaded context that suffices is kept; else the usual window or the next step above what is needed; never more than the
    model or this machine's memory allows. For models elsewhere it is the model's own window.
    """
    if request.context is not None:
        return min(request.context, model.window)
    if not model.on_device:
        return model.window
    live = snapshot.live.get(model.id) or Live()
    need = int((request.history_tokens + request.message_tokens) * policy.context_margin) + request.reserve_tokens
    if live.resident and live.loaded_window is not None and live.loaded_window >= need:
        return min(live.loaded_window, model.window)
    most = affordable_window(model, live, memory_free(snapshot.device), snapshot, policy.memory_headroom)
    wanted = max(USUAL_WINDOW, -(-need // STEP) * STEP)
    return min(wanted, model.window, max(most, STEP) if most is not None else wanted)
