"""Reads chat messages out of JSON bodies, in the shapes the three protocols share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hybridchat.demo.tokens import count

_PER_MESSAGE = 4
"""Tokens a chat template spends around each message."""


class BadRequestError(Exception):
    """The body is not what the protocol asks for; the text is the protocol's own complaint."""

    def __init__(self, message: str, status: int = 400, kind: str = "") -> None:
        super().__init__(message)
        self.status, self.kind = status, kind


@dataclass(frozen=True, slots=True)
class Told:
    role: str
    text: str


def text_of(content: object) -> str:
    """The text of a string or of a list of typed parts; parts that are no text are left out."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "\n".join(
            str(part.get("text", "")) for part in content if isinstance(part, Mapping) and part.get("type") == "text"
        )
    return ""


def messages_of(body: Mapping[str, object]) -> tuple[Told, ...]:
    """Raises `BadRequestError` when `messages` is no list of objects with a role."""
    listed = body.get("messages")
    if not isinstance(listed, list):
        raise BadRequestError("messages: Field required")
    told = []
    for entry in listed:
        if not isinstance(entry, Mapping) or not isinstance(entry.get("role"), str):
            raise BadRequestError("messages: each needs a role and a content")
        told.append(Told(str(entry["role"]), text_of(entry.get("content"))))
    return tuple(told)


def last_user_text(messages: tuple[Told, ...]) -> str:
    return next((m.text for m in reversed(messages) if m.role == "user"), "")


def prompt_tokens(messages: tuple[Told, ...], extra: str = "") -> int:
    return sum(count(m.text) + _PER_MESSAGE for m in messages) + count(extra)


def model_of(body: Mapping[str, object]) -> str:
    model = body.get("model")
    if not isinstance(model, str) or not model:
        raise BadRequestError("model is required")
    return model


def whole_number(value: object) -> int | None:
    """An integer as JSON has it, `None` for anything else."""
    return int(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
