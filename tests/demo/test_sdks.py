"""The official clients understand the servers, streamed and whole."""

from __future__ import annotations

import anthropic
import ollama
import openai
import pytest

from hybridchat.demo import Demo

ASKED = [{"role": "user", "content": "What is the CAPITAL of france?"}]


def test_openai_streams_role_text_finish_and_usage(demo: Demo) -> None:
    with openai.OpenAI(base_url=demo.openai.base_url, api_key="k", max_retries=0) as client:
        stream = client.chat.completions.create(model="m", messages=ASKED, stream=True, stream_options={"include_usage": True})
        chunks = list(stream)
    assert chunks[0].choices[0].delta.role == "assistant"
    assert "Paris" in "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop"
    usage = chunks[-1].usage
    assert usage is not None
    assert usage.completion_tokens == sum(1 for c in chunks if c.choices and c.choices[0].delta.content)
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens


def test_openai_answers_whole_and_lists_models(demo: Demo) -> None:
    with openai.OpenAI(base_url=demo.openai.base_url, api_key="k", max_retries=0) as client:
        reply = client.chat.completions.create(model="anything-at-all", messages=ASKED, max_completion_tokens=3)
        listed = [m.id for m in client.models.list()]
        assert client.models.retrieve(listed[0]).id == listed[0]
    assert reply.model == "anything-at-all"
    assert reply.choices[0].finish_reason == "length"
    assert reply.usage is not None
    assert reply.usage.completion_tokens == 3
    assert len(listed) >= 2


def test_anthropic_streams_and_sums_up_a_message(demo: Demo) -> None:
    with (
        anthropic.Anthropic(base_url=demo.anthropic.url, api_key="k", max_retries=0) as client,
        client.messages.stream(model="m", max_tokens=500, system="Be brief.", messages=ASKED) as stream,
    ):
        kinds = [event.type for event in stream]
        message = stream.get_final_message()
    assert "Paris" in message.content[0].text
    assert message.stop_reason == "end_turn"
    assert message.usage.output_tokens > 5
    assert kinds[0] == "message_start"
    assert kinds[-1] == "message_stop"


def test_anthropic_answers_whole_counts_tokens_and_lists_models(demo: Demo) -> None:
    with anthropic.Anthropic(base_url=demo.anthropic.url, api_key="k", max_retries=0) as client:
        message = client.messages.create(model="m", max_tokens=2, messages=ASKED)
        counted = client.messages.count_tokens(model="m", messages=ASKED)
        listed = [m.id for m in client.models.list()]
    assert message.stop_reason == "max_tokens"
    assert message.usage.output_tokens == 2
    assert message.usage.input_tokens == counted.input_tokens
    assert len(listed) >= 2


def test_ollama_streams_whole_and_thinks_apart(demo: Demo) -> None:
    with ollama.Client(demo.ollama.url) as client:
        plain = list(client.chat("llama3.2:3b", ASKED, stream=True))
        thinking = list(client.chat("deepseek-r1:8b", ASKED, stream=True, think=True))
        whole = client.chat("llama3.2:3b", ASKED, options={"num_predict": 4})
        with pytest.raises(ollama.ResponseError, match="does not support thinking"):
            client.chat("llama3.2:3b", ASKED, think=True)
        with pytest.raises(ollama.ResponseError, match="does not support chat"):
            client.chat("nomic-embed-text", ASKED)
    assert "Paris" in "".join(c.message.content or "" for c in plain)
    assert plain[-1].done
    assert plain[-1].eval_count == len(plain) - 1
    assert any(c.message.thinking for c in thinking)
    assert not any(c.message.thinking and c.message.content for c in thinking)
    assert (whole.done_reason, whole.eval_count) == ("length", 4)


def test_ollama_lists_shows_loads_pulls_and_deletes(demo: Demo) -> None:
    with ollama.Client(demo.ollama.url) as client:
        assert [m.model for m in client.list().models][:2] == ["llama3.2:3b", "qwen2.5-coder:7b"]
        info = client.show("llama3.2:3b")
        assert info.modelinfo is not None
        assert info.modelinfo["llama.attention.head_count_kv"] == 8
        client.generate("llama3.2:3b", options={"num_ctx": 8192}, keep_alive="10m")
        (resident,) = client.ps().models
        assert (resident.model, resident.context_length) == ("llama3.2:3b", 8192)
        client.chat("llama3.2:3b", [], keep_alive=0)
        assert client.ps().models == []
        progress = list(client.pull("phi4", stream=True))
        assert progress[-1].status == "success"
        assert max(p.completed or 0 for p in progress) == next(p.total for p in progress if p.total)
        assert "phi4:latest" in [m.model for m in client.list().models]
        client.delete("phi4")
        with pytest.raises(ollama.ResponseError) as caught:
            client.delete("phi4")
        assert caught.value.status_code == 404


async def test_the_environment_lines_point_every_async_client_here(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in demo.env().items():
        monkeypatch.setenv(name, value)
    async with openai.AsyncOpenAI(max_retries=0) as one, anthropic.AsyncAnthropic(max_retries=0) as two:
        first = await one.chat.completions.create(model="m", messages=ASKED)
        second = await two.messages.create(model="m", max_tokens=99, messages=ASKED)
    async with ollama.AsyncClient() as three:
        third = await three.chat("m", ASKED)
    texts = (first.choices[0].message.content, second.content[0].text, third.message.content)
    assert all("Paris" in (text or "") for text in texts)
