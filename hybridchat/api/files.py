"""Files that a program gives with a prompt."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from hybridchat.api.errors import BadFile
from hybridchat.attaching import Unsendable, enclosing
from hybridchat.sessions.attachments import Named


async def handed(prompt: str, files: Sequence[str | Path]) -> tuple[str, tuple[Named, ...]]:
    """The prompt with the text files in front of it, and the pictures apart. Raises `BadFile`."""
    if not files:
        return prompt, ()
    try:
        found = await asyncio.to_thread(enclosing, prompt, [Path(file) for file in files])
    except Unsendable as problem:
        raise BadFile(str(problem)) from None
    return found.text, found.files
