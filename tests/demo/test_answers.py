"""Canned, but worth reading: the promised answers, the same for the same prompt, with all that Markdown has to show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybridchat.demo import Demo
from hybridchat.demo.answers import answer_to
from hybridchat.demo.texts import GENERAL, TOPICS
from hybridchat.demo.tokens import count, pieces
from tests.demo.conftest import CHATS, ask, chat, said


@pytest.mark.parametrize("which", CHATS)
def test_a_very_long_essay_streams_two_thousand_tokens_and_more(demo: Demo, which: str) -> None:
    text = said(which, chat(demo, which, "Please write a very long essay about anything."))
    assert count(text) >= 2000
    assert len(text.split()) >= 1800


@pytest.mark.parametrize("which", CHATS)
def test_repeat_echoes_the_last_user_message_exactly(demo: Demo, which: str) -> None:
    text = ' two  spaces\n\n\ttab ünïcode 🙂 <b>&amp; \\ " end \n'
    assert said(which, chat(demo, which, f"Repeat: {text}")) == text


def test_only_the_last_user_message_counts_and_parts_are_read(demo: Demo) -> None:
    turns = [
        {"role": "user", "content": "repeat: first"},
        {"role": "assistant", "content": "first"},
        {"role": "user", "content": [{"type": "text", "text": "repeat: second"}]},
    ]
    assert said("openai", chat(demo, "openai", "", messages=turns)) == "second"
    assert said("anthropic", chat(demo, "anthropic", "", messages=turns)) == "second"


@given(st.text())
def test_pieces_are_the_text_again(text: str) -> None:
    assert "".join(pieces(text)) == text
    assert count(text) == len(pieces(text))


@given(st.text(max_size=200))
def test_the_same_prompt_gets_the_same_answer(prompt: str) -> None:
    assert answer_to(prompt) == answer_to(prompt)


@pytest.mark.parametrize(
    ("prompt", "word"),
    [
        ("Why does this regex backtrack?", "```python"),
        ("A SQL question", "```sql"),
        ("write me a haiku", "Five, seven, five"),
        ("some python please", "def "),
        ("explain JSON", "```json"),
        ("Who are you?", "canned demo"),
    ],
)
def test_common_words_get_a_fitting_answer(prompt: str, word: str) -> None:
    assert word in answer_to(prompt)


def test_other_prompts_get_different_answers_with_all_of_markdown() -> None:
    answers = {answer_to(f"question number {n}") for n in range(40)}
    assert len(answers) >= 3
    shown = "\n".join([*GENERAL, *(text for _, text in TOPICS)])
    for mark in ("## ", "- ", "1. ", "| ", "> ", "```python", "```sql", "**"):
        assert mark in shown


def test_anthropic_wants_a_limit_real_roles_and_text(demo: Demo) -> None:
    user = {"role": "user", "content": "hello"}
    for body, complaint in [
        ({"model": "m", "messages": [user]}, "max_tokens"),
        ({"model": "m", "max_tokens": 5, "messages": []}, "at least one"),
        ({"model": "m", "max_tokens": 5, "messages": [{"role": "system", "content": "x"}, user]}, "system"),
        ({"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": ""}, user]}, "non-empty"),
    ]:
        reply = ask(demo.anthropic, "POST", "/v1/messages", body)
        assert reply.status == 400
        assert complaint in reply.json()["error"]["message"]


def test_openai_sends_usage_only_when_asked(demo: Demo) -> None:
    plain = chat(demo, "openai", "hello").events()
    assert not any("usage" in event for event in plain if isinstance(event, dict))
    asked = chat(demo, "openai", "hello", stream_options={"include_usage": True}).events()
    assert asked[-1] == "[DONE]"
    assert asked[-2]["choices"] == []
    assert asked[-2]["usage"]["completion_tokens"] > 0
    assert ask(demo.openai, "GET", "/v1/nothing").status == 404
