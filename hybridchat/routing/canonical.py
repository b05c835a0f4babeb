"""Numbers, formulas and literals in a form that two answers can be compared in: `$1,250.00` and `1250 dollars` are one.

Pure text work. What cannot be read as a value is compared as it stands, without layout.
"""

from __future__ import annotations

import re
from contextlib import suppress
from math import isclose

from hybridchat.late import late

LONGEST = 2000
"""Characters of a value that are compared."""
_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SMALL = {word: n for n, word in enumerate(_ONES)} | {word: 10 * n for n, word in enumerate(_TENS, 2)}
_LARGE = {"hundred": 100, "thousand": 1_000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_PARTS = {"half": 0.5, "third": 1 / 3, "quarter": 0.25, "fifth": 0.2}
_WORDS = "|".join(sorted((*_SMALL, *_LARGE), key=len, reverse=True))
_SPELLED = late(rf"\b(?:{_WORDS})(?:(?:[ -]| and )(?:{_WORDS}))*\b(?:[ -](half|third|quarter|fifth)s?\b)?")

_FRACTION = late(r"\\[dt]?frac\s*(?:\{([^{}]*)\}\s*\{([^{}]*)\}|(\d)\s*(\d))")
_ROOT = late(r"\\sqrt\s*\{([^{}]*)\}")
_UNIT = late(r"\\(?:text|mathrm|mbox|textrm)\s*\{([^{}]*)\}(?:\^\{?[23]\}?)?")
_FONT = late(r"\\(?:textbf|mathbf|boldsymbol|textit|bf|displaystyle|boxed)\b")
_SPACING = late(r"\\(?:left|right|big|,|!|;|:|\s)|\\\(|\\\)|\\\[|\\\]|\\(?=[$%])|[$€£¥]|°|\^\{?\\circ\}?")
_POWER = late(r"\s*(?:\\times|\\cdot|[*×·x])\s*10\s*\^\s*\{?\s*(-?\d+)\s*\}?")
_SIGN_WORD = late(r"(?<![\d)])(?<![\d)] )\b(?:negative|minus) (?=\d)")
_GROUPED = r"\d{1,3}(?:[,']\d{3})+(?!\d)|\d{1,3}(?: \d{3})+(?![\d/,])"
_FIGURE = rf"(?:(?<![\w)])-[ ]?)?(?:{_GROUPED}|\d+|(?<![\w.])(?=\.\d))(?:\.\d+)?(?:e[+-]?\d+)?"
_NUMBER = late(
    rf"(?:(-?\d+)[ ]+(?=\d+[ ]?/[ ]?\d))?({_FIGURE})(?:[ ]?/[ ]?(\d+(?:\.\d+)?))?(?:[ ]?({'|'.join(_LARGE)}|dozen)\b)?"
)
_CLOCK = late(r"(?<![\d:])(\d{1,2}):(\d\d)(?![\d:])")
_UNICODE = {
    **dict.fromkeys("−–‐‑﹣－", "-"),
    **dict.fromkeys("\u00a0\u2009\u202f", " "),
    "½": " 1/2",
    "¼": " 1/4",
    "¾": " 3/4",
    "⅓": " 1/3",
    "⅔": " 2/3",
    "’": "'",
    "√": "\\sqrt",
    "π": "\\pi",
    "±": "\\pm",
    "∞": "\\infty",
    **{sign: f"^{n}" for n, sign in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
}
_PLAIN_SIGNS = str.maketrans(_UNICODE)
_DECIMAL = late(r"-?\d{1,15}(?:\.\d{1,12})?")
_SPACE = late(r"\s+")


def undressed(text: str) -> str:
    """The text in plain signs: fractions with a slash, powers of ten as `e5`, no currency, no units in LaTeX, no layout."""
    if not text.isascii():
        text = text.translate(_PLAIN_SIGNS)
    if "\\" in text:
        text = _FRACTION.sub(lambda m: f" {m[1] or m[3] or ''}/{m[2] or m[4] or ''}", _ROOT.sub(r"\\sqrt\1", text))
        text = _FONT.sub("", _UNIT.sub(" ", text) if _UNIT.sub("", text).strip("${}() ") else _UNIT.sub(r"\1", text))
    text = text.replace("{,}", ",").replace("\\,", "")
    if "10" in text:
        text = _POWER.sub(r"e\1", text)
    return _SPACING.sub("", text)


def numbers(text: str) -> list[str]:
    """The numbers of a text in lower case, in order and in one form: `1,234.50`, `1234.5` and `1.2345e3` are one."""
    text = _SIGN_WORD.sub("-", undressed(text))
    clocks = {f"{int(h)}:{m}" for h, m in _CLOCK.findall(text)} if ":" in text else set()
    if clocks:
        return [f"{int(found[1])}:{found[2]}" for found in _CLOCK.finditer(text)]
    return [value for found in _NUMBER.finditer(text) if (value := _worth(*found.groups())) is not None]


def _worth(whole: str | None, top: str, bottom: str | None, scale: str | None) -> str | None:
    try:
        value = float(re.sub(r"[,' ]", "", top))
        if bottom is not None:
            value /= float(bottom)
        if whole is not None:
            value = float(whole) + (-value if whole.startswith("-") else value)
        value *= 12 if scale == "dozen" else _LARGE.get(scale or "", 1)
    except (ValueError, OverflowError, ZeroDivisionError):
        return None
    return shown(value)


def shown(value: float) -> str:
    """Whole numbers exactly, others to eight digits."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.8g}"


def same(one: str, other: str) -> bool:
    """Whether two values in canonical form are one: `33.33` is `33.333333` rounded, and `0.25` is 25 percent."""
    if one == other:
        return True
    if not (_DECIMAL.fullmatch(one) and _DECIMAL.fullmatch(other)):
        return False
    short, long = sorted((one, other), key=_places)
    a, b = float(short), float(long)
    if min(abs(a), abs(b)) <= 1 and isclose(*sorted((100 * min(abs(a), abs(b)), max(abs(a), abs(b)))), rel_tol=1e-6):
        return a * b > 0
    return _places(short) > 0 and abs(a - b) <= 0.5001 * 10.0 ** -_places(short)


def _places(decimal: str) -> int:
    return len(decimal.partition(".")[2])


def spelled(low: str) -> list[str]:
    """The numbers that a text spells out, `seventy-five` or `one quarter`, in the same form."""
    found = []
    for match in _SPELLED.finditer(low):
        total = part = 0
        words = [word for word in re.split(r"[ -]", match[0]) if word in _SMALL or word in _LARGE]
        for word in words:
            if word in _SMALL:
                part += _SMALL[word]
            elif word == "hundred":
                part = max(1, part) * 100
            else:
                total, part = total + max(1, part) * _LARGE[word], 0
        with suppress(OverflowError):  # a model that loops says `hundred hundred hundred` for a page
            found.append(shown((total + part) * _PARTS.get(match[1] or "", 1.0)))
    return found


_NAMED = late(r"(?:^|,)[a-z](?:_\d)?(?:=|\\in)")
_OR = late(r"\\(?:text|mathrm|mbox)\s*\{\s*(?:or|and|,)\s*\}|\s(?:or|and)\s")
_QUANTITY = late(rf"{_FIGURE}(?:[ ]?/[ ]?\d+)?[ ]*(?:%|percent)?[ ]*(?:[a-z][a-z. ]*)?")
_MIXED = late(r"-?\d+[ ]+\d+[ ]?/[ ]?\d+")


def formula(text: str) -> str:
    """A number if it is one, with or without its unit; else the formula without layout, members of a set in order."""
    text = _OR.sub(",", text.replace("\\{", "{").replace("\\}", "}"))
    plain = undressed(text).strip("{}*`. ")
    bare = plain.lower().strip("() ") if plain.count(",") == 0 or re.fullmatch(r"[\d,. %]+", plain) else ""
    if bare and (_QUANTITY.fullmatch(bare) or _MIXED.fullmatch(bare)) and (found := numbers(bare)):
        return found[0]
    plain = _NAMED.sub(lambda m: "," if m[0].startswith(",") else "", _SPACE.sub("", plain).replace("{", "").replace("}", ""))
    if plain.startswith("\\pm"):
        plain = f"-{plain[3:]},{plain[3:]}"
    if plain.startswith(("(", "[")) and plain.endswith((")", "]")):
        return (plain[0] + ",".join(_member(one) for one in plain[1:-1].split(",")) + plain[-1])[:LONGEST]
    return ",".join(sorted(_member(one) for one in plain.split(",")))[:LONGEST]


def _member(text: str) -> str:
    found = numbers(text) if _QUANTITY.fullmatch(text) else []
    return found[0] if found else text.removesuffix(".")


# -- literals of programs ------------------------------------------------------------------------------------------------

_KEYWORDS = frozenset({"True", "False", "None", "true", "false", "null", "undefined", "nil"})
_FIRST = late(r"[-+]?(?:\d[\d_]*)?\.?\d+(?:e[+-]?\d+)?(?!\w|\.\d)|(?:True|False|None|true|false|null|nil)\b")
_CLOSES = {"[": "]", "(": ")", "{": "}"}


def literal(text: str) -> str:
    """The value that a text begins with, as Python would show it; a text that is none counts as a string without quotes."""
    text = text.strip().strip("`*").strip()
    end = _end(text)
    if end:
        return _value(text[:end])
    if found := _FIRST.match(text):
        return _value(found[0])
    plain = " ".join(text.rstrip(".").split())[:LONGEST]
    return plain if plain in _KEYWORDS or not plain.replace(" ", "").isalnum() else repr(plain)


def _end(text: str) -> int:
    """Where the string or the bracket that `text` opens with is closed; 0 when it opens with neither, or never closes."""
    quote, open_brackets = "", 0
    if text[:1] not in ("'", '"', *_CLOSES):
        return 0
    at = 0
    while at < min(len(text), LONGEST):
        sign = text[at]
        if quote:
            if sign == "\\":
                at += 1
            elif sign == quote:
                quote = ""
        elif sign in "'\"":
            quote = sign
        else:
            open_brackets += (sign in _CLOSES) - (sign in _CLOSES.values())
        at += 1
        if not quote and open_brackets <= 0:
            return at
    return 0


def _value(text: str) -> str:
    # a stray escape or `1or` would make the parser warn on stderr: such text is compared as it stands
    if "\\" not in text and not re.search(r"\d[A-Za-z]", text):
        import ast  # 5 ms, and only answers about code need it

        try:
            return _shown(ast.literal_eval(text))[:LONGEST]
        except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
            pass
    return _SPACE.sub("", text).replace('"', "'")[:LONGEST]


def _shown(value: object) -> str:
    """As Python shows it, but the order of a dictionary or a set does not count."""
    if isinstance(value, dict):
        return "{" + ", ".join(sorted(f"{_shown(k)}: {_shown(v)}" for k, v in value.items())) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_shown, value)) + "]"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(_shown, value)) + ("," if len(value) == 1 else "") + ")"
    if isinstance(value, set):
        return "{" + ", ".join(sorted(map(_shown, value))) + "}"
    return repr(value)
