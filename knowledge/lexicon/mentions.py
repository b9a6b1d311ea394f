"""A mention, and which of several that overlap are kept."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Literal

MentionKind = Literal["product", "option", "category", "brand", "sku"]

MAX_PRODUCTS = 20
_RANK: dict[MentionKind, int] = {"sku": 0, "product": 1, "category": 2, "brand": 3, "option": 4}


@dataclasses.dataclass(frozen=True)
class Mention:
    """Words of a message that mean something of the catalogue."""

    kind: MentionKind
    start: int
    end: int
    text: str
    terms: str
    """The catalogue's words for it, in English where there are some."""
    product_ids: tuple[str, ...] = ()
    generic: bool = False
    """Only a kind of thing, or anything at all, was named."""
    kinds: tuple[str, ...] = ()
    """For a generic ``product`` or ``category``: the folded kinds of goods that the words stand for, which all of
    their products are of, also those beyond `MAX_PRODUCTS`; see `knowledge.product_words.goods_kinds`."""
    options: tuple[tuple[str, str], ...] = ()
    """For ``option``: the keys and values it can be, the likeliest first."""
    id: str = ""
    """Of a category, or the SKU."""
    score: float = 1.0


def longest(found: Iterable[Mention]) -> list[Mention]:
    """Keep the longest mentions that do not overlap; of equal spans a product goes before an option."""
    kept: list[Mention] = []
    taken: set[int] = set()
    for mention in sorted(found, key=lambda m: (m.start - m.end, _RANK[m.kind], m.start)):
        span = range(mention.start, mention.end)
        if not taken.intersection(span):
            taken.update(span)
            kept.append(mention)
    return sorted(kept, key=lambda m: m.start)
