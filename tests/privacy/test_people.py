"""Parts of a name are linked, different people are kept apart, and what was erased stands for nothing."""

from __future__ import annotations

import pytest

from hybridchat.facts import Finding
from hybridchat.privacy.people import words_of
from hybridchat.privacy.placeholders import PlaceholderTable, Row
from hybridchat.privacy.rehydrate import rehydrate


def named(table: PlaceholderTable, *names: str) -> list[str]:
    """The placeholders of people, each hidden in a text of its own."""
    return [table.redact(name, [Finding(0, len(name), "PERSON")]).text for name in names]


def test_parts_of_a_name_get_the_number_of_the_whole_and_come_back_as_typed() -> None:
    table = PlaceholderTable()
    assert named(table, "Ana Ruiz", "Ana", "Ruiz", "Dr. Ruiz", "ana ruiz", "ANA") == [
        "<PERSON_1>", "<PERSON_1b>", "<PERSON_1c>", "<PERSON_1d>", "<PERSON_1e>", "<PERSON_1f>",
    ]  # fmt: skip
    assert rehydrate("<PERSON_1c>, <PERSON_1>", table) == "Ruiz, Ana Ruiz"
    assert [row.part_of for row in table.rows] == [None, "<PERSON_1>", "<PERSON_1>", "<PERSON_1>", None, "<PERSON_1>"]


def test_a_whole_name_that_comes_after_its_part_is_linked_too() -> None:
    assert named(PlaceholderTable(), "Ana", "Ana Ruiz", "Ruiz") == ["<PERSON_1>", "<PERSON_1b>", "<PERSON_1c>"]


def test_people_who_share_a_name_are_kept_apart_and_the_shared_name_is_nobodys() -> None:
    table = PlaceholderTable()
    assert named(table, "Ana Ruiz", "Ana López", "Ana", "López", "Ana Gil") == [
        "<PERSON_1>", "<PERSON_2>", "<PERSON_3>", "<PERSON_2b>", "<PERSON_4>",
    ]  # fmt: skip


def test_a_table_read_back_goes_on_as_the_one_that_was_written() -> None:
    names = ["Ana Ruiz", "Ana López", "Ana", "Eva", "Ana Gil", "Eva Brandt", "Gil", "Brandt"]
    whole = PlaceholderTable()
    expected = named(whole, *names)
    for at in range(len(names)):
        first = PlaceholderTable()
        named(first, *names[:at])
        assert named(PlaceholderTable(first.rows), *names[at:]) == expected[at:]


def test_only_people_are_linked() -> None:
    table = PlaceholderTable()
    said = [table.redact(t, [Finding(0, len(t), "ORG")]).text for t in ("Acme Holding", "Acme")]
    assert said == ["<ORG_1>", "<ORG_2>"]


@pytest.mark.parametrize("name", ["Dr.", "", "—", "X"])
def test_odd_names_do_no_harm(name: str) -> None:
    words_of(name)
    table = PlaceholderTable()
    if name:
        (one,) = named(table, name)
        assert rehydrate(one, table) == name


def test_what_was_erased_comes_back_from_no_answer_and_its_placeholder_is_not_given_again() -> None:
    table = PlaceholderTable([Row("<PERSON_1>", "PERSON", ""), Row("<PERSON_1b>", "PERSON", "Ana")])
    assert rehydrate("<PERSON_1b> met <PERSON_1>", table) == "Ana met <PERSON_1>"
    assert named(table, "Ana Ruiz", "Eva") == ["<PERSON_1c>", "<PERSON_2>"]
    assert named(PlaceholderTable([Row("<EMAIL_1>", "EMAIL", ""), Row("<PERSON_1>", "PERSON", "")]), "Eva") == ["<PERSON_2>"]


@pytest.mark.parametrize("style", ["<{kind}_{n}>", "[{kind}_{n}]", "[[{kind}_{n}]]", "{kind}_{n}"])
def test_each_format_of_the_configuration_is_turned_back(style: str) -> None:
    table = PlaceholderTable(style=style)
    text = "Ana met Eva Brandt, and wrote [EMAIL_1] and PERSON_9."
    out = table.redact(text, [Finding(0, 3, "PERSON"), Finding(8, 18, "PERSON")]).text
    assert out.startswith(style.format(kind="PERSON", n=1))
    assert "Ana" not in out
    assert rehydrate(out, table) == text
