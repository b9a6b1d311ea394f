"""What may come of a try to send."""

from __future__ import annotations


class DeliveryError(Exception):
    """A try failed.

    Args:
        retry_after_s: how long the receiver asked to be left alone; None where it said nothing.
        final: another try cannot succeed.
    """

    def __init__(self, message: str, *, retry_after_s: float | None = None, final: bool = False) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
        self.final = final


class OutwardError(Exception):
    """A declaration cannot be used as it stands; says what is wrong and what to do."""
