"""Reading complaints and exceptions: pure functions, no server."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Callable

import httpx
import httpx2
import pytest

from hybridchat.providers import base
from hybridchat.providers.base import Blocked, ProviderError
from hybridchat.providers.complaint import Complaint, judge, read, retry_after
from hybridchat.providers.errors import GuardStop, Matter, Site, spoken, translate

SITE = Site("openai", "api.openai.com", "openai", key_name="OPENAI_API_KEY", secret="sk-proj-abcdefgh")
LOCAL = Site("ollama", "localhost:11434", "ollama", on_device=True)

BODIES: list[tuple[int, object, type[ProviderError]]] = [
    # llama.cpp
    (
        400,
        {"error": {"code": 400, "type": "exceed_context_size_error", "message": "request (10009 tokens) exceeds"}},
        base.TooLong,
    ),
    (400, {"error": {"code": 400, "message": "model 'nope' not found", "type": "invalid_request_error"}}, base.UnknownModel),
    (404, {"error": {"code": 404, "message": "File Not Found", "type": "not_found_error"}}, base.BadRequest),
    (500, {"error": {"code": 500, "message": "image input is not supported - hint", "type": "server_error"}}, base.BadRequest),
    (503, {"error": {"message": "Loading model", "type": "unavailable_error"}}, base.ServerFault),
    # OpenAI
    (401, {"error": {"type": "invalid_request_error", "code": "invalid_api_key", "message": "Incorrect"}}, base.Unauthorised),
    (
        404,
        {"error": {"message": "The model `x` does not exist or you do not have access", "code": "model_not_found"}},
        base.UnknownModel,
    ),
    (404, {"error": {"message": "Invalid URL (POST /v1/v1/chat/completions)", "type": "invalid_request_error"}}, base.BadRequest),
    (429, {"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}}, base.OutOfCredit),
    (429, {"error": {"message": "Rate limit reached", "code": "rate_limit_exceeded"}}, base.RateLimited),
    (400, {"error": {"message": "flagged", "code": "content_policy_violation"}}, base.Refused),
    (400, {"error": {"message": "filtered", "code": "content_filter", "type": None}}, base.Refused),
    (400, {"error": {"message": "Unsupported value: 'temperature'", "type": "invalid_request_error"}}, base.BadRequest),
    # Anthropic
    (
        400,
        {"type": "error", "error": {"type": "invalid_request_error", "message": "prompt is too long: 210009 tokens"}},
        base.TooLong,
    ),
    (
        400,
        {"type": "error", "error": {"type": "invalid_request_error", "message": "Your credit balance is too low"}},
        base.OutOfCredit,
    ),
    (404, {"type": "error", "error": {"type": "not_found_error", "message": "model: claude-nope"}}, base.UnknownModel),
    (413, {"type": "error", "error": {"type": "request_too_large", "message": "Request exceeds the maximum size"}}, base.TooLong),
    (529, {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, base.ServerFault),
    # inside a 200 stream
    (0, {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, base.ServerFault),
    (0, {"type": "error", "error": {"type": "rate_limit_error", "message": "slow down"}}, base.RateLimited),
    (0, {"type": "error", "error": {"type": "authentication_error", "message": "revoked"}}, base.Unauthorised),
    (0, {"message": "Provider returned error", "code": 502}, base.ServerFault),
    (0, {"message": "Too many", "code": 429}, base.RateLimited),
    (0, "an error was encountered while running the model: CUDA error: out of memory", base.BadRequest),
    (0, "unexpected EOF", base.ServerFault),
    # Ollama
    (404, {"error": "model 'x' not found"}, base.UnknownModel),
    (404, b"404 page not found", base.BadRequest),
    (401, {"error": "unauthorized", "signin_url": "https://ollama.com/connect"}, base.Unauthorised),
    (500, {"error": "model requires more system memory (5.6 GiB) than is available (3.1 GiB)"}, base.BadRequest),
    (400, {"error": "the input length exceeds the context length"}, base.TooLong),
    (400, {"error": '"llama3.2" does not support thinking'}, base.BadRequest),
    # others and nobody
    (404, {"detail": "Not Found"}, base.BadRequest),
    (400, {"error": {"message": "No connected db.", "type": "no_db_connection", "code": "400"}}, base.BadRequest),
    (502, b"<html><body>Bad Gateway</body></html>", base.ServerFault),
    (404, b"<html>nginx</html>", base.BadRequest),
    (500, b"", base.ServerFault),
    (400, b"[1, 2]", base.BadRequest),
    (307, b"", base.BadRequest),
    (402, b"", base.OutOfCredit),
]


@pytest.mark.parametrize(("status", "body", "expected"), BODIES, ids=lambda v: v.__name__ if isinstance(v, type) else None)
def test_a_complaint_is_judged_by_what_it_says_before_its_status(
    status: int, body: object, expected: type[ProviderError]
) -> None:
    assert judge(read(status, body)) is expected
    as_text = body if isinstance(body, bytes | str) else json.dumps(body)
    assert judge(read(status, as_text)) is expected


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.25"}, 0.25),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after-ms": "1500", "retry-after": "2"}, 1.5),
        ({"retry-after": "Sun, 06 Nov 1994 08:49:37 GMT"}, 27.0),
        ({"retry-after": "Sun, 06 Nov 1994 08:40:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
    ],
)
def test_a_waiting_time_is_read_in_every_form(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, now=784_111_750.0) == seconds


def connected(cause: BaseException, module: object = httpx) -> Exception:
    error = module.ConnectError("All connection attempts failed")  # type: ignore[attr-defined]
    error.__cause__ = cause
    return error


RAISED: list[tuple[Callable[[], Exception], type[ProviderError], str]] = [
    (lambda: httpx.ConnectError("refused"), base.Unreachable, ""),
    (lambda: httpx2.ConnectTimeout("slow"), base.Unreachable, "in time"),
    (lambda: connected(socket.gaierror(-2, "Name or service not known")), base.Unreachable, "name was not found"),
    (lambda: connected(ssl.SSLCertVerificationError("bad"), httpx2), base.Unreachable, "certificate"),
    (lambda: httpx.ProxyError("407 for user:pass@proxy"), base.Unreachable, "HTTPS_PROXY"),
    (lambda: httpx.ReadTimeout("x"), base.Stalled, ""),
    (lambda: httpx2.ReadTimeout("x"), base.Stalled, ""),
    (lambda: httpx.ReadError("x"), base.Cut, ""),
    (lambda: httpx2.RemoteProtocolError("peer closed connection without sending complete message body"), base.Cut, ""),
    (lambda: httpx.RemoteProtocolError("Server disconnected without sending a response."), base.Cut, ""),
    (lambda: httpx2.RemoteProtocolError("illegal status line"), base.Malformed, ""),
    (lambda: httpx.DecodingError("bad gzip"), base.Malformed, ""),
    (lambda: httpx.UnsupportedProtocol("ftp"), base.BadRequest, "base_url"),
    (lambda: ConnectionError("Failed to connect to Ollama."), base.Unreachable, ""),
    (lambda: ConnectionResetError(104, "reset"), base.Cut, ""),
    (lambda: json.JSONDecodeError("Expecting value", "secret words", 0), base.Malformed, ""),
    (lambda: AssertionError(), base.Malformed, ""),
    (lambda: KeyError("choices"), base.Malformed, ""),
]


@pytest.mark.parametrize(("make", "expected", "words"), RAISED)
def test_both_http_libraries_and_bare_exceptions_become_ours(
    make: Callable[[], Exception], expected: type[ProviderError], words: str
) -> None:
    failure = translate(make(), SITE)
    assert type(failure) is expected
    assert words in str(failure)
    assert "api.openai.com" in str(failure)
    assert "pass@" not in str(failure)
    assert "secret words" not in str(failure)


def test_an_error_behind_another_one_decides() -> None:
    wrapped = RuntimeError("Connection error.")
    wrapped.__cause__ = httpx2.ReadTimeout("x")
    assert type(translate(wrapped, SITE)) is base.Stalled


def test_what_the_guard_raised_comes_through_any_wrapping() -> None:
    blocked = Blocked("not that")
    wrapped = RuntimeError("Connection error.")
    wrapped.__cause__ = GuardStop(blocked)
    assert translate(wrapped, SITE) is blocked
    other = OSError("disk full")
    wrapped.__cause__ = GuardStop(other)
    assert translate(wrapped, SITE) is other


def test_a_servers_words_are_made_fit_to_be_read() -> None:
    told = Complaint(500, text="boom\x1b[31m\r\n\u202ered " + "x" * 500 + " sk-proj-abcdefgh")
    sentence = str(spoken(told, SITE))
    assert "\x1b" not in sentence
    assert "\n" not in sentence
    assert "\u202e" not in sentence
    assert "sk-proj" not in sentence
    assert len(sentence) < 330


def test_a_servers_words_that_quote_the_conversation_are_left_out() -> None:
    matter = Matter("gpt", ("Dear Zoe, the PIN is 4711 as agreed.",))
    assert "4711" not in str(spoken(Complaint(400, text="invalid text: 'the PIN is 4711 as'"), SITE, matter))
    assert "max_tokens is too large" in str(spoken(Complaint(400, text="max_tokens is too large"), SITE, matter))


def test_a_secret_shows_in_no_representation() -> None:
    assert "sk-proj" not in repr(SITE)
    assert "words" not in repr(Matter("m", ("words",)))


def test_only_errors_that_may_pass_are_tried_again() -> None:
    again = {c for c in base.__dict__.values() if isinstance(c, type) and issubclass(c, ProviderError) and c.retry_same}
    assert again == {base.Unreachable, base.Cut, base.RateLimited, base.ServerFault}


def test_an_unsigned_ollama_cloud_model_is_told_how_to_sign_in() -> None:
    said = read(401, {"error": "unauthorized", "signin_url": "https://ollama.com/connect"})
    assert str(spoken(said, LOCAL)).endswith("Sign in with: ollama signin")
