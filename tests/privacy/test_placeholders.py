"""The table: stable, exact both ways, and a guard that finds what must not leave."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridchat.facts import Finding
from hybridchat.privacy.placeholders import PlaceholderTable, Row
from hybridchat.privacy.rehydrate import Rehydrator, rehydrate
from hybridchat.privacy.scan import Terms, merge, scan

STYLES = ["<{kind}_{n}>", "[[{kind}_{n}]]", "[{kind}_{n}]", "{{{kind}_{n}}}", "{kind}_{n}", "⟦{kind}_{n}⟧"]
CARD = "4111 1111 1111 1111"


def redacted(table: PlaceholderTable, text: str) -> str:
    return table.redact(text, scan(text)).text


def test_the_same_value_keeps_its_placeholder_and_another_gets_its_own() -> None:
    table = PlaceholderTable()
    assert redacted(table, "a@b.example, c@d.example, a@b.example") == "<EMAIL_1>, <EMAIL_2>, <EMAIL_1>"
    assert redacted(table, "to c@d.example") == "to <EMAIL_2>"


def test_other_ways_of_writing_a_value_share_its_number_and_come_back_exactly() -> None:
    table = PlaceholderTable()
    text = f"A@b.example a@B.example {CARD} {CARD.replace(' ', '-')}"
    out = redacted(table, text)
    assert out == "<EMAIL_1> <EMAIL_1b> <CARD_1> <CARD_1b>"
    assert rehydrate(out, table) == text


def test_hidden_names_each_placeholder_once_and_says_which_are_new() -> None:
    table = PlaceholderTable()
    table.redact("a@b.example", scan("a@b.example"))
    again = "a@b.example a@b.example c@d.example"
    hidden = table.redact(again, scan(again)).hidden
    assert [(h.placeholder, h.original, h.kind, h.new) for h in hidden] == [
        ("<EMAIL_1>", "a@b.example", "EMAIL", False),
        ("<EMAIL_2>", "c@d.example", "EMAIL", True),
    ]


def test_a_preview_mints_nothing_and_shows_the_same() -> None:
    table = PlaceholderTable()
    text = "a@b.example and <EMAIL_7> and EMAIL_1"
    preview = table.redact(text, scan(text), mint=False)
    assert len(table) == 0
    assert table.new_rows() == ()
    assert table.redact(text, scan(text)) == preview


def test_new_rows_are_those_since_the_last_commit_and_rows_bring_a_session_back() -> None:
    table = PlaceholderTable()
    redacted(table, "a@b.example")
    assert table.new_rows() == (Row("<EMAIL_1>", "EMAIL", "a@b.example"),)
    table.commit()
    redacted(table, "A@b.example c@d.example")
    assert [r.placeholder for r in table.new_rows()] == ["<EMAIL_1b>", "<EMAIL_2>"]
    again = PlaceholderTable(table.rows)
    assert again.new_rows() == ()
    assert redacted(again, "c@d.example a@b.example e@f.example") == "<EMAIL_2> <EMAIL_1> <EMAIL_3>"


@pytest.mark.parametrize(
    "style", ["EMAIL", "x{kind}_{n}x", "<{kind}_{n}", "<{kind} {n}>", "<<<<<{kind}_{n}>>>>>", " {kind}_{n} ", "\\{kind}_{n}\\"]
)
def test_a_style_that_cannot_be_told_from_text_is_refused(style: str) -> None:
    with pytest.raises(ValueError, match="placeholder style"):
        PlaceholderTable(style=style)


def test_a_row_that_is_no_placeholder_is_refused() -> None:
    with pytest.raises(ValueError, match="not one of kind"):
        PlaceholderTable([Row("<EMAIL_1>", "PHONE", "1")])


def test_text_that_looks_like_a_placeholder_is_escaped() -> None:
    table = PlaceholderTable()
    out = redacted(table, "a@b.example; what is <EMAIL_1>, [PERSON_3] and EMAIL_1?")
    assert "<EMAIL_1>" not in out
    assert "[PERSON_3]" not in out
    assert rehydrate(out, table) == "a@b.example; what is <EMAIL_1>, [PERSON_3] and EMAIL_1?"
    assert {h.kind for h in table.redact("<EMAIL_1>", ()).hidden} == set()


def test_a_bare_word_of_the_users_is_left_alone_and_its_number_never_given() -> None:
    table = PlaceholderTable()
    text = "SELECT ID_1, ID_2 -- my DNI is 12345678Z"
    assert redacted(table, text) == "SELECT ID_1, ID_2 -- my DNI is <ID_3>"


WEIRD = [
    *("EMAIL_1", "<EMAIL_1>", "[EMAIL_2]", "{{ID_1}}", "&lt;", "&gt;", "<", ">", "[", "]", "{", "}", "(", "_", "\\_", "\\"),
    *("email_1", "<email 1>", "a@b.example", "A@b.example", CARD, "4111111111111111", "LITERAL_1", "<LITERAL_1>", "1", "b"),
    *("EMAIL_1b", "é", " ", "王", "`", "**", "\x00", "\r\n", "שלום", "e\u0301", "𝔸", "\ud800"),
]
TEXTS = st.lists(st.one_of(st.sampled_from(WEIRD), st.text(max_size=6)), max_size=14).map("".join)
CUTS = st.lists(st.integers(1, 5), min_size=1, max_size=12)
SPANS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 9), st.sampled_from(["TERM", "PERSON", "EMAIL", "ID", "PERSON_FIRST"])),
    max_size=3,
)


@settings(max_examples=250, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=3), SPANS, st.sampled_from(STYLES), CUTS)
def test_turning_back_gives_exactly_what_was_typed(
    texts: list[str], spans: list[tuple[int, int, str]], style: str, cuts: list[int]
) -> None:
    table = PlaceholderTable(style=style)
    for text in texts:
        found = [*scan(text), *(Finding(a, a + n, kind) for a, n, kind in spans)]
        out = table.redact(text, found).text
        assert rehydrate(out, table) == text
        rehydrator, streamed, at, i = Rehydrator(table), "", 0, 0
        while at < len(out):
            streamed += rehydrator.feed(out[at : at + cuts[i % len(cuts)]])
            at, i = at + cuts[i % len(cuts)], i + 1
        assert streamed + rehydrator.flush() == text


@settings(max_examples=80, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=3))
def test_after_hiding_what_is_known_nothing_known_is_left(texts: list[str]) -> None:
    table = PlaceholderTable()
    for text in ["a@b.example, call +34 612 345 678, Łucja Świt", *texts]:
        table.redact(text, scan(text, Terms(("Łucja Świt",))))
    for text in texts:
        out = table.redact(text, merge(scan(text), table.known(text))).text
        assert table.leaks(json.dumps({"messages": [{"role": "user", "content": out}]})) == []


def test_a_value_learnt_later_hides_in_earlier_text_too() -> None:
    table = PlaceholderTable()
    text = "My card ending 4111-1111-1111-1111? Ask PROJEKT swit."
    table.redact(f"{CARD} Projekt Świt", scan(f"{CARD} Projekt Świt", Terms(("Projekt Świt",))))
    assert [(f.kind, text[f.start : f.end]) for f in table.known(text)] == [
        ("CARD", "4111-1111-1111-1111"),
        ("TERM", "PROJEKT swit"),
    ]


@pytest.mark.parametrize(
    ("kind", "value"),
    [("ID", "2024"), ("SECRET", "sunshine"), ("SECRET", "user"), ("USER", "ana"), ("ID", "No"), ("SECRET", "a1")],
)
def test_values_too_common_to_stand_for_anybody_are_not_looked_for_again(kind: str, value: str) -> None:
    table = PlaceholderTable()
    table.redact(value, [Finding(0, len(value), kind)])
    assert table.known(f"a {value} b") == ()
    assert table.leaks(json.dumps({"role": value, "content": f"a {value} b"})) == []


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"messages": [{"content": "to ana@bürg.example now"}]}),
        json.dumps({"messages": [{"content": "to ANA@BÜRG.example now"}]}, ensure_ascii=False),
        json.dumps({"tools": [{"arguments": json.dumps({"to": "ana@bürg.example"})}]}),
        json.dumps({"ana@bürg.example": 1}),
        json.dumps(["ana\u200b@bürg.example"]),
        "plain: ana@bürg.example",
        '{"cut off": "ana@b\\u00fcrg.example',
    ],
)
def test_the_guard_finds_a_value_however_the_body_writes_it(body: str) -> None:
    table = PlaceholderTable()
    redacted(table, "ana@bürg.example")
    assert table.leaks(body) == ["EMAIL"]
    assert table.leaks(body.encode()) == ["EMAIL"]


def test_the_guard_tells_kinds_once_per_value_and_never_a_part_of_a_word() -> None:
    table = PlaceholderTable()
    text = f"{CARD} a@b.example c@d.example"
    redacted(table, text)
    assert table.leaks(json.dumps({"a": text, "b": text, "n": 4111111111111111})) == ["CARD", "EMAIL", "EMAIL"]
    assert table.leaks(json.dumps("xa@b.example a@b.examples 94111111111111111")) == []
    assert table.leaks(b"\xff\xfe") == []


def test_the_frame_of_a_request_is_not_mistaken_for_its_content() -> None:
    table = PlaceholderTable()
    table.redact("Claude", scan("Claude", Terms(("Claude",))))
    body = {"model": "claude-4", "messages": [{"role": "user", "content": "hello"}]}
    assert table.leaks(json.dumps(body)) == []
    assert table.leaks(json.dumps({**body, "system": "ask Claude"})) == ["TERM"]


def test_a_known_name_hides_in_comments_and_strings_of_code_and_stays_where_it_is_a_variable() -> None:
    table = PlaceholderTable([Row("<PERSON_1>", "PERSON", "Maria"), Row("<PERSON_2>", "PERSON", "Ana Ruiz")])
    text = "Maria:\n```python\nmaria.count = maria_count('Maria')  # Maria and Ana Ruiz\n```\n"
    out = table.redact(text, table.known(text)).text
    assert out == "<PERSON_1>:\n```python\nmaria.count = maria_count('<PERSON_1>')  # <PERSON_1> and <PERSON_2>\n```\n"
    assert table.leaks(json.dumps({"messages": [{"content": out}]})) == []
    assert table.leaks(json.dumps({"messages": [{"content": out + "Maria"}]})) == ["PERSON"]


def test_ten_thousand_values_are_searched_for_in_one_pass() -> None:
    table = PlaceholderTable([Row(f"<PERSON_{n}>", "PERSON", f"Ana Nr{n} Ruiz") for n in range(1, 10_001)])
    text = "Ana went to see Ana Nr7777 Ruiz. " * 300
    assert len(table.known(text)) == 300
