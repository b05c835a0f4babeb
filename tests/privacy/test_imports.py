"""What looking at a text costs before anything is found."""

from __future__ import annotations

import subprocess
import sys

PROBE = """
import sys
import hybridchat.privacy as privacy
assert "hybridchat.privacy.scan" not in sys.modules
assert privacy.Terms() == privacy.Terms()
from hybridchat.privacy.scan import scan
scan("Explain why this regex backtracks: (a+)+$ in 2024")
print(*sorted({"phonenumbers", "stdnum", "urllib.request", "asyncio"} & set(sys.modules)))
scan("call +34 612 34 56 78, card 4111 1111 1111 1111")
print(*sorted({"phonenumbers", "stdnum"} & set(sys.modules)))
"""


def test_libraries_are_imported_only_when_a_candidate_is_found() -> None:
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout.splitlines() == ["", "phonenumbers stdnum"], done.stderr
