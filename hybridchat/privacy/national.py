"""Numbers that states, banks and firms give to people: by their checks where the shape is telling, else by the word before them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Protocol, cast

from hybridchat.facts import Finding

# module of python-stdnum, shape of a candidate. Shapes with no separator are listed only where the check is strong
# (two check digits, or a date inside): a single check digit lets one number in ten through.
_ROWS: tuple[tuple[str, str], ...] = (
    ("es.dni", r"\d{2}\.?\d{3}\.?\d{3}-?[A-Za-z]"),
    ("es.nie", r"[XYZxyz]-?\d{7}-?[A-Za-z]"),
    ("fr.nir", r"[12]\d{4}(?:\d\d|2[AB])\d{8}"),
    ("pl.pesel", r"\d{11}|\d{6}-\d{5}"),
    ("pl.nip", r"\d{3}-\d{3}-\d{2}-\d{2}|\d{3}-\d{2}-\d{2}-\d{3}"),
    ("dk.cpr", r"\d{6}-\d{4}"),
    ("it.codicefiscale", r"[A-Za-z]{6}\d{2}[A-Za-z]\d{2}[A-Za-z]\d{3}[A-Za-z]"),
    ("be.nn", r"\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}|\d{11}"),
    ("pt.cc", r"\d{9}[A-Z]{2}\d"),
    ("se.personnummer", r"\d{6}[-+]\d{4}|\d{8}-?\d{4}"),
    ("fi.hetu", r"\d{6}[-+A-FU-Ya-fu-y]\d{3}[0-9A-Za-z]"),
    ("no.fodselsnummer", r"\d{11}|\d{6} ?\d{5}"),
    ("ch.ssn", r"756\.?\d{4}\.?\d{4}\.?\d{2}"),
    ("us.ssn", r"\d{3}-\d{2}-\d{4}|\d{3}\.\d{2}\.\d{4}"),
    ("us.itin", r"9\d{2}-[5-9]\d-\d{4}"),
    ("br.cpf", r"\d{3}\.\d{3}\.\d{3}-\d{2}"),
    ("br.cnpj", r"\d{2}\.\d{3}\.\d{3}/\d{4}-\d{2}"),
    ("in_.pan", r"[A-Z]{3}[ABCFGHLJPTK][A-Z]\d{4}[A-Z]"),
    ("in_.gstin", r"\d{2}[A-Z]{5}\d{4}[A-Z][0-9A-Z]Z[0-9A-Z]"),
    ("in_.epic", r"[A-Z]{3}\d{7}"),
    ("in_.aadhaar", r"\d{4}-\d{4}-\d{4}"),
    ("mx.curp", r"[A-Z]{4}\d{6}[HM][A-Z]{5}[0-9A-Z]\d"),
    ("mx.rfc", r"[A-Z&Ñ]{4}\d{6}[0-9A-Z]{3}"),
    ("ar.cuit", r"\d{2}-\d{8}-\d"),
    ("cl.rut", r"\d{1,2}\.\d{3}\.\d{3}-[\dkK]"),
    ("za.idnr", r"\d{13}"),
    ("kr.rrn", r"\d{6}-\d{7}"),
    ("kr.brn", r"\d{3}-\d{2}-\d{5}"),
    ("cn.ric", r"\d{17}[\dXx]"),
    ("th.pin", r"\d-\d{4}-\d{5}-\d{2}-\d"),
    ("tr.tckimlik", r"\d{11}"),
    ("ie.pps", r"\d{7}[A-W][A-IW]?"),
    ("cz.rc", r"\d{6}/\d{4}"),
    ("ro.cnp", r"[1-8]\d{12}"),
    ("hr.oib", r"HR\d{11}"),
    ("nl.btw", r"NL\d{9}B\d{2}"),
)
_ANY_SHAPE = re.compile("|".join(f"(?:{shape})" for _, shape in _ROWS))
# The same for numbers written in groups with spaces, which a single token cannot hold.
_SPACED: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("fr.nir", re.compile(r"(?<![\w.])[12] \d\d \d\d (?:\d\d|2[AB]) \d{3} \d{3}(?: \d\d)(?!\w)")),
    ("fr.siret", re.compile(r"(?<![\w.,])\d{3} \d{3} \d{3} \d{5}(?![\w])")),
    ("in_.aadhaar", re.compile(r"(?<![\w.,])(?<!\d )[2-9]\d{3} \d{4} \d{4}(?![\w]| \d)")),
    ("au.abn", re.compile(r"(?<![\w.,])(?<!\d )\d{2} \d{3} \d{3} \d{3}(?![\w]| \d)")),
    ("us.ssn", re.compile(r"(?<![\w.,])(?<!\d )\d{3} \d{2} \d{4}(?![\w]| \d)")),
)
# Shapes without a public check: British National Insurance, American Medicare, British driving licence.
_SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("National Insurance number", re.compile(r"(?<![A-Za-z0-9])[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D](?![A-Za-z0-9])")),
    ("Medicare number", re.compile(r"(?<![\w-])[1-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d-[AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d-[AC-HJKMNP-RT-Y]{2}\d\d(?![\w-])")),
    ("driving licence", re.compile(r"(?<![\w-])[A-Z][A-Z9]{4}\d[0156]\d[0-3]\d\d[A-Z][A-Z9]\d[A-Z]{2}(?![\w-])")),
)

_TOKEN = re.compile(r"(?<![\w.@/+-])(?=[A-Za-z]{0,6}-?\d)[A-Za-z0-9]{1,18}(?:[.\-/+][A-Za-z0-9]{1,18}){0,5}(?![\w@]|[.,/-]\d)")
_NUMBER = re.compile(
    r"(?<![\w@])(?:[A-Z]{1,4}[ -]?)?\d[\dA-Za-z]{0,20}(?:[ ./\-][A-Z]{0,3}\d[\dA-Za-z]{0,20}){0,6}(?:[ -][A-Z](?![\w]))?(?!\w)|"
    r"(?<![\w@-])(?=[A-Za-z]{0,9}\d)[A-Za-z0-9-]{6,24}(?![\w@])"
)

# Whole words, many languages: the number that follows one of them belongs to somebody.
_CONTEXT = re.compile(
    r"(?<!\w)(?:"
    # English
    r"ssns?|social security|passports?|driv(?:er|ing)(?:['’]?s)? licen[cs]es?|licen[cs]e(?: plates?| numbers?| no)|national id\w*|identity (?:card|number)|"
    r"(?:tax|taxpayer|voter|patient|member|customer|client|employee|student|user|account|policy|case|claim|badge|personal|insurance|medical|health|"
    r"beneficiary|subscriber|group|employer|applicant|provider|staff|payroll|resident|permit|visa|alien|military|service|registration|certificate|"
    r"loan|reservation|booking|confirmation|cheque|check|card|application|docket|file|record|chart|routing|bank|transit|plot|parcel)"
    r" ?(?:id|ids|numbers?|nos?|nr|code|#|identification(?: number)?)|"
    r"tin|itin|ein|vat(?: number| id| no)?|nhs(?: number| no)?|national insurance|nino|npi|dea(?: registration| number)?|mrn|medical record|medicare|medicaid|"
    r"id (?:number|no|card|code)|acct|a/c|account|accounts|sort code|swift|bic|vin|imei|plates?|pin(?: code)?|cvv2?|cvc|ccn|credit card|debit card|"
    r"iban|bank account|phi|policyholder|applications? ?\(?nos?|cases? nos?|pps|eori|abn|tfn|sin|aadhaar|pan|gstin|"
    # Spanish
    r"dni|nie|nif|cif|pasaporte|seguridad social|c[eé]dula|curp|rfc|rut|cuit|cuil|cuenta(?: bancaria)?|expediente|p[oó]liza|matr[ií]cula|tarjeta|"
    r"n[uú]mero de (?:cliente|identificaci[oó]n|afiliaci[oó]n|cuenta|socio|expediente|tel[eé]fono)|demanda \(?n[uú]m|demanda n[º°o]|"
    # French
    r"s[eé]curit[eé] sociale|passeport|permis de conduire|carte (?:d['’]identit[eé]|vitale|bancaire)|siret|siren|nir|requ[eê]tes? ?\(?n?[o°os]{0,2}|"
    r"dossier|compte(?: bancaire)?|immatriculation|police d['’]assurance|num[eé]ro (?:de client|client|fiscal|d['’]adh[eé]rent)|parcelles?|"
    # Polish
    r"pesel|nip|regon|krs|dow[oó]d\w*(?: osobist\w+)?|dow[oó]du|seria i numer|paszport\w*|rachun\w+|kont[oa]|sygn\w*(?: akt)?|polis[ay]|"
    r"rejestracyjn\w+(?: pojazdu)?|prawo jazdy|prawa jazdy|(?:numer|nr) (?:klienta|umowy|ewidencyjny|legitymacji|albumu|karty|sprawy|dzia[lł]ki)|"
    # Danish
    r"cpr(?:-?(?:nr|nummer))?|personnummer|cvr|pas(?:nummer|nr)|k[oø]rekort\w*|konto(?:nummer|nr)?|reg\.? ?nr|sags(?:nummer|nr)|kunde(?:nummer|nr)|journalnr|"
    r"nummerplade|"
    # German
    r"steuer-?id\w*|idnr|steuer(?:nummer|nr)|(?:personal)?ausweis\w*|reisepass\w*|f[uü]hrerschein\w*|kunden(?:nummer|nr)|versicherte?n?(?:nummer|nr)|"
    r"versicherungs(?:nummer|nr)|sozialversicherungs\w*|rentenversicherungs\w*|aktenzeichen|az|kennzeichen|vertrags(?:nummer|nr)|patienten(?:nummer|nr)|"
    r"mitglieds(?:nummer|nr)|"
    # others
    r"codice fiscale|partita iva|bsn|burgerservicenummer|hetu|henkil[oö]tunnus|personnummer|f[oø]dselsnummer|cpf|cnpj|nric|kimlik"
    r")(?!\w)",
    re.IGNORECASE,
)
_GAP = re.compile(
    r"[\s:#=|(\"'*._-]*(?:(?:is|was|are|no|nos|number|numbers|num|id|es|est|to|jest|er|ist|n[uú]m|numero|num[eé]ro|numer|nr|nummer|lautet|of|for|my|the|and|"
    r"n[°ºo]|with|ending|in|pojazdu|bankowego|vehicle|plate|card|de|del|du|registration|licen[cs]e|code)[\s:#=|(\"'*.°º-]*){0,4}",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d(?:[-/.]\d{1,2}){0,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)?\d\d")


class _Check(Protocol):
    def is_valid(self, number: str) -> bool: ...


def national_ids(text: str, start: int, end: int) -> Iterator[Finding]:
    """Every identity, tax, account or case number that begins in [start, end)."""
    stop = min(len(text), end + 60)
    for match in _TOKEN.finditer(text, start, stop):
        name = _checked(match[0]) if match.start() < end else None
        if name is not None:
            yield Finding(match.start(), match.end(), "ID", name, 0.9)
    for module, pattern in _SPACED:
        for match in pattern.finditer(text, start, stop):
            if match.start() < end and _check(module).is_valid(match[0]):
                yield Finding(match.start(), match.end(), "ID", f"passes the check of {module}", 0.85)
    for name, pattern in _SHAPES:
        for match in pattern.finditer(text, start, stop):
            if match.start() < end:
                yield Finding(match.start(), match.end(), "ID", name, 0.8)
    yield from _named(text, start, end, stop)


def _checked(token: str) -> str | None:
    if _ANY_SHAPE.fullmatch(token) is None:
        return None
    fitting = (module for module, shape in _ROWS if re.fullmatch(shape, token))
    return next((f"passes the check of {module}" for module in fitting if _check(module).is_valid(token)), None)


def _check(module: str) -> _Check:
    # imported here: python-stdnum costs 26 ms, and most messages hold no candidate
    return cast("_Check", import_module(f"stdnum.{module}"))


def _named(text: str, start: int, end: int, stop: int) -> Iterator[Finding]:
    for match in _NUMBER.finditer(text, start, stop):
        if match.start() >= end:
            return
        digits = sum(c.isdigit() for c in match[0])
        if digits < 3 or _YEAR.fullmatch(match[0]):
            continue
        word = _word_before(text, match.start())
        if word is not None and (digits >= 4 or "/" in match[0]):
            yield Finding(match.start(), match.end(), "ID", f"number after “{word}”", 0.75)


def _word_before(text: str, at: int) -> str | None:
    """The context word that announces the number at `at`, if only filler stands between."""
    window = max(0, at - 70)
    if window > 0:
        while window < at and (text[window - 1].isalnum() and text[window].isalnum()):
            window += 1
    last = None
    for last in _CONTEXT.finditer(text, window, at):
        pass
    if last is None or text.count("\n", last.end(), at) > 1:
        return None
    return last[0] if _GAP.fullmatch(text, last.end(), at) else None
