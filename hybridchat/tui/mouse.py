"""Whether the mouse belongs to the program or to the terminal, which then selects and copies as it does everywhere."""

from __future__ import annotations

from textual.app import App

TAKEN = "The mouse works here: the wheel, clicks, selecting. /mouse off gives it to the terminal."
GIVEN = "The mouse is the terminal's: select and copy as anywhere. /mouse takes it back; `mouse = false` keeps it so."
UNKNOWN = "/mouse on, /mouse off, or /mouse for the other of the two."
_MODES = (1000, 1003, 1015, 1006)
_PIXELS = 1016


def turn(app: App[None], said: str) -> str:
    """Takes the mouse (`on`), gives it back (`off`), or does the other of the two; returns the sentence to show."""
    driver = app._driver  # noqa: SLF001 - Textual has no public way to the modes of the terminal
    if driver is None or said not in {"", "on", "off"}:
        return UNKNOWN
    on = not driver._mouse if said == "" else said == "on"  # noqa: SLF001 - as above
    # what Textual looks at when it comes back from an editor or from Ctrl+Z
    driver._mouse = on  # noqa: SLF001 - as above
    modes = [*_MODES, *([_PIXELS] if on and getattr(driver, "_mouse_pixels", False) else [])]
    driver.write("".join(f"\x1b[?{mode}{'h' if on else 'l'}" for mode in modes))
    driver.flush()
    return TAKEN if on else GIVEN
