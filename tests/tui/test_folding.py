"""A long paste is one letter: shown under its label, deleted as one, sent whole, kept as it was."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from textual import events

from hybridchat.enclosed import Enclosed, enclose
from hybridchat.mentions import MARK, kept
from hybridchat.tui.folds import LETTERS, LINES, SHOWN, Folds
from tests.support.screen import until
from tests.tui.test_composer import stage

LONG = "line of pasted text\n" * 312
LABEL = "[pasted 312 lines, 6 kB]"


async def test_what_is_longer_than_twenty_lines_or_two_thousand_letters_is_folded() -> None:
    folds = Folds()
    assert folds.pasted("a\n" * (LINES - 1)) == "a\n" * (LINES - 1)
    assert folds.pasted("x" * LETTERS) == "x" * LETTERS
    assert folds.pasted(LONG) == LABEL
    assert folds.pasted("x" * (LETTERS + 1)) == "[pasted 1 line, 2 kB]"
    assert folds.pasted("y" * (LETTERS + 1)) == "[pasted 1 line, 2 kB · 2]"
    assert folds.whole("[pasted 1 line, 2 kB · 2][pasted 1 line, 2 kB]") == "y" * (LETTERS + 1) + "x" * (LETTERS + 1)


async def test_a_paste_is_deleted_as_one_comes_back_with_ctrl_z_and_goes_out_whole() -> None:
    async with stage() as (pilot, composer, sent):
        await pilot.press(*"see ")
        composer.post_message(events.Paste(LONG))
        await until(pilot, lambda: composer.text == f"see {LABEL}")
        await pilot.press("backspace")
        assert composer.text == "see "
        await pilot.press("ctrl+z")
        assert composer.text == f"see {LABEL}"
        await pilot.press("home", *["right"] * 4, "delete")
        assert composer.text == "see "
        await pilot.press("ctrl+z", "end", "!", "enter")
        assert sent == [f"see {LONG}!"]


async def test_the_cursor_steps_over_it_and_nothing_is_typed_into_it() -> None:
    async with stage() as (pilot, composer, sent):
        composer.post_message(events.Paste(LONG))
        await until(pilot, lambda: composer.text == LABEL)
        await pilot.press("left", "a", "right", "b", "ctrl+left", "ctrl+left", "c")
        assert LABEL in composer.text
        await pilot.press("enter")
        assert LONG in sent[0]
        assert sorted(sent[0].replace(LONG, "")) == ["a", "b", "c"]


async def test_tab_beside_it_shows_it_and_ctrl_z_folds_it_again() -> None:
    async with stage() as (pilot, composer, _):
        composer.post_message(events.Paste(LONG))
        await until(pilot, lambda: composer.text == LABEL)
        await pilot.press("tab")
        assert composer.text == LONG
        await pilot.press("ctrl+z")
        assert composer.text == LABEL
        assert composer.draft == LONG


async def test_what_is_too_long_to_show_stays_folded() -> None:
    async with stage() as (pilot, composer, _):
        composer.post_message(events.Paste("x" * (SHOWN + 1)))
        await until(pilot, lambda: composer.text)
        await pilot.press("tab")
        assert composer.text.startswith("[pasted 1 line")
        assert len(composer.draft) == SHOWN + 1


async def test_a_copy_of_it_is_all_of_it() -> None:
    async with stage() as (pilot, composer, _):
        composer.post_message(events.Paste(LONG))
        await until(pilot, lambda: composer.text == LABEL)
        composer.select_all()
        await pilot.press("ctrl+x")
        assert pilot.app.clipboard == LONG
        assert composer.text == ""


async def test_a_cleared_draft_with_a_paste_comes_back_with_ctrl_z_and_with_up() -> None:
    async with stage() as (pilot, composer, _):
        composer.post_message(events.Paste(LONG))
        await until(pilot, lambda: composer.text == LABEL)
        composer.clear_draft()
        assert composer.text == ""
        await pilot.press("ctrl+z")
        assert composer.draft == LONG
        composer.clear_draft()
        await pilot.press("up")
        assert (composer.text, composer.draft) == (LABEL, LONG)


TYPED = st.text(st.sampled_from('ab @".\n/'), max_size=12)


@given(st.lists(st.tuples(TYPED, st.sampled_from(["", "long\n" * 30, "@x " * 900])), max_size=4))
def test_a_draft_that_was_kept_is_folded_and_written_out_as_before(pieces: list[tuple[str, str]]) -> None:
    folds = Folds()
    shown = "".join(typed + folds.pasted(pasted) for typed, pasted in pieces)
    again = Folds()
    back = again.shown(folds.kept(shown))
    assert again.whole(back) == folds.whole(shown) == "".join(typed + pasted for typed, pasted in pieces)
    assert back == shown
    assert folds.meant(shown, frozenset()).replace(MARK, "") == folds.whole(shown)


def test_only_names_outside_a_paste_are_meant() -> None:
    folds = Folds()
    shown = f"@mine {folds.pasted('@theirs ' * 500)} @other"
    meant = folds.meant(shown, frozenset({"other"}))
    assert meant.startswith(f"{MARK}@mine @theirs")
    assert meant.count(MARK) == 1


def test_a_question_with_files_shows_them_as_labels_and_gives_them_back() -> None:
    text = enclose("Why?", [Enclosed("a.py", "print(1)\n\nprint(2)"), Enclosed("b.md", "x")])
    folds = Folds()
    assert folds.shown(text) == "[a.py, 3 lines]\n[b.md, 1 line]\nWhy?"
    assert folds.whole("[a.py, 3 lines]\n[b.md, 1 line]\nWhy?") == text
    again = Folds()
    assert again.shown(folds.kept("[a.py, 3 lines]\n[b.md, 1 line]\nWhy?")) == "[a.py, 3 lines]\n[b.md, 1 line]\nWhy?"


async def test_many_lines_are_taken_back_and_brought_again_whatever_the_scroll_bar_does() -> None:
    async with stage() as (pilot, composer, _):
        for _ in range(3):
            composer.post_message(events.Paste("short\n" * 12))
        await until(pilot, lambda: composer.text.count("\n") == 36)
        for _ in range(3):
            await pilot.press("ctrl+z")
        assert composer.text == ""
        for _ in range(3):
            await pilot.press("ctrl+y")
        assert composer.text.count("\n") == 36


async def test_a_name_that_came_with_a_paste_stays_a_word_wherever_the_draft_goes() -> None:
    async with stage() as (pilot, composer, _):
        await pilot.press(*"@mine ")
        composer.post_message(events.Paste("@theirs"))
        await until(pilot, lambda: composer.text == "@mine @theirs")
        marked = f"{MARK}@mine @theirs"
        assert composer.meant == marked
        for there_and_back in (composer.kept, kept(composer.meant)):
            composer.draft = there_and_back
            assert (composer.text, composer.meant) == ("@mine @theirs", marked)
        composer.reword("@mine @theirs!")
        assert composer.meant == f"{MARK}@mine @theirs!"
        composer.draft = "@mine"
        composer.post_message(events.Paste(" @theirs" * 400))
        await until(pilot, lambda: "[pasted 1 line" in composer.text)
        composer.reword("@theirs")
        assert composer.meant == "@theirs"
        composer.put("@theirs ", (0, 0), (0, 7))
        assert composer.meant == f"{MARK}@theirs "
