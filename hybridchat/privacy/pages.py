"""Addresses of pages: which one somebody reads or runs says who they are, unless everybody reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hybridchat.facts import Finding
from hybridchat.late import late

_PAGE = late(r"(?<![\w@.])(?:https?://|www\.)(?=[^\s/]{0,80}[^\W\d_])[^\s<>\"'`)\]}“”‘’|]{4,500}", re.IGNORECASE)
_HOST = late(r"(?:https?://)?([^\s/:?#]+)", re.IGNORECASE)
# Hosts that are read by everybody: of software, of standards, of knowledge, and names that are for examples.
_PUBLIC_WORDS = """
    googleusercontent github githubusercontent codeberg gitlab bitbucket google googleapis gstatic youtube youtu wikipedia
    wikimedia wiktionary stackoverflow stackexchange
    microsoft apple amazon amazonaws cloudflare npmjs unpkg jsdelivr cdnjs pypi pythonhosted python mozilla apache w3 example
    localhost nodejs rust-lang golang kernel gnu ietf iso unicode debian ubuntu docker kubernetes npm yarnpkg reactjs readthedocs
    json-schema schema creativecommons opensource travis-ci codecov shields badge huggingface openai anthropic arxiv doi
    postgresql mysql sqlite oracle eclipse maven gradle hackage crates rubygems packagist nuget opencollective
"""
_PUBLIC = frozenset(_PUBLIC_WORDS.split())
_SERVICE = late(
    r"(?:https?://)?(?:docs?|developers?|learn|help|support|wiki|api|spec|man|pkg|registry|packages|repo|cdn|static)\."
)
_MANUAL = late(
    r"/(?:docs?|documentation|reference|manual|api|wiki|package|packages|tutorials?|guide|spec|rfc\d*|schemas?)(?:/|$)"
)
_PICTURE = late(r"\.(?:png|jpe?g|gif|svg|webp|ico|css|m?js|woff2?|ttf)(?:[?#].*)?$")
_MARKUP = ("](", "]: ", "]:", "<", '="', "='", "xmlns=", '= "', "= '", "url: ", "uri: ")
_DATA = (': "', ": '", '":"')
_DEEP = late(r"(?:https?://)?[^/]+/[^/?#]+(?:/[^/?#]+|.*\?.)")
"""A field of data holds somebody's page where that lies two steps down; a host alone is a setting."""
_VIDEO = late(r"(?:https?://)?(?:www\.|m\.)?(?:youtube\.com/(?:watch|shorts/|playlist)|youtu\.be/.)")


def pages(text: str, start: int, end: int) -> Iterator[Finding]:
    """Every address of a page that is not everybody's and begins in [start, end). Those that are part of markup are left alone:

    a document that links is not somebody who asks.
    """
    if text.find("://", start, end) < 0 and text.find("www.", start, end) < 0:
        return
    for match in _PAGE.finditer(text, start, min(len(text), end + 600)):
        if match.start() >= end:
            return
        value = match[0].rstrip(".,;:!?*_…")
        host = _HOST.match(value)
        named = host is not None and any(part in _PUBLIC for part in host[1].lower().split(".")) and not _VIDEO.match(value)
        before = text[max(0, match.start() - 6) : match.start()]
        if (
            host is None
            or "." not in host[1]
            or named
            or _SERVICE.match(value)
            or before.endswith(_MARKUP)
            or (before.endswith(_DATA) and not _DEEP.match(value))
            or _MANUAL.search(value.lower())
            or _PICTURE.search(value.lower())
        ):
            continue
        if host[1].lower().endswith((".local", ".test", ".invalid", ".localhost")) or set(value) & set("{$%*\\"):
            continue
        yield Finding(match.start(), match.start() + len(value), "URL", "address of a page", 0.6)
