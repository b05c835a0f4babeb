"""How far an answer can be trusted, by what was asked. All prompts and answers are written for this file."""

from __future__ import annotations

import io
import json
import math
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybridchat.cli import confidence as command
from hybridchat.cli.edge import Exit
from hybridchat.routing.asked import Asks, question
from hybridchat.routing.confidence import BORDER, DOUBTFUL, FINE, confidence
from hybridchat.routing.doubts import loops, wrong_sums
from hybridchat.routing.finals import final

JARS = "A shelf holds 6 jars with 14 sweets each. Tom takes 9 sweets. How many sweets are left?"
COLOURS = "Which colour has the longest wavelength?\nA. violet\nB. green\nC. red\nD. blue\nAnswer:"
OUTPUT = "def f(text):\n    return text[::-1].upper()\nassert f('abc') == ??\nComplete the assertion with a literal."
SORTER = "Write a Python function that sorts a list of names by their last letter."
ESSAY = "Explain how a bill becomes a law and discuss the role of committees."
GREETING = "hello there"
FACT = "What is the capital of France?"

GOOD = [
    (JARS, "6 jars of 14 sweets are 84 sweets. 84 - 9 = 75. The answer is 75."),
    (JARS, "75"),
    (JARS, "There are **75** sweets left."),
    (COLOURS, "C"),
    (COLOURS, "Red light has the longest wavelength, so the answer is (C)."),
    (COLOURS, "It is red."),
    (OUTPUT, "assert f('abc') == 'CBA'"),
    (OUTPUT, "The function reverses the text, so it returns `'CBA'`."),
    (SORTER, "```python\ndef by_last(names):\n    return sorted(names, key=lambda n: n[-1])\n```"),
    (FACT, "Paris."),
    (FACT, "The capital of France is Paris."),
    (GREETING, "Hello! What can I do for you?"),
    (ESSAY, "A bill is introduced by a member, and then a committee reads it. " * 8 + "So committees decide most of it."),
    ("Summarize this in one sentence: the cat sat on the mat and slept", "A cat slept on a mat."),
    ("Write a one-line commit message for fixing a typo", "Fix a typo"),
    ("List three primary colours", "Red, yellow and blue."),
    ("How do I exit vim?", "Press Esc, then type `:q!` and Enter."),
    ("Find the roots of x^2+1=0.", "x = ±i"),
    ("Write a bash one-liner to count files", "ls | wc -l"),
    ("What is the plot of the 1994 film about 2 prisoners?", "A banker is sent to prison and slowly digs his way out."),
    ("How many planets are there in the solar system?", "There are eight planets."),
    (
        "Draft an email to my boss saying I'm sick",
        "Subject: Sick today\n\nHi Ana,\n\nI am ill today.\n\nBest,\nTom",
    ),
    ("Is 97 a prime number? Answer yes or no.", "Yes, 97 has no divisors but 1 and itself."),
]
BAD = [
    (JARS, "It depends on how hungry Tom is.", "no final number"),
    (JARS, "6 * 14 = 82 sweets at first, and 82 - 9 = 73. The answer is 73.", "a sum is off: 6 * 14 = 82"),
    (JARS, "I'm sorry, but I can't help with that.", "it refuses or does not know"),
    (JARS, "It cannot be determined from what is given.", "it refuses or does not know"),
    (
        JARS,
        "Let me see. There are 84. Wait, that is not right. Let me recalculate: the answer is 80. The answer is 75.",
        "corrects",
    ),
    (COLOURS, "The wavelength of light is a length in nanometres.", "no option named"),
    (COLOURS, "None of the given options is right. The closest option might be B.", "it says that no option fits"),
    (COLOURS, "As an AI language model, I am not able to see colours.", "it refuses or does not know"),
    (OUTPUT, "It depends on the interpreter that is used, and on many other things that nobody here can see.", "no final value"),
    (SORTER, "Sorting is a common task in many programs. You compare the names.", "no code"),
    (SORTER, "```python\ndef by_last(names):\n    return sor", "not finished"),
    (ESSAY, "It is complicated.", "very short for what was asked"),
    (ESSAY, "The committee reads the bill again and it goes to the committee. " * 20, "it repeats itself"),
    (ESSAY, "Es tut mir leid, aber dabei kann ich nicht helfen.", "it refuses or does not know"),
    ("Is Mars a star? Answer yes or no.", "It is red and cold.", "neither yes nor no"),
    ("Write a bash one-liner to count files", "You can list the files first and then count them.", "no code"),
    (FACT, "", "no answer"),
    (FACT, " \n ", "no answer"),
]


@pytest.mark.parametrize(("prompt", "answer"), GOOD)
def test_a_good_answer_is_fine(prompt: str, answer: str) -> None:
    found = confidence(prompt, answer)
    assert found.label == FINE, found


@pytest.mark.parametrize(("prompt", "answer", "reason"), BAD)
def test_a_bad_one_is_worth_a_second_look_and_says_why(prompt: str, answer: str, reason: str) -> None:
    found = confidence(prompt, answer)
    assert found.label == DOUBTFUL, found
    assert any(reason in told for told in found.reasons), found.reasons


@pytest.mark.parametrize(
    ("prompt", "asks"),
    [
        (JARS, Asks.NUMBER),
        ("Compute $\\frac{3}{4} + \\frac{1}{6}$.", Asks.NUMBER),
        ("Find the remainder when 7^100 is divided by 13.", Asks.NUMBER),
        (COLOURS, Asks.OPTION),
        ("Pick one: (A) oak (B) pine (C) birch", Asks.OPTION),
        ("Is the sun a star, yes or no?", Asks.OPTION),
        ("Wie viele Birnen bleiben, wenn von 12 Birnen 7 gegessen werden?", Asks.NUMBER),
        ('A square has a side of 3. [asy] draw((0,0)--(3,0)); label("a",(1,1)); [/asy] What is its area?', Asks.NUMBER),
        ("For what value of $k$ is \\begin{align*} y &= kx + 1 \\end{align*} level?", Asks.NUMBER),
        (OUTPUT, Asks.OUTPUT),
        ("What does this print?\n```python\nprint(2 ** 5)\n```", Asks.OUTPUT),
        (SORTER, Asks.CODE),
        ("Fix this function:\n```js\nconst add = (a, b) => a - b;\n```", Asks.CODE),
        (ESSAY, Asks.OPEN),
        (FACT, Asks.OPEN),
        ("Write a poem about the sea.", Asks.OPEN),
        ("For the record, return to me in 2024; let us see.", Asks.OPEN),
    ],
)
def test_what_a_question_asks_for(prompt: str, asks: Asks) -> None:
    assert question(prompt).asks is asks


@pytest.mark.parametrize(
    ("prompt", "answer", "value"),
    [
        (JARS, "So the result is \\boxed{75}.", "75"),
        (JARS, "It is \\boxed{\\sqrt{2}}, nothing else.", "\\sqrt2"),
        (JARS, "\\boxed{(3, 4)}", "(3,4)"),
        (JARS, "\\boxed{75 \\text{ sweets}}", "75"),
        (JARS, "They have 1,250 in total.", "1250"),
        (JARS, "#### 75", "75"),
        (JARS, "The answer is $75.00, after 84 at first.", "75"),
        (JARS, "The answer is \\(\\frac{3}{4}\\)", "0.75"),
        (JARS, "First 84, then minus 9, which leaves seventy-five, that is 75 sweets.", "75"),
        (JARS, "Seven are left.", "7"),
        (JARS, "None.", None),
        (COLOURS, "**C. red**", "C"),
        (COLOURS, "c", None),
        (COLOURS, "Answer: (c)", "C"),
        (COLOURS, "The answer is B because of its hue.", "B"),
        (COLOURS, "The answer is a matter of taste.", None),
        (COLOURS, "A is wrong, and so is B. The correct option is C", "C"),
        (OUTPUT, '[ANSWER]assert f("abc") == "CBA"[/ANSWER]', "'CBA'"),
        (OUTPUT, "'CBA'", "'CBA'"),
        ("Is it true? yes or no", "No, because yes would be wrong", "no"),
    ],
)
def test_the_final_answer_is_found_in_its_many_shapes(prompt: str, answer: str, value: str | None) -> None:
    assert final(question(prompt), answer) == value


def test_a_second_opinion_decides_a_closed_question() -> None:
    answer = "6 * 14 = 84, and 84 - 9 = 75. The answer is 75."
    alone = confidence(JARS, answer)
    same = confidence(JARS, answer, second="There are 75.0 sweets left.")
    other = confidence(JARS, answer, second="I get 71.")
    assert same.score > alone.score > other.score
    assert (alone.label, same.label, other.label) == (FINE, FINE, DOUBTFUL)
    assert other.reasons[0] == "a second try gave 71"


def test_two_dissenting_opinions_weigh_more_than_one() -> None:
    answer = "The answer is 75."
    scores = [confidence(JARS, answer, second=s).score for s in (["75", "75"], ["75", "71"], ["71", "72"])]
    assert all(more > less for more, less in pairwise(scores))


def test_a_second_opinion_outweighs_what_the_text_shows_and_that_outweighs_length() -> None:
    """The order that was published for questions with one answer: docs/weights.md, "Confidence"."""
    tidy = "6 * 14 = 84, and 84 - 9 = 75. The answer is 75."
    wordy = "We look at every jar on the shelf and count what it holds. " * 12 + tidy
    unsure = "I think it is probably 84 at first, perhaps. Wait, let me recalculate. " + tidy
    ranked = [
        confidence(JARS, tidy, second="75").score,
        confidence(JARS, tidy).score,
        confidence(JARS, wordy).score,
        confidence(JARS, unsure).score,
        confidence(JARS, tidy, second="71").score,
        confidence(JARS, tidy, second=["71", "72"]).score,
    ]
    assert all(more > less for more, less in pairwise(ranked)), ranked
    assert confidence(JARS, wordy, second="75").score > confidence(JARS, tidy, second="71").score


def test_prose_is_compared_by_its_words() -> None:
    one = "A bill is introduced, a committee reads it, both houses vote, and the president signs the law. " * 2
    near = "First the bill is introduced; then a committee reads it, the houses vote, the president signs the law."
    far = "Cats sleep most of each day because hunting is tiring and their ancestors lived in deserts."
    assert confidence(ESSAY, one, second=near).score > confidence(ESSAY, one, second=far).score


def test_length_speaks_against_a_closed_answer_and_for_an_open_one() -> None:
    filler = "We consider every jar on the shelf and think about what happens to it. "
    assert confidence(JARS, filler * 40 + "The answer is 75.").score < confidence(JARS, filler + "The answer is 75.").score
    essay = "A bill is introduced by a member of the house, step {}. "
    assert (
        confidence(ESSAY, "".join(essay.format(n) for n in range(30))).score
        > confidence(ESSAY, "".join(essay.format(n) for n in range(2))).score
    )


def test_probabilities_count_by_quantiles_so_length_alone_changes_nothing() -> None:
    answer = "The answer is 75."
    sure, unsure = [-0.01] * 60, [-0.01, -2.5, -0.9] * 20
    assert confidence(JARS, answer, logprobs=sure).score > confidence(JARS, answer, logprobs=unsure).score
    assert confidence(JARS, answer, logprobs=unsure * 3).score == pytest.approx(
        confidence(JARS, answer, logprobs=unsure).score, abs=0.02
    )
    assert "hardly more likely" in " ".join(confidence(JARS, answer, logprobs=unsure).reasons)


def test_probabilities_that_are_none_are_left_out() -> None:
    nonsense = [math.nan, math.inf, -math.inf, 3.0, 10**400, -(10**400)]
    assert 0 <= confidence(JARS, "75", logprobs=nonsense).score <= 1


@pytest.mark.parametrize("ending", ["length", "cut"])
def test_an_unfinished_answer_says_so(ending: str) -> None:
    found = confidence(ESSAY, "".join(f"Step {n}: the bill moves on to house {n}. " for n in range(9)), ending=ending)
    assert (found.label, found.reasons[0]) == (DOUBTFUL, "not finished")


def test_how_many_has_a_whole_answer() -> None:
    assert "the answer is no whole number" in " ".join(confidence(JARS, "The answer is 7.25 sweets.").reasons)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("6 * 14 = 84", ()),
        ("2 + 3 * 4 = 14", ()),
        ("2 + 3 * 4 = 20", ("2 + 3 * 4 = 20",)),
        ("1,000 - 1 = 999.", ()),
        ("10 / 3 = 3.33", ()),
        ("5 - 7 = -2", ()),
        ("$12 × 7 = $82 in all", ("$12 × 7 = $82",)),
        ("x + 3 * 4 = 14", ()),  # what stands before it is not known
        ("(2 + 3) * 4 = 20", ()),
        ("20% * 50 = 10", ()),
        ("7 / 0 = 3", ()),
        ("3 * 4 = 2 * 6", ()),
        ("In 2024 - 2025 the club won", ()),
    ],
)
def test_sums_are_checked_only_where_they_stand_alone(text: str, wrong: tuple[str, ...]) -> None:
    assert wrong_sums(text) == wrong


def test_a_refrain_is_no_loop() -> None:
    song = "\n".join(f"{n} small boats went out to sea tonight\nand the wind was cold, so cold" for n in range(3))
    assert not loops(song)
    assert loops("and then it went on and on through the night, until the next one came, " * 12)


def test_a_refusal_that_is_quoted_in_the_middle_is_none() -> None:
    long = " ".join(f"Letter {n} names the reason first and then offers day {n} to meet instead." for n in range(12))
    assert confidence(ESSAY, f'{long} You could write "I am sorry, but I cannot help you to move." {long}').label == FINE


@given(
    prompt=st.text(max_size=400) | st.sampled_from([JARS, COLOURS, OUTPUT, SORTER, ESSAY]),
    answer=st.text(max_size=600) | st.from_regex(r"(answer is|\\boxed\{|\*\*|=|\d+[-+*/ ]){1,12}"),
    logprobs=st.none() | st.lists(st.floats(), max_size=40),
    second=st.none() | st.text(max_size=200) | st.lists(st.text(max_size=60), max_size=3),
    ending=st.sampled_from(["complete", "stop", "length", "cut", "refused", ""]),
)
def test_it_never_fails_and_a_doubt_has_a_reason(
    prompt: str, answer: str, logprobs: list[float] | None, second: str | list[str] | None, ending: str
) -> None:
    found = confidence(prompt, answer, logprobs=logprobs, second=second, ending=ending)
    assert 0 <= found.score <= 1
    assert (found.label == DOUBTFUL) is (found.score < BORDER)
    assert found.reasons or not found.doubtful
    assert found == confidence(prompt, answer, logprobs=logprobs, second=second, ending=ending)


@pytest.mark.parametrize(
    "unit", ["a", "(", "1+", "**", "answer is ", "\\boxed{", "`", "\n", "5 / ", "=", "i am ", "the answer " * 9]
)
def test_no_text_makes_it_slow(unit: str) -> None:
    """Patterns that backtrack would take minutes over these; the border is wide because machines are busy."""
    text = unit * (40_000 // len(unit))
    start = time.thread_time()
    confidence(text[:4000], text, second=text)
    assert time.thread_time() - start < 0.5


# -- for scripts -------------------------------------------------------------------------------------------------------


def told(*records: object) -> list[dict[str, object]]:
    out = io.StringIO()
    lines = [json.dumps(record).encode() + b"\n" for record in records]
    assert command.run(lines, out) == 0
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_lines_go_in_and_confidences_come_out_in_order() -> None:
    found = told(
        {"id": 1, "prompt": JARS, "answer": "The answer is 75."},
        {"id": "b", "prompt": JARS, "answer": "The answer is 75.", "second": "71", "logprobs": [-0.1, -2, 0]},
        {"id": 3, "prompt": JARS, "answer": "75", "second": None, "logprobs": None, "more": "is ignored"},
    )
    assert [f["id"] for f in found] == [1, "b", 3]
    assert [set(f) for f in found] == [{"id", "confidence", "reasons"}] * 3
    assert found[0]["confidence"] > found[1]["confidence"]
    assert "a second try gave 71" in found[1]["reasons"]


@pytest.mark.parametrize(
    "line",
    [
        b"not json",
        b"[]",
        b'{"id": 1, "prompt": "x"}',
        b'{"id": 1, "prompt": "x", "answer": 5}',
        b'{"prompt": "x", "answer": "y"}',
        b'{"id": 1, "prompt": "x", "answer": "y", "logprobs": ["a"]}',
        b'{"id": 1, "prompt": "x", "answer": "y", "second": 5}',
        b"\xff\xfe",
    ],
)
def test_a_line_of_another_form_is_named(line: bytes) -> None:
    out = io.StringIO()
    with pytest.raises(Exit, match="Line 3") as end:
        command.run([b'{"id": 1, "prompt": "x", "answer": "y"}\n', b"\n", line], out)
    assert end.value.code == 2
    assert len(out.getvalue().splitlines()) == 1
