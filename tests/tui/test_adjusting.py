"""The commands that change how this conversation, or the program, answers, on the screen."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import Input

from hybridchat.demo import Demo
from tests.support.screen import shows, until
from tests.support.screens import seated
from tests.support.scripted import Line, ScriptedChat
from tests.tui.test_chat_screen import ask, running, screen


async def test_what_is_set_is_told_kept_with_the_conversation_and_shown_above() -> None:
    chat = ScriptedChat([Line(pieces=("Here.",))])
    async with running(chat) as pilot:
        await ask(pilot, "/set temperature 0.25")
        await shows(pilot, "temperature is 0.25 in this conversation.")
        await ask(pilot, "/set strategy quality")
        said = await shows(pilot, "This conversation follows quality")
        assert "AUTO · quality" in said
        await ask(pilot, "/think high")
        await shows(pilot, "think is high in this conversation.")
        await ask(pilot, "/status")
        await shows(pilot, "set here: temperature 0.25 · think high · strategy quality")
        await ask(pilot, "hello")
        await shows(pilot, "Here.")
        stored = chat.store.all[screen(pilot).current.session.id]
        assert (stored.strategy, stored.parameters.temperature, stored.parameters.think) == ("quality", 0.25, "high")
        await ask(pilot, "/new")
        assert screen(pilot).current.session.parameters.temperature is None


async def test_a_wrong_value_changes_nothing_and_says_what_is_allowed() -> None:
    async with running(ScriptedChat()) as pilot:
        await ask(pilot, "/set temperature 9")
        await shows(pilot, "temperature is a number from 0 to 2")
        await ask(pilot, "/set tempratur 1")
        await shows(pilot, "Did you mean temperature?")
        assert screen(pilot).current.session.parameters.temperature is None


async def test_a_setting_is_changed_in_place_in_the_file_and_holds_at_once(tmp_path: Path, demo: Demo) -> None:
    file = tmp_path / "config.toml"
    async with seated(tmp_path, demo, (100, 34)) as seat:
        file.write_text('# mine\nmode = "auto"  # for now\n', "utf-8")
        await seat.type("/settings privacy.level")
        said = await shows(seat.pilot, "How much is hidden when in doubt")
        assert "config.toml:2" in said
        await seat.pilot.press("enter")
        await shows(seat.pilot, "next choice")
        await seat.pilot.press("tab", "enter")
        await shows(seat.pilot, "config.toml:5")
        assert file.read_text("utf-8") == '# mine\nmode = "auto"  # for now\n\n[privacy]\nlevel = "high"\n'
        assert seat.chat._crew.level == "high"
        await seat.pilot.press("delete")
        await until(seat.pilot, lambda: "high" not in file.read_text("utf-8"))
        await until(seat.pilot, lambda: seat.chat._crew.level == "normal")


async def test_what_cannot_be_is_refused_in_the_words_of_the_schema_and_stays_to_be_put_right(tmp_path: Path, demo: Demo) -> None:
    async with seated(tmp_path, demo, (100, 34)) as seat:
        await seat.type("/settings limits.max_output")
        await shows(seat.pilot, "Most tokens one answer may have")
        await seat.pilot.press("enter", "x", "enter")
        said = await shows(seat.pilot, "Nothing was")
        assert "a whole number from 1 to 1,000,000" in said
        await seat.pilot.press("backspace", "0", "enter")
        await shows(seat.pilot, "40960")
        assert "max_output = 40960" in (tmp_path / "config.toml").read_text("utf-8")
        await seat.pilot.press("escape")
        await until(seat.pilot, lambda: seat.pilot.app.screen is seat.screen)
        assert seat.chat._crew.max_output == 40960


async def test_settings_are_found_by_the_words_about_them(tmp_path: Path, demo: Demo) -> None:
    async with seated(tmp_path, demo, (80, 24)) as seat:
        await seat.type("/settings")
        await shows(seat.pilot, "general")
        await seat.pilot.press("f", *"purged", "enter")
        said = await shows(seat.pilot, "retention")
        assert "strategy" not in said
        await seat.pilot.press("escape")
        await shows(seat.pilot, "history")


async def test_rules_are_listed_in_words_switched_added_and_taken_out(tmp_path: Path, demo: Demo) -> None:
    file = tmp_path / "config.toml"
    async with seated(tmp_path, demo, (80, 24)) as seat:
        file.write_text('# mine\n\n[[rule]]\nuse = "only_local"\nwhen = { kind = "sql" }  # here\n', "utf-8")
        await seat.type("/settings rule.1")
        said = await shows(seat.pilot, "Written: use=only_local kind=sql")
        assert "SQL questions: this machine only." in said
        await seat.pilot.press("enter", "tab")
        await until(seat.pilot, lambda: seat.pilot.app.screen.query_one(Input).value == "off")
        await seat.pilot.press("enter")
        await shows(seat.pilot, "off: SQL questions")
        assert not seat.chat._crew.rules
        await seat.pilot.press("down", "enter", *"use=prefer_local words=join", "enter")
        await until(seat.pilot, lambda: [rule.words for rule in seat.chat._crew.rules] == [("join",)])
        await seat.pilot.press("up", "up", "d")
        await until(seat.pilot, lambda: "only_local" not in file.read_text("utf-8"))
        assert file.read_text("utf-8") == '# mine\n\n[[rule]]\nuse = "prefer_local"\nwhen = { words = ["join"] }\n'
        await shows(seat.pilot, "this machine first. Written:")
        await seat.pilot.press("escape")
        await until(seat.pilot, lambda: seat.pilot.app.screen is seat.screen)
        await seat.type("/settings rule.new use=prefer_clod kind=code")
        await shows(seat.pilot, "rule.2.use is")


async def test_a_change_that_waits_for_the_next_start_says_so_and_one_line_does_it(tmp_path: Path, demo: Demo) -> None:
    async with seated(tmp_path, demo, (120, 30)) as seat:
        await seat.type("/settings ui.bell false")
        await shows(seat.pilot, "It holds from the next start on.")
        await seat.type("/settings mode only_local")
        await shows(seat.pilot, "LOCAL ONLY")
        await seat.type("/settings mode nonsense")
        await shows(seat.pilot, "Allowed: only_local")
        await seat.type("/settings theme drak")
        await shows(seat.pilot, "did you mean `dark`?")
        assert "drak" not in (tmp_path / "config.toml").read_text("utf-8")


async def test_the_demo_keeps_no_settings() -> None:
    async with running(ScriptedChat()) as pilot:
        await ask(pilot, "/settings")
        await shows(pilot, "The demo keeps no settings.")


async def test_the_doctor_tells_on_the_screen_what_the_command_line_tells(tmp_path: Path, demo: Demo) -> None:
    async with seated(tmp_path, demo, (80, 24)) as seat:
        await seat.type("/doctor")
        said = await shows(seat.pilot, "Nothing is wrong")
        assert "✓ program: hybridchat" in said
        await seat.pilot.press("escape")
        assert not demo.openai.requests


async def test_own_words_are_added_never_hidden_and_taken_away(tmp_path: Path, demo: Demo) -> None:
    file = tmp_path / "data" / "terms.txt"
    async with seated(tmp_path, demo, (80, 24)) as seat:
        await seat.type("/terms add Project Falcon")
        await shows(seat.pilot, "Project Falcon is hidden from now on")
        await seat.type("/terms")
        await shows(seat.pilot, "Words that never leave readable")
        await seat.pilot.press("a", *"Nadia", "enter")
        await until(seat.pilot, lambda: "Nadia" in file.read_text("utf-8"))
        await shows(seat.pilot, "Nadia")
        await seat.pilot.press("down", "n")
        await shows(seat.pilot, "never hidden")
        assert "!Nadia" in file.read_text("utf-8")
        await seat.pilot.press("d")
        await until(seat.pilot, lambda: file.read_text("utf-8").count("\n") == 2)
        await seat.pilot.press("escape")
        await seat.type("/terms add ?!")
        await shows(seat.pilot, "cannot be a term")


async def test_part_of_a_name_shows_the_settings_that_have_it(tmp_path: Path, demo: Demo) -> None:
    async with seated(tmp_path, demo, (80, 24)) as seat:
        await seat.type("/settings bell")
        said = await shows(seat.pilot, "bell_after_s")
        assert "strategy" not in said
