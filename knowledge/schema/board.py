"""What a shop's people keep before their eyes."""

from __future__ import annotations

import datetime as dt

from sqlmodel import Field, SQLModel

from knowledge.types import JsonColumn, JsonObject, UtcDateTime


class Pin(SQLModel, table=True):
    """A question about figures on the shop's board; its answer is never kept, it is asked again."""

    id: str = Field(primary_key=True)
    title: str = ""
    """As it was renamed; "" shows the figure's own name."""
    question: JsonObject = Field(default_factory=dict, sa_type=JsonColumn)
    """`tools.analytics.query.Question` as JSON."""
    asked_on: str
    """The shop's day on which its period was named, ``2026-11-30``."""
    moves: bool = True
    """Whether the period moves on with the days."""
    place: int
    """From 0, without gaps."""
    pinned_by: str
    created_at: dt.datetime = Field(sa_type=UtcDateTime)
