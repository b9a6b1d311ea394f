"""Reading files: CSV with any usual delimiter, JSON; what cannot be read as a whole is refused with what to do."""

from __future__ import annotations

import codecs
import collections
import csv
import dataclasses
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from knowledge.errors import ImportRefusedError
from knowledge.importers.base import BadValueError, ImportContext, Refusal

_CELL_MAX = 16 * 1024 * 1024
_DELIMITERS = ",;\t|"
_ERRORS = "surrogateescape"
"""Bytes that are no text become half surrogate pairs: the rows that hold them are refused, the others are read."""
_UNDECODED = re.compile("[\udc80-\udcff]")
_ENCODING_ADVICE = (
    "save the file as CSV (UTF-8), or name its encoding in a mapping file (`encoding: gb18030` is what Chinese Excel "
    "writes, `cp1252` what Western Excel writes)"
)
_WORKBOOKS = {b"PK\x03\x04": "an Excel workbook", b"\xd0\xcf\x11\xe0": "an old Excel workbook", b"%PDF": "a PDF"}


@dataclasses.dataclass(frozen=True)
class Record:
    """One record of a CSV file, or (with a fault) a line that is none."""

    cells: Mapping[str, str]
    file: str
    row: str
    fault: str = ""

    def refusal(self, table: str, column: str, reason: str, *, key: str = "") -> Refusal:
        """Return why this record is not taken."""
        return Refusal(self.file, self.row, column, reason, table, key)

    def text(self, column: str) -> str:
        """Return a cell without the spaces around it; empty when the file lacks the column."""
        return self.cells.get(column, "").strip()

    def required(self, column: str) -> str:
        """Return a cell that must not be empty.

        Raises:
            BadValueError: it is.
        """
        value = self.text(column)
        if not value:
            raise BadValueError(column, "is empty")
        return value


@dataclasses.dataclass(frozen=True)
class CsvFile:
    """A CSV file of known header."""

    path: Path
    encoding: str
    delimiter: str
    header: tuple[str, ...]

    def require(self, columns: Sequence[str]) -> None:
        """Refuse the file when a column is missing.

        Raises:
            ImportRefusedError: it is; names the columns found.
        """
        missing = [column for column in columns if column not in self.header]
        if missing:
            raise ImportRefusedError(
                f"{self.path.name}: the column {_listed(missing)} is missing; found {_listed(self.header)}. "
                "Rename the column in the file, or name it in a mapping file"
            )

    def records(self, context: ImportContext | None = None) -> Iterator[Record]:
        """Yield every record; blank lines are left out."""
        csv.field_size_limit(_CELL_MAX)
        size = max(self.path.stat().st_size, 1)
        with self.path.open("rb") as raw, io.TextIOWrapper(raw, self.encoding, _ERRORS, newline="") as stream:
            lines = _Lines(stream)
            reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
            next(reader)
            while True:
                row = str(lines.begin())
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    lines.give_back()
                    yield Record({}, self.path.name, row, f"is not CSV: {error} (look for a lone quote)")
                    continue
                except UnicodeDecodeError as error:
                    raise _not_text(self.path, self.encoding) from error
                if any(cell.strip() for cell in cells):
                    yield self._record(cells, row)
                if context is not None and lines.number % 500 == 0:
                    context.stage, context.share = self.path.name, min(raw.tell() / size, 1.0)

    def _record(self, cells: Sequence[str], row: str) -> Record:
        wanted = len(self.header)
        if any(map(_UNDECODED.search, cells)):
            cells = [_UNDECODED.sub("\ufffd", cell) for cell in cells]
            fault = f"is not {_plain(self.encoding)} text: {_ENCODING_ADVICE}"
            return Record(dict(zip(self.header, cells, strict=False)), self.path.name, row, fault)
        if len(cells) < wanted or any(cell.strip() for cell in cells[wanted:]):
            fault = f"expected {wanted} cells as in the header, got {len(cells)}"
            return Record(dict(zip(self.header, cells, strict=False)), self.path.name, row, fault)
        return Record(dict(zip(self.header, cells, strict=False)), self.path.name, row)


class _Lines:
    """The lines of a file, of which those after a record's first can be taken back: a lone quote swallows what follows."""

    def __init__(self, stream: Iterator[str]) -> None:
        self.number = 0
        self._stream = stream
        self._taken: list[str] = []
        self._returned: collections.deque[str] = collections.deque()

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._returned.popleft() if self._returned else next(self._stream)
        self._taken.append(line)
        self.number += 1
        return line

    def begin(self) -> int:
        """Begin a record; return the number of its first line."""
        self._taken.clear()
        return self.number + 1

    def give_back(self) -> None:
        """Let every line after the record's first be read again."""
        self._returned.extendleft(reversed(self._taken[1:]))
        self.number -= max(len(self._taken) - 1, 0)


def open_csv(path: Path, *, encoding: str = "utf-8", delimiter: str | None = None) -> CsvFile:
    """Read the header of a CSV file; the delimiter is the one that the header uses most.

    Raises:
        ImportRefusedError: absent, empty, not text in this encoding, or no CSV.
    """
    if not path.is_file():
        raise ImportRefusedError(f"{path}: there is no such file")
    encoding = _encoding(path, encoding)
    try:
        with path.open(encoding=encoding, errors=_ERRORS, newline="") as stream:
            line = stream.readline()
            chosen = delimiter or max(_DELIMITERS, key=line.count)
            stream.seek(0)
            header = tuple(cell.strip() for cell in next(csv.reader(stream, delimiter=chosen, strict=True), []))
    except (UnicodeDecodeError, LookupError) as error:
        raise _not_text(path, encoding) from error
    except csv.Error as error:
        raise ImportRefusedError(f"{path.name}: the header is not CSV: {error}") from error
    if _UNDECODED.search(line):
        raise _not_text(path, encoding)
    if not any(header):
        raise ImportRefusedError(f"{path.name}: expected a header line with the names of the columns, found none")
    twice = sorted({column for column in header if column and header.count(column) > 1})
    if twice:
        raise ImportRefusedError(f"{path.name}: the column {_listed(twice)} stands twice in the header; rename one")
    return CsvFile(path, encoding, chosen, header)


def _encoding(path: Path, wanted: str) -> str:
    with path.open("rb") as stream:
        start = stream.read(4)
    for magic, what in _WORKBOOKS.items():
        if start.startswith(magic):
            raise ImportRefusedError(f"{path.name} is {what}: save it as CSV (UTF-8)")
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return "utf-8-sig" if wanted.lower().replace("_", "-") in ("utf-8", "utf8") else wanted


def _not_text(path: Path, encoding: str) -> ImportRefusedError:
    return ImportRefusedError(f"{path.name} is not {_plain(encoding)} text: {_ENCODING_ADVICE}")


def _plain(encoding: str) -> str:
    return encoding.removesuffix("-sig").upper()


def read_json(path: Path) -> object:
    """Read a JSON file; numbers with a point become `Decimal`, so that amounts stay exact.

    Raises:
        ImportRefusedError: absent, not UTF-8, or not JSON (with line and column).
    """
    if not path.is_file():
        raise ImportRefusedError(f"{path}: there is no such file")
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"), parse_float=Decimal, strict=False)
    except UnicodeDecodeError as error:
        raise ImportRefusedError(f"{path.name} is not UTF-8 text: {error.reason} at byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise ImportRefusedError(
            f"{path.name} is not JSON: line {error.lineno}, column {error.colno}: {error.msg}"
        ) from error
    except RecursionError as error:
        raise ImportRefusedError(f"{path.name}: the JSON is nested too deeply") from error


def _listed(names: Sequence[str]) -> str:
    return ", ".join(repr(re.sub(r"\s+", " ", name)[:60]) for name in names) or "nothing"
