"""What the shipped tagger finds in sentences of our own."""

from __future__ import annotations

import time

import pytest

from hybridchat.facts import Finding
from hybridchat.privacy import PlaceholderTable
from hybridchat.privacy.scan import ScanError, Terms, scan

NORMAL = Terms()


def hidden(text: str, level: str = "normal") -> str:
    """The text with every character that would be hidden as a dot."""
    out = list(text)
    for found in scan(text, Terms(level=level)):  # type: ignore[arg-type]  # the levels are written out in the tests
        out[found.start : found.end] = "·" * (found.end - found.start)
    return "".join(out)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Please write to Margaret Holloway about the rent.", ["Margaret", "Holloway"]),
        ("Dear Tomasz,\n\nthe invoice is late again.\n\nBest regards,\nKatarzyna Wrona", ["Tomasz", "Katarzyna", "Wrona"]),
        ("Hola, me llamo Rosario Quintana y vivo en Zaragoza.", ["Rosario", "Quintana", "Zaragoza"]),
        ("Bonjour Madame Lefebvre, mon fils Thibault est malade.", ["Lefebvre", "Thibault"]),
        ("Kære Birgitte, min søn Mads Thomsen kan ikke komme på fredag.", ["Birgitte", "Mads", "Thomsen"]),
        ("Szanowny Panie Wojciechu, proszę o kontakt z Janem Kowalczykiem.", ["Wojciechu", "Kowalczykiem"]),
        ("My manager Priya Raghunathan said no.", ["Priya", "Raghunathan"]),
        ("my name is olga petrenko and i need a cover letter", ["olga", "petrenko"]),
    ],
)
def test_names_are_hidden_in_five_languages_and_small_letters(text: str, names: list[str]) -> None:
    left = hidden(text)
    assert not [name for name in names if name in left], left


def test_a_name_found_once_hides_everywhere_with_its_parts_and_possessive() -> None:
    text = "Ask Dr. Henrietta Vasquez about it. I think Vasquez's report is late; HENRIETTA never answers."
    left = hidden(text)
    assert "Vasquez" not in left
    assert "HENRIETTA" not in left


def test_names_that_are_common_words_do_not_hide_those_words() -> None:
    text = "Will Hastings called me. He will call again, I will answer, and may be late. You will see."
    left = hidden(text)
    assert "Hastings" not in left
    assert left.count(" will ") == 3
    assert " may " in left


@pytest.mark.parametrize(
    "text",
    [
        "How do I sort a list in Python?",
        "Write a haiku about autumn leaves falling on a quiet lake.",
        "Explain how Kubernetes and Docker work together, and when PostgreSQL is better than SQLite.",
        "What did Einstein mean by spacetime?",
        "Should the European Union regulate this?",
    ],
)
def test_ordinary_questions_stay_as_they_are(text: str) -> None:
    assert hidden(text) == text


def test_code_is_left_alone_but_for_names_known_from_the_prose() -> None:
    code = 'class Charlotte:\n    owner = "Margaret Holloway"\n    victor = Charlotte()\n'
    text = f"Fix this for Margaret Holloway:\n```python\n{code}```\n"
    left = hidden(text)
    assert "class Charlotte" in left
    assert "victor = Charlotte()" in left
    assert "Holloway" not in left


def test_levels_hide_more_one_after_the_other() -> None:
    text = (
        "Ravensmoor and Quellgard met Ottilie Brandvold near Tunbridge to talk about Zyntrex with Sam and the Fairweather people."
    )
    counts = [hidden(text, level).count("·") for level in ("low", "normal", "high")]
    assert counts == sorted(counts)
    assert counts[0] < counts[2]


def test_public_figures_and_products_are_hidden_at_high_only() -> None:
    text = "Compare what Abraham Lincoln and Barack Obama said about unions."
    assert hidden(text) == text
    assert "Lincoln" not in hidden(text, "high")


def test_countries_alone_tell_nothing_and_with_a_name_they_do() -> None:
    text = "What is the capital of France, and how far is it from Poland?"
    assert hidden(text) == text
    assert "France" not in hidden("Margaret Holloway moved from France to Poland.")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Ship it to 742 Juniper Hollow Road, Apt 4B before noon.", "742 Juniper Hollow Road, Apt 4B"),
        ("J'habite 14 bis rue des Tilleuls depuis peu.", "14 bis rue des Tilleuls"),
        ("La oficina está en la calle Mayor Antigua, 27 ahora.", "calle Mayor Antigua, 27"),
        ("Mieszkam przy ul. Ogrodowej 12/4 od roku.", "ul. Ogrodowej 12/4"),
        ("Jeg bor på Birkevænget 8, 2. tv lige nu.", "Birkevænget 8"),
        ("Send to PO Box 4417, Springfield, IL 62704 please.", "IL 62704"),
    ],
)
def test_addresses_are_hidden_by_their_grammar(text: str, address: str) -> None:
    assert address not in hidden(text)
    assert all(c == "·" or not c.isalnum() for c in hidden(text)[text.index(address) : text.index(address) + len(address)])


def test_numbers_of_one_form_are_hidden_where_they_are_many() -> None:
    rows = "\n".join(f"PAYMENT {n}.50 C12310{n:05} 170.00 ok" for n in range(10, 15))
    assert "C12310" not in hidden(rows)
    assert "A1234567" in hidden("The part A1234567 fits this pump.")


def test_handles_are_hidden_and_decorators_are_not() -> None:
    assert "@mara_vint" not in hidden("thanks @mara_vint for the photos")
    assert "@property" in hidden("```python\n@property\ndef name(self): ...\n```")


def test_never_list_wins() -> None:
    text = "Margaret Holloway called."
    assert not scan(text, Terms(never=("Margaret Holloway",)))


def test_offsets_are_exact_after_strange_characters() -> None:
    text = "\x00\u202e🙂 e\u0301 Ångström 中文 — Margaret Holloway שלום\u200f."
    spans = [text[f.start : f.end] for f in scan(text, NORMAL)]
    assert any("Margaret Holloway" in span for span in spans)


def test_long_texts_are_cut_and_nothing_is_lost() -> None:
    text = ("This is one line of a long report about nothing at all.\n" * 900) + "Regards,\nMargaret Holloway\n"
    assert "Holloway" not in hidden(text)


def test_a_broken_tagger_stops_the_message(monkeypatch: pytest.MonkeyPatch) -> None:
    from hybridchat.privacy import tagger
    from hybridchat.privacy.tagger_weights import WeightsError

    def broken() -> object:
        raise WeightsError("damaged")

    monkeypatch.setattr(tagger, "shipped_tagger", broken)
    with pytest.raises(ScanError):
        scan("Margaret Holloway", NORMAL)


def test_a_scan_is_fast_enough() -> None:
    """10 ms of CPU for 1,000 tokens (4 bytes each) is the goal; three times that here, for slow machines."""
    text = (
        "Margaret Holloway wrote to the office in Leeds that the boiler, which Victor Amadi had repaired, was cold again. " * 140
    )
    scan(text[:4000], NORMAL)
    start = time.process_time()
    scan(text, NORMAL)
    assert (time.process_time() - start) / (len(text) / 4000) < 0.03


def table_of(*values: str) -> PlaceholderTable:
    table = PlaceholderTable()
    for value in values:
        table.redact(value, [Finding(0, len(value), "PERSON")])
    return table


def test_a_name_that_is_a_word_hides_later_only_with_its_capital() -> None:
    table = table_of("Will", "Faith")
    text = "will you ask Will, in good faith?"
    assert [text[f.start : f.end] for f in table.known(text)] == ["Will"]
    assert table.leaks("I will.") == []
    assert table.leaks("Ask Will.") == ["PERSON"]


def test_parts_of_a_name_hide_in_the_rest_of_the_conversation() -> None:
    table = table_of("Mr Tobiasz Wrzesniewski")
    text = "Tell WRZESNIEWSKI and tobiasz that Mr Hill is here."
    assert [text[f.start : f.end] for f in table.known(text)] == ["WRZESNIEWSKI", "tobiasz"]
