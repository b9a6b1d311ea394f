"""What tools that find products share: how a wish for goods is given, and the card that shows a product."""

from __future__ import annotations

from typing import Literal

import pydantic

from knowledge.product_entry import ProductEntry
from knowledge.product_search import ProductQuery
from knowledge.products import ProductIndex
from tools.base import Arguments, Evidence
from tools.evidence import LocalText, Money


class ProductWish(Arguments):
    """Products by words and filters. Prices are in minor units of the shop's currency."""

    query: str = ""
    said: str | None = pydantic.Field(default=None, max_length=2000)
    """The whole sentence, where `query` only names the goods: attributes that it states are filters too."""
    category: str | None = None
    brand: str | None = None
    price_min_minor: int | None = pydantic.Field(default=None, ge=0)
    price_max_minor: int | None = pydantic.Field(default=None, ge=0)
    cheaper_than: tuple[str, ...] = pydantic.Field(default=(), max_length=50)
    """Ids of products: only what costs less than the cheapest of them."""
    options: dict[str, str] = {}
    """Canonical option values that some available variant must have: ``{"color": "red", "size": "M"}``."""
    exclude_options: dict[str, str] = {}
    in_stock: bool = True
    sort: Literal["relevance", "price_up", "price_down", "newest", "rating"] = "relevance"
    limit: int = pydantic.Field(default=6, ge=1, le=50)
    offset: int = pydantic.Field(default=0, ge=0, le=5000)
    """How many of the best were shown already."""

    def asked(self, index: ProductIndex, *, limit: int, offset: int = 0) -> ProductQuery:
        """Return it as the catalogue of `index` is asked."""
        least, most = self.price_min_minor, self._most(index)
        return ProductQuery(
            text=self.query,
            said=self.said or "",
            category=self.category,
            brand=self.brand,
            # Who finds all of it too dear no longer means "from 200 on".
            price_min_minor=None if least is not None and most is not None and least > most else least,
            price_max_minor=most,
            options=self.options,
            exclude_options=self.exclude_options,
            in_stock=self.in_stock,
            sort=self.sort,
            limit=limit,
            offset=offset,
        )

    def _most(self, index: ProductIndex) -> int | None:
        """Return the highest price that is wanted; what is no longer on sale sets no limit."""
        dearer = [found.price_from_minor for one in self.cheaper_than if (found := index.get(one)) is not None]
        limits = [price - 1 for price in dearer if price > 0]
        limits += [self.price_max_minor] if self.price_max_minor is not None else []
        return min(limits, default=None)


class ProductCard(Evidence):
    """A product as a list shows it."""

    product_id: str
    title: LocalText
    brand: str
    category: LocalText
    price_from: Money
    price_to: Money
    list_price: Money | None = None
    image: str | None = None
    """Address relative to the server: ``/media/...``."""
    rating: float | None = None
    """Mean of the reviews, 1 to 5."""
    reviews: int = 0
    in_stock: bool = True
    matched: tuple[str, ...] = ()
    """SKUs that meet the option filters."""
    options: dict[str, tuple[str, ...]] = {}
    """Every value of every option, for choices."""
    reason: LocalText | None = None
    """Why it is shown, where it was picked for somebody."""


def product_card(entry: ProductEntry, *, matched: tuple[str, ...] = (), reason: LocalText | None = None) -> ProductCard:
    """Return the card of a product of the catalogue's snapshot."""
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
        matched=matched,
        options=entry.options,
        reason=reason,
    )
