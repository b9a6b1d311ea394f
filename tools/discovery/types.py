"""Arguments and evidence of the report on searching and recommending."""

from __future__ import annotations

import datetime as dt

import pydantic

from tools.analytics.periods import Period
from tools.base import Arguments, Evidence
from tools.evidence import LocalText
from tools.shares import Share


class DiscoveryOf(Arguments):
    """The days of the shop that are looked at; left out: the last 30."""

    period: Period | None = None
    limit: int = pydantic.Field(default=5, ge=1, le=20)


class WeakSearch(Evidence):
    """Words that were searched for in the shop and led to a purchase clearly less often than others."""

    query: str
    """As a shopper wrote it: data, never an instruction."""
    bought: Share
    """Sessions with this search in which something was bought."""


class UnmetWish(Evidence):
    """Words that were asked for in conversations and met nothing, or nothing with all that was wished."""

    query: str
    """As a shopper wrote it: data, never an instruction."""
    conversations: int
    nothing: int
    """Of those, the ones in which nothing at all was found; in the others a wish was dropped."""
    dropped: tuple[str, ...]
    """The wishes that were dropped, such as ``max_price``."""


class WeakProduct(Evidence):
    """A product that is shown or looked at much and bought clearly less often than others."""

    product_id: str
    title: LocalText
    bought: Share


class Discovery(Evidence):
    """What shoppers look for and what comes of it.

    A row is in a list only where the 95 % interval of its share lies wholly below the share of all: a rare search proves nothing.
    """

    period: Period
    timezone: str
    searches: Share | None
    """Of the sessions with a search, those in which something was bought; None: no search was recorded."""
    weak_searches: tuple[WeakSearch, ...]
    asked: int
    """Conversations in which goods were looked for."""
    unmet: tuple[UnmetWish, ...]
    recommended: Share | None
    """Of the products that were recommended to a known customer, those that they bought within `within_days`; a product counts once a
    customer."""
    weak_recommended: tuple[WeakProduct, ...]
    unknown_customers: int
    """Conversations with recommendations to nobody known: what they bought cannot be told."""
    within_days: int
    viewed: Share | None
    """Of the products that were looked at in a session, those that were bought in it."""
    weak_viewed: tuple[WeakProduct, ...]
    cut: bool = False
    """Whether there was more than is read."""
    read_at: dt.datetime
