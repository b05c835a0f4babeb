"""Picks the canned answer to a conversation: by a few known prompts, by topic, else by the prompt's hash."""

from __future__ import annotations

import hashlib
import re

from hybridchat.demo.texts import CAPITAL, ESSAY, GENERAL, TOPICS

_REPEAT = re.compile(r"repeat:[ \t]?", re.IGNORECASE)


def answer_to(prompt: str) -> str:
    """The same text for the same prompt, always. `prompt` is the last user message."""
    said = prompt.lstrip()
    if found := _REPEAT.match(said):
        return said[found.end() :]
    # the first thousands of characters hold the topic; a pasted megabyte is not searched for it
    asked = said[:4000].lower()
    if "capital of france" in asked:
        return CAPITAL
    if "very long essay" in asked:
        return ESSAY
    for words, text in TOPICS:
        if re.search(rf"\b(?:{words})\b", asked):
            return text
    digest = hashlib.sha256(said.encode("utf-8", "replace")).digest()
    return GENERAL[digest[0] % len(GENERAL)]


LEVELS = ("low", "medium", "high")


def thinking_for(prompt: str, level: str = "medium") -> str:
    """A few lines of canned reasoning, more of them for a higher level; nothing for one that is not of `LEVELS`."""
    words = len(prompt.split())
    counted = f"The message has {words} word{'' if words == 1 else 's'}."
    taken = " I look for a topic among the prepared ones, then take the text that belongs to it."
    rest = " Nothing is computed here beyond that."
    more = " I look once more, with the same result: the prepared texts do not change while I think."
    return {"low": counted, "medium": counted + taken + rest, "high": counted + taken + more + rest}.get(level, "")
