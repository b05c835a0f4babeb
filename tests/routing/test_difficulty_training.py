"""Training: the same data give the same bytes, and what is learnt is what the data say."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from hybridchat.routing.features import scan
from hybridchat.routing.handmade import opinion
from hybridchat.routing.weights import Weights, parse, raw_score

pytest.importorskip("numpy", reason="training needs numpy")


def records(n: int = 240) -> list[dict[str, Any]]:
    """Made-up prompts of two domains, in which the small model fails at riddles and at nothing else."""
    draw = random.Random(7)
    made = []
    for i in range(n):
        hard = draw.random() < 0.5
        words = ["a", "question", "of", "the", draw.choice(["red", "green", "blue"]), draw.choice(["stone", "bird"])]
        words.insert(draw.randrange(6), "riddle" if hard else "colour")
        weak = 0.0 if hard else 1.0
        made.append(
            {
                "id": f"{i}",
                "domain": ("mmlu", "local_only")[i % 2],
                "prompt": " ".join(words),
                "pairs": {"routellm" if i % 2 == 0 else "local": [weak, 1.0]},
            }
        )
    return made


def score(weights: Weights, prompt: str) -> float:
    found = scan(prompt)
    return raw_score(weights, found, opinion(found).score)


def test_the_same_data_give_the_same_bytes() -> None:
    from training.difficulty import fit, text_of

    assert text_of(fit(records())) == text_of(fit(records()))


def test_words_of_prompts_the_small_model_failed_at_count_as_hard() -> None:
    from training.difficulty import fit

    weights = parse(fit(records()))
    assert score(weights, "a riddle of the red stone") > score(weights, "a colour of the red stone")


def test_what_is_written_holds_no_word_of_a_prompt() -> None:
    from training.difficulty import fit, text_of

    text = text_of(fit(records()))
    assert "riddle" not in text
    assert parse(json.loads(text)) == parse(fit(records()))


def test_a_question_with_options_is_read_with_and_without_them() -> None:
    from training.table import tabled

    plain, closed = records(2)
    closed["prompt"] = "Which of these is a riddle?\nA. this\nB. that\nAnswer:"
    table = tabled([plain, closed], ["local_only", "mmlu"])
    assert table.bare.tolist() == [False, False, True]
    assert table.share.tolist() == [1.0, 0.5, 0.5]
    assert table.weights(~table.bare | table.bare).sum() == pytest.approx(3)


def test_recipes_are_compared_on_what_was_left_out() -> None:
    import numpy as np

    from training.compare import apgr, area

    gain = np.array([1.0, 0.0, 0.0, 0.0])
    assert apgr(np.array([4.0, 3, 2, 1]), gain) == pytest.approx(0.875)
    assert apgr(np.zeros(4), gain) == pytest.approx(0.5)
    assert area({"id": "mmlu/high_school_biology/3"}) == area({"id": "mmlu_pro/2900"}) == "life"
    assert area({"id": "mmlu/miscellaneous/3"}) == "other"
