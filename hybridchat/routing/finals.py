"""The final answer that a text gives to a closed question, in a form that two answers can be compared in.

Pure text work by patterns, English first. What decides most is whether two opinions come to the same, so values are read
(`canonical.py`), not compared as strings.
"""

from __future__ import annotations

import re

from hybridchat.late import late
from hybridchat.routing.asked import Asks, Question
from hybridchat.routing.canonical import formula, literal, numbers, spelled, undressed

_MARKED = late(r"####|\b(?:final answer|answer|therefore|thus|in total|result|hence|so)\b")
_STATED = late(r"(?:####[ \t]*|\banswer(?:[ \t]+is)?[ \t]*[:=]?[ \t]*\n*[ \t]*)((?:(?!answer)[^\n]){1,80})")
_BOLD = late(r"\*\*([^*\n]{1,80})\*\*")
_SET = late(r"\$([^$\n]{1,120})\$|\\\((.{1,120}?)\\\)|\\\[(.{1,120}?)\\\]")
_SYMBOL = late(r"\\(?:sqrt|pi|pm|infty|cup|log|ln|sin|cos|tan)|\^|[a-z]{1}(?![a-z])\s*[-+*/=^]")
_FORMULA_SIGNS = late(r"√|π|±|\\(?:sqrt|pi|pm)")
_PAIR = late(r"\$?[(\[][^()\[\]]+,[^()\[\]]+[)\]]\$?\.?")
_RESULT = late(r"=\s*[^\d\s=-]{0,3}\s*(-?[\d.,' /]*\d)(?!\s*[-+*/×÷^=]\s*[\d(])")
_ASIDE = late(
    r"\([^()]*\)|\b(?:of|from|in|after|out of|per|by|over|than|for|with|on|at|before|within)"
    r" (?:the |a |all |these |those |his |her |their |its |only )*[$€£]?\d[\d,.]*%?|\b(?:after|when|if|because|since)\b[^.,;\n]*"
)
_NOT = late(r"\bnot [$€£]?\d[\d,.]*%?")
_FIELD = late(
    r"""["']answer["']\s*:\s*("(?:[^"\\]|\\.){0,2000}"|'(?:[^'\\]|\\.){0,2000}'|\[[^\n]{0,400}\](?=\s*[,}\n])|[^,}\n]{1,400})"""
)
_LETTER = (
    # "the answer is I think" names nobody; a small letter counts only where it cannot be a word
    late(
        r"(?i:answer|option|choice)(?i:[ \t]+is| would be)?[ \t]*[:=]?\s{0,3}[*_(\[\"'$]*([A-HJ]|I(?! [a-z]))\b"
        r"(?! is (?:wrong|incorrect|false))"
    ),
    late(r"(?i:answer|option|choice)(?i:[ \t]+is)?[ \t]*[:=]?[ \t]*[*_(\[\"'$]+([a-j])[*_)\]\"'$]"),
    late(r"(?i:answer|option|choice)[ \t]*[:=][ \t]*([a-j])[ \t]*(?:[).]?[ \t]*(?:\n|$))"),
    late(r"\b(?i:choose|pick|select|go with|going with)[ \t]+(?i:option |answer )?[*_(\[\"'$]*([A-HJ])\b"),
    late(
        r"\b([A-J])[*_)\]\"'$]* is (?:therefore |thus |clearly )?(?:the )?(?:most )?(?:correct|right|best|likely|true|accurate)\b"
    ),
    late(r"(?:^|\n)[ \t]*[*_(\[]*([A-J])(?:[*_)\].:]|[ \t]*(?:\n|$))"),
    late(r"\(([A-J])\)"),
    late(r"\*\*\(?([A-J])\b"),
)
_ASSERTED = late(r"assert\b[^\n]*?==[ \t]*([^\n]+)|\[ANSWER\](.*?)\[/ANSWER\]", re.DOTALL)
_CALLED = late(r"(?:^|\n)[ \t`*]*\w+\([^\n]*\) *== *([^\n`]+)")
_OUTPUT_IS = late(
    r"(?i:\b(?:outputs?|prints?|returns?|evaluates to|result|value|answer)\b(?:[ \t]+(?:is|will be|be))?[ \t]*[:=]?[ \t]*[`*]*)"
    r"([^\n`]{1,300})"
)
_PROSE = late(r"[\s:]*(?:(?:is|be|will be) )?(?:an?|the|not) ")
_TOLD = late(r"[\w'\"\[({]")
_INLINE_CODE = late(r"`([^`\n]{1,300})`")
_BLOCK = late(r"```[\w+-]*\n(.*?)(?:```|\Z)", re.DOTALL)
_CODE_LINE = late(
    r"(?m)^[ \t]*(?:def |class |import |from \w+ import|function |const |let |var |SELECT |#include|return |public |fn |func )"
)
_SIGNS = late(r"[|{}\[\]\\<>^*=;]| --?[a-z]|\w\(|[/.]\w+ ")
_COMMENT = late(r"\s+(?:#|//)[^'\"]*$")
_SPACE = late(r"\s+")


def final(asked: Question, answer: str) -> str | None:
    """The final answer in a form that can be compared; `None` when the text gives none, or the question is open."""
    if not asked.closed:
        return None
    if asked.asks is not Asks.CODE and (field := _field(answer)) is not None:
        answer = field
    match asked.asks:
        case Asks.NUMBER:
            return _final_number(answer)
        case Asks.OPTION:
            return _final_option(asked.options, answer)
        case Asks.OUTPUT:
            return _final_output(answer)
    return _final_code(answer)


def stated(asked: Question, answer: str) -> tuple[str, ...]:
    """The different answers that the text calls its answer, in order; more than one contradicts itself."""
    if asked.asks is not Asks.NUMBER or _field(answer) is not None:
        return ()
    found = (n for text in _stated(answer.lower()) if (n := _first(text)) is not None)
    return tuple(dict.fromkeys(found))


def _field(answer: str) -> str | None:
    """What an answer in JSON, whole or broken, calls its answer."""
    if "{" not in answer or "answer" not in answer:
        return None
    found = _FIELD.findall(answer)
    if not found:
        return None
    told: str = found[-1].strip()
    return told[1:-1].replace('\\"', '"').replace("\\\\", "\\") if told[0] in "'\"" else told


def _final_number(answer: str) -> str | None:
    if boxed := _boxed(answer):
        return formula(boxed) or None
    low = answer.lower()
    # what is said last counts, and what is said as the answer counts before it
    for text in reversed(_stated(low)):
        if (value := _first(text)) is not None:
            return value
    short = low.strip()
    if len(short) <= 40 and (_FORMULA_SIGNS.search(short) or _PAIR.fullmatch(short)):
        return formula(short)
    tail = low[-400:]
    bold = [value for text in _BOLD.findall(tail) if (value := _first(text)) is not None]
    if bold:
        return bold[-1]
    marks = list(_MARKED.finditer(tail))
    return (_concluded(low, tail[marks[-1].end() :]) if marks else None) or _concluded(low, tail) or _spelled_or_equal(low, tail)


def _stated(low: str) -> list[str]:
    # looked for at once first: most answers do not say "answer", and the pattern takes 50 times as long to find that out
    return _STATED.findall(low) if "answer" in low or "####" in low else []


def _first(text: str) -> str | None:
    """What a text that is said to be the answer gives: its formula, or its first number."""
    for spans in _SET.findall(text):
        span = "".join(spans)
        if _SYMBOL.search(span) is not None:
            return formula(span)
    text = _NOT.sub("", text)
    found = numbers(text.rpartition("=")[2]) or numbers(text) or spelled(text)
    return found[0] if found else None


def _concluded(low: str, tail: str) -> str | None:
    """The number that a conclusion comes to: the last result if it is repeated there, else the last that is no aside."""
    found = numbers(tail)
    if len(found) > 1:
        results = [value for text in _RESULT.findall(low[-1500:]) for value in numbers(text)[-1:]]
        if results and results[-1] in found:
            return results[-1]
        found = numbers(_ASIDE.sub(" ", tail)) or found
    return found[-1] if found else None


def _spelled_or_equal(low: str, tail: str) -> str | None:
    if found := numbers(low) or spelled(low):
        return found[-1]
    # answers without any figure: `x = -b`
    right = tail.rpartition("=")[2].splitlines()
    return (_plain(right[0]) or None) if "=" in tail and right else None


def _boxed(answer: str) -> str:
    """What stands in the last `\\boxed{...}`, braces counted."""
    start = answer.rfind("\\boxed{")
    if start < 0:
        return ""
    depth, first = 0, start + len("\\boxed")
    for at in range(first, min(len(answer), first + 200)):
        depth += {"{": 1, "}": -1}.get(answer[at], 0)
        if depth == 0:
            return answer[first + 1 : at]
    return ""


def _final_option(options: dict[str, str], answer: str) -> str | None:
    if "A" not in options:
        return _verdict(tuple(options), answer.lower().lstrip("*_ "))
    boxed = undressed(_boxed(answer)).strip("{}() ")
    text = boxed if boxed[:1] in options and not boxed[1:2].isalpha() else answer
    bare = text.strip("*_()[]$ \n.:")
    if len(bare) == 1 and bare.upper() in options and (bare.isupper() or len(text.strip()) > 1):
        return bare.upper()
    for pattern in _LETTER:
        if found := [letter for letter in map(str.upper, pattern.findall(text)) if letter in options]:
            return found[-1]
    low = answer.lower()
    at, letter = max((low.rfind(told.lower()), letter) for letter, told in options.items() if len(told) > 1 or letter == "A")
    return letter if at >= 0 and options[letter] else None


def _verdict(words: tuple[str, ...], low: str) -> str | None:
    said: list[str] = re.findall(rf"\b(?:{'|'.join(words)})\b", low)
    if not said:
        return None
    # "No, because yes would mean ..." opens with its verdict; reasoning ends with it
    return said[0] if low.startswith(said[0]) else said[-1]


def _final_output(answer: str) -> str | None:
    asserted = [a or b for a, b in _ASSERTED.findall(answer)] or _CALLED.findall(answer)
    if asserted:
        inner = asserted[-1].strip()
        inner = inner.rpartition("==")[2] if inner.startswith("assert") else inner
        return literal(_COMMENT.sub("", inner.strip()))
    short = answer.strip()
    if short[:1] in "'\"[({" and "\n" not in short:
        return literal(short)
    for pattern in (_OUTPUT_IS, _INLINE_CODE, _BLOCK):
        if found := [text for text in pattern.findall(answer) if _TOLD.search(text) and not _PROSE.match(text)]:
            return literal(found[-1])
    return literal(short) if 0 < len(short) <= 60 and "\n" not in short else None


def _final_code(answer: str) -> str | None:
    blocks = _BLOCK.findall(answer)
    if blocks:
        return _plain(max(blocks, key=len))
    if _CODE_LINE.search(answer) is not None:
        return _plain(answer)
    inline: list[str] = _INLINE_CODE.findall(answer)
    if inline:
        return _plain(max(inline, key=len))
    # a command by itself: one line with signs that prose has no use for
    line = answer.strip()
    return _plain(line) if len(line) <= 200 and "\n" not in line and _SIGNS.search(line) is not None else None


def _plain(text: str) -> str:
    """Without what seldom changes what code does: spaces, the kind of quotes, a full stop at the end."""
    return _SPACE.sub("", text).replace('"', "'").strip("`*").rstrip(".").strip("`*")[:2000]
