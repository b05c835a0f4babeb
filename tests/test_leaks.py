"""The promise: nothing leaves unasked, nothing hidden leaves readable. Asserted on what loopback servers received."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Self

import pytest

from hybridchat import terms
from hybridchat.answer import Answer
from hybridchat.attempt import Try
from hybridchat.config import Config
from hybridchat.config.schema import (
    ConnectivityThresholds,
    EndpointSettings,
    ModelSettings,
    PairSettings,
    Privacy,
    Thresholds,
)
from hybridchat.conversation import Ending, Message, Package, Role
from hybridchat.demo import Demo, Fault
from hybridchat.events import Ended, Said, Verdict
from hybridchat.facts import Locality, Mode
from hybridchat.privacy.scan import Terms
from hybridchat.scans import ScanCache
from hybridchat.stopper import Stopper
from tests.cli.run import ROOT, bare, hybridchat
from tests.support.audited import Witness
from tests.support.chats import LOCAL, Bench, Heard, bench, environment, hear

OPENAI, ANTHROPIC, OLLAMA_CLOUD = "openai:gpt-6.1-terra", "anthropic:claude-haiku-5-5", "ollama:gpt-oss:120b-cloud"
AUTO = Config(pair=PairSettings(local=LOCAL), privacy=Privacy(cloud="auto"))
QUICK = Thresholds(connectivity=ConnectivityThresholds(check_interval_s=0.2))
"""Probes every 0.2 s, so that a test can see them, and see them stop."""


def clouds(demo: Demo) -> int:
    """Connections that the demo clouds saw."""
    return demo.openai.connections + demo.anthropic.connections


async def until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.01)


async def tempt(b: Bench) -> list[Heard]:
    """Everything a user could do that would go to a cloud in another mode."""
    heard = [await b.ask("hello there"), await b.ask("hello", pin=OPENAI), await b.ask("hello", mode=Mode.ONLY_CLOUD)]
    b.chat.set_pin(b.session.id, ANTHROPIC)
    heard.append(await b.ask("and you?"))
    b.chat.set_pin(b.session.id, None)
    heard.append(await hear(b.chat.again(heard[0].ended.turn_id, other=True)))
    b.demo.ollama.fail(Fault(kind="status", status=500))
    heard.append(await b.ask("hello?"))
    b.demo.ollama.fail(None)
    await b.chat.preview(b.session.id, "Prove it.", mode=Mode.ONLY_CLOUD)
    return heard


# -- LOCAL ONLY --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["session", "command line", "configuration"])
async def test_in_local_only_no_cloud_is_ever_connected_to(demo: Demo, tmp_path: Path, how: str) -> None:
    config = Config(
        pair=PairSettings(local=LOCAL),
        privacy=Privacy(cloud="auto"),
        thresholds=QUICK,
        mode=Mode.ONLY_LOCAL if how == "configuration" else Mode.AUTO,
        # even hosts that may be contacted without asking
        endpoints={"openai": EndpointSettings(base_url=demo.openai.base_url, allowed=True)},
    )
    mode = Mode.ONLY_LOCAL if how == "command line" else None
    if how == "session":
        async with bench(tmp_path, demo, config=config) as b:
            b.chat.set_mode(b.session.id, Mode.ONLY_LOCAL)
            demo.openai.clear()
            await tempt(b)
            assert clouds(demo) == 0
        return
    async with bench(tmp_path, demo, config=config, mode=mode, samplers=True) as b:
        heard = await tempt(b)
        assert heard[0].ended.ending is Ending.COMPLETE
        assert clouds(demo) == 0


async def test_local_only_holds_the_probes_at_once(demo: Demo, tmp_path: Path) -> None:
    config = Config(pair=PairSettings(local=LOCAL), thresholds=QUICK)
    async with bench(tmp_path, demo, config=config, samplers=True) as b:
        b.chat.set_pin(b.session.id, OPENAI)
        await until(lambda: demo.openai.connections > 2)
        b.chat.set_mode(b.session.id, Mode.ONLY_LOCAL)
        # what was in the kernel's queue is counted, then nothing comes for several intervals
        await asyncio.sleep(0.1)
        before = clouds(demo)
        await tempt(b)
        await asyncio.sleep(0.7)
        assert clouds(demo) == before
        b.chat.set_mode(b.session.id, Mode.AUTO)
        await until(lambda: clouds(demo) > before)


async def test_a_trusted_machine_of_the_network_is_not_this_one(demo: Demo, tmp_path: Path) -> None:
    with Demo(chunks_per_second=0) as box:
        config = lan(box, trusted=True)
        async with bench(tmp_path, demo, config=config) as b:
            b.chat.set_mode(b.session.id, Mode.ONLY_LOCAL)
            box.ollama.clear()
            heard = await b.ask("hello", pin="box:llama3.2:3b")
            assert heard.ended.ending is Ending.UNROUTED
            assert "LOCAL ONLY" in heard.ended.text
            assert box.ollama.connections == 0


@pytest.mark.parametrize("arguments", [("ask", "--local", "capital of France"), ("ask", "--local", "--json", "hello")])
def test_a_whole_local_ask_touches_only_on_device_endpoints(demo: Demo, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    witness = Witness(tmp_path / "seen")
    env = {**bare(), **environment(demo, tmp_path)}
    done = subprocess.run(witness.command(*arguments), env=env, cwd=ROOT, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    local = demo.ollama.url.removeprefix("http://")
    assert witness.hosts == {local}


@pytest.mark.pty
def test_a_whole_local_chat_with_samplers_touches_only_on_device_endpoints(demo: Demo, tmp_path: Path) -> None:
    terminal = pytest.importorskip("tests.support.terminal", reason="needs a POSIX pseudo-terminal")
    witness = Witness(tmp_path / "seen")
    (tmp_path / "config.toml").write_text(
        f'[endpoints.openai]\nbase_url = "{demo.openai.base_url}"\nallowed = true\n'
        "[thresholds.connectivity]\ncheck_interval_s = 0.2\n"
    )
    env = {**environment(demo, tmp_path), "PYTHONPATH": str(ROOT)}
    chat = terminal.Terminal(witness.command("chat", "--plain", "--local"), env=env, columns=100)
    try:
        chat.wait_for("you:")
        chat.send("capital of France", "enter")
        chat.wait_for("Paris")
        chat.send("/other", "enter")
        chat.wait_for("Not sent: No model can answer")
        while not chat.text().rstrip().endswith("you:"):  # a line that comes before is kept for later
            assert chat.pump(60) is not None, chat.text()
        assert chat.close("/quit", "enter") == 0
    finally:
        if chat.alive:
            chat.close()
    assert witness.hosts == {demo.ollama.url.removeprefix("http://")}
    assert clouds(demo) == 0


class Ear:
    """A port that counts who knocks, and answers nobody."""

    def __init__(self) -> None:
        self.heard = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._hear, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _hear(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heard += 1
        writer.close()


async def test_a_proxy_hears_nothing_of_what_stays_here(demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with Ear() as ear:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, ear.url)
        async with bench(tmp_path, demo, samplers=True) as b:
            heard = await b.ask("What is the capital of France?")
            assert "Paris" in heard.text
            await b.chat.warm(b.chat.world.find(LOCAL))
        assert ear.heard == 0


async def test_a_redirect_of_the_local_server_is_not_followed(demo: Demo, tmp_path: Path) -> None:
    with Demo(chunks_per_second=0) as other:
        async with bench(tmp_path, demo, mode=Mode.ONLY_LOCAL) as b:
            demo.ollama.fail(Fault(kind="redirect", url=other.ollama.url))
            heard = await b.ask("a private question")
            assert other.ollama.connections == 0
            assert heard.ended.ending is Ending.FAILED
            assert "not followed" in heard.ended.text


# -- before consent ----------------------------------------------------------------------------------------------------


async def test_nothing_is_contacted_before_consent(demo: Demo, tmp_path: Path) -> None:
    config = Config(pair=PairSettings(local=LOCAL), thresholds=QUICK)
    async with bench(tmp_path, demo, config=config, samplers=True) as b:
        assert {OPENAI, ANTHROPIC} <= {m.id for m in b.chat.models()}
        await b.chat.preview(b.session.id, "Prove that there are infinitely many primes.", mode=Mode.ONLY_CLOUD)
        await b.ask("What is the capital of France?")
        held = (await b.ask("hello there", mode=Mode.ONLY_CLOUD)).held
        await asyncio.sleep(0.5)
        assert clouds(demo) == 0
        assert b.chat.store.ledger.rows() == []
        await hear(b.chat.resume(held.turn_id, Verdict.CANCEL))
        assert clouds(demo) == 0


async def test_a_consent_lets_probes_begin_and_each_stands_in_the_ledger(demo: Demo, tmp_path: Path) -> None:
    config = Config(pair=PairSettings(local=LOCAL, cloud=OPENAI), thresholds=QUICK)
    async with bench(tmp_path, demo, config=config, samplers=True) as b:
        held = (await b.ask("hello there", mode=Mode.ONLY_CLOUD)).held
        await hear(b.chat.resume(held.turn_id, Verdict.ALWAYS))
        await until(lambda: demo.openai.connections > 3)
        assert demo.anthropic.connections == 0
        kinds = {row.kind for row in b.chat.store.ledger.rows()}
        assert kinds == {"message", "contact"}
        (contact,) = [row for row in b.chat.store.ledger.rows() if row.kind == "contact"]
        assert contact.host == demo.openai.url.removeprefix("http://")
        assert contact.n >= 2


async def test_nothing_goes_to_the_cloud_where_the_configuration_says_never(demo: Demo, tmp_path: Path) -> None:
    env = environment(demo, tmp_path)
    Path(env["HYBRIDCHAT_CONFIG"]).write_text('[privacy]\ncloud = "never"\n')
    done = await asyncio.to_thread(hybridchat, "ask", "--cloud", "hello", env=env)
    assert done.returncode == 3, done.stderr
    assert clouds(demo) == 0


async def test_local_only_of_a_session_is_not_lifted_by_a_message(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=AUTO) as b:
        b.chat.set_mode(b.session.id, Mode.ONLY_LOCAL)
        # another conversation is looked at meanwhile, so the gate stands open
        b.chat.opened(b.chat.store.new_session())
        heard = await b.ask("hello", mode=Mode.ONLY_CLOUD)
        assert heard.ended.locality is not Locality.REMOTE
        assert clouds(demo) == 0


# -- what leaves -------------------------------------------------------------------------------------------------------


def texts(body: bytes) -> list[tuple[str, str]]:
    """Role and text of the messages in a body, without the system message, whose note comes with the first placeholder."""
    return [(m["role"], m["content"]) for m in json.loads(body)["messages"] if m["role"] != "system"]


async def test_no_body_ever_holds_a_value_learnt_so_far(demo: Demo, tmp_path: Path) -> None:
    config = Config(pair=PairSettings(local=LOCAL, cloud=OPENAI), privacy=Privacy(cloud="auto"))
    async with bench(tmp_path, demo, config=config) as b:
        learnt: list[str] = []
        for n in range(10):
            new = f"person{n}.surname@example.org"
            learnt.append(new)
            about = f", and of {learnt[n // 2]}" if n else ""
            heard = await b.ask(f"repeat: remind me of {new}{about}", mode=Mode.ONLY_CLOUD)
            assert new in heard.text
            body = b.cloud_bodies()[-1]
            assert not [value for value in learnt if value.encode() in body]
        bodies = b.cloud_bodies()
        assert len(bodies) == 10
        for before, after in itertools.pairwise(bodies):
            assert texts(after)[: len(texts(before))] == texts(before)


async def test_what_is_learnt_later_is_hidden_in_what_was_sent_before_and_that_is_told(demo: Demo, tmp_path: Path) -> None:
    config = Config(pair=PairSettings(local=LOCAL, cloud=OPENAI), privacy=Privacy(cloud="auto"))
    async with bench(tmp_path, demo, config=config) as b:
        await b.ask("repeat: first of all, hello", mode=Mode.ONLY_CLOUD)
        await b.ask("repeat: the plan is called Bluebird", mode=Mode.ONLY_CLOUD)
        b.chat.hide("bluebird")
        heard = await b.ask("repeat: what of it?", mode=Mode.ONLY_CLOUD)
        first, second, third = b.cloud_bodies()
        assert b"Bluebird" in second
        assert b"luebird" not in third
        # what does not hold it goes out as before
        assert texts(third)[:2] == texts(first) + texts(second)[1:2]
        assert [n for n in heard.ended.notes if "already sent readable" in n and "turn 2" in n]
        again = await b.ask("repeat: Bluebird again", mode=Mode.ONLY_CLOUD)
        assert "Bluebird" in again.text
        assert b"luebird" not in b.cloud_bodies()[-1]
        assert not [n for n in again.ended.notes if "already sent" in n]


async def test_own_terms_hide_in_history_too(demo: Demo, tmp_path: Path) -> None:
    env = environment(demo, tmp_path)
    async with bench(tmp_path, demo, config=AUTO, save=True) as b:
        await b.ask("repeat: Project Bluebird ships in May")
        session = b.session
    added = await asyncio.to_thread(hybridchat, "terms", "add", "Bluebird", env=env)
    assert added.returncode == 0, added.stderr
    async with bench(tmp_path, demo, config=AUTO, save=True) as b:
        await hear(b.chat.answer(session.id, "repeat: when?", mode=Mode.ONLY_CLOUD))
        (body,) = b.cloud_bodies()
        assert b"luebird" not in body
        assert b"ships in May" in body


async def test_a_term_hidden_while_its_text_is_being_scanned_is_hidden() -> None:
    """A scan that began before must not answer for the list as it is now."""
    scans = ScanCache(Terms())
    text = "call 555 123 4567 or mail a@b.example. " * 4_000 + "Bluebird"
    scanning = asyncio.create_task(asyncio.to_thread(scans.scan, text))
    await asyncio.sleep(0.1)
    assert not scanning.done()
    scans.terms = Terms(always=("Bluebird",))
    await scanning
    assert scans.scan(text)[-1].kind == "TERM"


async def test_a_value_told_by_the_words_around_it_is_hidden_where_it_stands_alone(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=AUTO) as b:
        b.chat._crew.policy = replace(b.chat._crew.policy, redact_private=True)
        await b.ask("repeat: tangerine-Kx94 is a nice word", pin=OPENAI)
        held = (await b.ask("repeat: my password is tangerine-Kx94", pin=OPENAI)).held
        heard = await hear(b.chat.resume(held.turn_id, Verdict.SEND))
        assert heard.text.strip() == "my password is tangerine-Kx94"
        first, second = b.cloud_bodies()
        assert b"Kx94" in first
        assert b"Kx94" not in second


async def test_the_gate_stops_a_message_that_still_holds_a_value(demo: Demo, tmp_path: Path) -> None:
    """Whatever went wrong before: the last look is at the very bytes that would leave."""
    async with bench(tmp_path, demo, config=AUTO) as b:
        learnt = await b.ask("repeat: a@b.example", pin=OPENAI)
        turn = b.chat.store.turn(learnt.ended.turn_id)
        assert turn is not None
        model = b.chat.world.find(OPENAI)
        broken = Package(
            OPENAI, model.host, model.locality, (Message(Role.USER, "for a@b.example"),), 9, 1, origins=((turn.id, None),)
        )
        attempt = Try(b.chat._crew, turn, model, broken, Stopper(), "", moved=False)
        assert not [event async for event in attempt.events()]
        assert attempt.error is not None
        assert (attempt.error.kind, "a@b.example" in str(attempt.error)) == ("blocked", False)
        assert len(b.cloud_bodies()) == 1
        assert len(b.chat.store.ledger.rows()) == 1


async def test_a_word_of_our_own_note_can_be_hidden(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=AUTO) as b:
        b.chat.hide("values")
        heard = await b.ask("repeat: our values, and a@b.example", pin=OPENAI)
        assert heard.ended.ending is Ending.COMPLETE
        (body,) = b.cloud_bodies()
        assert b"values" not in body


async def test_a_scanner_that_fails_sends_nothing(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=AUTO) as b:
        b.chat._crew.scans.terms = Terms(always=(None,))  # type: ignore[arg-type]  # any failure inside the scanner
        for ask in (b.ask("hello", pin=OPENAI), b.ask("hello", mode=Mode.ONLY_CLOUD)):
            heard = await ask
            assert heard.ended.ending is Ending.FAILED
            assert heard.ended.error == "scan_error"
            assert "nothing was sent" in heard.ended.text
        await b.chat.preview(b.session.id, "hello", pin=OPENAI)
        assert clouds(demo) == 0
        assert (await b.ask("What is the capital of France?")).ended.locality is Locality.ON_DEVICE


async def test_a_megabyte_is_scanned_before_it_leaves(demo: Demo, tmp_path: Path) -> None:
    config = Config(
        pair=PairSettings(local=LOCAL), privacy=Privacy(cloud="auto"), models={OPENAI: ModelSettings(window=1_000_000)}
    )
    async with bench(tmp_path, demo, config=config) as b:
        text = "word " * 200_000 + "and a@b.example, 4111 1111 1111 1111"
        heard = await b.ask(text, pin=OPENAI)
        assert heard.ended.ending is Ending.COMPLETE
        (body,) = b.cloud_bodies()
        assert b"a@b.example" not in body
        assert b"4111 1111" not in body


async def test_title_and_system_prompt_are_hidden_too(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=AUTO) as b:
        session = b.chat.store.new_session(system="You write for ana.ruiz@example.org only.")
        b.chat.store.rename(session.id, "For ana.ruiz@example.org")
        for pin in (OPENAI, ANTHROPIC):
            assert (await hear(b.chat.answer(session.id, "hello", pin=pin))).ended.ending is Ending.COMPLETE
        first, second = b.cloud_bodies()
        assert b"You write for" in first
        assert b"You write for" in second
        assert b"ana.ruiz" not in first + second


@pytest.mark.parametrize("model", [OPENAI, ANTHROPIC, OLLAMA_CLOUD])
async def test_the_ledger_holds_the_bytes_that_the_server_received(demo: Demo, tmp_path: Path, model: str) -> None:
    async with bench(tmp_path, demo, config=AUTO) as b:
        for text in ("repeat: a@b.example — ü €", "repeat: and c@d.example"):
            assert (await b.ask(text, pin=model)).ended.ending is Ending.COMPLETE
        chats = {"/api/chat", "/v1/chat/completions", "/v1/messages"}
        received = [r.body for s in demo.servers for r in s.requests if r.path in chats]
        rows = [r for r in reversed(b.chat.store.ledger.rows()) if r.kind == "message"]
        assert len(received) == len(rows) == 2
        assert [b.chat.store.ledger.body(r.id) for r in rows] == received
        assert [(r.sha256, r.bytes) for r in rows] == [(hashlib.sha256(body).hexdigest(), len(body)) for body in received]
        assert {r.model_id for r in rows} == {model}


async def test_two_windows_on_one_conversation_never_mix_their_placeholders_up(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=AUTO, save=True) as one, bench(tmp_path, demo, config=AUTO, save=True) as two:
        root = (await one.ask("repeat: start", pin=OPENAI)).ended.turn_id

        def from_the_other(text: str) -> Answer:
            return two.chat.answer(one.session.id, text, pin=OPENAI, parent=root)

        await hear(from_the_other("repeat: two"))
        assert "a@one.example" in (await one.ask("repeat: a@one.example", pin=OPENAI)).text
        clash = await hear(from_the_other("repeat: b@two.example"))
        assert clash.ended.ending is Ending.FAILED
        assert "another window" in clash.ended.text
        assert "b@two.example" in (await hear(from_the_other("repeat: b@two.example"))).text
        assert not [body for body in one.cloud_bodies() if b"@one.example" in body or b"@two.example" in body]


async def test_keys_stand_in_no_file_no_ledger_and_no_sentence(demo: Demo, tmp_path: Path) -> None:
    key = "sk-" + "very-secret-" * 3
    extra = {"OPENAI_API_KEY": key, "ANTHROPIC_API_KEY": key}
    async with bench(tmp_path, demo, config=AUTO, save=True, extra=extra) as b:
        assert (await b.ask("hello", pin=OPENAI)).ended.ending is Ending.COMPLETE
        demo.anthropic.fail(Fault(kind="status", status=401, message=f"bad key {key}"))
        demo.openai.fail(Fault(kind="error_event", message=f"who is {key}?"))
        for pin in (ANTHROPIC, OPENAI):
            heard = await b.ask("hello again", pin=pin)
            assert key not in repr(heard.events)
        assert key not in repr(b.chat.store.ledger.rows())
    for file in (tmp_path / "data").iterdir():
        assert key.encode() not in file.read_bytes()


# -- other machines ----------------------------------------------------------------------------------------------------


def lan(box: Demo, *, trusted: bool) -> Config:
    settings = EndpointSettings(kind="ollama", base_url=box.ollama.url, locality=Locality.LAN, trusted=trusted, allowed=True)
    return Config(pair=PairSettings(local=LOCAL), endpoints={"box": settings}, thresholds=QUICK)


async def test_a_trusted_machine_gets_the_real_text_and_stands_in_the_ledger(demo: Demo, tmp_path: Path) -> None:
    with Demo(chunks_per_second=0) as box:
        async with bench(tmp_path, demo, config=lan(box, trusted=True)) as b:
            heard = await b.ask("repeat: a@b.example and <EMAIL_1>", pin="box:llama3.2:3b")
            assert heard.text.strip() == "a@b.example and <EMAIL_1>"
            (body,) = [r.body for r in box.ollama.requests if r.path == "/api/chat"]
            assert b"a@b.example" in body
            # without it the server would take a small window and cut the conversation off
            assert json.loads(body)["options"]["num_ctx"] >= 8192
            (row,) = [r for r in b.chat.store.ledger.rows() if r.kind == "message"]
            assert row.sha256 == hashlib.sha256(body).hexdigest()
            assert row.locality is Locality.LAN


async def test_another_machine_is_treated_as_a_cloud(demo: Demo, tmp_path: Path) -> None:
    with Demo(chunks_per_second=0) as box:
        async with bench(tmp_path, demo, config=lan(box, trusted=False)) as b:
            described = b.chat.world.find("box:llama3.2:3b")
            assert not described.window_assumed
            held = (await b.ask("repeat: a@b.example", pin="box:llama3.2:3b")).held
            assert not [r for r in box.ollama.requests if r.path == "/api/chat"]
            heard = await hear(b.chat.resume(held.turn_id, Verdict.SEND))
            assert heard.text.strip() == "a@b.example"
            (body,) = [r.body for r in box.ollama.requests if r.path == "/api/chat"]
            assert b"a@b.example" not in body


async def test_a_model_found_to_answer_elsewhere_is_asked_for_by_that_hosts_name(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo) as b:
        b.chat.world.found_remote(LOCAL, "ollama.com")
        held = (await b.ask("hello", pin=LOCAL)).held
        assert held.package.host == "ollama.com"
        assert held.package.remote


async def test_a_conversation_held_local_is_local_from_the_first_moment(demo: Demo, tmp_path: Path) -> None:
    allowed = EndpointSettings(base_url=demo.openai.base_url, allowed=True)
    config = Config(pair=PairSettings(local=LOCAL), thresholds=QUICK, endpoints={"openai": allowed})
    async with bench(tmp_path, demo, config=config, save=True) as b:
        b.chat.set_mode(b.session.id, Mode.ONLY_LOCAL)
        session = b.session.id
    demo.openai.clear()
    async with bench(tmp_path, demo, config=config, save=True, samplers=True, opening=session) as b:
        await asyncio.sleep(0.5)
        assert clouds(demo) == 0
        b.chat.opened(b.session)
        await until(lambda: clouds(demo) > 0)


async def test_without_the_users_own_list_this_machine_answers_and_nothing_leaves(demo: Demo, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "terms.txt").write_bytes(b"caf\xe9\n")
    async with bench(tmp_path, demo, config=AUTO, save=True) as b:
        assert "terms.txt" in b.chat.banner
        assert (await b.ask("What is the capital of France?")).ended.locality is Locality.ON_DEVICE
        b.chat.hide("Bluebird")
        heard = await b.ask("hello", pin=OPENAI)
        assert heard.ended.error == "scan_error"
        assert "terms.txt" in heard.ended.text
        assert clouds(demo) == 0


async def test_a_word_without_a_letter_cannot_be_hidden_and_that_is_said(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, save=True) as b:
        assert "no letter or digit" in b.chat.hide("---")
        assert b.chat._crew.scans.terms.always == ()


@pytest.mark.parametrize("model", [OPENAI, ANTHROPIC, OLLAMA_CLOUD])
async def test_words_of_the_protocols_can_be_hidden(demo: Demo, tmp_path: Path, model: str) -> None:
    async with bench(tmp_path, demo, config=AUTO) as b:
        for word in ("content", "model", "messages", "stream", "user", "options", "system", "text"):
            b.chat.hide(word)
        heard = await b.ask("repeat: content model messages stream user options system text", pin=model)
        assert heard.text.strip() == "content model messages stream user options system text"


async def test_a_term_added_in_another_process_holds_at_once(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=AUTO) as b:
        await b.ask("repeat: Bluebird", pin=OPENAI)
        terms.add(tmp_path / "data" / "terms.txt", "Bluebird")
        await b.ask("repeat: Bluebird again", pin=OPENAI)
        first, second = b.cloud_bodies()
        assert b"Bluebird" in first
        assert b"Bluebird" not in second


async def test_a_consent_for_the_session_asks_again_when_more_is_left_readable(demo: Demo, tmp_path: Path) -> None:
    config = Config(pair=PairSettings(local=LOCAL, cloud=OPENAI))
    async with bench(tmp_path, demo, config=config) as b:
        b.chat.set_mode(b.session.id, Mode.ONLY_CLOUD)
        held = (await b.ask("repeat: there are 7421993 beans")).held
        assert held.package.doubtful == ("7421993",)
        await hear(b.chat.resume(held.turn_id, Verdict.ALWAYS))
        assert (await b.ask("repeat: what is 7421993?")).ended.ending is Ending.COMPLETE
        assert (await b.ask("repeat: the Tuesday Meeting of 1998 took 1000 words")).ended.ending is Ending.COMPLETE
        more = (await b.ask("repeat: and 9930412 peas too")).held
        assert "9930412" in more.reason
        assert "7421993" not in more.reason
        await hear(b.chat.resume(more.turn_id, Verdict.SEND))
        assert (await b.ask("repeat: 7421993 beans and 9930412 peas")).ended.ending is Ending.COMPLETE
        assert len(b.cloud_bodies()) == 5


async def test_local_only_hangs_up_an_answer_that_comes_from_elsewhere(tmp_path: Path) -> None:
    with Demo(chunks_per_second=50) as slow:
        async with bench(tmp_path, slow, config=AUTO) as b:
            ended: Ended | None = None
            async for event in b.chat.answer(b.session.id, "a very long essay", mode=Mode.ONLY_CLOUD):
                if isinstance(event, Said):
                    b.chat.set_mode(b.session.id, Mode.ONLY_LOCAL)
                if isinstance(event, Ended):
                    ended = event
            assert ended is not None
            assert ended.ending is Ending.STOPPED
            await until(lambda: not slow.openai.open_streams and not slow.anthropic.open_streams)


async def test_the_ledger_tells_what_reached_nobody(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=AUTO) as b:
        demo.openai.pause()
        demo.anthropic.pause()
        await b.ask("hello there", mode=Mode.ONLY_CLOUD)
        rows = [row for row in b.chat.store.ledger.rows() if row.kind == "message"]
        assert rows
        assert all(row.failed for row in rows)
