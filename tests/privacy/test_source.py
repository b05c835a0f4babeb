"""Source code in a text: identifiers stay, what people write in it is searched for what is known."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridchat.privacy.source import Identifiers, code_spans, known_only_spans, literals, prose_spans

PYTHON = (
    'import os\n\ndef greet(maria):\n    """Say hello to Maria."""\n    # Maria wrote this\n    return "Maria" + maria.name\n'
)


def parts(code: str, tag: str) -> list[str]:
    return [code[a:b] for a, b in literals(code, 0, len(code), tag)]


@pytest.mark.parametrize(
    ("tag", "code", "expected"),
    [
        ("python", "x = 'a' # b\n\"\"\"c\nd\"\"\"", ["'a'", "# b", '"""c\nd"""']),
        ("js", "let u = `x ${y}`; // ana\n/* bo */ 'z'", ["`x ${y}`", "// ana", "/* bo */", "'z'"]),
        ("js", "fetch('http://x//y')", ["'http://x//y'"]),
        ("lua", "local a = 1 -- ana", ["-- ana"]),
        ("clojure", "(def a 1) ; ana", ["; ana"]),
        ("tex", r"a 5\% b % ana", ["% ana"]),
        ("html", "<p title=\"Ana\">Bo</p><!-- c -->", ['="Ana"', "Bo", "<!-- c -->"]),
        ("rust", "fn f<'a>(x: &'a str) {} // ana", ["// ana"]),
        ("unheardof", "x = \"a\" // b", ['"a"', "// b"]),
        ("bash", "echo ${#a} $# # ana", ["# ana"]),
    ],
)  # fmt: skip
def test_comments_and_strings_are_found(tag: str, code: str, expected: list[str]) -> None:
    assert [p for p in expected if p not in parts(code, tag)] == []


def test_code_without_a_fence_is_seen_and_prose_around_it_is_not_code() -> None:
    text = f"Dear Ana Ruiz,\n\nthis fails since Monday:\n\n{PYTHON}\nRegards,\nBo Holm\n"
    spans = code_spans(text)
    assert [text[z.start : z.end].strip() for z in spans] == [PYTHON.strip()]
    assert "".join(text[a:b] for a, b in prose_spans(text)).split() == text.replace(PYTHON.strip(), "").split()


@pytest.mark.parametrize(
    "text",
    [
        "Dear Ana,\nplease call me (today).\nI = me; you = you.\nBo\n",
        '{"name": "Ana",\n "list": [1, 2]}\n',
        "INSERT INTO p (a) VALUES ('Ana');\nINSERT INTO p (a) VALUES ('Bo');\nSELECT a FROM p WHERE (x = 1);\n",
        "name,age\nAna,3\nBo,4\n",
        "- call Ana (she knows)\n- write Bo\n- pay (twice)\n",
        "2024-01-02 INFO user=ana (id=3)\n2024-01-02 INFO user=bo (id=4)\n",
    ],
)
def test_prose_and_data_are_no_code(text: str) -> None:
    assert code_spans(text) == ()


def test_comments_docstrings_and_strings_are_where_only_the_known_is_hidden() -> None:
    text = f"```python\n{PYTHON}```\n"
    held = "".join(text[a:b] for a, b in known_only_spans(text))
    assert held.count("Maria") == 3
    assert "maria" not in held


def test_identifiers_of_fenced_code_are_told_from_what_stands_in_strings() -> None:
    text = f"Maria asks:\n```python\n{PYTHON}```\n"
    inside = Identifiers(text)
    at = text.index("maria.name")
    assert inside.holds(at, at + 5)
    said = text.index("hello to Maria") + 9
    assert not inside.holds(said, said + 5)
    assert not inside.holds(0, 5)


PIECES = [
    "```",
    "~~~",
    "python",
    "\n",
    '"""',
    "'",
    '"',
    "#",
    "//",
    "/*",
    "*/",
    "def f(x):",
    " ",
    "x = 1;",
    "Ana",
    "`",
    "--",
    "{",
    "}",
    "\\",
    "é",
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_spans_are_sorted_and_cover_the_text_once(text: str) -> None:
    prose, code = prose_spans(text), code_spans(text)
    edges = sorted([*prose, *((z.start, z.end) for z in code if z.end > z.start)])
    assert "".join(text[a:b] for a, b in edges) == text
    for a, b in known_only_spans(text):
        assert any(z.start <= a < b <= z.end for z in code)
