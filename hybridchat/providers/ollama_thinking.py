"""How an Ollama model is asked to think: its server takes true and false of most, the names of levels of some."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hybridchat.facts import Model
from hybridchat.providers.base import Call
from hybridchat.providers.wire import entry

Asked = bool | str | None
_NAMED = "gpt-oss"
"""The family that takes only the names of levels, and always thinks."""


def levels(shown: Mapping[str, object]) -> tuple[str, ...]:
    """What /api/show says can be asked for, newer servers' `thinking.values`: off, on, and names; empty where it says nothing."""
    values = entry(shown.get("thinking")).get("values")
    if not isinstance(values, list):
        return ()
    return tuple("on" if v is True else "off" if v is False else v for v in values if isinstance(v, bool | str))


class Thinking:
    """What the models of one server take, as far as they have shown."""

    def __init__(self) -> None:
        self._cannot: set[str] = set()
        self._unnamed: set[str] = set()
        """Models that turned out to know no levels."""

    def asked(self, call: Call) -> Asked:
        """The `think` of a request; `None` leaves it out."""
        model, wanted = call.model, call.think
        able = not model.capabilities or "thinking" in model.capabilities
        # asked to think, a model that cannot is refused by the server
        if wanted is None or not able or model.name in self._cannot:
            return None
        named = _named(model, model.think) and model.name not in self._unnamed
        if wanted == "off":
            return "low" if named and "off" not in model.think else False
        return wanted if named else True

    def learnt(self, complaint: str, call: Call) -> bool:
        """Whether the server complained of what was asked, and it will be asked otherwise now."""
        if self.asked(call) is None or "think" not in complaint.lower():
            return False
        level = isinstance(self.asked(call), str)
        (self._unnamed if level else self._cannot).add(call.model.name)
        return True

    def refused(self, call: Call) -> tuple[str, ...]:
        """What the model did not take of the call."""
        return ("think",) if call.think not in {None, "off"} and call.model.name in self._cannot else ()


def _named(model: Model, told: Iterable[str]) -> bool:
    known = set(told)
    return bool(known & {"low", "medium", "high"}) if known else _NAMED in model.name
