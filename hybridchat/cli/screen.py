"""Opens the full-screen chat."""

from __future__ import annotations

import asyncio
import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from hybridchat.cli import edge
from hybridchat.cli.edge import Exit
from hybridchat.cli.gauges import keep_gauges
from hybridchat.cli.start import Opening, wanted
from hybridchat.cli.tidying import keep_tidy
from hybridchat.config import Config, ConfigError
from hybridchat.config.paths import config_path, profile, themes_dir
from hybridchat.render.terminal import recognise
from hybridchat.tui.app import HybridChat
from hybridchat.tui.bell import Bell
from hybridchat.tui.ports import Found, Launch, Opened
from hybridchat.tui.themes import sixteen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hybridchat.assemble import Assembled
    from hybridchat.chat import Chat
    from hybridchat.doctor import Item
    from hybridchat.facts import Model


def _finds_names() -> bool:
    # after the first paint, which needs nothing of what looks through texts
    from hybridchat.privacy.names_ready import finds_names

    return finds_names()


def run(opening: Opening, config: Config) -> int:
    """Runs the screen until the user leaves; returns the exit code. Raises `Exit`, `ConfigError`."""
    assembled: list[Assembled] = []
    keeping: list[asyncio.Task[None]] = []
    failures: list[Exit | ConfigError] = []
    left: list[str] = []

    async def open_chat() -> Opened:
        await asyncio.to_thread(_import_all)
        from hybridchat.assemble import open_assembled
        from hybridchat.configuring import Configuring
        from hybridchat.stock import Stock
        from hybridchat.welcome import asks_words, found

        try:
            made = await open_assembled(opening.setup(config))
            assembled.append(made)
            session_id, pin = wanted(made.chat, opening)
        except (Exit, ConfigError) as failure:
            # the screen is up already: it closes, and the sentence stands in the shell
            failures.append(failure)
            app.exit(return_code=2)
            raise asyncio.CancelledError from failure

        def find() -> tuple[Found, ...]:
            told = found(made.chat.world, config, demo=opening.demo, here=made.chat.here)
            return tuple(Found(f.ok, f.text, f.fix) for f in told)

        expired = await asyncio.to_thread(made.chat.expire, {session_id} if session_id else ())
        keeping.append(asyncio.create_task(keep_gauges(made.chat.world)))
        keeping.append(asyncio.create_task(keep_tidy(made.chat.store)))
        return Opened(
            chat=made.chat,
            snapshot=made.chat.snapshot,
            found=find(),
            find=find,
            stock=Stock(made.chat.world),
            asks_words=not session_id and await asyncio.to_thread(asks_words, made.chat, demo=opening.demo),
            session=session_id,
            pin=pin,
            banner="" if opening.demo else " ".join(filter(None, (made.chat.banner, expired))),
            strategy=config.strategy,
            examine=None if opening.demo else partial(_examine, made.chat),
            settings=None if opening.demo else Configuring(chat=made.chat),
            compared=partial(_compared, config),
            hide=made.chat.hide,
        )

    async def close() -> None:
        for task in keeping:
            task.cancel()
        for made in assembled:
            try:
                left.append(await asyncio.to_thread(_way_back, made.chat, app.conversation))
            finally:  # whatever became of the disk
                await made.close()

    # a key must not wait its turn behind the thread that looks through a long text: 5 ms at each step, unless told otherwise
    sys.setswitchinterval(0.001)
    own_themes = (str(themes_dir()),)
    app = HybridChat(
        Launch(
            open=open_chat, close=close, theme=config.theme, demo=opening.demo, profile="" if opening.demo else profile(),
            keys=config.keys, terminal=recognise(os.environ, config.ui.terminal),
            bell=Bell(config.ui.bell, config.ui.notify, config.ui.bell_after_s), theme_dirs=own_themes,
            names_hidden=_finds_names, sixteen=sixteen(),
            keep_theme=None if opening.demo else partial(keep_theme, config_path()),
        )
    )  # fmt: skip
    app.run(mouse=config.mouse)
    if failures:
        raise failures[0]
    if not app.return_code and sys.stdout.isatty():
        sys.stdout.write("".join(left))
    return app.return_code or 0


def _way_back(chat: Chat, session_id: str) -> str:
    """The line that says how to go on with what was said; empty where nothing of it is kept."""
    if not session_id or chat.private or not chat.store.saved or chat.store.session(session_id) is None:
        return ""
    return f"To go on: hybridchat {f'--profile {profile()} ' if profile() else ''}--session {session_id}\n"


async def _examine(chat: Chat, online: bool) -> Sequence[Item]:
    from hybridchat.config import load
    from hybridchat.doctor import broken, examine  # imported here: for who asks

    try:
        config = await asyncio.to_thread(load)
    except ConfigError as error:
        return broken(error, os.environ)
    return await examine(chat, config, os.environ, online=online)


def _compared(config: Config) -> Model | None:
    from hybridchat.cli.stats import compared_with  # imported here: for one view, and off the event loop

    return compared_with(config)


def keep_theme(path: Path, name: str) -> str:
    """Writes the theme into the configuration at `path`, comments kept; returns what there is to say about it."""
    from hybridchat.config.template import set_value  # imported here: only for who changes the theme

    try:
        set_value(path, "theme", name)
    except (ConfigError, OSError) as error:
        return f"Not kept: {error}"
    return "Kept, but HYBRIDCHAT_THEME is set and wins at the next start." if os.environ.get("HYBRIDCHAT_THEME") else ""


def _import_all() -> None:
    """Imports what the first paint does not need and everything after it does: 0.1 s, off the event loop."""
    import hybridchat.assemble
    import hybridchat.stock
    import hybridchat.tui.first
    import hybridchat.welcome  # noqa: F401 - imported for its effect

    edge.started()
