"""The gauges: bars for what moves, an age for what is old, every figure with its limits; and silence where nothing changes."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from hybridchat.agents.budget import budget
from hybridchat.agents.judge import ResourceThresholds
from hybridchat.agents.ways import ConnectivityThresholds
from hybridchat.demo import Demo
from hybridchat.facts import ConnectivityState, Gauge, Link, Snapshot
from hybridchat.render.meters import Limits, meters
from hybridchat.tui import gauges
from tests.support.screen import frame, shows, until
from tests.support.screens import Seat, seated
from tests.support.scripted import NOW, SNAPSHOT, ScriptedChat
from tests.tui.test_chat_screen import ask, running, screen

LIMITS = Limits(ResourceThresholds(), ConnectivityThresholds())


def link(latency: float, at: float = NOW, n: int = 1) -> Link:
    gauge = Gauge(latency, "ms", at, "probe", n)
    return Link("api.openai.com", ConnectivityState.OPTIMAL, gauges={"latency": gauge}, allowed=True)


def seen(latency: float, at: float) -> Snapshot:
    return replace(SNAPSHOT, at=at, links={"api.openai.com": link(latency, at)})


def network(snapshot: Snapshot, history: gauges.History | None = None) -> str:
    return gauges.panel(snapshot, history or gauges.History(), None)[1].plain


def machine(snapshot: Snapshot) -> str:
    return gauges.panel(snapshot, gauges.History(), None)[0].plain


def test_the_way_to_a_host_has_bars_once_it_was_looked_at_twice() -> None:
    history = gauges.History()
    first = history.take(seen(40.0, NOW))
    assert history.latencies("api.openai.com") == ""
    assert "41 ms" not in network(first, history)
    for n, latency in enumerate((41.0, 200.0, 100.0), 1):
        shown = history.take(seen(latency, NOW + n))
    assert history.latencies("api.openai.com").strip() == "▂▂█▄"
    assert "100 ms" in network(shown, history)


def test_a_latency_that_hardly_moves_is_not_shown_again() -> None:
    history = gauges.History()
    told = [network(history.take(seen(latency, NOW + n)), gauges.History()) for n, latency in enumerate((40.0, 41.0, 38.5, 60.0))]
    assert ["40 ms" in row for row in told] == [True, True, True, False]


def test_the_memory_of_the_card_stands_beside_the_machines() -> None:
    device = replace(SNAPSHOT.device, gauges={**SNAPSHOT.device.gauges, "vram": Gauge(40.0, "percent", NOW)})
    rows = machine(replace(SNAPSHOT, device=device)).split("\n")
    (vram,) = [row for row in rows if row.startswith("vram")]
    assert ("40 %" in vram, "3.1 GB free" in vram) == (True, True)
    assert not [row for row in rows if row.startswith("gpu") and "free" in row]


@pytest.mark.parametrize(
    ("age", "said"), [(0.0, ""), (14.0, ""), (20.0, "not new"), (60.0, "a minute old"), (300.0, "5 min old"), (9000.0, "2 h old")]
)
def test_a_figure_that_nobody_measured_anew_says_how_old_it_is(age: float, said: str) -> None:
    row = next(r for r in machine(replace(SNAPSHOT, at=NOW + age)).split("\n") if r.startswith("cpu"))
    assert row.endswith(said or "34 %")
    assert len(row) <= 35


def test_an_old_latency_says_so() -> None:
    assert "5 min old" in network(replace(seen(41.0, NOW), at=NOW + 300))


def test_money_is_shown_once_some_was_spent() -> None:
    assert "budget" not in network(replace(SNAPSHOT, budget=budget(0.0, 0.0, 5.0)))
    assert "$1.25 of $5.00" in network(replace(SNAPSHOT, budget=budget(1.25, 0.0, 5.0)))
    assert "$1.25" in network(replace(SNAPSHOT, budget=budget(1.25, 0.0, None)))


def test_every_figure_tells_its_limits_its_samples_and_the_rule_it_feeds() -> None:
    device = replace(SNAPSHOT.device, gauges={**SNAPSHOT.device.gauges, "load": Gauge(0.4, "per core", NOW)})
    snapshot = replace(
        SNAPSHOT, at=NOW + 3, device=device, links={"api.openai.com": link(41.0, n=5), "127.0.0.1:11434": Link("127.0.0.1:11434")}
    )
    found = {(m.group.partition(":")[0], m.name): m for m in meters(snapshot, LIMITS, {"cpu": (30.0, 34.0)})}
    cpu = "\n".join(found["this machine", "cpu"].lines)
    assert "busy over 80 %, very busy over 90 %" in cpu
    assert "last 2: 30 34 · 3 s ago" in cpu
    assert "(rule device)" in cpu
    assert "6.1 GB free for a model" in found["this machine", "memory"].lines
    assert found["this machine", "load"].lines[0] == "busy above 1 per core"
    latency = found["way to openai at api.openai.com", "latency"]
    assert (latency.value, latency.lines[0]) == ("41 ms", "slow above 200 ms")
    assert "5 samples" in latency.lines[-1]
    assert not [group for group, _ in found if "11434" in group]
    assert "before you allow it" in found["way to anthropic at api.anthropic.com", "latency"].lines[0]


async def test_the_view_tells_of_the_figure_under_the_cursor_and_follows_what_changes() -> None:
    chat = ScriptedChat()
    chat.limits = (ResourceThresholds(), ConnectivityThresholds())
    async with running(chat) as pilot:
        await pilot.press("ctrl+x", "z")
        said = await shows(pilot, "busy over 80 %")
        assert "api.anthropic.com: not asked" in said
        await pilot.press("down")
        await shows(pilot, "busy over 85 %")
        await pilot.press("escape")
        await ask(pilot, "/gauges")
        await shows(pilot, "busy over 80 %")


async def test_a_click_on_the_gauges_shows_them_in_full() -> None:
    async with running(ScriptedChat(), size=(80, 24)) as pilot:
        await pilot.click("#status")
        await shows(pilot, "Gauges")
    async with running(ScriptedChat(), size=(120, 34)) as pilot:
        await shows(pilot, "THIS MACHINE")
        await pilot.click("#machine")
        await shows(pilot, "look at another")
        await pilot.press("escape")
        await until(pilot, lambda: screen(pilot).composer.has_focus)


async def test_the_panel_is_found_again_whatever_becomes_of_the_window() -> None:
    async with running(ScriptedChat(), size=(80, 24)) as pilot:
        held = screen(pilot)
        await pilot.press("shift+tab")
        await shows(pilot, "▌cpu")
        await pilot.resize_terminal(120, 34)
        await until(pilot, lambda: held.chrome.panel.region.x >= held.transcript.region.right)
        assert held.chrome.panel.has_focus
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: held.focused is not None and "hybridchat" in frame(pilot.app))
        await pilot.press("escape", "x")
        await until(pilot, lambda: held.composer.text == "x" and "THIS MACHINE" not in frame(pilot.app))
        await pilot.resize_terminal(120, 34)
        await shows(pilot, "THIS MACHINE")
        await pilot.press("shift+tab")
        await pilot.resize_terminal(80, 24)
        await pilot.press("escape", "y")
        await until(pilot, lambda: held.composer.text == "xy" and "THIS MACHINE" not in frame(pilot.app))


async def test_what_did_not_change_is_not_drawn_again() -> None:
    async with running(ScriptedChat(), size=(120, 34)) as pilot:
        await shows(pilot, "THIS MACHINE")
        parts = screen(pilot).chrome.parts
        screen(pilot).look()
        before = {name: parts[name].wrote for name in parts}
        for _ in range(5):
            screen(pilot).look()
        assert {name: parts[name].wrote for name in parts} == before


@pytest.mark.skipif(os.name == "nt", reason="needs a pseudo-terminal")
def test_a_window_that_nobody_looks_at_is_written_nothing_and_one_at_rest_next_to_nothing(tmp_path: Path) -> None:
    """Measured over some seconds on a real terminal, with the samplers of this machine running."""
    from tests.support.terminal import Terminal

    (tmp_path / "config.toml").touch()
    env = {
        "HYBRIDCHAT_DATA_DIR": str(tmp_path / "data"),
        "HYBRIDCHAT_CONFIG": str(tmp_path / "config.toml"),
        "OLLAMA_HOST": "127.0.0.1:9",
        **dict.fromkeys(("OPENAI_API_KEY", "ANTHROPIC_API_KEY"), ""),
    }
    terminal = Terminal([sys.executable, "-m", "hybridchat", "--no-save"], env=env, columns=130, rows=34)

    def written(seconds: float) -> int:
        before, until = len(terminal.raw), time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            terminal.pump(left)
        return len(terminal.raw) - before

    try:
        terminal.wait_for("THIS MACHINE")
        terminal.wait_for("free")  # the samplers have looked
        terminal.send("focus-out")
        # a program that drew at every look, all 2 s, would have no such window; a busy machine hears of the focus late
        assert any(written(2.5) == 0 for _ in range(6))
        terminal.send("focus-in")
        # bars and figures of a machine that other tests work on, at most every 2 s: a panel's rows, no more
        assert any(written(2.5) < 3000 for _ in range(4))
    finally:
        terminal.close("ctrl+q")


async def test_every_cloud_with_a_key_is_listed_also_one_that_is_not_chosen_among(tmp_path: Path, demo: Demo) -> None:
    async with seated(tmp_path, demo, (120, 34)) as seat:
        hosts = gauges.others(seat.chat.models())
        assert sorted(hosts.values()) == ["anthropic", "openai"]
        assert len(gauges.endpoints(seat.chat.snapshot().models)) == 1
        for name in hosts.values():
            await until(seat.pilot, lambda name=name: any(r.strip().startswith(name) for r in panel(seat)))
    async with seated(tmp_path, demo, (80, 24)) as seat:
        await until(
            seat.pilot, lambda: all(f"{name} " in str(seat.screen.chrome.parts["status"]._now) for name in hosts.values())
        )


def panel(seat: Seat) -> list[str]:
    return str(seat.screen.chrome.parts["network"]._now).split("\n")


@pytest.mark.parametrize("size", [(120, 34), (80, 24), (60, 20)])
async def test_the_keyboard_goes_round_and_tells_of_the_figure_it_stands_on_also_without_room_for_a_panel(
    size: tuple[int, int],
) -> None:
    chat = ScriptedChat()
    chat.limits = (ResourceThresholds(), ConnectivityThresholds())
    async with running(chat, size=size) as pilot:
        held, wide = screen(pilot), size[0] >= 120
        await pilot.press("shift+tab")  # there is no message yet
        said = await shows(pilot, "▌cpu")
        assert "busy over 80 %" in said
        assert "(rule device)" in said
        await pilot.press("up")
        await shows(pilot, "▌WHY THIS MODEL")
        await pilot.press("down", "down")
        await shows(pilot, "▌memory")
        await pilot.press("enter")
        await shows(pilot, "look at another")
        await pilot.press("escape")
        await shows(pilot, "▌memory")
        await pilot.press("h", "i")
        await until(pilot, lambda: held.composer.text == "hi" and ("THIS MACHINE" in frame(pilot.app)) is wide)
        assert "▌" not in frame(pilot.app)
        await ask(pilot, "hello?")
        await until(pilot, lambda: held.thread.decisions and not held.exchange.running)
        for keys in (("shift+tab", "shift+tab", "shift+tab"), ("tab", "tab", "tab")):
            places = []
            for key in keys:
                await pilot.press(key)
                places.append(held.focused.id if held.focused is not None else "")
            assert places == (["transcript", "panel", "composer"] if keys[0] != "tab" else ["panel", "transcript", "composer"])
        await pilot.press("tab", "up", "up")
        assert "looks easy" in await shows(pilot, "suits to 82 of 100")
        await pilot.press("enter")
        await shows(pilot, "Why this model")


async def test_nothing_is_drawn_of_what_is_told_while_the_keyboard_is_elsewhere() -> None:
    async with running(ScriptedChat(), size=(120, 34)) as pilot:
        await shows(pilot, "THIS MACHINE")
        assert not screen(pilot).query("Watched .told")
        await pilot.press("shift+tab")
        await shows(pilot, "▌cpu")
        await pilot.press("escape")
        await until(pilot, lambda: "▌" not in frame(pilot.app))
        assert not screen(pilot).query_one("Watched .told").display
