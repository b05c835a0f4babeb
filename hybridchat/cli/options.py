"""Options that several commands take, in the same words."""

from __future__ import annotations

from typing import Annotated

import typer

Demo = Annotated[bool, typer.Option("--demo", help="Demo models: canned text, nothing leaves, nothing is saved.")]
Plain = Annotated[bool, typer.Option("--plain", help="Append-only lines instead of a full screen.")]
Local = Annotated[bool, typer.Option("--local", help="Only this machine, a promise: nothing leaves it.")]
Private = Annotated[bool, typer.Option("--private", help="Only this machine, and nothing is saved: a promise.")]
NoSave = Annotated[bool, typer.Option("--no-save", help="Keep the conversation in memory only.")]
SessionId = Annotated[
    str | None, typer.Option("--session", metavar="ID", help="Conversation to go on with: its id, or the start of it.")
]
ModelName = Annotated[
    str | None, typer.Option("--model", "-m", metavar="MODEL", help="Model to pin: ollama:llama3.2, or llama3.2.")
]
