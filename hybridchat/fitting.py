"""What a conversation asks for, as one model can be asked for it: what it does not know is left out, and said. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from hybridchat.facts import Model
from hybridchat.parameters import THINK, THOUGHTS, Parameters, Think

_LEVELS = frozenset({"low", "medium", "high"})


def can_think(model: Model) -> bool | None:
    """Whether it thinks, as its server or the catalogue says; `None` where neither does."""
    if "thinking" in model.capabilities or set(model.think) - {"off"}:
        return True
    return False if model.capabilities or model.think else None


def fitted(wanted: Parameters, kind: str, model: Model) -> tuple[Parameters, tuple[str, ...]]:
    """What `model`, of an endpoint of `kind`, is asked for, and half a sentence for each thing that it is not."""
    think, unmet = _think(wanted.think, model)
    made = replace(wanted, think=think)
    if kind != "anthropic":
        return made, tuple(unmet)
    if made.seed is not None:
        unmet.append(f"seed left out: {model.name} knows none")
        made = replace(made, seed=None)
    if think is not None and think != "off" and (made.temperature is not None or made.top_p is not None):
        unmet.append(f"temperature and top_p left out: {model.name} takes neither while it thinks")
        made = replace(made, temperature=None, top_p=None)
    if made.temperature is not None and made.top_p is not None:
        unmet.append(f"top_p left out: {model.name} takes it or temperature")
        made = replace(made, top_p=None)
    if made.temperature is not None and made.temperature > 1:
        unmet.append(f"temperature 1, the most that {model.name} takes")
        made = replace(made, temperature=1.0)
    return made, tuple(unmet)


def _think(wanted: Think | None, model: Model) -> tuple[Think | None, list[str]]:
    if wanted is None:
        return None, []
    able = can_think(model)
    if able is False:
        return None, [f"{model.name} cannot think"] if wanted != "off" else []
    if wanted == "off" and model.think and "off" not in model.think:
        lowest = next((level for level in THINK if level in model.think), None)
        return lowest, [f"{model.name} always thinks{f': {lowest}' if lowest else ''}"]
    if wanted != "off" and (known := _LEVELS & set(model.think)) and wanted not in known:
        nearest = _nearest(wanted, known)
        return nearest, [f"{model.name} thinks {nearest}: it knows no {wanted}"]
    return wanted, []


def _nearest(wanted: Think, known: Collection[str]) -> Think:
    """The next level below, else above."""
    at = THINK.index(wanted)
    return next(level for level in (*reversed(THINK[:at]), *THINK[at:]) if level in known)


def thoughts(wanted: Parameters, model: Model | None = None) -> int:
    """Tokens an answer may take longer because it is thought about first; `model` `None`: whichever will answer."""
    if model is not None and can_think(model) is False:
        return 0
    return THOUGHTS.get(wanted.think or "", 0)


def thinks(asked: Parameters, wanted: Parameters, model: Model) -> str:
    """`thinks high`, `does not think`, or why it may not, for the line that says where a message goes; empty: as by itself."""
    if wanted.think is None:
        return ""
    able = can_think(model)
    if able is False:
        return "cannot think" if wanted.think != "off" else ""
    if able is None:
        return f"think {wanted.think}, if it can: not known"
    if asked.think == "off":
        return "does not think"
    return f"thinks {asked.think}" if _LEVELS & set(model.think) or not model.think else "thinks"
