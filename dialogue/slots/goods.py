"""The slot of a merchant's question that may be about some goods, or about all of them."""

from __future__ import annotations

from dialogue.slots.base import Filled, Filling, SlotContext

_SURE = 0.5
_MOST = 20


async def fill_goods(context: SlotContext) -> Filling:
    """Take the products or the category of the last message, of none: all. ``unknown``: goods were named that the shop has not."""
    last = max((entry.turn for entry in context.heard), default=0)
    named = [entry.entity for entry in context.heard if entry.turn == last and entry.entity.score > _SURE]
    products = [item for item in named if item.type == "product"]
    ids = list(dict.fromkeys(each for item in products for each in item.value.get("product_ids", ())))
    categories = [str(item.value["id"]) for item in named if item.type == "category"]
    return Filled(
        {
            "product_ids": ids[:_MOST],
            "category_id": categories[0] if categories and not ids else None,
            "unknown": bool(products) and not ids and not categories,
        }
    )
