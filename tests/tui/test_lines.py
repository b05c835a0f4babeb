"""The words around the conversation: header, gauges, preview, hints, and the blocks that events make."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybridchat.bindings import here
from hybridchat.conversation import Ending, Turn
from hybridchat.events import Asked, Ended, FellBack, HandedOver, Said, Thought
from hybridchat.facts import ConnectivityState, Device, Gauge, Link, Locality, Mode, ResourceState
from hybridchat.render.words import NAMES_STAY
from hybridchat.tui import gauges, lines
from hybridchat.tui.model_rows import price, state
from hybridchat.tui.thread import Kind, Thread
from tests.support.scripted import CLAUDE, GPT, LLAMA, NOW, QWEN, SNAPSHOT, Seen, decided


@given(
    st.integers(10, 200), st.sampled_from(Mode), st.booleans(), st.text(max_size=40), st.sampled_from([None, "ollama:llama3.2"])
)
def test_the_header_fits_and_always_says_the_mode(width: int, mode: Mode, demo: bool, title: str, pin: str | None) -> None:
    said = lines.mode_text(mode, "local-first", pin)
    top = lines.top(title, said, width, demo=demo)
    assert top.cell_length <= max(width, said.cell_length + 1, len(lines.DEMO) + 3)
    if width >= 100:
        assert top.cell_length == width - 1
        assert said.plain in top.plain
        assert ("DEMO" in top.plain) is demo


def test_hints_are_whole_and_fit() -> None:
    for width in range(10, 140, 7):
        said = lines.hints(width, here()).plain
        assert len(said) <= width
        assert not said or all(" " in item for item in said.split(" · "))


def test_hints_tell_how_to_stop_while_an_answer_runs() -> None:
    assert lines.hints(60, here(), running=True).plain.startswith("esc stop")


def test_personal_items_stay_here_or_are_hidden() -> None:
    local = lines.preview(Seen(decided(LLAMA), "", {"EMAIL": 1}), names_hidden=False).plain
    assert local == "→ llama3.2 (looks easy) · 1 personal item stays here"
    cloud = lines.preview(Seen(decided(GPT), "", {"EMAIL": 1}, asks=True), names_hidden=False).plain
    assert cloud == f"→ gpt-5.4-mini (may be hard) · 1 item hidden · asks first · {NAMES_STAY}"
    assert NAMES_STAY not in lines.preview(Seen(decided(GPT), "", {}), names_hidden=True).plain


def test_the_route_takes_one_row_and_drops_the_least_important_first() -> None:
    reason = "may be hard: numbers, 3 constraints, a table and code"
    here = Seen(replace(decided(LLAMA, hard=True), reason=reason), "", {"EMAIL": 2}, think="thinks high")
    away = Seen(decided(GPT), "", {"EMAIL": 1}, asks=True)

    def row(seen: Seen, width: int, beside: str = "", loading: str = "loading 6 s") -> str:
        said = lines.preview(seen, names_hidden=False, loading=loading, beside=beside, width=width)
        assert said.cell_length <= width
        return said.plain

    for width in range(8, 150):
        assert row(here, width)[:6] == "→ llam"
        row(away, width, "with a.py, 2 kB, about 600 tokens")
    whole = row(here, 200)
    assert all(
        part in whole for part in (reason, "thinks high", "loading 6 s", "2 personal items stay here", "^o asks gpt-5.4-mini")
    )
    assert row(here, 90) == "→ llama3.2 (may be hard: numbers, 3 c… · 2 personal items stay here · ^o asks gpt-5.4-mini"
    assert row(here, 60) == "→ llama3.2 · 2 personal items stay here"
    assert row(away, 78) == "→ gpt-5.4-mini · 1 item hidden · asks first · names are not hidden"
    assert row(away, 58) == "→ gpt-5.4-mini · 1 item hidden · names are not hidden"
    told = row(here, 78, "with report.md, 2 kB, about 600 tokens")
    assert "2 personal items stay here" in told


def test_without_a_model_the_preview_says_what_is_in_the_way() -> None:
    nothing = replace(decided(LLAMA), chosen=None)
    assert (
        lines.preview(Seen(nothing, "Offline. You can: start ollama.", {}), names_hidden=False).plain
        == "✗ Offline. You can: start ollama."
    )


@pytest.mark.parametrize(
    ("link", "said"),
    [
        (None, "not asked"),
        (Link("h"), "not asked"),
        (Link("h", allowed=True), "unknown"),
        (Link("h", ConnectivityState.OPTIMAL, gauges={"latency": Gauge(41.4)}, allowed=True), "41 ms"),
        (Link("h", ConnectivityState.OPTIMAL, allowed=True), "good"),
        (Link("h", ConnectivityState.DEGRADED, gauges={"latency": Gauge(900.0)}, allowed=True), "slow"),
        (Link("h", ConnectivityState.DISCONNECTED, allowed=True), "none"),
    ],
)
def test_a_provider_in_one_word(link: Link | None, said: str) -> None:
    assert gauges.link_word(link)[0] == said


def test_the_status_line_drops_whole_parts_when_narrow() -> None:
    assert gauges.line(SNAPSHOT, 100).plain == "this machine ok · gpu 12 % · openai 41 ms · anthropic not asked"
    assert gauges.line(SNAPSHOT, 40).plain == "this machine ok · gpu 12 %"
    assert gauges.line(SNAPSHOT, 5).plain == "this machine ok"


def test_an_unknown_figure_is_a_dash_not_zero() -> None:
    device = replace(SNAPSHOT.device, gauges={"cpu": Gauge()}, state=ResourceState.UNKNOWN)
    said = gauges.panel(replace(SNAPSHOT, device=device), gauges.History(), None)[0].plain
    assert "–" in said
    assert "0 %" not in said
    assert "not measured yet" in said


def test_panel_rows_fit_the_panel() -> None:
    history = gauges.History()
    for _ in range(12):
        history.take(SNAPSHOT)
    device = replace(SNAPSHOT.device, memory_free=128_100_000_000)
    said = gauges.panel(replace(SNAPSHOT, device=device), history, None)
    assert max(len(row) for part in said for row in part.plain.split("\n")) <= 35


def test_a_figure_that_hardly_moves_is_not_shown_again() -> None:
    history = gauges.History()

    def shown(value: float, at: float) -> str:
        device = replace(SNAPSHOT.device, gauges={"cpu": Gauge(value, "percent", at)})
        return gauges.line(history.take(replace(SNAPSHOT, device=device)), 40).plain

    assert [shown(v, at) for at, v in enumerate((34.0, 35.4, 33.1, 36.2))] == ["this machine ok · cpu 34 %"] * 3 + [
        "this machine ok · cpu 36 %"
    ]
    assert len(history.spark("cpu").strip()) == 4
    shown(90.0, 3.0)
    assert len(history.spark("cpu").strip()) == 4, "the same sample looked at twice"


def test_a_battery_is_told_of_while_it_is_used() -> None:
    device = replace(SNAPSHOT.device, on_battery=True, battery_percent=34.4)
    assert gauges.line(replace(SNAPSHOT, device=device), 100).plain.endswith("battery 34 %")
    assert "on battery, 34 %" in gauges.panel(replace(SNAPSHOT, device=device), gauges.History(), None)[0].plain
    assert "battery" not in gauges.line(SNAPSHOT, 100).plain


def test_what_is_offered_stands_first_among_the_others() -> None:
    decision = decided(LLAMA, hard=True)
    candidates = (decision.candidates[0], replace(decision.candidates[1], model=CLAUDE), decision.candidates[1])
    said = gauges.panel(SNAPSHOT, gauges.History(), replace(decision, candidates=candidates), "^o")[2].plain.split("\n")
    assert said[3:] == ["gpt-5.4-mini: offered, ^o asks it", "claude-sonnet-5: not asked for"]


def test_offline_needs_to_be_known() -> None:
    assert not gauges.offline(replace(SNAPSHOT, links={}))
    assert gauges.offline(replace(SNAPSHOT, os_online=False))
    assert not gauges.offline(SNAPSHOT)


def test_models_say_what_fits_and_what_costs() -> None:
    assert state(LLAMA, SNAPSHOT.live[LLAMA.id], Device(memory_free=0)) == "running"
    assert state(QWEN, None, Device(memory_free=1_000_000_000)) == "too large"
    assert state(QWEN, None, Device(memory_free=64_000_000_000)) == "fits"
    assert state(QWEN, None, Device(vram_free=64_000_000_000)) == "fits the GPU"
    assert state(QWEN, None, Device()) == "fit unknown"
    assert state(CLAUDE, None, Device()) == "–"
    assert CLAUDE.price is not None
    assert price(replace(CLAUDE.price, as_of=date(2025, 10, 1)), NOW) == "$3 in, $15 out"
    assert price(replace(CLAUDE.price, as_of=date(2025, 6, 1)), NOW) == "$3 in, $15 out · price of 2025-06-01, check it"
    assert price(None, NOW) == "price unknown"


def over(attempt: str = "a") -> HandedOver:
    return HandedOver("t", attempt, LLAMA.id, LLAMA.host, Locality.ON_DEVICE)


def asked() -> Asked:
    return Asked(Turn("t", "s", None, "why?", NOW))


def test_an_attempt_without_a_word_leaves_only_the_mark_of_its_failure() -> None:
    thread = Thread()
    for event in (asked(), over(), FellBack("t", "a", LLAMA.id, GPT.id, "refused"), over("b"), Said("t", "b", "Hi")):
        thread.apply(event)
    assert [b.kind for b in thread.blocks] == [Kind.YOU, Kind.MARK, Kind.ANSWER]
    assert thread.blocks[-1].text == "Hi"


def test_two_tries_that_failed_leave_one_sentence() -> None:
    thread = Thread()
    why = "No connection to api.openai.com. Check the network."
    end = Ended("t", "b", Ending.FAILED, GPT.id, Locality.REMOTE, text=f"{why} You can: wait.", notes=(f"second try: {why}",))
    tries = [HandedOver("t", a, GPT.id, GPT.host, Locality.REMOTE, moved=True, turns=1, bytes=12) for a in "ab"]
    for event in (asked(), *tries, FellBack("t", "b", GPT.id, None, why), end):
        thread.apply(event)
    moved = ("⇡ moved to cloud: 1 turn", "▪ 0 hidden · 0 left readable · 12 bytes to api.openai.com")
    assert [b.text for b in thread.blocks] == ["why?", *moved, "▪ second try", f"✗ no answer: {why} You can: wait."]


def test_thinking_is_kept_apart_from_the_answer() -> None:
    thread = Thread()
    for event in (asked(), over(), Thought("t", "a", "hm hm"), Said("t", "a", "Hi")):
        thread.apply(event)
    assert (thread.blocks[-1].thinking, thread.blocks[-1].text) == ("hm hm", "Hi")


def test_an_empty_answer_is_said() -> None:
    thread = Thread()
    for event in (asked(), over(), Ended("t", "a", Ending.COMPLETE, LLAMA.id, Locality.ON_DEVICE)):
        thread.apply(event)
    assert thread.blocks[-1].text == "▪ the answer came back empty"


def test_notes_of_an_answer_stand_under_it() -> None:
    thread = Thread()
    for event in (asked(), over(), Said("t", "a", "x"), Ended("t", "a", Ending.COMPLETE, notes=("length limit reached",))):
        thread.apply(event)
    assert thread.blocks[-1].text == "▪ length limit reached"


def test_a_fault_leaves_what_was_said_and_nothing_that_waits() -> None:
    thread = Thread()
    for event in (asked(), over(), Said("t", "a", "Half")):
        thread.apply(event)
    thread.fail("✗ no answer: a fault in the program")
    assert [b.text for b in thread.blocks] == ["why?", "Half", "✗ no answer: a fault in the program"]
    assert not any(b.live for b in thread.blocks)


def test_only_what_changed_is_reported() -> None:
    thread = Thread()
    thread.apply(asked())
    assert thread.take_changes() == 0
    assert thread.take_changes() is None
    thread.apply(over())
    thread.apply(Said("t", "a", "x"))
    assert thread.take_changes() == 1
