"""Arguments and evidence of the recommendation tool."""

from __future__ import annotations

from typing import Literal

import pydantic

from tools.base import Evidence
from tools.products import ProductCard, ProductWish

Why = Literal["next", "bought_with", "alike", "taste", "popular", "rated", "fits"]


class RecommendProducts(ProductWish):
    """Products for somebody, by what they wish, what they had, and what was said of earlier proposals."""

    goes_with: str | None = None
    """A product that they are to go with; it is not shown itself."""
    interested: tuple[str, ...] = pydantic.Field(default=(), max_length=50)
    """Products that were looked at in this conversation, oldest first."""
    exclude_products: tuple[str, ...] = pydantic.Field(default=(), max_length=200)
    """Products that were refused."""
    diversity: float = pydantic.Field(default=0.15, ge=0, le=1)
    """What a further product of a category already shown loses."""
    novelty: float = pydantic.Field(default=0.0, ge=0, le=1)
    """How far the head start of popular products is taken away."""


class Recommended(ProductCard):
    """A product and why it is shown; `reason` says it in words."""

    why: Why
    because_of: str | None = None
    """The product that the reason refers to."""


class Recommendations(Evidence):
    """Best first. `relaxed` names filters that were dropped because nothing met them all."""

    query: str
    products: tuple[Recommended, ...]
    total: int
    relaxed: tuple[str, ...] = ()
    model: str
    """Which version ranked them, ``recommendation 3``; ``rules`` before anything was fitted."""
    known_history: int
    """How many products the person is known to have looked at or bought."""
