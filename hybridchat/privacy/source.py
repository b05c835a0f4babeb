"""Source code in a text: where it is, and where in it people write to people (comments, docstrings, strings).

In code identifiers stay as they are, or it would no longer run. Comments and strings are searched for what is known to be
somebody's already, for e-mail, secrets and the user's own terms; nothing is guessed there.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from hybridchat.late import late
from hybridchat.privacy.zones import Zone, fenced

_STRINGS = (
    r"(?s:\"\"\".*?(?:\"\"\"|\Z)|'''.*?(?:'''|\Z))|[bfruBFRU]{0,2}\"(?:[^\"\\\n]|\\.){0,2000}\"|"
    r"[bfruBFRU]{0,2}(?<![\w)\]])'(?:[^'\\\n]|\\.){0,2000}'"
)
_SLASHES = r"//[^\n]*|(?s:/\*.*?(?:\*/|\Z))"
_FAMILIES: dict[str, re.Pattern[str]] = {
    "hash": late(rf"{_STRINGS}|(?<![\w$&{{\"'])#[^\n]*"),
    "slash": late(rf"(?<!:){_SLASHES}|{_STRINGS}|(?s:`[^`]*`)"),
    "dash": late(rf"{_STRINGS}|--[^\n]*|(?s:/\*.*?(?:\*/|\Z))|(?s:\{{-.*?(?:-\}}|\Z))"),
    "semicolon": late(rf"{_STRINGS}|;[^\n]*"),
    "percent": late(rf"{_STRINGS}|(?<!\\)%[^\n]*"),
    "markup": late(r"(?s:<!--.*?(?:-->|\Z))|(?<=>)[^<>]+(?=<)|=\s?\"[^\"<>]*\"|=\s?'[^'<>]*'"),
    "any": late(rf"(?<!:){_SLASHES}|{_STRINGS}|(?<![\w$&{{\"'])#(?=[ \t!#])[^\n]*|(?<![-\w])--[ ][^\n]*"),
}
_TAGS = {
    "hash": """
        python py python3 pycon ruby rb sh bash zsh shell console perl pl r julia jl elixir ex coffee make makefile dockerfile
        docker toml ini conf nim crystal tcl powershell ps1 nix hcl terraform tf
    """,
    "slash": """
        c h cpp c++ cc hpp cs csharp java javascript js jsx mjs typescript ts tsx go golang rust rs php swift kotlin kt scala dart
        css scss less groovy gradle objc zig solidity sol proto v glsl cuda fsharp
    """,
    "dash": "lua haskell hs ada elm vhdl applescript",
    "semicolon": "lisp clojure clj scheme racket asm nasm elisp",
    "percent": "tex latex matlab octave erlang erl prolog",
    "markup": "html xml svg vue svelte xhtml jinja",
}

# Lines that only code has, with how sure each kind is.
_LINE = late(
    r"^[ \t]{0,80}(?:"
    r"(?P<sure>(?:async[ ])?def[ ]\w+\s?\(|(?:from[ ][\w.]+[ ])?import[ ][\w.*{}, ]+;?[ \t]*$|"
    r"#[ ]?(?:include|define|ifdef|ifndef|pragma)\b|class[ ]\w+[^\n.!?]{0,120}[:{][ \t]*$|"
    r"(?:public|private|protected|static|export|const|let|var|func|fn|function|pub|impl|struct|interface|namespace|template|"
    r"typedef|package)\b[^\n]{0,200}[({;=][^\n]{0,200}$|#!/|<\?php|"
    r"import[ ]+(?:qualified[ ]+)?[A-Z][\w.]*(?:[ ]+(?:as|hiding)\b|[ ]*\(|[ \t]*$)|[a-z_][\w']{0,60}[ ]{1,20}::(?:[ ]|$)|"
    r"(?:newtype|data|instance|deriving)[ ][A-Z(][^\n]{0,200}(?:=|where|::)|"
    r"(?:public|private|protected)[ ]\w[^\n]*$)|"
    r"(?P<likely>(?:if|elif|else[ ]if|for|while|switch|catch|except|with|try|finally|else)\b[^\n]{0,200}[:{][ \t]*$|"
    r"\}[ ]?(?:else|catch|finally)\b|"
    r"(?:return|raise|throw|yield|await|assert|del|print|echo|local)\b[^\n]{0,200}[)\]};\"'\w][ \t]*$|"
    r"[^\n]{0,300}[({=)][^\n]{0,300}[;{][ \t]*$|[^\n]{0,200}\)[;{][ \t]*$|"
    r"[\w.\[\]]{1,60}[ ]?[-+*/|&:]?=[ ]?[^\n]{0,200}[(\[{.][^\n]{0,200}$|"
    r"[\w.]{1,80}\([^\n]{0,300}\)[;,]?[ \t]*$|(?:self|this)\.\w|@\w+(?:\.\w+)+|@\w+\([^\n]*\)[ \t]*$)|"
    r"(?P<open>[\"']{3}|/\*|\#|//|\*|--|[)\]}]|@\w+[ \t]*$)"
    r")"
)
_DATA = late(
    r"[ \t]*(?:[\"'][^\"'\n]{1,60}[\"']\s?:|[{}\[\]],?[ \t]*$|-[ ]\w|\(|"
    r"(?i:insert|update|select|delete|values|from|where|create|set|and|join)\b)"
)
_ENOUGH = 4


def literals(text: str, start: int, end: int, tag: str = "") -> Iterator[tuple[int, int]]:
    """Comments, docstrings and strings of the code text[start:end], in order."""
    for match in _FAMILIES[_family(tag)].finditer(text, start, end):
        yield match.start(), match.end()


def _family(tag: str) -> str:
    low = tag.lower()
    return next((family for family, tags in _TAGS.items() if low in tags.split()), "any")


def code_spans(text: str) -> tuple[Zone, ...]:
    """Source code in fences and without them, sorted and not overlapping; `tag` names the language where a fence does."""
    fences = fenced(text)
    found = [zone for zone in fences if zone.kind == "code"]
    at = 0
    for zone in [*fences, Zone(len(text), len(text), "end")]:
        found.extend(_unfenced(text, at, zone.start))
        at = max(at, zone.end)
    return tuple(sorted(found, key=lambda z: z.start))


def known_only_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Comments, docstrings and strings of all code: there only what is known already is hidden."""
    return tuple(span for zone in code_spans(text) for span in literals(text, zone.start, zone.end, zone.tag))


def prose_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Where names may be looked for: everything but source code."""
    out: list[tuple[int, int]] = []
    at = 0
    for zone in code_spans(text):
        if zone.start > at:
            out.append((at, zone.start))
        at = zone.end
    if at < len(text):
        out.append((at, len(text)))
    return tuple(out)


class Identifiers:
    """Answers whether a word of fenced code is part of the code itself: neither in a comment nor in a string."""

    __slots__ = ("_codes", "_literals", "_starts", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._codes = [zone for zone in fenced(text) if zone.kind == "code"] if "```" in text or "~~~" in text else []
        self._starts: list[int] | None = None
        self._literals: list[tuple[int, int]] = []

    def holds(self, start: int, end: int) -> bool:
        """True when [start, end) lies in fenced code, outside its comments and strings."""
        if not any(zone.start <= start and end <= zone.end for zone in self._codes):
            return False
        if self._starts is None:
            self._literals = [s for zone in self._codes for s in literals(self._text, zone.start, zone.end, zone.tag)]
            self._starts = [first for first, _ in self._literals]
        at = bisect_left(self._starts, end) - 1
        return at < 0 or self._literals[at][1] <= start


def _unfenced(text: str, start: int, end: int) -> Iterator[Zone]:
    """Runs of lines most of which only code has. A line of plain words at the margin ends a run."""
    if text.find("(", start, end) < 0 and text.find("=", start, end) < 0:
        return
    first = last = -1
    score = 0
    within = ""
    at = start
    while at < end:
        stop = text.find("\n", at, end)
        stop = end if stop < 0 else stop
        weight, within, neutral = _weigh(text, at, stop, within)
        if weight:
            first = at if first < 0 else first
            last, score = stop, score + weight
        elif first >= 0 and not neutral:
            if score >= _ENOUGH:
                yield Zone(first, last, "code")
            first, score = -1, 0
        at = stop + 1
    if first >= 0 and score >= _ENOUGH:
        yield Zone(first, last, "code")


def _weigh(text: str, at: int, stop: int, within: str) -> tuple[int, str, bool]:
    """(how much a line speaks for code, the docstring or comment it leaves open, whether it may stand within code)."""
    line = text[at:stop]
    if within and not ((match := _LINE.match(line)) and match["sure"]):  # such a line is never part of a comment
        return 0, "" if within in line else within, True
    if not line.strip():
        return 0, "", True
    match = None if _DATA.match(line) else _LINE.match(line)
    opened = ""
    for opener, closer in (('"""', '"""'), ("'''", "'''"), ("/*", "*/")):
        found = line.find(opener)
        if found >= 0 and line.find(closer, found + len(opener)) < 0:
            opened = closer
    if match is None:
        return 0, opened, line[0] in " \t"
    weight = {"sure": 3, "likely": 1}.get(match.lastgroup or "", 0)
    return weight, opened, True
