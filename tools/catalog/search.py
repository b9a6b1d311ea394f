"""Finding products by words and filters."""

from __future__ import annotations

from collections import Counter

from knowledge.money import Money
from knowledge.product_search import Finding, ProductQuery
from knowledge.products import ProductIndex
from knowledge.words import tokens
from tools.base import ToolContext
from tools.catalog.types import CategoryChoice, ProductCard, ProductResults, SearchProducts
from tools.errors import RefusedError
from tools.evidence import LocalText
from tools.executor import Services
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
    findings = await services.products.search(
        ProductQuery(
            text=arguments.query,
            said=arguments.said or "",
            category=arguments.category,
            brand=arguments.brand,
            price_min_minor=arguments.price_min_minor,
            price_max_minor=arguments.price_max_minor,
            options=arguments.options,
            exclude_options=arguments.exclude_options,
            in_stock=arguments.in_stock,
            sort=arguments.sort,
            limit=arguments.limit,
            offset=arguments.offset,
            near=seen.products if seen else (),
        )
    )
    lost = seen is None and (not findings.found or not arguments.query)
    chances = dict(zip(seen.products, seen.chances, strict=True)) if seen else {}
    return ProductResults(
        query=arguments.query,
        products=tuple(_card(finding, filtered=bool(arguments.options)) for finding in findings.found),
        total=findings.total,
        relaxed=findings.relaxed,
        sure=max(chances.values(), default=None),
        chances={finding.product.id: chances.get(finding.product.id, 0.0) for finding in findings.found}
        if seen
        else {},
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


def _card(finding: Finding, *, filtered: bool) -> ProductCard:
    entry = finding.product
    list_price = entry.list_price_minor
    return ProductCard(
        product_id=entry.id,
        title=LocalText(zh=entry.title_zh, en=entry.title_en),
        brand=entry.brand,
        category=LocalText(zh=entry.category.name_zh, en=entry.category.name_en),
        price_from=Money(entry.price_from_minor, entry.currency),
        price_to=Money(entry.price_to_minor, entry.currency),
        list_price=Money(list_price, entry.currency) if list_price is not None else None,
        image=entry.image,
        rating=round(entry.rating, 2) if entry.rating is not None else None,
        reviews=entry.reviews,
        in_stock=bool(entry.buyable),
        matched=finding.skus if filtered else (),
        options=entry.options,
    )
