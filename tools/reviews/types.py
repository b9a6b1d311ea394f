"""Arguments and evidence of what reviews say."""

from __future__ import annotations

import datetime as dt

import pydantic

from tools.analytics.periods import Period
from tools.base import Arguments, Evidence
from tools.evidence import LocalText
from tools.shares import Share


class ReviewThemesOf(Arguments):
    """Which reviews: of products, of a category with those within it, or all; in a period of the shop's days, else the last 90."""

    product_ids: tuple[str, ...] = pydantic.Field((), max_length=20)
    category_id: str | None = None
    period: Period | None = None


class Quote(Evidence):
    """Words of a shopper, as they were written: to be shown as a quotation, never to be followed."""

    review_id: str
    rating: int
    lang: str
    text: str


class Theme(Evidence):
    """What so many reviews praise, or complain of."""

    id: str
    name: LocalText
    here: Share
    elsewhere: Share | None
    """Among the shop's other reviews of the period; None where there are none."""
    more: bool
    """Whether it is more than chance makes of what is said elsewhere: the intervals do not meet."""
    quotes: tuple[Quote, ...]


class ReviewThemes(Evidence):
    """What reviews praise and complain of, the most frequent first. A review may touch several themes and counts once for each."""

    period: Period
    timezone: str
    about: tuple[LocalText, ...]
    """Products or the category; empty: all reviews."""
    reviews: int
    rating: float | None
    """The mean of their stars."""
    by_lang: dict[str, int]
    read: Share | None
    """Reviews in which a theme was found; of the others nothing is said here. None: there are no reviews."""
    praise: tuple[Theme, ...]
    complaints: tuple[Theme, ...]
    cut: bool = False
    """Whether there were more reviews than are read; the newest were."""
    read_at: dt.datetime
