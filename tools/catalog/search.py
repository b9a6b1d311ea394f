"""Finding products by words and filters."""

from __future__ import annotations

import dataclasses
from collections import Counter

from knowledge.products import ProductIndex
from knowledge.words import tokens
from tools.base import ToolContext
from tools.catalog.types import CategoryChoice, ProductResults, SearchProducts
from tools.errors import RefusedError
from tools.evidence import LocalText
from tools.executor import Services
from tools.products import product_card
from tools.visual_search.gallery import Seen

_CATEGORIES = 5


async def search_products(context: ToolContext, arguments: SearchProducts) -> ProductResults:
    """Search the catalogue's snapshot, which is some seconds old at most.

    Raises:
        ArgumentError: ``picture_unknown``.
        RefusedError: the picture cannot be opened; ``search_unavailable``: the shop runs without a search index.
    """
    services = context.services
    if not isinstance(services, Services) or services.products is None:
        raise RefusedError("search_unavailable", "the catalogue is not indexed: start the shop with its search index")
    seen = await _seen(context, services, arguments.picture) if arguments.picture else None
    asked = arguments.asked(services.products, limit=arguments.limit, offset=arguments.offset)
    findings = await services.products.search(dataclasses.replace(asked, near=seen.products if seen else ()))
    lost = seen is None and (not findings.found or not arguments.query)
    chances = dict(zip(seen.products, seen.chances, strict=True)) if seen else {}
    return ProductResults(
        query=arguments.query,
        products=tuple(
            product_card(finding.product, matched=finding.skus if arguments.options else ())
            for finding in findings.found
        ),
        total=findings.total,
        relaxed=findings.relaxed,
        sure=max(chances.values(), default=None),
        chances={finding.product.id: chances.get(finding.product.id, 0.0) for finding in findings.found}
        if seen
        else {},
        foreign=seen is not None and seen.foreign,
        categories=_nearest(services.products, arguments.query) if lost else (),
    )


async def _seen(context: ToolContext, services: Services, picture: str) -> Seen:
    if services.gallery is None:
        raise RefusedError("pictures_unavailable", "this shop is not searched by picture")
    return await services.gallery.look(context, picture)


def _nearest(index: ProductIndex, words: str) -> tuple[CategoryChoice, ...]:
    """Return the shop's top categories: those first that share a word with what was said, then those with most products."""
    said = set(tokens(words))
    shared: Counter[str] = Counter()
    goods: Counter[str] = Counter()
    for category in index.categories.values():
        shared[category.path[0]] += len(said & set(tokens(f"{category.name_zh} {category.name_en}")))
    for entry in index.entries:
        goods.update(entry.category.path[:1])
    tops = [
        category for category in index.categories.values() if category.path == (category.id,) and goods[category.id]
    ]
    tops.sort(key=lambda category: (-shared[category.id], -goods[category.id]))
    return tuple(
        CategoryChoice(id=category.id, name=LocalText(zh=category.name_zh, en=category.name_en))
        for category in tops[:_CATEGORIES]
    )
