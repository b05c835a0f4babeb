"""Identifiers with a shape and a check: e-mail, cards, bank accounts, addresses of machines, personal links and folders.

Checks are those of python-stdnum and the standard library; the patterns here only nominate candidates.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from hybridchat.facts import Finding
from hybridchat.late import late

_REACH = 300

_EMAIL = late(r"(?<![\w.+%-])[\w.+%-]{1,128}+@(?!\dx\.)(?:[\w-]{1,63}\.){1,8}(?:xn--[\w-]{2,59}|[^\W\d_]{2,24})(?![\w])")
_LOGIN = late(r"://[^\s/@]{0,80}:$")  # what follows is a password and a host, and reported as such
_EMAIL_SPOKEN = late(
    r"(?<![\w.+%-])[\w.+%-]{1,64}+\s?[\[({<]\s?at\s?[\])}>]\s?[\w-]{1,63}(?:(?:\s?[\[({<]\s?dot\s?[\])}>]\s?|"
    r"\.)[\w-]{2,63}){1,4}",
    re.IGNORECASE,
)
_LONG_NUMBER = late(r"\d(?:[ \u00a0-]?[0-9A-Za-z]){10}")
_CARD = late(r"(?<![\w.+-])\d(?:[ \u00a0-]?\d){11,18}(?![\w-]|[.,]\d)")
# Issuer prefixes and lengths as the networks publish them (ISO/IEC 7812): Visa, Mastercard, Amex, Discover, JCB, Diners,
# UnionPay, Maestro.
_ISSUER = late(
    r"4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|6(?:011|5\d\d|"
    r"4[4-9]\d)\d{12}|"
    r"35(?:2[89]|[3-8]\d)\d{12}|3(?:0[0-5]|09|[689]\d)\d{11}|62\d{14,17}|(?:2131|1800)\d{11}|(?:5018|5020|5038|5893|6304|6759|"
    r"676[1-3])\d{8,15}|(?:50|5[6-9]|6[0-9])\d{14}"
)
_CARD_WORD = late(r"\b(?:cards?|cc|visa|mastercard|amex|maestro|tarjeta|carte|kart[aey]|kort|kreditkarte)\b", re.IGNORECASE)
_NRB = late(r"(?<![\w.,])\d{2}(?:[ -]?\d{4}){6}(?![\w])")
_IBAN = late(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ \u00a0-]?[A-Za-z0-9]{1,4}){3,8}(?![A-Za-z0-9])")
_IBAN_WORD = late(r"\b(?:iban|account|konto\w*|rachun\w+|cuenta|compte|kontonummer|bank\w*)\b", re.IGNORECASE)
_IPV4 = late(r"(?<![\w.-])\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2})?(?![\w-]|\.\d)")
_IPV6 = late(
    r"(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}(?:[0-9A-Fa-f]{1,4}|(?:\d{1,3}\.){3}\d{1,3})?(?:%\w{1,16})?(?:/\d{1,3})?(?![\w:]|\.\d)"
)
_VERSION_BEFORE = late(
    r"(?:\bv|version|release|build|ver\.?|rev\.?|section|§|rfc|iso|chapter|firmware|driver)\s?[:=]?\s?\"?$", re.IGNORECASE
)
_MAC = late(
    r"(?<![\w:-])[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![\w:-])|"
    r"(?<![\w.])(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}(?![\w.])"
)
_CRYPTO = late(r"(?<![A-Za-z0-9])(?:[13][1-9A-HJ-NP-Za-km-z]{25,34}|bc1[02-9ac-hj-np-z]{11,87}|0x[0-9a-fA-F]{40})(?![A-Za-z0-9])")
_PROFILE = late(
    r"(?<![\w.-])(?:https?://)?(?:www\.|m\.|[a-z]{2}\.)?(?:linkedin\.com/(?:in|pub)/|facebook\.com/(?!(?:help|policies|"
    r"business|groups|events)\b)|"
    r"instagram\.com/(?!(?:p|explore|reel)/)|(?:twitter|x)\.com/(?!(?:i|home|search|intent|share|hashtag)\b)|t\.me/|wa\.me/|"
    r"tiktok\.com/@|"
    r"reddit\.com/u(?:ser)?/|snapchat\.com/add/|medium\.com/@|paypal\.me/|venmo\.com/u?/?|keybase\.io/|"
    r"github\.com/(?=[\w-]{1,39}/?(?:$|[\s)\]>,;\"'])))"
    r"[\w.@%-]{2,80}/?",
    re.IGNORECASE,
)
_PROFILE_HOST_WORDS = """
    linkedin.com/ facebook.com/ instagram.com/ twitter.com/ x.com/ t.me/ wa.me/ tiktok.com/ reddit.com/ snapchat.com/ medium.com/
    paypal.me/ venmo.com/ keybase.io/ github.com/
"""
_PROFILE_HOSTS = tuple(_PROFILE_HOST_WORDS.split())
_HOME = late(
    r"(?<![\w.])(?:/home/|/Users/|/var/home/|[A-Za-z]:(?:\\{1,2}|/)(?:Users|Documents and Settings)(?:\\{1,2}|"
    r"/))([^\s/\\:\"'<>|*?$%{}`,;)\]]{2,64})"
)
_USER_QUERY = late(
    r"[?&;](?:user(?:_?name|_?id)?|login|name|first_?name|last_?name|e?mail|phone|account|"
    r"customer(?:_?id)?)=([^\s&#\"'<>${}]{2,100})",
    re.IGNORECASE,
)
# Home folders that belong to software, to everybody or to nobody in particular.
_NOBODY_WORDS = """
    user users username you your me public shared default guest root admin administrator ubuntu debian runner vagrant app apps
    node git www www-data jenkins circleci travis runneradmin vsts vscode codespace ec2-user centos pi linuxbrew python
    postgres mysql redis docker nobody home name yourname your-name youruser someone foo bar test tmp data dev deploy build
    nonroot library
"""
_NOBODY = frozenset(_NOBODY_WORDS.split())


def identifiers(text: str, start: int, end: int) -> Iterator[Finding]:
    """Every identifier that begins in [start, end)."""
    stop = min(len(text), end + _REACH)
    numbers = (_cards, _ibans, _bare_accounts) if _LONG_NUMBER.search(text, start, stop) else ()
    for detect in (_emails, *numbers, _machines, _links):
        for finding in detect(text, start, stop):
            if finding.start < end:
                yield finding


def _emails(text: str, start: int, stop: int) -> Iterator[Finding]:
    if text.find("@", start, stop) >= 0:
        for match in _EMAIL.finditer(text, start, stop):
            first = match.start() + (len(match[0]) - len(match[0].lstrip(".-")))
            login = _LOGIN.search(text, max(0, match.start() - 100), match.start()) is not None
            if match[0].partition("@")[0] != "git" and first < match.end() and not login:
                yield Finding(first, match.end(), "EMAIL", "e-mail address", 0.99)
    low = text[start:stop].lower()
    if any(mark in low for mark in ("[at]", "(at)", "{at}", "<at>", " at ]", " at )")):
        for match in _EMAIL_SPOKEN.finditer(text, start, stop):
            yield Finding(match.start(), match.end(), "EMAIL", "e-mail address, spelt out", 0.9)


def _cards(text: str, start: int, stop: int) -> Iterator[Finding]:
    for match in _CARD.finditer(text, start, stop):
        digits = "".join(filter(str.isdigit, match[0]))
        if not digits.isascii():
            continue
        if not _ISSUER.fullmatch(digits) and not _CARD_WORD.search(text, max(0, match.start() - 30), match.start()):
            continue
        from stdnum import luhn  # imported here: python-stdnum costs 26 ms and most messages hold no candidate

        if luhn.is_valid(digits):
            yield Finding(match.start(), match.end(), "CARD", "payment card, check digit right", 0.97)


def _ibans(text: str, start: int, stop: int) -> Iterator[Finding]:
    for match in _IBAN.finditer(text, start, stop):
        from stdnum import iban  # as above

        end = match.end()
        labelled = _IBAN_WORD.search(text, max(0, match.start() - 40), match.start()) is not None
        while end - match.start() >= 15:
            value = text[match.start() : end].replace("\u00a0", " ")
            if iban.is_valid(value):
                yield Finding(match.start(), end, "IBAN", "bank account, check digits right", 0.98)
                break
            cut = max(text.rfind(mark, match.start(), end) for mark in (" ", "-", "\u00a0"))
            if cut < 0:
                break
            end = cut
        else:
            end = 0
        whole = match[0]
        if labelled and (end == 0 or (end == match.end() and not iban.is_valid(whole))):
            digits = sum(c.isdigit() for c in whole)
            if digits >= 10 and whole[:2].isupper():
                yield Finding(match.start(), match.end(), "IBAN", "named as a bank account", 0.8)


def _bare_accounts(text: str, start: int, stop: int) -> Iterator[Finding]:
    """Polish accounts are written without their country: 26 digits whose check holds with PL before them."""
    for match in _NRB.finditer(text, start, stop):
        from stdnum import iban  # as above

        if iban.is_valid("PL" + match[0]):
            yield Finding(match.start(), match.end(), "IBAN", "bank account, check digits right", 0.95)


def _machines(text: str, start: int, stop: int) -> Iterator[Finding]:
    for match in _IPV4.finditer(text, start, stop):
        address = _address(match[0])
        named_version = _VERSION_BEFORE.search(text, max(0, match.start() - 12), match.start())
        if address is not None and not _says_nothing(address) and not named_version:
            yield Finding(match.start(), match.end(), "IP", "address of a machine", 0.9)
    for match in _CRYPTO.finditer(text, start, stop):
        from stdnum import bitcoin  # as above

        if match[0].startswith("0x") or bitcoin.is_valid(match[0]):
            yield Finding(match.start(), match.end(), "ID", "address of a wallet", 0.95)
    if text.count(":", start, stop) < 2 and text.count(".", start, stop) < 2 and text.count("-", start, stop) < 5:
        return
    for match in _IPV6.finditer(text, start, stop):
        groups = [g for g in re.split(r"[:/%]", match[0]) if g]
        address = _address(match[0])
        telling = (len(groups) >= 3 or (len(groups) == 2 and len(groups[0]) == 4)) and any(c.isdigit() for c in match[0])
        if address is not None and telling and not _says_nothing(address):
            yield Finding(match.start(), match.end(), "IP", "address of a machine", 0.9)
    for match in _MAC.finditer(text, start, stop):
        plain = "".join(c for c in match[0].lower() if c.isalnum())
        if len(set(plain)) > 2 and plain != "aabbccddeeff":
            yield Finding(match.start(), match.end(), "MAC", "hardware address", 0.95)


def _address(value: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_interface(value).ip
    except ValueError:
        return None


def _says_nothing(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Loopback, unspecified, netmasks and broadcast are the same on every machine."""
    masks = address.version == 4 and str(address).split(".")[0] in {"0", "255"}
    return address.is_loopback or address.is_unspecified or masks


def _links(text: str, start: int, stop: int) -> Iterator[Finding]:
    if text.find("/", start, stop) < 0 and text.find("\\", start, stop) < 0:
        return
    for match in _HOME.finditer(text, start, stop):
        if match[1].lower() not in _NOBODY and not match[1].startswith((".", "<", "[")):
            yield Finding(match.start(1), match.end(1), "USER", "name of a home folder", 0.85)
    low = text[start:stop].lower()
    if any(host in low for host in _PROFILE_HOSTS):
        for match in _PROFILE.finditer(text, start, stop):
            yield Finding(match.start(), match.end(), "URL", "personal page", 0.8)
    if text.find("?", start, stop) >= 0:
        for match in _USER_QUERY.finditer(text, start, stop):
            yield Finding(match.start(1), match.end(1), "USER", "user named in an address", 0.75)
