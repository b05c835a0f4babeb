"""The trained weights: what is shipped, what happens without them, and how long they take."""

from __future__ import annotations

import hashlib
import json
import re
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybridchat.routing import weights as shipped_module
from hybridchat.routing.difficulty import difficulty
from hybridchat.routing.features import ASCII_TOKEN, NAMES, TOKEN, buckets, dense, scan
from hybridchat.routing.handmade import opinion
from hybridchat.routing.weights import SHIPPED, Loaded, load, raw_score, share_below, shipped

PROSE = "Compare the two plans for the 3 servers and explain which must be chosen under 40 euros a month, without downtime. "
DOCUMENT: dict[str, Any] = json.loads(SHIPPED.read_bytes())


def changed(tmp_path: Path, **changes: Any) -> Loaded:
    path = tmp_path / "difficulty.json"
    path.write_text(json.dumps({**DOCUMENT, **changes}), encoding="utf-8")
    return load(path)


def test_the_file_is_small_and_holds_no_text() -> None:
    assert SHIPPED.stat().st_size <= 64 * 1024
    assert set(DOCUMENT["features"]) == {*NAMES, "rules"}
    texts = [value for value in DOCUMENT.values() if isinstance(value, str)]
    assert len(texts) == 3  # two tables in base64, one hash
    assert all(re.fullmatch(r"[A-Za-z0-9+/=]+", text) for text in texts)


def test_unchanged_weights_load_without_a_notice(tmp_path: Path) -> None:
    assert changed(tmp_path) == Loaded(shipped().weights)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"format": 2}, "of another version"),
        ({"features_version": 99}, "of another version"),
        ({"features": {"words": [0, 1, 0]}}, "of another version"),
        ({"words": "AAAA"}, "broken"),
        ({"words": "ä"}, "broken"),
        ({"words": None}, "broken"),
        ({"word_unit": float("nan")}, "broken"),
        ({"quantiles": [1.0, 0.0]}, "broken"),
        ({"quantiles": []}, "broken"),
        ({"quantiles": 3}, "broken"),
        ({"features": {name: [0, 0, 0] for name in DOCUMENT["features"]}}, "broken"),
        ({"features": {name: ["x"] for name in DOCUMENT["features"]}}, "broken"),
    ],
)
def test_unusable_weights_are_ignored_with_a_notice(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    loaded = changed(tmp_path, **changes)
    assert loaded.weights is None
    assert said in loaded.notice
    assert "hand-made rules" in loaded.notice


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 100_000, b"null"])
def test_a_file_of_anything_else_is_a_notice_too(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "difficulty.json"
    path.write_bytes(content)
    assert "broken" in load(path).notice


def test_without_weights_the_rules_judge(tmp_path: Path) -> None:
    missing = load(tmp_path / "none.json")
    assert "cannot be read" in missing.notice
    text = PROSE * 2
    assert difficulty(text, loaded=missing).score == pytest.approx(opinion(scan(text)).score, abs=1e-4)
    assert difficulty(text, loaded=missing).score != difficulty(text).score
    assert difficulty("hello", loaded=missing).label == "simple"
    assert difficulty(text, loaded=missing).reasons == difficulty(text).reasons


@given(st.text(max_size=400))
def test_any_text_has_all_features_as_finite_numbers(text: str) -> None:
    found = scan(text)
    values = dense(found)
    assert len(values) == len(NAMES)
    assert all(-1e6 < v < 1e6 for v in values)
    assert sum(buckets(found.tokens).values()) == len(found.tokens) <= 240


@given(st.text(alphabet=st.characters(max_codepoint=127), max_size=200))
def test_both_ways_of_finding_words_agree(text: str) -> None:
    assert TOKEN.findall(text.lower()) == ASCII_TOKEN.findall(text.lower())


def test_figures_count_by_their_length_only() -> None:
    assert buckets(["17", "add", "25"]) == buckets(["98", "add", "31"])
    assert buckets(["17"]) != buckets(["171"])


def test_the_scale_rises_strictly_and_stays_between_0_and_1() -> None:
    weights = shipped().weights
    assert weights is not None
    shares = [share_below(weights, x / 10) for x in range(-300, 300)]
    assert shares == sorted(set(shares))
    assert 0 < shares[0] < 0.01 < 0.99 < shares[-1] < 1


def test_half_of_the_prompts_learnt_from_lie_below_one_half() -> None:
    weights = shipped().weights
    assert weights is not None
    middle = weights.quantiles[len(weights.quantiles) // 2]
    assert share_below(weights, middle) == pytest.approx(0.5)


def test_scoring_needs_no_package_and_reads_nothing_before_first_use() -> None:
    import subprocess

    program = (
        "import sys; from hybridchat.routing import weights, difficulty\n"
        "assert weights.shipped.cache_info().currsize == 0\n"
        "difficulty.difficulty('hello')\n"
        "assert weights.shipped.cache_info().currsize == 1\n"
        "assert not {'numpy', 'msgspec'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def best(work: Any, rounds: int = 60) -> float:
    """Milliseconds of the quickest run: what the code needs, whatever else the machine does."""
    spans = []
    for _ in range(rounds):
        start = time.thread_time()
        work()
        spans.append(time.thread_time() - start)
    return min(spans) * 1e3


def test_scoring_is_quick_enough_to_run_while_typing() -> None:
    # three times what is promised for a quiet machine: this must not fail on a busy one
    difficulty("x")
    assert best(lambda: difficulty(PROSE * 4)) < 0.3
    assert best(lambda: difficulty(PROSE * 150)) < 1.5
    assert best(lambda: difficulty(PROSE * 9000), 5) < 10
    assert best(lambda: load(SHIPPED), 10) < 15


def test_the_raw_score_needs_no_words() -> None:
    weights = shipped().weights
    assert weights is not None
    assert raw_score(weights, scan("???"), 0.1) == raw_score(weights, scan("???"), 0.1)
    assert shipped_module.columns(scan("?"), 0.25)[-1] == 0.25


def test_the_document_tells_of_the_weights_that_are_shipped() -> None:
    text = (Path(__file__).parents[2] / "docs" / "weights.md").read_text(encoding="utf-8")
    assert hashlib.sha256(SHIPPED.read_bytes()).hexdigest() in text
    assert f"{SHIPPED.stat().st_size:,} bytes" in text
    assert DOCUMENT["data_sha256"] in text
    assert f"{len(DOCUMENT['features'])} features" in text
