"""What the modules of the ``olist`` format share: the sales so far, and how its cells are read."""

from __future__ import annotations

import dataclasses
import datetime as dt
import zoneinfo
from collections import defaultdict

from knowledge.importers.files import Record
from knowledge.importers.values import amount, time

CURRENCY = "BRL"
EPOCH = dt.datetime(2016, 9, 1, tzinfo=dt.UTC)
"""When the data set begins."""
ZONE = zoneinfo.ZoneInfo("America/Sao_Paulo")


@dataclasses.dataclass
class Sales:
    """What has been read and other files need."""

    people: dict[str, str] = dataclasses.field(default_factory=dict)
    """customer_id to customer_unique_id."""
    addresses: dict[str, dict[str, object]] = dataclasses.field(default_factory=dict)
    """customer_id to the address."""
    items: dict[str, list[Record]] = dataclasses.field(default_factory=lambda: defaultdict(list))
    payments: dict[str, list[Record]] = dataclasses.field(default_factory=lambda: defaultdict(list))
    prices: dict[str, list[tuple[dt.datetime, int]]] = dataclasses.field(default_factory=lambda: defaultdict(list))
    """product_id to its sales."""
    names: dict[str, str] = dataclasses.field(default_factory=dict)
    """Portuguese to English name of a category."""
    titles: dict[str, str] = dataclasses.field(default_factory=dict)
    methods: set[str] = dataclasses.field(default_factory=set)
    first_sale: dt.datetime | None = None


def cents(record: Record, column: str) -> int:
    """Return a required amount."""
    return amount(record.required(column), CURRENCY, column)


def sold_time(record: Record, column: str) -> dt.datetime:
    """Return a required time."""
    return time(record.required(column), column, zone=ZONE)


def optional_time(record: Record, column: str) -> dt.datetime | None:
    """Return a time, or None for an empty cell."""
    return time(record.text(column), column, zone=ZONE) if record.text(column) else None
