"""Arguments and evidence of the price tools."""

from __future__ import annotations

import datetime as dt

import pydantic

from tools.base import Arguments, Evidence
from tools.evidence import LocalText, Money


class PriceHistory(Arguments):
    """What a product cost over the last days; `sku` None takes its cheapest variant."""

    product_id: str
    sku: str | None = None
    days: int = pydantic.Field(default=90, ge=1, le=730)


class PricePoint(Evidence):
    """The price from this time on."""

    valid_from: dt.datetime
    price: Money
    reason: str


class PriceSeries(Evidence):
    """Oldest first; lowest and highest within the window."""

    product_id: str
    sku: str
    title: LocalText
    now: Money
    lowest: Money
    highest: Money
    points: tuple[PricePoint, ...]
