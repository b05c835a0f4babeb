"""The first screen: it stays true while it stands, offers a model with one key, and asks once for words, in nobody's way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hybridchat.config import Config
from hybridchat.demo import Demo, Fault
from hybridchat.facts import Device
from hybridchat.terms import load
from hybridchat.tui.first import Words
from tests.support.screen import frame, shows, until
from tests.support.screens import Seat, seated

ROOM = Device(memory_free=5 * 10**9)
QUESTION = "What is the capital of France?"


@asynccontextmanager
async def fresh(folder: Path, *, rate: float = 0, words: bool = False, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Seat]:
    """Somebody in front of an Ollama without models, for the first time."""
    with Demo(chunks_per_second=rate, models=()) as demo:
        async with seated(folder, demo, size, config=Config(), asks_words=words, device=ROOM) as seat:
            yield seat


async def test_one_key_pulls_the_model_that_fits_and_it_answers_at_once(tmp_path: Path) -> None:
    async with fresh(tmp_path) as seat:
        said = " ".join((await shows(seat.pilot, "tab pulls it")).split())
        assert "gemma3:4b fits this machine (3.3 GB)" in said
        assert "tab pulls it from ollama.com, or in a shell: ollama pull gemma3:4b" in said
        await seat.pilot.press("tab")
        await shows(seat.pilot, "gemma3:4b is here. Ask away.")
        assert "no models yet" not in frame(seat.pilot.app)
        await seat.type(QUESTION)
        await shows(seat.pilot, "The capital of France is Paris")
        await shows(seat.pilot, "gemma3:4b · on this machine")


async def test_a_question_asked_while_the_model_comes_is_answered_when_it_is_there(tmp_path: Path) -> None:
    async with fresh(tmp_path, rate=20) as seat:
        await shows(seat.pilot, "tab pulls it")
        await seat.pilot.press("tab")
        await shows(seat.pilot, "pulling gemma3:4b")
        assert "on its way: the line below says how far" in frame(seat.pilot.app)
        seat.screen.composer.draft = QUESTION
        await seat.pilot.press("enter")
        await shows(seat.pilot, f"next: {QUESTION}")
        assert all(r.path != "/api/chat" for r in seat.demo.ollama.requests)
        await shows(seat.pilot, "The capital of France is Paris")
        assert seat.demo.openai.connections + seat.demo.anthropic.connections == 0


async def test_esc_gives_the_pull_up_and_keeps_the_question(tmp_path: Path) -> None:
    async with fresh(tmp_path, rate=20) as seat:
        await shows(seat.pilot, "tab pulls it")
        await seat.pilot.press("tab")
        seat.screen.composer.draft = QUESTION
        await seat.pilot.press("enter")
        await shows(seat.pilot, "esc gives up")
        await until(seat.pilot, lambda: seat.demo.ollama.open_streams == 1)
        await seat.pilot.press("escape")
        await shows(seat.pilot, "The next pull goes on from there")
        await until(seat.pilot, lambda: seat.demo.ollama.open_streams == 0)
        said = await shows(seat.pilot, f"next: {QUESTION}")
        assert "esc gives up" not in said
        assert "tab pulls it" in said
        assert "enter in an empty composer sends" in said


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault("cut", after=8, path="/api/pull"), "goes on where it stopped"),
        (Fault("error_event", after=8, path="/api/pull"), "no room for gemma3:4b"),
    ],
)
async def test_a_pull_that_fails_says_why_and_is_offered_again(tmp_path: Path, fault: Fault, said: str) -> None:
    async with fresh(tmp_path, size=(120, 34)) as seat:
        await shows(seat.pilot, "tab pulls it")
        seat.demo.ollama.fail(fault)
        await seat.pilot.press("tab")
        await shows(seat.pilot, said)
        assert "tab pulls it" in frame(seat.pilot.app)


async def test_a_question_that_found_nobody_is_asked_again_once_a_model_is_there(tmp_path: Path) -> None:
    async with fresh(tmp_path) as seat:
        await shows(seat.pilot, "tab pulls it")
        await seat.pilot.press("f3")
        await seat.type(QUESTION)
        await shows(seat.pilot, "✗ not sent")
        await seat.pilot.press("tab")
        await shows(seat.pilot, "/retry asks your last question again.")
        await seat.type("/retry")
        await shows(seat.pilot, "The capital of France is Paris")


async def test_tab_pulls_nothing_where_there_are_models(demo: Demo, tmp_path: Path) -> None:
    async with seated(tmp_path, demo, config=Config(), device=ROOM) as seat:
        await shows(seat.pilot, "✓ ollama at")
        await seat.pilot.press("tab")
        await until(seat.pilot, lambda: not seat.screen.composer.has_focus)
        assert all(r.path != "/api/pull" for r in demo.ollama.requests)


async def test_a_server_that_is_started_meanwhile_is_found(tmp_path: Path) -> None:
    with Demo(chunks_per_second=0) as demo:
        demo.ollama.pause()
        async with seated(tmp_path, demo, config=Config()) as seat:
            await shows(seat.pilot, "✗ ollama at")
            demo.ollama.resume()
            await shows(seat.pilot, "✓ ollama at")
            assert "✗" not in frame(seat.pilot.app)
        assert demo.openai.connections + demo.anthropic.connections == 0


async def test_a_server_that_is_started_during_an_answer_is_found(tmp_path: Path) -> None:
    """What was found stands above the first question, and stays true there."""
    with Demo(chunks_per_second=8) as demo:
        demo.ollama.pause()
        async with seated(tmp_path, demo, (120, 60), config=Config()) as seat:
            await shows(seat.pilot, "✗ ollama at")
            seat.screen.composer.draft = "Write a very long essay about tides."
            await seat.pilot.press("enter")
            await seat.consent("y")
            await shows(seat.pilot, "This is a prepared text.")
            assert "✗ ollama at" in frame(seat.pilot.app)
            demo.ollama.resume()
            await shows(seat.pilot, "✓ ollama at")
            assert seat.screen.exchange.running
            await seat.pilot.press("escape")
            await until(seat.pilot, lambda: not seat.screen.exchange.running)


# -- words that must never leave -------------------------------------------------------------------


def terms(folder: Path) -> tuple[str, ...]:
    return load(folder / "data" / "terms.txt").always


@pytest.mark.parametrize("size", [(80, 24), (60, 20)])
async def test_typing_and_sending_at_once_passes_the_words_by(demo: Demo, tmp_path: Path, size: tuple[int, int]) -> None:
    async with seated(tmp_path, demo, size, asks_words=True) as seat:
        await shows(seat.pilot, "Words that must never leave? ↑ to write them · enter skips")
        await seat.pilot.press(*"hi")
        assert seat.screen.composer.draft == "hi"
        await seat.type(QUESTION)
        await until(seat.pilot, lambda: not seat.screen.query(Words))
    assert terms(tmp_path) == ()


async def test_enter_skips_the_words_and_sends_nothing(demo: Demo, tmp_path: Path) -> None:
    async with seated(tmp_path, demo, asks_words=True) as seat:
        await shows(seat.pilot, "Words that must never leave?")
        await seat.pilot.press("enter")
        await until(seat.pilot, lambda: not seat.screen.query(Words))
        assert seat.screen.composer.has_focus
        assert seat.screen.current.blank


async def test_words_are_written_above_the_composer_and_never_leave_from_then_on(demo: Demo, tmp_path: Path) -> None:
    async with seated(tmp_path, demo, asks_words=True) as seat:
        await shows(seat.pilot, "Words that must never leave?")
        await seat.pilot.press("up", *"Zanzibar, Otter Ltd")
        await seat.pilot.press("escape")
        await until(seat.pilot, lambda: seat.screen.composer.has_focus)
        assert "Zanzibar, Otter Ltd" in frame(seat.pilot.app)
        await seat.pilot.press("up", "enter")
        await shows(seat.pilot, "Zanzibar, Otter Ltd: hidden from now on")
        assert seat.screen.composer.has_focus
        assert not seat.screen.query(Words)
        await seat.type("/pin gpt-6.1-terra")
        seat.screen.composer.draft = "repeat: Otter Ltd in Zanzibar"
        await seat.pilot.press("enter")
        await seat.consent("y")
        await until(seat.pilot, lambda: any(r.body for r in demo.openai.requests))
    (sent,) = [r.body for r in demo.openai.requests if r.body]
    assert b"Zanzibar" not in sent
    assert b"Otter" not in sent
    assert terms(tmp_path) == ("Zanzibar", "Otter Ltd")


async def test_words_half_written_outlast_a_question(demo: Demo, tmp_path: Path) -> None:
    async with seated(tmp_path, demo, asks_words=True) as seat:
        await shows(seat.pilot, "Words that must never leave?")
        await seat.pilot.press("up", *"Zanz", "tab")
        await seat.type("repeat: here")
        assert "Zanz" in frame(seat.pilot.app)
        assert seat.screen.query_one(Words).written == "Zanz"
