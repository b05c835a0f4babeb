"""What keys do on the chat screen that are no commands: Ctrl+C, Ctrl+X, moving between the composer and the messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import TextArea

from hybridchat.tui.leader import LETTERS

if TYPE_CHECKING:  # the screen calls these and hands itself in; at run time nothing points back
    from hybridchat.tui.screen import ChatScreen

ARMED = 2.0
"""Seconds in which a second Ctrl+C leaves."""
CLEARED = "Draft cleared: {} brings it back."


async def wanted(screen: ChatScreen, what: str) -> None:
    """A key that belongs to the screen: Tab and Shift+Tab go round from the composer, the gauges and the messages."""
    if screen.first is not None and screen.first.wanted(what):
        return
    match what:
        case "quit":
            await screen.leave()
        case "transcript" if screen.exchange.to_question():
            pass
        case "transcript" if any(b.addressable for b in screen.thread.blocks):
            screen.transcript.focus()
        case "transcript" | "gauges" if screen.ready:
            screen.chrome.panel.enter()
        case "pageup":
            screen.transcript.scroll_page_up(animate=False)
        case "pagedown":
            screen.transcript.scroll_page_down(animate=False)
        case "end":
            screen.transcript.action_end()
        case "offer" if screen.ready and not screen.exchange.to_question():
            screen.chrome.panel.enter()
        case "next" if screen.ready:
            screen.followups.send()
        case "leader":
            screen.chrome.lead(on=True)


async def led(screen: ChatScreen, letter: str) -> None:
    """The key after Ctrl+X; one that is no command's letter only closes the line of letters."""
    screen.chrome.lead(on=False)
    if name := LETTERS.get(letter):
        await screen.action_do(name)


async def interrupt(screen: ChatScreen) -> None:
    """Ctrl+C: copies a selection, else stops the answer, else clears the draft, else asks for a second press and leaves."""
    area = screen.focused.selected_text if isinstance(screen.focused, TextArea) else ""
    if screen.composer.leading:
        screen.composer.lead_off()
    elif selected := area or screen.get_selected_text():
        screen.copy(selected)
        screen.clear_selection()
    elif screen.exchange.running:
        await screen.exchange.stop()
    elif screen.pulling is not None and screen.pulling.give_up():
        return
    elif screen.composer.has_focus and screen.composer.text:
        screen.composer.clear_draft()
        words = [word for name in ("write-up", "edit-undo") if (word := screen.keys.word(name))]
        screen.notify(CLEARED.format(" or ".join(words) or "/recall"), timeout=3)
    elif screen.armed:
        await screen.leave()
    else:
        screen.armed = True
        screen.hints()
        screen.set_timer(ARMED, lambda: _disarm(screen))


def _disarm(screen: ChatScreen) -> None:
    screen.armed = False
    screen.hints()
