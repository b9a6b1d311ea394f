"""Column types and small value types that every table shares."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any, Literal

from sqlalchemy import JSON, DateTime, Dialect, String
from sqlalchemy.types import TypeDecorator, TypeEngine

Lang = Literal["zh", "en"]
"""A language that xiaoer speaks. Chinese and English are equals."""

Options = dict[str, str]
"""What tells one variant of a product from another: ``{"color": "red", "size": "M"}``."""

JsonObject = dict[str, Any]
"""A JSON object as stored in a column; typed models read it at the edges."""

_ID_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


class UtcDateTime(TypeDecorator[dt.datetime]):
    """A timezone-aware UTC time; SQLite, which has no such type, gets it naive and gives it back aware."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Refuse a naive time, turn every other into UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"expected a timezone-aware time, got {value!r}")
        value = value.astimezone(dt.UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Give back an aware UTC time."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


def utc_now() -> dt.datetime:
    """Return the present time, aware, in UTC. Code that tests must steer takes a `Clock` instead."""
    return dt.datetime.now(dt.UTC)


def new_id(prefix: str) -> str:
    """Return a fresh opaque id such as ``tkt_7x2kq9m4hd`` (about 50 bits of randomness)."""
    return f"{prefix}_" + "".join(secrets.choice(_ID_ALPHABET) for _ in range(10))


class OrderedText(TypeDecorator[str]):
    """Text in the order of its code points on every database, so that what begins alike stands together in an index."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the column's type in a database."""
        return dialect.type_descriptor(String(collation="C") if dialect.name == "postgresql" else String())


JsonColumn = JSON
"""The column type of every JSON field: JSON text in SQLite, ``json`` in PostgreSQL."""
