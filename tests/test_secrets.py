"""A secret stays on this machine, whatever the policy; what a cloud says of hidden values is shown here, and not sent again."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from hybridchat import HybridClient, ModelType
from hybridchat.api import NothingLeft
from hybridchat.config import Config
from hybridchat.config.schema import PairSettings, Privacy, Routing, RuleConditions, RuleSettings
from hybridchat.conversation import Ending
from hybridchat.demo import Demo, Fault
from hybridchat.facts import Locality, Mode
from tests.cli.run import hybridchat
from tests.support.chats import LOCAL, bench, environment, hear

OPENAI, ANTHROPIC, OLLAMA_CLOUD = "openai:gpt-6.1-terra", "anthropic:claude-haiku-5-5", "ollama:gpt-oss:120b-cloud"
SECRET = "sk-" + "proj-" + "Zx81" * 9
PAIR = PairSettings(local=LOCAL, cloud=OPENAI)


def clouds(demo: Demo) -> int:
    """Connections that the demo clouds saw, and questions handed on to Ollama's."""
    handed = [r for r in demo.ollama.requests if r.path == "/api/chat" and b"-cloud" in r.body]
    return demo.openai.connections + demo.anthropic.connections + len(handed)


POLICIES = {
    "auto": Config(pair=PAIR, privacy=Privacy(cloud="auto")),
    "quality": Config(pair=PAIR, privacy=Privacy(cloud="auto"), strategy="quality"),
    "cloud held": Config(pair=PAIR, privacy=Privacy(cloud="auto"), mode=Mode.ONLY_CLOUD),
    "cloud preferred": Config(pair=PAIR, privacy=Privacy(cloud="auto"), mode=Mode.PREFER_CLOUD),
    "second look": Config(pair=PAIR, privacy=Privacy(cloud="auto"), routing=Routing(second_look="auto", hard_from=0.0)),
    "rule": Config(
        pair=PAIR,
        privacy=Privacy(cloud="auto"),
        rule=[RuleSettings(name="all", use="only_cloud", when=RuleConditions(min_tokens=1))],
    ),
    "rule with a model": Config(
        pair=PAIR, privacy=Privacy(cloud="auto"), rule=[RuleSettings(name="all", use=OPENAI, when=RuleConditions(min_tokens=1))]
    ),
}


@pytest.mark.parametrize("policy", POLICIES)
async def test_under_no_policy_does_a_message_with_a_secret_leave(demo: Demo, tmp_path: Path, policy: str) -> None:
    async with bench(tmp_path, demo, config=POLICIES[policy]) as b:
        asked = [
            await b.ask(f"Prove that this key is well formed, step by step: {SECRET}"),
            await b.ask(f"repeat: {SECRET}", mode=Mode.ONLY_CLOUD),
            *[await b.ask(f"repeat: {SECRET}", pin=pin) for pin in (OPENAI, ANTHROPIC, OLLAMA_CLOUD)],
        ]
        b.chat.set_pin(b.session.id, OPENAI)
        asked.append(await b.ask(f"and {SECRET}?"))
        b.chat.set_pin(b.session.id, None)
        asked.append(await hear(b.chat.again(asked[0].ended.turn_id, other=True)))
        # a local model that fails hands nothing on
        demo.ollama.fail(Fault(kind="status", status=500))
        asked.append(await b.ask(f"repeat: {SECRET}"))
        demo.ollama.fail(None)
        await b.chat.preview(b.session.id, f"about {SECRET}", pin=OPENAI)
        assert all(h.ended.locality is not Locality.REMOTE for h in asked)
        assert clouds(demo) == 0
        # a question without it stays too, where the conversation that goes along holds it
        last = await b.ask("What is the capital of France?", pin=OPENAI)
        answered = any(h.ended.ending is Ending.COMPLETE for h in asked)
        assert (last.ended.ending is Ending.UNROUTED) is answered
        assert not [body for body in b.cloud_bodies() if SECRET.encode() in body]
        told = [h.ended.text for h in asked if h.ended.ending is Ending.UNROUTED]
        assert [text for text in told if "holds a secret" in text]


async def test_a_scan_that_is_late_counts_as_a_secret(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=POLICIES["auto"]) as b:
        text = "word " * 40_000 + SECRET
        heard = await b.ask(text, pin=OPENAI)
        assert heard.ended.ending is Ending.UNROUTED
        assert clouds(demo) == 0


async def test_warming_and_comparing_send_no_secret(demo: Demo, tmp_path: Path) -> None:
    env = environment(demo, tmp_path)
    Path(env["HYBRIDCHAT_CONFIG"]).write_text('[privacy]\ncloud = "auto"\n')
    done = await asyncio.to_thread(hybridchat, "ask", "--compare", f"{LOCAL},{OPENAI}", f"repeat: {SECRET}", env=env)
    assert SECRET.encode() in done.stdout
    assert b"holds a secret" in done.stderr
    async with bench(tmp_path, demo, config=POLICIES["auto"]) as b:
        told = await b.chat.preview(b.session.id, f"about {SECRET}")
        assert told.decision.chosen is not None
        await b.chat.warm(told.decision.chosen)
    assert not [r for r in demo.ollama.requests if SECRET.encode() in r.body and b'"messages"' not in r.body]
    assert clouds(demo) == 0


async def test_a_program_with_a_hooked_cloud_sends_no_secret(demo: Demo) -> None:
    async with HybridClient() as client:
        await client.hook_model(ModelType.OPENAI, "gpt-6.1-terra", demo.openai.base_url, "demo-key")
        with pytest.raises(NothingLeft, match="holds a secret"):
            await client.execute(f"repeat: {SECRET}")
    assert not [r for r in demo.openai.requests if r.body]


async def test_what_a_cloud_answers_is_shown_with_the_values_and_sent_to_no_cloud_again(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=POLICIES["auto"]) as b:
        first = await b.ask("repeat: mail a@b.example today", pin=OPENAI)
        assert first.text.strip() == "mail a@b.example today"
        await b.ask("repeat: and now?", pin=ANTHROPIC)
        assert not [body for body in b.cloud_bodies() if b"a@b.example" in body]
        # this machine's own model gets the real text, what the cloud said included
        await b.ask("repeat: here?", pin=LOCAL)
        bodies = [json.loads(r.body) for r in demo.ollama.requests if r.path == "/api/chat"]
        said = [(m["role"], m["content"].strip()) for m in bodies[-1]["messages"]]
        assert ("assistant", "mail a@b.example today") in said


async def test_a_secret_may_reach_this_machines_model(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=POLICIES["auto"]) as b:
        heard = await b.ask(f"repeat: {SECRET}")
        assert heard.text.strip() == SECRET
        assert SECRET in b.local_question()


async def test_a_flag_that_consents_to_the_cloud_does_not_consent_to_a_secret(demo: Demo, tmp_path: Path) -> None:
    env = environment(demo, tmp_path)
    for model in ((), ("-m", OPENAI)):
        done = await asyncio.to_thread(hybridchat, "ask", "--cloud", *model, f"repeat: {SECRET}", env=env)
        assert done.returncode == 3, done.stderr
        assert b"Not sent: the message holds a secret." in done.stderr
    assert clouds(demo) == 0
