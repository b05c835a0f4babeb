"""`--local` is a promise for the whole run, whatever the conversations that are opened in it say. Over loopback servers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hybridchat.assemble import assembled
from hybridchat.cli.start import Opening
from hybridchat.config import Config
from hybridchat.config.schema import PairSettings, Privacy
from hybridchat.conversation import Ending
from hybridchat.demo import Demo
from hybridchat.facts import Locality, Mode
from tests.support.chats import LOCAL, environment, hear

CLOUD = Config(pair=PairSettings(local=LOCAL, cloud="openai:gpt-6.1-terra"), privacy=Privacy(cloud="auto"))


@pytest.mark.parametrize("held", [Mode.AUTO, Mode.ONLY_CLOUD])
async def test_a_conversation_with_another_mode_that_is_opened_later_does_not_lift_it(
    held: Mode, demo: Demo, tmp_path: Path
) -> None:
    setup = replace(Opening(local=True).setup(CLOUD), save=False, samplers=False, env=environment(demo, tmp_path))
    async with assembled(setup) as chat:
        session = chat.store.new_session(mode=held)
        chat.opened(session)
        assert chat.world.held
        assert "--local" in chat.lock
        chat.set_mode(session.id, held)
        assert chat.world.held
        found = chat.store.session(session.id)
        assert found is not None
        assert chat.mode(found) is Mode.ONLY_LOCAL
        answered = await hear(chat.answer(session.id, "capital of France", mode=Mode.PREFER_CLOUD))
        assert (answered.ended.ending, answered.ended.locality) == (Ending.COMPLETE, Locality.ON_DEVICE)
    assert not [r.body for r in (*demo.openai.requests, *demo.anthropic.requests) if r.body]
