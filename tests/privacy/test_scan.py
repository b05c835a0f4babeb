"""What is found, what is left alone, and that the indices are exact."""

from __future__ import annotations

import random
import socket
import string
from collections.abc import Callable
from itertools import pairwise
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridchat.facts import Finding
from hybridchat.privacy import scan as module
from hybridchat.privacy.scan import ScanError, Terms, merge, scan, slices
from hybridchat.privacy.words import WordIndex

# Keys are put together here so that nobody's scanner takes this file for a leak.
HEX32 = "3f9a" + "1c7e" * 3 + "b05d" + "88e2" + "6a41" + "d7c0"
HEX64 = HEX32[::-1] + HEX32
ALNUM36 = "aZ3kQ9mT7xW2bN5vR8cY" + "1dF6gH4jL0pS9uE2"
GITHUB = "gh" + "p_" + ALNUM36
STRIPE = "sk" + "_live_" + ALNUM36[:24]
AWS = "AK" + "IA" + "Q7ZN3PLM2XK9VB4T"
JWT = "ey" + "JhbGciOiJIUzI1NiJ9" + "." + "eyJzdWIiOiI5OTg4NzcifQ" + "." + ALNUM36
PEM = "-----BEGIN RSA " + "PRIVATE KEY-----\n" + (ALNUM36 + "\n") * 4 + "-----END RSA PRIVATE KEY-----"

FOUND: list[tuple[str, str, str]] = [
    # e-mail
    ("write to ana.ruiz@example.org today", "EMAIL", "ana.ruiz@example.org"),
    ("<mailto:jörg@bücher.example>", "EMAIL", "jörg@bücher.example"),
    ("mail o_k+tag@sub.domain.co.uk, please", "EMAIL", "o_k+tag@sub.domain.co.uk"),
    ("reach me at ana [at] example [dot] org", "EMAIL", "ana [at] example [dot] org"),
    # cards
    ("4111 1111 1111 1111", "CARD", "4111 1111 1111 1111"),
    ("card 5555-5555-5555-4444 expires soon", "CARD", "5555-5555-5555-4444"),
    ("amex 378282246310005.", "CARD", "378282246310005"),
    # bank accounts
    ("pay GB29 NWBK 6016 1331 9268 19 by noon", "IBAN", "GB29 NWBK 6016 1331 9268 19"),
    ("konto DE89370400440532013000", "IBAN", "DE89370400440532013000"),
    ("przelew 61 1090 1014 0000 0712 1981 2874", "IBAN", "61 1090 1014 0000 0712 1981 2874"),
    # phones
    ("call +34 612 34 56 78 tonight", "PHONE", "+34 612 34 56 78"),
    ("(212) 555-0187 is mine", "PHONE", "(212) 555-0187"),
    ("tel. 01 42 68 53 00", "PHONE", "01 42 68 53 00"),
    ("mon portable : 06 12 34 56 78", "PHONE", "06 12 34 56 78"),
    ("tlf. 32 12 34 56", "PHONE", "32 12 34 56"),
    ("zadzwoń: 512 345 678", "PHONE", "512 345 678"),
    # machines
    ("ssh to 192.168.7.23 first", "IP", "192.168.7.23"),
    ("via 2001:db8:85a3::8a2e:370:7334", "IP", "2001:db8:85a3::8a2e:370:7334"),
    ("mac 00:1B:44:11:3A:B7", "MAC", "00:1B:44:11:3A:B7"),
    ("mac 00-1B-44-11-3A-B7", "MAC", "00-1B-44-11-3A-B7"),
    ("a@xn--d1acufc.xn--p1ai", "EMAIL", "a@xn--d1acufc.xn--p1ai"),
    # national and other ids
    ("SSN 536-90-4399", "ID", "536-90-4399"),
    ("mi DNI es 12345678Z", "ID", "12345678Z"),
    ("NIE X1234567L", "ID", "X1234567L"),
    ("PESEL 44051401359", "ID", "44051401359"),
    ("cpr 211062-5629", "ID", "211062-5629"),
    ("RSSMRA85T10A562S", "ID", "RSSMRA85T10A562S"),
    ("passport number: C01X00T47", "ID", "C01X00T47"),
    ("numéro de sécurité sociale 2 95 10 99 126 111 93", "ID", "2 95 10 99 126 111 93"),
    ("Aktenzeichen: 12345/24", "ID", "12345/24"),
    ("account no. 00123456", "ID", "00123456"),
    ("CPF 390.533.447-05", "ID", "390.533.447-05"),
    ("send to SW1A 1AA please", "ID", "SW1A 1AA"),
    ("a black Golf, AB70 DEF", "ID", "AB70 DEF"),
    ("130 692 544", "ID", "130 692 544"),
    ("34 ABC 1234", "ID", "34 ABC 1234"),
    ("KVNR: A123456780", "ID", "A123456780"),
    ("M123456785", "ID", "M123456785"),
    ("tip 16Yeky6GMjeNkAiNcBY7ZhrLoMSgg1BoyZ", "ID", "16Yeky6GMjeNkAiNcBY7ZhrLoMSgg1BoyZ"),
    ("0612345678\n", "PHONE", "0612345678"),
    # links and folders
    ("see https://www.linkedin.com/in/ana-ruiz-81", "URL", "https://www.linkedin.com/in/ana-ruiz-81"),
    ("cat /home/anaruiz/notes.txt", "USER", "anaruiz"),
    (r"open C:\Users\ana.ruiz\Desktop", "USER", "ana.ruiz"),
    ("https://shop.example/?user=anaruiz&page=2", "USER", "anaruiz"),
    ("summarise https://intranet.kolibri-bau.dk/wages/2026.", "URL", "https://intranet.kolibri-bau.dk/wages/2026"),
    ("is www.kolibri-bau.dk down?", "URL", "www.kolibri-bau.dk"),
    # secrets
    (f"use {GITHUB} for now", "SECRET", GITHUB),
    (f"stripe {STRIPE}", "SECRET", STRIPE),
    (f"id={AWS}", "SECRET", AWS),
    (f"cookie {JWT}", "SECRET", JWT),
    (f"key:\n{PEM}\nbye", "SECRET", PEM),
    ("postgres://app:s3cr3tpw@db.internal/x", "SECRET", "s3cr3tpw"),
    ("DB_PASSWORD=Tr0ub4dor3", "SECRET", "Tr0ub4dor3"),
    ('password = "correcthorse"', "SECRET", "correcthorse"),
    ('"client_secret": "9dK2mP7xQ4"', "SECRET", "9dK2mP7xQ4"),
    ("my password is hunter2!", "SECRET", "hunter2"),
    ("my password is sunshine", "SECRET", "sunshine"),
    ("mi contraseña es Luna2019", "SECRET", "Luna2019"),
    ("mon mot de passe est Soleil44", "SECRET", "Soleil44"),
    ("moje hasło to Kwiatek7", "SECRET", "Kwiatek7"),
    ("min adgangskode er Sommer22", "SECRET", "Sommer22"),
    ("mein Passwort lautet Winter33", "SECRET", "Winter33"),
    (f"Authorization: Bearer {ALNUM36}", "SECRET", ALNUM36),
    (f"curl 'https://x.example/a?access_token={ALNUM36}'", "SECRET", ALNUM36),
    (f"the signing key: {HEX64}", "SECRET", HEX64),
    ("mysql -u root --password Zeppelin9 shop", "SECRET", "Zeppelin9"),
    ("CREATE USER bo IDENTIFIED BY 'Qwerty99';", "SECRET", "Qwerty99"),
    (f'{{"kty": "OKP", "crv": "Ed25519", "d": "{ALNUM36}"}}', "SECRET", ALNUM36),
]

LEFT_ALONE = [
    "python 3.11.4 and node v20.11.1-rc.2",
    "it was 12:30:45 on 2024-05-17T08:30:00Z",
    "commit 0150a26ae19dcdb8256e7ae069fa6b2227c28885",
    "id 123e4567-e89b-12d3-a456-426614174000",
    "ISBN 978-3-16-148410-0",
    "between 1914 and 1918, then 1939-1945",
    "the value 3.14159265358979 and 40 000 000 people",
    "card 4111 1111 1111 1112 has a wrong check digit",
    "listen on 127.0.0.1 or 0.0.0.0, mask 255.255.255.0",
    "std::vector<int>::iterator and a::b",
    "version 10.0.19.2 of the driver",
    "icon@2x.png",
    '{"kty": "RSA", "use": "sig", "e": "AQAB"}',
    '{"p": "the_quick_brown_fox_jumps"}',
    "@property def x(self): ...",
    "password = os.environ['DB_PASSWORD']",
    "password: <your password>",
    "token = ${API_TOKEN}",
    "API_KEY=xxxxxxxxxxxxxxxx",
    "secret = config.secret",
    "token = get_token(user)",
    "the password is required",
    "la contraseña es incorrecta",
    "max_tokens: 4096",
    "password: string;",
    '"integrity": "sha512-b2+EL+ud5JELA877SCX+Cvg/s1cTf2jfvILH/iaui4dAN3PFyBoLdYHP3s4aILtkX6DIF8SyE+8d5VQStFJtlA=="',
    "cd /home/user && ls /Users/Shared",
    "https://docs.python.org/3/library/re.html?highlight=token",
    "bypass: true, compass: 90deg, monkey: 12",
    "1,234,567.89 EUR",
    "see section 4.2.1.3",
    "x = [1, 2, 3, 15, 33, 1422]",
    "-----BEGIN PUBLIC KEY-----\nMFwwDQYJKoZIhvcNAQEBBQADSwAwSAJB\n-----END PUBLIC KEY-----",
    "git@github.com:someone/thing.git",
    "see RFC 7231 and y = sin(12345)",
    "nie 1000 zł, pas 1500 euros, il compte 3000 habitants, la ciudad cuenta 1200",
    "docker run -u 1000:1000 busybox",
    "accounts for 4000 of them",
    "see https://www.youtube.com/t/terms and https://github.com/a/b",
    '[the site](https://kolibri-bau.dk/x), <a href="https://kolibri-bau.dk">',
    "https://kolibri-bau.dk/docs/install and http://localhost:8000/x and https://{host}/x",
    "12345678",
    "130 692 545",
    "12 MAY 2024",
    "use the password to unlock it",
    "server-public-key: AAAAB3NzaC1yc2EAAAADAQABAAABAQC0JFhoEgrl5",
    "API_KEY=\nREGION=eu-west-1",
    '<input type="password" id="verify" name="verify">',
    "app.secret = values[SecretName]",
    "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
    "AIza" + "Syabcdefghijklmnopqrstuvwxyz1234567",
]


@pytest.mark.parametrize(("text", "kind", "value"), FOUND)
def test_it_is_found_exactly(text: str, kind: str, value: str) -> None:
    found = scan(text)
    assert (kind, value) in [(f.kind, text[f.start : f.end]) for f in found], found


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_look_alikes_are_left_alone(text: str) -> None:
    assert [(f.kind, text[f.start : f.end], f.reason) for f in scan(text)] == []


def test_code_is_spared_but_not_secrets_mail_and_own_terms() -> None:
    code = f"```python\nhost = '10.20.30.40'\nn = '4111 1111 1111 1111'\nmail = 'a@b.example'\nk = '{GITHUB}'\nacme = 1\n```"
    found = {f.kind for f in scan(code, Terms(("Acme",)))}
    assert found == {"EMAIL", "SECRET", "TERM"}


@pytest.mark.parametrize("tag", ["", "csv", "json", "yaml", "sql", "log", "text"])
def test_fences_of_data_are_scanned_in_full(tag: str) -> None:
    data = f"```{tag}\n7, 10.20.30.40, 4111 1111 1111 1111\n```"
    assert [f.kind for f in scan(data)] == ["IP", "CARD"]


def test_own_terms_ignore_case_accents_and_spacing() -> None:
    text = "Łódź: PROJEKT  świt, projekt\nSwit; projektu świt"
    found = scan(text, Terms(("Projekt Świt",)))
    assert [text[f.start : f.end] for f in found] == ["PROJEKT  świt", "projekt\nSwit"]
    assert {f.kind for f in found} == {"TERM"}


@pytest.mark.parametrize(
    ("text", "term", "expected"),
    [
        ("Die STRASSE und die Straße.", "straße", ["STRASSE", "Straße"]),
        ("Jose\u0301 came, José left", "jose", ["Jose\u0301", "José"]),
        ("\u0130stanbul ve istanbul", "Istanbul", ["\u0130stanbul", "istanbul"]),
        ("ﬁrma Fintech", "firma", ["ﬁrma"]),
        ("𝔸na 😀 Ana", "ana", ["𝔸na", "Ana"]),
        ("我在北京工作", "北京", ["北京"]),
        ("soft\u00adware co\u200bmpany", "company", ["co\u200bmpany"]),
        ("C++ and C", "c++", ["C++"]),
    ],
)
def test_folding_that_changes_lengths_keeps_indices_exact(text: str, term: str, expected: list[str]) -> None:
    assert [text[a:b] for a, b, _ in WordIndex((term,)).find(text)] == expected
    covered = {i for f in scan(text, Terms((term,))) for i in range(f.start, f.end)}
    assert all(set(range(text.index(word), text.index(word) + len(word))) <= covered for word in expected)


def test_terms_stand_at_word_boundaries() -> None:
    assert scan("Willing, goodwill, will_power", Terms(("Will",))) == ()


def test_a_word_on_the_never_list_is_shown() -> None:
    text = "Acme Support <help@acme.example>, Acme Rocket"
    found = scan(text, Terms(("Acme", "Acme Rocket"), ("help@acme.example", "acme")))
    assert [text[f.start : f.end] for f in found] == ["Acme", "Acme Rocket"]


def test_overlaps_become_one_finding_that_uncovers_nothing() -> None:
    a, b, c = Finding(0, 10, "EMAIL", "", 0.9), Finding(8, 14, "PHONE", "", 0.5), Finding(20, 30, "URL", "", 0.5)
    inner = Finding(22, 26, "SECRET", "", 0.9)
    merged = merge([c, a], [inner, b])
    assert [(f.start, f.end, f.kind) for f in merged] == [(0, 14, "EMAIL"), (20, 30, "SECRET")]


def test_a_term_inside_an_address_hides_the_whole_address() -> None:
    text = "ana@acme.example"
    assert [(f.kind, f.start, f.end) for f in scan(text, Terms(("acme",)))] == [("EMAIL", 0, len(text))]


def test_two_numbers_in_a_row_stay_two_findings() -> None:
    text = "cards 4111 1111 1111 1111 5555-5555-5555-4444 and ana@b.example bo@b.example"
    cards = [text[f.start : f.end] for f in scan(text) if f.kind == "CARD"]
    assert cards == ["4111 1111 1111 1111", "5555-5555-5555-4444"]
    assert sum(f.kind == "EMAIL" for f in scan(text)) == 2


def test_findings_far_into_a_huge_text_have_exact_indices() -> None:
    filler = "Some words without any meaning. " * 2_000
    text = filler + "mail ana@b.example now\n\n" + filler + f"and {GITHUB} too"
    assert [text[f.start : f.end] for f in scan(text)] == ["ana@b.example", GITHUB]


@pytest.mark.parametrize("before", ["AWS_SESSION_TOKEN=", '"access_token": "', '{"kty": "RSA", "d": "', "{'kty': 'RSA', 'd': '"])
@pytest.mark.parametrize("words", [0, 4_850])
def test_a_long_secret_is_found_whole_wherever_it_lies(before: str, words: int) -> None:
    """The second place is the edge of a slice."""
    value = "".join(random.Random(7).choices(string.ascii_letters + string.digits, k=900))
    text = f"{'x y ' * words}\n{before}{value}{before[-1] if before[-1] != '=' else ''}\n{'y z ' * 2_000}"
    at = text.index(value)
    hidden = [range(f.start, f.end) for f in scan(text) if f.kind == "SECRET"]
    assert all(any(n in one for one in hidden) for n in range(at, at + len(value)))


def test_a_value_on_the_edge_of_a_slice_is_found_whole() -> None:
    for shift in range(40):
        text = "x" * (module.SLICE - 20 - shift) + " 4111 1111 1111 1111 " + "y" * 100
        assert [text[f.start : f.end] for f in scan(text)] == ["4111 1111 1111 1111"]


def test_slices_cover_the_text_in_order() -> None:
    text = ("word " * 300 + "\n\n") * 40 + "z" * 50_000
    cuts = list(slices(text))
    assert cuts[0][0] == 0
    assert cuts[-1][1] == len(text)
    assert all(a[1] == b[0] for a, b in pairwise(cuts))
    assert max(b - a for a, b in cuts) <= module.SLICE


def test_a_detector_that_raises_is_a_scan_error_and_quotes_nothing() -> None:
    class Hostile(str):
        __slots__ = ()

        def __getitem__(self, key: object) -> str:
            raise RuntimeError("4111 1111 1111 1111")

    with pytest.raises(ScanError) as caught:
        scan(Hostile("4111 1111 1111 1111"))
    assert "4111" not in str(caught.value)


def test_scanning_opens_no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("the network was touched")

    monkeypatch.setattr(socket, "socket", forbidden)
    monkeypatch.setattr(socket, "getaddrinfo", forbidden)
    for text, _, _ in FOUND:
        scan(text)


ODD = st.text(alphabet=st.characters(), max_size=120)
PIECES = st.lists(
    st.one_of(ODD, st.sampled_from([t for t, _, _ in FOUND] + LEFT_ALONE + ["\x00", "\r\n", "שלום", "e\u0301", "𝔸", "İ"])),
    max_size=5,
)


@settings(max_examples=120, deadline=None)
@given(PIECES)
def test_findings_are_sorted_and_within_any_text(pieces: list[str]) -> None:
    text = "".join(pieces)
    found = scan(text, Terms(("İ", "e", "שלום"), ("mail",)))
    edges = [edge for f in found for edge in (f.start, f.end)]
    assert edges == sorted(edges)
    assert all(0 <= f.start < f.end <= len(text) for f in found)
    assert all(a.end <= b.start for a, b in pairwise(found))


def _repeat(piece: str) -> Callable[[], str]:
    return lambda: (piece * (100_000 // len(piece) + 1))[:100_000]


NASTY = [
    *(
        "a",
        "1",
        "1 ",
        "1.",
        "1:",
        "a@",
        "a.",
        "-----BEGIN " + "PRIVATE KEY-----",
        "ey" + "J",
        "a://b:",
        "password=",
        "?token=",
        "`",
    ),
    *("my password is ", "```\n", "(555) ", "+1", "GB29 ", "account no. 1", "2024-01-01 ", "<EMAIL_1>", "王", "\u0301", "\x00"),
    *("\\_", "/home/", "sk-"),
]


@pytest.mark.parametrize("piece", NASTY)
def test_no_shape_of_text_makes_it_slow(piece: str) -> None:
    text = _repeat(piece)()
    begun = process_time()
    scan(text)
    assert process_time() - begun < 3.0  # an exponential or quadratic pattern needs minutes; these take well under one second


def test_twice_the_text_takes_about_twice_the_time() -> None:
    def cost(n: int) -> float:
        text = ("Ana wrote 10.1.2.3 and token: abc, call 212-555-0187; password=" * n)[: 64 * n]
        begun = process_time()
        scan(text)
        return process_time() - begun

    cost(50)
    assert cost(2_000) < 14 * max(cost(500), 0.01)
