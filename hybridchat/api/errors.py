"""What can go wrong for a program, one type for each thing that can be done about it.

HybridError
    HookError           a model or agent cannot be hooked like that
    NoModel             no hooked model has that id, or none is hooked
    SessionNotFound     there is no such session
    BadFile             a file to import is no exported conversation, or one that goes with a prompt cannot be sent
    BadConfiguration    the user's config.toml is wrong
    NothingLeft         no model may answer: `unlock` says what would help
    ProviderFailed      the model that was asked failed, and no other could take over; `kind` says how
    AnswerCut           the answer broke off after its first words: `response` holds what came
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hybridchat.api.response import Response


class HybridError(Exception):
    """`str(error)` is a sentence for people that names the fix. It never holds a key or the text of a message."""


class HookError(HybridError, ValueError):
    """A model or an agent cannot be hooked like that."""


class NoModel(HybridError, LookupError):
    """No hooked model has that id, or none is hooked at all."""


class SessionNotFound(HybridError, LookupError):
    """There is no session with that id."""


class BadFile(HybridError, ValueError):
    """A file is no exported conversation, or cannot go with a prompt; the sentence names the file and what is wrong with it."""


class BadConfiguration(HybridError):
    """The user's configuration file, or a strategy named in code, is wrong."""


class NothingLeft(HybridError):
    """No hooked model may answer this prompt now."""

    def __init__(self, sentence: str, *, unlock: str, routing_decision: dict[str, Any]) -> None:
        super().__init__(sentence)
        self.unlock = unlock
        """The cheapest thing that would help; empty when nothing is known to."""
        self.routing_decision = routing_decision
        """Every model with the rule and the figures that removed it."""


class ProviderFailed(HybridError):
    """The model failed before its first word, and so did, or could not, whatever might have taken over."""

    def __init__(self, sentence: str, *, kind: str, model_id: str | None) -> None:
        super().__init__(sentence)
        self.kind = kind
        """unreachable, stalled, unauthorised, rate_limited, out_of_credit, server_fault, unknown_model, too_long, ..."""
        self.model_id = model_id


class AnswerCut(HybridError):
    """The answer is incomplete; it was not asked for again, since its first words had been shown."""

    def __init__(self, sentence: str, *, kind: str, response: Response) -> None:
        super().__init__(sentence)
        self.kind = kind
        self.response = response
