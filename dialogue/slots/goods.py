"""The slot of a merchant's question that may be about some goods, or about all of them."""

from __future__ import annotations

from dialogue.slots.base import Filled, Filling, SlotContext
from dialogue.understanding.figures.words import values
from dialogue.understanding.text import read
from tools.analytics.types import Vocabulary

_SURE = 0.5
_MOST = 20


async def fill_goods(context: SlotContext) -> Filling:
    """Take the products or the category of the last message, of none: all. ``unknown``: goods were named that the shop has not."""
    last = max((entry.turn for entry in context.heard), default=0)
    named = [entry.entity for entry in context.heard if entry.turn == last and entry.entity.score > _SURE]
    products = [item for item in named if item.type == "product"]
    ids = list(dict.fromkeys(each for item in products for each in item.value.get("product_ids", ())))
    category = next((str(item.value["id"]) for item in named if item.type == "category"), None)
    if category is None and (not products or any(item.value.get("generic") for item in products)):
        category = await _category_said(context)  # of a kind of goods only some products are named
    return Filled(
        {
            "product_ids": ids[:_MOST] if category is None else [],
            "category_id": category,
            "unknown": bool(products) and not ids and category is None,
        }
    )


async def _category_said(context: SlotContext) -> str | None:
    """Return the category whose name stands in the words, the longest of them."""
    vocabulary = await context.reader.read("figure_words", {})
    if not isinstance(vocabulary, Vocabulary):
        return None
    pieces = [piece for piece in values(read(context.frame.text).low, vocabulary) if piece.value[0] == "category"]
    longest = max(pieces, key=lambda piece: piece.end - piece.start, default=None)
    return str(longest.value[1]) if longest is not None else None
