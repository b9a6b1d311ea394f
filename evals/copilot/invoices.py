"""The invoice lines of Online Retail (UCI), and the shop that they make.

What is kept of them, for the shop and for the truth alike: lines of an invoice with a positive quantity and price are goods sold; an
invoice without a customer number is a guest of its own; a credit note (``C...``) of a customer is a refund on that customer's last
invoice before it. Everything else (stock corrections, gifts without a price, credit notes of nobody or before the first invoice) is
refused and counted. Prices are whole pence, half a penny to the even one.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from evals.benchmarks.base import BenchmarkError
from evals.benchmarks.reading import csv_rows
from knowledge.db import Database
from knowledge.money import Money
from knowledge.schema import Customer, Order, OrderLine, Product, Refund, Shop, Variant

FOLDER = "shop_online_retail_uci"
CURRENCY, ZONE = "GBP", "Europe/London"
_CHUNK = 5_000
_START = dt.datetime(2010, 1, 1, tzinfo=dt.UTC)


@dataclasses.dataclass(frozen=True)
class Line:
    """A line of an invoice or credit note; `at` is London's clock, `pence` the price of a piece."""

    invoice: str
    code: str
    quantity: int
    at: str
    pence: int
    customer: str
    country: str


@dataclasses.dataclass(frozen=True)
class Note:
    """A credit note on an invoice."""

    id: str
    invoice: str
    at: str
    pence: int


@dataclasses.dataclass(frozen=True)
class Invoices:
    """What is kept of the file."""

    lines: tuple[Line, ...]
    notes: tuple[Note, ...]
    titles: dict[str, str]
    refused: dict[str, int]


def read_invoices(folder: Path, *, limit: int | None = None) -> Invoices:
    """Read the folder; `limit`: only so many lines of the file.

    Raises:
        BenchmarkError.
    """
    names = ("InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
    rows = csv_rows(folder / FOLDER, "transactions.csv", needs=names)[:limit]
    titles = {
        row["StockCode"]: row["Description"].strip()
        for row in csv_rows(folder / FOLDER, "products.csv", needs=("StockCode", "Description"))
    }
    refused: Counter[str] = Counter()
    lines, credit = [], []
    for number, row in enumerate(rows, start=2):
        try:
            line = _line(row)
        except (ValueError, ArithmeticError) as error:
            raise BenchmarkError(f"{folder / FOLDER / 'transactions.csv'}, line {number}: {error}") from error
        if line.invoice.startswith("C"):
            credit.append(line)
        elif line.quantity <= 0 or line.pence <= 0:
            refused["no sale"] += 1
        else:
            lines.append(line)
    return Invoices(tuple(lines), tuple(_notes(lines, credit, refused)), titles, dict(refused))


def _line(row: dict[str, str]) -> Line:
    dt.datetime.strptime(row["InvoiceDate"], "%Y-%m-%d %H:%M")  # noqa: DTZ007  (only its form)
    number = row["CustomerID"].partition(".")[0]
    return Line(
        invoice=row["InvoiceNo"],
        code=row["StockCode"],
        quantity=int(row["Quantity"]),
        at=row["InvoiceDate"],
        pence=Money.of(Decimal(row["UnitPrice"]), CURRENCY).minor,
        customer=number or f"G{row['InvoiceNo']}",
        country=row["Country"],
    )


def _notes(lines: Iterable[Line], credit: Iterable[Line], refused: Counter[str]) -> Iterator[Note]:
    bought: dict[str, dict[str, str]] = {}
    for line in lines:
        bought.setdefault(line.customer, {})[line.invoice] = line.at
    for invoice, group in itertools.groupby(credit, key=lambda line: line.invoice):
        back = [line for line in group if line.quantity < 0 and line.pence > 0]
        if not back:
            refused["credit note of nothing"] += 1
            continue
        at = back[0].at
        earlier = [(when, each) for each, when in bought.get(back[0].customer, {}).items() if when <= at]
        if not earlier:
            refused["credit note of nobody, or before the first invoice"] += 1
            continue
        yield Note(invoice, max(earlier)[1], at, sum(-line.quantity * line.pence for line in back))


async def lay_shop(database: Database, invoices: Invoices) -> None:
    """Write the invoices into an empty shop."""
    orders: dict[str, list[Line]] = {}
    for line in invoices.lines:
        orders.setdefault(line.invoice, []).append(line)
    async with database.write() as session:
        session.add(
            Shop(id="uci", name_zh="礼品店", name_en="Gift shop", currency=CURRENCY, default_lang="en", timezone=ZONE)
        )
        await session.flush()
        connection = await session.connection()
        for model, rows in (
            (Product, _products(invoices)),
            (Variant, _variants(invoices)),
            (Customer, _customers(invoices.lines)),
            (Order, _orders(orders)),
            (OrderLine, _lines(orders)),
            (Refund, _refunds(invoices.notes)),
        ):
            for chunk in _batches(rows):
                await connection.execute(insert(model), chunk)


def _batches(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    given = iter(rows)
    while chunk := list(itertools.islice(given, _CHUNK)):
        yield chunk


def utc(at: str) -> dt.datetime:
    """Return the instant of London's clock."""
    return dt.datetime.strptime(at, "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo(ZONE)).astimezone(dt.UTC)


def _products(invoices: Invoices) -> Iterator[dict[str, Any]]:
    for code in dict.fromkeys(line.code for line in invoices.lines):
        yield {"id": code, "title_en": invoices.titles.get(code, code), "title_zh": "", "description_en": "", "description_zh": "",
               "brand": "", "attributes": {}, "tags": [], "status": "active", "created_at": _START}  # fmt: skip


def _variants(invoices: Invoices) -> Iterator[dict[str, Any]]:
    last = {line.code: line.pence for line in invoices.lines}
    for code, pence in last.items():
        yield {
            "sku": code,
            "product_id": code,
            "options": {},
            "price_minor": pence,
            "currency": CURRENCY,
            "available": True,
            "position": 0,
        }


def _customers(lines: Iterable[Line]) -> Iterator[dict[str, Any]]:
    for customer, country in {line.customer: line.country for line in lines}.items():
        yield {"id": customer, "first_name": "", "last_name": customer, "email": "", "phone": "", "lang": "en", "tier": "regular",
               "region": country, "device_id": "", "created_at": _START}  # fmt: skip


def _orders(orders: dict[str, list[Line]]) -> Iterator[dict[str, Any]]:
    for invoice, lines in orders.items():
        at = utc(lines[0].at)
        yield {"id": invoice, "customer_id": lines[0].customer, "status": "delivered", "items_modified": False, "currency": CURRENCY,
               "total_minor": sum(line.quantity * line.pence for line in lines), "discount_minor": 0, "shipping_minor": 0,
               "address": {"country": lines[0].country}, "channel": "web", "device_id": "", "ip": "", "note": "", "placed_at": at,
               "delivered_at": at, "version": 1}  # fmt: skip


def _lines(orders: dict[str, list[Line]]) -> Iterator[dict[str, Any]]:
    for invoice, lines in orders.items():
        for position, line in enumerate(lines):
            yield {"id": f"{invoice}-{position}", "order_id": invoice, "product_id": line.code, "sku": line.code, "title_zh": "",
                   "title_en": "", "options": {}, "quantity": line.quantity, "unit_price_minor": line.pence, "position": position}  # fmt: skip


def _refunds(notes: Iterable[Note]) -> Iterator[dict[str, Any]]:
    for note in notes:
        yield {"id": note.id, "order_id": note.invoice, "kind": "return", "amount_minor": note.pence, "currency": CURRENCY,
               "payment_method_id": "unknown", "status": "done", "created_at": utc(note.at)}  # fmt: skip
