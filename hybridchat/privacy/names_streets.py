"""Postal addresses by their grammar: a number and a kind of street in six languages, and postcodes; and lists of numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from hybridchat.facts import Finding
from hybridchat.late import late

_UP = "A-ZÀ-ÖØ-ÞŁŚŻŹĆŃÓĄĘŠŽČ"
_NAME = rf"[{_UP}][\w'’.-]{{1,30}}"
_STATES = "A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]"
_ENGLISH = late(
    rf"(?<![\w.,:/-])\d{{1,6}}[A-Za-z]?(?:[ ](?:[NSEW]\.?|North|South|East|West))?(?:[ ]{_NAME}){{1,4}}[ ]"
    r"(?:Street|St|Road|Rd|Avenue|Ave|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Square|Sq|Place|Pl|Terrace|Way|Highway|Hwy|"
    r"Parkway|Pkwy|Circle|Cir|Trail|Crescent|Close|Grove|Gardens|Row|Walk|Mews|Crossing|Ridge|Heights|Loop|Pike|Turnpike)\b\.?"
    r"(?:,?[ ](?:Apt|Apartment|Suite|Ste|Unit|Floor|Room)\.?[ ]?#?[\w-]{1,6}|,?[ ]#[ ]?\d{1,5})?"
    rf"(?:,[ ]?[{_UP}][\w.-]{{1,20}}(?:[ ][{_UP}][\w.-]{{1,20}})?(?=,?[ ](?:{_STATES})[ ]\d{{5}}|,?[ ][A-Z]{{1,2}}\d))?"
)
_ROMANCE = late(
    r"(?<![\w.,:/-])(?P<before>\d{1,4}(?:[ ]?(?:bis|ter))?,?[ ])?(?:[Rr]ue|[Aa]venue|[Bb]oulevard|[Cc]hemin|[Aa]llée|"
    r"[Ii]mpasse|[Qq]uai|[Pp]lace|[Rr]oute|[Cc]alle|C/|[Aa]venida|Avda\.|[Pp]aseo|[Pp]laza|[Cc]amino|[Cc]arretera|[Vv]ia|"
    rf"[Vv]iale|[Pp]iazza)[ ](?:(?:de|du|des|la|le|les|del|los|las|el|y)[ ]|l['’]|d['’]){{0,3}}{_NAME}"
    rf"(?:[ ](?:(?:de|du|des|la|le|del|los|las|et|y)[ ]){{0,2}}{_NAME}){{0,3}}"
    r"(?P<after>,?[ ](?:n[º°o]\.?[ ]?)?\d{1,4}[a-zA-Z]?(?![\w]))?"
)
_POLISH = late(
    r"(?<![\w.])(?:(?:ul\.[ ]?|(?:al|pl|os)\.[ ])|(?:[Uu]lic[ayęą]|[Aa]lej[aiąę]|[Rr]ond(?:o|zie|a|em)|[Ss]kwer(?:ze|u|em)?|"
    rf"[Oo]siedl[ea]|[Pp]lac(?:u|em)?)[ ])(?:\d{{1,2}}[ ])?{_NAME}(?:[ ]{_NAME}){{0,3}}"
    r"(?:[ ]\d{1,4}[a-zA-Z]?(?:[ ]?/[ ]?\d{1,4})?(?:[ ]m\.?[ ]?\d{1,4})?(?!\w))?|"
    r"(?<!\w)skr(?:\.|ytka)[ ]?poczt(?:\.|owa)[ ](?:nr[ ])?\d{1,5}"
)
_DANISH = late(
    rf"(?<!\w)[{_UP}][\w.-]{{1,30}}(?:[ ][{_UP}][\w.-]{{1,20}}){{0,2}}?(?:vej|vejen|gade|gaden|allé|alle|stræde|torv|plads|"
    r"vænge|vænget|parken|straße|strasse|str\.|platz|weg|gasse)[ ]\d{1,4}[ ]?[A-Za-z]?(?!\w)"
    rf"(?:,[ ]?(?:\d{{1,2}}\.|st\.?)[ ]?(?:tv|th|mf|sal)\b\.?)?(?:,[ ]?\d{{4,5}}[ ]{_NAME})?"
)
# Each begins with what is rare in a text, and is completed backwards.
_US_CODE = late(r"(?<=[A-Z]{2}[ ])\d{5}(?:-\d{4})?(?![\w-])")
_US_STATE = late(rf"(?<![\w-])(?:{_STATES}),?[ ]$")
_UK_CODE = late(r"(?<=[A-Z\d][ ])\d[A-Z]{2}(?![\w-])")
_UK_AREA = late(r"(?<![\w-])[A-Z]{1,2}\d[A-Z\d]?[ ]$")
_PL_CODE = late(rf"(?<![\w-])\d{{2}}-\d{{3}}[ ]{_NAME}")
_BOX = late(r"(?<!\w)P\.?[ ]?O\.?[ ]?Box[ ]\d{1,6}(?!\w)")
# Looked for first, in small letters: most texts hold none of them.
_ENGLISH_HINTS = "street road lane place square ave blvd boulevard drive court terrace highway way parkway circle trail"
_ROMANCE_HINTS = """
    rue avenue boulevard chemin allée impasse quai place route calle c/ avenida avda paseo plaza camino carretera via viale piazza
"""
_DANISH_HINTS = "vej gade allé alle stræde torv plads vænge parken straße strasse str. platz weg gasse"
_POLISH_HINTS = "ul. al. pl. os. ulic alej rond skwer osiedl plac skr"
_SHORT_ENGLISH = late(
    r"\d[^\n]{1,60}[ ](?:[SR]t|Rd|Ln|Dr|Ct|Sq|Pl|Hwy|Pkwy|Cir|Close|Grove|Gardens|Row|Walk|Mews|Cr|Ri|He|Lo|Pi|Tu)"
)
_SERIAL = late(r"(?<![\w.-])[A-Z]{1,2}\d{7,12}(?![\w-])")
_MANY = 3
_NUMBERED = late(r"\d[\w/]{0,6}[ ,]|[ -]\d")


def streets(text: str, start: int, end: int) -> Iterator[Finding]:
    """Every address that begins in [start, end)."""
    low = text[start:end].lower()
    if _holds(low, _POLISH_HINTS):
        yield from _found(_POLISH, text, start, end)
    if not _NUMBERED.search(text, start, end):
        return
    if _holds(low, _ENGLISH_HINTS) or _SHORT_ENGLISH.search(text, start, end):
        yield from _found(_ENGLISH, text, start, end)
    if _holds(low, _ROMANCE_HINTS):
        yield from _found(_ROMANCE, text, start, end)
    if _holds(low, _DANISH_HINTS):
        yield from _found(_DANISH, text, start, end)
    yield from _found(_PL_CODE, text, start, end)
    if "box " in low:
        yield from _found(_BOX, text, start, end)
    for code, area in ((_US_CODE, _US_STATE), (_UK_CODE, _UK_AREA)):
        for match in code.finditer(text, start, end):
            before = area.search(text, max(start, match.start() - 6), match.start())
            if before:
                yield Finding(before.start(), match.end(), "ADDRESS", "address", 0.8)


def serials(text: str, spans: Iterable[tuple[int, int]]) -> Iterator[Finding]:
    """Numbers such as C1231006815, where at least three of them stand in a text: accounts, customers, cases in a list."""
    hits = [match for start, end in spans for match in _SERIAL.finditer(text, start, end)]
    if len({match[0] for match in hits}) >= _MANY:
        yield from (Finding(match.start(), match.end(), "ID", "one of a list of numbers", 0.7) for match in hits)


def _holds(low: str, hints: str) -> bool:
    return any(hint in low for hint in hints.split())


def _found(pattern: re.Pattern[str], text: str, start: int, end: int) -> Iterator[Finding]:
    for match in pattern.finditer(text, start, end):
        told = match.groupdict()
        if not told or any(told.values()):
            yield Finding(match.start(), match.end(), "ADDRESS", "address", 0.8)
