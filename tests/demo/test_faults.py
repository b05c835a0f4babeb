"""Every way to fail, seen at the raw level once in each protocol."""

from __future__ import annotations

import http.client
import json
import socket
import time
from typing import Any

import pytest

from hybridchat.demo import Demo, Fault, Server
from hybridchat.demo.faults import KINDS
from tests.demo.conftest import CHATS, PATHS, ask, chat, chat_body, said, until

LONG = "repeat: one two three four five six seven eight nine ten"
pytestmark = pytest.mark.parametrize("which", CHATS)


def server(demo: Demo, which: str, fault: Fault) -> Server:
    chosen: Server = getattr(demo, which)
    chosen.fail(fault)
    return chosen


def terminal(which: str, events: list[Any]) -> bool:
    """Whether a stream ended the way the protocol says."""
    match which:
        case "ollama":
            return bool(events) and events[-1].get("done") is True
        case "openai":
            return events[-1:] == ["[DONE]"]
        case _:
            return bool(events) and events[-1]["type"] == "message_stop"


def events_of(which: str, reply: Any) -> list[Any]:
    return reply.lines() if which == "ollama" else reply.events()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 429, 500, 503, 529])
def test_a_status_comes_with_the_protocols_own_error(demo: Demo, which: str, status: int) -> None:
    server(demo, which, Fault("status", status=status, message="no luck", retry_after=1.5))
    reply = chat(demo, which, LONG)
    error = reply.json()["error"]
    assert reply.status == status
    assert reply.headers["retry-after"] == "1.5"
    assert (error if which == "ollama" else error["message"]) == "no luck"
    if which == "anthropic":
        assert reply.json()["type"] == "error"


def test_a_refused_connection_is_reset_before_any_request(demo: Demo, which: str) -> None:
    chosen = server(demo, which, Fault("refuse", times=1))
    with pytest.raises(OSError):  # reset or end of file, as the system likes
        chat(demo, which, LONG)
    assert chosen.connections == 1
    assert chosen.requests == []
    assert chat(demo, which, LONG).status == 200


@pytest.mark.parametrize("reset", [False, True])
def test_a_cut_stream_breaks_off_in_the_middle(demo: Demo, which: str, reset: bool) -> None:
    server(demo, which, Fault("cut", after=3, reset=reset))
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        chat(demo, which, LONG)


def test_a_truncated_stream_ends_cleanly_but_without_its_terminal_event(demo: Demo, which: str) -> None:
    server(demo, which, Fault("truncate", after=3))
    reply = chat(demo, which, LONG)
    assert said(which, reply) == "one two three"
    assert not terminal(which, events_of(which, reply))


def test_a_malformed_chunk_is_no_json(demo: Demo, which: str) -> None:
    chosen = server(demo, which, Fault("malformed", after=2))
    with socket.create_connection(("127.0.0.1", chosen.port), timeout=5) as raw:
        body = json.dumps(chat_body(LONG)).encode()
        raw.sendall(b"POST %b HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%b" % (PATHS[which].encode(), len(body), body))
        received = b"".join(iter(lambda: raw.recv(65536), b""))
    lines = [line for line in received.partition(b"\r\n\r\n")[2].splitlines() if b"{" in line]
    with pytest.raises(json.JSONDecodeError):
        json.loads(lines[-1].removeprefix(b"data: "))
    json.loads(lines[-2].removeprefix(b"data: "))


def test_a_stalled_stream_goes_on_after_its_pause(demo: Demo, which: str) -> None:
    server(demo, which, Fault("stall", after=2, seconds=0.15, keepalive=0.05))
    start = time.monotonic()
    reply = chat(demo, which, LONG)
    assert time.monotonic() - start >= 0.15
    assert said(which, reply) == LONG.removeprefix("repeat: ")
    beats = {"ollama": 0, "openai": reply.body.count(b": keep-alive"), "anthropic": reply.body.count(b"event: ping") - 1}
    assert beats[which] >= (0 if which == "ollama" else 2)


def test_an_error_arrives_inside_a_good_stream(demo: Demo, which: str) -> None:
    server(demo, which, Fault("error_event", after=2, message="ran out of memory"))
    reply = chat(demo, which, LONG)
    assert reply.status == 200
    last = events_of(which, reply)[-1]
    assert (last["error"] if which == "ollama" else last["error"]["message"]) == "ran out of memory"
    assert which != "anthropic" or b"event: error\n" in reply.body


def test_a_slow_first_token_keeps_the_client_waiting(demo: Demo, which: str) -> None:
    server(demo, which, Fault("slow_first_token", seconds=0.12))
    start = time.monotonic()
    reply = chat(demo, which, LONG)
    assert time.monotonic() - start >= 0.12
    assert terminal(which, events_of(which, reply))


@pytest.mark.parametrize("kind", ["empty", "refusal"])
def test_an_answer_without_text_still_ends_properly(demo: Demo, which: str, kind: str) -> None:
    server(demo, which, Fault(kind))
    reply = chat(demo, which, LONG)
    events = events_of(which, reply)
    assert said(which, reply) == ""
    assert terminal(which, events)
    reasons = {
        "ollama": lambda: events[-1]["done_reason"],
        "openai": lambda: events[-2]["choices"][0]["finish_reason"],
        "anthropic": lambda: events[-2]["delta"]["stop_reason"],
    }
    refused = {"ollama": "stop", "openai": "content_filter", "anthropic": "refusal"}
    done = {"ollama": "stop", "openai": "stop", "anthropic": "end_turn"}
    assert reasons[which]() == (refused if kind == "refusal" else done)[which]


def test_a_login_page_is_html_with_a_good_status(demo: Demo, which: str) -> None:
    server(demo, which, Fault("html"))
    reply = chat(demo, which, LONG)
    assert (reply.status, reply.headers["content-type"].partition(";")[0]) == (200, "text/html")


def test_a_redirect_points_at_the_same_path_elsewhere(demo: Demo, which: str) -> None:
    server(demo, which, Fault("redirect", url="http://127.0.0.1:9"))
    reply = chat(demo, which, LONG)
    assert (reply.status, reply.headers["location"]) == (307, f"http://127.0.0.1:9{PATHS[which]}")


def test_an_overflow_is_a_400_in_the_protocols_own_words(demo: Demo, which: str) -> None:
    server(demo, which, Fault("context_overflow"))
    reply = chat(demo, which, LONG)
    assert reply.status == 400
    words = {"ollama": "context length", "openai": "context_length_exceeded", "anthropic": "prompt is too long"}
    assert words[which] in reply.body.decode()


def test_garbage_is_no_http(demo: Demo, which: str) -> None:
    server(demo, which, Fault("garbage"))
    with pytest.raises(http.client.BadStatusLine):
        chat(demo, which, LONG)


@pytest.mark.parametrize("kind", ["cut", "truncate", "malformed", "error_event", "stall"])
def test_a_whole_answer_fails_too(demo: Demo, which: str, kind: str) -> None:
    server(demo, which, Fault(kind, seconds=0.05, message="boom"))
    start = time.monotonic()
    try:
        reply = chat(demo, which, LONG, stream=False)
    except http.client.IncompleteRead:
        assert kind in {"cut", "truncate"}
        return
    match kind:
        case "malformed":
            with pytest.raises(json.JSONDecodeError):
                reply.json()
        case "error_event":
            assert (reply.status, "boom" in reply.body.decode()) == (500, True)
        case _:
            assert kind == "stall"
            assert time.monotonic() - start >= 0.05


def test_a_fault_strikes_as_often_as_it_was_told_and_only_chat_calls(demo: Demo, which: str) -> None:
    chosen = server(demo, which, Fault("status", status=503, times=2))
    listing = "/api/tags" if which == "ollama" else "/v1/models"
    assert ask(chosen, "GET", listing).status == 200
    assert [chat(demo, which, LONG).status for _ in range(3)] == [503, 503, 200]
    chosen.fail(Fault("status", status=500, path="*"))
    assert ask(chosen, "GET", listing).status == 500
    chosen.fail(None)
    assert ask(chosen, "GET", listing).status == 200


def test_a_client_that_leaves_frees_its_stream_at_once(demo: Demo, which: str) -> None:
    chosen = server(demo, which, Fault("stall", after=2, seconds=60))
    with socket.create_connection(("127.0.0.1", chosen.port), timeout=5) as raw:
        body = json.dumps(chat_body(LONG)).encode()
        raw.sendall(b"POST %b HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%b" % (PATHS[which].encode(), len(body), body))
        until(lambda: chosen.open_streams == 1)
        assert raw.recv(1)
    left = time.monotonic()
    until(lambda: chosen.open_streams == 0)
    assert time.monotonic() - left < 1.0


def test_a_fault_can_be_set_and_taken_away_over_http(demo: Demo, which: str) -> None:
    chosen = getattr(demo, which)
    assert ask(chosen, "POST", "/__demo/fail", {"kind": "status", "status": 429, "retry_after": 2}).status == 200
    assert chat(demo, which, LONG).headers["retry-after"] == "2"
    assert ask(chosen, "POST", "/__demo/fail", [429]).status == 400
    assert ask(chosen, "POST", "/__demo/fail").status == 200
    assert chat(demo, which, LONG).status == 200
    assert [request.path for request in chosen.requests] == [PATHS[which]] * 2


@pytest.mark.parametrize(
    "wrong", [{"status": "429"}, {"times": "two"}, {"after": True}, {"reset": 1}, {"colour": "red"}, {"kind": None}]
)
def test_a_wrong_field_is_refused_and_changes_nothing(demo: Demo, which: str, wrong: dict[str, Any]) -> None:
    reply = ask(getattr(demo, which), "POST", "/__demo/fail", {"kind": "status", **wrong})
    assert reply.status == 400
    assert next(iter(wrong)) in reply.json()["error"]
    assert chat(demo, which, LONG).status == 200


def test_a_wrong_fault_says_what_there_is(demo: Demo, which: str) -> None:
    with pytest.raises(ValueError, match="truncate"):
        Fault("explode")
    reply = ask(getattr(demo, which), "POST", "/__demo/fail", {"kind": "explode"})
    assert reply.status == 400
    assert all(kind in reply.json()["error"] for kind in KINDS)
