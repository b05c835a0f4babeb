"""What a program gets back: the documents' keys, and what is known beyond them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, TypedDict

from hybridchat.conversation import Ending
from hybridchat.events import Decided, Ended, Event, FellBack, HandedOver, Said, SecondLook
from hybridchat.facts import Check, Decision, Locality
from hybridchat.routing.explain import sentence, to_record
from hybridchat.tokens import estimate

SOURCES = {Locality.ON_DEVICE: "on_device", Locality.LAN: "on_lan", Locality.REMOTE: "in_cloud"}


class AgentChecks(dict[str, dict[str, Any]]):
    """Agent name -> its verdict: proceed, state, target, reason, metrics, stale."""

    def as_list(self) -> list[dict[str, Any]]:
        """The verdicts as a list, each with its `agent`, for programs written against the older shape."""
        return [{"agent": name, **verdict} for name, verdict in self.items()]


class Metrics(TypedDict):
    """Seconds, tokens, epoch seconds. `tokens_estimated`: the server did not count, so the figures are ours."""

    total_latency: float
    input_tokens: int
    output_tokens: int
    tokens_estimated: bool
    time_to_first_token: float | None
    tokens_per_second: float | None
    start_time: float
    end_time: float
    model_name: str
    model_type: str


class Response(TypedDict):
    """One answered prompt. `cost` is US dollars, `None` when unpriced, 0 on this device."""

    request_id: str
    session_id: str
    model_id: str
    response: str
    agent_checks: AgentChecks
    metrics: Metrics
    inference_source: str
    routing_decision: dict[str, Any]
    redactions: dict[str, int]
    cost: float | None
    ending: str
    fallbacks: list[dict[str, str | None]]
    second_look: dict[str, Any] | None
    notes: list[str]


def renamed(value: Any, names: Mapping[str, str]) -> Any:
    """A JSON-ready value with every model id as the program named it."""
    if isinstance(value, dict):
        return {key: renamed(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [renamed(item, names) for item in value]
    return names.get(value, value) if isinstance(value, str) else value


def record(decision: Decision, names: Mapping[str, str]) -> dict[str, Any]:
    """The decision as JSON-ready values under the program's ids, with `sentence` for people. Holds no text of the message."""
    told: dict[str, Any] = renamed(to_record(decision), names)
    return {**told, "sentence": sentence(decision)}


class Hearing:
    """Listens to one turn's events and makes the response of them. `names`: id inside -> the program's; `agents` likewise."""

    def __init__(self, prompt: str, session_id: str, names: Mapping[str, str], agents: Mapping[str, str]) -> None:
        self._prompt, self._session_id, self._names, self._agents = prompt, session_id, names, agents
        self._started = time.time()
        self._clock = time.perf_counter()
        self._first: dict[str, float] = {}
        self._texts: dict[str, list[str]] = {}
        self.fallbacks: list[dict[str, str | None]] = []
        self._look: dict[str, Any] | None = None
        self._hidden: dict[str, Mapping[str, int]] = {}
        self._checks: tuple[Check, ...] = ()
        self.decision: Decision | None = None
        self.ended: Ended | None = None
        self.request_id = ""

    def feed(self, event: Event) -> str:
        """Takes in an event; the text to show now."""
        self.request_id = self.request_id or getattr(event, "turn_id", "")
        match event:
            case Decided(decision=decision, checks=checks):
                self.decision, self._checks = decision, checks
            case HandedOver(attempt_id=attempt_id, hidden=hidden):
                self._hidden[attempt_id] = hidden
            case Said(attempt_id=attempt_id, text=text):
                if attempt_id not in self._texts:
                    self._first[attempt_id] = time.perf_counter() - self._clock
                self._texts.setdefault(attempt_id, []).append(text)
                return text
            case SecondLook():
                to = self._named(event.to_model)
                self._look = {"from": self._named(event.from_model), "to": to, "doubt": list(event.doubt)}
            case FellBack():
                self.fallbacks.append(
                    {"from": self._named(event.from_model), "to": self._named(event.to_model), "error": event.error}
                )
            case Ended():
                self.ended = event
        return ""

    def record(self) -> dict[str, Any]:
        return record(self.decision, self._names) if self.decision is not None else {}

    def checks(self) -> AgentChecks:
        """What the agents said of the prompt."""
        return checks_of(self._checks, self._agents)

    def response(self) -> Response:
        """The whole, once the turn has ended."""
        ended = self.ended
        model_id = self._named(ended.model_id if ended is not None else None) or ""
        locality = ended.locality if ended is not None else None
        return Response(
            request_id=self.request_id,
            session_id=self._session_id,
            model_id=model_id,
            response=self._said(),
            agent_checks=self.checks(),
            metrics=self._metrics(model_id),
            inference_source=SOURCES[locality] if locality is not None else "",
            routing_decision=self.record(),
            redactions=dict(self._hidden.get(self._answering, {})),
            cost=ended.cost if ended is not None else None,
            ending=ended.ending.value if ended is not None else Ending.CUT.value,
            fallbacks=list(self.fallbacks),
            second_look=self._look,
            notes=list(ended.notes) if ended is not None else [],
        )

    @property
    def _answering(self) -> str:
        """The attempt whose answer stands: of two, the second one only when it is whole."""
        return (self.ended.attempt_id if self.ended is not None else None) or ""

    def _said(self) -> str:
        return "".join(self._texts.get(self._answering, ()))

    def _metrics(self, model_id: str) -> Metrics:
        took = time.perf_counter() - self._clock
        ended = self.ended
        usage, timings = (ended.usage, ended.timings) if ended is not None else (None, None)
        read = usage.input_tokens if usage is not None else None
        wrote = usage.output_tokens if usage is not None else None
        prefix, _, name = model_id.partition(":")
        return Metrics(
            total_latency=took,
            input_tokens=estimate(self._prompt) if read is None else read,
            output_tokens=estimate(self._said()) if wrote is None else wrote,
            tokens_estimated=read is None or wrote is None,
            time_to_first_token=self._first.get(self._answering),
            tokens_per_second=timings.tokens_per_second(wrote) if timings is not None else None,
            start_time=self._started,
            end_time=self._started + took,
            model_name=name,
            model_type=prefix,
        )

    def _named(self, model_id: str | None) -> str | None:
        return None if model_id is None else self._names.get(model_id, model_id)


def checks_of(checks: tuple[Check, ...], agents: Mapping[str, str]) -> AgentChecks:
    """The verdicts by the names the program gave its agents; states and targets as lower-case words."""
    told = AgentChecks()
    for check in checks:
        verdict = {**asdict(check), "state": str(check.state), "target": check.target.value, "metrics": dict(check.metrics)}
        del verdict["agent"]
        told[agents.get(check.agent, check.agent)] = verdict
    return told
