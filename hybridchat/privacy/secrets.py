"""Secrets: key blocks, issued keys, passwords in addresses, assignments and sentences.

Every detector takes the whole text and a slice [start, end), and yields findings that begin in the slice; it may read
past the slice for what surrounds it. The score says how sure the rule is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hybridchat.facts import Finding
from hybridchat.late import late
from hybridchat.privacy.values import (
    Assignment,
    entropy,
    is_placeholder,
    is_sample,
    judge,
    looks_random,
    plausible_password,
    plausible_token,
)
from hybridchat.privacy.vendors import vendor_keys

_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_REACH = 500
"""Characters past a slice that a value beginning inside it may take."""

_BEGIN = late(r"-----BEGIN ([A-Z0-9 ]{0,40}(?:PRIVATE KEY|NKEY SEED|CREDENTIALS)[A-Z ]{0,10})-----")
_BODY = late(r"[A-Za-z0-9+/]{20}")
_JWT = late(r"(?<![\w-])eyJ[\w-]{10,4000}\.(?:[\w-]{8,8000})(?:\.[\w-]{0,2000})?", re.ASCII)
_JWK = late(r"""\\?["'](?:d|k|p|q|dp|dq|qi)\\?["']\s{0,3}:\s{0,3}\\?["']([A-Za-z0-9_-]{20,1400})\\?["']""")
"""Also in a text within JSON, and as Python writes it. 1,366 signs are the longest number of an RSA key of 8,192 bits."""
_SEED = late(r"(?<![A-Za-z0-9])S[UAONCX][A-Z0-9]{52,58}(?![A-Za-z0-9])")
_USERINFO = late(
    r"(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{1,20}://([^\s:/@\"'<>]{0,80}):([^\s/\"'<>]{1,200})@(?=[\w.\[${-])", re.IGNORECASE
)
_SCHEME_AUTH = late(
    r"\b(?:bearer|basic|(?:[a-z]{2,12}-)?(?:oauth)?token|apikey)[ \t]{1,3}"
    r"(?=[A-Za-z0-9+/_.~=-]{0,400}[A-Z0-9+/=])([A-Za-z0-9+/_.~=-]{12,2000})",
    re.IGNORECASE,
)
_QUERY = late(
    r"(?:[?&;]|-d[ ]?[\"'])"
    r"(?:(?:access|auth|api|id|refresh|session|sas|x-amz|oauth|client)?[_-]?(?:token|key|signature|secret|password|passwd|pwd|"
    r"sig|code|"
    r"session|sid|credential|jwt)|auth|pass|hash|hmac)(?:_?secret)?=([^\s&#\"'<>]{6,600})",
    re.IGNORECASE,
)

# The word that says what the value is. A leading letter must be a hump of camelCase, checked against the real text.
_KEYS = """
    api access auth secret private master account encryption signing aes app application consumer license shared service
    storage ssh n x cipher hmac jwt session webhook client user oauth admin deploy write read project subscription function
    functions host validation decryption machine
"""
_WORDS = """
    pass(?:word|wort|wd|wrd|phrase|code|w)? pwd kennwort contrase[nñ]a clave has[lł]o adgangskode kodeord mot.de.passe mdp
    secret(?![_.-]?key) token (?<=[_-])key credentials? auth(?:orization)? oauth(?:orization)? bearer sid cookie seed salt
"""
# Every alternative but one begins with a plain letter: the pattern engine skips to those letters by itself.
_KEYWORD = "|".join([*(f"{name}[_.-]?key" for name in _KEYS.split()), *_WORDS.split()])
_ASSIGN = late(
    rf"({_KEYWORD})([\w.-]{{0,24}})((?:[\"'`)]|\]|\\\"){{0,3}})\s{{0,24}}(=>|:=|={{1,3}}|!=|:|>|\||,(?=\s?[\"'])|\((?=\s?[\"'])|"
    r"(?<=[\s\w])(?=[\"']))\s{0,24}(?:\[\s{0,3})?(?:string|str)?(\\?[\"'`]|&quot;|&#34;|&#39;|&apos;|b\"|b'|r\"|@\")?"
)
_NAMED = late(r"[A-Z]{2,20}(?:_[A-Z0-9]{2,20})+")
_SIBLING = late(r"[\"']\s{0,8},\s{0,8}[\"']([^\"'\n]{6,400})(?=[\"'])")
_FLAG = late(
    r"(?<![\w-])--?(?:[a-z-]{0,20}(?:password|passwd|passphrase|pwd|pass|token|secret|api-?key|auth-?key|access-?key|"
    r"secret-?key))"
    r"[ =]{1,2}[\"']?([^\s\"'<>|;&]{3,200})",
    re.IGNORECASE,
)
_USER_FLAG = late(r"(?:^|\s)(?:-u|--user|--proxy-user)[ =]{0,2}[\"']?[\w.@-]{1,60}:([^\s\"'<>|;&]{2,100})")
_SQL = late(
    r"\b(?:identified\s{1,3}(?:with\s{1,3}\w{1,40}\s{1,3})?by|with\s{1,3}password)\s{0,3}=?\s{0,3}'{1,4}([^'\n]{2,100})'",
    re.IGNORECASE,
)
_SQL2 = late(r"\bidentified\s{1,3}by\s{1,3}\"([^\"\n]{2,100})\"", re.IGNORECASE)
_SECURE_STRING = late(r"ConvertTo-SecureString\s{1,3}(?:-String\s{1,3})?[\"']([^\"'\n]{3,100})[\"']", re.IGNORECASE)
_OWNER = late(
    r"(?<![a-z])(?:my|our|his|her|their|the|your|mi|tu|su|nuestra|la|mon|ma|notre|le|votre|mein|unser|das|dein|mit|min|vores|"
    r"moje|twoje|"
    r"nasze)\s{1,3}(?:[\w-]{1,20}\s)?$"
)
_PROSE = late(
    r"(?<![a-z])(password|passphrase|passcode|passwd|pin(?:\s?code)?|login code|contrase[nñ]a|clave|"
    r"mot de passe|mdp|has[lł]o|adgangskoden?|kodeord(?:et)?|passwort|kennwort|pin-kod|kod pin|secret key|api key|token)"
    r"(?:\s{1,3}(?:for|of|to|on|para|de|pour|f[uü]r|til|do|zu|von)\s{1,3}[\w .@-]{1,40}?)?"
    r"\s{0,3}(?:\s(?:is now|is|was|es|est|to|jest|er|ist|lautet|será|sera|was set to|set to|changed to)\b\s{0,3}:?|:)\s{0,3}"
    r"[\"'“”«»„`‘’*]{0,3}\s?([^\s\"“”«»`*]{3,80})"
)
_CODE = late(r"[\w.\]][(\[]|=[\"'\w]|&#|=>|\$\{")
_CONTEXT = late(
    r"\b(?:key|token|secret|password|credential|passphrase|auth|bearer|private|signature|apikey|api_key|access)s?\b|(?:_|api|"
    r"access)(?:key|token)",
    re.IGNORECASE,
)
_DENSE = late(r"(?<![A-Za-z0-9+/_=.@-])(?=[A-Za-z0-9+/_-]{0,60}\d)[A-Za-z0-9+/_-]{20,300}={0,2}(?![A-Za-z0-9+/_=@(.-])")


_MASKED = ("##", "**", "...", "…", "XXXX", "xxxx")


def ascii_lower(text: str) -> str:
    """Lower case for A-Z only: the length, and so every index, stays."""
    return text.lower() if text.isascii() else text.translate(_LOWER)


def secrets(text: str, start: int, end: int) -> Iterator[Finding]:
    """Every secret that begins in [start, end)."""
    stop = min(len(text), end + _REACH)
    for first, last, issuer in vendor_keys(text, start, end):
        value = text[first:last]
        if text.startswith(_MASKED, last):
            continue
        if not is_placeholder(value) and not is_sample(value) and entropy(value) > 2.6:
            yield Finding(first, last, "SECRET", issuer, 0.99)
    for pattern, reason in ((_SEED, "key seed"), (_JWT, "JSON web token")):
        if pattern is _JWT and "eyJ" not in text[start:end]:
            continue
        for match in pattern.finditer(text, start, min(len(text), end + 14_000)):
            if match.start() < end:
                yield Finding(match.start(), match.end(), "SECRET", reason, 0.98)
    yield from _web_keys(text, start, end, stop)
    low = ascii_lower(text[start:stop])
    yield from _addresses(text, start, end, stop, low)
    yield from _commands(text, start, end, stop, low)
    yield from _assignments(text, start, end, low)
    yield from _sentences(text, start, end, low)
    yield from _dense(text, start, end, stop)


def _web_keys(text: str, start: int, end: int, stop: int) -> Iterator[Finding]:
    """The private numbers of a JSON Web Key (RFC 7517); a member of that name elsewhere is no key."""
    if "kty" not in text[max(0, start - 4_000) : stop]:
        return
    for match in _JWK.finditer(text, start, min(len(text), end + 1_500)):
        if match.start() < end and not is_placeholder(match[1]):
            yield Finding(match.start(1), match.end(1), "SECRET", "JSON web key", 0.97)


def key_blocks(text: str) -> Iterator[Finding]:
    """PEM and similar private key blocks, over the whole text since they may be longer than a slice."""
    at = 0
    while opening := _BEGIN.search(text, at):
        closing = text.find("-----END", opening.end())
        if closing < 0:
            # A block cut off: what follows of it is still the key.
            tail = re.compile(r"[A-Za-z0-9+/=\s\\:,-]*").match(text, opening.end())
            last = tail.end() if tail else opening.end()
        else:
            line = text.find("-----", closing + 8)
            last = line + 5 if 0 <= line <= closing + 80 else closing + 8
        if _BODY.search(text, opening.end(), closing if closing >= 0 else last):
            yield Finding(opening.start(), last, "SECRET", "private key", 1.0)
        at = last


def _addresses(text: str, start: int, end: int, stop: int, low: str) -> Iterator[Finding]:
    if "://" in low:
        for match in _USERINFO.finditer(text, start, stop):
            if match.start() < end and not is_placeholder(match[2]):
                yield Finding(match.start(2), match.end(2), "SECRET", "password in an address", 0.95)
    if "?" in low or "&" in low:
        for match in _QUERY.finditer(text, start, stop):
            if match.start() < end and plausible_token(match[1]):
                yield Finding(match.start(1), match.end(1), "SECRET", "token in an address", 0.9)


def _commands(text: str, start: int, end: int, stop: int, low: str) -> Iterator[Finding]:
    todo: list[tuple[re.Pattern[str], str]] = []
    if "-" in low:
        todo += [(_FLAG, "command option"), (_USER_FLAG, "command option")]
    if "identified" in low or "with password" in low:
        todo += [(_SQL, "database password"), (_SQL2, "database password")]
    if "securestring" in low:
        todo.append((_SECURE_STRING, "secure string"))
    for pattern, reason in todo:
        for match in pattern.finditer(text, start, stop):
            owner = pattern is _USER_FLAG and match[1].isdigit()  # docker run -u 1000:1000
            named = _NAMED.fullmatch(match[1]) is not None  # --password=DB_PASSWORD
            if match.start() < end and plausible_password(match[1]) and not owner and not named:
                yield Finding(match.start(1), match.end(1), "SECRET", reason, 0.85)
    if any(word in low for word in ("bearer", "basic", "token", "apikey")):
        for match in _SCHEME_AUTH.finditer(text, start, stop):
            if match.start() < end and plausible_token(match[1]):
                yield Finding(match.start(1), match.end(1), "SECRET", "authorisation header", 0.9)


_STEMS = (
    "pass", "pwd", "kennwort", "contrase", "clave", "has\u0142o", "haslo", "kode", "mot de", "mdp", "secret", "token", "key",
    "credential", "auth", "bearer", "sid", "cookie", "seed", "salt",
)  # fmt: skip


def _assignments(text: str, start: int, end: int, low: str) -> Iterator[Finding]:
    if not any(stem in low for stem in _STEMS):
        return
    for match in _ASSIGN.finditer(low):
        first = start + match.start()
        if first >= end:
            return
        if low.endswith(_PUBLIC, max(0, match.start() - 8), match.start()):
            continue
        if (match[1].startswith(_UNMISTAKABLE) or _hump(text, first)) and (
            value := _value(text, start + match.end(), match)
        ) is not None:
            last, reason = value
            yield Finding(start + match.end(), last, "SECRET", reason, 0.85)
            yield from _listed(text, last, match, reason)


_PUBLIC = ("public", "public_", "public-", "public.")


def _listed(text: str, last: int, match: re.Match[str], reason: str) -> Iterator[Finding]:
    """The other values of a list `"tokens": ["…", "…"]`."""
    if "[" not in match[0][match.end(4) - match.start() :]:
        return
    for _ in range(100):
        sibling = _SIBLING.match(text, last)
        if sibling is None or not plausible_token(sibling[1]):
            return
        yield Finding(sibling.start(1), sibling.end(1), "SECRET", reason, 0.8)
        last = sibling.end(1)


_UNMISTAKABLE = ("password", "passwd", "passphrase", "passwort", "secret", "token", "apikey", "kennwort")


def _hump(text: str, first: int) -> bool:
    """True where a word begins: after anything but a letter, or at an upper-case letter after a lower-case one."""
    if first == 0 or not text[first - 1].isalpha():
        return True
    here, before = text[first], text[first - 1]
    return here.isupper() and (before.islower() or (first + 1 < len(text) and text[first + 1].islower()))


def _value(text: str, at: int, match: re.Match[str]) -> tuple[int, str] | None:
    """Where the assigned value ends and what it is, or None where it is no secret."""
    if not match[5] and "\n" in match[0][match.end(4) - match.start() :]:
        return None  # nothing was assigned: what follows is the next line
    return judge(
        text,
        at,
        Assignment(
            match[1],
            match[2],
            match[3],
            match[4],
            match[5] or "",
            text[max(0, at - len(match[0]) - 12) : at - len(match[0])].lower(),
        ),
    )


def _sentences(text: str, start: int, end: int, low: str) -> Iterator[Finding]:
    if not any(stem in low for stem in (*_STEMS, "pin")):
        return
    for match in _PROSE.finditer(low):
        if start + match.start() >= end:
            return
        first, last = start + match.start(2), start + match.end(2)
        value = text[first:last].rstrip(".,;:!?)]}'’*”")
        between = low[match.end(1) : match.start(2)].split()
        if (
            "to" in between
            and "set" not in between
            and "changed" not in between
            and not match[1].startswith(("has", "kod", "pin-"))
        ):
            continue  # "the password to unlock": only in Polish does "to" mean "is"
        owned = _OWNER.search(low, max(0, match.start() - 34), match.start()) is not None
        if match[1] in {"token", "api key", "secret key"}:
            good = plausible_token(value)
        else:
            good = plausible_password(value, prose=True, owned=owned, digits="pin" in match[1] or "code" in match[1])
        if good and not _CODE.search(text, first, last + 1):
            yield Finding(first, first + len(value), "SECRET", f"said to be a {match[1]}", 0.8)


def _dense(text: str, start: int, end: int, stop: int) -> Iterator[Finding]:
    """Random-looking runs, only with a word like key or token shortly before them."""
    for match in _DENSE.finditer(text, start, stop):
        if match.start() >= end:
            return
        line = max(text.rfind("\n", start, match.start()), match.start() - 60, 0)
        if "public" in text[line : match.start()].lower():
            continue
        if _CONTEXT.search(text, line, match.start()) and looks_random(match[0]) and sum(c.isdigit() for c in match[0]) >= 3:
            yield Finding(match.start(), match.end(), "SECRET", "random text near a word for secrets", 0.6)
