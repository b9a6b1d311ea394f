"""What the shop has written down to be answered from."""

from __future__ import annotations

import datetime as dt

from sqlmodel import Field, SQLModel

from knowledge.types import JsonColumn, UtcDateTime


class Document(SQLModel, table=True):
    """A help article in one language, in Markdown; the other language has the same `slug`."""

    id: str = Field(primary_key=True)
    slug: str = Field(index=True)
    lang: str
    kind: str = "help"
    """``help``, ``policy``, ``faq`` or ``procedure``."""
    title: str
    body: str
    status: str = "published"
    """``draft``, ``published`` or ``withdrawn``; only published ones are answered from."""
    version: int = 1
    updated_at: dt.datetime = Field(sa_type=UtcDateTime)


class CuratedAnswer(SQLModel, table=True):
    """An exact answer that a person approved; it comes before search."""

    id: str = Field(primary_key=True)
    lang: str
    questions: list[str] = Field(default_factory=list, sa_type=JsonColumn)
    answer: str
    document_id: str | None = Field(default=None, foreign_key="document.id")
    status: str = "published"
    updated_at: dt.datetime = Field(sa_type=UtcDateTime)
