"""Makes docs/demo.svg: half a minute of the program itself on its demo models. Run it with `make recording`.

With the name of a file it writes the same there as an asciicast (version 2), for players of terminal recordings.
"""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psutil

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from film import frames, svg  # noqa: E402  # the path is set above

from tests.support.terminal import NOISE, Terminal  # noqa: E402

COLUMNS, ROWS = 120, 34
KEY = 0.035
"""Seconds between two keys of a text."""
TITLE = (
    "hybridchat: a local answer; the same question to the cloud, asked about first; the name back in place; offline; the ledger"
)
LABEL = "recorded on the demo models of the program itself: canned text, no model, nothing leaves"
FIRST = "What is the capital of France?"
LETTER = "repeat: Dear Ana Ruiz, we charged your card twice. The second amount is on its way back to you."
OFFLINE = "repeat: In the tunnel this machine answers all the same."


class Recorder:
    """The program in a terminal, and everything it wrote with the second it came in."""

    def __init__(self) -> None:
        env = {**os.environ, "HYBRIDCHAT_CONFIG": os.devnull, "HYBRIDCHAT_THEME": "dark"}
        self.terminal = Terminal([sys.executable, "-m", "hybridchat", "demo"], columns=COLUMNS, rows=ROWS, env=env)
        self.events: list[tuple[float, bytes]] = []
        self.start = 0.0

    def pump(self, seconds: float) -> None:
        """Lets that much time pass."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            before = len(self.terminal.raw)
            self.terminal.pump(min(left, 0.05))
            if new := bytes(self.terminal.raw[before:]):
                self.start = self.start or time.perf_counter()
                self.events.append((self.now(), new))

    def until(self, done: Callable[[str], object], seconds: float = 30.0) -> None:
        deadline = time.perf_counter() + seconds
        while not done(self.terminal.text()):
            if time.perf_counter() > deadline or not self.terminal.alive:
                raise TimeoutError(self.terminal.text())
            self.pump(0.05)

    def shows(self, words: str) -> None:
        self.until(lambda screen: words in screen)

    def skip_until(self, words: str) -> None:
        """Waits without the film waiting along: nobody asks a cloud all the time whether it is there."""
        began, shown = self.now(), len(self.events)
        self.until(lambda screen: words in screen, 180)
        self.start += self.now() - began
        self.events[shown:] = [(began, data) for _, data in self.events[shown:]]

    def now(self) -> float:
        """Seconds of the film so far."""
        return time.perf_counter() - self.start

    def type(self, text: str, key: float = KEY) -> None:
        for letter in text:
            self.terminal.send(letter)
            self.pump(key)

    def press(self, *keys: str) -> None:
        self.terminal.send(*keys)

    def ask(self, text: str, answer: str) -> None:
        self.type(text)
        self.pump(0.6)
        self.press("enter")
        self.until(lambda screen: answer in screen and "esc stop" not in screen)


def play(recorder: Recorder) -> None:
    """The half minute."""
    recorder.shows("asks before anything leaves")
    recorder.pump(1.2)
    recorder.ask(FIRST, "on this machine ·")
    recorder.pump(1.2)
    recorder.ask(LETTER, "Dear Ana Ruiz")
    recorder.pump(1.0)
    recorder.press("ctrl+o")
    recorder.shows("[y] send")
    recorder.pump(3.0)
    recorder.press("y")
    recorder.until(lambda screen: "· cloud ·" in screen and "esc stop" not in screen)
    recorder.pump(2.8)
    offline(recorder.terminal.pid)
    recorder.skip_until("Offline: only models on this machine")
    recorder.pump(1.6)
    recorder.ask(OFFLINE, "back to local")
    recorder.pump(2.4)
    recorder.type("/ledger", 0.06)
    recorder.press("enter")
    recorder.shows("left this machine")
    recorder.pump(4.0)


def offline(pid: int) -> None:
    """Takes the clouds of the running demo away: one of the ports it listens on takes the conditions."""
    for connection in psutil.Process(pid).net_connections(kind="tcp4"):
        if connection.status != psutil.CONN_LISTEN:
            continue
        url = f"http://127.0.0.1:{connection.laddr.port}/__demo/conditions"
        try:
            request = urllib.request.Request(url, data=json.dumps({"offline": True}).encode(), method="POST")
            urllib.request.urlopen(request, timeout=5).close()  # noqa: S310  # an address of this machine, made above
        except OSError:  # a cloud that takes itself away does not answer
            continue
        return
    raise RuntimeError("no server of the demo took the condition")


def main() -> None:
    recorder = Recorder()
    try:
        play(recorder)
    finally:
        recorder.terminal.close()
    seconds = recorder.events[-1][0] + 1
    if sys.argv[1:]:
        header = {"version": 2, "width": COLUMNS, "height": ROWS, "duration": seconds, "title": f"{TITLE} ({LABEL})"}
        lines = [header, *([round(at, 3), "o", data.decode("utf-8", "replace")] for at, data in recorder.events)]
        Path(sys.argv[1]).write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    film = frames(recorder.events, COLUMNS, ROWS, NOISE)
    picture = svg(film, round(seconds + 2, 1), TITLE, LABEL)
    (HERE / "demo.svg").write_text(picture, encoding="utf-8")
    print(f"{seconds:.0f} s, {len(film)} frames, demo.svg {len(picture):,} bytes")


if __name__ == "__main__":
    main()
