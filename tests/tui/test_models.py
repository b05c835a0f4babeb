"""F2 keeps the models of this machine: what runs and fits, pulled with a bar, deleted after asking once, taken out of memory."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from hybridchat.demo import Demo, Fault
from hybridchat.facts import Device
from hybridchat.tui.models import Models
from tests.support.chats import LOCAL
from tests.support.screen import frame, shows, until
from tests.support.screens import Seat, seated
from tests.tui.test_chat_screen import notices

ROOM = Device(memory_free=9 * 10**9)
NEAR = re.compile(r"│\s+(?:● )?(\S+)\s+on this machine")


async def opened(seat: Seat) -> None:
    """F2, with llama3.2 under the cursor."""
    await seat.pilot.press("f2")
    await shows(seat.pilot, "choose for each message")
    await seat.pilot.press("down", "down")
    await shows(seat.pilot, "3.2 billion parameters")


def paths(demo: Demo) -> list[str]:
    return [r.path for r in demo.ollama.requests]


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (120, 40)])
async def test_it_says_what_runs_what_fits_and_what_is_free(demo: Demo, tmp_path: Path, size: tuple[int, int]) -> None:
    async with seated(tmp_path, demo, size, device=ROOM) as seat:
        await seat.type("repeat: here")
        await seat.pilot.press("f2")
        await shows(seat.pilot, "Free for models: 9.0 GB of memory.")
        said = await shows(seat.pilot, "running")
        rows = {found[1]: row for row in said.splitlines() if (found := NEAR.search(row))}
        assert "running" in rows["llama3.2:3b"]
        assert "fits" in rows.get("qwen2.5-coder:7b", ""), said
        await seat.pilot.press("down", "down")
        await shows(seat.pilot, "all on the GPU")
        assert "close" in frame(seat.pilot.app)


@pytest.mark.parametrize("size", [(80, 24), (60, 20)])
async def test_a_model_for_embeddings_is_shown_never_held_and_can_be_deleted(tmp_path: Path, size: tuple[int, int]) -> None:
    with Demo(chunks_per_second=0, models=("llama3.2", "nomic-embed-text")) as demo:
        async with seated(tmp_path, demo, size, device=ROOM) as seat:
            await seat.pilot.press("f2")
            said = await shows(seat.pilot, "nomic-embed-text")
            (row,) = [line for line in said.splitlines() if "nomic-embed-text" in line]
            assert "embeddings only" in row or "no chat" in row, said
            # the last row of all: the clouds' models stand above it
            await seat.pilot.press("end")
            await shows(seat.pilot, "embeddings only · 274 MB")
            await seat.pilot.press("enter")
            await until(seat.pilot, lambda: any("it cannot answer" in said for said in notices(seat.pilot)))
            assert seat.screen.current.session.pin is None
            assert all("embed" not in m.id for m in (*seat.chat.models(), *seat.chat.snapshot().models))
            await seat.pilot.press("d", "d")
            await until(seat.pilot, lambda: "nomic" not in frame(seat.pilot.app))
            await until(seat.pilot, lambda: any("is deleted" in said for said in notices(seat.pilot)))
            assert "/api/delete" in paths(demo)
            await seat.pilot.press("escape")


async def test_a_narrow_list_says_fits_and_the_size_in_whole_words(demo: Demo, tmp_path: Path) -> None:
    async with seated(tmp_path, demo, (60, 20), device=replace(ROOM, vram_free=8 * 10**9)) as seat:
        await seat.pilot.press("f2")
        said = await shows(seat.pilot, "Free for models")
        rows = {found[1]: row for row in said.splitlines() if (found := NEAR.search(row))}
        assert rows["qwen2.5-coder:7b"].rstrip(" │▌▐┃|").endswith("fits 5 GB"), said
        assert "fits the" not in said


async def test_a_model_pulled_by_name_answers_without_a_restart(demo: Demo, tmp_path: Path) -> None:
    async with seated(tmp_path, demo, device=ROOM) as seat:
        await opened(seat)
        await seat.pilot.press("p")
        # suggested for this machine, with its size, where that was read, and whether it fits
        assert "gemma3:4b" in await shows(seat.pilot, "3.3 GB (ollama.com/library, 2025-08) · fits")
        await seat.pilot.press(*["backspace"] * 9, *"phi4")
        await shows(seat.pilot, "Its size is known once the pull begins.")
        await seat.pilot.press("enter")
        await shows(seat.pilot, "phi4:latest")
        await seat.pilot.press("escape")
        await shows(seat.pilot, "phi4 is here. Ask away.")
        await seat.type("/pin phi4")
        await seat.type("What is the capital of France?")
        await shows(seat.pilot, "phi4:latest · on this machine")


async def test_a_pull_in_local_only_is_asked_about_first_and_refused_in_a_private_conversation(
    demo: Demo, tmp_path: Path
) -> None:
    async with seated(tmp_path, demo, device=ROOM) as seat:
        await seat.pilot.press("f3")
        await seat.type("/model pull phi4")
        await shows(seat.pilot, "to pull phi4, Ollama asks ollama.com for it by name")
        assert "/api/pull" not in paths(demo)
        await seat.type("/model pull phi4")
        await shows(seat.pilot, "phi4 is here. Ask away.")
        await seat.type("/private")
        await shows(seat.pilot, "PRIVATE")
        await seat.type("/model pull hf.co/them/thing")
        await shows(seat.pilot, "Ollama asks hf.co for it by name")
        await seat.type("/model pull hf.co/them/thing")
        assert paths(demo).count("/api/pull") == 1


async def test_letters_in_the_name_are_letters_and_esc_leaves_only_the_field(demo: Demo, tmp_path: Path) -> None:
    async with seated(tmp_path, demo, device=ROOM) as seat:
        await opened(seat)
        await seat.pilot.press("p", *["backspace"] * 9, *"cupud")
        await shows(seat.pilot, "cupud")
        await seat.pilot.press("escape")
        await until(seat.pilot, lambda: "cupud" not in frame(seat.pilot.app))
        assert isinstance(seat.pilot.app.screen, Models)
        await seat.pilot.press("p", *["backspace"] * 9, *"two words", "enter")
        await until(seat.pilot, lambda: any("A model's name is one word" in said for said in notices(seat.pilot)))
    assert "/api/pull" not in paths(demo)
    assert "/api/delete" not in paths(demo)


async def test_a_pull_shows_its_bar_and_is_given_up_with_a_key(tmp_path: Path) -> None:
    with Demo(chunks_per_second=20) as demo:
        async with seated(tmp_path, demo, (80, 24), device=ROOM) as seat:
            await opened(seat)
            await seat.pilot.press("p", "enter")
            said = await shows(seat.pilot, "of 2.0 GB")
            assert "pulling gemma3:4b" in said
            assert "c give the pull up" in said
            await seat.pilot.press("p")
            await until(seat.pilot, lambda: "One pull at a time." in notices(seat.pilot))
            await seat.pilot.press("c")
            await until(seat.pilot, lambda: demo.ollama.open_streams == 0)
            await until(seat.pilot, lambda: "pulling" not in frame(seat.pilot.app))
            assert not any(m.name == "gemma3:4b" for m in seat.chat.models())


async def test_a_pull_goes_on_below_when_the_view_is_closed_and_esc_there_gives_it_up(tmp_path: Path) -> None:
    with Demo(chunks_per_second=20) as demo:
        async with seated(tmp_path, demo, (80, 24), device=ROOM) as seat:
            await seat.type("/model pull gemma3:4b")
            await shows(seat.pilot, "esc gives up")
            await opened(seat)
            await seat.pilot.press("escape")
            await shows(seat.pilot, "esc gives up")
            await seat.pilot.press("escape")
            await shows(seat.pilot, "Gave up pulling gemma3:4b.")
            await until(seat.pilot, lambda: demo.ollama.open_streams == 0)


async def test_deleting_asks_once_and_another_row_is_another_question(demo: Demo, tmp_path: Path) -> None:
    async with seated(tmp_path, demo, device=ROOM) as seat:
        await opened(seat)
        await seat.pilot.press("d")
        await shows(seat.pilot, "Delete llama3.2:3b from the disk (2.0 GB)? Once more deletes it.")
        await seat.pilot.press("up", "down")
        await until(seat.pilot, lambda: "Once more" not in frame(seat.pilot.app))
        await seat.pilot.press("d")
        await shows(seat.pilot, "Once more deletes it.")
        assert "/api/delete" not in paths(demo)
        await seat.pilot.press("d")
        await until(seat.pilot, lambda: all(m.id != LOCAL for m in seat.chat.models()))
        await until(seat.pilot, lambda: "llama3.2:3b  " not in frame(seat.pilot.app))
    (gone,) = [r for r in demo.ollama.requests if r.path == "/api/delete"]
    assert json.loads(gone.body) == {"model": "llama3.2:3b"}


async def test_unloading_takes_it_out_of_memory_and_leaves_it_on_disk(demo: Demo, tmp_path: Path) -> None:
    async with seated(tmp_path, demo, device=ROOM) as seat:
        await seat.type("repeat: here")
        await opened(seat)
        await shows(seat.pilot, "running")
        await seat.pilot.press("u")
        await until(seat.pilot, lambda: "running" not in frame(seat.pilot.app))
        assert any(m.id == LOCAL for m in seat.chat.models())
        await seat.type("/model unload llama3.2:3b")


async def test_what_a_cloud_has_is_not_deleted_from_here(demo: Demo, tmp_path: Path) -> None:
    async with seated(tmp_path, demo, device=ROOM) as seat:
        await seat.pilot.press("f2")
        await shows(seat.pilot, "claude-sonnet-5-5")
        await seat.pilot.press("down", "down", "down", "d")
        await until(seat.pilot, lambda: "claude-sonnet-5-5 is not kept on this machine." in notices(seat.pilot))
    assert demo.anthropic.connections == demo.openai.connections == 0


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("/model rm llama3.2:3b", "llama3.2:3b is deleted."),
        ("/model unload qwen2.5-coder:7b", "qwen2.5-coder:7b is out of memory."),
        ("/model rm nothing", "There is no model nothing"),
        ("/model rm", "Which model?"),
        ("/model pull no-such-thing", "finds no model no-such-thing to pull"),
        ("/model pull two words", "A model's name is one word"),
    ],
)
async def test_what_is_kept_can_be_changed_by_writing(demo: Demo, tmp_path: Path, typed: str, said: str) -> None:
    async with seated(tmp_path, demo, device=ROOM) as seat:
        await seat.type(typed)
        await shows(seat.pilot, said)


async def test_a_full_disk_is_told_in_a_sentence(demo: Demo, tmp_path: Path) -> None:
    demo.ollama.fail(Fault("error_event", after=5, path="/api/pull"))
    async with seated(tmp_path, demo, device=ROOM) as seat:
        await seat.type("/model pull gemma3:4b")
        await shows(seat.pilot, "There is no room for gemma3:4b on the disk")


@pytest.mark.parametrize("how", ["F2", "/model rm"])
async def test_a_held_model_that_is_deleted_is_held_no_longer(demo: Demo, tmp_path: Path, how: str) -> None:
    async with seated(tmp_path, demo, device=ROOM) as seat:
        await seat.type("/pin llama3.2:3b")
        await shows(seat.pilot, "held: llama3.2:3b")
        if how == "F2":
            await seat.pilot.press("f2")
            await shows(seat.pilot, "3.2 billion parameters")
            await seat.pilot.press("d", "d")
            await until(seat.pilot, lambda: all(m.id != LOCAL for m in seat.chat.models()))
            await seat.pilot.press("escape")
        else:
            await seat.type("/model rm llama3.2:3b")
        await shows(seat.pilot, "is gone, so it is held no longer")
        assert "held: llama3.2:3b" not in frame(seat.pilot.app)
        assert seat.screen.current.session.pin is None


async def test_ctrl_c_gives_a_pull_up_before_it_leaves(tmp_path: Path) -> None:
    with Demo(chunks_per_second=20) as demo:
        async with seated(tmp_path, demo, (80, 24), device=ROOM) as seat:
            await seat.type("/model pull gemma3:4b")
            await shows(seat.pilot, "esc gives up")
            await seat.pilot.press("ctrl+c")
            await shows(seat.pilot, "Gave up pulling gemma3:4b.")
            assert "again to quit" not in frame(seat.pilot.app)
