"""Finding products by words and filters."""

from __future__ import annotations

from knowledge.money import Money
from knowledge.product_search import Finding, ProductQuery
from tools.base import ToolContext
from tools.catalog.types import ProductCard, ProductResults, SearchProducts
from tools.errors import RefusedError
from tools.evidence import LocalText
from tools.executor import Services


async def search_products(context: ToolContext, arguments: SearchProducts) -> ProductResults:
    """Search the catalogue's snapshot, which is some seconds old at most.

    Raises:
        RefusedError: ``search_unavailable``: the shop runs without a search index.
    """
    services = context.services
    if not isinstance(services, Services) or services.products is None:
        raise RefusedError("search_unavailable", "the catalogue is not indexed: start the shop with its search index")
    findings = await services.products.search(
        ProductQuery(
            text=arguments.query,
            category=arguments.category,
            price_min_minor=arguments.price_min_minor,
            price_max_minor=arguments.price_max_minor,
            options=arguments.options,
            exclude_options=arguments.exclude_options,
            in_stock=arguments.in_stock,
            sort=arguments.sort,
            limit=arguments.limit,
            offset=arguments.offset,
        )
    )
    return ProductResults(
        query=arguments.query,
        products=tuple(_card(finding, filtered=bool(arguments.options)) for finding in findings.found),
        total=findings.total,
        relaxed=findings.relaxed,
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
