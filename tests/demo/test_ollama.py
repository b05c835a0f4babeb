"""Ollama's replies have the fields and types of its API description, and its habits."""

from __future__ import annotations

import http.client
import json
from contextlib import suppress
from datetime import datetime
from typing import Any

import pytest

from hybridchat.demo import Demo, Fault
from tests.demo.conftest import ask, chat

DETAILS = {"format": str, "family": str, "families": list, "parameter_size": str, "quantization_level": str}
SUMMARY = {"name": str, "model": str, "modified_at": str, "size": int, "digest": str, "details": DETAILS}
PS = {
    "name": str,
    "model": str,
    "size": int,
    "digest": str,
    "details": DETAILS,
    "expires_at": str,
    "size_vram": int,
    "context_length": int,
}
SHOW = {
    "parameters": str,
    "license": str,
    "modified_at": str,
    "details": DETAILS,
    "template": str,
    "capabilities": list,
    "model_info": {"general.architecture": str},
}
END = {
    "done_reason": str,
    "total_duration": int,
    "load_duration": int,
    "prompt_eval_count": int,
    "prompt_eval_duration": int,
    "eval_count": int,
    "eval_duration": int,
}
CHUNK = {"model": str, "created_at": str, "message": {"role": str, "content": str}, "done": bool}
GENERATED = {"model": str, "created_at": str, "response": str, "done": bool}


def fits(value: Any, shape: dict[str, Any], where: str = "") -> None:
    """Every named field is there with its type; dates can be read."""
    for name, kind in shape.items():
        assert name in value, f"{where}{name} is missing"
        if isinstance(kind, dict):
            fits(value[name], kind, f"{where}{name}.")
        else:
            assert type(value[name]) is kind, f"{where}{name} is {value[name]!r}"
            if name.endswith("_at"):
                assert datetime.fromisoformat(value[name]).tzinfo is not None


def test_the_servers_own_pages(demo: Demo) -> None:
    server = demo.ollama
    assert ask(server, "GET", "/").body == b"Ollama is running"
    assert ask(server, "HEAD", "/").status == 200
    fits(ask(server, "GET", "/api/version").json(), {"version": str})
    assert ask(server, "GET", "/api/nothing").status == 404


def test_tags_and_show_describe_every_model(demo: Demo) -> None:
    models = ask(demo.ollama, "GET", "/api/tags").json()["models"]
    assert [m["name"] for m in models] == ["llama3.2:3b", "qwen2.5-coder:7b", "nomic-embed-text:latest", "gpt-oss:120b-cloud"]
    for model in models:
        fits(model, SUMMARY)
        assert len(model["digest"]) == 64
        shown = ask(demo.ollama, "POST", "/api/show", {"model": model["name"]}).json()
        fits(shown, SHOW)
        family = shown["model_info"]["general.architecture"]
        assert shown["model_info"][f"{family}.context_length"] > 0
        assert shown.get("remote_host") == model.get("remote_host")
    assert [m["name"] for m in models if "remote_host" in m] == ["gpt-oss:120b-cloud"]
    assert ask(demo.ollama, "POST", "/api/show", {"model": "nomic-embed-text"}).json()["capabilities"] == ["embedding"]


def test_the_list_of_models_can_be_chosen() -> None:
    with Demo(models=["phi4", "mine:1b"]) as demo:
        models = ask(demo.ollama, "GET", "/api/tags").json()["models"]
    assert [m["name"] for m in models] == ["phi4:latest", "mine:1b"]


def test_a_stream_is_ndjson_with_figures_on_its_last_line(demo: Demo) -> None:
    reply = chat(demo, "ollama", "capital of France")
    assert reply.headers["content-type"] == "application/x-ndjson"
    lines = reply.lines()
    for line in lines:
        fits(line, CHUNK)
        assert line["message"]["role"] == "assistant"
    assert [line["done"] for line in lines] == [False] * (len(lines) - 1) + [True]
    fits(lines[-1], END)
    last = lines[-1]
    parts = last["load_duration"] + last["prompt_eval_duration"] + last["eval_duration"]
    assert last["total_duration"] >= parts > 0


def test_a_whole_answer_has_the_same_fields(demo: Demo) -> None:
    whole = chat(demo, "ollama", "capital of France", stream=False).json()
    fits(whole, {**CHUNK, **END})
    assert "Paris" in whole["message"]["content"]
    made = ask(demo.ollama, "POST", "/api/generate", {"model": "m", "prompt": "capital of France", "stream": False}).json()
    fits(made, {**GENERATED, **END})
    assert "Paris" in made["response"]


def test_a_cloud_model_says_on_every_line_that_it_answered_elsewhere(demo: Demo) -> None:
    lines = chat(demo, "ollama", "hello", model="gpt-oss:120b-cloud").lines()
    assert {line["remote_host"] for line in lines} == {"https://ollama.com:443"}
    assert {line["remote_model"] for line in lines} == {"gpt-oss:120b"}
    assert ask(demo.ollama, "GET", "/api/ps").json()["models"] == []


def test_models_are_loaded_by_use_kept_and_unloaded(demo: Demo) -> None:
    def resident() -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = ask(demo.ollama, "GET", "/api/ps").json()["models"]
        return listed

    first = chat(demo, "ollama", "hello", model="llama3.2:3b").lines()[-1]
    again = chat(demo, "ollama", "hello", model="llama3.2:3b").lines()[-1]
    assert first["load_duration"] > again["load_duration"]
    (held,) = resident()
    fits(held, PS)
    assert held["context_length"] == 4096
    assert held["size"] > 2_019_393_189
    other = chat(demo, "ollama", "hello", model="llama3.2:3b", options={"num_ctx": 16384}).lines()[-1]
    assert other["load_duration"] > again["load_duration"]
    assert resident()[0]["context_length"] == 16384
    loaded = ask(demo.ollama, "POST", "/api/generate", {"model": "qwen2.5-coder:7b", "keep_alive": "1h30m"}).json()
    assert (loaded["done"], loaded["done_reason"]) == (True, "load")
    assert len(resident()) == 2
    gone = ask(demo.ollama, "POST", "/api/chat", {"model": "qwen2.5-coder:7b", "messages": [], "keep_alive": 0}).json()
    assert (gone["message"]["content"], gone["done_reason"]) == ("", "unload")
    assert [m["name"] for m in resident()] == ["llama3.2:3b"]
    assert chat(demo, "ollama", "hello", keep_alive="soon").status == 400


def test_a_prompt_beyond_the_window_is_cut_without_a_word_unless_forbidden(demo: Demo) -> None:
    words = "word " * 3000
    last = chat(demo, "ollama", words, options={"num_ctx": 2048}).lines()[-1]
    assert last["prompt_eval_count"] == 2048
    refused = chat(demo, "ollama", words, options={"num_ctx": 2048}, truncate=False)
    assert (refused.status, "context length" in refused.json()["error"]) == (400, True)


def installed(demo: Demo) -> set[str]:
    return {m["name"] for m in ask(demo.ollama, "GET", "/api/tags").json()["models"]}


def test_pull_tells_its_progress_layer_by_layer_and_adds_the_model(demo: Demo) -> None:
    steps = ask(demo.ollama, "POST", "/api/pull", {"model": "phi4"}).lines()
    assert steps[0] == {"status": "pulling manifest"}
    assert steps[-1] == {"status": "success"}
    for step in steps:
        fits(step, {"status": str})
    layers = list(dict.fromkeys(step["digest"] for step in steps if "digest" in step))
    assert len(layers) == 2
    for layer in layers:
        told = [step for step in steps if step.get("digest") == layer]
        done = [step["completed"] for step in told if "completed" in step]
        assert done == sorted(done)
        assert {type(step["total"]) for step in told} == {int}
        assert done[-1] == told[0]["total"]
    assert "phi4:latest" in installed(demo)
    assert ask(demo.ollama, "POST", "/api/pull", {"model": "phi4", "stream": False}).json() == {"status": "success"}


def test_what_the_registry_does_not_know_cannot_be_pulled(demo: Demo) -> None:
    reply = ask(demo.ollama, "POST", "/api/pull", {"model": "no-such-thing"})
    assert reply.status == 200
    assert reply.lines()[-1] == {"error": "pull model manifest: file does not exist"}
    assert ask(demo.ollama, "POST", "/api/pull", {"model": "no-such-thing", "stream": False}).status == 500
    assert "no-such-thing:latest" not in installed(demo)


@pytest.mark.parametrize("kind", ["cut", "truncate", "error_event", "malformed"])
def test_a_pull_that_breaks_adds_nothing_and_is_gone_on_with(demo: Demo, kind: str) -> None:
    demo.ollama.fail(Fault(kind, after=20, path="/api/pull", times=1))
    with suppress(http.client.IncompleteRead, OSError):
        ask(demo.ollama, "POST", "/api/pull", {"model": "phi4"})
    assert "phi4:latest" not in installed(demo)
    steps = ask(demo.ollama, "POST", "/api/pull", {"model": "phi4"}).lines()
    first = next(step["completed"] for step in steps if "completed" in step)
    assert first > steps[1]["total"] // 3
    assert "phi4:latest" in installed(demo)


def test_a_full_disk_is_told_in_the_middle_of_the_stream(demo: Demo) -> None:
    demo.ollama.fail(Fault("error_event", after=5, path="/api/pull", message="write blob: no space left on device"))
    assert ask(demo.ollama, "POST", "/api/pull", {"model": "phi4"}).lines()[-1] == {
        "error": "write blob: no space left on device"
    }


def test_delete_takes_the_model_from_disk_and_memory(demo: Demo) -> None:
    chat(demo, "ollama", "hello", model="llama3.2:3b")
    assert ask(demo.ollama, "DELETE", "/api/delete", {"model": "llama3.2:3b"}).status == 200
    assert "llama3.2:3b" not in installed(demo)
    assert ask(demo.ollama, "GET", "/api/ps").json()["models"] == []
    again = ask(demo.ollama, "DELETE", "/api/delete", {"model": "llama3.2:3b"})
    assert (again.status, again.json()["error"]) == (404, "model 'llama3.2:3b' not found")
    unloaded = ask(demo.ollama, "POST", "/api/generate", {"model": "llama3.2:3b", "keep_alive": 0})
    assert (unloaded.status, "not found" in unloaded.json()["error"]) == (404, True)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"messages":[]}', b'{"model":"m","messages":"x"}', b'{"model":"m","messages":[1]}']
)
def test_a_bad_body_is_a_400_with_a_reason(demo: Demo, body: bytes) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", demo.ollama.port, timeout=5)
    connection.request("POST", "/api/chat", body)
    reply = connection.getresponse()
    assert (reply.status, bool(json.loads(reply.read())["error"])) == (400, True)
    connection.close()
