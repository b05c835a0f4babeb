"""The lines that F1 gives for tmux, tried in a real tmux: both ways in which a terminal says Shift+Enter become a line feed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from hybridchat.render.newline import SNIPPETS

pytestmark = [
    pytest.mark.pty,
    pytest.mark.skipif(os.name != "posix" or shutil.which("tmux") is None, reason="needs tmux"),
]

if os.name == "posix":
    from tests.support.terminal import Terminal
    from tests.tui.test_program import until


def test_shift_enter_comes_through_tmux_as_a_line_feed(tmp_path: Path) -> None:
    # what comes within a millisecond tmux takes for a paste, in which no key is bound
    lines = (*SNIPPETS["tmux"].lines, "set -g assume-paste-time 0")
    (tmp_path / "tmux.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
    server = ["tmux", "-f", str(tmp_path / "tmux.conf"), "-S", str(tmp_path / "socket")]
    terminal = Terminal([*server, "new", "stty raw -echo; echo ready; cat -v"], columns=60, rows=8, env={"TMUX": ""})
    try:
        terminal.wait_for("ready")
        terminal.write(b"above\r")
        terminal.wait_for("above^M")
        for row, sent in enumerate((b"\x1b[27;2;13~", b"\x1b[13;2u"), 2):
            terminal.quiet(0.05, 1.0)
            terminal.write(sent)
            # a plain Enter is shown as ^M, a line feed goes down a line
            until(terminal, lambda row=row: terminal.screen.cursor.y == row)
    finally:
        subprocess.run([*server, "kill-server"], check=False, capture_output=True)
        terminal.close()
