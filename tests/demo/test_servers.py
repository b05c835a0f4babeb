"""What was received is kept, the network can go away and come back, and the pace holds."""

from __future__ import annotations

import http.client
import io
import socket
import subprocess
import sys
import threading
import time

import pytest

from hybridchat.demo import Demo, Fault
from hybridchat.demo.conditions import Conditions
from hybridchat.demo.sampler import SOURCE, sample
from hybridchat.demo.serve import serve
from hybridchat.facts import ResourceState
from tests.demo.conftest import CHATS, PATHS, ask, chat, chat_body, until

SECRET = "sk-very-secret-4711"


@pytest.mark.parametrize("which", CHATS)
def test_the_journal_holds_the_raw_body_and_no_key(demo: Demo, which: str) -> None:
    server = getattr(demo, which)
    ask(server, "POST", PATHS[which], chat_body("repeat: ünï"), {"Authorization": f"Bearer {SECRET}", "X-Api-Key": SECRET})
    (recorded,) = server.requests
    assert b'"repeat: \\u00fcn\\u00ef"' in recorded.body
    assert recorded.headers["authorization"] == "Bearer ***"
    assert recorded.headers["x-api-key"] == "***"
    shown = ask(server, "GET", "/__demo/requests")
    assert SECRET not in shown.body.decode()
    assert shown.json()["connections"] == 1
    assert [(r["method"], r["path"], r["body"].encode()) for r in shown.json()["requests"]] == [
        ("POST", PATHS[which], recorded.body)
    ]


def test_a_binary_body_comes_back_in_base64(demo: Demo) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", demo.openai.port, timeout=5)
    connection.request("POST", "/v1/chat/completions", b"\xff\xfe")
    assert connection.getresponse().status == 400
    connection.close()
    assert ask(demo.openai, "GET", "/__demo/requests").json()["requests"][0]["body_base64"] == "//4="


def test_a_bare_connection_counts_and_a_look_at_the_journal_does_not(demo: Demo) -> None:
    ask(demo.openai, "GET", "/__demo/requests")
    assert demo.openai.connections == 0
    socket.create_connection(("127.0.0.1", demo.openai.port), timeout=5).close()
    until(lambda: demo.openai.connections == 1)
    demo.openai.clear()
    assert demo.openai.connections == 0


def test_one_connection_serves_many_requests(demo: Demo) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", demo.ollama.port, timeout=5)
    for _ in range(3):
        connection.request("GET", "/api/version")
        assert connection.getresponse().read()
    connection.close()
    assert (demo.ollama.connections, len(demo.ollama.requests)) == (1, 3)


@pytest.mark.parametrize("which", ["openai", "anthropic"])
def test_a_key_is_wanted_only_when_the_server_was_told_so(demo: Demo, which: str) -> None:
    server = getattr(demo, which)
    assert chat(demo, which, "hello").status == 200
    server.require_key = True
    assert chat(demo, which, "hello").status == 401
    header = {"Authorization": "Bearer x"} if which == "openai" else {"X-Api-Key": "x"}
    assert ask(server, "POST", PATHS[which], chat_body("hello"), header).status == 200


def test_a_paused_server_refuses_connections_and_comes_back_on_the_same_port(demo: Demo) -> None:
    server, port = demo.openai, demo.openai.port
    server.pause()
    with pytest.raises(ConnectionRefusedError):
        chat(demo, "openai", "hello")
    server.resume()
    assert server.port == port
    assert chat(demo, "openai", "hello").status == 200


def test_offline_takes_the_clouds_away_in_mid_answer_and_leaves_the_local_server(demo: Demo) -> None:
    demo.openai.fail(Fault("stall", after=1, seconds=60))
    broken: list[BaseException] = []

    def wait_for_it() -> None:
        try:
            chat(demo, "openai", "hello")
        except (OSError, http.client.HTTPException) as e:
            broken.append(e)

    waiting = threading.Thread(target=wait_for_it)
    waiting.start()
    until(lambda: demo.openai.open_streams == 1)
    ask(demo.ollama, "POST", "/__demo/conditions", {"offline": True})
    waiting.join(5)
    assert len(broken) == 1
    for cloud in ("openai", "anthropic"):
        with pytest.raises(ConnectionRefusedError):
            chat(demo, cloud, "hello")
    assert chat(demo, "ollama", "hello").status == 200
    demo.openai.fail(None)
    demo.conditions.offline = False
    assert chat(demo, "openai", "hello").status == 200
    assert ask(demo.ollama, "POST", "/__demo/conditions", {"raining": True}).status == 400


def test_an_answer_keeps_its_rate_without_drifting() -> None:
    with Demo(chunks_per_second=400) as demo:
        start = time.monotonic()
        reply = chat(demo, "ollama", "a very long essay", options={"num_predict": 201})
        took = time.monotonic() - start
    assert len(reply.lines()) == 202
    # 200 gaps of 2.5 ms; sleeping the gap after each chunk would add at least 0.1 ms to every one of them
    assert 0.5 <= took < 1.0


def test_slow_means_fewer_chunks_and_a_late_first_one() -> None:
    with Demo(chunks_per_second=0) as demo:
        demo.conditions.slow = True
        connection = http.client.HTTPConnection("127.0.0.1", demo.openai.port, timeout=0.4)
        connection.request("POST", PATHS["openai"], b"{}")
        assert connection.getresponse().status == 400
        connection.close()
        slow = http.client.HTTPConnection("127.0.0.1", demo.ollama.port, timeout=0.4)
        slow.request("POST", PATHS["ollama"], b'{"model":"m","messages":[{"role":"user","content":"hello"}]}')
        with pytest.raises(TimeoutError):
            slow.getresponse()
        slow.close()


def test_a_taken_port_is_an_error_that_leaves_nothing_running() -> None:
    with Demo() as first:
        second = Demo(anthropic_port=first.ollama.port)
        with pytest.raises(OSError):  # the number differs between systems
            second.start()
        assert threading.active_count() < 20
        assert second.ollama.port == 0


def test_stopping_ends_streams_and_threads() -> None:
    before = threading.active_count()
    demo = Demo(chunks_per_second=0).start()
    demo.ollama.fail(Fault("stall", after=1, seconds=60))
    with socket.create_connection(("127.0.0.1", demo.ollama.port), timeout=5) as raw:
        body = b'{"model":"m","messages":[{"role":"user","content":"hello"}]}'
        raw.sendall(b"POST /api/chat HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
        until(lambda: demo.ollama.open_streams == 1)
        demo.stop()
        until(lambda: demo.ollama.open_streams == 0)
    until(lambda: threading.active_count() <= before)


def test_serve_prints_the_lines_a_shell_needs() -> None:
    out, ended = io.StringIO(), threading.Event()
    running = threading.Thread(target=serve, kwargs={"out": out, "until": ended})
    running.start()
    until(lambda: "ANTHROPIC_API_KEY" in out.getvalue())
    lines = dict(line.removeprefix("export ").split("=", 1) for line in out.getvalue().splitlines() if line.startswith("export "))
    port = int(lines["OLLAMA_HOST"].rpartition(":")[2])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", "/")
    assert connection.getresponse().read() == b"Ollama is running"
    connection.close()
    ended.set()
    running.join(5)
    assert set(lines) == {"OLLAMA_HOST", "OPENAI_BASE_URL", "OPENAI_API_KEY", "ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY"}
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_the_simulated_machine_is_labelled_pure_and_reacts_to_busy() -> None:
    calm, busy = Conditions(), Conditions(busy=True)
    for t in range(0, 300, 7):
        device = sample(float(t), calm)
        assert device == sample(float(t), Conditions())
        assert {gauge.source for gauge in device.gauges.values()} == {SOURCE}
        assert device.state is ResourceState.AVAILABLE
        hot = sample(float(t), busy).gauges["gpu"].value
        assert hot is not None
        assert 95 < hot <= 100
    assert sample(1.0, busy).state is ResourceState.CRITICAL


def test_naming_the_package_imports_no_server() -> None:
    told = subprocess.run(
        [sys.executable, "-c", "import sys, hybridchat.demo; print('http.server' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == "False"
