"""What is heard has words where what is seen has marks."""

from __future__ import annotations

import pytest

from hybridchat.render.aloud import aloud


@pytest.mark.parametrize(
    ("seen", "heard"),
    [
        ("⇡ moved to cloud: 2 turns", "Sent to the cloud: 2 turns"),
        ("⇣ back to local", "Back on this machine"),
        ("▪ 2 hidden · 1 left readable · 581 bytes to a.example", "2 hidden, 1 left readable, 581 bytes to a.example"),
        ("■ answer interrupted: it broke off. · /continue goes on", "Answer interrupted: it broke off. /continue goes on"),
        ("▪ a did not answer: gone → asking b", "a did not answer: gone; asking b"),
        (
            "(llama3.2 · on this machine · 42 tok/s · thought 56 tok)",
            "(llama3.2, on this machine, 42 tokens a second, thought 56 tokens)",
        ),
        ("retention = –", "retention = none"),
        ("one\n  ✓ two", "one\n  two"),
        ("nothing to change: 3 - 1", "nothing to change: 3 - 1"),
    ],
)
def test_a_mark_is_a_word_or_nothing(seen: str, heard: str) -> None:
    assert aloud(seen) == heard
