"""Placeholders come back as values, in whatever form a model writes them and however the stream is cut."""

from __future__ import annotations

import random

import pytest

from hybridchat.privacy.placeholders import PlaceholderTable, Row
from hybridchat.privacy.rehydrate import UNKNOWN_MARK, Rehydrator, rehydrate
from tests.benchmarks.bench_privacy import rehydrated

ROWS = [
    Row("<PERSON_1>", "PERSON", "Ana Ruiz"),
    Row("<PERSON_12>", "PERSON", "Bo <PERSON_1>"),
    Row("<EMAIL_1>", "EMAIL", "ana@b.example"),
    Row("<EMAIL_1b>", "EMAIL", "Ana@b.example"),
    Row("<PERSON_FIRST_1>", "PERSON_FIRST", "Ana"),
    Row("<LITERAL_1>", "LITERAL", "<EMAIL_9>"),
]
TABLE = PlaceholderTable(ROWS)

FORMS = [
    ("Dear <PERSON_1>,", "Dear Ana Ruiz,"),
    ("<person_1> and <Person_1>", "Ana Ruiz and Ana Ruiz"),
    ("&lt;PERSON_1&gt;", "Ana Ruiz"),
    (r"\<PERSON\_1\>", "Ana Ruiz"),
    ("[PERSON_1]", "Ana Ruiz"),
    ("[[PERSON_1]]", "Ana Ruiz"),
    ("{PERSON_1} {{PERSON_1}}", "Ana Ruiz Ana Ruiz"),
    ("**<PERSON_1>** `<PERSON_1>`", "**Ana Ruiz** `Ana Ruiz`"),
    ("**PERSON_1** `PERSON_1`", "**Ana Ruiz** `Ana Ruiz`"),
    (r"<PERSON\_1>", "Ana Ruiz"),
    ("<PERSON 1>", "Ana Ruiz"),
    ("PERSON_1, said PERSON_1.", "Ana Ruiz, said Ana Ruiz."),
    ("<PERSON_1>'s and PERSON_1’s", "Ana Ruiz's and Ana Ruiz’s"),
    ("[PERSON_1](mailto:EMAIL_1)", "[Ana Ruiz](mailto:ana@b.example)"),
    ("<EMAIL_1B> <EMAIL_1b> EMAIL_1b", "Ana@b.example Ana@b.example Ana@b.example"),
    (r"<PERSON_FIRST_1> <person first 1> PERSON\_FIRST\_1", "Ana Ana Ana"),
    ("<LITERAL_1>", "<EMAIL_9>"),
    ("| <PERSON_1> | x |\n```\nto: <EMAIL_1>\n```", "| Ana Ruiz | x |\n```\nto: ana@b.example\n```"),
    ("<PERSON_12> is not <PERSON_1>2", "Bo <PERSON_1> is not Ana Ruiz2"),
]
LEFT = [
    "<PERSON_2>",
    "PERSON_123",
    "XPERSON_1",
    "PERSON_1x",
    "person_1",
    "PERSON 1",
    "<PERSON_01>",
    "<PERSON_>",
    "<PERSON",
    "a < b > c",
    "[x](y)",
    "{}",
]


@pytest.mark.parametrize(("text", "expected"), FORMS)
def test_every_form_comes_back_at_every_cut(text: str, expected: str) -> None:
    assert rehydrate(text, TABLE) == expected
    for i in range(len(text) + 1):
        for j in (i, (i + 3) % (len(text) + 1)):
            first, last = sorted((i, j))
            r = Rehydrator(TABLE)
            assert r.feed(text[:first]) + r.feed(text[first:last]) + r.feed(text[last:]) + r.flush() == expected


@pytest.mark.parametrize("text", LEFT)
def test_what_is_no_placeholder_stays(text: str) -> None:
    r = Rehydrator(TABLE)
    assert "".join(map(r.feed, text)) + r.flush() == text


def test_unknown_placeholders_stay_and_are_counted_at_any_cut() -> None:
    text = "<EMAIL_8>, <PERSON_1>, [PHONE_2] and {{EMAIL_1}} &lt;CARD_4&gt;"
    whole, pieces = Rehydrator(TABLE), Rehydrator(TABLE)
    expected = "<EMAIL_8>, Ana Ruiz, [PHONE_2] and ana@b.example &lt;CARD_4&gt;"
    assert whole.feed(text) + whole.flush() == expected
    assert "".join(map(pieces.feed, text)) + pieces.flush() == expected
    assert whole.unknown == pieces.unknown == 3


def test_unknown_placeholders_are_marked_where_somebody_reads_them() -> None:
    text = "Ask <PERSON_9>, [PHONE_2] or <PERSON_1>: | <EMAIL_7> |\n```\n<ID_3>\n```\nnot PERSON_9, <PERSIAN_9> or [PHONE_2](x)"
    marked = "Ask <PERSON_9>(?), [PHONE_2](?) or Ana Ruiz: | <EMAIL_7>(?) |\n```\n<ID_3>(?)\n```\n"
    expected = f"{marked}not PERSON_9, <PERSIAN_9> or [PHONE_2](x)"
    for step in (1, 2, 3, 7, len(text)):
        r = Rehydrator(TABLE, UNKNOWN_MARK)
        out = "".join(r.feed(text[i : i + step]) for i in range(0, len(text), step)) + r.flush()
        assert out == expected
        assert r.unknown == 4


def test_nothing_is_held_back_that_cannot_become_a_placeholder() -> None:
    r = Rehydrator(TABLE)
    assert r.feed("if a < b") == "if a < b"
    assert r.feed(" and <PERS") == " and "
    assert r.feed("IAN>") == "<PERSIAN>"
    assert r.feed("PERSON_1") == ""
    assert r.feed("23") == "PERSON_123"
    assert r.held == 0


def test_a_finished_placeholder_is_shown_at_once() -> None:
    r = Rehydrator(TABLE)
    assert r.feed("<PERSON_1>") == "Ana Ruiz"


def test_without_placeholders_text_passes_untouched() -> None:
    r = Rehydrator(PlaceholderTable())
    assert r.feed("a < b <EMAIL_1>") == "a < b <EMAIL_1>"
    assert r.flush() == ""
    assert r.unknown == 1


def test_random_answers_cut_at_random_equal_the_whole_and_little_is_held() -> None:
    rng = random.Random(7)
    words = [f for f, _ in FORMS] + LEFT + [" the", " answer", ", so ", "\n", "<", "[", "{{", "&l", "\\", "_"]
    held = samples = 0
    for _ in range(400):
        text = "".join(rng.choice(words) for _ in range(8))
        r, out, at = Rehydrator(TABLE), "", 0
        while at < len(text):
            step = rng.randint(1, 6)
            out += r.feed(text[at : at + step])
            held, samples, at = held + r.held, samples + 1, at + step
        assert out + r.flush() == rehydrate(text, TABLE)
    assert held / samples < 4  # placeholders make up most of this text; in an answer it is far less


def test_ten_thousand_placeholders_in_an_answer() -> None:
    table = PlaceholderTable([Row(f"<EMAIL_{n}>", "EMAIL", f"u{n}@b.example") for n in range(1, 10_001)])
    text = " ".join(r.placeholder for r in table.rows)
    assert rehydrate(text, table) == " ".join(r.original for r in table.rows)


def test_a_sample_of_the_random_answers_of_the_bench_comes_out_right() -> None:
    wrong, held = rehydrated(300, seed=11)
    assert wrong == 0
    assert sum(held) / len(held) <= 3
