"""The screen of a program that a browser shows: leaves when the server is gone. Named to Textual by `TEXTUAL_DRIVER`."""

from __future__ import annotations

import os
from functools import partial
from typing import Any

from textual import messages
from textual.app import App
from textual.drivers.web_driver import WebDriver


class Served(WebDriver):
    """Textual's own driver would go on for ever without anybody to see it when the server was killed."""

    def __init__(self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        # what Textual keeps there is a partial, and is typed as one
        self._write = partial(self._written)

    def _written(self, data: bytes) -> int:
        try:
            return os.write(self.fileno, data)
        except OSError:
            # nobody reads any more: the end of the input says so, and the state is saved on the way out
            return len(data)

    def run_input_thread(self) -> None:
        super().run_input_thread()
        if not self.exit_event.is_set():
            self._app.post_message(messages.ExitApp())
