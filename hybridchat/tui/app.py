"""The Textual application: themes, keys, the chat screen. Everything else is somewhere it can be tested without it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from textual.app import App, SystemCommand
from textual.screen import Screen
from textual.theme import Theme

from hybridchat.commands import COMMANDS
from hybridchat.render.palette import Palette
from hybridchat.tui import themes
from hybridchat.tui.ports import Launch
from hybridchat.tui.screen import ChatScreen


class HybridChat(App[None]):
    """`HybridChat(launch).run()`; what `launch.open` builds comes after the first paint."""

    CSS_PATH = Path(__file__).with_name("app.tcss")
    TITLE = "hybridchat"
    ENABLE_COMMAND_PALETTE = True

    def __init__(self, launch: Launch) -> None:
        super().__init__()
        self.launch = launch
        self.animation_level = "none"
        self._chat: ChatScreen | None = None
        theme, self._problem = themes.load(launch.theme, launch.theme_dirs)
        self.register_theme(theme)
        # there is no screen to restyle yet: assigning `theme` would have every rule applied twice, 5 ms
        self.set_reactive(App.theme, theme.name)
        self.set_class(theme.dark, "-dark-mode", update=False)
        self.set_class(not theme.dark, "-light-mode", update=False)
        self.stylesheet.set_variables(self.get_css_variables())
        if launch.keys:
            self.set_keymap(dict(launch.keys))

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return themes.VARIABLES

    def _use(self, name: str) -> str:
        """Takes a theme on; returns the sentence that says what was wrong with it."""
        theme, problem = themes.load(name, self.launch.theme_dirs)
        self.register_theme(theme)
        self.theme = theme.name
        return problem

    @property
    def palette(self) -> Palette:
        return themes.palette(self.theme_variables, dark=self.current_theme.dark)

    def get_default_screen(self) -> Screen[None]:
        self._chat = ChatScreen(self.launch, self.palette)
        return self._chat

    def on_mount(self) -> None:
        self.theme_changed_signal.subscribe(self, self._recolour)
        if self._chat is not None:
            self._chat.transcript.repalette(self.palette)
        if self._problem:
            self.notify(self._problem, title="theme", severity="warning", timeout=10)

    def _recolour(self, _: Theme) -> None:
        if self._chat is not None:
            self._chat.transcript.repalette(self.palette)

    def on_chat_screen_theme_wanted(self, message: ChatScreen.ThemeWanted) -> None:
        names = sorted(themes.files(self.launch.theme_dirs))
        following = dict(zip(names, [*names[1:], *names[:1]], strict=True))
        name = message.name or following.get(self.theme, themes.DEFAULT)
        if message.name and name not in names:
            self.notify(f"There is no theme {name!r}; there are: {', '.join(names)}.", severity="warning")
        elif problem := self._use(name):
            self.notify(problem, severity="warning", timeout=10)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette (Ctrl+P) lists the same table as `/help`."""
        if isinstance(screen, ChatScreen):
            for command in COMMANDS:
                yield SystemCommand(f"/{command.name}", command.help, partial(screen.action_do, command.name))

    async def action_quit(self) -> None:
        """Ctrl+Q from any view: the answer is stopped and the draft kept first."""
        if self._chat is not None:
            await self._chat.leave()

    def _fatal_error(self) -> None:
        # Textual's own traceback prints local variables: keys and the text of messages would stand in the terminal.
        from rich.traceback import Traceback  # imported here: only a program that fails needs it

        self.panic(Traceback(show_locals=False, width=None))

    async def on_unmount(self) -> None:
        if self.launch.close is not None:
            await self.launch.close()
