"""What can be wrong with data and versions of a fitted model; each message is for the person who gave the data."""

from __future__ import annotations

from pathlib import Path


class FittedError(Exception):
    """Base of what fitting, measuring and loading a model raises on purpose."""


class DataError(FittedError):
    """Data that cannot be used.

    Args:
        path: the file.
        expected: what should stand there.
        came: what stands there.
        row: the line of the file, the header being 1; None: the file as a whole.
        column: its name; None: the row as a whole.
    """

    def __init__(
        self, path: Path, expected: str, came: str = "", *, row: int | None = None, column: str | None = None
    ) -> None:
        self.path, self.row, self.column = path, row, column
        place = str(path)
        place += f", row {row}" if row is not None else ""
        place += f", column {column!r}" if column is not None else ""
        super().__init__(f"{place}: expected {expected}" + (f", got {came}" if came else ""))


class TooLittleDataError(FittedError):
    """Not enough to learn from, as in a new shop: the baseline goes on answering."""


class VersionError(FittedError):
    """A version that is not there, or whose files cannot be read."""
