"""The recording in the README shows what it must, asks nobody for anything, and its film keeps what a terminal showed."""

from __future__ import annotations

import re
import sys
from html import unescape
from importlib import import_module
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

DOCS = Path(__file__).parents[1] / "docs"
NOTHING = re.compile(rb"(?!)")


def written() -> str:
    return unescape(re.sub(r"<[^>]*>", "\n", (DOCS / "demo.svg").read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    "words", ["DEMO · canned text, no model", "on this machine", "[y]", "moved to cloud", "1 item hidden", "Offline: only models",
              "left this machine", "recorded on the demo models"],
)  # fmt: skip
def test_it_shows(words: str) -> None:
    assert words in written()


def test_the_name_is_back_in_the_clouds_answer() -> None:
    assert written().count("Dear Ana Ruiz") > 2


def test_opening_it_contacts_nobody_and_runs_nothing() -> None:
    svg = (DOCS / "demo.svg").read_text(encoding="utf-8")
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)|<script|@import|url\(", svg)
    ET.fromstring(svg)


def test_it_takes_about_half_a_minute() -> None:
    found = re.search(r"p ([\d.]+)s step-end", (DOCS / "demo.svg").read_text(encoding="utf-8"))
    assert found is not None
    assert 20 <= float(found[1]) <= 45


def test_a_film_has_a_frame_for_each_state_wide_letters_and_split_sequences_included(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyte")
    monkeypatch.setattr(sys, "path", [str(DOCS), *sys.path])
    film_maker = import_module("film")
    frames, svg = film_maker.frames, film_maker.svg

    events = [(0.0, b"one\x1b[3"), (0.35, b"1mred <b>\x1b[0m"), (0.9, "\r\n日本".encode()), (1.5, b"")]
    film = frames(events, 20, 3, NOTHING)
    said = ["".join(char.data for char in frame.rows[0]).rstrip() for frame in film]
    assert said[0] == "one"
    assert said[-1] == "onered <b>"
    picture = svg(film, 2.0, "t & u", "l")
    ET.fromstring(picture)
    assert "red &lt;b&gt;" in picture
    assert 'textLength="33.6">日本' in picture
