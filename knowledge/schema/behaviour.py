"""What shoppers did and said about products."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from knowledge.types import UtcDateTime


class BehaviourEvent(SQLModel, table=True):
    """A view, search, cart or purchase."""

    __table_args__ = (Index("ix_behaviourevent_customer_at", "customer_id", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    customer_id: str | None = Field(default=None, foreign_key="customer.id")
    session_id: str
    kind: str
    """``view``, ``search``, ``cart`` or ``buy``."""
    product_id: str | None = None
    sku: str | None = None
    query: str = ""
    at: dt.datetime = Field(sa_type=UtcDateTime)


class Review(SQLModel, table=True):
    """A shopper's review; its text is data, never an instruction."""

    id: str = Field(primary_key=True)
    product_id: str = Field(foreign_key="product.id", index=True)
    sku: str | None = None
    customer_id: str | None = Field(default=None, foreign_key="customer.id")
    order_id: str | None = None
    rating: int
    """1 (worst) to 5."""
    lang: str
    text: str
    created_at: dt.datetime = Field(sa_type=UtcDateTime)
