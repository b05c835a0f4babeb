"""The view of what would leave: each word hidden or shown by one key before anything is sent, over a whole chat."""

from __future__ import annotations

from pathlib import Path
from time import monotonic

import pytest
from textual.widgets import OptionList

from hybridchat.bindings import here
from hybridchat.conversation import Ending
from hybridchat.demo import Demo
from hybridchat.events import Ended, Verdict
from hybridchat.facts import Mode
from hybridchat.tui.consent import SETTLE, Consent
from hybridchat.tui.review import Reviewing, Row
from hybridchat.tui.stumbled import Stumbled
from tests.support.screen import until
from tests.support.screens import Seat, seated

MANY = " ".join(f"{4213571 + 173117 * n} beans and" for n in range(12))


async def asked(seat: Seat, text: str) -> Consent:
    """Asks the cloud, and waits until the question whether to send takes letters."""
    seat.screen.current.set_mode(Mode.ONLY_CLOUD)
    await seat.type(text)
    await until(seat.pilot, lambda: seat.screen.query("Consent"))
    card = seat.screen.query_one("Consent", Consent)
    await until(seat.pilot, lambda: card._shown_at + SETTLE < monotonic())
    return card


async def viewed(seat: Seat, text: str) -> Reviewing:
    await asked(seat, text)
    await seat.pilot.press("v")
    await until(seat.pilot, lambda: isinstance(seat.pilot.app.screen, Reviewing))
    view = seat.pilot.app.screen
    assert isinstance(view, Reviewing)
    await until(seat.pilot, lambda: view._opened_at + SETTLE < monotonic())
    return view


async def on(seat: Seat, view: Reviewing, word: str) -> None:
    """Goes down to the row of `word`."""
    for _ in view._rows:
        row = view._row()
        if row is not None and row.word == word:
            return
        await seat.pilot.press("down")
    raise AssertionError(f"{word} is in no row")


def sent(seat: Seat) -> str:
    rows = seat.chat.store.ledger.rows()
    return "".join(body.decode() for row in rows if row.kind == "message" and (body := seat.chat.store.ledger.body(row.id)))


async def test_a_word_left_readable_is_hidden_by_one_key_and_leaves_hidden(demo: Demo, tmp_path: Path) -> None:
    async with seated(tmp_path, demo) as seat:
        view = await viewed(seat, "repeat: there are 7421993 beans")
        await on(seat, view, "7421993")
        await seat.pilot.press("h")
        await until(seat.pilot, lambda: Row("7421993", hidden=True) in view._rows)
        assert Row("7421993", hidden=False) not in view._rows
        await seat.pilot.press("y")
        await until(seat.pilot, lambda: not seat.screen.exchange.running and not seat.screen.query("Consent"))
        assert "7421993" not in sent(seat)
        assert "beans" in sent(seat)


async def test_a_hidden_value_is_shown_by_one_key_and_goes_as_it_is(demo: Demo, tmp_path: Path) -> None:
    async with seated(tmp_path, demo) as seat:
        view = await viewed(seat, "repeat: write to ana@example.org and bob@example.org")
        await on(seat, view, "ana@example.org")
        await seat.pilot.press("s")
        await until(seat.pilot, lambda: Row("ana@example.org", hidden=True) not in view._rows)
        await seat.pilot.press("y")
        await until(seat.pilot, lambda: not seat.screen.exchange.running and not seat.screen.query("Consent"))
        assert "ana@example.org" in sent(seat)
        assert "bob@example.org" not in sent(seat)


async def test_a_secret_is_not_shown_by_a_key(demo: Demo, tmp_path: Path) -> None:
    async with seated(tmp_path, demo) as seat:
        view = await viewed(seat, "repeat: mail ana@example.org")
        changed = await seat.chat.review.show(seat.screen.thread.last_turn, "sk-proj-Abc123Def456Ghi789Jkl012Mno345")
        assert changed.package is None
        assert "stays hidden" in changed.said
        assert Row("ana@example.org", hidden=True) in view._rows


async def test_never_and_always_are_written_down(demo: Demo, tmp_path: Path) -> None:
    async with seated(tmp_path, demo) as seat:
        view = await viewed(seat, "repeat: there are 7421993 beans for ana@example.org")
        await on(seat, view, "ana@example.org")
        await seat.pilot.press("S")
        await until(seat.pilot, lambda: Row("ana@example.org", hidden=True) not in view._rows)
        await on(seat, view, "7421993")
        await seat.pilot.press("H")
        await until(seat.pilot, lambda: Row("7421993", hidden=True) in view._rows)
        own = (tmp_path / "data" / "terms.txt").read_text(encoding="utf-8").splitlines()
        assert "7421993" in own
        assert "!ana@example.org" in own


async def test_long_lists_are_folded_until_they_are_asked_for(demo: Demo, tmp_path: Path) -> None:
    async with seated(tmp_path, demo) as seat:
        view = await viewed(seat, f"repeat: {MANY} so on")
        rest = next(row for row in view._rows if row is not None and row.more)
        left = [row for row in view._rows if row is not None and not row.hidden and not row.more]
        assert len(left) == 8
        view.query_one(OptionList).highlighted = view._rows.index(rest)
        await seat.pilot.press("enter")
        await until(seat.pilot, lambda: sum(row is not None and not row.hidden for row in view._rows) == 8 + rest.more)


async def test_edit_puts_the_question_back_and_sends_nothing(demo: Demo, tmp_path: Path) -> None:
    async with seated(tmp_path, demo) as seat:
        await viewed(seat, "repeat: there are 7421993 beans")
        await seat.pilot.press("e")
        await until(seat.pilot, lambda: seat.screen.composer.draft == "repeat: there are 7421993 beans")
        await until(seat.pilot, lambda: not seat.screen.exchange.running)
        assert not sent(seat)


@pytest.mark.parametrize(
    ("letter", "verdict"), [("y", Verdict.SEND), ("a", Verdict.ALWAYS), ("l", Verdict.LOCAL), ("n", Verdict.CANCEL)]
)
async def test_a_letter_means_the_same_on_the_card_and_in_the_view(
    demo: Demo, tmp_path: Path, letter: str, verdict: Verdict
) -> None:
    name = next(name for name in Consent.VERDICTS if here().of(name)[0] == letter)
    assert Consent.VERDICTS[name] is verdict
    async with seated(tmp_path, demo) as seat:
        view = await viewed(seat, "repeat: there are 7421993 beans")
        assert f"{letter} " in str(view.query_one(".keys").render())
        await seat.pilot.press(letter)
        await until(seat.pilot, lambda: not seat.screen.exchange.running and not seat.screen.query("Consent"))
        assert bool(sent(seat)) is (verdict in {Verdict.SEND, Verdict.ALWAYS})
        answered = seat.screen.thread.answered_here
        assert bool(answered) is (verdict is Verdict.LOCAL)


async def test_a_question_about_what_is_hidden_offers_to_show_it(demo: Demo, tmp_path: Path) -> None:
    async with seated(tmp_path, demo) as seat:
        card = await asked(seat, "Is 4111 1111 1111 1111 a valid number?")
        assert "[s]" in str(card.render())
        await seat.pilot.press("s")
        await until(seat.pilot, lambda: "[s]" not in str(card.render()))
        await seat.consent("y")
        await until(seat.pilot, lambda: "4111 1111 1111 1111" in sent(seat))


async def test_an_answer_that_stumbles_over_a_placeholder_asks_again_with_one_key(demo: Demo, tmp_path: Path) -> None:
    async with seated(tmp_path, demo) as seat:
        await asked(seat, "repeat: I don't know who ana@example.org is.")
        await seat.consent("y")
        await until(seat.pilot, lambda: seat.screen.query("Stumbled"))
        card = seat.screen.query_one("Stumbled", Stumbled)
        assert "1 item was hidden" in str(card.render())
        await until(seat.pilot, lambda: card._shown_at + SETTLE < monotonic())
        await seat.pilot.press("s")
        await until(seat.pilot, lambda: any(type(card) is Consent for card in seat.screen.query("Consent")))
        assert "ana@example.org" not in sent(seat), "it is asked about first"
        await seat.consent("y")
        await until(seat.pilot, lambda: "ana@example.org" in sent(seat))


async def test_what_is_typed_after_a_stumbling_answer_goes_to_the_composer(demo: Demo, tmp_path: Path) -> None:
    async with seated(tmp_path, demo) as seat:
        await asked(seat, "repeat: I don't know who ana@example.org is.")
        await seat.consent("y")
        await until(seat.pilot, lambda: seat.screen.query("Stumbled"))
        await seat.pilot.press("s", "e", "n", "d")
        await until(seat.pilot, lambda: seat.screen.composer.draft == "send")


def test_an_end_without_stumbling_says_nothing_of_it() -> None:
    assert Ended("t", "a", Ending.COMPLETE).stumbled == ()
