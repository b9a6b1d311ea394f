"""What goes wrong with a language model. Whoever asks one catches `LlmError` and goes on without it."""

from __future__ import annotations


class LlmError(Exception):
    """A language model gave nothing that can be used."""


class LlmMissingError(LlmError):
    """The packages of the extra ``llm`` are not installed."""


class LlmUnavailableError(LlmError):
    """The server cannot be reached, refuses, or takes too long."""


class LlmNonsenseError(LlmError):
    """The server answered, and not with what was asked for."""


class LlmBudgetError(LlmError):
    """The tokens of this turn, or of this day, are spent."""
