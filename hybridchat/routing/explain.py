"""A decision told: in one sentence, as a table, as a record to store."""

from __future__ import annotations

from typing import Any

from hybridchat.facts import Candidate, Decision
from hybridchat.routing.words import place


def sentence(decision: Decision) -> str:
    """`llama3.2 on this machine: looks easy`; without a model, what is in the way and what would help."""
    model = decision.chosen
    if model is None:
        return f"{decision.reason} You can: {decision.unlock}." if decision.unlock else decision.reason
    return f"{model.name} {place(model)}: {decision.reason}"


def table(decision: Decision) -> list[tuple[str, str, str]]:
    """One row (model id, verdict, why) per candidate: the order of trying first, then those that are out."""
    rank = {model_id: n for n, model_id in enumerate(decision.order)}
    in_order = sorted(decision.candidates, key=lambda c: rank.get(c.model.id, len(rank)))
    return [(c.model.id, _verdict(decision, c, rank), _why(decision, c)) for c in in_order]


def _verdict(decision: Decision, candidate: Candidate, rank: dict[str, int]) -> str:
    if candidate.rejected is not None:
        return "out"
    if decision.chosen is not None and candidate.model.id == decision.chosen.id:
        return "answers"
    return "offered" if candidate.model.id == decision.offer else f"choice {rank.get(candidate.model.id, 0) + 1}"


def _why(decision: Decision, candidate: Candidate) -> str:
    if candidate.rejected is not None:
        return candidate.rejected.reason
    said = [decision.reason] if decision.chosen is not None and candidate.model.id == decision.chosen.id else []
    said.append(place(candidate.model))
    if candidate.est_cost:
        said.append(f"about ${candidate.est_cost:.3f}" if candidate.est_cost >= 0.001 else "under $0.001")
    return " · ".join([*said, *candidate.notes])


def to_record(decision: Decision) -> dict[str, Any]:
    """The whole decision as JSON-ready values: enums as words, dates as ISO text. Holds no text of the message."""
    import msgspec  # imported here: 20 ms, and most programs that decide never store

    record: dict[str, Any] = msgspec.to_builtins(decision)
    return record


def from_record(record: dict[str, Any]) -> Decision:
    """The decision a record was made of. Raises `ValueError` naming the field when it is not one."""
    import msgspec

    try:
        return msgspec.convert(record, Decision)
    except msgspec.ValidationError as error:
        raise ValueError(f"not a decision record: {error}") from error
