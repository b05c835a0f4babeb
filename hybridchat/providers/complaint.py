"""What a server complained of, read from any of the shapes the protocols and their imitators use, and which error it is."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from hybridchat.providers.base import (
    BadRequest,
    OutOfCredit,
    ProviderError,
    RateLimited,
    Refused,
    ServerFault,
    TooLong,
    Unauthorised,
    UnknownModel,
)
from hybridchat.value import value


@value
class Complaint:
    """`status` is 0 for an error inside a stream. `names` are the error's types and codes, lower case; `text` is for people.

    `readable` is false when the body was none of the protocols' error shapes (a proxy's web page, nothing at all).
    """

    status: int
    names: frozenset[str] = frozenset()
    text: str = ""
    retry_after: float | None = None
    readable: bool = True


_TOO_LONG_NAMES = {"exceed_context_size_error", "context_length_exceeded", "model_context_window_exceeded", "request_too_large"}
_TOO_LONG = re.compile(
    r"context (size|length|window)|maximum context|(prompt|input|request)( length)? (is|are) too (long|large)"
    r"|too many (input |prompt )?tokens|input length (and|exceeds)|exceeds the (available|maximum) (context|number of tokens)"
)
_NO_IMAGES = re.compile(r"image input is not supported|does not support (image|vision)|missing data required for image input")
_NO_MEMORY = re.compile(r"requires more system memory|out of memory|insufficient memory")
_NO_MODEL = re.compile(r"model\b.{0,160}\b(not found|does not exist|not exist|unknown|invalid)|(unknown|invalid|no such) model")
_NO_CREDIT_NAMES = {"insufficient_quota", "billing_error", "billing_hard_limit_reached", "insufficient_balance"}
_NO_CREDIT = re.compile(r"credit balance|insufficient[_ ](balance|credit|quota|funds)|exceeded your current quota")
_KEY_NAMES = {"authentication_error", "permission_error", "invalid_api_key", "unauthorized", "unauthenticated"}
_RATE_NAMES = {"rate_limit_error", "rate_limit_exceeded", "too_many_requests"}
_MODEL_NAMES = {"model_not_found"}
_NO_PATH = {"not found", "file not found", "page not found", "404 page not found", "404 not found"}
_REFUSED_NAMES = {"content_filter", "content_policy_violation", "responsibleaipolicyviolation", "invalid_prompt", "refusal"}
_REQUEST_NAMES = {"invalid_request_error", "invalid_request", "bad_request"}
_UNPROCESSABLE = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY, 0})


def read(status: int, body: object, headers: Mapping[str, str] | None = None, *, now: float = 0.0) -> Complaint:
    """The complaint in `body` (JSON value, text or bytes). `now`, epoch seconds, dates a Retry-After that names a moment."""
    told = _decoded(body)
    names: set[str] = set()
    text = ""
    code = status
    inner: object = told
    for _ in range(2):
        if not isinstance(inner, Mapping):
            break
        for key in ("type", "code", "status"):
            value = inner.get(key)
            if isinstance(value, str):
                names.add(value.lower())
            elif isinstance(value, int) and not status and HTTPStatus.BAD_REQUEST <= value < 600:
                code = value
        text = next((v for k in ("message", "detail", "error") if isinstance(v := inner.get(k), str)), text)
        inner = inner.get("error")
    if isinstance(told, str) and not _is_page(told):
        text = told
    return Complaint(code, frozenset(names), text, retry_after(headers, now), bool(names or (isinstance(told, Mapping) and text)))


def judge(complaint: Complaint) -> type[ProviderError]:
    """Which error the complaint is: what it says goes before its status, which several servers get wrong."""
    status, names, text = complaint.status, complaint.names, complaint.text.lower()
    return _named(status, names, text) or _by_status(status, complaint)


def _named(status: int, names: frozenset[str], text: str) -> type[ProviderError] | None:
    # llama.cpp answers 500 to an image sent to a text model, Ollama to a model larger than the memory: neither passes by itself
    if _NO_IMAGES.search(text) or _NO_MEMORY.search(text):
        return BadRequest
    if names & _TOO_LONG_NAMES or (status not in {401, 403, 404, 429} and _TOO_LONG.search(text)):
        return TooLong
    if status == HTTPStatus.PAYMENT_REQUIRED or names & _NO_CREDIT_NAMES or _NO_CREDIT.search(text):
        return OutOfCredit
    if names & _KEY_NAMES:
        return Unauthorised
    if names & _RATE_NAMES:
        return RateLimited
    if names & _REFUSED_NAMES:
        return Refused
    # llama.cpp's router says 400, the clouds 404
    if names & _MODEL_NAMES or (status in {*_UNPROCESSABLE, 404} and _NO_MODEL.search(text)):
        return UnknownModel
    if status == 0 and "not_found_error" in names:
        return UnknownModel
    if status == 0 and names & _REQUEST_NAMES:
        return BadRequest
    return None


def _by_status(status: int, complaint: Complaint) -> type[ProviderError]:
    match status:
        case 401 | 403:
            return Unauthorised
        case 404:
            # a body in the protocol's shape is about the model, anything else about the path
            text = complaint.text.lower().rstrip(".")
            no_path = text in _NO_PATH or text.startswith("invalid url")
            return UnknownModel if complaint.readable and not no_path else BadRequest
        case 408:
            return ServerFault
        case 413:
            return TooLong
        case 429:
            return RateLimited
        case _:
            return BadRequest if 300 <= status < 500 else ServerFault


def retry_after(headers: Mapping[str, str] | None, now: float) -> float | None:
    """Seconds to wait, from `retry-after-ms` or `retry-after` (seconds or a date); `None` when nothing usable was said."""
    if not headers:
        return None
    for key, scale in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            return max(0.0, float(headers.get(key, "")) / scale)
        except ValueError:
            continue
    try:
        return max(0.0, parsedate_to_datetime(headers.get("retry-after", "")).timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return None


def _decoded(body: object) -> object:
    if isinstance(body, bytes):
        body = body.decode("utf-8", "replace")
    if isinstance(body, str):
        try:
            return json.loads(body)
        except ValueError:
            return body
    return body


def _is_page(text: str) -> bool:
    return text.lstrip()[:1] == "<"
