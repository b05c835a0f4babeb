"""`/theme`: looking changes the screen at once, Enter keeps, Esc goes back."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from hybridchat.cli.screen import keep_theme
from hybridchat.config import load
from hybridchat.tui.app import HybridChat
from tests.cli.run import bare
from tests.support.screen import shows, until
from tests.support.scripted import Line, ScriptedChat, launch

CODE = "```python\nimport re\n```"
COLOURS = {
    "dark": ("#d5d8df", "#14161a"),
    "light": ("#22252b", "#fbfbf9"),
    "terminal": ("default", "default"),
}
"""Text and ground."""
OWN = '# mine\n\ntheme = "dark"  # the dark one\nmouse = false\n'


@asynccontextmanager
async def chatting(
    *, theme: str = "dark", dirs: tuple[str, ...] = (), keep: Callable[[str], str] | None = None, sixteen: bool = False
) -> AsyncIterator[Pilot[None]]:
    app = HybridChat(launch(ScriptedChat([Line(pieces=(CODE,))]), theme=theme, theme_dirs=dirs, keep_theme=keep, sixteen=sixteen))
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        chat: Any = app.screen
        await until(pilot, lambda: chat.thread.blocks)
        await run(pilot, "Why?")
        await shows(pilot, "import re")
        yield pilot


async def run(pilot: Pilot[None], text: str) -> None:
    chat: Any = pilot.app.screen_stack[0]
    chat.composer.draft = text
    await pilot.press("enter")


async def down(pilot: Pilot[None]) -> None:
    before = pilot.app.theme
    await pilot.press("down")
    await until(pilot, lambda: pilot.app.theme != before)


async def to(pilot: Pilot[None], name: str) -> None:
    """Moves the cursor until the theme is worn."""
    for _ in range(12):
        if pilot.app.theme == name:
            break
        await down(pilot)
    # a style sheet is applied after the message that changed it
    await until(pilot, lambda: drawn(pilot, "hybridchat") == COLOURS[name])


def drawn(pilot: Pilot[None], text: str) -> tuple[str, str]:
    """Colour and ground that the first cell of `text` on the chat screen really has, below the list too."""
    strips: Any = pilot.app.screen_stack[0]._compositor.render_strips()
    for strip in strips:
        if (at := strip.text.find(text)) >= 0:
            style = next(iter(strip.crop(at, at + 1))).style
            return style.color.name, style.bgcolor.name
    return "", ""


async def opened(pilot: Pilot[None]) -> None:
    await run(pilot, "/theme")
    await shows(pilot, "enter keep")


async def test_moving_the_cursor_shows_a_theme_at_once_everywhere() -> None:
    """Frame, conversation and highlighted code; the picker leaves the conversation in sight."""
    async with chatting() as pilot:
        assert (drawn(pilot, "hybridchat"), drawn(pilot, "import re")) == (COLOURS["dark"], ("#b9a3e3", "#1c1f25"))
        await opened(pilot)
        await to(pilot, "light")
        assert drawn(pilot, "import re") == ("#6a3d9a", "#f1f1ed")
        assert drawn(pilot, "Why?")[1] == COLOURS["light"][1]


async def test_escape_goes_back_and_keeps_nothing() -> None:
    kept: list[str] = []

    def keep(name: str) -> str:
        kept.append(name)
        return ""

    async with chatting(keep=keep) as pilot:
        await opened(pilot)
        await to(pilot, "light")
        await to(pilot, "terminal")
        await pilot.press("escape")
        await until(pilot, lambda: drawn(pilot, "hybridchat") == COLOURS["dark"])
        assert drawn(pilot, "import re") == ("#b9a3e3", "#1c1f25")
        assert kept == []


async def test_enter_keeps_the_theme_in_the_configuration_with_its_comments(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(OWN)
    async with chatting(keep=partial(keep_theme, config)) as pilot:
        await opened(pilot)
        await to(pilot, "light")
        await pilot.press("enter")
        await until(pilot, lambda: "light" in config.read_text())
        assert config.read_text() == OWN.replace('"dark"', '"light"')
        assert drawn(pilot, "hybridchat") == COLOURS["light"]
        await run(pilot, "/theme terminal")
        await until(pilot, lambda: load(config, env={}).theme == "terminal")
        await until(pilot, lambda: drawn(pilot, "hybridchat") == COLOURS["terminal"])


async def test_a_configuration_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("theme = 3\n")
    async with chatting(keep=partial(keep_theme, config)) as pilot:
        await run(pilot, "/theme light")
        await until(pilot, lambda: drawn(pilot, "hybridchat") == COLOURS["light"])
        config.write_text("mouse = 3\n")
        await run(pilot, "/theme dark")
        await shows(pilot, "Not kept")


async def test_a_theme_there_is_not_changes_nothing_and_names_those_there_are() -> None:
    async with chatting() as pilot:
        await run(pilot, "/theme nope")
        said = await shows(pilot, "There is no theme 'nope'")
        assert "colour-blind" in said.replace("\n", " ")
        assert pilot.app.theme == "dark"


async def test_a_broken_theme_is_told_in_the_list_and_cannot_be_chosen(tmp_path: Path) -> None:
    (tmp_path / "zz.toml").write_text('[variables]\nlocal = "greenish"\n')
    async with chatting(dirs=(str(tmp_path),)) as pilot:
        await opened(pilot)
        await pilot.press("end")
        said = await shows(pilot, "yours, broken")
        assert "'greenish'" in said
        assert pilot.app.theme == "dark"
        await pilot.press("enter")
        await shows(pilot, "enter keep")


async def test_a_terminal_of_sixteen_colours_wears_its_own_and_no_others() -> None:
    async with chatting(theme="light", sixteen=True) as pilot:
        assert pilot.app.theme == "terminal-light"
        await run(pilot, "/theme dark")
        await shows(pilot, "needs more than the 16 colours of this")
        assert pilot.app.theme == "terminal-light"
        await opened(pilot)
        await shows(pilot, "needs 256 colours")
        await down(pilot)
        assert pilot.app.theme == "terminal"


async def test_without_colours_the_chosen_row_has_another_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR: not one colour, not even greys; the row under the cursor differs all the same."""
    monkeypatch.setenv("NO_COLOR", "1")
    async with chatting() as pilot:
        await opened(pilot)
        strips: Any = pilot.app.screen._compositor.render_strips()
        styles = {segment.style for strip in strips for segment in strip if segment.style}
        assert {(style.color.name, style.bgcolor.name) for style in styles} == {("default", "default")}
        marked = [segment.text.strip() for strip in strips for segment in strip if segment.style and segment.style.underline]
        assert "dark" in marked
        assert "light" not in marked


@pytest.mark.parametrize("colours", ["truecolor", "16", "none"])
@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX pseudo-terminal")
def test_what_the_terminal_is_told_fits_what_it_can_show(tmp_path: Path, colours: str) -> None:
    """Sixteen colours: no RGB and no palette index is written. NO_COLOR: no colour at all."""
    from tests.support.terminal import Terminal

    environment = {"truecolor": {}, "16": {"COLORTERM": ""}, "none": {"NO_COLOR": "1"}}[colours]
    paths = {"HYBRIDCHAT_DATA_DIR": str(tmp_path), "HYBRIDCHAT_CONFIG": str(tmp_path / "config.toml")}
    (tmp_path / "config.toml").touch()
    inherited = {k: v for k, v in bare().items() if k != "TERM"}
    term = "xterm" if colours == "16" else "xterm-256color"
    terminal = Terminal([sys.executable, "-m", "hybridchat", "demo"], term=term, env={**inherited, **paths, **environment})
    try:
        terminal.wait_for("DEMO")
        terminal.wait_for("message…")
    finally:
        terminal.close()
    codes = {code for sgr in re.findall(rb"\x1b\[([0-9;]*)m", bytes(terminal.raw)) for code in sgr.split(b";")}
    ours = {b"%d" % n for n in (*range(30, 38), *range(90, 98))}
    assert (b"38" in codes or b"48" in codes) is (colours == "truecolor")
    assert bool(codes & ours) is (colours == "16")
