"""What comes from the keyboard and is no UTF-8 becomes a sign that says so."""

from __future__ import annotations

import codecs
import sys
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.driver import Driver


def lenient(base: type[Driver]) -> type[Driver]:
    """The driver `base`, which reads on after a byte that is no UTF-8: a paste in Latin-1, Alt as old terminals send it.

    Textual decodes strictly, and has no other place to say otherwise: one such byte would end the program.
    """
    module = sys.modules[base.__module__]

    class LenientDriver(base):  # type: ignore[valid-type, misc]  # which driver it is depends on the system
        def run_input_thread(self) -> None:
            if "getincrementaldecoder" in vars(module):
                vars(module)["getincrementaldecoder"] = _decoder
            super().run_input_thread()

    return LenientDriver


def _decoder(encoding: str) -> partial[codecs.IncrementalDecoder]:
    return partial(codecs.getincrementaldecoder(encoding), errors="replace")
