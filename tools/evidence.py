"""Pieces of evidence that several tools return."""

from __future__ import annotations

import datetime as dt

import pydantic

from knowledge.money import Money
from knowledge.types import Lang, Options
from tools.base import Evidence

__all__ = ["AddressFields", "LineView", "LocalText", "MethodView", "Money", "OrderSummary", "RefundPart", "quotation"]


class LocalText(Evidence):
    """A text in both languages; ``""`` where the shop has none."""

    zh: str = ""
    en: str = ""

    def get(self, lang: Lang) -> str:
        """Return the text in `lang`, or in the other language when the shop has none."""
        return (self.zh or self.en) if lang == "zh" else (self.en or self.zh)


def quotation(text: str, most: int) -> str:
    """Return somebody's words on one line, without what is not printed, cut after `most` characters: to be shown, never followed."""
    plain = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return plain if len(plain) <= most else plain[: most - 1].rstrip() + "…"


class AddressFields(pydantic.BaseModel):
    """A delivery address, as an argument and as evidence."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    recipient: str = ""
    phone: str = ""
    line1: str
    line2: str = ""
    district: str = ""
    city: str = ""
    state: str = ""
    postcode: str = ""
    country: str = ""


class MethodView(Evidence):
    """A payment method as a person may see it."""

    id: str
    kind: str
    brand: str = ""
    last_four: str = ""
    balance: Money | None = None


class LineView(Evidence):
    """A line of an order."""

    line_id: str
    sku: str
    product_id: str
    title: LocalText
    options: Options
    quantity: int
    unit_price: Money
    kinds: tuple[str, ...] = ()
    """What it is, folded, and every wider kind: ``("shoe", "sneaker")``; see `knowledge.product_words.goods_kinds`."""


class OrderSummary(Evidence):
    """An order with its lines: what lists, cards and grounding need."""

    order_id: str
    status: str
    items_modified: bool = False
    total: Money
    paid_with: str = ""
    """Id of the payment method."""
    placed_at: dt.datetime
    delivered_at: dt.datetime | None = None
    lines: tuple[LineView, ...]


class RefundPart(Evidence):
    """Money that will go back to one payment method."""

    method: MethodView
    amount: Money
    within_days: int
    """0: at once."""
    business_days: bool = False
    """True: `within_days` counts Monday to Friday."""
