"""How the full screen is opened: what the command line named, and what it leaves for one-shot commands."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import pytest

from hybridchat.assemble import Setup, assembled
from hybridchat.cli.gauges import keep_gauges
from hybridchat.config import Config
from hybridchat.demo import Demo
from tests.support.chats import environment


@pytest.mark.pty
@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX pseudo-terminal")
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [(("-m", "nope"), "There is no model nope"), (("chat", "--session", "zz"), "There is no conversation zz")],
    ids=["model", "session"],
)
def test_a_name_that_is_not_there_closes_the_screen_with_one_sentence(
    demo: Demo, tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    from tests.cli.talk import Talk  # POSIX only

    with Talk(*arguments, env=environment(demo, tmp_path)) as talk:
        talk.until(sentence)
        assert talk.leave() == 2
        assert "Traceback" not in talk.raw.decode()


async def test_a_running_chat_leaves_its_gauges_again_and_again(demo: Demo, tmp_path: Path) -> None:
    async with assembled(Setup(config=Config(), env=environment(demo, tmp_path))) as chat:
        keeping = asyncio.create_task(keep_gauges(chat.world, first=0.0, every=0.01))
        stamps: set[float] = set()
        while len(stamps) < 2:
            await asyncio.sleep(0.01)
            if (kept := chat.store.snapshot()) is not None:
                stamps.add(kept[1])
                assert "device" in json.loads(kept[0])
        keeping.cancel()
