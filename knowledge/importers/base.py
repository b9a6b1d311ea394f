"""What an importer is: it turns the files of one format into rows of the shop's tables, and says why a row is not one."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

from sqlmodel import SQLModel

from knowledge.types import JsonObject, Options

Progress = Callable[[str, float], None]
"""Called with what is being done and the share done, in [0, 1]."""

Values = Mapping[str, object]
"""Column to value, in the types of the table: amounts in minor units, times aware, JSON as objects."""


class BadValueError(ValueError):
    """A value of a row that cannot be taken; says what was expected and what came."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.reason = reason


@dataclasses.dataclass(frozen=True)
class Refusal:
    """A row that was not taken: where it stands and why."""

    file: str
    row: str
    """Line of the file (the header is line 1), or the key of a JSON record."""
    column: str
    """Empty when the row as a whole is wrong."""
    reason: str
    table: str = ""
    key: str = ""
    """The id that the row would have had, so that rows which name it can say so."""

    def __str__(self) -> str:
        column = f", {self.column}" if self.column else ""
        return f"{self.file}, row {self.row}{column}: {self.reason}"


@dataclasses.dataclass(frozen=True)
class Row:
    """One row for one table and where it was read.

    Args:
        values: what the file says; an existing row that says otherwise is updated.
        once: what only a new row gets, such as a date that the file lacks; an existing row keeps its own.
        names: the file's name of a column where it differs from the table's, for messages.
    """

    table: type[SQLModel]
    values: Values
    file: str
    row: str
    once: Values = dataclasses.field(default_factory=dict)
    names: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def refusal(self, column: str, reason: str) -> Refusal:
        """Return why this row is not taken."""
        return Refusal(self.file, self.row, self.names.get(column, column), reason, table_name(self.table))


@dataclasses.dataclass(frozen=True)
class Unit:
    """Rows that stand or fall together, parents first: an order with its lines and payments, or a single row.

    `faults` are rows of the unit that could not even be read; with one, nothing of the unit is taken.
    """

    rows: tuple[Row, ...] = ()
    faults: tuple[Refusal, ...] = ()


@dataclasses.dataclass(frozen=True)
class ExistingShop:
    """What a format that lacks ids needs to know of the shop as it is."""

    currency: str | None = None
    customer_by_email: Mapping[str, str] = dataclasses.field(default_factory=dict)
    variants: Mapping[str, tuple[str, Options]] = dataclasses.field(default_factory=dict)
    """SKU to product id and options."""


@dataclasses.dataclass
class ImportContext:
    """What an importer is given beside the path, and where it says how far it is."""

    now: dt.datetime
    """For rows whose file has no date; goes into `Row.once`."""
    mapping: JsonObject = dataclasses.field(default_factory=dict)
    """The content of the mapping file, empty without one."""
    existing: ExistingShop = dataclasses.field(default_factory=ExistingShop)
    notes: list[str] = dataclasses.field(default_factory=list)
    """What the shop owner should know, such as columns that are not used."""
    stage: str = ""
    share: float = 0.0


class Importer(Protocol):
    """Reads one format. `strict`: statuses, kinds and signs are checked too; an export of our own is taken as it is."""

    name: str
    strict: bool

    def units(self, path: Path, context: ImportContext) -> Iterator[Unit]:
        """Yield the shop first, then everything else, parents before children.

        Raises:
            ImportRefusedError: a file cannot be read as a whole.
        """
        ...


def table_name(table: type[SQLModel]) -> str:
    """Return the name of the table."""
    return str(table.__tablename__)
