"""Cards from evidence: what a page draws, with a text that stands alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, Literal

from dialogue.replies import templates as words
from dialogue.replies.brief import brief_replies
from dialogue.replies.charts import price_chart
from dialogue.replies.figures import customers_card, figures_card, why_card
from dialogue.replies.templates import Templates
from dialogue.replies.types import CitationReply, OrderReply, ProductsReply, Reply, TextReply
from knowledge.types import Lang

CardKind = Literal[
    "order", "orders", "tracking", "products", "citation", "price_curve", "figures", "why", "customers", "brief"
]
Picture = Callable[[str], str | None]
"""The address of a product's picture, by product id."""

ORDERS_SHOWN = 5
_OF_FIGURES: dict[str, Callable[[dict[str, Any], Lang], Reply]] = {
    "figures": figures_card,
    "why": why_card,
    "customers": customers_card,
}


def card(
    kind: CardKind, evidence: dict[str, Any], text: str, templates: Templates, lang: Lang, *, picture: Picture
) -> list[Reply]:
    """Return the cards that show `evidence`, under `text`."""
    shown = OrderCards(templates, lang, picture)
    match kind:
        case "order":
            return [shown.card(evidence, text)]
        case "orders":
            orders = evidence["orders"][:ORDERS_SHOWN]
            said: list[Reply] = [TextReply(text=text, lang=lang)] if text else []
            return [*said, *(shown.card(order, "") for order in orders)]
        case "tracking":
            return [shown.card(evidence["order"], text, parcels=evidence["parcels"])]
        case "products":
            return [products_card(evidence["products"], text, lang)]
        case "citation":
            return [citation_card(evidence["citations"][0], lang)]
        case "price_curve":
            return [price_chart(evidence, text, lang)]
        case "brief":
            return brief_replies(evidence, templates, lang)
        case _:
            return [_OF_FIGURES[kind](evidence, lang)]


@dataclasses.dataclass(frozen=True)
class OrderCards:
    """Draws orders in one language."""

    templates: Templates
    lang: Lang
    picture: Picture

    def card(self, order: dict[str, Any], text: str, parcels: list[dict[str, Any]] | None = None) -> OrderReply:
        """Return an order's card; without `text` the card's text is one line about the order."""
        status = self.templates.say(f"status.{order['status']}", self.lang)
        shown: dict[str, Any] = {
            "order_id": order["order_id"],
            "status": order["status"],
            "status_text": status,
            "total": words.money(order["total"], self.lang),
            "placed_at": order["placed_at"],
            "placed_on": self.templates.date(order["placed_at"], self.lang),
            "lines": [self._line(line) for line in order["lines"]],
        }
        if parcels is not None:
            shown["parcels"] = [self._parcel(parcel) for parcel in parcels]
        line = f"{order['order_id']} · {status} · {words.items(order['lines'], self.lang)} · {shown['total']}"
        return OrderReply(text=text or line, lang=self.lang, order=shown)

    def _line(self, line: dict[str, Any]) -> dict[str, Any]:
        return {
            "line_id": line["line_id"],
            "product_id": line["product_id"],
            "title": words.text(line["title"], self.lang),
            "options": words.options(line["options"], self.lang),
            "quantity": line["quantity"],
            "price": words.money(line["unit_price"], self.lang),
            "image": self.picture(line["product_id"]),
        }

    def _parcel(self, parcel: dict[str, Any]) -> dict[str, Any]:
        scans = [
            {
                "at": self.templates.date(scan["at"], self.lang, time=True),
                "status": self._parcel_status(scan["status"]),
                "place": scan["place"],
            }
            for scan in parcel["scans"]
        ]
        return {
            "carrier": words.own(parcel["carrier"], self.lang),
            "tracking_number": parcel["tracking_number"],
            "status": parcel["status"],
            "status_text": self._parcel_status(parcel["status"]),
            "eta": self.templates.date(parcel["eta"], self.lang) if parcel["eta"] else None,
            "scans": scans,
        }

    def _parcel_status(self, status: str) -> str:
        known = self.templates.has(f"parcel.{status}")
        return self.templates.say(f"parcel.{status}", self.lang) if known else status.replace("_", " ")


def products_card(products: list[dict[str, Any]], text: str, lang: Lang) -> ProductsReply:
    """Return product cards in the shopper's language."""
    shown = []
    lines = []
    for product in products:
        title = words.text(product["title"], lang)
        price = words.prices(product, lang)
        reason = words.text(product["reason"], lang) if product.get("reason") else ""
        url = f"/?product={product['product_id']}"
        shown.append({**product, "title": title, "price": price, "url": url, "reason": reason})
        lines.append(f"{title} {price}" + (f" – {reason}" if reason else ""))
    return ProductsReply(text="\n".join([text, *lines]).strip(), lang=lang, products=tuple(shown))


def citation_card(citation: dict[str, Any], lang: Lang) -> CitationReply:
    """Return an answer with where it stands."""
    return CitationReply(
        text=citation["text"],
        lang=lang,
        title=citation["title"],
        heading=citation["heading"],
        document_id=citation["document_id"],
        slug=citation["slug"],
    )
