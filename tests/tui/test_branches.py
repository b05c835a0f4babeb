"""A question asked in other words is a branch beside the old one; nothing of either is lost."""

from __future__ import annotations

import json
from pathlib import Path

from hybridchat.demo import Demo
from tests.support.screen import frame, shows, until
from tests.support.screens import Seat, seated


def questions(seat: Seat) -> list[str]:
    return [f"{b.head}: {b.text}" for b in seat.screen.thread.blocks if b.kind == "you"]


async def idle(seat: Seat) -> None:
    await until(seat.pilot, lambda: not seat.screen.exchange.running)


async def test_the_last_question_is_edited_in_the_composer_and_both_branches_stay(tmp_path: Path, demo: Demo) -> None:
    async with seated(tmp_path, demo) as seat:
        await seat.type("repeat: one")
        await seat.type("repeat: two")
        await seat.pilot.press("ctrl+x", "d")
        await shows(seat.pilot, "✎ editing")
        assert seat.screen.composer.draft == "repeat: two"
        await seat.type("repeat: other")
        await until(seat.pilot, lambda: questions(seat) == ["you: repeat: one", "you · 2 of 2: repeat: other"])
        assert "✎" not in frame(seat.pilot.app)
        sent = next(
            r.body.decode() for r in demo.ollama.requests if b"repeat: other" in (r.body or b"") and r.path == "/api/chat"
        )
        assert "one" in sent
        assert "two" not in sent

        await seat.pilot.press("shift+tab", "left")
        await until(seat.pilot, lambda: questions(seat) == ["you: repeat: one", "you · 1 of 2: repeat: two"])
        assert seat.screen.transcript.current.text == "repeat: two"
        await seat.pilot.press("left", "right")  # there is none before the first
        await until(seat.pilot, lambda: questions(seat)[1] == "you · 2 of 2: repeat: other")
        await seat.pilot.press("escape")
        await seat.type("/branch 1")
        await until(seat.pilot, lambda: questions(seat)[1] == "you · 1 of 2: repeat: two")
        await seat.type("/branch 7")
        await shows(seat.pilot, "/branch 1 to /branch 2; this is 1")


async def test_words_behind_the_command_end_an_edit_in_the_composer(tmp_path: Path, demo: Demo) -> None:
    async with seated(tmp_path, demo) as seat:
        await seat.type("repeat: one")
        await seat.type("/edit")
        await shows(seat.pilot, "✎ editing")
        seat.screen.composer.draft = ""
        await seat.type("/edit repeat: other")
        await until(seat.pilot, lambda: questions(seat) == ["you · 2 of 2: repeat: other"])
        await idle(seat)
        assert "✎" not in frame(seat.pilot.app)
        await seat.type("repeat: next")
        await until(seat.pilot, lambda: questions(seat) == ["you · 2 of 2: repeat: other", "you: repeat: next"])


async def test_the_first_question_is_edited_from_the_messages_and_what_follows_hangs_on_the_new_branch(
    tmp_path: Path, demo: Demo
) -> None:
    async with seated(tmp_path, demo) as seat:
        await seat.type("repeat: one")
        await seat.type("repeat: two")
        await seat.pilot.press("shift+tab", "up", "up", "up", "e")
        await until(seat.pilot, lambda: seat.screen.composer.draft == "repeat: one")
        await seat.type("repeat: first")
        await until(seat.pilot, lambda: questions(seat) == ["you · 2 of 2: repeat: first"])
        await seat.type("repeat: second")
        await until(seat.pilot, lambda: questions(seat) == ["you · 2 of 2: repeat: first", "you: repeat: second"])
        await seat.type("/branch 1")
        await until(seat.pilot, lambda: questions(seat) == ["you · 1 of 2: repeat: one", "you: repeat: two"])


async def test_esc_leaves_the_question_as_it_was_and_the_draft_from_before_comes_back_with_up(tmp_path: Path, demo: Demo) -> None:
    async with seated(tmp_path, demo) as seat:
        await seat.type("repeat: one")
        await seat.pilot.press(*"draft", "ctrl+x", "d")
        await shows(seat.pilot, "✎ editing")
        await seat.pilot.press("escape")
        await until(seat.pilot, lambda: "✎" not in frame(seat.pilot.app))
        await seat.type("repeat: next")
        assert questions(seat) == ["you: repeat: one", "you: repeat: next"]
        assert "draft" in seat.screen.composer.asked


async def test_a_fork_begins_as_this_one_and_goes_its_own_way(tmp_path: Path, demo: Demo) -> None:
    async with seated(tmp_path, demo) as seat:
        await seat.type("repeat: one")
        await seat.type("repeat: two")
        before = seat.screen.current.session.id
        await seat.pilot.press("shift+tab", "up", "up")
        await seat.screen.action_do("fork")
        await shows(seat.pilot, "A conversation of its own")
        assert seat.screen.current.session.id != before
        assert questions(seat) == ["you: repeat: one"]
        await seat.type("repeat: three")
        assert [t.question for t in seat.chat.store.path(before)] == ["repeat: one", "repeat: two"]
        assert seat.chat.store.intake.origins()[seat.screen.current.session.id] == "forked from repeat: one"


async def test_without_a_question_there_is_nothing_to_edit_or_fork(tmp_path: Path, demo: Demo) -> None:
    async with seated(tmp_path, demo) as seat:
        for command in ("/edit", "/fork", "/branch 1"):
            await seat.type(command)
        said = await shows(seat.pilot, "one branch only")
        assert "no question to edit yet" in said
        assert "nothing to fork yet" in said


async def test_what_models_are_told_first_goes_along_from_the_first_question_on(tmp_path: Path, demo: Demo) -> None:
    def told(question: str) -> list[str]:
        bodies = [json.loads(r.body) for r in demo.ollama.requests if r.path == "/api/chat" and r.body]
        body = next(b for b in bodies if b["messages"] and b["messages"][-1]["content"] == question)
        return [m["content"] for m in body["messages"] if m["role"] == "system"]

    async with seated(tmp_path, demo) as seat:
        await seat.type("/system Answer in rhymes.")
        await shows(seat.pilot, "Told first in this conversation: Answer in rhymes.")
        assert seat.chat.store.sessions() == []
        await seat.type("repeat: one")
        await until(seat.pilot, lambda: len(questions(seat)) == 1 and not seat.screen.exchange.running)
        assert "Answer in rhymes." in told("repeat: one")[0]
        await seat.type("/system none")
        await seat.type("repeat: two")
        await until(seat.pilot, lambda: len(questions(seat)) == 2 and not seat.screen.exchange.running)
        assert "rhymes" not in "".join(told("repeat: two"))
        await seat.screen.open_session(None)
        assert seat.screen.current.session.system == ""
