"""A private conversation sends nothing and leaves nothing behind; a folder's file may keep everything here."""

from __future__ import annotations

from pathlib import Path

import pytest

from hybridchat.config import Config, ConfigError
from hybridchat.config.schema import EndpointSettings, PairSettings, Privacy
from hybridchat.conversation import Ending
from hybridchat.demo import Demo
from hybridchat.facts import Locality, Mode
from tests.support.chats import LOCAL, Bench, bench, hear

OPENAI = "openai:gpt-6.1-terra"
AUTO = Config(pair=PairSettings(local=LOCAL, cloud=OPENAI), privacy=Privacy(cloud="auto"))
WORD = "qxzimtstern"


def clouds(demo: Demo) -> int:
    return demo.openai.connections + demo.anthropic.connections


def written(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


async def test_a_private_conversation_is_answered_here_and_stands_in_no_file(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=AUTO, save=True) as b:
        await b.ask("repeat: this one is kept")
        private = await b.chat.go_private()
        session = private.store.new_session(mode=Mode.ONLY_CLOUD, pin=OPENAI)
        private.opened(session)
        private.store.draft(session.id, f"draft {WORD}")
        private.store.remember("draft-new", WORD)
        await private.preview(session.id, f"about {WORD}")
        held_to_cloud = await hear(private.answer(session.id, f"repeat: {WORD}"))
        assert held_to_cloud.ended.ending is Ending.UNROUTED
        assert "f5" not in held_to_cloud.ended.text
        assert "end the private conversation (/new)" in held_to_cloud.ended.text
        private.set_pin(session.id, None)
        private.set_mode(session.id, Mode.AUTO)
        heard = await hear(private.answer(session.id, f"repeat: {WORD} a@{WORD}.example", mode=Mode.ONLY_CLOUD))
        assert heard.ended.locality is Locality.ON_DEVICE
        other = await hear(private.again(heard.ended.turn_id, other=True))
        assert other.ended.locality is not Locality.REMOTE
        assert len(private.store.search.find(WORD)) >= 2
        assert b.chat.store.search.find(WORD) == []
        assert private.mode(session) is Mode.ONLY_LOCAL
        assert "/new" in private.lock
        await private.forget()
        b.chat.opened(b.session)
        assert clouds(demo) == 0
        # and what comes after goes its usual way again
        assert (await b.ask("hello", pin=OPENAI)).ended.ending is Ending.COMPLETE
    assert b"this one is kept" in written(tmp_path)
    assert WORD.encode() not in written(tmp_path)


async def test_a_word_of_a_private_conversation_is_written_into_no_list(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=AUTO, save=True) as b:
        private = await b.chat.go_private()
        said = [private.words.add(WORD), private.words.add(WORD, never=True), private.review.hides(WORD)]
        assert all("was not kept" in told for told in said)
        assert WORD.encode() not in written(tmp_path)
        b.chat.words.add(WORD)
        assert WORD in b.chat.words.all().always
        await private.forget()


async def test_leaving_a_private_conversation_ends_its_answer_and_forgets_it(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=AUTO, save=True) as b:
        private = await b.chat.go_private()
        session = private.store.new_session()
        answer = private.answer(session.id, "repeat: " + "on and on " * 200)
        await anext(aiter(answer))
        await private.forget()
        with pytest.raises(RuntimeError, match="closed"):
            private.store.session(session.id)


@pytest.fixture
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory of the test."""
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return work


async def tempted(b: Bench) -> None:
    b.chat.set_mode(b.session.id, Mode.ONLY_CLOUD)
    assert (await b.ask("hello")).ended.locality is not Locality.REMOTE
    b.chat.set_mode(b.session.id, Mode.AUTO)
    assert (await b.ask("hello", pin=OPENAI)).ended.ending is Ending.UNROUTED
    b.chat.opened(b.chat.store.new_session())


async def test_a_folder_that_keeps_everything_here_cannot_be_talked_out_of_it(demo: Demo, tmp_path: Path, inside: Path) -> None:
    (inside / ".hybridchat.toml").write_text("local_only = true")
    allowed = EndpointSettings(base_url=demo.openai.base_url, allowed=True)
    config = Config(pair=PairSettings(local=LOCAL), privacy=Privacy(cloud="auto"), endpoints={"openai": allowed})
    async with bench(tmp_path, demo, config=config, samplers=True) as b:
        await tempted(b)
        assert "nothing leaves this machine" in b.chat.here
        assert ".hybridchat.toml" in b.chat.lock
        assert clouds(demo) == 0


async def test_words_of_the_folder_are_hidden_whatever_the_own_list_lets_pass(demo: Demo, tmp_path: Path, inside: Path) -> None:
    (inside / ".hybridchat.toml").write_text('terms = ["Bluebird", "Kestrel"]')
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "terms.txt").write_text("!bluebird\nOsprey\n")
    async with bench(tmp_path, demo, config=AUTO, save=True) as b:
        heard = await b.ask("repeat: Bluebird, Kestrel and Osprey", pin=OPENAI)
        assert heard.text.strip() == "Bluebird, Kestrel and Osprey"
        (body,) = b.cloud_bodies()
        for word in (b"luebird", b"estrel", b"sprey"):
            assert word not in body


async def test_a_folder_that_wants_to_loosen_is_refused_before_anything_is_asked(
    demo: Demo, tmp_path: Path, inside: Path
) -> None:
    (inside / ".hybridchat.toml").write_text('[endpoints.openai]\nbase_url = "http://127.0.0.1:1"')
    with pytest.raises(ConfigError, match=r"\.hybridchat\.toml:1: key `endpoints`.*allowed: local_only, terms"):
        async with bench(tmp_path, demo, config=AUTO):
            pass
