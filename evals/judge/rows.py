"""What a conversation changed in the shop, in rows as a scenario writes them, and whether that is what was expected."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from evals.judge.scenario import Expect, Row
from knowledge.money import Money

TALK = frozenset(
    {
        "conversation",
        "conversationevent",
        "ticket",
        "ticketevent",
        "ticketnote",
        "ticketterm",
        "notemention",
        "deskagent",
        "proposal",
        "receipt",
        "auditrow",
        "attachment",
        "riskcase",
        "rating",
        "sitting",
        "ticketclock",
    }
)
"""Tables that every conversation writes; all others are the shop."""


@dataclasses.dataclass(frozen=True)
class Table:
    """How rows of the shop are written in a scenario.

    Args:
        query: SELECT of the scenario's fields, with ``{db}`` where the name of the database goes. Fields that end in
            ``_minor`` become amounts in major units under the name without it.
        covers: raw table -> the field of the query that holds the key of its row.
    """

    query: str
    covers: Mapping[str, str]


TABLES: dict[str, Table] = {
    "orders": Table(
        'SELECT o.id, o.customer_id AS customer, o.status, o.total_minor, o.currency, o.cancel_reason, o.items_modified,'
        " o.payment_method_id AS payment_method, p.kind AS paid_with, o.address ->> '$.line1' AS line1,"
        " o.address ->> '$.city' AS city, o.address ->> '$.postcode' AS postcode"
        ' FROM {db}."order" o LEFT JOIN {db}.paymentmethod p ON p.id = o.payment_method_id',
        {"order": "id"},
    ),
    "lines": Table(
        'SELECT l.id, l.order_id AS "order", l.sku, l.quantity, l.unit_price_minor, o.currency'
        ' FROM {db}.orderline l JOIN {db}."order" o ON o.id = l.order_id',
        {"orderline": "id"},
    ),
    "returns": Table(
        'SELECT l.id AS _line, r.id AS _head, r.order_id AS "order", l.sku, l.quantity, r.status, r.reason, r.refund_minor,'
        " r.currency, r.refund_method_id AS refund_method, p.kind AS refund_to"
        ' FROM {db}.returnline l JOIN {db}."return" r ON r.id = l.return_id'
        " LEFT JOIN {db}.paymentmethod p ON p.id = r.refund_method_id",
        {"returnline": "_line", "return": "_head"},
    ),
    "exchanges": Table(
        'SELECT l.id AS _line, x.id AS _head, x.order_id AS "order", l.old_sku AS sku, l.new_sku, l.quantity, x.status, x.reason,'
        " x.price_difference_minor, x.currency, x.payment_method_id AS payment_method"
        " FROM {db}.exchangeline l JOIN {db}.exchange x ON x.id = l.exchange_id",
        {"exchangeline": "_line", "exchange": "_head"},
    ),
    "refunds": Table(
        'SELECT r.id AS _id, r.order_id AS "order", r.kind, r.amount_minor, r.currency, r.status,'
        " r.payment_method_id AS payment_method, p.kind AS refund_to"
        " FROM {db}.refund r LEFT JOIN {db}.paymentmethod p ON p.id = r.payment_method_id",
        {"refund": "_id"},
    ),
    "payments": Table(
        'SELECT p.id AS _id, p.order_id AS "order", p.kind, p.amount_minor, p.currency, p.payment_method_id AS payment_method'
        " FROM {db}.payment p",
        {"payment": "_id"},
    ),
    "invoices": Table(
        'SELECT i.id AS _id, i.order_id AS "order", i.kind, i.title, i.tax_id, i.email, i.amount_minor, i.currency, i.status'
        " FROM {db}.invoice i",
        {"invoice": "_id"},
    ),
    "addresses": Table(
        "SELECT a.id, a.customer_id AS customer, a.recipient, a.phone, a.line1, a.city, a.state, a.postcode,"
        ' a.is_default AS "default" FROM {db}.address a',
        {"address": "id"},
    ),
    "payment_methods": Table(
        "SELECT m.id, m.customer_id AS customer, m.kind, m.balance_minor, m.currency FROM {db}.paymentmethod m",
        {"paymentmethod": "id"},
    ),
    "coupons": Table(
        "SELECT g.id AS _id, g.coupon_code AS code, g.customer_id AS customer, g.status FROM {db}.coupongrant g",
        {"coupongrant": "_id"},
    ),
    "prices": Table(
        "SELECT v.sku, v.product_id AS product, v.price_minor, v.currency FROM {db}.variant v",
        {"variant": "sku"},
    ),
    "shop_coupons": Table(
        "SELECT c.code, c.title_zh, c.title_en, c.kind, c.value, c.minimum_spend_minor, c.currency, date(c.ends_at) AS ends,"
        ' c.limit_total AS "limit" FROM {db}.coupon c',
        {"coupon": "code"},
    ),
    "documents": Table(
        "SELECT d.id AS _id, d.slug, d.lang, d.title, d.body, d.kind, d.status, d.version FROM {db}.document d",
        {"document": "_id"},
    ),
    "texts": Table(
        "SELECT w.id AS _id, w.place, w.lang, w.text, w.in_force, w.version FROM {db}.wording w",
        {"wording": "_id"},
    ),
    "shop_settings": Table(
        "SELECT s.id, s.settings ->> '$.risk_thresholds' AS risk_thresholds FROM {db}.shop s",
        {"shop": "id"},
    ),
    "stock_levels": Table(
        "SELECT s.sku, s.reorder_point AS level FROM {db}.stock s",
        {"stock": "sku"},
    ),
    "competitor_prices": Table(
        "SELECT c.id AS _id, c.product_id AS product, c.competitor, c.price_minor, c.currency, c.kind FROM {db}.competitorprice c",
        {"competitorprice": "_id"},
    ),
    "tickets": Table(
        "SELECT t.id AS _id, t.customer_id AS customer, t.reason, t.priority, t.queue, t.lang, t.subject FROM {db}.ticket t", {}
    ),
    "call_backs": Table(
        "SELECT t.id AS _id, t.customer_id AS customer, t.call_back ->> '$.by' AS by, t.call_back ->> '$.to' AS \"to\","
        " t.call_back ->> '$.not_before' AS not_before FROM {db}.ticket t WHERE length(t.call_back) > 2",
        {},
    ),
}  # fmt: skip

_FOLLOWS = frozenset({"refund", "payment", "stock", "returnline", "exchangeline"})
"""Raw tables that an effect on an order writes beside what it is named for; checked exactly where the scenario names them."""
_FOLLOWING_COLUMNS = frozenset(
    {"status", "items_modified", "total_minor", "discount_minor", "version", "cancelled_at", "cancel_reason"}
)
"""Columns of an order that such an effect moves. Not among them: where it goes and how it is paid."""


@dataclasses.dataclass(frozen=True)
class Change:
    """A raw row that is new, changed or gone."""

    table: str
    key: Any
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None

    @property
    def columns(self) -> frozenset[str]:
        """Names of the columns that differ."""
        one, other = self.before or {}, self.after or {}
        return frozenset(name for name in {*one, *other} if one.get(name) != other.get(name))

    def __str__(self) -> str:
        what = "new" if self.before is None else "gone" if self.after is None else "changed"
        shown = self.after or self.before or {}
        values = shown if what != "changed" else {name: shown.get(name) for name in sorted(self.columns)}
        return f"{self.table} {self.key}: {what}, {_short(values)}"


class Comparison:
    """Two states of a shop's SQLite file, read side by side."""

    def __init__(self, connection: sqlite3.Connection, *, same_file: bool = False) -> None:
        self._connection = connection
        self._same_file = same_file

    @classmethod
    @contextlib.contextmanager
    def of(cls, before: Path, after: Path) -> Iterator[Comparison]:
        """Open both files for reading."""
        with contextlib.closing(sqlite3.connect(f"file:{after}?mode=ro", uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            connection.execute("ATTACH ? AS base", (f"file:{before}?mode=ro",))
            yield cls(connection, same_file=before == after)

    def changes(self) -> list[Change]:
        """Return every raw row of the shop that differs."""
        if self._same_file:
            return []
        names = [row[0] for row in self._connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")]
        return [change for name in sorted(set(names) - TALK) for change in self._changes(name)]

    def _changes(self, table: str) -> Iterator[Change]:
        new = {_key(table, row): row for row in map(dict, self._moved(table, "main", "base"))}
        if not new and self._count("main", table) == self._count("base", table):
            return
        old = {_key(table, row): row for row in map(dict, self._moved(table, "base", "main"))}
        for key in dict.fromkeys((*old, *new)):
            if old.get(key) != new.get(key):
                yield Change(table, key, old.get(key), new.get(key))

    def _count(self, side: str, table: str) -> int:
        return int(self._connection.execute(f'SELECT count(*) FROM {side}."{table}"').fetchone()[0])

    def _moved(self, table: str, here: str, there: str) -> sqlite3.Cursor:
        """Return the rows that are not the same at the same place there: one walk through both, much quicker than EXCEPT."""
        columns = [row["name"] for row in self._connection.execute(f'PRAGMA main.table_info("{table}")')]
        own, other = (", ".join(f'{name}."{column}"' for column in columns) for name in ("own", "other"))
        return self._connection.execute(
            f'SELECT own.* FROM {here}."{table}" AS own LEFT JOIN {there}."{table}" AS other ON own.rowid = other.rowid'
            f" WHERE ({own}) IS NOT ({other})"
        )

    def rows(self, name: str) -> list[Row]:
        """Return the rows of one of `TABLES` that are new or changed, as a scenario writes them."""
        query = TABLES[name].query
        found = self._connection.execute(f"{query.format(db='main')} EXCEPT {query.format(db='base')}")
        return [_readable(dict(row)) for row in found]


def _key(table: str, row: Mapping[str, Any]) -> Any:
    """Return what tells a row from the others of its table."""
    if table in {"stock", "variant"}:
        return row["sku"]
    return row.get("id", row.get("code", tuple(row.values())))


def _readable(row: dict[str, Any]) -> Row:
    """Write amounts in major units."""
    currency = str(row.pop("currency", ""))
    amounts = {name: value for name, value in row.items() if name.endswith("_minor") and value is not None}
    shown = {name: value for name, value in row.items() if not name.endswith("_minor")}
    return {**shown, **{name.removesuffix("_minor"): Money(value, currency).major for name, value in amounts.items()}}


@dataclasses.dataclass(frozen=True)
class RowFault:
    """A row that is not as expected."""

    table: str
    wanted: Row | None
    """None: no such row was expected."""
    found: Row | None
    """None: there is none like it."""

    def __str__(self) -> str:
        if self.wanted is None:
            return f"{self.table}: {_short(self.found or {})} was not expected"
        if self.found is None:
            return f"{self.table}: expected {_short(self.wanted)}, which is not there"
        return f"{self.table}: expected {_short(self.wanted)}, and there is {_short(self.found)}"

    @property
    def fields(self) -> list[tuple[str, Any, Any, bool]]:
        """Name, expected value, value found, and whether they are the same, of each field; what is expected comes first."""
        wanted, found = self.wanted or {}, self.found or {}
        return [
            (
                name,
                wanted.get(name),
                found.get(name),
                name not in wanted or (name in found and _same(wanted[name], found[name])),
            )
            for name in dict.fromkeys((*wanted, *found))
        ]


Fault = str | RowFault | Change
"""Something that is not as expected, as a sentence or with what a sentence is made of."""


def differences(expect: Expect, before: Path, after: Path) -> list[Fault]:
    """Say where the shop does not stand as expected; nothing: it does."""
    faults: list[Fault] = []
    with Comparison.of(before, after) as compared:
        explained: set[tuple[str, Any]] = set()
        for name, wanted in expect.rows.items():
            missing, extra, used = _matched(wanted, compared.rows(name))
            faults += _paired(name, missing, extra if expect.no_other_writes else [])
            covers = TABLES[name].covers
            explained |= {(raw, row[field]) for row in (*used, *extra) for raw, field in covers.items()}
        if expect.no_other_writes:
            orders = {
                str(row[key]) for rows in expect.rows.values() for row in rows for key in ("order",) if key in row
            }
            orders |= {str(row["id"]) for row in expect.rows.get("orders", ()) if "id" in row}
            named = {raw for name in expect.rows for raw in TABLES[name].covers}
            faults += [
                change
                for change in compared.changes()
                if (change.table, change.key) not in explained and not _follows(change, orders, named)
            ]
    return faults


def _follows(change: Change, orders: set[str], named: set[str]) -> bool:
    """Tell whether a raw change is part of an effect that was expected on one of `orders`."""
    if change.table == "pricerecord":
        return "variant" in named and change.before is None
    if not orders:
        return False
    if change.table == "order":
        return change.key in orders and change.before is not None and change.columns <= _FOLLOWING_COLUMNS
    if change.table == "stock" or (change.table == "paymentmethod" and change.columns <= {"balance_minor"}):
        return True
    if change.table not in _FOLLOWS or change.table in named:
        return False
    row = change.after or {}
    return "order_id" not in row or row["order_id"] in orders


def _matched(wanted: Sequence[Row], found: Sequence[Row]) -> tuple[list[Row], list[Row], list[Row]]:
    """Match every wanted row with a row of its own; returns what is missing, what is too many, and what fitted.

    The rows that fit fewest go first (a scenario's rows are few: no need for more than that).
    """
    left, missing, used = list(found), [], []
    for row in sorted(wanted, key=lambda row: sum(_fits(row, other) for other in found)):
        fitting = next((other for other in left if _fits(row, other)), None)
        if fitting is None:
            missing.append(row)
        else:
            left.remove(fitting)
            used.append(fitting)
    return missing, left, used


def _paired(table: str, missing: Sequence[Row], extra: Sequence[Row]) -> Iterator[RowFault]:
    """Put what was expected beside the row that comes nearest to it."""
    left = list(extra)
    for wanted in missing:
        nearest = max(left, key=lambda row: _likeness(wanted, row), default=None)
        found = nearest if nearest is not None and _likeness(wanted, nearest) else None
        if found is not None:
            left.remove(found)
        yield RowFault(table, wanted, _shown(found) if found is not None else None)
    yield from (RowFault(table, None, _shown(row)) for row in left)


def _likeness(wanted: Row, row: Row) -> int:
    """Return how many fields are as wanted."""
    return sum(name in row and _same(value, row[name]) for name, value in wanted.items())


def _fits(wanted: Row, row: Row) -> bool:
    return _likeness(wanted, row) == len(wanted)


def _same(wanted: Any, value: Any) -> bool:
    if isinstance(value, Decimal) or isinstance(wanted, float | Decimal):
        try:
            return Decimal(str(wanted)) == Decimal(str(value))
        except InvalidOperation:
            return False
    if isinstance(wanted, bool):
        return wanted == bool(value)
    return str(wanted) == str(value) if value is not None else wanted is None


def _shown(row: Row) -> Row:
    return {name: value for name, value in row.items() if not name.startswith("_") and value is not None}


def _short(values: Mapping[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, default=str)[:300]
