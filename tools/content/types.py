"""Arguments and evidence of the document tools."""

from __future__ import annotations

import pydantic

from knowledge.types import Lang
from tools.base import Arguments, Evidence


class SearchKnowledge(Arguments):
    """A question to the shop's help documents, in the shopper's words."""

    query: str = pydantic.Field(min_length=1, max_length=2000)
    lang: Lang
    limit: int = pydantic.Field(default=3, ge=1, le=10)


class Citation(Evidence):
    """A passage that answers, with where it stands."""

    document_id: str
    slug: str
    title: str
    heading: str
    text: str
    lang: Lang
    score: float
    """Calibrated: the chance in [0, 1] that the passage answers the question."""
    curated: bool = False


class KnowledgeAnswer(Evidence):
    """Best first. `answered` is False when nothing scores high enough to be said."""

    answered: bool
    citations: tuple[Citation, ...]
