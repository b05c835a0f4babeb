"""What a question asks for, and the final answer that a text gives to it.

A question is closed when two answers to it can be compared: a number, an option, the output of code, a piece of code. Pure text
work by patterns, English first; what is not recognised counts as open.
"""

from __future__ import annotations

import re
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
    r"|volume|length|product|difference|ratio|degrees?|miles|minutes|hours|dollars|pounds|times|per|each|floor|temperature)\b|%"
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


def question(prompt: str) -> Question:
    """Reads what `prompt` asks for; its first 1,500 and last 900 characters are looked at."""
    seen = prompt if len(prompt) <= HEAD + TAIL else f"{prompt[:HEAD]}\n{prompt[-TAIL:]}"
    low = seen.lower()
    options = _options(seen, low)
    asks = Asks.OPTION if options else _asks(low)
    task = asks is Asks.OPEN and _TASK.search(low) is not None and _BRIEF.search(low) is None
    return Question(asks, options, len(seen.split()), task, asks is Asks.NUMBER and "how many" in low)


def _options(seen: str, low: str) -> dict[str, str]:
    for pattern in (_OPTION, _INLINE_OPTION):
        found = {letter: text.strip() for letter, text in pattern.findall(seen)}
        if len(found) > 1 and ("A" in found or len(found) > 2):
            # the first ones may stand in the part of a long question that is not looked at
            return {letter: found.get(letter, "") for letter in LETTERS[: LETTERS.index(max(found)) + 1]}
    words = _YES_NO.search(low) if " or " in low else None
    return {} if words is None else dict.fromkeys(words.group(1).split(" or "), "")


def _asks(low: str) -> Asks:
    if _PROGRAM.search(low) is not None:
        if _UNKNOWN_OUTPUT.search(low) is not None:
            return Asks.OUTPUT
        if _WRITES.search(low) is not None:
            return Asks.CODE
        return Asks.OUTPUT if _OUTPUT.search(low) is not None else Asks.OPEN
    if _WRITES.search(low) is not None:
        return Asks.CODE
    formula = _FORMULA.search(low) is not None
    if "how many" in low and (formula or _FIGURE.search(low) is not None):
        return Asks.NUMBER
    if _CALCULATES.search(low) is None and _WANTS.search(low) is None:
        return Asks.OPEN
    figures = len(_FIGURE.findall(low))
    plain = _CALCULATES.search(low) is not None or _QUANTITY.search(low) is not None
    return Asks.NUMBER if formula or (figures > 1 and plain) else Asks.OPEN


# -- the final answer --------------------------------------------------------------------------------------------------

_NUMBER = late(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:\s*/\s*\d+)?")
_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBER_WORDS = {word: str(n) for n, word in enumerate(_WORDS)}
_WORD_NUMBER = late(rf"\b({'|'.join(_WORDS)})\b")
_MARKED = late(r"####|\b(?:final answer|answer|therefore|thus|in total|result|hence)\b")
_UNITS = late(r"\\(?:text|mathrm|mbox)\{[^{}]*\}")
_STATED = late(r"(?:####[ \t]*|\banswer(?:[ \t]+is)?[ \t]*[:=]?[ \t]*)((?:(?!answer)[^\n]){1,80})")
_BOLD = late(r"\*\*([^*\n]{1,80})\*\*")
_FRACTION = late(r"\\d?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
_DRESS = late(r"\\(?:text|mathrm|mbox|left|right|,|!|;|\s)|\\\(|\\\)|\\\[|\\\]|[$€£{}]|°")
_LETTER = (
    # "the answer is I think" names nobody; a small letter counts only where it cannot be a word
    late(r"(?i:answer|option|choice)(?i:[ \t]+is)?[ \t]*[:=]?[ \t]*[*_(\[\"']*([A-HJ]|I(?! [a-z]))\b"),
    late(r"(?i:answer|option|choice)(?i:[ \t]+is)?[ \t]*[:=]?[ \t]*[*_(\[\"']+([a-j])[*_)\]\"']"),
    late(r"(?:^|\n)[ \t]*[*_(\[]*([A-J])(?:[*_)\].:]|[ \t]*(?:\n|$))"),
    late(r"\(([A-J])\)"),
    late(r"\*\*\(?([A-J])\b"),
)
_ASSERTED = late(r"assert\b[^\n]*?==[ \t]*([^\n]+)|\[ANSWER\](.*?)\[/ANSWER\]", re.DOTALL)
_OUTPUT_IS = late(
    r"\b(?:outputs?|prints?|returns?|result|value|answer)\b(?:[ \t]+(?:is|will be|be))?[ \t]*[:=]?[ \t]*`?([^\n`]{1,120})"
)
_INLINE_CODE = late(r"`([^`\n]{1,120})`")
_BLOCK = late(r"```[\w+-]*\n(.*?)(?:```|\Z)", re.DOTALL)
_CODE_LINE = late(
    r"(?m)^[ \t]*(?:def |class |import |from \w+ import|function |const |let |var |SELECT |#include|return |public |fn |func )"
)
_SIGNS = late(r"[|{}\[\]\\<>^*=;]| --?[a-z]|\w\(|[/.]\w+ ")
_SPACE = late(r"\s+")


def final(asked: Question, answer: str) -> str | None:
    """The final answer in a form that can be compared; `None` when the text gives none, or the question is open."""
    match asked.asks:
        case Asks.NUMBER:
            return _final_number(answer)
        case Asks.OPTION:
            return _final_option(asked.options, answer)
        case Asks.OUTPUT:
            return _final_output(answer)
        case Asks.CODE:
            return _final_code(answer)
    return None


def stated(asked: Question, answer: str) -> tuple[str, ...]:
    """The different answers that the text calls its answer, in order; more than one contradicts itself."""
    if asked.asks is not Asks.NUMBER:
        return ()
    found = (n for text in _stated(answer.lower()) if (n := _number(text)) is not None)
    return tuple(dict.fromkeys(found))


def _final_number(answer: str) -> str | None:
    if boxed := _plain(_UNITS.sub("", _boxed(answer))):
        # an expression or a pair is compared as it stands
        return _number(boxed) if _NUMBER.fullmatch(boxed.strip("%()")) else boxed
    low = answer.lower()
    # what is said last counts, and what is said as the answer counts before it
    for text in reversed(_stated(low)):
        if (value := _number(text)) is not None:
            return value
    tail = low[-400:]
    marks = list(_MARKED.finditer(tail))
    if marks and (value := _number(tail[marks[-1].end() :], last=True)) is not None:
        return value
    bold = [value for text in _BOLD.findall(tail) if (value := _number(text)) is not None]
    return bold[-1] if bold else _number(tail, last=True) or _number(low, last=True) or _word_number(low) or _equal(tail)


def _stated(low: str) -> list[str]:
    # looked for at once first: most answers do not say "answer", and the pattern takes 50 times as long to find that out
    return _STATED.findall(low) if "answer" in low or "####" in low else []


def _number(text: str, *, last: bool = False) -> str | None:
    """A number in canonical form: `1,234.50` and `1234.5` are one, as are `2/4` and `0.5`."""
    if "\\" in text or "$" in text:
        text = _DRESS.sub("", _FRACTION.sub(r"\1/\2", text))
    found = _NUMBER.findall(text)
    if not found:
        return None
    top, _, bottom = found[-1 if last else 0].replace(",", "").replace(" ", "").partition("/")
    try:
        value = float(top) / float(bottom) if bottom else float(top)
    except (ZeroDivisionError, OverflowError, ValueError):
        return None
    return f"{value:.6g}" if value else "0"


def _word_number(low: str) -> str | None:
    found = _WORD_NUMBER.findall(low)
    return _NUMBER_WORDS[found[-1]] if found else None


def _equal(tail: str) -> str | None:
    """What stands right of the last equals sign, for answers without any figure: `x = -b`."""
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
    boxed = _boxed(answer)
    text = boxed if boxed[:1] in options else answer
    bare = text.strip("*_() \n.")
    if bare in options:
        return bare
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
    asserted = [a or b for a, b in _ASSERTED.findall(answer)]
    if asserted:
        inner = asserted[-1].strip()
        return _plain(inner.rpartition("==")[2] if inner.startswith("assert") else inner)
    for pattern in (_OUTPUT_IS, _INLINE_CODE, _BLOCK):
        if found := [text for text in pattern.findall(answer) if text.strip()]:
            return _plain(found[-1])
    short = answer.strip()
    return _plain(short) if 0 < len(short) <= 60 and "\n" not in short else None


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
    """Without what does not change a value: spaces, the kind of quotes, signs of layout, a full stop at the end."""
    text = _DRESS.sub("", _FRACTION.sub(r"\1/\2", text)) if "\\" in text else text
    return _SPACE.sub("", text).replace('"', "'").strip("`*").rstrip(".").strip("`*")[:2000]
