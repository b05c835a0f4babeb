"""Nothing behind a link stays unseen, nothing but pages and mailboxes can be opened, and no entity steers the terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment

from hybridchat.render.markdown import lines
from hybridchat.render.palette import Palette
from hybridchat.render.rows import Line
from hybridchat.render.tokens import links, openable


def painted(text: str, width: int = 100) -> list[Line]:
    return lines(text, width, Palette())


def text_of(text: str) -> str:
    return "\n".join("".join(s.text for s in row) for row in painted(text))


def addresses(text: str) -> list[str]:
    """What the terminal is given to open."""
    found: list[Segment] = [s for row in painted(text) for s in row]
    return [s.style.link for s in found if s.style and s.style.link]


@given(
    st.sampled_from(range(0x20))
    | st.sampled_from([0x7F, *range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF])
)
def test_an_entity_cannot_bring_back_what_was_taken_out(code: int) -> None:
    for entity in (f"&#{code};", f"&#x{code:x};"):
        text = (
            f"a{entity}b [x{entity}y](https://e.example/{entity}) *{entity}*\n\n| c{entity} |\n|--|\n| d{entity} |\n\n# e{entity}"
        )
        said = text_of(text)
        assert chr(code) not in said.replace("\n", "").replace(" ", "")
        assert not any(chr(code) in address for address in addresses(text))


@pytest.mark.parametrize("address", ["https://e.example/a?b=c", "http://e.example", "mailto:a@b.example"])
def test_pages_and_mailboxes_are_links(address: str) -> None:
    assert addresses(f"see [it]({address})") == [address]
    assert address in text_of(f"see [it]({address})")


@pytest.mark.parametrize(
    "address",
    ["ftp://e.example", "ssh://e.example", "vscode://x", "tel:123", "/etc/passwd", "file:///etc/passwd", "javascript:x"],
)
def test_other_addresses_are_shown_and_cannot_be_opened(address: str) -> None:
    assert addresses(f"see [it]({address})") == []
    assert address in text_of(f"see [it]({address})")
    assert not openable(address)


def test_a_bare_address_is_a_link_without_the_full_stop() -> None:
    text = "See https://e.example/a_(b), (https://f.example/c). Or **https://g.example**!"
    assert links(text) == ["https://e.example/a_(b)", "https://f.example/c", "https://g.example"]
    assert text_of(text) == text.replace("**", "")


def test_letters_that_look_like_those_of_another_host_are_told() -> None:
    for text in ("see https://аpple.example", "see [https://аpple.example](https://аpple.example)"):
        assert "xn--pple-43d.example" in text_of(text)
        assert addresses(text) == ["https://xn--pple-43d.example"]


def test_a_text_that_names_another_address_than_it_leads_to_is_unmasked() -> None:
    assert "(https://evil.example)" in text_of("[https://bank.example](https://evil.example)")


def test_code_holds_no_links() -> None:
    assert links("`https://e.example` and\n\n```\nhttps://f.example\n```") == []


def test_each_link_is_listed_once_in_order() -> None:
    assert links("[b](https://b.example) https://a.example [c](https://b.example)") == ["https://b.example", "https://a.example"]
