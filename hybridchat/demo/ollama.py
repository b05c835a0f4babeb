"""Ollama's native API: chat, generate, and the models it has, shows, loads, pulls and deletes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from hybridchat.demo.answers import answer_to, thinking_for
from hybridchat.demo.catalogue import Card, card
from hybridchat.demo.disk import NDJSON, Disk
from hybridchat.demo.parse import (
    BadRequestError,
    Told,
    last_user_text,
    mapping,
    messages_of,
    prompt_tokens,
    whole_number,
)
from hybridchat.demo.play import Answer, Clock, Performance, Script
from hybridchat.demo.residents import Residents
from hybridchat.demo.tokens import pieces
from hybridchat.demo.wire import Plain, Received, as_json, encode

VERSION = "0.12.6"
DEFAULT_NUM_CTX = 4096
_REASONS = {"stop": "stop", "length": "length", "refused": "stop"}
_MESSAGES = {
    401: "unauthorized",
    403: "forbidden",
    404: "model not found",
    413: "request body too large",
    429: "too many requests",
    503: "server busy, please try again. maximum pending requests exceeded",
}


class LineFrames:
    """The NDJSON lines of one answer of `/api/chat`, or of `/api/generate`."""

    content_type = NDJSON
    late = True
    keepalive = b""
    malformed = b'{"model":"demo","created_at":"2026-\n'

    def __init__(self, model: Card, name: str, *, load_ns: int, chat: bool) -> None:
        self._card, self._name, self._load_ns, self._chat = model, name, load_ns, chat

    def opening(self, _script: Script) -> list[bytes]:
        return []

    def piece(self, text: str) -> bytes:
        return self._line(text)

    def thought(self, text: str) -> bytes:
        return self._line("", text)

    def closing(self, script: Script, clock: Clock) -> list[bytes]:
        return [encode({**self._reply(""), **self._end(script, clock)}) + b"\n"]

    def error(self, message: str) -> bytes:
        return encode({"error": message}) + b"\n"

    def whole(self, script: Script, clock: Clock) -> dict[str, object]:
        return {**self._reply("".join(script.pieces), "".join(script.thinking)), **self._end(script, clock)}

    def _line(self, text: str, thinking: str = "") -> bytes:
        return encode({**self._reply(text, thinking), "done": False}) + b"\n"

    def _reply(self, text: str, thinking: str = "") -> dict[str, object]:
        base = {"model": self._name, **self._card.origin(), "created_at": now()}
        thought = {"thinking": thinking} if thinking else {}
        if not self._chat:
            return {**base, "response": text, **thought}
        return {**base, "message": {"role": "assistant", "content": text, **thought}}

    def _end(self, script: Script, clock: Clock) -> dict[str, object]:
        first, generate = max(1, round(clock.first * 1e9)), max(1, round(clock.generate * 1e9))
        return {
            "done": True,
            "done_reason": _REASONS[script.finish],
            "total_duration": self._load_ns + first + generate,
            "load_duration": self._load_ns,
            "prompt_eval_count": script.prompt_tokens,
            "prompt_eval_duration": first,
            "eval_count": script.produced,
            "eval_duration": generate,
        }


def now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


class Ollama:
    """The protocol and the models it has; any model name is answered. `listed` are the names of `/api/tags`."""

    name = "ollama"

    def __init__(self, listed: Sequence[str] | None = None) -> None:
        self._disk = Disk(listed)
        self._residents = Residents()

    def answer(self, request: Received, *, require_key: bool) -> Answer:
        if require_key and not request.headers.get("authorization"):
            return self.failure(401, "", "")
        handler = self._routes().get((request.method, request.path.partition("?")[0]))
        if handler is None:
            return Plain(b"404 page not found", 404, "text/plain")
        try:
            return handler(request)
        except BadRequestError as e:
            return self.failure(e.status, "", str(e))
        except ValueError as e:
            return self.failure(400, "", str(e))

    def failure(self, status: int, kind: str, message: str) -> Plain:
        more = {"signin_url": "https://ollama.com/connect"} if status == 401 else {}
        return as_json({"error": message or kind or _MESSAGES.get(status, "internal server error"), **more}, status)

    def overflow(self, kind: str) -> Plain:
        return self.failure(400, kind, "the input length exceeds the context length")

    def _routes(self) -> dict[tuple[str, str], Callable[[Received], Answer]]:
        running = Plain(b"Ollama is running", 200, "text/plain; charset=utf-8")
        return {
            ("GET", "/"): lambda _: running,
            ("HEAD", "/"): lambda _: running,
            ("GET", "/api/version"): lambda _: as_json({"version": VERSION}),
            ("GET", "/api/tags"): lambda _: as_json({"models": [card(name).summary() for name in self._disk.names]}),
            ("GET", "/api/ps"): lambda _: as_json({"models": self._residents.listing()}),
            ("POST", "/api/show"): lambda request: as_json(card(_model(request)).show()),
            ("POST", "/api/chat"): lambda request: self._talk(request, chat=True),
            ("POST", "/api/generate"): lambda request: self._talk(request, chat=False),
            ("POST", "/api/embed"): _embed,
            ("POST", "/api/pull"): self._pull,
            ("DELETE", "/api/delete"): self._delete,
        }

    def _talk(self, request: Received, *, chat: bool) -> Answer:
        body, name = request.json(), _model(request)
        model, options = card(name), mapping(body.get("options"))
        messages = messages_of({"messages": body.get("messages") or []}) if chat else _prompt(body)
        if "completion" not in model.capabilities:
            raise BadRequestError(f'"{name}" does not support {"chat" if chat else "generate"}')
        if body.get("think") and "thinking" not in model.capabilities:
            raise BadRequestError(f'"{name}" does not support thinking')
        if isinstance(body.get("think"), str) and model.family != "gptoss":
            raise BadRequestError(f'think value "{body["think"]}" is not supported for this model')
        window = min(whole_number(options.get("num_ctx")) or DEFAULT_NUM_CTX, model.window)
        if not messages and not self._disk.holds(name):
            raise BadRequestError(f"model '{name}' not found", 404)
        load_ns = 0 if model.remote else self._residents.touch(model, window, body.get("keep_alive"))
        if not messages:
            return _loaded(name, chat=chat, unload=not model.remote and not self._residents.holds(model))
        script = _script(body, messages, model, window)
        frames = LineFrames(model, name, load_ns=load_ns, chat=chat)
        return Performance(script, frames, stream=body.get("stream") is not False)

    def _pull(self, request: Received) -> Answer:
        return self._disk.pull(_model(request), stream=request.json().get("stream") is not False)

    def _delete(self, request: Received) -> Answer:
        name = _model(request)
        self._disk.delete(name)
        self._residents.unload(card(name))
        return Plain(b"", 200)


def _model(request: Received) -> str:
    body = request.json()
    name = body.get("model") or body.get("name")
    if not isinstance(name, str) or not name:
        raise BadRequestError("model is required")
    return name


def _prompt(body: dict[str, object]) -> tuple[Told, ...]:
    prompt = body.get("prompt")
    return (Told("user", prompt),) if isinstance(prompt, str) and prompt else ()


def _script(body: dict[str, object], messages: tuple[Told, ...], model: Card, window: int) -> Script:
    """Raises `BadRequestError` when the prompt is too long and the caller forbade cutting it."""
    asked, total = last_user_text(messages), prompt_tokens(messages)
    if total > window and body.get("truncate") is False:
        raise BadRequestError("the input length exceeds the context length")
    thinks = "thinking" in model.capabilities and body.get("think") is not False
    level = body.get("think")
    thought = thinking_for(asked, level if isinstance(level, str) else "medium") if thinks else ""
    told = Script(pieces(answer_to(asked)), pieces(thought), prompt_tokens=min(total, window))
    limit = whole_number(mapping(body.get("options")).get("num_predict"))
    if limit is not None and limit >= 0:
        told = told.limited(limit)
    # without shifting, the answer ends where the window does
    return told.limited(max(0, window - told.prompt_tokens)) if body.get("shift") is False else told


def _loaded(name: str, *, chat: bool, unload: bool) -> Plain:
    said = {"message": {"role": "assistant", "content": ""}} if chat else {"response": ""}
    reason = "unload" if unload else "load"
    return as_json({"model": name, "created_at": now(), **said, "done": True, "done_reason": reason})


def _embed(request: Received) -> Plain:
    name, given = _model(request), request.json().get("input", "")
    texts = [str(text) for text in given] if isinstance(given, list) else [str(given)]
    vectors = []
    for text in texts:
        digest = hashlib.sha256(text.encode("utf-8", "replace")).digest()
        vectors.append([round(byte / 255 - 0.5, 6) for byte in digest])
    count = sum(len(pieces(text)) for text in texts)
    return as_json({"model": name, "embeddings": vectors, "total_duration": 1, "load_duration": 1, "prompt_eval_count": count})
