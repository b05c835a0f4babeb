"""What each command does on the chat screen. One function per command, found by its name in the command table."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from hybridchat.facts import Mode
from hybridchat.render.text import written
from hybridchat.render.words import short
from hybridchat.tui.thread import Tone

if TYPE_CHECKING:  # the screen runs these and hands itself in; at run time nothing points back
    from hybridchat.tui.screen import ChatScreen

Action = Callable[["ChatScreen", str], Awaitable[None]]


async def help_(screen: ChatScreen, _: str) -> None:
    from hybridchat.tui import help as keys  # imported here, like every view: not needed before first paint
    from hybridchat.tui.sheet import Page, room

    screen.app.push_screen(Page("Keys and commands", keys.page(screen.keys, room(screen.size.width))))


async def model(screen: ChatScreen, args: str) -> None:
    if args:
        await pin(screen, args)
        return
    from hybridchat.tui.models import AUTO, Models

    def chosen(model_id: str | None) -> None:
        if model_id is not None:
            screen.hold(None if model_id == AUTO else model_id)

    opened = screen.opened
    screen.app.push_screen(Models(opened.chat.models(), opened.snapshot(), screen.session.pin), chosen)


async def pin(screen: ChatScreen, args: str) -> None:
    if not args:
        screen.hold(None)
        return
    models = screen.opened.chat.models()
    match = [m for m in models if args in (m.id, m.name)] or [m for m in models if args.lower() in m.id.lower()]
    if len(match) == 1:
        screen.hold(match[0].id)
    elif match:
        screen.say(f"{args!r} could be: {', '.join(m.id for m in match)}", Tone.WARN)
    else:
        screen.say(f"There is no model {args!r}. F2 lists them.", Tone.WARN)


async def local(screen: ChatScreen, _: str) -> None:
    screen.set_mode(Mode.ONLY_LOCAL)


async def cloud(screen: ChatScreen, _: str) -> None:
    screen.set_mode(Mode.ONLY_CLOUD)


async def auto(screen: ChatScreen, _: str) -> None:
    screen.set_mode(Mode.AUTO)


async def other(screen: ChatScreen, _: str) -> None:
    screen.ask_again(other=True)


async def retry(screen: ChatScreen, _: str) -> None:
    screen.ask_again()


async def stop(screen: ChatScreen, _: str) -> None:
    await screen.stop()


async def why(screen: ChatScreen, _: str) -> None:
    decision = screen.decision_shown()
    if decision is None:
        screen.say("No decision yet: it comes with the first message.")
        return
    from hybridchat.tui import why as story
    from hybridchat.tui.sheet import Page

    screen.app.push_screen(Page("Why this model", story.page(decision)))


async def new(screen: ChatScreen, _: str) -> None:
    await screen.open_session(None)


async def sessions(screen: ChatScreen, _: str) -> None:
    from hybridchat.tui.sessions import NEW, Sessions

    def chosen(session_id: str | None) -> None:
        if session_id is not None:
            screen.switch(None if session_id == NEW else session_id)

    screen.app.push_screen(Sessions(screen.opened.chat.store, screen.session.id, screen.now()), chosen)


async def rename(screen: ChatScreen, args: str) -> None:
    if not args:
        screen.say("/rename TITLE gives this conversation a title.")
        return
    screen.opened.chat.store.rename(screen.session.id, args)
    screen.show_top()


async def delete(screen: ChatScreen, _: str) -> None:
    gone = screen.session
    await screen.stop()
    screen.opened.chat.store.delete_session(gone.id)
    screen.deleted = gone.id
    await screen.open_session(None)
    screen.say(f"Deleted “{gone.title or 'untitled'}”. /undo brings it back.")


async def undo(screen: ChatScreen, _: str) -> None:
    if not screen.deleted:
        screen.say("Nothing was deleted since the program started.")
        return
    screen.opened.chat.store.restore_session(screen.deleted)
    session_id, screen.deleted = screen.deleted, ""
    await screen.open_session(session_id)


async def copy(screen: ChatScreen, _: str) -> None:
    if text := screen.last_answer():
        screen.copy(written(text))
    else:
        screen.say("There is no answer to copy yet.")


async def hide(screen: ChatScreen, args: str) -> None:
    if not args or screen.opened.hide is None:
        screen.say("/hide WORD: that word is never sent readable from then on.")
        return
    screen.opened.hide(args)
    screen.say(f"“{args}” is hidden in everything that leaves from now on.")


async def status(screen: ChatScreen, _: str) -> None:
    from hybridchat.tui import gauges

    snapshot = screen.opened.snapshot()
    held = screen.session.pin
    rows = [gauges.line(snapshot, 1000).plain, f"model: {short(held) + ', held' if held else 'chosen for each message'}"]
    rows += [f"{m.name}: {m.host}, {'this machine' if m.on_device else 'not this machine'}" for m in screen.opened.chat.models()]
    screen.say("\n".join(rows), head="status")


async def theme(screen: ChatScreen, args: str) -> None:
    screen.post_message(screen.ThemeWanted(args))


async def quit_(screen: ChatScreen, _: str) -> None:
    await screen.leave()


ACTIONS: dict[str, Action] = {
    "help": help_, "model": model, "local": local, "cloud": cloud, "auto": auto, "pin": pin, "other": other, "stop": stop,
    "retry": retry, "why": why, "new": new, "sessions": sessions, "rename": rename, "delete": delete, "undo": undo,
    "copy": copy, "hide": hide, "status": status, "theme": theme, "quit": quit_,
}  # fmt: skip
