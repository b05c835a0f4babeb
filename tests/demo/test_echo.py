"""What a demo server was sent, printed and kept exactly."""

from __future__ import annotations

import io
from hashlib import sha256
from pathlib import Path
from urllib.request import Request, urlopen

from hybridchat.demo import Demo
from hybridchat.demo.echo import Echo


def test_every_body_is_printed_with_its_hash_and_kept_byte_for_byte(demo: Demo, tmp_path: Path) -> None:
    out = io.StringIO()
    demo.openai.heard = Echo(out, tmp_path / "seen")
    bodies = ['{"model": "m", "messages": [{"role": "user", "content": "ü €"}]}'.encode(), b"\xff not JSON"]
    for body in bodies:
        asked = Request(f"{demo.openai.base_url}/chat/completions", data=body, headers={"Authorization": "Bearer k"})
        try:
            urlopen(asked).close()
        except OSError:
            pass  # the second one is refused, and shown all the same
    urlopen(f"{demo.openai.base_url}/models").close()
    kept = sorted((tmp_path / "seen").iterdir())
    assert [file.name for file in kept] == ["0001-openai.body", "0002-openai.body"]
    assert [file.read_bytes() for file in kept] == bodies
    told = out.getvalue().splitlines()
    assert told[0] == f"# 1 openai POST /v1/chat/completions {len(bodies[0])} bytes sha256 {sha256(bodies[0]).hexdigest()}"
    assert told[1] == bodies[0].decode()
    assert told[3] == "\\xff not JSON"
    assert len(told) == 4
