"""Opens the full-screen chat."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from hybridchat.cli.start import Opening
from hybridchat.config import Config
from hybridchat.tui.app import HybridChat
from hybridchat.tui.ports import Found, Launch, Opened

if TYPE_CHECKING:
    from hybridchat.assemble import Assembled


def run(opening: Opening, config: Config) -> int:
    """Runs the screen until the user leaves; returns the exit code."""
    assembled: list[Assembled] = []

    async def open_chat() -> Opened:
        await asyncio.to_thread(_import_all)
        from hybridchat.assemble import open_assembled
        from hybridchat.welcome import found

        made = await open_assembled(opening.setup(config))
        assembled.append(made)
        return Opened(
            chat=made.chat,
            snapshot=made.chat.snapshot,
            found=tuple(Found(f.ok, f.text, f.fix) for f in found(made.chat.world, demo=opening.demo)),
            session=opening.session,
            banner=made.chat.store.problem or "",
            strategy=config.strategy,
            hide=made.chat.hide,
        )

    async def close() -> None:
        for made in assembled:
            await made.close()

    app = HybridChat(Launch(open=open_chat, close=close, theme=config.theme, demo=opening.demo, keys=config.keys))
    app.run(mouse=config.mouse)
    return app.return_code or 0


def _import_all() -> None:
    """Imports what the first paint does not need and everything after it does: 0.1 s, off the event loop."""
    import hybridchat.assemble
    import hybridchat.welcome  # noqa: F401 - imported for its effect
