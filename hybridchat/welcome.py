"""What the first screen says: what was found, what is missing, and the command that mends it."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass

from hybridchat.config.endpoints import Endpoint
from hybridchat.facts import Locality, Model
from hybridchat.world import World

DEMO = "DEMO · canned text, no model; nothing leaves and nothing is saved"


@dataclass(frozen=True, slots=True)
class Found:
    """One line: whether it is there, what it is, and what to do if it is missing."""

    ok: bool
    text: str
    fix: str = ""


def found(world: World, *, demo: bool = False) -> tuple[Found, ...]:
    """The lines of the first screen, local things first. Nothing is contacted for them."""
    if demo:
        return (Found(True, DEMO), *_pair(world))
    lines = [line for endpoint in world.endpoints for line in _endpoint(world, endpoint)]
    if not any(e.locality is not Locality.ON_DEVICE for e in world.endpoints):
        lines.append(Found(False, "no cloud key", "optional: export OPENAI_API_KEY=… or ANTHROPIC_API_KEY=…"))
    lines.append(_gpu(world))
    if not world.models:
        lines.append(Found(False, "no model to chat with yet", "to look around first: hybridchat demo"))
    return tuple(lines)


def _endpoint(world: World, endpoint: Endpoint) -> list[Found]:
    models = [m for m in world.models if m.endpoint == endpoint.name]
    label = f"{endpoint.name} at {endpoint.host}"
    if endpoint.locality is not Locality.ON_DEVICE and endpoint.name not in world.problems:
        state = "allowed" if endpoint.allowed else "not contacted"
        return [Found(True, f"{label}: a key is set, {state}" if endpoint.kind != "ollama" else f"{label}: {state}")]
    if (problem := world.problems.get(endpoint.name)) is not None:
        if endpoint.kind == "ollama" and shutil.which("ollama") is None:
            return [Found(False, f"nothing answers at {endpoint.host}", install_ollama())]
        return [Found(False, str(problem), "ollama serve" if endpoint.kind == "ollama" else "")]
    if not models:
        return [Found(False, f"{label}: no models yet", "ollama pull llama3.2" if endpoint.kind == "ollama" else "")]
    count = f"{len(models)} model{'s' if len(models) > 1 else ''}"
    return [Found(True, f"{label}: {count}")]


def install_ollama() -> str:
    """How to get Ollama on this system."""
    if sys.platform == "darwin":
        return "brew install ollama && ollama serve"
    if sys.platform == "win32":
        return "winget install Ollama.Ollama"
    return "install Ollama (ollama.com/download), then: ollama serve"


def _gpu(world: World) -> Found:
    device = world.snapshot().device
    if device.gpu_name:
        return Found(True, f"GPU: {device.gpu_name}")
    return Found(True, "no NVIDIA GPU seen: models run on the CPU, or on a GPU we cannot read")


def _pair(world: World) -> list[Found]:
    active = world.snapshot().models
    return [Found(True, f"{m.name} ({_place(m)})") for m in active]


def _place(model: Model) -> str:
    return "plays this machine" if model.on_device else "plays the cloud"
