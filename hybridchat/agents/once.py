"""This machine by a single look, for commands that start no sampler."""

from __future__ import annotations

from hybridchat.agents.machine import Machine
from hybridchat.agents.resources import Resources, observe
from hybridchat.facts import Device


def measured() -> Device:
    """What one look tells: memory, not how busy the processor is, for that needs two. Blocks for some ten milliseconds."""
    machine = Machine()
    try:
        return observe(Resources(), machine.read()).device
    except Exception:  # noqa: BLE001  # a gauge that fails is unknown, and no reason to fail a list of models
        return Device()
    finally:
        machine.close()
