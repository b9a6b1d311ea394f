"""What the three Shopify exports share: how cells are written, rows that belong together, and the shop so far."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterator

from knowledge.importers.base import Unit
from knowledge.importers.files import Record
from knowledge.types import Options


@dataclasses.dataclass
class Shop:
    """The shop as far as it has been read."""

    currency: str
    now: dt.datetime
    customer_by_email: dict[str, str]
    variants: dict[str, tuple[str, Options]]
    """SKU to product id and options."""
    categories: set[str] = dataclasses.field(default_factory=set)
    skus: dict[str, str] = dataclasses.field(default_factory=dict)
    """SKU by the name of a line item, ``Linen shirt - Sand / M``, for lines that bring no SKU."""
    buyers: set[str] = dataclasses.field(default_factory=set)
    """Customers that an order brought."""
    methods: set[str] = dataclasses.field(default_factory=set)
    newest: dt.datetime | None = None
    """The latest time in the orders export: about when it was made."""


def cell(record: Record, column: str) -> str:
    """Return a cell without the apostrophe that Shopify puts before what a spreadsheet would take for a number."""
    return re.sub(r"^'(?=[\d+=@-])", "", record.text(column))


def faulty(record: Record, table: str, column: str, reason: str, *, key: str = "") -> Unit:
    """Return a record that cannot be read as a unit of its own."""
    return Unit(faults=(record.refusal(table, column, reason, key=key),))


def groups(records: Iterator[Record], column: str) -> Iterator[tuple[str, list[Record]]]:
    """Yield neighbouring records of the same key together; one without a key belongs to the one before."""
    key, group = "", list[Record]()
    for record in records:
        own = cell(record, column)
        if group and own and own != key:
            yield key, group
            group = []
        if not group:
            key = own
        group.append(record)
    if group:
        yield key, group


def nameless(record: Record, table: str, column: str) -> Unit:
    """Return a unit for a row whose name is not there: a line that is no record has none."""
    return faulty(record, table, "", record.fault) if record.fault else faulty(record, table, column, "is empty")
