"""The program's own sentences for who hears them: each mark a word, nothing that only stands there to be seen. Pure."""

from __future__ import annotations

import re

_OPENINGS = {
    "⇡ moved to cloud": "Sent to the cloud", "⇡ moved to your network": "Sent to your network",
    "⇣ back to local": "Back on this machine", "■ stopped": "Stopped", "■ answer interrupted": "Answer interrupted",
    "■ waiting for your word": "Waiting for your word", "■ waiting for its turn": "Waiting for its turn",
    "✗ no answer": "No answer", "✗ not sent": "Not sent",
}  # fmt: skip
"""What a line with a mark says in its first words, by what it says on a screen."""
_MARK = re.compile(rf"^([ ]*)(?:({'|'.join(map(re.escape, _OPENINGS))})|[▪■●○•◄⇡⇣✓✗⚑] *)", re.MULTILINE)
_WORDS = (
    (re.compile(r" → asking "), "; asking "),
    (re.compile(r"(?<=[.!?]) · "), " "),
    (re.compile(r"(?<=\S) · "), ", "),
    (re.compile(r"(?<=\d) tok/s\b"), " tokens a second"),
    (re.compile(r"(?<=\d) tok\b"), " tokens"),
    (re.compile(r"(?<=\d) × (?=\d)"), " by "),
    (re.compile(r"(?<= )–$", re.MULTILINE), "none"),
    (re.compile(r"(?<= )~(?=\$)"), "about "),
)


def aloud(text: str) -> str:
    """`▪ 2 hidden · 581 bytes` -> `2 hidden, 581 bytes`. For our own words only: somebody else's may mean their signs."""
    if not text.isascii():
        text = _MARK.sub(lambda found: found[1] + _OPENINGS.get(found[2], ""), text)
    for sign, word in _WORDS:
        text = sign.sub(word, text)
    return text
