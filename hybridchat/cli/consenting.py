"""What a question that waits for consent says on a terminal, and what is typed there."""

from __future__ import annotations

import signal
import sys

from hybridchat.chat import Chat
from hybridchat.cli import sentences
from hybridchat.cli.edge import say
from hybridchat.cli.stdin import person
from hybridchat.conversation import Package
from hybridchat.events import Verdict
from hybridchat.render import words
from hybridchat.render.text import neutralise

CHOICES = {"y": Verdict.SEND, "yes": Verdict.SEND, "l": Verdict.LOCAL, "local": Verdict.LOCAL,
           "n": Verdict.CANCEL, "no": Verdict.CANCEL, "": Verdict.CANCEL}  # fmt: skip


def consent(package: Package, *, demo: bool) -> Verdict | None:
    """The user's answer; `None` where nobody can be asked. Raises `KeyboardInterrupt`."""
    with person() as answers:
        if answers is None:
            return None
        if _holds_secret(package):
            say("The message holds a secret. It is hidden; look before you send.")
        say(sentences.consent(package, demo=demo))
        # the event loop's own handler would swallow the first Ctrl+C while this thread reads
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            while True:
                sys.stderr.write("[y] send  [v] view  [l] answer on this machine  [n] do not send: ")
                sys.stderr.flush()
                line = answers.readline()
                choice = line.strip().lower()
                if choice == "v":
                    for shown in sentences.view(package):
                        say(neutralise(shown))
                elif choice in CHOICES:
                    if not line:
                        say("")
                    return CHOICES[choice]
        finally:
            signal.signal(signal.SIGINT, before or signal.SIG_DFL)


def _holds_secret(package: Package) -> bool:
    return any(item.kind == "SECRET" for item in package.hidden)


def explain_held(chat: Chat, package: Package) -> None:
    """Says why the package was not sent, and how to have it sent."""
    for problem in chat.world.problems.values():
        say(str(problem))
    if _holds_secret(package):
        say("Not sent: the message holds a secret. Take it out, ask with --local, or ask at a terminal, where you can say yes.")
        return
    say(
        f"Not sent: {words.short(package.model_id)} at {package.host} needs your consent. "
        'Ask again with --cloud, set privacy.cloud = "auto", or use --local.'
    )
