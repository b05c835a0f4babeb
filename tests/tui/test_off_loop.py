"""Commands open no file on the event loop: a slow disk must not make a key wait."""

from __future__ import annotations

import shutil
import sys
import threading
from pathlib import Path
from types import FrameType

import pytest

import hybridchat
from hybridchat.config import Config
from hybridchat.demo import Demo
from tests.support.screen import shows, until
from tests.support.screens import seated

OURS = str(Path(hybridchat.__file__).parent)
WATCHED = {"open", "os.listdir", "os.scandir"}


class Witness:
    """Notes what this thread opens while it looks; an audit hook cannot be taken away again, only told to look no more."""

    def __init__(self) -> None:
        self.looking = False
        self.opened: list[str] = []
        self._thread = threading.get_ident()
        sys.addaudithook(self._note)

    def _note(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self.looking or event not in WATCHED or threading.get_ident() != self._thread:
            return
        frame: FrameType | None = sys._getframe(1)
        above: list[str] = []
        while frame is not None:
            above.append(frame.f_code.co_filename)
            frame = frame.f_back
        # modules are read when a view is first opened, and what a test itself sets up is none of the program's
        if any(name.startswith(OURS) for name in above[:4]) and not any("importlib" in name for name in above):
            self.opened.append(f"{event} {arguments[0]}")


@pytest.mark.parametrize(
    "command", ["/theme", "/theme light", "/private", "/terms", "/settings", "/sessions", "/tag a", "/stats"]
)
async def test_a_command_opens_no_file_on_the_event_loop(tmp_path: Path, demo: Demo, command: str) -> None:
    async with seated(tmp_path, demo, (100, 30)) as seat:
        await until(seat.pilot, lambda: seat.screen.ready)
        witness = Witness()
        witness.looking = True
        try:
            await seat.type(command)
            await seat.pilot.pause()
        finally:
            witness.looking = False
        assert witness.opened == []


async def test_what_makes_a_missing_server_answer_is_looked_up_off_the_event_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[int] = []

    def which(*_: object, **__: object) -> None:
        looked.append(threading.get_ident())

    # Python's own way through PATH, in which a folder may lie on a slow disk or on none that answers
    monkeypatch.setattr(shutil, "which", which)
    with Demo(chunks_per_second=0) as paused:
        paused.ollama.pause()
        async with seated(tmp_path, paused, config=Config()) as seat:
            before = len(looked)
            await shows(seat.pilot, "✗ ollama at")
            # the first screen looks around again by itself
            await until(seat.pilot, lambda: len(looked) > before)
            await seat.type("hello")
    assert threading.get_ident() not in looked
