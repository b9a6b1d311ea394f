"""What was held back for a person because it looked like fraud, and what the person decided."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from knowledge.types import JsonColumn, UtcDateTime


class RiskCase(SQLModel, table=True):
    """One call that a risk score held back. What passes leaves no row."""

    __table_args__ = (Index("ix_riskcase_customer_tool", "customer_id", "tool"),)

    id: str = Field(primary_key=True)
    conversation_id: str | None = Field(default=None, index=True)
    customer_id: str = Field(foreign_key="customer.id")
    tool: str
    subject: str = ""
    """The order or coupon that the call was about."""
    order_id: str | None = None
    """The order that was scored, for a model to learn from what was decided."""
    kind: str
    """``refund``, ``address`` or ``coupon``."""
    chance: float
    """Of fraud, calibrated, in (0, 1)."""
    held_from: float
    """The shop's threshold at that time."""
    model: str
    """Version of the model."""
    reasons: list[dict[str, object]] = Field(default_factory=list, sa_type=JsonColumn)
    """Features with their value and exact share of the log odds, the weightiest first."""
    status: str = Field(default="open", index=True)
    """``open``, ``allowed`` (a person let it pass) or ``fraud`` (a person confirmed it)."""
    note: str = ""
    decided_by: str | None = None
    created_at: dt.datetime = Field(sa_type=UtcDateTime)
    decided_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
