"""Files named in a question as `@name`: which words are one, what they become, and what cannot go along."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybridchat.attaching import LARGEST, Unsendable, attached, enclosing, offers
from hybridchat.enclosed import Enclosed, brief, enclose, opened, words
from hybridchat.mentions import MARK, undone
from tests.test_pictures import png

NAMES = st.text(st.characters(exclude_characters="\n`", exclude_categories=["Cs"]), min_size=1, max_size=20)
TEXTS = st.text(st.sampled_from("ab `\n~x("), max_size=60).map(str.rstrip)


@given(st.lists(st.builds(Enclosed, NAMES, TEXTS), max_size=3), TEXTS)
def test_files_in_a_question_are_told_from_it_again_whatever_they_hold(files: list[Enclosed], question: str) -> None:
    found, rest = opened(enclose(question, files))
    assert found[: len(files)] == tuple(files)
    if len(found) == len(files):
        assert rest == question


def test_words_of_the_users_own_are_no_file() -> None:
    for text in ("Look at this:\n```\ncode\n```\n\nWhy?", "a (9 lines):\n```\none\n```\n\nWhy?", "plain", ""):
        assert opened(text) == ((), text)


def test_a_file_is_one_line_where_there_is_no_room() -> None:
    text = enclose("Why?", [Enclosed("a.md", "one\ntwo"), Enclosed("b", "")])
    assert brief(text) == "[a.md, 2 lines]\n[b, 1 line]\nWhy?"
    assert words(text) == "Why?"


def test_a_named_file_goes_along_and_its_folder_does_not(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "notes.md").write_text("# One\n", encoding="utf-8")
    found = attached("What does @deep/notes.md say?", tmp_path)
    assert found.text == "notes.md (1 line):\n```\n# One\n```\n\nWhat does notes.md say?"
    assert [(t.name, t.size, t.picture) for t in found.taken] == [("notes.md", 6, False)]
    assert found.taken[0].tokens > 0


def test_spaces_stand_in_quotes_and_signs_after_a_name_are_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "my notes.md").write_text("x", encoding="utf-8")
    (tmp_path / "a.py").write_text("y", encoding="utf-8")
    found = attached('Compare (@a.py), @"my notes.md", and @a.py.', tmp_path)
    assert words(found.text) == "Compare (a.py), my notes.md, and a.py."
    assert [t.name for t in found.taken] == ["a.py", "my notes.md"]


def test_what_names_no_file_stays_a_word(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "a.py").write_text("y", encoding="utf-8")
    text = "Ask @somebody about me@a.py, @folder and @nothing.md @ @\x00"
    assert attached(text, tmp_path).text == text


def test_of_marked_text_only_what_is_marked_is_a_name(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("y", encoding="utf-8")
    (tmp_path / "b.py").write_text("z", encoding="utf-8")
    found = attached(f"see {MARK}@a.py and @b.py", tmp_path, marked=True)
    assert [t.name for t in found.taken] == ["a.py"]
    assert words(found.text) == "see a.py and @b.py"


def test_home_is_known_and_devices_are_no_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "a.txt").write_text("y", encoding="utf-8")
    assert attached("@~/a.txt", Path.cwd()).taken
    assert not attached(f"@{os.devnull}", tmp_path).taken


@pytest.mark.skipif(os.name != "posix", reason="needs a named pipe")
def test_a_pipe_that_nobody_writes_to_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert not attached("@pipe", tmp_path).taken
    with pytest.raises(Unsendable, match="is no file"):
        enclosing("x", [tmp_path / "pipe"])


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\0\1", "neither UTF-8 text nor"),
        (b"GIF89a" + bytes(30), "only JPEG and PNG"),
        (b"x" * (LARGEST + 1), "5,000,000 bytes"),
    ],
)
def test_what_cannot_go_along_is_told_by_its_name(tmp_path: Path, data: bytes, says: str) -> None:
    (tmp_path / "thing").write_bytes(data)
    with pytest.raises(Unsendable, match=says) as told:
        attached("look at @thing", tmp_path)
    assert "thing" in str(told.value)


def test_all_files_together_have_an_end(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(b"x " * (LARGEST // 3))
    with pytest.raises(Unsendable, match="together"):
        attached("@a @b", tmp_path)


def test_a_picture_goes_beside_the_question(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png())
    found = attached("What is in @a.png?", tmp_path)
    assert found.text == "What is in a.png?"
    assert [name for name, _ in found.files] == ["a.png"]
    assert found.taken[0].picture


def test_line_ends_of_other_systems_do_not_hide_where_a_file_ends(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"one\r\ntwo\rthree")
    (file,), rest = opened(attached("@a.txt", tmp_path).text)
    assert (file.text, rest) == ("one\ntwo\nthree", "a.txt")


# -- while a name is written -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("see @no", (4, "no")),
        ("@", (0, "")),
        ('a @"my no', (2, "my no")),
        ("me@home", None),
        ("@done ", None),
        ("no", None),
    ],
)
def test_a_name_is_written_from_its_sign_to_the_end(line: str, found: tuple[int, str] | None) -> None:
    assert undone(line) == found


def test_a_folder_offers_what_begins_so_with_size_and_tokens(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "Notes one.md").write_text("word " * 100, encoding="utf-8")
    (tmp_path / "nothing.bin").write_bytes(b"\0\1")
    (tmp_path / ".netrc").write_text("x", encoding="utf-8")
    found, more = offers("n", tmp_path)
    assert [o.name for o in found] == ["Notes one.md", "nothing.bin"]
    assert more == 0
    assert found[1].why == "no text"
    assert found[0].text == '@"Notes one.md" '
    assert (found[0].size, 50 < found[0].tokens < 250) == (500, True)
    assert next(o.text for o in offers("", tmp_path)[0]) == "@docs/"
    assert [o.name for o in offers(".n", tmp_path)[0]] == [".netrc"]
    assert [o.name for o in offers("one", tmp_path)[0]] == ["Notes one.md"]


def test_folders_go_on_and_what_cannot_be_read_offers_nothing(tmp_path: Path) -> None:
    (tmp_path / "a b").mkdir()
    (tmp_path / "a b" / "c.md").write_text("x", encoding="utf-8")
    (folder,), _ = offers("a", tmp_path)
    assert (folder.text, folder.folder) == ('@"a b/', True)
    assert undone(f"see {folder.text}") == (4, "a b/")
    assert [o.text for o in offers("a b/", tmp_path)[0]] == ['@"a b/c.md" ']
    assert offers("nowhere/x", tmp_path) == ((), 0)


def test_a_large_folder_offers_a_few_and_says_how_many_more(tmp_path: Path) -> None:
    for n in range(30):
        (tmp_path / f"file{n:02}.txt").touch()
    found, more = offers("file", tmp_path)
    assert (len(found), more) == (8, 22)


def test_the_tokens_of_a_long_text_are_told_from_its_beginning(tmp_path: Path) -> None:
    (tmp_path / "long.txt").write_text("word " * 200_000, encoding="utf-8")
    (found,), _ = offers("long", tmp_path)
    exact = enclosing("", [tmp_path / "long.txt"])
    assert abs(found.tokens - 200_000 * 1.35) < 200_000 * 0.2
    assert exact.text


def test_a_name_that_looks_like_a_file_and_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.py").touch()
    found = attached('See @missing.txt, @~/none, @deep/none, @"no such.md", @a.py and @missing.txt.', tmp_path)
    assert found.missing == ("missing.txt", "~/none", "deep/none", "no such.md")


@pytest.mark.parametrize(
    "text", ["@name", "ask @alice.", "me@mail.com", "@anne@mail.com", "@app.get('/x')", "@alice.smith", "@1", "@.."]
)
def test_people_addresses_and_code_are_no_missing_files(text: str, tmp_path: Path) -> None:
    assert attached(text, tmp_path).missing == ()


def test_a_share_of_another_machine_is_not_looked_for(tmp_path: Path) -> None:
    """On Windows the look alone would contact that machine; elsewhere these paths lead to a file that is here."""
    (tmp_path / "notes.md").write_text("one")
    share = f"/{tmp_path.as_posix()}" if tmp_path.as_posix().startswith("/") else f"//localhost/{tmp_path.as_posix()}"
    assert attached(f"Read @{share}/notes.md", tmp_path).text == f"Read @{share}/notes.md"
    assert offers(f"{share}/no", tmp_path) == ((), 0)
    assert offers("\\\\host\\share\\no", tmp_path) == ((), 0)


@pytest.mark.skipif(sys.platform == "win32", reason="where a backslash is a letter, a file can be called so")
def test_a_share_is_known_whichever_way_its_slashes_lean(tmp_path: Path) -> None:
    share = "\\/host"
    (tmp_path / share).mkdir(parents=True)
    (tmp_path / share / "notes.md").write_text("one")
    assert attached(f"Read @{share}/notes.md", tmp_path).taken == ()
    assert offers(f"{share}/no", tmp_path) == ((), 0)
