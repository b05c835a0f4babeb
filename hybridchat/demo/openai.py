"""OpenAI's chat completions, plain and streamed, and its list of models."""

from __future__ import annotations

import hashlib
import time

from hybridchat.demo.answers import LEVELS, answer_to, thinking_for
from hybridchat.demo.parse import BadRequestError, last_user_text, mapping, messages_of, model_of, prompt_tokens, whole_number
from hybridchat.demo.play import Answer, Clock, Performance, Script
from hybridchat.demo.tokens import pieces
from hybridchat.demo.wire import Plain, Received, as_json, encode

MODELS = ("gpt-5.4", "gpt-5.4-mini")
_RELEASED = 1_772_668_800
"""Epoch seconds shown as every model's date of creation."""
_REASONS = {"stop": "stop", "length": "length", "refused": "content_filter"}
_KINDS = {
    400: ("invalid_request_error", None, "The request was not understood."),
    401: (
        "invalid_request_error",
        "invalid_api_key",
        "Incorrect API key provided: ***. You can find your API key in your account.",
    ),
    403: ("insufficient_permissions", None, "You have insufficient permissions for this operation."),
    404: ("invalid_request_error", "model_not_found", "The model does not exist or you do not have access to it."),
    413: ("invalid_request_error", "request_too_large", "The request body is too large."),
    429: ("rate_limit_error", "rate_limit_exceeded", "Rate limit reached for requests. Please try again later."),
    503: ("server_error", None, "The engine is currently overloaded, please try again later."),
    529: ("server_error", None, "The engine is currently overloaded, please try again later."),
}
_FAULT = ("server_error", None, "The server had an error while processing your request.")


def error_body(status: int, kind: str = "", message: str = "") -> dict[str, object]:
    default_kind, code, default_message = _KINDS.get(status, _FAULT)
    # insufficient_quota and its like are both type and code
    return {"error": {"message": message or default_message, "type": kind or default_kind, "param": None, "code": kind or code}}


class ChunkFrames:
    """`chat.completion.chunk` events for one answer."""

    content_type = "text/event-stream; charset=utf-8"
    late = False
    keepalive = b": keep-alive\n\n"
    malformed = b'data: {"id":"chatcmpl-demo","choices":[{"in\n\n'

    def __init__(self, model: str, body: bytes, *, include_usage: bool) -> None:
        self._model, self._include_usage = model, include_usage
        self._id = "chatcmpl-demo" + hashlib.sha256(body).hexdigest()[:24]
        self._created = int(time.time())

    def opening(self, _script: Script) -> list[bytes]:
        return [self._chunk({"role": "assistant", "content": "", "refusal": None})]

    def piece(self, text: str) -> bytes:
        return self._chunk({"content": text})

    def thought(self, text: str) -> bytes:
        return self._chunk({"reasoning_content": text})

    def closing(self, script: Script, _clock: Clock) -> list[bytes]:
        last = [self._chunk({}, _REASONS[script.finish])]
        if self._include_usage:
            last.append(_event({**self._base("chat.completion.chunk"), "choices": [], "usage": usage(script)}))
        return [*last, b"data: [DONE]\n\n"]

    def error(self, message: str) -> bytes:
        return _event(error_body(500, message=message))

    def whole(self, script: Script, _clock: Clock) -> dict[str, object]:
        said: dict[str, object] = {"role": "assistant", "content": "".join(script.pieces), "refusal": None, "annotations": []}
        if script.thinking:
            said["reasoning_content"] = "".join(script.thinking)
        choice = {"index": 0, "message": said, "logprobs": None, "finish_reason": _REASONS[script.finish]}
        return {**self._base("chat.completion"), "choices": [choice], "usage": usage(script)}

    def _base(self, kind: str) -> dict[str, object]:
        return {
            "id": self._id,
            "object": kind,
            "created": self._created,
            "model": self._model,
            "service_tier": "default",
            "system_fingerprint": "fp_demo",
        }

    def _chunk(self, delta: dict[str, object], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        usage_so_far = {"usage": None} if self._include_usage else {}
        return _event({**self._base("chat.completion.chunk"), "choices": [choice], **usage_so_far})


def usage(script: Script) -> dict[str, object]:
    return {
        "prompt_tokens": script.prompt_tokens,
        "completion_tokens": script.produced,
        "total_tokens": script.prompt_tokens + script.produced,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": len(script.thinking),
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def _event(value: object) -> bytes:
    return b"data: " + encode(value) + b"\n\n"


class OpenAI:
    """The protocol; any model name is answered."""

    name = "openai"

    def answer(self, request: Received, *, require_key: bool) -> Answer:
        if require_key and not request.headers.get("authorization", "").startswith("Bearer "):
            return self.failure(401, "", "You didn't provide an API key.")
        path = request.path.partition("?")[0].removeprefix("/v1").rstrip("/")
        try:
            match request.method, path:
                case "POST", "/chat/completions":
                    return _chat(request)
                case "GET", "/models":
                    return as_json({"object": "list", "data": [_card(name) for name in MODELS]})
                case "GET", _ if path.startswith("/models/"):
                    return as_json(_card(path.removeprefix("/models/")))
        except BadRequestError as e:
            return self.failure(e.status, e.kind, str(e))
        except ValueError:
            return self.failure(400, "", "We could not parse the JSON body of your request.")
        return as_json(
            {
                "error": {
                    "message": f"Invalid URL ({request.method} {request.path})",
                    "type": "invalid_request_error",
                    "param": None,
                    "code": None,
                }
            },
            404,
        )

    def failure(self, status: int, kind: str, message: str) -> Plain:
        return as_json(error_body(status, kind, message), status)

    def overflow(self, kind: str) -> Plain:
        if kind == "exceed_context_size_error":
            told = "request (10009 tokens) exceeds the available context size (2048 tokens), try increasing it"
            return as_json({"error": {"code": 400, "type": kind, "message": told, "n_prompt_tokens": 10009, "n_ctx": 2048}}, 400)
        told = "This model's maximum context length is 8192 tokens. However, your messages resulted in 10009 tokens."
        detail = {"message": told, "type": "invalid_request_error", "param": "messages", "code": "context_length_exceeded"}
        return as_json({"error": detail}, 400)


def _card(name: str) -> dict[str, object]:
    return {"id": name, "object": "model", "created": _RELEASED, "owned_by": "demo"}


def _chat(request: Received) -> Performance:
    body = request.json()
    model, messages = model_of(body), messages_of(body)
    if not messages:
        raise BadRequestError(
            "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead."
        )
    limit = whole_number(body.get("max_completion_tokens"))
    if limit is None:
        limit = whole_number(body.get("max_tokens"))
    asked = last_user_text(messages)
    thought = pieces(thinking_for(asked, _level(body)))
    script = Script(pieces(answer_to(asked)), thought, prompt_tokens=prompt_tokens(messages)).limited(limit)
    include_usage = mapping(body.get("stream_options")).get("include_usage") is True
    return Performance(script, ChunkFrames(model, request.body, include_usage=include_usage), stream=body.get("stream") is True)


def _level(body: dict[str, object]) -> str:
    """How much it is asked to think: by the service's own member, or by what compatible servers hand to the template."""
    effort = body.get("reasoning_effort")
    if effort is None and mapping(body.get("chat_template_kwargs")).get("enable_thinking") is True:
        return "medium"
    if effort not in {None, "none", "minimal", *LEVELS}:
        raise BadRequestError(f"Unsupported value: 'reasoning_effort' does not support '{effort}' with this model.")
    return effort if isinstance(effort, str) else ""
