"""Values under a telling name: columns, keys, labels."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridchat.privacy.fields import fields
from hybridchat.privacy.scan import scan


def told(text: str) -> list[tuple[str, str]]:
    return [(f.kind, text[f.start : f.end]) for f in fields(text, 0, len(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name,email\nAna Ruiz,a@b.example\n\"Bo, Jr\",x\n",
         [("PERSON", "Ana Ruiz"), ("EMAIL", "a@b.example"), ("PERSON", "Bo, Jr")]),
        ("nombre;teléfono\nana ruiz;612345678\n", [("PERSON", "ana ruiz"), ("PHONE", "612345678")]),
        ("imię\tnazwisko\tmiasto\nJan\tNowak\tŁódź\n", [("PERSON", "Jan"), ("PERSON", "Nowak"), ("LOCATION", "Łódź")]),
        ("| Navn | Adresse |\n|---|---|\n| Bo Holm | Vej 3 |\n", [("PERSON", "Bo Holm"), ("ADDRESS", "Vej 3")]),
        ('{"firstName": "Ana", "postal_code": "28013"}', [("PERSON", "Ana"), ("ADDRESS", "28013")]),
        ('{\\"lastName\\": \\"Ruiz\\"}', [("PERSON", "Ruiz")]),
        ("prénom: Zoé\nville: Lyon\n", [("PERSON", "Zoé"), ("LOCATION", "Lyon")]),
        ("Full name: Ana Ruiz, Phone: 612 345 678", [("PERSON", "Ana Ruiz"), ("PHONE", "612 345 678")]),
        ("Name: Ana Ruiz\n", [("PERSON", "Ana Ruiz")]),
        ("**Date of birth:** 3 May 1980", [("DATE", "3 May 1980")]),
        ("Numer telefonu: 600 100 200", [("PHONE", "600 100 200")]),
        ("first_name=Ana last_name=Ruiz ip=10.0.0.1", [("PERSON", "Ana"), ("PERSON", "Ruiz")]),
        ("INSERT INTO p (id, name, pesel) VALUES (1,'Ana O''Neil','44051401359'),\n (2, 'Bo Li', NULL);",
         [("PERSON", "Ana O''Neil"), ("ID", "44051401359"), ("PERSON", "Bo Li")]),
        ("insert into [p] ([Name],[City])\nvalues (N'x', 'Lyon')", [("LOCATION", "Lyon")]),
    ],
)  # fmt: skip
def test_what_stands_under_a_telling_name_is_found(text: str, expected: list[tuple[str, str]]) -> None:
    found = told(text)
    assert [f for f in expected if f not in found] == []


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "my-library", "version": "1.0.0"}',
        '"passport": "^0.4.1",\n"passport-local": "^1.0.0",',
        "name: build\non: push\n",
        "address = 0x7ffe0000\naddress: 127.0.0.1:8080",
        "first_name = data.get('first_name')",
        "Username: <your name>\nphone: null, email: string",
        "Note: Ana came.\nWarning: City Hall",
        "file name: Report Final\nclass name: Foo Bar",
        "a, b, c\n1, 2, 3\n",
        "The name, the email and the phone are required.\nWrite them down, please, all of them.",
        "def f(name: str, city: str) -> None:",
        "name\nAna\n",
    ],
)
def test_what_only_looks_like_a_record_is_left_alone(text: str) -> None:
    assert told(text) == []


def test_fields_in_source_code_are_left_alone_and_in_data_fences_found() -> None:
    code = 'def f():\n    return {"first_name": "Ana", "city": "Lyon"}\n'
    assert scan(f"```python\n{code}```") == ()
    assert {f.kind for f in scan('```json\n{"first_name": "Ana", "city": "Lyon"}\n```')} == {"PERSON", "LOCATION"}


def test_a_table_longer_than_a_slice_keeps_its_columns() -> None:
    rows = "".join(f"{n},Ana Ruiz,x\n" for n in range(3_000))
    text = "id,full_name,note\n" + rows
    assert sum(f.kind == "PERSON" for f in scan(text)) == 3_000


PIECES = ["name", "email", ",", ";", "|", "\t", "\n", ":", "=", '"', "'", "(", ")", " ", "Ana", "Łódź", "e\u0301",
          "VALUES", "INSERT INTO t (",          "first_name", "---", "\\", "\x00", "ש", "😀", "7"]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_spans_lie_within_the_text_and_hold_something(text: str) -> None:
    for found in fields(text, 0, len(text)):
        assert 0 <= found.start < found.end <= len(text)
        assert any(c.isalnum() for c in text[found.start : found.end])
