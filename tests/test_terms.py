"""The user's own terms file."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hybridchat import terms
from hybridchat.privacy.scan import Terms


def test_no_file_means_no_terms(tmp_path: Path) -> None:
    assert terms.load(tmp_path / "terms.txt") == Terms()


def test_lines_comments_and_never(tmp_path: Path) -> None:
    path = tmp_path / "terms.txt"
    path.write_text("\ufeff# mine\n\n  Projekt Świt \r\n!Python\nAcme\nAcme\n\\#1 fan\n", encoding="utf-8")
    assert terms.load(path) == Terms(("Projekt Świt", "Acme", "#1 fan"), ("Python",))


def test_adding_keeps_comments_and_what_is_there_in_another_case(tmp_path: Path) -> None:
    path = tmp_path / "terms.txt"
    path.write_text("# keep me\nAcme\n", encoding="utf-8")
    assert terms.add(path, "ACME", "Łódź  Team", "!loud", "#1") == Terms(("Acme", "Łódź Team", "!loud", "#1"))
    assert path.read_text(encoding="utf-8").startswith("# keep me\nAcme\n")


def test_a_term_moves_between_the_lists(tmp_path: Path) -> None:
    path = tmp_path / "terms.txt"
    terms.add(path, "Acme")
    assert terms.add(path, "acme", never=True) == Terms((), ("acme",))
    assert terms.add(path, "Acme") == Terms(("Acme",))


def test_removing_says_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "terms.txt"
    terms.add(path, "Acme", "Zeta")
    terms.add(path, "Python", never=True)
    assert terms.remove(path, "ACME", "!python", "absent") == ("Acme", "Python")
    assert terms.load(path) == Terms(("Zeta",))
    assert terms.remove(path, "absent") == ()


def test_importing_counts_the_new_ones(tmp_path: Path) -> None:
    path, source = tmp_path / "terms.txt", tmp_path / "other.txt"
    terms.add(path, "Acme")
    source.write_text("acme\nZeta\n!Rust\n", encoding="utf-8")
    assert terms.import_file(path, source) == 2
    assert terms.load(path) == Terms(("Acme", "Zeta"), ("Rust",))


@pytest.mark.parametrize("word", ["", "   ", "--", "x" * 300, "\u200b"])
def test_what_cannot_be_a_term_is_refused_and_changes_nothing(tmp_path: Path, word: str) -> None:
    path = tmp_path / "terms.txt"
    with pytest.raises(terms.TermsError):
        terms.add(path, "Acme", word)
    assert not path.exists()


def test_errors_name_the_file_and_the_fix(tmp_path: Path) -> None:
    path = tmp_path / "terms.txt"
    path.write_bytes(b"Acme\n\xff\xfe\n")
    with pytest.raises(terms.TermsError, match=r"terms\.txt: not a UTF-8 text file"):
        terms.load(path)
    with pytest.raises(terms.TermsError, match="no such file"):
        terms.import_file(path, tmp_path / "nowhere.txt")
    with pytest.raises(terms.TermsError, match="cannot be read"):
        terms.load(tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no permission bits")
def test_only_the_owner_can_read_it_and_no_other_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "terms.txt"
    old = os.umask(0)
    try:
        terms.add(path, "Acme")
    finally:
        os.umask(old)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == [path]


def test_words_that_are_added_at_the_same_time_are_all_kept(tmp_path: Path) -> None:
    path = tmp_path / "terms.txt"
    words = [f"word{n}" for n in range(24)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda word: terms.add(path, word), words))
    assert sorted(terms.load(path).always) == sorted(words)
