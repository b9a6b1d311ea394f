"""The three meanings of a tool's failure: mendable, final, and everything else, which is a bug."""

from __future__ import annotations

from typing import Any


class ToolError(Exception):
    """Base of what a tool raises on purpose.

    `code` names the sentence that a person is told (``dialogue/replies`` has it in both languages) and `facts` fill
    its gaps; the message is for logs and for models.
    """

    def __init__(self, code: str, message: str, **facts: Any) -> None:
        super().__init__(message)
        self.code = code
        self.facts = facts


class ArgumentError(ToolError):
    """The caller can mend its arguments: an unknown id, a variant that does not exist, two candidates."""


class RefusedError(ToolError):
    """Final: the policy, the permission or the state of things forbids it."""


class NeedsPersonError(RefusedError):
    """The policy leaves the case to a person: the dialogue hands over. ``facts["needs_person"]`` is true."""

    def __init__(self, code: str, message: str, **facts: Any) -> None:
        super().__init__(code, message, needs_person=True, **facts)
