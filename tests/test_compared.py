"""docs/compared.md says what is proven: each test it names is there, and each yes names one, and README adds them up."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
LINES = (TESTS.parent / "docs" / "compared.md").read_text(encoding="utf-8").splitlines()
NAMED = re.compile(r"\[([\w/]+\.py)::(test_\w+)\]\(\.\./tests/([\w/]+\.py)\)")


@pytest.mark.parametrize("file", sorted({found[0] for line in LINES for found in NAMED.findall(line)}))
def test_every_named_test_is_there(file: str) -> None:
    source = (TESTS / file).read_text(encoding="utf-8")
    named = {(test, link) for line in LINES for shown, test, link in NAMED.findall(line) if shown == file}
    missing = [test for test, link in named if link != file or not re.search(rf"^(async )?def {test}\(", source, re.MULTILINE)]
    assert not missing


def test_every_yes_names_a_test_or_says_that_it_has_none() -> None:
    yes = [line for line in LINES if re.search(r"\| yes \| \S", line) and line.count("|") == 4] + [
        line for line in LINES if "| yes: " in line
    ]
    assert len(yes) > 40
    assert not [line for line in yes if not NAMED.search(line) and "no test of ours" not in line]


def test_the_readme_counts_what_the_document_says() -> None:
    found: dict[str, list[int]] = {}
    title = ""
    for line in LINES:
        title = line if line.startswith("#") else title
        if said := re.match(r"\| [^|]+ \| (yes|partly|no) \| ", line):
            found.setdefault(title, [0, 0, 0])[("yes", "partly", "no").index(said[1])] += 1
    readme = (TESTS.parent / "README.md").read_text(encoding="utf-8")
    told = [list(map(int, row)) for row in re.findall(r"(?m)^\| [^|]+ \| (\d+) \| (\d+) \| (\d+): ", readme)]
    assert told == list(found.values())
