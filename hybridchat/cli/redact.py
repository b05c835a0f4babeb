"""`hybridchat redact`: hides what is personal or secret in a text; nothing is sent anywhere."""

from __future__ import annotations

import codecs
import json
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from hybridchat.cli import edge
from hybridchat.cli.edge import Exit, say
from hybridchat.cli.records import Sink, records
from hybridchat.config import Config, load
from hybridchat.config.paths import data_dir
from hybridchat.facts import Finding
from hybridchat.privacy.parts import Parts
from hybridchat.privacy.placeholders import PlaceholderTable
from hybridchat.privacy.scan import Level, ScanError, Terms, merge, scan
from hybridchat.privacy.tokens import STYLES
from hybridchat.value import value

if TYPE_CHECKING:
    from hybridchat.cli.redact_diff import Painter

SHAPE = '{"id": ..., "text": "text"}'
BLOCK = 1 << 16
"""Bytes read at once."""


@value
class Options:
    """What the command line says. No `files`: standard input. `level` `None`: as configured."""

    files: tuple[Path, ...] = ()
    level: Level | None = None
    show: bool = False
    jsonl: bool = False
    terms: bool = True


def run(options: Options) -> int:
    """Reads the files or stdin, writes the redacted text, the differences or the spans to stdout. Raises `Exit`."""
    config = load()
    terms = _terms(config, options)
    sources = _sources(options.files)
    try:
        if options.jsonl:
            return _spans(sources, terms, sys.stdout)
        return _redacted(sources, terms, STYLES[config.privacy.placeholders], show=options.show)
    except ScanError as error:
        raise Exit(edge.POLICY, f"Stopped, and nothing more was written: {error}.") from None


def _terms(config: Config, options: Options) -> Terms:
    if not options.terms:
        return Terms(level=options.level or config.privacy.level)
    from hybridchat import terms  # imported here: scripts that want no terms read no file
    from hybridchat.config import folder

    own = replace(terms.load(data_dir(os.environ) / "terms.txt"), level=options.level or config.privacy.level)
    return terms.joined(own, folder.here().terms)


def _sources(files: Iterable[Path]) -> Iterator[tuple[str, BinaryIO]]:
    """Name and bytes of each file; of standard input when there is none, or for `-`."""
    for path in tuple(files) or (Path("-"),):
        if str(path) == "-":
            if sys.stdin is None or sys.stdin.closed:
                raise Exit(edge.USAGE, "There is no standard input. Write: hybridchat redact FILE")
            if sys.stdin.isatty():
                say("Type or paste the text, then end it with Ctrl+D (Ctrl+Z and Enter on Windows).")
            yield "standard input", sys.stdin.buffer
            continue
        try:
            with path.open("rb") as file:
                yield str(path), file
        except OSError as error:
            raise Exit(edge.USAGE, f"{path}: cannot be read ({error.strerror or error}).") from None


# -- text --------------------------------------------------------------------------------------------------------------


def _redacted(sources: Iterable[tuple[str, BinaryIO]], terms: Terms, style: str, *, show: bool) -> int:
    """One table over all sources, so that a value has the same placeholder in each; a part at a time is in memory."""
    table = PlaceholderTable(style=style)
    color = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    for name, file in sources:
        painter = _painter(name, color=color) if show else None
        for context, text in Parts().of(_text(name, file)):
            found = merge(_within(scan(context + text, terms), len(context)), table.known(text))
            if painter is not None:
                sys.stdout.write(painter.paint(text, found, table))
            else:
                edge.out(table.redact(text, found).text)
    return edge.OK


def _painter(name: str, *, color: bool) -> Painter:
    from hybridchat.cli.redact_diff import Painter  # imported here: few want to see differences

    return Painter(name, color=color)


def _within(found: Iterable[Finding], start: int) -> Iterator[Finding]:
    """Findings of a text that stood after `start` characters of context, in its own indices."""
    for finding in found:
        if finding.end > start:
            yield replace(finding, start=max(0, finding.start - start), end=finding.end - start)


def _text(name: str, file: BinaryIO) -> Iterator[str]:
    """The source in pieces of text. Raises `Exit` at the first byte that is no UTF-8; what stood before it has been given."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    done = 0
    while True:
        data = file.read(BLOCK)
        waiting = len(decoder.getstate()[0])
        try:
            yield decoder.decode(data, final=not data)
        except UnicodeDecodeError as error:
            at = done - waiting + error.start
            raise Exit(edge.USAGE, f"{name}: not UTF-8 text at byte {at:,}; what stands before it was written.") from None
        done += len(data)
        if not data:
            return


# -- lines of JSON -----------------------------------------------------------------------------------------------------


def _spans(sources: Iterable[tuple[str, BinaryIO]], terms: Terms, out: Sink) -> int:
    """`{"id", "text"}` lines in, `{"id", "spans": [[start, end, type], …]}` lines out; indices of Python strings.

    Raises `Exit` naming the first line that is not of that form; what stood before it has been written.
    """
    for name, file in sources:
        for record in records(file, SHAPE, lambda one: isinstance(one.get("text"), str), name):
            spans = [[f.start, f.end, f.kind] for f in scan(record["text"], terms)]
            out.write(json.dumps({"id": record["id"], "spans": spans}) + "\n")
    return edge.OK
