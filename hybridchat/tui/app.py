"""The Textual application: themes, keys, the chat screen. Everything else is somewhere it can be tested without it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.driver import Driver
from textual.notifications import Notify, SeverityLevel
from textual.screen import Screen
from textual.theme import Theme

from hybridchat.bindings import faults, here
from hybridchat.commands import COMMANDS
from hybridchat.render.palette import Palette
from hybridchat.tui import ending, messages, sizing, themes
from hybridchat.tui.early import listen, patient
from hybridchat.tui.keymap import bind, line
from hybridchat.tui.lean import lean
from hybridchat.tui.lenient import lenient
from hybridchat.tui.ports import Launch
from hybridchat.tui.screen import ChatScreen


class HybridChat(App[None], inherit_bindings=False):
    """`HybridChat(launch).run()`; what `launch.open` builds comes after the first paint."""

    CSS_PATH = Path(__file__).with_name("app.tcss")
    TITLE = "hybridchat"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("quit", "quit", priority=True),
        bind("palette", "command_palette", priority=True),
    ]

    def __init__(self, launch: Launch) -> None:
        theme, self._problem = themes.load(launch.theme, launch.theme_dirs)
        theme = themes.fitting(theme, sixteen=launch.sixteen)
        # NO_COLOR: with RGB colours Textual would still write them, as greys
        self._colourless = bool(os.environ.get("NO_COLOR"))
        self.launch = launch  # before Textual asks for the driver
        super().__init__(ansi_color=theme.ansi or self._colourless)
        self.animation_level = "none"
        self._chat: ChatScreen | None = None
        self._focus_told = False
        """The terminal said once whether it has the focus."""
        self.register_theme(theme)
        # there is no screen to restyle yet: assigning `theme` would have every rule applied twice, 5 ms
        self.set_reactive(App.theme, theme.name)
        self.set_class(theme.dark, "-dark-mode", update=False)
        self.set_class(not theme.dark, "-light-mode", update=False)
        self.stylesheet.set_variables(self.get_css_variables())
        self.keys = here(launch.keys, launch.terminal.kept)
        if self.keys.own:
            self.set_keymap(dict(self.keys.keymap()))

    def get_driver_class(self) -> type[Driver]:
        return patient(lean(lenient(super().get_driver_class()), erases=self.launch.terminal.name != "screen"))

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return themes.VARIABLES

    def copy_to_clipboard(self, text: str) -> None:
        from hybridchat.tui import clipboard  # imported here: for who copies

        super().copy_to_clipboard(text)
        clipboard.pass_on(self, self._driver, text)

    def notify(
        self, message: str, *, title: str = "", severity: SeverityLevel = "information", timeout: float | None = None,
        markup: bool = False,  # noqa: ARG002 - Textual's argument
    ) -> None:  # fmt: skip
        # titles, names and words of others are told here: to none of them a bracket is an instruction
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=False)

    def on_notify(self, event: Notify) -> None:
        """What is told anew stands longer, not twice."""
        told = event.notification
        for same in [one for one in self._notifications if (one.message, one.title) == (told.message, told.title)]:
            self._unnotify(same, refresh=False)

    async def on_transcript_linked(self, message: messages.Linked) -> None:
        """A link in the conversation, or in one of the answers that are compared."""
        from hybridchat.tui.links import linked  # imported here: for who follows a link

        if self._chat is not None:
            await linked(self._chat, message)

    def _use(self, theme: Theme, problem: str = "") -> str:
        """Takes a theme on, or returns the sentence that says why not."""
        if not problem and self.launch.sixteen and not theme.ansi:
            problem = f"{theme.name} needs more than the 16 colours of this terminal."
        if not problem:
            self._wear(theme)
        return problem

    def _wear(self, theme: Theme) -> None:
        self.register_theme(theme)
        self.ansi_color = theme.ansi or self._colourless
        self.theme = theme.name

    @property
    def conversation(self) -> str:
        """Id of the open conversation; empty where nothing was asked, and while another chat than the program's is shown."""
        chat = self._chat
        return chat.current.session.id if chat is not None and chat.ready and chat.opened is chat.home else ""

    @property
    def palette(self) -> Palette:
        return themes.palette(self.theme_variables, dark=self.current_theme.dark)

    def get_default_screen(self) -> Screen[None]:
        self._chat = ChatScreen(self.launch, self.palette)
        return self._chat

    def on_mount(self) -> None:
        self.theme_changed_signal.subscribe(self, self._recolour)
        self.call_after_refresh(self._read_colours)
        self.call_after_refresh(ending.heed, self, self.action_quit)
        if self._chat is not None:
            self._chat.transcript.repalette(self.palette)
        if self._problem:
            self.notify(self._problem, title="theme", severity="warning", timeout=10)
        if said := "\n".join(faults(self.launch.keys or {})):
            self.notify(said, title="keys", severity="warning", timeout=10, markup=False)

    def on_resize(self) -> None:
        self.set_timer(sizing.SOON, partial(sizing.check, self))

    def _read_colours(self) -> None:
        # after the first paint, which shows nothing of what these rules are for: 2 ms
        self.stylesheet.read(Path(__file__).with_name("colours.tcss"))
        if self._colourless:
            self.refresh_css(animate=False)

    def _recolour(self, _: Theme) -> None:
        if self._chat is not None:
            self._chat.transcript.repalette(self.palette)

    async def on_chat_screen_theme_wanted(self, message: ChatScreen.ThemeWanted) -> None:
        if not message.name:
            await self._pick_theme()
        elif problem := self._use(*await asyncio.to_thread(themes.load, message.name, self.launch.theme_dirs)):
            self.notify(problem, severity="warning", timeout=10)
        else:
            self._keep_theme(message.name)

    async def _pick_theme(self) -> None:
        from hybridchat.tui.theme_picker import Themes  # imported here, like every view

        former = self.current_theme

        def chosen(name: str | None) -> None:
            if name:
                self._keep_theme(name)
            else:
                self._wear(former)

        found = await asyncio.to_thread(themes.entries, self.launch.theme_dirs)
        self.push_screen(Themes(found, former.name, self._use, sixteen=self.launch.sixteen), chosen)

    @work(group="theme")
    async def _keep_theme(self, name: str) -> None:
        # in a thread: a file is read, checked and written
        keep = self.launch.keep_theme
        if said := "Until you leave: nothing is kept here." if keep is None else await asyncio.to_thread(keep, name):
            self.notify(said, timeout=5)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette (Ctrl+P) lists the same table as `/help`."""
        if isinstance(screen, ChatScreen):
            for command in COMMANDS:
                yield SystemCommand(f"/{command.name}", command.help, partial(screen.action_do, command.name))

    def action_command_palette(self) -> None:
        from hybridchat.tui.commanding import Commands  # imported here, like every view

        if not isinstance(self.screen, Commands):
            self.push_screen(Commands(id="--command-palette"))

    def action_help_quit(self) -> None:
        # Textual's own words would name a key that may not arrive here
        self.notify(line(self, "{close} goes back" + (" · {quit} leaves" if self.keys.arriving("quit") else "")), timeout=3)

    async def action_quit(self) -> None:
        """Ctrl+Q from any view: the answer is stopped and the draft kept first."""
        if self._chat is not None:
            await self._chat.leave()

    def signal(self, sign: str) -> None:
        """Writes what makes the terminal ring or notify."""
        if sign and self._driver is not None and not self.is_headless:
            self._driver.write(sign)

    @property
    def looked_at(self) -> bool:
        """Whether the window has the focus; where the terminal does not say, nobody is thought to look."""
        return self.app_focus and (self._focus_told or self.launch.terminal.tells_focus)

    def on_descendant_focus(self) -> None:
        listen(self._driver)

    def on_app_focus(self) -> None:
        self._focus_told = True

    def on_app_blur(self) -> None:
        self._focus_told = True

    def _fatal_error(self) -> None:
        # Textual's own traceback prints local variables: keys and the text of messages would stand in the terminal.
        from rich.traceback import Traceback  # imported here: only a program that fails needs it

        self.panic(Traceback(show_locals=False, width=None))

    async def on_unmount(self) -> None:
        if self.launch.close is not None:
            await self.launch.close()
