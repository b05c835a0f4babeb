"""The estimate has to be near the count in every kind of text, and cheap."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybridchat.tokens import estimate

ENGLISH = "The committee met on Tuesday and agreed that the bridge has to be repaired before the winter storms begin. "
CODE = "def read(path: str) -> dict[str, int]:\n    with open(path) as f:\n        return {k: int(v) for k, v in rows(f)}\n"


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("", 0, 0),
        ("a", 1, 1),
        (ENGLISH * 10, len(ENGLISH * 10) / 5, len(ENGLISH * 10) / 3.5),
        (CODE * 10, len(CODE * 10) / 4, len(CODE * 10) / 2),
        ("今天下午我们讨论了新产品的发布计划" * 10, 170, 250),
        ("안녕하세요 반갑습니다 " * 10, 90, 200),
        ("Вчера мы обсуждали план работы " * 10, 90, 250),
        ("3141592653 " * 10, 40, 110),
        ("🎉🚀" * 10, 20, 80),
    ],
)
def test_estimates_lie_where_tokenizers_count(text: str, least: float, most: float) -> None:
    assert least <= estimate(text) <= most


@given(st.text(max_size=200), st.text(max_size=200))
def test_more_text_is_never_fewer_tokens(a: str, b: str) -> None:
    assert estimate(a + b) >= estimate(a) - 1
    assert estimate(a + " " + b) <= estimate(a) + estimate(b) + 2


def test_half_characters_do_not_break_it() -> None:
    assert estimate("\ud83d alone") > 0
