"""What each command does on the chat screen. One function per command, found by its name in the command table."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from hybridchat.facts import Mode
from hybridchat.render import offline
from hybridchat.render.words import short
from hybridchat.tui.adjusting import ADJUSTING
from hybridchat.tui.reading import READING
from hybridchat.tui.thread import Kind, Tone

if TYPE_CHECKING:  # the screen runs these and hands itself in; at run time nothing points back
    from hybridchat.tui.screen import ChatScreen

Action = Callable[["ChatScreen", str], Awaitable[None]]


async def help_(screen: ChatScreen, args: str) -> None:
    from hybridchat.tui.help import Help  # imported here, like every view: not needed before first paint

    await screen.app.push_screen(Help(screen.keys, screen.launch.terminal, args))


async def model(screen: ChatScreen, args: str) -> None:
    if args:
        from hybridchat.tui import keeping

        if not await keeping.asked(screen, args):
            await pin(screen, args)
        return
    from hybridchat.tui import keeping, pulling
    from hybridchat.tui.models import AUTO, Models

    def chosen(model_id: str | None) -> None:
        if model_id is not None:
            _hold(screen, None if model_id == AUTO else model_id)
        else:
            keeping.let_go(screen)

    opened = screen.opened
    held = screen.current.session.pin
    pull = pulling.of(screen) if opened.stock is not None else None
    view = Models(lambda: (opened.chat.models(), opened.snapshot()), held, demo=screen.launch.demo, pulling=pull)
    screen.app.push_screen(view, chosen)


async def pin(screen: ChatScreen, args: str) -> None:
    if not args:
        _hold(screen, None)
        return
    models = screen.opened.chat.models()
    match = [m for m in models if args in (m.id, m.name)] or [m for m in models if args.lower() in m.id.lower()]
    if len(match) == 1:
        _hold(screen, match[0].id)
    elif match:
        screen.say(f"{args!r} could be: {', '.join(m.id for m in match)}", Tone.WARN)
    else:
        screen.say(f"There is no model {args!r}. {screen.keys.word('model')} lists them.", Tone.WARN)


def _hold(screen: ChatScreen, model_id: str | None) -> None:
    try:
        screen.current.set_pin(model_id)
    except LookupError as error:  # it went away while the list was open
        screen.say(f"{str(error)[:1].upper()}{str(error)[1:]}.", Tone.WARN)
    _changed(screen)


def _changed(screen: ChatScreen) -> None:
    """Another mode or model is held: the header and the preview follow."""
    screen.show_top()
    screen.look_ahead()


async def local(screen: ChatScreen, _: str) -> None:
    screen.current.set_mode(Mode.ONLY_LOCAL)
    _changed(screen)


def _locked(screen: ChatScreen) -> bool:
    """Whether no key lifts LOCAL ONLY here; says why."""
    if lock := screen.opened.chat.lock:
        screen.say(lock, Tone.WARN)
    return bool(lock)


async def cloud(screen: ChatScreen, _: str) -> None:
    if _locked(screen):
        return
    screen.current.set_mode(Mode.ONLY_CLOUD)
    _changed(screen)


async def auto(screen: ChatScreen, _: str) -> None:
    if _locked(screen):
        return
    screen.current.set_mode(Mode.AUTO)
    _changed(screen)


async def other(screen: ChatScreen, _: str) -> None:
    if screen.previewed is not None and screen.previewed[0] != screen.composer.draft:
        await screen.ahead.look()  # the key came before the pause in which the line would have caught up
    draft, told = screen.previewed or ("", None)
    if told is not None and told.decision.offer and draft == screen.composer.draft:
        # the line under the composer says that this key asks that model: it means what is written there
        meant, screen.composer.draft = screen.composer.meant, ""
        screen.exchange.send(meant, pin=told.decision.offer)
    elif screen.current.mode is Mode.ONLY_LOCAL and screen.thread.answered_here:
        held = f"LOCAL ONLY is on, so the other side is not asked. {screen.keys.word('auto')} lifts it."
        screen.say(screen.opened.chat.lock or held, Tone.WARN)
    else:
        screen.exchange.again(other=True)


async def compare(screen: ChatScreen, args: str) -> None:
    from hybridchat.tui import compare as side_by_side

    await side_by_side.compare(screen, args)


async def continue_(screen: ChatScreen, _: str) -> None:
    said = [b for b in screen.thread.blocks if b.turn_id == screen.thread.last_turn and b.kind is Kind.ANSWER and b.text]
    if said and said[-1].whole:
        screen.say(offline.WHOLE)
    elif said and not screen.exchange.busy():
        # what came from elsewhere and broke off is gone on with here
        screen.exchange.send(offline.GO_ON, mode=None if said[-1].tone is Tone.LOCAL else Mode.ONLY_LOCAL)
    elif not said:
        screen.say("There is no answer to go on with.")


async def queue(screen: ChatScreen, args: str) -> None:
    if args:
        await screen.waiting.keep(args)
    else:
        await screen.waiting.open()


async def ledger(screen: ChatScreen, args: str) -> None:
    from hybridchat.tui import ledger as book

    await book.ledger(screen, args)


async def stats(screen: ChatScreen, args: str) -> None:
    from hybridchat.tui import stats as sums

    await sums.show(screen, args)


async def retry(screen: ChatScreen, _: str) -> None:
    screen.exchange.again()


async def anyway(screen: ChatScreen, _: str) -> None:
    screen.exchange.anyway()


async def budget(screen: ChatScreen, args: str) -> None:
    if args:
        await screen.exchange.budget(args)
    else:
        screen.say(await asyncio.to_thread(screen.opened.chat.purse.told))


async def stop(screen: ChatScreen, _: str) -> None:
    if not screen.exchange.running and screen.pulling is not None and screen.pulling.give_up():
        return
    if screen.exchange.running or not screen.branches.leave():
        await screen.exchange.stop()


async def why(screen: ChatScreen, args: str) -> None:
    """Tells the decision of the message under the cursor, else of the answer `args` from the end, else of the last one."""
    from hybridchat.render.changes import hindsight
    from hybridchat.tui import why as story

    answers = [b for b in screen.thread.blocks if b.kind is Kind.ANSWER and b.text]
    if args and (not args.isdecimal() or not 0 < int(args) <= len(answers)):
        screen.say(f"/why 1 is the last answer, /why {len(answers)} the first." if answers else "There is no answer yet.")
        return
    block = answers[-int(args)] if args else screen.transcript.current
    turn_id = block.turn_id if block is not None else screen.thread.last_turn
    past, attempt_id = screen.opened.chat.store.past, block.attempt_id if block is not None else ""
    record, changed = await asyncio.to_thread(hindsight, past, turn_id, attempt_id)
    # a question that several models answered was decided for each of them
    decision = record.decision if record is not None else screen.thread.decisions.get(turn_id)
    if decision is None:
        decision = await screen.current.decision_of(turn_id) if turn_id else screen.current.decision
    if decision is None:
        screen.say("No decision yet: it comes with the first message.")
        return

    def chosen(model_id: str | None) -> None:
        if model_id is not None:
            screen.exchange.instead(turn_id, model_id)

    screen.app.push_screen(story.Why(decision, record, changed), chosen)


async def private(screen: ChatScreen, _: str) -> None:
    from hybridchat.tui import private as apart  # imported here, like every view

    if screen.opened.chat.private:
        screen.say(apart.ENTERED)
    else:
        await apart.enter(screen)


async def _out(screen: ChatScreen, session_id: str | None = None) -> None:
    from hybridchat.tui import private as apart

    await apart.leave(screen, session_id)


async def new(screen: ChatScreen, _: str) -> None:
    if screen.opened.chat.private:
        await _out(screen)
    elif not screen.current.blank:
        await screen.open_session(None)
        screen.say("A new conversation. The one before stays in the list.")


async def sessions(screen: ChatScreen, args: str) -> None:
    from hybridchat.tui.shelf import open_list

    await open_list(screen, args)


async def tag(screen: ChatScreen, args: str) -> None:
    from hybridchat.tui import shelf

    await shelf.tag(screen, args)


async def top(screen: ChatScreen, _: str) -> None:
    from hybridchat.tui import shelf

    await shelf.top(screen)


async def archive(screen: ChatScreen, _: str) -> None:
    from hybridchat.tui import shelf

    await shelf.archive(screen)


async def rename(screen: ChatScreen, args: str) -> None:
    if not args:
        screen.say("/rename TITLE gives this conversation a title.")
    elif screen.current.blank:
        screen.say("There is nothing to name yet: ask something first.")
    else:
        screen.current.rename(args)
        screen.show_top()


async def purge(screen: ChatScreen, _: str) -> None:
    gone = screen.current.session
    if screen.opened.chat.private or screen.current.blank:
        await delete(screen, "")
        return
    await screen.exchange.stop()
    screen.opened.chat.store.purge.mark([gone.id])
    screen.deleted.append(gone.id)
    await screen.open_session(None)
    screen.say(f"“{gone.title or 'untitled'}” is erased in 10 minutes. /undo before that brings it back.")


async def delete(screen: ChatScreen, _: str) -> None:
    gone = screen.current.session
    if screen.opened.chat.private:
        await _out(screen)
        return
    if screen.current.blank:
        screen.say("There is nothing to delete yet.")
        return
    await screen.exchange.stop()
    screen.opened.chat.store.delete_session(gone.id)
    screen.deleted.append(gone.id)
    await screen.open_session(None)
    screen.say(f"Deleted “{gone.title or 'untitled'}”. /undo brings it back.")


async def undo(screen: ChatScreen, _: str) -> None:
    store = screen.home.chat.store
    if screen.deleted:
        back = screen.deleted.pop()
        store.restore_session(back)
        if await asyncio.to_thread(store.session, back) is None:
            screen.say("It is erased already.")
            return
    elif condemned := await asyncio.to_thread(store.purge.unmark):
        back = condemned[0].id
        if len(condemned) > 1:
            screen.say(f"{len(condemned)} conversations are back.")
    else:
        screen.say("Nothing was deleted since the program started.")
        return
    if screen.opened is not screen.home:
        await _out(screen, back)
    else:
        await screen.open_session(back)
    screen.say(f"“{screen.current.session.title or 'untitled'}” is back.")


async def hide(screen: ChatScreen, args: str) -> None:
    if not args or screen.opened.hide is None:
        screen.say("/hide WORD: that word is never sent readable from then on.")
        return
    # off the event loop: the list of terms is a file
    screen.say(await asyncio.to_thread(screen.opened.hide, args))
    screen.look_ahead()


async def status(screen: ChatScreen, _: str) -> None:
    from hybridchat.tui import gauges
    from hybridchat.tuning import summary

    snapshot = screen.opened.snapshot()
    held = screen.current.session.pin
    rows = [
        gauges.line(snapshot, 1000, gauges.others(screen.opened.chat.models())).plain,
        f"model: {short(held) + ', held' if held else 'chosen for each message'}",
    ]
    rows += [f"{m.name}: {m.host}, {'this machine' if m.on_device else 'not this machine'}" for m in screen.opened.chat.models()]
    rows += [f"set here: {told}"] if (told := summary(screen.current.session)) else []
    rows += [screen.opened.chat.here] if screen.opened.chat.here else []
    rows += [f"profile: {screen.launch.profile}"] if screen.launch.profile else []
    screen.say("\n".join(rows), head="status")


async def theme(screen: ChatScreen, args: str) -> None:
    screen.post_message(screen.ThemeWanted(args))


async def quit_(screen: ChatScreen, _: str) -> None:
    await screen.leave()


ACTIONS: dict[str, Action] = {
    "help": help_, "model": model, "local": local, "cloud": cloud, "auto": auto, "pin": pin, "other": other,
    "compare": compare, "stop": stop, "retry": retry, "why": why, "new": new, "sessions": sessions, "rename": rename,
    "tag": tag, "top": top, "archive": archive,
    "delete": delete, "undo": undo, "hide": hide, "status": status, "ledger": ledger, "stats": stats,
    "anyway": anyway, "budget": budget, "theme": theme, "quit": quit_, "private": private, "purge": purge,
    "continue": continue_, "queue": queue, **READING, **ADJUSTING,
}  # fmt: skip
