"""What the user changes in a package before it leaves, and when it has to be seen: over a whole chat and demo clouds."""

from __future__ import annotations

from pathlib import Path

import pytest

from hybridchat import terms
from hybridchat.asking import Options
from hybridchat.config import Config
from hybridchat.config.schema import PairSettings, Privacy
from hybridchat.conversation import Ending
from hybridchat.demo import Demo
from hybridchat.events import Verdict
from hybridchat.facts import Mode
from tests.support.chats import LOCAL, Bench, Heard, bench, hear

OPENAI = "openai:gpt-6.1-terra"
AUTO = Config(pair=PairSettings(local=LOCAL, cloud=OPENAI), privacy=Privacy(cloud="auto"))
ASKING = Config(pair=PairSettings(local=LOCAL, cloud=OPENAI))
BEANS = "repeat: there are 7421993 beans for ana@example.org"


async def held(b: Bench, text: str) -> Heard:
    b.chat.set_mode(b.session.id, Mode.ONLY_CLOUD)
    return await b.ask(text)


async def test_a_hidden_word_stays_hidden_for_the_conversation_and_no_longer(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=ASKING) as b:
        rests = (await held(b, BEANS)).held
        changed = await b.chat.review.hide(rests.turn_id, "beans")
        assert changed.package is not None
        assert "beans" not in changed.package.messages[-1].text
        await hear(b.chat.resume(rests.turn_id, Verdict.ALWAYS))
        await b.ask("repeat: more Beans")
        assert all(b"eans" not in body for body in b.cloud_bodies())
        other = b.chat.store.new_session()
        b.chat.set_mode(other.id, Mode.ONLY_CLOUD)
        again = await hear(b.chat.answer(other.id, "repeat: more beans"))
        assert "beans" in again.held.package.messages[-1].text


async def test_what_was_hidden_and_shown_by_hand_holds_after_a_restart(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=ASKING, save=True) as b:
        rests = (await held(b, BEANS)).held
        await b.chat.review.hide(rests.turn_id, "beans")
        await b.chat.review.show(rests.turn_id, "ana@example.org")
        await hear(b.chat.resume(rests.turn_id, Verdict.ALWAYS))
        session = b.session.id
    async with bench(tmp_path, demo, config=ASKING, save=True) as b:
        told = await hear(b.chat.answer(session, "repeat: more beans for ana@example.org"))
        leaves = " ".join(message.text for message in told.held.package.messages)
        assert "ana@example.org" in leaves
        assert "beans" not in leaves


async def test_a_shown_value_leaves_readable_though_it_was_found(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=ASKING) as b:
        rests = (await held(b, BEANS)).held
        changed = await b.chat.review.show(rests.turn_id, "ana@example.org")
        assert changed.package is not None
        assert not changed.package.hidden
        ended = await hear(b.chat.resume(rests.turn_id, Verdict.ALWAYS))
        assert ended.ended.ending is Ending.COMPLETE
        await b.ask("repeat: again ana@example.org and bob@example.org")
        first, second = b.cloud_bodies()
        assert b"ana@example.org" in first
        assert b"ana@example.org" in second
        assert b"bob@example.org" not in second


async def test_the_last_word_on_a_value_holds(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=ASKING) as b:
        rests = (await held(b, BEANS)).held
        await b.chat.review.show(rests.turn_id, "ana@example.org")
        await b.chat.review.hide(rests.turn_id, "ana@example.org")
        await hear(b.chat.resume(rests.turn_id, Verdict.SEND))
        (body,) = b.cloud_bodies()
        assert b"ana@example.org" not in body


async def test_never_and_always_hold_in_other_conversations_too(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=ASKING) as b:
        rests = (await held(b, BEANS)).held
        await b.chat.review.show(rests.turn_id, "ana@example.org", never=True)
        await b.chat.review.hide(rests.turn_id, "beans", always=True)
        own = terms.load(tmp_path / "data" / "terms.txt")
        assert (own.always, own.never) == (("beans",), ("ana@example.org",))
        other = b.chat.store.new_session()
        b.chat.set_mode(other.id, Mode.ONLY_CLOUD)
        text = (await hear(b.chat.answer(other.id, BEANS))).held.package.messages[-1].text
        assert "ana@example.org" in text
        assert "beans" not in text


async def test_no_key_shows_a_secret_or_a_word_of_ones_own_list(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=ASKING) as b:
        terms.add(tmp_path / "data" / "terms.txt", "beans")
        rests = (await held(b, BEANS)).held
        for word in ("sk-proj-Abc123Def456Ghi789Jkl012Mno345Pqr678", "Beans"):
            assert (await b.chat.review.show(rests.turn_id, word)).package is None


async def test_a_turn_that_waits_no_longer_cannot_be_changed(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=ASKING) as b:
        rests = (await held(b, BEANS)).held
        await hear(b.chat.resume(rests.turn_id, Verdict.CANCEL))
        with pytest.raises(LookupError):
            await b.chat.review.hide(rests.turn_id, "beans")


async def test_what_may_be_private_is_asked_about_though_the_cloud_is_allowed_and_once(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=AUTO) as b:
        rests = (await b.ask(BEANS, pin=OPENAI)).held
        assert "7421993" in rests.reason
        await hear(b.chat.resume(rests.turn_id, Verdict.SEND))
        assert (await b.ask("repeat: 7421993 beans and The Common Words of March", pin=OPENAI)).ended.ending is Ending.COMPLETE


async def test_where_nobody_can_be_asked_an_allowed_cloud_is_not_asked_about(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=AUTO) as b:
        heard = await hear(b.chat.answer(b.session.id, BEANS, pin=OPENAI, options=Options(alone=True)))
        assert heard.ended.ending is Ending.COMPLETE


async def test_a_question_about_what_is_hidden_is_asked_about_though_consent_is_there(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=ASKING) as b:
        rests = (await held(b, "hello there")).held
        await hear(b.chat.resume(rests.turn_id, Verdict.ALWAYS))
        about = (await b.ask("is 4111 1111 1111 1111 a valid number?")).held
        assert about.package.subject == ("4111 1111 1111 1111",)
        assert "about what is hidden" in about.reason
        changed = await b.chat.review.show(about.turn_id, "4111 1111 1111 1111")
        assert changed.package is not None
        assert not changed.package.subject


async def test_a_country_that_the_question_is_about_leaves_readable(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=AUTO) as b:
        heard = await b.ask("What is the capital of Peru?", pin=OPENAI)
        assert heard.ended.ending is Ending.COMPLETE
        assert b"capital of Peru" in b.cloud_bodies()[-1]


async def test_asked_again_with_a_value_shown_it_is_seen_first_whatever_was_allowed(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=AUTO) as b:
        first = await b.ask("repeat: I do not know who ana@example.org is.", pin=OPENAI)
        assert first.ended.stumbled == ("ana@example.org",)
        assert "1 item was hidden" in first.ended.notes
        rests = (await hear(b.chat.showing(first.ended.turn_id, first.ended.stumbled))).held
        assert "ana@example.org" in rests.package.messages[-1].text
        assert len(b.cloud_bodies()) == 1
        await hear(b.chat.resume(rests.turn_id, Verdict.SEND))
        assert b"ana@example.org" in b.cloud_bodies()[-1]


async def test_the_line_after_a_send_is_what_the_ledger_has(demo: Demo, tmp_path: Path) -> None:
    from hybridchat.events import HandedOver
    from hybridchat.render import words

    async with bench(tmp_path, demo, config=ASKING) as b:
        rests = (await held(b, BEANS)).held
        heard = await hear(b.chat.resume(rests.turn_id, Verdict.SEND))
        (event,) = heard.of(HandedOver)
        assert isinstance(event, HandedOver)
        (row,) = [r for r in b.chat.store.ledger.rows() if r.kind == "message"]
        assert words.left(event) == f"{sum(row.hidden.values())} hidden · 1 left readable · {row.bytes:,} bytes to {row.host}"
        assert row.bytes == len(b.cloud_bodies()[-1])
