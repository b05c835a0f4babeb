"""`hybridchat route confidence --jsonl`: how far answers can be trusted, line by line."""

from __future__ import annotations

from collections.abc import Iterable

from hybridchat.cli import edge
from hybridchat.cli.records import Record, Sink, records
from hybridchat.routing.confidence import confidence

SHAPE = '{"id": ..., "prompt": "text", "answer": "text"}, with "logprobs": [numbers] and "second": "text" or ["text"] if known'


def run(stdin: Iterable[bytes], stdout: Sink) -> int:
    """Reads `{"id", "prompt", "answer", "logprobs"?, "second"?}` lines and writes `{"id", "confidence", "reasons"}` for each.

    Raises `Exit` naming the first line that is not of that form; what stood before it has been written.
    """
    for record in records(stdin, SHAPE, _fits):
        found = confidence(
            record["prompt"],
            record["answer"],
            logprobs=record.get("logprobs"),
            second=record.get("second"),
            ending=record.get("ending") or "complete",
        )
        told = {"id": record["id"], "confidence": found.score, "reasons": list(found.reasons)}
        stdout.write(edge.json_line(told))
    return edge.OK


def _fits(record: Record) -> bool:
    texts = all(isinstance(record.get(name), str) for name in ("prompt", "answer"))
    ending = isinstance(record.get("ending") or "", str)
    return texts and ending and _numbers(record.get("logprobs")) and _opinions(record.get("second"))


def _numbers(value: object) -> bool:
    return value is None or (
        isinstance(value, list) and all(isinstance(n, int | float) and not isinstance(n, bool) for n in value)
    )


def _opinions(value: object) -> bool:
    return value is None or isinstance(value, str) or (isinstance(value, list) and all(isinstance(o, str) for o in value))
