"""Which parts of a text are left alone."""

from __future__ import annotations

import pytest

from hybridchat.facts import Finding
from hybridchat.privacy.scan import left_readable, scan
from hybridchat.privacy.zones import zones, zones_near


def kinds(text: str) -> list[tuple[str, str]]:
    return [(z.kind, text[z.start : z.end]) for z in zones(text)]


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("run `pip install x` now", ("inline", "`pip install x`")),
        ("123e4567-e89b-12d3-a456-426614174000", ("uuid", "123e4567-e89b-12d3-a456-426614174000")),
        ("at 0150a26ae19dcdb8256e7ae069fa6b2227c28885", ("sha", "0150a26ae19dcdb8256e7ae069fa6b2227c28885")),
        ("v1.2.3-beta.4", ("version", "v1.2.3-beta.4")),
        ("on 2024-05-17T08:30:00Z", ("date", "2024-05-17T08:30:00Z")),
        ("at 23:59:59", ("clock", "23:59:59")),
        ("import os.path", ("import", "import os.path")),
        ("call np.linalg.norm(x)", ("chain", "np.linalg.norm(")),
        ("https://docs.python.org/3/a?b=c", ("url", "https://docs.python.org/3/a?b=c")),
    ],
)
def test_a_zone_is_found(text: str, zone: tuple[str, str]) -> None:
    assert zone in kinds(text)


@pytest.mark.parametrize(
    "text", ["192.168.1.20", "555.123.4567", "call 12.30", "https://shop.example/a", "Ana.Ruiz said", "01.23.45.67.89"]
)
def test_what_may_be_personal_is_no_zone(text: str) -> None:
    assert kinds(text) == []


def test_an_open_fence_reaches_to_the_end_and_data_fences_are_none() -> None:
    assert [z.kind for z in zones("```rust\nlet a = 1;")] == ["code"]
    assert zones("~~~csv\nAna,1\n~~~\n") == ()


def test_a_longer_fence_holds_a_shorter_one() -> None:
    text = "````py\n```\n10.9.8.7\n```\n````\n10.9.8.6"
    assert [text[f.start : f.end] for f in scan(text)] == ["10.9.8.6"]


def test_zones_near_a_span_agree_with_zones_of_the_whole() -> None:
    text = "```py\nx\n```\nsee `10.1.1.1` and v1.2.3 at 12:30\n10.2.2.2\n"
    spans = [(text.index("10.1"), text.index("10.1") + 8), (text.index("10.2"), text.index("10.2") + 8)]
    near = zones_near(text, spans)
    assert set(near) <= set(zones(text))
    assert {z.kind for z in near} >= {"code", "inline"}


def test_left_readable_lists_names_and_numbers_once_in_order() -> None:
    text = "Please ask Marta Kowalska about invoice 48213. Marta Kowalska, of Gdynia, knows. In 2024 the `Foo Bar` was Zorvex's."
    assert left_readable(text, ()) == ("Marta Kowalska", "48213", "Gdynia", "Zorvex")
    hidden = [Finding(text.index("Marta"), text.index(" about"), "PERSON")]
    assert left_readable(text, hidden) == ("48213", "Marta Kowalska", "Gdynia", "Zorvex")


def test_left_readable_says_nothing_of_what_is_hidden_or_merely_begins_a_sentence() -> None:
    text = "Write to Ana@Example.org. The end. How are you? Die Zorvex ist 42."
    mail = text.index("Ana@")
    assert left_readable(text, [Finding(mail, text.index(". The"), "EMAIL")]) == ("Zorvex",)
