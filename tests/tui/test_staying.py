"""The route line names what going back would cost, and the key that does it."""

from __future__ import annotations

from dataclasses import replace

from hybridchat.facts import Return
from hybridchat.tui import lines
from tests.support.screen import frame, until
from tests.support.scripted import GPT, ScriptedChat, Seen, decided
from tests.tui.test_chat_screen import running, screen

BACK = Return("ollama:llama3.2", 0.0, 12.0)


class Staying(ScriptedChat):
    async def preview(self, session_id: str, draft: str, **_: object) -> Seen:
        self.previewed.append(draft)
        return Seen(replace(decided(GPT), back=BACK), "", {})


def test_the_route_line_says_still_and_what_leaves() -> None:
    said = lines.preview(Seen(replace(decided(GPT), back=BACK), "", {"EMAIL": 1}), names_hidden=True, local_key="^x l").plain
    assert said == "→ still gpt-5.4-mini: going back costs about 12 s of reading · ^x l · 1 item hidden"


async def test_a_draft_in_a_conversation_that_stays_away_says_so_on_the_screen() -> None:
    async with running(Staying(), names_hidden=lambda: True) as pilot:
        screen(pilot).composer.draft = "and then?"
        said = "→ still gpt-5.4-mini: going back costs about 12 s of reading · f3"
        await until(pilot, lambda: said in frame(pilot.app).lower())
