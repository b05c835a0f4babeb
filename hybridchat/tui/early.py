"""What is typed before the composer is there waits for it: Textual gives keys to nobody until something has the focus."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from textual import events

if TYPE_CHECKING:
    from textual.driver import Driver
    from textual.message import Message


def patient(base: type[Driver]) -> type[Driver]:
    """The driver `base`, which keeps what is typed until `listened`."""

    class PatientDriver(base):  # type: ignore[valid-type, misc]  # which driver it is depends on the system
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            self._early: list[Message] | None = []
            self._turn = Lock()
            super().__init__(*args, **kwargs)

        def process_message(self, message: Message) -> None:
            # keys come from a thread of their own: none may overtake those that waited
            with self._turn:
                if self._early is not None and isinstance(message, events.Key | events.Paste):
                    self._early.append(message)
                else:
                    super().process_message(message)

        def listened(self) -> None:
            """Hands on what came so far, and from now on everything at once."""
            with self._turn:
                early, self._early = self._early or [], None
                for message in early:
                    super().process_message(message)

    return PatientDriver


@runtime_checkable
class Patient(Protocol):
    """Keeps what is typed: the driver of the program; that of a test need not."""

    def listened(self) -> None: ...


def listen(driver: Driver | None) -> None:
    """Something has the focus: what was typed goes there."""
    if isinstance(driver, Patient):
        driver.listened()
