"""Client data in fences: how much of what is somebody's stays readable, on made-up cases of our own."""

from __future__ import annotations

import json
from collections import defaultdict

import pytest

from hybridchat.privacy.scan import Level, Terms, scan
from tests.privacy.fenced.make import FILE, cases

CASES = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
BOUND = 0.05
"""Share of the letters and digits that must be hidden and are not."""


def leaked(level: Level = "normal") -> dict[str, tuple[int, int]]:
    """(characters left readable, characters that must be hidden) by form, and by form and kind."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for case in CASES:
        text = case["text"]
        hidden = {i for f in scan(text, Terms(level=level)) for i in range(f.start, f.end)}
        for start, end, kind in case["spans"]:
            telling = [i for i in range(start, end) if text[i].isalnum()]
            for key in ("all", case["form"], f"{case['form']} {kind}"):
                counts[key][0] += sum(i not in hidden for i in telling)
                counts[key][1] += len(telling)
    return {key: (left, every) for key, (left, every) in counts.items()}


def test_the_cases_are_those_the_generator_makes() -> None:
    assert list(cases()) == CASES
    assert len(CASES) >= 200
    assert {case["lang"] for case in CASES} == {"en", "es", "fr", "pl", "da"}


def test_spans_are_exact_and_hold_what_is_somebodys() -> None:
    for case in CASES:
        for start, end, kind in case["spans"]:
            value = case["text"][start:end]
            assert kind
            assert value == value.strip()
            assert any(c.isalnum() for c in value)


def test_little_of_fenced_data_stays_readable() -> None:
    left, every = leaked()["all"]
    assert left / every <= BOUND


@pytest.mark.parametrize("form", ["csv", "markdown", "json_list", "yaml", "sql", "form", "nested"])
def test_named_columns_and_keys_are_hidden_nearly_whole(form: str) -> None:
    left, every = leaked()[form]
    assert left / every <= 0.05
