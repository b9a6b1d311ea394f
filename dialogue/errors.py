"""What a channel must be ready for."""

from __future__ import annotations


class DialogueError(Exception):
    """Base of every error that `dialogue` raises on purpose."""


class UnknownConversationError(DialogueError):
    """No such conversation, or not this person's: the two look alike on purpose."""


class MessageRefusedError(DialogueError):
    """The message cannot be taken: `code` is ``empty``, ``too_long``, ``not_text``, ``unknown_attachment``, ``no_words``."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class ClientIdReusedError(DialogueError):
    """The same client message id came with another text."""


class NotOwnerError(DialogueError):
    """The agent does not own this conversation (any more)."""


class ConversationClosedError(DialogueError):
    """The conversation was closed; open a new one."""


class NoTranslatorError(DialogueError):
    """No model is configured that translates."""


class NotTranslatedError(DialogueError):
    """The model gave no translation that can be used; the original stands."""
