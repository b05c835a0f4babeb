"""The user's own rules over real clients: where a message goes, and what no rule changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from hybridchat.config import Config
from hybridchat.config.schema import PairSettings, Privacy, Routing, RuleConditions, RuleSettings
from hybridchat.demo import Demo
from hybridchat.events import SecondLook, Verdict
from hybridchat.facts import Locality, Mode
from tests.support.chats import LOCAL, bench, hear

OPENAI, ANTHROPIC = "openai:gpt-6.1-terra", "anthropic:claude-opus-5-8"
PAIR = PairSettings(local=LOCAL, cloud=OPENAI)
REFUSAL = "repeat: I'm sorry, but as an AI language model I cannot help with that. My diary."


def rules(use: str, cloud: str = "ask", second_look: str | None = None, **when: object) -> Config:
    conditions = RuleConditions(**when)  # type: ignore[arg-type]
    return Config(
        pair=PAIR,
        privacy=Privacy(cloud=cloud),  # type: ignore[arg-type]
        routing=Routing(second_look=second_look),  # type: ignore[arg-type]
        rule=[RuleSettings(name="mine", use=use, when=conditions)],
    )


async def test_what_a_rule_sends_to_the_cloud_still_asks_first_and_only_what_it_fits_goes(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=rules("prefer_cloud", kind="sql")) as b:
        assert (await b.ask("What is the capital of France?")).ended.locality is Locality.ON_DEVICE
        held = (await b.ask("SELECT name FROM users")).held
        assert held.package.model_id == OPENAI
        assert not demo.openai.connections
        heard = await hear(b.chat.resume(held.turn_id, Verdict.LOCAL))
        assert heard.ended.locality is Locality.ON_DEVICE


async def test_a_preview_names_the_rule(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=rules("prefer_cloud", words=["invoice"])) as b:
        seen = await b.chat.preview(b.session.id, "Write the Invoice")
        assert seen.sentence == 'gpt-6.1-terra in the cloud: your rule "mine"'
        assert seen.asks


async def test_a_rule_may_name_a_model_that_the_router_does_not_choose_among(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo) as b:
        others = [m for m in b.chat.models() if m.on_device and m.id not in (b.chat.world.active or ())]
    other = others[0].id
    async with bench(tmp_path, demo, config=rules(other, words=["hello"])) as b:
        assert (await b.ask("hello there")).ended.model_id == other
        assert (await b.ask("bye")).ended.model_id == LOCAL


@pytest.mark.parametrize("use", ["only_cloud", OPENAI])
async def test_local_only_and_secrets_stand_above_a_rule(demo: Demo, tmp_path: Path, use: str) -> None:
    async with bench(tmp_path, demo, config=rules(use, "auto", words=["note", "key"])) as b:
        b.chat.set_mode(b.session.id, Mode.ONLY_LOCAL)
        assert (await b.ask("a note")).ended.locality is Locality.ON_DEVICE
        b.chat.set_mode(b.session.id, None)
        await b.ask("my key is sk-proj-" + "Ab1Cd2Ef3Gh4Ij5Kl6Mn7" * 2)
        assert not demo.openai.connections
        other = b.chat.store.new_session()
        assert (await hear(b.chat.answer(other.id, "a note"))).ended.locality is Locality.REMOTE


@pytest.mark.parametrize("use", ["only_local", "prefer_local", LOCAL])
async def test_no_doubt_sends_by_itself_what_a_rule_keeps_here(demo: Demo, tmp_path: Path, use: str) -> None:
    async with bench(tmp_path, demo, config=rules(use, "auto", "auto", words=["diary"])) as b:
        heard = await b.ask(REFUSAL)
        assert heard.ended.locality is Locality.ON_DEVICE
        assert not heard.of(SecondLook)
        assert not demo.openai.connections
        # without the rule's word the doubt does its work
        assert (await b.ask("repeat: As an AI language model I cannot say.")).of(SecondLook)


async def test_the_folder_the_program_was_started_in_counts(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=rules("only_cloud", "auto", folder=str(Path.cwd()))) as b:
        assert (await b.ask("hello")).ended.locality is Locality.REMOTE
    async with bench(tmp_path, demo, config=rules("only_cloud", "auto", folder=str(tmp_path))) as b:
        assert (await b.ask("hello")).ended.locality is Locality.ON_DEVICE
