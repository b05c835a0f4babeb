"""How the screens look, as pictures: sizes and themes. `pytest --snapshot-update` after a change that was looked at."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from time import monotonic
from typing import Any

import pytest
from textual.pilot import Pilot

from hybridchat.tui.app import HybridChat
from hybridchat.tui.consent import SETTLE
from tests.support.screen import frame, until
from tests.support.scripted import GPT, LLAMA, Line, ScriptedChat, launch, package

ANSWER = """Because the inner group can match the same text in **many ways**. Two things help:

1. Make the group *atomic*, or anchor it.
2. Replace `(a+)+` with `a+`.

```python
import re

def plain(text: str) -> bool:
    return re.fullmatch(r"[a-z]+", text) is not None  # linear
```

| pattern | worst case | note  |
|---------|-----------:|-------|
| `(a+)+` |        2^n | avoid |
| `a+`    |          n | fine  |

See [the manual](https://docs.python.org/3/library/re.html).
"""
ASK = "Why does this regex backtrack?"
CHAT = (ASK, "enter", "What is going on formally?", "enter")
LOOKS: dict[str, tuple[tuple[int, int], str, Sequence[str], str]] = {
    "first screen": ((80, 24), "dark", (), "asks before anything leaves"),
    "conversation, 80x24": ((80, 24), "dark", CHAT, "expression is ambiguous"),
    "conversation, 120x40": ((120, 40), "dark", CHAT, "expression is ambiguous"),
    "conversation, 60x20": ((60, 20), "dark", CHAT, "expression is ambiguous"),
    "conversation, light": ((120, 40), "light", CHAT, "expression is ambiguous"),
    "local only, high contrast": ((80, 24), "high-contrast", (ASK, "enter", "f3"), "nothing leaves"),
    "consent": ((80, 24), "dark", (*CHAT, "Write to Anna", "enter"), "[y] send"),
    "consent view, light": ((80, 24), "light", (*CHAT, "Write to Anna", "enter", "v"), "Left readable"),
    "models": ((80, 24), "dark", ("f2",), "choose for each message"),
    "help": ((80, 24), "dark", ("f1",), "Keys and commands"),
    "offer": ((120, 40), "dark", (ASK, "enter", "And what would you do about it?"), "→ llama3.2 (may be hard"),
    "reading": ((80, 24), "dark", (*CHAT, "shift+tab"), "back to writing"),
    "conversation, 200x60": ((200, 60), "dark", CHAT, "expression is ambiguous"),
    "conversation, colour-blind": ((120, 40), "colour-blind", CHAT, "expression is ambiguous"),
    "conversation, terminal": ((80, 24), "terminal", CHAT, "expression is ambiguous"),
    "consent, 60x20": ((60, 20), "light", (*CHAT, "Write to Anna", "enter"), "[n] cancel"),
    "models, 60x20": ((60, 20), "dark", ("f2",), "choose for each message"),
    "why, 60x20": ((60, 20), "dark", (ASK, "enter", "f7"), "Why this model"),
    "private, high contrast": ((80, 24), "high-contrast", ("ctrl+x", "p"), "nothing is saved"),
}


def conversation(*, hard: bool = False) -> ScriptedChat:
    formally = "Formally, the expression is *ambiguous*: one string has exponentially many parses."
    chat = ScriptedChat([Line(LLAMA, (ANSWER,)), Line(GPT, (formally,)), Line(GPT, held=package())])
    chat.hard = hard
    return chat


def play(keys: Sequence[str], last: str) -> Callable[[Pilot[None]], Awaitable[None]]:
    async def run(pilot: Pilot[None]) -> None:
        chat: Any = pilot.app.screen_stack[0]
        # the whole first screen: what a view covers is in its picture too
        await until(pilot, lambda: chat.thread.blocks and "AUTO" in frame(pilot.app) and "F1 help" in frame(pilot.app))
        for key in keys:
            await until(pilot, lambda: not chat.exchange.running)
            await until(pilot, lambda: all(monotonic() - card._shown_at > SETTLE for card in chat.query("Consent")))
            if " " in key:
                chat.composer.draft = key
            else:
                await pilot.press(key)
        await until(pilot, lambda: last in frame(pilot.app) and not chat.exchange.running)
        # what was said is painted on a clock
        await until(pilot, lambda: chat.transcript.rows.exact == len(chat.thread.blocks) and not chat.composer._pause)

    return run


@pytest.mark.parametrize("name", LOOKS)
def test_look(name: str, snap_compare: Callable[..., bool], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    size, theme, keys, last = LOOKS[name]
    app = HybridChat(launch(conversation(hard=name == "offer"), theme=theme))
    assert snap_compare(app, terminal_size=size, run_before=play(keys, last))
