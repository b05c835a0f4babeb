"""What is taken out of the conversation: into the user's editor, into a file, onto the clipboard."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from hybridchat.render import editor
from hybridchat.render.text import written
from hybridchat.render.words import plural
from hybridchat.tui.thread import Kind, Tone

if TYPE_CHECKING:  # the screen runs these and hands itself in; at run time nothing points back
    from hybridchat.tui.screen import ChatScreen


async def edit(screen: ChatScreen) -> None:
    """Writes the draft in the user's editor; while that runs nothing else does, so no answer may be on its way."""
    if screen.exchange.busy():
        return
    program = editor.command(os.environ)
    if screen.opened.chat.private:
        screen.say("This conversation is private: an editor would write it to a file.", Tone.WARN)
    elif not program:
        screen.say("There is no editor: EDITOR names one, as in EDITOR=nano.", Tone.WARN)
    else:
        try:
            with screen.app.suspend():
                text, problem = _edited(screen.composer.draft, program)
        except SuspendNotSupported:
            screen.say("This terminal cannot be handed to an editor.", Tone.WARN)
            return
        if problem:
            screen.say(f"The editor could not be used: {problem}", Tone.WARN)
        else:
            screen.composer.reword(text)
            screen.set_focus(screen.composer)


def _edited(draft: str, program: Sequence[str]) -> tuple[str, str]:
    """The text as it was saved, and what went wrong: an error that left the handed-over terminal would not give it back."""
    try:
        return editor.edited(draft, program), ""
    except (OSError, ValueError) as error:
        return draft, str(error)


async def export(screen: ChatScreen, said: str) -> None:
    """Writes the conversation to a file."""
    from hybridchat.sessions.export import to_file  # imported here: for who asks for it

    if screen.current.blank:
        screen.say("There is nothing to export yet.")
        return
    await screen.current.refresh()
    store, session = screen.opened.chat.store, screen.current.session
    try:
        path = await asyncio.to_thread(to_file, store, session, said)
    except FileExistsError:
        screen.say(f"{said} is there already; another name, please.", Tone.WARN)
    except OSError as error:
        screen.say(f"Not written: {error.strerror or error}: {said}", Tone.WARN)
    else:
        screen.say(f"Written to {path}, as it stands here: nothing in it is hidden.")


async def copy(screen: ChatScreen, args: str) -> None:
    """Copies the last answer, or the one `args` answers up."""
    said = _answers(screen)
    back = int(args) if args.isdecimal() else 1
    if said and not 0 < back <= len(said):
        await screen.above.whole()
        said = _answers(screen)
    if not said:
        screen.say("There is no answer to copy yet.")
    elif (args and not args.isdecimal()) or not 0 < back <= len(said):
        screen.say(f"/copy 1 is the last answer, /copy {len(said)} the first of {plural(len(said), 'answer')}.")
    else:
        screen.copy(written(said[-back]))


def _answers(screen: ChatScreen) -> list[str]:
    return [b.text for b in screen.thread.blocks if b.kind is Kind.ANSWER and b.text]
