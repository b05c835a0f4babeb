"""What a question asks for: a number, an option, the output of code, a piece of code, or anything else.

A question is closed when two answers to it can be compared. Pure text work by patterns, English first; what is not recognised
counts as open.
"""

from __future__ import annotations

from enum import StrEnum

from hybridchat.late import late
from hybridchat.value import value

HEAD, TAIL = 1500, 900
"""Characters of a question that are looked at, from either end."""


class Asks(StrEnum):
    """What a question asks for."""

    NUMBER = "number"
    OPTION = "option"
    OUTPUT = "output"
    CODE = "code"
    OPEN = "open"


@value
class Question:
    """A prompt as far as it decides how an answer is judged. `options` maps letter (or word, as in yes/no) to its text."""

    asks: Asks
    options: dict[str, str]
    words: int
    task: bool
    """It asks for something longer: an essay, an explanation, a list."""
    count: bool
    """It asks for how many, so the answer is a whole number."""

    @property
    def closed(self) -> bool:
        return self.asks is not Asks.OPEN


LETTERS = "ABCDEFGHIJ"
_OPTION = late(r"(?:^|\n)[ \t]*\(?([A-J])[.):][ \t]+([^\n]{1,200})")
_INLINE_OPTION = late(r"\(([A-J])\)[ \t]+([^()\n]{1,120})")
_YES_NO = late(r"\b(yes or no|true or false)\b")
_PROGRAM = late(
    r"```|\[python\]|(?:^|\n)[ \t]*(?:(?:def|fn|func|function) \w+\(|(?:class|struct) \w+[ \t]*[(:{]|import \w+"
    r"|from [\w.]+ import"
    r"|(?:const|let|var) \w+ =|print\(|#include|(?:for|while|if)\b[^\n]*[:{][ \t]*\n"
    r"|select\b[^\n]*\bfrom\b|return [^\n]*[;()\[\]])"
)
_UNKNOWN_OUTPUT = late(r"== ?\?\?|\bwhat (?:does|will|would|is|are)\b[^\n]{0,80}\b(?:output|print|return|evaluate|result|value)")
_OUTPUT = late(r"\b(?:outputs?|prints?|returns?|evaluates?|assert|assertion|result of|value of)\b")
_WRITES = late(
    r"\b(?:write|implement|code|create|give|show|generate|complete|fix|refactor|translate|convert)\b[^.?!\n]{0,60}"
    r"\b(?:function|script|program|class|method|query|regex|regexp|regular expression|one-liner|code|snippet|decorator"
    r"|unit tests?|sql|bash|python|javascript|typescript|rust|java|c\+\+|golang|html|css)\b"
)
_CALCULATES = late(
    r"\b(?:how (?:much|far|long|old|tall|fast|heavy)|what (?:percent|percentage|price|fraction|time|number|speed)"
    r"|calculate|compute|solve|simplify)\b"
)
_WANTS = late(r"\b(?:what (?:\w+ )?(?:is|are|was|were|will|would|does|did|should|must)|what's|how \w+|find|evaluate|determine)\b")
_QUANTITY = late(
    r"\b(?:total|sum|average|mean|number|rate|speed|cost|price|profit|age|distance|percent(?:age)?|remainder|probability|area"
    r"|volume|length|product|difference|ratio|degrees?|miles|minutes|hours|dollars|pounds|times|per|each|floor|temperature|scores?|points|place)\b|%"
)
_FORMULA = late(
    r"\\(?:d?frac|sqrt|times|cdot|angle|triangle|pi|sum|int)\b|\$[^$\n]{0,80}[\d=^\\][^$\n]{0,80}\$|\d ?[-+*/×÷^] ?\d"
)
_FIGURE = late(
    r"\d+|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundred|half|twice)\b"
)
_TASK = late(
    r"\b(?:explain|describe|compare|discuss|essay|tell me about|pros and cons|story|letter|e-?mail|blog|article|advice"
    r"|plan for|steps to|how do|how does|how can|how to|why)\b"
)
_BRIEF = late(
    r"\b(?:one|single|two|three|1|2|3|five|ten|few) (?:short )?(?:words?|sentences?|lines?)\b"
    r"|\bone-line|\bbrief|\bshort\b|\btl;?dr|\bin a word\b|\byes or no\b|\bjust the\b|\bonly the\b"
)


_DRAWN = late(r"\[asy\]|\\begin\{(?:align|array|cases|equation|p?matrix)|\$[^$\n]*\\[a-z]+[^$\n]*\$")
"""Formulas or a drawing as mathematicians set them: what looks like a program there is none."""
_SOUGHT = late(r"\b(?:what|find|compute|determine|evaluate|how|which|express|calculate|simplify|solve)\b")
_HOW_MANY = late(r"\bhow many\b|\bwie ?viele?\b|\bcombien\b|\bcu[aá]nt[oa]s?\b|\bquant[eio]s?\b|\bhoeveel\b|сколько|多少|いくつ")


def question(prompt: str) -> Question:
    """Reads what `prompt` asks for; its first 1,500 and last 900 characters are looked at."""
    seen = prompt if len(prompt) <= HEAD + TAIL else f"{prompt[:HEAD]}\n{prompt[-TAIL:]}"
    low = seen.lower()
    options = _options(seen, low)
    asks = Asks.OPTION if options else _asks(low)
    task = asks is Asks.OPEN and _TASK.search(low) is not None and _BRIEF.search(low) is None
    return Question(asks, options, len(seen.split()), task, asks is Asks.NUMBER and _HOW_MANY.search(low) is not None)


def _options(seen: str, low: str) -> dict[str, str]:
    for pattern in (_OPTION, _INLINE_OPTION):
        found = {letter: text.strip() for letter, text in pattern.findall(seen)}
        if len(found) > 1 and ("A" in found or len(found) > 2):
            # the first ones may stand in the part of a long question that is not looked at
            return {letter: found.get(letter, "") for letter in LETTERS[: LETTERS.index(max(found)) + 1]}
    words = _YES_NO.search(low) if " or " in low else None
    return {} if words is None else dict.fromkeys(words.group(1).split(" or "), "")


def _asks(low: str) -> Asks:
    if _DRAWN.search(low) is not None and "```" not in low and _SOUGHT.search(low) is not None:
        return Asks.NUMBER
    if _PROGRAM.search(low) is not None:
        if _UNKNOWN_OUTPUT.search(low) is not None:
            return Asks.OUTPUT
        if _WRITES.search(low) is not None:
            return Asks.CODE
        return Asks.OUTPUT if _OUTPUT.search(low) is not None else Asks.OPEN
    if _WRITES.search(low) is not None:
        return Asks.CODE
    formula = _FORMULA.search(low) is not None
    if _HOW_MANY.search(low) is not None and (formula or _FIGURE.search(low) is not None):
        return Asks.NUMBER
    if _CALCULATES.search(low) is None and _WANTS.search(low) is None:
        return Asks.OPEN
    figures = len(_FIGURE.findall(low))
    plain = _CALCULATES.search(low) is not None or _QUANTITY.search(low) is not None
    return Asks.NUMBER if formula or (figures > 1 and plain) else Asks.OPEN
