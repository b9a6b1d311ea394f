"""Whether a row fits its table: types, required values, sizes, and (strictly) statuses, kinds and signs."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import math
import re
from collections.abc import Callable, Mapping

from pydantic_core import PydanticUndefined
from sqlalchemy import JSON, Boolean, Column, Float, Integer
from sqlmodel import SQLModel

from knowledge.importers.base import BadValueError, Row, table_name
from knowledge.types import UtcDateTime

_INT_MAX = 2**31 - 1
_KEY_MAX = 200
_CURRENCY = re.compile(r"[A-Z]{3}")
_SURROGATE = re.compile("[\ud800-\udfff]")

STATUSES: Mapping[str, tuple[str, ...]] = {
    "order.status": (
        "pending",
        "processing",
        "shipped",
        "delivered",
        "cancelled",
        "return_requested",
        "exchange_requested",
    ),
    "product.status": ("active", "draft", "archived"),
    "payment.kind": ("payment", "refund"),
    "paymentmethod.kind": ("credit_card", "gift_card", "paypal", "alipay", "wechat_pay", "bank_card"),
    "behaviourevent.kind": ("view", "search", "cart", "buy"),
    "coupon.kind": ("amount", "percent"),
    "coupongrant.status": ("unused", "used", "expired"),
    "return.status": ("requested", "received", "refunded", "rejected", "cancelled"),
    "refund.status": ("pending", "processing", "done"),
    "document.kind": ("help", "policy", "faq", "procedure"),
    "document.status": ("draft", "published"),
    "document.lang": ("zh", "en"),
    "customer.lang": ("zh", "en"),
    "shop.default_lang": ("zh", "en"),
    "competitorprice.kind": ("list", "promotion"),
}
"""What a status or kind may be; the flows and policies know no other."""

_RANGES: Mapping[str, tuple[float, float]] = {
    "review.rating": (1, 5),
    "orderline.quantity": (1, _INT_MAX),
    "returnline.quantity": (1, _INT_MAX),
    "exchangeline.quantity": (1, _INT_MAX),
    "stock.on_hand": (0, _INT_MAX),
    "stock.reserved": (0, _INT_MAX),
    "supplier.on_time_rate": (0, 1),
    "supplier.lead_time_days": (0, 3650),
}
_SIGNED = {"exchange.price_difference_minor"}


@dataclasses.dataclass(frozen=True)
class Field:
    """What the table says of one column."""

    name: str
    accepts: Callable[[object], bool]
    expected: str
    nullable: bool
    is_key: bool
    default: Callable[[], object] | None
    """Makes the value of a new row that lacks it; None: it must be given."""


@functools.cache
def fields(table: type[SQLModel]) -> tuple[Field, ...]:
    """Return the columns of a table."""
    return tuple(_field(table, column) for column in table.metadata.tables[table_name(table)].columns)


def _field(table: type[SQLModel], column: Column[object]) -> Field:
    accepts, expected = _kind(table, column)
    return Field(
        name=column.name,
        accepts=accepts,
        expected=expected,
        nullable=bool(column.nullable) or (column.primary_key and isinstance(column.type, Integer)),
        is_key=column.primary_key or bool(column.foreign_keys),
        default=_default(table, column),
    )


def _kind(table: type[SQLModel], column: Column[object]) -> tuple[Callable[[object], bool], str]:
    if isinstance(column.type, UtcDateTime):
        return _is_time, "a time with a time zone"
    if isinstance(column.type, Boolean):
        return lambda value: isinstance(value, bool), "true or false"
    if isinstance(column.type, Integer):
        return _is_integer, f"a whole number up to {_INT_MAX:,}"
    if isinstance(column.type, Float):
        return _is_number, "a number"
    if isinstance(column.type, JSON):
        wanted = list if "list" in str(table.model_fields[column.name].annotation) else dict
        return lambda value: isinstance(value, wanted), "a JSON list" if wanted is list else "a JSON object"
    return lambda value: isinstance(value, str), "text"


def _default(table: type[SQLModel], column: Column[object]) -> Callable[[], object] | None:
    info = table.model_fields[column.name]
    if info.default_factory is not None:
        return info.default_factory  # type: ignore[return-value]  # none of ours takes the validated data
    if info.default is PydanticUndefined:
        return (lambda: None) if column.nullable else None
    return lambda: info.default


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -_INT_MAX <= value <= _INT_MAX


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_time(value: object) -> bool:
    return isinstance(value, dt.datetime) and value.tzinfo is not None


def complete(row: Row) -> dict[str, object]:
    """Return every column of a new row: its values, what only a new row gets, and the table's defaults.

    Raises:
        BadValueError: a column is missing or its value does not fit the table.
    """
    given = {**row.once, **row.values}
    whole: dict[str, object] = {}
    for field in fields(row.table):
        if field.name in given:
            value = given.pop(field.name)
            _check(field, value)
            whole[field.name] = value
        elif field.default is not None:
            whole[field.name] = field.default()
        else:
            raise BadValueError(field.name, "is required")
    if given:
        raise BadValueError(next(iter(given)), f"the table {table_name(row.table)!r} has no such column")
    return whole


def _check(field: Field, value: object) -> None:
    if value is None:
        if not field.nullable:
            raise BadValueError(field.name, "is required")
        return
    if not field.accepts(value):
        raise BadValueError(field.name, f"expected {field.expected}, got {_short(value)}")
    if isinstance(value, str):
        _check_text(field, value)


def _check_text(field: Field, value: str) -> None:
    if field.is_key and not value.strip():
        raise BadValueError(field.name, "is empty")
    if field.is_key and len(value) > _KEY_MAX:
        raise BadValueError(field.name, f"expected up to {_KEY_MAX} characters, got {len(value)}")
    if "\x00" in value or _SURROGATE.search(value):
        raise BadValueError(field.name, "has characters that are no text (a damaged or wrongly decoded file)")


def check_meaning(row: Row, whole: Mapping[str, object]) -> None:
    """Check statuses, kinds, ranges and signs.

    Raises:
        BadValueError: a value has no meaning here.
    """
    table = table_name(row.table)
    for name, value in whole.items():
        if value is None:
            continue
        where = f"{table}.{name}"
        if where in STATUSES and value not in STATUSES[where]:
            raise BadValueError(name, f"expected one of {', '.join(STATUSES[where])}, got {_short(value)}")
        low, high = _RANGES.get(where, (0, _INT_MAX) if _is_amount(where) else (-math.inf, math.inf))
        if isinstance(value, int | float) and not low <= value <= high:
            raise BadValueError(name, f"expected {_range(low, high)}, got {value}")
        if (
            name == "currency"
            and not _CURRENCY.fullmatch(str(value))
            and not (table == "paymentmethod" and value == "")
        ):
            raise BadValueError(name, f"expected a currency of three letters such as USD, got {_short(value)}")
        if where == "customer.email" and value and "@" not in str(value):
            raise BadValueError(name, "expected an e-mail address (it has no @)")


def _is_amount(where: str) -> bool:
    return where.endswith("_minor") and where not in _SIGNED


def _range(low: float, high: float) -> str:
    return f"at least {low:g}" if high == _INT_MAX else f"{low:g} to {high:g}"


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."
