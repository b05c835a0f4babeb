"""Markdown as tokens that hide nothing: harmless text, every link followed by its address, no address but a page's to click."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

from hybridchat.render.text import neutralise

OPENED = frozenset({"http", "https", "mailto"})
"""Schemes that are handed to a terminal or a browser; whatever else a model writes is only shown."""
_DEEPEST = 18
"""The parser stops at 20 levels and leaves out what is below."""
_APART = re.compile(r"(?![-+*>]|\d{1,9}[.)])\S")
"""Begins a line that belongs to no list or quote, after an empty one."""
_PIECES = 8
"""How often what follows something too deep is read anew; a text made to hold more is shown as it was written from there on."""
_BARE = re.compile(r"\bhttps?://[^\s<>\"'`\u2028\u2029]+")
_PAIRS = {")": "(", "]": "[", "}": "{"}


def parse(text: str) -> list[Token]:
    """The tokens of `text`. A list or a quote nested so deep that the parser would drop its text stands as it was written."""
    parser = _parser()
    tokens = parser.parse(text)
    if any(token.level >= _DEEPEST for token in tokens):
        tokens = _in_pieces(text.split("\n"), parser)
    for token in tokens:
        if token.children:
            token.children = list(_shown(_whole(token.children), parser))
    return tokens


def _in_pieces(lines: list[str], parser: MarkdownIt) -> list[Token]:
    """Around what is nested too deep: there the parser leaves out all that follows as well."""
    tokens: list[Token] = []
    for _ in range(_PIECES):
        found = parser.parse("\n".join(lines))
        deep = next((n for n, token in enumerate(found) if token.level >= _DEEPEST), None)
        if deep is None:
            return tokens + found
        begin = next(n for n in range(deep, -1, -1) if not found[n].level)
        first = (found[begin].map or [0])[0]
        end = next((n for n in range(first + 1, len(lines)) if not lines[n - 1].strip() and _APART.match(lines[n])), len(lines))
        tokens += [*found[:begin], _written(lines[first:end])]
        lines = lines[end:]
    return [*tokens, _written(lines)] if lines else tokens


def _written(lines: Sequence[str]) -> Token:
    return Token("code_block", "code", 0, content="\n".join([*lines, ""]))


@cache
def _parser() -> MarkdownIt:
    """Made once, which takes longer than to read a short text. Any thread may use it."""
    # HTML is text here: a model that writes `<div>` means it to be read.
    parser = MarkdownIt("commonmark", {"html": False}).enable(["strikethrough", "table"])
    # its first text has it sort its rules, which two threads must not do at once
    parser.parse("x")
    return parser


def links(text: str) -> list[str]:
    """The addresses in `text` that could be opened, in order, each once."""
    children = [child for token in parse(neutralise(text)) for child in token.children or ()]
    return list(dict.fromkeys(str(child.attrs["href"]) for child in children if child.type == "link_open"))


def openable(href: str) -> bool:
    """Whether `href` is the address of a page or a mailbox."""
    try:
        return urlsplit(href).scheme.lower() in OPENED
    except ValueError:
        return False


def _whole(children: Iterable[Token]) -> Iterator[Token]:
    """Texts made harmless again, for `&#x202e;` has become a character by now; those side by side as one."""
    said: Token | None = None
    for child in children:
        if child.content:
            child.content = neutralise(child.content)
        if child.type == "text" and said is not None:
            said.content += child.content
            continue
        said = child if child.type == "text" else None
        yield child


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _shown(children: Iterable[Token], parser: MarkdownIt) -> Iterator[Token]:
    """Links followed by their address, images as a line of text; nothing behind a link stays unseen."""
    href, said, inside = "", "", False
    for child in children:
        match child.type:
            case "image":
                source = str(child.attrs.get("src", ""))
                yield _text(f"[image: {neutralise(child.content) or 'no description'}] ({source})")
            case "link_open":
                href, said, inside = str(child.attrs.get("href", "")), "", True
                if openable(href):
                    yield child
            case "link_close":
                if openable(href):
                    yield child
                if href and said.strip() not in {href, href.removeprefix("mailto:")}:
                    yield _text(f" ({href})")
                inside = False
            case "text" if not inside:
                yield from _bare(child.content, parser)
            case _:
                said += child.content
                yield child


def _bare(text: str, parser: MarkdownIt) -> Iterator[Token]:
    """Text with the addresses in it as links."""
    done = 0
    for found in _BARE.finditer(text):
        said = _ended(found[0])
        href = parser.normalizeLink(said)
        yield _text(text[done : found.start()])
        yield Token("link_open", "a", 1, attrs={"href": href})
        yield _text(said)
        yield Token("link_close", "a", -1)
        if href != said:  # letters that only look like those of another host
            yield _text(f" ({href})")
        done = found.start() + len(said)
    yield _text(text[done:])


def _ended(address: str) -> str:
    """An address without the punctuation of the sentence around it."""
    while address:
        last = address[-1]
        if last not in ".,;:!?*_~" and not (last in _PAIRS and address.count(last) > address.count(_PAIRS[last])):
            break
        address = address[:-1]
    return address
