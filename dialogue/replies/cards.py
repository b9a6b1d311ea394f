"""Cards from evidence: what a page draws, with a text that stands alone."""

from __future__ import annotations

from typing import Any, Literal

from dialogue.replies import templates as words
from dialogue.replies.templates import Templates
from dialogue.replies.types import CitationReply, OrderReply, ProductsReply, Reply
from knowledge.types import Lang

CardKind = Literal["order", "orders", "tracking", "products", "citation"]
ORDERS_SHOWN = 5


def card(kind: CardKind, evidence: dict[str, Any], text: str, templates: Templates, lang: Lang) -> list[Reply]:
    """Return the cards that show `evidence`, the first one under `text`."""
    match kind:
        case "order":
            return [order_card(evidence, text, templates, lang)]
        case "orders":
            orders = evidence["orders"][:ORDERS_SHOWN]
            return [order_card(order, text if not index else "", templates, lang) for index, order in enumerate(orders)]
        case "tracking":
            return [order_card(evidence["order"], text, templates, lang, parcels=evidence["parcels"])]
        case "products":
            return [products_card(evidence["products"], text, lang)]
        case "citation":
            return [citation_card(evidence["citations"][0], lang)]


def order_card(
    order: dict[str, Any], text: str, templates: Templates, lang: Lang, parcels: list[dict[str, Any]] | None = None
) -> OrderReply:
    """Return an order's card; without `text` the card's text is one line about the order."""
    status = templates.say(f"status.{order['status']}", lang)
    shown: dict[str, Any] = {
        "order_id": order["order_id"],
        "status": order["status"],
        "status_text": status,
        "total": words.money(order["total"], lang),
        "placed_at": order["placed_at"],
        "placed_on": templates.date(order["placed_at"], lang),
        "lines": [
            {
                "line_id": line["line_id"],
                "product_id": line["product_id"],
                "title": words.text(line["title"], lang),
                "options": words.options(line["options"], lang),
                "quantity": line["quantity"],
                "price": words.money(line["unit_price"], lang),
            }
            for line in order["lines"]
        ],
    }
    if parcels is not None:
        shown["parcels"] = [_parcel(parcel, templates, lang) for parcel in parcels]
    line = f"{order['order_id']} · {status} · {words.items(order['lines'], lang)} · {shown['total']}"
    return OrderReply(text=text or line, lang=lang, order=shown)


def _parcel(parcel: dict[str, Any], templates: Templates, lang: Lang) -> dict[str, Any]:
    scans = [
        {
            "at": templates.date(scan["at"], lang, time=True),
            "status": _parcel_status(scan["status"], templates, lang),
            "place": scan["place"],
        }
        for scan in parcel["scans"]
    ]
    return {
        "carrier": parcel["carrier"],
        "tracking_number": parcel["tracking_number"],
        "status": parcel["status"],
        "status_text": _parcel_status(parcel["status"], templates, lang),
        "eta": templates.date(parcel["eta"], lang) if parcel["eta"] else None,
        "scans": scans,
    }


def _parcel_status(status: str, templates: Templates, lang: Lang) -> str:
    return templates.say(f"parcel.{status}", lang) if templates.has(f"parcel.{status}") else status.replace("_", " ")


def products_card(products: list[dict[str, Any]], text: str, lang: Lang) -> ProductsReply:
    """Return product cards in the shopper's language."""
    shown = []
    lines = []
    for product in products:
        title = words.text(product["title"], lang)
        low, high = product["price_from"], product["price_to"]
        price = words.money(low, lang) + (f"–{words.money(high, lang)}" if high["minor"] > low["minor"] else "")
        shown.append({**product, "title": title, "price": price, "url": f"/?product={product['product_id']}"})
        lines.append(f"{title} {price}")
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
