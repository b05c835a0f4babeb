"""Anthropic's messages, plain and streamed, its token counting and its list of models."""

from __future__ import annotations

import hashlib

from hybridchat.demo.answers import LEVELS, answer_to, thinking_for
from hybridchat.demo.parse import (
    BadRequestError,
    last_user_text,
    mapping,
    messages_of,
    model_of,
    prompt_tokens,
    text_of,
    whole_number,
)
from hybridchat.demo.play import Answer, Clock, Performance, Script
from hybridchat.demo.tokens import pieces
from hybridchat.demo.wire import Plain, Received, as_json, encode

MODELS = (("claude-opus-5-5", "Claude Opus 5.5"), ("claude-haiku-5-5", "Claude Haiku 5.5"))
_RELEASED = "2026-03-05T00:00:00Z"
_REASONS = {"stop": "end_turn", "length": "max_tokens", "refused": "refusal"}
_KINDS = {
    400: ("invalid_request_error", "The request was not understood."),
    401: ("authentication_error", "invalid x-api-key"),
    403: ("permission_error", "Your API key does not have permission to use the specified resource."),
    404: ("not_found_error", "model: not found"),
    413: ("request_too_large", "Request exceeds the maximum size."),
    429: ("rate_limit_error", "This request would exceed your account's rate limit. Please try again later."),
    529: ("overloaded_error", "Overloaded"),
}
_FAULT = ("api_error", "Internal server error")


def error_body(status: int, kind: str = "", message: str = "") -> dict[str, object]:
    default_kind, default_message = _KINDS.get(status, _FAULT)
    return {
        "type": "error",
        "error": {"type": kind or default_kind, "message": message or default_message},
        "request_id": "req_demo",
    }


class EventFrames:
    """The server-sent events of one answer."""

    content_type = "text/event-stream; charset=utf-8"
    late = False
    keepalive = b'event: ping\ndata: {"type":"ping"}\n\n'
    malformed = b'event: content_block_delta\ndata: {"type":"content_block_delta","in\n\n'

    def __init__(self, model: str, body: bytes) -> None:
        self._model = model
        self._index, self._thinks = 0, False
        self._id = "msg_demo" + hashlib.sha256(body).hexdigest()[:20]

    def opening(self, script: Script) -> list[bytes]:
        started = {**self._message(), "content": [], "stop_reason": None, "usage": usage(script, 1)}
        self._thinks = bool(script.thinking)
        return [_event({"type": "message_start", "message": started}), self.keepalive, self._begun()]

    def piece(self, text: str) -> bytes:
        before = b""
        if self._thinks:
            # the thoughts are over: a block of their own ends, and the next one begins
            before = self._over()
            self._thinks, self._index = False, self._index + 1
            before += self._begun()
        return before + self._delta({"type": "text_delta", "text": text})

    def thought(self, text: str) -> bytes:
        return self._delta({"type": "thinking_delta", "thinking": text})

    def _begun(self) -> bytes:
        kind = "thinking" if self._thinks else "text"
        return _event({"type": "content_block_start", "index": self._index, "content_block": {"type": kind, kind: ""}})

    def _delta(self, delta: dict[str, object]) -> bytes:
        return _event({"type": "content_block_delta", "index": self._index, "delta": delta})

    def _over(self) -> bytes:
        return _event({"type": "content_block_stop", "index": self._index})

    def closing(self, script: Script, _clock: Clock) -> list[bytes]:
        ended = {"stop_reason": _REASONS[script.finish], "stop_sequence": None}
        return [
            self._over(),
            _event({"type": "message_delta", "delta": ended, "usage": usage(script, script.produced)}),
            _event({"type": "message_stop"}),
        ]

    def error(self, message: str) -> bytes:
        return _event(error_body(500, message=message))

    def whole(self, script: Script, _clock: Clock) -> dict[str, object]:
        text = "".join(script.pieces)
        content = [{"type": "text", "text": text}] if text else []
        if script.thinking:
            content.insert(0, {"type": "thinking", "thinking": "".join(script.thinking), "signature": "demo"})
        return {
            **self._message(),
            "content": content,
            "stop_reason": _REASONS[script.finish],
            "usage": usage(script, script.produced),
        }

    def _message(self) -> dict[str, object]:
        return {"id": self._id, "type": "message", "role": "assistant", "model": self._model, "stop_sequence": None}


def usage(script: Script, output: int) -> dict[str, object]:
    return {
        "input_tokens": script.prompt_tokens,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "output_tokens": output,
        "output_tokens_details": {"thinking_tokens": len(script.thinking)},
        "service_tier": "standard",
    }


def _event(value: dict[str, object]) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (str(value["type"]).encode(), encode(value))


class Anthropic:
    """The protocol; any model name is answered."""

    name = "anthropic"

    def answer(self, request: Received, *, require_key: bool) -> Answer:
        if require_key and not (request.headers.get("x-api-key") or request.headers.get("authorization")):
            return self.failure(401, "", "x-api-key header is required")
        path = request.path.partition("?")[0].rstrip("/")
        try:
            match request.method, path:
                case "POST", "/v1/messages":
                    return _chat(request)
                case "POST", "/v1/messages/count_tokens":
                    body = request.json()
                    return as_json({"input_tokens": prompt_tokens(messages_of(body), text_of(body.get("system")))})
                case "GET", "/v1/models":
                    data = [_card(name, shown) for name, shown in MODELS]
                    return as_json({"data": data, "has_more": False, "first_id": data[0]["id"], "last_id": data[-1]["id"]})
                case "GET", _ if path.startswith("/v1/models/"):
                    name = path.removeprefix("/v1/models/")
                    return as_json(_card(name, dict(MODELS).get(name, name)))
        except BadRequestError as e:
            return self.failure(e.status, e.kind, str(e))
        except ValueError:
            return self.failure(400, "", "The request body is not valid JSON.")
        return self.failure(404, "", "Not found")

    def failure(self, status: int, kind: str, message: str) -> Plain:
        return as_json(error_body(status, kind, message), status, {"request-id": "req_demo"})

    def overflow(self, kind: str) -> Plain:
        return self.failure(400, kind, "prompt is too long: 210009 tokens > 200000 maximum")


def _card(name: str, shown: str) -> dict[str, object]:
    return {"type": "model", "id": name, "display_name": shown, "created_at": _RELEASED, "lifecycle": "active"}


def _chat(request: Received) -> Performance:
    body = request.json()
    model = model_of(body)
    limit = whole_number(body.get("max_tokens"))
    if limit is None:
        raise BadRequestError("max_tokens: Field required")
    if limit < 1:
        raise BadRequestError("max_tokens: must be greater than or equal to 1")
    messages = messages_of(body)
    if not messages:
        raise BadRequestError("messages: at least one message is required")
    for n, message in enumerate(messages):
        if message.role not in {"user", "assistant"}:
            raise BadRequestError(
                f'messages: Unexpected role "{message.role}". Put a system text into the top-level `system` parameter.'
            )
        if not message.text.strip() and n < len(messages) - 1:
            raise BadRequestError(
                f"messages.{n}: all messages must have non-empty content except for the optional final assistant message"
            )
    total = prompt_tokens(messages, text_of(body.get("system")))
    asked = last_user_text(messages)
    script = Script(pieces(answer_to(asked)), pieces(thinking_for(asked, _level(body))), prompt_tokens=total).limited(limit)
    return Performance(script, EventFrames(model, request.body), stream=body.get("stream") is True)


def _level(body: dict[str, object]) -> str:
    """How much it is asked to think. Raises `BadRequestError` for what the service refuses."""
    thinking, effort = mapping(body.get("thinking")), mapping(body.get("output_config")).get("effort", "high")
    match thinking.get("type"):
        case None | "disabled":
            return ""
        case "adaptive" if effort in LEVELS:
            return str(effort)
        case "enabled":
            budget = whole_number(thinking.get("budget_tokens")) or 0
            if budget < 1024:
                raise BadRequestError("thinking.enabled.budget_tokens: Input should be greater than or equal to 1024")
            return "low" if budget <= 2048 else "medium" if budget <= 8192 else "high"
    raise BadRequestError("thinking: Input tag found using 'type' does not match any of the expected tags")
