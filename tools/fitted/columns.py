"""Reading somebody's own CSV: columns by name, values by kind, and errors that name file, row and column."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TextIO, TypeVar

from tools.fitted.errors import DataError

T = TypeVar("T")
_YES, _NO = frozenset(("1", "true", "yes", "t", "y")), frozenset(("0", "false", "no", "f", "n"))


class Cells(Mapping[str, str]):
    """One row of a file; `read` turns a cell into a value or says where it stands."""

    def __init__(self, path: Path, row: int, cells: Mapping[str, str]) -> None:
        self.path, self.row, self._cells = path, row, cells

    def __getitem__(self, column: str) -> str:
        """Return a cell as it stands, stripped."""
        return self._cells[column]

    def __iter__(self) -> Iterator[str]:
        """Yield the names of the columns."""
        return iter(self._cells)

    def __len__(self) -> int:
        """Return the number of columns."""
        return len(self._cells)

    def read(self, column: str, kind: Callable[[str], T], expected: str) -> T:
        """Return a cell as `kind` makes it.

        Args:
            kind: raises ValueError for what it cannot take.
            expected: what should stand there, for the error.

        Raises:
            DataError.
        """
        try:
            return kind(self[column])
        except (ValueError, OverflowError, ArithmeticError):
            raise DataError(
                self.path, expected, repr(self[column][:80]) if self[column] else "nothing", row=self.row, column=column
            ) from None

    def optional(self, column: str, kind: Callable[[str], T], expected: str) -> T | None:
        """Return a cell as `kind` makes it; None where the column is absent or the cell empty."""
        return self.read(column, kind, expected) if self.get(column, "") else None

    def text(self, column: str) -> str:
        """Return a cell that must not be empty."""
        return self.read(column, _filled, "a text")

    def number(self, column: str, *, least: float | None = None) -> float:
        """Return a finite number, not below `least`."""

        def kind(cell: str) -> float:
            value = float(cell)
            if not abs(value) < float("inf") or (least is not None and value < least):
                raise ValueError
            return value

        return self.read(column, kind, "a number" + (f" of {least:g} or more" if least is not None else ""))

    def flag(self, column: str) -> bool:
        """Return 1, true, yes, t, y or their opposites in any case."""
        return self.read(column, _flag, "1 or 0, true or false")

    def time(self, column: str) -> dt.datetime:
        """Return an ISO 8601 time; one without a zone is taken as UTC."""
        return self.read(column, moment, "a time such as 2026-03-01T18:30:00")


def moment(cell: str) -> dt.datetime:
    """Return an ISO 8601 time, aware; without a zone it is UTC.

    Raises:
        ValueError.
    """
    found = dt.datetime.fromisoformat(cell.strip())
    return found.replace(tzinfo=dt.UTC) if found.tzinfo is None else found.astimezone(dt.UTC)


def _filled(cell: str) -> str:
    if not cell:
        raise ValueError
    return cell


def _flag(cell: str) -> bool:
    folded = cell.lower()
    if folded not in _YES | _NO:
        raise ValueError
    return folded in _YES


def read_csv(path: Path, *, needs: Sequence[str]) -> Iterator[Cells]:
    """Yield the rows of a CSV file, plain or gzipped, UTF-8 with or without a mark.

    Raises:
        DataError: it cannot be opened, is not UTF-8, lacks a column that is needed, or a row has other cells than the header.
    """
    if not path.is_file():
        raise DataError(path, "a CSV file", "a folder" if path.is_dir() else "nothing there")
    with _opened(path) as file:
        lines = csv.reader(file, strict=True)
        try:
            header = [cell.strip() for cell in next(lines, [])]
            _check_header(path, header, needs)
            for cells in lines:
                if not cells:
                    continue
                if len(cells) != len(header):
                    raise DataError(path, f"{len(header)} cells", str(len(cells)), row=lines.line_num)
                yield Cells(path, lines.line_num, dict(zip(header, map(str.strip, cells), strict=True)))
        except (csv.Error, UnicodeDecodeError, EOFError, gzip.BadGzipFile) as error:
            raise DataError(path, "CSV in UTF-8", str(error), row=max(1, lines.line_num)) from error


def _opened(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _check_header(path: Path, header: Sequence[str], needs: Sequence[str]) -> None:
    if not header:
        raise DataError(path, f"a header with {', '.join(needs)}", "an empty file")
    for column in needs:
        if column not in header:
            raise DataError(path, f"a column of that name; there are {', '.join(header)[:200]}", row=1, column=column)
