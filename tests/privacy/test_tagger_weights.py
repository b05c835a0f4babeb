"""What is shipped: its size, and that no training text's secret is in it."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from hybridchat.privacy.names_ready import LISTS, WEIGHTS, finds_names
from hybridchat.privacy.tagger_weights import LABELS, plain, unpacked
from hybridchat.privacy.words import fold

PUBLIC = Path(os.environ.get("BENCH_DATA", ""), "privacy", "public")
_WORD = re.compile(r"[^\W_]+")
_PART = re.compile(r"[234][<>]([^\W\d_]{2,4})")


def test_names_can_be_found_and_the_files_are_small() -> None:
    assert finds_names()
    assert WEIGHTS.stat().st_size + LISTS.stat().st_size <= 2_500_000


def test_the_weights_are_of_this_program() -> None:
    weights = unpacked(WEIGHTS.read_bytes())
    features = list(weights.features)
    assert len(features) > 10_000
    assert all(any(weights.of(feature)) for feature in features)
    assert len(weights.moves) == len(LABELS)


@pytest.mark.skipif(not PUBLIC.is_dir(), reason="needs the benchmark's public data: set BENCH_DATA")
def test_nothing_that_must_be_hidden_can_be_read_out_of_the_weights() -> None:
    from training.names_data import read

    text = plain(WEIGHTS.read_bytes())
    words = set(_WORD.findall(text)) - set(_PART.findall(text))
    told = set()
    for record in read(PUBLIC):
        for start, end, _, tier in record["spans"]:
            value = fold(record["text"][start:end])
            if tier == 1 and sum(c.isalpha() for c in value) >= 3 and (value in words or (" " in value and value in text)):
                told.add(value)
    assert not told
