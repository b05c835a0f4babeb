"""Answers that say the same in other words come to one value, and others do not. All texts are written for this file."""

from __future__ import annotations

import json
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybridchat.routing.asked import question
from hybridchat.routing.canonical import formula, literal, numbers, same, shown, spelled
from hybridchat.routing.confidence import confidence
from hybridchat.routing.finals import final, stated

JARS = "A shelf holds 6 jars with 14 sweets each. Tom takes 9 sweets. How many sweets are left?"
COAT = "A coat costs 80 dollars and is reduced by 15 percent. How much does it cost now?"
PAY = "How much money do 25 people pay at 50 dollars each?"
SUM = "Compute $\\frac{3}{4} + \\frac{1}{6}$."
SHARE = "What percent of 80 is 20?"
PART = "What fraction of 8 is 2? Compute it."
BELOW = "Compute the sum of -7 and 4."
ATOMS = "How many atoms? Compute 2 * 3 * 10^5."
CLOCK = "What time is it 45 minutes after 2:30?"
MIXED = "Compute 1 1/2 + 1."
ROOT = "Simplify $\\sqrt{8}$."
SQUARE = "Solve $x^2 = 9$."
SPAN = "Find the interval where $x^2<1$."
LINE = "Find $x$ if $x+2=5$."
COLOURS = "Which colour has the longest wavelength?\nA. violet\nB. green\nC. red\nD. blue\nAnswer:"
TURNED = "def f(text):\n    return text[::-1].upper()\nassert f('abc') == ??\nComplete the assertion with a literal."
SORTED = "def f(x):\n    return sorted(x)\nassert f([3, 1]) == ??"
TABLE = "def f(d):\n    return d\nassert f({'a': 1, 'b': 2}) == ??"
PRINTS = "What does this print?\n```python\nprint(2 ** 5)\n```"
TRUTH = "What does this print?\n```python\nprint(3 > 2)\n```"

SAME = [
    (JARS, "#### 75", "75"),
    (JARS, "\\boxed{75}", "75"),
    (JARS, "$\\boxed{75}$", "75"),
    (JARS, "**75 sweets**", "75"),
    (JARS, "The answer is 75 sweets.", "75"),
    (JARS, "So there are 75 sweets left.", "75"),
    (JARS, "75.0", "75"),
    (JARS, "75", "75"),
    (JARS, "Final answer: 75", "75"),
    (JARS, "Answer: **75**", "75"),
    (JARS, "The final answer is $75$.", "75"),
    (JARS, "\\[ \\boxed{75 \\text{ sweets}} \\]", "75"),
    (JARS, "84 - 9 = 75", "75"),
    (JARS, "= 75 sweets", "75"),
    (JARS, "seventy-five sweets are left.", "75"),
    (JARS, "The answer is seventy-five.", "75"),
    (JARS, "There are 75 sweets left (84 - 9).", "75"),
    (JARS, "Therefore, there are 75 sweets left in the 6 jars.", "75"),
    (JARS, "So 75 of the 84 sweets are left.", "75"),
    (JARS, "The answer is: 75 sweets (84 minus 9).", "75"),
    (COAT, "$68", "68"),
    (COAT, "68 dollars", "68"),
    (COAT, "$68.00", "68"),
    (COAT, "The coat costs \\$68 now.", "68"),
    (COAT, "The answer is $68.", "68"),
    (COAT, "It costs 68 USD.", "68"),
    (COAT, "\\boxed{\\$68}", "68"),
    (COAT, "\\boxed{68.00}", "68"),
    (COAT, "US$68", "68"),
    (COAT, "68 bucks", "68"),
    (COAT, "It now costs **$68**, 12 dollars less than the 80 dollars before.", "68"),
    (COAT, " The price is $80 - $12 = $68.", "68"),
    (COAT, "€68", "68"),
    (COAT, "Step 1: 15% of 80 is 12.\nStep 2: 80 - 12 = 68.\n\n**Answer:** 68", "68"),
    (COAT, "The new price is $68 after the 15% reduction.", "68"),
    (PAY, "1,250", "1250"),
    (PAY, "$1,250.00", "1250"),
    (PAY, "1250", "1250"),
    (PAY, "1 250", "1250"),
    (PAY, "1250 dollars", "1250"),
    (PAY, "\\boxed{1{,}250}", "1250"),
    (PAY, "\\boxed{1,250}", "1250"),
    (PAY, "\\boxed{1\\,250}", "1250"),
    (PAY, "1.25 thousand", "1250"),
    (PAY, "$1250", "1250"),
    (PAY, "1'250", "1250"),
    (PAY, "The total is 1,250 dollars.", "1250"),
    (SUM, "\\frac{11}{12}", "0.91666667"),
    (SUM, "\\boxed{\\frac{11}{12}}", "0.91666667"),
    (SUM, "11/12", "0.91666667"),
    (SUM, "\\dfrac{11}{12}", "0.91666667"),
    (SUM, "The answer is $\\frac{11}{12}$.", "0.91666667"),
    (SUM, "\\boxed{\\dfrac{11}{12}}", "0.91666667"),
    (SUM, "\\tfrac{11}{12}", "0.91666667"),
    (SUM, "\\frac{22}{24}", "0.91666667"),
    (SUM, "\\boxed{11/12}", "0.91666667"),
    (SUM, "\\frac34 + \\frac16 = \\frac{11}{12}", "0.91666667"),
    (SHARE, "25%", "25"),
    (SHARE, "25 %", "25"),
    (SHARE, "25 percent", "25"),
    (SHARE, "\\boxed{25\\%}", "25"),
    (SHARE, "\\boxed{25}", "25"),
    (SHARE, "25.0%", "25"),
    (SHARE, "The answer is 25\\%.", "25"),
    (SHARE, "twenty-five percent", "25"),
    (PART, "1/4", "0.25"),
    (PART, "0.25", "0.25"),
    (PART, ".25", "0.25"),
    (PART, "\\frac14", "0.25"),
    (PART, "\\frac{1}{4}", "0.25"),
    (PART, "one quarter", "0.25"),
    (PART, "1/4 of 8", "0.25"),
    (BELOW, "-3", "-3"),
    (BELOW, "\\boxed{-3}", "-3"),
    (BELOW, "−3", "-3"),
    (BELOW, "The answer is -3.", "-3"),
    (BELOW, "negative 3", "-3"),
    (BELOW, "minus 3", "-3"),
    (BELOW, "\\(-3\\)", "-3"),
    (BELOW, "= -3", "-3"),
    (ATOMS, "600000", "600000"),
    (ATOMS, "6e5", "600000"),
    (ATOMS, "6 x 10^5", "600000"),
    (ATOMS, "6 \\times 10^5", "600000"),
    (ATOMS, "6×10^5", "600000"),
    (ATOMS, "6 * 10^5", "600000"),
    (ATOMS, "600,000", "600000"),
    (ATOMS, "0.6 million", "600000"),
    (ATOMS, "6.0 \\times 10^{5}", "600000"),
    (ATOMS, "6×10⁵", "600000"),
    (CLOCK, "3:15", "3:15"),
    (CLOCK, "3:15 pm", "3:15"),
    (CLOCK, "03:15", "3:15"),
    (CLOCK, "The answer is 3:15.", "3:15"),
    (CLOCK, "**3:15 PM**", "3:15"),
    (MIXED, "2 1/2", "2.5"),
    (MIXED, "2.5", "2.5"),
    (MIXED, "5/2", "2.5"),
    (MIXED, "2\\frac{1}{2}", "2.5"),
    (MIXED, "$2\\frac12$", "2.5"),
    (MIXED, "2½", "2.5"),
    (ROOT, "2\\sqrt{2}", "2\\sqrt2"),
    (ROOT, "\\boxed{2\\sqrt{2}}", "2\\sqrt2"),
    (ROOT, "\\boxed{2\\sqrt2}", "2\\sqrt2"),
    (ROOT, "2√2", "2\\sqrt2"),
    (ROOT, "$2\\sqrt{2}$", "2\\sqrt2"),
    (ROOT, "The answer is $2\\sqrt{2}$.", "2\\sqrt2"),
    (SQUARE, "\\boxed{x = 3 \\text{ or } x=-3}", "-3,3"),
    (SQUARE, "\\boxed{3,-3}", "-3,3"),
    (SQUARE, "\\boxed{-3, 3}", "-3,3"),
    (SQUARE, "\\boxed{\\{-3,3\\}}", "-3,3"),
    (SQUARE, "\\boxed{\\pm 3}", "-3,3"),
    (SQUARE, "x = ±3", "-3,3"),
    (SPAN, "\\boxed{(-1,1)}", "(-1,1)"),
    (SPAN, "\\boxed{\\left(-1, 1\\right)}", "(-1,1)"),
    (SPAN, "(-1, 1)", "(-1,1)"),
    (SPAN, "$(-1,1)$", "(-1,1)"),
    (COLOURS, "C", "C"),
    (COLOURS, "(C)", "C"),
    (COLOURS, "C.", "C"),
    (COLOURS, "C. red", "C"),
    (COLOURS, "**C**", "C"),
    (COLOURS, "Answer: C", "C"),
    (COLOURS, "The answer is C.", "C"),
    (COLOURS, "The answer is (C).", "C"),
    (COLOURS, "The correct answer is **C. red**.", "C"),
    (COLOURS, "Option C", "C"),
    (COLOURS, "\\boxed{C}", "C"),
    (COLOURS, "\\boxed{\\text{C}}", "C"),
    (COLOURS, "\\boxed{\\textbf{(C)}}", "C"),
    (COLOURS, "\\boxed{(C) red}", "C"),
    (COLOURS, "The correct option is: C) red", "C"),
    (COLOURS, "C: red", "C"),
    (COLOURS, "Answer:\nC", "C"),
    (COLOURS, "red", "C"),
    (COLOURS, "Red.", "C"),
    (COLOURS, "It is red.", "C"),
    (COLOURS, "c)", "C"),
    (COLOURS, "answer: c", "C"),
    (COLOURS, "A and B are wrong; D is blue and shorter. So C is correct.", "C"),
    (COLOURS, "Let's see. A. violet is short. B. green is medium. D. blue is short. The longest is red.", "C"),
    (COLOURS, "C is the right answer.", "C"),
    (COLOURS, "I would choose C.", "C"),
    (COLOURS, "The right choice would be C", "C"),
    (COLOURS, "**Answer: (C) red**", "C"),
    (COLOURS, "ANSWER: C", "C"),
    (COLOURS, "Therefore the answer is $C$.", "C"),
    (COLOURS, "the answer is\n\n**C**", "C"),
    (COLOURS, "The correct answer is (C), not (B).", "C"),
    (COLOURS, "The best answer is C because red light is longest, unlike A.", "C"),
    (TURNED, "'CBA'", "'CBA'"),
    (TURNED, '"CBA"', "'CBA'"),
    (TURNED, "`'CBA'`", "'CBA'"),
    (TURNED, "assert f('abc') == 'CBA'", "'CBA'"),
    (TURNED, "[ANSWER]assert f('abc') == 'CBA'[/ANSWER]", "'CBA'"),
    (TURNED, "[ANSWER]'CBA'[/ANSWER]", "'CBA'"),
    (TURNED, "```python\nassert f('abc') == 'CBA'\n```", "'CBA'"),
    (TURNED, "The output is 'CBA'.", "'CBA'"),
    (TURNED, "It returns `'CBA'`.", "'CBA'"),
    (TURNED, "f('abc') == 'CBA'", "'CBA'"),
    (TURNED, "The answer is `'CBA'`", "'CBA'"),
    (TURNED, "Output: CBA", "'CBA'"),
    (TURNED, "```\n'CBA'\n```", "'CBA'"),
    (TURNED, 'The function returns "CBA" because it reverses the text.', "'CBA'"),
    (TURNED, "assert f('abc') == \"CBA\"  # reversed", "'CBA'"),
    (TURNED, "**'CBA'**", "'CBA'"),
    (TURNED, "f('abc') returns 'CBA'.", "'CBA'"),
    (TURNED, '{"answer": "CBA"}', "'CBA'"),
    (SORTED, "[1, 3]", "[1, 3]"),
    (SORTED, "[1,3]", "[1, 3]"),
    (SORTED, "assert f([3, 1]) == [1, 3]", "[1, 3]"),
    (SORTED, "The output is [1, 3].", "[1, 3]"),
    (SORTED, "`[1, 3]`", "[1, 3]"),
    (SORTED, "The result is [ 1, 3 ]", "[1, 3]"),
    (SORTED, "[1, 3,]", "[1, 3]"),
    (TABLE, "{'a': 1, 'b': 2}", "{'a': 1, 'b': 2}"),
    (TABLE, '{"a":1,"b":2}', "{'a': 1, 'b': 2}"),
    (TABLE, "{'b': 2, 'a': 1}", "{'a': 1, 'b': 2}"),
    (PRINTS, "32", "32"),
    (PRINTS, "`32`", "32"),
    (PRINTS, "It prints 32.", "32"),
    (PRINTS, "The output is 32", "32"),
    (PRINTS, "**32**", "32"),
    (PRINTS, "It will print `32`.", "32"),
    (PRINTS, "The output will be:\n```\n32\n```", "32"),
    (PRINTS, "32.0 is wrong, so it prints 32", "32"),
    (TRUTH, "True", "True"),
    (TRUTH, "`True`", "True"),
    (TRUTH, "It prints True.", "True"),
    (TRUTH, "The output is `True`.", "True"),
    (TRUTH, "The result is True because 3 is greater than 2.", "True"),
    (JARS, '{"reasoning": "6*14=84, minus 9", "answer": "75"}', "75"),
    (JARS, '{\n  "reasoning": "6 * 14 = 84. 84 - 9 = 75",\n  "answer": 75\n}', "75"),
    (JARS, '```json\n{"reasoning": "6 \\\\times 14 = 84", "answer": "$75"}\n```', "75"),
    (JARS, '{"reasoning": "cut off before', None),
    (JARS, "The jars hold 84 sweets.\nTom takes 9.\n84 - 9 = 75\nSo Tom leaves 75 sweets on the shelf of 6 jars.", "75"),
    (JARS, "After Tom takes 9 sweets, there are 84 - 9 = 75 sweets left.", "75"),
    (JARS, "There are 75 sweets left after Tom takes 9 sweets.", "75"),
    (JARS, "6 × 14 = 84\n84 − 9 = 75\n\nThere are 75 sweets left on the shelf", "75"),
    (JARS, "Total = 6*14 = 84\nLeft = 84-9 = <<84-9=75>>75\n#### 75", "75"),
    (JARS, "The answer is not 80 but 75.", "75"),
    (JARS, "Answer: 84 - 9 = 75", "75"),
    (JARS, "The answer is 84 - 9 = 75 sweets.", "75"),
    (COAT, "The answer is 80 - 12 = $68", "68"),
    (COAT, "15% of $80 is $12.00, so it costs $68.00 now.", "68"),
    ("Two trains leave at 60 and 80 mph. When do they meet, how many hours?", "They meet in 3.5 hours.", "3.5"),
    ("Tom earns 12 an hour and 5 in tips. How much does he earn in 3 hours?", "He earns 36 + 5 = $41 in 3 hours.", "41"),
    (SUM, '{"reasoning": "x", "answer": "\\\\frac{11}{12}"}', "0.91666667"),
    (SUM, "$$\\boxed{\\frac{11}{12}}$$", "0.91666667"),
    (ROOT, '{"answer": "2\\\\sqrt{2}"}', "2\\sqrt2"),
    (LINE, "x = 3", "3"),
    (LINE, "$x = 3$", "3"),
    (LINE, "The answer is $x = 3$.", "3"),
    (LINE, "\\boxed{x=3}", "3"),
    ("Find $x^2+y^2$ in terms of $a$, $a^2=4$.", "\\boxed{a^2-2b}", "a^2-2b"),
    ("Compute the angle, $\\frac{90}{2}$.", "\\boxed{45^\\circ}", "45"),
    ("Compute the angle, $\\frac{90}{2}$.", "\\boxed{45^{\\circ}}", "45"),
    ("Compute the angle, $\\frac{90}{2}$.", "45 degrees", "45"),
    ("Compute $\\frac{90}{2}$.", "\\boxed{45\\text{ cm}^2}", "45"),
    ("Compute $\\frac{90}{2}$.", "\\boxed{-\\frac{1}{2}}", "-0.5"),
    ("Compute $\\frac{90}{2}$.", "\\boxed{\\frac{-1}{2}}", "-0.5"),
    ("Compute $\\frac{90}{2}$.", "\\boxed{\\frac{\\sqrt{3}}{2}}", "\\sqrt3/2"),
    ("Compute $\\frac{90}{2}$.", "\\boxed{\\frac{3\\pi}{4}}", "3\\pi/4"),
    ("Compute $\\frac{90}{2}$.", "\\boxed{10\\pi}", "10\\pi"),
    ("Compute $\\frac{90}{2}$.", "\\boxed{1{,}000{,}000}", "1000000"),
    ("Compute $\\frac{90}{2}$.", "\\boxed{(3, \\frac{\\pi}{2})}", "(3,\\pi/2)"),
    (COLOURS, '{"reasoning": "Red is longest", "answer": "C"}', "C"),
    (COLOURS, '{"reasoning": "Red is longest (A is short)", "answer": "C. red"}', "C"),
    (COLOURS, '{"reasoning": "x", "answer": "red"}', "C"),
    (
        COLOURS,
        "Let's think step by step. (A) violet is 400 nm. (B) green is 530. (C) red is 700. (D) blue is 470. The answer is (C).",
        "C",
    ),
    (COLOURS, "A and C are both long but C is longer, so the answer is C.", "C"),
    (COLOURS, "The answer: C", "C"),
    (COLOURS, "None of these.", None),
    (COLOURS, "I think it is option (C) because D is short.", "C"),
    (TURNED, '{"reasoning": "reverse", "answer": "\'CBA\'"}', "'CBA'"),
    (TURNED, '{"reasoning": "reverse", "answer": "CBA"}', "'CBA'"),
    (TURNED, '{"reasoning": "reverse", "answer": ["a", 1]}', "['a', 1]"),
    (TURNED, '{"reasoning": "reverse", "answer": "{\'a\': 1, \'b\': [2, 3]}"}', "{'a': 1, 'b': [2, 3]}"),
    (TURNED, "The answer is `{1: 'a, b', 2: [3]}`", "{1: 'a, b', 2: [3]}"),
    (TURNED, "Output: (1, 'x')", "(1, 'x')"),
    (TURNED, "''", "''"),
    (TURNED, '""', "''"),
    (TURNED, "The result is an empty string: `''`", "''"),
    (TURNED, "assert f('abc') == ''", "''"),
    (TURNED, "[]", "[]"),
    (TURNED, "So f('abc') evaluates to 'CBA'", "'CBA'"),
    (TURNED, "Thus, the value is 'C B  A'.", "'C B  A'"),
    (TURNED, "False", "False"),
    (TURNED, "3.0", "3.0"),
    (TURNED, "-17", "-17"),
    ("Is 97 a prime number? Answer yes or no.", '{"answer": "yes"}', "yes"),
]


@pytest.mark.parametrize(("prompt", "answer", "value"), SAME)
def test_an_answer_comes_to_its_value_however_it_is_said(prompt: str, answer: str, value: str | None) -> None:
    assert final(question(prompt), answer) == value


@pytest.mark.parametrize(
    ("prompt", "one", "other"),
    [
        (JARS, "The answer is 75.", "The answer is 57."),
        (JARS, "1,234,567", "1,234,568"),
        (JARS, "75", "-75"),
        (JARS, "7.5", "75"),
        (JARS, "33.3", "33.4"),
        (SUM, "\\boxed{\\frac{11}{12}}", "\\boxed{\\frac{12}{11}}"),
        (ROOT, "2\\sqrt{2}", "\\boxed{2\\sqrt{3}}"),
        (SPAN, "\\boxed{(-1,1)}", "\\boxed{[-1,1]}"),
        (SPAN, "\\boxed{(1,2)}", "\\boxed{(2,1)}"),
        (CLOCK, "3:15", "3:51"),
        (COLOURS, "(C)", "(D)"),
        (TURNED, "'CBA'", "'cba'"),
        (TURNED, "'1'", "1"),
        (TURNED, "'a b'", "'ab'"),
        (SORTED, "[1, 3]", "[3, 1]"),
        (SORTED, "[1, 3]", "(1, 3)"),
        (TRUTH, "True", "'True'"),
    ],
)
def test_what_differs_stays_apart(prompt: str, one: str, other: str) -> None:
    asked = question(prompt)
    values = final(asked, one), final(asked, other)
    assert None not in values
    assert not same(str(values[0]), str(values[1])), values


@pytest.mark.parametrize(
    ("one", "other"), [("33.33", "33.333333"), ("0.25", "25"), ("0.333", "0.33333333"), ("66.7", "66.666667"), ("75", "75")]
)
def test_a_rounded_value_and_a_percentage_are_the_same(one: str, other: str) -> None:
    assert same(one, other)
    assert same(other, one)
    assert not same("33.3", "33.4")


@given(st.integers(0, 10**12))
def test_any_whole_number_is_known_in_any_dress(n: int) -> None:
    asked = question(JARS)
    dresses = (
        f"{n}",
        f"{n:,}",
        f"${n}",
        f"{n}.00",
        f"\\boxed{{{n:,}}}",
        f"#### {n}",
        f"The answer is {n} sweets.",
        f"It is **{n:,}**.",
        json.dumps({"reasoning": "3 + 4 = 7", "answer": str(n)}),
        json.dumps({"reasoning": "it is 7", "answer": n}),
    )
    assert {final(asked, told) for told in dresses} == {str(n)}


@given(st.integers(-999, 999), st.integers(1, 999))
def test_any_fraction_is_its_quotient(top: int, bottom: int) -> None:
    sign, size = ("-" if top < 0 else ""), abs(top)
    dresses = (f"{top}/{bottom}", f"{top} / {bottom}", f"{sign}\\frac{{{size}}}{{{bottom}}}", f"\\dfrac{{{top}}}{{{bottom}}}")
    found = {formula(told) for told in dresses}
    assert all(same(shown(top / bottom), one) for one in found), found


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(alphabet="abc ,:[]{}()", max_size=6),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(alphabet="ab", max_size=2), inner, max_size=3),
        max_leaves=6,
    )
)
def test_any_literal_is_known_however_it_is_told(value: object) -> None:
    asked = question(TURNED)
    plain = final(asked, repr(value))
    told = (f"assert f('abc') == {value!r}", f"[ANSWER]{value!r}[/ANSWER]", f"f('abc') == {value!r}", f"It returns `{value!r}`.")
    assert {final(asked, text) for text in told} == {plain}


@given(st.text(max_size=200) | st.from_regex(r"[-\d.,/ e:^\\\\{}$()\[\]'\"]{0,80}"))
def test_no_text_fails_or_warns(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for told in (formula(text), literal(text)):
            assert isinstance(told, str)
        assert all(isinstance(n, str) for n in (*numbers(text), *spelled(text)))
        for prompt in (JARS, COLOURS, TURNED):
            final(question(prompt), text)


@pytest.mark.parametrize("word", ["hundred ", "nine hundred trillion ", "zero "])
def test_a_number_word_said_over_and_over_breaks_nothing(word: str) -> None:
    assert confidence("What is 5+5?", word * 400, second="10").score < 1


def test_numbers_are_read_when_spelled_out() -> None:
    text = "seventy-five, one hundred and twenty, three thousand two hundred, twelve, three quarters"
    assert spelled(text) == ["75", "120", "3200", "12", "0.75"]


def test_an_answer_that_says_two_things_is_told_apart_from_one_that_says_one_twice() -> None:
    asked = question(JARS)
    assert stated(asked, "The answer is 75. So the final answer is 75.0 sweets.") == ("75",)
    assert stated(asked, "The answer is 84. The answer is 75.") == ("84", "75")


@pytest.mark.parametrize(
    ("prompt", "answer", "second"),
    [
        (JARS, "84 - 9 = 75. The answer is 75.", '{"reasoning": "6 * 14 = 84", "answer": "75.0"}'),
        (COAT, "It costs $68.00 now.", "\\boxed{68}"),
        (SHARE, "The answer is 25%.", "0.25"),
        (COLOURS, "The answer is (C).", '{"answer": "red"}'),
        (TURNED, 'It returns "CBA".', "assert f('abc') == 'CBA'"),
        (TABLE, '{"b": 2, "a": 1}', "{'a': 1, 'b': 2}"),
    ],
)
def test_a_second_opinion_agrees_in_other_words(prompt: str, answer: str, second: str) -> None:
    assert confidence(prompt, answer, second=second).score > confidence(prompt, answer).score
