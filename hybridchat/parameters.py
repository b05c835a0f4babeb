"""What a conversation asks of its models beside its words: how long, how varied, how much thought. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from hybridchat.value import value

Think = Literal["off", "low", "medium", "high"]
THINK: tuple[Think, ...] = ("off", "low", "medium", "high")
THOUGHTS: Mapping[str, int] = {"low": 2_048, "medium": 8_192, "high": 16_384}
"""Tokens that an answer may take longer for each level. Chosen by us: servers bill and count thinking as output."""
UNSET = frozenset({"none", "default"})
"""What gives a parameter back to the server."""
_STOPS = 4
"""OpenAI's limit; the others take more."""
_LONGEST_STOP = 100


@value
class Parameters:
    """`None`, or no text, leaves it to the server. `max_tokens` counts thinking too; `context` is in tokens."""

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    seed: int | None = None
    context: int | None = None
    stop: tuple[str, ...] = ()
    think: Think | None = None

    def over(self, below: Parameters) -> Parameters:
        """These, and those of `below` where nothing is said here."""
        return _with(below, said(self))


NOTHING_SET = Parameters()


@value
class Known:
    """One parameter: what it does and what may stand there, for people."""

    help: str
    allowed: str
    least: float = 0
    most: float = 0


KNOWN: Mapping[str, Known] = {
    "temperature": Known("How much chance there is in the words", "a number from 0 to 2", 0, 2),
    "top_p": Known("Words from the likeliest share only", "a number from 0.01 to 1", 0.01, 1),
    "max_tokens": Known("Most tokens of an answer, thinking included", "a whole number from 1 to 1,000,000", 1, 1_000_000),
    "seed": Known("The same seed, the same chance", "a whole number from 0 to 2,147,483,647", 0, 2**31 - 1),
    "context": Known("Most tokens that are read for an answer", "a whole number from 2,048 to 10,000,000", 2048, 10_000_000),
    "stop": Known("Texts that end an answer", f"up to {_STOPS} texts, in quotes where they hold spaces"),
    "think": Known("How much a model thinks first", ", ".join(THINK)),
}
OTHER_NAMES: Mapping[str, str] = {
    "temp": "temperature", "topp": "top_p", "num_ctx": "context", "window": "context", "max_output": "max_tokens",
    "num_predict": "max_tokens", "stops": "stop", "thinking": "think", "reasoning": "think",
}  # fmt: skip


def said(of: Parameters) -> dict[str, object]:
    """The parameters that say something, by name, in the order of `KNOWN`."""
    return {name: content for name in KNOWN if (content := getattr(of, name)) not in (None, ())}


def changed(of: Parameters, name: str, text: str) -> Parameters:
    """With the parameter as `text` says; `none` takes it away. Raises `ValueError`: a sentence with what is allowed."""
    found = named(name)
    if text.strip().lower() in UNSET:
        return _with(of, {found: () if found == "stop" else None})
    return _with(of, {found: _read(found, text.strip())})


def named(name: str) -> str:
    """The parameter's own name. Raises `ValueError` with those there are."""
    word = name.lower().replace("-", "_")
    word = OTHER_NAMES.get(word, word)
    if word in KNOWN:
        return word
    from difflib import get_close_matches  # imported here: 6 ms, for a slip of the finger only

    near = get_close_matches(word, KNOWN, n=1)
    hint = f" Did you mean {near[0]}?" if near else f" There are: {', '.join(KNOWN)}."
    raise ValueError(f"There is no setting {name!r} here.{hint}")


def asked(**wanted: object) -> Parameters:
    """Parameters as a program gives them, `None` for what it leaves open. Raises `ValueError`: what is allowed."""
    made = NOTHING_SET
    for name, content in wanted.items():
        if content is not None:
            made = changed(made, name, str(content))
    return made


def shown(of: Parameters, name: str) -> str:
    """One of the values as people write it; empty where nothing is said."""
    content = getattr(of, name)
    if content is None or content == ():
        return ""
    if isinstance(content, tuple):
        return " ".join(f'"{_escaped(text)}"' for text in content)
    if isinstance(content, float):
        return f"{content:g}"
    return f"{content:,}" if name in {"max_tokens", "context"} else str(content)


def from_stored(told: object) -> Parameters:
    """What was stored, or stands in a file; whatever cannot be right is as if it were not there."""
    if not isinstance(told, Mapping):
        return NOTHING_SET
    found: dict[str, object] = {}
    for name in KNOWN:
        content = told.get(name)
        if isinstance(content, list) and name == "stop" and all(isinstance(text, str) and text for text in content):
            found[name] = tuple(text[:_LONGEST_STOP] for text in content[:_STOPS])
        elif name == "think" and content in THINK:
            found[name] = content
        elif isinstance(content, int | float) and not isinstance(content, bool) and name not in {"stop", "think"}:
            try:
                found[name] = _read(name, str(content))
            except ValueError:
                continue
    return _with(NOTHING_SET, found)


def common(one: Parameters, other: Parameters) -> Parameters:
    """What both say alike."""
    return _with(NOTHING_SET, {name: content for name, content in said(one).items() if getattr(other, name) == content})


def _with(of: Parameters, values: Mapping[str, Any]) -> Parameters:
    """Each value was read as what its parameter is."""
    return replace(of, **values)


def _read(name: str, text: str) -> object:
    known = KNOWN[name]
    wrong = ValueError(f"{name} is {known.allowed}; {_short(text)} is not.")
    if name == "stop":
        return _stops(text)
    if name == "think":
        level = {"on": "medium", "yes": "medium", "no": "off"}.get(text.lower(), text.lower())
        if level not in THINK:
            raise wrong
        return level
    try:
        number = float(text) if name in {"temperature", "top_p"} else int(text.replace(",", "").replace("_", ""))
    except ValueError:
        raise wrong from None
    if not math.isfinite(number) or not known.least <= number <= known.most:
        raise wrong
    return number


def _stops(text: str) -> tuple[str, ...]:
    import shlex  # imported here: for who sets it

    try:
        parts = shlex.split(text, posix=True)
    except ValueError:  # a quotation mark that is part of the text
        parts = [text]
    texts = tuple(dict.fromkeys(part.replace("\\n", "\n").replace("\\t", "\t") for part in parts if part))
    if not texts or len(texts) > _STOPS or any(len(one) > _LONGEST_STOP for one in texts):
        raise ValueError(f"stop is {KNOWN['stop'].allowed}, each of at most {_LONGEST_STOP} characters.")
    return texts


def _escaped(text: str) -> str:
    return text.replace("\n", "\\n").replace("\t", "\\t")


def _short(text: str) -> str:
    return repr(text if len(text) <= 24 else text[:23] + "…")
